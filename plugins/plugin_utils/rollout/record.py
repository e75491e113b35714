# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run writes down of its phones: before each trigger, and after each end."""

from __future__ import annotations

from collections.abc import Callable

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import NotRecorded
from ansible_collections.telephony.snom.plugins.module_utils._firmware.order import Ending, Intent
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.journal import Journal


class Record:
    """A journal that may fail: then no trigger is made any more, but all phones under way are watched to their end."""

    def __init__(self, journal: Journal, now: Callable[[], float]) -> None:
        """now gives seconds since the epoch."""
        self._journal = journal
        self._now = now
        self.problem: str | None = None
        """Why the journal did not take something; None while it takes all."""

    def intent(self, intent: Intent) -> None:
        """Have an intent on disk. Called in a worker. Raises NotRecorded: the trigger must not be made then."""
        try:
            self._journal.intent(intent)
        except NotRecorded as error:
            self.problem = error.reason
            raise

    def end(self, host: str, ending: Ending) -> None:
        """Write down how a phone ended. What does not get on record costs a resume another look at the phone."""
        try:
            self._journal.end(host, ending, self._now())
        except NotRecorded as error:
            self.problem = error.reason

    def slow(self, site: str | None, seconds: float, host: str) -> None:
        """Write down that a phone took so long to fetch its image that the site's deadlines are too short."""
        try:
            self._journal.write("slow", site=site, seconds=seconds, host=host)
        except NotRecorded as error:
            self.problem = error.reason

    def sync(self) -> None:
        """Have all that was written on disk."""
        try:
            self._journal.sync()
        except NotRecorded as error:
            self.problem = error.reason
