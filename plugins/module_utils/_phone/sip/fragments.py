# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Remote control by the minibrowser: what a document says so that the phone which runs it obeys a command.

It is a part of a URL (xml 3). Three parts are never made: ``reboot``, which may ask the phone's user, ``reboot=yes``,
which may reset it, and ``unregister``, which may take the identity away (xml 3).
"""

from __future__ import annotations

import re
from urllib.parse import quote

from ..._core.errors import Unsupported
from ..commands import (
    ClearList,
    Command,
    Dial,
    FixLineInfoLayer,
    LogOff,
    Press,
    ReleaseAllCalls,
    Reregister,
    Reset,
    Restart,
    Ring,
    Tones,
    Touch,
    Write,
)
from ..report import fetch_of, silent_document

_NOTHING = "snom://mb_nop"

# Those of function keys have no name there that anybody has written down (protocol 1.2).
_FUNCTION_KEY = re.compile("(?:P|EK)[0-9]+")
_SAFE = "*+.@:-_"
"""What may stand in a value as it is; a # would begin a part of its own (xml 3)."""

_LISTS = {"missed": "Missed", "dialed": "Dialed", "received": "Received"}

_WHY = {
    Touch: "there is no touch by SIP",
    Tones: "there are no tones by SIP; in a call snom_key presses digits",
    ReleaseAllCalls: "nothing by SIP ends all calls; the action hangup ends the one on the screen",
    LogOff: "by SIP a line may be taken away with its registration, until it is provisioned anew",
    Ring: "nothing by SIP plays a ringer",
    FixLineInfoLayer: "there is no picture of its screen by SIP",
    Write: "its settings come by provisioning, see the role provisioning",
    Restart: "by SIP it may ask its user, and nothing tells whether it did",
}


def fragment_of(command: Command) -> str:
    """The part of a URL that does what a command does (xml 3, 6). Raises Unsupported, with the reason."""
    if isinstance(command, Press):
        return _key(command)
    if isinstance(command, Dial):
        if command.outgoing_uri is not None:
            raise _unsupported("it dials from its active line, so leave outgoing_uri out")
        return f"numberdial={quote(command.number, safe=_SAFE)}"
    if isinstance(command, Reregister):
        return f"reregister={command.line - 1}"
    if isinstance(command, Reset):
        return "reboot=reset"
    if isinstance(command, ClearList):
        return f"calllistclear={_LISTS[command.name]}"
    raise _unsupported(_WHY[type(command)])


def document_of(command: Command, mac: str) -> str:
    """The document that has a phone obey a command, and is never shown (xml 1.1, 1.2). Raises Unsupported.

    Whether the phone is idle, where that counts, it decides itself, at that moment: as in Snom's own example (xml 0).
    So it does whether its call goes on before a transfer dials, and whether it has this MAC address before it resets.
    One that takes any condition for true takes the first.
    """
    fetch = fetch_of(f"{_NOTHING}#{fragment_of(command)}")
    if isinstance(command, Dial):
        compared = "!=" if command.in_call else "=="
        fetch = f'<If condition="$(phone_state){compared}Idle">{fetch}</If>'
    if isinstance(command, Reset):
        nothing = f'<If condition="a==b">{fetch_of(_NOTHING)}</If>'
        fetch = f'{nothing}<Elif condition="$(set:mac)=={mac}">{fetch}</Elif>'
    return silent_document("telephony_snom", fetch, ' state="relevant"')


def _key(command: Press) -> str:
    if len(command.keys) != 1:
        raise _unsupported("it takes one key at a time")
    (event,) = command.keys
    if event.press is not None:
        raise _unsupported("a key can't be held, so leave press out; pause can stay")
    if _FUNCTION_KEY.fullmatch(event.key):
        raise _unsupported(f"the function key {event.key} has no name by SIP that is known")
    return f"key={quote(event.key, safe=_SAFE)}"


def _unsupported(why: str) -> Unsupported:
    return Unsupported(f"This phone is told by its PBX (snom_transport is sip), and {why}.")
