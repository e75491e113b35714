# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._known.mac_in_text import find_mac


@pytest.mark.parametrize(
    ("text", "mac"),
    [
        ("cfg000413922d24.xml", "000413922D24"),
        ("snom000413922D24-settings", "000413922D24"),
        # Longer numbers, and the hash of a build.
        ("gabcdef012345", None),
        ("a000413922D24", None),
        ("000413922D240", None),
    ],
)
def test_an_address_of_a_phone_may_stand_beside_letters(text: str, mac: str | None) -> None:
    assert find_mac(text) == mac
