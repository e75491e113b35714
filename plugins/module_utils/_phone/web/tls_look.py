# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which TLS a phone speaks, and what its certificate says: no public source tells either (protocol 11.4)."""

from __future__ import annotations

import hashlib
import ssl
from typing import Any

from ..connection import Connection
from .certificate import read_certificate
from .tls import open_socket


def look_at_tls(connection: Connection) -> dict[str, Any] | None:
    """Version and cipher that were agreed on, and the certificate with its fingerprint. None over http.

    Raises PhoneUnreachable, CertificateRejected, InputError.
    """
    if connection.scheme != "https":
        return None
    with open_socket(connection, connection.timeout, f"https://{connection.address}") as sock:
        if not isinstance(sock, ssl.SSLSocket):
            return None
        version, cipher, shown = sock.version(), sock.cipher(), sock.getpeercert(binary_form=True) or b""
    return {
        "version": version,
        "cipher": cipher[0] if cipher else None,
        "fingerprint": hashlib.sha256(shown).hexdigest(),
        "certificate": read_certificate(shown),
    }
