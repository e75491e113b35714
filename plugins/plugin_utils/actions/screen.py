# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the callback telephony.snom.fleet shows while a rollout runs, in ansible-playbook and not in its workers."""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from ansible import constants
from ansible.utils.color import stringc
from ansible.utils.display import Display
from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import OUTCOMES
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.live import Drawn, Live

COLORS = {"well": constants.COLOR_OK, "open": constants.COLOR_CHANGED, "failed": constants.COLOR_ERROR}
"""By the tone of what is drawn. That something has changed is well here, not a warning as yellow looks."""

_TICK = 1.0
"""Seconds after which a terminal that was resized is drawn anew."""


class Screen:
    """Shows what a rollout says, until it ends: as a table that lives, or as lines."""

    def __init__(self, ear: socket.socket, display: Display, *, is_live: bool) -> None:
        """ear is what `console.open_ear` returned. is_live: whether the output is a terminal that can go up a line."""
        self.problem: str | None = None
        """The kind of the last mistake of ours; None while there is none."""
        self._ear = ear
        self._display = display
        self._show: Callable[..., None] = display.display
        self._live = Live(unicode="utf" in (sys.stdout.encoding or "").lower()) if is_live else None
        self._drawn = 0
        # Whoever shows something takes the table away before, and draws it again after.
        self._lock = threading.RLock()
        self._thread = threading.Thread(target=self._listen, name="snom-screen", daemon=True)

    def begin(self) -> None:
        """Listen."""
        self._thread.start()

    def end(self, seconds: float) -> None:
        """Take the table away, once all has been heard or after so many seconds."""
        self._thread.join(seconds)

    def _listen(self) -> None:
        self._ear.settimeout(_TICK)
        rest = b""
        # Where the output takes no line, the worker shows the others itself: it knows what is to be done then.
        with contextlib.suppress(OSError), self._ear:
            while (heard := self._wait()) != b"":
                *lines, rest = (rest + heard).split(b"\n") if heard else [rest]
                for line in lines:
                    self._contain(lambda line=line: self._hear(json.loads(line)))  # type: ignore[misc]
                self._contain(self._redraw)
        with contextlib.suppress(OSError):
            self._clear()
        self._let_go()

    def _wait(self) -> bytes | None:
        """What was told, empty at the end; None if it is time to draw again."""
        try:
            return self._ear.recv(1 << 16)
        except TimeoutError:
            return None

    def _contain(self, step: Callable[[], None]) -> None:
        """A mistake of ours must not end a rollout: the worker waits for a listener."""
        try:
            step()
        except OSError:
            raise
        except Exception as error:
            self.problem = error.__class__.__name__

    def _hear(self, said: dict[str, Any]) -> None:
        if self._live is not None:
            if not self._live.has_begun:
                self._take_over()
            self._live.hear(said, time.monotonic())
        kind, failed = said["kind"], _is_failure(said)
        is_shown = kind in ("plan", "wave", "phase") or (self._live is None and (failed or kind == "sites"))
        with self._lock:
            if is_shown:
                self._clear()
            self._show(said["line"], color=constants.COLOR_ERROR if failed else None, log_only=not is_shown)

    def _take_over(self) -> None:
        """Let what others show, a warning for example, take the table away before."""

        def show(*arguments: Any, **more: Any) -> None:
            with self._lock:
                self._clear()
                self._show(*arguments, **more)
                self._contain(self._redraw)

        self._display.display = show

    def _let_go(self) -> None:
        # The attribute of the object; the method of its class comes back.
        vars(self._display).pop("display", None)

    def _redraw(self) -> None:
        if self._live is None or not self._live.has_begun:
            return
        width, height = shutil.get_terminal_size()
        with self._lock:
            lines = self._live.draw(width - 1, height, time.monotonic())
            # In one piece, so that nothing flickers.
            sys.stdout.write(self._erasing() + "".join(f"{colored(line)}\n" for line in lines))
            sys.stdout.flush()
            self._drawn = len(lines)

    def _clear(self) -> None:
        with self._lock:
            if self._drawn:
                sys.stdout.write(self._erasing())
                sys.stdout.flush()
            self._drawn = 0

    def _erasing(self) -> str:
        """What takes away the table that is drawn."""
        return f"\x1b[{self._drawn}F\x1b[J" if self._drawn else ""


def _is_failure(said: dict[str, Any]) -> bool:
    outcome = OUTCOMES.get(str(said.get("outcome")))
    return outcome is not None and outcome.failed


def colored(line: Drawn) -> str:
    """A line in the color of its tone, where Ansible uses colors."""
    text, tone = line
    shown: str = stringc(text, COLORS[tone]) if tone else text
    return shown
