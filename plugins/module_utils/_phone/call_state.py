# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Is somebody talking on this phone? Read from the best evidence at hand, and "unknown" unless that is sure."""

from __future__ import annotations

from typing import Any, Literal, cast

from .._core.errors import AuthFailed, LockedOut, PbxFailed, PhoneUnreachable, SnomError
from .call_reading import IDLE, IN_CALL, UNKNOWN, CallReading, CallSource
from .readable_phone import ReadablePhone

NOWHERE = "no source shows it"

CallState = Literal["idle", "in_call", "unknown"]


def read_call_state(
    phone: ReadablePhone, *, known: str | None = None, pbx: CallReading | None = None, is_read: bool = True
) -> tuple[CallState, str]:
    """The call state and, in words, where it comes from.

    known is what the host variable snom_call_state says, which wins. Then comes the PBX, where the inventory names one;
    the call counter, where the connection allows it (protocol 4.3); what the phone itself reports, where it is given a
    place to report to; the text of the screen (4.2) and the home page. How a call looks on the latter two is inferred
    [I]. A source that can't be read gives way to the next one; but while a PBX can't be asked, nobody else's word is
    good enough for idle, nor is that of PBX or counter against a screen with a call: emergency_proxy leads past a PBX.
    pbx is what it says where it was asked just now. Unless is_read the phone itself is asked nothing.
    Raises AuthFailed, LockedOut, PhoneUnreachable: with these, nothing else can be read either.
    Raises InputError if the counter is wanted but the library for it is missing.
    """
    if known in (IDLE, IN_CALL):
        return cast(CallState, known), "host variable snom_call_state"
    reading, doubt, problem = CallReading(), None, None
    try:
        reading = phone.call(CallSource.PBX) if pbx is None else pbx
    except PbxFailed as error:
        doubt = error.reason
    if reading.source is None and is_read:
        reading = phone.call(CallSource.COUNTER)
    if reading.state == IDLE and is_read and (shown := read_source(phone, CallSource.SCREEN)).state == IN_CALL:
        reading = shown
    for source in (CallSource.REPORT, CallSource.SCREEN, CallSource.HOME):
        if reading.source is None and is_read:
            reading = read_source(phone, source)
            problem = problem or reading.problem
    if doubt is not None and reading.state != IN_CALL:
        return cast(CallState, UNKNOWN), doubt
    return cast(CallState, reading.state), reading.source or problem or NOWHERE


def reason_to_wait(
    phone: ReadablePhone,
    *,
    known: str | None,
    unknown_call_state: str,
    evidence: dict[str, Any],
    pbx: CallReading | None = None,
    is_read: bool = True,
) -> str | None:
    """Why the phone must be left alone now, or None: it is in a call, or may be and unknown_call_state is ``defer``.

    What was read goes into evidence. For pbx and is_read, and what is raised, see read_call_state.
    """
    state, source = read_call_state(phone, known=known, pbx=pbx, is_read=is_read)
    evidence.update(call_state=state, call_state_source=source)
    if state == IN_CALL:
        return f"The phone is in a call ({source})."
    if state == UNKNOWN and unknown_call_state == "defer":
        why = "" if source == NOWHERE else f" {source}"
        return (
            f"Whether the phone is in a call can't be read.{why} Set unknown_call_state: proceed to go on all the "
            "same, or let the PBX say it by snom_pbx or snom_call_state."
        )
    return None


def read_source(phone: ReadablePhone, source: CallSource) -> CallReading:
    """What a source says: nothing where it alone can't be read."""
    try:
        return phone.call(source)
    except (AuthFailed, LockedOut, PhoneUnreachable):
        raise
    except SnomError:
        return CallReading()
