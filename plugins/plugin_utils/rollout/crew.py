# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Time, workers, and the one event loop over them, which the survey, the engine and a resume have in common.

Time and workers are the only two things of the outside world that a rollout touches itself. Tests put a simulated
runtime in their place and live through hours in seconds.
"""

from __future__ import annotations

import contextlib
import queue
import resource
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol

from ansible_collections.telephony.snom.plugins.module_utils._core.clock import system_time
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import SnomError
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import Connection
from ansible_collections.telephony.snom.plugins.module_utils._phone.phone import Phone
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.credentials import CredentialsGate
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.target import Target

MAX_WORKERS = 256
"""Requests at a time. A request holds one socket, so this stays below the 512 that a controller may have open."""

SUMMARY_INTERVAL = 15.0
"""Seconds between two lines that say how far a run is, at most."""

TICK = 0.5
"""Seconds after which the loop goes around at the latest: stop file, SIGTERM, orphaned, windows."""


class Abandoned(BaseException):
    """Nobody is left to see what this run does. It must do nothing more, not even clean up."""


class Mirrors(Protocol):
    """What shows phones their images that are not told themselves, see `mirrors.Mirrors`."""

    def check(self) -> list[str]:
        """Make sure that each can be controlled; return what to warn of. Raises InputError."""

    def check_images(self, phones: Iterable[Any]) -> None:
        """Make sure that what these planned phones fetch would be seen. Raises InputError."""

    def clear(self, keep: Iterable[str]) -> list[str]:
        """Show nothing any more to phones but those of these hosts; return what was done. Raises InputError."""


class Runtime(Protocol):
    """A clock, and workers that run blocking calls."""

    def now(self) -> float:
        """Seconds since the epoch; never runs backwards."""

    def submit(self, key: Any, call: Callable[[], Any]) -> None:
        """Run call beside the caller; `wait` hands out what it returned."""

    def wait(self, seconds: float) -> list[tuple[Any, Any]]:
        """Pause until a call has returned, at most so long; returns (key, result) pairs.

        A call that raised gives its exception as its result.
        """


class ThreadRuntime:
    """The real one: the system's clock and a pool of threads."""

    def __init__(self, workers: int = MAX_WORKERS) -> None:
        self._pool = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="snom")
        self._done: queue.SimpleQueue[tuple[Any, Any]] = queue.SimpleQueue()

    def now(self) -> float:
        return system_time()

    def submit(self, key: Any, call: Callable[[], Any]) -> None:
        def work() -> None:
            try:
                result = call()
            except BaseException as error:
                result = error
            self._done.put((key, result))

        self._pool.submit(work)

    def wait(self, seconds: float) -> list[tuple[Any, Any]]:
        done = []
        try:
            done.append(self._done.get(timeout=max(seconds, 0.0)))
            while True:
                done.append(self._done.get_nowait())
        except queue.Empty:
            return done

    def close(self) -> None:
        """End the workers; calls under way end by their own timeouts."""
        self._pool.shutdown(wait=False, cancel_futures=True)


Connect = Callable[[Connection], Phone]


@dataclass(frozen=True, kw_only=True)
class Context:
    """What a rollout needs from whoever runs it; tests put simulated ones here."""

    run: str
    """An identifier of the run."""
    runtime: Runtime
    connect: Connect
    notify: Callable[[str], None] = lambda line: None
    """Shows one line to the user."""
    stop_requested: Callable[[], str | None] = lambda: None
    """The reason why no new trigger may be made, or None."""
    abandoned: Callable[[], bool] = lambda: False
    """Whether nobody is left to report to."""
    resume_command: str | None = None
    """What to run to go on."""
    mirrors: Mirrors | None = None
    """Those that show phones their images; None where each phone is told itself."""


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
class Look:
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
    seen: Callable[[str, Any], Look],
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


def raise_file_limit() -> None:
    """Allow as many open files as the system lets this process have."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    # Some systems name a hard limit that they then do not grant.
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
