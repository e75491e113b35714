# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import AnswerLost, Blocked, InputError
from ansible_collections.telephony.snom.plugins.module_utils._operations.call_list import (
    ARGUMENT_SPEC,
    clear_call_lists,
)
from ansible_collections.telephony.snom.tests.unit.phones import RemotePhone, parameters_of, sets

FULL = {"missed": 3, "dialed": 2, "received": 0}
EMPTY = dict.fromkeys(FULL, 0)


def clear(phone: RemotePhone, *, check_mode: bool = False, **given: Any) -> dict[str, Any]:
    return clear_call_lists(phone, parameters_of(ARGUMENT_SPEC, **given), check_mode, sleep=phone.sleep)


def test_check_do_and_do_again() -> None:
    phone = RemotePhone(lists=FULL, effects={"clear dialed=0": sets(lists=EMPTY)})
    commands = ["clear missed=0", "clear dialed=0"]
    before = {"missed": 3, "dialed": 2, "received": 0}
    assert clear(phone, check_mode=True) == {"changed": True, "before": before, "after": None, "sent": commands}
    assert phone.commands == []

    done = clear(phone)
    assert done == {"changed": True, "before": before, "after": dict.fromkeys(before, 0), "sent": commands}
    assert phone.commands == commands
    assert phone.sleeps == [2]

    again = clear(phone)
    assert (again["changed"], again["sent"]) == (False, [])


def test_the_other_spelling_where_the_first_did_nothing() -> None:
    phone = RemotePhone(lists=FULL, effects={"clear missed=1": sets(lists=EMPTY)})
    result = clear(phone, lists=["missed"])
    assert result["sent"] == phone.commands == ["clear missed=0", "clear missed=1"]
    assert (result["before"], result["after"]) == ({"missed": 3}, {"missed": 0})


def test_only_what_is_left_is_cleared_again() -> None:
    half = FULL | {"missed": 0}
    effects = {"clear missed=0": sets(lists=half), "clear dialed=1": sets(lists=EMPTY)}
    phone = RemotePhone(lists=FULL, effects=effects)
    assert clear(phone)["changed"]
    assert phone.commands == ["clear missed=0", "clear dialed=0", "clear dialed=1"]


def test_a_phone_that_does_not_show_its_lists_gets_both() -> None:
    phone = RemotePhone()
    result = clear(phone, lists=["received", "received"])
    assert phone.commands == ["clear received=0", "clear received=1"]
    assert (result["changed"], result["before"], result["after"]) == (True, {"received": None}, {"received": None})


def test_a_list_that_stays_full() -> None:
    phone = RemotePhone(lists=FULL)
    result = clear(phone)
    assert (result["failed"], result["changed"], result["outcome"]) == (True, False, "blocked")
    assert "missed, dialed" in result["reason"]
    assert len(phone.commands) == 4


def test_no_list() -> None:
    with pytest.raises(InputError, match="lists is empty"):
        clear(RemotePhone(), lists=[])


def test_a_phone_that_forbids_it() -> None:
    phone = RemotePhone(lists=FULL, answers={"clear missed=0": Blocked("Forbidden.")})
    with pytest.raises(Blocked):
        clear(phone)
    phone = RemotePhone(lists=FULL, answers={"clear dialed=0": AnswerLost("It broke.")})
    result = clear(phone)
    assert (result["failed"], result["changed"], len(result["sent"])) == (True, True, 2)
