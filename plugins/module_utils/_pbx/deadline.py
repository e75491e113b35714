# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long and how much a server over HTTP may answer."""

from __future__ import annotations

import time

from .._core.timed_response import AtMost


class Deadline:
    """So many seconds and bytes for one answer. `begin` starts both."""

    def __init__(self, most: int) -> None:
        """most is in bytes, with the head of the answer."""
        self._most = most
        self.begin(0)

    def begin(self, seconds: float) -> None:
        """A new answer has the whole size again, and this time."""
        self._ends = time.monotonic() + seconds
        self._at_most = AtMost(self._most)

    def left(self) -> float:
        """See `paced_http.Pacing`."""
        return self._ends - time.monotonic()

    def took(self, count: int) -> None:
        """See `paced_http.Pacing`."""
        self._at_most(count)
