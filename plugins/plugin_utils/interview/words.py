# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which words and numbers of a text stay: by `vocabulary`, by what the user named, and by what stands around them."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable
from urllib.parse import unquote_to_bytes

from ansible_collections.telephony.snom.plugins.module_utils._known.models import find_model
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.stand_ins import StandIns
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.vocabulary import IN_HEADERS, IN_TAGS, MARKUP

# Signs that are encoded and that part words, as they would as they are.
_PARTS = r"&(?:nbsp|amp|lt|gt|quot|apos|middot);|%(?:[01][0-9A-Fa-f]|2[0-9A-Fa-f]|3[A-Fa-f]|40|5[B-Fb-f]|60|7[B-Fb-f])"
_UNIT = r"[A-Za-z0-9\x80-\xff]|%[0-9A-Fa-f]{2}|&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
_WORD = re.compile(rf"(?P<part>{_PARTS})|(?:(?!{_PARTS})(?:{_UNIT}))+")

# A serial number in pairs of digits, with letters somewhere: no part of it is too long to stay by itself.
_JOINED = re.compile(
    r"(?<![0-9A-Za-z])[0-9A-Za-z]{1,12}(?:(?:[-/_.]|%2[DdFf]|%5[Ff])[0-9A-Za-z]{1,12}){1,8}(?![0-9A-Za-z])"
)
_SPACED = re.compile(r"(?<![0-9A-Za-z])[A-Z]{1,4}[0-9]{0,2}(?:(?: |&nbsp;|%20|\+)[0-9]{2}){2,6}(?!:?[0-9A-Za-z])")
_PAIR = re.compile(r"(?<![0-9A-Za-z])[A-Za-z]{0,4}[0-9]{2}[A-Za-z]{0,4}(?![0-9A-Za-z])")
_SEPARATED = re.compile("%2[DdFf]|%5[Ff]|%20|&nbsp;|_")
_JOINS = frozenset("-/_. +&%;0DdFf")
"""Signs beside a number that may join it to others, or end what does."""

_AROUND = 60
_MODEL_LABEL = re.compile(r"(?:hardware|model|product|snom)[\s:=>-]{0,6}$", re.IGNORECASE)
_SHORT_NUMBERED = re.compile(r"([a-z]+)([0-9]{1,2})", re.IGNORECASE)


class Words:
    """Replaces words and numbers in one profile."""

    def __init__(self, stand_ins: StandIns, words: Iterable[str], hidden: Iterable[str], model: str | None) -> None:
        """words stay beside the known ones, and hidden ones go although they are known."""
        self._stand_ins = stand_ins
        self._kept = {part.lower() for word in words for part in re.findall(r"[^\W\d_]+", word)}
        self.hidden = {part.lower() for word in hidden for part in re.findall(r"[^\W\d_]+", word)}
        self.beside: Counter[str] = Counter()
        """Known words that stayed right beside one that went, both with a capital: they may be names. By how often."""
        self._model = model

    def plain(self, text: str, words: frozenset[str] | None) -> str:
        """Text in which these words stay; None for no word and no number at all."""
        pieces, at, last = list[str](), 0, None
        for match in _WORD.finditer(text):
            new = self._word(match, text, words)
            if last is not None and words is not IN_TAGS and words is not IN_HEADERS:
                self._note_pair(last, (match[0], new), text[at : match.start()])
            pieces += [text[at : match.start()], new]
            at, last = match.end(), (match[0], new)
        return "".join([*pieces, text[at:]])

    def _note_pair(self, first: tuple[str, str], second: tuple[str, str], between: str) -> None:
        if between not in (" ", ", ", "+") or not (first[0][:1].isupper() and second[0][:1].isupper()):
            return
        stayed = [old for old, new in (first, second) if old == new]
        if len(stayed) == 1:
            self.beside[stayed[0]] += 1

    def _word(self, match: re.Match[str], text: str, words: frozenset[str] | None) -> str:
        word = match[0]
        if match["part"]:
            return word
        said = _decoded(word)
        if not any(sign.isalnum() for sign in said):
            return word
        if said.isdecimal() and said.isascii():
            if len(said) <= 2 and words is not None and not _is_of_serial(match, text):
                return word
            before = text[max(0, match.start() - 24) : match.start()]
            is_model = said == (self._model or "").lstrip("D") and _MODEL_LABEL.search(before)
            if is_model and words is not None:
                return word
            return self._stand_ins.number(word if word == said else "1" * len(word), said)
        if words is not None:
            known = words | self._kept if self._kept else words
            numbered = _SHORT_NUMBERED.fullmatch(said)
            stays = words is IN_HEADERS or (words is IN_TAGS and said.lower() in MARKUP)
            if said.lower() in self.hidden and not stays:
                return self._stand_ins.word(said.lower(), word)
            if said.lower() in known or self._is_model(said) or (numbered and numbered[1].lower() in known):
                return word
        return self._stand_ins.word(said.lower(), word)

    def _is_model(self, word: str) -> bool:
        bare = re.sub("^snom", "", word, flags=re.IGNORECASE)
        return bool(re.fullmatch("[A-Z]?[0-9]{2,3}[A-Z]?|MP|PA1", bare)) and find_model(bare) is not None


def _is_of_serial(match: re.Match[str], text: str) -> bool:
    """Whether a number of few digits is one of several such in a row that has letters, too."""
    if not {text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]} & _JOINS:
        return False
    begin = max(0, match.start() - _AROUND)
    for row in (_JOINED, _SPACED):
        for run in row.finditer(text, begin, match.end() + _AROUND):
            if run.start() <= match.start() < run.end():
                return len(_PAIR.findall(_SEPARATED.sub(" ", run[0]))) > 1 and re.search("[A-Za-z]", run[0]) is not None
    return False


def _decoded(word: str) -> str:
    raw = unquote_to_bytes(word.encode("latin-1")) if "%" in word else word.encode("latin-1")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    return html.unescape(text) if "&" in text else text
