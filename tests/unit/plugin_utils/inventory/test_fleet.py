# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from typing import Any

import pytest
from ansible import template
from ansible.errors import AnsibleError
from ansible.parsing.dataloader import DataLoader
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._core.plain import to_plain
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory import fleet
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.fleet import (
    FleetVariables,
    read_targets,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.target import Target

PHONE = {"ansible_host": "127.0.0.2", "snom_firmware_version": "10.1.54.13"}

PROVISIONED = PHONE | {
    "snom_transport": "sip",
    "snom_mac": "000413A2B301",
    "snom_pbx": {"kind": "asterisk", "host": "pbx.example", "username": "ansible", "password": "a password"},
    "snom_mirror_control": {"url": "https://mirror.example", "username": "ansible", "password": "a password"},
}


class Templar:
    """Like Ansible's, as far as it is needed: replaces the names of variables in braces, also inside of others."""

    def __init__(self, variables: dict[str, Any] | None = None) -> None:
        self._variables = variables or {}

    def copy_with_new_env(self, available_variables: dict[str, Any]) -> Templar:
        return Templar(available_variables)

    def template(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self.template(item) for key, item in value.items()}
        if not isinstance(value, str):
            return value
        return re.sub(r"{{ (.+?) }}", lambda match: self._look_up(match[1]), value)

    def _look_up(self, name: str) -> str:
        if name not in self._variables:
            raise AnsibleError(f"'{name}' is undefined")
        return str(self.template(self._variables[name]))


class HostVars(dict[str, dict[str, Any]]):
    """Like Ansible's: raw_get gives the text of templates."""

    def raw_get(self, host: str) -> dict[str, Any]:
        return self[host]


def read(
    raw: dict[str, dict[str, Any]],
    own: dict[str, Any] | None = None,
    connection: dict[str, Any] | None = None,
) -> list[Target]:
    """The targets of a play over these hosts, whose task has variables of its own."""
    return read_targets(list(raw), FleetVariables(HostVars(raw), own or {}, Templar()), connection or {})


def test_what_the_inventory_says() -> None:
    (target,) = read(
        {
            "desk-1": PHONE
            | {
                "snom_scheme": "http",
                "snom_mac": "00:04:13:92:2d:24",
                "snom_site": "berlin",
                "snom_group": "ward",
                "snom_wave": "2",
                "snom_model": "D785",
                "snom_protected": "yes",
            }
        }
    )
    assert (target.connection.address, target.connection.scheme, target.mac) == ("127.0.0.2", "http", "000413922D24")
    assert (str(target.version), target.site, target.group, target.wave) == ("10.1.54.13", "berlin", "ward", 2)
    assert (target.model, target.protected) == ("D785", True)


def test_a_template_of_the_play_is_read_for_each_host() -> None:
    raw = {"desk-1": PHONE | {"floor": "1"}, "desk-2": PHONE | {"ansible_host": "127.0.0.3", "floor": "2"}}
    assert [target.site for target in read(raw, own={"snom_site": "floor {{ floor }}"})] == ["floor 1", "floor 2"]


def test_a_variable_of_the_play_may_use_others_of_play_and_host() -> None:
    own = {"snom_username": "{{ country }}-{{ floor }}", "country": "{{ language }}", "language": "de"}
    raw = {
        "desk-1": PHONE | {"floor": "1", "snom_username": "own"},
        "desk-2": PHONE | {"ansible_host": "127.0.0.3", "floor": "2", "snom_password": "{{ language }}"},
    }
    logins = [(target.connection.username, target.connection.password) for target in read(raw, own)]
    assert logins == [("own", None), ("de-2", "de")]


@pytest.mark.parametrize("option", ["username", "password"])
def test_a_login_that_yaml_took_for_a_number_is_refused(option: str) -> None:
    """0123 is 83: a failed login at each phone."""
    with pytest.raises(InputError, match=rf"desk: .*snom_{option}.* quotes") as error:
        read({"desk": PHONE | {f"snom_{option}": 7777}})
    assert "7777" not in error.value.reason
    with pytest.raises(InputError, match=f"snom_{option}.* quotes"):
        read({"desk": PHONE}, connection={option: 0})


def test_a_host_without_an_address_gets_that_of_the_play() -> None:
    version = {"snom_firmware_version": "10.1.54.13"}
    raw = {"desk-1": PHONE, "desk-2": version | {"number": "3"}}
    addresses = [target.connection.address for target in read(raw, own={"ansible_host": "127.0.0.{{ number }}"})]
    assert addresses == ["127.0.0.2", "127.0.0.3"]


def test_the_order_is_option_then_host_then_task() -> None:
    raw = {"desk-1": PHONE, "desk-2": PHONE | {"ansible_host": "127.0.0.3", "snom_username": "host"}}
    users = [target.connection.username for target in read(raw, own={"snom_username": "play"})]
    assert users == ["play", "host"]
    assert [
        target.connection.username
        for target in read(raw, own={"snom_username": "play"}, connection={"username": "option"})
    ] == ["option", "option"]


def test_the_environment_comes_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SNOM_USERNAME", "outer")
    monkeypatch.setenv("SNOM_PASSWORD", "outer pw")
    raw = {"desk-1": PHONE, "desk-2": PHONE | {"ansible_host": "127.0.0.3", "snom_password": "its own"}}
    logins = [(target.connection.username, target.connection.password) for target in read(raw)]
    assert logins == [("outer", "outer pw"), ("outer", "its own")]
    (_first, second) = read(raw, own={"snom_username": "play"}, connection={"password": "option"})
    assert (second.connection.username, second.connection.password) == ("play", "option")


def test_a_variable_of_the_first_host_is_not_one_of_the_task() -> None:
    raw = {
        "desk-1": PHONE | {"snom_password": "its own", "snom_protected": True},
        "desk-2": PHONE | {"ansible_host": "127.0.0.3"},
    }
    first, second = read(raw)
    assert (first.connection.password, first.protected) == ("its own", True)
    assert (second.connection.password, second.protected) == (None, False)


def test_templates_are_evaluated_as_the_host_and_the_call_state_each_time() -> None:
    desk = PHONE | {"snom_call_state": "{{ pbx }}", "snom_site": "{{ city }}", "pbx": "in_call", "city": "paris"}
    (target,) = read({"desk-1": desk})
    assert (target.site, target.known_call_state()) == ("paris", "in_call")
    desk["pbx"] = "idle"
    assert target.known_call_state() == "idle"


def test_naming_a_protected_host_is_what_lets_it_be_changed() -> None:
    raw = {"lift": PHONE | {"snom_protected": True}, "desk": PHONE | {"ansible_host": "127.0.0.3"}}
    for override in ("lift", ["lift"], "desk, lift"):
        assert not read(raw, own={"snom_protected_override": override})[0].protected
    assert read(raw, own={"snom_protected_override": "desk"})[0].protected
    with pytest.raises(InputError, match="snom_protected_override is 5"):
        read(raw, own={"snom_protected_override": 5})


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"snom_wave": 0}, "snom_wave"),
        ({"snom_protected": "maybe"}, "snom_protected"),
        ({"snom_firmware_version": "new"}, "snom_firmware_version"),
        ({"snom_firmware_versions": ["D785"]}, "snom_firmware_versions"),
        ({"snom_firmware_versions": {"D999": "10.1.54.13"}}, "D999"),
        ({"snom_port": "many"}, "snom_port"),
        ({"snom_call_state": "busy"}, "snom_call_state is 'busy': give idle, in_call, unknown"),
        ({"ansible_host": ""}, "Set ansible_host"),
    ],
)
def test_bad_variables_name_the_host_and_the_remedy(variables: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=r"no such name\.invalid: ") as caught:
        read({"no such name.invalid": PHONE | variables})
    assert words in caught.value.reason


def test_who_needs_a_variable_that_is_undefined_is_named() -> None:
    raw = {"desk-1": PHONE, "desk-2": PHONE | {"snom_password": "hunter2{{ vault_pepper }}"}}
    with pytest.raises(InputError, match="desk-2: a variable of it needs 'vault_pepper', which is undefined") as error:
        read(raw)
    assert "desk-1" not in error.value.reason and "hunter2" not in error.value.reason


def test_a_call_state_that_becomes_none_later_ends_no_run(monkeypatch: pytest.MonkeyPatch) -> None:
    warnings: list[str] = []
    monkeypatch.setattr(fleet.display, "warning", warnings.append)
    desk = PHONE | {"snom_call_state": "{{ pbx }}", "pbx": "idle"}
    (target,) = read({"desk-1": desk})
    desk["pbx"] = "busy"
    assert target.known_call_state() is None
    assert len(warnings) == 1 and "desk-1: snom_call_state" in warnings[0]


def test_a_call_state_that_can_not_be_evaluated_is_unknown_and_ends_no_run(monkeypatch: pytest.MonkeyPatch) -> None:
    warnings: list[str] = []
    (target,) = read({"desk-1": PHONE | {"snom_call_state": "{{ gone }}"}})
    monkeypatch.setattr(fleet.display, "warning", warnings.append)
    assert target.known_call_state() is None
    assert len(warnings) == 1 and "desk-1: snom_call_state" in warnings[0]


def test_all_bad_hosts_are_named_at_once_up_to_ten() -> None:
    raw = {f"desk-{number}": PHONE | {"snom_wave": "x"} for number in range(12)}
    with pytest.raises(InputError, match=r"desk-9: .* and 2 more hosts"):
        read(raw)


def test_a_play_without_hosts() -> None:
    with pytest.raises(InputError, match="snom_hosts"):
        read({})


@pytest.mark.parametrize("option", ["host", "mac"])
def test_what_belongs_to_one_phone_is_no_option_of_a_fleet(option: str) -> None:
    with pytest.raises(InputError, match=option):
        read({"desk-1": PHONE}, connection={option: "127.0.0.1"})


@pytest.mark.parametrize("name", ["p\x1b[2J", "p\n", "p\u202e", "p\x85"])
def test_a_host_whose_name_can_not_be_shown_is_refused(name: str) -> None:
    with pytest.raises(InputError, match=r"(?s)nothing was sent.*its name holds control characters"):
        read({"desk-1": PHONE, name: PHONE | {"ansible_host": "127.0.0.3"}})


def test_what_all_settings_of_a_phone_say_decides_about_its_provisioning() -> None:
    site = {"snom_settings_all": {"checksync_action": "reboot", "tr69_use_acs": True, "update_policy": "{{ p }}"}}
    own = {"snom_settings": {"tr69_use_acs": False, "fkey": {0: "line"}}}
    (target,) = read({"desk-1": PROVISIONED | site | own | {"p": "auto_update"}})
    assert target.settings == {
        "checksync_action": "reboot",
        "tr69_use_acs": "off",
        "update_policy": "auto_update",
    }
    assert [one.settings for one in read({"desk-1": PROVISIONED, "desk-2": PHONE | site})] == [None, None]
    empty = {"snom_settings": {"update_policy": None}, "snom_settings_all": {}, "snom_settings_model": None}
    assert [one.settings for one in read({"desk-1": PROVISIONED | empty})] == [None]
    assert [one.settings for one in read({"desk-1": PROVISIONED | {"snom_settings": {"fkey": {0: "line"}}}})] == [{}]
    with pytest.raises(InputError, match="desk-1: snom_settings: a b is no name of a setting"):
        read({"desk-1": PROVISIONED | {"snom_settings_all": {"a b": 1}}})


def test_what_is_omitted_within_settings_is_taken_out_by_the_real_templar() -> None:
    # From ansible-core 2.19 on a template that is nothing but omit is an error where no list or mapping is around it.
    trusted = getattr(template, "trust_as_template", str)
    own = {} if hasattr(template, "trust_as_template") else {"omit": "__omit_place_holder__" + "0f" * 20}
    gone = trusted("{{ nowhere | default(omit) }}")
    raw = {"desk": {"snom_settings": {"a": gone, "b": [gone, "x"], "c": "y"}}}
    variables = FleetVariables(HostVars(raw), own, template.Templar(loader=DataLoader()))
    assert to_plain(variables.of("desk").get("snom_settings")) == {"b": ["x"], "c": "y"}


def test_what_is_omitted_of_a_variable_is_no_value() -> None:
    left_out = "__omit_place_holder__" + "0f" * 20
    raw = {"desk": {"omit": left_out, "snom_settings": {"a": "{{ omit }}", "b": "c"}, "snom_password": "{{ omit }}"}}
    variables = FleetVariables(HostVars(raw), {}, Templar()).of("desk")
    assert variables.get("snom_settings") == {"b": "c"} and variables.get("snom_password") is None
