# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The call counter of a phone over SNMP: version 1, GET only (protocol 4.3). Needs the optional library pysnmp.

Only its message encoding is used, over a plain blocking socket: hundreds of threads ask at the same time, and an event
loop for each of them would cost three more file descriptors a phone.
"""

from __future__ import annotations

import socket
from typing import Any

from ..._core.errors import InputError
from ..connection import Connection

try:
    from pyasn1.codec.ber import decoder, encoder
    from pyasn1.error import PyAsn1Error
    from pysnmp.proto import api
except ImportError:
    HAS_PYSNMP = False
else:
    HAS_PYSNMP = True

_SNOM = (1, 3, 6, 1, 2, 1, 7526, 2)
FIRMWARE, REGISTRATIONS, CALLS = 4, 5, 6
"""Numbers of what a phone tells (protocol 4.3)."""
_TIMEOUT = 2.0  # s; a phone that does not trust this address stays silent, and the pages can still be asked
_ATTEMPTS = 2  # UDP loses packets


def read_calls(connection: Connection) -> int | None:
    """The number of calls on the phone, or None if it does not tell.

    Raises InputError if pysnmp is missing.
    """
    try:
        value = read_value(connection, CALLS)
        return None if value is None else int(value)
    except (PyAsn1Error, ArithmeticError, TypeError, ValueError):
        return None


def read_value(connection: Connection, number: int) -> Any:
    """What the phone tells under a number, as pysnmp has it, or None. Raises InputError if pysnmp is missing."""
    if not HAS_PYSNMP:
        raise InputError(
            "snom_snmp is true, but the Python library pysnmp (7 or later) is not installed here. "
            "Install it, or set snom_snmp to false."
        )
    v1 = api.PROTOCOL_MODULES[api.SNMP_VERSION_1]
    pdu = v1.GetRequestPDU()
    v1.apiPDU.set_defaults(pdu)
    v1.apiPDU.set_varbinds(pdu, [((*_SNOM, number), v1.Null(""))])
    message = v1.Message()
    v1.apiMessage.set_defaults(message)
    v1.apiMessage.set_community(message, connection.snmp_community)
    v1.apiMessage.set_pdu(message, pdu)
    answer = _exchange(connection.address, connection.snmp_port, encoder.encode(message))
    return None if answer is None else _value_in(v1, pdu, answer)


def _exchange(host: str, port: int, request: bytes) -> bytes | None:
    """Send a datagram and wait for one from the same address. None when nothing comes."""
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, kind, protocol) as channel:
            channel.settimeout(_TIMEOUT)
            channel.connect(address)
            for _attempt in range(_ATTEMPTS):
                channel.send(request)
                try:
                    return channel.recv(4096)
                except TimeoutError:
                    continue
    except OSError:
        pass
    return None


def _value_in(v1: Any, request: Any, answer: bytes) -> Any:
    """The value in an answer to this request; None for an error, another request's answer, or noise."""
    try:
        response = v1.apiMessage.get_pdu(decoder.decode(answer, asn1Spec=v1.Message())[0])
        if v1.apiPDU.get_request_id(response) != v1.apiPDU.get_request_id(request):
            return None
        if v1.apiPDU.get_error_status(response):
            return None
        (_oid, value), *_rest = v1.apiPDU.get_varbinds(response)
        return value
    # What a stranger sends can bring the library to more than its own errors: a length beyond all memory, for example.
    except (PyAsn1Error, ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError):
        return None
