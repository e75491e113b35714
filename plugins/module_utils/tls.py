# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sockets to phones, and over https the proof that it is the right phone before a byte of a request is sent.

Phones carry self-signed certificates (protocol 2.5), so a pinned fingerprint is the usual proof, a CA the better one.
"""

from __future__ import annotations

import hashlib
import os
import re
import socket
import ssl
import threading
import time
from functools import cache

from .errors import CertificateRejected, InputError, PhoneUnreachable
from .regular_files import open_regular
from .transport import Connection

DEFAULT_PORTS = {"http": 80, "https": 443}

_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_MIN_VERSIONS = {
    "TLSv1": ssl.TLSVersion.TLSv1,
    "TLSv1.1": ssl.TLSVersion.TLSv1_1,
    "TLSv1.2": ssl.TLSVersion.TLSv1_2,
    "TLSv1.3": ssl.TLSVersion.TLSv1_3,
}
# The constant of that name in ssl is new in Python 3.12.
_OP_LEGACY_SERVER_CONNECT = 0x4

# OpenSSL's X509_V_ERR_* numbers; ssl has no names for them.
_NAME_MISMATCH = {62, 64}
_OUT_OF_DATE = {9, 10}
_TOO_WEAK = {66, 67, 68}
# What OpenSSL says when the other side answers something that is not TLS.
_NOT_TLS = {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE"}

_PIN_IT = "Collect its fingerprint with the playbook telephony.snom.fingerprints"
_OLD_PHONE = 'Old phones need snom_tls_min_version: "TLSv1" and snom_tls_ciphers: "DEFAULT@SECLEVEL=0".'

_context_lock = threading.Lock()


def check_tls_options(connection: Connection) -> None:
    """Raise InputError for TLS options that cannot work."""
    _context_for(connection)
    _pinned(connection)


def certificate_fingerprint(connection: Connection) -> str:
    """Return the SHA-256 of the certificate shown at this address: 64 lower-case hex digits.

    Nothing is verified and no request is sent: this is for trust on first use. Raises PhoneUnreachable,
    CertificateRejected (no TLS there, or too old), InputError.
    """
    where = f"https://{connection.host}"
    context = _context(False, None, connection.tls_min_version, connection.tls_ciphers)
    deadline = time.monotonic() + connection.timeout
    plain = open_plain_socket(connection, "https", connection.timeout, where)
    with _handshake(plain, context, connection.host, deadline, where) as sock:
        return _fingerprint(sock)


def open_socket(connection: Connection, timeout: float, where: str) -> socket.socket:
    """Connect to a phone, and over https make sure that it is the right one.

    timeout is in seconds, for all of it. where is the address as reasons show it. Raises PhoneUnreachable,
    CertificateRejected, InputError.
    """
    deadline = time.monotonic() + timeout
    plain = open_plain_socket(connection, connection.scheme, timeout, where)
    if connection.scheme != "https":
        return plain
    sock = _handshake(plain, _context_for(connection), connection.host, deadline, where)
    pinned = _pinned(connection)
    if pinned and pinned != (shown := _fingerprint(sock)):
        sock.close()
        raise CertificateRejected(
            f"{where}: the certificate has the fingerprint {shown}, but snom_cert_fingerprint says {pinned}. Either "
            "another device answers at this address, or the phone has a new certificate. When sure that it is the "
            "phone, collect the fingerprint again with the playbook telephony.snom.fingerprints."
        )
    return sock


def open_plain_socket(connection: Connection, scheme: str, timeout: float, where: str) -> socket.socket:
    """Connect to a phone without TLS, on its own port or the scheme's. Raises PhoneUnreachable.

    timeout is in seconds. where is the address as reasons show it.
    """
    port = connection.port or DEFAULT_PORTS[scheme]
    try:
        sock = socket.create_connection((connection.host, port), timeout)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except (OSError, UnicodeError) as error:
        if isinstance(error, TimeoutError):
            why = "no answer in time"
        elif isinstance(error, socket.gaierror | UnicodeError):
            why = "the host name is not known"
        else:
            why = (error.strerror or "the connection failed").lower()
        raise PhoneUnreachable(
            f"{where}: cannot connect to port {port}: {why}. Check that the phone is on and reachable, and that its "
            "web server listens there (snom_scheme, snom_port)."
        ) from None
    return sock


def _handshake(plain: socket.socket, context: ssl.SSLContext, host: str, deadline: float, where: str) -> ssl.SSLSocket:
    try:
        plain.settimeout(max(deadline - time.monotonic(), 0.001))
        return context.wrap_socket(plain, server_hostname=host)
    except ssl.SSLEOFError:
        why = "the phone closed the connection"
    except ssl.SSLError as error:
        raise CertificateRejected(f"{where}: {_explain(error, host)}") from None
    except TimeoutError:
        why = "no answer in time"
    except OSError as error:
        why = (error.strerror or "the connection broke").lower()
    raise PhoneUnreachable(
        f"{where}: the TLS handshake did not end: {why}. The phone may be restarting; if it stays so, it may not "
        f"speak TLS on this port, or only an old one. {_OLD_PHONE}"
    )


def _explain(error: ssl.SSLError, host: str) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        if error.verify_code in _NAME_MISMATCH:
            return (
                f"the certificate is from a known CA, but it is not for {host}. Use the name in the certificate as "
                f"the phone's address, or pin the certificate. {_PIN_IT}."
            )
        if error.verify_code in _OUT_OF_DATE:
            return (
                f"the certificate is out of date ({error.verify_message}). Check the clock of this controller, renew "
                f"the certificate, or pin it. {_PIN_IT}."
            )
        if error.verify_code in _TOO_WEAK:
            return f"the certificate is too weak ({error.verify_message}). {_OLD_PHONE}"
        return (
            f"the certificate is not from a known CA ({error.verify_message}). {_PIN_IT}, or name your own CA in "
            "snom_ca_path."
        )
    if error.reason in _NOT_TLS:
        return (
            "what answers on this port does not speak TLS. Check snom_port; a phone whose web server is not set to "
            'https needs snom_scheme: "http".'
        )
    return f"no TLS version or cipher in common ({error.reason}). {_OLD_PHONE}"


def _fingerprint(sock: ssl.SSLSocket) -> str:
    return hashlib.sha256(sock.getpeercert(binary_form=True) or b"").hexdigest()


def _pinned(connection: Connection) -> str | None:
    if not connection.cert_fingerprint:
        return None
    pinned = connection.cert_fingerprint.replace(":", "").lower()
    if not _FINGERPRINT.fullmatch(pinned):
        raise InputError(
            f"snom_cert_fingerprint is not a SHA-256 fingerprint: 64 hex digits, with or without colons. {_PIN_IT}."
        )
    return pinned


def _context_for(connection: Connection) -> ssl.SSLContext:
    validate = connection.validate_certs and not connection.cert_fingerprint
    # Many threads may want their first context at once; without the lock each would load the CAs for itself.
    with _context_lock:
        return _context(
            validate, connection.ca_path if validate else None, connection.tls_min_version, connection.tls_ciphers
        )


@cache
def _context(validate: bool, ca_path: str | None, min_version: str | None, ciphers: str | None) -> ssl.SSLContext:
    """One context per trust setting, shared by all phones: a context of its own costs a phone 0.8 MB and 35 ms."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if not validate:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif ca_path:
        _load_ca(context, ca_path)
    else:
        context.load_default_certs()
    if min_version:
        if min_version not in _MIN_VERSIONS:
            raise InputError(f"snom_tls_min_version must be one of {', '.join(_MIN_VERSIONS)}.")
        context.minimum_version = _MIN_VERSIONS[min_version]
        if context.minimum_version < ssl.TLSVersion.TLSv1_2:
            # A TLS stack that old may not know secure renegotiation (RFC 5746), which OpenSSL 3 insists on [I].
            context.options |= _OP_LEGACY_SERVER_CONNECT
    if ciphers:
        try:
            context.set_ciphers(ciphers)
        except ssl.SSLError:
            raise InputError(
                "snom_tls_ciphers is not a list of ciphers that OpenSSL knows, for example DEFAULT@SECLEVEL=0."
            ) from None
    return context


def _load_ca(context: ssl.SSLContext, ca_path: str) -> None:
    try:
        if os.path.isdir(ca_path):
            context.load_verify_locations(capath=ca_path)
        else:
            os.close(open_regular(ca_path))
            context.load_verify_locations(cafile=ca_path)
    except ssl.SSLError:
        raise InputError(f"snom_ca_path: {ca_path} holds no PEM certificate.") from None
    except OSError as error:
        raise InputError(f"snom_ca_path: {ca_path} cannot be read: {(error.strerror or 'error').lower()}.") from None
