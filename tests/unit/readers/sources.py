# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What names phones for an inventory, and what users teach: leases, tables, caches, lessons; and the report's page."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any
from unittest.mock import patch

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError, SnomError
from ansible_collections.telephony.snom.plugins.module_utils._known.mac_in_text import PREFIXES
from ansible_collections.telephony.snom.plugins.module_utils._known.taught import parse_taught
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.pages import read_system
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.taught_pages import (
    complete,
    shown_text,
    taught_call,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.catalog import read_user_catalog
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.catalog_text import change_catalog
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.yaml_text import load_yaml
from ansible_collections.telephony.snom.plugins.plugin_utils.report.rollout_page import render_html
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.dnsmasq import read_dnsmasq
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.gather import gather
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.isc_dhcpd import read_isc_dhcpd
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.kea_control import KeaControl, read_kea_control
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.kea_file import read_kea_file
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.kept import kept, to_keep
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.said import Statements
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.settings import Source, parse_sources
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.table import Table, read_table
from ansible_collections.telephony.snom.tests.unit.readers.files import in_a_file
from ansible_collections.telephony.snom.tests.unit.readers.reader import Reader, text_of, value_of
from ansible_collections.telephony.snom.tests.unit.readers.said import SaidSocket
from urllib3.util import connection as urllib3_connection

_NOW = 1_700_000_000.0
_IMAGE = "snomD785-10.1.175.16-SIP-r.bin"


def _source(read: Callable[[str], Statements]) -> Callable[[bytes], object]:
    return in_a_file(lambda path: _gathered(lambda: read(path)))


def _gathered(read: Callable[[], Statements]) -> object:
    """What becomes of a source, and of a cache of it."""

    def one(prefixes: tuple[str, ...], now: float) -> Statements:
        return read()

    found = gather([Source(name="s", read=one)], prefixes=PREFIXES, sites=[], now=lambda: _NOW)
    for phone in found.phones:
        # The name of a host becomes that of files.
        assert re.fullmatch("snom-[0-9a-f]{12}", phone.host)
    text = json.dumps(to_keep(found.phones, {}), allow_nan=False)
    assert kept(json.loads(text), {}) == found.phones
    return [[phone.variables for phone in found.phones], found.failed, found.notes]


def _kea(data: bytes) -> Statements:
    control = KeaControl(url="http://192.0.2.3/", username="u", password="n0t-shown")
    with patch.object(urllib3_connection, "create_connection", lambda *_unused, **_more: SaidSocket(data)):
        return read_kea_control(control, PREFIXES, _NOW, sleep=lambda _seconds: None)


def _taught(data: bytes) -> object:
    """Lessons in the first line, and a page in the others."""
    given, _end, page = data.partition(b"\n")
    lessons = parse_taught(value_of(given))
    text = text_of(page)
    system = read_system(text)

    def shown(_path: str) -> str:
        return shown_text(text)

    return [complete(system, lessons, shown), taught_call(lessons, system, shown)]


def _changed_catalog(path: str) -> object:
    """Where an entry changes, nothing else does."""
    own = {image.file: image for image in read_user_catalog(path)}
    with open(path, encoding="utf-8", newline="") as file:
        text = file.read()
    after = change_catalog(text, {_IMAGE: {"url": "https://m.example/x.bin", "size": 5}})
    images = load_yaml(after)["images"]
    assert {row["file"].strip() for row in images} == {_IMAGE, *own}
    return None


class _Elements(HTMLParser):
    """Which elements with which attributes there are."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: set[tuple[str, str]] = set()
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found |= {(tag, name) for name, _value in attrs} | {(tag, "")}


def _page(data: bytes) -> object:
    """Whatever stands where: the page has no element and no attribute that it does not have for plain words."""
    text = text_of(data)
    assert _Elements(render_html(_result(text))).found <= _Elements(render_html(_result("a.b-1"))).found
    return None


def _result(text: str) -> dict[str, Any]:
    phone: dict[str, Any] = {"outcome": "refused", "reason": text, "wave": 1, "elapsed": 1.5, "notes": [text]}
    phone |= dict.fromkeys(("before", "after", "target", "model", "mac", "site", "group"), text or "x")
    phone |= {"path": [text], "evidence": {text or "x": {text or "x": [text]}}, "unverified": False}
    phone["snapshot"] = {
        "read": True,
        "reason": text,
        "settings": {text or "x": [text, None]},
        "more": 1,
        "registrations": {text or "x": [True, None]},
    }
    return {
        **dict.fromkeys(("run", "plan_id", "stopped_by", "resume"), text or "x"),
        "check_mode": False,
        "started": 0.0,
        "ended": 1.0,
        "summary": {"refused": 1},
        "do_not_power_off": [{"host": text, "until": 5.0, "reason": text}],
        "waves": [
            {"number": 1, "label": text, "phones": 1, "started": 0.0, "ended": 1.0, "summary": {"refused": 1}},
        ],
        "options": {text or "x": [text]},
        "phones": {text or "x": phone},
    }


_LEASES = [
    {"ip-address": "192.0.2.7", "hw-address": "00:04:13:92:2d:24", "cltt": 1699999000, "valid-lft": 3600, "state": 0}
]
_KEA = json.dumps([{"result": 0, "arguments": {"leases": _LEASES}}]).encode()

READERS = (
    Reader(
        name="leases of Kea in a file",
        read=_source(lambda path: read_kea_file(path, PREFIXES, _NOW)),
        seeds=(
            (
                b"address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context\n"
                b"192.0.2.7,00:04:13:92:2d:24,,3600,1700003600,1,0,0,desk&#x2c1,0,\n"
            ),
        ),
    ),
    Reader(
        name="leases of Kea by its API",
        read=lambda data: _gathered(lambda: _kea(data)),
        seeds=(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(_KEA), _KEA),),
    ),
    Reader(
        name="leases of ISC dhcpd",
        read=_source(lambda path: read_isc_dhcpd(path, PREFIXES, _NOW)),
        seeds=(
            (
                b"lease 192.0.2.7 {\n  starts 0 2023/11/14 21:00:00;\n  ends epoch 1700003600;\n"
                b"  binding state active;\n"
                b'  hardware ethernet 00:04:13:92:2d:24;\n  set vendor-class-identifier = "snomD785";\n'
                b'  client-hostname "desk";\n}\n'
            ),
        ),
    ),
    Reader(
        name="leases of dnsmasq",
        read=_source(lambda path: read_dnsmasq(path, PREFIXES, _NOW, clock=lambda: _NOW)),
        seeds=(
            b"1700003600 00:04:13:92:2d:24 192.0.2.7 desk 01:00:04:13:92:2d:24\n0 00:04:13:92:2d:25 192.0.2.8 * *\n",
        ),
    ),
    Reader(
        name="a table",
        read=_source(lambda path: read_table(Table(path=path), PREFIXES)),
        seeds=(
            b"sep=;\nMAC;IP;Modell;Standort;Nebenstelle\n00:04:13:92:2D:24;192.0.2.7;snom/D785;Berlin;401\n",
            '\ufeffmac,model\n000413922D24,"D785"\n'.encode("utf-16"),
        ),
        errors=(InputError,),
    ),
    Reader(
        name="sources of an inventory",
        read=lambda data: [source.name for source in parse_sources(value_of(data), "/x")],
        seeds=(
            b'[{"kind": "kea", "url": "https://kea.example", "username": "u", "password": "p", "timeout": 5}]',
            b'[{"kind": "csv", "path": "x", "columns": {"mac": "M"}}, {"kind": "mirror_log", "paths": ["a", "b"]}]',
        ),
        errors=(InputError,),
    ),
    Reader(
        name="a cache of phones",
        read=lambda data: kept(value_of(data), {}),
        seeds=(json.dumps(to_keep([], {})).encode(),),
    ),
    Reader(
        name="what a user teaches",
        read=_taught,
        seeds=(
            (
                b'[{"models": ["D785"], "firmware": ["10.1"], "version": {"page": "info.htm", "label": "Software"}, '
                b'"registration": {"page": "info.htm", "label": "Account", "registered": "online", '
                b'"unregistered": "offline"}, "busy": {"page": "index.htm", "text": "in call"}, "reboot": '
                b'"a.htm?reboot=Reboot", "flash_time": 900}]\n<p>Hardware: D785 <p>Software: 10.1.54.13 <p>Account 1: '
                b"100@pbx.example online<p>in call"
            ),
        ),
        errors=(InputError,),
    ),
    Reader(
        name="a catalogue that is added to",
        read=in_a_file(_changed_catalog),
        seeds=(
            (
                b"# mine\nimages:\n- file: a.bin  # first\n  url: http://m/a.bin\n  kind: other\n\n"
                b"- {file: snomD785-10.1.175.16-SIP-r.bin, url: 'http://m/x'}\n"
            ),
            b"---\nimages: []\n",
        ),
        errors=(SnomError,),
    ),
    Reader(name="what the report shows", read=_page, seeds=(b"a.b-1", b"<script>alert(1)</script>", b'" onload="x')),
)
