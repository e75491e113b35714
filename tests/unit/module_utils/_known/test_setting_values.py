# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._known.known_settings import is_other_word
from ansible_collections.telephony.snom.plugins.module_utils._known.permissions import (
    canonical_permission,
    is_read_only,
)
from ansible_collections.telephony.snom.plugins.module_utils._known.setting_values import (
    Setting,
    is_settings_variable,
    merge_settings,
    numbers_without_quotes,
    parse_settings,
)


def values(settings: dict[Any, Any]) -> dict[str, str]:
    return {setting.wire_name: setting.value for setting in parse_settings(settings)}


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ({"language": "English"}, {"language": "English"}),
        ({"call_completion": True, "dhcp": False}, {"dhcp": "off", "call_completion": "on"}),
        ({"active_line": 2}, {"active_line": "2"}),
        ({"phone_name": ""}, {"phone_name": ""}),
        ({"user_name": ["100", None, 102]}, {"user_name1": "100", "user_name3": "102"}),
        ({"fkey": ["line", "blf 101"]}, {"fkey0": "line", "fkey1": "blf 101"}),
        ({"fkey": {"3": "line", 12: "dest 9"}}, {"fkey12": "dest 9", "fkey3": "line"}),
        ({"user_name1": "100"}, {"user_name1": "100"}),
        ({"user_srtp1": False, "user_phone": False}, {"user_srtp1": "off", "user_phone": "off"}),
        ({"gui_fkey1": "F_REGS"}, {"gui_fkey1": "F_REGS"}),
        ({"unheard_of": {4: "x"}}, {"unheard_of4": "x"}),
        ({"phone_name": {"value": "Hall", "perm": "R"}}, {"phone_name": "Hall"}),
        ({"call_completion": None}, {}),
    ],
)
def test_each_form_is_read(given: dict[Any, Any], read: dict[str, str]) -> None:
    assert values(given) == read


def test_what_goes_with_a_value_is_kept() -> None:
    (setting,) = parse_settings({"fkey": {5: {"value": "speed 110", "label": "Desk", "context": 1, "perm": "R"}}})
    assert setting == Setting(
        name="fkey", index=5, value="speed 110", perm="R", attributes={"context": "1", "label": "Desk"}
    )


def test_numbers_are_in_order() -> None:
    settings = parse_settings({"fkey": {10: "line", 9: "line"}, "call_completion": "on"})
    assert [setting.wire_name for setting in settings] == ["call_completion", "fkey9", "fkey10"]


def test_a_value_is_never_shown() -> None:
    (setting,) = parse_settings({"user_pass": ["hush"]})
    assert setting.secret and "hush" not in repr(setting)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("language", "must be a mapping"),
        ({"a b": "x"}, "a b is no name"),
        ({7: "x"}, "7 is no name"),
        ({"user_host[3]": "x"}, "Write user_host3."),
        ({"fkey.0": "line"}, "Write fkey0."),
        ({"language&": "x"}, "language: {value: ..., perm: ...}."),
        ({"language": ["x"]}, "language is a list"),
        ({"user_name": "100"}, "user_name is a single value"),
        ({"fkey": {"value": "line", "perm": "R"}}, "Give a list, which begins with number 0"),
        ({"fkey": {"first": "line"}}, "'first' is no number"),
        ({"fkey": {1000: "line"}}, "'1000' is no number"),
        ({"fkey": {True: "line"}}, "'True' is no number"),
        ({"fkey": {0: {"label": "x"}}}, "value is missing"),
        ({"fkey": {0: {"value": "line", "lable": "x"}}}, "lable"),
        ({"phone_name": {"value": "x", "perm": "X"}}, "perm must be one of"),
        ({"fkey": {"p12": "line"}}, "The key p12 has number 11"),
        ({"fkey": [{"type": "blf", "value": "107"}]}, "{value: blf 101}"),
        ({"prov_polling_time": 1350}, "time such as 22:30"),
        ({"phone_name": {"value": ["x"]}}, "must be text"),
        ({"fkey": ["line"], "fkey0": "line"}, "fkey0 is set twice"),
        ({"phone_name": "a\nb"}, "control character"),
        ({"phone_name": "a\x00"}, "control character"),
        ({"phone_name": "a\ud800"}, "control character or half a character"),
        ({"phone_name": "a]]>b"}, "]]>"),
        ({"user_name": ["ok", "a\tb"]}, "user_name, number 2"),
    ],
)
def test_bad_input_is_named_and_not_shown(given: Any, says: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_settings(given, "snom_settings")
    assert says in caught.value.reason
    assert caught.value.reason.startswith("snom_settings")
    assert "a\nb" not in caught.value.reason


def test_variables_are_merged_by_name_and_the_host_has_the_last_word() -> None:
    layers = {
        "snom_settings": {"language": "Deutsch", "call_completion": None},
        "snom_settings_2_site": {"language": "Français", "fkey": ["line"]},
        "snom_settings_1_all": {"language": "English", "call_completion": "off", "fkey": ["blf 1", "blf 2"]},
        "snom_settings_3_model": None,
    }
    assert merge_settings(layers) == {"language": "Deutsch", "fkey": ["line"]}


@pytest.mark.parametrize(
    ("group", "host", "merged"),
    [
        ({"fkey": {3: "b", "4": "c"}}, {"fkey3": None}, {"fkey4": "c"}),
        ({"fkey": {"3": "b", 4: "c"}}, {"fkey3": "x"}, {"fkey3": "x", "fkey4": "c"}),
        ({"user_name": ["100", "101"]}, {"user_name1": None}, {"user_name2": "101"}),
        ({"user_name": ["100", "101"]}, {"user_name2": "x"}, {"user_name1": "100", "user_name2": "x"}),
        ({"fkey3": "b", "fkey4": "c"}, {"fkey": {3: "x"}}, {"fkey3": "x"}),
        ({"fkey3": "b"}, {"fkey": None}, {}),
        ({"fkey": {3: "b"}}, {"fkey4": None}, {"fkey3": "b"}),
        ({"fkey3": None}, {"fkey": {3: "b"}}, {"fkey3": "b"}),
        ({"dns_server1": "x"}, {"dns_server": None}, {"dns_server1": "x"}),
    ],
)
def test_a_name_with_its_number_is_that_one_of_the_indexed_setting(
    group: dict[Any, Any], host: dict[Any, Any], merged: dict[str, str]
) -> None:
    layers = {"snom_settings_group": group, "snom_settings": host}
    assert values(merge_settings(layers)) == merged


def test_a_variable_that_holds_no_mapping_is_named() -> None:
    with pytest.raises(InputError, match="snom_settings_site must be a mapping"):
        merge_settings({"snom_settings_site": ["language"]})


@pytest.mark.parametrize(
    ("name", "holds"), [("snom_settings", True), ("snom_settings_site", True), ("snom_settingsx", False)]
)
def test_variables_with_settings_are_told_by_their_name(name: str, holds: bool) -> None:
    assert is_settings_variable(name) is holds


@pytest.mark.parametrize(
    ("given", "flag", "read_only"),
    [
        ("rw", "RW", False),
        (" ", "R", True),
        ("ro", "R", True),
        ("V", "V", True),
        ("#", "R", True),
        ("Rv", "RV", True),
        ("VR", "RV", True),
        ("ROV", "RV", True),
        ("RWV", "RWV", False),
        ("V!", "!V", False),
        ("&V", "&V", True),
    ],
)
def test_flags_of_permission(given: str, flag: str, read_only: bool) -> None:
    assert (canonical_permission(given), is_read_only(given)) == (flag, read_only)
    (setting,) = parse_settings({"phone_name": {"value": "x", "perm": given}})
    assert setting.perm == flag


def test_secrets_and_users_without_quotes_are_told() -> None:
    """Of 0107 and 0000 YAML makes 71 and 0."""
    given = {"user_name1": 71, "user_pass": {1: {"value": 0}, 2: "0000"}, "http_pass": ["0107"], "vlan_id": 7}
    assert list(numbers_without_quotes(given)) == ["user_name1", "user_pass"]
    assert list(numbers_without_quotes({"user_pname": [None, "107"], "lock_pin": True})) == []


@pytest.mark.parametrize(
    "name",
    [
        *("area_code", "country_code", "user_area_code", "user_country_code"),
        *("user_international_prefix", "user_trunk_prefix", "speed"),
        *("redirect_number", "redirect_busy_number", "redirect_time_number", "fwd_all_target", "fwd_busy_target"),
        *("fwd_time_on_code", "redirect_always_off_code", "dnd_on_code", "server_managed_fwd_all_nr"),
        *("preselection_nr", "pa1_nr_to_dial", "user_tel_nr", "user_mailbox", "user_mailbox_retrieve"),
        *("user_mailnumber", "user_forward_number", "user_idle_number", "msw_directory_number"),
        *("emergency_numbers", "keyboard_lock_emergency", "callpark_park_fac", "blf_park_pick_up"),
        *("blf_directed_call_pickup", "tu_5", "Redirect_Number", "user_name", "user_pname"),
    ],
)
def test_what_is_dialed_is_told_without_quotes(name: str) -> None:
    """0301234567 and 000 would be 50674039 and 0."""
    assert list(numbers_without_quotes({name: {1: 50674039}})) == [name]
    assert list(numbers_without_quotes({name: 0})) == [name]
    assert list(numbers_without_quotes({name: {1: "0301234567", 2: True, 3: None}})) == []


def test_true_numbers_need_no_quotes() -> None:
    """Ports, timers, volumes and the like, of all that the table knows."""
    numbers = {
        *("active_line", "outgoing_identity", "sip_port", "http_port", "vol_ringer", "fwd_time_secs", "redirect_time"),
        *("user_expiry", "user_forward_timeout", "reboot_after_nr", "keyboard_lock_timeout", "wifi_country_code"),
        *("number_simultaneous_calls", "presence_lookup_number", "guess_number", "user_forward_mode", "vlan_id"),
        *("emergency_accepted_callkeys", "auto_redial_value", "ring_count", "contrast", "tn5", "gmt_offset"),
    }
    assert list(numbers_without_quotes(dict.fromkeys(numbers, 7))) == []


@pytest.mark.parametrize(
    "given",
    [
        {"checksync_action": "factory-reset"},
        {"checksync_action": "Factory-Reset"},
        {"checksync_action": "FACTORY-RESET "},
        {"Checksync_Action": " delete-Contacts"},
        {"checksync_action": {1: "Delete-Contacts"}},
        {"reset_settings": "x"},
    ],
)
def test_what_would_erase_a_phone_is_refused_in_any_spelling(given: dict[str, Any]) -> None:
    """Nobody knows whether capitals or blanks make another word to a phone."""
    with pytest.raises(InputError, match="takes away what is in a phone"):
        parse_settings(given)
    assert values({"checksync_action": "Sync", "reset_settings": ""}) == {
        "checksync_action": "Sync",
        "reset_settings": "",
    }


@pytest.mark.parametrize("text", ["yes", "No", " YES "])
@pytest.mark.parametrize("setting", ["dhcp", "Dhcp", "hide_identity1", "tr369_enable1"])
def test_yes_and_no_are_refused_for_a_switch(setting: str, text: str) -> None:
    """Of text: from quotes, -e or a survey. What YAML reads as yes is true."""
    with pytest.raises(InputError, match=rf"{setting[:5]}.* is yes or no, as text.* \| bool"):
        parse_settings({setting: text})
    assert values({"phone_name": text, "unheard_of": text}) == {"phone_name": text, "unheard_of": text}


@pytest.mark.parametrize(
    ("given", "read", "other"),
    [
        ({"dhcp": "true"}, {"dhcp": "true"}, True),
        ({"hide_identity": ["False"]}, {"hide_identity1": "False"}, True),
        ({"Use_Hidden_Tags": "false"}, {"Use_Hidden_Tags": "false"}, True),
        ({"tr369_enable": {1: "off"}}, {"tr369_enable1": "off"}, True),
        ({"tr369_enable": {1: "True"}}, {"tr369_enable1": "True"}, False),
        ({"tr369_enable": {1: False}}, {"tr369_enable1": "false"}, False),
        ({"dhcp": "OFF"}, {"dhcp": "OFF"}, False),
        ({"dhcp": True}, {"dhcp": "on"}, False),
        ({"dhcp": "1"}, {"dhcp": "1"}, False),
        ({"phone_name": "true"}, {"phone_name": "true"}, False),
        ({"webserver_type": "on"}, {"webserver_type": "on"}, False),
    ],
)
def test_a_switch_keeps_the_word_of_another_one(given: dict[str, Any], read: dict[str, str], other: bool) -> None:
    """Phones show both: a 720 shows hide_identity as false, although most dumps say off."""
    assert values(given) == read
    assert [is_other_word(setting.name, setting.value) for setting in parse_settings(given)] == [other]
