# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

import pytest
from ansible_collections.telephony.snom.plugins.plugin_utils.provisioning.provisioned_phone import asked_for

from .rendering import BASE, CHAIN, entry, refusal, rendered, settings_in, urls_in


def test_defaults_leave_firmware_to_the_rollout_and_keep_the_phone_here() -> None:
    defaults = {"update_policy": "settings_only", "setting_server": f"{BASE}/current/"}
    assert settings_in(rendered(entry(version="10.1.175.16")), "snomD785-000413920001.xml") == defaults
    own = {"update_policy": "never", "setting_server": "https://else"}
    assert settings_in(rendered(entry(settings=own)), "snomD785-000413920001.xml") == own


@pytest.mark.parametrize(
    ("version", "url"),
    [
        ("10.1.175.16", "http://i/snomD785-10.1.175.16-SIP-r.bin"),
        (
            "10.1.184.15",
            f"{CHAIN}?mac={{mac}}&chained_url=http%3A%2F%2Fi%2FsnomD785-10.1.184.15-SIP-r.bin%3Fmac%3D{{mac}}",
        ),
    ],
)
def test_firmware_comes_where_the_settings_want_it(version: str, url: str) -> None:
    found = rendered(entry(settings={"update_policy": "auto_update"}, version=version))
    status = settings_in(found, "snomD785-000413920001.xml")["firmware_status"]
    assert status.startswith(f"{BASE}/current/firmware-D785-{version}-")
    root = ElementTree.fromstring(found.files[status.rpartition("/")[2]])
    assert (root.tag, root.findtext("firmware")) == ("firmware-settings", url)
    assert all("firmware" not in url for url in urls_in(found, "snomD785-000413920001.htm"))


def test_the_model_chooses_its_firmware_and_the_mirror_has_it() -> None:
    settings = {"update_policy": "auto_update"}
    found = rendered(
        entry(settings=settings, versions={"D785": "10.1.175.16"}, mirror="http://one"),
        entry(2, settings=settings, versions={"D785": "10.1.175.16"}, mirror="http://two"),
        entry(3, settings=settings, versions={"320": "8.7.5.35"}),
    )
    contents = [content.decode() for name, content in found.files.items() if name.startswith("firmware-")]
    assert sorted(re.findall(r"http://(one|two)/snomD785-10", " ".join(contents))) == ["one", "two"]
    assert "firmware_status" not in settings_in(found, "snomD785-000413920003.xml")


def test_firmware_of_expansion_modules_stands_behind_the_phones_own() -> None:
    wanted: dict[str, Any] = {"settings": {"update_policy": "auto_update"}, "version": "10.1.175.16"}
    found = rendered(
        entry(**wanted, expansion="snomD7C-1.9.1-r.bin", mirror="http://m/fw"), entry(2, **wanted, mirror="http://m/fw")
    )
    roots = [ElementTree.fromstring(text) for name, text in found.files.items() if name.startswith("firmware-D785-")]
    assert sorted([(item.tag, item.text) for item in root] for root in roots) == [
        [("firmware", "http://m/fw/snomD785-10.1.175.16-SIP-r.bin")],
        [
            ("firmware", "http://m/fw/snomD785-10.1.175.16-SIP-r.bin"),
            ("firmware_uxm", "http://m/fw/snomD7C-1.9.1-r.bin"),
        ],
    ]


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ({"expansion": "snomD7C-9.9.9-r.bin"}, "'snomD7C-9.9.9-r.bin' is no firmware of an expansion module"),
        ({"expansion": "snomD785-10.1.175.16-SIP-r.bin"}, "is no firmware of an expansion module"),
        ({"expansion": "snomD8C-1.9.1-r.bin"}, "is for the D8C, an expansion module that the D785 does not take"),
        ({"model": "D865", "version": "10.1.226.13"}, "is for the D7C, an expansion module that the D865 does not"),
        ({"model": "710", "version": "8.9.3.80"}, "The 710 takes no expansion module"),
        ({"model": "D765", "version": "10.1.54.13"}, "the expansion module D7C from 10.1.64.14 on, and this one"),
        (
            {"model": "725", "version": "8.9.3.40", "expansion": "snomUXM-2.9.0.bin"},
            "from 8.9.3.68 on, and this one is to run 8.9.3.40",
        ),
    ],
)
def test_a_phone_that_can_not_load_a_modules_firmware_gets_none(keys: dict[str, Any], says: str) -> None:
    given = {"expansion": "snomD7C-1.9.1-r.bin", "version": "10.1.175.16", **keys}
    reason = refusal(entry(settings={"update_policy": "auto_update"}, **given))
    assert "h1: snom_expansion_firmware: " in reason and says in reason


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ({"mac": None}, "h1: snom_mac is missing"),
        ({"mac": "0004139200"}, "h1: snom_mac: '0004139200' is not a MAC address. Write it like"),
        ({"model": ""}, "h1: snom_model is missing"),
        ({"model": "D999"}, "h1: snom_model is 'D999', which is no model"),
        ({"settings": {"language": "a\x01"}}, "h1: snom_settings: language holds a control character"),
        ({"settings": ["language"]}, "h1: snom_settings must be a mapping"),
        (
            {"settings": {"user_name": {13: "x"}}},
            "h1: snom_settings: user_name13 is for identity 13, but those of the D785",
        ),
        ({"settings": {"user_name": {0: "x"}}}, "user_name0 is for identity 0"),
        ({"settings": {"update_policy": "auto_update"}, "version": "9.9"}, "h1: No image of 9.9 for the D785 is known"),
        ({"settings": {"update_policy": "auto_update"}, "version": "x"}, "h1: snom_firmware_version: 'x' is not"),
        ({"phone_book": "x"}, "h1: snom_phone_book must be a list"),
    ],
)
def test_what_is_wrong_with_a_host_is_said(keys: dict[str, Any], says: str) -> None:
    reason = refusal(entry(**keys))
    assert reason.startswith("Nothing was written.") and says in reason


@pytest.mark.parametrize(("name", "known"), [("User_Name", "user_name"), ("TR369_enable", "tr369_enable")])
def test_a_list_of_a_name_with_capitals_is_told_with_the_known_one(name: str, known: str) -> None:
    assert (
        f"{name} is a list, but nobody says which number is its first. Give a mapping by number, or is it {known}?"
        in refusal(entry(settings={name: ["x"]}))
    )
    assert f"{name} (h1; is it {known}?)" in " ".join(rendered(entry(settings={name: {1: "x"}})).warnings)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"phone_type": "snomD735"}, "snom_settings: phone_type is what a phone tells of itself"),
        ({"callrecord_missed_remote": ["x"]}, "tells of itself"),
        ({"checksync_action": "factory-reset"}, "snom_factory_reset"),
        ({"tr69_use_acs": True}, "a phone with TR-069 on takes no provisioning"),
        ({"TR69_use_acs": 1}, "a phone with TR-069 on takes no provisioning"),
        ({"Phone_Type": "snomD785"}, "Phone_Type is what a phone tells of itself"),
        ({"Reset_Settings": True}, "Reset_Settings takes away what is in a phone"),
        ({"tr369_enable": False}, "tr369_enable is a single value"),
        ({"mac_info_in_sip_register": True}, "Give a mapping by number."),
        ({"fkey_label": ["Desk"]}, "fkey_label0 has no fkey0 beside it"),
        ({"admin_mode_password": "x", "admin_mode_password_confirm": "y"}, "Leave it out: it is filled in"),
    ],
)
def test_what_would_harm_a_phone_or_do_nothing_is_refused(settings: dict[str, Any], says: str) -> None:
    assert says in refusal(entry(settings=settings))


def test_labels_go_with_their_keys_and_the_password_with_its_confirmation() -> None:
    settings = {
        "fkey": {3: "line", 4: {"value": "blf 1", "label": "A\nB", "lp": False, "attributes": {"new_one": "x"}}},
        "fkey_label3": "Hall",
        "admin_mode_password": "1234",
    }
    text = rendered(entry(settings=settings)).files["snomD785-000413920001.xml"].decode()
    assert '<fkey idx="3" context="active" label="Hall" perm="">line</fkey>' in text
    assert '<fkey idx="4" context="active" label="A&#10;B" lp="off" new_one="x" perm="">blf 1</fkey>' in text
    assert "fkey_label" not in text
    assert '<admin_mode_password_confirm perm="">1234</admin_mode_password_confirm>' in text


def test_the_spelling_of_a_rebranded_model() -> None:
    assert asked_for("00:04:13:92:00:01", "D715") == "snom715-000413920001.htm"


def test_a_host_whose_name_can_not_be_shown_is_refused() -> None:
    assert "its name holds control characters" in refusal(entry(host="p\x1b[2J"), entry(2))
