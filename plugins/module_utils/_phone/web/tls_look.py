# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which TLS a phone speaks: no public source says it (protocol 2.5)."""

from __future__ import annotations

import ssl
from typing import Any

from ..connection import Connection
from .tls import certificate_fingerprint, open_socket


def look_at_tls(connection: Connection) -> dict[str, Any] | None:
    """Version and cipher that were agreed on, and the fingerprint of its certificate. None over http.

    Raises PhoneUnreachable, CertificateRejected, InputError.
    """
    if connection.scheme != "https":
        return None
    where = f"https://{connection.host}"
    with open_socket(connection, connection.timeout, where) as sock:
        agreed = (sock.version(), sock.cipher()) if isinstance(sock, ssl.SSLSocket) else (None, None)
    cipher = agreed[1]
    return {
        "version": agreed[0],
        "cipher": cipher[0] if cipher else None,
        "fingerprint": certificate_fingerprint(connection),
    }
