# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every module, and every phase of a rollout, against every fault, over http and over https.

`faults` says how each must end. What a module says is compared with what the phone knows: whether it did what it
was asked, how often it was asked for anything, and how many images it loaded.
"""

from __future__ import annotations

import hashlib
import json
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from .bench import Bench, Run, certificate, phone
from .conftest import StartBench
from .faults import DONE, ELSEWHERE, FAULTS, MODULES, OR, PHASES, ROLLOUT, UNSEEN, WELL, Module, begins_later

OLD, NEW = "8.4.35", "8.7.5.35"

MEMORY = 256
"""Megabytes of the largest process of a run. Ansible takes 70 of them; of an answer without an end 4 are read."""

NO_SUCCESS = {"deferred", "not_started"}
"""Words of results that are no failures, and say that nothing was done."""

State = Mapping[str, Any]
Did = Callable[[Bench, str, State, State], bool]


@dataclass(frozen=True)
class Task:
    """What a module is asked to do, and how the phone knows that it was done."""

    options: dict[str, Any]
    did: Did
    """Takes the bench, the name of the phone, what the phone is now, and the result."""
    changes: bool = True
    """Whether what is done is a change of the phone."""


def noted(event: str) -> Did:
    """Whether the phone has noted such an event."""
    return lambda found, name, _state, _result: bool(found.fleet.log(name, event=event))


def restarted(_found: Bench, _name: str, state: State, _result: State) -> bool:
    return any("down" in cycle for cycle in state["cycles"])


def told_the_truth(_found: Bench, _name: str, state: State, result: State) -> bool:
    return (result["phone"]["firmware"], result["phone"]["model"]) == (state["firmware"], state["model"])


def drawn(found: Bench, name: str, _state: State, _result: State) -> bool:
    return (found.out / f"{name}.bmp").read_bytes()[:2] == b"BM"


def recorded(found: Bench, name: str, state: State, result: State) -> bool:
    """An interview says what it saw, which may be nothing, and believes nothing else."""
    believed = {row["value"] for row in result["verdicts"] if row["fact"] == "version"}
    profile = json.loads((found.out / f"{name}.json").read_text("utf-8"))
    return believed <= {state["firmware"], None} and profile["firmware"] in believed | {""}


TASKS: dict[str, Task] = {
    "snom_info": Task({"gather": ["system", "home", "gui", "settings"]}, told_the_truth, changes=False),
    "snom_screen": Task({"dest": "{{ out }}/{{ inventory_hostname }}.bmp"}, drawn, changes=False),
    "snom_interview": Task({"profile": "{{ out }}/{{ inventory_hostname }}.json"}, recorded, changes=False),
    "snom_key": Task({"keys": ["DND"]}, noted("key")),
    "snom_ringer": Task({"ringer": 1}, noted("ringer")),
    "snom_call": Task({"action": "dial", "number": "301"}, lambda _found, _name, state, _result: bool(state["calls"])),
    "snom_call_list": Task({"lists": ["missed"]}, noted("list_cleared")),
    "snom_identity": Task({"line": 1, "state": "logged_off"}, noted("logged_off")),
    "snom_settings": Task(
        {"settings": {"language": "Deutsch"}},
        lambda _found, _name, state, _result: state["settings"].get("language") == "Deutsch",
    ),
    "snom_reboot": Task({"deadline": 12}, restarted),
    "snom_factory_reset": Task({"confirm": "{{ snom_mac }}"}, restarted),
    "snom_firmware": Task(
        {"version": NEW, "catalog": "{{ catalog }}", "flash_time": 4, "deadline": 20},
        lambda _found, _name, state, _result: bool(state["firmware"] == NEW),
    ),
}


def with_fault(number: int, fault: str, moment: str = "") -> Any:
    """A phone with a fault, from a moment on."""
    mac = f"00041300{number:04X}"
    # A site of its own: a password that one refuses is sent to no other one there.
    inventory: dict[str, Any] = {"snom_mac": mac, "snom_model": "320", "snom_site": f"site {number}"}
    if FAULTS[fault].timeout:
        inventory["snom_timeout"] = FAULTS[fault].timeout
    keys = dict(FAULTS[fault].phone)
    return phone(inventory=inventory, mac=mac, **{"at": {moment: keys}} if moment else keys)


def begin(start: StartBench, scheme: str, phones: dict[str, Any]) -> Bench:
    """Phones that are asked over http, or over https with the certificate that they all show.

    One that will show another is known by its own.
    """
    if scheme == "http":
        return start(phones)
    found = start(phones, defaults={"tls": True}, snom_scheme=scheme)
    shared = next(name for name, keys in phones.items() if not {"tls", "certificate", "tls_max_version"} & keys.keys())
    known = {name for name, keys in phones.items() if keys.get("new_certificate")}
    for name in (shared, *known):
        pem = certificate(found.address(name), found.port)
        of = found.hosts()[name] if name in known else found.inventory["phones"]["vars"]
        of["snom_cert_fingerprint"] = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", TASKS)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_module(name: str, scheme: str, start: StartBench) -> None:
    module, task = MODULES[name], TASKS[name]
    faults = [fault for fault in module.met(scheme) if (name, fault) not in ELSEWHERE]
    # A restart is long enough to be missed in two polls.
    timing = {"timing": {"reboot": 6}} if name == "snom_factory_reset" else {}
    found = begin(start, scheme, {fault: with_fault(number, fault) | timing for number, fault in enumerate(faults)})
    for fault in faults:
        if name == "snom_call_list" and FAULTS[fault].phone.get("running", True):
            found.fleet.patch(fault, call={"state": "ringing"})
            found.fleet.patch(fault, call={"state": "idle"})
    tasks = [{f"telephony.snom.{name}": task.options, "ignore_errors": True}]
    run = found.play(
        [{"name": name, "hosts": "phones", "gather_facts": False, "tasks": tasks}],
        variables={"out": str(found.out), "catalog": str(found.catalog)},
        env={"ANSIBLE_FORKS": str(len(FAULTS))},
        rehearse=False,
    )
    told = {
        fault: cell(found, fault, run.results(name)[fault], run.status(name, fault) != "ok", task) for fault in faults
    }
    assert not differences(told, module)
    check(found, run, module, list(told))


@pytest.mark.parametrize("scheme", ["http", pytest.param("https", marks=pytest.mark.slow)])
def test_rollout(scheme: str, start: StartBench) -> None:
    cells = [
        (phase, fault)
        for phase in PHASES
        for fault in ROLLOUT[phase].met(scheme)
        if begins_later(fault, PHASES[phase][0])
    ]
    names = [f"{phase}, {fault}" for phase, fault in cells]
    phones = {
        name: with_fault(number, fault, PHASES[phase][0])
        for number, (name, (phase, fault)) in enumerate(zip(names, cells, strict=True))
    }
    found = begin(start, scheme, phones)
    run = found.rollout(rehearse=False, deadline=25, soak=4, deferred_retries=0)
    task = Task({}, TASKS["snom_firmware"].did)
    told: dict[str, dict[str, str]] = {phase: {} for phase in PHASES}
    settled = run.results("snom_rollout_result")
    for name, (phase, fault) in zip(names, cells, strict=True):
        record, recap = run.rollout["phones"][name], run.recap[name]
        told[phase][fault] = cell(found, name, record | settled[name], recap == "failed", task)
    assert not {phase: wrong for phase in PHASES if (wrong := differences(told[phase], ROLLOUT[phase]))}
    for phase, fault in cells:
        check(found, run, ROLLOUT[phase], [f"{phase}, {fault}"])


def differences(told: Mapping[str, str], module: Module) -> dict[str, str]:
    """What ended otherwise than it must, by the fault."""
    wrong = {fault: word for fault, word in told.items() if word not in module.cell(fault).split(OR)}
    return {fault: f"{word}, and not {module.cell(fault)}" for fault, word in wrong.items()}


def cell(found: Bench, name: str, result: Mapping[str, Any], failed: bool, task: Task) -> str:
    """How a phone has ended, compared with what it knows itself."""
    word, state = str(result.get("outcome", "failed" if failed else WELL)), found.fleet.phone(name)
    success = not failed and word not in NO_SUCCESS
    done = bool((success or task.changes) and task.did(found, name, state, result))
    if task.changes and (done or success):
        assert result["changed"], f"{name} says {word}, and that nothing has changed"
    return word + (DONE if done and not success else UNSEEN if success and not done else "")


def check(found: Bench, run: Run, module: Module, names: list[str]) -> None:
    """What holds whatever is wrong: work has its bounds, told by counts, and nobody is sent a second image."""
    states = {name: found.fleet.phone(name) for name in names}
    assert {name: state["requests"] for name, state in states.items() if state["requests"] > module.requests} == {}
    assert {name: state["fetches"] for name, state in states.items() if sum(state["fetches"].values()) > 1} == {}
    assert run.memory < MEMORY
