# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What keys and dialing do to the one call that a virtual phone can have. Screens and a second call come later."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .phone import Phone


def dial(phone: Phone, number: str) -> None:
    if phone.keys.call.state == "idle":
        phone.set_call("calling", number)


def press(phone: Phone, key: str) -> None:
    """Press a key (protocol 1.2, 1.5)."""
    phone.note("key", key)
    match key, phone.keys.call.state:
        case (("ENTER" | "OFFHOOK" | "SPEAKER" | "HEADSET"), "ringing"):
            phone.set_call("in_call")
        case (("CANCEL" | "ONHOOK" | "DISCONNECT"), "ringing"):
            phone.set_call("idle", rejected=True)
        case (("CANCEL" | "ONHOOK" | "DISCONNECT"), _):
            phone.set_call("idle")
        case (("F_HOLD" | "F_R"), "in_call"):
            phone.set_call("holding")
        case (("F_HOLD" | "F_R"), "holding"):
            phone.set_call("in_call")
        case "DND", _:
            on = not phone.settings.on("dnd_mode")
            phone.settings.force({"dnd_mode": "on" if on else "off"})
            phone.tell("action_dnd_on_url" if on else "action_dnd_off_url")
