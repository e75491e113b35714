# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import resource
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.clock import system_time
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import PhoneUnreachable
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.runtime import (
    ThreadRuntime,
    raise_file_limit,
)

PATIENCE = 30.0
"""Seconds after which a test that hangs fails."""


@pytest.fixture(name="runtime")
def _runtime() -> Iterator[ThreadRuntime]:
    runtime = ThreadRuntime()
    yield runtime
    runtime.close()


def collect(runtime: ThreadRuntime, count: int) -> dict[Any, Any]:
    done: dict[Any, Any] = {}
    while len(done) < count:
        batch = runtime.wait(PATIENCE)
        assert batch, "nothing came back"
        done.update(batch)
    return done


def test_results_come_with_their_keys(runtime: ThreadRuntime) -> None:
    for number in range(500):
        runtime.submit(number, lambda number=number: number * number)
    assert collect(runtime, 500) == {number: number * number for number in range(500)}


def test_what_a_call_raises_is_its_result(runtime: ThreadRuntime) -> None:
    error = PhoneUnreachable("It does not answer.")

    def fail() -> None:
        raise error

    runtime.submit("one", fail)
    assert collect(runtime, 1) == {"one": error}


def test_calls_run_beside_each_other(runtime: ThreadRuntime) -> None:
    meeting = threading.Barrier(20, timeout=PATIENCE)
    for number in range(20):
        runtime.submit(number, meeting.wait)
    assert sorted(collect(runtime, 20).values()) == list(range(20))


def test_a_pause_ends_when_nothing_comes(runtime: ThreadRuntime) -> None:
    assert runtime.wait(0.0) == []
    assert runtime.wait(-1.0) == []
    assert runtime.wait(0.01) == []


def test_a_call_that_hangs_does_not_hold_up_the_end() -> None:
    runtime = ThreadRuntime(workers=1)
    release = threading.Event()
    started = threading.Event()

    def hang() -> None:
        started.set()
        release.wait(PATIENCE)

    ran: list[int] = []
    runtime.submit("hangs", hang)
    runtime.submit("never begins", lambda: ran.append(1))
    assert started.wait(PATIENCE)
    runtime.close()
    release.set()
    assert dict(runtime.wait(PATIENCE)) == {"hangs": None}
    assert ran == []


def test_the_clock_tells_the_time_of_day_and_runs_evenly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also while the machine sleeps, as the journal's own clock does: only monotonic() stands still then."""
    assert system_time() == pytest.approx(time.time(), abs=60)
    clocks = {time.CLOCK_BOOTTIME: 1000.0}
    monkeypatch.setattr(time, "clock_gettime", clocks.__getitem__)
    monkeypatch.setattr(time, "monotonic", lambda: 500.0)
    before = system_time()
    monkeypatch.setattr(time, "time", lambda: 0.0)
    clocks[time.CLOCK_BOOTTIME] += 10
    assert system_time() == before + 10


def test_as_many_files_as_the_system_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    limits: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda which: (64, 4096))
    monkeypatch.setattr(resource, "setrlimit", lambda which, limit: limits.append(limit))
    raise_file_limit()
    assert limits == [(4096, 4096)]


@pytest.mark.parametrize("error", [ValueError("not allowed"), OSError("not allowed")])
def test_a_system_that_does_not_grant_them(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def refuse(which: int, limit: tuple[int, int]) -> None:
        asked.append(which)
        raise error

    monkeypatch.setattr(resource, "setrlimit", refuse)
    raise_file_limit()
    assert asked == [resource.RLIMIT_NOFILE]
