# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server that a library talks to, and that says what bytes say: no network, and no waiting."""

from __future__ import annotations

import io
import socket
from typing import Any

# Open and silent for as long as the tests run: what looks whether a kept connection is still there finds it so.
_SILENT = socket.socketpair()


class SaidSocket:
    """A connection on which the other side says these bytes, and hangs up."""

    def __init__(self, data: bytes) -> None:
        self._said = io.BytesIO(data)
        self.sent = b""

    def makefile(self, mode: str = "r", *_unused: Any, **_more: Any) -> io.BufferedReader:
        return io.BufferedReader(_Raw(self._said))

    def sendall(self, data: bytes, *_unused: Any) -> None:
        self.sent += bytes(data)

    def recv(self, size: int, *_unused: Any) -> bytes:
        return self._said.read(size)

    def fileno(self) -> int:
        return _SILENT[0].fileno()

    def settimeout(self, seconds: float | None) -> None:
        assert seconds is None or seconds > 0

    def setsockopt(self, *_unused: Any) -> None:
        """Nothing to set."""

    def shutdown(self, how: int) -> None:
        """Nothing to tell."""

    def close(self) -> None:
        """Nothing is open."""


class _Raw(io.RawIOBase):
    def __init__(self, said: io.BytesIO) -> None:
        self._said = said

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._said.readinto(buffer)
