# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hosts and what was read of them, for the tests of plans."""

from __future__ import annotations

from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._known.images import Catalog
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import Connection
from ansible_collections.telephony.snom.plugins.module_utils._phone.facts import PhoneFacts
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.limits import (
    parse_by_site,
    parse_limit,
    parse_waves,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.options import Options
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.target import Target

OLD, NEW = "10.1.39.11", "10.1.54.13"
MAC = "000413922D24"
IMAGE = f"snomD785-{NEW}-SIP-r.bin"


def target(host: str = "desk-1", *, address: str | None = None, mac: str | None = None, **more: Any) -> Target:
    if "version" not in more and "versions" not in more:
        more["version"] = Version.parse(NEW)
    return Target(host=host, connection=Connection(address=address or host, mac=mac), **more)


def facts(**more: Any) -> PhoneFacts:
    firmware = more.pop("firmware", OLD)
    known: dict[str, Any] = {"model": "D785", "mac": MAC, "firmware": Version.parse(firmware) if firmware else None}
    return PhoneFacts(**known | more)


def options(**more: Any) -> Options:
    values: dict[str, Any] = {
        "waves": parse_waves(["100%"]),
        "max_bad": parse_limit(0, "max_bad"),
        "bandwidth": parse_by_site(100, "site_bandwidth_mbit"),
        "catalog": Catalog(),
        "mirror": "http://images.example/fw",
    }
    return Options(**values | more)
