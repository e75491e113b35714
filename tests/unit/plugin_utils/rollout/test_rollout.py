# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A rollout from its options to its report. What the engine does in between is tested in simulated time."""

from __future__ import annotations

import errno
import json
import math
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
import yaml
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import (
    AuthFailed,
    CertificateRejected,
    InputError,
    NotRecorded,
    UserMode,
)
from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import Outcome
from ansible_collections.telephony.snom.plugins.module_utils._firmware.order import Ending, Intent
from ansible_collections.telephony.snom.plugins.module_utils._known.images import Catalog
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.module_utils._operations.firmware import ARGUMENT_SPEC as OF_MODULE
from ansible_collections.telephony.snom.plugins.module_utils._operations.firmware import upgrade_phone
from ansible_collections.telephony.snom.plugins.module_utils._operations.run import perform
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import Connection
from ansible_collections.telephony.snom.plugins.module_utils._phone.loadable_phone import Load
from ansible_collections.telephony.snom.plugins.modules import snom_rollout
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout import journal as journal_module
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout import rollout as rollout_module
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout import survey
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.closing import closing_lines
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.history_file import read_history
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.journal import JournalFile
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.options import ARGUMENT_SPEC, parse_options
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.rollout import rollout
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.runtime import Abandoned, Context
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.target import Target
from ansible_collections.telephony.snom.tests.unit.phones import Clock, LabPhone, LabRuntime, parameters_of

from .planned import ended

OLD, NEW = "10.1.39.11", "10.1.54.13"
IMAGE = f"snomD785-{NEW}-SIP-r.bin"
GOES_WELL = [(3, {"up": False}), (60, {"up": True, "firmware": NEW})]
COMES_BACK_OLD = [(3, {"up": False}), (60, {"up": True})]
NEVER_COMES_BACK = [(3, {"up": False})]
RESUME = "ansible-playbook -i inventory.yml rollout.yml"


def parameters(**given: Any) -> dict[str, Any]:
    defaults = {name: argument.get("default") for name, argument in ARGUMENT_SPEC.items()}
    return defaults | {"mirror": "http://images.example/fw", "verify_image": "none", **given}


class Fleet:
    """Lab phones by host, and rollouts over them."""

    def __init__(self, *scripts: Any, clock: Clock | None = None, **phones: dict[str, Any]) -> None:
        """One phone for each script, desk-1 and so on; more phones by name, with attributes."""
        self.clock = clock or Clock()
        self.phones = {f"desk-{number}": LabPhone(self.clock, script) for number, script in enumerate(scripts, 1)}
        self.phones |= {name: LabPhone(self.clock, GOES_WELL, **state) for name, state in phones.items()}
        for number, phone in enumerate(self.phones.values(), 1):
            phone.mac = phone.mac and f"0004130000{number:02X}"
        self.said: list[str] = []
        self.connected: list[str] = []

    def targets(
        self, password: str | None, each: Mapping[str, dict[str, Any]] = MappingProxyType({}), **more: Any
    ) -> list[Target]:
        wanted = {"version": Version.parse(NEW)} | more
        login = {"username": password and "admin", "password": password}
        return [
            Target(host=host, connection=Connection(address=host, **login), **wanted | each.get(host, {}))
            for host in self.phones
        ]

    def run(
        self,
        *,
        check_mode: bool = False,
        target: dict[str, Any] | None = None,
        each: Mapping[str, dict[str, Any]] = MappingProxyType({}),
        password: str | None = None,
        stop: Callable[[], str | None] = lambda: None,
        notify: Callable[[str], None] | None = None,
        abandoned: Callable[[], bool] = lambda: False,
        **given: Any,
    ) -> dict[str, Any]:
        def connect(connection: Connection) -> LabPhone:
            self.connected.append(connection.address)
            return self.phones[connection.address]

        context = Context(
            run="run-1",
            runtime=LabRuntime(self.clock),
            connect=connect,
            notify=notify or self.said.append,
            stop_requested=stop,
            abandoned=abandoned,
            resume_command=RESUME,
        )
        targets = self.targets(password, each, **target or {})
        return rollout(targets, parameters(**given), Catalog(), check_mode, context)

    def outcomes(self, **given: Any) -> dict[str, str]:
        return {host: record["outcome"] for host, record in self.run(**given)["phones"].items()}

    @property
    def commands(self) -> int:
        return sum(len(phone.commands) for phone in self.phones.values())


@pytest.fixture(name="journal")
def _journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(journal_module, "LOCK_PATIENCE", 0.0)
    return str(tmp_path / "rollout.journal")


# What is documented -----------------------------------------------------------------------------------------------

DOCUMENTED = yaml.safe_load(snom_rollout.RETURN)


def test_the_documentation_has_the_options_that_there_are() -> None:
    # validate-modules compares them for modules with code only; this one's code is its action plugin.
    documented = yaml.safe_load(snom_rollout.DOCUMENTATION)["options"]
    assert {
        name: {key: option[key] for key in ("type", "elements", "choices", "default", "required") if key in option}
        for name, option in documented.items()
    } == ARGUMENT_SPEC


def test_the_result_has_the_keys_that_are_documented(tmp_path: Path) -> None:
    fleet = Fleet(GOES_WELL, NEVER_COMES_BACK)
    result = fleet.run(waves=["100%"], max_in_flight=1, max_bad=1, snapshot=True, report_dir=str(tmp_path))
    assert set(result) == set(DOCUMENTED)
    assert set(result["waves"][0]) == set(DOCUMENTED["waves"]["contains"])
    assert set(result["do_not_power_off"][0]) == set(DOCUMENTED["do_not_power_off"]["contains"])
    assert set(result["report"]) == set(DOCUMENTED["report"]["contains"])
    for record in result["phones"].values():
        assert set(record) == set(DOCUMENTED["phones"]["contains"])
    (snapshot,) = (record["snapshot"] for record in result["phones"].values() if record["snapshot"])
    assert set(snapshot) == set(DOCUMENTED["phones"]["contains"]["snapshot"]["contains"])
    assert json.loads(json.dumps(result)) == result


# Good ways --------------------------------------------------------------------------------------------------------


def test_a_rollout(tmp_path: Path, journal: str) -> None:
    fleet = Fleet(GOES_WELL, GOES_WELL, done={"firmware": NEW})
    started = fleet.clock.time
    result = fleet.run(journal=journal, report_dir=str(tmp_path / "report"))
    assert result["summary"] == {"upgraded": 2, "compliant": 1}
    assert (result["stopped_by"], result["resume"], result["do_not_power_off"]) == (None, None, [])
    assert (result["run"], result["check_mode"], result["started"]) == ("run-1", False, started)
    one = result["phones"]["desk-1"]
    assert {name: one[name] for name in ("recap", "before", "after", "target", "path", "model", "mac", "wave")} == {
        "recap": "changed",
        "before": OLD,
        "after": NEW,
        "target": NEW,
        "path": [NEW],
        "model": "D785",
        "mac": "000413000001",
        "wave": 1,
    }
    assert result["phones"]["done"]["recap"] == "ok"
    # The canary goes alone, then the rest.
    assert [(wave["label"], wave["summary"]) for wave in result["waves"]] == [
        ("canary", {"upgraded": 1}),
        ("10%", {"upgraded": 1}),
    ]
    assert result["closing"][0] == "Ended: 2 upgraded, 1 compliant"
    assert json.loads(Path(result["report"]["json"]).read_text("utf-8"))["plan_id"] == result["plan_id"]


def test_the_second_run_asks_nobody(journal: str) -> None:
    fleet = Fleet(GOES_WELL, GOES_WELL)
    fleet.run(journal=journal)
    assert fleet.outcomes(journal=journal) == {"desk-1": "compliant", "desk-2": "compliant"}
    assert fleet.commands == 2


@pytest.mark.parametrize(
    ("script", "phone", "outcome", "changed"),
    [
        (GOES_WELL, {}, "upgraded", True),
        (GOES_WELL, {"firmware": NEW}, "compliant", False),
        (GOES_WELL, {"answer": UserMode("It is in user mode.")}, "user_mode", False),
        ([], {}, "image_failed", False),
        (NEVER_COMES_BACK, {}, "timed_out", True),
        (COMES_BACK_OLD, {}, "old_version", True),
    ],
)
def test_the_rollout_and_the_module_say_alike_whether_a_phone_changed(
    script: Any, phone: dict[str, Any], outcome: str, changed: bool
) -> None:
    fleet = Fleet(**{"desk-1": phone})
    fleet.phones["desk-1"].scripts = [script]
    record = fleet.run(deadline=200.0)["phones"]["desk-1"]
    assert (record["outcome"], record["changed"]) == (outcome, changed)
    alone = LabPhone(Clock(), script, **phone)
    given = {"version": NEW, "mirror": "http://images.example/fw", "verify_image": "none", "deadline": 200.0}
    module = perform(
        partial(upgrade_phone, now=alone.clock.now, sleep=alone.clock.sleep),
        parameters_of(OF_MODULE, **given),
        False,
        connect=lambda connection: alone,
    )
    assert (module["outcome"], module["changed"]) == (outcome, changed)


def test_check_mode_plans(tmp_path: Path, journal: str) -> None:
    fleet = Fleet(GOES_WELL, done={"firmware": NEW}, lost={"up": False})
    result = fleet.run(check_mode=True, journal=journal, report_dir=str(tmp_path / "report"))
    assert {host: record["outcome"] for host, record in result["phones"].items()} == {
        "desk-1": "planned",
        "done": "compliant",
        "lost": "unreachable",
    }
    planned = result["phones"]["desk-1"]
    assert (planned["recap"], planned["changed"], planned["wave"], planned["path"]) == ("changed", True, 1, [NEW])
    assert (result["waves"], result["resume"], result["closing"][0][:7]) == ([], None, "Planned")
    assert fleet.commands == 0
    assert not Path(journal).exists()


def test_an_approved_plan_is_the_report_of_check_mode(tmp_path: Path) -> None:
    fleet = Fleet(GOES_WELL, GOES_WELL)
    report = fleet.run(check_mode=True, report_dir=str(tmp_path))["report"]["json"]
    fleet.phones["desk-2"].firmware = "10.1.40.1"
    assert fleet.outcomes(approved_plan=report) == {"desk-1": "upgraded", "desk-2": "deferred"}


def test_a_stop_behind_the_waves_leaves_the_rest_for_another_rollout(journal: str) -> None:
    fleet = Fleet(GOES_WELL, GOES_WELL, GOES_WELL)
    waves = {"waves": ["canary", "stop"], "journal": journal}
    planned = fleet.run(check_mode=True, **waves)
    assert {host: record["outcome"] for host, record in planned["phones"].items()} == {
        "desk-1": "planned",
        "desk-2": "not_started",
        "desk-3": "not_started",
    }
    result = fleet.run(**waves)
    assert result["summary"] == {"not_started": 2, "upgraded": 1}
    assert result["stopped_by"] == "The waves before stop are done."
    assert result["stopped_by"] in result["phones"]["desk-3"]["reason"]
    assert fleet.outcomes(journal=journal) == {"desk-1": "compliant", "desk-2": "upgraded", "desk-3": "upgraded"}


def test_a_canary_before_a_stop_that_nobody_asked_has_failed() -> None:
    """Else a job of canaries that was stopped before it asked one is green, and people are asked how they are."""
    stopped = {"stop": lambda: "The stop file is there."}
    waves = {"waves": ["canary", "stop"], "fail_on": ["deferred"]}

    def recap(fleet: Fleet, **options: Any) -> dict[str, str]:
        return {host: record["recap"] for host, record in fleet.run(**options)["phones"].items()}

    assert recap(Fleet(GOES_WELL, GOES_WELL), **stopped, **waves) == {"desk-1": "failed", "desk-2": "ok"}
    assert recap(Fleet(GOES_WELL, GOES_WELL), **waves) == {"desk-1": "changed", "desk-2": "ok"}
    # Without the word it is as fail_on says.
    waves["waves"] = ["canary", "100%"]
    assert recap(Fleet(GOES_WELL, GOES_WELL), **stopped, **waves) == {"desk-1": "ok", "desk-2": "ok"}


def at(site: str) -> dict[str, Any]:
    """A phone of a site that has a mirror of its own."""
    return {"site": site, "mirror": f"http://{site}.example/fw"}


BY_SITE = {f"desk-{number}": at("lisbon" if number < 4 else "porto") for number in range(1, 10)}


@pytest.mark.parametrize("max_bad", [0, 9])
def test_a_canary_proves_nothing_of_what_lies_on_another_mirror(max_bad: int) -> None:
    """A file of the same name may be another one there."""
    fleet = Fleet(*[GOES_WELL] * 3, *[NEVER_COMES_BACK] * 6)
    result = fleet.run(each=BY_SITE, waves=["canary", "100%"], max_bad=max_bad)
    assert result["summary"] == {"upgraded": 1, "timed_out": 1, "not_started": 7}
    assert result["stopped_by"].startswith("The canary desk-4 ")


def test_the_canaries_of_other_mirrors_wait_for_the_first_one() -> None:
    """What is wrong with the image itself is to harm one phone, however many mirrors there are."""
    fleet = Fleet(*[NEVER_COMES_BACK] * 9)
    result = fleet.run(each=BY_SITE, waves=["canary", "100%"])
    assert result["summary"] == {"timed_out": 1, "not_started": 8}
    fleet = Fleet(*[GOES_WELL] * 9)
    waves = fleet.run(each=BY_SITE, waves=["canary", "100%"])["waves"]
    assert [wave["summary"] for wave in waves] == [{"upgraded": 2}, {"upgraded": 7}]


def test_a_mirror_with_a_folder_for_each_phone_is_one_place() -> None:
    fleet = Fleet(*[GOES_WELL] * 3)
    macs = {host: phone.mac for host, phone in fleet.phones.items()}
    pairs = {host: ":".join(mac[at : at + 2] for at in range(0, 12, 2)).lower() for host, mac in macs.items()}
    each = {host: {"mirror": f"http://images.example/{mac}/fw"} for host, mac in pairs.items()}
    waves = fleet.run(each=each, waves=["canary", "100%"])["waves"]
    assert [wave["summary"] for wave in waves] == [{"upgraded": 1}, {"upgraded": 2}]


def test_a_resume_knows_from_where_a_step_was_proven(journal: str) -> None:
    """Else a canary that failed before the run was cut off counts as one bad phone of many."""
    fleet = Fleet(*[GOES_WELL] * 3, *[COMES_BACK_OLD] * 6)
    fleet.run(each=BY_SITE, waves=["canary", "100%"], max_bad=9, journal=journal)
    lines = [line for line in Path(journal).read_text("utf-8").splitlines() if '"run_end"' not in line]
    Path(journal).write_text("\n".join(lines) + "\n", "utf-8")
    again = fleet.run(each=BY_SITE, waves=["canary", "100%"], max_bad=9, journal=journal)
    assert again["stopped_by"] == "The canary desk-4 ended as old_version, and canaries may not fail."
    assert again["summary"] == {"upgraded": 1, "old_version": 1, "not_started": 7}


def test_a_stop_behind_the_last_phone_stops_nothing() -> None:
    result = Fleet(GOES_WELL, GOES_WELL).run(waves=["100%", "stop"])
    assert (result["summary"], result["stopped_by"]) == ({"upgraded": 2}, None)


def test_the_plan_is_shown_before_anything_is_sent() -> None:
    fleet = Fleet(GOES_WELL)
    shown: list[bool] = []
    fleet.phones["desk-1"].on_command = lambda target: shown.append(any("Plan " in line for line in fleet.said))
    fleet.run()
    assert shown == [True]


def test_the_intent_is_on_disk_when_the_request_leaves(journal: str) -> None:
    fleet = Fleet(GOES_WELL)
    on_disk: list[list[str]] = []

    def note(target: str) -> None:
        on_disk.append([json.loads(line)["type"] for line in Path(journal).read_text("utf-8").splitlines()])

    fleet.phones["desk-1"].on_command = note
    fleet.run(journal=journal)
    assert on_disk == [["run", "intent"]]
    kinds = [json.loads(line)["type"] for line in Path(journal).read_text("utf-8").splitlines()]
    assert kinds == ["run", "intent", "end", "run_end"]


def test_a_run_without_a_journal_says_what_that_means(journal: str) -> None:
    without, planned, protected = Fleet(GOES_WELL), Fleet(GOES_WELL), Fleet(GOES_WELL)
    without.run()
    planned.run(check_mode=True)
    protected.run(journal=journal)
    warned = [any("No journal" in line for line in fleet.said) for fleet in (without, planned, protected)]
    assert warned == [True, True, False]


CHANGES = [
    (3, {"up": False}),
    (
        60,
        {
            "up": True,
            "firmware": NEW,
            "settings": {"language": "Deutsch", "http_pass": "hunter3", "url": "http://x/?hunter2"},
        },
    ),
]
BEFORE = {"language": "English", "http_pass": "hunter2"}


def test_what_the_upgrades_changed(tmp_path: Path, journal: str) -> None:
    fleet = Fleet(CHANGES, CHANGES, done={"firmware": NEW})
    for phone in fleet.phones.values():
        phone.settings = BEFORE
    result = fleet.run(snapshot=True, password="hunter2", journal=journal, report_dir=str(tmp_path / "report"))
    assert result["summary"] == {"upgraded": 2, "compliant": 1}
    assert result["phones"]["done"]["snapshot"] is None
    for host in ("desk-1", "desk-2"):
        assert result["phones"][host]["snapshot"] == {
            "read": True,
            "reason": None,
            "settings": {
                "http_pass": ["********", "********"],
                "language": ["English", "Deutsch"],
                # A secret that stands where nobody looks for it.
                "url": [None, "http://x/?********"],
            },
            "more": 0,
            "registrations": {},
        }
    for file in (*Path(result["report"]["json"]).parent.iterdir(), Path(journal)):
        assert "hunter" not in file.read_text("utf-8")


def test_settings_are_read_anew_in_a_phone_s_turn() -> None:
    fleet = Fleet(CHANGES, CHANGES)
    for phone in fleet.phones.values():
        phone.settings = BEFORE
    # Somebody changes the second phone after the plan was made, and before its turn comes.
    fleet.phones["desk-1"].on_command = lambda target: setattr(
        fleet.phones["desk-2"], "settings", {"language": "Dansk"}
    )
    read = fleet.run(snapshot=True)["phones"]
    assert read["desk-1"]["snapshot"]["settings"]["language"] == ["English", "Deutsch"]
    assert read["desk-2"]["snapshot"]["settings"]["language"] == ["Dansk", "Deutsch"]
    requests = [phone.requests.count("settings") for phone in fleet.phones.values()]
    assert requests == [3, 3]


def test_a_resumed_phone_has_nothing_to_compare_with(journal: str) -> None:
    fleet = Fleet(CHANGES, GOES_WELL)
    interrupted(journal, fleet.clock)
    fleet.phones["desk-1"].command(Load("http://mirror/image.bin"))
    result = fleet.run(journal=journal, snapshot=True)["phones"]
    assert result["desk-1"]["outcome"] == "upgraded"
    assert result["desk-1"]["snapshot"]["read"] is False
    assert "was cut off" in result["desk-1"]["snapshot"]["reason"]
    assert result["desk-2"]["snapshot"]["read"] is True


def test_the_pbx_is_asked_only_when_its_answer_is_needed() -> None:
    fleet = Fleet(GOES_WELL)
    asked: list[float] = []

    def known() -> str:
        asked.append(fleet.clock.time)
        return "idle"

    fleet.phones["desk-1"].on_command = lambda target: asked.append(-1)
    assert fleet.outcomes(target={"known_call_state": known}) == {"desk-1": "upgraded"}
    # For the plan and right before the request, not in the polls after it.
    assert len(asked) == 3 and asked[-1] == -1


# Bad ways ---------------------------------------------------------------------------------------------------------


def test_a_phone_that_does_not_come_back(journal: str) -> None:
    fleet = Fleet(NEVER_COMES_BACK, GOES_WELL)
    started = fleet.clock.time
    result = fleet.run(journal=journal, deadline=100)
    assert {host: record["outcome"] for host, record in result["phones"].items()} == {
        "desk-1": "timed_out",
        "desk-2": "not_started",
    }
    assert "desk-1" in result["stopped_by"]
    (unsafe,) = result["do_not_power_off"]
    # As long again as its deadline was.
    assert (unsafe["host"], unsafe["until"]) == ("desk-1", started + 200)
    assert unsafe["reason"] == result["phones"]["desk-1"]["reason"]
    closing = "\n".join(result["closing"])
    assert "Stopped by: The canary desk-1" in closing
    assert "DO NOT POWER OFF desk-1 before 20" in closing
    assert result["resume"] == RESUME and f"To go on: {RESUME}" in closing


LOADS_LATE = [(150, {"up": False}), (220, {"up": True, "firmware": NEW})]


def test_a_canary_that_still_loads_at_its_deadline_stops_the_rollout_and_ends_well(journal: str) -> None:
    fleet = Fleet(LOADS_LATE, GOES_WELL)
    started = fleet.clock.time
    result = fleet.run(journal=journal, deadline=100, max_bad=5)
    assert {host: record["outcome"] for host, record in result["phones"].items()} == {
        "desk-1": "upgraded",
        "desk-2": "not_started",
    }
    assert result["stopped_by"] == "The canary desk-1 was not seen gone by its deadline, and canaries may not fail."
    assert "longer than its deadline of 100 s" in result["phones"]["desk-1"]["reason"]
    assert (result["do_not_power_off"], fleet.commands) == ([], 1)
    until = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(started + 400))
    assert (
        f"desk-1: late, perhaps still loading, do not power it off before {until} (D785 {OLD} -> {NEW})" in fleet.said
    )


def test_a_late_phone_that_ends_well_is_not_counted_as_bad_any_more() -> None:
    fleet = Fleet(LOADS_LATE, LOADS_LATE, GOES_WELL)
    result = fleet.run(deadline=100, waves=[1, 1, 1], max_bad=1)
    # One late phone at a time.
    assert (result["summary"], result["stopped_by"]) == ({"upgraded": 3}, None)
    stopped = Fleet(LOADS_LATE, GOES_WELL).run(deadline=100, waves=[1, 1], max_bad=0)
    assert (stopped["summary"], stopped["stopped_by"]) == (
        {"upgraded": 1, "not_started": 1},
        "1 bad phone, max_bad is 0; the last one is desk-1 (late).",
    )


def test_a_late_phone_keeps_its_place_in_its_group() -> None:
    fleet = Fleet(LOADS_LATE, LOADS_LATE)
    times: list[float] = []
    for phone in fleet.phones.values():
        phone.on_command = lambda target: times.append(fleet.clock.time)
    fleet.run(deadline=100, waves=["100%"], max_bad=5, target={"group": "ward"})
    assert times[1] - times[0] >= 220


def test_a_phone_that_loads_longer_than_its_watch_is_not_said_to_be_safe_while_it_was_silent() -> None:
    result = Fleet([(199, {"up": False})]).run(deadline=100)
    (unsafe,) = result["do_not_power_off"]
    assert unsafe["until"] >= result["started"] + 300


def test_who_was_not_seen_back_is_listed_also_when_its_time_has_passed() -> None:
    fleet = Fleet(NEVER_COMES_BACK, GOES_WELL)
    result = fleet.run(deadline=100, waves=["100%"], max_in_flight=0, max_bad=5, soak=900)
    (unsafe,) = result["do_not_power_off"]
    assert unsafe["host"] == "desk-1" and unsafe["until"] < result["ended"]
    (line,) = (line for line in result["closing"] if "DO NOT" in line)
    assert line.startswith("DO NOT POWER OFF desk-1 without a look at its screen, also after ")


@pytest.mark.parametrize("state", [{"up": True}, {"up": True, "error": AuthFailed("It refused.")}, {"up": False}])
def test_no_later_run_asks_a_phone_that_may_still_be_writing(journal: str, state: dict[str, Any]) -> None:
    fleet = Fleet(NEVER_COMES_BACK, GOES_WELL)
    started = fleet.clock.time
    options = {"journal": journal, "deadline": 100, "waves": ["100%"], "max_in_flight": 1, "max_bad": 5}
    assert fleet.outcomes(**options) == {"desk-1": "timed_out", "desk-2": "not_started"}
    phone = fleet.phones["desk-1"]
    phone.__dict__.update(state)
    planned = fleet.run(**options, check_mode=True)
    assert [one["host"] for one in planned["do_not_power_off"]] == ["desk-1"]
    result = fleet.run(**options, force=True)
    if state == {"up": True}:
        assert result["phones"]["desk-1"]["outcome"] == "deferred"
        assert result["phones"]["desk-1"]["recap"] == "failed"
    # It keeps its place, and is not to be powered off before the same time.
    assert result["phones"]["desk-2"]["outcome"] == "not_started"
    assert [(one["host"], one["until"]) for one in result["do_not_power_off"]] == [("desk-1", started + 200)]
    assert result["stopped_by"] is None and len(phone.commands) == 1
    phone.up, phone.error = True, None
    fleet.clock.time = started + 200
    phone.scripts = [GOES_WELL]
    assert fleet.outcomes(**options) == {"desk-1": "upgraded", "desk-2": "upgraded"}


def test_a_line_that_is_slower_than_assumed_is_named_once_and_remembered(journal: str) -> None:
    slow = [(500, {"up": False}), (560, {"up": True, "firmware": NEW})]
    fleet = Fleet(slow, slow, GOES_WELL)
    fleet.phones["desk-3"].model = "D765"
    options = {"journal": journal, "waves": [2, "stop"], "max_in_flight": 0}
    assert fleet.run(**options)["summary"] == {"upgraded": 2, "not_started": 1}
    said = [line for line in fleet.said if "correct site_bandwidth_mbit" in line]
    assert len(said) == 1 and said[0].startswith("Phones without a site: desk-1 took 50")
    fleet.said.clear()
    fleet.run(**options, check_mode=True)
    (line,) = (line for line in fleet.said if "correct site_bandwidth_mbit" in line)
    assert line.startswith("  Phones without a site: a phone of an earlier run took 50")
    fleet.said.clear()
    fleet.run(**options, check_mode=True, site_bandwidth_mbit=0.4)
    assert not any("correct site_bandwidth_mbit" in line for line in fleet.said)


def test_a_deadline_that_the_line_can_not_keep_is_named_in_the_plan() -> None:
    fleet = Fleet(GOES_WELL)
    fleet.run(check_mode=True, deadline=700, site_bandwidth_mbit={"lisbon": 1}, target={"site": "lisbon"})
    (line,) = (line for line in fleet.said if "raise deadline" in line)
    assert line.startswith("  Site lisbon: deadline is 700 s, but a phone may need ")


def test_an_image_that_failed_is_not_sent_again_by_the_next_run(journal: str) -> None:
    fleet = Fleet(COMES_BACK_OLD)
    (unsafe,) = fleet.run(journal=journal)["do_not_power_off"]
    assert fleet.outcomes(journal=journal) == {"desk-1": "refused"}
    # It may be loading still.
    assert fleet.outcomes(journal=journal, force=True) == {"desk-1": "deferred"}
    assert fleet.commands == 1
    fleet.phones["desk-1"].scripts = [GOES_WELL]
    fleet.clock.time = unsafe["until"]
    assert fleet.outcomes(journal=journal, force=True) == {"desk-1": "upgraded"}
    assert fleet.commands == 2


def test_no_call_state_at_all_ends_the_run_before_the_first_wave() -> None:
    fleet = Fleet(GOES_WELL, GOES_WELL)
    for phone in fleet.phones.values():
        phone.screen = "unknown"
    result = fleet.run()
    assert result["summary"] == {"not_started": 2}
    assert "unknown_call_state" in result["stopped_by"]
    assert (result["waves"], fleet.commands) == ([], 0)
    assert fleet.outcomes(unknown_call_state="proceed") == {"desk-1": "upgraded", "desk-2": "upgraded"}


def test_a_stop_lets_those_under_way_end() -> None:
    fleet = Fleet(GOES_WELL, GOES_WELL)
    result = fleet.run(stop=lambda: "The stop file is there." if fleet.commands else None)
    assert {host: record["outcome"] for host, record in result["phones"].items()} == {
        "desk-1": "upgraded",
        "desk-2": "not_started",
    }
    assert result["stopped_by"] == "The stop file is there."


@pytest.mark.parametrize(
    ("fail_on", "recap"),
    [
        (["deferred", "not_started"], {"deferred": "failed", "not_started": "failed"}),
        (["deferred"], {"deferred": "failed", "not_started": "ok"}),
        ([], {"deferred": "ok", "not_started": "ok"}),
    ],
)
def test_what_counts_as_failed(fail_on: list[str], recap: dict[str, str]) -> None:
    fleet = Fleet(
        COMES_BACK_OLD,
        GOES_WELL,
        busy={"screen": "connected", "model": "D765"},
        lost={"up": False},
    )
    phones = fleet.run(fail_on=fail_on, deferred_retries=0)["phones"]
    assert {record["outcome"]: record["recap"] for record in phones.values()} == {
        "old_version": "failed",
        "unreachable": "failed",
        **recap,
    }


def test_a_phone_that_went_away_after_it_was_asked_is_spared_by_nothing(journal: str) -> None:
    fleet = Fleet(NEVER_COMES_BACK, GOES_WELL, lost={"up": False})
    fleet.run(journal=journal, spare_unreachable=True, max_bad=1)
    phones = fleet.run(journal=journal, spare_unreachable=True)["phones"]
    assert {host: (record["outcome"], record["recap"]) for host, record in phones.items()} == {
        "desk-1": ("unreachable", "failed"),
        "desk-2": ("upgraded", "changed"),
        "lost": ("unreachable", "ok"),
    }


def test_a_reason_is_told_once() -> None:
    """A plan leaves it to the host that fails at once; a rollout, whose hosts fail hours later, tells it before."""
    fleet = Fleet(GOES_WELL, lost={"up": False})
    result = fleet.run(check_mode=True)
    assert "  lost    ?     unreachable" in fleet.said
    reason = result["phones"]["lost"]["reason"]
    assert not any(reason in line for line in [*fleet.said, *result["closing"]])
    fleet.run()
    assert f"  lost    ?     unreachable: {reason}" in fleet.said


def test_where_no_phone_can_be_read_it_is_not_the_phones_that_are_switched_off() -> None:
    phones = Fleet(one={"up": False}, two={"up": False}).run(spare_unreachable=True)["phones"]
    assert [record["recap"] for record in phones.values()] == ["failed", "failed"]


@pytest.mark.parametrize("max_bad", [0, 5])
def test_a_canary_that_leaves_its_version_in_the_soak_stops_the_rollout(max_bad: int) -> None:
    reverts = [*GOES_WELL, (100, {"firmware": OLD})]
    fleet = Fleet(reverts, GOES_WELL)
    result = fleet.run(soak=600, max_bad=max_bad)
    assert {host: record["outcome"] for host, record in result["phones"].items()} == {
        "desk-1": "reverted",
        "desk-2": "not_started",
    }
    assert "The canary desk-1" in result["stopped_by"]


def test_a_phone_that_is_lost_in_the_soak_keeps_its_place() -> None:
    lost = [*GOES_WELL, (100, {"up": False})]
    fleet = Fleet(lost, GOES_WELL)
    result = fleet.run(soak=600, max_bad=5, waves=[1, "100%"], max_in_flight=1)
    assert {host: record["outcome"] for host, record in result["phones"].items()} == {
        "desk-1": "timed_out",
        "desk-2": "not_started",
    }
    (unsafe,) = result["do_not_power_off"]
    assert unsafe["host"] == "desk-1" and unsafe["until"] > result["ended"]
    assert "after the soak" in unsafe["reason"]


def test_a_new_certificate_in_the_soak_is_no_phone_that_is_done() -> None:
    rejected = CertificateRejected("It has another one.")
    fleet = Fleet([*GOES_WELL, (100, {"error": rejected})], GOES_WELL)
    result = fleet.run(soak=600, max_bad=5, waves=[1, "100%"], max_in_flight=1)
    assert result["phones"]["desk-1"]["outcome"] == "certificate_rejected"
    assert result["phones"]["desk-1"]["recap"] == "failed"
    assert result["phones"]["desk-2"]["outcome"] == "not_started"
    (unsafe,) = result["do_not_power_off"]
    assert unsafe["reason"] == "After the soak: It has another one."


@pytest.mark.parametrize("unreachable", ["ignore", "bad"])
def test_a_refused_certificate_counts_at_the_gate_once_the_phone_was_asked(unreachable: str) -> None:
    rejected = CertificateRejected("It has another one.")
    never_asked = Fleet(GOES_WELL, GOES_WELL)
    never_asked.phones["desk-1"].error = rejected
    result = never_asked.run(unreachable=unreachable, waves=["100%"])
    assert {host: record["outcome"] for host, record in result["phones"].items()} == {
        "desk-1": "certificate_rejected",
        "desk-2": "upgraded",
    }
    assert result["phones"]["desk-1"]["recap"] == "failed"
    asked = Fleet([(3, {"up": False}), (40, {"up": True, "error": rejected})], GOES_WELL)
    result = asked.run(unreachable=unreachable)
    assert {host: record["outcome"] for host, record in result["phones"].items()} == {
        "desk-1": "certificate_rejected",
        "desk-2": "not_started",
    }
    assert "The canary desk-1 ended as certificate_rejected" in result["stopped_by"]


def test_a_mistake_of_ours_leaves_no_phone_alone() -> None:
    fleet = Fleet(GOES_WELL, [(3, {"up": False}), (20, {"up": True, "error": ZeroDivisionError("hunter2")})])
    started = fleet.clock.time
    result = fleet.run(waves=["100%"], max_in_flight=0, password="hunter2")
    assert {host: record["outcome"] for host, record in result["phones"].items()} == {
        "desk-1": "upgraded",
        "desk-2": "timed_out",
    }
    assert "please report it: ZeroDivisionError in phones.py line" in result["stopped_by"]
    assert "hunter2" not in json.dumps(result)
    assert [unsafe["host"] for unsafe in result["do_not_power_off"]] == ["desk-2"]
    assert result["ended"] - started >= 60


def test_a_phone_that_changed_since_the_plan_is_looked_at_once() -> None:
    fleet = Fleet(GOES_WELL, GOES_WELL)
    other = fleet.phones["desk-2"]
    fleet.phones["desk-1"].on_command = lambda target: setattr(other, "firmware", "10.1.45.1")
    phones = fleet.run()["phones"]
    assert phones["desk-2"]["outcome"] == "deferred" and "plan it anew" in phones["desk-2"]["reason"]
    assert sum("desk-2: deferred" in line for line in fleet.said) == 1


def test_one_of_many_that_leaves_its_version_is_no_canary() -> None:
    reverts = [*GOES_WELL, (100, {"firmware": OLD})]
    fleet = Fleet(GOES_WELL, GOES_WELL, reverts, GOES_WELL)
    result = fleet.run(soak=600, max_bad=1, waves=["canary", 2, 1])
    assert result["summary"] == {"upgraded": 3, "reverted": 1}
    assert result["stopped_by"] is None


def test_a_report_that_can_not_be_written_does_not_take_the_result_along(tmp_path: Path) -> None:
    report = tmp_path / "report"
    fleet = Fleet(GOES_WELL)

    def take_away(_target: str) -> None:
        report.rmdir()
        report.write_text("in the way", "utf-8")

    fleet.phones["desk-1"].on_command = take_away
    result = fleet.run(report_dir=str(report))
    assert (result["summary"], result["report"]) == ({"upgraded": 1}, None)
    assert any("report_dir: no report can be written" in line for line in result["closing"])


class FullDisk:
    """Lets so many lines through."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, lines: int) -> None:
        self.left = lines
        self._write = os.write
        monkeypatch.setattr(journal_module.os, "write", self.write)

    def write(self, file: int, data: bytes) -> int:
        if self.left <= 0:
            # Half of it still fits.
            self._write(file, data[: len(data) // 2])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.left -= 1
        return self._write(file, data)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        # The line of the run, then those of desk-1 and desk-2: intent, end.
        (1, {"desk-1": "not_started", "desk-2": "not_started"}),
        (2, {"desk-1": "upgraded", "desk-2": "not_started"}),
        (3, {"desk-1": "upgraded", "desk-2": "not_started"}),
        (4, {"desk-1": "upgraded", "desk-2": "upgraded"}),
        (5, {"desk-1": "upgraded", "desk-2": "upgraded"}),
    ],
)
def test_a_full_disk_stops_the_rollout_and_leaves_no_phone_alone(
    journal: str, monkeypatch: pytest.MonkeyPatch, lines: int, expected: dict[str, str]
) -> None:
    fleet = Fleet(GOES_WELL, GOES_WELL)
    with monkeypatch.context() as patched:
        FullDisk(patched, lines)
        result = fleet.run(journal=journal, waves=[1])
    assert {host: record["outcome"] for host, record in result["phones"].items()} == expected
    assert fleet.commands == list(expected.values()).count("upgraded")
    if "not_started" in expected.values():
        assert "No space left on device" in result["stopped_by"]
    # What stands there is whole, so that the next run can go on.
    assert set(fleet.outcomes(journal=journal).values()) <= {"upgraded", "compliant"}
    assert fleet.commands == 2


def test_a_full_disk_at_the_very_beginning_is_bad_input(journal: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fleet = Fleet(GOES_WELL)
    with monkeypatch.context() as patched:
        FullDisk(patched, 0)
        with pytest.raises(NotRecorded, match=r"journal: .* No space left on device"):
            fleet.run(journal=journal)
    assert fleet.connected == []


def test_a_window_that_ends_while_a_phone_is_looked_at_defers_it() -> None:
    fleet = Fleet(GOES_WELL)
    phone = fleet.phones["desk-1"]
    ask, opens = phone.ask, time.strftime("%H:%M", time.gmtime(fleet.clock.time))
    ends = time.strftime("%H:%M", time.gmtime(fleet.clock.time + 600))

    def slow(what: str) -> None:
        fleet.clock.sleep(100)
        ask(what)

    phone.ask = slow  # type: ignore[method-assign]
    # Three readings for the plan and two right before it is asked.
    record = fleet.run(window=f"{opens}-{ends} UTC", deadline=250)["phones"]["desk-1"]
    assert (record["outcome"], record["reason"]) == ("deferred", "Its window ends before its deadline would.")
    assert fleet.commands == 0


def test_an_intent_of_which_nothing_came_is_closed(journal: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fleet = Fleet(GOES_WELL)
    opens = time.strftime("%H:%M", time.gmtime(fleet.clock.time))
    ends = time.strftime("%H:%M", time.gmtime(fleet.clock.time + 600))

    def busy(_file: int) -> None:
        """Until the window is as good as over."""
        if '"intent"' in Path(journal).read_text("utf-8"):
            fleet.clock.sleep(400)

    with monkeypatch.context() as patched:
        patched.setattr(journal_module.os, "fsync", busy)
        record = fleet.run(journal=journal, window=f"{opens}-{ends} UTC", deadline=250)["phones"]["desk-1"]
    assert (record["outcome"], fleet.commands) == ("deferred", 0)
    assert read_history(journal).open_intents == {}
    assert fleet.outcomes(journal=journal) == {"desk-1": "upgraded"}


def test_one_phone_under_two_names_is_asked_by_neither() -> None:
    """Else the second one asks it while it loads or writes what the first one asked it for."""
    fleet = Fleet(GOES_WELL, GOES_WELL, GOES_WELL)
    fleet.phones["desk-2"] = fleet.phones["desk-1"]
    result = fleet.run(waves=["100%"], max_bad=5)["phones"]
    outcomes = {host: one["outcome"] for host, one in result.items()}
    assert outcomes == {"desk-1": "refused", "desk-2": "refused", "desk-3": "upgraded"}
    assert "desk-1 and desk-2 show the same MAC 000413000001" in result["desk-2"]["reason"]
    assert fleet.phones["desk-1"].commands == []


def test_a_protected_phone_is_protected_under_its_other_name_too() -> None:
    fleet = Fleet(GOES_WELL, GOES_WELL)
    fleet.phones["desk-2"] = fleet.phones["desk-1"]
    targets = fleet.targets(None)
    targets[0] = replace(targets[0], protected=True)
    fleet.targets = lambda password, *each, **more: targets  # type: ignore[method-assign]
    assert fleet.outcomes() == {"desk-1": "protected", "desk-2": "refused"}
    assert fleet.commands == 0


# After a crash ----------------------------------------------------------------------------------------------------


def interrupted(path: str, clock: Clock, *, before: str = OLD, target: str = NEW) -> None:
    """What a run leaves that was killed right after it had asked desk-1."""
    journal = JournalFile(path, "run-0")
    journal.intent(
        Intent(
            host="desk-1",
            mac="000413000001",
            file=IMAGE,
            before=Version.parse(before),
            target=Version.parse(target),
            time=clock.time - 10,
            deadline=clock.time + 500,
        )
    )
    journal.close()


def test_a_plan_lists_whom_the_run_that_was_cut_off_gave_up_as_not_to_be_powered_off(journal: str) -> None:
    fleet = Fleet(GOES_WELL)
    interrupted(journal, fleet.clock)
    until = fleet.clock.time + 900
    cut_off = JournalFile(journal, "run-0")
    cut_off.end("desk-1", ended(Outcome.IMAGE_FAILED, after=Version.parse(OLD), unsafe_until=until), fleet.clock.time)
    cut_off.close()
    for check_mode in (True, False):
        result = fleet.run(journal=journal, check_mode=check_mode)
        assert [(one["host"], one["until"]) for one in result["do_not_power_off"]] == [("desk-1", until)]
    assert fleet.commands == 0


@pytest.mark.parametrize("up", [False, True])
def test_a_plan_does_not_call_a_phone_switched_off_that_may_be_writing_its_flash(journal: str, up: bool) -> None:
    """The run that asked it was killed, and somebody looks what is going on."""
    fleet = Fleet(GOES_WELL)
    interrupted(journal, fleet.clock)
    fleet.phones["desk-1"].up = up
    result = fleet.run(journal=journal, check_mode=True)
    (record,) = result["phones"].values()
    if up:
        # The run watches it, and may go on with it.
        assert (record["outcome"], result["do_not_power_off"]) == ("planned", [])
    else:
        assert record["outcome"] == "unreachable" and "may still be loading, or writing its flash" in record["reason"]
        assert [one["host"] for one in result["do_not_power_off"]] == ["desk-1"]


@pytest.mark.parametrize("back_on", [NEW, OLD])
def test_a_phone_under_way_is_watched_and_not_asked_again(journal: str, back_on: str) -> None:
    fleet = Fleet(GOES_WELL, GOES_WELL)
    interrupted(journal, fleet.clock)
    fleet.phones["desk-1"].scripts = [[(0, {"up": False}), (50, {"up": True, "firmware": back_on})]]
    fleet.phones["desk-1"].command(Load("http://mirror/image.bin"))
    result = fleet.run(journal=journal, max_bad=5, waves=["100%"])
    record = result["phones"]["desk-1"]
    assert record["outcome"] == ("upgraded" if back_on == NEW else "old_version")
    assert record["evidence"]["resumed"] is True
    assert len(fleet.phones["desk-1"].commands) == 1
    assert result["phones"]["desk-2"]["outcome"] == "upgraded"
    # Both ends stand in the journal, so the next run starts with nothing left over.
    again = fleet.run(journal=journal, max_bad=5)
    assert again["phones"]["desk-1"]["outcome"] == ("compliant" if back_on == NEW else "refused")
    assert len(fleet.phones["desk-1"].commands) == 1


def test_a_phone_under_way_that_has_another_address_by_now_is_not_asked_there(journal: str) -> None:
    """Two phones have swapped their addresses after a run was killed, and the inventory knows no MAC."""
    fleet = Fleet(GOES_WELL, GOES_WELL)
    one, two = fleet.phones.values()
    one.mac, two.mac = two.mac, one.mac
    interrupted(journal, fleet.clock)
    result = fleet.run(journal=journal, max_bad=5, waves=["100%"])["phones"]
    assert {host: one["outcome"] for host, one in result.items()} == {"desk-1": "wrong_phone", "desk-2": "deferred"}
    assert "An earlier run asked it" in result["desk-2"]["reason"]
    assert fleet.commands == 0
    # So it is in a run after that.
    assert fleet.outcomes(journal=journal)["desk-2"] == "deferred"


def test_a_phone_under_way_that_has_another_name_by_now_is_not_asked_by_it(journal: str) -> None:
    """Somebody has renamed it in the inventory after a run was killed, so nobody watches it by its old name."""
    fleet = Fleet(reception=dict[str, Any]())
    interrupted(journal, fleet.clock)
    result = fleet.run(journal=journal)["phones"]["reception"]
    assert result["outcome"] == "deferred"
    assert "An earlier run asked it" in result["reason"]
    assert fleet.commands == 0
    # Four times as long after the intent as its deadline it may be asked.
    fleet.clock.time += 4 * 510
    assert fleet.outcomes(journal=journal) == {"reception": "upgraded"}


def test_a_clock_that_was_set_back_by_a_month_delays_nothing(journal: str) -> None:
    fleet = Fleet(GOES_WELL)
    now, month = fleet.clock.time, 30 * 86_400.0
    fleet.clock.time += month
    interrupted(journal, fleet.clock)
    fleet.clock.time = now
    assert fleet.outcomes(journal=journal) == {"desk-1": "upgraded"}
    assert fleet.clock.time - now < 86_400.0
    assert any("The clock was set back by 2591990 s or more" in line for line in fleet.said)


def test_a_phone_that_was_never_asked_is_asked_when_it_can_not_be_loading(journal: str) -> None:
    fleet = Fleet(GOES_WELL)
    interrupted(journal, fleet.clock)
    asked: list[float] = []
    fleet.phones["desk-1"].on_command = lambda target: asked.append(fleet.clock.time)
    # Four times as long after the intent as its deadline.
    over = fleet.clock.time - 10 + 4 * 510
    assert fleet.outcomes(journal=journal) == {"desk-1": "upgraded"}
    assert len(asked) == 1 and asked[0] >= over


def test_a_phone_that_nobody_saw_go_keeps_its_place_and_no_next_run_asks_it(journal: str) -> None:
    fleet = Fleet([], GOES_WELL)
    options = {"journal": journal, "waves": ["100%"], "max_bad": 5, "deadline": 100.0}
    asked = fleet.clock.time
    result = fleet.run(target={"group": "ward"}, **options)
    assert {host: one["outcome"] for host, one in result["phones"].items()} == {
        "desk-1": "image_failed",
        "desk-2": "not_started",
    }
    assert [one["host"] for one in result["do_not_power_off"]] == ["desk-1"]
    # The ward waits for it in the next run, too.
    assert fleet.outcomes(target={"group": "ward"}, **options) == {"desk-1": "deferred", "desk-2": "not_started"}
    assert fleet.commands == 1
    fleet.clock.time = asked + 4 * 100 + 10
    fleet.phones["desk-1"].scripts = [GOES_WELL]
    assert fleet.outcomes(target={"group": "ward"}, **options) == {"desk-1": "upgraded", "desk-2": "upgraded"}


def test_two_runs_do_not_share_a_journal(journal: str) -> None:
    fleet = Fleet(GOES_WELL)
    other = JournalFile(journal, "run-0")
    with pytest.raises(InputError, match="in use by run run-0"):
        fleet.run(journal=journal)
    assert fleet.connected == []
    other.close()
    assert fleet.outcomes(journal=journal) == {"desk-1": "upgraded"}


def test_a_run_that_fails_lets_go_of_the_journal(journal: str) -> None:
    Path(journal).write_text("{\n{}\n", "utf-8")
    fleet = Fleet(GOES_WELL)
    for _attempt in range(2):
        with pytest.raises(InputError, match="line 1"):
            fleet.run(journal=journal)
    assert fleet.connected == []


def test_a_refused_password_is_not_sent_again_after_a_kill_before_the_first_wave(journal: str) -> None:
    fleet = Fleet(GOES_WELL, refuses={"error": AuthFailed("It refused the password.")})

    class Killed(BaseException):
        pass

    def killed(line: str) -> None:
        if line.startswith("Plan "):
            raise Killed

    with pytest.raises(Killed):
        fleet.run(journal=journal, notify=killed, password="wrong")
    asked = len(fleet.phones["refuses"].requests)
    result = fleet.run(journal=journal, password="wrong")
    assert result["phones"]["refuses"]["outcome"] == "auth_failed"
    assert len(fleet.phones["refuses"].requests) == asked


def test_a_password_that_is_refused_run_after_run_is_not_tried_until_the_phone_locks(journal: str) -> None:
    fleet = Fleet(done={"firmware": NEW}, refuses={"error": AuthFailed("It refused the password.")})
    refuses = fleet.phones["refuses"]
    said = [fleet.run(journal=journal, password="wrong")["phones"]["refuses"]["reason"] for _run in range(3)]
    assert "in a row" not in said[0]
    assert "run 2 in a row" in said[1] and "run 3 in a row" in said[2]
    asked = len(refuses.requests)
    for check_mode in (True, False):
        left_alone = fleet.run(journal=journal, password="wrong", check_mode=check_mode)["phones"]["refuses"]
        assert left_alone["outcome"] == "auth_failed" and "retry_login" in left_alone["reason"]
    assert len(refuses.requests) == asked
    # The user says that it was corrected, and from then on no more needs to be said.
    refuses.error = None
    assert fleet.outcomes(journal=journal, password="right", retry_login=True)["refuses"] == "upgraded"
    assert fleet.outcomes(journal=journal, password="right")["refuses"] == "compliant"


def test_a_password_that_was_corrected_needs_no_word(journal: str) -> None:
    fleet = Fleet(refuses={"error": AuthFailed("It refused the password."), "firmware": NEW})
    for _run in range(2):
        fleet.run(journal=journal, password="wrong")
    fleet.phones["refuses"].error = None
    assert fleet.outcomes(journal=journal, password="right") == {"refuses": "compliant"}
    assert read_history(journal).refusals == {}


def test_a_phone_that_got_no_credentials_has_refused_none(journal: str) -> None:
    fleet = Fleet(refuses={"error": AuthFailed("It wants a login.")})
    for _run in range(4):
        fleet.run(journal=journal)
    assert len(fleet.phones["refuses"].requests) == 4
    assert read_history(journal).refusals == {}


def test_phones_that_refused_least_often_are_tried_first(journal: str) -> None:
    refusing = {"error": AuthFailed("It refused the password.")}
    fleet = Fleet(**{f"phone-{number}": dict(refusing) for number in range(5)})
    fleet.run(journal=journal, password="wrong")
    # Three of the site, then nobody else.
    assert [len(phone.requests) for phone in fleet.phones.values()] == [1, 1, 1, 0, 0]
    fleet.run(journal=journal, password="wrong")
    assert [len(phone.requests) for phone in fleet.phones.values()] == [2, 1, 1, 1, 1]


def a_phone_ended(path: str, clock: Clock, host: str, outcome: str, run: str = "run-0") -> None:
    """What a run leaves that was killed some time after a phone had ended."""
    intent = Intent(
        host=host,
        mac=None,
        file=IMAGE,
        before=Version.parse(OLD),
        target=Version.parse(NEW),
        time=clock.time - 1000,
        deadline=clock.time - 100,
    )
    journal = JournalFile(path, run)
    journal.intent(intent)
    journal.end(host, Ending(Outcome(outcome), "As it was seen.", triggered=True), clock.time - 100)
    journal.close()


@pytest.mark.parametrize("proven", [True, False])
def test_a_phone_that_failed_before_the_kill_was_a_canary_only_if_none_had_succeeded(
    journal: str, proven: bool
) -> None:
    fleet = Fleet(GOES_WELL, gone={"up": False}, proven={"firmware": NEW})
    if proven:
        a_phone_ended(journal, fleet.clock, "proven", "upgraded")
    a_phone_ended(journal, fleet.clock, "gone", "timed_out")
    result = fleet.run(journal=journal, max_bad=1)
    assert result["phones"]["gone"]["outcome"] == "timed_out"
    assert result["phones"]["desk-1"]["outcome"] == ("upgraded" if proven else "not_started")
    assert (result["stopped_by"] is None) is proven


def test_a_resume_tolerates_as_many_as_the_run_that_was_cut_off(journal: str) -> None:
    done = {f"done-{number}": {"firmware": NEW} for number in range(16)}
    fleet = Fleet(GOES_WELL, GOES_WELL, **done, old={}, older={})
    for host in done:
        a_phone_ended(journal, fleet.clock, host, "upgraded")
    for host in ("old", "older"):
        a_phone_ended(journal, fleet.clock, host, "old_version")
    # Two of twenty.
    result = fleet.run(journal=journal, max_bad="10%")
    assert (result["stopped_by"], result["summary"]) == (None, {"upgraded": 18, "old_version": 2})


def test_the_report_tells_where_a_phone_began_that_a_resume_finds_done(journal: str) -> None:
    fleet = Fleet(done={"firmware": NEW})
    a_phone_ended(journal, fleet.clock, "done", "upgraded")
    record = fleet.run(journal=journal)["phones"]["done"]
    assert (record["before"], record["after"], record["path"]) == (OLD, NEW, [NEW])


@pytest.mark.parametrize(
    ("script", "outcome", "path"), [([], "image_failed", [OLD]), (GOES_WELL, "upgraded", [OLD, NEW])]
)
def test_a_resume_knows_the_image_that_the_run_before_had_brought(
    journal: str, script: Any, outcome: str, path: list[str]
) -> None:
    """The host has changed by that, whatever becomes of the next image."""
    fleet = Fleet(script)
    interrupted(journal, fleet.clock, before="10.1.20.0", target=OLD)
    record = fleet.run(journal=journal, deadline=100.0)["phones"]["desk-1"]
    assert (record["before"], record["outcome"], record["path"]) == ("10.1.20.0", outcome, path)
    assert record["changed"]


@pytest.mark.parametrize("check_mode", [True, False])
def test_an_orphan_does_not_even_read(check_mode: bool) -> None:
    fleet = Fleet(GOES_WELL)
    with pytest.raises(Abandoned):
        fleet.run(check_mode=check_mode, abandoned=lambda: True)
    assert fleet.connected == []


def test_an_orphan_with_nothing_left_but_a_refused_trigger_does_not_end_in_order(journal: str) -> None:
    """Its report is never seen, so the next run has to say what this one had done."""
    fleet = Fleet(GOES_WELL, GOES_WELL)
    with pytest.raises(Abandoned):
        fleet.run(journal=journal, abandoned=lambda: fleet.connected.count("desk-2") > 1)
    assert fleet.outcomes(journal=journal) == {"desk-1": "upgraded", "desk-2": "upgraded"}
    assert fleet.commands == 2


def test_asked_to_stop_while_images_are_looked_at(journal: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is loaded that nobody has looked at, also if the stop file is gone again by then."""
    monkeypatch.setattr(survey, "verify_image", lambda hop, how, is_wanted: None)
    fleet, reasons = Fleet(GOES_WELL, GOES_WELL), iter(["The stop file is there."])
    result = fleet.run(journal=journal, verify_image="full", stop=lambda: next(reasons, None))
    assert (result["stopped_by"], result["summary"]) == ("The stop file is there.", {"not_started": 2})
    assert fleet.commands == 0
    assert "The stop file is there." in result["phones"]["desk-1"]["reason"]
    assert result["resume"] == RESUME


def test_a_stop_file_does_not_keep_a_plan_from_looking(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    monkeypatch.setattr(survey, "verify_image", lambda hop, how, is_wanted: looked.append(hop.file))
    result = Fleet(GOES_WELL).run(verify_image="full", check_mode=True, stop=lambda: "The stop file is there.")
    assert (result["stopped_by"], result["summary"], len(looked)) == (None, {"planned": 1}, 1)


# Bad input --------------------------------------------------------------------------------------------------------


def test_the_defaults_are_good() -> None:
    options = parse_options(parameters(), Catalog())
    assert [wave.label for wave in options.waves] == ["canary", "10%", "100%"]
    assert (options.max_bad.of(1000), options.windows, options.approved) == (0, None, None)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("waves", "many"),
        ("waves", []),
        ("waves", ["0%"]),
        ("max_bad", -1),
        ("max_bad", "some"),
        ("window", "22:00"),
        ("window", "22:00-05:00 Nowhere/City"),
        ("window", {"lisbon": "22:00-05:00 UTC"}),
        ("site_bandwidth_mbit", 0),
        ("site_bandwidth_mbit", {"lisbon": 100}),
        ("soak", -1.0),
        ("flash_time", 0.0),
        ("deadline", 0.0),
        ("deadline", math.nan),
        ("flash_time", math.inf),
        ("deadline", 1e12),
        ("flash_time", 1e12),
        ("soak", 1e12),
        ("soak", math.nan),
        ("deferred_interval", 1e12),
        ("deferred_interval", -1.0),
        ("deferred_retries", -1),
        ("max_in_flight", -1),
        ("max_in_flight_per_group", -1),
        ("mirror", "images.example/fw"),
        ("mirror", "http:///fw"),
        ("approved_plan", "/nowhere/report.json"),
        ("stop_others", True),
        ("report_dir", "/dev/null/report"),
        ("journal", "/dev/null/journal"),
    ],
)
def test_options_that_can_not_be_used(name: str, value: Any) -> None:
    for check_mode in (False, True):
        if name == "journal" and check_mode:
            continue
        fleet = Fleet(GOES_WELL)
        with pytest.raises(InputError, match=name):
            fleet.run(check_mode=check_mode, target={"site": "berlin"}, **{name: value})
        assert fleet.connected == []


def test_hosts_that_can_not_be_planned_stop_the_run_before_it_begins(journal: str) -> None:
    fleet = Fleet(GOES_WELL)
    with pytest.raises(InputError, match="desk-1 has no target"):
        fleet.run(target={"version": None}, journal=journal)
    assert fleet.connected == []
    assert not Path(journal).exists()


def test_whatever_goes_wrong_with_the_report_the_result_stays(
    tmp_path: Path, journal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def spoiled(*_arguments: Any) -> dict[str, str]:
        raise OverflowError("year 33715 is out of range")

    monkeypatch.setattr(rollout_module, "write_report", spoiled)
    fleet = Fleet(GOES_WELL)
    result = fleet.run(journal=journal, report_dir=str(tmp_path / "report"))
    assert (result["summary"], result["report"]) == ({"upgraded": 1}, None)
    assert "please report it: OverflowError in test_rollout.py" in result["closing"][-1]
    assert fleet.said[-1] == result["closing"][-1]


def test_a_time_that_no_calendar_has_costs_no_line() -> None:
    result = {"summary": {}, "phones": {}, "check_mode": False, "stopped_by": None, "resume": None, "ended": 1e9}
    unsafe = {"host": "desk-1", "until": 1e15, "reason": "It is gone."}
    assert closing_lines(result | {"do_not_power_off": [unsafe]})[1] == (
        "DO NOT POWER OFF desk-1 before somebody has looked at it: It is gone."
    )


def test_a_journal_that_is_taken_away_stops_the_triggers(journal: str) -> None:
    fleet = Fleet(GOES_WELL, GOES_WELL, GOES_WELL)
    fleet.phones["desk-2"].on_command = lambda target: os.unlink(journal)
    result = fleet.run(journal=journal, waves=[1])
    assert result["summary"] == {"upgraded": 2, "not_started": 1}
    assert "moved, removed or replaced" in result["stopped_by"]
    assert fleet.commands == 2
    # The next run finds them as they are.
    assert fleet.outcomes(journal=journal, waves=[1])["desk-3"] == "upgraded"


def test_what_a_journal_lost_of_its_last_line_is_its_end_only(journal: str) -> None:
    fleet = Fleet(GOES_WELL)
    interrupted(journal, fleet.clock)
    with open(journal, "r+b") as file:
        file.truncate(Path(journal).stat().st_size - 1)
    # It was asked, and is not asked again while it may be loading.
    result = fleet.run(journal=journal)
    assert any("triggered by the interrupted run" in line for line in fleet.said)
    assert result["phones"]["desk-1"]["outcome"] == "upgraded"


def test_plan_progress_report_and_table_count_the_same_phones() -> None:
    fleet = Fleet(GOES_WELL, GOES_WELL, GOES_WELL)
    # In a call when its turn comes, and free when it is asked again.
    states = iter([*["idle"] * 3, "in_call"])
    target = {"known_call_state": lambda: next(states, "idle")}
    result = fleet.run(waves=["100%"], max_in_flight=1, deferred_interval=3600, target=target)
    said = "\n".join(fleet.said)
    deferred = next(host for host, phone in result["phones"].items() if phone["wave"] == 2)
    assert said.count("wave 1") == 3
    assert "Wave 1 (100%): 3 phones" in said and "Wave 1 ended: 2 upgraded, 1 deferred" in said
    assert "Wave 2 (retry): 1 phone\n" in said and "Wave 2 ended: 1 upgraded" in said
    assert [(wave["phones"], wave["summary"]) for wave in result["waves"]] == [
        (3, {"upgraded": 2, "deferred": 1}),
        (1, {"upgraded": 1}),
    ]
    assert sorted(phone["wave"] for phone in result["phones"].values()) == [1, 1, 2]
    assert f"{deferred}: deferred, will be asked again" in said
