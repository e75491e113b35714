# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files of one generation, and its name. What all phones of a model share stands in one file of its own."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import SnomError
from ansible_collections.telephony.snom.plugins.module_utils._known.setting_values import Setting
from ansible_collections.telephony.snom.plugins.module_utils._provisioning.xml import (
    container,
    is_well_formed,
    phone_book_file,
    settings_file,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.provisioning.names import content_mark
from ansible_collections.telephony.snom.plugins.plugin_utils.provisioning.provisioned_phone import ProvisionedPhone

_ID_LENGTH = 16


def make_generation(phones: Iterable[ProvisionedPhone], base_url: str) -> tuple[str, dict[str, bytes]]:
    """The name of the generation, and its files by name. base_url is without a slash at its end.

    Raises SnomError if a file came out as something that is no XML.
    """
    files, lists = _files(phones)
    generation = _name(base_url, files, lists)
    for name, listed in lists.items():
        files[name] = container(f"{base_url}/generations/{generation}/{one}" for one in listed)
    if broken := [name for name, content in files.items() if not is_well_formed(content)]:
        raise SnomError(f"{broken[0]} came out as broken XML, which is a mistake of this collection. Please report it.")
    return generation, files


def _files(phones: Iterable[ProvisionedPhone]) -> tuple[dict[str, bytes], dict[str, list[str]]]:
    """The files with content, and by container the names of those that it is to list."""
    files: dict[str, bytes] = {}
    lists: dict[str, list[str]] = {}
    models: dict[str, list[ProvisionedPhone]] = defaultdict(list)
    for phone in phones:
        models[phone.model.image_prefix].append(phone)
    nothing = settings_file(())
    for prefix, members in sorted(models.items()):
        files[f"{prefix}.htm"] = nothing
        shared = _shared_settings(members)
        if shared:
            files[f"{prefix}.xml"] = settings_file(shared.values())
        for phone in members:
            own = f"{prefix}-{phone.mac}.xml"
            files[own] = settings_file(setting for name, setting in phone.settings.items() if name not in shared)
            listed = [f"{prefix}.xml", own] if shared else [own]
            if phone.firmware:
                files[phone.firmware[0]] = phone.firmware[1]
            if phone.phone_book is not None:
                content = phone_book_file(phone.phone_book, complete=phone.phone_book_complete)
                book = f"phone-book-{content_mark(content)}.xml"
                files[book] = content
                listed.append(book)
            lists[phone.asked_for] = listed
    return files, lists


def _shared_settings(phones: Sequence[ProvisionedPhone]) -> dict[str, Setting]:
    """What all phones of a model have in common. One phone alone shares nothing."""
    if len(phones) < 2:
        return {}
    shared = dict(phones[0].settings)
    for phone in phones[1:]:
        for name in [name for name, setting in shared.items() if phone.settings.get(name) != setting]:
            del shared[name]
    return shared


def _name(base_url: str, files: Mapping[str, bytes], lists: Mapping[str, Sequence[str]]) -> str:
    """The name of a generation: the same content has the same one."""
    digest = hashlib.sha256(base_url.encode())
    for name, content in sorted(files.items()):
        digest.update(f"\0{name}\0{len(content)}\0".encode() + content)
    for name, listed in sorted(lists.items()):
        digest.update("\0".join(["", name, *listed]).encode())
    return digest.hexdigest()[:_ID_LENGTH]
