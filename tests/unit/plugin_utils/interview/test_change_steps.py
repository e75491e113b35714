# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is read around a change that a module does, and what is made of that module's result."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import Connection
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.interview import interview

from ....virtual_phones.running import VirtualFleet, free_port
from .talks import OLD, parameters, refused, subject

CHOSEN = {"name": "date_us_format", "before": "off", "other": "on"}


def talk(fleet: VirtualFleet, step: str, file: Path | None = None, **more: Any) -> dict[str, Any]:
    return interview(subject(fleet, "old"), parameters(step, profile=file and str(file), **more), False)


@pytest.fixture(autouse=True)
def shows_a_date(fleet: VirtualFleet) -> None:
    fleet.patch("old", settings={"date_us_format": "off"})


def test_a_setting_without_harm_is_chosen_and_tried_and_the_profile_has_both_states(
    fleet: VirtualFleet, tmp_path: Path
) -> None:
    file = tmp_path / "profile.json"
    assert talk(fleet, "settings", file, record="before")["setting"] == CHOSEN
    fleet.patch("old", settings={"date_us_format": "on"})
    assert "setting" not in talk(fleet, "settings", file, record="changed")
    found = talk(fleet, "settings", file, ended={"setting": CHOSEN})
    profile = json.loads(file.read_text())
    assert (found["setting_taken"], found["changed"]) == (True, True)
    assert list(profile["states"]) == ["idle", "changed"]
    assert profile["shows"] == {"changed": {"settings": {"date_us_format": "on"}}}
    assert not [one.name for one in tmp_path.iterdir() if ".unsent" in one.name]


def test_a_setting_that_was_not_taken_is_no_state_of_a_profile(fleet: VirtualFleet, tmp_path: Path) -> None:
    file = tmp_path / "profile.json"
    talk(fleet, "settings", file, record="before")
    found = talk(fleet, "settings", file, ended={"setting": CHOSEN, "msg": "It is read-only."})
    assert found["setting_taken"] is False and found["summary"] == ["The setting was not taken: It is read-only."]
    assert list(json.loads(file.read_text())["states"]) == ["idle"]


def test_where_no_setting_is_harmless_nothing_is_kept(fleet: VirtualFleet, tmp_path: Path) -> None:
    fleet.patch("old", settings={"date_us_format": ""})
    found = talk(fleet, "settings", tmp_path / "profile.json", record="before")
    assert found["setting"] is None and "Nothing is written" in found["summary"][0] and not list(tmp_path.iterdir())


ENDED = {
    "outcome": "upgraded",
    "elapsed": 130.0,
    "evidence": {"triggered_at": 5.0, "seen_gone_at": 20.0, "seen_back_at": 80.0},
}


def test_an_upgrade_is_measured_and_its_profile_begins_with_the_version_before(
    fleet: VirtualFleet, tmp_path: Path
) -> None:
    file = tmp_path / "profile.json"
    talk(fleet, "upgrade", file, record="before")
    found = talk(fleet, "upgrade", file, ended=ENDED)
    assert found["measured"] | {"registered_after": None} == {
        "outcome": "upgraded",
        "elapsed": 130.0,
        "gone_for": 60.0,
        "gone_after": 15.0,
        "registered_after": None,
    }
    assert found["proposed"] == {"deadline": 200, "flash_time": 90}
    assert found["taught"] == [{"models": ["D785"], "flash_time": 90}]
    profile = json.loads(file.read_text())
    assert (profile["firmware"], list(profile["states"])) == (OLD, ["idle", "after"])
    assert profile["shows"] == {"after": {"restarted": True, "firmware": OLD}}


def test_an_upgrade_that_did_not_come_out_teaches_nothing(fleet: VirtualFleet) -> None:
    found = talk(fleet, "upgrade", ended=ENDED | {"outcome": "failed"})
    assert found["measured"] == {"outcome": "failed", "elapsed": 130.0} and found["proposed"] == {}
    assert found["taught"] == [] and found["changed"] is False


@pytest.mark.parametrize(
    ("step", "name", "given", "more", "words"),
    [
        ("reboot", "acts", {"shown_mac": "000413AAAAAA"}, {}, "is this the phone before you"),
        ("settings", "acts", {"shown_model": "D735"}, {}, "is this the phone before you"),
        ("upgrade", "acts", {"shown_version": "10.1.99.1"}, {}, "is this the phone before you"),
    ],
)
def test_what_must_not_be_done_is_refused_in_a_sentence_and_nothing_is_written(
    step: str, name: str, given: dict[str, Any], more: dict[str, Any], words: str, fleet: VirtualFleet
) -> None:
    assert words in refused(fleet, step, name, given, more)


def test_what_was_measured_is_told_of_a_phone_that_can_not_be_read_any_more(fleet: VirtualFleet) -> None:
    """The step failed then, and all was lost that the module had measured."""
    phone = replace(subject(fleet, "old"), connection=Connection(address="127.0.0.1", port=free_port(), scheme="http"))
    found = interview(phone, parameters("upgrade", ended=ENDED), False)
    assert found["measured"]["gone_for"] == 60.0 and found["proposed"] == {"deadline": 200, "flash_time": 90}
    assert found["taught"] == [] and any(line.startswith("Not read: ") for line in found["summary"])


def test_a_password_that_the_phone_refuses_after_the_upgrade_is_not_sent_again(
    fleet: VirtualFleet, tmp_path: Path
) -> None:
    """New firmware may bring another one; a few failed logins lock the web interface."""
    file = tmp_path / "profile.json"
    talk(fleet, "upgrade", file, record="before")
    phone = subject(fleet, "old")
    phone = replace(phone, connection=replace(phone.connection, username="admin", password="Never/shown&1"))
    fleet.patch("old", password="another")
    try:
        refusals = fleet.counters()["login_failed"]
        found = interview(phone, parameters("upgrade", profile=str(file), ended=ENDED), False)
        assert fleet.counters()["login_failed"] == refusals + 1
    finally:
        fleet.patch("old", password=None)
    assert found["measured"]["gone_for"] == 60.0 and not file.exists()
    assert [line.partition(":")[0] for line in found["summary"][-2:]] == ["Not read", "It left no profile"]
