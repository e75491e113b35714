# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What setting files say of a fleet, as an inventory states it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._core.visible import visible_line
from ansible_collections.telephony.snom.plugins.module_utils._known.images import (
    chained_url,
    file_in_url,
    files_in_url,
    read_image_name,
)
from ansible_collections.telephony.snom.plugins.module_utils._known.known_settings import WAY, kind_of, split_name
from ansible_collections.telephony.snom.plugins.module_utils._known.models import Model, find_model
from ansible_collections.telephony.snom.plugins.module_utils._known.setting_values import Setting
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.module_utils._provisioning.xml import PhoneBook, parse_phone_book
from ansible_collections.telephony.snom.plugins.plugin_utils.adoption.assign import Assignment, Served, assign
from ansible_collections.telephony.snom.plugins.plugin_utils.adoption.setting_file import SettingFile
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.adoption import (
    common_settings,
    describe_file_settings,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.provisioning.fleet_checks import sip_users
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.merge import host_name

SECRETS = "snom_adopted_secrets"
"""The variable that holds the secrets: a mapping by host, of mappings by the names of settings in requests."""
LARGEST_NAMED = 10
"""How many names a note lists."""

_PASSWORD, _CONFIRMED = "admin_mode_password", "admin_mode_password_confirm"


@dataclass(kw_only=True)
class Adopted:
    """One phone. settings and secrets are as `describe_file_settings` returns them."""

    host: str
    mac: str
    model: str | None
    version: Version | None = None
    settings: dict[str, Any]
    secrets: dict[str, str] = field(repr=False)
    left_out: dict[str, str]
    phone_book: list[dict[str, str]] | None = None
    adds_to_book: bool = False
    """Whether its phone book goes beside the one in the phone, not in its place."""
    users: list[str]
    """The SIP users that it registers."""
    files: list[str]


@dataclass(kw_only=True)
class Fleet:
    """All phones, what they have in common, and what there is to say, in sentences."""

    phones: list[Adopted]
    shared: dict[str, Any]
    shared_book: list[dict[str, str]] | None
    adds_to_book: bool
    """As for one phone, if they share a phone book."""
    shared_users: list[str]
    """SIP users that more than one phone registers."""
    notes: list[str]

    def own(self, phone: Adopted) -> dict[str, Any]:
        """The settings of a phone that not all have."""
        return {name: value for name, value in phone.settings.items() if name not in self.shared}


def adopt(
    files: Sequence[SettingFile],
    others: Sequence[str] = (),
    hosts: Mapping[str, str] | None = None,
    models: Mapping[str, str] | None = None,
) -> Fleet:
    """Describe the phones that files are for. others are names of what was not read.

    hosts are the names that the inventory has for phones, by MAC, and models what it says of these. Raises InputError
    if there is no phone.
    """
    assignment = assign(files, models)
    if assignment.bases and not assignment.phones:
        raise InputError(
            f"path: the setting files are of DECT bases, which are no desk phones: {_some(assignment.bases)}. Name the "
            "folder or the URL from which desk phones get their files."
        )
    if not assignment.phones:
        raise InputError(
            "path: there is no setting file with a MAC address in its name, or in that of its folder, so nothing tells "
            "which phones there are. Name the folder or the URL from which phones get their files."
        )
    firmware = {file.name.rpartition("/")[2]: file.firmware for file in files if file.kind == "firmware"}
    phones = [_adopted(served, firmware, hosts or {}, models or {}) for served in assignment.phones.values()]
    books = [(phone.phone_book, phone.adds_to_book) for phone in phones]
    alike = len(phones) > 1 and all(book == books[0] for book in books)
    users = Counter(user for phone in phones for user in phone.users)
    shared_users = sorted(user for user, count in users.items() if count > 1)
    return Fleet(
        phones=phones,
        shared=common_settings([phone.settings for phone in phones]),
        shared_book=books[0][0] if alike else None,
        adds_to_book=alike and books[0][1],
        shared_users=shared_users,
        notes=[*_notes(phones, shared_users), *_notes_of_files(assignment, files, others)],
    )


def refer_to(name: str) -> str:
    """What stands in place of a secret."""
    return f"{{{{ {SECRETS}[inventory_hostname]['{name}'] }}}}"


def _adopted(
    served: Served, firmware: Mapping[str, str], hosts: Mapping[str, str], models: Mapping[str, str]
) -> Adopted:
    together: dict[str, Setting] = {}
    nested: set[str] = set()
    for file in served.files:
        together |= {one.wire_name: one for one in file.settings}
        # Nor what an earlier file says: the phone does not have that any more.
        nested = {name for name in (*nested, *file.nested) if name in file.nested or name not in together}
        together = {name: one for name, one in together.items() if name not in nested}
        if file.firmware:
            together["firmware"] = Setting(name="firmware", value=file.firmware)
    values = {name: one.value for name, one in together.items()}
    confirmed = together.get(_CONFIRMED)
    if _PASSWORD in together:
        # It is filled in.
        together.pop(_CONFIRMED, None)
    settings, secrets, left_out = describe_file_settings(together.values(), refer_to)
    left_out |= dict.fromkeys(sorted(nested), "its value is XML of its own, which this collection does not write")
    if confirmed and confirmed.value != values.get(_PASSWORD, confirmed.value):
        left_out[_CONFIRMED] = f"it is not the same as {_PASSWORD}"
    images = list(_images(values, firmware))
    model = _model(served, values, images, models)
    book = _merged_books(served.files, left_out)
    contacts = None if book is None else _contacts(book, left_out)
    # What a phone is told to load counts only if it is told to.
    wanted = [version for named, version in images if model and named.name == model]
    return Adopted(
        host=hosts.get(served.mac, host_name(served.mac)),
        mac=served.mac,
        model=model,
        version=wanted[0] if wanted and values.get("update_policy") == "auto_update" else None,
        settings=settings,
        secrets=secrets,
        left_out=left_out,
        phone_book=contacts,
        adds_to_book=book is not None and not book.complete and contacts is not None,
        users=sorted({*sip_users(together)}),
        files=[file.name for file in served.files],
    )


def _model(
    served: Served, values: Mapping[str, str], images: Sequence[tuple[Model, Version]], models: Mapping[str, str]
) -> str | None:
    """The inventory knows best, then names of files; what stands in files is often copied from those of others."""
    # FusionPBX calls each phone by its model and the end of its MAC.
    named = re.fullmatch(rf"(snom\w{{2,5}})-{served.mac[6:]}", values.get("phone_name", ""), re.IGNORECASE)
    for text in (models.get(served.mac), served.model, named and named[1], values.get("phone_type")):
        if text and (model := find_model(text)):
            return model.name
    return images[0][0].name if images else None


def _images(values: Mapping[str, str], firmware: Mapping[str, str]) -> Iterator[tuple[Model, Version]]:
    """Model and version of the images that settings lead to, directly or through a file of firmware."""
    for name in ("firmware", "firmware_status"):
        try:
            url = values.get(name, "")
            url = firmware.get(file_in_url(url), url)
            named = files_in_url(chained_url(url) or url)
        # Of a URL that is none.
        except ValueError:
            continue
        yield from [image for file in named if (image := read_image_name(file))][:1]


def _merged_books(files: Iterable[SettingFile], left_out: dict[str, str]) -> PhoneBook | None:
    """The phone book that a phone's files together give it; None, with the reason, if that can't be told or written."""
    book: PhoneBook | None = None
    reason = ""
    for file in files:
        if not file.phone_books:
            continue
        one = file.phone_books[-1]
        if one.complete:
            book, reason = None, ""
        if len(file.phone_books) > 1:
            reason = (
                f"{visible_line(file.name)} gives {len(file.phone_books)} of it, and no page says what phones do then"
            )
        elif one.unwritten:
            names = ", ".join(visible_line(name) for name in one.unwritten[:LARGEST_NAMED])
            reason = f"it has {names}, which this collection does not write"
        # Phones take an entry for one that they have by its number (Snom's page on the tag).
        numbers = {contact.number for contact in one.contacts}
        before = [contact for contact in (book.contacts if book else ()) if contact.number not in numbers]
        complete = one.complete or (book is not None and book.complete)
        book = PhoneBook(contacts=(*before, *one.contacts), complete=complete)
    if reason:
        left_out["phone book"] = f"{reason}; the phone keeps what it has"
    return None if reason else book


def _contacts(book: PhoneBook, left_out: dict[str, str]) -> list[dict[str, str]] | None:
    """A phone book as an inventory states it; None, with the reason, if it can't."""
    stated = [
        {
            name: text
            for name, text in {"name": one.name, "number": one.number, "type": one.type, **one.more}.items()
            if text
        }
        for one in book.contacts
    ]
    if any(sign in text for entry in stated for text in entry.values() for sign in ("{{", "{%", "{#")):
        left_out["phone book"] = "Ansible would take it for a template"
        return None
    try:
        parse_phone_book(stated, "phone book")
    except InputError as error:
        left_out["phone book"] = error.reason
        return None
    return stated


def _notes(phones: Sequence[Adopted], shared_users: Sequence[str]) -> Iterator[str]:
    # One of twelve identities counts as one: phones are counted.
    names = [name for phone in phones for name in {split_name(one)[0] for one in phone.left_out}]
    ways = Counter(name for name in names if kind_of(name) == WAY)
    rest = Counter(name for name in names if kind_of(name) != WAY)
    if ways:
        yield f"Left out because they lead back to the server that the phones come from: {_counted(ways)}."
    if rest:
        yield f"Left out, with the reason at the end of each host's file: {_counted(rest)}."
    if nameless := [phone.host for phone in phones if phone.model is None]:
        yield f"Nothing tells the model of {_some(nameless)}. State snom_model there."
    if adding := [phone.host for phone in phones if phone.adds_to_book]:
        yield (
            f"The phone book of {_some(adding)} goes beside what is in the phone, so snom_phone_book_complete is "
            "false. What you take out of it stays in the phone."
        )
    if loaded := Counter(f"{phone.model} {phone.version}" for phone in phones if phone.version):
        yield (
            f"Firmware that the files make phones load: {_counted(loaded)}. Provisioning makes them load it, too: have "
            "the images on your mirror (provisioning_mirror), or take snom_firmware_version out."
        )
    if shared_users:
        yield (
            f"More than one phone registers {_some(shared_users)}, by the files. So they stand in "
            "provisioning_shared_users of the group."
        )


def _notes_of_files(assignment: Assignment, files: Sequence[SettingFile], others: Sequence[str]) -> Iterator[str]:
    if assignment.missing:
        yield f"Lists name files that are not there: {_some(sorted(assignment.missing))}."
    if assignment.unread:
        yield f"No phone reads these, by their names and by the lists that are there: {_some(assignment.unread)}."
    if assignment.bases:
        yield f"Of DECT bases, which are no desk phones, and so not described: {_some(assignment.bases)}."
    if twice := Counter(name for file in files for name in file.twice):
        yield f"Given twice in one file, with different values, of which the last was taken: {_counted(twice)}."
    if unflagged := Counter({file.name: file.unflagged_lines for file in files if file.unflagged_lines}):
        yield (
            f"Lines of text without a flag: {_counted(unflagged)}. They are described as what users may change at the "
            "phone. Snom's page can be read to say that they may not: where that is so, give {value: …, perm: R}."
        )
    if strange := Counter({file.name: file.strange_lines for file in files if file.strange_lines}):
        yield f"Lines of text that are neither settings nor comments were passed over: {_counted(strange)}."
    if parts := Counter(part for file in files for part in file.parts):
        yield f"Parts of files that this collection does not write: {_counted(parts)}. State them otherwise, if at all."
    if outside := Counter(name for file in files for name in file.outside):
        yield (
            "Settings that stand outside of their section, where no page says that phones read them: "
            f"{_counted(outside)}. State them in snom_settings, if phones have them."
        )
    strangers = [*others, *(file.name for file in files if file.kind == "other")]
    if strangers:
        yield f"Not read, because they are no setting files of Snom's desk phones: {_some(strangers)}."


def _counted(names: Counter[str]) -> str:
    return _some([f"{name} ({count})" for name, count in sorted(names.items())])


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(visible_line(name) for name in names[:LARGEST_NAMED])
    return shown if len(names) <= LARGEST_NAMED else f"{shown} and {len(names) - LARGEST_NAMED} more"
