# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One document to a phone's web server, and its answer: for what is asked there by POST (xml 9), and nothing else."""

from __future__ import annotations

import base64
import http.client
import time
from collections.abc import Mapping
from functools import partial

from ..._core.errors import PhoneUnreachable, Unsupported
from ..._core.timed_response import AtMost, TimedResponse
from ..connection import Connection
from .tls import DEFAULT_PORTS, open_socket

LARGEST = 256 * 1024
"""Bytes of an answer."""


def post_xml(connection: Connection, path: str, document: str) -> tuple[int, str]:
    """Send a document, and return status and body. A Basic login is sent only where the phone asks for one.

    Raises PhoneUnreachable, Unsupported.
    """
    headers = {"Content-Type": "application/xml", "User-Agent": "telephony.snom", "Connection": "close"}
    status, wants, body = _post(connection, path, document, headers)
    if status == 401 and connection.username and connection.password:
        if not wants.lower().startswith("basic") or connection.auth == "digest":
            raise Unsupported("For CSTA it asks for another login than Basic, which this step has not.")
        login = f"{connection.username}:{connection.password}".encode(errors="surrogateescape")
        headers["Authorization"] = "Basic " + base64.b64encode(login).decode()
        status, _wants, body = _post(connection, path, document, headers)
    return status, body


def _post(connection: Connection, path: str, document: str, headers: Mapping[str, str]) -> tuple[int, str, str]:
    where = f"{connection.scheme}://{connection.address}{path}"
    ends = time.monotonic() + connection.timeout
    wire = http.client.HTTPConnection(connection.address, connection.port or DEFAULT_PORTS[connection.scheme])
    wire.sock = open_socket(connection, connection.timeout, where)
    wire.response_class = partial(  # type: ignore[assignment]
        TimedResponse, left=lambda: ends - time.monotonic(), took=AtMost(LARGEST)
    )
    try:
        wire.request("POST", path, document.encode(), dict(headers))
        answer = wire.getresponse()
        body = answer.read()
    except (OSError, http.client.HTTPException):
        raise PhoneUnreachable(f"{where}: no answer that is HTTP came back.") from None
    finally:
        wire.close()
    return answer.status, answer.getheader("WWW-Authenticate") or "", body.decode("utf-8", "replace")
