# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a PBX knows of phones, and what it can tell them, whatever kind of PBX it is.

A PBX knows who is registered, from where, until when and with which User-Agent, and mostly who talks. It also is the
one that phones take a NOTIFY from: it owns the way back through NAT, and is exempt from the settings that keep others
out (sip 1.1, xml 4.1).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from .._core.errors import PbxFailed, Refused
from .._core.visible import visible_line
from .._known.mac_in_text import PREFIXES
from .._known.user_agent import UserAgent, read_user_agent

PATIENCE = 30.0
"""Seconds for which a PBX that could not be asked is left alone. Else each phone would wait for its timeout."""

LONGEST_SAID = 200
"""Characters of a text in a phone's answer."""

_LATEST = 1e9
"""Seconds until a registration runs out. What a PBX says beyond that, some thirty years, is no time."""

_INSTANCE_NODE = re.compile(rf"-((?:{'|'.join(PREFIXES)})[0-9a-f]{{6}})>?$", re.IGNORECASE | re.ASCII)
"""How a phone's MAC address ends the UUID that it names itself by (sip 5.3). Older phones have a random one."""

_DIGITS = re.compile("[0-9]{1,100}")
_IPV6 = re.compile("[0-9A-Fa-f:.]+")
_URI_HOST = re.compile(r"sips?:(?:[^@]*@)?(\[[0-9A-Fa-f:.]+\]|[\w.-]+)", re.IGNORECASE)


class LoginRefused(PbxFailed):
    """The PBX refused the login. It is not sent again: some lock out who sends a wrong one often."""

    def __init__(self, shown: str, names: str = "username and password") -> None:
        super().__init__(f"{shown} refused the login. Correct {names} in snom_pbx.")


def patience(error: PbxFailed) -> float:
    """Seconds for which a PBX that failed so is left alone."""
    return float("inf") if isinstance(error, LoginRefused) else PATIENCE


@dataclass(frozen=True, kw_only=True)
class Registration:
    """One contact of one account, as the PBX lists it. None stands for what it does not tell."""

    account: str
    """``401``, or ``401@pbx.example`` where the PBX tells the domain."""
    contact: str
    """The SIP URI under which the phone is reached."""
    address: str | None = None
    """The IP address that the PBX sends to, without a port."""
    route: str | None = None
    """The SIP URI that the PBX really sends to, where it is another than the contact and the PBX has to be told."""
    path: str | None = None
    """The proxies before the phone (RFC 3327). Past them, its contact may be another phone's address."""
    user_agent: str = ""
    agent: UserAgent | None = None
    """What the User-Agent tells, and +sip.instance of the MAC address; None where it is not a Snom phone's."""
    expires: float | None = None
    """Seconds from now until it runs out. A phone whose contact has changed is listed twice until the old one does."""
    reachable: bool | None = None
    """Whether it answers the PBX's own probe (qualify)."""
    call_id: str | None = None
    """Of its REGISTER, by which FreeSWITCH tells contacts of one account apart."""
    endpoint: str | None = None
    """By which Asterisk let it register. It may have other contacts, too, and its account other endpoints."""


@dataclass(frozen=True, kw_only=True)
class Notify:
    """What a NOTIFY carries: the Event header, and a body where there is one."""

    event: str
    content_type: str | None = None
    body: str = ""


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """What is known of a request that left for a phone. That it was sent proves nothing (sip 0).

    What a phone wrote of it is short, and one line that steers nothing which shows it.
    """

    status: int | None = None
    """The phone's own final answer, 408 for none; None where the PBX does not tell it."""
    reason: str = ""
    user_agent: str = ""
    """That of the answer, where the way there tells it."""
    raw: bytes = field(default=b"", repr=False)
    """The answer as it came, as far as the way there hands it on. Whoever shows it sees to what it steers."""

    def __post_init__(self) -> None:
        for name in ("reason", "user_agent"):
            object.__setattr__(self, name, visible_line(getattr(self, name)[:LONGEST_SAID]))


class Pbx(Protocol):
    """One PBX, one login, one request at a time. Each verb raises a SnomError whose sentence names the remedy."""

    def registrations(self) -> tuple[Registration, ...]:
        """Who is registered. An empty list is no error."""

    def calls(self) -> Mapping[str, str]:
        """Of each account that the PBX can tell it for: ``idle`` or ``in_call``. Who is missing is unknown."""

    def notify(self, registration: Registration, message: Notify) -> Delivery:
        """Send a NOTIFY to this one contact, and never to all of its account. Raises Refused where it can't be."""

    def probe(self, registration: Registration) -> Delivery:
        """Ask this contact for an answer without an effect (OPTIONS)."""

    def close(self) -> None:
        """Log off."""


def registration_of(
    account: str,
    contact: str,
    *,
    received: str = "",
    route: str = "",
    path: str = "",
    user_agent: str = "",
    expires: Any = None,
    reachable: bool | None = None,
    call_id: str = "",
    endpoint: str = "",
    instance: str = "",
) -> Registration:
    """A registration from what a PBX lists. received is the URI or address that it really sends to, if another.

    instance is the contact's +sip.instance. It is asked for a MAC address where the User-Agent has none.
    """
    agent = read_user_agent(user_agent)
    if agent and not agent.mac and (node := _INSTANCE_NODE.search(instance)):
        agent = replace(agent, mac=node[1].upper())
    return Registration(
        account=account,
        contact=contact,
        address=host_of_uri(received) or host_of_uri(contact),
        route=route or None,
        path=path or None,
        user_agent=user_agent,
        agent=agent,
        # Of nan nothing is true, and a number may be too large for a float.
        expires=float(expires) if isinstance(expires, (int, float)) and -_LATEST < expires < _LATEST else None,
        reachable=reachable,
        call_id=call_id or None,
        endpoint=endpoint or None,
    )


def number_in(text: str) -> int | None:
    """A whole number from 0, as a PBX writes it; None for anything else, and where it has more digits than any has."""
    return int(text) if _DIGITS.fullmatch(text) else None


def sendable(value: str) -> str:
    """A value that a PBX listed, if it can be sent back to it in one line. Raises PbxFailed.

    A phone chose its contact and its Call-ID. A line break in it would be a command or a header of its own.
    """
    if not value.isprintable():
        raise PbxFailed("What the PBX lists of the phone can't be sent back: it has characters that can't be printed.")
    return value


def past_proxies(shown: str, remedy: str) -> Refused:
    """Why a phone behind proxies is not sent to straight: a phone in the PBX's own network may have that address."""
    return Refused(
        f"{shown[0].upper()}{shown[1:]} reaches this phone through a proxy (Path), and would send past it, maybe to "
        f"another phone. Nothing was sent. {remedy}"
    )


def host_of_uri(text: str) -> str | None:
    """The host of a SIP URI, or of an address with a port or without."""
    text = text.strip("<>")
    if text.count(":") > 1 and _IPV6.fullmatch(text):
        return text
    found = _URI_HOST.match(text if text.lower().startswith(("sip:", "sips:")) else f"sip:{text}")
    return found[1].strip("[]") if found else None


def newest(registrations: Iterable[Registration]) -> Registration | None:
    """Of the contacts of one phone, the one that runs out last: an old one stays listed until it does (sip 5.2)."""
    return max(registrations, key=lambda one: -1.0 if one.expires is None else one.expires, default=None)


def registered_mac(one: Registration) -> str | None:
    """The MAC address by which a phone names itself in its registration."""
    return one.agent.mac if one.agent else None


def user_of(account: str) -> str:
    """An account without its domain."""
    return account.partition("@")[0]


def account_in(uri: str) -> str:
    """The user and domain of a SIP URI."""
    return uri.partition(":")[2].partition(";")[0].partition("?")[0]


def contact_place(uri: str) -> str:
    """Host and port of a SIP URI, in brackets that no account has; empty where there is none."""
    host = account_in(uri).rpartition("@")[2].lower().removesuffix(":5060")
    return f"<{host}>" if host else ""


def shown_accounts(accounts: Iterable[str]) -> dict[str, str]:
    """How each of a PBX's accounts is shown: without its domain, unless there are some of several domains.

    Asterisk tells none, FreeSWITCH always one, and Kamailio what it was set up for.
    """
    all_of_them = set(accounts)
    several = len({one.partition("@")[2] for one in all_of_them} - {""}) > 1
    return {one: one if several else user_of(one) for one in all_of_them}


def same_account(one: str, other: str) -> bool:
    """Whether two accounts are the same, as far as they tell: one of them may lack its domain."""
    return one == other or (user_of(one) == user_of(other) and ("@" not in one or "@" not in other))
