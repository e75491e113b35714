# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The output of ansible-playbook in the process of a worker. That it ends is tested with the real one."""

from __future__ import annotations

import io
import itertools
import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.plugin_utils.actions import console as console_module
from ansible_collections.telephony.snom.plugins.plugin_utils.actions.console import STUCK, Console


class Playbook:
    """ansible-playbook, in the place of Parent and of the display. It takes no line while it is held."""

    def __init__(self) -> None:
        self.shown: list[str] = []
        self.lives = True
        self.takes = threading.Event()
        self.takes.set()
        self._final_q = SimpleNamespace(empty=self.takes.is_set)

    def display(self, line: str, screen_only: bool = False, log_only: bool = False) -> None:
        self.takes.wait()
        if not (screen_only and log_only):
            self.shown.append(line)

    def is_gone(self) -> bool:
        return not self.lives

    def follow(self) -> None:
        self.takes.set()
        raise SystemExit


@pytest.fixture(name="playbook")
def _playbook(monkeypatch: pytest.MonkeyPatch) -> Playbook:
    playbook = Playbook()
    monkeypatch.setattr(console_module, "display", playbook)
    return playbook


def a_pipe() -> tuple[int, Callable[[], None]]:
    reading, writing = os.pipe()
    return writing, lambda: os.close(reading)


def a_terminal() -> tuple[int, Callable[[], None]]:
    master, slave = os.openpty()
    return slave, lambda: os.close(master)


def a_socket() -> tuple[int, Callable[[], None]]:
    ours, theirs = socket.socketpair()
    return ours.detach(), theirs.close


Output = Callable[[Callable[[], tuple[int, Callable[[], None]]]], Callable[[], None]]


@pytest.fixture(name="output")
def _output(monkeypatch: pytest.MonkeyPatch) -> Iterator[Output]:
    """Let the output lead somewhere; returns what its reader does to go away."""
    opened = []

    def lead(make: Callable[[], tuple[int, Callable[[], None]]]) -> Callable[[], None]:
        descriptor, leave = make()
        opened.append(io.FileIO(descriptor, "w"))
        monkeypatch.setattr(console_module, "_output", opened[0])
        return leave

    yield lead
    for file in opened:
        file.close()


def test_all_lines_are_shown_with_the_time_when_the_block_ends(playbook: Playbook, output: Output) -> None:
    leave = output(a_pipe)
    with Console(playbook) as console:  # type: ignore[arg-type]
        console.show("one")
        console.show("two")
    assert [line[8:] for line in playbook.shown] == ["  one", "  two"]
    assert console.reason() is None
    leave()


@pytest.mark.parametrize("make", [a_pipe, a_terminal, a_socket])
def test_a_reader_that_goes_away(
    make: Callable[[], tuple[int, Callable[[], None]]], playbook: Playbook, output: Output
) -> None:
    leave = output(make)
    console = Console(playbook)  # type: ignore[arg-type]
    assert console.reason() is None
    console.__enter__()
    leave()
    assert "Nobody reads the output" in (console.reason() or "")
    console.show("in vain")
    # The thread of ansible-playbook that takes lines and results may have ended.
    playbook._final_q.empty = lambda: False
    with pytest.raises(SystemExit):
        console.__exit__()
    assert playbook.shown == []


def test_a_pager_that_is_held_holds_up_nothing_but_the_end(playbook: Playbook, output: Output) -> None:
    leave = output(a_pipe)
    playbook.takes.clear()
    releases = threading.Timer(0, playbook.takes.set)
    with Console(playbook) as console:  # type: ignore[arg-type]
        for _line in range(1000):
            console.show("a line")
        assert not console.is_gone()
        releases.start()
    assert len(playbook.shown) == 1000
    leave()


def test_a_pager_that_is_left_while_it_is_held(playbook: Playbook, output: Output) -> None:
    leave = output(a_pipe)
    playbook.takes.clear()
    console = Console(playbook).__enter__()  # type: ignore[arg-type]
    console.show("a line")
    leave()
    with pytest.raises(SystemExit):
        console.__exit__()


def test_a_file_that_takes_nothing_any_more(
    playbook: Playbook, output: Output, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = itertools.count(0.0, STUCK / 2)
    monkeypatch.setattr(console_module.time, "monotonic", lambda: next(now))
    output(lambda: (os.open(tmp_path / "log", os.O_WRONLY | os.O_CREAT), lambda: None))
    console = Console(playbook)  # type: ignore[arg-type]
    looks = []
    for taken in (False, False, True, False, False, False, False):
        playbook._final_q.empty = lambda answer=taken: answer
        looks.append(console.is_gone())
    assert looks == [False, False, False, False, False, False, True]


def test_who_waits_for_the_end_of_the_output_does_not_wait_for_an_orphan(playbook: Playbook, output: Output) -> None:
    writing: list[int] = []

    def make() -> tuple[int, Callable[[], None]]:
        reading, end = os.pipe()
        writing.append(reading)
        return end, lambda: os.close(reading)

    leave = output(make)
    console = Console(playbook)  # type: ignore[arg-type]
    playbook.lives = False
    console.leave()
    console.leave()
    assert os.read(writing[0], 1) == b""
    assert console.is_gone()
    leave()


def test_an_output_that_is_none(playbook: Playbook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console_module, "_output", None)
    with Console(playbook) as console:  # type: ignore[arg-type]
        console.show("one")
        console.leave()
        assert not console.is_gone()


def test_only_the_process_that_shows_has_an_output(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with open(tmp_path / "log", "w", encoding="utf-8") as log:
        monkeypatch.setattr(console_module.sys, "stdout", log)
        found: Any = console_module._open_output()
        assert log.line_buffering and os.fstat(found.fileno()) == os.fstat(log.fileno())
        found.close()
        monkeypatch.setattr(console_module.multiprocessing, "parent_process", lambda: SimpleNamespace(pid=1))
        assert console_module._open_output() is None
    monkeypatch.setattr(console_module.multiprocessing, "parent_process", lambda: None)
    for closed in (log, None, io.StringIO()):
        monkeypatch.setattr(console_module.sys, "stdout", closed)
        assert console_module._open_output() is None
