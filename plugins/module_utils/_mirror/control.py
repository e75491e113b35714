# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a controller tells a mirror over HTTP: which phone is shown a firmware and until when.

The other side is ``/control/`` of the role firmware_mirror: nginx with WebDAV. A PUT there is one rename, and its Date
becomes the time of the file, after which a timer on the mirror removes it, whatever became of the controller.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import formatdate

from .._core.clock import system_time
from .._core.errors import InputError
from .._known.images import check_url
from .._known.mac import normalize_mac
from .._provisioning.xml import firmware_file
from .client import MirrorAnswerLost, MirrorClient, http_date
from .control_settings import ControlSettings
from .served_log import ServedLog

LONGEST_SILENCE = 180.0
"""Seconds. The mirror's timer runs each minute; nothing is armed where it has not for so long."""

SKEW = 300.0
"""Seconds by which the mirror's clock may differ from the controller's before a person is told."""

_REFUSED = range(400, 500)
"""Statuses of requests that were certainly not carried out."""

_ARMED = re.compile(r"([0-9A-F]{12})\.xml")


@dataclass(frozen=True)
class Armed:
    """What a phone is shown since when."""

    since: datetime
    """By the mirror's clock, as its log has it."""
    length: int
    """Bytes of its firmware file. The one that phones get while unarmed is shorter."""


class MirrorControl:
    """What one mirror does for a controller."""

    def __init__(self, settings: ControlSettings) -> None:
        """Raises InputError for a CA that can't be read."""
        self.client = MirrorClient(settings)
        """By which it is asked. It knows the mirror's clock."""
        self.log = ServedLog(self.client)
        """What it noted of requests."""
        # By system_time.
        self._checked: float | None = None

    def check(self) -> str | None:
        """Make sure that the mirror lets this controller in and that its timer runs; return what to warn of, if any.

        Raises MirrorFailed. Nothing may be armed where nobody disarms for a controller that dies.
        """
        answer = self.client.ask("GET", "/control/timer")
        if answer.status == 404:
            ran = None
        else:
            self.client.expect(answer, 200)
            ran = http_date(answer.headers.get("last-modified"))
        now = http_date(answer.headers.get("date"))
        if now is None:
            raise self.client.failed("tells no time, so no deadline can be given to it")
        if ran is None or (now - ran).total_seconds() > LONGEST_SILENCE:
            raise self.client.failed(
                "does not run the timer that disarms phones when their time is over. Start snom-mirror-disarm.timer "
                "there, or put the line into a crontab that the README of the role firmware_mirror shows"
            )
        self._checked = system_time()
        return self.clock_warning()

    def clock_warning(self) -> str | None:
        """What a person must be told about the mirror's clock, as of the newest answer."""
        skew = abs(self.client.skew)
        if skew <= SKEW:
            return None
        return (
            f"The clock of {self.client.shown} differs from the controller's by {skew:.0f} s. Deadlines are given in "
            "the mirror's own time. Set the clocks."
        )

    def arm(self, mac: str, image_url: str, deadline: float) -> Armed:
        """Show a phone this image until a time, in seconds since the epoch by ``system_time``.

        Only an image of the phone's own model may be given: the caller sees to that. Raises InputError for a MAC or URL
        that is none, MirrorFailed, and MirrorAnswerLost where the phone may be armed all the same.
        """
        check_url(image_url)
        content = firmware_file(image_url)
        if len(content) > 4096:
            raise InputError("The URL of the image is too long for a mirror.")
        if self._checked is None or system_time() - self._checked > LONGEST_SILENCE / 3:
            self.check()
        if deadline <= system_time():
            raise InputError("The deadline for arming is over already.")
        answer = self.client.ask(
            "PUT", _path(mac), content, {"Date": formatdate(deadline + self.client.skew, usegmt=True)}
        )
        if answer.status not in (201, 204, *_REFUSED):
            # So answers nginx itself that has renamed the file already, or a gateway that lost the answer of nginx.
            raise MirrorAnswerLost(
                f"{self.client.shown} answers with status {answer.status}, and may have done it. Look at its error.log."
            )
        self.client.expect(answer, 201, 204)
        since = http_date(answer.headers.get("date"))
        if since is None:
            raise MirrorAnswerLost(
                f"{self.client.shown} answers without a date, so nothing in its log can be told to be new."
            )
        return Armed(since, len(content))

    def disarm(self, mac: str) -> None:
        """Show a phone no firmware any more. One that is shown none is fine. Raises MirrorFailed."""
        self.client.expect(self.client.ask("DELETE", _path(mac)), 204, 404)

    def armed(self) -> dict[str, float]:
        """The MAC addresses of phones that are shown a firmware, with their deadlines by ``system_time``."""
        answer = self.client.ask("GET", "/control/armed/")
        self.client.expect(answer, 200)
        try:
            entries = json.loads(answer.content)
            found = {str(entry["name"]): http_date(str(entry["mtime"])) for entry in entries}
        except (ValueError, KeyError, TypeError, RecursionError):
            raise self.client.failed("answers with no list of what is armed") from None
        return {
            match[1]: until.timestamp() - self.client.skew
            for name, until in found.items()
            if (match := _ARMED.fullmatch(name)) and until
        }


def _path(mac: str) -> str:
    return f"/control/armed/{normalize_mac(mac)}.xml"
