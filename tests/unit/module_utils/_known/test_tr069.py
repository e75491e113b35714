# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._known.tr069 import takes_provisioning


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
