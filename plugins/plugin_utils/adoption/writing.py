# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The variables of adopted phones as files: all of them, or none."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._core.regular_files import read_regular
from ansible_collections.telephony.snom.plugins.module_utils._core.visible import visible_line
from ansible_collections.telephony.snom.plugins.plugin_utils.adoption.fleet import SECRETS, Adopted, Fleet

# The C dumper is ten times faster, and not everywhere.
_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_BEGIN = "# Written by the playbook telephony.snom.adopt"
_MODE, _SECRET_MODE, _FOLDER_MODE = 0o640, 0o600, 0o750
_HOST = re.compile(r"(?![.])[^/]{1,200}")
_GROUP = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,99}")


@dataclass(frozen=True, kw_only=True)
class Text:
    """What one file is to hold, by its path below the folder."""

    path: str
    text: str = field(repr=False)
    secret: bool = False


def texts(fleet: Fleet, group: str, known: Collection[str]) -> list[Text]:
    """The files of a fleet. known are hosts that the inventory has in that group. Raises InputError for a bad name."""
    if not _GROUP.fullmatch(group):
        raise InputError(f"group: {visible_line(group)!r} is no name of a group. Use letters, digits and underscores.")
    if bad := [phone.host for phone in fleet.phones if not _HOST.fullmatch(phone.host)]:
        raise InputError(f"{visible_line(bad[0])} is no name of a file. Rename that host in the inventory.")
    folder = os.path.join("group_vars", group)
    written = [Text(path=os.path.join(folder, "settings.yml"), text=_group_text(fleet))]
    secrets = {phone.host: phone.secrets for phone in fleet.phones if phone.secrets}
    if secrets:
        written.append(Text(path=os.path.join(folder, "secrets.yml"), text=_secrets_text(secrets), secret=True))
    written += [
        Text(path=os.path.join("host_vars", f"{phone.host}.yml"), text=_host_text(fleet, phone))
        for phone in fleet.phones
    ]
    new = [phone.host for phone in fleet.phones if phone.host not in known]
    if new:
        hosts = {group: {"hosts": dict.fromkeys(new)}}
        written.append(Text(path="adopted.yml", text=f"---\n{_BEGIN}: the phones.\n{_yaml(hosts)}"))
    return written


def spare(folder: str, different: Iterable[Text], overwrite: bool) -> None:
    """Raise InputError for what must not be overwritten, and for what would hide what is to be written."""
    paths = [os.path.join(folder, one.path) for one in different]
    for path in paths:
        hidden = _hiding(folder, path)
        if hidden:
            raise InputError(
                f"dest: Ansible reads either {hidden} or {path}, never both. Move what is there, or take another dest."
            )
        if os.path.basename(path) == "secrets.yml" and overwrite and _is_encrypted(path):
            raise InputError(
                f"dest: {path} is encrypted, and would be overwritten in clear. Move it away, adopt, and encrypt again."
            )
    if not overwrite and (there := [path for path in paths if os.path.lexists(path)]):
        more = f" and {len(there) - 5} more" if len(there) > 5 else ""
        raise InputError(
            f"There already: {', '.join(there[:5])}{more}. Choose another dest (snom_adopt_dir) and compare, or "
            "overwrite them with overwrite: true (-e snom_adopt_overwrite=true)."
        )


def changed(folder: str, written: Iterable[Text]) -> list[tuple[Text, str]]:
    """The files that differ from what is there, with what that is now. Raises InputError if it can't be read."""
    found = []
    for one in written:
        path = os.path.join(folder, one.path)
        try:
            before = read_regular(path).decode("utf-8", "replace")
            loose = one.secret and os.stat(path).st_mode & 0o077
        except FileNotFoundError:
            before, loose = "", False
        except OSError as error:
            raise InputError(f"dest: {path} can't be read: {error.strerror}. Move it away.") from None
        if before != one.text or loose:
            found.append((one, before))
    return found


def write_texts(folder: str, written: Iterable[Text]) -> None:
    """Write the files beside where they are to stand, and rename them only when all are there. Raises InputError."""
    ready: list[tuple[str, str]] = []
    try:
        for one in written:
            path = os.path.join(folder, one.path)
            os.makedirs(os.path.dirname(path), mode=_FOLDER_MODE, exist_ok=True)
            ready.append((_beside(path, one), path))
        while ready:
            os.replace(*ready[-1])
            ready.pop()
    except OSError as error:
        raise InputError(
            f"dest: {error.filename or folder} can't be written: {error.strerror}. Name a folder that the user who "
            "runs the playbook may write to, and that has space."
        ) from None
    finally:
        for temporary, _path in ready:
            with contextlib.suppress(OSError):
                os.unlink(temporary)


def _beside(path: str, one: Text) -> str:
    """A new file in the same folder, which holds the text. Nobody else can read it before it has its mode."""
    handle, temporary = tempfile.mkstemp(prefix=".adopted-", dir=os.path.dirname(path))
    try:
        with open(handle, "w", encoding="utf-8", newline="") as file:
            file.write(one.text)
            os.fchmod(file.fileno(), _SECRET_MODE if one.secret else _MODE)
    except OSError:
        os.unlink(temporary)
        raise
    return temporary


def _hiding(folder: str, path: str) -> str | None:
    """What would make Ansible overlook a file of variables: a folder of its name, or a file of that of its folder."""
    rivals = []
    if os.path.dirname(path) == os.path.join(folder, "host_vars"):
        rivals = [os.path.splitext(path)[0]]
    elif os.path.dirname(path) != folder:
        rivals = [os.path.dirname(path) + ending for ending in (".yml", ".yaml", ".json")]
    return next((rival for rival in rivals if os.path.lexists(rival)), None)


def _is_encrypted(path: str) -> bool:
    try:
        return read_regular(path).startswith(b"$ANSIBLE_VAULT")
    except OSError:
        return False


def _group_text(fleet: Fleet) -> str:
    lines = [
        "---",
        f"{_BEGIN} from setting files: what all phones of this group have in common.",
        f"# Secrets are in {SECRETS}, by host: encrypt secrets.yml beside this with ansible-vault.",
    ]
    variables: dict[str, Any] = {"snom_settings_all": _numbered(fleet.shared)}
    if fleet.shared_book is not None:
        variables |= _book(fleet.shared_book, fleet.adds_to_book)
    if fleet.shared_users:
        # Else provisioning would take them for a mistake.
        variables["provisioning_shared_users"] = fleet.shared_users
    return "\n".join([*lines, _yaml(variables)])


def _secrets_text(secrets: Mapping[str, Mapping[str, str]]) -> str:
    lines = [
        "---",
        f"{_BEGIN} from setting files: the secrets of phones.",
        "# In clear. Before you commit it: ansible-vault encrypt secrets.yml",
    ]
    return "\n".join([*lines, _yaml({SECRETS: secrets})])


def _host_text(fleet: Fleet, phone: Adopted) -> str:
    variables: dict[str, Any] = {"snom_mac": phone.mac}
    if phone.model:
        variables["snom_model"] = phone.model
    if phone.version:
        variables["snom_firmware_version"] = str(phone.version)
    variables["snom_settings"] = _numbered(fleet.own(phone))
    if phone.phone_book is not None and fleet.shared_book is None:
        variables |= _book(phone.phone_book, phone.adds_to_book)
    files = ", ".join(map(visible_line, phone.files))
    return "\n".join(["---", f"{_BEGIN} from {files}.", _yaml(variables), *_left_out(phone)])


def _book(entries: list[dict[str, str]], adds: bool) -> dict[str, Any]:
    return {"snom_phone_book": entries} | ({"snom_phone_book_complete": False} if adds else {})


def _left_out(phone: Adopted) -> Iterator[str]:
    for name, reason in sorted(phone.left_out.items()):
        yield f"# Left out: {visible_line(f'{name}, {reason}')}"
    if phone.left_out:
        yield ""


def _yaml(value: object) -> str:
    text: str = yaml.dump(
        value, Dumper=_DUMPER, sort_keys=False, allow_unicode=True, width=10_000, default_flow_style=False
    )
    return text


def _numbered(value: object) -> object:
    """Settings with numbers where they are keys, as people write them. A host that is called 101 stays text.

    Nothing is shared, so that there are no anchors.
    """
    if isinstance(value, dict):
        return {
            int(key) if isinstance(key, str) and re.fullmatch("[0-9]{1,3}", key) else key: _numbered(item)
            for key, item in value.items()
        }
    return [_numbered(item) for item in value] if isinstance(value, list) else value
