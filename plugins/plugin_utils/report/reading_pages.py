# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pages of the playbooks that only read: what an audit found, and what a comparison with the inventory did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ansible_collections.telephony.snom.plugins.plugin_utils.report.page import render_page, shown_count
from ansible_collections.telephony.snom.plugins.plugin_utils.report.sites import NO_SITE, sites_of
from ansible_collections.telephony.snom.plugins.plugin_utils.report.vendor_controller import may_be_controlled
from ansible_collections.telephony.snom.plugins.plugin_utils.report.versions import shares_by_model
from ansible_collections.telephony.snom.plugins.plugin_utils.report.words import TONES, ShownOutcome, in_order, word_of

_READ = "read"
_IN_ORDER = "in_order"
_DRIFTED = "drifted"


@dataclass(frozen=True)
class ReadingRow:
    """A phone in the long table."""

    host: str
    word: ShownOutcome
    site: str
    phone: Mapping[str, Any]
    evidence: Mapping[str, Any]
    """What else is known of it, as far as there is anything."""

    def lines(self, name: str) -> list[str]:
        """The settings of the inventory or of the phone that differ, a line for each."""
        return str((self.phone.get("settings") or {}).get(name) or "").strip().splitlines()


def render_audit(found: Mapping[str, Any]) -> str:
    """The page of an audit. found is what is in audit.json, with ``begun`` (ISO 8601) and ``not_asked`` (sentences)."""
    phones: Sequence[Mapping[str, Any]] = found["phones"]
    unlisted: Sequence[Mapping[str, Any]] = found.get("unlisted") or []
    summary = Counter(str(phone["outcome"]) for phone in phones)
    return render_page(
        "audit.html.j2",
        headline=f"{summary[_READ]:,} of {shown_count(len(phones))} read",
        at=_seconds(found.get("begun")),
        unread=len(phones) - summary[_READ],
        summary=summary,
        outcomes=in_order(summary),
        versions=shares_by_model((phone.get("model"), [phone.get("firmware")]) for phone in phones),
        sites=sites_of((phone.get("site"), phone["outcome"]) for phone in phones),
        phones=_rows([(str(phone["host"]), phone) for phone in phones]),
        unlisted=unlisted,
        not_asked=found.get("not_asked") or [],
        controlled=[
            *(str(phone["host"]) for phone in phones if may_be_controlled(phone)),
            *(f"account {one.get('account')}" for one in unlisted if may_be_controlled(one)),
        ],
    )


def render_drift(found: Mapping[str, Any]) -> str:
    """The page of a comparison. found is what is in drift.json, with ``at`` (ISO 8601)."""
    phones: Mapping[str, Mapping[str, Any]] = found["phones"]
    summary = Counter(str(phone["outcome"]) for phone in phones.values())
    return render_page(
        "drift.html.j2",
        headline=f"{summary[_DRIFTED]:,} of {shown_count(len(phones))} drifted",
        at=_seconds(found.get("at")),
        in_order=summary[_IN_ORDER],
        drifted=summary[_DRIFTED],
        unread=len(phones) - summary[_IN_ORDER] - summary[_DRIFTED],
        summary=summary,
        outcomes=in_order(summary),
        sites=sites_of((phone.get("site"), phone["outcome"]) for phone in phones.values()),
        phones=_rows([(host, phone) for host, phone in phones.items() if phone["outcome"] != _IN_ORDER]),
    )


def _rows(phones: Sequence[tuple[str, Mapping[str, Any]]]) -> list[ReadingRow]:
    """The phones, first those that could not be read, then those that differ."""
    rows = [_row(host, phone) for host, phone in phones]
    return sorted(rows, key=lambda row: (-TONES.index(row.word.tone), row.host))


def _row(host: str, phone: Mapping[str, Any]) -> ReadingRow:
    evidence = {name: phone.get(name) for name in ("account", "source", "seen", "fetched")}
    return ReadingRow(
        host=host,
        word=word_of(str(phone["outcome"])),
        site=phone.get("site") or NO_SITE,
        phone=phone,
        evidence={name: value for name, value in evidence.items() if value},
    )


def _seconds(text: object) -> float | None:
    """A time of ISO 8601 as seconds since the epoch; None if it is none."""
    try:
        return datetime.fromisoformat(str(text)).timestamp()
    except (ValueError, OverflowError):
        return None
