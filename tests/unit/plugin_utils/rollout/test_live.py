# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible_collections.telephony.snom.plugins.plugin_utils.report.text import columns
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.live import Live, result_table

NOW = 1e6


def step(live: Live, host: str, state: str, **more: Any) -> None:
    about = {"host": host, "model": "D785", "before": "10.1.39.11", "wanted": "10.1.54.13", "state": state}
    live.hear({"kind": "phone"} | about | more, NOW)


def drawn(live: Live, width: int = 79, height: int = 24) -> list[str]:
    return [line for line, _tone in live.draw(width, height, NOW + 83)]


def begun(*hosts: str, unicode: bool = False) -> Live:
    live = Live(unicode=unicode)
    live.hear({"kind": "plan", "work": 4}, NOW)
    assert not live.has_begun
    live.hear({"kind": "wave", "number": 2, "label": "50%", "phones": 2}, NOW)
    for host in hosts:
        step(live, host, "down")
    return live


def test_a_run_is_a_bar_and_a_row_for_each_phone() -> None:
    live = begun("desk-1", "desk-2", "desk-3")
    live.hear({"kind": "end", "host": "desk-1", "outcome": "upgraded"}, NOW)
    step(live, "desk-3", "deferred, will be asked again", waits=True)
    assert live.has_begun
    assert drawn(live) == [
        "",
        "Wave 2 (50%)  ######------------------  1 of 4 done, 1 under way, 1 put off",
        "",
        "phone   model  now -> target             state",
        "desk-2  D785   10.1.39.11 -> 10.1.54.13  down, 1:23",
        "desk-3  D785   10.1.39.11 -> 10.1.54.13  deferred, will be asked again",
        "desk-1  D785   10.1.39.11 -> 10.1.54.13  upgraded",
    ]


def test_before_the_first_phone_there_is_only_a_bar() -> None:
    assert drawn(begun(unicode=True)) == ["", "Wave 2 (50%)  ░░░░░░░░░░░░░░░░░░░░░░░░  0 of 4 done, 0 under way"]


def test_a_row_stays_in_its_place_while_its_phone_is_under_way() -> None:
    live = begun("desk-1", "desk-2")
    step(live, "desk-1", "up, on its way")
    assert [line.split()[0] for line in drawn(live)[4:]] == ["desk-1", "desk-2"]


def test_what_is_not_well_stays_in_sight_and_has_its_color() -> None:
    live = begun(*(f"desk-{number}" for number in range(40)))
    live.hear({"kind": "end", "host": "desk-0", "outcome": "old_version"}, NOW)
    for number in range(1, 39):
        live.hear({"kind": "end", "host": f"desk-{number}", "outcome": "upgraded"}, NOW)
    lines = live.draw(79, 12, NOW)
    assert len(lines) < 12
    assert [(line.split()[0], tone) for line, tone in lines[4:7]] == [
        ("desk-39", ""),
        ("desk-0", "failed"),
        ("desk-38", "well"),
    ]
    # The bar is full, and no fuller, when the plan knew of fewer phones.
    assert "#" * 24 + "  39 of 4 done, 1 under way, 1 not well" in lines[1][0]


def test_no_line_is_wider_than_the_terminal_nor_steers_it() -> None:
    live = begun("phone-of-the-reception-in-building-4.example.com", "電話" * 20, "a\x1b[2Jb")
    step(live, "desk-1", "x\r\n\x1b]0;y\x07" * 9)
    for width in (20, 40, 79):
        lines = drawn(live, width)
        assert max(map(columns, lines)) <= width
        assert not any(sign in line for line in lines for sign in "\x1b\r\n\x07")


def found(outcome: str, **more: Any) -> dict[str, Any]:
    names = ("site", "model", "before", "after", "wave")
    return dict.fromkeys(names) | {"outcome": outcome, "model": "D785"} | more


def test_the_table_at_the_end_counts_what_needed_nothing() -> None:
    phones = {
        "lift": found("protected"),
        "desk-1": found("upgraded", site="berlin", before="10.1.39.11", after="10.1.54.13", wave=2),
        "desk-2": found("compliant"),
        "desk-3": found("a word of another version"),
        "desk-4": found("deferred"),
    }
    assert result_table(phones) == [
        ("phone   site    model  before      after       wave  outcome", ""),
        ("desk-1  berlin  D785   10.1.39.11  10.1.54.13  2     upgraded", "well"),
        ("desk-3  -       D785   -           -           -     a word of another version", "failed"),
        ("desk-4  -       D785   -           -           -     deferred", "open"),
        ("Nothing to do: 2", "well"),
    ]
    assert result_table({}) == []


def test_a_long_table_shows_first_who_is_not_well() -> None:
    phones = {f"desk-{number}": found("upgraded") for number in range(500)} | {"last": found("timed_out")}
    lines = [line for line, _tone in result_table(phones, limit=3)]
    assert [line.split()[0] for line in lines[1:]] == ["last", "desk-0", "desk-1", "..."]
    assert lines[-1] == "... and 498 more"
