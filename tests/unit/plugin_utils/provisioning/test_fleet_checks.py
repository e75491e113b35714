# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from .rendering import BASE, entry, refusal, rendered


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
        ({"firmware": f"{BASE}/snomD785-10.1.175.16-SIP-r.bin?mac={{mac}}"}, None),
        (
            {"firmware": f"{BASE}/snomD735-10.1.175.16-SIP-r.bin"},
            "firmware names an image of the D735 for h1, which",
        ),
        ({"firmware_status": f"{BASE}/snomD785-10.1.175.16-SIP-r.bin"}, "State the image as firmware."),
        (
            {"firmware_status": f"{BASE}/newest.bin"},
            "firmware_status names an image for h1. Phones look",
        ),
        ({"firmware_status": f"{BASE}/firmware.xml"}, None),
        ({"firmware_status": f"{BASE}/fw.php?type=D785&mac={{mac}}"}, None),
        ({"firmware": f"{BASE}/fw.php?file=snomD735-10.1.215.13-SIP-r.bin"}, "an image of the D735"),
        ({"firmware_status": f"{BASE}/]["}, None),
        (
            {"firmware": f"{BASE}/chain.bin?mac={{mac}}&chained_url=http%3A%2F%2Fi%2FsnomD735-10.1.215.13-SIP-r.bin"},
            "an image of the D735",
        ),
    ],
)
def test_an_image_that_can_t_be_the_phones_is_warned_about(settings: dict[str, Any], says: str | None) -> None:
    """Public templates have both: the image of another model, and one where its file should stand."""
    warnings = rendered(entry(settings=settings)).warnings
    assert says in warnings[0] if says else warnings == []


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"HTTP_User_Agent_String": "x"}, "may not be seen in any log: HTTP_User_Agent_String (h1)"),
        ({"TR369_Enable": {1: True}}, "which may start updates: TR369_Enable1 (h1)"),
        ({"Firmware": f"{BASE}/snomD735-10.1.175.16-SIP-r.bin"}, "Firmware names an image of the D735 for h1, which"),
    ],
)
def test_what_may_do_harm_is_told_in_capitals_too(settings: dict[str, Any], says: str) -> None:
    """Nobody knows whether they make another name to a phone."""
    (warning,) = rendered(entry(settings=settings), unknown_settings="ignore").warnings
    assert says in warning


def test_an_address_with_a_token_needs_https_too() -> None:
    settings = {"action_setup_url": "https://x.example/?token=hush"}
    reason = refusal(entry(settings=settings), base_url="http://p")
    assert "action_setup_url of h1" in reason and "hush" not in reason
    key = {"fkey": {2: {"value": "line", "ringer": "https://u:hush@x.example/r.wav"}}}
    reason = refusal(entry(settings=key), base_url="http://p")
    assert "fkey2 of h1" in reason and "hush" not in reason


def test_identities_above_those_of_a_model_are_warned_about() -> None:
    # An adopted phone may show more than the table gives its model.
    rendering = rendered(entry(model="D712", settings={"user_expiry": dict.fromkeys(range(1, 13), 3600)}))
    (warning,) = rendering.warnings
    assert warning.startswith("Identities that the D712 does not have (it has 4, counted from 1) are set for h1.")
    assert b'<user_expiry idx="12" perm="">3600</user_expiry>' in rendering.files["snomD712-000413920001.xml"]


def test_a_long_phone_book_is_warned_about() -> None:
    book = [{"name": f"n{number}", "number": str(number)} for number in range(101)]
    (warning,) = rendered(entry(model="320", phone_book=book), entry(2, phone_book=book)).warnings
    assert warning == "The phone book of h1 has more entries than a 320 holds, which are 100. Shorten it."


def test_keys_beyond_the_phones_own_are_warned_about() -> None:
    (warning,) = rendered(
        entry(settings={"fkey": {23: "line", 24: "line"}}), entry(2, settings={"fkey": {23: "a"}})
    ).warnings
    assert "the D785 itself does not have (it has 24, counted from 0) are set for h1." in warning


def test_a_switch_in_the_words_of_others_is_rendered_as_it_is_and_told_once() -> None:
    """A public template has hide_identity as true, and a 720 shows it as false."""
    switches = {"use_hidden_tags": "false", "tr369_enable": {2: "off"}, "hide_identity": [True], "language": "true"}
    rendering = rendered(entry(settings=switches), entry(2, settings={"use_hidden_tags": "True"}))
    (warning,) = rendering.warnings
    assert "text: tr369_enable2 (h1), use_hidden_tags (h1, h2)." in warning and "| bool" in warning
    assert any(b'<use_hidden_tags perm="">false<' in content for content in rendering.files.values())
    with_state = rendered(entry(settings={"dnd_mode": ["true"]})).warnings
    assert [("Users change" in one, "as text" in one) for one in with_state] == [(True, False), (False, True)]


def test_numbers_without_quotes_are_told_once() -> None:
    book = [{"name": "A", "number": 71}, {"name": "B", "numbers": [{"number": "0107"}]}]
    phones = [entry(number, settings={"admin_mode_password": 0}, phone_book=book) for number in (1, 2)]
    (warning,) = rendered(*phones).warnings
    assert "quotes: admin_mode_password (h1, h2), snom_phone_book (h1, h2)." in warning
    book = [{"name": "B", "numbers": [{"number": 71}]}]
    assert "snom_phone_book (h1)" in rendered(entry(phone_book=book)).warnings[0]
