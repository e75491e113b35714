# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What leads to a phone: the options of a connection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .._core.errors import InputError
from .._core.given import boolean_in, seconds_in
from .._known.mac import normalize_mac
from .._known.taught import Lesson, parse_taught


@dataclass(frozen=True, kw_only=True)
class Connection:
    """How to reach one phone: the options that every per-phone module has."""

    address: str
    """The name or number of the phone on the network, the option ``host``."""
    port: int | None = None
    scheme: str = "https"
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    auth: str = "auto"
    validate_certs: bool = True
    ca_path: str | None = None
    cert_fingerprint: str | None = None
    tls_min_version: str | None = None
    tls_ciphers: str | None = None
    timeout: float = 10.0
    mac: str | None = None
    snmp: bool = False
    snmp_port: int = 161
    snmp_community: str = field(default="public", repr=False)
    taught: tuple[Lesson, ...] = ()
    transport: str = "http"
    """Which way leads to the phone: ``http``, or ``sip`` by its PBX."""

    @property
    def by_web(self) -> bool:
        """Whether the phone's own web server is asked. By another way nobody may see what it did."""
        return self.transport == "http"


CONNECTION_ARGUMENTS: dict[str, dict[str, Any]] = {
    "host": {"type": "str"},
    "port": {"type": "int"},
    "scheme": {"type": "str", "choices": ["https", "http"], "default": "https"},
    "username": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "auth": {"type": "str", "choices": ["auto", "basic", "digest"], "default": "auto"},
    "validate_certs": {"type": "bool", "default": True},
    "ca_path": {"type": "path"},
    "cert_fingerprint": {"type": "str"},
    "tls_min_version": {"type": "str", "choices": ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"]},
    "tls_ciphers": {"type": "str"},
    "timeout": {"type": "float", "default": 10.0},
    "mac": {"type": "str"},
    "snmp": {"type": "bool", "default": False},
    "snmp_port": {"type": "int", "default": 161},
    # No default here: Ansible would take the word "public" for a secret and blank it out everywhere.
    "snmp_community": {"type": "str", "no_log": True},
    "taught": {"type": "list", "elements": "dict"},
    "transport": {"type": "str", "choices": ["http", "sip"], "default": "http"},
}
"""Argument spec of the options of a Connection."""


HOST_VARIABLES = {option: f"snom_{option}" for option in CONNECTION_ARGUMENTS} | {"host": "ansible_host"}
"""Option to the host variable that gives it where the task does not."""


def connection_from(parameters: Mapping[str, Any]) -> Connection:
    """The connection that a module's options, or a host's variables by the names of the options, describe.

    An option that is None or missing has its default; options of other kinds are ignored. Text is accepted for numbers
    and booleans, since inventories in INI form hold nothing else. Raises InputError, naming option and remedy.
    """
    given = {name: parameters[name] for name in CONNECTION_ARGUMENTS if parameters.get(name) is not None}
    address = str(given.pop("host", "")).strip()
    if not address:
        raise _wrong("host", "is missing", "Give the name or address of the phone")
    if any(sign in address for sign in "/@? \t"):
        raise _wrong("host", "is not a host", "Give a name or an address alone, without scheme, port, login and path")
    values: dict[str, Any] = {name: str(value) for name, value in given.items()} | {"address": address}
    if "taught" in given:
        values["taught"] = parse_taught(given["taught"])
    for name in ("port", "snmp_port"):
        if name in given:
            values[name] = _port(name, given[name])
    for name in ("validate_certs", "snmp"):
        if name in given:
            values[name] = _boolean(name, given[name])
    if "timeout" in given:
        values["timeout"] = _seconds("timeout", given["timeout"])
    if "mac" in given:
        try:
            values["mac"] = normalize_mac(values["mac"])
        except InputError as error:
            raise _wrong("mac", "is not a MAC address", error.reason) from None
    for name in ("scheme", "auth", "tls_min_version", "transport"):
        choices = CONNECTION_ARGUMENTS[name]["choices"]
        if name in values and values[name] not in choices:
            raise _wrong(name, f"is {values[name]!r}", f"Choose one of {', '.join(choices)}")
    return Connection(**values)


def _port(name: str, value: object) -> int:
    try:
        port = int(str(value))
    except ValueError:
        port = 0
    if not 1 <= port <= 65535:
        raise _wrong(name, f"is {value!r}", "Give a number from 1 to 65535")
    return port


def _boolean(name: str, value: object) -> bool:
    if (found := boolean_in(value)) is None:
        raise _wrong(name, f"is {value!r}", "Give true or false")
    return found


def _seconds(name: str, value: object) -> float:
    if (found := seconds_in(value)) is None:
        raise _wrong(name, f"is {value!r}", "Give a number of seconds above 0, and no more than two weeks")
    return found


def _wrong(name: str, fault: str, remedy: str) -> InputError:
    return InputError(f"The option {name} (host variable {HOST_VARIABLES[name]}) {fault}. {remedy.rstrip('.')}.")
