# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every example that a reader meets, in a module's documentation, on a page or in a role, uses options that exist."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from options import problems
from yamllint import linter
from yamllint.config import YamlLintConfig

ROOT = Path(__file__).resolve().parents[3]
MODULES = sorted(file.stem for file in (ROOT / "plugins" / "modules").glob("*.py"))
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.rst"), *(ROOT / "roles").glob("*/README.md")])
YAML_FILES = sorted(
    file
    for folder in ("roles", "playbooks", "tests", "extensions")
    for file in (ROOT / folder).rglob("*.yml")
    if "/output/" not in str(file)
)


class Loader(yaml.SafeLoader):
    """Reads what Ansible reads: its own tags, such as ``!vault`` and ``!unsafe``, stand for text."""


Loader.add_multi_constructor("!", lambda loader, suffix, node: "{{ tagged }}")


def tasks(node: Any) -> Iterator[tuple[str, Any]]:
    """Every use of one of our modules below a YAML node: the module's name and its arguments."""
    if isinstance(node, list):
        for item in node:
            yield from tasks(item)
    elif isinstance(node, Mapping):
        for key, value in node.items():
            if isinstance(key, str) and key.startswith("telephony.snom.snom_"):
                yield key.removeprefix("telephony.snom."), value
            elif isinstance(key, str) and key == "group/telephony.snom.snom":
                yield "group", value
            else:
                yield from tasks(value)


def check(found: list[tuple[str, Any]], module_docs: dict[str, dict[str, Any]]) -> None:
    shared = module_docs["telephony.snom.snom_info"]["doc"]["options"]
    bad: list[str] = []
    for name, given in found:
        if name == "group":
            # Defaults for all modules: each must know the option. No option is required here.
            bad += [f"no module of the group has an option {key!r}." for key in given if key not in shared]
        elif f"telephony.snom.{name}" not in module_docs:
            bad.append(f"there is no module {name}.")
        else:
            bad += problems(name, module_docs[f"telephony.snom.{name}"]["doc"]["options"], given)
    assert not bad, "\n".join(bad)


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_modules(name: str, module_docs: dict[str, dict[str, Any]]) -> None:
    found = list(tasks(yaml.load(module_docs[f"telephony.snom.{name}"]["examples"], Loader)))
    assert name in {used for used, given in found}, f"no example of {name} uses it"
    check(found, module_docs)


@pytest.mark.parametrize("name", MODULES)
@pytest.mark.parametrize("text", ["DOCUMENTATION", "EXAMPLES", "RETURN"])
def test_yaml_of_modules_is_tidy(name: str, text: str) -> None:
    source = (ROOT / "plugins" / "modules" / f"{name}.py").read_text("utf-8")
    block = re.search(rf'^{text} = r?"""\n(.*?)^"""', source, re.DOTALL | re.MULTILINE)
    assert block, f"{name} has no {text}"
    config = YamlLintConfig(file=str(ROOT / ".yamllint"))
    assert [str(problem) for problem in linter.run(block[1], config)] == []


def yaml_blocks(page: str) -> Iterator[str]:
    """The YAML that a page of Markdown or reStructuredText shows."""
    for block in re.finditer(r"^( *)```ya?ml\n(.*?)^\1```", page, re.DOTALL | re.MULTILINE):
        yield re.sub(rf"^{block[1]}", "", block[2], flags=re.MULTILINE)
    for block in re.finditer(
        r"^( *)\.\. code-block:: *(?:ya?ml|yaml\+jinja|ansible)\n((?:\1 +\S.*\n|\s*\n)+)",
        page,
        re.MULTILINE | re.IGNORECASE,
    ):
        yield re.sub(r"^ *:\w+:.*$", "", block[2], flags=re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_examples_on_pages(page: Path, module_docs: dict[str, dict[str, Any]]) -> None:
    for block in yaml_blocks(page.read_text("utf-8")):
        check(list(tasks(yaml.load(block, Loader))), module_docs)


@pytest.mark.parametrize("file", YAML_FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_tasks_in_files(file: Path, module_docs: dict[str, dict[str, Any]]) -> None:
    for document in yaml.load_all(file.read_text("utf-8"), Loader):
        check(list(tasks(document)), module_docs)
