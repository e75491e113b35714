# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A clock that is set while a run goes on. What happens to it between two runs is in test_journal.py."""

from __future__ import annotations

import pytest
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.clock_changes import MOST, ClockOfRun


@pytest.mark.parametrize(
    ("forward", "words"),
    [
        (0.0, None),
        # What a time server corrects in passing.
        (MOST - 1, None),
        (1 - MOST, None),
        # A virtual machine that was paused for a night, and was told the time afterwards.
        (8 * 3600.0, "set forward by 28800 s"),
        (-8 * 3600.0, "set back by 28800 s"),
    ],
)
@pytest.mark.parametrize("begins_after", [False, True])
def test_a_clock_that_is_set_during_a_run_or_before_it_stops_it(
    forward: float, words: str | None, begins_after: bool
) -> None:
    shown, even = [1_800_000_000.0], [1_800_000_000.0]
    clock = ClockOfRun(shown=lambda: shown[0], now=lambda: even[0])
    shown[0] += 3600.0 + forward
    even[0] += 3600.0
    if begins_after:
        # The playbook has waited for somebody before.
        clock = ClockOfRun(shown=lambda: shown[0], now=lambda: even[0])
    reason = clock.reason()
    assert reason is None if words is None else words in (reason or "")
