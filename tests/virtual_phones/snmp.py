# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The SNMP agent of a phone: version 1, GET only, four values (protocol 4.3). The text of the uptime is invented."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

from . import firmware, pages

if TYPE_CHECKING:
    from .phone import Phone

COMMUNITY = b"public"  # invented
BASE = (1, 3, 6, 1, 2, 1, 7526, 2)
INTEGER, OCTETS, NULL, OID, SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30
GET_REQUEST, GET_RESPONSE = 0xA0, 0xA2
NO_SUCH_NAME = 2


class Malformed(Exception):
    """These bytes are no SNMPv1 message."""


def encode(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 128:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def encode_integer(value: int) -> bytes:
    return encode(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def decode(data: bytes, tag: int | None = None) -> tuple[int, bytes, bytes]:
    """Tag, content and rest. Raises Malformed."""
    try:
        size, start = data[1], 2
        if size & 0x80:
            start += size & 0x7F
            size = int.from_bytes(data[2:start], "big")
        content = data[start : start + size]
    except IndexError:
        raise Malformed from None
    if len(content) != size or (tag is not None and data[0] != tag):
        raise Malformed
    return data[0], content, data[start + size :]


def decode_oid(content: bytes) -> tuple[int, ...]:
    if not content:
        raise Malformed
    parts, value = [content[0] // 40, content[0] % 40], 0
    for byte in content[1:]:
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            parts.append(value)
            value = 0
    return tuple(parts)


class Agent(asyncio.DatagramProtocol):
    def __init__(self, phone: Phone) -> None:
        self._phone = phone
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Not by isinstance: the transport of Python 3.11 does not inherit from DatagramTransport.
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str | int, int]) -> None:
        try:
            answer = self._answer(data)
        except Malformed:
            return
        if answer and self._transport:
            self._transport.sendto(answer, addr)

    def _answer(self, data: bytes) -> bytes | None:
        _tag, message, _rest = decode(data, SEQUENCE)
        _tag, version, rest = decode(message, INTEGER)
        _tag, community, rest = decode(rest, OCTETS)
        kind, request, _rest = decode(rest)
        if version != b"\0" or community != COMMUNITY or kind != GET_REQUEST:
            return None
        _tag, number, rest = decode(request, INTEGER)
        _tag, _unused, rest = decode(rest, INTEGER)
        _tag, _unused, rest = decode(rest, INTEGER)
        _tag, asked, _rest = decode(rest, SEQUENCE)
        answered, problem, position = b"", (0, 0), 0
        remaining = asked
        while remaining:
            position += 1
            _tag, binding, remaining = decode(remaining, SEQUENCE)
            _tag, oid, _rest = decode(binding, OID)
            value = self._value(decode_oid(oid))
            if value is None and problem == (0, 0):
                problem = (NO_SUCH_NAME, position)
            answered += encode(SEQUENCE, encode(OID, oid) + (value or encode(NULL, b"")))
        self._phone.note("snmp", f"{position} values")
        body = encode(INTEGER, number) + encode_integer(problem[0]) + encode_integer(problem[1])
        body += encode(SEQUENCE, asked if problem[0] else answered)
        return encode(SEQUENCE, encode(INTEGER, version) + encode(OCTETS, community) + encode(GET_RESPONSE, body))

    def _value(self, oid: tuple[int, ...]) -> bytes | None:
        """An encoded value. Each is known with and without a final zero [invented]."""
        phone = self._phone
        if oid[:-1] == (*BASE, oid[-2]) and oid[-1] == 0:
            oid = oid[:-1]
        if oid[:-1] != BASE:
            return None
        match oid[-1]:
            case 4:
                model = phone.keys.model
                loader = firmware.boot_loader(model, phone.keys.firmware)
                return encode(OCTETS, f"snom {model}-SIP {phone.keys.firmware} {loader}".encode())
            case 5:
                return encode_integer(sum(identity.registered for identity in phone.identities))
            case 6 if "snmp" in phone.keys.call_shown_in:
                return encode_integer(len(phone.legs))
            case 8:
                return encode(OCTETS, pages.uptime_text(phone.uptime()).encode())
        return None
