# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import Outcome
from ansible_collections.telephony.snom.plugins.module_utils._firmware.order import Ending
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.admission import Admission, Decision, no_room
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.credentials import MAX_REFUSALS, CredentialsGate
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.crew import TICK
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.planned_phone import PlannedPhone
from ansible_collections.telephony.snom.tests.unit.phones import Clock

from .planned import options, phone


class Hours:
    """Windows of which the run sees one; seconds since the epoch."""

    def __init__(self, window: tuple[float, float] | None) -> None:
        self.window = window
        self.asked = 0

    def current_or_next(self, site: str | None, now: float) -> tuple[float, float] | None:
        self.asked += 1
        return self.window


class Run:
    """An admission, and what it rests on."""

    def __init__(self, *, is_unproven: Callable[[Hashable], bool] = lambda proof: False, **given: Any) -> None:
        self.clock = Clock()
        self.gate = CredentialsGate()
        self.told: list[tuple[str | None, float]] = []
        self.admission = Admission(
            options(**given),
            self.gate,
            now=self.clock.now,
            is_unproven=is_unproven,
            on_window=lambda site, seconds: self.told.append((site, seconds)),
        )

    def ask(self, *phones: PlannedPhone) -> list[Decision | Ending]:
        return [self.admission.ask(one) for one in phones]


# Slots ------------------------------------------------------------------------------------------------------------


def test_a_site_has_so_many_slots() -> None:
    run = Run(max_in_flight=2)
    one, two, three = (phone(f"desk-{number}", site="berlin") for number in (1, 2, 3))
    other = phone("desk-4", site="paris")
    run.admission.begin(one)
    assert run.ask(two, other) == [Decision.GO, Decision.GO]
    run.admission.begin(two)
    assert run.ask(three, other) == [Decision.NO_ROOM, Decision.GO]
    run.admission.release(one)
    assert run.ask(three) == [Decision.GO]


def test_a_group_has_slots_of_its_own() -> None:
    run = Run(max_in_flight=10)
    one, two = (phone(f"desk-{number}", site="berlin", group="ward 1") for number in (1, 2))
    run.admission.begin(one)
    assert run.ask(two, phone("desk-3", site="berlin", group="ward 2")) == [Decision.NO_ROOM, Decision.GO]


def test_no_limit_is_no_limit() -> None:
    run = Run(max_in_flight=0, max_in_flight_per_group=0)
    for number in range(100):
        run.admission.begin(phone(f"desk-{number}", group="ward 1"))
    assert run.ask(phone("desk-100", group="ward 1")) == [Decision.GO]


def test_canaries_of_a_kind_go_one_at_a_time() -> None:
    run = Run(is_unproven=lambda proof: True)
    run.admission.begin(phone("desk-1"))
    assert run.ask(phone("desk-2"), phone("desk-3", model="D335")) == [Decision.NO_ROOM, Decision.GO]


def test_canaries_of_other_places_go_side_by_side_once_the_image_is_proven() -> None:
    near, far = "http://near.example/a.bin", "http://far.example/a.bin"
    one, alike, other = phone("desk-1", image=near), phone("desk-2", image=near), phone("desk-3", image=far)
    run = Run(is_unproven=lambda proof: True)
    run.admission.begin(one)
    assert run.ask(alike, other) == [Decision.NO_ROOM, Decision.NO_ROOM]
    run = Run(is_unproven=lambda proof: proof != one.kind)
    run.admission.begin(one)
    assert run.ask(alike, other) == [Decision.NO_ROOM, Decision.GO]


def test_a_dead_phone_keeps_its_slot() -> None:
    run = Run(max_in_flight=1)
    dead, waits = phone("desk-1", site="berlin"), phone("desk-2", site="berlin")
    run.admission.hold(dead)
    run.clock.sleep(100_000)
    assert run.ask(waits) == [Decision.NO_ROOM]
    ending = no_room(waits)
    assert (ending.outcome, ending.triggered, ending.after) == (Outcome.NOT_STARTED, False, waits.before)
    assert "held by a phone that did not come back" in ending.reason


# Windows ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("opens", "closes", "answer"),
    [(-3600, 900, Decision.GO), (0, 900, Decision.GO), (60, 960, Decision.LATER), (-3600, 899, None), (60, 959, None)],
)
def test_a_phone_fits_into_the_window_or_it_does_not(opens: float, closes: float, answer: Decision | None) -> None:
    now = Clock().time
    run = Run(windows=Hours((now + opens, now + closes)))
    # Its deadline is 900 s after its trigger.
    found = run.admission.ask(phone("desk-1", site="berlin"))
    if answer is None:
        assert isinstance(found, Ending) and found.outcome is Outcome.DEFERRED and not found.triggered
    else:
        assert found is answer


def test_a_site_without_a_window_is_always_open() -> None:
    assert Run(windows=Hours(None)).ask(phone("desk-1")) == [Decision.GO]


def test_a_run_waits_for_one_window_and_says_so_once() -> None:
    now = Clock().time
    hours = Hours((now + 60, now + 10_000))
    run = Run(windows=hours)
    one = phone("desk-1", site="berlin")
    assert run.ask(one, one) == [Decision.LATER, Decision.LATER]
    assert run.told == [("berlin", 60.0)]
    # The window after is not for this run.
    hours.window = (now + 20_000, now + 40_000)
    run.clock.sleep(9_500)
    assert isinstance(run.admission.ask(one), Ending)
    assert hours.asked == 1


# Credentials ------------------------------------------------------------------------------------------------------


def test_tries_of_credentials_are_as_many_as_may_still_fail() -> None:
    run = Run()
    phones = [phone(f"desk-{number}", username="admin") for number in range(10)]
    for one in phones[:MAX_REFUSALS]:
        assert run.admission.ask(one) is Decision.GO
        run.admission.begin(one)
    assert run.admission.ask(phones[-1]) is Decision.NO_ROOM
    for one in phones[:MAX_REFUSALS]:
        run.gate.refuse(one.target)
        run.admission.tried(one, answered=False)
    found = run.admission.ask(phones[-1])
    assert isinstance(found, Ending) and found.outcome is Outcome.NOT_STARTED
    assert "refused the same credentials" in found.reason


# Second tries, and when to look -----------------------------------------------------------------------------------


def test_a_deferred_phone_is_asked_again_after_a_while_and_so_often() -> None:
    run = Run(deferred_retries=2, deferred_interval=60.0)
    one = phone("desk-1")
    for _retry in range(2):
        run.admission.begin(one)
        run.admission.release(one)
        assert run.admission.defer(one)
        assert run.ask(one) == [Decision.LATER]
        run.clock.sleep(60)
        assert run.ask(one) == [Decision.GO]
    run.admission.begin(one)
    assert not run.admission.defer(one)


def test_waiting_phones_are_asked_for_when_something_has_changed_or_after_a_while() -> None:
    run = Run()
    assert run.admission.is_due()
    assert not run.admission.is_due()
    run.clock.sleep(TICK)
    assert run.admission.is_due()
    run.admission.release(phone("desk-1"))
    assert run.admission.is_due()
