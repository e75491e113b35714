# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers over HTTP that have their time as a whole.

What libraries call a timeout is that of one read from the socket. A server that sends a byte now and then never meets
it.
"""

from __future__ import annotations

import http.client
import io
import socket
from collections.abc import Callable
from typing import Any


def read_length(header: str) -> int | None:
    """The bytes that a Content-Length announces; None where it is no number, or one that no page can have."""
    return int(header) if len(header) <= 15 and header.isascii() and header.isdigit() else None


class TimedResponse(http.client.HTTPResponse):
    """An answer that is read, from its first line on, for as long as there is time left.

    Reading raises OSError and HTTPException, and nothing else that a server can bring about.
    """

    def __init__(
        self,
        sock: socket.socket,
        *args: Any,
        left: Callable[[], float],
        took: Callable[[int], None] = lambda count: None,
        **kwargs: Any,
    ) -> None:
        """left gives the seconds that the next bytes may take, nothing or less when the time is up.

        took is told how many bytes came. Reading raises TimeoutError, and what took raises.
        """
        super().__init__(sock, *args, **kwargs)
        self.stream = _Stream(self.fp.detach(), sock, left, took)
        self.fp = io.BufferedReader(self.stream)

    def read(self, amt: int | None = None) -> bytes:
        """As http.client does it, which lets a ValueError out where a chunk announces less than nothing."""
        try:
            return super().read(amt)
        except ValueError:
            raise http.client.IncompleteRead(b"") from None


class AtMost:
    """Counts what may come in all: a chunk that announces less than nothing would be read without an end."""

    def __init__(self, most: int) -> None:
        """most is in bytes."""
        self._left = most

    def __call__(self, count: int) -> None:
        """So many bytes came. Raises ConnectionError where they are too many."""
        self._left -= count
        if self._left < 0:
            raise ConnectionError


class _Stream(io.RawIOBase):
    """What a socket receives while there is time."""

    def __init__(
        self, raw: io.RawIOBase, sock: socket.socket, left: Callable[[], float], took: Callable[[int], None]
    ) -> None:
        self._raw = raw
        self._sock = sock
        self._left = left
        self._took = took
        self.ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(max(self._left(), 0.001))
        count = self._raw.readinto(buffer)
        if self._left() <= 0:
            # Also where the machine slept here, which no timeout of a socket counts.
            raise TimeoutError
        self.ended = count == 0
        self._took(count or 0)
        if count:
            self.received(buffer[:count])
        return count

    def received(self, data: Any) -> None:
        """Is told of each bit that came, a view of bytes. For who replaces it."""

    def close(self) -> None:
        self._raw.close()
        super().close()
