# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._known.dialect import (
    dialect_of,
    may_have_vendor_controller,
    passes_new_admin_password,
    takes_provisioning,
)
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version


@pytest.mark.parametrize(
    ("firmware", "chains", "touches", "first_page", "hold", "outdated"),
    [
        (None, True, True, "advanced_update", "F_HOLD", set()),
        ("6.5.20", False, False, "advanced", "F_R", set()),
        ("7.3.30", False, False, "advanced", "F_R", {"MENU"}),
        ("8.4.33", True, False, "advanced_update", "F_HOLD", {"MENU", "DISCONNECT"}),
        ("8.4.34", True, True, "advanced_update", "F_HOLD", {"MENU", "DISCONNECT"}),
        ("8.7.1", True, False, "advanced_update", "F_HOLD", {"MENU", "DISCONNECT"}),
        ("8.7.2", True, True, "advanced_update", "F_HOLD", {"MENU", "DISCONNECT"}),
        ("10.1.54.13", True, True, "advanced_update", "F_HOLD", {"MENU", "DISCONNECT"}),
    ],
)
def test_what_a_firmware_understands(
    firmware: str | None, chains: bool, touches: bool, first_page: str, hold: str, outdated: set[str]
) -> None:
    dialect = dialect_of(Version.parse(firmware) if firmware else None)
    assert (dialect.takes_chains, dialect.takes_touches) == (chains, touches)
    assert dialect.restart_pages[0] == first_page
    assert set(dialect.restart_pages) == {"advanced", "advanced_update"}
    assert dialect.spelled("F_HOLD") == hold
    assert dialect.spelled("ENTER") == "ENTER"
    assert set(dialect.outdated_keys) == outdated


def test_the_other_name_of_a_key_is_taken_too() -> None:
    assert dialect_of(Version.parse("8.7.5.35")).spelled("F_R") == "F_HOLD"
    assert dialect_of(None).spelled("F_R") == "F_R"


@pytest.mark.parametrize(
    ("now", "wanted", "passes"),
    [
        ("10.1.184.15", "10.1.185.0", True),
        ("10.1.184.15", "10.1.184.20", False),
        ("10.1.185.0", "10.1.190.10", False),
        ("8.7.5.35", "10.1.190.10", True),
    ],
)
def test_which_upgrades_pass_the_new_admin_password(now: str, wanted: str, passes: bool) -> None:
    assert passes_new_admin_password(Version.parse(now), Version.parse(wanted)) is passes


@pytest.mark.parametrize(
    ("model", "firmware", "may"),
    [
        ("D865", "10.1.161.0", True),
        ("D735", "10.1.215.13", True),
        ("D735", "10.1.226.13", False),
        ("D735", "10.1.141.13", False),
        ("D785", "10.1.175.16", False),
        (None, "10.1.175.16", None),
        ("D735", None, None),
    ],
)
def test_which_phones_the_vendors_controller_may_reach(
    model: str | None, firmware: str | None, may: bool | None
) -> None:
    assert may_have_vendor_controller(model, Version.parse(firmware) if firmware else None) is may


@pytest.mark.parametrize(
    ("settings", "takes"),
    [
        ({}, True),
        ({"tr69_use_acs": "off"}, True),
        ({"tr69_use_acs": ""}, True),
        ({"tr69_use_acs": "FALSE"}, True),
        ({"tr69_use_acs": "0"}, True),
        ({"tr69_use_acs": "on"}, False),
        ({"tr69_use_acs": "1"}, False),
        ({"TR69_Use_ACS": "On"}, False),
        ({"tr69_use_acs": "off", "TR69_use_acs": "on"}, False),
        ({"tr69_use_acs": "whatever"}, False),
    ],
)
def test_a_phone_that_may_have_tr_069_on_takes_no_provisioning(settings: dict[str, str], takes: bool) -> None:
    assert takes_provisioning(settings) is takes
