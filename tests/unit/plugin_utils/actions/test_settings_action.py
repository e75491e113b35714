# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible.plugins.action import ActionBase
from ansible_collections.telephony.snom.plugins.action.snom_settings import ActionModule
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError


class Templar:
    def template(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self.template(item) for name, item in value.items()}
        return "filled in" if value == "{{ it }}" else value


def twin() -> ActionModule:
    task = SimpleNamespace(
        args={}, async_val=0, check_mode=False, delegate_to=None, action="telephony.snom.snom_settings"
    )
    connection = SimpleNamespace(transport="ssh", _shell=SimpleNamespace(tmpdir=None))
    return ActionModule(task, connection, None, None, Templar(), None)


def prepare(variables: dict[str, Any], **parameters: Any) -> dict[str, Any]:
    return twin().prepare({"settings": None, "secret_settings": None} | parameters, variables)


def test_without_settings_those_of_the_host_are_merged() -> None:
    variables = {
        "snom_settings_b": {"language": "French", "call_completion": True, "phone_name": "{{ it }}"},
        "snom_settings_a": {"language": "Dutch", "keyboard_lock": True},
        "snom_settings": {"call_completion": None},
        "snom_settings_c": None,
        "snom_settingless": {"a": 1},
    }
    assert prepare(variables) == {
        "settings": {"language": "French", "keyboard_lock": True, "phone_name": "filled in"},
        "secret_settings": None,
    }


def test_settings_of_the_task_are_all() -> None:
    assert prepare({"snom_settings": {"a": 1}}, settings={"b": 2})["settings"] == {"b": 2}
    assert prepare({"snom_settings": {"a": 1}}, settings={})["settings"] == {}


def test_no_settings_at_all_are_left_to_the_operation() -> None:
    assert prepare({"snom_site": "x"}) == {"settings": None, "secret_settings": None}


def test_what_is_secret_goes_where_ansible_does_not_log_it() -> None:
    parameters = prepare({"snom_settings": {"http_pass": "x", "user_pass": ["y"], "language": "z", "0": 1}})
    assert parameters == {
        "settings": {"language": "z", "0": 1},
        "secret_settings": {"http_pass": "x", "user_pass": ["y"]},
    }
    parameters = prepare({}, settings={"http_pass": "x"}, secret_settings={"http_pass": "w", "phone_name": "v"})
    assert parameters == {"settings": {}, "secret_settings": {"http_pass": "w", "phone_name": "v"}}
    assert ActionModule.argument_spec["secret_settings"]["no_log"] is True


def test_a_variable_of_another_kind() -> None:
    with pytest.raises(InputError, match="snom_settings_a must be a mapping"):
        prepare({"snom_settings_a": ["x"]})


@pytest.mark.parametrize(
    ("settings", "logged"),
    [
        ({"language": "Deutsch", "fkey": ["blf 101", None], "dhcp": True, "vlan_id": 7}, True),
        ({"setting_server": "https://pbx.example/{mac}.xml"}, True),
        (None, True),
        ({"action_setup_url": "https://pbx.example/x?token=abc"}, False),
        ({"setting_server": "https://pbx.example/app/Zk3xQ9vT7pLm2RbY/"}, False),
        ({"setting_server": "https://phone:hush@pbx.example/"}, False),
        ({"fkey": {0: "line", 1: {"value": "url https://pbx.example/x?token=abc"}}}, False),
        ({"fkey": [None, {"value": "line", "attributes": {"image": "https://pbx.example/x?token=abc"}}]}, False),
    ],
)
def test_a_token_in_an_address_stays_out_of_the_system_s_log(
    settings: dict[str, Any] | None, logged: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The module that is run there would write its options into it. The no_log of the task would hide the result."""

    def update(self: ActionBase, name: str, module_args: dict[str, Any], task_vars: object) -> None:
        module_args["_ansible_no_log"] = False

    monkeypatch.setattr(ActionBase, "_update_module_args", update)
    arguments: dict[str, Any] = {} if settings is None else {"settings": settings}
    action = twin()
    action._update_module_args("telephony.snom.snom_settings", arguments, {})
    assert arguments["_ansible_no_log"] is not logged
    assert not hasattr(action._task, "no_log")
