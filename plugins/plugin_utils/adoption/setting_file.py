# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One file that phones are served, XML or text: what it is, and what it says.

Sources: protocol 3.3.3 (firmware file), 5.1 (settings), 5.4 (lists of files, flags, the form of text).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from xml.etree import ElementTree
from xml.parsers import expat

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._core.visible import visible_line
from ansible_collections.telephony.snom.plugins.module_utils._known.known_settings import (
    is_known,
    of_contact,
    split_name,
)
from ansible_collections.telephony.snom.plugins.module_utils._known.mac_in_text import find_mac
from ansible_collections.telephony.snom.plugins.module_utils._known.setting_values import Setting
from ansible_collections.telephony.snom.plugins.module_utils._provisioning.xml import (
    Contact,
    PhoneBook,
    listed_urls,
    nested_settings,
    read_phone_books,
    read_settings_file,
)

# What may stand in a file beside settings, keys and a phone book, and is not written by this collection.
_READ = ("phone-settings", "functionkeys", "function-keys", "tbook", "phone-book")
# What may be a file of its own, too: by Snom's pages on configuration files, and by public files with languages.
_PARTS = ("dialplan", "replacementplan", "certificates", "gui-languages", "web-languages")
_FIRMWARE = "firmware-settings"
_ROOTS = ("settings", "setting-files", _FIRMWARE, *_READ, *_PARTS)
# All that the text to which firmware_status leads has, as public servers give it to old phones.
_OF_FIRMWARE = ("firmware", "firmware_uxm")
# Smarty of FusionPBX and Provisioner, Twig of tancredi, Jinja of wazo, Blade and PHP of FS PBX; what shells, JavaScript
# and Java fill in, and KalliopePBX. A phone's own variables are $mac and {mac}.
_TEMPLATE = re.compile(
    rb"\{\$[A-Za-z_]|\{/?(?:if|foreach|foreachelse|else|elseif|literal|section|loop_\w{1,30})\b[^{}\n]{0,200}\}"
    rb"|\$\{[A-Za-z_][\w.]{0,60}[}( ]|%%[A-Za-z]\w{0,60}%%"
    rb"|\{%-?\s|\{\{-?\s?[\w$!(]|\{!!\s|<\?(?:php|=)|^[ \t]*@(?:if|foreach|switch|include|php)\b",
    re.MULTILINE,
)
# What Python fills in, where a value is nothing else. In braces phones have the value of a setting.
_BRACED = re.compile(rb"(?<=[>\"'])\{([A-Za-z_]\w{0,60})\}(?=[<\"'])")
_OWN = ("mac", "phone_type", "firmware_version")
# A capital letter is no beginning of a name in text: so people write.
_LINE = re.compile(r"([A-Za-z][A-Za-z0-9_]*)([ !&$#]?):[ \t]?(.*)")
# What a web server shows beside the files. Snom's own example of a file of text begins like it, too.
_HTML = re.compile(rb"\s*(?:<\?xml[^<>]{0,200}>\s*)?<(?:!doctype\s+)?html\b", re.IGNORECASE)
_OURS = re.compile(rb"<(?:" + "|".join(_ROOTS).encode() + rb")\b", re.IGNORECASE)
_BARE = re.compile(rb"&(?!(?:#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6}|[A-Za-z]{1,32});)")
_MOST = 20_000
"""Settings in one file. The largest that were seen have some two thousand."""
# What fills in templates leaves empty lines where these had comments, and parsers read no declaration behind such.
_EMPTY_LINES = re.compile(rb"(?:\xef\xbb\xbf)?[ \t\r\n]+(?=<\?xml[ \t\r\n])")
# The identity that an entry of the phone book uses where it names none.
_ACTIVE = "active"
_COMMENT = ("#", "<", ";", "//")


@dataclass(frozen=True, kw_only=True)
class SettingFile:
    """What a file says. kind is ``settings``, ``list``, ``phone book``, ``firmware``, ``part`` or ``other``."""

    name: str
    kind: str
    settings: tuple[Setting, ...] = ()
    twice: tuple[str, ...] = ()
    """Settings that it gives twice, with different values."""
    nested: tuple[str, ...] = ()
    """Settings whose values are XML of their own."""
    listed: tuple[str, ...] = ()
    """URLs of files that it lists."""
    phone_books: tuple[PhoneBook, ...] = ()
    unflagged_lines: int = 0
    """Lines of text that give a setting without a flag of permission."""
    strange_lines: int = 0
    """Lines of text among its settings that are none, nor comments."""
    firmware: str = field(default="", repr=False)
    """The URL of an image."""
    parts: tuple[str, ...] = ()
    """What stands in it beside settings, function keys and a phone book."""
    outside: tuple[str, ...] = ()
    """Settings that stand in none of its sections."""


def parse_file(name: str, content: bytes) -> SettingFile:
    """Read a file. Raises InputError that names it for a template, a document type, and XML that is broken."""
    if _HTML.match(content.removeprefix(b"\xef\xbb\xbf")):
        return _read_page(name, content)
    if _looks_like_xml(content):
        content = _EMPTY_LINES.sub(b"", content, count=1) if _EMPTY_LINES.match(content) else content
        _require_rendered(name, content)
        if _fault(name, content) and not _OURS.search(content.replace(b"\0", b"")):
            return _read_page(name, content)
        content = _plain_xml(name, content)
        return _read_xml(name, content)
    return _read_text(name, content)


def _read_page(name: str, content: bytes) -> SettingFile:
    """What stands in tags of HTML: text with settings, if most of the names are known, or something else."""
    lines = _lines(content)
    names = [match[1] for match in map(_LINE.fullmatch, lines) if match]
    if 2 * sum(map(is_known, names)) <= len(names):
        return SettingFile(name=name, kind="other")
    return _read_text(name, content)


def _read_text(name: str, content: bytes) -> SettingFile:
    """The settings of a file of text, if most of its lines are such."""
    said = _lines(content)
    found = [match for match in map(_LINE.fullmatch, said) if match]
    if 2 * len(found) <= len(said):
        return SettingFile(name=name, kind="other")
    _require_rendered(name, content)
    settings = _bounded(name, map(_of_line, found))
    rest = tuple(one for one in settings if not of_contact(one.wire_name))
    images = [one.value for one in rest if one.wire_name == "firmware" and one.value]
    # A phone's own file may well say nothing else.
    if images and find_mac(name) is None and all(one.wire_name in _OF_FIRMWARE for one in settings):
        return SettingFile(name=name, kind="firmware", firmware=images[-1])
    return SettingFile(
        name=name,
        kind="settings" if rest else "phone book",
        settings=rest,
        twice=_twice(settings),
        phone_books=tuple(_read_phone_book(settings)),
        unflagged_lines=sum(1 for match in found if not match[2]),
        strange_lines=len(said) - len(found),
    )


def _read_phone_book(settings: tuple[Setting, ...]) -> Iterator[PhoneBook]:
    """The phone book that text has among its settings, an entry in up to four of them; none where there is no entry."""
    entries: dict[int, dict[str, str]] = {}
    for one in settings:
        if (found := of_contact(one.wire_name)) and one.value:
            entries.setdefault(found[1], {})[found[0]] = one.value
    contacts = [
        Contact(
            name=entry.get("tn", ""),
            number=entry.get("tu", ""),
            type=entry.get("tc", ""),
            more={} if entry.get("to", _ACTIVE) == _ACTIVE else {"context": entry["to"]},
        )
        for _place, entry in sorted(entries.items())
        if "tn" in entry or "tu" in entry
    ]
    if contacts:
        yield PhoneBook(contacts=tuple(contacts), complete=False)


def _looks_like_xml(content: bytes) -> bool:
    """Also in UTF-16, with or without a mark of the order of its bytes."""
    return content.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n").startswith((b"<", b"{% ", b"{{", b"{$", b"{if"))


def _plain_xml(name: str, content: bytes) -> bytes:
    """The content as a parser may have it. Raises InputError for broken XML."""
    broken = _fault(name, content)
    if broken is None:
        return content
    # Servers write perm="&" and URLs as they are, and phones seem to take that.
    mended = _BARE.sub(b"&amp;", content)
    if _fault(name, mended) is None:
        return mended
    raise InputError(
        f"{visible_line(name)} is broken XML{broken}, which a phone can't read either. Mend it, or take it out of the "
        "folder."
    )


def _fault(name: str, content: bytes) -> str | None:
    """Where XML is broken, as the end of a sentence; None if it is not.

    Raises InputError for a document type: no phone needs one, and with it come entities, which can stand for gigabytes.
    """
    parser = expat.ParserCreate()

    def refuse(*_declared: object) -> None:
        raise InputError(
            f"{visible_line(name)} declares a document type (DOCTYPE), which no setting file has and which can hide "
            "entities. Take that out, or the file out of the folder."
        )

    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        return f" in line {error.lineno}" if isinstance(error, expat.ExpatError) else " in its head"
    return None


def _require_rendered(name: str, content: bytes) -> None:
    plain = content.replace(b"\0", b"")
    braced = (one for one in _BRACED.finditer(plain) if (word := one[1].decode()) not in _OWN and not is_known(word))
    if match := _TEMPLATE.search(plain) or next(braced, None):
        shown = visible_line(match[0].decode("ascii", "replace").strip())[:40]
        raise InputError(
            f"{visible_line(name)} is a template ({shown}), not what phones get. Take the files as the server gives "
            "them to phones: their URL, or a folder into which they were fetched."
        )


def _read_xml(name: str, content: bytes) -> SettingFile:
    root = ElementTree.fromstring(content)
    tag = root.tag.lower()
    if tag not in _ROOTS:
        return SettingFile(name=name, kind="other")
    if tag == "setting-files":
        return SettingFile(name=name, kind="list", listed=tuple(listed_urls(content)))
    if tag == _FIRMWARE:
        return SettingFile(name=name, kind="firmware", firmware=(root.findtext("firmware") or "").strip())
    if tag in _PARTS:
        return SettingFile(name=name, kind="part", parts=(tag,))
    settings = _bounded(name, map(_trimmed, read_settings_file(content)))
    nested = nested_settings(content)
    books = tuple(read_phone_books(content))
    inside = [part.tag.lower() for part in root] if tag == "settings" else []
    sections = {*inside} - {_FIRMWARE}
    others = [part.tag for part in root if part.tag.lower() not in (*_READ, _FIRMWARE)] if inside else []
    outside = [name for name in others if name.lower() not in _ROOTS and is_known(name)]
    if sections and not sections & {*_ROOTS} and not outside:
        # Cordless and conference phones of Snom have files of that name, too, with sections of their own. The M series
        # calls one of them as desk phones do: that on its firmware.
        return SettingFile(name=name, kind="other")
    firmware = (root.findtext(f"{_FIRMWARE}/firmware") or "").strip() if tag == "settings" else ""
    return SettingFile(
        name=name,
        kind="phone book" if books and not settings and not nested else "settings",
        settings=settings,
        twice=_twice(settings),
        nested=tuple(nested),
        phone_books=books,
        firmware=firmware,
        parts=tuple(dict.fromkeys(name.lower() for name in others if name not in outside)),
        outside=tuple(dict.fromkeys(outside)),
    )


def _bounded(name: str, settings: Iterator[Setting]) -> tuple[Setting, ...]:
    found = tuple(islice(settings, _MOST + 1))
    if len(found) > _MOST:
        raise InputError(
            f"{visible_line(name)} gives more than {_MOST} settings, which no phone has. Take it out of the folder."
        )
    return found


def _trimmed(setting: Setting) -> Setting:
    """A value that templates have put on lines of its own, without these."""
    if "\n" not in setting.value:
        return setting
    return Setting(
        name=setting.name,
        index=setting.index,
        value=setting.value.strip(),
        perm=setting.perm,
        attributes=setting.attributes,
    )


def _lines(content: bytes) -> list[str]:
    """The lines of text that are no comments."""
    text = _decoded(content)
    # Lines of old files end in a carriage return alone (Snom's questions and answers of 2004).
    lines = [line.strip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    return [line for line in lines if line and not line.startswith(_COMMENT)]


def _of_line(match: re.Match[str]) -> Setting:
    base, number = split_name(match[1])
    return Setting(name=base, index=number, value=match[3].strip(), perm=match[2])


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _twice(settings: tuple[Setting, ...]) -> tuple[str, ...]:
    first: dict[str, str] = {}
    names = [one.wire_name for one in settings if first.setdefault(one.wire_name, one.value) != one.value]
    return tuple(dict.fromkeys(names))
