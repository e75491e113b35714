# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each step of an interview sends, and what it may cost, in words: said before anything is sent."""

from __future__ import annotations

from ansible_collections.telephony.snom.plugins.module_utils._phone.web.recorder import KNOWN_PAGES

WATCHED_PAGES = 8
"""Pages that are read again and again while a person makes a call."""

_READS = (
    f"reads {len(KNOWN_PAGES)} known pages and those that they link, one after the other, and asks who else knows of "
    "its calls. It changes nothing."
)


def will_send(step: str, seconds: float) -> str:
    """What a step sends, and what it may cost. seconds are those for which calls are watched."""
    third = seconds / 3
    return {
        "look": f"look {_READS} The PBX and the mirror's log are read, too, where they are named.",
        "call": (
            f"call {_READS} Then it reads up to {WATCHED_PAGES} of them every two seconds, for {seconds:.0f} s or "
            f"until it has seen a whole call. You: leave the phone alone for {third:.0f} s, be in a call by the "
            f"middle, hang up before {2 * third:.0f} s have passed, and leave it alone again."
        ),
        "reboot": (
            "reboot restarts the phone if it is idle, by snom_reboot, and watches it go, come back and register. It "
            "costs the calls that nobody sees, and a minute or two without a phone."
        ),
        "settings": (
            "settings turns around how the phone shows date or time, by snom_settings and without storing it, reads it "
            "back, and turns it around again. A restart brings the old value back in any case."
        ),
        "upgrade": (
            "upgrade loads the firmware that the inventory wants, by snom_firmware, if the phone is idle. It costs "
            "some minutes without a phone, and its power must not be cut. Do it where you can stand beside the phone."
        ),
    }[step]
