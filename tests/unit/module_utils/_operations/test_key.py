# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import (
    AnswerLost,
    InputError,
    Refused,
    SnomError,
)
from ansible_collections.telephony.snom.plugins.module_utils._operations.key import ARGUMENT_SPEC, press_keys
from ansible_collections.telephony.snom.tests.unit.phones import RemotePhone, parameters_of


def press(phone: RemotePhone, *, check_mode: bool = False, **given: Any) -> dict[str, Any]:
    return press_keys(phone, parameters_of(ARGUMENT_SPEC, **given), check_mode, sleep=phone.sleep)


@pytest.mark.parametrize("check_mode", [False, True])
def test_digits_are_one_request(check_mode: bool) -> None:
    phone = RemotePhone()
    result = press(phone, keys="0049123", check_mode=check_mode)
    assert result == {"changed": True, "sent": ["press=0;0;4;9;1;2;3"]}
    assert phone.requests == ["system", *([] if check_mode else result["sent"])]


def test_the_phone_gets_its_own_name_of_a_key_and_the_user_a_warning() -> None:
    phone = RemotePhone(model="320", firmware="7.3.14")
    result = press(phone, keys=["F_HOLD", "MENU"])
    assert phone.commands == ["press=F_R", "press=MENU"]
    assert "MENU" in result["warnings"][0]


@pytest.mark.parametrize("check_mode", [False, True])
def test_old_firmware_gets_each_key_by_itself(check_mode: bool) -> None:
    phone = RemotePhone(model="320", firmware="7.3.14")
    result = press(phone, keys="OFFHOOK,,500;0*;ENTER,,9000", check_mode=check_mode)
    assert result["sent"] == [f"press={key}" for key in ("OFFHOOK", "0", "*", "ENTER")]
    assert phone.commands == ([] if check_mode else result["sent"])
    # The pause after each is kept; where there is none the screen gets its time.
    assert phone.sleeps == ([] if check_mode else [0.5, 2, 2])


@pytest.mark.parametrize("firmware", ["6.5.20", "7.3.14", "8.4.18", None])
@pytest.mark.parametrize("check_mode", [False, True])
def test_old_firmware_holds_no_key_for_a_time(firmware: str | None, check_mode: bool) -> None:
    phone = RemotePhone(model="320", firmware=firmware)
    if firmware and firmware < "8":
        with pytest.raises(Refused, match="Leave press out"):
            press(phone, keys=["1", {"key": "DND", "press": 2000}], check_mode=check_mode)
        assert phone.commands == []
    else:
        result = press(phone, keys=["1", {"key": "DND", "press": 2000}], check_mode=check_mode)
        assert result["sent"] == ["press=1;DND,2000"]


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({}, InputError),
        ({"keys": "1", "touch": [{"x": 1, "y": 1, "event": "both"}]}, InputError),
        ({"keys": []}, InputError),
        ({"keys": "NOSUCH"}, InputError),
        ({"keys": "P25"}, Refused),
        ({"keys": ["1", "EK144"]}, Refused),
        ({"touch": []}, InputError),
        ({"touch": [{"x": 1, "y": 1, "event": "both"}]}, Refused),
        ({"keys": "1", "secret": True, "scheme": "http"}, Refused),
    ],
)
def test_refusals_before_anything_is_sent(given: dict[str, Any], error: type[SnomError]) -> None:
    phone = RemotePhone()
    with pytest.raises(error):
        press(phone, **given)
    assert phone.commands == []


def test_a_secret_is_shown_nowhere() -> None:
    phone = RemotePhone()
    result = press(phone, keys="1234", secret=True)
    assert phone.commands == ["press=1;2;3;4"]
    assert result == {"changed": True, "sent": ["press=********"]}
    with pytest.raises(InputError) as raised:
        press(phone, keys="1234X", secret=True)
    assert "1234" not in raised.value.reason


def test_a_chain_that_breaks_off_is_not_sent_further() -> None:
    phone = RemotePhone()
    keys = [{"key": "1", "press": 100, "pause": pause} for pause in range(100, 340)]
    first, second, _third = press(RemotePhone(), keys=keys)["sent"]
    phone.answers[second] = AnswerLost("It broke.")
    result = press(phone, keys=keys)
    assert (result["failed"], result["changed"], result["outcome"]) == (True, True, "unreachable")
    assert result["sent"] == phone.commands == [first, second]


PLACES = [
    {"x": 0, "y": 0, "event": "press"},
    {"x": 479, "y": 271, "event": "release"},
    {"x": 5, "y": 6, "event": "both"},
]


@pytest.mark.parametrize("firmware", ["8.4.34", "8.4.35", "8.7.2", "8.7.5.35", None])
def test_touches_of_the_870(firmware: str | None) -> None:
    phone = RemotePhone(model="870", firmware=firmware)
    press(phone, touch=PLACES)
    assert phone.commands == ["touch=0 0 press;479 271 release;5 6 both"]


@pytest.mark.parametrize("firmware", ["7.3.14", "8.4.33", "8.7.1"])
def test_firmware_that_takes_no_touches(firmware: str) -> None:
    phone = RemotePhone(model="870", firmware=firmware)
    with pytest.raises(Refused, match=firmware):
        press(phone, touch=PLACES)
    assert phone.commands == []


@pytest.mark.parametrize(("x", "y"), [(-1, 0), (480, 0), (0, -1), (0, 272)])
def test_touches_beside_the_screen(x: int, y: int) -> None:
    with pytest.raises(InputError, match="not on the screen"):
        press(RemotePhone(model="870", firmware="8.7.5.35"), touch=[{"x": x, "y": y, "event": "both"}])
