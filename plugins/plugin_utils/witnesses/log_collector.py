# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reports of phones by the log of a mirror, for a controller that phones don't reach.

A phone asks the mirror for a file that it does not have, and the log has who asked for what. So it is for phones that
are sent the document: nobody can fetch it there. The name of the file can't be guessed, is good for one question and
from the address of one phone.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import expect
from ansible_collections.telephony.snom.plugins.module_utils._mirror.control_settings import ControlSettings
from ansible_collections.telephony.snom.plugins.module_utils._mirror.log import read_request
from ansible_collections.telephony.snom.plugins.module_utils._mirror.served_log import ServedLog, open_log
from ansible_collections.telephony.snom.plugins.module_utils._phone.report import Report, report_document, report_of
from ansible_collections.telephony.snom.plugins.plugin_utils.witnesses.collector import PATIENCE, CollectorSettings

_BETWEEN = 0.5
"""Seconds between two looks at the log."""


class LogCollector:
    """The log. Any thread may ask."""

    has_documents = False

    def __init__(
        self,
        settings: CollectorSettings,
        *,
        log: Callable[[ControlSettings], ServedLog] = open_log,
        now: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """settings have a mirror's control. now gives seconds and never runs backwards."""
        self._url = settings.url
        self._folder = urlsplit(settings.url).path
        self._settings = expect(settings.control)
        self._make = log
        self._now = now
        self._pause = pause

    def open(self) -> None:
        """The mirror is there already."""

    def close(self) -> None:
        """Nothing is kept open."""

    def ask(
        self,
        address: str,
        deliver: Callable[[str, str], None],
        *,
        document: Callable[[str, str], str] = report_document,
    ) -> Report | None:
        """The report of the phone at an IP address; None if none came in time. Raises MirrorFailed too.

        See `report.Collector`.
        """
        token = secrets.token_urlsafe(16)
        url = f"{self._url}/{token}"
        log = self._make(self._settings)
        log.mark()
        deliver(url, document(url, token))
        until = self._now() + PATIENCE
        while (report := self._found(log.read_new(), address, token)) is None and self._now() < until:
            self._pause(_BETWEEN)
        return report

    def _found(self, lines: Iterable[bytes], address: str, token: str) -> Report | None:
        """The first report for a question. Lines are read to their end."""
        found = None
        for line in lines:
            # Most lines are of something else, and there may be many.
            request = read_request(line) if found is None and token.encode() in line else None
            if request is None or request.address != address:
                continue
            place = f"{self._folder}/{token}/"
            if request.path.startswith(place):
                found = report_of(request.path.removeprefix(place), request.agent)
        return found
