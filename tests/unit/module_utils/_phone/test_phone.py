# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import (
    AuthFailed,
    InputError,
    Refused,
    SnomError,
    WrongPhone,
)
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import Answer
from ansible_collections.telephony.snom.plugins.module_utils._phone.phone import (
    PhoneFacts,
    check_identity,
    mask_settings,
)
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.web_phone import SUBSETS, read_facts
from ansible_collections.telephony.snom.tests.unit.fake_phone import SYSTEM_PAGE, FakePhone

HOME_IDLE = "<html><head><TITLE>snom 320</TITLE></head><body>Active calls: 0</body></html>"
HOME_BUSY = "<html><head><TITLE>snom 320</TITLE></head><body>Active calls: 1</body></html>"


@pytest.mark.parametrize(
    ("subset", "target"),
    [
        ("system", "/info.htm"),
        ("home", "/index.htm"),
        ("gui", "/state_of_gui.htm"),
        ("settings", "/settings.htm"),
    ],
)
def test_a_subset_is_one_request_and_a_missing_page_is_unknown(subset: str, target: str) -> None:
    phone = FakePhone({})
    assert read_facts(phone, [subset], timeout=3) == PhoneFacts()
    assert phone.requests == [target]
    assert phone.timeouts == [3]


def test_the_system_page_tells_all_but_the_call_state() -> None:
    facts = read_facts(FakePhone({"/info.htm": SYSTEM_PAGE}), ["system"])
    assert facts.as_dict() == {
        "model": "D785",
        "firmware": "10.1.54.13",
        "mac": "000413922D24",
        "generation": "classic",
        "call_state": "unknown",
        "call_state_source": None,
        "identities": [{"line": 1, "user": "100@pbx.example", "registered": True}],
        "expansion_modules": None,
        "uptime": 3 * 86_400 + 2 * 3_600 + 10 * 60 + 5,
        "admin_mode": None,
        "http_pass_set": None,
        "settings": None,
        "read_only_settings": None,
        "cert_fingerprint": None,
    }


def test_the_model_comes_from_the_home_page_where_the_system_page_is_missing() -> None:
    facts = read_facts(FakePhone({"/index.htm": HOME_IDLE}), ["system", "home"])
    assert (facts.model, facts.generation, facts.firmware) == ("320", "classic", None)


def test_the_system_page_is_believed_before_the_title_that_a_user_can_change() -> None:
    assert read_facts(FakePhone({"/info.htm": SYSTEM_PAGE, "/index.htm": HOME_IDLE}), SUBSETS).model == "D785"


@pytest.mark.parametrize(
    ("home", "gui", "expected"),
    [
        (HOME_IDLE, None, ("idle", "index.htm")),
        (HOME_BUSY, None, ("in_call", "index.htm")),
        (HOME_IDLE, "State Connected (12)", ("in_call", "state_of_gui.htm")),
        (HOME_BUSY, "State Idle (29)", ("idle", "state_of_gui.htm")),
        (HOME_BUSY, "", ("in_call", "index.htm")),
        (None, "", ("unknown", None)),
        (None, None, ("unknown", None)),
    ],
)
def test_the_screen_is_better_evidence_than_the_home_page(
    home: str | None, gui: str | None, expected: tuple[str, str | None]
) -> None:
    pages = {"/index.htm": home, "/state_of_gui.htm": gui}
    facts = read_facts(FakePhone({name: text for name, text in pages.items() if text is not None}), ["home", "gui"])
    assert (facts.call_state, facts.call_state_source) == expected


@pytest.mark.parametrize(
    ("page", "admin_mode", "settings"),
    [
        ("<pre>language!: English\nhttp_pass!: hunter2\n</pre>", True, {"language": "English", "http_pass": "hunter2"}),
        ("<html>Please enter the Administrator password</html>", False, None),
        ("<html>What is this?</html>", None, None),
    ],
)
def test_user_mode_is_told_apart_from_an_unreadable_page(
    page: str, admin_mode: bool | None, settings: dict[str, str] | None
) -> None:
    facts = read_facts(FakePhone({"/settings.htm": page}), ["settings"])
    assert (facts.admin_mode, facts.settings) == (admin_mode, settings)


HINT = "<TITLE>snom D785</TITLE><P>HTTP password not set</P>"


@pytest.mark.parametrize(
    ("pages", "is_set"),
    [
        ({"/info.htm": None}, None),
        ({"/info.htm": True}, True),
        ({"/info.htm": False}, False),
        # Somebody may read this page, but not that one.
        ({"/info.htm": False, "/settings.htm": True}, True),
        ({"/info.htm": None, "/index.htm": None}, False),
        ({"/info.htm": True, "/index.htm": True}, True),
    ],
)
def test_whether_there_is_a_password_for_the_web_server(pages: dict[str, bool | None], is_set: bool | None) -> None:
    texts = {"/info.htm": SYSTEM_PAGE, "/index.htm": HINT, "/settings.htm": "language!: English\n"}
    phone = FakePhone({name: Answer(200, {}, texts[name].encode(), login) for name, login in pages.items()})
    assert read_facts(phone, ["system", "home", "settings"]).http_pass_set is is_set


def test_an_error_page_without_a_login_proves_nothing() -> None:
    phone = FakePhone({"/info.htm": Answer(404, {}, b"File not found", False)})
    assert read_facts(phone, ["system"]).http_pass_set is None


def test_errors_of_the_transport_are_not_hidden() -> None:
    with pytest.raises(AuthFailed):
        read_facts(FakePhone({"/info.htm": AuthFailed("no")}), ["system"])


def test_a_page_is_read_only_if_it_was_found() -> None:
    phone = FakePhone({"/info.htm": Answer(302, {"location": "/index.htm"}, SYSTEM_PAGE.encode())})
    assert read_facts(phone, ["system"]) == PhoneFacts()


def test_facts_become_plain_json_without_secrets() -> None:
    page = "\n".join(
        ["<pre>", "http_pass!: hunter2", "setting_server!: https://me:hunter2@host/a", "language!: x", "</pre>"]
    )
    facts = read_facts(FakePhone({"/info.htm": SYSTEM_PAGE, "/settings.htm": page}), SUBSETS)
    plain = facts.as_dict()
    assert json.loads(json.dumps(plain)) == plain
    assert "hunter2" not in json.dumps(plain)
    assert plain["settings"]["setting_server"] == "https://********@host/a"


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("http_pass", True),
        ("admin_mode_password", True),
        ("user_pass1", True),
        ("user_secret", True),
        ("lock_pin", True),
        ("pin1", True),
        ("SIP_PASSWORD", True),
        ("webserver_private_key", True),
        ("pinging", False),
        ("ringing_time", False),
        ("language", False),
    ],
)
def test_settings_that_look_secret_are_masked(name: str, masked: bool) -> None:
    assert (mask_settings({name: "value"})[name] == "********") is masked
    assert mask_settings({name: ""}) == {name: ""}


FACTS = PhoneFacts(model="715", firmware=Version.parse("8.9.3.80"), mac="000413922D24")


@pytest.mark.parametrize(
    ("mac", "model"),
    [(None, None), ("00:04:13:92:2d:24", "D715"), ("000413922D24", None), (None, "snom 715")],
)
def test_the_phone_that_the_inventory_means(mac: str | None, model: str | None) -> None:
    check_identity(FACTS, mac=mac, model=model)


@pytest.mark.parametrize(
    ("facts", "mac", "model", "error", "words"),
    [
        (FACTS, "000413000001", None, WrongPhone, ["000413000001", "000413922D24", "snom_mac"]),
        (FACTS, None, "D785", WrongPhone, ["D785", "715", "snom_model"]),
        (PhoneFacts(), "000413000001", None, Refused, ["000413000001", "snom_mac"]),
        (FACTS, None, "C64", InputError, ["C64", "snom_model"]),
        (FACTS, "nonsense", None, InputError, ["nonsense"]),
    ],
)
def test_another_phone_is_named_with_both_values(
    facts: PhoneFacts, mac: str | None, model: str | None, error: type[SnomError], words: list[str]
) -> None:
    with pytest.raises(error) as caught:
        check_identity(facts, mac=mac, model=model)
    assert all(word in caught.value.reason for word in words)


def test_a_phone_that_shows_no_model_passes() -> None:
    check_identity(PhoneFacts(mac="000413922D24"), mac="000413922D24", model="D785")
