# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The part of snom_provisioning that happens where the web root is: compare with what is published, and publish.

The other part, which reads the inventory and renders the files, happens on the controller.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from .._core.errors import InputError, SnomError, expect
from .._core.visible import visible_line
from .diff import Generation, compare_generations, gone
from .web_root import (
    WebRoot,
    current_generation,
    is_published,
    names,
    open_web_root,
    previous_generation,
    publish,
    read_file,
    switch_back,
)

ARGUMENT_SPEC: dict[str, dict[str, Any]] = {
    "web_root": {"type": "path", "required": True},
    "base_url": {"type": "str", "required": True},
    "keep": {"type": "int", "default": 1},
    "mode": {"type": "raw", "default": "0640"},
    "owner": {"type": "str"},
    "group": {"type": "str"},
    "shared_users": {"type": "list", "elements": "str", "default": []},
    "unknown_settings": {"type": "str", "choices": ["warn", "fail", "ignore"], "default": "warn"},
    "allow_cleartext_secrets": {"type": "bool", "default": False},
    "mirror": {"type": "str"},
    "catalog": {"type": "path"},
    "phone_book": {"type": "list", "elements": "dict"},
    "phone_book_complete": {"type": "bool", "default": True},
    "rollback": {"type": "bool", "default": False},
    "allow_removal": {"type": "bool", "default": False},
    # The rendered files as `pack` makes them. The action plugin puts them where the module runs.
    "_content": {"type": "path"},
}

LONGEST_DIFF = 1000
"""Lines of a diff that are shown."""

_LARGEST_NAMED = 10
_OF_A_PHONE = re.compile(r"-([0-9A-F]{12})\.htm")


def read_mode(value: object) -> int:
    """Read the mode of files: octal digits as text, or a number. Raises InputError."""
    try:
        mode = value if isinstance(value, int) else int(str(value), 8)
    except ValueError:
        mode = 0
    if not 0o600 <= mode <= 0o777 or mode & 0o133 or not mode & 0o400:
        raise InputError(
            f"mode is {value!r}. Give the mode of files as octal digits in quotes, such as '0640': readable and "
            "writable by their owner, and at most readable by others."
        )
    return mode


@dataclass(frozen=True)
class Publication:
    """What is to be published. phones says which file each host's phone asks for.

    To roll back there are no files. others are the hosts of the inventory that are not in the play, by their MAC; they
    only lend a phone that would lose its files their name.
    """

    phones: Mapping[str, str]
    generation: str | None = None
    files: Mapping[str, bytes] = field(default_factory=dict)
    others: Mapping[str, str] = field(default_factory=dict)


def pack(content: Publication) -> bytes:
    """The content as a file for another machine."""
    files = {name: data.decode() for name, data in content.files.items()}
    parts = {"phones": dict(content.phones), "generation": content.generation, "files": files}
    return gzip.compress(json.dumps(parts | {"others": dict(content.others)}).encode(), compresslevel=1)


def unpack(data: bytes) -> Publication:
    """Read what `pack` made."""
    content = json.loads(gzip.decompress(data))
    files = {name: text.encode() for name, text in content["files"].items()}
    return Publication(content["phones"], content["generation"], files, content["others"])


def publish_content(
    content: Publication,
    parameters: Mapping[str, Any],
    check_mode: bool,
    *,
    before_switch: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """Publish, and return a result of plain JSON types without secrets; a failure is a result, too.

    before_switch is called right before phones are to see the generation; what it raises is passed on.
    """
    try:
        return _publish(content, parameters, check_mode, before_switch)
    except SnomError as error:
        return {"changed": False, "failed": True, "msg": error.reason}


def _publish(
    content: Publication, parameters: Mapping[str, Any], check_mode: bool, before_switch: Callable[[], None]
) -> dict[str, Any]:
    if parameters["keep"] < 1:
        raise InputError("keep must be 1 or more: a phone that boots right now still asks for the previous generation.")
    root = open_web_root(
        parameters["web_root"],
        keep=parameters["keep"],
        mode=read_mode(parameters["mode"]),
        owner=parameters["owner"],
        group=parameters["group"],
    )
    before = _on_disk(root, current_generation(root))
    if parameters["rollback"]:
        after = _on_disk(root, previous_generation(root))
        if after is None:
            raise InputError(f"rollback: there is no earlier generation in web_root {root.path}.")
        result = _compared(content.phones, before, after, names(root, after.name), root) | {"changed": True}
        _require_allowed(result["gone"], content, parameters)
        if not check_mode:
            switch_back(root, after.name, before_switch)
        return result
    after = Generation(name=expect(content.generation), read=content.files.get)
    changed = not is_published(root, after.name, content.files)
    result = _compared(content.phones, before, after, content.files, root) | {"changed": changed}
    _require_allowed(result["gone"], content, parameters)
    if changed and not check_mode:
        publish(root, after.name, content.files, before_switch)
    return result


def _require_allowed(files: Iterable[str], content: Publication, parameters: Mapping[str, Any]) -> None:
    """Raise InputError if these files are not to go: they are of phones that the play has not.

    Whether the inventory has them does not count. One that lacks a phone may lack it for good, or because a source of
    it could not be read, or a lease ran out.
    """
    served = {_mac_in(name) for name in content.phones.values()}
    macs = {name: mac for name in files if (mac := _mac_in(name)) and mac not in served}
    if not macs or parameters["allow_removal"]:
        return
    phones = sorted(content.others.get(mac, name) for name, mac in macs.items())
    named = ", ".join(phones[:_LARGEST_NAMED])
    more = f" and {len(phones) - _LARGEST_NAMED} more" if len(phones) > _LARGEST_NAMED else ""
    raise InputError(
        f"Nothing was written. The files of {named}{more} would go, which this play has not. Run it for all phones of "
        "this web_root (snom_hosts, in the playbooks), see that the inventory is whole, or set allow_removal: true if "
        "these are to find nothing here any more."
    )


def _mac_in(name: str) -> str | None:
    """The MAC of the phone that asks for a file of this name; None if a whole model asks for it."""
    match = _OF_A_PHONE.search(name)
    return match[1] if match else None


def _on_disk(root: WebRoot, name: str | None) -> Generation | None:
    return None if name is None else Generation(name=name, read=partial(read_file, root, name))


def _compared(
    phones: Mapping[str, str], before: Generation | None, after: Generation, files: Collection[str], root: WebRoot
) -> dict[str, Any]:
    changes = compare_generations(phones, before, after)
    lost = gone(names(root, before.name), after) if before else []
    lines = [line for change in changes.values() for line in change.lines] + [f"gone: {name}" for name in lost]
    if len(lines) > LONGEST_DIFF:
        lines[LONGEST_DIFF:] = [f"… and {len(lines) - LONGEST_DIFF} more lines"]
    return {
        "generation": after.name,
        "previous": before.name if before else None,
        "phones": {host: {"changed": change.changed, "files": change.files} for host, change in changes.items()},
        "gone": lost,
        "counts": {
            "phones": len(phones),
            "changed": sum(change.changed for change in changes.values()),
            "files": len(files),
            "gone": len(lost),
        },
        "diff": {"prepared": "".join(f"{visible_line(line)}\n" for line in lines)},
    }
