# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which request proves that a phone fetched the settings that are its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from .client import MirrorFailed
from .log import Request, read_request
from .progress import BEACON_FOLDER, FIRMWARE_FOLDER, IMAGE_FOLDER
from .served_log import ServedLog

POLL = 1.0
"""Seconds between two looks at the log."""

_NO_SETTINGS = (BEACON_FOLDER, FIRMWARE_FOLDER, IMAGE_FOLDER, "/control/")


@dataclass(frozen=True)
class Watched:
    """What a log showed until a phone had fetched, or its time was over."""

    request: Request | None = None
    problem: str | None = None
    """Why there is none, where the log could not be read in the end."""


@dataclass(frozen=True, kw_only=True)
class OwnFile:
    """The settings file of one phone, as its mirror's log shows a request for it."""

    mac: str
    since: datetime
    """By the mirror's clock. What it noted later may have been before that: its log may come late."""
    addresses: frozenset[str]
    """From where the phone asks, as far as that is known."""
    generation: str | None = None
    """That of `web_root`, where only its files count; None for any."""

    def was_sent(self, request: Request) -> bool:
        """Whether the phone asked for it and got it whole, or was told that it still has it.

        By its MAC address in the path or query, from a Snom phone or the phone's own address: the User-Agent is a
        setting (xml 1.4), and that of a D8xx is not public (sip 2.3). A request that names another phone is none.
        """
        if request.time < self.since or request.method != "GET" or request.path.startswith(_NO_SETTINGS):
            return False
        if request.owner != self.mac or request.phone != self.mac:
            return False
        if request.agent is None and request.address not in self.addresses:
            return False
        if self.generation is not None and f"/generations/{self.generation}/" not in request.path:
            return False
        is_whole = request.length is None or request.sent >= request.length
        return request.status == 304 or (request.status == 200 and is_whole)


def watch_for_fetch(
    log: ServedLog,
    own: OwnFile,
    ends: float,
    *,
    now: Callable[[], float],
    sleep: Callable[[float], None],
) -> Watched:
    """Read what a log gains behind its mark until the file was sent. ends is when the phone's time is over."""
    while True:
        found, problem = None, None
        try:
            # To its end, so that the position is that of the log.
            for line in log.read_new():
                request = read_request(line)
                if found is None and request is not None and own.was_sent(request):
                    found = request
        except MirrorFailed as error:
            # It may answer again, and what it wrote meanwhile is read then.
            problem = error.reason
        if found is not None or now() >= ends:
            return Watched(found, None if found else problem)
        sleep(min(POLL, max(ends - now(), 0.01)))
