# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Calls between virtual phones, and with numbers outside of the fleet.

Which steps a call has: protocol 1.5; which action URL tells of which: 6. No signalling is played: the far end knows at
once. What a phone does with more than one call, and when nobody is reached, is invented; README.md lists it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .keys import CallState

if TYPE_CHECKING:
    from .phone import Identity, Phone

MOST_CALLS = 4  # of one phone; invented
ANONYMOUS = "anonymous"  # the caller's address on a phone without identities; invented


class Leg:
    """One end of a call. Without a phone it is somebody outside of the fleet, who does nothing unless told to."""

    __slots__ = ("address", "is_caller", "number", "peer", "phone", "state")
    peer: Leg

    def __init__(self, phone: Phone | None, address: str, number: int, *, is_caller: bool) -> None:
        self.phone = phone
        self.address = address  # user@host, or a number as it was dialed
        self.number = number  # of the call; both ends have the same
        self.is_caller = is_caller
        self.state: CallState = "idle"

    @property
    def user(self) -> str:
        return self.address.partition("@")[0]

    def as_json(self) -> dict[str, Any]:
        return {"phone": self.phone and self.phone.name, "user": self.user, "state": self.state}

    def called_from_and_to(self) -> tuple[Leg, Leg]:
        return (self, self.peer) if self.is_caller else (self.peer, self)


def plain(uri: str) -> str:
    """Strip a URI such as ``<sip:20@x;user>`` to ``20@x``; a number stays as it is."""
    return uri.strip("<>").removeprefix("sip:").partition(";")[0]


class Exchange:
    """What a PBX does for all phones: it knows which of them has a number."""

    def __init__(self) -> None:
        self._phones: dict[str, dict[Phone, None]] = {}  # by user; those who once had that identity
        self._last = 0

    def enlist(self, phone: Phone, user: str) -> None:
        self._phones.setdefault(user, {})[phone] = None

    def find(self, number: str) -> tuple[Phone, Identity] | None:
        """The first phone with a registered identity of that user, and with that host if the number has one."""
        user, _unused, host = number.partition("@")
        for phone in self._phones.get(user, ()):
            for identity in phone.identities:
                if identity.registered and identity.user == user and host in ("", identity.host):
                    return phone, identity
        return None

    def next_number(self) -> int:
        self._last += 1
        return self._last


# -- what the people at the phones do ---------------------------------------------------------------------------------


def dial(phone: Phone, number: str, uri: str | None = None) -> None:
    """Call a number, with the identity of that URI or the active one (1.4). A current call is held first."""
    number = plain(number)
    identity = phone.outgoing_identity(uri)
    if len(phone.legs) == MOST_CALLS or phone.call_state in ("calling", "ringing"):
        phone.note("not_dialed", "busy")
    elif uri and identity is None:
        phone.note("not_dialed", f"no identity {uri}")
    else:
        _hold_all(phone)
        phone.remember("dialed", number)
        caller = Leg(phone, identity.address if identity else ANONYMOUS, 0, is_caller=True)
        phone.legs.append(caller)
        _ring(phone.exchange, caller, number, may_call=identity is not None and identity.registered)


def answer(leg: Leg) -> None:
    """Take a call that rings; the others of this phone are held."""
    assert leg.phone is not None
    leg.phone.remember("received", leg.peer.user)
    _select(leg)
    _enter(leg, "in_call")
    _enter(leg.peer, "in_call")


def hang_up(leg: Leg) -> None:
    """End a call, or reject one that rings, which tells nobody here (1.5)."""
    if leg.state == "ringing" and leg.phone is not None:
        leg.phone.remember("received", leg.peer.user)  # a rejected call in this list: invented
    _leave(leg, silently=leg.state == "ringing")
    _leave(leg.peer)


def hold(leg: Leg) -> None:
    _enter(leg, "holding")


def resume(leg: Leg) -> None:
    _select(leg)
    _enter(leg, "in_call")


def send_dtmf(phone: Phone, digits: str) -> None:
    """Send tones, which only an active call can (1.4, and the vendor's page)."""
    leg = next((leg for leg in phone.legs if leg.state == "in_call"), None)
    if leg is None:
        phone.note("dtmf_ignored", digits)
        return
    phone.note("dtmf", digits)
    if leg.peer.phone is not None and leg.peer.state == "in_call":
        leg.peer.phone.note("dtmf_received", digits)


def transfer_blind(leg: Leg, number: str) -> None:
    """Let the far end call that number (1.5)."""
    assert leg.phone is not None
    leg.phone.tell("action_transfer", leg)
    leg.phone.tell("action_blind_transfer", leg)
    _leave(leg)
    leg.peer.is_caller = True
    _ring(leg.phone.exchange, leg.peer, number)


def transfer_attended(held: Leg, other: Leg) -> None:
    """Bring the far ends of two calls of a phone together (1.5); the second of them may still be ringing."""
    phone, first, second = held.phone, held.peer, other.peer
    assert phone is not None
    phone.tell("action_transfer", other)
    phone.tell("action_attended_transfer", other)
    _leave(held)
    _leave(other)
    first.peer, second.peer = second, first
    first.is_caller, second.is_caller = True, False
    first.number = second.number = phone.exchange.next_number()
    for leg in (first, second):
        _note(leg)
    if second.state == "ringing":
        _enter(first, "calling")
    if first.phone is not None:
        first.phone.tell("action_received_attended_transfer", first)


# -- what the fleet file and the control port tell ---------------------------------------------------------------------


def begin(phone: Phone, state: CallState, remote: str) -> Leg:
    """Put a phone into a call with somebody outside, without telling anybody."""
    number = phone.exchange.next_number()
    identity = phone.outgoing_identity(None)
    leg = Leg(phone, identity.address if identity else ANONYMOUS, number, is_caller=state != "ringing")
    _pair(leg, Leg(None, remote, number, is_caller=not leg.is_caller))
    leg.state = state
    leg.peer.state = {"calling": "ringing", "ringing": "calling"}.get(state, "in_call")  # type: ignore[assignment]
    phone.legs.append(leg)
    return leg


def script(phone: Phone, state: CallState, remote: str) -> None:
    """Let somebody outside call, answer or hang up, or the phone hold, so that its call gets into that state."""
    if state == phone.call_state:
        return
    if state == "idle":
        for leg in list(phone.legs):
            hang_up(leg.peer)
    elif not phone.legs:
        leg = begin(phone, state, remote)
        leg.state = "idle"
        _enter(leg, state)
    else:
        leg = phone.legs[-1]
        if leg.peer.phone is None:
            leg.peer.address = remote
        _enter(leg, state)
        if state in ("in_call", "holding"):
            _enter(leg.peer, "in_call")


def cut(leg: Leg) -> None:
    """End a call because the phone goes down: it tells nobody, but the far end notices."""
    assert leg.phone is not None
    leg.state = "idle"
    leg.phone.legs.remove(leg)
    _note(leg, "cut")
    _leave(leg.peer)


# -- inside -----------------------------------------------------------------------------------------------------------


def _pair(leg: Leg, other: Leg) -> None:
    leg.peer, other.peer = other, leg


def _ring(exchange: Exchange, caller: Leg, number: str, *, may_call: bool = True) -> None:
    """Ring the phone that has the number. When nobody can be reached, the caller goes on calling [invented]."""
    caller.number = exchange.next_number()
    found = exchange.find(number) if may_call else None
    reason = None
    if found is None or found[0] is caller.phone:
        reason = "nobody has this number" if may_call else "the identity is not registered"
    elif len(found[0].legs) == MOST_CALLS or found[0].settings.on("dnd_mode"):
        reason = "busy"
    phone, address = (None, number) if found is None or reason else (found[0], found[1].address)
    callee = Leg(phone, address, caller.number, is_caller=False)
    _pair(caller, callee)
    if phone is not None:
        phone.legs.append(callee)
    elif caller.phone is not None:
        caller.phone.note("not_reached", f"{number}: {reason}")
    _enter(caller, "calling")
    _enter(callee, "ringing")


def _hold_all(phone: Phone) -> None:
    for leg in phone.legs:
        if leg.state == "in_call":
            hold(leg)


def _select(leg: Leg) -> None:
    """Make a call the one that keys act on, and hold the others."""
    assert leg.phone is not None
    legs = leg.phone.legs
    legs.append(legs.pop(legs.index(leg)))
    _hold_all(leg.phone)


def _enter(leg: Leg, state: CallState) -> None:
    """Bring one end into another state, and tell others."""
    before, leg.state = leg.state, state
    phone = leg.phone
    if phone is None or state == before:
        return
    _note(leg)
    phone.call_changed()
    match before, state:
        case _, "ringing":
            phone.tell("action_incoming_url", leg)
        case _, "calling":
            phone.tell("action_outgoing_url", leg)
        case "holding", "in_call":
            phone.tell("action_unhold", leg)
        case _, "in_call":
            phone.tell("action_connected_url", leg)
        case _, "holding":
            phone.tell("action_hold", leg)


def _leave(leg: Leg, *, silently: bool = False) -> None:
    """End one end of a call, and tell others unless it was rejected here."""
    before, leg.state = leg.state, "idle"
    phone = leg.phone
    if phone is None:
        return
    phone.legs.remove(leg)
    _note(leg)
    phone.call_changed()
    if silently:
        return
    if before == "ringing":
        phone.remember("missed", leg.peer.user)
        phone.tell("action_missed_url", leg)
    phone.tell("action_disconnected_url", leg)


def _note(leg: Leg, detail: str | None = None) -> None:
    if leg.phone is not None:
        caller, callee = leg.called_from_and_to()
        call = {"number": leg.number, "from": caller.user, "to": callee.user, "state": leg.state}
        leg.phone.note("call", detail or leg.state, call=call)
