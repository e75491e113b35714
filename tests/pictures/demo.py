# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``python demo.py``: the first run of the demo, as a terminal shows it, as a picture that moves.

It runs the demo on a terminal of its own, with ansible-playbook on PATH. Where no animation is wanted, the picture is
the end of it.
"""

from __future__ import annotations

import contextlib
import fcntl
import html
import itertools
import os
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PICTURE = ROOT / "docs" / "pictures" / "demo.svg"
COLUMNS, ROWS = 100, 41

BEGIN, END = "Wave 1", "PLAY RECAP"
"""What the first picture shows a line of, and what is shown before the end of all."""

STEP, LONGEST, LAST = 0.3, 1.2, 8.0
"""Seconds: what changes sooner is shown at once, nothing is shown longer but the end, and how long that is."""

COLORS = {30: "#6b7684", 31: "#ff7b72", 32: "#7ee787", 33: "#e3b341", 34: "#79c0ff", 35: "#d2a8ff", 36: "#76e3ea"}
TEXT, GROUND = "#d6dde6", "#0e1217"
WIDTH, HEIGHT, MARGIN = 8.4, 18, 12
"""Pixels of a character, and around all."""

Cell = tuple[str, str]
Line = tuple[Cell, ...]


class Terminal:
    """As much of a terminal as ansible-playbook uses."""

    def __init__(self) -> None:
        self._lines: list[list[Cell]] = [[]]
        self._color = TEXT

    def write(self, text: str) -> None:
        """Show what a program writes. Raises ValueError for a sequence that is not known here."""
        for escape, plain in re.findall(r"(\x1b\[[0-9;?]*[A-Za-z])|(\r\n|[^\x1b])", text):
            if escape:
                self._obey(escape[2:-1], escape[-1])
            elif plain in ("\n", "\r\n"):
                self._lines.append([])
            elif plain != "\r":
                if len(self._lines[-1]) == COLUMNS:
                    self._lines.append([])
                self._lines[-1].append((plain, self._color))

    def _obey(self, arguments: str, command: str) -> None:
        if command == "m":
            wanted = [int(one) for one in arguments.split(";") if one and int(one) % 60 in COLORS]
            self._color = COLORS[wanted[-1] % 60] if wanted else TEXT
        elif command == "F":
            # Up to the begin of a line. All from there on is taken away next.
            self._lines[-int(arguments or 1) - 1 :] = [[]]
        elif command not in ("J", "K"):
            raise ValueError(f"The demo wrote an escape sequence that this recorder does not know: {command!r}.")

    def shown(self) -> tuple[Line, ...]:
        """The lines that can be seen."""
        return tuple(tuple(line) for line in self._lines[-ROWS:])


def recorded() -> Iterator[tuple[float, str]]:
    """What the demo writes, and when, in seconds."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    environment = os.environ | {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "ANSIBLE_FORCE_COLOR": "true"}
    with tempfile.TemporaryDirectory() as work:
        command = [sys.executable, str(ROOT / "tests" / "demo" / "run.py"), f"{work}/demo"]
        with subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, env=environment) as run:
            os.close(slave)
            rest = b""
            # At its end a terminal is an error.
            with contextlib.suppress(OSError):
                while read := os.read(master, 65536):
                    # No character and no sequence is shown in halves.
                    *whole, rest = (rest + read).rpartition(b"\n")
                    yield time.monotonic(), b"".join(whole).decode().replace(f"{work}/", "").replace(str(ROOT), "snom")
            os.close(master)
        if run.returncode:
            raise SystemExit("The demo failed, so there is no picture of it.")


def frames() -> list[tuple[float, tuple[Line, ...]]]:
    """What can be seen one after the other, and for how long, in seconds."""
    terminal, seen = Terminal(), []
    terminal.write("$ make demo\n")
    seen.append((time.monotonic(), terminal.shown()))
    has_ended = False
    for at, text in recorded():
        before, end, _after = text.partition(END)
        # The rest is run, too: it says whether all went well.
        if not has_ended:
            terminal.write(before.rpartition("\n")[0] + "\n" if end else before)
            seen.append((at, terminal.shown()))
        has_ended = has_ended or bool(end)
    kept = [seen[0]]
    for at, shown in seen[1:]:
        if at - kept[-1][0] < STEP and len(kept) > 1:
            kept[-1] = (kept[-1][0], shown)
        elif shown != kept[-1][1]:
            kept.append((at, shown))
    while not any("".join(character for character, _color in line).startswith(BEGIN) for line in kept[0][1]):
        kept.pop(0)
    lengths = [min(LONGEST, later[0] - now[0]) for now, later in itertools.pairwise(kept)] + [LAST]
    return [(length, shown) for length, (_at, shown) in zip(lengths, kept, strict=True)]


def spans(line: Line) -> str:
    """A line as the inside of an SVG text."""
    parts: list[list[str]] = []
    for character, color in line:
        if parts and parts[-1][1] == color:
            parts[-1][0] += character
        else:
            parts.append([character, color])
    return "".join(
        html.escape(text, quote=False)
        if color == TEXT
        else f'<tspan fill="{color}">{html.escape(text, quote=False)}</tspan>'
        for text, color in parts
    )


def drawn(shown: list[tuple[float, tuple[Line, ...]]]) -> str:
    """The picture. Each line that differs from others is in it once."""
    whole, begun = sum(length for length, _lines in shown), 0.0
    numbers: dict[Line, int] = {}
    groups, rules = [], []
    for number, (length, lines) in enumerate(shown):
        uses = [
            f'<use href="#l{numbers.setdefault(line, len(numbers))}" y="{row * HEIGHT}"/>'
            for row, line in enumerate(lines)
            if line
        ]
        groups.append(f'<g id="f{number}">{"".join(uses)}</g>')
        start, end = (100 * point / whole for point in (begun, begun + length))
        before = "0%{visibility:hidden}" if number else ""
        after = f"{end:.2f}%{{visibility:hidden}}" if number < len(shown) - 1 else ""
        rules.append(f"@keyframes k{number}{{{before}{start:.2f}%{{visibility:visible}}{after}}}")
        rules.append(f"#f{number}{{animation-name:k{number}}}")
        begun += length
    texts = [f'<text id="l{number}" xml:space="preserve">{spans(line)}</text>' for line, number in numbers.items()]
    width, height = round(COLUMNS * WIDTH + 2 * MARGIN), ROWS * HEIGHT + 2 * MARGIN
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    font = "14px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size}>',
            "<title>make demo: 28 virtual phones are brought to new firmware</title>",
            "<style>",
            f"text{{font:{font};fill:{TEXT}}}",
            f"g g{{animation:{whole:.1f}s step-end infinite;visibility:hidden}}",
            f"#f{len(shown) - 1}{{visibility:visible}}",
            *rules,
            "@media (prefers-reduced-motion:reduce){g g{animation:none}}",
            "</style>",
            f'<rect width="{width}" height="{height}" rx="8" fill="{GROUND}"/>',
            "<defs>",
            *texts,
            "</defs>",
            f'<g transform="translate({MARGIN} {MARGIN + 14})">',
            *groups,
            "</g>",
            "</svg>",
            "",
        ]
    )


if __name__ == "__main__":
    PICTURE.write_text(drawn(frames()), "utf-8")
