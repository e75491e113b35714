# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever the step: what is sent is said, and a word of the person sends nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.capture import EVENTS
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.interview import ARGUMENT_SPEC, DOES, interview
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.sends import STEPS
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.trials import TRIALS

from ....virtual_phones.running import VirtualFleet
from .talks import parameters, refused, subject


@pytest.mark.parametrize(
    ("step", "event"), [*((step, "check_sync") for step in TRIALS), *(("capture", one) for one in EVENTS)]
)
def test_in_check_mode_nothing_is_sent(step: str, event: str, fleet: VirtualFleet) -> None:
    before = fleet.counters()["requests"]
    given = parameters(step, number="1", csta_path="/a", capture_event=event)
    result = interview(subject(fleet, "acts"), given, True)
    assert result["will_send"].startswith(f"{step} reads") and fleet.counters()["requests"] == before


def test_something_does_each_step() -> None:
    assert DOES.keys() == set(STEPS)


def test_how_long_to_watch_is_bounded(fleet: VirtualFleet) -> None:
    for seconds in (5.9, 3600.1, float("nan")):
        assert "watch must be between 6 and 3600 seconds" in refused(fleet, "call", "acts", {"watch": seconds}, {})


@pytest.mark.parametrize("number", [71, 71.0, True, ["0107"]])
@pytest.mark.parametrize("check_mode", [True, False])
def test_a_number_without_quotes_is_dialed_by_no_step(number: object, check_mode: bool, fleet: VirtualFleet) -> None:
    """Of 0107 YAML makes 71, and of that an option of type str the text."""
    spec = {name: ARGUMENT_SPEC[name] for name in ("step", "number")}
    checked = ArgumentSpecValidator(spec).validate({"step": "direct", "number": number}).validated_parameters
    before = fleet.counters()["requests"]
    with pytest.raises(InputError, match="number must be in quotes"):
        interview(subject(fleet, "acts"), parameters("direct") | checked, check_mode)
    assert fleet.counters()["requests"] == before


def test_what_a_person_saw_is_written_into_a_profile_and_sends_nothing(fleet: VirtualFleet, tmp_path: Path) -> None:
    file = tmp_path / "profile.json"
    interview(subject(fleet, "acts"), parameters("look", profile=str(file)), False)
    before = fleet.counters()["requests"]
    said = interview(subject(fleet, "acts"), parameters("look", profile=str(file), saw="shown"), False)
    assert said["changed"] is True and "look nothing: your word (shown)" in said["will_send"]
    assert json.loads(file.read_text())["measured"]["look"]["saw"] == "shown"
    assert "snom_interview_dir" in refused(fleet, "look", "acts", {"saw": "nothing"}, {})
    assert fleet.counters()["requests"] == before
