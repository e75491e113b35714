# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reports of phones that are read from the log of a mirror."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._mirror.client import MirrorFailed
from ansible_collections.telephony.snom.plugins.module_utils._mirror.control_settings import ControlSettings
from ansible_collections.telephony.snom.plugins.module_utils._phone.report import Report, callbacks_document
from ansible_collections.telephony.snom.plugins.plugin_utils.witnesses.collector import PATIENCE, parse_collector
from ansible_collections.telephony.snom.plugins.plugin_utils.witnesses.log_collector import LogCollector

CONTROL = ControlSettings(url="https://mirror.example", username="ansible", password="secret")
AGENT = "Mozilla/4.0 (compatible; snomD862-SIP 10.1.226.13 00041396D9B4)"
PHONE, STRANGER = "192.0.2.7", "192.0.2.8"


class Mirror:
    """A log to which lines come, and a clock."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.later: list[bytes] = []
        """What comes while somebody waits."""
        self.time = 0.0
        self.down = False

    def mark(self) -> None:
        if self.down:
            raise MirrorFailed("The mirror can't be reached.")
        self.lines.clear()

    def read_new(self) -> Iterator[bytes]:
        lines, self.lines = self.lines, []
        return iter(lines)

    def pause(self, seconds: float) -> None:
        self.time += seconds
        self.lines += self.later
        self.later = []

    def ask(self, deliver: Callable[[str, str], None], **options: Any) -> Report | None:
        settings = parse_collector({"url": "http://mirror.example/report/"}, CONTROL)
        assert settings
        collector = LogCollector(
            settings,
            log=lambda settings: self,  # type: ignore[arg-type, return-value]
            now=lambda: self.time,
            pause=self.pause,
        )
        return collector.ask(PHONE, deliver, **options)


def line(url: str, *, address: str = PHONE, agent: str = AGENT) -> bytes:
    path = url.removeprefix("http://mirror.example")
    entry = {"time": "2026-11-29T12:00:00+00:00", "address": address, "method": "GET", "uri": path}
    return json.dumps({**entry, "status": 404, "bytes": 146, "user_agent": agent}).encode() + b"\n"


def test_a_phone_reports() -> None:
    mirror = Mirror()
    report = mirror.ask(lambda url, document: mirror.later.append(line(f"{url}/idle")))
    assert report is not None
    assert (report.reading.state, report.mac, mirror.time) == ("idle", "00041396D9B4", 0.5)


def test_a_phone_tells_by_callbacks() -> None:
    mirror = Mirror()
    told = "told/calls=1&state=Connected&mac=00041396D9B4&firmware=snomD862-SIP%2010.1.226.13"
    report = mirror.ask(
        lambda url, document: mirror.lines.append(line(f"{url}/{told}", agent="")),
        document=callbacks_document,
    )
    assert report is not None
    assert (report.reading.state, report.mac, report.model) == ("in_call", "00041396D9B4", "D862")


def test_nobody_else_reports_for_a_phone() -> None:
    def deliver(url: str, document: str) -> None:
        folder, _slash, token = url.rpartition("/")
        mirror.lines += [
            line(f"{url}/idle", address=STRANGER),
            line(f"{folder}/guessed/idle"),
            line(f"http://mirror.example/elsewhere/{token}/idle"),
            line(f"{url}/something"),
            line(f"http://mirror.example/?{url}/idle"),
            b"\xff" * 100 + token.encode(),
            line(f"{url}/calls-1"),
            line(f"{url}/idle"),
        ]

    mirror = Mirror()
    report = mirror.ask(deliver)
    assert report is not None and report.reading.state == "in_call"


def test_who_reports_not_in_time_does_not_report() -> None:
    mirror = Mirror()
    assert mirror.ask(lambda url, document: None) is None
    assert PATIENCE <= mirror.time <= PATIENCE + 1


def test_a_mirror_that_can_t_be_asked_tells_nothing_to_a_phone() -> None:
    mirror, told = Mirror(), list[str]()
    mirror.down = True
    with pytest.raises(MirrorFailed):
        mirror.ask(lambda url, document: told.append(url))
    assert told == []
