# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import PbxFailed
from ansible_collections.telephony.snom.plugins.module_utils._pbx.calls import FRESH, OLDEST, PbxCalls
from ansible_collections.telephony.snom.plugins.module_utils._pbx.pbx import (
    PATIENCE,
    Delivery,
    LoginRefused,
    Notify,
    Registration,
    registration_of,
)
from ansible_collections.telephony.snom.tests.unit.module_utils._pbx.scripted import settings

MAC, OTHER = "00041399AAB1", "00041399AAB2"


class MemoryPbx:
    """One that knows what it is given, and takes its time. It counts the questions."""

    def __init__(self, registrations: Sequence[Registration] = (), calls: Mapping[str, str] | None = None) -> None:
        self.known, self.talking = tuple(registrations), dict(calls or {})
        self.now, self.takes = 1000.0, 0.0
        self.down: str | None = None
        self.refuses = False
        self.logins = self.open = 0

    def registrations(self) -> tuple[Registration, ...]:
        self.now += self.takes
        if self.down:
            raise PbxFailed(self.down)
        return self.known

    def calls(self) -> Mapping[str, str]:
        self.now += self.takes
        return self.talking

    def notify(self, registration: Registration, message: Notify) -> Delivery:
        raise AssertionError("it is only asked")

    def probe(self, registration: Registration) -> Delivery:
        raise AssertionError("it is only asked")

    def close(self) -> None:
        self.open -= 1

    def asked(self) -> PbxCalls:
        def login(_settings: object) -> MemoryPbx:
            self.logins += 1
            if self.refuses:
                raise LoginRefused("The PBX")
            self.open += 1
            return self

        return PbxCalls(settings(kind="asterisk"), open_one=login, now=lambda: self.now)


def line(
    account: str, address: str, mac: str = "", *, inside: str = "", agent: str = "snomD862/10.1.226.13"
) -> Registration:
    contact = f"sip:{account.partition('@')[0]}@{inside or address}:5060"
    return registration_of(account, contact, received=address, user_agent=f"{agent} {mac}".strip())


def state(
    registrations: Sequence[Registration],
    calls: Mapping[str, str],
    *,
    account: str | None = None,
    mac: str | None = None,
    address: str = "192.0.2.1",
) -> str:
    return MemoryPbx(registrations, calls).asked().state_of(account=account, mac=mac, address=address)


TALKS = {"401": "idle", "402": "in_call", "403": "idle"}


@pytest.mark.parametrize(
    ("registrations", "wanted", "expected"),
    [
        # By the account that the inventory gives, with its domain or without.
        ([line("401", "192.0.2.9")], {"account": "401"}, "idle"),
        ([line("402@pbx", "192.0.2.9")], {"account": "402"}, "in_call"),
        ([line("401", "192.0.2.9")], {"account": "401@pbx"}, "idle"),
        # By its MAC address, wherever it is registered from, and all accounts of that.
        ([line("401", "192.0.2.9", MAC)], {"mac": MAC}, "idle"),
        ([line("401", "192.0.2.9", MAC), line("402", "192.0.2.9", MAC)], {"mac": MAC}, "in_call"),
        # Also if the inventory gives only one of them.
        ([line("401", "192.0.2.9", MAC), line("402", "192.0.2.8", MAC)], {"account": "401", "mac": MAC}, "in_call"),
        # The second identity of a phone that does not tell its MAC address.
        ([line("401", "192.0.2.9"), line("402", "192.0.2.9")], {"account": "401"}, "in_call"),
        # Another phone behind the same router is not this one.
        (
            [line("401", "192.0.2.9", inside="10.0.0.1"), line("402", "192.0.2.9", inside="10.0.0.2")],
            {"account": "401"},
            "idle",
        ),
        ([line("401", "192.0.2.9", MAC), line("402", "192.0.2.9", OTHER)], {"mac": MAC}, "idle"),
        # By its address.
        ([line("401", "192.0.2.1")], {}, "idle"),
        ([line("401", "192.0.2.1"), line("402", "192.0.2.1")], {}, "in_call"),
        # Which of them it is can't be told.
        ([line("401", "192.0.2.1", inside="10.0.0.1"), line("403", "192.0.2.1", inside="10.0.0.2")], {}, "unknown"),
        ([line("401", "192.0.2.1", MAC), line("403", "192.0.2.1", OTHER)], {}, "unknown"),
        # It is another phone's: the account, or by now the address.
        ([line("401", "192.0.2.9", OTHER)], {"account": "401", "mac": MAC}, "unknown"),
        ([line("401", "192.0.2.1", OTHER)], {"mac": MAC}, "unknown"),
        ([line("401", "192.0.2.1", agent="Another 1.0")], {}, "unknown"),
        # It is not there, or not told.
        ([line("401", "192.0.2.9")], {}, "unknown"),
        ([], {"account": "401@pbx"}, "idle"),
        ([], {"account": "409"}, "unknown"),
        ([line("401", "192.0.2.9", MAC), line("409", "192.0.2.9", MAC)], {"mac": MAC}, "unknown"),
        # What stands before a hundred phones is none of them.
        ([line(str(number), "192.0.2.9") for number in range(401, 501)], {"account": "401"}, "idle"),
        ([line(str(number), "192.0.2.1") for number in range(401, 501)], {}, "unknown"),
    ],
)
def test_a_phone_is_idle_only_if_all_that_may_be_its_own_is(
    registrations: Sequence[Registration], wanted: dict[str, str], expected: str
) -> None:
    assert state(registrations, TALKS, **wanted) == expected


def test_one_question_serves_all_who_want_to_know_at_the_same_time() -> None:
    pbx = MemoryPbx([line("401", "192.0.2.1"), line("402", "192.0.2.2")], TALKS)
    calls = pbx.asked()
    assert calls.state_of(account=None, mac=None, address="192.0.2.1") == "idle"
    pbx.now += FRESH
    assert calls.state_of(account=None, mac=None, address="192.0.2.2") == "in_call"
    assert (pbx.logins, pbx.open) == (1, 0)
    pbx.talking["401"] = "in_call"
    pbx.now += 0.1
    assert calls.state_of(account=None, mac=None, address="192.0.2.1") == "in_call"
    assert (pbx.logins, pbx.open) == (2, 0)


def test_an_answer_counts_from_its_question() -> None:
    pbx = MemoryPbx([line("401", "192.0.2.1")], TALKS)
    calls = pbx.asked()
    pbx.takes = OLDEST
    assert calls.state_of(account="401", mac=None, address="") == "idle"
    pbx.takes = OLDEST + 1
    with pytest.raises(PbxFailed, match="takes 6 s to say who talks"):
        calls.state_of(account="401", mac=None, address="")


def test_what_was_said_before_the_machine_slept_is_old(monkeypatch: pytest.MonkeyPatch) -> None:
    boot_time, slept = time.clock_gettime, [0.0]
    monkeypatch.setattr(time, "clock_gettime", lambda clock: boot_time(clock) + slept[0])
    pbx = MemoryPbx([line("401", "192.0.2.1", MAC)], {"401": "idle"})
    calls = PbxCalls(settings(kind="asterisk"), open_one=lambda _settings: pbx)
    assert calls.state_of(account=None, mac=MAC, address="192.0.2.1") == "idle"
    pbx.talking, slept[0] = {"401": "in_call"}, 8 * 3600.0
    assert calls.state_of(account=None, mac=MAC, address="192.0.2.1") == "in_call"


def test_a_login_that_the_pbx_refused_is_sent_once() -> None:
    """Some lock out who sends a wrong one every half a minute."""
    pbx = MemoryPbx([line("401", "192.0.2.1")], TALKS)
    pbx.refuses, calls = True, pbx.asked()
    for _number in range(3):
        with pytest.raises(PbxFailed, match="refused the login"):
            calls.state_of(account="401", mac=None, address="")
        pbx.now += 10 * PATIENCE
    assert pbx.logins == 1


def test_a_pbx_that_is_down_is_not_asked_again_for_each_phone() -> None:
    pbx = MemoryPbx([line("401", "192.0.2.1")], TALKS)
    calls = pbx.asked()
    assert calls.state_of(account="401", mac=None, address="") == "idle"
    pbx.down = "The PBX can't be asked."
    pbx.now += FRESH + 0.1
    # What it said before is nobody's word any more.
    for _number in range(3):
        with pytest.raises(PbxFailed, match="can't be asked"):
            calls.state_of(account="401", mac=None, address="")
        pbx.now += PATIENCE / 4
    assert (pbx.logins, pbx.open) == (2, 0)
    pbx.down, pbx.now = None, pbx.now + PATIENCE / 4
    assert calls.state_of(account="401", mac=None, address="") == "idle"
