# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._known.setting_values import parse_settings
from ansible_collections.telephony.snom.plugins.module_utils._phone.phone import mask_settings
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.adoption import (
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
    "custom": "two\nlines",
}


def test_settings_as_an_inventory_states_them() -> None:
    settings, left_out = describe_settings({"settings": SHOWN, "read_only_settings": ["firmware_status"]})
    assert settings == {
        "language": "English",
        "use_hidden_tags": False,
        "user_name": {"1": "100", "10": True},
        "fkey": {"0": "blf <sip:200@pbx.example>|*8"},
        "tr369_enable1": False,
        "dhcp": True,
    }
    assert list(settings["user_name"]) == ["1", "10"]
    assert left_out.keys() == {
        *("http_pass", "user_pass1", "setting_server", "firmware_status", "dnd_mode", "ip_adr", "user_host"),
        *("action_setup_url", "custom"),
    }
    assert left_out["http_pass"] == "a secret; keep it in a vault"
    assert "a login" in left_out["setting_server"]
    assert "read-only" in left_out["firmware_status"]
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


names = st.sampled_from(
    ["language", "user_name1", "user_name2", "fkey0", "fkey_label0", "odd7", "http_pass", "user_pass1"]
)


@given(st.dictionaries(names, st.text(max_size=20)))
def test_what_is_described_is_what_the_phone_has(shown: dict[str, str]) -> None:
    """Whatever a phone shows: the description is readable, and states nothing that the phone does not have."""
    settings, left_out = describe_settings({"settings": mask_settings(shown)})
    stated = {setting.wire_name: setting.value for setting in parse_settings(settings)}
    assert stated == {name: value for name, value in shown.items() if value and name not in left_out}
