# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.telephony.snom.plugins.plugin_utils.provisioning.provisioned_phone import Entry

from .rendering import entry, refusal, rendered


def test_all_problems_are_said_at_once_up_to_a_bound() -> None:
    reason = refusal(*(Entry(host=f"h{number}") for number in range(12)))
    assert "h0: snom_mac" in reason and "h9: snom_mac" in reason and "h10" not in reason
    assert reason.endswith("… and 2 more.")


@pytest.mark.parametrize("url", ["", "ftp://x", "https://x/?a=1", "https://u:p@x", "https://x/{mac}"])
def test_a_base_url_that_does_not_work_is_refused(url: str) -> None:
    assert refusal(entry(), base_url=url).startswith("base_url")


def test_no_phones_are_no_files() -> None:
    assert rendered().files == {}
