# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.action.snom_firmware_info import ActionModule

INVENTORY = {
    "desk": {"snom_model": "D785", "snom_firmware_version": "10.1.54.13"},
    "hall": {"snom_model": "320", "snom_firmware_version": "8.7.5.35"},
    "bare": {"snom_model": "D385"},
    "lift": {"snom_model": "D999", "snom_firmware_version": "newest"},
}


class HostVars(dict[str, dict[str, Any]]):
    """Like Ansible's, of an inventory without templates and of a play with these variables."""

    raw_get = dict.__getitem__

    def __init__(self, variables: dict[str, Any]) -> None:
        super().__init__(INVENTORY)
        self._variable_manager = SimpleNamespace(get_vars=lambda play, task: variables)


def info(run_once: bool = True, variables: dict[str, Any] | None = None, **arguments: Any) -> dict[str, Any]:
    """The result of the task with these arguments, in a play over desk and hall with these variables."""
    task = SimpleNamespace(
        args=arguments, async_val=0, check_mode=False, diff=False, run_once=run_once, get_play=lambda: None
    )
    connection = SimpleNamespace(_shell=SimpleNamespace(tmpdir=None))
    action = ActionModule(task, connection, SimpleNamespace(), None, None, None)
    task_vars = {
        **INVENTORY["desk"],
        "hostvars": HostVars(variables or {}),
        "inventory_hostname": "desk",
        "ansible_play_batch": ["desk", "hall"],
    }
    result: dict[str, Any] = action.run(task_vars=task_vars)
    return result


def models(result: dict[str, Any]) -> list[str]:
    return [image["model"] for image in result["images"]]


def test_the_hosts_of_the_play_or_those_that_are_named() -> None:
    assert models(info(password="of the group's defaults")) == ["320", "D785"]
    assert models(info(hosts=["hall"], run_once=False)) == ["320"]


def test_variables_of_the_play_count_for_hosts_without_their_own() -> None:
    wanted = {"snom_firmware_version": "10.1.175.16"}
    images = info(hosts=["desk", "bare"], variables=wanted)["images"]
    assert [(image["model"], image["version"]) for image in images] == [("D385", "10.1.175.16"), ("D785", "10.1.54.13")]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"run_once": False}, "run_once: true"),
        ({"hosts": []}, "hosts names no phone"),
        ({"hosts": ["desk", "lift"]}, "lift: snom_model is 'D999'"),
        ({"hosts": ["cellar"]}, "cellar: the inventory has no such host"),
        ({"host": ["desk"], "model": "320"}, "model"),
        ({"catalog": "/nowhere/images.yml"}, "/nowhere/images.yml"),
        ({"mirror": "somewhere"}, "mirror: "),
    ],
)
def test_bad_input_is_named(arguments: dict[str, Any], says: str) -> None:
    result = info(**arguments)
    assert result["failed"] and says in result["msg"]
