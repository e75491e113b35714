# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one event loop over time and workers, which the survey, the engine and a resume have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import SnomError
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.credentials import CredentialsGate
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.runtime import Abandoned, Context
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.target import Target

SUMMARY_INTERVAL = 15.0
"""Seconds between two lines that say how far a run is, at most."""

TICK = 0.5
"""Seconds after which the loop goes around at the latest: stop file, SIGTERM, orphaned, windows."""


class Crew:
    """The one event loop: workers carry out calls, and one thread decides what is called next.

    Each time around it also shows how far the run is, and notices that nobody is left to see it.
    """

    def __init__(
        self, context: Context, *, summary: Callable[[], Iterable[str]], check: Callable[[], None] = lambda: None
    ) -> None:
        """summary gives the lines that say how far it is; check is called each time around."""
        self.under_way = 0
        """Calls that have not returned."""
        self.quiet = False
        """True when no call has returned the last time around."""
        self._context = context
        self._runtime = context.runtime
        self._summary = summary
        self._check = check
        self._next_summary = self.now() + SUMMARY_INTERVAL

    def now(self) -> float:
        """Seconds since the epoch."""
        return self._runtime.now()

    def submit(self, key: Any, call: Callable[[], Any]) -> None:
        """Have a worker carry out a call; key tells its result from others."""
        self.under_way += 1
        self._runtime.submit(key, call)

    def run(
        self,
        pending: Callable[[], bool],
        start: Callable[[], float | None],
        finish: Callable[[Any, Any], None],
        mistake: Callable[[Any, Exception], None] | None = None,
    ) -> None:
        """Go around while something is pending. Raises Abandoned.

        start submits what is due, and gives the seconds to wait for a call to return; None if there is nothing to wait
        for. finish gets the key of each call that has returned, with what it returned, or the SnomError that it raised.
        Whatever else a call raises is a mistake of ours: mistake gets it if there is one, and else it ends the loop.
        """
        while pending():
            self._tick()
            seconds = start()
            done = [] if seconds is None else self._runtime.wait(seconds)
            self.quiet = not done
            for key, result in done:
                self.under_way -= 1
                if mistake is not None and isinstance(result, Exception):
                    mistake(key, result)
                elif isinstance(result, BaseException) and not isinstance(result, SnomError):
                    raise result
                else:
                    finish(key, result)

    def pause(self, seconds: float) -> None:
        """Wait while nothing is under way. Raises Abandoned."""
        end = self.now() + seconds
        self.run(
            lambda: self.now() < end,
            lambda: min(end - self.now(), TICK),
            lambda key, result: None,
        )

    def _tick(self) -> None:
        if self._context.abandoned():
            raise Abandoned
        self._check()
        if self.now() >= self._next_summary:
            self._next_summary = self.now() + SUMMARY_INTERVAL
            for line in self._summary():
                self._context.notify(line)


@dataclass(frozen=True, kw_only=True)
class Looked:
    """What came of one look at a phone."""

    took: bool
    """Whether it asked for a login and took it."""
    refused: bool = False
    """Whether it has refused its login."""
    again: float | None = None
    """Seconds until it is to be looked at again; None when it need not."""


def watch_each(
    crew: Crew,
    gate: CredentialsGate,
    targets: Mapping[str, Target],
    *,
    look: Callable[[str], Callable[[], Any]],
    seen: Callable[[str, Any], Looked],
    not_tried: Callable[[str], None],
) -> None:
    """Look at phones until each needs no further look, with as many tries of credentials as the gate admits.

    targets are by host. look gives the call for a worker, and seen says what its result means. not_tried is told of
    each phone that is not looked at any more, because others of its site refused the same credentials.
    """
    due = dict.fromkeys(targets, 0.0)
    refused: set[str] = set()

    def start() -> float:
        now = crew.now()
        for host in [host for host, at in due.items() if at <= now]:
            # Who has refused knows so, and sends nothing more.
            if host in refused or gate.admits(targets[host]):
                del due[host]
                gate.begin(targets[host])
                crew.submit(host, look(host))
            elif gate.is_closed(targets[host]):
                del due[host]
                not_tried(host)
        # Who is due and not admitted waits for another's result.
        next_due = min((at for at in due.values() if at > now), default=now + TICK) - now
        return max(0.0, min(next_due, TICK))

    def finish(host: str, result: Any) -> None:
        what = seen(host, result)
        gate.end(targets[host], took=what.took)
        if what.refused:
            refused.add(host)
            gate.refuse(targets[host])
        if what.again is not None:
            due[host] = crew.now() + what.again

    crew.run(lambda: bool(due or crew.under_way), start, finish)
