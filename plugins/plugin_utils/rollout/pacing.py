# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How often phones under way are looked at: together no more often than leaves a controller room for its triggers."""

from __future__ import annotations

import heapq
import itertools
import math

from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.runtime import MAX_WORKERS

POLLS_PER_SECOND = 300
"""Reads that leave a controller room for its triggers; with more phones in flight each is read less often."""

POLL_BURST = 0.1
"""Seconds of polls that a busy engine may make up for at once."""

POLLING_WORKERS = MAX_WORKERS // 2
"""With so many steps under way no poll is added, so that triggers never wait behind polls that time out."""


class Polls:
    """The polls that are to come. Who is due longest comes first: a rate too low for all is shared evenly."""

    def __init__(self) -> None:
        self._due: list[tuple[float, int, str]] = []
        self._tie = itertools.count()
        self._next = 0.0

    def add(self, host: str, at: float) -> None:
        """Look at a phone at a time, or as soon as there is room for it afterwards."""
        heapq.heappush(self._due, (at, next(self._tie), host))

    def pop(self, now: float, under_way: int) -> str | None:
        """The phone to look at now, with so many steps under way; None while none is to be."""
        if self.next_at(under_way) > now:
            return None
        self._next = max(self._next, now - POLL_BURST) + 1 / POLLS_PER_SECOND
        return heapq.heappop(self._due)[2]

    def next_at(self, under_way: int) -> float:
        """When the next poll may be made, with so many steps under way."""
        if not self._due or under_way >= POLLING_WORKERS:
            return math.inf
        return max(self._due[0][0], self._next)
