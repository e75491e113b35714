# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import math
from collections import Counter

from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.pacing import (
    POLL_BURST,
    POLLING_WORKERS,
    POLLS_PER_SECOND,
    Polls,
)


def take_all(polls: Polls, now: float) -> list[str]:
    taken = []
    while (host := polls.pop(now, 0)) is not None:
        taken.append(host)
    return taken


def test_a_phone_is_polled_when_it_is_due() -> None:
    polls = Polls()
    assert polls.next_at(0) == math.inf
    polls.add("desk-1", 1005.0)
    assert polls.pop(1004.9, 0) is None
    assert polls.next_at(0) == 1005.0
    assert polls.pop(1005.0, 0) == "desk-1"
    assert polls.pop(2000.0, 0) is None


def test_who_is_due_longest_comes_first_and_ties_keep_their_order() -> None:
    polls = Polls()
    for host, at in (("late", 30.0), ("b", 20.0), ("a", 20.0), ("early", 10.0)):
        polls.add(host, at)
    assert take_all(polls, 1000.0) == ["early", "b", "a", "late"]


def test_a_rate_too_low_for_all_is_shared_evenly() -> None:
    polls, taken = Polls(), Counter[str]()
    hosts = [f"desk-{number}" for number in range(2000)]
    for host in hosts:
        polls.add(host, 1000.0)
    # Each wants to be looked at every five seconds, which would be 400 times a second.
    for tick in range(20 * 100):
        now = 1000.0 + tick / 100
        for host in take_all(polls, now):
            taken[host] += 1
            polls.add(host, now + 5.0)
    assert abs(sum(taken.values()) - 20 * POLLS_PER_SECOND) <= POLL_BURST * POLLS_PER_SECOND + 1
    assert set(taken) == set(hosts)
    assert max(taken.values()) - min(taken.values()) <= 1


def test_a_busy_engine_makes_up_for_little_at_once() -> None:
    polls = Polls()
    for number in range(1000):
        polls.add(f"desk-{number}", 1000.0)
    take_all(polls, 1000.0)
    assert len(take_all(polls, 1060.0)) <= POLL_BURST * POLLS_PER_SECOND + 1


def test_no_poll_is_added_while_workers_are_busy() -> None:
    polls = Polls()
    polls.add("desk-1", 1000.0)
    assert polls.pop(1000.0, POLLING_WORKERS) is None
    assert polls.next_at(POLLING_WORKERS) == math.inf
    assert polls.pop(1000.0, POLLING_WORKERS - 1) == "desk-1"
