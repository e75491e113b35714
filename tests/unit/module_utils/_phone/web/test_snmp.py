# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The agents here speak BER by hand: the encoding of the request is part of what is tested."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import Connection
from ansible_collections.telephony.snom.plugins.module_utils._phone.web import snmp

# 1.3.6.1.2.1.7526.2.6, the call counter (protocol 4.3)
OID = bytes.fromhex("06 09 2b 06 01 02 01 ba 66 02 06")


def tlv(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return bytes([tag, len(body)]) + body


def request_id(request: bytes) -> bytes:
    """The request id's own bytes: SEQUENCE, version, community, GetRequest, then the id."""
    community_length = request[6]
    start = 2 + 3 + 2 + community_length + 2
    return request[start : start + 2 + request[start + 1]]


def answer(request: bytes, value: bytes, error: int = 0) -> bytes:
    return tlv(
        0x30,
        b"\x02\x01\x00",
        tlv(0x04, b"public"),
        tlv(
            0xA2,
            request_id(request),
            tlv(0x02, bytes([error])),
            b"\x02\x01\x00",
            tlv(0x30, tlv(0x30, OID, value)),
        ),
    )


@contextmanager
def agent(*replies: Callable[[bytes], bytes | None]) -> Iterator[tuple[Connection, list[bytes]]]:
    """An SNMP agent that gives these replies, one to each request; None is no reply."""
    requests: list[bytes] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
        channel.bind(("127.0.0.1", 0))
        channel.settimeout(5)

        def serve() -> None:
            for reply in replies:
                data, sender = channel.recvfrom(4096)
                requests.append(data)
                reaction = reply(data)
                if reaction is not None:
                    channel.sendto(reaction, sender)

        server = threading.Thread(target=serve)
        server.start()
        yield Connection(address="127.0.0.1", snmp=True, snmp_port=channel.getsockname()[1]), requests
        server.join()


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests in which nothing is expected to come; where something is, a busy machine may take its time."""
    monkeypatch.setattr(snmp, "_TIMEOUT", 0.05)


@pytest.mark.parametrize("calls", [0, 1, 2])
@pytest.mark.parametrize("kind", [0x02, 0x41, 0x42])  # INTEGER, Counter, Gauge: nobody tells which
def test_the_counter_is_read(calls: int, kind: int) -> None:
    with agent(lambda request: answer(request, tlv(kind, bytes([calls])))) as (connection, requests):
        assert snmp.read_calls(connection) == calls
    assert requests[0][2:5] == b"\x02\x01\x00"  # version 1
    assert b"\x04\x06public" in requests[0]
    assert OID + b"\x05\x00" in requests[0]
    assert requests[0][13] == 0xA0  # GetRequest


def test_a_lost_packet_is_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snmp, "_TIMEOUT", 1.0)
    with agent(lambda _request: None, lambda request: answer(request, b"\x02\x01\x01")) as (connection, requests):
        assert snmp.read_calls(connection) == 1
    assert requests[0] == requests[1]


@pytest.mark.parametrize(
    "reply",
    [
        lambda request: answer(request, b"\x05\x00", error=2),
        lambda request: answer(request, tlv(0x04, b"none")),
        lambda request: answer(request.replace(request_id(request), b"\x02\x01\x07"), b"\x02\x01\x01"),
        lambda _request: b"garbage",
        lambda _request: b"",
        # A length beyond all memory, found by a fuzzer.
        lambda _request: b"0(\x02\x88\x96\xa2\x1b\x02\\u00000\x0e\x06\x0e\x06\t+\x06\x01\x02\x01\xba",
        lambda request: answer(request, b"\x02\x01\x01")[:-4],
    ],
)
@pytest.mark.usefixtures("_impatient")
def test_an_error_or_noise_is_no_number(reply: Callable[[bytes], bytes]) -> None:
    with agent(reply) as (connection, _requests):
        assert snmp.read_calls(connection) is None


def test_an_agent_that_is_not_there_is_no_number() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
        channel.bind(("127.0.0.1", 0))
        port = channel.getsockname()[1]
    assert snmp.read_calls(Connection(address="127.0.0.1", snmp_port=port)) is None


@pytest.mark.usefixtures("_impatient")
def test_a_silent_agent_is_no_number() -> None:
    with agent(lambda _request: None, lambda _request: None) as (connection, requests):
        assert snmp.read_calls(connection) is None
    assert len(requests) == 2


def test_a_missing_library_is_an_error_with_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snmp, "HAS_PYSNMP", False)
    with pytest.raises(InputError, match=r"snom_snmp.*pysnmp"):
        snmp.read_calls(Connection(address="127.0.0.1"))
