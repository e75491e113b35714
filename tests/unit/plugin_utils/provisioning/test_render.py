# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._known.images import Catalog, parse_images
from ansible_collections.telephony.snom.plugins.module_utils._provisioning.xml import read_settings_file
from ansible_collections.telephony.snom.plugins.plugin_utils.provisioning.render import (
    Entry,
    Rendering,
    RenderOptions,
    asked_for,
    render,
)

BASE = "https://p.example/snom"
CHAIN = "http://i/snomD785-ramdisk-chained-update-r.bin"
CATALOG = Catalog(
    parse_images(
        [
            {"file": "snomD785-10.1.175.16-SIP-r.bin", "url": "http://i/snomD785-10.1.175.16-SIP-r.bin"},
            {"file": "snomD785-10.1.184.15-SIP-r.bin", "url": "http://i/snomD785-10.1.184.15-SIP-r.bin"},
            {
                "file": "snomD785-ramdisk-chained-update-r.bin",
                "kind": "chained-update",
                "url": CHAIN,
            },
            {"file": "snomD7C-1.9.1-r.bin", "kind": "module", "url": "http://i/snomD7C-1.9.1-r.bin"},
            {"file": "snomD8C-1.9.1-r.bin", "kind": "module", "url": "http://i/snomD8C-1.9.1-r.bin"},
        ],
        "catalog",
    )
)


def entry(number: int = 1, **keys: Any) -> Entry:
    given: dict[str, Any] = {"host": f"h{number}", "mac": f"00041392000{number}", "model": "D785", **keys}
    if "settings" in given:
        given["settings"] = {"snom_settings": given["settings"]}
    return Entry(**given)


def rendered(*entries: Entry, **options: Any) -> Rendering:
    return render(entries, CATALOG, RenderOptions(**({"base_url": BASE} | options)))


def settings_in(rendering: Rendering, file: str) -> dict[str, str]:
    return {setting.wire_name: setting.value for setting in read_settings_file(rendering.files[file])}


def urls_in(rendering: Rendering, file: str) -> list[str]:
    return [item.get("url", "") for item in ElementTree.fromstring(rendering.files[file])]


def refusal(*entries: Entry, **options: Any) -> str:
    with pytest.raises(InputError) as caught:
        rendered(*entries, **options)
    return caught.value.reason


def test_a_phone_asks_for_its_own_file_which_names_those_of_one_generation() -> None:
    found = rendered(entry(settings={"language": "English"}), entry(2, settings={"language": "English"}))
    assert found.phones == {"h1": "snomD785-000413920001.htm", "h2": "snomD785-000413920002.htm"}
    here = f"{BASE}/generations/{found.generation}"
    assert urls_in(found, "snomD785-000413920001.htm") == [
        f"{here}/snomD785.xml",
        f"{here}/snomD785-000413920001.xml",
    ]
    assert settings_in(found, "snomD785.htm") == {}


def test_what_all_of_a_model_share_stands_in_one_file() -> None:
    found = rendered(
        entry(
            1, settings={"language": "English", "phone_name": "One", "call_completion": {"value": "off", "perm": "R"}}
        ),
        entry(2, settings={"language": "English", "phone_name": "Two", "call_completion": "off"}),
        entry(3, model="320", settings={"language": "Deutsch"}),
    )
    assert settings_in(found, "snomD785.xml")["language"] == "English"
    assert settings_in(found, "snomD785-000413920001.xml") == {"phone_name": "One", "call_completion": "off"}
    assert settings_in(found, "snomD785-000413920002.xml") == {"phone_name": "Two", "call_completion": "off"}
    assert settings_in(found, "snom320-000413920003.xml")["language"] == "Deutsch"
    assert "snom320.xml" not in found.files  # one phone alone shares nothing


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
        ({"model": "725", "version": "8.9.3.40"}, "from 8.9.3.68 on, and this one is to run 8.9.3.40"),
    ],
)
def test_a_phone_that_can_not_load_a_modules_firmware_gets_none(keys: dict[str, Any], says: str) -> None:
    given = {"expansion": "snomD7C-1.9.1-r.bin", "version": "10.1.175.16", **keys}
    reason = refusal(entry(settings={"update_policy": "auto_update"}, **given))
    assert "h1: snom_expansion_firmware: " in reason and says in reason


def test_a_phone_book_is_one_file_for_all_who_have_it() -> None:
    book = [{"name": "Desk", "number": "12"}]
    found = rendered(entry(phone_book=book), entry(2, phone_book=book), entry(3), entry(4, phone_book=[]))
    (first,), (second,), none, (empty,) = (
        [url for url in urls_in(found, f"snomD785-00041392000{number}.htm") if "phone-book" in url]
        for number in (1, 2, 3, 4)
    )
    assert first == second != empty and none == []


def test_a_phone_book_beside_the_one_in_the_phone() -> None:
    book = [{"name": "Desk", "number": "12"}]
    found = rendered(entry(phone_book=book), entry(2, phone_book=book, phone_book_complete=False))
    books = {content.count(b"complete") for name, content in found.files.items() if name.startswith("phone-book-")}
    assert books == {0, 1}


def test_the_same_content_is_the_same_generation() -> None:
    def generation(**keys: Any) -> str:
        return rendered(entry(**keys)).generation

    assert generation() == generation(host="another name")
    others = [
        generation(),
        generation(settings={"language": "English"}),
        generation(phone_book=[]),
        generation(mac="000413920009"),
        rendered(entry(), base_url="https://else").generation,
    ]
    assert len(set(others)) == len(others)


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


def test_all_problems_are_said_at_once_up_to_a_bound() -> None:
    reason = refusal(*(Entry(host=f"h{number}") for number in range(12)))
    assert "h0: snom_mac" in reason and "h9: snom_mac" in reason and "h10" not in reason
    assert reason.endswith("… and 2 more.")


def test_two_phones_with_one_mac() -> None:
    reason = refusal(entry(), entry(2, mac="00:04:13:92:00:01"))
    assert "h1, h2 have the same snom_mac 000413920001. Correct it" in reason


def user(name: str, **more: Any) -> dict[str, Any]:
    return {"user_name": [name], "user_host": ["pbx"], **more}


def test_two_phones_with_one_sip_user() -> None:
    phones = [entry(1, settings=user("100")), entry(2, settings=user("100"))]
    assert "h1, h2 have the same SIP user 100@pbx. Correct it, or list it in shared_users" in refusal(*phones)
    for allowed in ("100", "100@pbx"):
        assert rendered(*phones, shared_users=frozenset({allowed}))
    assert rendered(phones[0], entry(2, settings=user("100", user_host=["other"])))
    assert rendered(phones[0], entry(2, settings=user("100", user_active=[False])))


def test_secrets_need_https_and_files_that_not_everybody_reads() -> None:
    phone = entry(settings={"user_pass": ["hush"]})
    for options in ({"base_url": "http://p"}, {"readable_by_all": True}):
        reason = refusal(phone, **options)
        assert "user_pass1 of h1" in reason and "hush" not in reason
    assert rendered(phone, base_url="http://p", allow_cleartext_secrets=True)
    assert rendered(entry(), base_url="http://p", readable_by_all=True)


def test_names_that_nobody_mentions_are_looked_at_as_wanted() -> None:
    phones = [entry(1, settings={"langauge": "x", "odd": "y"}), entry(2, settings={"odd": "y"})]
    (warning,) = rendered(*phones).warnings
    assert "langauge (h1; is it language?), odd (h1, h2)" in warning
    assert rendered(*phones, unknown_settings="ignore").warnings == []
    assert "langauge (h1; is it language?), odd (h1, h2)" in refusal(*phones, unknown_settings="fail")


def test_all_unknown_names_are_shown() -> None:
    names = [f"unheard_of_{one}_{two}" for one in "abcdefghij" for two in "klmnopqrs"][:83]
    (warning,) = rendered(entry(settings=dict.fromkeys(names, "x"))).warnings
    assert [name for name in names if f"{name} (h1" not in warning] == []


@pytest.mark.parametrize(("name", "known"), [("User_Name", "user_name"), ("TR369_enable", "tr369_enable")])
def test_a_list_of_a_name_with_capitals_is_told_with_the_known_one(name: str, known: str) -> None:
    assert (
        f"{name} is a list, but nobody says which number is its first. Give a mapping by number, or is it {known}?"
        in refusal(entry(settings={name: ["x"]}))
    )
    (warning,) = rendered(entry(settings={name: {1: "x"}})).warnings
    assert f"{name} (h1; is it {known}?)" in warning


def test_the_vendors_simple_example_has_no_unknown_name() -> None:
    settings = {
        "language": "English",
        "setting_server": "https://p2.example/{mac}",
        "timezone": "GER+1",
        "user_active": [True],
        "user_realname": ["Hall"],
        "user_name": ["301"],
        "user_host": ["pbx.example"],
    }
    (warning,) = rendered(entry(settings=settings), unknown_settings="fail").warnings
    assert warning.startswith("These lead phones to another server than base_url and snom_mirror: setting_server (h1).")


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"fwd_all_target": {2: "100"}}, "Users change these at the phone"),
        ({"tr369_enable": [False]}, "Snom's own controller, which may start updates: tr369_enable1 (h1)"),
        ({"tr369_enable": {2: True}}, None),
        ({"http_user_agent_string": "x"}, "may not be seen in any log: http_user_agent_string (h1)"),
        ({"firmware": "http://else.example/x.bin"}, "another server"),
        ({"firmware": f"{BASE}/x.bin"}, None),
        ({"firmware": f"{BASE}.else.example/x.bin"}, "another server"),
        ({"setting_server": ""}, None),
    ],
)
def test_what_may_not_be_meant_is_rendered_and_noted(settings: dict[str, Any], says: str | None) -> None:
    warnings = rendered(entry(settings=settings)).warnings
    assert says in warnings[0] if says else warnings == []


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


def test_an_address_with_a_token_needs_https_too() -> None:
    settings = {"action_setup_url": "https://x.example/?token=hush"}
    reason = refusal(entry(settings=settings), base_url="http://p")
    assert "action_setup_url of h1" in reason and "hush" not in reason
    key = {"fkey": {2: {"value": "line", "ringer": "https://u:hush@x.example/r.wav"}}}
    reason = refusal(entry(settings=key), base_url="http://p")
    assert "fkey2 of h1" in reason and "hush" not in reason


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


def test_identities_above_those_of_a_model_are_warned_about() -> None:
    # An adopted phone may show more than the table gives its model.
    rendering = rendered(entry(model="D712", settings={"user_expiry": dict.fromkeys(range(1, 13), 3600)}))
    (warning,) = rendering.warnings
    assert warning.startswith("Identities that the D712 does not have (it has 4, counted from 1) are set for h1.")
    assert b'<user_expiry idx="12" perm="">3600</user_expiry>' in rendering.files["snomD712-000413920001.xml"]


def test_a_long_phone_book_is_warned_about() -> None:
    book = [{"name": f"n{number}", "number": number} for number in range(101)]
    (warning,) = rendered(entry(model="320", phone_book=book), entry(2, phone_book=book)).warnings
    assert warning == "The phone book of h1 has more entries than a 320 holds, which are 100. Shorten it."


def test_keys_beyond_the_phones_own_are_warned_about() -> None:
    (warning,) = rendered(
        entry(settings={"fkey": {23: "line", 24: "line"}}), entry(2, settings={"fkey": {23: "a"}})
    ).warnings
    assert "the D785 itself does not have (it has 24, counted from 0) are set for h1." in warning


@pytest.mark.parametrize("url", ["", "ftp://x", "https://x/?a=1", "https://u:p@x", "https://x/{mac}"])
def test_a_base_url_that_does_not_work_is_refused(url: str) -> None:
    assert refusal(entry(), base_url=url).startswith("base_url")


def test_no_phones_are_no_files() -> None:
    assert rendered().files == {}


def test_the_spelling_of_a_rebranded_model() -> None:
    assert asked_for("00:04:13:92:00:01", "D715") == "snom715-000413920001.htm"


def test_a_host_whose_name_can_not_be_shown_is_refused() -> None:
    assert "its name holds control characters" in refusal(entry(host="p\x1b[2J"), entry(2))
