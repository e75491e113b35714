# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""README leads to the guides on a forge, which shows them by docutils alone: what only Sphinx knows is lost there.

The settings are those of https://github.com/github/markup, lib/github/commands/rest2html, but that it hides errors.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from docutils import nodes
from docutils.core import publish_doctree
from docutils.utils import Reporter

ROOT = Path(__file__).resolve().parents[3]
PAGES = sorted((ROOT / "docs" / "docsite" / "rst").glob("*.rst"))
SETTINGS = {
    "file_insertion_enabled": False,
    "strip_comments": True,
    "syntax_highlight": "none",
    "report_level": 5,
    "halt_level": 5,
    "_disable_config": True,
}


@cache
def shown(page: Path) -> nodes.document:
    return publish_doctree(page.read_text("utf-8"), source_path=str(page), settings_overrides=SETTINGS)


@cache
def anchors(page: Path) -> set[str]:
    """What a link can name of a page: its headings as the forge spells them, and a guide's labels."""
    if page.suffix == ".md":
        titles = re.findall(r"^#+ +(.+?) *$", page.read_text("utf-8"), re.MULTILINE)
        return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
    sections = list(shown(page).findall(nodes.section))
    headings = {re.sub(r"[^\w\- ]", "", one[0].astext().lower()).replace(" ", "-") for one in sections}
    return headings | {name for one in sections for name in one["ids"]}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_guide_reads_well_on_a_forge(page: Path) -> None:
    said = [one for one in shown(page).findall(nodes.system_message) if one["level"] >= Reporter.WARNING_LEVEL]
    assert [one.astext() for one in said] == []


@pytest.mark.parametrize("text", [":ref:`nowhere`", ".. glossary::\n\n   a word\n      What it means.", "`a link <x>_"])
def test_what_a_forge_does_not_know_is_found(text: str, tmp_path: Path) -> None:
    page = tmp_path / "page.rst"
    page.write_text(text)
    with pytest.raises(AssertionError):
        test_a_guide_reads_well_on_a_forge(page)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_its_links_and_pictures_are_there(page: Path) -> None:
    broken = []
    for node in shown(page).findall(lambda one: isinstance(one, nodes.reference | nodes.image)):
        path, _unused, anchor = (node.get("refuri") or node.get("uri") or "").partition("#")
        if re.match(r"\w+:", path):
            continue
        file = (page.parent / path).resolve() if path else page
        if not file.is_file() or (anchor and anchor not in anchors(file)):
            broken.append(f"{path}#{anchor}")
    assert broken == []
