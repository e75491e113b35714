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

from ..._core.errors import CertificateRejected, InputError, PhoneUnreachable
from ..._core.regular_files import open_regular
from ..connection import Connection

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
# What it says when the other side is too old, or one of the two too strict, beside the alerts that tell of it.
_NOTHING_IN_COMMON = {
    "BAD_PROTOCOL_VERSION_NUMBER",
    "DH_KEY_TOO_SMALL",
    "EE_KEY_TOO_SMALL",
    "LEGACY_SIGALG_DISALLOWED_OR_UNSUPPORTED",
    "NO_CIPHERS_AVAILABLE",
    "NO_PROTOCOLS_AVAILABLE",
    "NO_SHARED_CIPHER",
    "UNKNOWN_CIPHER_RETURNED",
    "UNSAFE_LEGACY_RENEGOTIATION_DISABLED",
    "UNSUPPORTED_PROTOCOL",
    "VERSION_TOO_LOW",
    "WRONG_CIPHER_RETURNED",
    "WRONG_SIGNATURE_TYPE",
    "WRONG_SSL_VERSION",
}
# How ssl tells of an error for which it has no name: "[SSL] legacy sigalg disallowed or unsupported (_ssl.c:992)".
_UNNAMED = re.compile(r"\[SSL\] (.+) \(_ssl\.c:\d+\)")
_NOTHING_IN_COMMON_ALERT = re.compile(r"(HANDSHAKE_FAILURE|PROTOCOL_VERSION|INSUFFICIENT_SECURITY)$")

_SOMEBODY_IN_BETWEEN = (
    "Either another device answers at this address, or somebody is in between, or the phone has a new certificate, "
    "which a reset or new firmware may have made. Nothing was sent. Find out which it is first."
)
_PIN_IT = "Collect its fingerprint with the playbook telephony.snom.fingerprints"
_OLD_PHONE = 'Old phones need snom_tls_min_version: "TLSv1" and snom_tls_ciphers: "DEFAULT@SECLEVEL=0".'

_context_lock = threading.Lock()


def check_tls_options(connection: Connection) -> None:
    """Raise InputError for TLS options that cannot work."""
    _context_for(connection)
    _pinned(connection)


def certificate_fingerprint(connection: Connection) -> str:
    """The SHA-256 of the certificate shown at this address: 64 lower-case hex digits.

    Nothing is verified and no request is sent: this is for trust on first use. Raises PhoneUnreachable,
    CertificateRejected (no TLS there, or too old), InputError.
    """
    where = f"https://{connection.address}"
    context = _context(False, None, connection.tls_min_version, connection.tls_ciphers)
    deadline = time.monotonic() + connection.timeout
    plain = open_plain_socket(connection, "https", connection.timeout, where)
    with _handshake(plain, context, connection, deadline, where) as sock:
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
    sock = _handshake(plain, _context_for(connection), connection, deadline, where)
    pinned = _pinned(connection)
    if pinned and pinned != (shown := _fingerprint(sock)):
        sock.close()
        raise CertificateRejected(
            f"{where}: the certificate has the fingerprint {shown}, but snom_cert_fingerprint says {pinned}. "
            f"{_SOMEBODY_IN_BETWEEN} Only if it is the phone, and you know why its certificate is new, collect the "
            "fingerprint again with the playbook telephony.snom.fingerprints and -e snom_fingerprints_renew=true."
        )
    return sock


def open_plain_socket(connection: Connection, scheme: str, timeout: float, where: str) -> socket.socket:
    """Connect to a phone without TLS, on its own port or the scheme's. Raises PhoneUnreachable.

    timeout is in seconds. where is the address as reasons show it.
    """
    port = connection.port or DEFAULT_PORTS[scheme]
    try:
        sock = socket.create_connection((connection.address, port), timeout)
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


def _handshake(
    plain: socket.socket, context: ssl.SSLContext, connection: Connection, deadline: float, where: str
) -> ssl.SSLSocket:
    try:
        plain.settimeout(max(deadline - time.monotonic(), 0.001))
        return context.wrap_socket(plain, server_hostname=connection.address)
    except OSError as error:
        raise _handshake_problem(error, connection, where) from None


def _handshake_problem(error: OSError, connection: Connection, where: str) -> PhoneUnreachable:
    """What it means that a handshake has failed: somebody answers who is not trusted, or nobody does.

    A peer that closes is an error of ssl or of the socket, and another one on each Python and OpenSSL.
    """
    if why := _why_nobody_answers(error):
        return PhoneUnreachable(
            f"{where}: the TLS handshake did not end: {why}. The phone may be restarting. If it stays so, check that "
            "it speaks TLS on this port (snom_port, snom_scheme); an old phone may also break off because it knows "
            "only old TLS, which snom_tls_min_version and snom_tls_ciphers allow."
        )
    return CertificateRejected(f"{where}: {_explain(error, connection)}")


def _why_nobody_answers(error: OSError) -> str | None:
    if isinstance(error, TimeoutError | ssl.SSLWantReadError | ssl.SSLWantWriteError):
        return "no answer in time"
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError | ssl.SSLSyscallError):
        return "the connection was closed"
    if not isinstance(error, ssl.SSLError):
        return (error.strerror or "the connection broke").lower()
    # OpenSSL 3 has this name for what was no reason of its own before.
    return "the connection was closed" if _reason(error) == "UNEXPECTED_EOF_WHILE_READING" else None


def _reason(error: OSError) -> str | None:
    """OpenSSL's name for what went wrong, also where the table of this Python is older than its OpenSSL."""
    name: str | None = getattr(error, "reason", None)
    told = _UNNAMED.search(str(error))
    return name or (told[1].upper().replace(" ", "_") if told else None)


def _explain(error: OSError, connection: Connection) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return _explain_certificate(error, connection)
    reason = _reason(error)
    if reason in _NOT_TLS:
        return (
            "what answers on this port does not speak TLS. Check snom_port; a phone whose web server is not set to "
            'https needs snom_scheme: "http".'
        )
    if reason and (reason in _NOTHING_IN_COMMON or _NOTHING_IN_COMMON_ALERT.search(reason)):
        return f"no TLS version or cipher in common ({reason}). {_OLD_PHONE}"
    return (
        f"the TLS handshake failed ({reason or 'OpenSSL gives no reason'}). Check which device answers on this port "
        "(ansible_host, snom_port)."
    )


def _explain_certificate(error: ssl.SSLCertVerificationError, connection: Connection) -> str:
    if error.verify_code in _NAME_MISMATCH:
        return (
            f"the certificate is from a known CA, but it is not for {connection.address}. Use the name in the "
            f"certificate as the phone's address, or pin the certificate. {_PIN_IT}."
        )
    if error.verify_code in _OUT_OF_DATE:
        return (
            f"the certificate is out of date ({error.verify_message}). Check the clock of this controller, renew "
            f"the certificate, or pin it. {_PIN_IT}."
        )
    if error.verify_code in _TOO_WEAK:
        return f"the certificate is too weak ({error.verify_message}). {_OLD_PHONE}"
    if connection.ca_path:
        return (
            f"the certificate is not from the CA in snom_ca_path ({error.verify_message}). {_SOMEBODY_IN_BETWEEN} "
            f"A phone that has none from that CA can be pinned. {_PIN_IT}."
        )
    return (
        f"the certificate is not from a known CA ({error.verify_message}), and none is pinned. {_PIN_IT}, or name your "
        "own CA in snom_ca_path."
    )


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
