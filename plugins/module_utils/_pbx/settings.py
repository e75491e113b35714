# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which PBX there is and how it is reached: the mapping ``snom_pbx``."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, quote_plus

from .._core.errors import InputError
from .._core.given import boolean_in, seconds_in
from .._known.masks import MASK

OPTION = "snom_pbx"
PASSWORD_VARIABLE = "SNOM_PBX_PASSWORD"
"""The environment variable that gives the password where the mapping does not."""

KINDS = ("asterisk", "kamailio", "freeswitch", "sip", "command")

PORTS = {"asterisk": 5038, "kamailio": 80, "freeswitch": 8021, "sip": 5060}
TLS_PORTS = {"asterisk": 5039, "kamailio": 443, "sip": 5061}

TRANSPORTS = ("udp", "tcp", "tls")

_HOST = re.compile(r"[\w.-]{1,253}|[0-9A-Fa-f:.]{2,45}")
_EXAMPLE = "for example {kind: asterisk, host: pbx.example, username: ansible, password: '{{ vault_snom_pbx }}'}"


@dataclass(frozen=True, kw_only=True)
class PbxSettings:
    """How to reach one PBX."""

    kind: str
    host: str = ""
    port: int = 0
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: bool = False
    validate_certs: bool = True
    ca_path: str | None = None
    timeout: float = 10.0
    """Seconds for one question."""
    path: str = "/RPC"
    """Kamailio: the path of its JSON-RPC."""
    dialogs: bool = False
    """Kamailio: whether its routes track every call (dlg_manage), so that who is in none is idle."""
    profile: str = "internal"
    """FreeSWITCH: the profile that phones register at."""
    transport: str = "udp"
    """Straight SIP: one of TRANSPORTS. Port, user name and password are the phone's own then."""
    command: tuple[str, ...] = ()
    """The user's own command and its arguments."""

    @property
    def has_registrar(self) -> bool:
        """Whether it knows who is registered. Where it does not, it lists nobody, and that is no error."""
        return self.kind not in ("command", "sip")

    @property
    def answers_challenges(self) -> bool:
        """Whether it may know a phone's SIP password, for one that asks for it. Kamailio does not (sip 5.3)."""
        return self.kind != "kamailio" and (self.kind != "sip" or bool(self.password))

    @property
    def shown(self) -> str:
        """The PBX as sentences name it."""
        if self.kind == "sip":
            return "straight SIP" if self.password else "straight SIP without a password"
        return f"the PBX {self.host}" if self.host else "the PBX command"

    def heard(self, text: str) -> str:
        """What it says, as a sentence may repeat it."""
        return heard(text, self.username, self.password)


def heard(text: str, username: str | None, password: str | None, longest: int = 80) -> str:
    """What a server says, as a sentence may repeat it: short, and without the login that it was sent.

    It comes off before the text is cut: of half a password nobody could tell that it is one.
    """
    login = base64.b64encode(f"{username or ''}:{password}".encode()).decode()
    for form in (login, password, quote(password, safe=""), quote_plus(password)) if password else ():
        text = text.replace(form, MASK)
    return text[:longest].strip()


def parse_pbx(value: object) -> PbxSettings | None:
    """Read the mapping. None for nothing. Raises InputError that names option and remedy, without values."""
    if value in (None, "", {}):
        return None
    if not isinstance(value, Mapping):
        raise _wrong("must be a mapping", _EXAMPLE)
    unknown = sorted(str(name) for name in value if name not in PbxSettings.__dataclass_fields__)
    if unknown:
        raise _wrong(f"has no {unknown[0]!r}", f"It knows {', '.join(PbxSettings.__dataclass_fields__)}")
    given: dict[str, Any] = {str(name): one for name, one in value.items() if one is not None}
    kind = str(given.get("kind", ""))
    if kind not in KINDS:
        raise _wrong("names no kind", f"Choose one of {', '.join(KINDS)}, {_EXAMPLE}")
    found: dict[str, Any] = {"kind": kind}
    for name in ("username", "password", "ca_path", "path", "profile"):
        if name in given:
            found[name] = str(given[name])
            if not found[name].isprintable():
                # A line break in it would be a command of its own.
                raise _wrong(
                    f"has a {name} that can't be printed", "Give it without line breaks and control characters"
                )
    if kind != "sip":
        # That of a PBX is no phone's.
        found.setdefault("password", os.environ.get(PASSWORD_VARIABLE) or None)
    for name in ("tls", "validate_certs", "dialogs"):
        if name in given:
            found[name] = _boolean(name, given[name])
    if "timeout" in given:
        found["timeout"] = _seconds(given["timeout"])
    if kind == "command":
        return PbxSettings(**found, command=_command(given.get("command")))
    if kind == "sip":
        return PbxSettings(**found, **_straight(found.get("tls", False), given))
    host = str(given.get("host", "")).strip()
    if not _HOST.fullmatch(host):
        raise _wrong("has no usable host", "Give the name or address of the PBX, without scheme and port")
    found |= {"host": host, "port": _port(kind, found.get("tls", False), given.get("port"))}
    if kind == "asterisk" and not (found.get("username") and found["password"]):
        raise _wrong(
            "lacks username or password",
            f"Give those of a manager user; the password may stand in the environment as {PASSWORD_VARIABLE}",
        )
    if kind == "freeswitch" and not found["password"]:
        raise _wrong("lacks the password", f"Give that of the event socket, or {PASSWORD_VARIABLE} in the environment")
    if kind == "freeswitch" and found.get("tls"):
        raise _wrong("has tls", "FreeSWITCH's event socket speaks none. Reach it through a tunnel")
    if kind == "kamailio" and not found.get("path", "/").startswith("/"):
        raise _wrong("has a path that is none", "Give the path of JSON-RPC, beginning with a slash, as in /RPC")
    return PbxSettings(**found)


def _straight(tls: bool, given: Mapping[str, Any]) -> dict[str, Any]:
    """What is known of the way to the phones themselves."""
    if "host" in given:
        raise _wrong("has a host", "By kind sip each phone is told at its own address, so leave it out")
    transport = str(given.get("transport", "tls" if tls else "udp"))
    if transport not in TRANSPORTS or (tls and transport != "tls"):
        raise _wrong("names no transport", f"Choose one of {', '.join(TRANSPORTS)}, and with tls: true none but tls")
    return {"transport": transport, "port": _port("sip", transport == "tls", given.get("port"))}


def _command(value: object) -> tuple[str, ...]:
    if not isinstance(value, (list, tuple)) or not value or not all(isinstance(one, str) and one for one in value):
        raise _wrong(
            "lacks the command",
            "Give it as a list, the program first, as in command: [/usr/local/bin/notify, '{account}', '{event}']",
        )
    return tuple(value)


def _port(kind: str, tls: bool, value: object) -> int:
    if value is None:
        return TLS_PORTS.get(kind, PORTS[kind]) if tls else PORTS[kind]
    try:
        port = int(str(value))
    except ValueError:
        port = 0
    if not 1 <= port <= 65535:
        raise _wrong("has a port that is none", "Give a number from 1 to 65535")
    return port


def _boolean(name: str, value: object) -> bool:
    if (found := boolean_in(value)) is None:
        raise _wrong(f"has {name} with another value than true or false", "Give one of these")
    return found


def _seconds(value: object) -> float:
    if (found := seconds_in(value)) is None:
        raise _wrong("has a timeout that is none", "Give a number of seconds above 0")
    return found


def _wrong(fault: str, remedy: str) -> InputError:
    return InputError(f"{OPTION} {fault}. {remedy}.")
