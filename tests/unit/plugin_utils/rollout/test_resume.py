# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import AuthFailed
from ansible_collections.telephony.snom.plugins.module_utils._firmware.order import Ending, Intent
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import Connection
from ansible_collections.telephony.snom.plugins.module_utils._phone.loadable_phone import Load
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.credentials import MAX_REFUSALS, CredentialsGate
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.crew import SUMMARY_INTERVAL
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.entries import plain_ending
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.resume import watch_interrupted
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.runtime import Abandoned, Context
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.target import Target
from ansible_collections.telephony.snom.tests.unit.phones import Clock, LabPhone, LabRuntime

OLD, NEW = "10.1.39.11", "10.1.54.13"
MAC = "000413922D24"


class JournalInMemory:
    def __init__(self) -> None:
        self.lines: list[dict[str, Any]] = []

    def write(self, kind: str, **entry: Any) -> None:
        self.lines.append({"type": kind, **entry})

    def sync(self) -> None:
        """Nothing here is ever lost."""

    def intent(self, intent: Intent) -> None:
        raise AssertionError("Nothing may be triggered.")

    def end(self, host: str, ending: Ending, time: float) -> None:
        self.write("end", host=host, time=time, **plain_ending(ending))


def watch(
    clock: Clock,
    phones: dict[str, LabPhone],
    *,
    began: float = -100.0,
    deadline: float = 200.0,
    intents: set[str] | None = None,
    abandoned: bool = False,
    registered: tuple[int, ...] = (),
    username: str | None = None,
    gate: CredentialsGate | None = None,
    asked_mac: str | None = MAC,
    mac: str | None = None,
    wanted: str | None = None,
) -> tuple[dict[str, Ending], JournalInMemory, list[str]]:
    """Watch phones that an interrupted run triggered; began and deadline are in seconds from now."""
    journal, said = JournalInMemory(), []
    endings = watch_interrupted(
        [
            Target(
                host=host,
                connection=Connection(address=host, username=username, mac=mac),
                version=None if wanted is None else Version.parse(wanted),
            )
            for host in phones
        ],
        {
            host: Intent(
                host=host,
                mac=asked_mac,
                file=f"snomD785-{NEW}-SIP-r.bin",
                before=Version.parse(OLD),
                target=Version.parse(NEW),
                registered=registered,
                time=clock.time + began,
                deadline=clock.time + deadline,
            )
            for host in (phones if intents is None else intents)
        },
        600.0,
        Context(
            run="run-1",
            runtime=LabRuntime(clock),
            connect=lambda connection: phones[connection.address],
            notify=said.append,
            abandoned=lambda: abandoned,
        ),
        gate=gate or CredentialsGate(),
        journal=journal,
    )
    return endings, journal, said


def comes_back(clock: Clock, seconds: float, **changes: Any) -> LabPhone:
    phone = LabPhone(clock, [(seconds, {"up": True, **changes})])
    phone.command(Load("http://mirror/image.bin"))
    phone.up = False
    return phone


def test_phones_are_watched_side_by_side_until_each_has_ended() -> None:
    clock = Clock()
    started = clock.time
    phones = {
        "back": LabPhone(clock, firmware=NEW, booted=clock.time - 50),
        "soon": comes_back(clock, 50, firmware=NEW),
        "never": LabPhone(clock, up=False),
        "ignored it": LabPhone(clock),
        "old": comes_back(clock, 20),
    }
    commands = {host: list(phone.commands) for host, phone in phones.items()}
    endings, journal, said = watch(clock, phones)
    assert {host: ending.outcome for host, ending in endings.items()} == {
        "back": "upgraded",
        "soon": "upgraded",
        "never": "timed_out",
        "old": "old_version",
    }
    ends = {line["host"]: (line["type"], line["outcome"], line["time"] - started) for line in journal.lines}
    assert ends == {
        "back": ("end", "upgraded", 0),
        "soon": ("end", "upgraded", 50),
        "never": ("end", "timed_out", 200),
        # It was perhaps never asked, so it has not ended for the rollout.
        "ignored it": ("end", "not_started", 1100),
        # Until its deadline it may be loading still.
        "old": ("end", "old_version", 200),
    }
    assert {host: phone.commands for host, phone in phones.items()} == commands
    assert sum("watched until its deadline" in line for line in said) == len(phones)


@pytest.mark.parametrize(("wanted", "words"), [(NEW, "upgraded: Runs"), ("10.1.184.15", "not at its target yet: Runs")])
def test_a_phone_with_the_first_of_several_images_is_not_called_upgraded(wanted: str, words: str) -> None:
    """Nor is one that the inventory wants on another version by now, which needs no several images."""
    clock = Clock()
    endings, _journal, said = watch(clock, {"desk-1": comes_back(clock, 50, firmware=NEW)}, wanted=wanted)
    assert endings["desk-1"].outcome == "upgraded"
    assert f"desk-1: {words} {NEW}, read back from the phone." in said


@pytest.mark.parametrize(("registered", "outcome"), [(True, "upgraded"), (False, "not_registered")])
def test_a_registration_that_was_there_before_the_interrupted_run_is_missed(registered: bool, outcome: str) -> None:
    clock = Clock()
    phones = {"desk-1": comes_back(clock, 50, firmware=NEW, registered={1: registered})}
    endings, _journal, _said = watch(clock, phones, registered=(1,))
    assert endings["desk-1"].outcome == outcome


def test_a_phone_that_still_loads_at_its_deadline_is_not_given_back_to_be_asked_again() -> None:
    clock = Clock()
    loading = LabPhone(clock, [(250, {"up": False}), (400, {"up": True, "firmware": NEW})])
    loading.command(Load("http://mirror/image.bin"))
    endings, journal, _said = watch(clock, {"slow": loading})
    # How long it took nobody has seen.
    assert [(one.outcome, one.reason) for one in endings.values()] == [
        ("upgraded", f"Runs {NEW}, read back from the phone.")
    ]
    assert [line["outcome"] for line in journal.lines] == ["upgraded"]


def test_only_phones_of_this_run_are_watched() -> None:
    clock = Clock()
    phones = {"mine": LabPhone(clock, firmware=NEW), "fresh": LabPhone(clock)}
    endings, _journal, _said = watch(clock, phones, intents={"mine", "of another inventory"})
    assert set(endings) == {"mine"}
    assert phones["fresh"].requests == []


def test_a_deadline_that_has_passed_allows_one_look() -> None:
    clock = Clock()
    back = LabPhone(clock, firmware=NEW, booted=clock.time - 4500)
    phones = {"back": back, "gone": LabPhone(clock, up=False), "old": LabPhone(clock)}
    endings, _journal, _said = watch(clock, phones, began=-5000, deadline=-4000)
    assert [ending.outcome for ending in endings.values()] == ["upgraded", "timed_out"]
    assert [len(phone.requests) for phone in phones.values()] == [1, 1, 1]


def test_an_orphan_does_nothing_more() -> None:
    clock = Clock()
    phones = {"back": LabPhone(clock, firmware=NEW)}
    with pytest.raises(Abandoned):
        watch(clock, phones, abandoned=True)
    assert phones["back"].requests == []


@pytest.mark.parametrize("refused_before", [0, 2])
def test_a_password_that_a_site_refuses_is_not_tried_on_all_that_were_under_way(refused_before: int) -> None:
    clock = Clock()
    gate = CredentialsGate()
    for number in range(refused_before):
        gate.refuse(Target(host=f"other-{number}", connection=Connection(address="other", username="admin")))
    phones = {f"desk-{number}": LabPhone(clock, error=AuthFailed("It refused.")) for number in range(10)}
    endings, journal, _said = watch(clock, phones, username="admin", gate=gate)
    refused = [host for host, phone in phones.items() if phone.requests]
    assert len(refused) == MAX_REFUSALS - refused_before
    assert {host for host, ending in endings.items() if ending.outcome == "auth_failed"} == set(refused)
    # They may be flashing, so they are not forgotten: the next run watches them.
    others = [endings[host] for host in phones if host not in refused]
    assert {(ending.outcome, ending.triggered) for ending in others} == {("timed_out", True)}
    assert all("do not power it off" in ending.reason for ending in others)
    assert {line["host"] for line in journal.lines} == set(refused)


def test_phones_that_wait_for_their_turn_at_the_gate_are_watched_too() -> None:
    clock = Clock()
    phones = {f"desk-{number}": comes_back(clock, 50, firmware=NEW) for number in range(10)}
    endings, _journal, _said = watch(clock, phones, username="admin")
    assert {ending.outcome for ending in endings.values()} == {"upgraded"} and len(endings) == 10


def test_a_phone_that_takes_its_login_opens_the_gate_for_the_others() -> None:
    clock = Clock()
    gate = CredentialsGate()
    back = {"firmware": NEW, "booted": clock.time - 50}
    phones = {f"desk-{number}": LabPhone(clock, mac=MAC, login=True, **back) for number in range(10)}
    endings, _journal, _said = watch(clock, phones, username="admin", gate=gate)
    assert {ending.outcome for ending in endings.values()} == {"upgraded"}
    target = Target(host="desk-0", connection=Connection(address="desk-0", username="admin"))
    for _try in range(MAX_REFUSALS + 1):
        assert gate.admits(target)
        gate.begin(target)


@pytest.mark.parametrize(("mac", "outcome"), [(MAC, "upgraded"), (None, "wrong_phone")])
def test_an_intent_without_a_mac_is_watched_by_that_of_the_inventory(mac: str | None, outcome: str) -> None:
    clock = Clock()
    phones = {"desk-1": comes_back(clock, 50, firmware=NEW)}
    endings, _journal, _said = watch(clock, phones, asked_mac=None, mac=mac)
    assert endings["desk-1"].outcome == outcome


def test_a_long_watch_says_how_far_it_is() -> None:
    clock = Clock()
    phones = {"soon": comes_back(clock, 50, firmware=NEW), "never": LabPhone(clock, up=False)}
    _endings, _journal, said = watch(clock, phones)
    shown = [line for line in said if line.startswith("-- ")]
    assert shown[0] == "-- interrupted run: 0 of 2 phones ended"
    assert shown[-1] == "-- interrupted run: 1 of 2 phones ended"
    assert len(shown) >= 200 // SUMMARY_INTERVAL - 1


def test_a_mistake_of_ours_is_not_an_ending() -> None:
    clock = Clock()
    with pytest.raises(ZeroDivisionError):
        watch(clock, {"desk-1": LabPhone(clock, error=ZeroDivisionError())})
