# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import GUIDE, Outcome
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.closing import LISTED, NAMED, closing_lines

PAGE = Path(__file__).resolve().parents[4] / "docs" / "docsite" / "rst" / "troubleshooting.rst"


def phone(outcome: str, before: str | None = "10.1.39.11", **more: Any) -> dict[str, Any]:
    return {
        "outcome": outcome,
        "reason": f"It is {outcome}.",
        "before": before,
        "model": before and "D785",
        "mac": "000413010001",
        "call_state": before and "idle",
    } | more


def closing(phones: dict[str, dict[str, Any]], **more: Any) -> list[str]:
    counts = Counter(found["outcome"] for found in phones.values())
    result = {"check_mode": False, "stopped_by": None, "do_not_power_off": [], "resume": None, "ended": 1e9}
    return closing_lines(result | {"phones": phones, "summary": dict(counts.most_common())} | more)


def test_who_is_not_well_is_named_with_what_to_do() -> None:
    phones = {
        "desk-1": phone("upgraded"),
        "desk-2": phone("compliant"),
        "lift": phone("protected"),
        "ward-3": phone("old_version"),
        "desk-4": phone("deferred"),
        "desk-5": phone("deferred"),
    }
    assert closing(phones, resume="ansible-playbook x") == [
        "Ended: 2 deferred, 1 upgraded, 1 compliant, 1 protected, 1 old_version",
        "deferred, 2 phones: desk-4, desk-5",
        f"    {Outcome.DEFERRED.remedy}",
        "old_version, 1 phone: ward-3",
        f"    {Outcome.OLD_VERSION.remedy}",
        f"More on each: {GUIDE}",
        "To go on: ansible-playbook x",
    ]


def test_where_all_is_well_there_is_nothing_to_say() -> None:
    assert closing({"desk-1": phone("upgraded"), "lift": phone("protected")}) == ["Ended: 1 upgraded, 1 protected"]


def test_no_more_hosts_are_named_than_can_be_read() -> None:
    lines = closing({f"desk-{number}": phone("unreachable") for number in range(1000)})
    assert lines[1].endswith(f", desk-{NAMED - 1} and 980 more")
    assert len(lines) == 4


def test_a_plan_ends_with_a_table() -> None:
    phones = {
        "reception": phone("protected"),
        "desk-1": phone("planned", call_state="in_call"),
        "desk-2": phone("compliant"),
        "ward-8": phone("unreachable", None),
    }
    assert closing(phones, check_mode=True) == [
        "Planned: 1 protected, 1 planned, 1 compliant, 1 unreachable",
        "unreachable, 1 phone: ward-8",
        f"    {Outcome.UNREACHABLE.remedy}",
        f"More on each: {GUIDE}",
        "host    model  firmware    MAC           call     outcome",
        "desk-1  D785   10.1.39.11  000413010001  in_call  planned",
        "ward-8  -      -           000413010001  -        unreachable",
    ]


def test_the_table_of_a_large_plan_has_an_end() -> None:
    lines = closing({f"desk-{number}": phone("planned") for number in range(LISTED + 1)}, check_mode=True)
    assert lines[-1] == "... and 1 phone more, see the report"
    assert len(lines) == LISTED + 3


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome.remedy])
def test_the_guide_has_a_section_for_each(outcome: Outcome) -> None:
    assert GUIDE.endswith(f"/docs/docsite/rst/{PAGE.name}")
    assert f"\n{outcome}\n{'^' * len(outcome)}\n" in PAGE.read_text("utf-8")
