# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One phone in verbs, whatever leads to it: what it can be asked and told.

Who uses a phone knows no path, no page and no status code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from .call_reading import CallReading
from .commands import Command, Picture, Write
from .loadable_phone import Acceptance, LoadablePhone

Witness = Callable[["Phone"], CallReading]
"""Somebody else who knows of a phone's calls. Raises a SnomError."""


class Phone(LoadablePhone, Protocol):
    """One phone, one request at a time. Each verb raises a SnomError."""

    def reports_from(self) -> str:
        """The address, or a name for it, from which it fetches what a document says. Raises PhoneUnreachable."""

    def call_lists(self) -> dict[str, int]:
        """How many calls its lists hold, of LISTS that it shows."""

    def picture(self, picture: Picture) -> bytes:
        """What a part of it shows, as a Windows bitmap."""

    def command(self, command: Command) -> Acceptance:
        """Tell it to do something, once.

        Raises UserMode and Unsupported where it says no, and AnswerLost where it may have got the command all the same:
        no answer came, or none that can be read. To load an image and to restart are watched by whoever asks for it,
        so there that is no error.
        """

    def spelled(self, command: Command | Picture) -> str:
        """What would be sent for a command or a picture."""

    def fits(self, command: Command) -> bool:
        """Whether a command is no longer than the phone may read."""

    def writes(self, settings: Mapping[str, str], *, store: bool) -> list[Write]:
        """The commands that write settings, in their order. Raises InputError for one that is too long."""

    def use_login(self, username: str | None, password: str | None) -> None:
        """Log in so from now on, because the phone's own login was changed."""
