# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What PBXs say: AMI, the event socket, JSON-RPC. Phones write a good part of it, and are sent some of it back."""

from __future__ import annotations

import json
from contextlib import closing, suppress
from typing import Any

import requests
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import PbxFailed, Refused
from ansible_collections.telephony.snom.plugins.module_utils._pbx import sip_message
from ansible_collections.telephony.snom.plugins.module_utils._pbx.asterisk import Asterisk
from ansible_collections.telephony.snom.plugins.module_utils._pbx.calls import PbxCalls
from ansible_collections.telephony.snom.plugins.module_utils._pbx.freeswitch import FreeSwitch
from ansible_collections.telephony.snom.plugins.module_utils._pbx.kamailio import Kamailio
from ansible_collections.telephony.snom.plugins.module_utils._pbx.overview import overview
from ansible_collections.telephony.snom.plugins.module_utils._pbx.pbx import Notify, Pbx
from ansible_collections.telephony.snom.plugins.module_utils._pbx.settings import PbxSettings, parse_pbx
from ansible_collections.telephony.snom.plugins.module_utils._pbx.stream import Stream
from ansible_collections.telephony.snom.tests.unit.readers.reader import Reader
from ansible_collections.telephony.snom.tests.unit.readers.said import SaidSocket
from requests.adapters import BaseAdapter
from urllib3.response import HTTPResponse

_NOTIFY = Notify(event="check-sync;reboot=false", content_type="text/xml", body="<a b='1'/>")
_MAC = "000413922D24"


def _settings(kind: str, *, dialogs: bool = False) -> PbxSettings:
    found = parse_pbx({"kind": kind, "host": "192.0.2.2", "username": "u", "password": "n0t-shown", "dialogs": dialogs})
    assert found
    return found


def _all_of(pbx: Pbx, settings: PbxSettings) -> dict[str, Any]:
    """All that is asked of a PBX: who is there, who talks, and an event to the first ones."""
    found = overview(pbx, settings)
    for one in pbx.registrations()[:3]:
        with suppress(PbxFailed, Refused):
            pbx.notify(one, _NOTIFY)
        with suppress(PbxFailed, Refused):
            pbx.probe(one)
    calls = PbxCalls(settings, open_one=lambda _settings: _Kept(pbx), now=lambda: 0.0)
    found["state"] = calls.state_of(account="401", mac=_MAC, address="192.0.2.7")
    return found


class _Kept:
    """The same PBX again, for what opens and closes one of its own."""

    def __init__(self, pbx: Pbx) -> None:
        self._pbx = pbx

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pbx, name)

    def close(self) -> None:
        """It stays open."""


def _asterisk(data: bytes) -> object:
    settings, said = _settings("asterisk"), SaidSocket(data)
    pbx = Asterisk(settings, connect=lambda _settings: Stream(settings, sock=said, now=lambda: 0.0), now=lambda: 0.0)
    try:
        with closing(pbx):
            return _all_of(pbx, settings)
    finally:
        # An action is what we made it, whatever stands in a contact.
        headers = {line.partition(b":")[0] for line in said.sent.split(b"\r\n")}
        assert headers <= {b"Action", b"Username", b"Secret", b"Events", b"Endpoint", b"URI", b"Variable", b""}
        assert b"\n" not in said.sent.replace(b"\r\n", b"") and b"\r" not in said.sent.replace(b"\r\n", b"")


def _freeswitch(data: bytes) -> object:
    settings, said = _settings("freeswitch"), SaidSocket(data)
    pbx = FreeSwitch(settings, connect=lambda _settings: Stream(settings, sock=said, now=lambda: 0.0))
    try:
        with closing(pbx):
            return _all_of(pbx, settings)
    finally:
        commands = {line.partition(b":")[0] for line in said.sent.replace(_NOTIFY.body.encode(), b"").split(b"\n")}
        assert {one for one in commands if not one.startswith((b"auth ", b"api s"))} <= {
            *(b"sendevent NOTIFY", b"profile", b"event-string", b"user", b"host", b"content-type", b"call-id"),
            *(b"content-length", b""),
        }


class _Said(BaseAdapter):
    """What answers every request with the same bytes."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self._data = data
        self.asked: list[dict[str, Any]] = []

    def send(self, request: Any, **_unused: Any) -> requests.Response:  # type: ignore[override]
        self.asked.append(json.loads(request.body))
        answer = requests.Response()
        answer.status_code = 200
        answer.raw = HTTPResponse(_Body(self._data), preload_content=False)
        return answer

    def close(self) -> None:
        """Nothing is open."""


class _Body:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self.closed = False

    def read(self, amount: int | None = None) -> bytes:
        piece = self._data[:amount]
        self._data = self._data[len(piece) :]
        return piece

    def close(self) -> None:
        self.closed = True


def _kamailio(data: bytes) -> object:
    # It says the same to all: contacts are no dialogs, and ones that can't be read end it where all are tracked.
    settings, said = _settings("kamailio", dialogs=b"from_uri" in data), _Said(data)
    pbx = Kamailio(settings)
    pbx._session.mount("http://", said)
    try:
        with closing(pbx):
            return _all_of(pbx, settings)
    finally:
        for asked in said.asked:
            if asked["method"] == "tm.t_uac_wait":
                method, uri, _route, _socket, headers, _body = asked["params"]
                names = [line.partition(":")[0] for line in headers.split("\r\n")]
                assert set(names) <= {"Event", "Subscription-State", "Content-Type", "From", "To", ""}
                assert len(names) == len(set(names))
                assert method in ("NOTIFY", "OPTIONS") and uri.isprintable()
                assert "\n" not in headers.replace("\r\n", "") and "\r" not in headers.replace("\r\n", "")


def _sip(data: bytes) -> object:
    """An answer of a phone over SIP, and the request that follows it: one that the phone has no line of."""
    answer = sip_message.read_answer(data)
    if answer is None:
        return None
    assert answer.length >= -1 and "\n" not in answer.branch
    if answer.status in (401, 407):
        login = sip_message.authorization(answer, "NOTIFY", "sip:401@192.0.2.7", "401", "n0t-shown")
        if login is not None:
            assert "n0t-shown" not in login[1]
            with suppress(ValueError):
                asked = sip_message.write_request("NOTIFY", "sip:401@192.0.2.7", [login])
                assert asked.count(b"\r\n") == 4 and asked.count(b"\n") == asked.count(b"\r") == 4
    return [answer.status, answer.reason[:200], answer.branch, answer.get("user-agent")]


_STARTS = b"Response: Success\r\nEventList: start\r\nMessage: Following\r\n\r\n"
_CONTACTS = (
    _STARTS + b"Event: ContactStatusDetail\r\nAOR: 401\r\nEndpointName: 401\r\nURI: sip:401@192.0.2.7:5060;line=1\r\n"
    b"UserAgent: snomD785-SIP 10.1.82.0 000413922D24\r\nRegExpire: 1700000000\r\nViaAddress: 192.0.2.7:5060\r\n"
    b"Path: \r\nStatus: Reachable\r\nCallID: abc\r\n\r\nEvent: Complete\r\nEventList: Complete\r\n\r\n"
)
_TALKS = (
    _STARTS + b"Event: CoreShowChannel\r\nChannel: PJSIP/401-00000001\r\n\r\n"
    b"Event: CoreShowChannelsComplete\r\nEventList: Complete\r\n\r\n"
)
_ENDPOINTS = (
    _STARTS + b"Event: EndpointList\r\nObjectName: 401\r\nAor: 401,402\r\nContacts: 401/sip:401@192.0.2.7,\r\n\r\n"
    b"Event: EndpointListComplete\r\nEventList: Complete\r\n\r\n"
)
_SUCCESS = b"Response: Success\r\nMessage: Done\r\n\r\n"
_AMI = (
    b"Asterisk Call Manager/9.0.0\r\n"
    + _SUCCESS
    # In the order in which all is asked.
    + (_CONTACTS * 2 + _TALKS + _ENDPOINTS)
    + (_CONTACTS * 2 + _SUCCESS + _CONTACTS)
    + (_CONTACTS * 2 + _TALKS + _ENDPOINTS)
)
_REGISTRATIONS = (
    b"<profile><registrations><registration><call-id>abc</call-id><user>401@pbx.example</user>"
    b'<contact>"401" &lt;sip:401@192.0.2.7:5060&gt;</contact><agent>snomD785-SIP 10.1.82.0 000413922D24</agent>'
    b"<status>Registered(UDP)(unknown) EXP(2026-01-01 10:00:00) EXPSECS(3000)</status><network-ip>192.0.2.7"
    b"</network-ip><ping-status>Reachable</ping-status></registration></registrations></profile>"
)
_CHANNELS = b'{"row_count":1,"rows":[{"name":"sofia/internal/401@pbx.example","presence_id":"401@pbx.example"}]}'


def _api(body: bytes) -> bytes:
    return b"Content-Type: api/response\nContent-Length: %d\n\n%b" % (len(body), body)


_OK = b"Content-Type: command/reply\nReply-Text: +OK accepted\n\n"
_ESL = (
    b"Content-Type: auth/request\n\n"
    + _OK
    + (_api(_REGISTRATIONS) * 2 + _api(_CHANNELS))
    + (_api(_REGISTRATIONS) + _OK + _api(_REGISTRATIONS))
    + (_api(_REGISTRATIONS) * 2 + _api(_CHANNELS))
)
_CONTACT = {
    "Address": "sip:401@10.0.0.5",
    "Expires": 60,
    "User-Agent": "snomD862/10.1.226.13 000413922D24",
    "Received": "sip:192.0.2.7:9",
    "Call-ID": "abc",
    "Path": "[not set]",
}
_RESULT = {
    "code": 200,
    "text": "OK",
    "Domains": [{"Domain": {"AoRs": [{"Info": {"AoR": "401@pbx.example", "Contacts": [{"Contact": _CONTACT}]}}]}}],
}
_RPC = json.dumps({"jsonrpc": "2.0", "id": 1, "result": _RESULT}).encode()
_DIALOGS = json.dumps(
    {"jsonrpc": "2.0", "id": 1, "result": [{"state": 4, "from_uri": "sip:401@pbx.example", "to_uri": "sip:402@x"}]}
).encode()

READERS = (
    Reader(
        name="SIP",
        read=_sip,
        seeds=(
            (
                b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKab;rport\r\nl: 0\r\n"
                b"User-Agent: snomD785/10.1.82.0\r\n folded\r\n\r\n"
            ),
            (
                b'SIP/2.0 401 Unauthorized\r\nWWW-Authenticate: Digest realm="snom", nonce="5f", qop="auth,auth-int", '
                b'algorithm=MD5, opaque="x"\r\n\r\n'
            ),
        ),
        exposed=True,
    ),
    Reader(name="AMI", read=_asterisk, seeds=(_AMI,), errors=(PbxFailed,), exposed=True),
    Reader(name="the event socket", read=_freeswitch, seeds=(_ESL,), errors=(PbxFailed,), exposed=True),
    Reader(
        name="Kamailio's JSON",
        read=_kamailio,
        seeds=(_RPC, _DIALOGS, b'{"error": {"code": 500, "message": "no"}}'),
        errors=(PbxFailed,),
        exposed=True,
    ),
)
