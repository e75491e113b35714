# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The output of ansible-playbook, as a task sees it that tells for hours how far it is.

A worker's lines travel to ansible-playbook, where a thread writes them. When whoever reads them goes away, such as a
pager or ``head``, that thread ends with its first line in vain, and with it all results: ansible-playbook would wait
for the worker for ever. While a pager or a terminal is held, it takes no lines, and the worker must not wait for it.

Import this where ansible-playbook loads the action plugin, which is before it forks the worker: the worker itself has
no way to the output.
"""

from __future__ import annotations

import contextlib
import io
import json
import multiprocessing
import os
import queue
import select
import socket
import stat
import sys
import threading
import time
from typing import final

from ansible.utils.display import Display
from ansible_collections.telephony.snom.plugins.module_utils._core.visible import visible_line
from ansible_collections.telephony.snom.plugins.plugin_utils.actions.parent import Parent
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.said import Said

display = Display()

STUCK = 60.0
"""Seconds for which a file may take no line. A write to one ends or fails: its disk is full."""


def _open_output() -> io.FileIO | None:
    """The output of this process for its workers to look at. From now on it shows each line at once.

    ansible-playbook keeps lines back until they fill a block, unless it writes to a terminal.
    """
    if multiprocessing.parent_process() is not None:
        return None
    try:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(line_buffering=True)
        return io.FileIO(os.dup(sys.stdout.fileno()), "w")
    except (AttributeError, OSError, ValueError):
        return None


_output = _open_output()
# Where a callback in ansible-playbook hears lines, instead of the output. A worker has it from there by its fork.
_ear: socket.socket | None = None


def open_ear() -> socket.socket:
    """Let the next worker tell its lines to whoever reads from this: JSON, a line each, until it ends.

    Each is ``line``, with the time before it and fit to be shown, ``kind`` and what else `Said` says of it.
    """
    global _ear
    reading, _ear = socket.socketpair()
    return reading


def close_ear() -> None:
    """Let go of it, in ansible-playbook, so that who reads sees its end."""
    global _ear
    if _ear is not None:
        _ear.close()
    _ear = None


@final
class Console:
    """Where lines are shown, until the block ends. By then all are, or this process ends without a result."""

    def __init__(self, parent: Parent) -> None:
        self._parent = parent
        self._gone = False
        self._waits_since: float | None = None
        self._lines: queue.SimpleQueue[Said | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._show_lines, name="snom-console", daemon=True)

    def __enter__(self) -> Console:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._lines.put(None)
        while self._thread.is_alive() or not _is_taken():
            if self.is_gone():
                # A result would perhaps never be read. Without its worker ansible-playbook ends, with an error.
                self._parent.follow()
            time.sleep(0.01)

    def show(self, line: str) -> None:
        """Show a line with the time. It is shown at once, but nobody waits for that."""
        if not self.is_gone():
            shown = f"{time.strftime('%H:%M:%S')}  {visible_line(line)}"
            about = (line.kind, line.about) if isinstance(line, Said) else ("phase", {})
            self._lines.put(Said(shown, about[0], **about[1]))

    def is_gone(self) -> bool:
        """Whether nothing can be shown any more, ever."""
        if not self._gone:
            self._gone = self._parent.is_gone() or _has_no_reader() or self._is_stuck()
        return self._gone

    def leave(self) -> None:
        """Let go of the output, so that nobody waits for this process who waits for its end."""
        if _output is not None:
            _output.close()

    def reason(self) -> str | None:
        """Why no new trigger may be made, or None."""
        if not self.is_gone():
            return None
        return (
            "Nobody reads the output of ansible-playbook any more: a pager or another program behind it has ended, or "
            "its disk is full. Run it again where the output stays, in tmux for example."
        )

    def _show_lines(self) -> None:
        while (line := self._lines.get()) is not None:
            if not self.is_gone() and not _is_heard(line):
                display.display(str(line))
        # Shows nothing. Once it is taken, the line before has been written.
        display.display("", screen_only=True, log_only=True)

    def _is_stuck(self) -> bool:
        now = time.monotonic()
        if _is_taken() or not _is_file():
            self._waits_since = None
        elif self._waits_since is None:
            self._waits_since = now
        return self._waits_since is not None and now - self._waits_since > STUCK


def _is_heard(said: Said) -> bool:
    """Tell a line to the callback, if one listens that has not gone."""
    if _ear is None:
        return False
    try:
        _ear.sendall(json.dumps(said.about | {"line": said, "kind": said.kind}).encode() + b"\n")
    except OSError:
        return False
    return True


def _is_taken() -> bool:
    """Whether ansible-playbook has taken all that it was sent."""
    sent = display._final_q
    return sent is None or bool(sent.empty())


def _has_no_reader() -> bool:
    """Whether all readers of a pipe, a socket or a terminal have closed it."""
    with contextlib.suppress(OSError, ValueError):
        if _output is not None:
            look = select.poll()
            look.register(_output, 0)
            return any(event & (select.POLLERR | select.POLLHUP) for _descriptor, event in look.poll(0))
    return False


def _is_file() -> bool:
    with contextlib.suppress(OSError, ValueError):
        return _output is not None and stat.S_ISREG(os.fstat(_output.fileno()).st_mode)
    return False
