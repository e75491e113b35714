# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a page says of an outcome: its color, meaning and remedy, and where the guide has more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import OUTCOMES, Outcome

GUIDE = "https://github.com/telephony/snom/blob/main/docs/docsite/rst/"
"""Where the guide can be read. Nothing is asked of it before somebody follows a link."""

TONES = ("same", "good", "move", "kept", "wait", "fail")
"""The colors, as classes of the style sheet, from what is well to what is not."""


@dataclass(frozen=True)
class ShownOutcome:
    """An outcome as a page shows it."""

    word: str
    tone: str
    meaning: str
    remedy: str = ""

    @property
    def guide(self) -> str | None:
        """The section of the guide on it, where there is something to do."""
        return f"{GUIDE}troubleshooting.rst#{self.word}" if self.word in OUTCOMES and self.remedy else None


# What is no outcome of a run that changes phones.
_OF_READING = {
    "read": ShownOutcome("read", "good", "The phone itself says what it is."),
    "in_order": ShownOutcome("in_order", "good", "Is what the inventory says."),
    "drifted": ShownOutcome(
        "drifted",
        "wait",
        "Differs from the inventory.",
        "Decide which of both is right. Then run the rollout or telephony.snom.provision, or correct the inventory.",
    ),
}


def word_of(text: str) -> ShownOutcome:
    """What is known of an outcome's word. One that nothing is known of looks like a failure."""
    if text in OUTCOMES:
        outcome = OUTCOMES[text]
        return ShownOutcome(str(text), _tone(outcome), outcome.meaning, outcome.remedy)
    return _OF_READING.get(text) or ShownOutcome(text, "fail", "")


def _tone(outcome: Outcome) -> str:
    if outcome.failed:
        return "fail"
    if outcome.left_over:
        return "wait"
    if outcome.changed:
        return "good" if outcome.at_target else "move"
    return "same" if outcome.at_target else "kept"


def on_target(summary: Mapping[str, int]) -> int:
    """How many phones are where they were wanted."""
    return sum(summary.get(outcome, 0) for outcome in Outcome if outcome.at_target)


def by_tone(summary: Mapping[str, int]) -> Counter[str]:
    """Counts by outcome as counts by color."""
    counts: Counter[str] = Counter()
    for text, number in summary.items():
        counts[word_of(text).tone] += number
    return counts


def in_order(summary: Mapping[str, int]) -> list[tuple[ShownOutcome, int]]:
    """Counts above 0 in the order of the table of outcomes; words that nothing is known of come last."""
    places = {text: place for place, text in enumerate([*_OF_READING, *OUTCOMES])}
    last = len(places)
    texts = sorted(
        (text for text, number in summary.items() if number), key=lambda text: (places.get(text, last), text)
    )
    return [(word_of(text), summary[text]) for text in texts]


def parts_of(summary: Mapping[str, int], start: float = 0.0, width: float = 100.0) -> list[tuple[str, str, str]]:
    """A bar of colors, from start over width percent of the line: the color, place and width of each part.

    No part is too narrow to be seen: one failed phone of ten thousand matters.
    """
    counts = by_tone(summary)
    shares = {tone: max(counts[tone] / counts.total(), 0.015) for tone in TONES if counts[tone]}
    parts = []
    for tone, share in shares.items():
        part = width * share / sum(shares.values())
        parts.append((tone, f"{start:.2f}", f"{part:.2f}"))
        start += part
    return parts
