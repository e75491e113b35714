# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from importlib import import_module

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.module_utils._phone.facts import PhoneFacts
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.forecast import forecast, forecast_by_sip


@pytest.mark.parametrize(
    ("facts", "mac", "call", "module", "will"),
    [
        (PhoneFacts(), None, True, "snom_firmware", "refuses"),
        (PhoneFacts(firmware=Version.parse("10.1.54.13")), None, True, "snom_firmware", "refuses"),
        (PhoneFacts(firmware=Version.parse("10.1.54.13"), model="D785"), None, False, "snom_firmware", "defers"),
        (PhoneFacts(firmware=Version.parse("10.1.54.13"), model="D785"), None, True, "snom_firmware", "works"),
        (PhoneFacts(firmware=Version.parse("10.1.54.13"), model="D785"), "000413922D24", True, "snom_key", "refuses"),
        (
            PhoneFacts(settings={"tr69_use_acs": "on"}, model="D785", firmware=Version((10, 1))),
            None,
            True,
            "snom_rollout",
            "unsure",
        ),
        (PhoneFacts(admin_mode=False), None, True, "snom_settings", "refuses"),
        (PhoneFacts(), None, True, "snom_settings", "refuses"),
        (PhoneFacts(settings={}), None, True, "snom_settings", "works"),
        (PhoneFacts(settings={"use_hidden_tags": "on"}), None, True, "snom_call", "unsure"),
        (PhoneFacts(generation="phone_manager"), None, True, "snom_reboot", "refuses"),
        (PhoneFacts(uptime=5), None, True, "snom_reboot", "works"),
        (PhoneFacts(uptime=5), None, False, "snom_reboot", "defers"),
        (PhoneFacts(), None, True, "snom_factory_reset", "refuses"),
    ],
)
def test_what_a_module_will_do_follows_from_what_was_read(
    facts: PhoneFacts, mac: str | None, call: bool, module: str, will: str
) -> None:
    rows = {row["module"]: row for row in forecast(facts, mac=mac, call_known=call)}
    assert rows[module]["will"] == will and rows[module]["why"]


@pytest.mark.parametrize(
    ("version", "found", "module", "will"),
    [
        ("10.1.226.16", True, "snom_key", "unsure"),
        ("10.1.54.13", True, "snom_key", "refuses"),
        (None, None, "snom_key", "unsure"),
        (None, None, "snom_info", "works"),
        ("10.1.226.16", True, "snom_rollout", "unsure"),
        ("10.1.226.16", True, "snom_settings", "refuses"),
        ("10.1.226.16", False, "snom_rollout", "refuses"),
    ],
)
def test_of_a_phone_that_is_told_by_its_pbx_other_things_follow(
    version: str | None, found: bool | None, module: str, will: str
) -> None:
    firmware = None if version is None else Version.parse(version)
    rows = {row["module"]: row for row in forecast_by_sip(firmware, is_found=found)}
    assert rows[module]["will"] == will and rows[module]["why"]
    assert rows.keys() == {"snom_sync"} | {row["module"] for row in forecast(PhoneFacts(), mac=None, call_known=True)}


def test_what_is_refused_by_sip_is_what_the_modules_refuse() -> None:
    rows = {row["module"]: row["will"] for row in forecast_by_sip(Version.parse("10.1.226.16"), is_found=True)}
    package = "ansible_collections.telephony.snom.plugins.action"
    twins = {name: import_module(f"{package}.{name}").ActionModule for name in rows}
    refusing = {name for name, twin in twins.items() if getattr(twin, "not_by_sip", None) is not None}
    assert {name for name, will in rows.items() if will == "refuses"} == refusing
