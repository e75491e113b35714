# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What must hold for every rollout, whatever the fleet, the options and the moment at which it is killed."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import OUTCOMES
from ansible_collections.telephony.snom.plugins.module_utils._known.images import Catalog
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import Connection
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.credentials import MAX_REFUSALS
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.options import ARGUMENT_SPEC, parse_options
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.rollout import Rollout
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.runtime import Context
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.target import Target
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from .simulation import Crash, Fleet, MemoryJournal, SimulatedPhone, SimulatedRuntime, World

TARGET = "10.1.54.13"
FAULTS = [
    None,
    None,
    None,
    "keep_old_version",
    "never_returns",
    "ignores_load",
    "no_answer",
    "replaced",
    "loses_registration",
    "dead",
    "wrong_password",
]


def defaults(**changes: Any) -> dict[str, Any]:
    return {name: argument.get("default") for name, argument in ARGUMENT_SPEC.items()} | {
        "mirror": "http://127.0.0.1/fw",
        "verify_image": "none",
        **changes,
    }


def run(fleet: Fleet, journal: MemoryJournal, check_mode: bool = False, **changes: Any) -> dict[str, Any]:
    """One rollout over the fleet; an earlier one may have left lines in the journal."""
    stop = changes.pop("stop_requested", lambda: None)
    parameters = defaults(**changes)
    targets = [
        Target(
            host=phone.name,
            connection=Connection(address=phone.name, username="admin", password=phone.site or "none"),
            version=Version.parse(TARGET),
            site=phone.site,
            group=phone.group,
        )
        for phone in fleet.phones.values()
    ]
    runtime = SimulatedRuntime(fleet.world)
    wait = runtime.wait

    def watched_wait(seconds: float) -> list[tuple[Any, Any]]:
        fleet.observe()
        return wait(seconds)

    runtime.wait = watched_wait  # type: ignore[method-assign]
    journal.run += 1
    context = Context(run=str(journal.run), runtime=runtime, connect=fleet.connect, stop_requested=stop)
    options = parse_options(parameters, Catalog())
    return Rollout(
        targets=targets,
        parameters=parameters,
        options=options,
        history=journal.history(),
        journal=journal,
        check_mode=check_mode,
        context=context,
    ).carry_out()


@st.composite
def fleets(draw: st.DrawFn) -> Callable[[], Fleet]:
    """A recipe, so that one example can be lived through more than once."""
    recipe = draw(
        st.lists(
            st.fixed_dictionaries(
                {
                    "model": st.sampled_from(["D785", "D335", "720"]),
                    "firmware": st.sampled_from(["8.9.3.80", "10.1.39.11", TARGET]),
                    "site": st.sampled_from([None, "berlin", "paris"]),
                    "group": st.sampled_from([None, "ward 1", "ward 2"]),
                    "fault": st.sampled_from(FAULTS),
                    "in_call": st.sampled_from([0, 0, 0, 90, 100_000]),
                    "call_state_readable": st.sampled_from([True, True, False]),
                    "load_time": st.sampled_from([0.1, 5.0, 40.0]),
                    "flash_time": st.sampled_from([20.0, 300.0]),
                }
            ),
            min_size=1,
            max_size=12,
        )
    )

    def make() -> Fleet:
        world = World()
        phones = [
            SimulatedPhone(
                world,
                f"phone{number}",
                mac=f"0004130000{number:02X}",
                in_call_until=world.time + one["in_call"],
                **{name: value for name, value in one.items() if name != "in_call"},
            )
            for number, one in enumerate(recipe)
        ]
        return Fleet(world, phones)

    return make


options_strategy = st.fixed_dictionaries(
    {
        "waves": st.sampled_from(
            [["canary", "10%", "100%"], [1], ["100%"], ["50%", 1], ["canary"], ["canary", "stop"]]
        ),
        "max_bad": st.sampled_from([0, 1, "10%", "100%"]),
        "max_in_flight": st.sampled_from([0, 1, 3]),
        "max_in_flight_per_group": st.sampled_from([0, 1, 2]),
        "unknown_call_state": st.sampled_from(["defer", "proceed"]),
        "deferred_retries": st.sampled_from([0, 2]),
        "soak": st.sampled_from([0.0, 60.0]),
        "unreachable": st.sampled_from(["ignore", "bad"]),
        "window": st.sampled_from([None, "00:00-23:59 UTC", "07:00-09:10 UTC"]),
        "force": st.sampled_from([False, False, True]),
        "snapshot": st.booleans(),
    }
)

# HYPOTHESIS_EXAMPLES=2000 searches longer. A failing fleet is shown as it was found: making it smaller takes minutes.
thorough = settings(
    deadline=None,
    max_examples=int(os.environ.get("HYPOTHESIS_EXAMPLES", "40")),
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.generate],
)


def check_limits(fleet: Fleet, options: dict[str, Any]) -> None:
    """Never more in flight than allowed, and no phone is asked twice while it flashes."""
    for (kind, _name), peak in fleet.peak.items():
        limit = options["max_in_flight" if kind == "site" else "max_in_flight_per_group"]
        assert not limit or peak <= limit, fleet.peak
    for phone in fleet.phones.values():
        assert phone.violations == []


@given(fleets(), options_strategy)
@thorough
def test_every_phone_ends_once_within_limits(make: Callable[[], Fleet], options: dict[str, Any]) -> None:
    fleet = make()
    result = run(fleet, MemoryJournal(fleet.world), **options)
    assert set(result["phones"]) == set(fleet.phones)
    assert sum(result["summary"].values()) == len(fleet.phones)
    check_limits(fleet, options)
    for name, record in result["phones"].items():
        phone = fleet.phones[name]
        assert record["outcome"] in OUTCOMES
        if record["outcome"] in ("upgraded", "compliant"):
            assert phone.firmware == TARGET
        if record["outcome"] in ("deferred", "not_started", "refused", "unreachable", "auth_failed", "compliant"):
            assert phone.triggers == [], record
        if phone.triggers:
            assert record["evidence"]["triggered_at"] == phone.triggers[-1][0]
        was_upgraded = record["outcome"] in ("upgraded", "not_registered", "reverted")
        assert record["snapshot"] is None or options["snapshot"]
        assert record["snapshot"] is not None or not (options["snapshot"] and was_upgraded)


@given(fleets(), options_strategy)
@thorough
def test_check_mode_triggers_nothing(make: Callable[[], Fleet], options: dict[str, Any]) -> None:
    fleet = make()
    result = run(fleet, MemoryJournal(fleet.world), check_mode=True, **options)
    assert all(phone.triggers == [] for phone in fleet.phones.values())
    assert "upgraded" not in result["summary"]


@given(fleets(), options_strategy, st.integers(min_value=0, max_value=60))
@thorough
def test_no_trigger_after_a_stop(make: Callable[[], Fleet], options: dict[str, Any], seconds: int) -> None:
    fleet = make()
    end = fleet.world.time + seconds
    result = run(
        fleet,
        MemoryJournal(fleet.world),
        stop_requested=lambda: "Stopped by the test." if fleet.world.time >= end else None,
        **options,
    )
    assert all(time < end for phone in fleet.phones.values() for time, _version in phone.triggers)
    for name, phone in fleet.phones.items():
        if phone.triggers:
            assert result["phones"][name]["outcome"] != "not_started"


@given(fleets(), options_strategy)
@thorough
def test_no_trigger_outside_the_window(make: Callable[[], Fleet], options: dict[str, Any]) -> None:
    fleet = make()
    # Simulated time starts at 08:00:00 UTC, so this opens in two minutes.
    options = options | {"window": "08:02-09:10 UTC", "soak": 0.0}
    start = fleet.world.time
    run(fleet, MemoryJournal(fleet.world), **options)
    for phone in fleet.phones.values():
        for time, _version in phone.triggers:
            assert start + 120 <= time < start + 4200


@given(fleets(), options_strategy)
@thorough
def test_the_gate_closes_at_the_first_phone_too_many(make: Callable[[], Fleet], options: dict[str, Any]) -> None:
    fleet = make()
    journal = MemoryJournal(fleet.world)
    run(fleet, journal, **options)
    history = [entry for line in journal.lines if (entry := json.loads(line))["type"] in ("intent", "end")]
    bad = 0
    # No more phones can need work than there are.
    limit = {"100%": 10**9, "10%": len(fleet.phones) // 10}.get(options["max_bad"], options["max_bad"])
    for entry in history:
        if entry["type"] == "end" and OUTCOMES[entry["outcome"]].is_bad(triggered=False):
            bad += 1
        if entry["type"] == "intent":
            assert bad <= limit, history


@given(
    phones=st.lists(st.sampled_from(["berlin", "berlin", "paris"]), min_size=1, max_size=30),
    options=options_strategy,
    changes=st.integers(min_value=1, max_value=400),
    spared=st.sets(st.integers(0, 29), max_size=4),
)
@thorough
def test_passwords_that_change_meanwhile_are_not_tried_on_a_whole_site(
    phones: list[str], options: dict[str, Any], changes: int, spared: set[int]
) -> None:
    world = World()
    fleet = Fleet(
        world,
        [
            SimulatedPhone(
                world,
                f"phone{number}",
                mac=f"0004130000{number:02X}",
                site=site,
                new_password_at=None if number in spared else world.time + changes,
            )
            for number, site in enumerate(phones)
        ],
    )
    # As many phones at once as may be.
    options = options | {"max_in_flight": 0, "max_bad": 1000, "waves": [1, "100%"], "window": None}
    run(fleet, MemoryJournal(world), **options)
    check_limits(fleet, options)
    for site in ("berlin", "paris"):
        here = [phone for phone in fleet.phones.values() if phone.site == site]
        # A phone that was asked to load an image is watched to its end.
        assert sum(bool(phone.refused_at) and not phone.triggers for phone in here) <= MAX_REFUSALS


@pytest.mark.parametrize("soak", [0.0, 60.0])
def test_a_password_that_changes_after_a_wave_is_refused_three_times(soak: float) -> None:
    world = World()
    # Long after the first wave, or in its soak.
    changed = world.time + (100 if soak else 30)
    phones = [
        SimulatedPhone(world, f"phone{number}", mac=f"0004130000{number:02X}", new_password_at=changed)
        for number in range(30)
    ]
    fleet = Fleet(world, phones)
    waves = {"waves": [10, "100%"], "max_in_flight": 0, "max_bad": 1000}
    records = run(fleet, MemoryJournal(world), soak=soak, **waves)["phones"].values()
    outcomes = Counter(record["outcome"] for record in records)
    if soak:
        assert outcomes == {"upgraded": 7, "auth_failed": MAX_REFUSALS, "not_started": 20}
        unseen = [record["reason"] for record in records if record["outcome"] == "upgraded"]
        assert all("was not looked at again after the soak" in reason for reason in unseen)
    else:
        # The first ten were under way already.
        assert outcomes == {"auth_failed": 10, "not_started": 20}
    assert all("refused the same credentials" in one["reason"] for one in records if one["outcome"] == "not_started")


@given(fleets(), options_strategy, st.integers(min_value=1, max_value=200))
@thorough
def test_a_kill_at_any_event_and_a_resume_give_the_same_end(
    make: Callable[[], Fleet], options: dict[str, Any], crash_at: int
) -> None:
    # What changes with time or with who was first is left out: windows, calls that end, limits on failures.
    options = options | {
        "window": None,
        "max_bad": 1000,
        "soak": 0.0,
        "waves": ["100%"],
        "force": False,
        "unknown_call_state": "proceed",
    }
    undisturbed = make()
    for phone in undisturbed.phones.values():
        phone.in_call_until = phone.in_call_until if phone.in_call_until > phone.world.time + 1000 else 0.0
    expected = run(undisturbed, MemoryJournal(undisturbed.world), **options)

    fleet = make()
    for phone in fleet.phones.values():
        phone.in_call_until = phone.in_call_until if phone.in_call_until > phone.world.time + 1000 else 0.0
    journal = MemoryJournal(fleet.world)
    fleet.world.crash_at = crash_at
    try:
        run(fleet, journal, **options)
        return
    except Crash:
        fleet.world.crash_at = None
    if any('"type": "run_end"' in line for line in journal.lines):
        return  # It had ended, so the next run is one of its own.
    fleet.world.time += 1.0
    resumed = run(fleet, journal, **options)

    check_limits(fleet, options)
    for name, record in resumed["phones"].items():
        phone = fleet.phones[name]
        wanted = expected["phones"][name]
        # Which phones wait in vain, behind one that does not come back or for credentials that proved to be right,
        # depends on who was first.
        reasons = wanted["reason"] + record["reason"]
        in_vain = "held by a phone that did not come back" in reasons or "refused the same credentials" in reasons
        if record["outcome"] != wanted["outcome"] and not in_vain:
            # What a phone looked like before it was triggered died with the killed run: another phone at its address
            # can't be told any more.
            assert (wanted["outcome"], record["outcome"]) == ("wrong_phone", "upgraded"), (name, wanted, record)
        fetched = Counter(version for _time, version in phone.triggers)
        if phone.fault != "ignores_load":
            assert all(count == 1 for count in fetched.values()), (phone.name, phone.triggers)


slow_fleets = st.lists(
    st.fixed_dictionaries(
        {
            "model": st.sampled_from(["D785", "720"]),
            "firmware": st.sampled_from(["8.9.3.80", "10.1.39.11"]),
            "site": st.sampled_from([None, "berlin"]),
            "group": st.sampled_from([None, "ward 1", "ward 2"]),
            "fault": st.sampled_from([None, None, "keep_old_version", "ignores_load", "no_answer"]),
            # With 600 s to flash a deadline is a little more than 900 s away.
            "load_time": st.sampled_from([5.0, 850.0, 1000.0, 1500.0, 1790.0]),
            "flash_time": st.sampled_from([20.0, 300.0, 890.0]),
        }
    ),
    min_size=1,
    max_size=6,
)


@given(
    slow_fleets,
    options_strategy,
    st.lists(st.tuples(st.integers(1, 1500), st.sampled_from([1.0, 300.0, 1200.0, 5000.0])), max_size=3),
    st.lists(st.sampled_from([0.0, 30.0, 600.0, 1000.0, 4000.0]), min_size=1, max_size=3),
)
@thorough
def test_no_phone_is_asked_while_it_loads_over_kills_and_complete_runs(
    recipe: list[dict[str, Any]], options: dict[str, Any], kills: list[tuple[int, float]], pauses: list[float]
) -> None:
    """Images that take up to twice the deadline: whatever is killed and run again, and when."""
    world = World()
    phones = [
        SimulatedPhone(world, f"phone{number}", mac=f"0004130000{number:02X}", **one)
        for number, one in enumerate(recipe)
    ]
    fleet, journal = Fleet(world, phones), MemoryJournal(world)
    options = options | {"window": None, "unknown_call_state": "proceed"}
    for events, pause in kills:
        world.crash_at = world.events + events
        with suppress(Crash):
            run(fleet, journal, **options)
        world.crash_at = None
        world.time += pause
    for pause in pauses:
        result = run(fleet, journal, **options)
        check_limits(fleet, options)
        # Whoever loads or flashes must not be powered off, and the run that has just ended knows that.
        unsafe = {entry["host"]: entry["until"] for entry in result["do_not_power_off"]}
        for phone in phones:
            if phone.flashing:
                assert unsafe[phone.name] >= (phone.comes_back or 0.0), (phone, result["phones"][phone.name])
        world.time += pause


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault])
def test_each_fault_has_its_outcome(fault: str) -> None:
    world = World()
    fleet = Fleet(world, [SimulatedPhone(world, "one", fault=fault)])
    expected = {
        "keep_old_version": "old_version",
        "never_returns": "timed_out",
        "ignores_load": "image_failed",
        "no_answer": "upgraded",
        "replaced": "wrong_phone",
        "loses_registration": "not_registered",
        "dead": "unreachable",
        "wrong_password": "auth_failed",
    }
    assert run(fleet, MemoryJournal(world))["phones"]["one"]["outcome"] == expected[fault]
