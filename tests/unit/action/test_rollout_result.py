# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.action.snom_rollout_result import ActionModule

PHONE = {
    "outcome": "upgraded",
    "reason": "Runs 10.1.54.13, read back from the phone.",
    "recap": "changed",
    "changed": True,
    "before": "10.1.39.11",
    "after": "10.1.54.13",
    "path": ["10.1.54.13"],
    "wave": 1,
    "elapsed": 61.5,
    "evidence": {"mac": "000413922D24"},
    "site": "berlin",
}


def settle(variables: dict[str, Any] | None = None, /, **arguments: Any) -> dict[str, Any]:
    """The result of the task with these arguments, on a host with these variables."""
    task = SimpleNamespace(args=arguments, async_val=0, check_mode=False, diff=False)
    connection = SimpleNamespace(_shell=SimpleNamespace(tmpdir=None))
    action = ActionModule(task, connection, SimpleNamespace(), None, None, None)
    result: dict[str, Any] = action.run(task_vars=variables or {})
    return result


def test_an_upgrade_is_a_change() -> None:
    result = settle(phone=PHONE)
    assert (result["changed"], result["failed"], result["outcome"]) == (True, False, "upgraded")
    assert (result["before"], result["after"], result["wave"]) == ("10.1.39.11", "10.1.54.13", 1)
    assert "site" not in result


def test_a_host_finds_its_entry_in_the_registered_rollout() -> None:
    registered = {"run": {"phones": {"desk": PHONE, "other": PHONE | {"outcome": "compliant", "changed": False}}}}
    desk = settle({"inventory_hostname": "desk"} | registered, rollout="run")
    assert desk == settle(phone=PHONE)
    assert settle({"inventory_hostname": "other"} | registered, rollout="run")["outcome"] == "compliant"


def test_nothing_is_changed_by_a_plan() -> None:
    result = settle(phone=PHONE, planned=True)
    assert (result["changed"], result["failed"], result["outcome"]) == (False, False, "upgraded")


@pytest.mark.parametrize("changed", [False, True])
@pytest.mark.parametrize(("recap", "failed"), [("ok", False), ("failed", True)])
def test_the_recap_and_whether_it_changed_decide(recap: str, changed: bool, failed: bool) -> None:
    more = {"recap": recap, "outcome": "deferred", "reason": "The phone is in a call.", "changed": changed}
    result = settle(phone=PHONE | more)
    assert (result["changed"], result["failed"]) == (changed, failed)
    if failed:
        # Ansible shows all of it: a reason is told once, and times stand in the report.
        told = {"outcome": "deferred", "msg": "deferred: The phone is in a call."}
        assert result == told | {"changed": changed, "failed": True}
    else:
        assert result["reason"] == "The phone is in a call." and "msg" not in result


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"phone": {}},
        {"phone": "upgraded"},
        {"phone": {"outcome": "upgraded", "recap": "changed"}},
        {"phone": PHONE, "phones": {}},
        {"phone": PHONE, "rollout": "run"},
        {"rollout": "run "},
        {"rollout": "template"},
        {"rollout": "cut_short"},
        {"rollout": "inventory_hostname"},
    ],
)
def test_anything_else_says_what_to_give(arguments: dict[str, Any]) -> None:
    variables = {
        "inventory_hostname": "desk",
        "run": {"phones": {"desk": PHONE}},
        "template": "{{ run }}",
        "cut_short": {"phones": {"other": PHONE}},
    }
    result = settle(variables, **arguments)
    assert result["failed"]
    assert "registered" in result["msg"] and "phones[inventory_hostname]" in result["msg"]


def test_defaults_for_the_action_group_do_no_harm() -> None:
    assert settle(phone=PHONE, username="admin", password="secret", validate_certs=False)["changed"]
