# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sites of a fleet, each with the outcomes of its phones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from ansible_collections.telephony.snom.plugins.plugin_utils.report.words import ShownOutcome, by_tone, in_order

NO_SITE = "no site"


@dataclass(frozen=True)
class Site:
    """A line of the table of sites."""

    name: str
    summary: Counter[str]
    well: int
    """How many of its phones are where they were wanted, or were read."""

    @property
    def words(self) -> list[tuple[ShownOutcome, int]]:
        """Its outcomes with their counts."""
        return in_order(self.summary)


def sites_of(phones: Iterable[tuple[str | None, str]]) -> list[Site]:
    """The sites, from the site and outcome of each phone; first those where most phones failed or wait."""
    summaries: dict[str, Counter[str]] = {}
    for site, outcome in phones:
        summaries.setdefault(site or NO_SITE, Counter())[outcome] += 1
    ranked = []
    for name, summary in summaries.items():
        counts = by_tone(summary)
        ranked.append((-counts["fail"], -counts["wait"], Site(name, summary, counts["good"] + counts["same"])))
    return [site for _failed, _waiting, site in sorted(ranked, key=lambda entry: (*entry[:2], entry[2].name))]
