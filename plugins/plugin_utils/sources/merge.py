# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One phone of all that sources say of it.

Sources have an order. Of each thing the first that says it counts, and where another says something else, that is told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.visible import visible_line
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.registrations import unplaced
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.said import Statement, counted

Sites = Sequence[tuple[IPv4Network | IPv6Network, str]]

_EXAMPLES = 3


@dataclass(kw_only=True)
class FoundPhone:
    """One phone."""

    mac: str
    address: str | None = None
    model: str | None = None
    firmware: str | None = None
    site: str | None = None
    account: str | None = None
    sources: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What each source says, by the names of the sources."""

    @property
    def host(self) -> str:
        """Its name in the inventory."""
        return host_name(self.mac)

    @property
    def variables(self) -> dict[str, Any]:
        """Its host variables, without those that nothing is known of."""
        found = {
            "ansible_host": self.address,
            "snom_mac": self.mac,
            "snom_model": self.model,
            "snom_firmware_seen": self.firmware,
            "snom_site": self.site,
            "snom_account": self.account,
            "snom_sources": self.sources,
        }
        return {name: value for name, value in found.items() if value is not None}


def host_name(mac: str) -> str:
    """The name of a phone in the inventory. It stays, whatever sources say tomorrow."""
    return f"snom-{mac.lower()}"


def merge(readings: Mapping[str, Iterable[Statement]], sites: Sites = ()) -> tuple[list[FoundPhone], list[str]]:
    """The phones, in the order of their MAC addresses, and sentences on what does not fit together.

    readings are in the order in which sources count; sites are the networks of each site, the narrowest first.
    """
    notes: list[str] = []
    by_mac: dict[str, dict[str, Statement]] = defaultdict(dict)
    for source, said in _placed(readings, notes).items():
        for one in said:
            if one.mac is not None:
                by_mac[one.mac].setdefault(source, one)
    phones = {mac: _phone(mac, told) for mac, told in sorted(by_mac.items())}
    _give_addresses(phones, by_mac, list(readings), notes)
    for phone in phones.values():
        if phone.site is None and phone.address is not None and sites:
            phone.site = _site(phone.address, sites)
    notes += _contradictions(by_mac)
    return list(phones.values()), notes


def _placed(readings: Mapping[str, Iterable[Statement]], notes: list[str]) -> dict[str, list[Statement]]:
    """All that is said, with the MAC address where only the address was known and a lease says whose it is."""
    found = {source: list(said) for source, said in readings.items()}
    holders: dict[str, set[str]] = defaultdict(set)
    for said in found.values():
        for one in said:
            if one.leased and one.address and one.mac:
                holders[one.address].add(one.mac)
    for source, said in found.items():
        # Who names a MAC address of its own needs no other word.
        known = {one.mac for one in said}
        for place, one in enumerate(said):
            there = holders.get(one.address or "", set())
            if one.mac is None and len(there) == 1 and not there & known:
                said[place] = replace(one, mac=min(there))
        if note := unplaced(said):
            notes.append(f"{source}: {note}")
    return found


def _phone(mac: str, told: Mapping[str, Statement]) -> FoundPhone:
    def first(read: Callable[[Statement], Any]) -> Any:
        return next((value for one in told.values() if (value := read(one))), None)

    accounts = next((one.accounts for one in told.values() if one.accounts), ())
    return FoundPhone(
        mac=mac,
        model=first(lambda one: one.model),
        firmware=first(lambda one: one.firmware),
        site=first(lambda one: one.site),
        # Of a phone with several identities nobody knows which one is meant.
        account=accounts[0] if len(accounts) == 1 else None,
        sources={source: one.as_dict() for source, one in told.items()},
    )


def _give_addresses(
    phones: Mapping[str, FoundPhone],
    by_mac: Mapping[str, Mapping[str, Statement]],
    order: Sequence[str],
    notes: list[str],
) -> None:
    """Let each address belong to one phone: two hosts with one address are one phone that is asked for both."""
    holder: dict[str, str] = {}
    claimed_twice: dict[str, set[str]] = defaultdict(set)
    for source in order:
        claims: dict[str, list[str]] = defaultdict(list)
        for mac, told in by_mac.items():
            address = told[source].address if source in told else None
            if address is not None and phones[mac].address is None:
                claims[address].append(mac)
        for address, macs in claims.items():
            if address in holder or len(macs) > 1:
                claimed_twice[address] |= {*macs, *filter(None, [holder.get(address)])}
                continue
            holder[address] = macs[0]
            phones[macs[0]].address = address
    if claimed_twice:
        shown = [
            f"{address} ({', '.join(host_name(mac) for mac in sorted(macs)[:_EXAMPLES])})"
            for address, macs in claimed_twice.items()
        ]
        notes.append(
            f"{counted(len(claimed_twice), 'address')} said of more than one phone: {_some(shown)}. It is left to the "
            "one that the first source says it of, if that is one."
        )


def _site(address: str, sites: Sites) -> str | None:
    found = ip_address(address)
    return next((site for network, site in sites if found.version == network.version and found in network), None)


def _contradictions(by_mac: Mapping[str, Mapping[str, Statement]]) -> list[str]:
    """A sentence for each thing of which sources say different things."""
    kinds: dict[str, Callable[[Statement], Any]] = {
        "model": lambda one: one.model,
        "site": lambda one: one.site,
        "account": lambda one: frozenset(account.partition("@")[0] for account in one.accounts) or None,
        # Where a phone was seen last it need not be now.
        "address": lambda one: None if one.last_known else one.address,
    }
    notes = []
    for kind, read in kinds.items():
        shown = []
        for mac, told in by_mac.items():
            if len(told) > 1:
                values = {source: value for source, one in told.items() if (value := read(one))}
                if _differ(values.values()):
                    words = ", ".join(f"{_word(value)} by {source}" for source, value in values.items())
                    shown.append(f"{host_name(mac)}: {words}")
        if shown:
            notes.append(
                f"Sources differ on the {kind} of {counted(len(shown), 'phone')}: {_some(shown)}. The first source "
                "counts."
            )
    return notes


def _differ(values: Iterable[Any]) -> bool:
    """Whether values can't all be true. A source may know only some of a phone's accounts."""
    first, *others = values = list(values) or [None]
    if isinstance(first, frozenset):
        return any(not (first & other) for other in others)
    return any(other != first for other in others)


def _word(value: Any) -> str:
    return visible_line("/".join(sorted(value)) if isinstance(value, frozenset) else str(value))


def _some(shown: Sequence[str]) -> str:
    return "; ".join(shown[:_EXAMPLES]) + (f"; and {len(shown) - _EXAMPLES} more" if len(shown) > _EXAMPLES else "")
