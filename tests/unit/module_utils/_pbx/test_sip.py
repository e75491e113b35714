# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What straight SIP makes of phones that no test can find: late, lost, garbled. Others are in tests/integration/pbx."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError, PhoneUnreachable
from ansible_collections.telephony.snom.plugins.module_utils._pbx import sip
from ansible_collections.telephony.snom.plugins.module_utils._pbx.pbx import Notify, Registration
from ansible_collections.telephony.snom.plugins.module_utils._pbx.settings import parse_pbx

SYNC = Notify(event="check-sync;reboot=false")
PHONE = Registration(account="401", contact="sip:401@192.0.2.7:5060", address="192.0.2.7")

Script = Callable[[int, bytes], list[tuple[float, bytes | Exception]]]
"""What comes back for the request of this number: seconds after it, and what."""


class FakeSocket:
    """A socket whose time is the test's."""

    def __init__(self, script: Script, *, piece: int = 1_000_000) -> None:
        self.script = script
        self.piece = piece
        self.time = 0.0
        self.sent: list[tuple[float, bytes]] = []
        self.coming: list[tuple[float, bytes | Exception]] = []
        self.limit = 0.0
        self.closed = False

    def now(self) -> float:
        return self.time

    def getsockname(self) -> tuple[str, int]:
        return "192.0.2.1", 40000

    def settimeout(self, seconds: float) -> None:
        assert seconds > 0
        self.limit = seconds

    def send(self, data: bytes) -> None:
        self.sent.append((self.time, data))
        self.coming += [(self.time + after, what) for after, what in self.script(len(self.sent), data)]
        self.coming.sort(key=lambda one: one[0])

    sendall = send

    def recv(self, size: int) -> bytes:
        if not self.coming or self.coming[0][0] > self.time + self.limit:
            self.time += self.limit
            raise TimeoutError
        at, what = self.coming.pop(0)
        self.time = max(at, self.time)
        if isinstance(what, Exception):
            raise what
        if len(what) > self.piece:
            self.coming.insert(0, (self.time, what[self.piece :]))
        return what[: self.piece]

    def close(self) -> None:
        self.closed = True


def answer(request: bytes, line: str = "200 OK", *, branch: str | None = None, more: str = "", body: str = "") -> bytes:
    """An answer to a request, as RFC 3261 has it."""
    text = request.decode()
    via = re.search(r"^Via: (.*)\r$", text, re.MULTILINE)
    assert via
    copied = re.sub(r"branch=\w+", f"branch={branch}", via[1]) if branch else via[1]
    return f"SIP/2.0 {line}\r\nVia: {copied}\r\n{more}Content-Length: {len(body)}\r\n\r\n{body}".encode()


def exchange(
    script: Script, monkeypatch: pytest.MonkeyPatch, *, transport: str = "udp", piece: int = 1_000_000, **given: Any
) -> tuple[Any, FakeSocket]:
    """What became of a check-sync."""
    sock = FakeSocket(script, piece=piece)
    monkeypatch.setattr(sip, "_udp", lambda host, port: sock)
    monkeypatch.setattr(sip.socket, "create_connection", lambda address, timeout: sock)
    settings = parse_pbx({"kind": "sip", "transport": transport, **given})
    assert settings
    phone = sip.StraightSip(settings, now=sock.now)
    try:
        return phone.notify(PHONE, SYNC), sock
    finally:
        assert sock.closed


def test_a_notify_has_what_the_vendors_trace_has(monkeypatch: pytest.MonkeyPatch) -> None:
    told, sock = exchange(
        lambda number, data: [(0.01, answer(data, "200 Ok", more="User-Agent: snomD345/10.1.39.11\r\n"))], monkeypatch
    )
    assert (told.status, told.reason, told.user_agent) == (200, "Ok", "snomD345/10.1.39.11")
    ((_at, request),) = sock.sent
    lines = request.decode().split("\r\n")
    assert lines[0] == "NOTIFY sip:401@192.0.2.7:5060 SIP/2.0"
    assert "Event: check-sync;reboot=false" in lines and "To: <sip:401@192.0.2.7:5060>" in lines
    assert any(re.fullmatch(r"Via: SIP/2\.0/UDP 192\.0\.2\.1:40000;branch=z9hG4bK\w+;rport", line) for line in lines)
    assert {line.partition(":")[0] for line in lines[1:-2]} >= {"From", "Call-ID", "CSeq", "Max-Forwards", "Contact"}


def test_over_udp_it_is_sent_again_at_pauses_that_double(monkeypatch: pytest.MonkeyPatch) -> None:
    told, sock = exchange(lambda number, data: [], monkeypatch, timeout=60)
    assert (told.status, sock.time) == (408, 32)
    assert [at for at, _data in sock.sent] == [0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert len({data for _at, data in sock.sent}) == 1


def test_a_phone_that_works_on_it_is_asked_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    def works(number: int, data: bytes) -> list[tuple[float, bytes | Exception]]:
        return [(0.1, answer(data, "100 Trying"))] if number == 1 else [(0.2, answer(data))] if number == 3 else []

    told, sock = exchange(works, monkeypatch)
    assert (told.status, [at for at, _data in sock.sent]) == (200, [0, 0.5, 4.5])


def test_what_is_no_answer_to_this_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    def noise(number: int, data: bytes) -> list[tuple[float, bytes | Exception]]:
        others = (
            b"",
            b"\xff\x00",
            b"OPTIONS sip:a SIP/2.0\r\n\r\n",
            answer(data, branch="z9hG4bKother"),
            b"SIP/2.0 200 OK\r\n\r\n",
        )
        return [(0.1, one) for one in others] + [(0.4, answer(data, "202 Fine"))]

    told, sock = exchange(noise, monkeypatch)
    assert (told.status, len(sock.sent)) == (202, 1)


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_a_password_is_given_once(transport: str, monkeypatch: pytest.MonkeyPatch) -> None:
    challenge = 'WWW-Authenticate: Digest realm="phone", nonce="n"\r\n'

    def asks(number: int, data: bytes) -> list[tuple[float, bytes | Exception]]:
        return [(0.1, answer(data, "401 Unauthorized", more=challenge))]

    told, sock = exchange(asks, monkeypatch, transport=transport, password="Never/shown&1")
    assert (told.status, len(sock.sent)) == (401, 2)
    first, second = (data.decode() for _at, data in sock.sent)
    assert "Authorization" not in first and 'Authorization: Digest username="401"' in second
    assert "CSeq: 1 NOTIFY" in first and "CSeq: 2 NOTIFY" in second
    call_ids, branches = (
        {re.search(pattern, text)[1] for text in (first, second)} for pattern in (r"Call-ID: (.*)\r", r"branch=(\w+)")
    )
    assert (len(call_ids), len(branches)) == (1, 2) and "Never" not in second
    told, sock = exchange(asks, monkeypatch, transport=transport)
    assert (told.status, len(sock.sent)) == (401, 1)


def test_over_a_connection_it_is_sent_once(monkeypatch: pytest.MonkeyPatch) -> None:
    told, sock = exchange(lambda number, data: [], monkeypatch, transport="tcp")
    assert (told.status, sock.time, len(sock.sent)) == (408, 10, 1)


def test_over_a_connection_messages_come_in_pieces_and_with_bodies(monkeypatch: pytest.MonkeyPatch) -> None:
    def pieces(number: int, data: bytes) -> list[tuple[float, bytes | Exception]]:
        return [
            (0.1, b"\r\n\r\n" + answer(data, "100 Trying", body="SIP/2.0 500 No\r\n\r\n")),
            (0.2, answer(data, branch="z9hG4bKother")),
            (0.3, answer(data, "200 OK")),
        ]

    told, _sock = exchange(pieces, monkeypatch, transport="tcp", piece=7)
    assert told.status == 200


@pytest.mark.parametrize(
    "comes",
    [
        b"",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"SIP/2.0 200 OK\r\nContent-Length: -5\r\n\r\n",
        b"x" * 200_000,
        ConnectionResetError(104, "Connection reset by peer"),
    ],
)
def test_a_connection_that_is_none_of_a_phone_tells_nothing(
    comes: bytes | Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, _sock = exchange(lambda number, data: [(0.1, comes)], monkeypatch, transport="tcp")
    assert told.status == 408


def test_a_port_where_nobody_listens_is_told_and_one_that_closes_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = ConnectionRefusedError(111, "Connection refused")
    with pytest.raises(PhoneUnreachable, match=r"192\.0\.2\.7 takes no SIP over UDP at port 5060: connection refused"):
        exchange(lambda number, data: [(0.1, refused)], monkeypatch)
    told, _sock = exchange(lambda number, data: [(0.1, refused)] if number == 2 else [], monkeypatch)
    assert told.status == 408


def test_what_would_be_two_lines_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sip, "_udp", lambda host, port: FakeSocket(lambda number, data: []))
    settings = parse_pbx({"kind": "sip"})
    assert settings
    evil = Registration(account="401", contact="sip:401@192.0.2.7\r\nX: y", address="192.0.2.7")
    with pytest.raises(InputError, match="snom_account"):
        sip.StraightSip(settings).probe(evil)


def test_it_lists_nobody() -> None:
    settings = parse_pbx({"kind": "sip"})
    assert settings and not settings.has_registrar
    assert (sip.StraightSip(settings).registrations(), sip.StraightSip(settings).calls()) == ((), {})
