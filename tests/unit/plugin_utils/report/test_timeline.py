# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.telephony.snom.plugins.plugin_utils.report.timeline import timeline_of

BEGUN = 5000.0


def phone(outcome="upgraded", started=100, elapsed=500, **seen):
    """A phone of a report; its times count from the begin of a run of 1,000 s."""
    evidence = {f"{name}_at": BEGUN + second for name, second in seen.items()}
    return {
        "outcome": outcome,
        "started": None if started is None else BEGUN + started,
        "elapsed": elapsed,
        "evidence": evidence,
    }


def timeline(*phones):
    return timeline_of({f"desk-{number}": phone for number, phone in enumerate(phones)}, BEGUN, BEGUN + 1000)


def bars(*phones):
    return [[(one.kind, one.left, one.width) for one in lane.bars] for lane in timeline(*phones).lanes]


def test_the_bars_of_a_phone_are_what_was_seen_of_it():
    seen = phone(triggered=110, seen_gone=200, seen_back=500)
    assert bars(seen) == [[("earlier", 100, 10), ("asked", 110, 90), ("gone", 200, 300), ("back", 500, 100)]]
    assert timeline(seen).lanes[0].took == 500
    assert timeline(seen).ticks == [0, 250, 500, 750, 1000]


def test_a_failed_one_ends_with_what_failed():
    assert bars(phone("timed_out", 100, 800, triggered=100, seen_gone=200))[0][-1] == ("fail", 200, 700)
    assert bars(phone("image_failed", 100, 300, triggered=100)) == [[("fail", 100, 300)]]


def test_a_report_of_an_earlier_version_has_no_begin_of_a_turn():
    kept = [phone("timed_out", None, 700, triggered=100, seen_gone=200, deadline=600)]
    kept += [phone("upgraded", None, 700, triggered=100, seen_gone=200, seen_back=400)]
    assert bars(*kept) == [[("asked", 100, 100), ("fail", 200, 400)], [("asked", 100, 100), ("gone", 200, 200)]]


def test_what_an_earlier_run_asked_begins_with_this_one():
    assert bars(phone(started=0, elapsed=400, triggered=-900, seen_gone=100, seen_back=300)) == [
        [("asked", 0, 100), ("gone", 100, 200), ("back", 300, 100)]
    ]


@pytest.mark.parametrize("triggered", [None, "soon", float("nan"), float("inf")])
def test_what_was_not_asked_has_no_line(triggered):
    entry = phone() | {"evidence": {"triggered_at": triggered}}
    assert timeline_of({"desk": entry}, BEGUN, BEGUN + 1000) is None


def test_a_run_without_length_has_no_line():
    assert timeline_of({"desk": phone(triggered=0)}, BEGUN, BEGUN) is None


def test_many_lie_closely_packed_and_some_are_named():
    late = phone("old_version", 300, 100, triggered=300, seen_gone=310, seen_back=390)
    many = timeline(*[phone(started=number, triggered=number) for number in range(50)], late)
    packed = dict(many.packed)
    assert packed["asked"].count("M") == 51 and "M7.0 7h500.0v1h-500.0z" in packed["asked"]
    assert list(packed)[-1] == "fail" and packed["fail"] == "M390.0 50h10.0v1h-10.0z"
    assert [lane.host for lane in many.named][:2] == ["desk-50", "desk-0"] and len(many.named) == 12
    assert dict(timeline(*[phone(triggered=100)] * 24).packed) == {}


def test_a_failure_among_thousands_can_be_seen():
    failed = phone("timed_out", 900, 50, triggered=900, seen_gone=910)
    many = timeline(*[phone(triggered=100)] * 2999, failed)
    assert dict(many.packed)["fail"] == "M910.0 2980h40.0v20h-40.0z"
