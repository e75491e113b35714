# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import Outcome
from ansible_collections.telephony.snom.plugins.module_utils._firmware.order import Ending, Evidence, Intent, Shown
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.module_utils._mirror.control_settings import ControlSettings
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.history import ImageStep
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.planned_phone import PlannedPhone
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.record import Record
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.verdicts import Flight, Verdicts

from .planned import NEW, OLD, Disk, ended, phone, plan

NOW = 5000.0
CANARY = ["canary", "100%"]


class Run:
    """Verdicts, with what they told."""

    def __init__(self, *phones: PlannedPhone, **given: Any) -> None:
        self.disk = Disk()
        self.ends: list[tuple[str, str]] = []
        self.stops: list[str] = []
        self.alarms: list[str] = []
        self.verdicts = Verdicts(
            plan(*phones, **given),
            Record(self.disk, lambda: NOW),
            now=lambda: NOW,
            on_end=lambda host, ending: self.ends.append((host, ending.outcome)),
            on_stop=self.stops.append,
            on_alarm=self.alarms.append,
        )


def flight(one: PlannedPhone, **given: Any) -> Flight:
    course = SimpleNamespace(**{"path": [NEW], "deadline": 5900.0} | given)
    upgrade: Any = SimpleNamespace(course=course, comparison=SimpleNamespace(record={"changed": []}))
    return Flight(phone=one, upgrade=upgrade, wave=2, started=NOW - 60)


def resumed(outcome: Outcome = Outcome.UPGRADED, **more: Any) -> Ending:
    before, target = Version.parse(OLD), Version.parse(NEW)
    intent = Intent(host="desk", mac=None, file="a.bin", before=before, target=target, time=3100.0, deadline=4000.0)
    after = target if outcome.succeeded else None
    return Ending(outcome, "Seen by the run before.", after, triggered=True, evidence=Evidence.of(intent), **more)


def test_a_phone_that_landed() -> None:
    one = phone("desk-1")
    run = Run(one)
    run.verdicts.settle(one, ended(), flight(one))
    result = run.verdicts.results["desk-1"]
    assert (result.path, result.wave, result.deadline) == ((NEW,), 2, 5900.0)
    assert (result.started, result.elapsed) == (NOW - 60, 60.0)
    assert run.disk.lines == [("end", "desk-1", "upgraded", NOW)]
    assert run.ends == [("desk-1", "upgraded")]


def test_a_phone_that_was_not_asked_for_anything_leaves_no_line() -> None:
    one = phone("desk-1")
    run = Run(one)
    run.verdicts.settle(one, ended(Outcome.NOT_STARTED, triggered=False))
    assert run.ends == [("desk-1", "not_started")]
    assert run.disk.lines == []


def test_who_refuses_credentials_is_remembered_without_an_intent() -> None:
    one = phone("desk-1")
    run = Run(one)
    run.verdicts.settle(one, ended(Outcome.AUTH_FAILED, triggered=False), flight(one, deadline=None))
    assert run.disk.lines == [("end", "desk-1", "auth_failed", NOW)]


@pytest.mark.parametrize(("unrecorded", "lines"), [(False, 0), (True, 1)])
def test_a_phone_that_the_plan_knows_is_not_told_again(unrecorded: bool, lines: int) -> None:
    one = phone("desk-1").settle(resumed(), resumed=True, unrecorded=unrecorded)
    run = Run(one, snapshot=True)
    run.verdicts.settle(one, one.ending)
    result = run.verdicts.results["desk-1"]
    assert (result.path, result.deadline, result.ending.triggered) == ((NEW,), 4000.0, True)
    assert result.snapshot is not None and "cut off" in str(result.snapshot)
    assert run.ends == []
    assert len(run.disk.lines) == lines


def test_a_phone_ends_once() -> None:
    one = phone("desk-1")
    run = Run(one)
    run.verdicts.settle(one, ended(Outcome.IMAGE_FAILED), flight(one))
    with pytest.raises(AssertionError, match="desk-1 has ended already"):
        run.verdicts.settle(one, ended(), flight(one))


# The gate ---------------------------------------------------------------------------------------------------------


def test_a_canary_that_fails_stops_whatever_max_bad_says() -> None:
    one, other = phone("desk-1"), phone("desk-2")
    run = Run(one, other, waves=CANARY, max_bad="100%")
    run.verdicts.settle(one, ended(Outcome.IMAGE_FAILED), flight(one))
    assert run.stops == ["The canary desk-1 ended as image_failed, and canaries may not fail."]
    assert run.verdicts.stopped_by == run.stops[0]
    assert run.alarms == run.stops


def test_who_comes_after_a_canary_that_went_well_is_none() -> None:
    one, other = phone("desk-1"), phone("desk-2")
    run = Run(one, other, waves=CANARY, max_bad=1)
    assert run.verdicts.needs_canary(other)
    run.verdicts.settle(one, ended(), flight(one))
    assert not run.verdicts.needs_canary(other)
    run.verdicts.settle(other, ended(Outcome.IMAGE_FAILED), flight(other))
    assert run.stops == []


def test_each_kind_has_a_canary_of_its_own() -> None:
    one, other = phone("desk-1"), phone("desk-2", model="D335")
    run = Run(one, other, waves=CANARY)
    run.verdicts.settle(one, ended(), flight(one))
    assert run.verdicts.needs_canary(other)


NEAR, FAR = "http://near.example/a.bin", "http://far.example/a.bin"
SIP = ControlSettings(url="https://near.example", username="ansible", password="")


@pytest.mark.parametrize(("image", "control"), [(FAR, None), (NEAR, SIP)])
def test_who_loads_from_elsewhere_or_otherwise_has_a_canary_of_its_own(
    image: str, control: ControlSettings | None
) -> None:
    one, alike, other = phone("desk-1", image=NEAR), phone("desk-2", image=NEAR), phone("desk-3", image=image)
    other = replace(other, target=replace(other.target, control=control))
    run = Run(one, alike, other, waves=CANARY, max_bad=5)
    run.verdicts.settle(one, ended(), flight(one))
    assert not run.verdicts.needs_canary(alike)
    assert run.verdicts.needs_canary(other)
    # Of the image itself it knows, so that the canaries of other places go side by side.
    assert not run.verdicts.is_unproven(other.kind)
    run.verdicts.settle(other, ended(Outcome.TIMED_OUT), flight(other))
    assert run.stops == ["The canary desk-3 ended as timed_out, and canaries may not fail."]


def test_a_word_overturned_leaves_what_another_place_has_proven() -> None:
    one, other = phone("desk-1", image=NEAR), phone("desk-2", image=FAR)
    run = Run(one, other, waves=CANARY, max_bad=5)
    for each in (one, other):
        run.verdicts.settle(each, ended(), flight(each))
    overturn(run, one)
    assert [run.verdicts.is_unproven(proof) for proof in (one.kind, one.way, other.way)] == [False, True, False]


def test_more_bad_phones_than_max_bad_stop() -> None:
    phones = [phone(f"desk-{number}") for number in range(4)]
    run = Run(*phones, max_bad="50%")
    for one in phones[:2]:
        run.verdicts.settle(one, ended(Outcome.IMAGE_FAILED), flight(one))
    assert run.stops == []
    run.verdicts.settle(phones[2], ended(Outcome.TIMED_OUT), flight(phones[2]))
    assert run.stops == ["3 bad phones, max_bad is 2; the last one is desk-2 (timed_out)."]
    run.verdicts.settle(phones[3], ended(Outcome.IMAGE_FAILED), flight(phones[3]))
    assert len(run.stops) == 1
    assert run.alarms == run.stops


def test_an_outcome_that_stops_each_rollout() -> None:
    one = phone("desk-1")
    run = Run(one, max_bad="100%")
    run.verdicts.settle(one, ended(Outcome.LOOPING), flight(one))
    assert run.alarms == run.stops == ["desk-1 ended as looping: others may do the same."]


def test_what_the_user_stops_is_no_alarm() -> None:
    one = phone("desk-1")
    run = Run(one)
    run.verdicts.stop("The stop file is there.")
    run.verdicts.settle(one, ended(Outcome.IMAGE_FAILED), flight(one))
    assert (run.stops, run.alarms) == (["The stop file is there."], [])


@pytest.mark.parametrize(("unreachable", "bad"), [("ignore", set()), ("bad", {"desk-1"})])
def test_a_phone_that_is_not_there(unreachable: str, bad: set[str]) -> None:
    one = phone("desk-1")
    run = Run(one, unreachable=unreachable)
    run.verdicts.settle(one, ended(Outcome.UNREACHABLE, triggered=False), flight(one, deadline=None))
    assert run.verdicts.bad == bad


@pytest.mark.parametrize(
    ("late", "word", "what"),
    [
        (True, "late", "was not seen gone by its deadline"),
        (False, "on another version", "came back on another version"),
    ],
)
def test_a_phone_in_doubt_counts_at_once_and_no_more_when_it_is_well(late: bool, word: str, what: str) -> None:
    one = phone("desk-1")
    doubtful = flight(one, late=late, is_on_another=not late)
    run = Run(one, waves=CANARY)
    run.verdicts.suspect(one, doubtful.upgrade.course)
    assert run.stops == [f"The canary desk-1 {what}, and canaries may not fail."]
    run = Run(one)
    run.verdicts.suspect(one, doubtful.upgrade.course)
    run.verdicts.suspect(one, doubtful.upgrade.course)
    assert run.stops == [f"1 bad phone, max_bad is 0; the last one is desk-1 ({word})."]
    run.verdicts.settle(one, ended(), flight(one))
    assert run.verdicts.bad == set()
    assert run.verdicts.stopped_by is not None


# Proof ------------------------------------------------------------------------------------------------------------


def overturn(run: Run, one: PlannedPhone) -> None:
    run.verdicts.settle(one, Ending(Outcome.REVERTED, "It is back.", triggered=True))


def test_a_word_overturned_takes_its_proof_away() -> None:
    one, other = phone("desk-1"), phone("desk-2")
    run = Run(one, other, waves=CANARY, max_bad=5)
    evidence = Evidence(first=Shown(mac="000413000001"))
    run.verdicts.settle(one, ended(evidence=evidence), flight(one))
    overturn(run, one)
    result = run.verdicts.results["desk-1"]
    assert result.ending.outcome is Outcome.REVERTED
    assert (result.path, result.ending.triggered, result.ending.evidence) == ((NEW,), True, evidence)
    assert run.verdicts.needs_canary(other)
    assert run.stops == ["The canary desk-1 ended as reverted, and canaries may not fail."]
    assert run.ends == [("desk-1", "upgraded"), ("desk-1", "reverted")]
    assert run.disk.lines[-1] == ("end", "desk-1", "reverted", NOW)


def test_a_proof_stands_while_another_phone_gives_it() -> None:
    one, other = phone("desk-1"), phone("desk-2")
    run = Run(one, other, waves=CANARY, max_bad=5)
    for each in (one, other):
        run.verdicts.settle(each, ended(), flight(each))
    overturn(run, one)
    assert not run.verdicts.needs_canary(one)
    assert run.stops == []


@pytest.mark.parametrize(
    ("proven", "stops"),
    [
        (frozenset(), ["The canary desk-1 ended as image_failed, and canaries may not fail."]),
        (frozenset({("a.bin", Version.parse(OLD), None)}), []),
    ],
)
def test_a_canary_of_an_interrupted_run(proven: frozenset[ImageStep], stops: list[str]) -> None:
    failure = resumed(Outcome.IMAGE_FAILED)
    one = phone("desk-1").settle(failure, resumed=True)
    run = Run(one, waves=CANARY, max_bad=5, proven=proven)
    run.verdicts.settle(one, one.ending)
    assert run.stops == stops


def test_a_success_that_a_resume_saw_is_a_proof_for_what_that_run_had_asked() -> None:
    well = phone("desk-1").settle(resumed(), resumed=True)
    bad = phone("desk-2").settle(resumed(Outcome.IMAGE_FAILED), resumed=True)
    fresh = phone("desk-3")
    run = Run(well, bad, fresh, waves=CANARY, max_bad=5)
    run.verdicts.settle(well, well.ending)
    assert not run.verdicts.needs_canary(bad)
    # What this run does begins with a canary of its own.
    assert run.verdicts.needs_canary(fresh)


def test_a_remark_changes_no_outcome() -> None:
    one = phone("desk-1")
    run = Run(one)
    run.verdicts.settle(one, ended(), flight(one))
    run.verdicts.remark("desk-1", "Nobody looked again.")
    assert run.verdicts.results["desk-1"].ending.reason == "It is upgraded. Nobody looked again."
    assert run.ends == [("desk-1", "upgraded")]


@pytest.mark.parametrize(("end", "tried"), [(ended, True), (lambda: ended(triggered=False), False)])
def test_only_a_phone_that_was_triggered_has_shown_something(end: Callable[[], Ending], tried: bool) -> None:
    one = phone("desk-1")
    run = Run(one)
    assert not run.verdicts.was_tried(one)
    run.verdicts.settle(one, end())
    assert run.verdicts.was_tried(one) is tried
