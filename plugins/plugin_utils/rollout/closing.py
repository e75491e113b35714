# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The last lines of a run: what happened, which phones are not well, what is to be done, and how to go on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.clock import shown_time
from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import GUIDE, OUTCOMES, Outcome
from ansible_collections.telephony.snom.plugins.plugin_utils.report.text import count_phones, text_table

NAMED = 20
"""How many hosts are named at most for an outcome; the report has all."""
LISTED = 100
"""How many phones the table of a plan has at most."""


def closing_lines(result: Mapping[str, Any]) -> list[str]:
    """What a run ends with. result is that of `snom_rollout`."""
    by_outcome = _by_outcome(result["phones"])
    lines = list(urgent_lines(result))
    todo = [line for outcome, hosts in by_outcome.items() for line in _to_do(outcome, hosts)]
    lines += todo
    if todo:
        lines.append(f"More on each: {GUIDE}")
    if result["resume"]:
        lines.append(f"To go on: {result['resume']}")
    if result.get("report"):
        lines.append(f"Report: {result['report']['html']}")
    # Last, because it is long: AWX hands on the first lines.
    return lines + (_table(result["phones"]) if result["check_mode"] else [])


def urgent_lines(result: Mapping[str, Any]) -> Iterable[str]:
    """What happened, what stopped it, and what must not be powered off."""
    counts = ", ".join(f"{count} {outcome}" for outcome, count in result["summary"].items())
    yield f"{'Planned' if result['check_mode'] else 'Ended'}: {counts}"
    if result["stopped_by"]:
        yield f"Stopped by: {result['stopped_by']}"
    for unsafe in result["do_not_power_off"]:
        until = shown_time(unsafe["until"])
        when = f"before {until}"
        if unsafe["until"] <= result["ended"]:
            when = f"without a look at its screen, also after {until}: nobody has seen it since"
        yield f"DO NOT POWER OFF {unsafe['host']} {when}: {unsafe['reason']}"
    for shown in result.get("still_shown", ()):
        yield (
            f"STILL SHOWN ITS IMAGE: {shown['host']}, before {shown_time(shown['until'])}. The mirror could not be "
            "told to withdraw it. Run again, or remove its file there."
        )


def _by_outcome(found: Mapping[str, Mapping[str, Any]]) -> dict[Outcome, list[str]]:
    """The hosts of each outcome that wants something done, in the order of outcomes."""
    hosts: dict[str, list[str]] = {}
    for host, phone in found.items():
        hosts.setdefault(phone["outcome"], []).append(host)
    return {outcome: hosts[word] for word, outcome in OUTCOMES.items() if word in hosts and outcome.remedy}


def _to_do(outcome: Outcome, hosts: list[str]) -> list[str]:
    more = f" and {len(hosts) - NAMED} more" if len(hosts) > NAMED else ""
    return [f"{outcome}, {count_phones(len(hosts))}: {', '.join(hosts[:NAMED])}{more}", f"    {outcome.remedy}"]


def _table(found: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The phones of a plan, without those that need nothing. These are counted on the first line."""
    rows = [
        [host, *(phone[name] for name in ("model", "before", "mac", "call_state", "outcome"))]
        for host, phone in found.items()
        if OUTCOMES[phone["outcome"]].remedy or OUTCOMES[phone["outcome"]].ahead
    ]
    if not rows:
        return []
    more = [f"... and {count_phones(len(rows) - LISTED)} more, see the report"] if len(rows) > LISTED else []
    head = ["host", "model", "firmware", "MAC", "call", "outcome"]
    return text_table([head, *rows[:LISTED]], spare=("MAC", "call")) + more
