# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How many phones at a time, when, and when no more: waves, limits, windows, the gate, soak.

The times are those that the phones themselves kept.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from .bench import HELD, Bench, phone, until
from .conftest import StartBench

OLD, NEW = "8.4.35", "8.7.5.35"


def many(count: int, **keys: Any) -> dict[str, Any]:
    return {f"phone-{number}": phone(**keys) for number in range(1, count + 1)}


def cycle(found: Bench, name: str) -> dict[str, float]:
    """The phone's only upgrade."""
    (only,) = found.fleet.phone(name)["cycles"]
    return dict(only)


def most_at_once(found: Bench, names: Iterable[str]) -> int:
    """How many of these phones were between trigger and back at the same time."""
    cycles = [cycle(found, name) for name in names]
    return max(sum(other["triggered"] <= one["triggered"] < other["up"] for other in cycles) for one in cycles)


def in_turn(found: Bench, *groups: Iterable[str]) -> bool:
    """Whether each group was triggered after the group before was back."""
    cycles = [[cycle(found, name) for name in group] for group in groups]
    return all(
        max(one["up"] for one in before) <= min(one["triggered"] for one in after)
        for before, after in itertools.pairwise(cycles)
    )


@pytest.mark.slow
def test_waves_follow_each_other(start: StartBench) -> None:
    found = start(many(7, model="320"))
    found.hosts()["phone-2"]["snom_wave"] = 3
    run = found.rollout(waves=["canary", "30%", "100%"])
    assert set(run.outcomes.values()) == {"upgraded"}
    waves = {name: record["wave"] for name, record in run.rollout["phones"].items()}
    assert waves == {"phone-1": 1, "phone-2": 3} | {
        f"phone-{number}": 2 if number in (3, 4, 5) else 3 for number in range(3, 8)
    }
    assert in_turn(found, ["phone-1"], ["phone-3", "phone-4", "phone-5"], ["phone-2", "phone-6", "phone-7"])
    assert most_at_once(found, waves) == 3


@pytest.mark.slow
def test_canaries_are_one_of_each_kind(start: StartBench) -> None:
    found = start({"a": phone("320"), "b": phone("320"), "c": phone("370"), "d": phone("320", "8.7.3.25.9")})
    run = found.rollout(waves=["canary", "100%"])
    assert {name: record["wave"] for name, record in run.rollout["phones"].items()} == {"a": 1, "b": 2, "c": 1, "d": 1}


@pytest.mark.slow
def test_a_stop_leaves_the_rest_alone(start: StartBench) -> None:
    found = start({"a": phone("320"), "b": phone("320", call={"state": "in_call"}), "c": phone("370")})
    run = found.rollout(waves=["canary", "stop"], fail_on=[])
    assert run.outcomes == {"a": "upgraded", "b": "not_started", "c": "upgraded"}
    assert run.code == 0
    assert "The waves before stop are done." in run.output


@pytest.mark.slow
def test_limits_per_site_and_group(start: StartBench) -> None:
    sites = {"here": [f"here-{number}" for number in range(6)], "there": [f"there-{number}" for number in range(3)]}
    phones = {
        name: phone(inventory={"snom_site": site, "snom_group": "ward" if name in ("here-0", "here-1") else None})
        for site, names in sites.items()
        for name in names
    }
    found = start(phones)
    run = found.rollout(max_in_flight=3, max_in_flight_per_group=1)
    assert set(run.outcomes.values()) == {"upgraded"}
    assert most_at_once(found, sites["here"]) == 3
    assert most_at_once(found, sites["there"]) == 3
    assert most_at_once(found, [*sites["here"], *sites["there"]]) > 3
    assert most_at_once(found, ["here-0", "here-1"]) == 1


def test_a_dead_phone_keeps_its_slot_and_holds_up_nobody_else(start: StartBench) -> None:
    found = start(many(3) | {"dead": phone(faults={"never_return": True}, inventory={"snom_site": "elsewhere"})})
    run = found.rollout(max_in_flight=1, deadline=20)
    assert run.outcomes == {"dead": "timed_out"} | dict.fromkeys(many(3), "upgraded")

    found.hosts()["phone-1"]["snom_site"] = "elsewhere"
    found.fleet.patch("phone-1", firmware=OLD)
    again = found.rollout("--limit", "phone-1", max_in_flight=1, rehearse=False)
    assert again.outcomes == {"phone-1": "upgraded"}


@pytest.mark.slow
def test_phones_behind_a_dead_one_are_not_started(start: StartBench) -> None:
    found = start({"dead": phone(faults={"never_return": True}), "waiting": phone()})
    run = found.rollout(max_in_flight=1, deadline=6)
    assert run.outcomes == {"dead": "timed_out", "waiting": "not_started"}
    assert "held by a phone that did not come back" in run.rollout["phones"]["waiting"]["reason"]
    assert found.fleet.phone("waiting")["writes"] == 0


def test_a_canary_that_fails_stops_everything(start: StartBench) -> None:
    found = start({"canary": phone(faults={"keep_old_version": True})} | many(3))
    # It is watched until then: it may be loading still.
    run = found.rollout(waves=["canary", "100%"], max_bad="100%", deadline=12)
    assert run.outcomes == {"canary": "old_version"} | dict.fromkeys(many(3), "not_started")
    assert "The canary canary came back on another version" in run.rollout["stopped_by"]
    assert "STOPPED, no new triggers" in run.output
    assert set(found.firmware(*many(3))) == {OLD}
    assert run.code != 0 and run.recap["phone-1"] == "failed"
    assert run.rollout["resume"] in run.output


def test_one_bad_phone_too_many(start: StartBench) -> None:
    """Those in flight are watched to their end, and are not lost."""
    phones = {
        "1-bad": phone(faults={"keep_old_version": True}),
        "2-slow": phone(faults=HELD),
        "3-bad": phone(faults={"keep_old_version": True}),
        "4-never": phone(),
        "5-never": phone(),
    }
    found = start(phones)
    options = {"max_bad": 1, "max_in_flight": 3, "deadline": 40}
    assert set(found.rollout("--check", rehearse=False, **options).outcomes.values()) == {"planned"}
    job = found.start("telephony.snom.rollout", variables=found.rollout_variables(options))
    until(lambda: job.says("max_bad is 1"), "two bad ones are too many")
    found.release("2-slow", NEW)
    run = found.check(job.wait())
    assert run.outcomes == {
        "1-bad": "old_version",
        "2-slow": "upgraded",
        "3-bad": "old_version",
        "4-never": "not_started",
        "5-never": "not_started",
    }
    assert "max_bad is 1" in run.rollout["stopped_by"]
    assert found.firmware("2-slow", "4-never", "5-never") == [NEW, OLD, OLD]


@pytest.mark.slow
@pytest.mark.parametrize(("counts", "outcome"), [("ignore", "upgraded"), ("bad", "not_started")])
def test_unreachable_phones_count_as_bad_where_that_is_wanted(counts: str, outcome: str, start: StartBench) -> None:
    found = start({"lost": phone(running=False), "other": phone()})
    run = found.rollout(max_bad=0, unreachable=counts, rehearse=False)
    assert run.outcomes == {"lost": "unreachable", "other": outcome}


@pytest.mark.slow
def test_fail_on_decides_about_phones_left_behind(start: StartBench) -> None:
    found = start({"busy": phone(call={"state": "in_call"}), "lost": phone(running=False), "other": phone()})
    green = found.rollout(fail_on=[], spare_unreachable=True, deferred_retries=0)
    assert (green.code, green.recap) == (0, {"busy": "ok", "lost": "ok", "other": "changed", "localhost": "ok"})
    red = found.rollout(deferred_retries=0, rehearse=False)
    assert (red.code, red.recap["busy"], red.recap["lost"]) == (2, "failed", "failed")


def window(opens: timedelta, closes: timedelta) -> str:
    now = datetime.now(timezone.utc)
    return f"{now + opens:%H:%M}-{now + closes:%H:%M} UTC"


@pytest.mark.slow
def test_no_trigger_that_would_outlast_the_window(start: StartBench) -> None:
    found = start(many(2))
    found.hosts()["phone-2"]["snom_site"] = "always"
    run = found.rollout(
        deadline=600,
        window={"default": window(-timedelta(hours=2), timedelta(minutes=3)), "always": "always"},
    )
    assert run.outcomes == {"phone-1": "deferred", "phone-2": "upgraded"}
    assert "window ends before" in run.rollout["phones"]["phone-1"]["reason"]
    assert found.fleet.phone("phone-1")["writes"] == 0


@pytest.mark.slow
def test_a_window_that_is_too_short_is_told_in_the_plan(start: StartBench) -> None:
    found = start(many(1))
    run = found.rollout(deadline=7200, window=window(-timedelta(minutes=30), timedelta(minutes=30)))
    assert run.outcomes == {"phone-1": "deferred"}
    assert "never fits into the window" in run.rollout["phones"]["phone-1"]["reason"]


@pytest.mark.slow
def test_an_open_window_lets_phones_go(start: StartBench) -> None:
    found = start(many(1))
    run = found.rollout(window=window(-timedelta(hours=1), timedelta(hours=1)))
    assert run.outcomes == {"phone-1": "upgraded"}


def test_who_waits_for_a_window_can_be_stopped(start: StartBench) -> None:
    found = start(many(1))
    stop = found.out / "stop"
    variables = found.rollout_variables(
        {"window": window(timedelta(hours=1), timedelta(hours=2)), "stop_file": str(stop)}
    )
    job = found.start("telephony.snom.rollout", variables=variables)
    until(lambda: job.says("its window opens in"), "the run waits for its window")
    stop.touch()
    run = found.check(job.wait())
    assert run.outcomes == {"phone-1": "not_started"}
    assert found.fleet.counters()["writes"] == 0


@pytest.mark.slow
def test_soak_shows_who_goes_back(start: StartBench) -> None:
    found = start({"stays": phone(), "reverts": phone()})
    job = found.start("telephony.snom.rollout", variables=found.rollout_variables({"soak": 20}))
    until(lambda: job.says("soak for 20 s"), "both are upgraded")
    found.fleet.patch("reverts", firmware=OLD)
    run = found.check(job.wait())
    assert run.outcomes == {"stays": "upgraded", "reverts": "reverted"}
    assert "provisioning" in run.rollout["phones"]["reverts"]["reason"]
    assert found.firmware("stays", "reverts") == [NEW, OLD]


def test_provisioning_that_brings_the_old_version_back(start: StartBench) -> None:
    """Where its settings can't tell, the phone shows it afterwards."""
    found = start({"pulled-back": phone()})
    job = found.start("telephony.snom.rollout", variables=found.rollout_variables({"soak": 60}))
    until(lambda: job.says("soak for 60 s"), "it is upgraded")
    found.fleet.patch("pulled-back", provisioning={"firmware": OLD}, settings={"update_policy": "auto_update"})
    found.fleet.patch("pulled-back", running=False)
    found.fleet.patch("pulled-back", running=True)
    run = found.check(job.wait())
    assert run.outcomes == {"pulled-back": "reverted"}
    assert found.firmware("pulled-back") == [OLD]
