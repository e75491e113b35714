# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._known.borders import (
    may_have_vendor_controller,
    passes_new_admin_password,
)
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version


@pytest.mark.parametrize(
    ("now", "wanted", "passes"),
    [
        ("10.1.184.15", "10.1.185.0", True),
        ("10.1.184.15", "10.1.184.20", False),
        ("10.1.185.0", "10.1.190.10", False),
        ("8.7.5.35", "10.1.190.10", True),
        # A beta of the border's version may be on either side of it.
        ("10.1.184.15", "10.1.185.0-beta", True),
        ("10.1.185.0-beta", "10.1.190.10", True),
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
        ("D735", "10.1.161-beta", True),
        ("D735", "10.1.226-beta", True),
        (None, "10.1.175.16", None),
        ("D735", None, None),
    ],
)
def test_which_phones_the_vendors_controller_may_reach(
    model: str | None, firmware: str | None, may: bool | None
) -> None:
    assert may_have_vendor_controller(model, Version.parse(firmware) if firmware else None) is may
