# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.telephony.snom.plugins.plugin_utils.report.text import (
    columns,
    count_phones,
    pad,
    shorten,
    text_table,
)


def test_one_phone_is_not_several():
    assert [count_phones(count) for count in (0, 1, 2)] == ["0 phones", "1 phone", "2 phones"]


def test_a_table_has_columns_and_shows_what_is_not_known_as_a_hyphen():
    assert text_table([["host", "model"], ["desk-1", None], ["ü", "D785"]]) == [
        "host    model",
        "desk-1  -",
        "ü       D785",
    ]
    assert text_table([]) == []


def test_names_lose_their_middle_where_the_table_is_too_wide():
    rows = [["host", "outcome"], ["phone-berlin-0001.example.com", "certificate_rejected"], ["b", "ok"]]
    lines = text_table(rows, width=40)
    assert lines[1] == "phone-ber…mple.com  certificate_rejected"
    assert columns(lines[1]) == 40
    # What can't be shortened is shown.
    assert text_table(rows, width=10)[1] == "ph…om  certificate_rejected"


HEAD = ["host", "model", "firmware", "MAC", "call", "outcome"]


def test_the_longest_words_leave_names_that_can_be_told_from_one_another():
    name = "berlin-house-4-reception"
    rows = [HEAD, [name, "D785", "10.1.226.16", "000413922D24", "unknown", "certificate_rejected"]]
    head, line = text_table(rows, spare=["MAC", "call"])
    assert head.split() == ["host", "model", "firmware", "call", "outcome"]
    assert line == "berlin-ho…eception  D785   10.1.226.16  unknown  certificate_rejected"
    # As ansible.builtin.debug shows it.
    assert len(f'        "{line}",') == 80


def test_no_column_is_left_out_where_names_have_room():
    rows = [HEAD, ["reception", "D785", "10.1.226.16", "000413922D24", "unknown", "unreachable"]]
    assert text_table(rows, spare=["MAC", "call"]) == text_table(rows)
    assert "000413922D24" in text_table(rows)[1]
    long = [HEAD, ["berlin-house-4-reception", *rows[1][1:]]]
    assert "000413922D24" not in text_table(long, spare=["MAC", "call"])[1]


def test_what_steers_a_terminal_is_spelled_out():
    assert text_table([["a\x1b[31m\nb"]]) == ["a\\x1b[31m\\nb"]


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("desk-1", 6, "desk-1"),
        ("desk-12", 6, "des…12"),
        ("desk-12", 1, "…"),
        ("desk-12", 2, "d…"),
        ("電話電話電話", 12, "電話電話電話"),
        ("電話電話電話", 7, "電…電話"),
    ],
)
def test_shorten(text, width, shown):
    assert shorten(text, width) == shown
    assert columns(shorten(text, width)) <= width
    assert columns(pad(shorten(text, width), width)) == width
