# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report of a rollout as one HTML page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import Outcome
from ansible_collections.telephony.snom.plugins.module_utils._known.spelling import normal
from ansible_collections.telephony.snom.plugins.plugin_utils.report.changes import changes_of, count_changes
from ansible_collections.telephony.snom.plugins.plugin_utils.report.page import render_page, shown_count
from ansible_collections.telephony.snom.plugins.plugin_utils.report.sites import NO_SITE, sites_of
from ansible_collections.telephony.snom.plugins.plugin_utils.report.timeline import timeline_of
from ansible_collections.telephony.snom.plugins.plugin_utils.report.versions import ModelShare, shares_by_model
from ansible_collections.telephony.snom.plugins.plugin_utils.report.words import (
    TONES,
    ShownOutcome,
    by_tone,
    in_order,
    on_target,
    parts_of,
    word_of,
)


@dataclass(frozen=True)
class RolloutRow:
    """A phone in the long table."""

    host: str
    word: ShownOutcome
    site: str
    phone: Mapping[str, Any]
    evidence: Mapping[str, Any]
    """What the outcome rests on, as far as there is anything."""

    @property
    def firmware(self) -> list[str]:
        """The versions that it had, as far as they are known: one, or before and after."""
        seen = [self.phone.get("before"), self.phone.get("after")]
        if self.word.word == Outcome.PLANNED:
            seen[1] = self.phone.get("target")
        known = [str(version) for version in seen if version]
        return known[:1] if len({normal(version) for version in known}) == 1 else known

    @property
    def wanted(self) -> str | None:
        """The version that it should have, and is not known to have."""
        target = self.phone.get("target")
        return str(target) if target and normal(target) not in map(normal, self.firmware[-1:]) else None


def render_html(result: Mapping[str, Any]) -> str:
    """The whole page. The form of result is described in `report`."""
    phones: Mapping[str, Mapping[str, Any]] = result["phones"]
    counts = by_tone(result["summary"])
    return render_page(
        "rollout.html.j2",
        result=result,
        headline=_headline(result),
        tones=counts,
        outcomes=in_order(result["summary"]),
        versions=_versions(phones.values(), result["check_mode"]),
        timeline=timeline_of(phones, result["started"], result["ended"]),
        sites=sites_of((phone.get("site"), phone["outcome"]) for phone in phones.values()),
        waves=[_wave(result, wave) for wave in result["waves"]],
        changes=changes_of(phones),
        phones=_rows(phones),
    )


def _headline(result: Mapping[str, Any]) -> str:
    summary = result["summary"]
    total = sum(summary.values())
    if result["check_mode"]:
        return f"Plan: {summary.get(Outcome.PLANNED, 0):,} of {shown_count(total)} would be upgraded"
    return f"{on_target(summary):,} of {shown_count(total)} on target"


def _versions(phones: Iterable[Mapping[str, Any]], planned: bool) -> list[ModelShare]:
    """The versions before and after; planned: after is what phones are to have."""
    pairs, wanted = [], set()
    for phone in phones:
        then = "target" if planned and phone["outcome"] == Outcome.PLANNED else "after"
        pairs.append((phone.get("model"), (phone.get("before"), phone.get(then))))
        wanted.add((phone.get("model"), phone.get("target")))
    return shares_by_model(pairs, wanted)


def _wave(result: Mapping[str, Any], wave: Mapping[str, Any]) -> dict[str, Any]:
    """A line of the table of waves, with the bar where it lay in time. What did not begin has none."""
    started, ended = wave["started"], wave["ended"] or result["ended"]
    shown: dict[str, Any] = {"parts": [], "took": None, "words": in_order(wave["summary"])}
    if started is not None:
        whole = max(result["ended"] - result["started"], 1.0)
        left = 100 * (started - result["started"]) / whole
        shown["parts"] = parts_of(wave["summary"], left, max(100 * (ended - started) / whole, 0.5))
        shown["took"] = ended - started
    return {**wave, **shown}


def _rows(phones: Mapping[str, Mapping[str, Any]]) -> list[RolloutRow]:
    """The phones, first those that failed or wait."""
    rows = [_row(host, phone) for host, phone in phones.items()]
    return sorted(rows, key=lambda row: (-TONES.index(row.word.tone), row.host))


def _row(host: str, phone: Mapping[str, Any]) -> RolloutRow:
    snapshot = phone.get("snapshot")
    evidence = {
        "mac": phone.get("mac"),
        "path": " → ".join(phone.get("path") or ()),
        "notes": " ".join(phone.get("notes") or ()),
        "other_changes": count_changes(snapshot) if snapshot and snapshot["read"] else None,
    } | dict(phone.get("evidence") or {})
    return RolloutRow(
        host=host,
        word=word_of(phone["outcome"]),
        site=phone.get("site") or NO_SITE,
        phone=phone,
        evidence={name: value for name, value in evidence.items() if value not in (None, "")},
    )
