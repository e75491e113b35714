# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a phone may be loading an image or writing it, by the log of a mirror that shows it none any more.

A rollout withdraws what it showed as soon as the phone has it. Then the dangerous part begins.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from .._known.images import read_image_name
from .._known.version import Version
from .._provisioning.xml import firmware_file
from .log import Request, read_request
from .progress import FIRMWARE_FOLDER, IMAGE_FOLDER, running

LONGEST = timedelta(hours=2)
"""How long a phone is left alone of which nothing was heard since. So it is twice as long as by a rollout with its
default flash time: what this one was given is not known here."""

_SHORTEST = len(firmware_file("-"))
"""Bytes of a firmware file that names an image. Until a phone is shown one, it gets a file without."""


def begun_load(lines: Iterable[bytes], mac: str, said: Collection[Version], now: datetime) -> datetime | None:
    """When a phone took its newest step to load an image, where nothing says since that it runs that; else None.

    lines are in the order of the log. said are the versions that it says elsewhere, in its registration for example.
    That may be an old one, so only that of the image counts. now is by the mirror's clock, which may have been set
    since: what lies as far ahead of it as it may lie behind is too old.
    """
    load, sign, images = _Load(), mac.encode(), IMAGE_FOLDER.encode()
    for line in lines:
        # Most lines are others'.
        request = read_request(line) if images in line or sign in line.upper() else None
        if request is not None and (request.phone == mac or load.is_anonymous(request)):
            load.note(request)
    if load.at is None or abs(now - load.at) > LONGEST:
        return None
    return None if load.image in said and load.image != load.before else load.at


@dataclass
class _Load:
    at: datetime | None = None
    """By the mirror's clock: its newest step. None while there is none that is not over."""
    address: str = ""
    before: Version | None = None
    image: Version | None = None
    _said: Version | None = None

    def is_anonymous(self, request: Request) -> bool:
        """Whether this may be its image: what loads one need not say who it is."""
        is_image = request.path.startswith(IMAGE_FOLDER)
        return is_image and request.phone is None and self.at is not None and request.address == self.address

    def note(self, request: Request) -> None:
        """Take in one request of the phone."""
        version = running(request)
        self._said = version or self._said
        is_sent = request.method == "GET" and request.status in (200, 206)
        if is_sent and request.path.startswith(IMAGE_FOLDER) and request.sent:
            if self.at is None:
                self.before = self._said
            image = read_image_name(request.file)
            self.at, self.address, self.image = request.time, request.address, image[1] if image else None
        elif is_sent and request.path.startswith(FIRMWARE_FOLDER) and request.sent >= _SHORTEST:
            self.at, self.address, self.before, self.image = request.time, request.address, self._said, None
        elif version is not None and version != self.before and (self.before is not None or version == self.image):
            # It has restarted since: one that only has its image says the old version still.
            self.at = None
