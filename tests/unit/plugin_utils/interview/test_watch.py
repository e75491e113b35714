# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps that watch and weigh, without a phone and without waiting."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.capture import EVENTS
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.measure import (
    harmless_setting,
    measured,
    proposed,
    until_registered,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.sends import will_send
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.trials import RELOADS
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.watch import Look, log_off_in, watch, weigh

from ....unit.phones import Clock

IDLE_PAGE, BUSY_PAGE = {"/status.htm": "<p>Nobody speaks</p>"}, {"/status.htm": "<p>In conversation</p>"}


def watched(moments: list[tuple[dict[str, str], dict[str, str]]], seconds: float = 90) -> list[Look]:
    clock = Clock()
    given: Iterator[tuple[dict[str, str], dict[str, str]]] = iter(moments)
    return watch(lambda: next(given, moments[-1]), seconds, now=clock.now, sleep=clock.sleep)


def test_it_ends_when_a_witness_has_told_a_whole_call() -> None:
    idle, busy = ({"pbx": "idle"}, IDLE_PAGE), ({"pbx": "in_call"}, BUSY_PAGE)
    looks = watched([idle, idle, busy, busy, busy, idle, idle])
    found = weigh(looks, 90)
    assert (len(looks), found["tells"], found["told_by"]) == (7, ["pbx"], "witnesses")
    assert found["changes"]["pbx"] == [
        {"seconds": 0.0, "state": "idle"},
        {"seconds": 4.0, "state": "in_call"},
        {"seconds": 10.0, "state": "idle"},
    ]
    assert found["texts"] == {
        "idle": {"page": "status.htm", "text": "Nobody speaks"},
        "busy": {"page": "status.htm", "text": "In conversation"},
    }


def test_a_single_look_is_no_call_and_the_time_is_bounded() -> None:
    idle, busy = ({"pbx": "idle"}, IDLE_PAGE), ({"pbx": "in_call"}, BUSY_PAGE)
    looks = watched([idle, busy, idle])
    assert (len(looks), looks[-1].at) == (46, 90.0)


def test_where_no_witness_tells_the_persons_schedule_counts() -> None:
    looks = watched([({}, IDLE_PAGE)] * 16 + [({}, BUSY_PAGE)] * 14 + [({}, IDLE_PAGE)] * 16)
    found = weigh(looks, 90)
    assert (found["tells"], found["told_by"]) == ([], "schedule")
    assert found["texts"]["busy"] == {"page": "status.htm", "text": "In conversation"}


def test_a_person_who_did_not_call_teaches_nothing() -> None:
    assert weigh(watched([({}, IDLE_PAGE)]), 90)["texts"] == {}
    assert weigh(watched([({"pbx": "idle"}, IDLE_PAGE)]), 90)["tells"] == []


def test_what_took_how_long_is_read_off_the_evidence() -> None:
    evidence = {"triggered_at": 100.0, "seen_gone_at": 131.0, "seen_back_at": 303.5}
    found = measured("upgrade", {"outcome": "upgraded", "elapsed": 214.0, "evidence": evidence})
    assert found == {"outcome": "upgraded", "elapsed": 214.0, "gone_for": 172.5, "gone_after": 31.0}
    assert proposed("upgrade", found | {"registered_after": 4.0}) == {"deadline": 330, "flash_time": 260}
    assert proposed("reboot", {"outcome": "rebooted", "elapsed": 9.0}) == {"deadline": 60}


@pytest.mark.parametrize(
    "ended",
    [
        {"outcome": "timed_out", "elapsed": 900.0, "evidence": {"seen_gone_at": 1.0}},
        {"outcome": "protected"},
        {"outcome": "compliant", "elapsed": 1.0, "evidence": {}},
        {"outcome": "rebooted", "elapsed": 9.0, "evidence": {}},
        {"outcome": "sung", "elapsed": 9.0, "evidence": {}},
        {"outcome": "upgraded", "elapsed": "long", "evidence": {"seen_gone_at": True, "seen_back_at": float("nan")}},
        {"outcome": "upgraded", "elapsed": None, "evidence": []},
    ],
)
def test_nothing_is_proposed_where_nothing_was_measured(ended: dict[str, Any]) -> None:
    assert proposed("upgrade", measured("upgrade", ended)) == {}


@pytest.mark.parametrize("ended", [None, {}, [], "upgraded"])
def test_what_is_no_result_is_an_error(ended: Any) -> None:
    with pytest.raises(InputError, match="the result of snom_reboot"):
        measured("reboot", ended)


def test_it_waits_for_a_registration_for_a_while() -> None:
    clock = Clock()
    states: Iterator[bool | None] = iter([False, False, True])
    assert until_registered(lambda: next(states, None), 120, now=clock.now, sleep=clock.sleep) == 4.0
    assert until_registered(lambda: False, 120, now=clock.now, sleep=clock.sleep) is None
    assert until_registered(lambda: None, 120, now=clock.now, sleep=clock.sleep) is None


def test_only_a_setting_that_does_no_harm_is_tried() -> None:
    chosen = {"name": "date_us_format", "before": "off", "other": "on"}
    assert harmless_setting({"date_us_format": "off", "time_24_format": "on"}, None) == chosen
    assert harmless_setting({"date_us_format": "off"}, frozenset({"date_us_format"})) is None
    assert harmless_setting({"date_us_format": "", "language": "English"}, None) is None
    assert harmless_setting(None, None) is None


@pytest.mark.parametrize("step", ["look", "call", "reboot", "settings", "upgrade"])
def test_each_step_says_what_it_sends(step: str) -> None:
    assert will_send(step, 90).startswith(f"{step} ")


def test_when_a_line_was_off_a_witness_tells_or_the_schedule() -> None:
    def looks(*states: str) -> list[Look]:
        return [Look(10.0 * number, {"the PBX": state} if state else {}, {}) for number, state in enumerate(states)]

    on, off = "registered", "unregistered"
    assert log_off_in(looks(on, on, off, off, on, on), 90) == ([0, 1, 4, 5], [2, 3], "the PBX")
    # What is not told as a whole is not believed.
    assert log_off_in(looks(on, on, "", off, on, on), 50) == ([0, 1, 4, 5], [], "the time alone")
    assert log_off_in(looks("", "", "", "", "", ""), 50)[1:] == ([], "the time alone")
    assert log_off_in(looks("", "", "", "", ""), 40) == ([0, 1, 3, 4], [2], "the time alone")


def test_a_capture_says_what_brings_the_event() -> None:
    said = {event: will_send("capture", 30, event) for event in EVENTS}
    assert len(set(said.values())) == len(EVENTS)
    assert "check-sync" in said["check_sync"] and "sends nothing" in said["by_hand"]
    assert all("reloadset" in said[event] and "mb_trusted_hosts" in said[event] for event in RELOADS)
