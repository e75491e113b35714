# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One phone in verbs, whatever leads to it: what it can be asked and told.

Who uses a phone knows no path, no page and no status code.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, Protocol

from .call_reading import CallReading, CallSource
from .commands import Command, Picture, Write
from .connection import Connection
from .facts import PhoneFacts
from .loading import Acceptance, Load, Traces

Witness = Callable[["Phone"], CallReading]
"""Somebody else who knows of a phone's calls. Raises a SnomError."""


class Phone(Protocol):
    """One phone, one request at a time. Each verb raises a SnomError."""

    @property
    def connection(self) -> Connection:
        """What leads to it."""

    def look(self, subsets: Collection[str], *, timeout: float | None = None) -> PhoneFacts:
        """Read what is named of SUBSETS. What the phone does not have is unknown.

        timeout (s) is for each request and replaces the connection's own.
        """

    def call(self, source: CallSource) -> CallReading:
        """Read whether somebody talks on it."""

    def call_lists(self) -> dict[str, int]:
        """How many calls its lists hold, of LISTS that it shows."""

    def certificate(self) -> str:
        """The fingerprint of the certificate that it shows, without trusting it or sending anything."""

    def picture(self, picture: Picture) -> bytes:
        """What a part of it shows, as a Windows bitmap."""

    def command(self, command: Command) -> Acceptance:
        """Tell it to do something, once.

        Raises UserMode and Unsupported where it says no, and AnswerLost where it may have got the command all the same:
        no answer came, or none that can be read. To load an image and to restart are watched by whoever asks for it,
        so there that is no error.
        """

    def mark(self, load: Load) -> Mapping[str, Any] | None:
        """From where on it shows what comes of a load: for a journal, before the command. None where that needs none.

        Nothing is told to the phone by this.
        """

    def follow(self, mark: Mapping[str, Any] | None) -> None:
        """Watch for what comes of a load that an interrupted run has commanded or was about to, from its mark on.

        Raises InputError for a mark that is none of this way to a phone.
        """

    def remind(self) -> None:
        """Ask it once more for what a load asked it for, where it may not have looked for that the first time.

        Only for a phone that has fetched nothing of it yet. Where the phone was told itself, this does nothing.
        """

    def withdraw(self) -> None:
        """Show it no image any more. What it has begun to load it goes on with. Doing it again does nothing.

        Where the phone was told itself, there is nothing to withdraw. Raises SnomError where it may be shown it still.
        """

    def traces(self) -> Traces | None:
        """What it has fetched of a load that it was told or that is followed, as far as that could be read.

        None where nothing but the phone itself tells how far it is.
        """

    def spelled(self, command: Command | Picture) -> str:
        """What would be sent for a command or a picture."""

    def fits(self, command: Command) -> bool:
        """Whether a command is no longer than the phone may read."""

    def writes(self, settings: Mapping[str, str], *, store: bool) -> list[Write]:
        """The commands that write settings, in their order. Raises InputError for one that is too long."""

    def reach(self) -> None:
        """Make sure that something listens at its address, without sending anything. Raises PhoneUnreachable."""

    def use_login(self, username: str | None, password: str | None) -> None:
        """Log in so from now on, because the phone's own login was changed."""

    def close(self) -> None:
        """Give up the connection. The next request opens a new one; what was learned about the phone is kept."""
