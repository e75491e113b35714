# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lease file of ISC dhcpd, as its manual page dhcpd.leases(5) describes it.

dhcpd appends a declaration for each change, so the last one on an address counts. A file that it cleaned up takes the
place of the old one in one step.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from typing import BinaryIO

from ansible_collections.telephony.snom.plugins.module_utils._known.user_agent import DECT, read_user_agent
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.leases import Lease, Leases
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.lines import lines_of, read_together
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.said import (
    LONGEST,
    SourceFailed,
    Statements,
    address_of,
    mac_of,
    model_of,
)

_MAX_STATEMENTS = 200
"""Of one lease."""
_LEASE = re.compile(r"\s*lease ([0-9.]{7,15}) \{\s*")
_STATEMENT = re.compile(r"\s*([a-z-]+) (.*);\s*(?:#.*)?")
# "starts 0 2026/11/29 09:00:00", in UTC, or with db-time-format local "starts epoch 1795942800".
_DATE = re.compile(r"[0-6] ([0-9]{4})/([0-9]{1,2})/([0-9]{1,2}) ([0-9]{1,2}):([0-9]{2}):([0-9]{2})")
_EPOCH = re.compile(r"epoch ([0-9]{1,11})")
_CONFIGURATION = re.compile(
    rb"^[ \t]*(?:subnet|shared-network|option|authoritative|ddns-update-style|default-lease-time)\b", re.MULTILINE
)
_VENDOR_CLASS = re.compile(r'vendor-class-identifier = "([^"\\]{1,100})"')


def read_isc_dhcpd(path: str, prefixes: tuple[str, ...], now: float) -> Statements:
    """The leases in a file. Raises SourceFailed."""

    def read(files: Sequence[BinaryIO]) -> Statements:
        leases = Leases(prefixes, now)
        (file,) = files
        found = False
        for address, statements in _declarations(file):
            found = True
            lease = _lease(address, statements)
            if lease is None:
                leases.drop(address)
            else:
                leases.note(lease)
        if not found and file.tell() > LONGEST and not _begins_as_one(file):
            raise SourceFailed(f"{path} holds no lease of ISC dhcpd. Correct its path.")
        return leases.reading()

    return read_together(lambda: [path], read)


def _begins_as_one(file: BinaryIO) -> bool:
    """Whether a file without leases is one all the same, and not the server's configuration."""
    file.seek(0)
    head = file.read(4096).lower()
    return b"dhcp" in head and not _CONFIGURATION.search(head)


def _declarations(file: BinaryIO) -> Iterator[tuple[str, dict[str, str]]]:
    """Each lease that is written to its end, with its statements by their first word."""
    address: str | None = None
    statements: dict[str, str] = {}
    for line in lines_of(file):
        if begin := _LEASE.fullmatch(line):
            address, statements = address_of(begin[1]), {}
        elif line.strip() == "}":
            if address is not None:
                yield address, statements
            address = None
        elif address is not None and len(statements) < _MAX_STATEMENTS and (said := _STATEMENT.fullmatch(line)):
            # A client class is set under its name: "set vendor-class-identifier = ...".
            name, value = said[1], said[2]
            if name != "set":
                statements[name] = value
            elif match := _VENDOR_CLASS.fullmatch(value):
                statements["vendor-class"] = match[1]


def _lease(address: str, statements: dict[str, str]) -> Lease | None:
    """A lease that somebody holds. One without a binding state is of a version from before there was one."""
    kind, _space, hardware = statements.get("hardware", "").partition(" ")
    mac = mac_of(hardware) if kind == "ethernet" else None
    if mac is None or statements.get("binding", "state active") != "state active":
        return None
    starts, ends = _time(statements.get("starts", "")), statements.get("ends", "")
    end = _time(ends)
    if end is None and ends != "never":
        return None
    # Phones name their model there, and DECT bases theirs (protocol 4.4).
    vendor_class = statements.get("vendor-class", "")
    agent = read_user_agent(vendor_class)
    if agent is not None and agent.kind == DECT:
        return None
    return Lease(
        address=address,
        mac=mac,
        given=starts or 0,
        ends=end,
        hostname=statements.get("client-hostname", "").strip('"'),
        model=model_of(vendor_class),
    )


def _time(text: str) -> float | None:
    if epoch := _EPOCH.fullmatch(text):
        return float(epoch[1])
    date = _DATE.fullmatch(text)
    if date is None:
        return None
    try:
        return datetime(*map(int, date.groups()), tzinfo=timezone.utc).timestamp()  # type: ignore[arg-type,misc]
    except (ValueError, OverflowError):
        return None
