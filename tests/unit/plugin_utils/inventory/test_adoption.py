# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._known.setting_values import Setting, parse_settings
from ansible_collections.telephony.snom.plugins.module_utils._phone.facts import mask_settings
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.adoption import (
    describe_file_settings,
    describe_settings,
    shared_settings,
)
from hypothesis import given
from hypothesis import strategies as st

SHOWN = {
    "language": "English",
    "use_hidden_tags": "off",
    "user_name1": "100",
    "user_name2": "",
    "user_name10": "on",
    "fkey0": "blf <sip:200@pbx.example>|*8",
    "tr369_enable1": "off",
    "phone_name": "",
    "http_pass": "********",
    "user_pass1": "",
    "setting_server": "http://********@pbx.example/",
    "firmware_status": "http://pbx.example/fw.xml",
    "dnd_mode": "on",
    "dhcp": "on",
    "ip_adr": "192.0.2.7",
    "user_host": "x",
    "action_setup_url": "http://pbx.example/{{ mac }}",
    "phone_type": "snomD785",
    "fwd_all_target1": "101",
    "fkey_label0": "Desk\nTwo",
    "vip_ring_sound": "Ringer1",
    "custom": "two\nlines",
}


def test_settings_as_an_inventory_states_them() -> None:
    forms = {
        "vip_ring_sound": {"name": "vip_ring_sound", "number": None, "perm": "RO", "attributes": {}},
    }
    settings, left_out = describe_settings({"settings": SHOWN, "setting_forms": forms})
    assert settings == {
        "language": "English",
        "use_hidden_tags": False,
        "user_name": {"1": "100", "10": True},
        "fkey": {"0": {"value": "blf <sip:200@pbx.example>|*8", "label": "Desk\nTwo"}},
        "tr369_enable": {"1": "off"},
        "dhcp": True,
        "vip_ring_sound": {"value": "Ringer1", "perm": "R"},
    }
    assert list(settings["user_name"]) == ["1", "10"]
    assert left_out.keys() == {
        *("http_pass", "user_pass1", "setting_server", "firmware_status", "dnd_mode", "ip_adr", "user_host"),
        *("action_setup_url", "custom", "phone_type", "fwd_all_target1"),
    }
    assert left_out["http_pass"] == "a secret; keep it in a vault"
    assert "a login" in left_out["setting_server"]
    assert "leads to a provisioning server" in left_out["firmware_status"]
    assert "users change it" in left_out["fwd_all_target1"]
    assert "what the phone is" in left_out["phone_type"]
    assert "control character" in left_out["custom"]


def test_what_dhcp_does_not_give_is_a_setting() -> None:
    settings, left_out = describe_settings({"settings": {"dhcp": "off", "ip_adr": "192.0.2.7"}})
    assert (settings, left_out) == ({"dhcp": False, "ip_adr": "192.0.2.7"}, {})


@pytest.mark.parametrize("phone", [{}, {"settings": None}, {"settings": "text"}])
def test_a_phone_without_settings(phone: dict[str, object]) -> None:
    with pytest.raises(InputError, match="gather"):
        describe_settings(phone)


def test_what_phones_have_in_common() -> None:
    phones = [
        {"settings": {"language": "English", "fkey0": "line", "fkey1": "line", "user_host1": "pbx", "dnd_mode": "off"}},
        {
            "settings": {
                "language": "English",
                "fkey0": "line",
                "user_host1": "pbx",
                "phone_name": "x",
                "dnd_mode": "off",
            }
        },
    ]
    assert shared_settings(phones) == {"language": "English", "user_host": {"1": "pbx"}}
    assert shared_settings(phones[:1]) == {}
    assert shared_settings([]) == {}


def test_a_word_that_is_refused_for_a_switch_is_left_out_with_the_reason() -> None:
    shown = {"use_hidden_tags": "Yes", "hide_identity1": "no", "call_completion": "false", "phone_name": "yes"}
    settings, left_out = describe_settings({"settings": shown})
    assert settings == {"call_completion": "false", "phone_name": "yes"}
    assert left_out.keys() == {"use_hidden_tags", "hide_identity1"}
    of_files = [
        Setting(name="use_hidden_tags", value="yes"),
        Setting(name="hide_identity", index=1, value="true"),
    ]
    settings, _secrets, left_out = describe_file_settings(of_files, str)
    assert settings == {"hide_identity": {"1": "true"}}
    assert "is yes or no, as text" in left_out["use_hidden_tags"]


names = st.sampled_from(
    ["language", "user_name1", "user_name2", "fkey0", "fkey_label0", "odd7", "http_pass", "user_pass1"]
)


@given(st.dictionaries(names, st.text(max_size=20)))
def test_what_is_described_is_what_the_phone_has(shown: dict[str, str]) -> None:
    """Whatever a phone shows: the description is readable, and states nothing that the phone does not have."""
    settings, left_out = describe_settings({"settings": mask_settings(shown)})
    stated = {}
    for setting in parse_settings(settings):
        stated[setting.wire_name] = setting.value
        stated |= {f"{setting.name}_{key}{setting.index}": text for key, text in setting.attributes.items()}
    # A label goes with its key.
    missing = left_out | ({"fkey_label0": ""} if "fkey0" in left_out else {})
    assert {name: value for name, value in stated.items() if value} == {
        name: value for name, value in shown.items() if value and name not in missing
    }


def form(name: str, number: int | None, perm: str = "", **attributes: str) -> dict[str, object]:
    return {"name": name, "number": number, "perm": perm, "attributes": attributes}


@pytest.mark.parametrize(
    ("shown", "forms", "stated"),
    [
        ({"odd1": "a"}, {"odd1": form("odd", 1)}, {"odd": {"1": "a"}}),
        ({"odd1": "a"}, {}, {"odd1": "a"}),
        ({"codec_size2": "20"}, {}, {"codec_size": {"2": "20"}}),
        ({"stun_server": "a", "stun_server1": "b"}, {}, {"stun_server": {"value": "a", "1": "b"}}),
        ({"language": "x"}, {"language": form("language", None, "!")}, {"language": {"value": "x", "perm": "!"}}),
        ({"language": "x"}, {"language": form("language", None, "$")}, {"language": "x"}),
        (
            {"fkey3": "", "fkey4": "", "fkey5": ""},
            {"fkey3": form("fkey", 3, lp="on"), "fkey4": form("fkey", 4, context="2"), "fkey5": form("fkey", 5)},
            {"fkey": {"3": {"value": "", "lp": True}}},
        ),
        (
            {"fkey3": "line", "fkey_label3": "L"},
            {"fkey3": form("fkey", 3, context="2", label="L", lp="off", odd="x", icon_type="")},
            {"fkey": {"3": {"value": "line", "context": "2", "label": "L", "lp": False, "attributes": {"odd": "x"}}}},
        ),
        ({"use_NTLMv2": "on"}, {}, {"use_NTLMv2": True}),
    ],
)
def test_the_page_knows_best_what_is_a_number_and_then_the_table(
    shown: dict[str, str], forms: dict[str, object], stated: dict[str, object]
) -> None:
    assert describe_settings({"settings": shown, "setting_forms": forms}) == (stated, {})


def test_a_flag_that_no_page_explains_does_not_take_its_setting_along() -> None:
    forms = {"user_server_type2": {"name": "user_server_type", "number": 2, "perm": "2", "attributes": {}}}
    settings, left_out = describe_settings({"settings": {"user_server_type2": "asterisk"}, "setting_forms": forms})
    assert settings == {"user_server_type": {"2": "asterisk"}}
    assert "no page says" in left_out["user_server_type2, perm"]
