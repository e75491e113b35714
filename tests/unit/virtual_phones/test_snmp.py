# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The SNMP agent, asked with messages written out byte by byte."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from ansible_collections.telephony.snom.tests.unit.virtual_phones.client import phone_keys
from ansible_collections.telephony.snom.tests.unit.virtual_phones.conftest import StartFleet
from ansible_collections.telephony.snom.tests.virtual_phones.running import free_port

# GetRequest, version 1, community "public", request id 1; the OID 1.3.6.1.2.1.7526.2.N
HEAD = bytes.fromhex("020100 0406 7075626c6963")
OID = bytes.fromhex("2b06010201ba6602")


def message(last: bytes) -> bytes:
    oid = b"\x06" + bytes([len(OID + last)]) + OID + last
    binding = b"\x30" + bytes([len(oid) + 2]) + oid + b"\x05\x00"
    bindings = b"\x30" + bytes([len(binding)]) + binding
    request = b"\x02\x01\x01\x02\x01\x00\x02\x01\x00" + bindings
    pdu = b"\xa0" + bytes([len(request)]) + request
    return b"\x30" + bytes([len(HEAD + pdu)]) + HEAD + pdu


def ask(phone: dict[str, Any], data: bytes) -> bytes:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(5)
        sock.sendto(data, (phone["address"], phone["snmp_port"]))
        return sock.recv(1500)


@pytest.fixture
def phone() -> dict[str, Any]:
    phone = phone_keys(name="p", identities=["1", "2"], call_shown_in=["snmp"], call={"state": "in_call"})
    phone["snmp_port"] = free_port(phone["address"])
    return phone


@pytest.mark.parametrize(
    ("last", "end"),
    [(b"\x05", b"\x02\x01\x02"), (b"\x06", b"\x02\x01\x01"), (b"\x06\x00", b"\x02\x01\x01")],
)
def test_counters(start_fleet: StartFleet, phone: dict[str, Any], last: bytes, end: bytes) -> None:
    start_fleet(phone)
    answer = ask(phone, message(last))
    assert answer[:2] == bytes([0x30, len(answer) - 2])
    assert HEAD + b"\xa2" in answer
    assert answer.endswith(OID + last + end)


def test_texts(start_fleet: StartFleet, phone: dict[str, Any]) -> None:
    start_fleet(phone)
    assert ask(phone, message(b"\x04")).endswith(b"\x04\x1bsnom 320-SIP 8.4.35 1.1.3-u")
    assert b"1 day, 03:46:" in ask(phone, message(b"\x08"))


def test_an_unknown_name_is_no_such_name(start_fleet: StartFleet, phone: dict[str, Any]) -> None:
    start_fleet(phone)
    assert b"\x02\x01\x01\x02\x01\x02\x02\x01\x01\x30" in ask(phone, message(b"\x09"))


def test_the_call_counter_can_be_missing(start_fleet: StartFleet, phone: dict[str, Any]) -> None:
    start_fleet({**phone, "call_shown_in": ["gui"]})
    assert b"\x02\x01\x01\x02\x01\x02\x02\x01\x01\x30" in ask(phone, message(b"\x06"))


@pytest.mark.parametrize("data", [b"", b"\x30", b"\x30\x84", b"hello", b"\x30\x02\x02\x01"])
def test_nonsense_and_other_communities_get_no_answer(
    start_fleet: StartFleet, phone: dict[str, Any], data: bytes
) -> None:
    start_fleet(phone)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(5)
        where = (phone["address"], phone["snmp_port"])
        sock.sendto(data, where)
        sock.sendto(message(b"\x05").replace(b"public", b"secret"), where)
        sock.sendto(message(b"\x06"), where)
        assert OID + b"\x06" in sock.recv(1500)  # the first answer is the one to the last question
