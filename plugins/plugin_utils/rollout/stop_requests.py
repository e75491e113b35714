# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whoever wants a rollout to ask no more phones."""

from __future__ import annotations

import os
import signal
from types import FrameType
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._core.regular_files import open_regular
from ansible_collections.telephony.snom.plugins.module_utils._core.visible import visible_line

LONGEST = 500
"""Bytes that are read of a stop file. Whoever may write to its folder may have written it."""


class StopRequests:
    """Whoever wants no new triggers: a file that appears, or a SIGTERM."""

    def __init__(self, path: str | None, *, others: bool = False) -> None:
        """others: whether this run may make the file, too. Raises InputError where it could not."""
        self.signalled = False
        self._path = path
        self._makes_it = others
        self._before: Any = None
        if path and others:
            folder = os.path.dirname(os.path.abspath(path))
            if not os.path.isdir(folder) or not os.access(folder, os.W_OK | os.X_OK):
                raise InputError(
                    f"stop_others: no stop_file can be made in {folder}. Make it, and let this user write to it."
                )

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
        return f"The stop file {self._path} is there{self._says()}"

    def stop_others(self, reason: str) -> str | None:
        """Make the file, with the reason in it, unless it is there. Returns why it could not be made, or None."""
        if not self._path or not self._makes_it:
            return None
        try:
            # Whoever comes first says why. Nothing is followed: the folder may be one that others write to.
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            with open(os.open(self._path, flags, 0o644), "w", encoding="utf-8") as file:
                file.write(f"{visible_line(reason)}\n")
        except FileExistsError:
            return None
        except OSError as error:
            return f"Other rollouts are not stopped: {self._path} can't be written: {error.strerror}."
        return None

    def _says(self) -> str:
        """What stands in the file, as the end of a sentence."""
        try:
            with open(open_regular(self._path or ""), "rb") as file:
                line = file.readline(LONGEST).decode("utf-8", "replace").strip()
        except OSError:
            line = ""
        return f": {visible_line(line)}" if line else "."
