# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import (
    InputError,
    Refused,
    SnomError,
    WrongPhone,
)
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.module_utils._phone.facts import (
    PhoneFacts,
    check_identity,
    mask_settings,
)


@pytest.mark.parametrize(("said", "reached"), [("true", True), ("false", False), ("", True)])
def test_a_setting_overrules_what_is_so_by_default(said: str, reached: bool) -> None:
    facts = PhoneFacts(model="D735", firmware=Version.parse("10.1.184.15"), settings={"tr369_enable1": said})
    assert facts.vendor_controller is reached


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
