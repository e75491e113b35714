# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a certificate says of itself (RFC 5280, in DER): of whom, by whom, from when until when, and how it is signed.

Python's own ssl reads the names of trusted certificates alone, and those of phones are self-signed (protocol 2.5). It
is read to be told, and proves nothing.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

_SEQUENCE, _OID, _BITS, _OCTETS, _EXTENSIONS, _VERSION = 0x30, 0x06, 0x03, 0x04, 0xA3, 0xA0

_ATTRIBUTES = {
    "2.5.4.3": "CN",
    "2.5.4.4": "SN",
    "2.5.4.5": "serialNumber",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.9": "street",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "2.5.4.12": "title",
    "2.5.4.42": "GN",
    "0.9.2342.19200300.100.1.1": "UID",
    "0.9.2342.19200300.100.1.25": "DC",
    "1.2.840.113549.1.9.1": "email",
}
_SIGNATURES = {
    "1.2.840.113549.1.1.4": "RSA, MD5",
    "1.2.840.113549.1.1.5": "RSA, SHA-1",
    "1.2.840.113549.1.1.10": "RSA-PSS",
    "1.2.840.113549.1.1.11": "RSA, SHA-256",
    "1.2.840.113549.1.1.12": "RSA, SHA-384",
    "1.2.840.113549.1.1.13": "RSA, SHA-512",
    "1.2.840.10045.4.1": "ECDSA, SHA-1",
    "1.2.840.10045.4.3.2": "ECDSA, SHA-256",
    "1.2.840.10045.4.3.3": "ECDSA, SHA-384",
    "1.2.840.10045.4.3.4": "ECDSA, SHA-512",
    "1.3.101.112": "Ed25519",
}
_RSA, _EC = "1.2.840.113549.1.1.1", "1.2.840.10045.2.1"
_CURVES = {"1.2.840.10045.3.1.7": "P-256", "1.3.132.0.34": "P-384", "1.3.132.0.35": "P-521"}
_OTHER_NAMES = "2.5.29.17"
_KINDS = {0x81: "email", 0x82: "DNS", 0x86: "URI", 0x87: "IP"}
_MOST_NAMES = 50
_TIME = re.compile(r"([0-9]{2}|[0-9]{4})([0-9]{10})Z")


def read_certificate(der: bytes) -> dict[str, Any] | None:
    """A certificate as plain data; None where it can't be read.

    ``subject``, ``issuer`` and ``other_names`` are lists of mappings with ``kind`` and ``value``. ``self_issued`` says
    whether subject and issuer are the same. ``not_before`` and ``not_after`` are in UTC. ``serial_bytes`` is the length
    of its number.
    """
    try:
        return _read(der)
    except (ValueError, IndexError, OverflowError):
        return None


def _read(der: bytes) -> dict[str, Any]:
    (_kind, whole), *_rest = _parts(der)
    (_kind, body), (_kind, algorithm), *_signature = _parts(whole)
    fields = [part for part in _parts(body) if part[0] != _VERSION]
    serial, _algorithm, issuer, validity, subject, key, *more = (content for _kind, content in fields)
    begins, ends = (_time(content) for _kind, content in _parts(validity))
    kinds = [kind for kind, _content in fields[6:]]
    extensions = [content for kind, content in zip(kinds, more, strict=True) if kind == _EXTENSIONS]
    signed = _oid(_first(algorithm))
    return {
        "subject": list(_names(subject)),
        "issuer": list(_names(issuer)),
        "other_names": list(_other_names(extensions[0]))[:_MOST_NAMES] if extensions else [],
        "self_issued": subject == issuer,
        "key": _key(key),
        "signature": _SIGNATURES.get(signed, signed),
        "not_before": begins,
        "not_after": ends,
        "serial_bytes": len(serial),
    }


def _parts(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The elements that stand in a row: the kind and the content of each. Raises ValueError, IndexError."""
    at = 0
    while at < len(data):
        kind, length, at = data[at], data[at + 1], at + 2
        if kind & 0x1F == 0x1F:
            raise ValueError("a kind of more than one byte")
        if length & 0x80:
            count = length & 0x7F
            if not 1 <= count <= 4:
                raise ValueError("a length that is none of DER")
            length, at = int.from_bytes(data[at : at + count], "big"), at + count
        if at + length > len(data):
            raise ValueError("an element ends behind what holds it")
        yield kind, data[at : at + length]
        at += length


def _first(data: bytes) -> bytes:
    (_kind, content), *_rest = _parts(data)
    return content


def _oid(data: bytes) -> str:
    numbers, number = [], 0
    for byte in data[:64]:
        number = number << 7 | byte & 0x7F
        if not byte & 0x80:
            numbers.append(number)
            number = 0
    if not numbers:
        raise ValueError("an empty object identifier")
    first = min(numbers[0] // 40, 2)
    return ".".join(map(str, (first, numbers[0] - 40 * first, *numbers[1:])))


def _names(data: bytes) -> Iterator[dict[str, str]]:
    for _set, group in _parts(data):
        for _sequence, pair in _parts(group):
            (_kind, name), (kind, value), *_rest = _parts(pair)
            dotted = _oid(name)
            yield {"kind": _ATTRIBUTES.get(dotted, dotted), "value": _text(kind, value)}


def _text(kind: int, value: bytes) -> str:
    # BMPString and UniversalString; all others are UTF-8, a part of it, or what some phone takes for it.
    return value[:1000].decode({0x1E: "utf-16-be", 0x1C: "utf-32-be"}.get(kind, "utf-8"), "replace")


def _other_names(data: bytes) -> Iterator[dict[str, str]]:
    for _sequence, extension in _parts(_first(data)):
        parts = list(_parts(extension))
        if _oid(parts[0][1]) != _OTHER_NAMES or parts[-1][0] != _OCTETS:
            continue
        for kind, value in _parts(_first(parts[-1][1])):
            name = _KINDS.get(kind, "other")
            yield {"kind": name, "value": _other_name(name, kind, value)}


def _other_name(name: str, kind: int, value: bytes) -> str:
    if name == "other":
        return f"{len(value)} bytes"
    return str(ipaddress.ip_address(value)) if name == "IP" else _text(kind, value)


def _key(data: bytes) -> str:
    (_kind, algorithm), (_kind, bits), *_rest = _parts(data)
    (_kind, name), *parameters = _parts(algorithm)
    dotted = _oid(name)
    if dotted == _RSA:
        # Behind the count of unused bits: a sequence of modulus and exponent.
        modulus = _first(_first(bits[1:]))
        return f"RSA {int.from_bytes(modulus, 'big').bit_length()}"
    if dotted == _EC and parameters and parameters[0][0] == _OID:
        curve = _oid(parameters[0][1])
        return f"EC {_CURVES.get(curve, curve)}"
    return dotted


def _time(data: bytes) -> str:
    text = data.decode("ascii")
    digits = _TIME.fullmatch(text)
    if digits is None:
        raise ValueError("a time that is none of a certificate")
    year = int(digits[1])
    if len(digits[1]) == 2:
        year += 1900 if year >= 50 else 2000
    moment = datetime.strptime(f"{year:04d}{digits[2]}", "%Y%m%d%H%M%S").replace(tzinfo=timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
