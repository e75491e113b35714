# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the address of a phone comes from, in tasks that are delegated and in those that are not."""

from __future__ import annotations

import pytest

from .bench import phone
from .conftest import StartBench

READ = {"telephony.snom.snom_info": {}}
ADDRESS = {"vars": {"ansible_host": "{{ address }}"}}
MACHINE = {"ansible_host": "192.0.2.1", "ansible_connection": "local", "address": "192.0.2.2"}
"""A machine that a task can be delegated to. Nothing answers at its address."""


@pytest.mark.parametrize(
    "where",
    [
        pytest.param({}, id="here"),
        pytest.param({"delegate_to": "localhost"}, id="localhost", marks=pytest.mark.slow),
        pytest.param({"delegate_to": "machine"}, id="machine", marks=pytest.mark.slow),
    ],
)
def test_an_address_of_the_play_the_block_or_the_task(where: dict[str, str], start: StartBench) -> None:
    found = start({"a": phone()})
    found.hosts()["a"]["address"] = found.hosts()["a"].pop("ansible_host")
    found.inventory["machines"] = {"hosts": {"machine": MACHINE}}
    tasks = {
        "play": READ | where,
        "block": ADDRESS | {"block": [READ | where]},
        "task": ADDRESS | READ | where,
    }
    plays = [
        {"hosts": "a", "gather_facts": False, "tasks": [task]} | (ADDRESS if name == "play" else {})
        for name, task in tasks.items()
    ]
    run = found.play(plays)
    assert run.code == 0
    assert found.fleet.phone("a")["requests"] > 0


@pytest.mark.parametrize("ansible_host", [None, ""])
def test_the_address_of_the_machine_that_a_task_is_delegated_to_is_never_the_phones(
    ansible_host: str | None, start: StartBench
) -> None:
    found = start({"a": phone()})
    variables = found.hosts().pop("a")
    address = variables.pop("ansible_host")
    if ansible_host is not None:
        variables["ansible_host"] = ansible_host
    found.hosts()[address] = variables
    found.inventory["machines"] = {"hosts": {"machine": MACHINE}}
    play = {"hosts": "phones", "gather_facts": False, "tasks": [READ | {"delegate_to": "machine"}]}
    assert found.play([play]).code == 0
