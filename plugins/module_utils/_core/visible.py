# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Text of others as it may be shown: on a terminal, in a diff, a message, a report, a table.

Whatever phones, logs, files and inventories say may hold characters that clear a screen, forge a line, or turn around
what stands beside them. These are shown as Python writes them, ``\\x1b`` for example, so that one sees that they were
there. What is sent to a phone, or compared with what it has, never passes through here.
"""

from __future__ import annotations

import re
from typing import Any

# Control characters, separators of lines and paragraphs, what turns the direction of writing around (Unicode, UAX 9),
# halves of surrogate pairs, and what XML 1.0 can't hold. Marks of direction, which Hebrew and Arabic need, are none.
_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_BREAKS = str.maketrans({"\n": "\\n", "\t": "\\t"})
_SPELLED = re.compile(r"\\x(?:[0189][0-9a-f]|7f)|\\u(?:202[89a-e]|206[6-9]|d[89a-f][0-9a-f]{2}|fff[ef])", re.IGNORECASE)


def visible(text: str) -> str:
    """The text with each character that steers what shows it spelled out. Line breaks and tabs stay."""
    return _STEERING.sub(_spell, text)


def visible_line(text: str) -> str:
    """The text as one line: line breaks and tabs are spelled out, too."""
    return visible(text).translate(_BREAKS)


def visible_result(value: Any) -> Any:
    """A plain value, as `run.to_plain` makes it, with all its texts and keys as `visible` shows them."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, list):
        return [visible_result(item) for item in value]
    if isinstance(value, dict):
        return {visible_result(key): visible_result(item) for key, item in value.items()}
    return value


def may_be_spelled_out(text: str) -> bool:
    """Whether a text may be what `visible` made of another one."""
    return bool(_SPELLED.search(text))


def _spell(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
