# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A role's argument_specs, its defaults and the variables that it uses are one set."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import Outcome
from ansible_collections.telephony.snom.plugins.modules import snom_rollout

ROOT = Path(__file__).resolve().parents[3]
ROLES = sorted(path for path in (ROOT / "roles").glob("*") if path.is_dir())


def load(file: Path) -> Any:
    return yaml.safe_load(file.read_text("utf-8")) if file.is_file() else {}


def entry_points(role: Path) -> dict[str, dict[str, Any]]:
    specs: dict[str, dict[str, Any]] = load(role / "meta" / "argument_specs.yml").get("argument_specs", {})
    return specs


def options(role: Path) -> dict[str, dict[str, Any]]:
    return {name: option for spec in entry_points(role).values() for name, option in spec.get("options", {}).items()}


def used(role: Path) -> set[str]:
    """The role's variables that its tasks, handlers, templates and other variables mention."""
    return {
        name
        for folder in ("tasks", "handlers", "templates", "vars")
        for file in (role / folder).rglob("*")
        if file.is_file()
        for name in re.findall(rf"(?<![\w.]){role.name}_\w+", file.read_text("utf-8"))
    }


def registered(role: Path) -> Iterator[str]:
    """The names that the role's tasks set: they belong to the role alone."""
    for file in (role / "tasks").rglob("*.yml"):
        for match in re.finditer(r"^\s*register: *(\S+)$", file.read_text("utf-8"), re.MULTILINE):
            yield match[1]


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_specs_defaults_and_uses_are_one_set(role: Path) -> None:
    specs, defaults = options(role), load(role / "defaults" / "main.yml") or {}
    without_default = {name for name, option in specs.items() if option.get("required")}
    assert entry_points(role), f"{role.name} has no meta/argument_specs.yml"
    assert set(defaults) == set(specs) - without_default, "defaults and argument_specs name different variables"
    assert used(role) == set(specs), "the tasks use other variables than argument_specs names"


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_documented_defaults_are_the_real_ones(role: Path) -> None:
    defaults = load(role / "defaults" / "main.yml") or {}
    documented = {name: option["default"] for name, option in options(role).items() if "default" in option}
    plain = {name: value for name, value in defaults.items() if value is not None and "{{" not in str(value)}
    assert documented == plain


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_variables_are_prefixed(role: Path) -> None:
    names = {*options(role), *(load(role / "defaults" / "main.yml") or {})}
    assert {name for name in names if not name.startswith(f"{role.name}_")} == set()
    assert {name for name in registered(role) if not name.startswith(f"__{role.name}_")} == set()


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_role_names_no_group_of_an_inventory(role: Path) -> None:
    for file in role.rglob("*.yml"):
        assert not re.search(r"groups\[['\"](?!all\b)|groups\.(?!all\b)", file.read_text("utf-8")), file


def test_the_role_s_options_are_those_of_the_outcomes() -> None:
    """And so are the module's, in its documentation: Ansible reads neither from the code."""
    words = [outcome.value for outcome in Outcome if outcome.left_over]
    role = ROOT / "roles/firmware_rollout"
    documented = yaml.safe_load(snom_rollout.DOCUMENTATION)["options"]["fail_on"]
    for option in (options(role)["firmware_rollout_fail_on"], documented):
        assert (option["choices"], option["default"]) == (words, words)
    assert load(role / "defaults" / "main.yml")["firmware_rollout_fail_on"] == words
