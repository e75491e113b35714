# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import (
    AnswerLost,
    InputError,
    Refused,
    SnomError,
)
from ansible_collections.telephony.snom.plugins.module_utils._operations.identity import ARGUMENT_SPEC, set_identity
from ansible_collections.telephony.snom.tests.unit.phones import RemotePhone, parameters_of, sets

OFF, ALL_OFF = "log off=1", "log off all"
REGISTER = {line: f"register={line}" for line in range(1, 13)}


def identity(phone: RemotePhone, line: str, state: str, *, check_mode: bool = False, **given: Any) -> dict[str, Any]:
    parameters = parameters_of(ARGUMENT_SPEC, line=line, state=state, **given)
    return set_identity(phone, parameters, check_mode, sleep=phone.sleep)


def lines(result: dict[str, Any]) -> list[tuple[int, bool | None, bool | None]]:
    return [(line["line"], line["before"], line["after"]) for line in result["lines"]]


@pytest.mark.parametrize(
    ("line", "state", "before", "commands", "after"),
    [
        ("1", "logged_off", {1: True, 2: True}, [OFF], {1: False, 2: True}),
        ("all", "logged_off", {1: True, 2: False}, [ALL_OFF], {1: False, 2: False}),
        ("1", "registered", {1: False}, [REGISTER[1]], {1: True}),
        ("all", "registered", {1: True, 2: False}, [REGISTER[2]], {1: True, 2: True}),
        ("2", "reregistered", {1: True, 2: True}, [REGISTER[2]], {1: True, 2: True}),
        ("all", "reregistered", {1: True, 2: False}, [REGISTER[1], REGISTER[2]], {1: True, 2: True}),
    ],
)
def test_check_do_and_do_again(
    line: str, state: str, before: dict[int, bool], commands: list[str], after: dict[int, bool]
) -> None:
    phone = RemotePhone(registered=before, effects={commands[-1]: sets(registered=after)})
    meant = before if line == "all" else {int(line): before[int(line)]}
    planned = identity(phone, line, state, check_mode=True)
    assert (planned["changed"], planned["sent"], phone.commands) == (True, commands, [])
    assert lines(planned) == [(one, registered, registered) for one, registered in meant.items()]

    done = identity(phone, line, state)
    assert (done["changed"], done["sent"], phone.commands) == (True, commands, commands)
    assert lines(done) == [(one, registered, after[one]) for one, registered in meant.items()]

    again = identity(phone, line, state)
    assert again["changed"] is (state == "reregistered")
    assert bool(again["sent"]) is (state == "reregistered")


def test_registering_takes_its_time() -> None:
    phone = RemotePhone(registered={1: False})
    phone.sleep = lambda seconds: setattr(phone, "registered", {1: True})  # type: ignore[method-assign]
    assert lines(identity(phone, "1", "registered")) == [(1, False, True)]


@pytest.mark.parametrize(
    ("state", "before", "outcome", "changed"),
    [("logged_off", True, "blocked", False), ("registered", False, "not_registered", True)],
)
def test_a_line_that_does_not_obey(state: str, before: bool, outcome: str, changed: bool) -> None:
    phone = RemotePhone(registered={1: before})
    result = identity(phone, "1", state)
    assert (result["failed"], result["outcome"], result["changed"]) == (True, outcome, changed)
    assert lines(result) == [(1, before, before)]
    assert len(phone.commands) == 1
    assert phone.sleeps == [2] * 4


def test_what_is_not_shown_is_registered_only_when_that_is_asked_for() -> None:
    phone = RemotePhone(registered={})
    result = identity(phone, "1", "registered")
    assert (result["changed"], phone.commands) == (False, [])
    assert "reregistered" in result["warnings"][0]
    for state, command in (("reregistered", REGISTER[1]), ("logged_off", OFF)):
        result = identity(phone, "1", state)
        assert (result["changed"], phone.commands.pop(), lines(result)) == (True, command, [(1, None, None)])


@pytest.mark.parametrize(("model", "last"), [("320", 12), ("D120", 2), ("D713", 6), (None, 12), ("100", 12)])
def test_lines_end_with_those_of_the_model(model: str | None, last: int) -> None:
    phone = RemotePhone(model=model, firmware=None, registered={})
    assert identity(phone, "all", "reregistered")["sent"] == [REGISTER[line] for line in range(1, last + 1)]
    assert identity(phone, str(last), "reregistered")["changed"]
    phone.commands.clear()
    with pytest.raises(Refused, match=f"lines 1 to {last}"):
        identity(phone, str(last + 1), "reregistered")
    assert phone.commands == []


@pytest.mark.parametrize("line", ["0", "-1", "", "one", "1.5", "ALL", "\u0661"])
def test_what_is_no_line(line: str) -> None:
    phone = RemotePhone()
    with pytest.raises(InputError, match="number of a line"):
        identity(phone, line, "logged_off")
    assert phone.requests == []


def test_a_lost_answer() -> None:
    phone = RemotePhone(answers={OFF: AnswerLost("It broke.")})
    result = identity(phone, "1", "logged_off")
    assert (result["failed"], result["changed"], result["sent"]) == (True, True, [OFF])


def test_another_phone_is_left_alone() -> None:
    phone = RemotePhone()
    with pytest.raises(SnomError):
        identity(phone, "1", "logged_off", mac="000413000001")
    assert phone.commands == []
