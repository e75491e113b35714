# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import io
import json
import sys
from collections.abc import Sequence
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.plugin_utils.actions import console
from ansible_collections.telephony.snom.plugins.plugin_utils.actions.screen import Screen
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.said import Said


class Display:
    """What Ansible shows with, as far as a screen uses it."""

    def __init__(self) -> None:
        self.log: list[str] = []

    def display(self, line: str, color: str | None = None, log_only: bool = False) -> None:
        self.log.append(line)
        if not log_only:
            print(line)


class Terminal(io.StringIO):
    encoding = "utf-8"

    @property
    def text(self) -> str:
        """What is seen: a move up and what it erases are carried out."""
        lines: list[str] = []
        for part in self.getvalue().split("\n"):
            while part.startswith("\x1b["):
                up, _move, part = part.removeprefix("\x1b[").partition("F\x1b[J")
                del lines[-int(up) :]
            lines.append(part)
        return "\n".join(lines)


LINES = [
    Said("10:00:00  Plan 1: 2 of 2 phones need work.", "plan", work=2),
    Said("10:00:00  Wave 1 (100%): 2 phones", "wave", number=1, label="100%", phones=2),
    Said("10:00:01  a: down", "phone", host="a", model="320", before="8.4", wanted="8.7", state="down", waits=False),
    Said("10:00:02  a: upgraded: It is.", "end", host="a", outcome="upgraded"),
    Said("10:00:02  -- berlin: 1/2 done", "sites"),
    Said("10:00:03  b: old_version: It is.", "end", host="b", outcome="old_version"),
    Said("10:00:04  Wave 1 ended", "phase"),
]


def terminal(monkeypatch: pytest.MonkeyPatch, kind: type[Terminal] = Terminal) -> Terminal:
    """The output from now on. No fixture: pytest sets its own output between fixtures and test."""
    made = kind()
    monkeypatch.setattr(sys, "stdout", made)
    return made


def shown(display: Any, *, is_live: bool, lines: Sequence[Any] = tuple(LINES)) -> Screen:
    """Let a screen hear these lines, as a worker tells them, to their end."""
    screen = Screen(console.open_ear(), display, is_live=is_live)
    screen.begin()
    for line in lines:
        if isinstance(line, Said):
            assert console._is_heard(line)
        else:
            console._ear.sendall(line)  # type: ignore[union-attr]
    console.close_ear()
    screen.end(60)
    return screen


def test_without_a_terminal_there_is_a_line_for_each_step_and_each_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    display, output = Display(), terminal(monkeypatch)
    shown(display, is_live=False)
    assert output.getvalue().splitlines() == [LINES[0], LINES[1], LINES[4], LINES[5], LINES[6]]
    # A log has all of them.
    assert display.log == LINES


def test_on_a_terminal_the_table_goes_when_the_run_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    display, output = Display(), terminal(monkeypatch)
    assert shown(display, is_live=True).problem is None
    assert output.text.splitlines() == [LINES[0], LINES[1], LINES[6]]
    assert "a      320    8.4 -> 8.7     upgraded\n" in output.getvalue()
    assert "█" in output.getvalue()
    assert display.log == LINES
    # Whoever shows something afterwards meets no table.
    assert "display" not in vars(display)


def test_what_others_show_stays_above_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    class Warner(Display):
        def display(self, line: str, color: str | None = None, log_only: bool = False) -> None:
            super().display(line, color, log_only)
            if line == LINES[3]:
                # As Ansible calls it: by the attribute.
                vars(self).get("display", lambda _line: None)("[WARNING]: mind this")

    output = terminal(monkeypatch)
    shown(Warner(), is_live=True)
    assert output.text.splitlines() == [LINES[0], LINES[1], "[WARNING]: mind this", LINES[6]]


def test_a_mistake_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    output = terminal(monkeypatch)
    broken = [b"no JSON\n", json.dumps({"line": "x", "kind": "end"}).encode() + b"\n", b"[]\n", b"\xff\n"]
    # Thousands of lines: whoever tells them would wait for ever for a listener that had gone.
    screen = shown(Display(), is_live=True, lines=[*LINES[:2], *broken, *LINES[2:6] * 2000, LINES[6], b"half a line"])
    assert output.text.splitlines() == [LINES[0], LINES[1], LINES[6]]
    assert screen.problem


def test_where_the_output_takes_no_line_the_worker_is_left_to_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone(Terminal):
        def write(self, _text: str) -> int:
            raise BrokenPipeError

    terminal(monkeypatch, Gone)
    screen = Screen(console.open_ear(), Display(), is_live=True)
    screen.begin()
    console._is_heard(LINES[0])
    screen.end(60)
    assert not console._is_heard(LINES[1])
    console.close_ear()


def test_a_worker_whose_listener_has_gone_shows_its_lines_itself() -> None:
    assert not console._is_heard(LINES[0])
    console.open_ear().close()
    assert not console._is_heard(LINES[0])
    console.close_ear()
