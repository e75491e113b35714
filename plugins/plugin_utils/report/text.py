# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Text for terminals: counts and tables."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from ansible_collections.telephony.snom.plugins.module_utils._core.visible import visible_line

WIDTH = 69
"""Columns of a table. The task ansible.builtin.debug shows its lines in quotes and indented, and has 80 for all."""
_GAP = "  "
_NAME = 16
"""Columns in which most names can be told from one another."""
_SHORTEST = 5


def count_phones(count: int) -> str:
    """So many phones, in words."""
    return "1 phone" if count == 1 else f"{count} phones"


def text_table(rows: Iterable[Sequence[object]], width: int = WIDTH, spare: Iterable[str] = ()) -> list[str]:
    """Rows as lines with columns of equal width; the first row is the head. None is shown as a hyphen.

    Where that takes more columns than width, cells of the first column lose their middle: names differ at their ends.
    Before that leaves too little of them, the columns with the heads in spare are left out, one after the other. A
    table whose other columns are wider than that is as wide as it must be.
    """
    cells = [["-" if cell is None or cell == "" else visible_line(str(cell)) for cell in row] for row in rows]
    if not cells:
        return []
    for head in spare:
        widths = _widths(cells)
        if _over(widths, width) <= widths[0] - min(widths[0], _NAME):
            break
        left = [at for at, name in enumerate(cells[0]) if name != head]
        cells = [[row[at] for at in left] for row in cells]
    widths = _widths(cells)
    if (over := _over(widths, width)) > 0:
        widths[0] = max(min(widths[0], _SHORTEST), widths[0] - over)
    lines = []
    for first, *rest in cells:
        row = (shorten(first, widths[0]), *rest)
        lines.append(_GAP.join(pad(cell, space) for cell, space in zip(row, widths, strict=True)).rstrip())
    return lines


def _widths(cells: Sequence[Sequence[str]]) -> list[int]:
    return [max(map(columns, column)) for column in zip(*cells, strict=True)]


def _over(widths: Sequence[int], width: int) -> int:
    """How many columns are too many; below 0 how many are left."""
    return sum(widths) + len(_GAP) * (len(widths) - 1) - width


def columns(text: str) -> int:
    """How many columns of a terminal a text takes: signs of East Asia take two, marks on letters none."""
    return sum(
        0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text
    )


def pad(text: str, width: int) -> str:
    """The text with blanks behind it, so that it takes so many columns."""
    return text + " " * (width - columns(text))


def shorten(text: str, width: int) -> str:
    """The text, or where it takes more columns, its beginning and its end."""
    if columns(text) <= width:
        return text
    begin, end = list(text[: width // 2]), list(text[-((width - 1) // 2) :] if width > 2 else "")
    while begin and columns("".join([*begin, "…", *end])) > width:
        (begin if len(begin) >= len(end) else end).pop(-1 if len(begin) >= len(end) else 0)
    return "".join([*begin, "…", *end])
