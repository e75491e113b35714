# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import datetime
import hashlib
import ipaddress
import socket
import ssl
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import (
    AnswerLost,
    Blocked,
    CertificateRejected,
    InputError,
    PhoneUnreachable,
)
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import Connection
from ansible_collections.telephony.snom.plugins.module_utils._phone.web import tls
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.client import HttpPhone
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.tls import certificate_fingerprint
from ansible_collections.telephony.snom.tests.unit.raw_server import Endless, Last, RawServer, page
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

# Python deprecates what old phones need.
pytestmark = pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1:DeprecationWarning")

HOME = page("<html><head><TITLE>snom D785</TITLE></head></html>")


@dataclass(frozen=True)
class Certificate:
    """A PEM file with key and certificate, and its fingerprint."""

    path: Path
    fingerprint: str

    def context(self, version: ssl.TLSVersion | None = None) -> ssl.SSLContext:
        """A server with this certificate, that speaks this version only."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("DEFAULT@SECLEVEL=0")
        context.load_cert_chain(self.path)
        if version:
            context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
            context.maximum_version = version
        return context


class Authority:
    """A throw-away CA. Each certificate is made once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Test CA")])
        self._made: dict[str, Certificate] = {}
        self.ca = folder / "ca.pem"
        self.ca.write_bytes(
            self._sign(self._key.public_key(), self._name, is_ca=True).public_bytes(serialization.Encoding.PEM)
        )

    def certificate(self, kind: str) -> Certificate:
        """kind is good, other name, expired, self-signed or weak."""
        if kind not in self._made:
            key = rsa.generate_private_key(65537, 1024) if kind == "weak" else ec.generate_private_key(ec.SECP256R1())
            signed = self._sign(
                key.public_key(),
                x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "phone")]),
                address="192.0.2.1" if kind == "other name" else "127.0.0.1",
                days=-1 if kind == "expired" else 1,
                signer=key if kind == "self-signed" else None,
            )
            path = self._folder / f"{kind}.pem"
            path.write_bytes(
                key.private_bytes(
                    serialization.Encoding.PEM,
                    serialization.PrivateFormat.TraditionalOpenSSL,
                    serialization.NoEncryption(),
                )
                + signed.public_bytes(serialization.Encoding.PEM)
            )
            der = signed.public_bytes(serialization.Encoding.DER)
            self._made[kind] = Certificate(path, hashlib.sha256(der).hexdigest())
        return self._made[kind]

    def _sign(
        self, key: Any, name: x509.Name, address: str = "", days: int = 1, is_ca: bool = False, signer: Any = None
    ) -> x509.Certificate:
        now = datetime.datetime.now(datetime.timezone.utc)
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name if signer else self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=3))
            .not_valid_after(now + datetime.timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        )
        if address:
            names = [x509.IPAddress(ipaddress.ip_address(address))]
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return builder.sign(signer or self._key, hashes.SHA256())


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("certificates"))


def serve(context: ssl.SSLContext) -> RawServer:
    return RawServer(lambda request: HOME, context)


def connection_to(server: RawServer, **options: Any) -> Connection:
    return Connection(address="127.0.0.1", port=server.port, **options)


def get(server: RawServer, **options: Any) -> int:
    with closing(HttpPhone(connection_to(server, **options))) as phone:
        return phone.get("/index.htm").status


# Whom to trust


def test_a_certificate_of_the_own_ca(authority: Authority) -> None:
    with serve(authority.certificate("good").context()) as server:
        assert get(server, ca_path=str(authority.ca)) == 200


def test_a_folder_of_cas(authority: Authority, tmp_path: Path) -> None:
    # OpenSSL looks a CA up by the hash of its name.
    command = ["openssl", "x509", "-hash", "-noout", "-in", str(authority.ca)]
    name = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    (tmp_path / f"{name}.0").write_bytes(authority.ca.read_bytes())
    with serve(authority.certificate("good").context()) as server:
        assert get(server, ca_path=str(tmp_path)) == 200


@pytest.mark.parametrize("kind", ["self-signed", "expired", "other name"])
def test_a_pinned_certificate_needs_no_ca_and_no_name(authority: Authority, kind: str) -> None:
    pinned = authority.certificate(kind).fingerprint
    with_colons = ":".join(pinned[i : i + 2] for i in range(0, 64, 2)).upper()
    with serve(authority.certificate(kind).context()) as server:
        assert get(server, cert_fingerprint=pinned) == 200
        assert get(server, cert_fingerprint=with_colons) == 200
        assert get(server, cert_fingerprint=pinned, ca_path="/nowhere", validate_certs=False) == 200


def test_validation_can_be_switched_off(authority: Authority, recwarn: pytest.WarningsRecorder) -> None:
    with serve(authority.certificate("self-signed").context()) as server:
        assert get(server, validate_certs=False) == 200
    assert [str(warning.message) for warning in recwarn] == []


@pytest.mark.parametrize(
    ("kind", "options", "remedies"),
    [
        ("self-signed", {}, ["not from a known CA", "playbook telephony.snom.fingerprints", "snom_ca_path"]),
        ("good", {}, ["not from a known CA", "playbook telephony.snom.fingerprints", "snom_ca_path"]),
        ("self-signed", {"ca": True}, ["not from the CA in snom_ca_path", "somebody is in between", "Find out"]),
        ("other name", {"ca": True}, ["it is not for 127.0.0.1", "playbook telephony.snom.fingerprints"]),
        ("expired", {"ca": True}, ["out of date", "clock", "playbook telephony.snom.fingerprints"]),
        ("weak", {"ca": True, "tls_ciphers": "DEFAULT@SECLEVEL=2"}, ["too weak", "snom_tls_ciphers"]),
        (
            "good",
            {"cert_fingerprint": "ab" * 32},
            [
                "snom_cert_fingerprint says abab",
                "another device",
                "somebody is in between",
                "Find out which it is first",
            ],
        ),
        ("good", {"cert_fingerprint": "ab" * 32, "validate_certs": False}, ["snom_cert_fingerprint says abab"]),
    ],
)
def test_a_wrong_certificate_gets_no_request(
    authority: Authority, kind: str, options: dict[str, Any], remedies: list[str]
) -> None:
    if "ca" in options:
        options = {**options, "ca_path": str(authority.ca)}
        del options["ca"]
    with serve(authority.certificate(kind).context()) as server, pytest.raises(CertificateRejected) as error:
        get(server, username="admin", password="s3cr3t", auth="basic", **options)
    assert error.value.outcome == "certificate_rejected"
    assert error.value.reason.startswith(f"https://127.0.0.1:{server.port}/index.htm: ")
    assert [remedy for remedy in remedies if remedy not in error.value.reason] == []
    assert server.connections == 1
    assert server.requests == []


def test_the_remedy_says_what_the_reason_says(authority: Authority) -> None:
    """The first time a certificate is to be collected, and only later to be wondered about."""
    with serve(authority.certificate("self-signed").context()) as server:
        with pytest.raises(CertificateRejected, match="Collect its fingerprint with the playbook"):
            get(server)
        with pytest.raises(CertificateRejected, match="Find out which it is first"):
            get(server, cert_fingerprint="ab" * 32)
    collect, _separator, another = CertificateRejected.outcome.remedy.partition("; if another was known, ")
    assert (collect, another) == ("Collect its fingerprint with telephony.snom.fingerprints", "find out why first.")


def test_a_pinned_certificate_is_checked_on_each_connection(authority: Authority) -> None:
    good, other = authority.certificate("good"), authority.certificate("self-signed")
    context = good.context()
    pinned = {"cert_fingerprint": good.fingerprint}
    with serve(context) as server, closing(HttpPhone(connection_to(server, **pinned))) as phone:
        assert phone.get("/index.htm").status == 200
        context.load_cert_chain(other.path)
        assert phone.get("/index.htm").status == 200
        phone.close()
        with pytest.raises(CertificateRejected, match=other.fingerprint):
            phone.get("/index.htm")
    assert len(server.requests) == 2


# Old phones


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_old_tls_is_refused_until_it_is_allowed(authority: Authority, version: ssl.TLSVersion) -> None:
    with serve(authority.certificate("good").context(version)) as server:
        with pytest.raises(CertificateRejected) as error:
            get(server, ca_path=str(authority.ca))
        assert 'snom_tls_min_version: "TLSv1" and snom_tls_ciphers: "DEFAULT@SECLEVEL=0"' in error.value.reason
        old = {"tls_min_version": "TLSv1", "tls_ciphers": "DEFAULT@SECLEVEL=0"}
        assert get(server, ca_path=str(authority.ca), **old) == 200
        assert certificate_fingerprint(connection_to(server, **old)) == authority.certificate("good").fingerprint


def test_a_minimum_version_is_a_minimum(authority: Authority) -> None:
    with serve(authority.certificate("good").context(ssl.TLSVersion.TLSv1_2)) as server:
        assert get(server, validate_certs=False, tls_min_version="TLSv1.2") == 200
        with pytest.raises(CertificateRejected, match="no TLS version or cipher in common"):
            get(server, validate_certs=False, tls_min_version="TLSv1.3")


def test_ciphers_are_limited(authority: Authority) -> None:
    context = authority.certificate("good").context(ssl.TLSVersion.TLSv1_2)
    context.set_ciphers("ECDHE-ECDSA-AES128-GCM-SHA256")
    with serve(context) as server:
        assert get(server, validate_certs=False, tls_ciphers="ECDHE-ECDSA-AES128-GCM-SHA256") == 200
        with pytest.raises(CertificateRejected, match="no TLS version or cipher in common"):
            get(server, validate_certs=False, tls_ciphers="ECDHE-ECDSA-AES256-GCM-SHA384")


@pytest.mark.parametrize(("version", "legacy"), [("TLSv1", True), ("TLSv1.1", True), ("TLSv1.2", False), (None, False)])
def test_only_who_allows_old_tls_allows_unsafe_renegotiation(version: str | None, legacy: bool) -> None:
    context = tls._context_for(Connection(address="10.0.0.1", validate_certs=False, tls_min_version=version))
    assert bool(context.options & 0x4) is legacy


# No TLS at all


@pytest.mark.parametrize("said", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"SSH-2.0-OpenSSH_9.2\r\n"])
def test_a_port_without_tls(said: bytes) -> None:
    with RawServer(lambda request: HOME, to_handshake=said) as server:
        with pytest.raises(CertificateRejected, match="does not speak TLS") as error:
            get(server)
        assert 'snom_scheme: "http"' in error.value.reason
        with pytest.raises(CertificateRejected, match="does not speak TLS"):
            certificate_fingerprint(connection_to(server))
    assert server.requests == []


@pytest.mark.parametrize(
    ("said", "timeout", "why"),
    [
        (Last(b""), 10, "connection"),
        (Last(b"", reset=True), 10, "connection"),
        (Endless(b"", b""), 0.2, "no answer in time"),
        # A TLS record that never ends.
        (Endless(b"\x16\x03\x03\x40\x00\x02", b"\0"), 0.2, "no answer in time"),
    ],
)
def test_a_handshake_that_does_not_end(said: Last | Endless, timeout: float, why: str) -> None:
    with RawServer(lambda request: HOME, to_handshake=said) as server, pytest.raises(PhoneUnreachable) as error:
        get(server, timeout=timeout)
    assert not isinstance(error.value, AnswerLost | CertificateRejected)
    assert "the TLS handshake did not end: " in error.value.reason
    assert why in error.value.reason


def ssl_error(kind: type[ssl.SSLError], reason: str | None = None, number: int = 1) -> ssl.SSLError:
    """An error as a handshake raises it; which one a peer causes differs between Pythons and OpenSSLs."""
    error = kind(number, f"[SSL: {reason}] it failed (_ssl.c:1000)")
    error.reason = reason
    return error


@pytest.mark.parametrize(
    ("raised", "kind", "words"),
    [
        (ssl_error(ssl.SSLZeroReturnError, number=6), PhoneUnreachable, "the connection was closed"),
        (ssl_error(ssl.SSLEOFError, number=8), PhoneUnreachable, "the connection was closed"),
        (ssl_error(ssl.SSLEOFError, "UNEXPECTED_EOF_WHILE_READING"), PhoneUnreachable, "the connection was closed"),
        (ssl_error(ssl.SSLError, "UNEXPECTED_EOF_WHILE_READING"), PhoneUnreachable, "the connection was closed"),
        (ssl_error(ssl.SSLSyscallError, number=5), PhoneUnreachable, "the connection was closed"),
        (ConnectionResetError(104, "Connection reset by peer"), PhoneUnreachable, "connection reset by peer"),
        (BrokenPipeError(32, "Broken pipe"), PhoneUnreachable, "broken pipe"),
        (OSError(0, "Error"), PhoneUnreachable, "error"),
        (OSError(), PhoneUnreachable, "the connection broke"),
        (TimeoutError("_ssl.c:1000: The handshake operation timed out"), PhoneUnreachable, "no answer in time"),
        (ssl_error(ssl.SSLWantReadError, number=2), PhoneUnreachable, "no answer in time"),
        (ssl_error(ssl.SSLError, "WRONG_VERSION_NUMBER"), CertificateRejected, "does not speak TLS"),
        (ssl_error(ssl.SSLError, "TLSV1_ALERT_PROTOCOL_VERSION"), CertificateRejected, "no TLS version or cipher"),
        (ssl_error(ssl.SSLError, "SSLV3_ALERT_HANDSHAKE_FAILURE"), CertificateRejected, "no TLS version or cipher"),
        (ssl_error(ssl.SSLError, "SSL/TLS_ALERT_HANDSHAKE_FAILURE"), CertificateRejected, "no TLS version or cipher"),
        (ssl_error(ssl.SSLError, "UNSUPPORTED_PROTOCOL"), CertificateRejected, "no TLS version or cipher"),
        (ssl_error(ssl.SSLError, "DH_KEY_TOO_SMALL"), CertificateRejected, "no TLS version or cipher"),
        (ssl_error(ssl.SSLError, "TLSV1_ALERT_INTERNAL_ERROR"), CertificateRejected, "(TLSV1_ALERT_INTERNAL_ERROR)"),
        (
            ssl.SSLError(1, "[SSL] legacy sigalg disallowed or unsupported (_ssl.c:992)"),
            CertificateRejected,
            "no TLS version or cipher",
        ),
        (ssl.SSLError(1, "[SSL] unexpected eof while reading (_ssl.c:992)"), PhoneUnreachable, "connection was closed"),
        (ssl_error(ssl.SSLError), CertificateRejected, "(OpenSSL gives no reason)"),
        (ssl_error(ssl.SSLCertVerificationError, "CERTIFICATE_VERIFY_FAILED"), CertificateRejected, "none is pinned"),
    ],
    ids=lambda value: f"{type(value).__name__} {getattr(value, 'reason', '')}" if isinstance(value, OSError) else "",
)
def test_what_a_failed_handshake_means(
    raised: OSError, kind: type[PhoneUnreachable], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_context: ssl.SSLContext, sock: socket.socket, **_options: Any) -> Any:
        sock.close()
        raise raised

    if isinstance(raised, ssl.SSLCertVerificationError):
        raised.verify_code, raised.verify_message = 18, "self-signed certificate"
    monkeypatch.setattr(ssl.SSLContext, "wrap_socket", fail)
    with RawServer(lambda request: HOME) as server, pytest.raises(PhoneUnreachable) as error:
        get(server)
    assert error.type is kind
    assert words in error.value.reason
    # Weaker TLS is a remedy for one thing only.
    weaker = words == "no TLS version or cipher"
    assert ("SECLEVEL=0" in error.value.reason) is weaker


def test_an_answer_over_tls_that_is_cut_off_is_lost(authority: Authority) -> None:
    context = authority.certificate("good").context()
    with RawServer(lambda request: Last(HOME[:-1]), context) as server, pytest.raises(AnswerLost):
        get(server, validate_certs=False)


def test_a_slow_answer_over_tls_ends_at_the_deadline(authority: Authority) -> None:
    context = authority.certificate("good").context()
    slow = Endless(b"HTTP/1.1 200 Ok\r\nX: ", b"x")
    with RawServer(lambda request: slow, context) as server, pytest.raises(AnswerLost, match="the time was up"):
        get(server, validate_certs=False, timeout=3)


def test_403_over_https_does_not_point_to_https(authority: Authority) -> None:
    context = authority.certificate("good").context()
    with RawServer(lambda request: page("", "403 Forbidden"), context) as server, pytest.raises(Blocked) as error:
        get(server, validate_certs=False)
    assert "use_hidden_tags and restrict_uri_queries" in error.value.reason
    assert "snom_scheme" not in error.value.reason


# Trust on first use


@pytest.mark.parametrize("kind", ["good", "self-signed", "expired", "other name"])
def test_any_certificate_has_a_fingerprint(authority: Authority, kind: str) -> None:
    certificate = authority.certificate(kind)
    with serve(certificate.context()) as server:
        assert certificate_fingerprint(connection_to(server)) == certificate.fingerprint
        # The fingerprint to replace is not in the way, nor is the scheme that the phone has now.
        other = connection_to(server, cert_fingerprint="ab" * 32, scheme="http")
        assert certificate_fingerprint(other) == certificate.fingerprint
    assert server.requests == []


def test_a_fingerprint_of_nobody() -> None:
    with serve(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)) as server:
        pass
    with pytest.raises(PhoneUnreachable, match=f"cannot connect to port {server.port}: connection refused"):
        certificate_fingerprint(connection_to(server))


# Options


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"cert_fingerprint": "ab" * 20}, "snom_cert_fingerprint"),
        ({"cert_fingerprint": "sha256:" + "ab" * 32}, "snom_cert_fingerprint"),
        ({"cert_fingerprint": "xy" * 32}, "snom_cert_fingerprint"),
        ({"tls_min_version": "1.2"}, "snom_tls_min_version must be one of TLSv1, TLSv1.1, TLSv1.2, TLSv1.3"),
        ({"tls_ciphers": "NONSENSE"}, "snom_tls_ciphers"),
        ({"ca_path": "/nowhere/ca.pem"}, "snom_ca_path: /nowhere/ca.pem cannot be read: no such file"),
        ({"ca_path": __file__}, "snom_ca_path: .* holds no PEM certificate"),
    ],
)
def test_bad_options_are_refused_before_anything_is_sent(options: dict[str, Any], name: str) -> None:
    with pytest.raises(InputError, match=name):
        HttpPhone(Connection(address="10.0.0.1", **options))


def test_tls_options_do_not_matter_over_http() -> None:
    with RawServer(lambda request: HOME) as server:
        assert get(server, scheme="http", ca_path="/nowhere") == 200


def test_phones_share_one_context_per_trust_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[str] = []

    def load_ca(context: ssl.SSLContext, ca_path: str) -> None:
        loaded.append(ca_path)
        # Long enough for all other threads to come by.
        threading.Event().wait(0.05)

    monkeypatch.setattr(tls, "_load_ca", load_ca)
    ca = {"ca_path": "/fleet/ca.pem"}
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: HttpPhone(Connection(address=f"10.0.0.{number}", **ca)), range(8)))
    assert loaded == ["/fleet/ca.pem"]
    HttpPhone(Connection(address="10.0.0.1", **ca, tls_min_version="TLSv1.3"))
    HttpPhone(Connection(address="10.0.0.1", **ca, tls_ciphers="DEFAULT"))
    assert loaded == ["/fleet/ca.pem"] * 3
    # What would load CAs in vain shares the context without any.
    HttpPhone(Connection(address="10.0.0.1", **ca, validate_certs=False))
    HttpPhone(Connection(address="10.0.0.1", **ca, cert_fingerprint="ab" * 32))
    assert len(loaded) == 3
