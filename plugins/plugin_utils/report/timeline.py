# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When each phone was asked, gone and back, as bars on one line of time."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from ansible_collections.telephony.snom.plugins.plugin_utils.report.words import ShownOutcome, word_of

_MOST_NAMED = 24
"""Phones that have a line of their own. With more, all lie closely packed in one picture, and some are named."""
_NAMED_OF_MANY = 12

_WIDTH = 1000
"""Units from the beginning of the run to its end."""


@dataclass(frozen=True)
class Bar:
    """A part of a phone's time: its kind is a class of the style sheet, left and width are in units."""

    kind: str
    left: float
    width: float


@dataclass(frozen=True)
class Lane:
    """A phone's line."""

    host: str
    word: ShownOutcome
    took: float
    """Seconds from the first bar's begin to the last one's end."""
    bars: list[Bar]


@dataclass(frozen=True)
class Timeline:
    """All phones that were asked to load an image, in the order in which they were."""

    lanes: list[Lane]
    ticks: list[float]
    """Seconds since the run began, evenly from its begin to its end."""

    @property
    def named(self) -> list[Lane]:
        """Those that have a line of their own: all, or what failed and what took longest."""
        if len(self.lanes) <= _MOST_NAMED:
            return self.lanes
        return sorted(self.lanes, key=lambda lane: (lane.word.tone != "fail", -lane.took, lane.host))[:_NAMED_OF_MANY]

    @property
    def packed(self) -> list[tuple[str, str]]:
        """All bars as a path for each kind, a unit high for each phone; empty where each has a line of its own.

        Those of failures come last, and are high enough to be seen among thousands.
        """
        count = len(self.lanes)
        paths: dict[str, list[str]] = {}
        for top, lane in enumerate(self.lanes if count > _MOST_NAMED else []):
            for one in lane.bars:
                high = max(1, count // 150) if one.kind == "fail" else 1
                path = f"M{one.left:.1f} {min(top, count - high)}h{one.width:.1f}v{high}h-{one.width:.1f}z"
                paths.setdefault(one.kind, []).append(path)
        return sorted(((kind, "".join(parts)) for kind, parts in paths.items()), key=lambda path: path[0] == "fail")


def timeline_of(phones: Mapping[str, Mapping[str, Any]], started: float, ended: float) -> Timeline | None:
    """The timeline of a run, which began and ended then, in seconds since the epoch; None if no phone was asked."""
    whole = ended - started
    if not math.isfinite(whole) or whole <= 0:
        return None
    lanes = [lane for host, phone in phones.items() if (lane := _lane(host, phone, started, ended))]
    if not lanes:
        return None
    lanes.sort(key=lambda lane: (lane.bars[0].left, lane.host))
    return Timeline(lanes, [whole * part / 4 for part in range(5)])


def _lane(host: str, phone: Mapping[str, Any], started: float, ended: float) -> Lane | None:
    """What was seen of a phone in this run: until it was gone, until it was back, and until all was read."""
    evidence = phone.get("evidence") or {}
    asked = _time(evidence, "triggered_at")
    if asked is None:
        return None
    word = word_of(phone["outcome"])
    gone, back = _time(evidence, "seen_gone_at"), _time(evidence, "seen_back_at")
    begun, elapsed = _time(phone, "started"), _time(phone, "elapsed")
    end = back
    if begun is not None and elapsed is not None:
        end = begun + elapsed
    if end is None:
        end = _time(evidence, "watched_until") or _time(evidence, "deadline_at") or ended
    # An image that comes before the last one leaves no other trace than the time that it took.
    moments = [("earlier", begun), ("asked", asked), ("gone", gone), ("back", back), (None, end)]
    known = [(kind, min(max(moment, started), ended)) for kind, moment in moments if moment is not None]
    bars = [
        Bar(kind, _WIDTH * (since - started) / (ended - started), max(_WIDTH * (until - since) / (ended - started), 1))
        for (kind, since), (_next, until) in pairwise(known)
        if kind and until > since
    ]
    if not bars:
        return None
    if word.tone == "fail":
        bars[-1] = Bar("fail", bars[-1].left, bars[-1].width)
    return Lane(host, word, known[-1][1] - known[0][1], bars)


def _time(of: Mapping[str, Any], name: str) -> float | None:
    value = of.get(name)
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None
