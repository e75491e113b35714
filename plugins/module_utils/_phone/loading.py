# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a phone is told so that it loads an image, and what shows that it does."""

from __future__ import annotations

from dataclasses import dataclass


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
