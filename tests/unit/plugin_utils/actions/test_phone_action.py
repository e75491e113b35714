# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.playbook.play_context import PlayContext
from ansible.plugins.loader import become_loader, connection_loader
from ansible_collections.telephony.snom.plugins.action import snom_info
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError, Refused
from ansible_collections.telephony.snom.plugins.module_utils._operations import run as perform_module
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import (
    CONNECTION_ARGUMENTS,
    HOST_VARIABLES,
)
from ansible_collections.telephony.snom.plugins.module_utils._phone.phone import Phone
from ansible_collections.telephony.snom.plugins.module_utils._phone.sip.sip_phone import SipPhone
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.web_phone import WebPhone
from ansible_collections.telephony.snom.plugins.plugin_utils.actions import phone_action
from ansible_collections.telephony.snom.plugins.plugin_utils.actions.phone_action import PhoneAction, pipe_modules

Result = dict[str, Any]


def ring(phone: Phone, parameters: Result, check_mode: bool) -> Result:
    return {"changed": True, "parameters": parameters, "check_mode": check_mode}


class Ring(PhoneAction):
    """A module that writes, with an option of its own and a host variable for it."""

    argument_spec = CONNECTION_ARGUMENTS | {"ringer": {"type": "int", "required": True}}
    host_variables = HOST_VARIABLES | {"ringer": "snom_ringer"}
    operation = staticmethod(ring)


class Templar:
    """Fills in single names, and counts how often it is asked."""

    def __init__(self, variables: Mapping[str, Any]) -> None:
        self.variables = variables
        self.asked = 0

    def template(self, value: Any) -> Any:
        self.asked += 1
        return self.variables[value.strip("{} ")] if isinstance(value, str) else value


class HostVars:
    def __init__(self, hosts: dict[str, Any]) -> None:
        self.hosts = hosts

    def raw_get(self, name: str) -> Any:
        return self.hosts[name]


def twin(
    args: Result | None = None,
    variables: Result | None = None,
    *,
    action: type[PhoneAction] = Ring,
    check_mode: bool = False,
    delegate_to: str | None = None,
    transport: str = "ssh",
    play_vars: Result | None = None,
) -> tuple[PhoneAction, Result]:
    task_vars = {"inventory_hostname": "desk7", "ansible_host": "127.0.0.7"} | (variables or {})
    task = SimpleNamespace(
        args=args or {},
        async_val=0,
        check_mode=check_mode,
        delegate_to=delegate_to,
        action="telephony.snom.ring",
        get_vars=dict,
        get_play=lambda: SimpleNamespace(get_vars=lambda: play_vars or {}),
    )
    context = PlayContext()
    made = action(task, connection_of(transport, context), context, None, Templar(task_vars), None)
    made._shared_loader_obj = SimpleNamespace(connection_loader=SimpleNamespace(get=connection_of))
    return made, task_vars


def connection_of(name: str, context: PlayContext, new_stdin: None = None) -> Any:
    """A connection plugin of Ansible's. Its full name is known to Ansible's own import of collections only."""
    return connection_loader.get(name.rpartition(".")[2], context, new_stdin=new_stdin)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Result]:
    """The parameters with which operations were run. Nothing is connected."""
    seen: list[Result] = []

    def perform(operation: Any, parameters: Result, check_mode: bool, **_more: Any) -> Result:
        seen.append(parameters)
        result: Result = operation(None, parameters, check_mode)
        return result

    monkeypatch.setattr(phone_action, "perform", perform)
    return seen


@pytest.fixture
def modules(monkeypatch: pytest.MonkeyPatch) -> list[tuple[PhoneAction, Result, Result]]:
    """The real modules that were run: twin, arguments and variables."""
    seen: list[tuple[PhoneAction, Result, Result]] = []

    def execute(self: PhoneAction, module_args: Result, task_vars: Result) -> Result:
        seen.append((self, module_args, task_vars))
        return {"changed": True, "outcome": "rung", "invocation": {"module_args": module_args}, "ansible_parsed": True}

    monkeypatch.setattr(PhoneAction, "_execute_module", execute)
    return seen


def run(*arguments: Any, **options: Any) -> Result:
    action, task_vars = twin(*arguments, **options)
    return action.run(task_vars=task_vars)


def test_the_operation_runs_here_with_validated_parameters(sent: list[Result]) -> None:
    result = run({"ringer": "3"}, check_mode=True)
    assert result["changed"] is True
    assert result["check_mode"] is True
    assert sent[0]["ringer"] == 3
    assert sent[0]["host"] == "127.0.0.7"
    assert sent[0]["timeout"] == 10.0
    assert set(sent[0]) == set(Ring.argument_spec)


def test_option_before_variable_before_default(sent: list[Result]) -> None:
    run(
        {"ringer": 1, "port": 81, "username": None},
        {"snom_port": 82, "snom_username": "admin", "snom_scheme": "http", "snom_validate_certs": False},
    )
    assert (sent[0]["port"], sent[0]["username"], sent[0]["scheme"]) == (81, "admin", "http")
    assert (sent[0]["validate_certs"], sent[0]["auth"]) == (False, "auto")


def test_the_environment_comes_after_option_and_variable(
    sent: list[Result], modules: list[tuple[PhoneAction, Result, Result]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SNOM_USERNAME", "outer")
    monkeypatch.setenv("SNOM_PASSWORD", "outer pw")
    run({"ringer": 1, "username": "task"}, {"snom_password": "host pw"})
    run({"ringer": 1}, {"snom_username": None})
    assert [(one["username"], one["password"]) for one in sent] == [("task", "host pw"), ("outer", "outer pw")]
    hosts = HostVars({"desk7": {"ansible_host": "127.0.0.7"}})
    run({"ringer": 1}, {"hostvars": hosts}, delegate_to="jump")
    assert [arguments["password"] for _twin, arguments, _variables in modules] == ["outer pw"]


def test_a_password_from_the_environment_is_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SNOM_PASSWORD", "pw-of-mine")
    result = run({"ringer": "pw-of-mine"})
    assert result["failed"] is True
    assert "pw-of-mine" not in str(result)


def test_a_module_can_have_host_variables_of_its_own(sent: list[Result]) -> None:
    run({}, {"snom_ringer": 5})
    assert sent[0]["ringer"] == 5


def test_the_name_in_the_inventory_is_the_address_where_nothing_else_is() -> None:
    action, task_vars = twin({"ringer": 1}, {"ansible_host": None})
    assert action._arguments(task_vars)["host"] == "desk7"


def test_the_address_of_a_machine_that_a_task_is_delegated_to_is_not_the_phones(
    modules: list[tuple[PhoneAction, Result, Result]],
) -> None:
    hosts = HostVars({"desk7": {"ansible_host": "{{ address }}"}, "desk8": {}})
    own = {"ansible_host": "{{ address }}", "address": "127.0.0.9", "hostvars": hosts}
    run({"ringer": 1}, own, delegate_to="jump")
    run({"ringer": 1}, own | {"inventory_hostname": "desk8"}, delegate_to="jump", play_vars={"ansible_host": "any"})
    run({"ringer": 1}, own | {"inventory_hostname": "desk8", "ansible_host": "192.0.2.1"}, delegate_to="jump")
    assert [arguments["host"] for _twin, arguments, _variables in modules] == ["127.0.0.9", "127.0.0.9", "desk8"]


def test_only_templates_are_templated(sent: list[Result]) -> None:
    action, task_vars = twin({"ringer": 1}, {"snom_password": "{{ site_secret }}", "site_secret": "pw", "snom_port": 8})
    action.run(task_vars=task_vars)
    assert sent[0]["password"] == "pw"
    assert action._templar.asked == 1


def test_a_value_of_ansibles_own_kind_becomes_plain(sent: list[Result]) -> None:
    class Encrypted:
        def __str__(self) -> str:
            return "pw"

    run({"ringer": 1}, {"snom_password": Encrypted()})
    assert sent[0]["password"] == "pw"


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ({"ringer": 1, "volume": 3}, ["Unsupported options: volume", "ringer"]),
        ({}, ["missing required arguments: ringer"]),
        ({"ringer": "loud"}, ["ringer", "int"]),
        ({"ringer": 1, "scheme": "gopher"}, ["scheme", "https, http"]),
        ({"ringer": "pw-of-mine", "password": "pw-of-mine"}, ["ringer"]),
    ],
)
def test_wrong_arguments_are_refused_before_anything_runs(args: Result, words: list[str], sent: list[Result]) -> None:
    result = run(args)
    assert (result["failed"], result["changed"], result["outcome"]) == (True, False, "refused")
    assert all(word in result["msg"] for word in words)
    assert "pw-of-mine" not in str(result)
    assert sent == []


@pytest.mark.parametrize(
    ("args", "variables", "option"),
    [
        ({}, {"snom_password": 83}, "password"),
        ({}, {"snom_username": 0}, "username"),
        ({"password": 8.3}, {}, "password"),
    ],
)
def test_a_login_that_yaml_took_for_a_number_is_refused(
    args: Result, variables: Result, option: str, sent: list[Result]
) -> None:
    """0000 is sent as 0, and 0123 as 83: a failed login at each phone."""
    result = run({"ringer": 1} | args, variables)
    assert (result["outcome"], sent) == ("refused", [])
    assert f"snom_{option}" in result["msg"] and "quotes" in result["msg"]
    assert "8.3" not in result["msg"]


@pytest.mark.parametrize("protected", [True, "yes", "{{ everything }}"])
@pytest.mark.parametrize("override", [None, [], ["desk8"], "desk8", "desk70,desk"])
def test_a_protected_phone_is_left_alone(protected: object, override: object, sent: list[Result]) -> None:
    variables = {"snom_protected": protected, "snom_protected_override": override, "everything": True}
    result = run({"ringer": 1}, variables)
    assert (result["changed"], result["outcome"]) == (False, "protected")
    assert "desk7" in result["reason"]
    assert "snom_protected_override" in result["reason"]
    assert "failed" not in result
    assert sent == []


@pytest.mark.parametrize("override", ["desk7", ["desk7"], ["desk8", "desk7"], "desk8, desk7"])
def test_naming_the_host_lifts_the_protection(override: object, sent: list[Result]) -> None:
    run({"ringer": 1}, {"snom_protected": True, "snom_protected_override": override})
    assert len(sent) == 1


@pytest.mark.parametrize("override", [5, {"desk7": True}, True])
def test_an_override_that_names_no_hosts_is_refused(override: object, sent: list[Result]) -> None:
    result = run({"ringer": 1}, {"snom_protected": True, "snom_protected_override": override})
    assert (result["failed"], result["outcome"]) == (True, "refused")
    assert "snom_protected_override" in result["msg"]
    assert sent == []


def test_a_protected_phone_can_be_read(sent: list[Result], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snom_info.ActionModule, "operation", staticmethod(ring))
    run({}, {"snom_protected": True}, action=snom_info.ActionModule)
    assert len(sent) == 1


@pytest.mark.parametrize("name", ["snom_protected", "snom_in_process"])
def test_a_flag_that_is_none_is_refused(name: str, sent: list[Result]) -> None:
    result = run({"ringer": 1}, {name: "perhaps"})
    assert result["outcome"] == "refused"
    assert name in result["msg"]
    assert sent == []


def test_prepare_sees_the_validated_parameters_and_can_refuse(sent: list[Result]) -> None:
    class Prepared(Ring):
        def prepare(self, parameters: Result, task_vars: Mapping[str, Any]) -> Result:
            if parameters["ringer"] == 9:
                raise Refused("Nine is too loud.")
            return parameters | {"ringer": parameters["ringer"] + task_vars["louder"]}

    run({"ringer": "3"}, {"louder": 2}, action=Prepared)
    result = run({"ringer": 9}, {"louder": 2}, action=Prepared)
    assert [parameters["ringer"] for parameters in sent] == [5]
    assert result["msg"] == "desk7: Nine is too loud."


@pytest.mark.parametrize(
    ("delegate_to", "transport", "in_process", "runs_module"),
    [
        (None, "ssh", None, False),
        (None, "ssh", True, False),
        (None, "ssh", "no", True),
        ("localhost", "local", None, False),
        ("127.0.0.1", "ssh", None, False),
        ("controller", "local", None, False),
        ("controller", "local", False, True),
        ("jump", "ssh", None, True),
        ("jump", "ssh", True, True),
    ],
)
def test_where_the_work_is_done(
    delegate_to: str | None,
    transport: str,
    in_process: object,
    runs_module: bool,
    sent: list[Result],
    modules: list[tuple[PhoneAction, Result, Result]],
) -> None:
    variables = {"snom_in_process": in_process, "hostvars": HostVars({"desk7": {"ansible_host": "127.0.0.7"}})}
    action, task_vars = twin({"ringer": 1}, variables, delegate_to=delegate_to, transport=transport)
    action.run(task_vars=task_vars)
    assert (len(sent), len(modules)) == ((0, 1) if runs_module else (1, 0))


def test_the_real_module_runs_on_the_controller_although_the_host_is_a_phone(
    modules: list[tuple[PhoneAction, Result, Result]],
) -> None:
    action, task_vars = twin({"ringer": 1}, {"snom_in_process": False, "ansible_python_interpreter": "/phone/python"})
    result = action.run(task_vars=task_vars)
    (runner, arguments, variables), *rest = modules
    assert rest == []
    assert runner._connection.transport == "local"
    assert variables["ansible_python_interpreter"] == sys.executable
    assert task_vars["ansible_python_interpreter"] == "/phone/python"
    assert None not in arguments.values()
    assert arguments["host"] == "127.0.0.7"
    assert result == {"changed": True, "outcome": "rung"}


class Save(Ring):
    argument_spec = Ring.argument_spec | {"dest": {"type": "path"}}


def test_a_path_counts_from_the_current_directory_on_the_controller_alone(
    sent: list[Result],
    modules: list[tuple[PhoneAction, Result, Result]],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    given = {"ringer": 1, "dest": "screen.bmp", "ca_path": "~/../ca"}
    monkeypatch.setenv("HOME", "/home/me")
    run(given, action=Save)
    assert (sent[0]["dest"], sent[0]["ca_path"]) == (str(tmp_path / "screen.bmp"), "/home/ca")
    for in_process, where in ((False, "localhost"), (True, "jump")):
        run(
            given,
            {"hostvars": HostVars({"desk7": {}}), "snom_in_process": in_process},
            action=Save,
            delegate_to=where,
        )
    assert [arguments["dest"] for _twin, arguments, _variables in modules] == [sent[0]["dest"], "screen.bmp"]


def test_the_real_module_of_a_delegated_task_keeps_the_other_machines_connection(
    modules: list[tuple[PhoneAction, Result, Result]],
) -> None:
    variables = {"hostvars": HostVars({"desk7": {"ansible_host": "127.0.0.7"}})}
    action, task_vars = twin({"ringer": 1}, variables, delegate_to="jump")
    connection = action._connection
    action.run(task_vars=task_vars)
    assert modules[0][0]._connection is connection
    assert "ansible_python_interpreter" not in modules[0][2]


@pytest.mark.parametrize("variables", [{}, {"ansible_pipelining": False}], ids=["by default", "although forbidden"])
@pytest.mark.parametrize(("delegate_to", "become"), [(None, None), ("jump", None), ("jump", "sudo")])
def test_a_module_is_never_a_file_for_its_options_may_hold_a_password(
    delegate_to: str | None,
    become: str | None,
    variables: Result,
    modules: list[tuple[PhoneAction, Result, Result]],
) -> None:
    hosts = HostVars({"desk7": {"ansible_host": "127.0.0.7"}})
    action, task_vars = twin({"ringer": 1}, {"snom_in_process": False, "hostvars": hosts}, delegate_to=delegate_to)
    action._connection.set_options(var_options=variables)
    if become:
        action._connection.set_become_plugin(become_loader.get(become))
    assert not action._is_pipelining_enabled("new")
    action.run(task_vars=task_vars)
    assert modules[0][0]._is_pipelining_enabled("new")


@pytest.mark.parametrize(
    ("arguments", "is_piped"),
    [
        ("-C -o ControlMaster=auto -T", True),
        ("-o RequestTTY=no", True),
        ("-C -o RequestTTY=force", False),
        ("-o 'requesttty yes'", False),
        ("-tt", False),
        ("-C -t", False),
    ],
)
def test_nothing_is_piped_through_a_terminal_which_would_show_it(arguments: str, is_piped: bool) -> None:
    connection = connection_of("ssh", PlayContext())
    connection.set_options(var_options={"ansible_ssh_common_args": arguments})
    pipe_modules(connection)
    assert connection.get_option("pipelining") is is_piped


def test_a_connection_that_can_only_send_files_is_left_alone() -> None:
    connection = SimpleNamespace(has_option=lambda name: False)
    pipe_modules(connection)  # which could set none


def test_a_missing_library_is_named(sent: list[Result], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phone_action, "HAS_REQUESTS", False)
    result = run({"ringer": 1})
    assert result["failed"] is True
    assert "requests" in result["msg"]
    assert (result["outcome"], result["reason"]) == ("failed", result["msg"])
    assert sent == []


def test_a_failure_of_the_connection_options_is_one_of_the_module() -> None:
    result = run({"ringer": 1, "port": 0})
    assert result == perform_module.failure(InputError(result["reason"]), "127.0.0.7")
    assert "port" in result["reason"]


def test_no_result_has_keys_that_ansible_gives_a_meaning_of_its_own(sent: list[Result]) -> None:
    for result in (run({"ringer": 1}), run({"ringer": 1}, {"snom_protected": True}), run({"bad": 1})):
        assert not {"rc", "skipped", "ansible_facts"} & set(result)


class Choosy(Ring):
    """A module with an option of options."""

    argument_spec = CONNECTION_ARGUMENTS | {
        "tone": {"type": "dict", "options": {"pitch": {"type": "str", "choices": ["high"]}, "name": {"type": "str"}}},
        "free": {"type": "dict"},
    }


def test_the_module_gets_no_option_that_was_not_given(modules: list[tuple[PhoneAction, Result, Result]]) -> None:
    hosts = HostVars({"desk7": {"ansible_host": "127.0.0.7"}})
    run({"tone": {"name": "x"}, "free": {"a": None}}, {"hostvars": hosts}, action=Choosy, delegate_to="jump")
    ((_twin, arguments, _variables),) = modules
    assert (arguments["tone"], arguments["free"]) == ({"name": "x"}, {"a": None})
    assert "username" not in arguments


# By the PBX -------------------------------------------------------------------------------------------------------

BY_SIP = {
    "snom_transport": "sip",
    "snom_mac": "00041396D9B4",
    "snom_pbx": {"kind": "kamailio", "host": "pbx.example"},
}


class Mute(Ring):
    not_by_sip = "nothing by SIP rings it"


class Own(Ring):
    not_by_sip = "its operation knows better"
    own_way = True


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> list[Phone]:
    """The ways to phones that operations were given."""
    seen: list[Phone] = []

    def way(phone: Phone, parameters: Result, check_mode: bool) -> Result:
        seen.append(phone)
        return {"changed": False}

    for action in (Ring, Mute, Own):
        monkeypatch.setattr(action, "operation", staticmethod(way))
    return seen


def test_the_transport_says_which_way_leads_to_the_phone(ways: list[Phone]) -> None:
    assert run({"ringer": 1}, BY_SIP)["changed"] is False
    assert run({"ringer": 1, "transport": "http"}, BY_SIP)["changed"] is False
    assert run({"ringer": 1}, BY_SIP, action=Own)["changed"] is False
    assert [type(way) for way in ways] == [SipPhone, WebPhone, WebPhone]


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"snom_pbx": None}, "snom_pbx must name a PBX"),
        ({"snom_pbx": {"kind": "sip"}}, "snom_pbx must name a PBX"),
        ({"snom_pbx": {"kind": "carrier"}}, "snom_pbx"),
        ({"snom_mac": None}, "snom_mac must give"),
        ({"snom_in_process": False}, "from the controller only"),
        ({"snom_transport": "pigeon"}, "transport"),
    ],
)
def test_what_leads_to_no_phone_is_told(variables: Result, told: str, ways: list[Phone]) -> None:
    result = run({"ringer": 1}, BY_SIP | variables)
    assert result["failed"] is True and told in result["msg"]
    assert ways == []


def test_an_operation_that_can_do_nothing_by_sip_says_why(ways: list[Phone]) -> None:
    result = run({"ringer": 1}, BY_SIP, action=Mute)
    assert (result["outcome"], result["changed"]) == ("unsupported", False)
    assert result["reason"] == "This phone is reached by its PBX (snom_transport is sip), and nothing by SIP rings it."
    assert ways == []


class Stumble(Ring):
    """One with a mistake before the operation, where nothing is scrubbed."""

    def prepare(self, parameters: Result, task_vars: Mapping[str, Any]) -> Result:
        raise RuntimeError(str(parameters))


def test_a_mistake_of_ours_shows_where_it_is_and_not_what_it_holds(sent: list[Result]) -> None:
    result = run({"ringer": 1}, {"snom_password": "n0t-to-be-seen"}, action=Stumble)
    assert (result["failed"], result["outcome"], sent) == (True, "failed", [])
    assert result["msg"].startswith("Unexpected error, please report it: RuntimeError in ")
    assert "n0t-to-be-seen" not in str(result)
