# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import (
    AnswerUnreadable,
    AuthFailed,
    CertificateRejected,
    PhoneUnreachable,
    SnomError,
)
from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import Outcome
from ansible_collections.telephony.snom.plugins.module_utils._firmware.order import pace
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.admission import Admission, Decision
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.credentials import MAX_REFUSALS, CredentialsGate
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.crew import Crew
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.record import Record
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.runtime import Context
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.soak import Soak, still_on
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.verdicts import Verdicts
from ansible_collections.telephony.snom.tests.unit.phones import Clock, LabPhone, LabRuntime

from .planned import NEW, OLD, Disk, ended, phone, plan

MAC = "000413922D24"
FLASH_TIME = 600.0


class Run:
    """A soak over phones that were upgraded; each is what its attributes say by now."""

    def __init__(self, *, username: str | None = None, **phones: dict[str, Any]) -> None:
        self.clock = Clock()
        self.lab = {host: LabPhone(self.clock, **{"firmware": NEW, "mac": MAC} | now) for host, now in phones.items()}
        self.planned = [phone(host, site="berlin", username=username, mac=MAC) for host in phones]
        self.asked: list[str] = []
        gate = CredentialsGate()
        context = Context(run="run-1", runtime=LabRuntime(self.clock), connect=self.connect)
        the_plan = plan(*self.planned, max_in_flight=1, flash_time=FLASH_TIME)
        self.verdicts = Verdicts(the_plan, Record(Disk(), self.clock.now), now=self.clock.now)
        self.admission = Admission(the_plan.options, gate, now=self.clock.now)
        crew = Crew(context, summary=list)
        self.soak = Soak(
            the_plan.options, context, gate=gate, crew=crew, admission=self.admission, verdicts=self.verdicts
        )
        for one in self.planned:
            self.verdicts.settle(one, ended())

    def connect(self, connection: Any) -> LabPhone:
        self.asked.append(connection.address)
        return self.lab[connection.address]

    def look(self) -> dict[str, str]:
        self.soak.look(self.planned)
        return {host: result.ending.outcome.value for host, result in self.verdicts.results.items()}


def test_phones_that_are_well() -> None:
    run = Run(one={}, two={})
    before = run.clock.time
    assert run.look() == {"one": "upgraded", "two": "upgraded"}
    assert run.asked == ["one", "two"]
    assert run.clock.time == before


def test_a_phone_that_went_back() -> None:
    run = Run(one={"firmware": OLD}, two={})
    assert run.look() == {"one": "reverted", "two": "upgraded"}
    assert run.verdicts.results["one"].ending.triggered


def test_another_phone_in_its_place() -> None:
    assert Run(one={"mac": "0004139999FF"}).look() == {"one": "wrong_phone"}


def test_a_phone_that_is_silent_is_given_time_and_then_counts_as_flashing() -> None:
    run = Run(one={"up": False}, two={})
    before = run.clock.time
    assert run.look() == {"one": "timed_out", "two": "upgraded"}
    ending = run.verdicts.results["one"].ending
    assert "does not answer after the soak" in ending.reason
    poll, settle = pace(FLASH_TIME)
    assert settle <= run.clock.time - before <= settle + 2 * poll
    assert ending.unsafe_until == run.clock.time + run.planned[0].deadline
    # Its slot is taken again.
    assert run.admission.ask(phone("other", site="berlin")) is Decision.NO_ROOM


@pytest.mark.parametrize("away", [{"up": False}, {"error": AnswerUnreadable("Half a page.")}])
def test_a_phone_that_comes_back_in_time_is_well(away: dict[str, Any]) -> None:
    run = Run(one=away)
    _poll, settle = pace(FLASH_TIME)
    sleep, back_at = run.clock.sleep, run.clock.time + settle / 2

    def live(seconds: float) -> None:
        sleep(seconds)
        if run.clock.time >= back_at:
            run.lab["one"].set({"up": True, "error": None}, run.clock.time)

    run.clock.sleep = live  # type: ignore[method-assign]
    assert run.look() == {"one": "upgraded"}


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (AuthFailed("It refused the password."), "auth_failed"),
        (CertificateRejected("It shows another certificate."), "certificate_rejected"),
    ],
)
def test_a_phone_that_lets_nobody_look(error: SnomError, outcome: str) -> None:
    run = Run(one={"error": error})
    assert run.look() == {"one": outcome}
    assert run.verdicts.results["one"].ending.reason.startswith("After the soak: ")


def test_a_new_password_locks_no_more_phones_than_it_must() -> None:
    refuses = {"error": AuthFailed("It refused the password.")}
    run = Run(username="admin", **{f"desk{number}": dict(refuses) for number in range(10)})
    outcomes = list(run.look().values())
    assert outcomes.count("auth_failed") == len(run.asked) == MAX_REFUSALS
    left = [result.ending for result in run.verdicts.results.values() if result.ending.outcome is Outcome.UPGRADED]
    assert len(left) == 10 - MAX_REFUSALS
    assert all("It was not looked at again after the soak." in ending.reason for ending in left)


def test_an_error_of_one_phone_ends_the_look_at_that_one_only() -> None:
    run = Run(one={"error": PhoneUnreachable("Gone.")}, two={"firmware": OLD})
    assert run.look() == {"one": "timed_out", "two": "reverted"}


def test_a_phone_that_stays_on_its_version() -> None:
    assert still_on(LabPhone(Clock(), firmware=NEW), Version.parse(NEW), MAC) is None


@pytest.mark.parametrize(
    ("shown", "outcome"),
    [({}, "reverted"), ({"firmware": None}, "reverted"), ({"firmware": NEW, "mac": "000413000001"}, "wrong_phone")],
)
def test_a_phone_that_left_its_version(shown: dict[str, Any], outcome: str) -> None:
    ending = still_on(LabPhone(Clock(), **shown), Version.parse(NEW), MAC)
    assert ending is not None and ending.outcome == outcome and ending.triggered


def test_a_phone_that_does_not_answer_has_not_left_its_version() -> None:
    with pytest.raises(PhoneUnreachable):
        still_on(LabPhone(Clock(), up=False), Version.parse(NEW), MAC)
