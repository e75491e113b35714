# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who is registered at a PBX, asked once for all phones that want to know at the same time."""

from __future__ import annotations

import hashlib
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from .._core.clock import system_time
from .._core.errors import NotSent, PbxFailed
from .kinds import open_pbx
from .pbx import Delivery, Notify, Pbx, Registration, patience
from .settings import PbxSettings

FRESH = 2.0
"""Seconds since a question for which its answer serves others."""

AT_A_TIME = 8
"""Requests to phones through one PBX. With nine at a time each of Kamailio's answers was the phone's own (sip 5.3)."""

LONGEST_TURN = 5.0
"""Seconds to wait for a turn. What was made sure of before is old then: a call may have begun."""


@dataclass(frozen=True)
class Registered:
    """One contact of a phone."""

    registration: Registration
    until: float
    """When it runs out, in seconds since the epoch; 0 where the PBX does not tell it."""

    @property
    def key(self) -> str:
        """A short name of this very contact: another one after the phone has another address, Call-ID or version."""
        one = self.registration
        text = "\0".join((one.account, one.contact, one.call_id or "", one.user_agent))
        return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


class Registrar:
    """One PBX. Any thread may ask."""

    def __init__(
        self,
        settings: PbxSettings,
        *,
        open_one: Callable[[PbxSettings], Pbx] = open_pbx,
        now: Callable[[], float] = system_time,
        clock: Callable[[], float] = system_time,
    ) -> None:
        """now gives seconds and never runs backwards; clock those since the epoch."""
        self.shown = settings.shown
        self._settings = settings
        self._open = open_one
        self._now = now
        self._clock = clock
        self._lock = threading.Lock()
        self._by_mac: dict[str, list[Registered]] = {}
        self._contacts: Counter[str] = Counter()
        self._asked_at = float("-inf")
        self._problem: str | None = None
        self._patient_until = float("-inf")
        self._sending = threading.BoundedSemaphore(AT_A_TIME)

    def of(self, mac: str) -> tuple[Registered, ...]:
        """The contacts that name this MAC address in their User-Agent, the newest first. Raises PbxFailed.

        The newest is the one that runs out last: an old one stays listed until it does (sip 5.2). What else might be
        the phone's, by its account or address, is left out: a firmware goes to nobody by a guess.
        """
        with self._lock:
            if self._now() - self._asked_at >= FRESH and self._now() >= self._patient_until:
                self._ask()
            if self._problem is not None:
                raise PbxFailed(self._problem)
            return tuple(self._by_mac.get(mac, ()))

    def is_shared(self, registration: Registration) -> bool:
        """Whether another account or phone has the same contact, so that it would be told, too."""
        return self._contacts[registration.contact] > 1

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Within this, something may be sent. Raises NotSent where others are at it for too long."""
        if not self._sending.acquire(timeout=LONGEST_TURN):
            raise NotSent(f"{self.shown} is still waiting for the answers of {AT_A_TIME} other phones.")
        try:
            yield
        finally:
            self._sending.release()

    def notify(self, registration: Registration, message: Notify) -> Delivery:
        """Send a NOTIFY to this contact, in one's turn.

        Raises PbxFailed: the phone may have got it all the same. Raises Refused where nothing was sent.
        """
        pbx = self._open(self._settings)
        try:
            return pbx.notify(registration, message)
        finally:
            pbx.close()

    def _ask(self) -> None:
        self._problem = None
        asked_at, moment = self._now(), self._clock()
        found = defaultdict(list)
        try:
            pbx = self._open(self._settings)
            try:
                registrations = pbx.registrations()
            finally:
                pbx.close()
        except PbxFailed as error:
            self._problem = error.reason
            self._asked_at, self._patient_until = float("-inf"), self._now() + patience(error)
            return
        for one in registrations:
            if one.agent and one.agent.mac:
                found[one.agent.mac].append(Registered(one, moment + one.expires if one.expires is not None else 0.0))
        for contacts in found.values():
            # One that the PBX itself can't reach is there until it runs out, however long that is.
            contacts.sort(key=lambda one: (one.registration.reachable is not False, one.until), reverse=True)
        self._contacts = Counter(one.contact for one in registrations)
        self._by_mac, self._asked_at = dict(found), asked_at
