# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is known about phones' settings: the table of them, and what follows from it.

Each firmware has hundreds more; a phone's own settings page knows the rest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache

from .settings_table import ROWS

SECRET, STATE, FACT, WAY = "secret", "state", "fact", "way"
"""Kinds of settings that are no mere settings: see `settings_table`."""

_NAME = re.compile(r"[a-z][a-z0-9_]*", re.IGNORECASE)
_NUMBERED = re.compile(r"(.*[a-z_])(0|[1-9][0-9]{0,2})", re.IGNORECASE | re.DOTALL)
# Action URLs (protocol 6) and hard keys (protocol 5.1) are families of names.
_FAMILY = re.compile(r"action_[a-z0-9_]+|dkey_[a-z0-9_]+|idle_[a-z0-9]+_key_action")
# Entries of the phone book before XML (Snom's page on its tag): name, number, kind of contact and outgoing identity.
_OF_CONTACT = re.compile(r"(t[ncou])_?([0-9]{1,3})", re.IGNORECASE)
# What else belongs to an identity, of which no phone has more (protocol 1.3). Inferred from user_active and the like
# (5.1): public templates write user_srtp and dozens of others with idx, and none of their names ends with a digit.
_OF_IDENTITY = re.compile(r"user_\w+")
_IDENTITIES = range(1, 13)
# What holds a number to call, or a code to dial, by what the names say: all of the table but for switches.
_DIALED = re.compile(
    r"speed|keyboard_lock_emergency|(?:user_)?(?:area|country)_code|user_\w+_prefix|(?:dnd|fwd|redirect)_\w*o(?:n|ff)_code"
    r"|fwd_\w+_target|redirect_(?:\w+_)?number|(?:user|msw)_\w+_number|emergency_numbers?|user_mail\w+"
    r"|(?:preselection|user_tel|server_managed_fwd_\w+)_nr|pa1_nr_to_dial|callpark_park_fac|blf_directed_call_pickup"
    r"|blf_park_pick_up|user_p?name",
    re.IGNORECASE,
)
_FROM_DHCP = frozenset({"ip_adr", "netmask", "gateway", "dns_domain", "dns_server1", "dns_server2"})
# The web server's type, and everything about the network (protocol 5.1; no source lists them all).
_AT_BOOT = re.compile(r"webserver_type|dhcp|ip_adr|netmask|gateway|dns_server[12]|vlan_\w+|eth_\w+")


@dataclass(frozen=True, kw_only=True)
class KnownSetting:
    """One row of the table."""

    name: str
    plain: bool
    """Whether it is seen without a number."""
    indexed: bool
    """Whether it is seen with one."""
    first: int | None
    """The number of the first one, where a source says it."""
    kind: str
    attributes: tuple[str, ...]
    values: tuple[str, ...]
    """What it takes; nothing where that is not known."""
    default: str | None
    since: str
    seen: tuple[str, ...]
    sources: tuple[str, ...]


def _read(row: str) -> KnownSetting:
    name, number, kind, attributes, values, since, seen, sources = row.split("|")
    return KnownSetting(
        name=name,
        plain=not number.startswith("i"),
        indexed=bool(number),
        first=int(number[1:]) if number[1:] else None,
        kind=kind,
        attributes=tuple(attributes.split()),
        values=tuple(value.rstrip("*") for value in values.split()),
        default=next((value[:-1] for value in values.split() if value.endswith("*")), None),
        since=since,
        seen=tuple(seen.split()),
        sources=tuple(sources.split()),
    )


KNOWN: Mapping[str, KnownSetting] = {setting.name: setting for setting in map(_read, ROWS.splitlines())}
"""The table, by name."""

_ACTIONS = [name for name in KNOWN if name.startswith("action_")]
_SLIP = 0.92
"""From this likeness on to a known action URL, a name is a slip of the pen and no other one of the family."""

_LOWERED = {name.lower(): setting for name, setting in KNOWN.items()}
_ON_OFF, _TRUE_FALSE = frozenset({"on", "off"}), frozenset({"true", "false"})
_SAME = {"true": "on", "false": "off"}


def is_setting_name(text: str) -> bool:
    """Whether a setting could be called so."""
    return bool(_NAME.fullmatch(text))


def known_setting(name: str) -> KnownSetting | None:
    """What the table has of a setting, numbered or not; None for a name that it does not have."""
    return KNOWN.get(split_name(name)[0])


# A fleet asks for the same names with each phone.
@lru_cache(4096)
def is_known(name: str) -> bool:
    """Whether a public source mentions the setting, numbered or not."""
    if known_setting(name) is not None or _OF_CONTACT.fullmatch(name):
        return True
    return bool(_FAMILY.fullmatch(name)) and not _is_slip(name)


def _is_slip(name: str) -> bool:
    """Whether the name of a family is meant for one that is known: some of them end in url, and others don't."""
    other_end = name.removesuffix("_url") if name.endswith("_url") else f"{name}_url"
    return other_end in KNOWN or bool(get_close_matches(name, _ACTIONS, n=1, cutoff=_SLIP))


def of_contact(name: str) -> tuple[str, int] | None:
    """What of an entry of the phone book a setting is, and its place, as firmware up to 6 has it: ``("tn", 5)``."""
    match = _OF_CONTACT.fullmatch(name)
    return (match[1].lower(), int(match[2])) if match else None


def nearest_name(name: str) -> str | None:
    """The known name that is most like one that is not known; None where there is none like it."""
    base = name.rstrip("0123456789") or name
    spelled = {known.lower(): known for known in KNOWN}
    near = get_close_matches(name.lower(), spelled, n=1, cutoff=0.75) or get_close_matches(
        base.lower(), spelled, n=1, cutoff=0.75
    )
    return spelled[near[0]] if near else None


def kind_of(name: str) -> str:
    """The kind of a setting, numbered or not; nothing for a mere setting and for one that is not known.

    Nobody knows whether capitals make another name to a phone, so what would do harm is told with them, too.
    """
    known = _in_any_case(name)
    return known.kind if known else STATE if of_contact(name) else ""


def _in_any_case(name: str) -> KnownSetting | None:
    return known_setting(name) or _LOWERED.get(split_name(name.lower())[0])


@lru_cache(4096)
def switch_words(name: str) -> frozenset[str]:
    """The words of a switch, numbered or not: on and off or, with TR-369, true and false. None of what is no switch."""
    known = _in_any_case(name)
    words = frozenset(known.values if known else ())
    return words if words in (_ON_OFF, _TRUE_FALSE) else frozenset()


def is_other_word(name: str, value: str) -> bool:
    """Whether a switch has a word of other switches: true where it is on or off, and the other way round.

    Phones have both: a 720 shows hide_identity as false, and a public template gives it as true, where all others have
    on and off. So such a word stays as it is.
    """
    words = switch_words(name)
    return bool(words) and value.strip().lower() in (_ON_OFF | _TRUE_FALSE) - words


def is_same_word(name: str, one: str, other: str) -> bool:
    """Whether two values say the same: on and off in any case and, of a switch, true and false for these."""
    one, other = one.lower(), other.lower()
    if switch_words(name):
        one, other = _SAME.get(one, one), _SAME.get(other, other)
    return one == other and one in _ON_OFF


@lru_cache(4096)
def is_dialed(name: str) -> bool:
    """Whether the setting, numbered or not, holds what is dialed, SIP users too: zeros in front matter there."""
    contact = of_contact(name)
    return contact[0] == "tu" if contact else bool(_DIALED.fullmatch(split_name(name)[0]))


def needs_reboot(name: str) -> bool:
    """Whether a change of the setting is known to take effect at the next boot only."""
    return bool(_AT_BOOT.fullmatch(name))


def comes_from_dhcp(name: str, settings: Mapping[str, str]) -> bool:
    """Whether the setting, one of these of a phone, tells what DHCP gave.

    That a phone shows in its settings what it got from DHCP is inferred.
    """
    return name in _FROM_DHCP and settings.get("dhcp", "on") == "on"


def needs_number(name: str) -> bool:
    """Whether the setting is seen with a number only."""
    known = KNOWN.get(name)
    return known is not None and not known.plain


def first_index(name: str) -> int | None:
    """The number of the first of an indexed setting; None where no source says it."""
    known = KNOWN.get(name)
    return known.first if known else None


@lru_cache(4096)
def split_name(name: str) -> tuple[str, int | None]:
    """Split a name as HTTP spells it into name and number, as XML does (protocol 5.1): ``user_name1``, ``fkey0``.

    Only names that are indexed are split: ``dns_server1`` and ``gui_fkey1`` are names of their own.
    """
    match = None if name in KNOWN else _NUMBERED.fullmatch(name)
    if match is None:
        return name, None
    base, index = match[1], int(match[2])
    known = KNOWN.get(base)
    of_identity = bool(_OF_IDENTITY.fullmatch(base))
    indexed = (known.indexed if known else of_identity) and (index in _IDENTITIES or not of_identity)
    return (base, index) if indexed else (name, None)
