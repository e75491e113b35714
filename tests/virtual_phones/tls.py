# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Server side TLS: self-signed certificates, one context per certificate and highest version."""

from __future__ import annotations

import asyncio.sslproto
import datetime
import ipaddress
import ssl
import tempfile
from functools import cache
from pathlib import Path

# Every TLS connection has a read buffer of this size; asyncio's 256 KiB would be 1 GiB for 4,000 connections.
asyncio.sslproto.SSLProtocol.max_size = 16 * 1024  # type: ignore[attr-defined]


@cache
def _shared_certificate() -> bytes:
    return make_certificate("snom", "127.0.0.1")


def make_certificate(name: str, address: str) -> bytes:
    """Key and self-signed certificate (EC P-256) as PEM. That they are self-signed is a fact (2.5)."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=3650))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)


@cache
def shared_context(max_version: str | None) -> ssl.SSLContext:
    return _context(_shared_certificate(), max_version)


def own_context(name: str, address: str, max_version: str | None) -> ssl.SSLContext:
    return _context(make_certificate(name, address), max_version)


def _context(pem: bytes, max_version: str | None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if max_version:
        context.maximum_version = ssl.TLSVersion[max_version]
        if max_version in ("TLSv1", "TLSv1_1"):
            # OpenSSL offers these only when asked to forget its own standards.
            context.minimum_version = ssl.TLSVersion[max_version]
            context.set_ciphers("DEFAULT:@SECLEVEL=0")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "phone.pem"  # the ssl module reads certificates from files only
        file.write_bytes(pem)
        context.load_cert_chain(file)
    return context
