# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The recording of the demo in README is of the demo as it is. That of the report is compared where a browser is."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml
from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import OUTCOMES
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.live import result_table

ROOT = Path(__file__).resolve().parents[3]
SVG = "{http://www.w3.org/2000/svg}"


def last_shown() -> list[str]:
    """The lines of the recording's end."""
    picture = ElementTree.parse(ROOT / "docs" / "pictures" / "demo.svg").getroot()
    lines = {f"#{text.get('id')}": "".join(text.itertext()) for text in picture.iter(f"{SVG}text")}
    end = picture.findall(f"{SVG}g/{SVG}g")[-1]
    return [lines[use.attrib["href"]] for use in end.iter(f"{SVG}use")]


def test_it_ends_as_the_demo_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    # The demo looks for the virtual phones there, whose files have names of the gate's.
    monkeypatch.setattr(sys, "path", [*sys.path])
    from ansible_collections.telephony.snom.tests.demo.run import UNUSUAL

    fleet = yaml.safe_load((ROOT / "tests" / "demo" / "fleet.yml").read_text("utf-8"))
    found = {phone["name"]: UNUSUAL.get(phone["name"], "upgraded") for phone in fleet["phones"]}
    shown = last_shown()
    columns = ("site", "model", "before", "after", "wave")
    made = result_table({name: dict.fromkeys(columns, "-") | {"outcome": word} for name, word in found.items()})
    wanted = [line.split() for line, _tone in made]
    begun = next(number for number, line in enumerate(shown) if line.startswith("phone "))
    table = [line.split() for line in shown[begun:][: len(wanted)]]
    # The columns, each phone and its outcome, and how many are counted only.
    assert [(row[0], row[-1]) for row in table] == [(row[0], row[-1]) for row in wanted]
    assert table[0] == wanted[0]
    words = {word for word in found.values() if OUTCOMES[word].failed}
    assert {re.split(r"[ ,]", line)[0] for line in shown if re.match(r"\w+, \d+ phones?: ", line)} == words
    assert [word for word in words if f"    {OUTCOMES[word].remedy}" not in shown] == []


def test_it_asks_for_nothing_and_names_no_folder_of_a_machine() -> None:
    text = (ROOT / "docs" / "pictures" / "demo.svg").read_text("utf-8")
    assert set(re.findall(r'\b(?:href|src)="(.)', text)) == {"#"}
    assert "url(" not in text and "@import" not in text
    assert re.findall(r"(?<![:/\w.])/(?:home|root|tmp|usr|work)\b", text) == []
