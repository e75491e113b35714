# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What phones say: pages, answers over HTTP and SNMP, pictures, User-Agents, reports."""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import partial
from socketserver import StreamRequestHandler
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import yaml
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import (
    AnswerUnreadable,
    AuthFailed,
    SnomError,
)
from ansible_collections.telephony.snom.plugins.module_utils._core.plain import to_plain
from ansible_collections.telephony.snom.plugins.module_utils._core.visible import visible
from ansible_collections.telephony.snom.plugins.module_utils._known.mac import normalize_mac
from ansible_collections.telephony.snom.plugins.module_utils._known.mac_in_text import find_mac
from ansible_collections.telephony.snom.plugins.module_utils._known.models import find_model
from ansible_collections.telephony.snom.plugins.module_utils._known.user_agent import read_user_agent
from ansible_collections.telephony.snom.plugins.module_utils._operations.bitmap import bitmap_to_png
from ansible_collections.telephony.snom.plugins.module_utils._operations.info import ARGUMENT_SPEC as INFO_ARGUMENTS
from ansible_collections.telephony.snom.plugins.module_utils._operations.info import read_info
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import Connection
from ansible_collections.telephony.snom.plugins.module_utils._phone.web import client, pages, snmp
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.answer import Answer
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.call_lists import read_call_lists
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.login import Login
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.web_phone import WebPhone
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.adoption import describe_settings
from ansible_collections.telephony.snom.plugins.plugin_utils.witnesses import collector
from ansible_collections.telephony.snom.tests.unit.phones import parameters_of
from ansible_collections.telephony.snom.tests.unit.readers.reader import Reader, text_of
from ansible_collections.telephony.snom.tests.unit.readers.said import SaidSocket
from jinja2 import Environment

_CONNECTION = Connection(address="192.0.2.7", username="admin", password="n0t-shown", scheme="http", timeout=5.0)
_JINJA = Environment(keep_trailing_newline=True)

_DUMPER, _LOADER = (getattr(yaml, f"C{name}", getattr(yaml, name)) for name in ("SafeDumper", "SafeLoader"))

_SYSTEM = b"""<html><head><title>snom 320</title></head><body><table>
<tr><td>Firmware-Version:</td><td>snom320-SIP 8.7.5.35 1.1.3-u</td></tr><tr><td>MAC:</td><td>000413241234</td></tr>
<tr><td>Identity 1 Status:</td><td>100@pbx.example: registered</td></tr><tr><td>Hardware: D785</td></tr>
<tr><td>USB Expansion Module 1: D7C 1.6.1</td></tr><tr><td>Uptime: 3 days, 02:10:05</td></tr></table></body></html>"""
_HOME = b"""<html><head><TITLE>snom 320</TITLE></head><body><p>Active calls: 2<br>Missed calls: 3<br>Dialled numbers (4)
<p>HTTP password is not set<p>The web interface is blocked.<form><input type="text" name=number></form></body></html>"""
_GUI = b"State connected (2)\nThu 27 Jan\n\xe2\x86\x92 100@pbx.example\nState idle\nRedial\n"
_XML = b"""<?xml version="1.0" encoding="utf-8"?><settings><phone-settings><language perm="RW">English</language>
<user_name idx="1" perm="R">100</user_name><fkey idx="0" context="active" label="Desk" perm="">blf &lt;1@x&gt;</fkey>
<note perm="!"><![CDATA[a<b]]></note></phone-settings></settings>"""
_TEXT = b"language!: English\nuser_name1&: 100\nfkey0: speed 110\nfkey_label0: Desk\nuse_hidden_tags$: off\n"
_LINKS = b'<a href="settings.xml">XML settings</a> <a href="/plain_settings.txt">plain text settings</a>'


class _SamePage:
    """A web server that has one page for everything."""

    def __init__(self, data: bytes) -> None:
        self._answer = Answer(200, {"content-type": "text/html"}, data)

    def get(self, target: str, *, timeout: float | None = None, login: bool = True) -> Answer:
        return self._answer

    def close(self) -> None:
        """Nothing is open."""


def _page(*readers: Callable[[str], object]) -> Callable[[bytes], object]:
    return lambda data: [read(text_of(data)) for read in readers]


def _settings_page(data: bytes) -> object:
    text = text_of(data)
    for path in pages.settings_downloads(text):
        assert client._TARGET.fullmatch(path) and "?" not in path and "//" not in path[:2]
    return [pages.read_settings(text), pages.settings_downloads(text)]


def _phone(data: bytes) -> object:
    """All of a phone's pages, as snom_info returns them and adoption states them."""
    phone = WebPhone(_CONNECTION, client=_SamePage(data))  # type: ignore[arg-type]
    parameters = parameters_of(INFO_ARGUMENTS, gather=["system", "home", "gui", "settings"])
    facts = to_plain(read_info(phone, parameters, False)["phone"])
    if facts["settings"] is not None:
        _adopt(facts)
    return facts


def _adopt(facts: dict[str, Any]) -> None:
    """What is written into an inventory comes back as it was, though Ansible takes it for templates."""
    described, _left_out = describe_settings(facts)
    written = yaml.dump(described, Dumper=_DUMPER, width=10000)
    assert yaml.load(written, Loader=_LOADER) == described
    for text in _texts(described):
        assert text == visible(text)
        assert "{" not in text or _JINJA.from_string(text).render() == text


def _texts(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for pair in value.items() for one in pair for text in _texts(one)]
    return [value] if isinstance(value, str) else []


def _over_http(data: bytes) -> object:
    """An answer of a web server, byte by byte. The password goes nowhere but to a header of a request."""
    phone = client.HttpPhone(_CONNECTION)
    sockets = []

    def connect(*_unused: object) -> SaidSocket:
        sockets.append(SaidSocket(data))
        return sockets[-1]

    with patch.object(client, "open_socket", connect):
        try:
            answer = phone.get("/info.htm")
        finally:
            phone.close()
            asked = b"".join(one.sent for one in sockets)
            # What the phone says of its login becomes no line of its own.
            names = {line.partition(b":")[0] for line in asked.split(b"\r\n") if line[:1] not in (b" ", b"\t")}
            assert names <= {b"GET /info.htm HTTP/1.1", b"Host", b"User-Agent", b"Accept", b"Connection"} | {
                b"Authorization",
                b"Accept-Encoding",
                b"",
            }
    return [answer.status, answer.headers, len(answer.content)]


def _login(data: bytes) -> object:
    login = Login(_CONNECTION)
    login.challenged(data.decode("latin-1"))
    header = login.header("/info.htm") or ""
    assert "n0t-shown" not in header
    header.encode("latin-1")
    return None


def _snmp(data: bytes) -> object:
    v1 = snmp.api.PROTOCOL_MODULES[snmp.api.SNMP_VERSION_1]
    pdu = v1.GetRequestPDU()
    v1.apiPDU.set_defaults(pdu)
    v1.apiPDU.set_request_id(pdu, 1)
    value = snmp._value_in(v1, pdu, data)
    with patch.object(snmp, "read_value", lambda *_unused: value):
        return [snmp.read_calls(_CONNECTION), None if value is None else str(value)]


def snmp_answer(calls: int) -> bytes:
    """What a phone answers."""
    v1 = snmp.api.PROTOCOL_MODULES[snmp.api.SNMP_VERSION_1]
    pdu = v1.GetResponsePDU()
    v1.apiPDU.set_defaults(pdu)
    v1.apiPDU.set_request_id(pdu, 1)
    v1.apiPDU.set_varbinds(pdu, [((*snmp._SNOM, snmp.CALLS), v1.Integer(calls))])
    message = v1.Message()
    v1.apiMessage.set_defaults(message)
    v1.apiMessage.set_pdu(message, pdu)
    return bytes(snmp.encoder.encode(message))


def _picture(data: bytes) -> object:
    png = bitmap_to_png(data)
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    return len(png)


def _bitmap(depth: int, width: int = 3, height: int = 2) -> bytes:
    colors = 4 << depth if depth <= 8 else 0
    stride = (width * depth + 31) // 32 * 4
    header = struct.pack("<IiiHHIIIIII", 40, width, height, 1, depth, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<III", 0, 0, 54 + colors) + header + bytes(colors) + bytes(stride * height)


def _user_agent(data: bytes) -> object:
    text = text_of(data)
    agent = read_user_agent(text)
    if agent is not None:
        for word in (agent.model, agent.boot_loader, agent.built, *agent.modules):
            assert word is None or (word.isprintable() and len(word) <= 1000)
        assert agent.mac is None or normalize_mac(agent.mac) == agent.mac
    model = find_model(text)
    return [agent, find_mac(text), model and model.name]


def _report(data: bytes) -> object:
    """A request to the controller's own listener. Strangers see that it is there, and nothing else."""
    said = SaidSocket(data)
    settings = collector.CollectorSettings(url="http://192.0.2.1:8099/x", address="", port=1)
    answers = collector.HttpCollector(settings)
    answers._questions["t0ken"] = question = collector._Question("192.0.2.7", "<document/>")
    handler = partial(
        collector._Handler, client_address=("192.0.2.7", 1), server=SimpleNamespace(answer=answers._answer)
    )
    with patch.object(StreamRequestHandler, "setup", lambda self: _set_up(self, said)):
        handler(said)
    assert b"<document/>" not in said.sent or b"t0ken" in data
    return question.report


def _set_up(handler: Any, said: SaidSocket) -> None:
    handler.connection = said
    handler.rfile = said.makefile()
    handler.wfile = SimpleNamespace(write=said.sendall, flush=lambda: None, closed=True, close=lambda: None)


READERS = (
    Reader(
        name="info.htm",
        read=_page(pages.read_system),
        seeds=(_SYSTEM, b"MAC: 000413241234\nFirmware-Version: snomD785-SIP 10.1.54.13\n"),
        exposed=True,
    ),
    Reader(
        name="index.htm",
        read=_page(pages.read_home, read_call_lists, pages.read_call_count),
        seeds=(_HOME,),
    ),
    Reader(name="state_of_gui.htm", read=_page(pages.read_gui, pages.read_gui_phase), seeds=(_GUI,)),
    Reader(name="settings.htm", read=_settings_page, seeds=(_XML, _TEXT, _LINKS), exposed=True),
    Reader(
        name="any page",
        read=_page(
            pages.is_lockout,
            pages.is_phone_manager,
            pages.asks_admin_password,
        ),
        seeds=(_SYSTEM, _HOME, _XML),
    ),
    Reader(
        name="a phone, read and adopted",
        read=_phone,
        seeds=(_XML, _TEXT, _SYSTEM),
        errors=(SnomError,),
        exposed=True,
    ),
    Reader(
        name="a phone's answer over HTTP",
        read=_over_http,
        seeds=(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\nHello",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nHello\r\n0\r\n\r\n",
            (
                b'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm="snom", nonce="5f", qop="auth"\r\n'
                b"Content-Length: 0\r\n\r\nHTTP/1.1 302 Found\r\nLocation: https://192.0.2.7/\r\n\r\n"
            ),
        ),
        errors=(SnomError,),
        exposed=True,
    ),
    Reader(
        name="a phone's login",
        read=_login,
        seeds=(
            b'Basic REALM="snom"',
            b'Digest realm="snom \\"x\\"", nonce="5f", qop="auth,auth-int", algorithm=SHA-256, opaque="1", stale=true',
        ),
        errors=(AuthFailed,),
    ),
    Reader(name="SNMP", read=_snmp, seeds=(snmp_answer(0), snmp_answer(2))),
    Reader(
        name="a picture",
        read=_picture,
        seeds=tuple(_bitmap(depth) for depth in (1, 4, 8, 16, 24, 32)),
        errors=(AnswerUnreadable,),
    ),
    Reader(
        name="a User-Agent",
        read=_user_agent,
        seeds=(
            b"Mozilla/4.0 (compatible; snomD865-SIP 10.1.175.16 1.1.3-u 0004139D2E4F SXM:0 UXM:1)",
            b"snom370/8.7.5.17 (MAC=000413261234)",
            b"Mozilla/4.0 (compatible; snom lid 3605)",
            b"snom320-SIP 8.4.35 2010.06 (Feb 25 2019 - 14:19:43)",
        ),
        exposed=True,
    ),
    Reader(
        name="a phone's report",
        read=_report,
        seeds=(
            b"GET /x/t0ken/idle HTTP/1.1\r\nHost: 192.0.2.1\r\nUser-Agent: snomD785-SIP 10.1.82.0 000413922D24\r\n\r\n",
            b"GET /x/t0ken HTTP/1.0\r\n\r\n",
            b"POST /x/t0ken/calls-2 HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc",
        ),
    ),
)
