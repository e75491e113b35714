# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What operations need from a way to a phone. HTTP is one; SIP NOTIFY for the D8xx can be another."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Connection:
    """How to reach one phone: the options that every per-phone module has."""

    host: str
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


@dataclass(frozen=True)
class Answer:
    """What came back. Header names are lower case.

    login says whether the phone wanted a login for it; None where credentials went along unasked.
    """

    status: int
    headers: dict[str, str]
    content: bytes
    login: bool | None = None

    @cached_property
    def text(self) -> str:
        """The content as UTF-8, or as latin-1 where that fails."""
        try:
            return self.content.decode()
        except UnicodeDecodeError:
            return self.content.decode("latin-1")


def read_length(header: str) -> int | None:
    """The bytes that a Content-Length announces; None where it is no number, or one that no page can have."""
    return int(header) if re.fullmatch("[0-9]{1,15}", header) else None


class Transport(Protocol):
    """One phone, one request at a time."""

    def get(self, target: str, *, timeout: float | None = None) -> Answer:
        """Send one request and return the answer.

        target is a path with its query, already percent-encoded, e.g. ``/command.htm?key=ENTER``. timeout is in
        seconds and replaces the connection's own. Raises a SnomError.
        """

    def reach(self) -> None:
        """Make sure that something listens at its address, without sending anything. Raises PhoneUnreachable."""

    def use_login(self, username: str | None, password: str | None) -> None:
        """Log in so from now on, because the phone's own login was changed."""

    def close(self) -> None:
        """Give up the connection. The next request opens a new one; what was learned about the phone is kept."""
