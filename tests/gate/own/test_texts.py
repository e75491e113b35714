# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the texts say holds: links lead somewhere, and the supported versions are stated once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import Outcome
from ansible_collections.telephony.snom.plugins.plugin_utils.report.words import GUIDE, word_of
from checks import CHECKS
from machine import PROGRAMS

ROOT = Path(__file__).resolve().parents[3]
PINS = tomllib.loads((ROOT / "tests" / "gate" / "pins.toml").read_text("utf-8"))
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "roles").glob("*/README.md"), *(ROOT / "tests").rglob("*.md")])


def anchors(page: str) -> set[str]:
    """The anchors that a forge gives to the headings of a page, in Markdown or reStructuredText."""
    headings = re.findall(r"^#+ +(.+?) *$|^(\S.*)\n[-=^~]{3,}$", page, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", "".join(heading).lower()).replace(" ", "-") for heading in headings}


def test_the_example_repository_calls_pinned_only_what_is() -> None:
    example = ROOT / "docs" / "examples" / "gitops"
    (collection,) = yaml.safe_load((example / "collections" / "requirements.yml").read_text("utf-8"))["collections"]
    assert collection["version"] != "main" or "pinned" not in (example / "README.md").read_text("utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'\b(?:href|src)="([^"]+)"', text):
        if re.match(r"\w+:", target):
            continue
        path, _unused, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        if not file.exists() or (anchor and anchor not in anchors(file.read_text("utf-8"))):
            broken.append(target)
    assert broken == []


def test_the_readme_is_short_and_soon_says_what_to_type() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert len(readme.split()) < 540
    assert len(readme.partition("\n## Installation\n")[0].split()) < 200
    assert "overview.rst#all-guides" in readme


def test_each_guide_is_listed_for_the_site_and_for_a_forge() -> None:
    sections = yaml.safe_load((ROOT / "docs" / "docsite" / "extra-docs.yml").read_text("utf-8"))["sections"]
    listed = [page for section in sections for page in section["toctree"]]
    assert sorted(listed) == sorted(file.stem for file in (ROOT / "docs" / "docsite" / "rst").glob("*.rst"))
    overview = (ROOT / "docs" / "docsite" / "rst" / "overview.rst").read_text("utf-8")
    own = re.findall(r"^(?:  - .*<(\w+)\.rst>`__|(\w[\w ]*))$", overview.partition("\nAll guides\n")[2], re.MULTILINE)
    wanted = [[("", section["title"]), *((page, "") for page in section["toctree"])] for section in sections]
    assert own == [one for section in wanted for one in section if one[0] != "overview"]


def test_the_recipe_of_the_installation_is_in_one_place() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs" / "docsite" / "rst").glob("*.rst")]
    for words in ("git clone", '"ansible-core>=', "collection install ."):
        assert [page.name for page in pages if words in page.read_text("utf-8")] == ["README.md"]


def made(node: object) -> Iterator[str]:
    """The names that tasks register or set."""
    for child in node if isinstance(node, list) else []:
        yield from made(child)
    for key, value in node.items() if isinstance(node, dict) else []:
        if key == "register":
            yield value
        elif key in ("ansible.builtin.set_fact", "ansible.builtin.set_stats"):
            yield from value.get("data", value)
        else:
            yield from made(value)


@pytest.mark.parametrize("playbook", sorted(ROOT.glob("playbooks/*.yml")), ids=lambda playbook: playbook.stem)
def test_what_a_playbook_takes_is_documented(playbook: Path) -> None:
    page = (ROOT / "docs" / "docsite" / "rst" / "playbooks.rst").read_text("utf-8")
    text = re.sub(r"^ *#.*", "", playbook.read_text("utf-8"), flags=re.MULTILINE)
    others = {file.stem for file in ROOT.glob("plugins/modules/*.py")} | set(re.findall(r"hosts: (\w+)", text))
    own = set(re.findall(rf"\bsnom_{playbook.stem.partition('_')[0]}_\w*[a-z]\b", text))
    assert [name for name in sorted(own - others - set(made(yaml.safe_load(text)))) if f"``{name}" not in page] == []
    assert playbook.stem == "require_hosts" or f"``{playbook.stem}``" in page


def test_the_changelog_names_each_playbook() -> None:
    """Modules, plugins and roles are listed by antsibull-changelog itself."""
    releases = yaml.safe_load((ROOT / "changelogs" / "changelog.yaml").read_text("utf-8"))["releases"].values()
    fragments = [yaml.safe_load(file.read_text("utf-8")) for file in (ROOT / "changelogs" / "fragments").glob("*.yml")]
    told = [entry for release in releases for entry in release.get("objects", {}).get("playbook", [])]
    told += [entry for fragment in fragments for entry in fragment.get("add object.playbook", [])]
    playbooks = {file.stem for file in (ROOT / "playbooks").glob("*.yml")} - {"require_hosts"}
    assert sorted(entry["name"] for entry in told) == sorted(playbooks)


def test_the_oldest_ansible_core_is_the_oldest_tested() -> None:
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text("utf-8"))
    oldest = next(iter(PINS["cores"]))
    assert runtime["requires_ansible"] == f">={oldest}.0"


def test_the_readme_names_the_tested_ansible_cores() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert [core for core in PINS["cores"] if core not in readme] == []


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_pages_name_the_pythons_that_make_takes(page: str) -> None:
    (pythons,) = {tuple(environment["pythons"]) for environment in PINS["environments"].values()}
    assert f"Python {', '.join(pythons[:-1])} or {pythons[-1]}" in (ROOT / page).read_text("utf-8").replace("\n", " ")


def test_a_page_names_all_that_the_checks_need_of_a_machine() -> None:
    lines = re.findall(r"^apt-get install (.+)$", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), re.MULTILINE)
    assert sorted({*PROGRAMS.values(), "make", "python3-venv"}) in [line.split() for line in lines]
    assert {program for check in CHECKS for program in check.programs} == set(PROGRAMS)


def test_the_ansible_core_of_every_day_is_one_of_those_tested() -> None:
    everyday = {
        package
        for environment in PINS["environments"].values()
        for package in environment["packages"]
        if package.startswith("ansible-core==")
    }
    assert len(everyday) == 1
    assert min(everyday).removeprefix("ansible-core==") in {core["release"] for core in PINS["cores"].values()}


def test_the_library_is_checked_for_the_oldest_python() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]
    oldest = PINS["cores"][next(iter(PINS["cores"]))]["pythons"][0]
    assert settings["mypy"]["python_version"] == oldest
    assert settings["ruff"]["target-version"] == f"py{oldest.replace('.', '')}"


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome.remedy], ids=str)
def test_the_guide_has_a_section_for_each_outcome_that_needs_somebody(outcome: Outcome) -> None:
    """Pages link to it."""
    guide = (ROOT / "docs" / "docsite" / "rst" / "troubleshooting.rst").read_text("utf-8")
    assert re.search(rf"^{outcome}\n\^{{{len(outcome)}}}$", guide, re.MULTILINE)
    assert word_of(outcome).guide == f"{GUIDE}troubleshooting.rst#{outcome}"
