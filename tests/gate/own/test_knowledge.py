# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of what is known by model and firmware is that of the profiles and facts that there are."""

from __future__ import annotations

import runpy
from pathlib import Path

from ansible_collections.telephony.snom.plugins.module_utils._known.models import MODELS, PHONE_MANAGER

ROOT = Path(__file__).resolve().parents[3]
KNOWLEDGE = runpy.run_path(str(ROOT / "tests" / "profiles" / "knowledge.py"))


def test_the_table_is_current() -> None:
    assert KNOWLEDGE["PAGE"].read_text("utf-8") == KNOWLEDGE["page"](), "run python3 tests/profiles/knowledge.py"


def test_each_profile_has_its_readings_and_its_row() -> None:
    folder = ROOT / "tests" / "profiles"
    names = {file.name.partition(".readings")[0].removesuffix(".json") for file in folder.glob("*.json")}
    assert len(names) >= 3
    for name in names:
        assert (folder / f"{name}.json").is_file() and (folder / f"{name}.readings.json").is_file()
        assert f"profile ``{name}``" in KNOWLEDGE["page"]()


def test_no_cell_says_tried_of_what_nobody_tried(tmp_path: Path) -> None:
    assert all(KNOWLEDGE["TRIED"] not in cells for _models, _firmware, cells, _facts in KNOWLEDGE["LINES"])
    assert all(len(cells) == len(KNOWLEDGE["COLUMNS"]) for _models, _firmware, cells, _facts in KNOWLEDGE["LINES"])


def test_each_row_rests_on_facts_that_there_are_and_each_cell_says_how_sure_it_is() -> None:
    facts = (ROOT / "docs" / "docsite" / "rst" / "phone_facts.rst").read_text("utf-8")
    words = {KNOWLEDGE[name] for name in ("CAPTURED", "DOCUMENTED", "PROGRAMS", "INFERRED", "UNKNOWN", "NONE")}
    for _models, _firmware, cells, numbers in KNOWLEDGE["LINES"]:
        assert set(cells) <= words
        assert all(f".phone_fact_{number}:" in facts for number in numbers)


def test_the_phone_managers_of_the_table_are_those_of_the_models() -> None:
    named = {name for models, *_rest in KNOWLEDGE["LINES"] for name in models.split(", ") if name.startswith("D8")}
    assert named == {model.name for model in MODELS.values() if model.generation == PHONE_MANAGER} - {"D895M"}
