# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The step ``call``: looks again and again while a person makes a call, and finds out who tells of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._phone.call_reading import IDLE, IN_CALL
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.propose import propose_call_texts

PAUSE = 2.0
"""Seconds between two looks."""

ENOUGH = 2
"""Looks at an idle phone, at one in a call, and at an idle one again, after which nothing is left to see."""

A_CALL = (IDLE, IN_CALL, IDLE)
REGISTERED, UNREGISTERED = "registered", "unregistered"
A_LOG_OFF = (REGISTERED, UNREGISTERED, REGISTERED)


@dataclass(frozen=True)
class Look:
    """What was seen at one moment: what each witness said, and what the pages showed."""

    at: float
    """Seconds since the step began."""
    states: Mapping[str, str]
    """By the witness's name; those that know nothing are left out."""
    pages: Mapping[str, str] = field(repr=False)


def watch(
    look: Callable[[], tuple[Mapping[str, str], Mapping[str, str]]],
    seconds: float,
    *,
    now: Callable[[], float],
    sleep: Callable[[float], None],
    story: tuple[str, ...] = A_CALL,
) -> list[Look]:
    """Look until the time is up, or until a witness has told the whole story. look gives states and pages."""
    began, looks = now(), list[Look]()
    while True:
        states, pages = look()
        looks.append(Look(now() - began, states, pages))
        if now() - began + PAUSE > seconds or tells_all(looks, story):
            return looks
        sleep(PAUSE)


def tells_all(looks: Sequence[Look], story: tuple[str, ...]) -> bool:
    """Whether some witness told of these states one after the other, each for some looks in a row."""
    for name in {name for one in looks for name in one.states}:
        runs: list[list[Any]] = []
        for one in looks:
            state = one.states.get(name)
            if runs and runs[-1][0] == state:
                runs[-1][1] += 1
            else:
                runs.append([state, 1])
        told = [state for state, count in runs if count >= ENOUGH]
        if list(story) in [told[i : i + len(story)] for i in range(len(told))]:
            return True
    return False


def is_middle(at: float, seconds: float) -> bool:
    """Whether a moment lies well within the middle third, by the schedule that the person was told."""
    return 0.42 * seconds <= at <= 0.58 * seconds


def is_outside(at: float, seconds: float) -> bool:
    """Whether it lies well within the first or the last third."""
    return at <= 0.25 * seconds or at >= 0.75 * seconds


def log_off_in(looks: Sequence[Look], seconds: float) -> tuple[list[int], list[int], str]:
    """The numbers of the looks at a line that is registered, and at one that is not; and who told which these are.

    That is a witness who told the whole story, or else the schedule.
    """
    is_told = tells_all(looks, A_LOG_OFF)

    def is_on(one: Look) -> bool:
        return REGISTERED in one.states.values() if is_told else is_outside(one.at, seconds)

    def is_off(one: Look) -> bool:
        return UNREGISTERED in one.states.values() if is_told else is_middle(one.at, seconds)

    on, off = ([number for number, one in enumerate(looks) if holds(one)] for holds in (is_on, is_off))
    names = dict.fromkeys(name for one in looks for name in one.states)
    return on, off, " and ".join(names) if is_told else "the time alone"


def weigh(looks: Sequence[Look], seconds: float) -> dict[str, Any]:
    """Which witnesses told the call, at which seconds each changed, and texts that come and go with it.

    Where no witness did, the person's schedule counts: idle in the first and the last third of the time, in a call in
    the middle of the middle one.
    """
    names = sorted({name for one in looks for name in one.states})
    changes = {name: _changes(looks, name) for name in names}
    tells = [name for name in names if {IDLE, IN_CALL} <= {one.states.get(name) for one in looks}]
    if tells:
        busy = [one for one in looks if any(one.states.get(name) == IN_CALL for name in tells)]
        idle = [one for one in looks if all(one.states.get(name) == IDLE for name in tells)]
        by = "witnesses"
    else:
        busy = [one for one in looks if is_middle(one.at, seconds)]
        idle = [one for one in looks if is_outside(one.at, seconds)]
        by = "schedule"
    found = propose_call_texts([one.pages for one in idle], [one.pages for one in busy]) if busy and idle else {}
    # Only a text for each tells both: else a phone would be thought idle that shows a third thing.
    return {"tells": tells, "changes": changes, "told_by": by, "texts": found, "looks": len(looks)}


def _changes(looks: Sequence[Look], name: str) -> list[dict[str, Any]]:
    changes: list[dict[str, Any]] = []
    for one in looks:
        state = one.states.get(name, "unknown")
        if not changes or changes[-1]["state"] != state:
            changes.append({"seconds": round(one.at, 1), "state": state})
    return changes[:50]
