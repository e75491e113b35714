# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keys act on what the screen shows (protocol 8).

What a key is called and means: protocol 1.2; what it does in a call: 1.5. The menu, the lists, and which key opens
them are invented, as is that any change of a call brings the main screen back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from . import calls
from .calls import Leg

if TYPE_CHECKING:
    from .phone import Phone

ListName = Literal["missed", "dialed", "received"]
LISTS: tuple[ListName, ...] = get_args(ListName)
# main: idle, or the selected call; dial, transfer: an editor for digits; held, confirm: which calls to bring together.
ScreenName = Literal["main", "menu", "dial", "transfer", "held", "confirm"] | ListName

TITLES: dict[ScreenName, str] = {
    "menu": "Menu",
    "dial": "Enter number",
    "transfer": "Transfer to",
    "held": "Calls on Hold",  # the words of the vendor's page
    "confirm": "Transfer call?",
    "missed": "Missed Calls",
    "dialed": "Dialed Numbers",
    "received": "Received Calls",
}
# By SIP (xml 3). That they do what these keys do is inferred.
SOFT_KEYS = {"F_CANCEL": "CANCEL", "F_OK": "ENTER", "F_TRANSFER": "TRANSFER"}
NAMED_KEYS = {
    *("CANCEL", "ENTER", "OFFHOOK", "ONHOOK", "RIGHT", "LEFT", "UP", "DOWN", "VOLUME_UP", "VOLUME_DOWN", "MENU"),
    *("MUTE", "REDIAL", "DND", "REC", "SPEAKER", "HEADSET", "TRANSFER", "F_ADR_BOOK", "CLEAR", "FUNCTION", "RECALL"),
    *("F1", "F2", "F3", "F4"),
}
DIGIT = re.compile(r"[0-9*#]")
NUMBERED_KEY = re.compile(r"P[1-9]\d{0,2}|EK\d{1,3}")


@dataclass(slots=True)
class Screen:
    name: ScreenName = "main"
    typed: str = ""
    cursor: int = 0


def press(phone: Phone, key: str) -> None:
    if phone.settings.on("keyboard_lock") and phone.keys.locked_keys == "ignored":
        phone.note("key_ignored", key)
        return
    if not _has_key(phone, key):
        phone.note("key_unknown", key)
        return
    phone.note("key", key)
    if key in ("OFFHOOK", "ONHOOK"):
        phone.tell(f"action_{key.lower()}_url")
    if key == "DND":
        on = not phone.settings.on("dnd_mode")
        phone.settings.force({"dnd_mode": "on" if on else "off"})
        phone.tell("action_dnd_on_url" if on else "action_dnd_off_url")
    elif key == "REDIAL" and phone.lists["dialed"]:
        calls.dial(phone, phone.lists["dialed"][0])
    elif key.startswith("P"):
        _function_key(phone, phone.settings[f"fkey{int(key[1:]) - 1}"])  # P1 is fkey0 (1.3)
    else:
        _on_screen(phone, key)


def enter_number(phone: Phone, number: str) -> None:
    """Dial it, or give the call to it where the phone asks to whom (xml 3)."""
    if phone.screen.name == "transfer":
        phone.screen.typed = number
        _on_editor(phone, "ENTER")
    else:
        calls.dial(phone, number)


def touch(phone: Phone, events: str) -> None:
    """Touch the screen of an 870: ``X Y [how]``, perhaps again and again (1.4). Nothing comes of it [invented]."""
    touches = re.findall(r"(\d+) (\d+)(?: (press|release|pr|p|r))?(?: |$)", events)
    for x, y, how in touches:
        if phone.keys.model == "870" and int(x) < 480 and int(y) < 272:
            phone.note("touch", f"{x} {y} {how or 'pr'}")
        else:
            phone.note("touch_ignored", f"{x} {y}")


def rows(phone: Phone) -> list[str]:
    """The rows that can be walked through on a menu or list."""
    match phone.screen.name:
        case "menu":
            return [TITLES[name] for name in LISTS]
        case "missed" | "dialed" | "received" as name:
            return phone.lists[name]
        case "held":
            return [leg.peer.user for leg in _held(phone)]
    return []


def _has_key(phone: Phone, key: str) -> bool:
    """Whether the phone has this key (1.2). How many P and EK keys it has is left open, as sources differ."""
    if key == "F_HOLD":
        return phone.generation >= 8
    if key in ("F_R", "DISCONNECT"):
        return phone.generation <= 7
    if phone.keys.model == "870" and re.fullmatch("F[1-4]", key):
        return False
    if phone.keys.model in ("190", "200") and key == "F4":
        return False
    return key in NAMED_KEYS or bool(DIGIT.fullmatch(key) or NUMBERED_KEY.fullmatch(key))


def _function_key(phone: Phone, function: str) -> None:
    """Do what a function key is programmed to; the forms of ``fkeyN``: 5.1. What ``line`` does is invented."""
    kind, _unused, argument = function.partition(" ")
    match kind:
        case "speed" | "dest" if argument:
            calls.dial(phone, argument)
        case "dtmf" if argument:
            calls.send_dtmf(phone, argument)
        case "line" if phone.call_state == "ringing":
            calls.answer(phone.legs[-1])
        case "line" if phone.call_state == "idle":
            phone.screen = Screen("dial")


def _on_screen(phone: Phone, key: str) -> None:
    screen = phone.screen
    if screen.name == "main":
        _on_main(phone, key)
        return
    match screen.name, key:
        case _, "CANCEL" | "ONHOOK" | "DISCONNECT":
            phone.screen = Screen()
        case (("dial" | "transfer"), _):
            _on_editor(phone, key)
        case _, "UP" | "DOWN":
            last = max(len(rows(phone)) - 1, 0)
            screen.cursor = max(screen.cursor - 1, 0) if key == "UP" else min(screen.cursor + 1, last)
        case "menu", "ENTER":
            phone.screen = Screen(LISTS[screen.cursor])
        case (("missed" | "dialed" | "received"), "ENTER" | "OFFHOOK") if found := rows(phone):
            phone.screen = Screen()
            calls.dial(phone, found[screen.cursor])
        case "held", "ENTER":
            phone.screen = Screen("confirm", cursor=screen.cursor)
        case "confirm", "ENTER":
            _bring_together(phone, screen.cursor)


def _on_main(phone: Phone, key: str) -> None:
    leg = phone.legs[-1] if phone.legs else None
    if leg is None:
        _on_idle(phone, key)
        return
    match leg.state, key:
        case "ringing", "ENTER" | "OFFHOOK" | "SPEAKER" | "HEADSET":
            calls.answer(leg)
        case _, "CANCEL" | "ONHOOK" | "DISCONNECT":
            calls.hang_up(leg)
        case "in_call", "F_HOLD" | "F_R":
            calls.hold(leg)
        case "holding", "F_HOLD" | "F_R":
            calls.resume(leg)
        case (("in_call" | "holding" | "calling"), "TRANSFER"):
            _transfer(phone, leg)
        case "in_call", _ if DIGIT.fullmatch(key):
            calls.send_dtmf(phone, key)
        case "holding", _ if DIGIT.fullmatch(key):
            phone.screen = Screen("dial", key)
        case _, "DOWN":
            phone.legs.insert(0, phone.legs.pop())
        case _, "UP":
            phone.legs.append(phone.legs.pop(0))


def _on_idle(phone: Phone, key: str) -> None:
    match key:
        case "OFFHOOK" | "SPEAKER" | "HEADSET":
            phone.screen = Screen("dial")
        case "ENTER" | "F1":
            phone.screen = Screen("dialed")
        case "F2":
            phone.screen = Screen("missed")
        case "F3":
            phone.screen = Screen("received")
        case "DOWN" | "F4":
            phone.screen = Screen("menu")
        case "MENU" if phone.generation <= 6:  # not used any more from firmware 7 on (1.2)
            phone.screen = Screen("menu")
        case _ if DIGIT.fullmatch(key):
            phone.screen = Screen("dial", key)


def _on_editor(phone: Phone, key: str) -> None:
    screen = phone.screen
    match key:
        case "LEFT" | "CLEAR":
            screen.typed = screen.typed[:-1]
        case "ENTER" | "OFFHOOK" | "SPEAKER" | "HEADSET" if screen.typed:
            phone.screen = Screen()
            if screen.name == "transfer" and phone.settings["transfer_dialing_on_transfer"] != "attended":
                calls.transfer_blind(phone.legs[-1], screen.typed)
            else:
                calls.dial(phone, screen.typed)
        case _ if DIGIT.fullmatch(key):
            screen.typed += key


def _transfer(phone: Phone, leg: Leg) -> None:
    """With a second call on hold the two can be brought together (1.5); otherwise ask where to."""
    if not _held(phone):
        if leg.state != "calling":
            phone.screen = Screen("transfer")
    elif phone.settings.on("call_join_xfer"):
        phone.screen = Screen("held")
    elif phone.keys.transfer_confirm:
        phone.screen = Screen("confirm")
    else:
        _bring_together(phone, 0)


def _bring_together(phone: Phone, row: int) -> None:
    phone.screen = Screen()
    calls.transfer_attended(_held(phone)[row], phone.legs[-1])


def _held(phone: Phone) -> list[Leg]:
    """The calls on hold beside the selected one."""
    return [leg for leg in phone.legs[:-1] if leg.state == "holding"]
