# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How far phones came that are upgraded by provisioning, by the log of their mirror.

Times are those of the log; no other clock is compared with them. As for all of the log, a line is believed as far as
its client is: what it proves is what somebody asked for in the phone's name.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from .._known.mac import normalize_mac
from .._known.user_agent import PHONE
from .._known.version import Version
from .log import Fetch, Request, note_part, read_request

FIRMWARE_FOLDER = "/firmware/"
"""Where the mirror has a firmware file for each phone."""

IMAGE_FOLDER = "/fw/"

BEACON_FOLDER = "/beacon/"
"""Where phones call when they have started, if their settings say so. The mirror has nothing there but its log."""


@dataclass
class FetchProgress:
    """What the log says of one phone since it was armed. Each step has the time when it was last taken."""

    since: datetime
    image: str
    """The file that its image is called."""
    armed_length: int | None = None
    """Bytes of the firmware file that names the image; the one that it gets while unarmed has others."""

    asked: datetime | None = None
    """When it last asked for anything, whatever it got."""
    settings_fetched: datetime | None = None
    """When it asked for its own settings file, and got it or still has it."""
    firmware_fetched: datetime | None = None
    """When it got the firmware file that names the image."""
    image_begun: datetime | None = None
    """When some of the image was sent."""
    images: int = 0
    """How often the image was sent as a whole."""
    image_whole: datetime | None = None
    """When it last was."""
    version: Version | None = None
    """What the phone last said that runs on it, after the image was sent as a whole for the first time."""
    version_said: datetime | None = None
    version_before: Version | None = None
    """What it last said before that."""
    beacon: datetime | None = None
    """When it called that it had started, after the image was sent as a whole."""
    doubtful: bool = False
    """Whether a line whose time is before it was armed has a step of its load: a clock that was set back wrote it."""
    address: str | None = None
    """From where it last asked for something in its own name."""
    _part: Fetch | None = None

    def is_looping(self, before: Version | None) -> bool:
        """Whether it has loaded the image twice, and nothing says that it left the version that it had before."""
        return self.images >= 2 and (self.version is None or self.version == before)


class ProgressLog:
    """Puts the log's lines to the phones that are waited for. What they hold of others is not remembered."""

    def __init__(self) -> None:
        self._phones: dict[str, FetchProgress] = {}
        # Which of them are at an address. Behind a router there may be many.
        self._by_address: dict[str, set[str]] = {}

    def expect(self, mac: str, image: str, since: datetime, armed_length: int | None = None) -> FetchProgress:
        """Follow a phone from now on. image is the file's name; since and armed_length are those of ``Armed``."""
        self.forget(mac)
        self._phones[normalize_mac(mac)] = progress = FetchProgress(since, image, armed_length)
        return progress

    def forget(self, mac: str) -> None:
        """Follow a phone no longer."""
        gone = self._phones.pop(normalize_mac(mac), None)
        if gone:
            self._moved(normalize_mac(mac), gone, None)

    def of(self, mac: str) -> FetchProgress | None:
        """How far a phone came; None for one that is not followed."""
        return self._phones.get(normalize_mac(mac))

    def read(self, lines: Iterable[bytes]) -> None:
        """Take lines in the order of the log. Those that are none of it are passed over."""
        for line in lines:
            request = read_request(line)
            if request is None:
                continue
            mac = request.phone or self._alone_at(request)
            progress = self._phones.get(mac) if mac else None
            if not mac or not progress:
                continue
            # The log has whole seconds. What stands behind its mark is new, unless it came late or is read again.
            if request.time < progress.since.replace(microsecond=0):
                progress.doubtful = progress.doubtful or _is_step(progress, request)
                continue
            if request.phone and request.address != progress.address:
                self._moved(mac, progress, request.address)
            _note(progress, request)

    def _alone_at(self, request: Request) -> str | None:
        """The phone that loads an image without saying who it is, where only one that is followed is there."""
        macs = self._by_address.get(request.address, ()) if request.path.startswith(IMAGE_FOLDER) else ()
        return next(iter(macs)) if len(macs) == 1 else None

    def _moved(self, mac: str, progress: FetchProgress, address: str | None) -> None:
        if progress.address:
            self._by_address[progress.address].discard(mac)
            if not self._by_address[progress.address]:
                del self._by_address[progress.address]
        if address:
            self._by_address.setdefault(address, set()).add(mac)
        progress.address = address


def _is_step(progress: FetchProgress, request: Request) -> bool:
    """Whether this sent the phone the file that names its image, or some of the image itself."""
    if request.method != "GET":
        return False
    if request.path.startswith(FIRMWARE_FOLDER):
        return request.status == 200 and progress.armed_length in (None, request.sent)
    return request.path.startswith(IMAGE_FOLDER) and request.file == progress.image


def _note(progress: FetchProgress, request: Request) -> None:
    # A line is written when its answer ends. What was whole by then comes before what this line itself says.
    _note_version(progress, request)
    progress.asked = request.time
    if request.path.startswith(BEACON_FOLDER):
        if progress.image_whole is not None and request.time >= progress.image_whole:
            progress.beacon = request.time
    elif request.method != "GET":
        return
    elif request.path.startswith(FIRMWARE_FOLDER):
        if _is_step(progress, request):
            progress.firmware_fetched = request.time
    elif request.path.startswith(IMAGE_FOLDER):
        if _is_step(progress, request):
            _note_image(progress, request)
    elif request.status in (200, 206, 304) and request.names_phone:
        progress.settings_fetched = request.time


def _note_version(progress: FetchProgress, request: Request) -> None:
    version = running(request)
    if version is None:
        return
    if progress.image_whole is None:
        progress.version_before = version
        return
    # Each worker of nginx may keep lines back for a while, and write them behind those of others.
    if request.time < progress.image_whole:
        return
    progress.version, progress.version_said = version, request.time


def running(request: Request) -> Version | None:
    """The version that a phone says in a request that it runs; None where that says none."""
    agent = request.agent
    # What loads an image may have a version of its own, and a phone that loads still says the old one.
    if agent is None or agent.kind != PHONE or request.path.startswith(IMAGE_FOLDER):
        return None
    return agent.firmware


def _note_image(progress: FetchProgress, request: Request) -> None:
    before = progress._part
    # What is behind a whole image is a new beginning.
    fetch = note_part(None if before and before.complete else before, request)
    if fetch is None:
        return
    progress._part = fetch
    if request.sent:
        progress.image_begun = request.time
    if fetch.complete:
        progress.images += 1
        progress.image_whole = request.time
