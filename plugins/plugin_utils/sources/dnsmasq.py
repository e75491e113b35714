# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lease file of dnsmasq: ``expiry mac address hostname client-id`` in each line, as its source writes it.

dnsmasq writes the whole file anew in its place, so for a moment it is empty, or ends in the middle.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO

from ansible_collections.telephony.snom.plugins.module_utils._pbx.pbx import number_in
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.leases import Lease, statements_of_leases
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.lines import lines_of, read_together
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.said import (
    SourceFailed,
    Statements,
    address_of,
    mac_of,
)

_SETTLED = 1.0
"""Seconds after which a file that looks unfinished is no longer being written."""


def read_dnsmasq(
    path: str, prefixes: tuple[str, ...], now: float, clock: Callable[[], float] = time.time
) -> Statements:
    """The leases in a file. clock gives seconds since the epoch. Raises SourceFailed."""

    def complete(files: Sequence[BinaryIO]) -> bool:
        (file,) = files
        found = os.fstat(file.fileno())
        ended = False
        if found.st_size:
            file.seek(-1, os.SEEK_END)
            ended = file.read(1) == b"\n"
            file.seek(0)
        return ended or abs(clock() - found.st_mtime) > _SETTLED

    def read(files: Sequence[BinaryIO]) -> Statements:
        (file,) = files
        return statements_of_leases(_leases(file, path), prefixes, now)

    return read_together(lambda: [path], read, complete=complete)


def _leases(file: BinaryIO, path: str) -> Iterator[Lease]:
    strange = found = 0
    for number, line in enumerate(lines_of(file)):
        words = line.split(" ")
        if words[0] == "duid":
            # What follows are leases for IPv6, which name no MAC address.
            return
        ends = number_in(words[0])
        if len(words) < 4 or ends is None:
            strange += bool(line)
            if strange > 10 and strange > number // 2:
                raise _no_leases(path)
            continue
        found += 1
        address, mac = address_of(words[2]), mac_of(words[1])
        if address is None or mac is None:
            continue
        # 0 is how dnsmasq writes a lease without an end.
        yield Lease(
            address=address,
            mac=mac,
            given=float(ends or "inf"),
            ends=ends or None,
            hostname="" if words[3] == "*" else words[3],
        )
    if strange and not found:
        raise _no_leases(path)


def _no_leases(path: str) -> SourceFailed:
    return SourceFailed(f"{path} is no lease file of dnsmasq. Correct its path.")
