# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a phone's web server answers, and what is used of who asks it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol


@dataclass(frozen=True)
class Answer:
    """What came back. Header names are lower case.

    login says whether the phone wanted a login for it; None where credentials went along unasked.
    """

    status: int
    headers: dict[str, str]
    content: bytes
    login: bool | None = None

    @cached_property
    def text(self) -> str:
        """The content as UTF-8, or as latin-1 where that fails."""
        try:
            return self.content.decode()
        except UnicodeDecodeError:
            return self.content.decode("latin-1")


class Tap(Protocol):
    """Who listens to all that a phone answers."""

    def asks(self, target: str, *, login: bool) -> None:
        """A request goes out, with a login or without."""

    def receives(self, data: bytes) -> None:
        """Bytes of the answer to it, a view that is good during the call only."""


class Client(Protocol):
    """Requests to one phone, one at a time."""

    def get(self, target: str, *, timeout: float | None = None, login: bool = True) -> Answer:
        """Send one request and return the answer.

        target is a path with its query, already percent-encoded, e.g. ``/command.htm?key=ENTER``. timeout is in
        seconds and replaces the connection's own. login is whether it may get one. Raises a SnomError.
        """

    def reach(self) -> None:
        """Make sure that something listens at its address, without sending anything. Raises PhoneUnreachable."""

    def use_login(self, username: str | None, password: str | None) -> None:
        """Log in so from now on, because the phone's own login was changed."""

    def close(self) -> None:
        """Give up the connection. The next request opens a new one; what was learned about the phone is kept."""
