# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What happened to all virtual phones, in order, with bounded memory."""

from __future__ import annotations

import re
import time
from collections import Counter, deque
from itertools import islice
from typing import Any, NamedTuple

SECRET = re.compile(r"((?:^|[?&])[^=&?]*(?:pass|pin|secret)[^=&]*=)[^&]*", re.IGNORECASE)


def hide_secrets(target: str) -> str:
    """Mask the values of password-like parameters of a request target."""
    return SECRET.sub(r"\1***", target)


class Entry(NamedTuple):
    """One event; ``monotonic`` is the clock of the whole machine, which other processes can compare with."""

    number: int
    time: float
    monotonic: float
    phone: str | None
    event: str
    method: str | None
    target: str | None
    status: int | None
    write: bool
    detail: str | None
    call: dict[str, Any] | None


class EventLog:
    """The newest events. Numbers go on for ever, counts too, until ``reset``."""

    def __init__(self, size: int) -> None:
        self._entries: deque[Entry] = deque(maxlen=size)
        self._last = 0
        self.counts: Counter[str] = Counter()
        self.writes = 0

    def add(
        self,
        phone: str | None,
        event: str,
        detail: str | None = None,
        *,
        method: str | None = None,
        target: str | None = None,
        status: int | None = None,
        write: bool = False,
        call: dict[str, Any] | None = None,
    ) -> None:
        self._last += 1
        self.counts[event] += 1
        self.writes += write
        shown = None if target is None else hide_secrets(target)
        self._entries.append(
            Entry(self._last, time.time(), time.monotonic(), phone, event, method, shown, status, write, detail, call)
        )

    def since(self, number: int) -> dict[str, Any]:
        """The entries after that number, and the number of the newest one."""
        first = self._entries[0].number if self._entries else self._last + 1
        entries = islice(self._entries, max(0, number + 1 - first), None)
        return {"last": self._last, "entries": [entry._asdict() for entry in entries]}

    def of_phone(self, name: str) -> dict[str, Any]:
        return {"last": self._last, "entries": [entry._asdict() for entry in self._entries if entry.phone == name]}

    def reset(self) -> None:
        self._entries.clear()
        self.counts.clear()
        self.writes = 0
