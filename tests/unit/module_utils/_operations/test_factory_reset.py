# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import (
    AnswerLost,
    AuthFailed,
    Blocked,
    CertificateRejected,
    InputError,
    PhoneUnreachable,
    Refused,
    SnomError,
    UserMode,
    WrongPhone,
)
from ansible_collections.telephony.snom.plugins.module_utils._operations.factory_reset import (
    ARGUMENT_SPEC,
    reset_phone,
)
from ansible_collections.telephony.snom.tests.unit.phones import TAKEN, Clock, LabPhone, parameters_of

RESET = "reset"
MAC = "000413922D24"
RESTARTS = [(3.0, {"up": False}), (40.0, {"up": True})]


def reset(phone: LabPhone, *, check_mode: bool = False, confirm: str = MAC, **given: Any) -> dict[str, Any]:
    parameters = parameters_of(ARGUMENT_SPEC, confirm=confirm, **given)
    return reset_phone(phone, parameters, check_mode, now=phone.clock.now, sleep=phone.clock.sleep)


@pytest.mark.parametrize("answer", [TAKEN, AnswerLost("It broke.")])
@pytest.mark.parametrize("confirm", [MAC, "00:04:13:92:2d:24"])
def test_gone_and_back_and_open(answer: Any, confirm: str) -> None:
    phone = LabPhone(Clock(), RESTARTS, answer=answer)
    result = reset(phone, confirm=confirm)
    assert (result["outcome"], result["changed"], result.get("failed")) == ("rebooted", True, None)
    assert "open to everybody" in result["reason"]
    assert result["sent"] == phone.commands == [RESET]


def test_check_mode() -> None:
    phone = LabPhone(Clock(), RESTARTS)
    result = reset(phone, check_mode=True)
    assert (result["outcome"], result["changed"], result["sent"], phone.commands) == ("planned", True, [RESET], [])


@pytest.mark.parametrize(
    ("state", "given", "error"),
    [
        ({}, {"confirm": "000413000001"}, WrongPhone),
        ({}, {"confirm": "yes"}, InputError),
        ({}, {"confirm": ""}, InputError),
        ({"mac": None}, {}, Refused),
        ({}, {"mac": "000413000001"}, WrongPhone),
        ({}, {"model": "320"}, WrongPhone),
        ({"up": False}, {}, PhoneUnreachable),
    ],
)
@pytest.mark.parametrize("check_mode", [False, True])
def test_what_is_not_confirmed_is_not_reset(
    state: dict[str, Any], given: dict[str, Any], error: type[SnomError], check_mode: bool
) -> None:
    phone = LabPhone(Clock(), RESTARTS, **state)
    with pytest.raises(error):
        reset(phone, check_mode=check_mode, **given)
    assert phone.commands == []


def test_an_outage_of_the_network_is_no_reset() -> None:
    """It answers again, and its uptime says that it has run all the while."""
    phone = LabPhone(Clock(), [(3, {"error": PhoneUnreachable("No route.")}), (20, {"error": None})])
    assert reset(phone)["outcome"] == "blocked"


@pytest.mark.parametrize(
    ("booted", "shows_uptime", "outcome"),
    [
        # It ran for two minutes, and starts again before the first poll.
        (0.5, True, "rebooted"),
        (3.0, True, "rebooted"),
        (3.0, False, "triggered"),
    ],
)
def test_a_phone_that_is_back_between_two_polls(booted: float, shows_uptime: bool, outcome: str) -> None:
    blink = [(booted, {"up": False}), (booted + 1.1, {"up": True})]
    phone = LabPhone(Clock(), blink, shows_uptime=shows_uptime)
    phone.booted = phone.clock.time - 120
    result = reset(phone)
    assert (result["outcome"], result["changed"], result.get("failed")) == (outcome, True, None)
    assert "open to everybody" in result["reason"]


def test_a_poll_that_gets_lost_is_no_reset() -> None:
    """It shows by its uptime that it has run all the while."""
    phone = LabPhone(Clock(), [(3, {"error": PhoneUnreachable("No route.")}), (5, {"error": None})])
    result = reset(phone)
    assert (result["outcome"], result["changed"]) == ("blocked", False)


def test_a_phone_that_ignores_it() -> None:
    phone = LabPhone(Clock())
    started = phone.clock.time
    result = reset(phone)
    assert (result["outcome"], result["failed"], result["changed"]) == ("blocked", True, False)
    assert "open" not in result["reason"]
    assert phone.commands == [RESET]
    assert phone.clock.time == started + 60


def test_a_phone_that_does_not_come_back() -> None:
    phone = LabPhone(Clock(), [(3, {"up": False})])
    started = phone.clock.time
    result = reset(phone)
    assert (result["outcome"], result.get("failed"), result["changed"]) == ("triggered", None, True)
    assert "not back at this address" in result["reason"]
    assert phone.clock.time == started + 300


@pytest.mark.parametrize("gone", [True, False])
def test_a_phone_with_another_certificate_is_not_taken_for_the_phone(gone: bool) -> None:
    other = {"up": True, "error": CertificateRejected("It has another one.")}
    phone = LabPhone(Clock(), [*([(3, {"up": False})] if gone else []), (30, other)])
    result = reset(phone)
    assert (result["outcome"], result["failed"], result["changed"]) == ("certificate_rejected", True, True)
    assert "After it was asked to reset: It has another one." in result["reason"]


def test_a_phone_that_has_a_password_again() -> None:
    refused = {"up": True, "error": AuthFailed("It refused the password.")}
    phone = LabPhone(Clock(), [(3, {"up": False}), (40, refused)])
    started = phone.clock.time
    result = reset(phone)
    assert (result["outcome"], result["changed"]) == ("rebooted", True)
    assert "another web login" in result["reason"]
    # It is not asked again.
    assert phone.clock.time == started + 40


@pytest.mark.parametrize(
    ("answer", "error"), [(UserMode("It is in user mode."), UserMode), (Blocked("Forbidden."), Blocked)]
)
def test_a_phone_that_says_no(answer: Any, error: type[SnomError]) -> None:
    phone = LabPhone(Clock(), answer=answer)
    with pytest.raises(error):
        reset(phone)
    assert phone.commands == [RESET]
