# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

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
from ansible_collections.telephony.snom.plugins.module_utils._phone import call_state
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import Connection
from ansible_collections.telephony.snom.plugins.module_utils._phone.web import web_phone
from ansible_collections.telephony.snom.tests.unit.fake_phone import FakePhone

WITH_SNMP = Connection(host="127.0.0.1", snmp=True)
BUSY = {"/state_of_gui.htm": "State Connected (12)", "/index.htm": "Active calls: 1"}


@pytest.mark.parametrize("known", ["idle", "in_call"])
def test_what_the_pbx_knows_wins_and_costs_no_request(known: str) -> None:
    phone = FakePhone(dict(BUSY), WITH_SNMP)
    assert call_state.read_call_state(phone, known=known)[0] == known
    assert phone.requests == []


@pytest.mark.parametrize("known", [None, "unknown", "", "perhaps"])
def test_a_host_variable_that_says_nothing_sure_is_passed_over(known: str | None) -> None:
    state, source = call_state.read_call_state(FakePhone(dict(BUSY)), known=known)
    assert (state, source) == ("in_call", "state_of_gui.htm")


@pytest.mark.parametrize(("calls", "expected"), [(0, "idle"), (2, "in_call")])
def test_the_call_counter_comes_before_the_pages(calls: int, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_phone, "read_calls", lambda connection: calls)
    phone = FakePhone(dict(BUSY), WITH_SNMP)
    assert call_state.read_call_state(phone)[0] == expected
    assert phone.requests == []


def test_a_silent_counter_gives_way_to_the_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_phone, "read_calls", lambda connection: None)
    assert call_state.read_call_state(FakePhone(dict(BUSY), WITH_SNMP))[0] == "in_call"


def test_without_opting_in_no_snmp_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_phone, "read_calls", lambda connection: pytest.fail("asked over SNMP"))
    assert call_state.read_call_state(FakePhone(dict(BUSY)))[0] == "in_call"


def test_the_home_page_is_asked_only_if_the_screen_says_nothing() -> None:
    phone = FakePhone(dict(BUSY))
    call_state.read_call_state(phone)
    assert phone.requests == ["/state_of_gui.htm"]
    phone = FakePhone({"/state_of_gui.htm": "", "/index.htm": "Active calls: 0"})
    assert call_state.read_call_state(phone) == ("idle", "index.htm")
    assert phone.requests == ["/state_of_gui.htm", "/index.htm"]


@pytest.mark.parametrize("error", [Blocked("no"), AnswerUnreadable("what?")])
def test_a_page_that_cannot_be_read_gives_way_to_the_next(error: SnomError) -> None:
    phone = FakePhone({"/state_of_gui.htm": error, "/index.htm": "Active calls: 1"})
    assert call_state.read_call_state(phone) == ("in_call", "index.htm")


@pytest.mark.parametrize("error", [AuthFailed("no"), LockedOut("no"), PhoneUnreachable("gone"), AnswerLost("gone")])
def test_what_holds_for_every_page_is_raised_at_once(error: SnomError) -> None:
    phone = FakePhone({"/state_of_gui.htm": error, "/index.htm": "Active calls: 0"})
    with pytest.raises(type(error)):
        call_state.read_call_state(phone)
    assert phone.requests == ["/state_of_gui.htm"]


def test_a_phone_that_shows_nothing_is_unknown() -> None:
    state, source = call_state.read_call_state(FakePhone({}))
    assert (state, source) == ("unknown", "no source shows it")


@pytest.mark.parametrize(("counter", "count"), [(0, 0), (3, 3), (None, 1)])
def test_how_many_calls_there_are(counter: int | None, count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_phone, "read_calls", lambda connection: counter)
    assert call_state.count_calls(FakePhone(dict(BUSY), WITH_SNMP)) == count
    assert call_state.count_calls(FakePhone(dict(BUSY))) == 1


@pytest.mark.parametrize("page", ["", Blocked("no"), AnswerUnreadable("what?")])
def test_calls_that_can_not_be_counted(page: str | SnomError) -> None:
    assert call_state.count_calls(FakePhone({"/index.htm": page})) is None


@pytest.mark.parametrize("error", [AuthFailed("no"), LockedOut("no"), PhoneUnreachable("gone"), AnswerLost("gone")])
def test_calls_are_not_counted_where_no_page_can_be_read(error: SnomError) -> None:
    with pytest.raises(type(error)):
        call_state.count_calls(FakePhone({"/index.htm": error}))
