# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What keys do on each screen, identities that come and go, ringers, and pictures of the screen."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from ansible_collections.telephony.snom.tests.unit.virtual_phones.client import Listener, get, phone_keys, status, until
from ansible_collections.telephony.snom.tests.unit.virtual_phones.conftest import StartFleet
from ansible_collections.telephony.snom.tests.virtual_phones.running import VirtualFleet


def press(phone: dict[str, Any], keys: str) -> str:
    """Press keys, and return the first lines of the screen."""
    assert status(get(phone, f"/command.htm?key={keys}")) == 200
    return shown(phone)


def shown(phone: dict[str, Any]) -> str:
    lines = get(phone, "/state_of_gui.htm").decode().partition("\r\n\r\n")[2].split("\r\n")
    return " | ".join(lines[:-1])


def details(fleet: VirtualFleet, event: str) -> list[str]:
    return [entry["detail"] for entry in fleet.log("p", event=event)]


def picture(phone: dict[str, Any], file: str = "screen.bmp") -> tuple[int, int, bytes]:
    """Width, height and pixels of a picture."""
    head, _unused, data = get(phone, f"/{file}?nocache=1").partition(b"\r\n\r\n")
    assert b"\r\nContent-Type: image/bmp\r\n" in head
    magic, size, start = data[:2], *struct.unpack("<I4xI", data[2:14])
    width, height, planes, bits, packing = struct.unpack("<iiHHI", data[18:34])
    assert (magic, size, planes, bits, packing) == (b"BM", len(data), 1, 24, 0)
    assert len(data) - start == height * ((3 * width + 3) // 4 * 4)
    return width, height, data[start:]


def test_digits_go_to_the_editor_or_into_the_call(start_fleet: StartFleet) -> None:
    fleet = start_fleet(phone := phone_keys(name="p", identities=["100"]))
    assert shown(phone) == "State Idle (29) | 09:41  Mon 23.11. | 100"
    assert press(phone, "1;2") == "State Dialing (5) | Enter number | 12"
    assert press(phone, "LEFT;%23") == "State Dialing (5) | Enter number | 1#"
    assert press(phone, "CANCEL") == "State Idle (29) | 09:41  Mon 23.11. | 100"
    assert press(phone, "OFFHOOK;ENTER") == "State Dialing (5) | Enter number | "
    assert press(phone, "4;ENTER") == "State Calling (7) | 4 | 00:07"
    fleet.patch("p", call={"state": "in_call"})
    assert press(phone, "5") == "State Connected (12) | 4 | 00:07"
    assert details(fleet, "dtmf") == ["5"]
    assert press(phone, "F_HOLD;6") == "State Dialing (5) | Enter number | 6"


@pytest.mark.parametrize(("firmware", "opens"), [("6.5.20", "MENU"), ("8.4.35", "DOWN"), ("8.4.35", "F4")])
def test_menu_and_lists(start_fleet: StartFleet, firmware: str, opens: str) -> None:
    fleet = start_fleet(phone := phone_keys(name="p", firmware=firmware))
    get(phone, "/command.htm?number=33")
    get(phone, "/command.htm?number=ignored")
    get(phone, "/command.htm?RELEASE_ALL_CALLS")
    get(phone, "/command.htm?number=34")
    get(phone, "/command.htm?RELEASE_ALL_CALLS")
    menu = press(phone, opens)
    assert menu == "State Menu (30) | Menu | → Missed Calls |   Dialed Numbers |   Received Calls"
    assert press(phone, "1") == menu  # digits go elsewhere
    assert press(phone, "UP;DOWN;ENTER") == "State List (31) | Dialed Numbers | → 34 |   33"
    assert press(phone, "DOWN;DOWN;ENTER") == "State Calling (7) | 33 | 00:07"
    press(phone, "CANCEL")
    assert details(fleet, "not_dialed") == ["busy"]
    assert press(phone, "F2;ENTER") == "State List (31) | Missed Calls"
    assert press(phone, "CANCEL;F3;ONHOOK;MENU") == (
        "State Menu (30) | Menu | → Missed Calls |   Dialed Numbers |   Received Calls"
        if firmware == "6.5.20"
        else "State Idle (29) | 09:41  Mon 23.11."
    )


def test_a_call_comes_to_the_front(start_fleet: StartFleet) -> None:
    fleet = start_fleet(phone := phone_keys(name="p"))
    press(phone, "F4")
    fleet.patch("p", call={"state": "ringing", "remote": "31"})
    assert shown(phone) == "State Ringing (9) | 31 | 00:07"


def test_redial_calls_the_last_number(start_fleet: StartFleet) -> None:
    fleet = start_fleet(phone := phone_keys(name="p"))
    press(phone, "REDIAL")
    assert fleet.phone("p")["call"] == "idle"
    press(phone, "7;7;ENTER;CANCEL;REDIAL")
    assert fleet.phone("p")["calls"][0]["remote"] == "77"


@pytest.mark.parametrize(
    ("keys", "key", "known"),
    [
        ({}, "VOLUME_UP", True),
        ({}, "REC", True),
        ({}, "MUTE", True),
        ({}, "P12", True),
        ({}, "EK0", True),
        ({}, "P0", False),
        ({}, "p1", False),
        ({}, "NONSENSE", False),
        ({"model": "870"}, "F1", False),
        ({"model": "190"}, "F3", True),
        ({"model": "190"}, "F4", False),
        ({"firmware": "7.3.30"}, "F_R", True),
        ({"firmware": "7.3.30"}, "F_HOLD", False),
        ({}, "F_HOLD", True),
        ({}, "F_R", False),
    ],
)
def test_keys_are_logged_as_known_or_not(start_fleet: StartFleet, keys: dict[str, str], key: str, known: bool) -> None:
    fleet = start_fleet(phone := phone_keys(**keys, name="p"))
    press(phone, key)
    assert details(fleet, "key" if known else "key_unknown") == [key]


def test_a_phone_that_knows_single_keys_only(start_fleet: StartFleet) -> None:
    fleet = start_fleet(phone := phone_keys(name="p", key_chains="ignored"))
    assert press(phone, "1;2") == press(phone, "1,100") == "State Idle (29) | 09:41  Mon 23.11."
    assert details(fleet, "key_unknown") == ["1;2", "1,100"]
    assert press(phone, "1") == "State Dialing (5) | Enter number | 1"


@pytest.mark.parametrize(("locked_keys", "call"), [("ignored", "idle"), ("pass", "calling")])
def test_a_locked_keyboard(start_fleet: StartFleet, locked_keys: str, call: str) -> None:
    fleet = start_fleet(phone := phone_keys(name="p", settings={"keyboard_lock": True}, locked_keys=locked_keys))
    press(phone, "1;ENTER")
    assert fleet.phone("p")["call"] == call
    assert details(fleet, "key_ignored") == ([] if call == "calling" else ["1", "ENTER"])


@pytest.mark.parametrize(
    ("function", "remote"), [("speed 20", "20"), ("dest <sip:20@pbx;user>", "20"), ("none", None), ("", None)]
)
def test_a_programmed_key_dials(start_fleet: StartFleet, function: str, remote: str | None) -> None:
    fleet = start_fleet(
        phone := phone_keys(name="p", identities=["1@pbx"], settings={"fkey1": function}),
        phone_keys(name="q", identities=["20@pbx"]),
    )
    press(phone, "P2")
    assert [call["remote"] for call in fleet.phone("p")["calls"]] == ([remote] if remote else [])
    assert fleet.phone("q")["call"] == ("ringing" if remote else "idle")


def test_a_line_key_answers_or_gets_a_line_and_others_send_tones(start_fleet: StartFleet) -> None:
    fleet = start_fleet(phone := phone_keys(name="p", settings={"fkey0": "line", "fkey1": "dtmf *1"}))
    assert press(phone, "P1") == "State Dialing (5) | Enter number | "
    fleet.patch("p", call={"state": "ringing"})
    press(phone, "P1;P2")
    assert fleet.phone("p")["call"] == "in_call"
    assert details(fleet, "dtmf") == ["*1"]


def test_the_hook_is_told(start_fleet: StartFleet, listener: Listener) -> None:
    settings = {f"action_{hook}_url": f"{listener.url}/{hook}" for hook in ("offhook", "onhook")}
    start_fleet(phone := phone_keys(settings=settings))
    press(phone, "OFFHOOK;ONHOOK")
    until(lambda: listener.targets, lambda targets: targets == ["/offhook", "/onhook"])


def test_touches_are_logged_on_the_870_only(start_fleet: StartFleet) -> None:
    fleet = start_fleet(phone := phone_keys("870", name="p"), other := phone_keys(name="q"))
    get(phone, "/command.htm?touch=10%2020")
    get(phone, "/command.htm?touch=479+271+p+480+0+r")
    get(other, "/command.htm?touch=10%2020")
    assert details(fleet, "touch") == ["10 20 pr", "479 271 p"]
    assert details(fleet, "touch_ignored") == ["480 0"]
    assert len(fleet.log("q", event="touch_ignored")) == 1


def test_the_ringer_is_logged(start_fleet: StartFleet) -> None:
    fleet = start_fleet(phone := phone_keys(name="p"))
    assert status(get(phone, "/line_login.htm?PLAY_RINGER:9=+Ringer")) == 200
    assert details(fleet, "ringer") == ["9"]


def test_identities_come_and_go(start_fleet: StartFleet, listener: Listener) -> None:
    settings = {
        "action_log_on_url": f"{listener.url}/on",
        "action_log_off_url": f"{listener.url}/off",
        "action_reg_failed": f"{listener.url}/failed",
    }
    fleet = start_fleet(
        phone := phone_keys(name="p", identities=["1@x", "2@x", "3@x"], unregistered=["3"], settings=settings)
    )
    for command in ("LOGOFFLINE=2", "LOGOFFLINE=2", "LOGOFFLINE=9", "REREGISTER=1", "REREGISTER=3"):
        get(phone, f"/command.htm?{command}")
    assert fleet.phone("p")["identities"] == {"1@x": True, "2@x": False, "3@x": False}
    assert b"2@x: not registered" in get(phone, "/info.htm")
    get(phone, "/line_login.htm?l=2&Settings=Save&user_active2=on")
    get(phone, "/line_login.htm?l=1&Settings=Save&user_active1=off")
    assert fleet.phone("p")["identities"] == {"1@x": False, "2@x": True, "3@x": False}
    until(lambda: listener.targets, lambda targets: targets == ["/off", "/on", "/failed", "/on", "/off"])


@pytest.mark.parametrize(
    ("model", "size"), [("870", (480, 272)), ("D785", (480, 272)), ("820", (320, 240)), ("320", (128, 64))]
)
def test_the_display_has_the_size_of_the_model(start_fleet: StartFleet, model: str, size: tuple[int, int]) -> None:
    start_fleet(phone := phone_keys(model))
    width, height, pixels = picture(phone)
    assert (width, height) == size
    press(phone, "1")
    assert picture(phone)[2] != pixels


@pytest.mark.parametrize("model", ["820", "821", "870"])
def test_the_line_info_layer_shows_when_it_is_fixed(start_fleet: StartFleet, model: str) -> None:
    fleet = start_fleet(phone := phone_keys(model, name="p", identities=["100"]))
    quarter = {"870": 480 * 272, "820": 320 * 240, "821": 320 * 240}[model] * 3 // 4  # a bitmap begins at the bottom
    before = picture(phone)[2]
    get(phone, "/command.htm?FIX_LIL=true")
    after = picture(phone)[2]
    assert (before[:quarter] == bytes(quarter)) == (model != "870")
    assert after[:quarter] != bytes(quarter)
    assert after[quarter:] == before[quarter:]
    assert len(fleet.log("p", event="line_info_fixed")) == 1


def test_labels_and_expansion_modules_have_screens_where_there_are_some(start_fleet: StartFleet) -> None:
    start_fleet(
        plain := phone_keys(),
        rich := phone_keys("D785", "10.1.54.13", expansion_modules=["D7C"], settings={"fkey0": "speed 1"}),
    )
    for file in ("label_screen.bmp", "exp_screen.bmp"):
        assert status(get(plain, f"/{file}")) == 404
        _unused, _unused, pixels = picture(rich, file)
        assert pixels.count(b"\xff") < len(pixels)
