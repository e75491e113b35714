# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Leases, whichever DHCP server gave them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ansible_collections.telephony.snom.plugins.plugin_utils.sources.said import (
    LONGEST,
    MAX_PHONES,
    SourceFailed,
    Statement,
    Statements,
    time_of,
)


@dataclass(frozen=True, kw_only=True)
class Lease:
    """An address that is a device's until it runs out."""

    address: str
    mac: str
    given: float
    """Seconds since the epoch, of the newest word on it."""
    ends: float | None
    """Seconds since the epoch. None for a lease without an end."""
    hostname: str = ""
    model: str | None = None


class Leases:
    """The leases that count, by what a server wrote about each in the course of time."""

    def __init__(self, prefixes: tuple[str, ...], now: float) -> None:
        """prefixes are those of phones' MAC addresses; now is in seconds since the epoch."""
        self._prefixes = prefixes
        self._now = now
        self._by_address: dict[str, Lease] = {}

    def note(self, lease: Lease) -> None:
        """The newest word on an address. Raises SourceFailed."""
        if not lease.mac.startswith(self._prefixes):
            # It was another device's before, or is now.
            self.drop(lease.address)
            return
        self._by_address[lease.address] = lease
        if len(self._by_address) > MAX_PHONES:
            raise SourceFailed(f"it has leases of more than {MAX_PHONES} phones. That is no fleet.")

    def drop(self, address: str) -> None:
        """The address is nobody's any more."""
        self._by_address.pop(address, None)

    def reading(self) -> Statements:
        """What the leases that have not run out say. Of several of one phone the newest counts."""
        newest: dict[str, Lease] = {}
        for lease in self._by_address.values():
            if (lease.ends is None or lease.ends > self._now) and (
                lease.mac not in newest or lease.given >= newest[lease.mac].given
            ):
                newest[lease.mac] = lease
        return Statements(said=tuple(map(_said, newest.values())))


def _said(lease: Lease) -> Statement:
    ends = "never" if lease.ends is None else time_of(lease.ends)
    return Statement(
        mac=lease.mac,
        address=lease.address,
        leased=True,
        model=lease.model,
        more={"hostname": lease.hostname[:LONGEST], "ends": ends},
    )


def statements_of_leases(leases: Iterable[Lease], prefixes: tuple[str, ...], now: float) -> Statements:
    """What a list of leases says, the newest word on an address last."""
    found = Leases(prefixes, now)
    for lease in leases:
        found.note(lease)
    return found.reading()
