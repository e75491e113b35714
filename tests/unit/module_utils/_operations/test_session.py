# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import (
    AnswerLost,
    Blocked,
    NoEffect,
    Refused,
    SnomError,
    Unsupported,
    UserMode,
    WrongPhone,
)
from ansible_collections.telephony.snom.plugins.module_utils._known.keys import KeyEvent
from ansible_collections.telephony.snom.plugins.module_utils._operations.session import (
    REMOTE_ARGUMENTS,
    SECRET_ARGUMENTS,
    Remote,
    refuse_cleartext,
)
from ansible_collections.telephony.snom.plugins.module_utils._phone.commands import (
    Command,
    Dial,
    Press,
    ReleaseAllCalls,
    Reregister,
)
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import Connection
from ansible_collections.telephony.snom.tests.unit.phones import LONGEST, TAKEN, RemotePhone, parameters_of

SPEC = REMOTE_ARGUMENTS | SECRET_ARGUMENTS


def remote(phone: RemotePhone, *, check_mode: bool = False, **given: Any) -> Remote:
    return Remote(phone, parameters_of(SPEC, **given), check_mode, phone.sleep)


@pytest.mark.parametrize(
    ("state", "given", "error"),
    [
        ({"model": "D865"}, {}, Unsupported),
        ({"model": None, "firmware": None}, {"model": "D865"}, Unsupported),
        ({"model": None, "firmware": None, "mac": None}, {"model": "D815"}, Unsupported),
        ({"faults": {"system": Unsupported("Phone Manager")}}, {}, Unsupported),
        ({}, {"mac": "000413000001"}, WrongPhone),
        ({}, {"model": "320"}, WrongPhone),
        ({"mac": None}, {"mac": "000413000001"}, Refused),
    ],
)
def test_phones_that_are_left_alone(state: dict[str, Any], given: dict[str, Any], error: type[SnomError]) -> None:
    phone = RemotePhone(**state)
    with pytest.raises(error) as raised:
        remote(phone, **given)
    assert phone.requests == ["system"]
    if error is Unsupported:
        assert "snom_transport: sip" in raised.value.reason


def test_the_inventory_knows_a_model_that_the_phone_does_not_show() -> None:
    model = remote(RemotePhone(model=None, firmware=None), model="870").model
    assert model is not None and model.name == "870"
    assert remote(RemotePhone(model=None, firmware=None)).model is None


def test_a_d81x_that_shows_the_old_pages_is_asked_like_others() -> None:
    model = remote(RemotePhone(model="D815")).model
    assert model is not None and model.name == "D815"


def test_commands_go_out_with_pauses_between_them() -> None:
    phone = RemotePhone()
    phone.answers["register=2"] = "moved"
    one = remote(phone)
    one.send(Reregister(1))
    one.send(Reregister(2))
    assert phone.commands == one.sent == ["register=1", "register=2"]
    assert [step["answer"] for step in one.steps] == [TAKEN, "moved"]
    assert phone.sleeps == [2]


def test_check_mode_only_tells() -> None:
    phone = RemotePhone()
    dry = remote(phone, check_mode=True)
    dry.send(Reregister(1))
    dry.press([KeyEvent("1")])
    assert dry.sent == ["register=1", "press=1"]
    assert [step["answer"] for step in dry.steps] == [None, None]
    assert (phone.commands, phone.sleeps) == ([], [])


def test_no_request_is_longer_than_fits() -> None:
    phone = RemotePhone()
    one = remote(phone)
    one.press([KeyEvent("*", 100, 400)] * 200)
    assert len(phone.commands) == 3
    assert max(map(len, phone.commands)) <= LONGEST
    # The phone needs so long for the keys of one request.
    keys = phone.commands[0].count("*")
    assert phone.sleeps == [keys * 0.5] * (len(phone.commands) - 1)


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        (Press((KeyEvent("1"), KeyEvent("2"))), "press=********"),
        (Dial("1", "a"), "dial=********"),
        (ReleaseAllCalls(), "release all calls"),
    ],
)
@pytest.mark.parametrize("check_mode", [False, True])
def test_secrets_are_masked(command: Command, shown: str, check_mode: bool) -> None:
    one = remote(RemotePhone(), secret=True, check_mode=check_mode)
    one.send(command)
    assert one.sent == [shown]
    plain = remote(RemotePhone(), check_mode=check_mode)
    plain.send(command)
    assert plain.sent == [RemotePhone().spelled(command)]


def test_a_lost_answer_stays_in_the_record() -> None:
    phone = RemotePhone()
    phone.answers["register=1"] = AnswerLost("It broke.")
    one = remote(phone)
    result = one.attempt(lambda: {"never": one.send(Reregister(1))})
    assert one.steps == [{"request": "register=1", "answer": "no answer"}]
    assert result == {
        "changed": True,
        "failed": True,
        "msg": "127.0.0.1: It broke.",
        "outcome": "unreachable",
        "reason": "It broke.",
    }


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Unsupported("It does not have it."), Unsupported),
        (UserMode("It is in user mode."), UserMode),
        (Blocked("Hidden tags are on."), Blocked),
    ],
)
def test_what_is_turned_down_at_once_did_nothing(answer: Any, error: type[SnomError]) -> None:
    phone = RemotePhone()
    phone.answers["register=1"] = answer
    one = remote(phone)
    with pytest.raises(error):
        one.attempt(lambda: {"never": one.send(Reregister(1))})
    assert one.steps == []


def test_what_is_turned_down_later_is_a_result_with_what_was_done() -> None:
    phone = RemotePhone()
    phone.answers["register=2"] = Blocked("Hidden tags are on.")
    one = remote(phone)

    def work() -> dict[str, Any]:
        one.send(Reregister(1))
        one.send(Reregister(2))
        return {}

    result = one.attempt(work)
    assert (result["failed"], result["changed"], result["outcome"]) == (True, True, "blocked")
    assert one.sent == ["register=1"]


def test_no_effect_is_no_change() -> None:
    one = remote(RemotePhone())

    def work() -> dict[str, Any]:
        one.send(Reregister(1))
        raise NoEffect("It did nothing.")

    result = one.attempt(work)
    assert (result["failed"], result["changed"], result["outcome"]) == (True, False, "blocked")


def test_warnings_come_with_the_result() -> None:
    one = remote(RemotePhone())
    one.press([KeyEvent("MENU")])
    assert len(one.attempt(dict)["warnings"]) == 1
    assert "warnings" not in remote(RemotePhone()).attempt(dict)


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({"secret": True, "scheme": "http"}, True),
        ({"secret": True, "scheme": "https"}, False),
        ({"secret": False, "scheme": "http"}, False),
        ({"secret": None, "scheme": "http"}, False),
        ({"secret": True, "scheme": "http", "allow_cleartext_secrets": True}, False),
    ],
)
def test_secrets_go_over_https(given: dict[str, Any], refused: bool) -> None:
    if refused:
        with pytest.raises(Refused, match="https"):
            refuse_cleartext(Connection(address="desk"), parameters_of(SPEC, **given))
    else:
        refuse_cleartext(Connection(address="desk"), parameters_of(SPEC, **given))
