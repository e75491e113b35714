# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import Outcome
from ansible_collections.telephony.snom.plugins.module_utils._firmware.course import Phase
from ansible_collections.telephony.snom.plugins.module_utils._firmware.order import Ending, Evidence
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.admission import Admission, Decision
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.credentials import CredentialsGate
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.crew import Crew
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.flights import Flights
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.planned_phone import PlannedPhone
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.progress import Progress
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.record import Record
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.runtime import Context
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.verdicts import Flight, Verdicts
from ansible_collections.telephony.snom.tests.unit.phones import Clock, LabPhone, LabRuntime

from .planned import Disk, ended, phone, plan


class Run:
    """Phones under way, with all that flights rest on; the upgrades are what a test says."""

    def __init__(self, *phones: PlannedPhone, **given: Any) -> None:
        self.clock, self.disk, self.lines = Clock(), Disk(), list[str]()
        now, the_plan, gate = self.clock.now, plan(*phones, max_in_flight=1, **given), CredentialsGate()
        context = Context(run="run-1", runtime=LabRuntime(self.clock), connect=lambda _to: LabPhone(self.clock))
        self.crew = Crew(context, summary=list)
        self.record = Record(self.disk, now)
        self.verdicts = Verdicts(the_plan, self.record, now=now)
        self.admission = Admission(the_plan.options, gate, now=now)
        self.flights = Flights(
            the_plan.options,
            context,
            gate=gate,
            crew=self.crew,
            admission=self.admission,
            verdicts=self.verdicts,
            record=self.record,
            progress=Progress(the_plan, self.lines.append, now),
            may_trigger=lambda one, seconds: None,
        )

    def fly(self, one: PlannedPhone, ending: Ending | None = None, **state: Any) -> Any:
        """Put a phone under way, with an upgrade in this state."""
        course = {
            "phase": Phase.STILL_UP,
            "evidence": Evidence(triggered_at=self.clock.time, deadline_at=self.clock.time + 900),
            "late": False,
            "is_on_another": False,
            "triggered": True,
            "path": [],
            "deadline": self.clock.time + 900,
        }
        upgrade: Any = SimpleNamespace(
            course=SimpleNamespace(**course | state),
            comparison=SimpleNamespace(record=None),
            ending=ending,
            refused=False,
            step=lambda: 5.0,
        )
        self.flights.under_way[one.host] = Flight(phone=one, upgrade=upgrade, wave=1, started=self.clock.time)
        self.admission.begin(one)
        return upgrade


def test_a_phone_gives_its_slot_back_when_its_turn_ends() -> None:
    one, other = phone("desk-1"), phone("desk-2")
    run = Run(one, other)
    upgrade = run.fly(one)
    assert run.flights.advance("desk-1", 5.0) is None
    assert run.admission.ask(other) is Decision.NO_ROOM
    upgrade.ending = ended()
    assert run.flights.advance("desk-1", None) is one
    assert run.admission.ask(other) is Decision.GO
    assert run.flights.under_way == {}
    assert run.verdicts.outcome("desk-1") is Outcome.UPGRADED


def test_a_phone_that_is_not_seen_back_keeps_its_slot() -> None:
    one, other = phone("desk-1"), phone("desk-2")
    run = Run(one, other)
    run.fly(one, ending=ended(Outcome.TIMED_OUT, unsafe_until=run.clock.time + 900))
    run.flights.advance("desk-1", None)
    assert run.admission.ask(other) is Decision.NO_ROOM


def test_a_phone_that_is_back_frees_its_slot_though_it_may_be_loading() -> None:
    one, other = phone("desk-1"), phone("desk-2")
    run = Run(one, other)
    run.fly(one, ending=ended(Outcome.OLD_VERSION, unsafe_until=run.clock.time + 900, frees_place=True))
    run.flights.advance("desk-1", None)
    assert run.admission.ask(other) is not Decision.NO_ROOM


def test_a_phone_is_polled_when_it_said_so() -> None:
    one = phone("desk-1")
    run = Run(one)
    run.fly(one)
    run.flights.advance("desk-1", 5.0)
    assert run.flights.poll() == 5.0
    assert run.crew.under_way == 0
    run.clock.sleep(5.0)
    run.flights.poll()
    assert run.crew.under_way == 1


def test_a_phone_in_a_call_is_asked_again_and_its_intent_closed() -> None:
    one = phone("desk-1")
    run = Run(one)
    ending = ended(Outcome.DEFERRED, triggered=False, passing=True)
    run.fly(one, ending=ending)
    assert run.flights.advance("desk-1", None) is one
    assert run.verdicts.results == {}
    assert run.admission.ask(one) is Decision.LATER
    assert [line[:3] for line in run.disk.lines] == [("end", "desk-1", "deferred")]


def test_no_phone_is_asked_again_once_the_run_is_stopped() -> None:
    one = phone("desk-1")
    run = Run(one)
    run.fly(one, ending=ended(Outcome.DEFERRED, triggered=False, passing=True))
    run.verdicts.stop("Enough.")
    run.flights.advance("desk-1", None)
    assert run.verdicts.outcome("desk-1") is Outcome.DEFERRED


def test_a_journal_that_fails_stops_the_run_before_the_phone_has_ended() -> None:
    one = phone("desk-1")
    run = Run(one)
    run.fly(one, ending=ended(Outcome.NOT_STARTED, triggered=False))
    run.disk.full = True
    run.record.sync()
    run.flights.advance("desk-1", None)
    assert run.verdicts.stopped_by == "No space left on device."
    assert run.verdicts.outcome("desk-1") is Outcome.NOT_STARTED


def test_a_mistake_of_ours_ends_one_phone_and_the_triggers() -> None:
    one, other = phone("desk-1"), phone("desk-2")
    run = Run(one, other, max_bad=5)
    upgrade = run.fly(one)
    upgrade.break_off = lambda reason: setattr(upgrade, "ending", ended(Outcome.TIMED_OUT, unsafe_until=1.0))
    run.fly(other)
    with pytest.raises(ZeroDivisionError) as mistake:
        divmod(1, 0)
    assert run.flights.give_up("desk-1", mistake.value) is one
    assert run.verdicts.outcome("desk-1") is Outcome.TIMED_OUT
    assert "Unexpected error" in (run.verdicts.stopped_by or "")
    assert set(run.flights.under_way) == {"desk-2"}


def test_a_slow_line_is_told_once_for_a_site() -> None:
    phones = [phone(f"desk-{number}", site="berlin") for number in (1, 2)] + [phone("desk-3", site="paris")]
    run = Run(*phones)
    # With 600 s to flash it needs more than its deadline of 900 s.
    now = run.clock.time
    seen = Evidence(triggered_at=now, deadline_at=now + 900, gone_at=now + 301)
    for one in phones:
        run.fly(one, evidence=seen)
        run.flights.advance(one.host, 5.0)
    told = [line for line in run.lines if "to fetch its image" in line]
    assert [("berlin" in line, "desk-1" in line) for line in told] == [(True, True), (False, False)]
    assert [line[0:2] for line in run.disk.lines] == [("slow", "berlin"), ("slow", "paris")]


def test_a_line_that_is_just_fast_enough_is_no_news() -> None:
    one = phone("desk-1", site="berlin")
    run = Run(one)
    now = run.clock.time
    run.fly(one, evidence=Evidence(triggered_at=now, deadline_at=now + 900, gone_at=now + 300))
    run.flights.advance("desk-1", 5.0)
    assert run.disk.lines == []
