# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import (
    AnswerLost,
    AnswerUnreadable,
    AuthFailed,
    Blocked,
    LockedOut,
    PhoneUnreachable,
    SnomError,
)
from ansible_collections.telephony.snom.plugins.module_utils._phone.call_phase import count_calls, read_call_phase
from ansible_collections.telephony.snom.plugins.module_utils._phone.call_reading import CallReading
from ansible_collections.telephony.snom.plugins.module_utils._phone.call_state import read_call_state, reason_to_wait
from ansible_collections.telephony.snom.tests.unit.phones import MemoryPhone, calls


def busy(**attributes: Any) -> MemoryPhone:
    return MemoryPhone(phases=["connected"], home=calls(1), **attributes)


@pytest.mark.parametrize("known", ["idle", "in_call"])
def test_what_the_pbx_knows_wins_and_costs_no_request(known: str) -> None:
    phone = busy(counter=1)
    assert read_call_state(phone, known=known)[0] == known
    assert phone.requests == []


@pytest.mark.parametrize("known", [None, "unknown", "", "perhaps"])
def test_a_host_variable_that_says_nothing_sure_is_passed_over(known: str | None) -> None:
    assert read_call_state(busy(), known=known) == ("in_call", "screen")


@pytest.mark.parametrize(("counter", "expected", "requests"), [(0, "idle", ["screen"]), (2, "in_call", [])])
def test_the_call_counter_comes_before_the_pages(counter: int, expected: str, requests: list[str]) -> None:
    phone = MemoryPhone(counter=counter)
    assert read_call_state(phone) == (expected, "call counter")
    assert phone.requests == requests


def test_nobody_else_calls_a_phone_idle_that_shows_a_call() -> None:
    """One for help may go past the PBX (emergency_proxy), and no fact says what the counter counts."""
    idle = CallReading("idle", "idle", source="PBX")
    assert read_call_state(busy(), pbx=idle) == ("in_call", "screen")
    assert read_call_state(busy(counter=0)) == ("in_call", "screen")
    assert read_call_state(MemoryPhone(phases=["unknown"], home=calls(1)), pbx=idle) == ("idle", "PBX")


def test_a_phone_that_is_not_read_is_idle_by_the_word_of_its_pbx() -> None:
    phone = busy()
    assert read_call_state(phone, pbx=CallReading("idle", "idle", source="PBX"), is_read=False) == ("idle", "PBX")
    assert phone.requests == []


@pytest.mark.parametrize("error", [Blocked("no"), AnswerUnreadable("what?")])
def test_a_screen_that_cannot_be_read_leaves_the_word_of_others(error: SnomError) -> None:
    assert read_call_state(busy(counter=0, faults={"screen": error})) == ("idle", "call counter")


def test_a_silent_counter_gives_way_to_the_screen() -> None:
    assert read_call_state(busy(counter=None))[0] == "in_call"


def test_the_home_page_is_asked_only_if_the_screen_says_nothing() -> None:
    phone = busy()
    read_call_state(phone)
    assert phone.requests == ["screen"]
    phone = MemoryPhone(phases=["unknown"], home=calls(0))
    assert read_call_state(phone) == ("idle", "home page")
    assert phone.requests == ["screen", "home"]


@pytest.mark.parametrize("error", [Blocked("no"), AnswerUnreadable("what?")])
def test_a_source_that_cannot_be_read_gives_way_to_the_next(error: SnomError) -> None:
    assert read_call_state(busy(faults={"screen": error})) == ("in_call", "home page")


HOLDS_FOR_ALL = [AuthFailed("no"), LockedOut("no"), PhoneUnreachable("gone"), AnswerLost("gone")]


@pytest.mark.parametrize("error", HOLDS_FOR_ALL)
def test_what_holds_for_every_source_is_raised_at_once(error: SnomError) -> None:
    phone = busy(faults={"screen": error})
    with pytest.raises(type(error)):
        read_call_state(phone)
    with pytest.raises(type(error)):
        read_call_phase(phone)
    assert phone.requests == ["screen"] * 2


def test_a_phone_that_shows_nothing_is_unknown() -> None:
    assert read_call_state(MemoryPhone(phases=["unknown"])) == ("unknown", "no source shows it")


@pytest.mark.parametrize(
    ("phases", "known", "expected"),
    [(["ringing"], "idle", "ringing"), (["unknown"], "in_call", "in_call"), (["unknown"], None, "unknown")],
)
def test_the_screen_knows_the_phase_best(phases: list[str], known: str | None, expected: str) -> None:
    assert read_call_phase(MemoryPhone(phases=phases), known=known) == expected


@pytest.mark.parametrize(("counter", "count"), [(0, 0), (3, 3), (None, 1)])
def test_how_many_calls_there_are(counter: int | None, count: int) -> None:
    assert count_calls(busy(counter=counter)) == count


@pytest.mark.parametrize("faults", [{}, {"home": Blocked("no")}, {"home": AnswerUnreadable("what?")}])
def test_calls_that_can_not_be_counted(faults: dict[str, SnomError]) -> None:
    assert count_calls(MemoryPhone(home=CallReading(), faults=faults)) is None


@pytest.mark.parametrize("error", HOLDS_FOR_ALL)
def test_calls_are_not_counted_where_nothing_can_be_read(error: SnomError) -> None:
    with pytest.raises(type(error)):
        count_calls(MemoryPhone(faults={"home": error}))


@pytest.mark.parametrize(
    ("phase", "unknown_call_state", "words"),
    [
        ("connected", "proceed", "in a call (screen)"),
        ("unknown", "defer", "unknown_call_state"),
        ("unknown", "proceed", None),
        ("idle", "defer", None),
    ],
)
def test_why_a_phone_is_left_alone(phase: str, unknown_call_state: str, words: str | None) -> None:
    evidence: dict[str, Any] = {}
    phone = MemoryPhone(phases=[phase])
    reason = reason_to_wait(phone, known=None, unknown_call_state=unknown_call_state, evidence=evidence)
    assert (reason is None) if words is None else (words in str(reason))
    assert evidence["call_state"] == {"connected": "in_call"}.get(phase, phase)
