# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a reader of others' words is to the tests: how bytes become its arguments, and what it may do with them.

Three things hold for each, whatever comes in:

- It ends, with what goes on to users or with an error of its kinds, never with another one.
- What goes on to users is plain, is JSON to everybody and UTF-8, steers no terminal once it was through the one exit of
  results, and is not much more than what came in.
- An error is a sentence, not a copy of what came in.

What else a reader promises, that a name is fit for a file for example, its function asserts itself.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError, Refused, SnomError
from ansible_collections.telephony.snom.plugins.module_utils._core.plain import to_plain
from ansible_collections.telephony.snom.plugins.module_utils._core.visible import visible_line, visible_result

LONGEST_REASON = 2000
"""Characters of an error. People read it."""

_GROWTH, _AT_LEAST = 200, 100_000
"""Bytes of a result for each byte that came in, and what it may have in any case."""

_TURNS = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")


@dataclass(frozen=True, kw_only=True)
class Reader:
    """One reader. Its name is what it reads."""

    name: str
    read: Callable[[bytes], object]
    """Takes what came from outside; returns what goes on to users, and asserts what else is promised of it."""
    seeds: tuple[bytes, ...]
    """What it reads well, and what it was caught with once."""
    errors: tuple[type[SnomError], ...] = ()
    """What it may raise."""
    exposed: bool = False
    """Whether strangers write it: what `tests/fuzz` is run on for longest."""

    def check(self, data: bytes) -> object:
        """Read, and see to it that all of the above holds."""
        try:
            found = self.read(data)
        except SnomError as error:
            if not isinstance(error, self.errors):
                raise
            check_reason(error, len(data))
            return error
        check_shown(found, len(data))
        return found


def check_reason(error: SnomError, size: int) -> None:
    """What people are told. An option that is wrong may be repeated as Python writes it, so that one finds it."""
    longest = LONGEST_REASON + (12 * size if isinstance(error, (InputError, Refused)) else 0)
    assert len(error.reason) <= longest, f"{len(error.reason)} characters: {error.reason[:200]!r}"
    visible_line(error.reason).encode()


def check_shown(result: object, size: int) -> None:
    """What Ansible gets. size is that of what came in, in bytes."""
    shown = visible_result(to_plain(result))
    text = json.dumps(shown, ensure_ascii=False, allow_nan=False)
    found = "".join(texts(shown))
    steering = [
        one
        # That is fast, and most are.
        for one in ("" if found.isprintable() else found)
        if (unicodedata.category(one) in ("Cc", "Cs", "Zl", "Zp") and one not in "\n\t")
        or unicodedata.bidirectional(one) in _TURNS
    ]
    assert steering == []
    assert len(text.encode()) <= max(_AT_LEAST, _GROWTH * size), f"{len(text)} characters of {size} bytes"


def texts(value: Any) -> list[str]:
    """All texts and keys in a plain value."""
    if isinstance(value, dict):
        return [text for pair in value.items() for one in pair for text in texts(one)]
    if isinstance(value, list):
        return [text for one in value for text in texts(one)]
    return [value] if isinstance(value, str) else []


def text_of(data: bytes) -> str:
    """As a phone's answer is decoded."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


def value_of(data: bytes) -> Any:
    """A value as an inventory may hold it. What is no JSON is a text."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return data.decode("utf-8", "surrogateescape")


def values_of(data: bytes, count: int) -> list[Any]:
    """Several such values, one a line; the last ones may be missing."""
    lines = data.split(b"\n", count - 1)
    return [value_of(line) for line in lines] + [None] * (count - len(lines))
