# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Readers that go by what a user taught, for what the built-in ones can't read.

A label is looked for as it is, whatever the case and the blanks in it; its value must follow at once, or stand below it
in a table where nothing follows, and have the form of a version, a MAC address or a model. Two values that differ are
none.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ..._known.mac import normalize_mac
from ..._known.models import find_model
from ..._known.taught import Lesson, Place
from ..._known.version import Version
from ..call_reading import IDLE, IN_CALL, UNKNOWN
from ..facts import Identity
from .pages import VERSION, SystemPage, lower_text, only, visible_text

_MOST_FINDS = 500
_GAP = "[ :=|-]{0,10}"
_VALUES = {
    "version": re.compile(f"{_GAP}(?:snom ?[a-z0-9]{{2,5}}-sip )?v?{VERSION}"),
    "mac": re.compile(_GAP + "([0-9a-f]{12}|[0-9a-f]{2}(?:[:. -][0-9a-f]{2}){5})(?![0-9a-z])"),
    "model": re.compile(f"{_GAP}((?:snom ?)?[a-z0-9]{{2,5}})(?![0-9a-z])"),
}
_FIELDS = {"version": "firmware", "mac": "mac", "model": "model", "registration": "identities"}
_STATES = {"busy": IN_CALL, "idle": IDLE}
HIDDEN = "\0"
_INPUT = re.compile("<input\\b([^<>]{0,1000})>", re.IGNORECASE)
_UNREAD = re.compile("type ?= ?[\"']?(?:hidden|password|submit|button|reset|checkbox|radio|image|file)", re.IGNORECASE)
_VALUE = re.compile("""(?<![\\w-])value ?= ?("[^"]*"|'[^']*')""", re.IGNORECASE)
# Styles may part what touches: a label and its value in two spans.
_TOUCHING = re.compile("(</(?:a|b|em|font|i|span|strong|tt|u)>)(?=<[a-z])", re.IGNORECASE)
_SCRIPT = re.compile("</?script\\b[^<>]{0,1000}>", re.IGNORECASE)
_TABLE = re.compile("</?table\\b[^<>]{0,1000}>", re.IGNORECASE)
_ROW = re.compile("<tr\\b[^<>]{0,1000}>", re.IGNORECASE)
_CELL = re.compile("<t[dh]\\b[^<>]{0,1000}>", re.IGNORECASE)
_MOST_CELLS = 2000
_SIGNS = re.compile("[\"'{}()\\[\\],;]")
_LINE = re.compile(" ?([0-9]{1,2})(?![0-9])")

Pages = Callable[[str], str]
"""What the page of a path shows, see `shown_text`. Nothing where the phone has none."""


def shown_text(page: str) -> str:
    """What a page shows, with one blank between two words, and behind the last if it ends with one.

    Behind HIDDEN are its scripts, and behind that once more what stands below labels in tables. Scripts hold what they
    show, but also what they could show: only for values is the text behind HIDDEN looked at.
    """
    text = with_fields(page).replace(HIDDEN, " ")
    hidden, below = (" ".join(one.split()) for one in (scripts(page), labels_above(page)))
    end = " " if text[-1:].isspace() else ""
    # A value at the end of a page that was cut off may be the beginning of another one.
    below += " " if page.rstrip().endswith(">") else ""
    behind = f"{HIDDEN}{hidden}{HIDDEN}{below}" if below.strip() else HIDDEN + hidden if hidden else ""
    return " ".join(text.split()) + end + behind


def with_fields(page: str) -> str:
    """The visible text, with what its fields hold: those that a person can read."""
    apart = _TOUCHING.sub(r"\1 ", page)
    return visible_text(_INPUT.sub(lambda tag: tag[0] + (" " if _UNREAD.search(tag[1]) else _held(tag[1])), apart))


def _held(attributes: str) -> str:
    value = _VALUE.search(attributes)
    return f" {value[1][1:-1]} " if value else " "


def scripts(page: str) -> str:
    """What stands in the scripts of a page, without quotes and brackets."""
    return _SIGNS.sub(" ", "\n".join(_SCRIPT.split(page)[1::2])).replace(HIDDEN, " ")


def labels_above(page: str) -> str:
    """What stands in the first row of each table, with what is below it: a label and its value in a line."""
    lines: list[str] = []
    cells = 0
    for table in _TABLE.split("".join(_SCRIPT.split(page)[::2]).replace(HIDDEN, " ")):
        first: list[str] = []
        for row in _ROW.split(table)[1:]:
            texts = [" ".join(with_fields(cell).split()) for cell in _CELL.split(row, _MOST_CELLS)[1:]]
            cells += len(texts)
            if cells > _MOST_CELLS:
                return "\n".join(lines)
            if first and len(texts) == len(first) > 1:
                lines += [f"{label} {value}" for label, value in zip(first, texts, strict=True) if label and value]
            first = first or texts
    return "\n".join(lines)


def complete(system: SystemPage, lessons: tuple[Lesson, ...], pages: Pages) -> tuple[SystemPage, tuple[str, ...]]:
    """Add to what info.htm told what lessons find, and name what that is. What info.htm told stays."""
    found: dict[str, set[Any]] = {}
    for lesson in lessons:
        read = {_FIELDS[name]: _read(name, lesson.places[name], pages) for name in _VALUES if name in lesson.places}
        if not lesson.fits(system.model or read.get("model"), system.firmware or read.get("firmware")):
            continue
        if "registration" in lesson.places:
            read["identities"] = _identities(lesson.places["registration"], pages)
        for name, value in read.items():
            found.setdefault(name, set()).update({value} - {None})
    news = {name: only(values) for name, values in found.items() if getattr(system, name) is None}
    news = {name: value for name, value in news.items() if value is not None}
    return replace(system, **news), tuple(name for name, field in _FIELDS.items() if field in news)


def taught_call(lessons: tuple[Lesson, ...], system: SystemPage, pages: Pages) -> tuple[str, str | None]:
    """The call state by the texts for it, and the page that shows it. Texts for both of them are none."""
    seen: dict[str, str] = {}
    for lesson in lessons:
        places = [(state, lesson.places[name]) for name, state in _STATES.items() if name in lesson.places]
        if not lesson.fits(system.model, system.firmware):
            continue
        for state, place in places:
            words, *others = (lower_text(one.words[0]) for one in (place, *(other for _unused, other in places)))
            text = lower_text(pages(place.path).partition(HIDDEN)[0])
            # "No active call" is no "active call".
            for other in others:
                text = text.replace(other, " ") if words != other and words in other else text
            if _ends(text, words):
                seen[state] = place.path.strip("/")
    state = only(set(seen)) or UNKNOWN
    return state, seen.get(state)


def _read(name: str, place: Place, pages: Pages) -> Any:
    parts = lower_text(pages(place.path)).split(HIDDEN)
    # What follows a label is its value, whatever stands below.
    for text in (HIDDEN.join(parts[:2]), *parts[2:]):
        matches = (_VALUES[name].match(text, end) for end in _ends(text, lower_text(place.words[0])))
        values = {match[1] for match in matches if match}
        value = _value(name, only(values))
        if value is not None or len(values) > 1:
            return value
    return None


def _value(name: str, text: str | None) -> Any:
    if text is None:
        return None
    if name == "model":
        model = find_model(text)
        return model.name if model else None
    return Version.parse(text) if name == "version" else normalize_mac(text.replace(" ", ":"))


def _identities(place: Place, pages: Pages) -> tuple[Identity, ...] | None:
    """Lines such as ``Account 1: 100@pbx.example online``, by the label ``Account`` and the text ``online``."""
    text = pages(place.path).partition(HIDDEN)[0]
    low = lower_text(text)
    label, *states = (lower_text(word) for word in place.words)
    ends = _ends(low, label)
    if not ends:
        return None
    found: dict[int, Identity] = {}
    for end, following in zip(ends, [*ends[1:], len(low) + len(label)], strict=True):
        match = _LINE.match(low, end)
        if match is None:
            continue
        # Up to the next one: the label "Line" is not that of "online".
        part = text[match.end() : min(match.end() + 300, following - len(label))]
        rest = lower_text(part)
        longer, shorter = sorted(states, key=len, reverse=True)
        has = {longer: longer in rest, shorter: shorter in rest.replace(longer, " ")}
        registered = has[states[0]] if has[states[0]] != has[states[1]] else None
        users = [word.strip(":,;<>()") for word in part.split() if "@" in word]
        found.setdefault(int(match[1]), Identity(int(match[1]), users[0] if users else None, registered))
    return tuple(found.values()) or None


def _ends(text: str, words: str) -> list[int]:
    """Where words end in a text in which they stand alone. So many that no label is are none."""
    ends: list[int] = []
    end = 0
    while (start := text.find(words, end)) >= 0:
        end = start + len(words)
        if not text[max(0, start - 1) : start].isalnum() and not text[end : end + 1].isalpha():
            ends.append(end)
            if len(ends) > _MOST_FINDS:
                return []
    return ends
