# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What could be taught of registrations and of spellings: only what stands on a page, and what a person says of it.

A line's state is proposed where a person says which lines are registered and which are not, and where the very reader
that will use it reads just that. A spelling that stands on a page is named; it is proposed once a person repeats it.
Pure.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl, urljoin, urlsplit

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._known.taught import parse_taught
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.pages import SystemPage, read_settings
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.taught_pages import (
    HIDDEN,
    complete,
    shown_text,
    with_fields,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.vocabulary import OF_STATES

KINDS = ("reboot", "clear_lists", "settings_page")

_LARGEST = 1_000_000
_MOST_TAGS = 2000
_MOST_TRIES = 400
_FEWEST_SETTINGS = 10
_TAG = re.compile(r"<(form|/form|input|button|a)\b([^<>]{0,1000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""\b(action|name|value|href)\s{0,5}=\s{0,5}("[^"]*"|'[^']*'|[^\s"'>]+)""", re.IGNORECASE)
_BUTTONS = {"reboot": "Reboot", "REBOOT": "yes"}
_LINE = re.compile(r"((?:[^\W\d_][\w.-]{0,30} ){0,2}[^\W\d_][\w.-]{1,30}) ?[0-9]{1,2}(?![0-9])")

Lines = Mapping[int, bool]
"""Which lines are registered, by number."""


def candidates(pages: Mapping[str, str]) -> dict[str, list[str]]:
    """Spellings that stand on these pages, by what they spell, in the form that `snom_taught` takes."""
    found: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for path, page in pages.items():
        settings = read_settings(page)
        if settings is not None and len(settings.values) >= _FEWEST_SETTINGS:
            found["settings_page"].append(path.lstrip("/"))
            # What a setting holds is no button.
            continue
        for kind, text in _asked_for(path, page):
            found[kind].append(text)
    return {kind: list(dict.fromkeys(filter(lambda text: _can_be(kind, text), texts))) for kind, texts in found.items()}


def _asked_for(path: str, page: str) -> list[tuple[str, str]]:
    """What buttons and links of a page ask for."""
    found = []
    form = path
    for tag in list(_TAG.finditer(page[:_LARGEST]))[:_MOST_TAGS]:
        kind = tag[1].lower()
        given = {name.lower(): html.unescape(value.strip("\"'")) for name, value in _ATTRIBUTE.findall(tag[2])}
        if kind in ("form", "/form"):
            form = _path(path, given.get("action", "")) if kind == "form" else path
        elif kind == "a":
            found += _of_link(path, given.get("href", ""))
        elif given.get("name") in _BUTTONS and given.get("value") == _BUTTONS[given["name"]]:
            found.append(("reboot", f"{form.lstrip('/')}?{given['name']}={given['value']}"))
    return found


def _of_link(path: str, reference: str) -> list[tuple[str, str]]:
    try:
        target = urlsplit(urljoin(path, reference))
        query = parse_qsl(target.query, keep_blank_values=True, max_num_fields=20)
    except ValueError:
        return []
    if target.scheme or target.netloc:
        return []
    reboots = [("reboot", f"{target.path.lstrip('/')}?{name}={value}") for name, value in query if name in _BUTTONS]
    lists = [("clear_lists", value) for name, value in query if name in ("misseddel", "dialeddel", "receiveddel")]
    return reboots + lists


def _path(path: str, reference: str) -> str:
    try:
        target = urlsplit(urljoin(path, reference))
    except ValueError:
        return ""
    return "" if target.scheme or target.netloc else target.path


def _can_be(kind: str, text: str) -> bool:
    try:
        parse_taught([{kind: text}])
    except InputError:
        return False
    return True


def confirmed(found: Mapping[str, Sequence[str]], said: Mapping[str, str | None]) -> tuple[dict[str, str], list[str]]:
    """What a person has confirmed of what was found, and a sentence for each word that no page bears out."""
    lesson, notes = {}, []
    for kind in KINDS:
        word = said.get(kind)
        if word is None:
            continue
        if word.lstrip("/") in found[kind]:
            lesson[kind] = word.lstrip("/")
        else:
            notes.append(
                f"confirm_{kind}={word[:60]!r} stands on no page that was read, so it is not proposed. Who is sure of "
                "it writes it into snom_taught."
            )
    return lesson, notes


def unconfirmed(found: Mapping[str, Sequence[str]], lesson: Mapping[str, str]) -> list[str]:
    """A line for each spelling that stands on a page and that nobody has confirmed."""
    return [
        f"Seen on its pages, and confirmed by nobody: {kind}: {text}. If your browser shows that this is what it does, "
        f"say confirm_{kind}={text}"
        for kind in KINDS
        if kind not in lesson
        for text in list(found[kind])[:5]
    ]


def propose_registration(looks: Sequence[tuple[Mapping[str, str], Lines]]) -> dict[str, str] | None:
    """Where lines and their states stand, if each look reads just as a person says. looks are pages by path, and lines.

    Some line has to be registered, and some not, in one look or in two.
    """
    said = [state for _pages, lines in looks for state in lines.values()]
    if True not in said or False not in said:
        return None
    tries = 0
    for path in looks[0][0]:
        shown = [pages.get(path, "")[:_LARGEST] for pages, _lines in looks]
        texts = [shown_text(page).partition(HIDDEN)[0] for page in shown]
        rows = [[" ".join(row.split()) for row in with_fields(page).splitlines()] for page in shown]
        for label in _labels(texts[0]):
            parts = {True: list[str](), False: list[str]()}
            for look, (_pages, lines) in enumerate(looks):
                for number, state in lines.items():
                    parts[state].append(_part(rows[look], texts[look], label, number))
            if not all(parts[True] + parts[False]):
                continue
            for registered, unregistered in _pairs(parts[True], parts[False]):
                tries += 1
                place = {"page": path.strip("/"), "label": label}
                place |= {"registered": registered, "unregistered": unregistered}
                if tries > _MOST_TRIES:
                    return None
                if all(_reads(place, path, text, lines) for text, (_pages, lines) in zip(texts, looks, strict=True)):
                    return place
    return None


def _labels(text: str) -> list[str]:
    """Words that stand before a small number, the shortest first: the same may stand before each line."""
    found = []
    for match in list(_LINE.finditer(text))[:200]:
        words = match[1].split()
        found += [" ".join(words[start:]) for start in range(len(words) - 1, -1, -1)]
    return [label for label in sorted(dict.fromkeys(found), key=len) if 3 <= len(label) <= 60][:60]


def _part(rows: Sequence[str], text: str, label: str, number: int) -> str:
    """What stands behind a label and a number, up to the next label; in the row of these, if anything does there."""
    this = re.compile(rf"(?<!\w){re.escape(label)} ?{number}(?![0-9])", re.IGNORECASE)
    following = re.compile(rf"(?<!\w){re.escape(label)} ?[0-9]", re.IGNORECASE)
    for row in (*rows, text):
        match = this.search(row)
        if match is None:
            continue
        part = following.split(row[match.end() : match.end() + 300], maxsplit=1)[0]
        if re.search(r"\w", part):
            return part
    return ""


def _pairs(registered: Sequence[str], unregistered: Sequence[str]) -> list[tuple[str, str]]:
    """Words for a line that is registered and for one that is not, the likeliest first.

    Words that are known to tell a state, then those that end all parts, then those that begin them: in a part stands a
    name, too. Both are mostly written in the same way.
    """
    pairs = []
    for first, rank in _shared(registered):
        for second, other in _shared(unregistered):
            if first.lower() != second.lower():
                unlike = 2 * (first[:1].isupper() != second[:1].isupper())
                pairs.append((rank[0] + other[0] + unlike, rank, other, first, second))
    return [pair[-2:] for pair in sorted(pairs)]


def _shared(parts: Sequence[str]) -> list[tuple[str, tuple[int, int, int]]]:
    """Runs of words that all of these have, each with what to sort by, and the best of them."""
    split = [[word.strip(":,;()<>|") for word in part.split()] for part in parts]
    words = split[0][:20]
    runs = {}
    for start in range(len(words)):
        for end in range(start + 1, min(start + 4, len(words)) + 1):
            run = " ".join(words[start:end])
            if not 3 <= len(run) <= 60 or re.search("[0-9@]", run) or run in runs:
                continue
            if all(run.lower() in " ".join(part.lower().split()) for part in parts):
                known = all(word.lower() in OF_STATES for word in words[start:end])
                count = end - start
                at_end = all(run.lower() == " ".join(one[-count:]).lower() for one in split)
                at_begin = all(run.lower() == " ".join(one[:count]).lower() for one in split)
                tier = 0 if known else 1 if at_end else 2 if at_begin else 3
                runs[run] = (tier, -count if known else count, start)
    return sorted(runs.items(), key=lambda item: item[1])[:20]


def _reads(place: dict[str, str], path: str, text: str, lines: Lines) -> bool:
    try:
        lessons = parse_taught([{"registration": place}])
    except InputError:
        return False
    system, _taught = complete(SystemPage(), lessons, lambda asked: text if asked == path else "")
    read = {one.line: one.registered for one in system.identities or ()}
    return all(read.get(number) is state for number, state in lines.items())
