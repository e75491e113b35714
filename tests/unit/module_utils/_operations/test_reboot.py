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
    CertificateRejected,
    InputError,
    PhoneUnreachable,
    SnomError,
    UserMode,
    WrongPhone,
)
from ansible_collections.telephony.snom.plugins.module_utils._operations.reboot import (
    ARGUMENT_SPEC,
    reboot_phone,
)
from ansible_collections.telephony.snom.tests.unit.phones import TAKEN, Clock, LabPhone

FIRST, OTHER = "restart=0", "restart=1"
MAC, OTHER_MAC = "000413922D24", "000413000001"
RESTARTS = [(3, {"up": False}), (40, {"up": True})]


def reboot(phone: LabPhone, *, check_mode: bool = False, **parameters: Any) -> dict[str, Any]:
    defaults = {name: argument.get("default") for name, argument in ARGUMENT_SPEC.items()}
    given = defaults | {"host": "127.0.0.1", "mac": MAC, **parameters}
    return reboot_phone(phone, given, check_mode, now=phone.clock.now, sleep=phone.clock.sleep)


@pytest.mark.parametrize("answer", [TAKEN, AnswerLost("reset"), AnswerUnreadable("what?")])
def test_gone_and_back(answer: Any) -> None:
    phone = LabPhone(Clock(), RESTARTS, answer=answer)
    started = phone.clock.time
    result = reboot(phone)
    assert (result["outcome"], result["changed"], result["failed"], result["elapsed"]) == ("rebooted", True, False, 40)
    assert result["evidence"] == {
        "mac": MAC,
        "uptime_before": 100_000,
        "call_state": "idle",
        "call_state_source": "screen",
        "request": FIRST,
        "answer": {TAKEN: TAKEN, "reset": "no answer", "what?": "unreadable answer"}[str(answer)],
        "seen_gone_at": started + 6,
        "seen_back_at": started + 40,
        "uptime_after": 0,
        "mac_after": MAC,
    }
    assert phone.commands == [FIRST]


@pytest.mark.parametrize("gone_at", [2.5, 0.5])
def test_too_quick_to_be_seen_gone_but_its_uptime_fell(gone_at: float) -> None:
    phone = LabPhone(Clock(), [(gone_at, {"up": False}), (gone_at + 1, {"up": True})])
    result = reboot(phone, deadline=30)
    assert (result["outcome"], result["evidence"]["uptime_after"] < 5) == ("rebooted", True)
    assert result["evidence"]["seen_gone_at"] == result["evidence"]["seen_back_at"]
    assert phone.commands == [FIRST]


def test_an_outage_of_the_network_is_no_restart() -> None:
    """It answers again, and its uptime says that it has run all the while."""
    phone = LabPhone(Clock(), [(3, {"error": PhoneUnreachable("No route.")}), (20, {"error": None})])
    result = reboot(phone, deadline=90)
    assert (result["outcome"], result["changed"], "seen_gone_at" in result["evidence"]) == ("blocked", False, False)
    assert phone.commands == [FIRST, OTHER]


def test_the_other_request_follows_once_it_is_proven_that_the_first_did_nothing() -> None:
    phone = LabPhone(Clock(), [], RESTARTS)
    started = phone.clock.time
    asked: list[float] = []
    phone.on_command = lambda target: asked.append(phone.clock.time - started)
    result = reboot(phone, deadline=90)
    assert result["outcome"] == "rebooted"
    assert (phone.commands, asked) == ([FIRST, OTHER], [0, 30])


def test_a_phone_that_ignores_both_requests() -> None:
    phone = LabPhone(Clock())
    result = reboot(phone, deadline=90)
    assert (result["outcome"], result["changed"], result["failed"]) == ("blocked", False, True)
    assert (phone.commands, result["elapsed"]) == ([FIRST, OTHER], 90)


@pytest.mark.parametrize(
    "state",
    [
        # It may have restarted between two polls, so a second request could restart it twice.
        {"shows_uptime": False},
        {"error": AnswerUnreadable("This is not a Snom page.")},
    ],
)
def test_without_proof_there_is_no_other_request(state: dict[str, Any]) -> None:
    phone = LabPhone(Clock(), [(0, state)])
    result = reboot(phone, deadline=90)
    assert (result["outcome"], result["elapsed"]) == ("blocked", 90)
    assert phone.commands == [FIRST]


def test_proof_that_comes_late_is_proof() -> None:
    phone = LabPhone(Clock(), [(0, {"shows_uptime": False}), (50, {"shows_uptime": True})], RESTARTS)
    assert reboot(phone, deadline=120)["outcome"] == "rebooted"
    assert phone.commands == [FIRST, OTHER]


@pytest.mark.parametrize(
    ("screen", "parameters", "outcome", "state"),
    [
        ("connected", {}, "deferred", "in_call"),
        # What the PBX said before the first request is too old by then.
        ("connected", {"call_state": "idle"}, "deferred", "in_call"),
        ("connected", {"unknown_call_state": "proceed"}, "deferred", "in_call"),
        ("unknown", {"call_state": "idle"}, "deferred", "unknown"),
        ("unknown", {"call_state": "idle", "unknown_call_state": "proceed"}, "rebooted", "unknown"),
        ("idle", {"call_state": "idle"}, "rebooted", "idle"),
        ("connected", {"only_when_idle": False}, "rebooted", None),
    ],
)
def test_the_other_request_is_not_sent_to_a_phone_on_which_somebody_began_to_talk(
    screen: str, parameters: dict[str, Any], outcome: str, state: str | None
) -> None:
    phone = LabPhone(Clock(), [(10, {"screen": screen})], RESTARTS)
    result = reboot(phone, deadline=90, **parameters)
    rebooted = outcome == "rebooted"
    # By its uptime the first request did nothing.
    assert (result["outcome"], result["changed"], result["failed"]) == (outcome, rebooted, False)
    assert phone.commands == ([FIRST, OTHER] if rebooted else [FIRST])
    assert (result["evidence"].get("call_state"), result["evidence"]["request"]) == (state, phone.commands[-1])
    assert rebooted or ("did nothing" in result["reason"] and "was not sent" in result["reason"])
    assert ("snom_call_state said" in result["reason"]) == (outcome == "deferred" and "call_state" in parameters)


def test_a_phone_that_goes_while_its_calls_are_read_is_watched_on() -> None:
    """It may have taken the first request after all."""
    away = {"faults": {"screen": PhoneUnreachable("It does not answer.")}}
    phone = LabPhone(Clock(), [(10, away), (35, {"up": False}), (60, {"up": True, "faults": {}})])
    result = reboot(phone, deadline=90)
    assert (result["outcome"], phone.commands) == ("rebooted", [FIRST])


def test_a_phone_that_goes_right_before_the_other_request_is_watched_on() -> None:
    phone = LabPhone(Clock(), [], RESTARTS)
    refused: list[str] = []

    def refuse(words: str) -> None:
        if words == OTHER and not refused:
            refused.append(words)
            raise PhoneUnreachable("Connection refused.")

    phone.on_command = refuse
    result = reboot(phone, deadline=90)
    assert (result["outcome"], phone.commands, len(refused)) == ("rebooted", [FIRST, OTHER], 1)


def test_another_phone_at_the_address_is_not_sent_the_other_request() -> None:
    phone = LabPhone(Clock(), [(10, {"mac": OTHER_MAC})])
    result = reboot(phone, deadline=90)
    assert (result["outcome"], result["failed"], result["elapsed"]) == ("wrong_phone", True, 10)
    assert (phone.commands, result["evidence"]["mac_after"]) == ([FIRST], OTHER_MAC)


@pytest.mark.parametrize(("before", "after"), [(MAC, None), (None, MAC)])
def test_a_phone_that_may_be_another_one_is_not_sent_the_other_request(before: str | None, after: str | None) -> None:
    phone = LabPhone(Clock(), [(10, {"mac": after})], mac=before)
    result = reboot(phone, mac=None, deadline=90)
    assert (result["outcome"], phone.commands) == ("blocked", [FIRST])


def test_a_phone_that_is_down_gets_no_other_request() -> None:
    phone = LabPhone(Clock(), [(3, {"up": False}), (80, {"up": True})])
    assert reboot(phone, deadline=90)["outcome"] == "rebooted"
    assert phone.commands == [FIRST]


@pytest.mark.parametrize("gone_at", [3, 89])
def test_a_phone_that_does_not_come_back(gone_at: float) -> None:
    phone = LabPhone(Clock(), [], [(gone_at - 30, {"up": False})])
    result = reboot(phone, deadline=90)
    assert (result["outcome"], result["changed"], result["failed"]) == ("timed_out", True, True)
    assert result["elapsed"] == 90


def test_another_phone_at_the_address_afterwards() -> None:
    phone = LabPhone(Clock(), [(3, {"up": False}), (40, {"up": True, "mac": OTHER_MAC})])
    result = reboot(phone)
    assert (result["outcome"], result["evidence"]["mac_after"]) == ("wrong_phone", OTHER_MAC)


def test_a_login_refused_afterwards_is_not_repeated() -> None:
    refused = {"up": True, "error": AuthFailed("It refused the password.")}
    phone = LabPhone(Clock(), [(3, {"up": False}), (40, refused)])
    result = reboot(phone)
    assert (result["outcome"], result["changed"], result["elapsed"]) == ("auth_failed", True, 40)
    assert "After it was asked to restart" in result["reason"]


@pytest.mark.parametrize("gone", [True, False])
def test_another_certificate_afterwards_proves_nothing(gone: bool) -> None:
    other = {"up": True, "error": CertificateRejected("It has another one.")}
    phone = LabPhone(Clock(), [*([(3, {"up": False})] if gone else []), (20, other)])
    result = reboot(phone, deadline=90)
    assert (result["outcome"], result["changed"], result["failed"]) == ("certificate_rejected", True, True)
    assert "After it was asked to restart: It has another one." in result["reason"]
    assert (result["elapsed"], phone.commands) == (90, [FIRST])


def test_not_waiting() -> None:
    phone = LabPhone(Clock(), RESTARTS)
    result = reboot(phone, wait=False)
    assert (result["outcome"], result["changed"], result["elapsed"]) == ("triggered", True, 0)


@pytest.mark.parametrize(
    ("screen", "parameters", "outcome"),
    [
        ("idle", {}, "rebooted"),
        ("connected", {}, "deferred"),
        ("unknown", {}, "deferred"),
        ("unknown", {"unknown_call_state": "proceed"}, "rebooted"),
        ("unknown", {"only_when_idle": False}, "rebooted"),
        ("connected", {"unknown_call_state": "proceed"}, "deferred"),
        ("connected", {"only_when_idle": False}, "rebooted"),
        ("connected", {"call_state": "idle"}, "rebooted"),
        ("idle", {"call_state": "in_call"}, "deferred"),
    ],
)
def test_calls(screen: str, parameters: dict[str, Any], outcome: str) -> None:
    phone = LabPhone(Clock(), RESTARTS, screen=screen)
    planned = reboot(phone, check_mode=True, **parameters)
    assert planned["outcome"] == ("planned" if outcome == "rebooted" else outcome)
    assert planned["changed"] is (outcome == "rebooted")
    assert phone.commands == []

    result = reboot(phone, **parameters)
    assert (result["outcome"], result["failed"], result["changed"]) == (outcome, False, outcome == "rebooted")
    assert phone.commands == ([FIRST] if outcome == "rebooted" else [])


@pytest.mark.parametrize(
    ("state", "parameters", "error"),
    [
        ({"mac": OTHER_MAC}, {}, WrongPhone),
        ({}, {"model": "D765"}, WrongPhone),
        ({"up": False}, {}, PhoneUnreachable),
        ({"error": AuthFailed("It refused the password.")}, {}, AuthFailed),
        ({}, {"deadline": 0}, InputError),
    ],
)
def test_refusals_before_anything_is_sent(
    state: dict[str, Any], parameters: dict[str, Any], error: type[SnomError]
) -> None:
    phone = LabPhone(Clock(), RESTARTS, **state)
    with pytest.raises(error):
        reboot(phone, **parameters)
    assert phone.commands == []


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (UserMode("It is in user mode."), UserMode),
        (Blocked("Hidden tags are on."), Blocked),
        (PhoneUnreachable("Connection refused."), PhoneUnreachable),
    ],
)
def test_requests_that_are_turned_down(answer: Any, error: type[SnomError]) -> None:
    phone = LabPhone(Clock(), answer=answer)
    with pytest.raises(error):
        reboot(phone)
    assert phone.commands == [FIRST]
