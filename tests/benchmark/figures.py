# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One figure of the table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Figure:
    """What was measured. how says in a sentence how; met is None where there is no goal.

    wall: it is a wall time, which other processes on the machine make longer. parts is what a time consists of, in
    seconds by name, in their order.
    """

    name: str
    what: str
    value: str
    goal: str = ""
    met: bool | None = None
    wall: bool = False
    how: str = ""
    parts: Mapping[str, float] = field(default_factory=dict)


def ms(seconds: float) -> str:
    """Seconds as a text in milliseconds."""
    return f"{seconds * 1000:.2f} ms"


def table(figures: Sequence[Figure]) -> str:
    """All figures, and below them how each was measured."""
    rows = [("name", "measured", "figure", "goal", "met")]
    rows += [
        (figure.name, figure.what, figure.value, figure.goal, {True: "yes", False: "NO", None: ""}[figure.met])
        for figure in figures
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths))
    notes = {figure.how: f"{figure.name}: {figure.how}" for figure in figures if figure.how}
    return "\n".join([*lines, "", "How:", *notes.values()])
