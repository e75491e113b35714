# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A fleet of one and a fleet of many decide alike, and say it in the same words."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import SnomError
from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import Outcome
from ansible_collections.telephony.snom.plugins.module_utils._known.images import Catalog
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.module_utils._operations.firmware import ARGUMENT_SPEC, upgrade_phone
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import Connection
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.history import History
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.limits import (
    parse_by_site,
    parse_limit,
    parse_waves,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.options import Options
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.phone_plan import plan_phone
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.survey import survey_phone
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.target import Target
from ansible_collections.telephony.snom.tests.unit.phones import Clock, LabPhone

NEW = "10.1.54.13"
MIRROR = "http://images.example/fw"


def by_module(phone: dict[str, Any], given: dict[str, Any]) -> tuple[Outcome, str, list[str]]:
    defaults = {name: argument.get("default") for name, argument in ARGUMENT_SPEC.items()}
    own = {"host": "127.0.0.1", "mirror": MIRROR, "verify_image": "none", "only_when_idle": False}
    clock = Clock()
    try:
        result = upgrade_phone(LabPhone(clock, [], **phone), defaults | own | given, True, now=clock.now)
    except SnomError as error:
        return error.outcome, error.reason, []
    return result["outcome"], result["reason"], result["path"]


def by_rollout(phone: dict[str, Any], given: dict[str, Any]) -> Any:
    versions = {name: Version.parse(version) for name, version in (given.get("versions") or {}).items()}
    target = Target(
        host="desk",
        connection=Connection(address="127.0.0.1", mac=given.get("mac")),
        version=Version.parse(given["version"]) if given.get("version") else None,
        versions=versions,
        model=given.get("model"),
    )
    options = Options(
        waves=parse_waves(["100%"]),
        max_bad=parse_limit(0, "max_bad"),
        bandwidth=parse_by_site(100, "site_bandwidth_mbit"),
        catalog=Catalog(),
        mirror=MIRROR,
        allow_downgrade=given.get("allow_downgrade", False),
        force=given.get("force", False),
    )
    reading = survey_phone(target, lambda connection: LabPhone(Clock(), [], **phone), "idle", force=options.force)
    return plan_phone(target, reading, options, History())


@pytest.mark.parametrize(
    ("phone", "given"),
    [
        ({}, {}),
        ({"firmware": NEW}, {}),
        ({"firmware": NEW}, {"force": True}),
        ({"mac": "000413000001"}, {"mac": "000413922D24"}),
        ({"mac": None}, {"mac": "000413922D24"}),
        ({"mac": None}, {}),
        ({"mac": None, "firmware": NEW}, {}),
        ({}, {"model": "D765"}),
        ({"model": None}, {}),
        ({"model": "D999"}, {}),
        ({"firmware": None}, {}),
        ({}, {"version": None, "versions": {"D765": NEW}}),
        ({"model": "D865", "firmware": "10.1.141.13"}, {"version": "10.1.215.13"}),
        ({"firmware": "10.1.60.1"}, {}),
        ({"firmware": "10.1.60.1"}, {"allow_downgrade": True}),
        ({"settings": None, "admin_mode": False}, {}),
        ({"settings": {"use_hidden_tags": "on"}}, {}),
        ({"settings": {"update_policy": "auto_update", "firmware": "http://x/snomD785-10.1.39.11-SIP-r.bin"}}, {}),
        ({"up": False}, {}),
    ],
)
def test_the_module_and_the_rollout_say_the_same(phone: dict[str, Any], given: dict[str, Any]) -> None:
    given = {"version": NEW} | given
    outcome, reason, path = by_module(phone, given)
    planned = by_rollout(phone, given)
    # The option that lacks the model is named as each of them calls it.
    reason = reason.replace("add it to versions.", "add it to snom_firmware_versions.")
    if planned.outcome is None:
        assert outcome is Outcome.PLANNED
        assert path == [str(hop.version) for hop in planned.hops]
    else:
        assert (outcome, reason) == (planned.outcome, planned.ending.reason)
