# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A clock that was set: how that shows, what comes of it within a run, and how what a journal says moves with it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from ansible_collections.telephony.snom.plugins.module_utils._core.clock import system_time
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import expect
from ansible_collections.telephony.snom.plugins.module_utils._firmware.order import Ending, Evidence, Intent, moved
from ansible_collections.telephony.snom.plugins.module_utils._phone.presence import CLOCK_MARGIN

LEAST = 2.0
"""Seconds that two readings of one clock may be apart which is not read at exactly the same time as another."""

MOST = 60.0
"""Seconds by which the clock may be set while a run goes on: windows are in minutes, and time servers correct less."""

_BOOT = "/proc/sys/kernel/random/boot_id"


@dataclass(frozen=True)
class Moment:
    """A moment as the system tells it that nobody can set: seconds since it started, and which start that was."""

    boot: str
    seconds: float


def this_moment() -> Moment | None:
    """Now. None where the system does not tell."""
    try:
        with open(_BOOT, encoding="ascii") as file:
            return Moment(file.read().strip(), time.clock_gettime(time.CLOCK_BOOTTIME))
    except (OSError, ValueError, AttributeError):
        return None


class ClockOfRun:
    """Whether the clock still shows what a run counts by a clock that nobody can set.

    That one stands still, too, in a virtual machine that is paused, and shows another time of day from then on. Both
    are the same when ansible-playbook loads the collection, which may be long before the run begins.
    """

    def __init__(self, *, shown: Callable[[], float] = time.time, now: Callable[[], float] = system_time) -> None:
        """Both give seconds since the epoch."""
        self._shown = shown
        self._now = now

    def reason(self) -> str | None:
        """Why no new trigger may be made, or None."""
        forward = self._shown() - self._now()
        if abs(forward) <= MOST:
            return None
        return (
            f"Since Ansible began the clock was set {'forward' if forward > 0 else 'back'} by {abs(forward):.0f} s, or "
            "this machine stood still. The run's windows are no longer those of the clock: run again."
        )


class Reckoning:
    """How long ago things were, by the clocks of the system and of phones."""

    def __init__(self) -> None:
        self._certain_from = 0.0
        """Since when the system has not started again, so that a clock that was set shows (seconds since the epoch)."""
        self._began = 0.0
        self._moment: Moment | None = None
        self._uptimes: dict[str, tuple[float, int]] = {}
        """By MAC: when a phone was asked last, and its uptime then."""

    def begin(self, now: float, moment: Moment | None) -> float:
        """A run begins; returns by how many seconds the clock was set forward since the last one, as far as it shows.

        now is what the clock shows, in seconds since the epoch. Less than 0 is back.
        """
        since, then = self._began, self._moment
        self._began, self._moment = now, moment
        if then is None or moment is None or then.boot != moment.boot:
            self._certain_from = now
            return 0.0
        forward = (now - since) - (moment.seconds - then.seconds)
        if forward > LEAST:
            self._certain_from += forward
        return forward if abs(forward) > LEAST else 0.0

    def is_certain(self, time: float) -> bool:
        """Whether it is certain how long ago that was."""
        return time >= self._certain_from

    def note(self, intent: Intent) -> None:
        """A phone is asked."""
        if intent.mac is not None:
            self._uptimes.pop(intent.mac, None)
            if intent.uptime is not None:
                self._uptimes[intent.mac] = intent.time, intent.uptime

    def unsafe_until(self, mac: str | None, uptime: int | None, now: float, until: float) -> float:
        """Until when a phone must be left alone, if the system's clock may have been set forward and its own is right.

        until is what the system's clock makes of that. A phone that has started again since it was asked, and runs for
        longer by now than it did then, is left alone for longer than it need be.
        """
        if mac not in self._uptimes or uptime is None:
            return until
        asked_at, before = self._uptimes[mac]
        ahead = now - asked_at - (uptime - before)
        if uptime < before or ahead <= CLOCK_MARGIN or self.is_certain(asked_at):
            return until
        return until + ahead

    def has_run_since(self, mac: str | None, uptime: int | None, now: float) -> bool:
        """Whether a phone shows by its uptime that it has not restarted since it was asked.

        Where the system's clock may have been set forward, that is any which runs for longer than it did then.
        """
        if mac not in self._uptimes or uptime is None:
            return False
        asked_at, before = self._uptimes[mac]
        return uptime >= before and (uptime - CLOCK_MARGIN > now - asked_at or not self.is_certain(asked_at))

    def move(self, seconds: float, after: float) -> None:
        """Move what was written after a time."""
        for mac, (time_, uptime) in self._uptimes.items():
            if time_ > after:
                self._uptimes[mac] = max(time_ + seconds, 0.0), uptime


def ended_later(ending: Ending, seconds: float) -> Ending:
    """The end of a phone that an interrupted run had asked, as of so many seconds later."""
    until = ending.unsafe_until
    return replace(
        ending,
        evidence=Evidence.of(moved(expect(ending.evidence.interrupted), seconds)),
        unsafe_until=None if until is None else until + seconds,
    )


def clock_notice(back: float) -> str:
    """The sentence about a clock that was set back by so many seconds, or forward by as many less than 0."""
    if back > 0:
        return (
            f"The clock was set back by {back:.0f} s or more since the last line of the journal. What was asked then "
            "is taken for asked just now."
        )
    return (
        f"The clock was set forward by {-back:.0f} s since the last run of this journal. What was asked then is taken "
        "for asked as long ago as it was."
    )
