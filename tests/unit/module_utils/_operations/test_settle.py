# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import Outcome
from ansible_collections.telephony.snom.plugins.module_utils._operations.settle import settle

NAMES = ("triggered_at", "deadline_at", "watched_until", "seen_gone_at", "seen_back_at", "sent_at")


@pytest.mark.parametrize("outcome", Outcome)
def test_a_failure_shows_no_times_that_only_programs_read(outcome: Outcome) -> None:
    seen = {"mac": "000413922D24", "trigger_answer": "302"}
    times = dict.fromkeys(NAMES, 1795413660.5)
    shown = settle(outcome, "Because.", evidence=seen | times)["evidence"]
    assert shown == (seen if outcome.failed else seen | times)
    assert "evidence" not in settle(outcome, "Because.")
