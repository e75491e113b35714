# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleError
from ansible.playbook.play_context import PlayContext
from ansible.plugins.loader import connection_loader
from ansible_collections.telephony.snom.plugins.action import snom_pbx_info
from ansible_collections.telephony.snom.plugins.action.snom_pbx_info import ActionModule

PBX = {"kind": "asterisk", "host": "pbx.example", "username": "ansible", "password": "Never/shown&1"}
NOTHING: dict[str, Any] = {"registrations": [], "calls": {}}


def info(
    monkeypatch: pytest.MonkeyPatch, *, run_once: bool = True, delegate_to: str | None = None, **arguments: Any
) -> tuple[dict[str, Any], list[Any]]:
    """The result of a task with these arguments, and what was asked for: here, or as a module."""
    asked: list[Any] = []

    def execute(self: ActionModule, *, module_args: dict[str, Any], task_vars: object) -> dict[str, Any]:
        assert self._is_pipelining_enabled("new"), "the password is in a file"
        asked.append(module_args)
        return {"changed": False, **NOTHING, "invocation": {"module_args": module_args}}

    def read(pbx: Any) -> dict[str, Any]:
        asked.append(pbx)
        return NOTHING

    monkeypatch.setattr(ActionModule, "_execute_module", execute)
    monkeypatch.setattr(snom_pbx_info, "read_pbx", read)
    task = SimpleNamespace(
        args=arguments, async_val=0, check_mode=False, diff=False, run_once=run_once, delegate_to=delegate_to
    )
    connection = connection_loader.get("ssh", PlayContext(), new_stdin=None)
    templar = SimpleNamespace(template=lambda value: value)
    action = ActionModule(task, connection, PlayContext(), None, templar, None)
    result: dict[str, Any] = action.run(task_vars={"snom_pbx": PBX | {"host": "of.variables"}})
    return result, asked


def test_the_option_comes_before_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    result, asked = info(monkeypatch, pbx=PBX, username="of the group's defaults")
    assert result == {"changed": False, **NOTHING}
    assert asked[0]["host"] == "pbx.example"
    assert info(monkeypatch)[1][0]["host"] == "of.variables"


def test_elsewhere_the_module_runs_and_gets_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    result, asked = info(monkeypatch, delegate_to="jump.example")
    assert asked == [{"pbx": PBX | {"host": "of.variables"}}]
    assert result == {"changed": False, **NOTHING}


def test_it_asks_once_for_all_hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    result, asked = info(monkeypatch, run_once=False)
    assert (result["failed"], asked) == (True, [])
    assert "run_once: true" in result["msg"]


def test_an_unknown_kind_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    result, asked = info(monkeypatch, pbx={"kind": "3cx"})
    assert (result["failed"], asked) == (True, [])
    assert "asterisk" in result["msg"]


def broken(monkeypatch: pytest.MonkeyPatch, error: Exception) -> ActionModule:
    """A task in which something is raised that nobody expects."""

    def read(pbx: Any) -> dict[str, Any]:
        raise error

    monkeypatch.setattr(snom_pbx_info, "read_pbx", read)
    task = SimpleNamespace(
        args={"pbx": PBX}, async_val=0, check_mode=False, diff=False, run_once=True, delegate_to=None
    )
    connection = SimpleNamespace(_shell=SimpleNamespace(tmpdir=None), transport="ssh")
    return ActionModule(task, connection, SimpleNamespace(), None, SimpleNamespace(template=lambda value: value), None)


def test_a_mistake_of_ours_shows_where_it_is_and_not_what_it_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    result = broken(monkeypatch, RuntimeError(f"{PBX}")).run(task_vars={})
    assert result["failed"]
    assert result["msg"].startswith("Unexpected error, please report it: RuntimeError in ")
    assert "Never" not in str(result)


def test_what_ansible_raises_is_left_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(AnsibleError):
        broken(monkeypatch, AnsibleError("'x' is undefined")).run(task_vars={})
