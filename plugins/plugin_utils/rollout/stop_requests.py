# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whoever wants a rollout to ask no more phones."""

from __future__ import annotations

import os
import signal
from types import FrameType
from typing import Any


class StopRequests:
    """Whoever wants no new triggers: a file that appears, or a SIGTERM."""

    def __init__(self, path: str | None) -> None:
        self.signalled = False
        self._path = path
        self._before: Any = None

    def __enter__(self) -> None:
        self._before = signal.signal(signal.SIGTERM, self._note)

    def __exit__(self, *_error: object) -> None:
        signal.signal(signal.SIGTERM, self._before)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self.signalled = True

    def reason(self) -> str | None:
        """Why no new trigger may be made, or None."""
        if self.signalled:
            return "The run was asked to end (SIGTERM)."
        if not self._path:
            return None
        try:
            # Also a link that leads nowhere: somebody put it there.
            os.lstat(self._path)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            return f"Whether the stop file {self._path} is there can't be seen: {error.strerror}."
        return f"The stop file {self._path} is there."
