# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.telephony.snom.plugins.filter.vendor_controller import FilterModule

vendor_controller = FilterModule().filters()["vendor_controller"]


@pytest.mark.parametrize(
    ("phone", "may"),
    [
        ({"model": "D862", "firmware": "10.1.215.13", "account": "401"}, True),
        ({"model": "D862", "firmware": "10.1.226.13"}, False),
        ({"model": "D785", "firmware": "10.1.215.13"}, False),
        ({"model": "D862", "firmware": None}, None),
        ({"model": None, "firmware": "10.1.215.13"}, None),
        ({"model": "D862", "firmware": "10.1.215.13", "vendor_controller": False}, False),
        ({"model": "D862", "firmware": "10.1.226.13", "phone": {"vendor_controller": True}}, True),
        ({"model": "D862", "firmware": "10.1.215.13", "phone": None}, True),
    ],
)
def test_model_and_firmware_are_enough_and_the_phone_itself_wins(phone: dict[str, Any], may: bool | None) -> None:
    assert vendor_controller(phone) is may


def test_what_is_no_phone_is_said() -> None:
    with pytest.raises(AnsibleFilterError, match="list is no phone"):
        vendor_controller([])
