# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time
from pathlib import Path

import pytest
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.look import PBX, PERSON, Word
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.step import Step, state_of

from ....virtual_phones.running import VirtualFleet
from .talks import NEW, parameters, subject


@pytest.mark.parametrize(("said", "state"), [([], "idle"), (["idle"], "idle"), (["idle", "in_call"], "in_call")])
def test_one_who_sees_a_call_is_enough(said: list[str], state: str) -> None:
    assert state_of([Word("call", value, PBX, PBX) for value in said]) == state
    assert state_of([Word("registered", "in_call", PBX, PBX)]) == "idle"


def test_a_step_hears_all_who_know_the_phone(fleet: VirtualFleet, tmp_path: Path) -> None:
    person = [Word("registered", "yes", PERSON, "the phone's display")]
    agent = {"mac": "000413922D24", "account": "401", "firmware": NEW, "model": "D785"}
    file = tmp_path / "profile.json"
    given = parameters("look", registrations=[agent], profile=str(file))
    step = Step("look", subject(fleet, "acts"), given, person, time.monotonic, time.sleep)
    seen, words = step.see()
    assert {PBX, PERSON} <= {word.source for word in words} and not {PBX, PERSON} & {one.source for one in seen.words}
    assert step.write({"idle": seen.recorder.exchanges}, words) is True and file.exists()
    # As it stands there already.
    assert step.write({"idle": seen.recorder.exchanges}, words) is False
