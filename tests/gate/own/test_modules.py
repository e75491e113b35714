# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each module has all that belongs to a module."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
MODULES = sorted(file.stem for file in (ROOT / "plugins" / "modules").glob("*.py"))
RUNTIME = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text("utf-8"))


@pytest.mark.parametrize("name", MODULES)
def test_module_is_whole(name: str, module_docs: dict[str, dict[str, Any]]) -> None:
    docs = module_docs[f"telephony.snom.{name}"]
    operation = name.removeprefix("snom_")
    unit_tests = {f"test_{name}.py", f"test_{operation}.py"}
    has = {
        "a unit test": any(file.name in unit_tests for file in (ROOT / "tests" / "unit").rglob("test_*.py")),
        "an integration target": (ROOT / "tests" / "integration" / "targets" / name / "aliases").is_file(),
        "an action twin": (ROOT / "plugins" / "action" / f"{name}.py").is_file(),
        "an entry in the action group": name in RUNTIME["action_groups"]["snom"],
        "a short description": bool(docs["doc"].get("short_description")),
        "a version_added": bool(docs["doc"].get("version_added")),
        "attributes": {"check_mode", "diff_mode", "idempotent"} <= set(docs["doc"].get("attributes", {})),
        "examples": bool((docs.get("examples") or "").strip()),
        "documented results": bool(docs.get("return")),
    }
    missing = [what for what, there in has.items() if not there]
    assert not missing, f"{name} lacks {', '.join(missing)}"


def test_action_group_names_modules_only() -> None:
    assert sorted(RUNTIME["action_groups"]["snom"]) == MODULES


def test_every_action_is_the_twin_of_a_module() -> None:
    assert sorted(file.stem for file in (ROOT / "plugins" / "action").glob("*.py")) == MODULES
