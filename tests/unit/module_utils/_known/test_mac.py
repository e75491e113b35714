# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._known.mac import normalize_mac


@pytest.mark.parametrize(
    "text",
    ["000413922D24", "000413922d24", "00:04:13:92:2D:24", "00-04-13-92-2d-24", "0004.1392.2d24", " 000413922D24\n"],
)
def test_every_form_becomes_that_of_the_phones(text: str) -> None:
    assert normalize_mac(text) == "000413922D24"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "000413922D2",
        "000413922D240",
        "00:04:13:92:2D",
        "00:04-13:92:2D:24",
        "00:04:13:92:2D:2G",
        "0:4:13:92:2D:24",
        "0004.13922d24",
        "17:71:26:00:00:00:00",
        "\uff1100413922D24",
    ],
)
def test_refuses_the_rest_and_says_how_to_write_it(text: str) -> None:
    with pytest.raises(InputError, match="is not a MAC address"):
        normalize_mac(text)
