# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which phones a wave takes: sizes, canaries and their stand-ins; and one wave under way."""

from __future__ import annotations

import itertools
from collections import Counter, deque
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import TypeVar

from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.limits import Wave
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.plan import Plan
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.planned_phone import PlannedPhone

T = TypeVar("T")

StandIns = dict[Hashable, deque[PlannedPhone]]
"""By way: who may take the place of its canary, in order."""


def pick_canaries(phones: Sequence[T], key: Callable[[T], Hashable], site: Callable[[T], str | None]) -> list[list[T]]:
    """For each distinct key the phones that may be its canary: the first one is, the others stand in, in order.

    The canaries of different keys lie at different sites where the phones allow it, and the stand-ins of one key change
    the site with each step, so that one dead site does not use them up. The same phones in the same order give the same
    canaries.
    """
    places: dict[Hashable, dict[str | None, list[T]]] = {}
    for phone in phones:
        places.setdefault(key(phone), {}).setdefault(site(phone), []).append(phone)
    wanted = Counter(place for at in places.values() for place in at)
    taken: Counter[str | None] = Counter()
    chosen: dict[Hashable, list[T]] = {}
    # Keys with the fewest sites choose first, and each takes the site that is least taken, then least wanted by others.
    for name, at in sorted(places.items(), key=lambda item: len(item[1])):
        order = sorted(at, key=lambda place: (taken[place], wanted[place]))
        taken[order[0]] += 1
        rounds = zip_longest(*([(phone,) for phone in at[place]] for place in order), fillvalue=())
        chosen[name] = [phone for turn in rounds for slot in turn for phone in slot]
    return [chosen[name] for name in places]


def numbered(waves: Sequence[Wave]) -> Iterable[tuple[int, Wave]]:
    """(1, first), (2, second) …, the last one repeated without end."""
    return enumerate(itertools.chain(waves, itertools.repeat(waves[-1])), start=1)


def cut_wave(wave: Wave, number: int, fresh: Sequence[PlannedPhone], total: int) -> tuple[list[PlannedPhone], StandIns]:
    """The phones of a wave, and for canaries those of the same way that can stand in, in order."""
    eligible = [phone for phone in fresh if phone.target.wave <= number]
    if wave.kind != "canary":
        return eligible[: wave.size(total)], {}
    candidates = pick_canaries(eligible, lambda phone: phone.way, lambda phone: phone.target.site)
    return [first for first, *_rest in candidates], {first.way: deque(rest) for first, *rest in candidates}


def planned_waves(plan: Plan) -> dict[str, int]:
    """The wave in which each phone that needs work will be, if no canary needs a stand-in.

    Phones that come after the stop are not there.
    """
    fresh, total = plan.work, len(plan.work)
    result: dict[str, int] = {}
    for number, wave in numbered(plan.options.waves):
        if not fresh or wave.kind == "stop":
            break
        members, _stand_ins = cut_wave(wave, number, fresh, total)
        result.update({phone.host: number for phone in members})
        fresh = [phone for phone in fresh if phone.host not in result]
    return result


@dataclass(kw_only=True)
class WaveRecord:
    """What is reported of one wave."""

    number: int
    label: str
    hosts: list[str]
    started: float
    """In seconds since the epoch, like the end."""
    ended: float | None = None


@dataclass
class WaveTurn:
    """One wave under way."""

    record: WaveRecord
    waiting: list[PlannedPhone]
    """Those that have not begun, in order."""
    stand_ins: StandIns = field(default_factory=dict)
    had_turn: set[str] = field(default_factory=set)
    """Hosts that have begun or ended."""

    def stand_in_for(self, phone: PlannedPhone) -> None:
        """Let the next phone of its way take the place of a canary that proved nothing."""
        if spare := self.stand_ins.get(phone.way):
            stand_in = spare.popleft()
            self.record.hosts.append(stand_in.host)
            self.waiting.append(stand_in)
