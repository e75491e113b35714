# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Is somebody talking on this phone? Read from the best evidence at hand, and "unknown" unless that is sure."""

from __future__ import annotations

from typing import Any, Literal, cast

from .._core.errors import AuthFailed, LockedOut, PhoneUnreachable, SnomError
from .connection import Connection, Transport
from .phone import UNKNOWN
from .web.pages import read_call_count, read_gui_phase
from .web.snmp import read_calls
from .web.web_phone import read_facts

CallState = Literal["idle", "in_call", "unknown"]


def read_call_state(phone: Transport, *, connection: Connection, known: str | None = None) -> tuple[CallState, str]:
    """The call state and, in words, where it comes from.

    known is what the host variable snom_call_state says; the PBX knows best. Then come the SNMP call counter, where the
    connection allows it (protocol 4.3), the text of the screen (4.2) and the home page. How a call looks on the two
    pages is inferred [I]. A source that can't be read gives way to the next one. Raises AuthFailed, LockedOut,
    PhoneUnreachable: with these, no other page can be read either. Raises InputError if SNMP is wanted but pysnmp is
    missing.
    """
    if known in ("idle", "in_call"):
        return cast(CallState, known), "host variable snom_call_state"
    if connection.snmp:
        calls = read_calls(connection)
        if calls is not None:
            return "in_call" if calls else "idle", "SNMP call counter"
    for subset in ("gui", "home"):
        try:
            facts = read_facts(phone, [subset])
        except (AuthFailed, LockedOut, PhoneUnreachable):
            raise
        except SnomError:
            continue
        if facts.call_state_source is not None:
            return cast(CallState, facts.call_state), facts.call_state_source
    return "unknown", "no source shows it"


def reason_to_wait(
    phone: Transport, *, connection: Connection, known: str | None, unknown_call_state: str, evidence: dict[str, Any]
) -> str | None:
    """Why the phone must be left alone now, or None: it is in a call, or may be and unknown_call_state is ``defer``.

    What was read goes into evidence. Raises what read_call_state raises.
    """
    state, source = read_call_state(phone, connection=connection, known=known)
    evidence.update(call_state=state, call_state_source=source)
    if state == "in_call":
        return f"The phone is in a call ({source})."
    if state == "unknown" and unknown_call_state == "defer":
        return (
            "Whether the phone is in a call can't be read. Set unknown_call_state: proceed to go on all the same, or "
            "let the PBX say it in snom_call_state."
        )
    return None


def read_call_phase(phone: Transport, *, connection: Connection, known: str | None = None) -> str:
    """Like read_call_state, and more exactly calling, ringing, connected or holding where the screen shows it.

    So the screen comes first here, before what the PBX knows.
    """
    try:
        answer = phone.get("/state_of_gui.htm")
        phase = read_gui_phase(answer.text) if answer.status == 200 else UNKNOWN
    except (AuthFailed, LockedOut, PhoneUnreachable):
        raise
    except SnomError:
        phase = UNKNOWN
    return read_call_state(phone, connection=connection, known=known)[0] if phase == UNKNOWN else phase


def count_calls(phone: Transport, *, connection: Connection) -> int | None:
    """How many calls the phone has, by its SNMP call counter (protocol 4.3) or its home page [I], or None.

    Raises what read_call_state raises.
    """
    if connection.snmp and (calls := read_calls(connection)) is not None:
        return calls
    try:
        answer = phone.get("/index.htm")
    except (AuthFailed, LockedOut, PhoneUnreachable):
        raise
    except SnomError:
        return None
    return read_call_count(answer.text) if answer.status == 200 else None
