# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keys of a phone as its remote control takes them: names, times, and which phone has which (protocol 1.1 to 1.3)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from .._core.errors import InputError, Refused
from .dialect import dialect_of
from .key_event import KeyEvent
from .models import Model
from .version import Version

LONGEST_TIME = 60_000
"""Milliseconds that a key may be held, or be waited for."""

_DIGITS = "0123456789*#"
# As the vendor's page spells them for browsers (protocol 1.1).
_ENCODED = {"%23": "#", "%2A": "*"}
# Of the first models alone (protocol 1.2).
_FIRST_KEYS = ("CLEAR", "FUNCTION", "RECALL")
# Keys of the vendor's page, of its older and newer editions, and of Snom's own demonstration page (protocol 1.2).
_NAMED = {
    *("CANCEL", "ENTER", "OFFHOOK", "ONHOOK", "RIGHT", "LEFT", "UP", "DOWN", "VOLUME_UP", "VOLUME_DOWN"),
    *("MENU", "MUTE", "REDIAL", "DND", "REC", "SPEAKER", "HEADSET", "TRANSFER", "F_HOLD", "F_R", "DISCONNECT"),
    "F_ADR_BOOK",
    *_FIRST_KEYS,
}
# Those that documents press besides (xml 3).
_SOFT_KEYS = {"F_CANCEL", "F_CONFERENCE", "F_DND", "F_MUTE", "F_OK", "F_TRANSFER"}
_NUMBERED = re.compile(r"(?:(F)([1-4])|(P)([1-9][0-9]?)|(EK)(0|[1-9][0-9]{0,2}))")


def parse_keys(value: object, *, by_web: bool = True) -> list[KeyEvent]:
    """Read keys as users write them.

    Either a text in the phone's own grammar, ``KEY[,press[,pause]];…``, in which a run of digits such as ``0049`` is
    one key for each; or a list of such texts, single digits, and mappings with ``key``, ``press`` and ``pause`` (ms).
    Names are taken in any case. By SIP some soft keys have names, too. Raises InputError.
    """
    if isinstance(value, str):
        events = list(_from_text(value, by_web))
    elif isinstance(value, list):
        events = [event for item in value for event in _from_item(item, by_web)]
    elif isinstance(value, int):
        raise InputError("keys is a number, in which zeros in front are lost. Put the digits in quotes.")
    else:
        raise InputError("keys must be a text or a list.")
    if not events:
        raise InputError("keys is empty. Name at least one key.")
    return events


def _from_text(text: str, by_web: bool) -> Iterator[KeyEvent]:
    for piece in filter(str.strip, text.split(";")):
        key, *times = (part.strip() for part in piece.split(",", 3))
        if not key or len(times) > 2 or any(len(part.split()) > 1 for part in (key, *times)):
            raise InputError(f"keys: {piece.strip()!r} is not of the form KEY[,press[,pause]].")
        press, pause = (*times, "", "")[:2]
        yield from _events(key, press or None, pause or None, by_web)


def _from_item(item: object, by_web: bool) -> Iterator[KeyEvent]:
    if isinstance(item, str) and item.strip():
        yield from _from_text(item, by_web)
    elif isinstance(item, int) and not isinstance(item, bool) and 0 <= item <= 9:
        yield KeyEvent(str(item))
    elif isinstance(item, dict) and "key" in item and item.keys() <= {"key", "press", "pause"}:
        if isinstance(item["key"], (int, float)) and item["key"] not in range(10):
            raise InputError("keys: a key is a number, in which zeros in front are lost. Put its digits in quotes.")
        yield from _events(str(item["key"]), item.get("press"), item.get("pause"), by_web)
    else:
        raise InputError(
            f"keys: {item!r} is no key. Give a name, digits in quotes, or a mapping of key, press and pause."
        )


def _events(key: str, press: object, pause: object, by_web: bool) -> Iterator[KeyEvent]:
    name = key.strip().upper()
    for spelling, sign in _ENCODED.items():
        name = name.replace(spelling, sign)
    times = (_time("press", press), _time("pause", pause))
    if name and set(name) <= set(_DIGITS):
        yield from (KeyEvent(digit, *times) for digit in name)
    elif name in _NAMED or _NUMBERED.fullmatch(name) or (name in _SOFT_KEYS and not by_web):
        yield KeyEvent(name, *times)
    else:
        hint = ""
        if name.startswith("F_") or name == "CONFERENCE":
            hint = (
                " Names of soft keys are not taken over HTTP: program a function key with "
                f"'keyevent {name}', and press that."
                if by_web
                else f" By SIP there are {', '.join(sorted(_SOFT_KEYS))}."
            )
        raise InputError(f"keys: {key!r} is no key of a Snom phone.{hint}")


def _time(name: str, value: object) -> int | None:
    if value is None:
        return None
    try:
        time = -1 if isinstance(value, bool) else int(str(value))
    except ValueError:
        time = -1
    if not 0 <= time <= LONGEST_TIME:
        raise InputError(f"keys: {name} is {value!r}. Give milliseconds from 0 to {LONGEST_TIME}.")
    return time


def fit_keys(
    events: Sequence[KeyEvent], model: Model | None, firmware: Version | None
) -> tuple[list[KeyEvent], list[str]]:
    """The keys as a phone names them, and warnings about those that nobody has documented for it.

    None means that model or firmware are not known, and forbids nothing. Where sources give different numbers of keys,
    only what is above the largest is refused. Raises Refused for a key that the model does not have.
    """
    dialect = dialect_of(firmware)
    warnings: dict[str, None] = {}
    fitted = []
    for event in events:
        if model is not None:
            if reason := _missing(event.key, model):
                raise Refused(reason)
            if warning := _undocumented(event.key, model):
                warnings[warning] = None
        event = replace(event, key=dialect.spelled(event.key))
        if warning := dialect.outdated_keys.get(event.key):
            warnings[warning] = None
        fitted.append(event)
    return fitted, list(warnings)


def _missing(key: str, model: Model) -> str | None:
    """Why a model does not have a key (protocol 1.2, 1.3), or None."""
    match = _NUMBERED.fullmatch(key)
    if match is None:
        if key in _FIRST_KEYS and key not in model.keys.extra:
            return f"The {model.name} has no key {key}: only the snom 1xx and 2xx have it."
        return None
    kind, digits = filter(None, match.groups())
    if kind == "EK":
        if model.expansion_modules == 0:
            return f"The {model.name} takes no expansion module, so it has no key {key}."
        first, last = 0, model.keys.expansion - 1
    else:
        first, last = 1, model.soft_keys if kind == "F" else model.function_keys
    if first <= int(digits) <= last:
        return None
    if last < first:
        return f"The {model.name} has no keys {kind}1 and up."
    return f"The {model.name} has no key {key}: they go from {kind}{first} to {kind}{last}."


def _undocumented(key: str, model: Model) -> str | None:
    """What nobody has said about a key of a model (protocol 1.2)."""
    if key.startswith("EK") and "EK" in model.keys.undocumented:
        return f"Nobody has documented {key} for the {model.name}: Snom names expansion keys for the 3xx only."
    if key == "MUTE" and key in model.keys.undocumented:
        return f"Nobody has documented MUTE for the {model.name}: Snom names it for the D-series only."
    if key in model.keys.undocumented:
        return f"Nobody has documented {key} for the {model.name}."
    return None


def chain_keys(
    events: Sequence[KeyEvent], fits: Callable[[tuple[KeyEvent, ...]], bool]
) -> Iterator[tuple[KeyEvent, ...]]:
    """The keys in as few chains as possible (protocol 1.1 shows one), each of which fits into a request."""
    chain: tuple[KeyEvent, ...] = ()
    for event in events:
        if chain and not fits((*chain, event)):
            yield chain
            chain = ()
        chain = (*chain, event)
    yield chain
