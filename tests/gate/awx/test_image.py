# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An execution environment gets what the collection needs, and its playbooks ask nobody."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
PLAYS = sorted(
    [
        *(ROOT / "playbooks").rglob("*.yml"),
        *(ROOT / "roles").glob("*/tasks/*.yml"),
        *(ROOT / "roles").glob("*/handlers/*.yml"),
    ]
)


def builder(*arguments: str | Path) -> str:
    """What ansible-builder prints."""
    program = Path(sys.executable).with_name("ansible-builder")
    return subprocess.run([program, *arguments], capture_output=True, text=True, check=True).stdout


def test_introspection_finds_what_the_collection_needs(request: pytest.FixtureRequest) -> None:
    collection: Path = request.config.getoption("--copy")
    told = yaml.safe_load(builder("introspect", "--sanitize", collection.parents[2]))
    assert [requirement.split("  # ")[0] for requirement in told["python"]] == ["requests>=2.28"]
    assert told["system"] == []


def test_the_definition_makes_what_an_image_is_built_from(tmp_path: Path) -> None:
    definition = ROOT / "extensions" / "awx" / "execution-environment.yml"
    builder("create", "--file", definition, "--context", tmp_path, "--output-filename", "Containerfile")
    containerfile = (tmp_path / "Containerfile").read_text("utf-8")
    base = yaml.safe_load(definition.read_text("utf-8"))["images"]["base_image"]["name"]
    assert f'ARG EE_BASE_IMAGE="{base}"' in containerfile
    # The packages of the collections come in by the introspection, which runs where they were installed.
    galaxy, introspection = (
        containerfile.index("ansible-galaxy collection install"),
        containerfile.index("introspect.py"),
    )
    assert galaxy < introspection
    assert yaml.safe_load((tmp_path / "_build" / "requirements.yml").read_text("utf-8"))["collections"]


def test_the_project_brings_no_collection() -> None:
    """AWX would take that one, of another day, instead of the image's."""
    project = ROOT / "extensions" / "awx" / "project"
    assert sorted(project.rglob("*")) == sorted(project.glob("snom_*.yml")) != []


def asks(node: Any) -> list[str]:
    """The keys below a YAML node that wait for a person."""
    if isinstance(node, list):
        return [key for item in node for key in asks(item)]
    if not isinstance(node, dict):
        return []
    own = [key for key in node if key in ("vars_prompt", "pause", "ansible.builtin.pause")]
    return own + [key for value in node.values() for key in asks(value)]


@pytest.mark.parametrize("file", PLAYS, ids=lambda file: str(file.relative_to(ROOT)))
def test_nothing_waits_for_a_person(file: Path) -> None:
    assert asks(yaml.safe_load(file.read_text("utf-8"))) == []


def test_a_prompt_would_be_found() -> None:
    assert asks([{"vars_prompt": [], "tasks": [{"block": [{"ansible.builtin.pause": None}]}]}]) == [
        "vars_prompt",
        "ansible.builtin.pause",
    ]
