# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What phones said to their credentials in runs before this one, and in this one."""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import SnomError
from ansible_collections.telephony.snom.plugins.module_utils._firmware.order import Ending
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.journal import Journal
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.runtime import Runtime
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.target import Reading, Target

MAX_RUNS_REFUSED = 3
"""After so many runs in a row in which a phone refused its credentials, a run does not send any.

A phone blocks its web server after more than three failures (protocol 2.3); whether it forgets them is not public.
"""


class Logins:
    """What phones said to their credentials in runs before this one, and in this one.

    Whether they are still the same credentials can't be told: nothing is kept from which they could be guessed.
    """

    def __init__(self, refusals: Mapping[str, int], journal: Journal, runtime: Runtime, *, retry: bool) -> None:
        """refusals says for each host how many runs in a row it has refused; retry, to ask all the same."""
        self._refusals = refusals
        self._journal = journal
        self._runtime = runtime
        self._retry = retry

    def left_alone(self, target: Target) -> str | None:
        """Why a phone is not to be asked, or None."""
        count = self._refusals.get(target.host, 0)
        if self._retry or count < MAX_RUNS_REFUSED or not target.connection.username:
            return None
        return (
            f"It refused its credentials in the last {count} runs that asked it, and was not asked in this one: phones "
            "lock their web server after more than three failures. Correct snom_username and snom_password, and run "
            "once with firmware_rollout_retry_login set to true."
        )

    def refused(self, target: Target, error: SnomError) -> None:
        """A phone has just refused. Where there is no user name, nothing was sent that it could have refused."""
        if not target.connection.username:
            return
        if count := self._refusals.get(target.host, 0):
            error.reason += (
                f" That was run {count + 1} in a row in which it refused them; phones lock their web server after more "
                "than three failures."
            )
        self._journal.end(target.host, Ending(error.outcome, error.reason), self._runtime.now())

    def note_taken(self, readings: Mapping[str, Reading]) -> None:
        """Let the journal know of those that refused before and can be read now. Raises NotRecorded."""
        for host in self._refusals:
            if host in readings and readings[host].facts is not None:
                self._journal.write("login", host=host, time=self._runtime.now())
