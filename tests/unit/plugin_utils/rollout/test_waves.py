# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections import deque

from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.limits import parse_waves
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.waves import WaveRecord, WaveTurn, cut_wave

from .planned import phone


def test_a_wave_of_canaries_has_one_of_each_kind_and_those_that_stand_in() -> None:
    phones = [phone("a"), phone("b"), phone("c", model="D335"), phone("d")]
    (wave,) = parse_waves("canary")
    members, stand_ins = cut_wave(wave, 1, phones, 4)
    assert [one.host for one in members] == ["a", "c"]
    assert {way.kind[0]: [one.host for one in spare] for way, spare in stand_ins.items()} == {
        "D785": ["b", "d"],
        "D335": [],
    }


def test_each_place_of_an_image_has_a_canary_and_its_own_that_stand_in() -> None:
    near, far = "http://near.example/a.bin", "http://far.example/a.bin"
    phones = [phone("a", image=near), phone("b", image=near), phone("c", image=far), phone("d", image=far)]
    (wave,) = parse_waves("canary")
    members, stand_ins = cut_wave(wave, 1, phones, 4)
    assert [one.host for one in members] == ["a", "c"]
    assert {way.urls: [one.host for one in spare] for way, spare in stand_ins.items()} == {
        (near,): ["b"],
        (far,): ["d"],
    }


def test_a_stand_in_takes_the_place_of_a_canary_while_there_is_one() -> None:
    canary, spare = phone("a"), phone("b")
    record = WaveRecord(number=1, label="canary", hosts=["a"], started=0.0)
    turn = WaveTurn(record, [], {canary.way: deque([spare])})
    turn.stand_in_for(canary)
    assert turn.waiting == [spare]
    assert record.hosts == ["a", "b"]
    turn.stand_in_for(spare)
    assert turn.waiting == [spare]


def test_other_waves_have_no_stand_ins() -> None:
    record = WaveRecord(number=2, label="100%", hosts=["a"], started=0.0)
    turn = WaveTurn(record, [])
    turn.stand_in_for(phone("a"))
    assert turn.waiting == []
