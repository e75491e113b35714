# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Scenes of the chaos: the same seed is the same scene, and nothing that virtual phones can do is left out."""

from __future__ import annotations

from dataclasses import fields

import pytest
from ansible_collections.telephony.snom.tests.chaos.checker import STANDS_STILL
from ansible_collections.telephony.snom.tests.chaos.scene import EVENTS, FAULTS, FLEET, draw, merged
from ansible_collections.telephony.snom.tests.virtual_phones.keys import Faults


def test_a_seed_is_a_scene() -> None:
    assert draw(7) == draw(7) != draw(8)


def test_a_fleet_may_be_larger() -> None:
    macs = [keys["inventory"].get("snom_mac") for seed in range(9) for keys in draw(seed, 50).phones.values()]
    assert len(macs) == 9 * 50 and any(macs)
    first = [mac for mac in macs[:50] if mac]
    assert len(first) == len(set(first))


def test_every_fault_of_virtual_phones_is_drawn() -> None:
    assert FAULTS.keys() == {item.name for item in fields(Faults)}
    drawn = {name for seed in range(300) for keys in draw(seed).phones.values() for name in keys.get("faults", {})}
    assert drawn == FAULTS.keys()


def test_scenes_are_of_all_kinds() -> None:
    scenes = [draw(seed) for seed in range(300)]
    acts = [act for scene in scenes for leg in scene.legs for act in leg.acts]
    assert {act.event for act in acts if act.event} == set(EVENTS)
    kinds = {"SIGKILL", "SIGTERM", "SIGHUP", "SIGINT", "worker SIGKILL", "worker SIGTERM", "stop file", "full disk"}
    assert {act.do for act in acts} == kinds | {"patch", "server", "swap", "leaves", "clock", *STANDS_STILL}
    assert {len(scene.phones) for scene in scenes} == set(range(FLEET[0], FLEET[1] + 1))
    # Only what is mended last can be done in the end.
    assert all([leg.heals for leg in scene.legs] == [False] * (len(scene.legs) - 1) + [True] for scene in scenes)


@pytest.mark.parametrize("seed", range(20))
def test_what_happens_in_a_run_waits_for_an_event_of_it(seed: int) -> None:
    for leg in draw(seed).legs:
        assert all((act.event is None) == (act.do in ("swap", "leaves", "clock")) for act in leg.acts)


def test_merged() -> None:
    assert merged({"a": {"b": 1}, "c": 2}, {"a": {"d": 3}, "c": 4}) == {"a": {"b": 1, "d": 3}, "c": 4}
