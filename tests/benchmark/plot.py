# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A picture of where the time of each rollout goes."""

from __future__ import annotations

import html
from collections.abc import Sequence

from figures import Figure

COLOURS = {"start": "#9aa5b1", "reading": "#54aeff", "waves": "#2da44e", "beside": "#d4a72c", "results": "#8250df"}
"""By the name of the part."""

WIDTH, LEFT, BAR, LINE = 800, 120, 22, 44
"""Pixels: of all, of the names, of a bar, and from one bar to the next."""


def plot(figures: Sequence[Figure]) -> str:
    """An SVG with a bar for each figure that has parts, each as long as its own whole; empty if none has."""
    shown = [figure for figure in figures if figure.parts]
    if not shown:
        return ""
    marks = []
    for row, figure in enumerate(shown):
        top, x = 40 + row * LINE, float(LEFT)
        # A part may be below nothing, where clocks round.
        parts = {name: max(seconds, 0.0) for name, seconds in figure.parts.items()}
        scale = (WIDTH - LEFT - 10) / (sum(parts.values()) or 1)
        marks.append(_text(8, top + 16, figure.name))
        for name, seconds in parts.items():
            marks.append(
                f'<rect x="{x:.1f}" y="{top}" width="{seconds * scale:.1f}" height="{BAR}" fill="{COLOURS[name]}">'
                f"<title>{html.escape(name)}: {seconds:.1f} s</title></rect>"
            )
            if seconds * scale > 40:
                marks.append(_text(x + 4, top + 16, f"{seconds:.0f} s"))
            x += seconds * scale
    for number, (name, colour) in enumerate(COLOURS.items()):
        x = LEFT + number * 120
        marks += [f'<rect x="{x}" y="8" width="14" height="14" fill="{colour}"/>', _text(x + 20, 20, name)]
    height = 40 + len(shown) * LINE
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}">'
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>{"".join(marks)}</svg>\n'
    )


def _text(x: float, y: float, words: str) -> str:
    font = 'font-family="sans-serif" font-size="13" fill="#1f2328"'
    return f'<text x="{x:.1f}" y="{y}" {font}>{html.escape(words)}</text>'
