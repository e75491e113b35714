# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each promise of the threat model is tried by tests that exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "docsite" / "rst" / "threat_model.rst").read_text("utf-8")


def promises() -> Iterator[tuple[str, str]]:
    """Each promise, with what is said to try it."""
    for row in re.findall(r"^   \* - (.+?)^     - (.+?)(?=^   \* - |^\S|^$)", PAGE, re.MULTILINE | re.DOTALL):
        if row[0].strip() != "Promised":
            yield " ".join(row[0].split()), row[1]


@pytest.mark.parametrize(("promise", "tried_by"), [*promises()], ids=lambda text: text[:40])
def test_a_promise_is_tried(promise: str, tried_by: str) -> None:
    found = re.findall(r"``([\w/]+\.py)``:((?:\s+``test_\w+``,?)+)", tried_by)
    assert found, f"Nothing tries: {promise}"
    for path, named in found:
        there = set(re.findall(r"^ *def (test_\w+)\(", (ROOT / "tests" / path).read_text("utf-8"), re.MULTILINE))
        assert set(re.findall(r"test_\w+", named)) <= there, path
    assert len(re.findall("``test_", tried_by)) == sum(named.count("``test_") for _path, named in found)


def test_every_adversary_has_what_is_promised_and_what_is_not() -> None:
    sections = re.split(r"^(.+)\n-{5,}\n", PAGE, flags=re.MULTILINE)[1:]
    assert len(sections) >= 12
    for title, text in zip(sections[::2], sections[1::2], strict=True):
        assert "Promised" in text and "\nNot promised: " in text, title
