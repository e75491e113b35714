# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import PhoneUnreachable
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import Connection
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.credentials import MAX_REFUSALS, CredentialsGate
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.crew import (
    SUMMARY_INTERVAL,
    TICK,
    Crew,
    Looked,
    watch_each,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.runtime import (
    Abandoned,
    Context,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.target import Target
from ansible_collections.telephony.snom.tests.unit.phones import Clock, LabPhone, LabRuntime


class Loop:
    """A crew in simulated time, and the lines that it showed."""

    def __init__(self, **given: Any) -> None:
        self.clock = Clock()
        self.lines: list[str] = []
        self.checks = 0
        context = Context(
            run="run-1",
            runtime=LabRuntime(self.clock),
            connect=lambda connection: LabPhone(self.clock),
            notify=self.lines.append,
            **given,
        )
        self.crew = Crew(context, summary=lambda: ["-- so far"], check=self.check)

    def check(self) -> None:
        self.checks += 1


def run_calls(loop: Loop, calls: dict[str, Callable[[], Any]], **more: Any) -> dict[str, Any]:
    """Submit all at once, and return what came back."""
    results: dict[str, Any] = {}
    for key, call in calls.items():
        loop.crew.submit(key, call)
    assert loop.crew.under_way == len(calls)
    loop.crew.run(lambda: bool(loop.crew.under_way), lambda: 1.0, results.__setitem__, **more)
    assert loop.crew.under_way == 0
    return results


def fails_with(error: BaseException) -> Callable[[], Any]:
    def fail() -> None:
        raise error

    return fail


def test_what_a_phone_does_is_a_result() -> None:
    error = PhoneUnreachable("Gone.")
    assert run_calls(Loop(), {"one": lambda: 1, "two": fails_with(error)}) == {"one": 1, "two": error}


def test_a_mistake_of_ours_ends_the_loop() -> None:
    with pytest.raises(ZeroDivisionError):
        run_calls(Loop(), {"one": fails_with(ZeroDivisionError())})


def test_a_mistake_of_ours_can_be_dealt_with() -> None:
    mistakes: dict[str, Exception] = {}
    error = ZeroDivisionError()
    assert run_calls(Loop(), {"one": fails_with(error), "two": lambda: 2}, mistake=mistakes.__setitem__) == {"two": 2}
    assert mistakes == {"one": error}


def test_a_pause_looks_about_all_the_while_and_says_how_far_it_is() -> None:
    loop = Loop()
    before = loop.clock.time
    loop.crew.pause(2 * SUMMARY_INTERVAL + 1)
    assert loop.clock.time == pytest.approx(before + 2 * SUMMARY_INTERVAL + 1)
    assert loop.checks == pytest.approx((2 * SUMMARY_INTERVAL + 1) / TICK, abs=1)
    assert loop.lines == ["-- so far"] * 2


def test_an_orphan_begins_nothing() -> None:
    loop = Loop(abandoned=lambda: True)
    with pytest.raises(Abandoned):
        loop.crew.run(lambda: True, lambda: pytest.fail("started"), lambda key, result: None)
    assert loop.checks == 0


def watch(gate: CredentialsGate, phones: dict[str, list[Looked]]) -> tuple[list[tuple[str, float]], list[str]]:
    """Watch phones of which each look says what its list does; returns (host, after so many seconds), and not tried."""
    loop = Loop()
    began = loop.clock.time
    looks: list[tuple[str, float]] = []
    not_tried: list[str] = []
    targets = {host: Target(host=host, connection=Connection(address=host, username="admin")) for host in phones}

    def look(host: str) -> Callable[[], Looked]:
        looks.append((host, loop.clock.time - began))
        return lambda: phones[host].pop(0)

    watch_each(
        loop.crew, gate, targets, look=look, seen=lambda host, result: cast(Looked, result), not_tried=not_tried.append
    )
    return looks, not_tried


def test_each_phone_is_looked_at_when_it_says() -> None:
    again = Looked(took=True, again=5.0)
    done = Looked(took=True)
    looks, not_tried = watch(CredentialsGate(), {"one": [again, again, done], "two": [done]})
    assert [(host, round(after)) for host, after in looks] == [("one", 0), ("two", 0), ("one", 5), ("one", 10)]
    assert not_tried == []


def test_who_has_refused_is_asked_to_its_end_and_no_others_of_its_site() -> None:
    refused = [Looked(took=False, refused=True, again=60.0), Looked(took=False, refused=True)]
    looks, not_tried = watch(CredentialsGate(), {f"desk-{number}": list(refused) for number in range(10)})
    assert len(looks) == 2 * MAX_REFUSALS
    assert len(not_tried) == 10 - MAX_REFUSALS
