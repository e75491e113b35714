# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One phone in verbs, as far as it is told to load an image, and what shows that it does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from .readable_phone import ReadablePhone


@dataclass(frozen=True)
class Load:
    """Load the firmware image at a URL.

    A phone that fetches it by provisioning is shown it until a time, in seconds since the epoch, and no longer.
    """

    url: str
    image: str | None = None
    """The URL of the image itself, where that at url only leads to it."""
    until: float | None = None


@dataclass(frozen=True)
class Acceptance:
    """What came back for a command, in words, with what was sent for it. It proves nothing (protocol 0.3, 0.4)."""

    request: str
    answer: str
    asks_reboot: bool = False
    """Whether the phone says that what was changed takes effect at its next boot."""


@dataclass(frozen=True, kw_only=True)
class Traces:
    """What a phone has fetched since it was told to load an image, as its mirror tells.

    Times are in seconds since the epoch; None for what did not happen.
    """

    asked_at: float | None = None
    """When it last asked its mirror for anything, whatever it got."""
    settings_at: float | None = None
    firmware_file_at: float | None = None
    """When it got the file that names the image. From then on it may be loading, which shows only when it is done."""
    image_at: float | None = None
    """When the image was last sent as a whole."""
    images: int = 0
    """How often it was."""
    started_at: float | None = None
    """When the phone said that it had started, after that."""
    complete: bool = True
    """Whether all that the mirror noted could be read, so that what is not there did not happen."""

    @property
    def may_load(self) -> bool:
        """Whether it may be loading the image, or have loaded it."""
        return not self.complete or self.firmware_file_at is not None or self.image_at is not None


class LoadablePhone(ReadablePhone, Protocol):
    """One phone, one request at a time. Each verb raises a SnomError."""

    def command(self, command: Load) -> Acceptance:
        """Tell it to load an image, once.

        Raises UserMode and Unsupported where it says no. What comes of it is watched by whoever asks for it, so it is
        no error that no answer came, or none that can be read.
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
