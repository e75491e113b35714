# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a phone may be loading an image or writing it, by the log of a mirror that shows it none any more.

A rollout withdraws what it showed as soon as the phone has it. Then the dangerous part begins.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
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

    lines are in the order of the log. said and now are those of `Told.begun`.
    """
    sign, images, told = mac.encode(), IMAGE_FOLDER.encode(), ToldLog({mac})
    # Most lines are others'.
    told.read(line for line in lines if images in line or sign in line.upper())
    return told.of(mac).begun(said, now)


class ToldLog:
    """What a log tells of phones."""

    def __init__(self, macs: Collection[str]) -> None:
        self._phones: dict[str, Told] = {mac: Told() for mac in macs}
        # The newest image that was sent to an address, and to nobody by name, with its place in the log.
        self._unnamed: dict[str, tuple[int, Request]] = {}
        self._place = 0

    def read(self, lines: Iterable[bytes]) -> None:
        """Take lines in the order of the log; each is read once for all phones."""
        for line in lines:
            self._place += 1
            request = read_request(line)
            if request is None:
                continue
            mac = request.phone
            if mac is None and _is_image(request):
                self._unnamed[request.address] = self._place, request
            elif mac is not None and mac in self._phones:
                self.of(mac).note(request, self._place)

    def of(self, mac: str) -> Told:
        """What it tells of one of them."""
        told = self._phones[mac]
        told.note_unnamed(self._unnamed)
        return told


def _is_sent(request: Request) -> bool:
    return request.method == "GET" and request.status in (200, 206)


def _is_image(request: Request) -> bool:
    """Whether this sent some of an image."""
    return _is_sent(request) and request.path.startswith(IMAGE_FOLDER) and request.sent > 0


@dataclass
class Told:
    """What a log tells of one phone."""

    said: Version | None = None
    """The version that it said last that it runs: what stands last in the log, whatever its clock showed."""
    file: str = ""
    """The image that it got last, where it is known."""
    _at: datetime | None = None
    """By the mirror's clock: its newest step. None while there is none that is not over."""
    _address: str = ""
    _before: Version | None = None
    _place: int = 0

    def begun(self, said: Collection[Version], now: datetime) -> datetime | None:
        """When it took its newest step to load an image, where nothing says since that it runs that; else None.

        said are the versions that it says elsewhere, in its registration for example. That may be an old one, so only
        that of the image counts. now is by the mirror's clock, which may have been set since: what lies as far ahead of
        it as it may lie behind is too old.
        """
        if self._at is None or abs(now - self._at) > LONGEST:
            return None
        image = self._image
        return None if image in said and image != self._before else self._at

    @property
    def _image(self) -> Version | None:
        named = read_image_name(self.file)
        return named[1] if named else None

    def note_unnamed(self, images: Mapping[str, tuple[int, Request]]) -> None:
        """Take in the newest image at its address behind what was noted: what loads one need not say who it is."""
        place, request = images.get(self._address, (-1, None))
        if request is not None and self._at is not None and place > self._place:
            self.note(request, place)

    def note(self, request: Request, place: int) -> None:
        """Take in one request of the phone, at its place in the log."""
        self._place = place
        version = running(request)
        self.said = version or self.said
        if _is_image(request):
            if self._at is None:
                self._before = self.said
            self._at, self._address, self.file = request.time, request.address, request.file
        elif _is_sent(request) and request.path.startswith(FIRMWARE_FOLDER) and request.sent >= _SHORTEST:
            self._at, self._address, self._before, self.file = request.time, request.address, self.said, ""
        elif version is not None and version != self._before and (self._before is not None or version == self._image):
            # It has restarted since: one that only has its image says the old version still.
            self._at = None
