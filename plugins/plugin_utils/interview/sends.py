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


STEPS = (
    *("look", "call", "registration", "reboot", "settings", "upgrade"),
    *("notify", "minibrowser", "direct", "csta", "capture", "document_reboot"),
)


_LOADS = "what its settings say: that may be a restart, or an upgrade if its files name a firmware."
_RELOADS = (
    "with a silent document that says reloadset, if the phone is idle and not protected. Snom says that it loads the "
    "settings without a restart, from hosts in mb_trusted_hosts only; firmware that its files name may come with them, "
    "and that is an upgrade."
)
_EVENTS = {
    "check_sync": f"sends one check-sync by snom_sync. The phone does with it {_LOADS}",
    "by_hand": f"sends nothing while you restart the phone yourself. It does then {_LOADS}",
    "notify": f"asks the PBX who is registered, and has it send the phone one NOTIFY {_RELOADS}",
    "minibrowser": f"has the phone open, by minibrowser.htm, a page of snom_collector {_RELOADS}",
}


def will_send(step: str, seconds: float, event: str = "check_sync") -> str:
    """What a step sends, and what it may cost. seconds are those for which calls are watched; event: of a capture."""
    third = seconds / 3
    before = f"{step} {_READS} Then it"
    return {
        "registration": (
            f"{before} reads up to {WATCHED_PAGES} of them every two seconds, and asks the PBX, for {seconds:.0f} s or "
            f"until that has told that the line went and came back. You: leave the line registered for {third:.0f} s, "
            "have it logged off by the middle (at the phone, or by its password at the PBX), log it on again before "
            f"{2 * third:.0f} s have passed. It costs calls to that line meanwhile."
        ),
        "notify": (
            f"{before} asks the PBX who is registered, and has it send the phone two NOTIFY with a silent document "
            "each, in which the phone is told to report to snom_collector. It costs nothing, or a line on the display "
            "where firmware shows a document."
        ),
        "minibrowser": (
            f"{before} has the phone open the same two documents by minibrowser.htm, one after the other. Each takes "
            "up to ten seconds. It costs nothing, or a line on the display where firmware shows a document."
        ),
        "direct": (
            f"{before} has the phone open phone://mb_exit, without any document, if it is idle; with number it dials "
            "that number, and looks for ten seconds who sees the call. It costs that call: hang up yourself."
        ),
        "csta": (
            f"{before} sends one POST with SnapshotDevice to csta_path, which you have to name. It asks, and changes "
            "nothing."
        ),
        "capture": (
            f"capture {_READS} Then it {_EVENTS[event]} It waits {seconds:.0f} s, reads from the mirror's log which "
            "files were asked for, and reads the pages again."
        ),
        "document_reboot": (
            f"{before} has the phone open a document that says reboot, and no word behind it, if it is idle; and "
            "watches for a minute whether it goes, and then until it is back. It costs a restart. No source says what "
            "a phone makes of it for sure: try it at one that nobody needs, never at one whose settings are nowhere "
            "else."
        ),
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
