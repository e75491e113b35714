# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""TLS that nobody here wrote: a real nginx and a real stunnel stand in front of a phone.

Both with certificates of a private authority, and with old versions of TLS.
"""

from __future__ import annotations

import datetime
import hashlib
import ipaddress
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.telephony.snom.tests.virtual_phones.running import free_port
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from .bench import phone, until
from .conftest import StartBench
from .jump_host import SEARCHED, listens

OLD_ALLOWED = {"snom_tls_min_version": "TLSv1", "snom_tls_ciphers": "DEFAULT:@SECLEVEL=0"}
REJECTED, UNREACHABLE = "certificate_rejected", "unreachable"


@dataclass(frozen=True)
class Case:
    """What a server shows, what the inventory trusts, and how reading the phone ends."""

    trusts: Mapping[str, Any]
    """The host's variables; CA and PIN stand for the file of the authority and the fingerprint of what is shown."""
    ends: str | None = None
    """The outcome, and None where all is well."""
    signed: bool = True
    """By the authority. Else by itself."""
    address: str | None = None
    """In the certificate, where that is another one."""
    days: int = 30
    """That it holds for, from now on."""
    version: str | None = None
    """The only one that the server speaks."""


CASES = {
    "authority": Case({"snom_ca_path": "CA"}),
    "no-authority": Case({}, REJECTED),
    "another-authority": Case({"snom_ca_path": "CA"}, REJECTED, signed=False),
    "another-address": Case({"snom_ca_path": "CA"}, REJECTED, address="192.0.2.1"),
    "expired": Case({"snom_ca_path": "CA"}, REJECTED, days=-1),
    "pin": Case({"snom_cert_fingerprint": "PIN"}, signed=False),
    "pin-of-another": Case({"snom_cert_fingerprint": "ab" * 32}, REJECTED),
    "pin-outweighs-the-authority": Case({"snom_cert_fingerprint": "ab" * 32, "snom_ca_path": "CA"}, REJECTED),
    "pin-of-an-expired-one": Case({"snom_cert_fingerprint": "PIN"}, days=-1),
    "old": Case({"snom_ca_path": "CA"}, UNREACHABLE, version="TLSv1"),
    "old-and-allowed": Case({"snom_ca_path": "CA"} | OLD_ALLOWED, version="TLSv1"),
    "old-and-not-trusted": Case(OLD_ALLOWED, REJECTED, version="TLSv1"),
    "new-and-old-allowed": Case({"snom_ca_path": "CA"} | OLD_ALLOWED, version="TLSv1.3"),
}


def certificate(
    name: str, address: str | None, days: int = 30, signed_by: tuple[x509.Certificate, rsa.RSAPrivateKey] | None = None
) -> tuple[x509.Certificate, rsa.RSAPrivateKey]:
    """A certificate and its key: for an address, or without one that of an authority."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.timezone.utc)
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(signed_by[0].subject if signed_by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=30))
        .not_valid_after(now + datetime.timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=address is None, path_length=None), critical=True)
    )
    if address:
        names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
        built = built.add_extension(names, critical=False)
    return built.sign(signed_by[1] if signed_by else key, hashes.SHA256()), key


def pem(shown: x509.Certificate, key: rsa.RSAPrivateKey) -> bytes:
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + shown.public_bytes(serialization.Encoding.PEM)


@dataclass(frozen=True)
class Door:
    """Where a server listens, for which phone, and with what."""

    address: str
    port: int
    phone: int
    """The port of the phone there."""
    file: Path
    """Certificate and key."""
    version: str | None


def for_nginx(folder: Path, doors: list[Door]) -> list[str]:
    servers = "".join(
        f"server {{ listen {door.address}:{door.port} ssl; ssl_certificate {door.file}; "
        f"ssl_certificate_key {door.file}; "
        + (f"ssl_protocols {door.version}; ssl_ciphers DEFAULT:@SECLEVEL=0; " if door.version else "")
        + f"location / {{ proxy_pass http://{door.address}:{door.phone}; proxy_http_version 1.1; "
        'proxy_set_header Connection "keep-alive"; }}\n'
        for door in doors
    )
    paths = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{name}_temp_path {folder / name}; " for name in paths)
    file = folder / "nginx.conf"
    file.write_text(
        f"daemon off; worker_processes 1; pid {folder / 'pid'}; error_log stderr;\nevents {{}}\n"
        f"http {{ access_log off; {temporary}\n{servers}}}\n"
    )
    return ["-c", str(file), "-p", str(folder), "-e", "stderr"]


def for_stunnel(folder: Path, doors: list[Door]) -> list[str]:
    file = folder / "stunnel.conf"
    file.write_text(
        "foreground = yes\npid =\nsyslog = no\n"
        + "".join(
            f"[door{number}]\naccept = {door.address}:{door.port}\nconnect = {door.address}:{door.phone}\n"
            f"cert = {door.file}\n"
            + (
                f"sslVersion = {door.version}\n"
                + ("ciphers = DEFAULT:@SECLEVEL=0\nsecurityLevel = 0\n" if door.version == "TLSv1" else "")
                if door.version
                else ""
            )
            for number, door in enumerate(doors)
        )
    )
    return [str(file)]


CONFIGURATIONS = {"nginx": for_nginx, "stunnel": for_stunnel}


@contextmanager
def serving(name: str, folder: Path, doors: list[Door]) -> Iterator[None]:
    """Run the server until the block ends."""
    folder.mkdir()
    program = shutil.which(name, path=SEARCHED)
    assert program, f"{name} is not installed"
    command = [program, *CONFIGURATIONS[name](folder, doors)]
    log = folder / "log"
    with log.open("wb") as output, subprocess.Popen(command, stdout=output, stderr=output) as process:
        try:
            until(
                lambda: process.poll() is not None or all(listens(door.address, door.port) for door in doors),
                "the server listens",
                60,
            )
            assert process.poll() is None, log.read_text("utf-8", "replace")
            yield
        finally:
            process.terminate()


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_what_is_trusted(name: str, start: StartBench) -> None:
    found = start({case: phone(inventory={"snom_scheme": "https"}) for case in CASES})
    authority = certificate("a private authority", None)
    ca = found.folder / "ca.pem"
    ca.write_bytes(authority[0].public_bytes(serialization.Encoding.PEM))
    doors = []
    for host, case in CASES.items():
        address = found.address(host)
        shown = certificate(host, case.address or address, case.days, authority if case.signed else None)
        file = found.folder / f"{host}.pem"
        file.write_bytes(pem(*shown))
        doors.append(Door(address, free_port(address), found.port, file, case.version))
        pin = hashlib.sha256(shown[0].public_bytes(serialization.Encoding.DER)).hexdigest()
        stands_for = {"CA": str(ca), "PIN": pin}
        trusts = {variable: stands_for.get(value, value) for variable, value in case.trusts.items()}
        found.hosts()[host] |= {"snom_port": doors[-1].port, **trusts}
    plays = [
        {
            "hosts": "phones",
            "gather_facts": False,
            "tasks": [{"telephony.snom.snom_info": {}, "ignore_errors": True}],
        }
    ]
    with serving(name, found.folder / name, doors):
        run = found.play(plays, "-vvvv", rehearse=False)
    told = {host: result.get("outcome") for host, result in run.results("snom_info").items()}
    # What breaks off a handshake for its age says that, or nothing: that differs by OpenSSL.
    assert told.pop("old") in (UNREACHABLE, REJECTED)
    assert told == {host: case.ends for host, case in CASES.items() if host != "old"}
    # The phone behind it has heard of nobody who was not trusted.
    asked = {host for host, state in found.fleet.phones().items() if state["requests"]}
    assert asked == {host for host, case in CASES.items() if case.ends is None}
