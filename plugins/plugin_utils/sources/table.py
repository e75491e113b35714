# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A spreadsheet's or another program's export as a source: text with separators, in whatever encoding it came."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from ipaddress import ip_interface

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._core.regular_files import open_regular
from ansible_collections.telephony.snom.plugins.module_utils._core.visible import visible_line
from ansible_collections.telephony.snom.plugins.module_utils._known.user_agent import DECT, read_user_agent
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.said import (
    LONGEST,
    MAX_PHONES,
    SourceFailed,
    Statement,
    Statements,
    address_of,
    counted,
    mac_of,
    model_of,
)

MAX_BYTES = 32 * 1024 * 1024
_MAX_COLUMNS = 1000
_MOST_ACCOUNTS = 12
"""Of a phone: that many identities is the most that any has."""

FIELDS: dict[str, tuple[str, ...]] = {
    "mac": (
        *("snommac", "mac", "macaddress", "macadresse", "devicemacaddress", "deviceaddress", "hwaddr"),
        *("hardwareaddress", "hardwareadresse", "physicaladdress", "ethernetaddress"),
        # The last one is that of a DHCP server of Windows.
        *("macaddr", "phonemac", "hwaddress", "clientid"),
    ),
    "address": (
        *("ansiblehost", "ip", "ipaddress", "ipadresse", "ipv4", "ipv4address", "ipv4adresse", "ipaddr"),
        # NetBox's, and those of leases that MikroTik and OPNsense export.
        *("primaryip", "primaryip4", "primaryipv4", "activeaddress", "address"),
    ),
    "model": (
        *("snommodel", "model", "modell", "devicemodel", "devicetemplate", "phonemodel", "geratetyp", "gerätetyp"),
        "phonetype",
    ),
    "firmware": ("firmware", "firmwareversion", "devicefirmwareversion", "fwversion", "softwareversion"),
    "site": ("snomsite", "site", "standort", "location", "niederlassung"),
    "account": (
        *("snomaccount", "account", "extension", "nebenstelle", "durchwahl", "sipuser", "sipaccount", "ext", "alias"),
        *("extensionnumber", "assignextension"),
    ),
}
"""The fields that mean something, and the headings that are taken for them, as `_bare` makes them."""

# What else a heading calls so: Phone MAC Address, device_mac, MAC (LAN).
_MAC_WORD = re.compile(r"(?<![a-z0-9])mac(?![a-z0-9])", re.IGNORECASE)
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,60}", re.ASCII)
_MAKER = re.compile(r"\s*(?:snom)?[\s_-]*", re.IGNORECASE)
_SEPARATORS = ";,\t|"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, kw_only=True)
class Table:
    """How a file is read."""

    path: str
    columns: Mapping[str, str] = field(default_factory=dict)
    """The heading of each field. Fields that are not in FIELDS are shown under their name."""
    separator: str | None = None
    encoding: str | None = None


def read_table(table: Table, prefixes: tuple[str, ...]) -> Statements:
    """What the rows say. Raises SourceFailed; InputError for columns that are not there."""
    text = _text(table)
    rows = _rows(text, table)
    try:
        heading = [cell.strip() for cell in next(rows, [])]
        columns = _columns(heading, table)
        return _read(rows, columns, prefixes)
    except csv.Error as error:
        raise SourceFailed(f"{table.path} can't be read as a table: {error}. Export it again.") from None


def _text(table: Table) -> str:
    try:
        with open(open_regular(table.path), "rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise SourceFailed(f"{table.path} can't be read: {reason}. Correct its path.") from None
    if len(content) > MAX_BYTES:
        raise SourceFailed(f"{table.path} has more than {MAX_BYTES >> 20} MB. That is no list of phones.")
    encoding = table.encoding or _encoding(content)
    try:
        return content.decode(encoding)
    except LookupError:
        raise InputError("encoding names none that Python knows. Write utf-8, utf-16 or cp1252, for example.") from None
    except UnicodeError:
        raise SourceFailed(f"{table.path} is not {encoding}. Say how it is written in encoding.") from None


def _encoding(content: bytes) -> str:
    """As the file says itself. Windows programs that say nothing mean either UTF-16 or their own code page."""
    for bom, encoding in _BOMS:
        if content.startswith(bom):
            return encoding
    # A text without a mark has no NUL, but in UTF-16 every Latin letter has one.
    if b"\0" in content[:1000:2]:
        return "utf-16-be"
    if b"\0" in content[1:1000:2]:
        return "utf-16-le"
    try:
        content.decode("utf-8")
    except UnicodeError:
        return "cp1252"
    return "utf-8"


def _rows(text: str, table: Table) -> Iterator[list[str]]:
    first, _break, rest = text.partition("\n")
    if first.startswith("#TYPE "):
        # What PowerShell writes above the headings.
        text = rest
        first, _break, rest = text.partition("\n")
    separator = table.separator
    if first.startswith("sep=") and len(first.strip()) == 5:
        # Excel's own word on it.
        separator, text = separator or first[4], rest
        first = rest.partition("\n")[0]
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator or max(_SEPARATORS, key=first.count))


def _columns(heading: Sequence[str], table: Table) -> dict[str, int]:
    """The place of each field."""
    if len(heading) > _MAX_COLUMNS:
        raise SourceFailed(f"{table.path} has {len(heading)} columns. That is no list of phones.")
    found: dict[str, int] = {}
    bare = [_bare(name) for name in heading]
    for name, spellings in FIELDS.items():
        places = [bare.index(spelling) for spelling in spellings if spelling in bare]
        if places:
            found[name] = places[0]
    exact = {name.casefold(): place for place, name in reversed(list(enumerate(heading)))}
    for name, wanted in table.columns.items():
        if wanted.strip().casefold() not in exact:
            raise InputError(f"columns: {name} is {wanted!r}, and {table.path} has {_shown(heading)}. Correct it.")
        found[name] = exact[wanted.strip().casefold()]
    others = [place for place, name in enumerate(heading) if _MAC_WORD.search(name)]
    if "mac" not in found and len(others) == 1:
        found["mac"] = others[0]
    if "mac" not in found:
        raise InputError(
            f"{table.path} has no column that looks like the MAC address, only {_shown(heading)}. Name it: columns: "
            "{mac: ...}. If that is one name, give the separator."
        )
    return found


def _read(rows: Iterator[list[str]], columns: Mapping[str, int], prefixes: tuple[str, ...]) -> Statements:
    said: dict[str, Statement] = {}
    strange: list[str] = []
    twice: list[str] = []
    models: list[str] = []
    bases: list[str] = []
    addresses: list[str] = []
    versions: list[str] = []
    for number, row in enumerate(rows, start=2):
        if number > MAX_PHONES:
            raise SourceFailed(f"it has more than {MAX_PHONES} rows. That is no list of phones.")
        cells = {name: row[place].strip() for name, place in columns.items() if place < len(row)}
        text = cells.pop("mac", "")
        mac = mac_of(text)
        if mac is None:
            if any(cells.values()):
                strange.append(f"row {number} {visible_line(text[:40])!r}")
        elif mac.startswith(prefixes):
            # A template of FusionPBX: snom/720.
            model = cells.pop("model", "").rpartition("/")[2]
            name = model_of(model)
            if name is None and _is_dect(model):
                bases.append(f"row {number} {visible_line(model[:40])!r}")
                continue
            if model and name is None:
                models.append(f"row {number} {visible_line(model[:40])!r}")
            one = _said(mac, name, cells)
            if one.address is None and (address := cells.get("address")):
                addresses.append(f"row {number} {visible_line(address[:40])!r}")
            if one.firmware is None and (version := cells.get("firmware")):
                versions.append(f"row {number} {visible_line(version[:40])!r}")
            if mac in said and not _is_other_account(said[mac], one):
                twice.append(f"row {number} {mac}")
                continue
            # Exports have a row for each of a phone's accounts.
            before = said[mac].accounts if mac in said else ()
            said[mac] = replace(one, accounts=(*before, *one.accounts))
    notes = [
        f"{counted(len(found), 'row')} {what}: {', '.join(found[:3])}{' …' if len(found) > 3 else ''}. {remedy}"
        for found, what, remedy in (
            (
                strange,
                "without a MAC address that can be read",
                "A spreadsheet takes some for numbers: make the column text before you export it.",
            ),
            (twice, "with a MAC address that stands further up", "The first one counts."),
            (models, "with a model that is not known", "It is left out."),
            (addresses, "with an IP address that can't be read", "It is left out."),
            (versions, "with a firmware version that can't be read", "It is left out."),
            (bases, "with a DECT base or handset, which is no desk phone", "They are left out."),
        )
        if found
    ]
    return Statements(said=tuple(said.values()), notes=tuple(notes))


def _is_dect(model: str) -> bool:
    agent = read_user_agent(f"snom{_MAKER.sub('', model, count=1)}")
    return agent is not None and agent.kind == DECT


def _is_other_account(said: Statement, one: Statement) -> bool:
    """Whether a row on a phone says the same as one further up, but for its account."""
    return (
        bool(one.accounts)
        and len(said.accounts) < _MOST_ACCOUNTS
        and one.accounts[0] not in said.accounts
        and replace(one, accounts=said.accounts) == said
    )


def _said(mac: str, model: str | None, cells: Mapping[str, str]) -> Statement:
    account = cells.get("account", "")[:LONGEST]
    return Statement(
        mac=mac,
        address=_address(cells.get("address", "")),
        model=model,
        firmware=_version(cells.get("firmware", "")),
        site=cells.get("site", "")[:LONGEST] or None,
        accounts=(account,) if account else (),
        more={name: text[:LONGEST] for name, text in cells.items() if name not in FIELDS},
    )


def _address(text: str) -> str | None:
    """An IP address, with the length of its network or without. NetBox has it; a whole network is no address."""
    address, _slash, length = text.partition("/")
    try:
        given = ip_interface(f"{address.strip()}/{length}") if length else None
    except ValueError:
        return None
    if given and given.ip == given.network.network_address and given.network.num_addresses > 2:
        return None
    return address_of(address)


def _version(text: str) -> str | None:
    """A version, alone or as what a phone says of itself: ``snomD785-SIP 10.1.33.33``."""
    try:
        return str(Version.parse(text))
    except InputError:
        agent = read_user_agent(text)
    return str(agent.firmware) if agent and agent.firmware else None


def _bare(name: str) -> str:
    return re.sub(r"[\W_]", "", name.casefold())


def _shown(heading: Sequence[str]) -> str:
    names = ", ".join(repr(visible_line(name[:40])) for name in heading[:12])
    return (names or "nothing") + (" …" if len(heading) > 12 else "")


def is_field(name: str) -> bool:
    """Whether columns may name it: a field, or a name of one's own for what is only shown."""
    return name in FIELDS or bool(_NAME.fullmatch(name))
