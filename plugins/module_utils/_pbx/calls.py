# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who talks, by the word of a PBX: asked freshly, and once for all phones that want to know at the same time."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from .._core.clock import system_time
from .._core.errors import PbxFailed
from .kinds import open_pbx
from .pbx import Pbx, Registration, host_of_uri, patience, registered_mac, same_account, user_of
from .settings import PbxSettings

FRESH = 1.0
"""Seconds since a question for which its answer serves others."""

OLDEST = 5.0
"""Seconds since a question after which its answer is no ground to act on: a call may have begun."""

MOST = 12
"""Identities of a phone. Where more accounts come from one place, it is not one phone, but what stands before many."""

IDLE, IN_CALL, UNKNOWN = "idle", "in_call", "unknown"


class PbxCalls:
    """One PBX. Any thread may ask."""

    def __init__(
        self,
        settings: PbxSettings,
        *,
        open_one: Callable[[PbxSettings], Pbx] = open_pbx,
        now: Callable[[], float] = system_time,
    ) -> None:
        """now gives seconds and never runs backwards."""
        self.shown = settings.shown
        self._settings = settings
        self._open = open_one
        self._now = now
        self._lock = threading.Lock()
        self._answer = _Answer((), {})
        self._asked_at = float("-inf")
        self._problem: str | None = None
        self._patient_until = float("-inf")

    def state_of(self, *, account: str | None, mac: str | None, address: str) -> str:
        """``idle``, ``in_call`` or ``unknown``. Raises PbxFailed.

        The phone's accounts are the one that is given and those that name its MAC address in their User-Agent, else
        those at its address; and with them what is registered from the same place, such as its second identity. It is
        idle only if all of them are. Where another phone may be meant, it is unknown.
        """
        wanted = self._now()
        with self._lock:
            if self._asked_at < wanted - FRESH and self._now() >= self._patient_until:
                self._ask()
            if self._problem is not None:
                raise PbxFailed(self._problem)
            age = self._now() - self._asked_at
            if age > OLDEST:
                raise PbxFailed(f"{self.shown} takes {age:.0f} s to say who talks. By then a call may have begun.")
            return self._answer.state(self._answer.accounts(account, mac, address))

    def _ask(self) -> None:
        self._problem = None
        try:
            pbx = self._open(self._settings)
            try:
                registrations = pbx.registrations()
                self._asked_at = self._now()
                self._answer = _Answer(registrations, pbx.calls())
            finally:
                pbx.close()
        except PbxFailed as error:
            self._problem = error.reason
            self._asked_at = float("-inf")
            self._patient_until = self._now() + patience(error)


def state_in(
    registrations: Iterable[Registration],
    calls: Mapping[str, str],
    *,
    account: str | None,
    mac: str | None,
    address: str,
) -> str:
    """As `PbxCalls.state_of`, of what a PBX was just asked for."""
    answer = _Answer(registrations, calls)
    return answer.state(answer.accounts(account, mac, address))


class _Answer:
    """What a PBX said, in the order in which phones look for themselves."""

    def __init__(self, registrations: Iterable[Registration], calls: Mapping[str, str]) -> None:
        self._by_mac: dict[str, list[Registration]] = defaultdict(list)
        self._by_user: dict[str, list[Registration]] = defaultdict(list)
        self._by_address: dict[str, list[Registration]] = defaultdict(list)
        self._by_place: dict[tuple[str, str | None], list[Registration]] = defaultdict(list)
        self._calls: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for one in registrations:
            self._by_user[user_of(one.account)].append(one)
            if mac := registered_mac(one):
                self._by_mac[mac].append(one)
            if one.address:
                self._by_address[one.address].append(one)
                self._by_place[one.address, host_of_uri(one.contact)].append(one)
        for account, state in calls.items():
            self._calls[user_of(account)].append((account, state))

    def accounts(self, account: str | None, mac: str | None, address: str) -> set[str]:
        """The accounts of one phone. Empty where there is none, or perhaps another phone's."""
        given = (
            []
            if account is None
            else [one for one in self._by_user[user_of(account)] if same_account(one.account, account)]
        )
        found = _of_phone(given, mac)
        if given and not found:
            # Another phone is registered by this account.
            return set()
        found += self._by_mac[mac] if mac else []
        if not found and account is None:
            found = self._at(address, mac)
        accounts = {one.account for one in found}
        if account is not None and not given:
            accounts.add(account)
        for address_seen, inside in {(one.address, host_of_uri(one.contact)) for one in found}:
            if address_seen:
                there = {one.account for one in _of_phone(self._by_place[address_seen, inside], mac)}
                if len(accounts | there) <= MOST:
                    accounts |= there
        return accounts

    def state(self, accounts: Iterable[str]) -> str:
        """What a phone with these accounts does."""
        states = set()
        for account in accounts:
            said = {state for name, state in self._calls[user_of(account)] if same_account(name, account)}
            states |= said or {UNKNOWN}
        if IN_CALL in states:
            return IN_CALL
        return IDLE if states == {IDLE} else UNKNOWN

    def _at(self, address: str, mac: str | None) -> list[Registration]:
        """What is registered from an address, if that is certainly one phone: several may stand behind one router."""
        there = self._by_address[address]
        places = {host_of_uri(one.contact) for one in there}
        macs = {found for one in there if (found := registered_mac(one))}
        is_one = len(places) == 1 and len(macs) <= 1 and len({one.account for one in there}) <= MOST
        if not is_one or (mac and macs - {mac}) or not any(one.agent for one in there):
            return []
        return list(there)


def _of_phone(found: Iterable[Registration], mac: str | None) -> list[Registration]:
    """Those that are not certainly another phone's."""
    return [one for one in found if not mac or registered_mac(one) in (None, mac)]
