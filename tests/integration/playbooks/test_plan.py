# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans, what was approved, and how the rollout's task may be used in a play."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .bench import Bench, Run, phone
from .conftest import StartBench

OLD, NEW = "8.4.35", "8.7.5.35"


def plan(found: Bench, **options: Any) -> Run:
    """Run the playbook of the plan, which needs no --check to write nothing."""
    run = found.play("telephony.snom.plan", variables=found.rollout_variables(options), rehearse=False)
    assert found.fleet.counters()["writes"] == 0
    return run


def test_a_plan_moves_nothing_and_says_all(start: StartBench) -> None:
    phones = {
        "small": phone(),
        "large": phone("D785", "10.1.84.12"),
        "done": phone(firmware=NEW),
        "busy": phone(call={"state": "in_call"}),
        "lost": phone(running=False),
    }
    found = start(phones)
    run = plan(found, waves=["canary", "100%"])
    assert run.outcomes == {
        **dict.fromkeys(("small", "large", "busy"), "planned"),
        "done": "compliant",
        "lost": "unreachable",
    }
    assert "Call state readable on 3 of the 3 phones that need work" in run.output
    assert run.rollout["phones"]["large"]["path"] == ["10.1.175.16"]
    assert "8.4.35 -> 8.7.5.35, 0.0 MB, deadline 60 s, wave 1" in run.output
    # What is only planned changes nothing.
    assert run.recap["small"] == "ok" and run.recap["lost"] == "failed"
    macs = {name: record["mac"] for name, record in run.rollout["phones"].items()}
    shown = run.output[run.output.index("Tell how it ended") :]
    assert f'"small  320    8.4.35      {macs["small"]}  idle     planned",\n' in shown
    assert f'"busy   320    8.4.35      {macs["busy"]}  in_call  planned",\n' in shown
    assert '"lost   -      -           -             -        unreachable"\n' in shown
    assert "done " not in shown.partition("PLAY RECAP")[0]
    # Why, its host says, and nothing else: that of ansible-core 2.19 twice.
    reason = run.rollout["phones"]["lost"]["reason"]
    assert run.output.partition("Settle the phone's result")[0].count(reason) == shown.count(reason) == 0
    assert not found.journal.exists()

    again = plan(found, waves=["canary", "100%"])
    assert again.rollout["plan_id"] == run.rollout["plan_id"]
    found.fleet.patch("small", firmware="8.4.18")
    assert plan(found, waves=["canary", "100%"]).rollout["plan_id"] != run.rollout["plan_id"]


def test_only_what_was_approved_moves(start: StartBench) -> None:
    found = start({name: phone() for name in ("approved", "other", "updated", "replaced")})
    plan(found, report_dir=str(found.out / "approved"))
    approved = found.out / "approved" / "report.json"
    content = json.loads(approved.read_text())
    del content["phones"]["other"]
    approved.write_text(json.dumps(content))
    found.fleet.patch("updated", firmware="8.4.18")
    found.fleet.patch("replaced", mac="000413DDDDDD")
    run = found.rollout(approved_plan=str(approved))
    assert run.outcomes == {"approved": "upgraded", **dict.fromkeys(("other", "updated", "replaced"), "deferred")}
    assert "approved plan" in run.rollout["phones"]["updated"]["reason"]
    assert found.firmware(*run.outcomes) == [NEW, OLD, "8.4.18", OLD]


def test_limit_leaves_the_others_alone(start: StartBench) -> None:
    found = start({"a": phone(), "b": phone()})
    run = found.rollout("--limit", "a")
    assert run.outcomes == {"a": "upgraded"}
    assert found.fleet.phone("b")["requests"] == 0


def play(found: Bench, task: dict[str, Any] | None = None, **play: Any) -> list[dict[str, Any]]:
    options = {"catalog": str(found.catalog), "flash_time": 4, "waves": ["100%"]}
    return [
        {
            "name": "Roll out",
            "hosts": "phones",
            "gather_facts": False,
            "tasks": [
                {"name": "Run", "telephony.snom.snom_rollout": options, "run_once": True, "register": "rollout"}
                | (task or {}),
                {
                    "name": "Settle",
                    "telephony.snom.snom_rollout_result": {"phone": "{{ rollout.phones[inventory_hostname] }}"},
                },
            ],
        }
        | play
    ]


@pytest.mark.slow
def test_serial_warns(start: StartBench) -> None:
    found = start({"a": phone(), "b": phone()})
    run = found.play(play(found, serial=1), warns="serial runs this task once per batch")
    assert run.code == 0
    assert [line["result"]["summary"] for line in run.lines if line.get("action") == "telephony.snom.snom_rollout"] == [
        {"upgraded": 1},
        {"upgraded": 1},
    ]


@pytest.mark.parametrize(
    ("task", "keys", "says"),
    [
        ({"run_once": False}, {}, "Set run_once: true on this task"),
        ({"delegate_to": "localhost"}, {}, "take delegate_to away"),
        ({}, {"strategy": "free"}, "free"),
    ],
    ids=["without run_once", "delegated", "strategy free"],
)
def test_how_it_cannot_be_used(task: dict[str, Any], keys: dict[str, Any], says: str, start: StartBench) -> None:
    found = start({"a": phone(), "b": phone()})
    run = found.play(play(found, task, **keys), rehearse=False)
    assert run.code != 0
    assert says in run.output
    assert found.fleet.counters()["events"] == {}


def test_a_result_without_a_rollout(start: StartBench) -> None:
    found = start({"a": phone()})
    tasks = [{"name": "Settle", "telephony.snom.snom_rollout_result": {"phone": {"outcome": "upgraded"}}}]
    run = found.play([{"name": "Settle", "hosts": "phones", "gather_facts": False, "tasks": tasks}], rehearse=False)
    assert "rollout.phones[inventory_hostname]" in run.results("snom_rollout_result")["a"]["msg"]


@pytest.mark.slow
def test_without_a_journal_the_run_says_that_nothing_protects_it(start: StartBench) -> None:
    found = start({"a": phone()})
    assert found.rollout(journal=None).outcomes == {"a": "upgraded"}
    run = found.rollout(journal=None, report_dir=None, rehearse=False)
    assert "No journal" in run.output
    assert run.outcomes == {"a": "compliant"}


@pytest.mark.slow
def test_module_defaults_of_the_group(start: StartBench) -> None:
    """What all modules share may stand in module_defaults."""
    found = start({"a": phone()})
    del found.inventory["phones"]["vars"]["snom_password"]
    tasks = [{"name": "Read", "telephony.snom.snom_info": {}}]
    defaults = {"group/telephony.snom.snom": {"password": found.password}}
    run = found.play(
        [{"name": "Read", "hosts": "phones", "gather_facts": False, "module_defaults": defaults, "tasks": tasks}]
    )
    assert run.results("snom_info")["a"]["phone"]["firmware"] == OLD


@pytest.mark.parametrize("waves", ["[canary,100%]", "canary,100%", '["canary","100%"]'])
def test_lists_and_mappings_come_as_text(waves: str, start: StartBench) -> None:
    """As -e and the surveys of AWX give them."""
    found = start({"one": phone(), "two": phone(), "lift": phone(inventory={"snom_protected": True})})
    texts = {
        "snom_hosts": "phones",
        "snom_protected_override": "[lift]",
        "snom_firmware_versions": '{"320":"8.7.5.35"}',
        "firmware_rollout_waves": waves,
        "firmware_rollout_fail_on": "[]",
        "firmware_rollout_site_bandwidth_mbit": "'{default: 50}'",
        "firmware_rollout_window": "'[00:00-23:59 UTC]'",
        "firmware_rollout_catalog": found.catalog,
    }
    arguments = [word for name, value in texts.items() for word in ("-e", f"{name}={value}")]
    run = found.play("telephony.snom.plan", *arguments, rehearse=False)
    assert run.code == 0, run.output
    planned = run.rollout["phones"]
    assert sorted(phone["wave"] for phone in planned.values()) == [1, 2, 2]
    assert run.rollout["options"]["fail_on"] == []
