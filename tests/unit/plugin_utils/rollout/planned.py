# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Phones of a plan, and what the parts of the engine want to know besides, for the tests of these parts."""

from __future__ import annotations

from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import NotRecorded
from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import Outcome
from ansible_collections.telephony.snom.plugins.module_utils._firmware.order import Ending, Intent
from ansible_collections.telephony.snom.plugins.module_utils._known.image_path import Hop
from ansible_collections.telephony.snom.plugins.module_utils._known.images import Catalog
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import Connection
from ansible_collections.telephony.snom.plugins.module_utils._phone.facts import PhoneFacts
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.history import ImageStep
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.limits import (
    parse_by_site,
    parse_limit,
    parse_waves,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.options import Options
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.plan import Plan
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.planned_phone import PlannedPhone
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.target import Target

OLD, NEW = "10.1.39.11", "10.1.54.13"


def options(*, max_bad: object = 0, waves: object = "100%", **more: Any) -> Options:
    return Options(
        waves=parse_waves(waves),
        max_bad=parse_limit(max_bad, "max_bad"),
        bandwidth=parse_by_site(100, "site_bandwidth_mbit"),
        catalog=Catalog(),
        **more,
    )


def phone(
    host: str,
    *,
    site: str | None = None,
    group: str | None = None,
    username: str | None = None,
    model: str = "D785",
    mac: str | None = None,
    image: str | None = None,
    **more: Any,
) -> PlannedPhone:
    """A phone that needs work; image is the URL of what it is to load."""
    connection = Connection(address=host, username=username)
    planned: dict[str, Any] = {
        "target": Target(host=host, connection=connection, version=Version.parse(NEW), site=site, group=group),
        "facts": PhoneFacts(model=model, firmware=Version.parse(OLD), mac=mac),
        "wanted": Version.parse(NEW),
        "deadlines": (900.0,),
        "needs": (600.0,),
        "hops": () if image is None else (hop(image),),
    }
    return PlannedPhone(**planned | more)


def hop(url: str) -> Hop:
    file, version = url.rpartition("/")[2], Version.parse(NEW)
    return Hop(version=version, file=file, url=url, image_url=url, size=None, sha1=None, chained=False)


def plan(*phones: PlannedPhone, proven: frozenset[ImageStep] = frozenset(), **given: Any) -> Plan:
    return Plan(phones=list(phones), options=options(**given), plan_id="1", proven=proven)


def ended(outcome: Outcome = Outcome.UPGRADED, *, triggered: bool = True, **more: Any) -> Ending:
    return Ending(outcome, f"It is {outcome}.", triggered=triggered, **more)


class Disk:
    """A journal on a disk that may be full."""

    def __init__(self) -> None:
        self.lines: list[tuple[Any, ...]] = []
        self.full = False
        self.synced = 0

    def write(self, kind: str, **entry: Any) -> None:
        if self.full:
            raise NotRecorded("No space left on device.")
        self.lines.append((kind, *entry.values()))

    def sync(self) -> None:
        if self.full:
            raise NotRecorded("No space left on device.")
        self.synced += 1

    def intent(self, intent: Intent) -> None:
        self.write("intent", host=intent.host)

    def end(self, host: str, ending: Ending, time: float) -> None:
        self.write("end", host=host, outcome=ending.outcome, time=time)
