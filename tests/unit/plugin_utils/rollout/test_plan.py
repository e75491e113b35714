# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import (
    InputError,
)
from ansible_collections.telephony.snom.plugins.module_utils._known.images import Catalog, parse_images
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.module_utils._mirror.control_settings import ControlSettings
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.history import History
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.limits import (
    parse_by_site,
    parse_waves,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.plan import (
    Plan,
    check_targets,
    make_plan,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.plan_text import plan_lines
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.target import Reading, Target
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.windows import parse_windows

from .to_plan import IMAGE, MAC, NEW, OLD, facts, options, target

# Before anything is read ------------------------------------------------------------------------------------------


def test_targets_that_can_be_planned() -> None:
    check_targets(
        [
            target("desk-1", mac="000413000001"),
            target("desk-2", mac="000413000002"),
            target("desk-3", version=None, versions={"D785": Version.parse(NEW)}),
            target("lift", version=None, protected=True),
        ]
    )


@pytest.mark.parametrize(
    ("targets", "words"),
    [
        ([target("desk-7", version=None)], ["desk-7 has no target", "set snom_firmware_version"]),
        (
            [target("desk-1", mac=MAC), target("desk-2"), target("desk-3", mac=MAC)],
            [f"desk-1 and desk-3 have the MAC {MAC}", "Correct snom_mac"],
        ),
        (
            [target("desk-1", address="192.0.2.1"), target("desk-2", address="192.0.2.1")],
            ["desk-1 and desk-2 have the address 192.0.2.1", "Correct ansible_host"],
        ),
    ],
)
def test_targets_that_can_not(targets: list[Target], words: list[str]) -> None:
    with pytest.raises(InputError, match="nothing was sent") as refusal:
        check_targets(targets)
    for word in words:
        assert word in refusal.value.reason


@pytest.mark.parametrize("web_server", [{"port": 443}, {"scheme": "http"}, {"scheme": "http", "port": 80}])
def test_one_address_is_one_phone_however_it_is_reached(web_server: dict[str, Any]) -> None:
    one, other = target("desk-1", address="Desk.Example"), target("desk-2", address="desk.example")
    other = replace(other, connection=replace(other.connection, **web_server))
    with pytest.raises(InputError, match=r"desk-1 and desk-2 have the address desk\.example in common"):
        check_targets([one, other])
    # Several phones behind one address, each forwarded from a port of its own.
    check_targets([one, replace(other, connection=replace(other.connection, port=8443))])


def test_every_problem_is_told_but_not_hundreds() -> None:
    with pytest.raises(InputError) as refusal:
        check_targets([target(f"desk-{number}", version=None) for number in range(30)])
    assert refusal.value.reason.count("has no target") == 20
    assert "and 10 more" in refusal.value.reason


# The whole plan ---------------------------------------------------------------------------------------------------


def plan(targets: list[Target], readings: Mapping[str, Reading] | None = None, **more: Any) -> Plan:
    given = readings or {
        one.host: Reading(facts=facts(mac=f"0004130000{number:02X}"))
        for number, one in enumerate(sorted(targets, key=lambda one: one.host))
    }
    return make_plan(targets, given, options(**more), History(), {})


def test_equal_plans_have_equal_ids() -> None:
    targets = [target(f"desk-{number}") for number in range(10)]
    shuffled = random.Random(1).sample(targets, len(targets))
    assert plan(targets).plan_id == plan(shuffled).plan_id


@pytest.mark.parametrize(
    "other",
    [
        plan([target("desk-1")]),
        plan([target("desk-1"), target("desk-3")]),
        plan([target("desk-1"), target("desk-2", wave=2)]),
        plan([target("desk-1"), target("desk-2", version=Version.parse("10.1.53.1"))]),
        plan([target("desk-1"), target("desk-2", protected=True)]),
        plan(
            [target("desk-1"), target("desk-2")],
            {"desk-1": Reading(facts=facts()), "desk-2": Reading(facts=facts(mac="000413000001"))},
        ),
        plan(
            [target("desk-1"), target("desk-2")],
            {"desk-1": Reading(facts=facts()), "desk-2": Reading(facts=facts(firmware="10.1.40.1"))},
        ),
    ],
)
def test_other_plans_have_other_ids(other: Plan) -> None:
    assert other.plan_id != plan([target("desk-1"), target("desk-2")]).plan_id


def with_image(**entry: Any) -> Plan:
    """A plan by a catalogue that has this entry of the image."""
    url = f"http://images.example/fw/{IMAGE}"
    return plan([target()], mirror=None, catalog=Catalog(parse_images([{"file": IMAGE, "url": url} | entry], "own")))


@pytest.mark.parametrize(
    "other",
    [
        plan([target(mirror="http://other.example/fw")]),
        plan([target(mirror="http://images.example/other")]),
        plan([target(control=ControlSettings(url="https://images.example", username="ansible", password=""))]),
        with_image(size=25_000_000),
        with_image(sha1="1" * 40),
        with_image(sha256="1" * 64),
    ],
)
def test_a_plan_that_loads_something_else_has_another_id(other: Plan) -> None:
    """Else who changes the catalogue or the mirror behind an approval changes what is loaded, and nobody sees it."""
    assert [phone.outcome for phone in other.phones] == [None]
    assert other.plan_id != plan([target()]).plan_id
    # The catalogue leads to the same place.
    assert with_image().plan_id == plan([target()]).plan_id


def test_deadlines_follow_from_how_many_share_the_line() -> None:
    image = parse_images([{"file": IMAGE, "url": f"http://images.example/{IMAGE}", "size": 25_000_000}], "catalog")
    targets = [target(f"desk-{number}", site="berlin" if number else "lisbon") for number in range(5)]
    more: dict[str, Any] = {"catalog": Catalog(image), "flash_time": 100.0}
    # 25 MB over 100 Mbit/s are 2 s for one phone, and 8 s for four.
    assert [phone.deadlines for phone in plan(targets, **more).phones] == [(153.0,)] + [(162.0,)] * 4
    assert plan(targets, max_in_flight=2, **more).phones[1].deadlines == (156.0,)
    assert plan(targets, max_in_flight=0, **more).phones[1].deadlines == (162.0,)
    slow = parse_by_site({"lisbon": 10, "default": 100}, "site_bandwidth_mbit")
    assert plan(targets, bandwidth=slow, **more).phones[0].deadlines == (180.0,)
    assert plan(targets, deadline=77.0, **more).phones[0].deadlines == (77.0,)


def test_a_deadline_that_fits_into_no_window() -> None:
    windows = parse_windows({"berlin": "22:00-22:30 UTC", "default": "22:00-23:30 UTC"})
    targets = [target("desk-1", site="berlin"), target("desk-2", site="lisbon")]
    one, two = plan(targets, windows=windows, deadline=3600.0).phones
    assert one.outcome == "deferred" and "widen the window" in one.ending.reason
    assert two.outcome is None


def test_the_text_of_a_plan() -> None:
    targets = [target("desk-1"), target("desk-2"), target("lift", protected=True)]
    made = plan(targets)
    made.phones[0] = replace(made.phones[0], facts=facts(call_state="idle"))
    text = "\n".join(plan_lines(made, {"desk-1": 1, "desk-2": 2}))
    assert f"Plan {made.plan_id}: 2 of 3 phones need work." in text
    assert f"{OLD} -> {NEW}, size unknown" in text
    assert "wave 2" in text and "Nothing to do: 1 protected." in text
    assert "Call state readable on 1 of the 2" in text
    # Assumptions are named as such.
    assert "600 s to flash (flash_time)" in text and "100 Mbit/s" in text


def test_the_text_of_a_large_plan_counts_kinds() -> None:
    targets = [target(f"desk-{number}", protected=number == 0) for number in range(11)]
    text = "\n".join(plan_lines(plan(targets), {}, limit=10))
    assert f"10 x D785 {OLD} -> {NEW}" in text and "1 x protected" in text
    assert "desk-3" not in text


@pytest.mark.parametrize("waves", [["canary", "100%"], ["100%"]])
def test_the_text_of_a_plan_tells_why_there_are_more_canaries_than_kinds(waves: list[str]) -> None:
    targets = [target(f"desk-{number}", mirror=f"http://{number % 3}.example/fw") for number in range(12)]
    made = plan(targets, waves=parse_waves(waves))
    (told,) = [line for line in plan_lines(made, {}) if "canaries" in line] or [""]
    assert ("3 canaries where model and versions alone would need 1" in told) is (waves[0] == "canary")
    (kind,) = [line for line in plan_lines(made, {}, limit=10) if "12 x D785" in line]
    assert kind.endswith(", 3 canaries") is (waves[0] == "canary")
    # One place for all has nothing to tell.
    assert "canaries" not in "".join(plan_lines(plan(targets[:1], waves=made.options.waves), {}))


def test_the_text_of_a_large_plan_counts_notes() -> None:
    made = plan([target(f"desk-{number}") for number in range(11)])
    made.phones[3:] = [replace(phone, notes=("Make sure of it.",)) for phone in made.phones[3:]]
    assert "  note for 8 of them: Make sure of it." in plan_lines(made, {}, limit=10)


def test_the_text_of_a_plan_has_a_note_of_several_phones_once() -> None:
    made = plan([target(f"desk-{number}") for number in range(3)])
    made.phones[1:] = [replace(phone, notes=("Make sure of it.",)) for phone in made.phones[1:]]
    made.phones[2] = replace(made.phones[2], notes=("Make sure of it.", "Only this one."))
    lines = plan_lines(made, {})
    assert [line.strip() for line in lines if "note" in line] == [
        "note: Only this one.",
        "note for desk-1, desk-2: Make sure of it.",
    ]
