# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which phones may begin now: windows, slots of sites and groups, canaries, credentials, and second tries."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Hashable
from enum import Enum

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import SnomError, WindowEnds
from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import Outcome
from ansible_collections.telephony.snom.plugins.module_utils._firmware.order import Ending
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.credentials import CredentialsGate, NotTried
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.crew import TICK
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.options import Options
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.planned_phone import KnownPhone, PlannedPhone


class Decision(Enum):
    """Whether a phone may begin."""

    GO = "now"
    LATER = "at a time that is known"
    NO_ROOM = "once another phone makes room"


class Admission:
    """The limits of one run, and what is under way within them."""

    def __init__(
        self,
        options: Options,
        gate: CredentialsGate,
        *,
        now: Callable[[], float],
        is_unproven: Callable[[Hashable], bool] = lambda proof: False,
        on_window: Callable[[str | None, float], None] = lambda site, seconds: None,
    ) -> None:
        """now gives seconds since the epoch.

        is_unproven says whether phones of a kind, or of a way, go one at a time. on_window is told once of each site
        whose window is yet to open, and in how many seconds it does.
        """
        self.retry_at: dict[str, float] = {}
        """By host: when a phone that was deferred may be asked again, in seconds since the epoch."""
        self._options = options
        self._gate = gate
        self._now = now
        self._is_unproven = is_unproven
        self._on_window = on_window
        self._load: Counter[tuple[str, object]] = Counter()
        self._windows: dict[str | None, tuple[float, float] | None] = {}
        self._tries: Counter[str] = Counter()
        self._next_look = 0.0

    def ask(self, phone: PlannedPhone) -> Decision | Ending:
        """Whether a phone may begin; how it ends if it can't in this run."""
        if self._gate.is_closed(phone.target):
            return _never(NotTried(), phone)
        not_before = max(self.retry_at.get(phone.host, 0.0), self.opens_at(phone, phone.deadline))
        if not_before == math.inf:
            return _never(WindowEnds(), phone)
        if not_before > self._now():
            return Decision.LATER
        if not self._has_room(phone) or not self._gate.admits(phone.target):
            return Decision.NO_ROOM
        return Decision.GO

    def is_due(self) -> bool:
        """Whether phones that wait are to be asked for now: something has changed, or it is a while ago."""
        if self._now() < self._next_look:
            return False
        self._next_look = self._now() + TICK
        return True

    def hurry(self) -> None:
        """Something has changed that phones may wait for."""
        self._next_look = 0.0

    def begin(self, phone: PlannedPhone) -> None:
        """A phone begins. It takes its slots, and tries its credentials."""
        self._tries[phone.host] += 1
        self._gate.begin(phone.target)
        self.hold(phone)

    def hold(self, phone: KnownPhone) -> None:
        """A phone takes its slots. One that is not seen back keeps them: it may still be loading, or flashing."""
        self._count(phone, +1)

    def release(self, phone: PlannedPhone) -> None:
        """A phone gives its slots back."""
        self._count(phone, -1)

    def tried(self, phone: PlannedPhone, *, answered: bool) -> None:
        """The first request since credentials may have changed has come to its end."""
        others_wait = not self._gate.admits(phone.target)
        self._gate.end(phone.target, took=answered and phone.facts.http_pass_set is True)
        if others_wait:
            self.hurry()

    def defer(self, phone: PlannedPhone) -> bool:
        """Whether a phone that was just deferred is asked again in a while."""
        if self._tries[phone.host] > self._options.deferred_retries:
            return False
        self.retry_at[phone.host] = self._now() + self._options.deferred_interval
        return True

    def opens_at(self, phone: PlannedPhone, seconds: float) -> float:
        """When something that takes so many seconds may begin: now or before, later, or never (infinity) in this run.

        A run uses the window that is open when it first looks, or else the next one. It does not wait for another.
        """
        if self._options.windows is None:
            return 0.0
        site, now = phone.target.site, self._now()
        if site not in self._windows:
            window = self._windows[site] = self._options.windows.current_or_next(site, now)
            if window is not None and window[0] > now:
                self._on_window(site, window[0] - now)
        window = self._windows[site]
        if window is None:
            return 0.0
        return math.inf if max(now, window[0]) + seconds > window[1] else window[0]

    def _slots(self, phone: KnownPhone) -> list[tuple[tuple[str, object], int]]:
        """The counters that this phone is counted in, each with its limit; 0 is no limit."""
        slots: list[tuple[tuple[str, object], int]] = [(("site", phone.target.site), self._options.max_in_flight)]
        if phone.target.group is not None:
            slots.append((("group", phone.target.group), self._options.max_in_flight_per_group))
        # Of all that load an image, whatever from, the first one goes alone; behind it one of each way to it.
        slots += [(("proof", one), 1 if self._is_unproven(one) else 0) for one in (phone.kind, phone.way)]
        return slots

    def _has_room(self, phone: PlannedPhone) -> bool:
        return all(not limit or self._load[name] < limit for name, limit in self._slots(phone))

    def _count(self, phone: KnownPhone, change: int) -> None:
        for name, _limit in self._slots(phone):
            self._load[name] += change
        self.hurry()


def no_room(phone: PlannedPhone) -> Ending:
    """The end of a phone that waits for a slot while no phone under way can make room."""
    reason = "Every slot of its site or group is held by a phone that did not come back."
    return Ending(Outcome.NOT_STARTED, reason, phone.before)


def _never(error: SnomError, phone: PlannedPhone) -> Ending:
    return Ending(error.outcome, error.reason, phone.before)
