# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a user could teach, found where the person's word stands on a page. Each proposal was tried on these pages."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._known.taught import parse_taught
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.pages import SystemPage
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.taught_pages import (
    complete,
    labels_above,
    scripts,
    shown_text,
    taught_call,
    with_fields,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.vocabulary import LABELS

_FIELDS = {"version": "firmware", "mac": "mac", "model": "model"}
_LONGEST_LABEL = 60
_NUMBERED = re.compile("[^0-9]*[0-9]{1,2}[^0-9]?")
_MOST_LINES, _MOST_WORDS, _MOST_TEXTS = 50, 10, 500


def propose_labels(pages: Mapping[str, str], known: Mapping[str, str]) -> dict[str, Any]:
    """Labels for the facts in known, by the keys ``version``, ``mac``, ``model``. pages are HTML by path.

    A page that shows the value twice behind different labels gives the first that reads it.
    """
    found: dict[str, Any] = {}
    for name, value in known.items():
        for path, page in pages.items():
            place = _place(name, value, path, page)
            if place is not None:
                found[name] = place
                break
    return found


def _place(name: str, value: str, path: str, page: str) -> dict[str, str] | None:
    form = re.compile(_pattern(name, value), re.IGNORECASE)
    text = f"{with_fields(page)}\n{scripts(page)}\n{labels_above(page)}"
    lines = [" ".join(line.split()) for line in text.splitlines()]
    before = ""
    for line in lines:
        match = form.search(line)
        if match:
            for label in (*_labels(line[: match.start()]), *_labels(before)):
                place = {"page": path.strip("/"), "label": label}
                if _reads(name, value, place, {path: page}):
                    return place
        before = line or before
    return None


def without_label(pages: Mapping[str, str], known: Mapping[str, str], found: Mapping[str, Any]) -> list[str]:
    """A sentence for each fact in known that found has no place for: whether a page shows it."""
    sentences = []
    for name, value in known.items():
        if name in found:
            continue
        form = re.compile(_pattern(name, value), re.IGNORECASE)
        shown = [
            path.strip("/") for path, page in pages.items() if form.search(f"{with_fields(page)}\n{scripts(page)}")
        ]
        why = (
            f"it stands on {shown[0]}, but no words of its own stand right before or above it"
            if shown
            else "no page shows it"
        )
        sentences.append(f"{name}: {why}, so it can't be taught.")
    return sentences


def _pattern(name: str, value: str) -> str:
    if name == "mac":
        return "[:. -]?".join(value[i : i + 2] for i in range(0, 12, 2))
    if name == "model":
        return rf"(?<![0-9a-z])(?:snom ?)?{re.escape(value)}(?![0-9a-z])"
    return rf"(?<![0-9.])(?:snom ?[a-z0-9]{{2,5}}-sip )?v?{re.escape(value)}(?![0-9.]*[0-9a-z])"


def _labels(text: str) -> list[str]:
    """What may be the label of the value behind a text.

    What has digits is mostly a value itself, of something else, and another one soon; a number of a line is none.
    """
    words = text.split()
    behind = max((number for number, word in enumerate(words, 1) if re.search("[0-9]", word)), default=0)
    labels = [_label(" ".join(words[behind:]))]
    if all(_NUMBERED.fullmatch(word) for word in words if re.search("[0-9]", word)):
        labels.append(_label(text))
    return list(dict.fromkeys(filter(None, labels)))


def _label(text: str) -> str:
    """The last words before a value, without what separates them from it."""
    words = text.strip().rstrip(":=|- ")
    while len(words) > _LONGEST_LABEL and " " in words:
        words = words.partition(" ")[2]
    return words if 3 <= len(words) <= _LONGEST_LABEL else ""


def _reads(name: str, value: str, place: Mapping[str, str], pages: Mapping[str, str]) -> bool:
    """Whether a lesson with this place reads exactly this value."""
    try:
        lessons = parse_taught([{name: dict(place)}])
    except InputError:
        return False
    system, _taught = complete(SystemPage(), lessons, lambda path: shown_text(pages.get(path, "")))
    return str(getattr(system, _FIELDS[name])) == value


def propose_call_texts(idle: Sequence[Mapping[str, str]], busy: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """Texts that pages show whenever the phone is in a call, and never else, and the other way round.

    Both are lists of pages by path, one for each look.
    """
    found: dict[str, Any] = {}
    for name, these, others in (("busy", busy, idle), ("idle", idle, busy)):
        for path in these[0] if these else ():
            lines = _lines_of(these[0], path)
            for pages in these[1:]:
                lines = [line for line in lines if line in _lines_of(pages, path)]
            elsewhere = {line for pages in others for line in _lines_of(pages, path)}
            texts = [line for line in lines if line not in elsewhere]
            texts = [line for line in texts if len(line) >= 3 and (name == "busy" or len(line) <= _LONGEST_LABEL)]
            for text in _busy_first(texts) if name == "busy" else texts:
                # What has digits is a time or a number, and other ones come.
                if re.search("[0-9@]", text):
                    continue
                if _tells(name, {"page": path.strip("/"), "text": text}, these, others):
                    found[name] = {"page": path.strip("/"), "text": text}
                    break
            if name in found:
                break
    return found


def _busy_first(lines: Sequence[str]) -> list[str]:
    """Texts of these lines, the ones first that can't hold the name of whom the person talked to.

    The longest run of words that are known labels; where there is none, the shortest run of any, for a name mostly
    stands beside a word that says what it does. A text for a call may be found too often: then a phone is left alone.
    One for an idle phone must not, so that is always a whole line.
    """
    runs = []
    for line in lines[:_MOST_LINES]:
        words = line.split()[:_MOST_WORDS]
        for start in range(len(words)):
            for end in range(start + 1, len(words) + 1):
                known = all(word.strip(".,:;()").lower() in LABELS for word in words[start:end])
                runs.append((not known, start - end if known else end - start, start, " ".join(words[start:end])))
    runs.sort(key=lambda run: run[:3])
    return list(dict.fromkeys(text for *_order, text in runs if 3 <= len(text) <= _LONGEST_LABEL))[:_MOST_TEXTS]


def _lines_of(pages: Mapping[str, str], path: str) -> list[str]:
    return [" ".join(line.split()) for line in with_fields(pages.get(path, "")).splitlines() if line.strip()]


def _tells(
    name: str, place: dict[str, str], these: Sequence[Mapping[str, str]], others: Sequence[Mapping[str, str]]
) -> bool:
    try:
        lessons = parse_taught([{name: place}])
    except InputError:
        return False

    def seen(pages: Mapping[str, str]) -> bool:
        return taught_call(lessons, SystemPage(), lambda path: shown_text(pages.get(path, "")))[1] is not None

    return all(map(seen, these)) and not any(map(seen, others))
