# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Time and workers, and what else a rollout needs from whoever runs it.

What decides in a rollout has both from here alone: tests put a simulated runtime in their place, and live through hours
in seconds.
"""

from __future__ import annotations

import contextlib
import queue
import resource
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol

from ansible_collections.telephony.snom.plugins.module_utils._core.clock import system_time
from ansible_collections.telephony.snom.plugins.module_utils._firmware.order import Ending
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import Connection
from ansible_collections.telephony.snom.plugins.module_utils._phone.phone import Phone
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.clock_changes import Moment

MAX_WORKERS = 256
"""Requests at a time. A request holds one socket, so this stays below the 512 that a controller may have open."""


class Abandoned(BaseException):
    """Nobody is left to see what this run does. It must do nothing more, not even clean up."""


class ImageMirrors(Protocol):
    """What shows phones their images that are not told themselves, see `mirrors.Mirrors`."""

    def check(self) -> list[str]:
        """Make sure that each can be controlled; return what to warn of. Raises InputError."""

    def check_images(self, phones: Iterable[Any]) -> None:
        """Make sure that what these planned phones fetch would be seen. Raises InputError."""

    def left_by_log(self, phones: Iterable[Any], known: Mapping[str, float]) -> Mapping[str, Ending]:
        """By host: the ending of each of these planned phones that must not be asked."""

    def clear(self, left: Mapping[str, float]) -> list[str]:
        """Show nothing any more that an earlier run left shown; return what was done. Raises InputError."""

    def shown_by_others(self, watched: Collection[str], left: Mapping[str, float]) -> Mapping[str, float]:
        """By host: until when a phone is shown something of which the journal knows nothing. Raises InputError."""


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
    stop_others: Callable[[str], None] = lambda reason: None
    """Lets other rollouts stop as well, for a reason that its phones gave."""
    abandoned: Callable[[], bool] = lambda: False
    """Whether nobody is left to report to."""
    moment: Callable[[], Moment | None] = lambda: None
    """Which moment it is by a clock that nobody can set; None where none is."""
    resume_command: str | None = None
    """What to run to go on."""
    mirrors: ImageMirrors | None = None
    """Those that show phones their images; None where each phone is told itself."""


def raise_file_limit() -> None:
    """Allow as many open files as the system lets this process have."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    # Some systems name a hard limit that they then do not grant.
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
