# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The XML files that phones provision themselves from: written and read.

Sources: protocol 3.3.3 (firmware file), 5.1 (settings), 5.4 (containers, flags). The sections of function keys and of
the phone book are those of Snom's public pages on these tags.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from .._core.errors import InputError
from .._known.setting_values import Setting, one_line

# It must come before the settings whose change is to make the phone reboot (protocol 5.1).
_FIRST = "auto_reboot_on_setting_change"
_KEYS = "functionKeys"
_PLAIN = "phone-settings"
# Snom's page has both spellings for keys, and for the phone book.
_SECTIONS = ("phone-settings", "functionkeys", "function-keys")
_BOOKS = ("tbook", "phone-book")
_FIRMWARE = "firmware-settings"
_INDEX = re.compile("[0-9]{1,9}")
_PLACE = re.compile("[0-9]{1,6}")
# The identity that a key or an entry uses: the active one.
_ACTIVE = "active"
# What an entry may have beside name, number and type: by Snom's and Gigaset's pages on the tag; birthday by a public
# template.
_BESIDE = ("context", "fav")
_WITHIN = ("first_name", "last_name", "number_type", "title", "organization", "email", "note", "group", "birthday")
_CONTACT_KEYS = ("name", "number", "type", *_BESIDE, *_WITHIN, "numbers")
# What it may have in a file; index is its place, and mod is by public templates a mark of the phone's own (inferred).
_OF_ITEM = ("type", "index", "mod", *_BESIDE, "name", "number", *_WITHIN)


@dataclass(frozen=True, kw_only=True)
class Contact:
    """One entry of a phone book. type is one of the words that the phone has for it, or empty; more is the rest."""

    name: str
    number: str
    type: str = ""
    more: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class PhoneBook:
    """A phone book as a file has it."""

    contacts: tuple[Contact, ...]
    complete: bool
    """Whether it replaces the one in the phone."""
    unwritten: tuple[str, ...] = ()
    """What it has that is not written here: the entries of version 2.0, pictures and the like."""


def parse_phone_book(value: object, option: str) -> tuple[Contact, ...]:
    """Read a phone book as an inventory writes it: a list of mappings with name, number and what else it may have.

    One with several numbers gives as many entries of that name, which phones of every generation take. Raises
    InputError that names the option, the entry and the remedy.
    """
    if not isinstance(value, (list, tuple)):
        raise InputError(f"{option} must be a list of entries with name and number.")
    return tuple(
        contact for number, entry in enumerate(value, 1) for contact in _contacts(entry, f"{option}, entry {number}")
    )


def _contacts(entry: object, where: str) -> Iterator[Contact]:
    if not isinstance(entry, Mapping):
        raise InputError(f"{where} must be a mapping with name and number.")
    unknown = [str(key) for key in entry if key not in _CONTACT_KEYS]
    if unknown:
        raise InputError(f"{where}: {', '.join(unknown)}. An entry takes {', '.join(_CONTACT_KEYS)}.")
    numbers = entry.get("numbers")
    if numbers is None:
        yield _contact(entry, where)
        return
    if not isinstance(numbers, (list, tuple)) or "number" in entry:
        raise InputError(f"{where}: numbers must be a list of mappings with number and number_type, instead of number.")
    for place, number in enumerate(numbers, 1):
        if not isinstance(number, Mapping) or not set(number) <= {"number", "number_type"}:
            raise InputError(f"{where}, number {place} must be a mapping with number and perhaps number_type.")
        yield _contact({**entry, **number}, f"{where}, number {place}")


def _contact(entry: Mapping[Any, object], where: str) -> Contact:
    # People paste addresses there.
    texts = {
        key: _word(entry.get(key), f"{where}, {key}", lines=key == "note") for key in _CONTACT_KEYS if key != "numbers"
    }
    # Old phones know only the one name. New ones take it for the last name where there is none (Gigaset's page on the
    # tag), so a first name alone would be shown twice.
    name = texts["name"] or " ".join(filter(None, (texts["first_name"], texts["last_name"])))
    if not texts["name"] and not texts["last_name"]:
        texts["first_name"] = ""
    missing = [key for key, text in (("name", name), ("number", texts["number"])) if not text]
    if missing:
        raise InputError(f"{where}: {' and '.join(missing)} must not be empty.")
    more = {key: texts[key] for key in (*_BESIDE, *_WITHIN) if texts[key]}
    return Contact(name=name, number=texts["number"], type=texts["type"], more=more)


def _word(value: object, where: str, lines: bool = False) -> str:
    """A text of an entry, where switches are true or false (by Snom's page); lines is whether it may have several."""
    return str(value).lower() if isinstance(value, bool) else one_line("" if value is None else value, where, lines)


def settings_file(settings: Iterable[Setting]) -> bytes:
    """A file with these settings; with none, one that says nothing."""
    root = Element("settings")
    ordered = sorted(settings, key=lambda one: (one.name != _FIRST, one.name, one.index or 0))
    for tag, items in (
        (_PLAIN, [one for one in ordered if one.name != "fkey"]),
        (_KEYS, [one for one in ordered if one.name == "fkey"]),
    ):
        if items:
            section = SubElement(root, tag)
            for one in items:
                SubElement(section, one.name, _attributes(one)).text = one.value
    return _document(root)


def _attributes(setting: Setting) -> dict[str, str]:
    attributes = {} if setting.index is None else {"idx": str(setting.index)}
    if setting.name == "fkey":
        attributes["context"] = _ACTIVE
    return attributes | dict(setting.attributes) | {"perm": setting.perm or ""}


def container(urls: Iterable[str]) -> bytes:
    """A file that names the files which a phone is to fetch, in their order."""
    root = Element("setting-files")
    for url in urls:
        SubElement(root, "file", url=url)
    return _document(root)


def phone_book_file(contacts: Iterable[Contact], *, complete: bool = True) -> bytes:
    """A phone book that replaces the one in the phone or, if it is not complete, goes beside what is there.

    Then it gives no positions: since 8.2.20 an entry changes the one at its position, whoever that is, and without one
    that with its number (by Snom's page on the tag).
    """
    root = Element("tbook", {"complete": "true"} if complete else {})
    for index, contact in enumerate(contacts):
        place = {"index": str(index)} if complete else {}
        beside = {key: contact.more[key] for key in _BESIDE if key in contact.more}
        item = SubElement(root, "item", {"context": _ACTIVE, "type": contact.type} | place | beside)
        within = {"name": contact.name, "number": contact.number, **contact.more}
        for key in ("first_name", "last_name", "name", "number", *_WITHIN[2:]):
            if key in within:
                SubElement(item, key).text = within[key]
    return _document(root)


def firmware_file(url: str, module_url: str | None = None) -> bytes:
    """The file that the setting firmware_status names. It must not stand in a container (protocol 3.3.3).

    module_url is where the firmware of expansion modules is. It stands, and is loaded, behind the phone's own.
    """
    root = Element(_FIRMWARE)
    SubElement(root, "firmware", perm="").text = url
    if module_url is not None:
        SubElement(root, "firmware_uxm", perm="").text = module_url
    return _document(root)


def _document(root: Element) -> bytes:
    ElementTree.indent(root)
    text = '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"
    return text.encode()


def is_well_formed(content: bytes) -> bool:
    """Whether a phone's parser could read it."""
    return _root(content) is not None


def listed_urls(content: bytes) -> list[str]:
    """The URLs in a container; none in any other file, and in one that can't be read."""
    root = _root(content)
    if root is None or root.tag.lower() != "setting-files":
        return []
    return [file.get("url", "") for file in root.iter("file")]


def read_settings_file(content: bytes) -> Iterator[Setting]:
    """The settings in a file; none in any other file, and in one that can't be read. See `nested_settings`, too."""
    return (_read_setting(item) for item in _items(content) if not len(item))


def nested_settings(content: bytes) -> list[str]:
    """The settings in a file whose values are XML of their own, by their names in requests.

    Public templates define keys of the D8xx so. Nothing here writes such a value.
    """
    return [_read_setting(item).wire_name for item in _items(content) if len(item)]


def _items(content: bytes) -> Iterator[Element]:
    root = _root(content)
    if root is None:
        return
    # Nobody knows whether capitals are others to a phone. What people wrote so is read.
    for section in root if root.tag.lower() == "settings" else [root]:
        if section.tag.lower() in _SECTIONS:
            yield from section
        elif section is not root and section.tag.lower() == _FIRMWARE:
            # Public files have firmware_interval and the like there.
            yield from (item for item in section if item.tag != "firmware")


def _read_setting(item: Element) -> Setting:
    """A setting as it stands in a file that anybody may have edited: a number that is none stays an attribute."""
    attributes = dict(item.attrib)
    perm = attributes.pop("perm", "")
    index = int(attributes.pop("idx")) if _INDEX.fullmatch(attributes.get("idx", "")) else None
    return Setting(
        name=item.tag,
        index=index,
        value=item.text or "",
        perm=perm,
        attributes=attributes,
    )


def read_phone_books(content: bytes) -> Iterator[PhoneBook]:
    """The phone books in a file; none in any other file, and in one that can't be read."""
    for table in _tables(content):
        items = [item for item in table if item.tag == "item"]
        inside = [part for item in items for part in item if len(part) or (part.text or "").strip()]
        names = [
            *(item.tag for item in table if item.tag != "item"),
            *(part.tag for part in inside if len(part)),
            *(name for name in (part.tag for part in inside) if name not in _OF_ITEM),
            *(name for item in items for name, text in item.attrib.items() if text and name not in _OF_ITEM),
        ]
        yield PhoneBook(
            contacts=tuple(map(_read_contact, _in_places(items))),
            complete=table.get("complete") == "true",
            unwritten=tuple(dict.fromkeys(names)),
        )


def read_phone_book_file(content: bytes) -> tuple[Contact, ...] | None:
    """The phone book in a file; None in any other file, and in one that can't be read."""
    book = next(read_phone_books(content), None)
    return None if book is None else book.contacts


def replaces_phone_book(content: bytes) -> bool:
    """Whether a file has a phone book, and it replaces the one in the phone."""
    books = list(read_phone_books(content))
    return bool(books) and all(book.complete for book in books)


def _tables(content: bytes) -> list[Element]:
    root = _root(content)
    return [] if root is None else [tag for tag in (root, *root) if tag.tag.lower() in _BOOKS]


def _in_places(items: list[Element]) -> list[Element]:
    """The entries in the order of their places, if each has one of its own."""
    places = [item.get("index", "") for item in items]
    if all(map(_PLACE.fullmatch, places)) and len({*map(int, places)}) == len(places):
        return sorted(items, key=lambda item: int(item.get("index", "")))
    return items


def _read_contact(item: Element) -> Contact:
    beside = {key: item.get(key, "") for key in _BESIDE}
    if beside["context"] == _ACTIVE:
        del beside["context"]
    # Templates put some on lines of their own.
    within = {key: item.findtext(key, "").strip() for key in ("name", "number", *_WITHIN)}
    name, number = within.pop("name"), within.pop("number")
    more = {key: text for key, text in (beside | within).items() if text}
    return Contact(name=name, number=number, type=item.get("type", ""), more=more)


def _root(content: bytes) -> Element | None:
    try:
        return ElementTree.fromstring(content)
    # The latter two for an encoding that Python does not have, or that is none of text.
    except (ElementTree.ParseError, LookupError, ValueError):
        return None
