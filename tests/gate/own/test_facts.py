# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What comments cite, as ``protocol 3.4``, ``sip 1.1`` or ``xml 4.1``, is a fact, with marks and sources explained."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PAGES = ROOT / "docs" / "docsite" / "rst"
# By the word before the numbers, each page of facts. The first one explains the marks.
TEXTS = {
    word: (PAGES / f"{page}.rst").read_text("utf-8")
    for word, page in (("protocol", "phone_facts"), ("sip", "sip_facts"), ("xml", "minibrowser_facts"))
}
# Without the table by model and firmware, which is generated (test_knowledge.py).
SUMMARY = re.sub(
    r"\.\.\n  The table begins here.*?  The table ends here\.\n",
    "",
    (PAGES / "known_and_unknown.rst").read_text("utf-8"),
    flags=re.DOTALL,
)
FOLDERS = ("docs", "extensions", "playbooks", "plugins", "roles", "tests", ".")

_LABEL = re.compile(
    r"^\.\. _ansible_collections\.telephony\.snom\.docsite\.(?:phone|sip|xml)_fact_(\w+):\n\n(\S+) .+\n", re.MULTILINE
)
# A list of numbers behind the word, or, where the word stands before, one in parentheses. Lines may end within it.
_NUMBERS = r"\d+(?:\.\d+)*(?:(?:, | and | to )\d+(?:\.\d+)*)*"
_CITED = re.compile(rf"(?<!-)\b([Pp]rotocol|sip|xml) ({_NUMBERS})|(?<= )\((\d\.\d(?:, \d\.\d)*)\)")
"""In small letters only, as ``SIP 2.0`` and ``XML 1.0`` are none."""
_LINE_END = re.compile(r"\s*\n[\s#]*")
_IN_COMMENT = re.compile(r"(?<=[\s(])\[([A-Z])\]")
_LINK = re.compile(r"docsite-(phone|sip|xml)-fact-([\d-]+)>")
_MARKS = re.compile(r"\[([A-Z0-9](?: [^\]]*)?)\]")


def cited(text: str) -> set[str]:
    """The facts that a text cites, each with the word of its page."""
    found = _CITED.findall(_LINE_END.sub(" ", text))
    return {
        f"{word.lower() or 'protocol'} {number}"
        for word, first, further in found
        for number in re.findall(r"\d+(?:\.\d+)*", first or further)
    }


@cache
def facts() -> dict[str, str]:
    """The text of each section that has a number, without those below it."""
    found = {}
    for word, page in TEXTS.items():
        pieces = _LABEL.split(page.partition("\nSources\n")[0])
        for label, text in zip(pieces[1::3], pieces[3::3], strict=True):
            found[f"{word} {label.replace('_', '.')}"] = text
    return found


def table(heading: str, page: str = TEXTS["protocol"]) -> dict[str, list[str]]:
    """The further cells by the first one, of the first table below a heading of the page."""
    rows = page.partition(f"\n{heading}\n")[2].partition("csv-table::")[2].partition("\n\n")[2].partition("\n\n")[0]
    cells = [[cell.strip() for cell in row.split(" | ")] for row in rows.splitlines()]
    return {first: further for first, *further in cells[1:]}


def marks(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each mark in a text of the page, with the keys of its sources."""
    for found in _MARKS.findall(re.sub(r"``.*?``", "", text, flags=re.DOTALL)):
        for part in found.split(";"):
            mark, *keys = part.replace(",", " ").split()
            yield mark, keys


def texts(folder: str) -> list[Path]:
    """The texts in and below a folder of the project, but of its own folder only those in it."""
    files = (ROOT / folder).glob("*" if folder == "." else "**/*")
    return [file for file in files if file.suffix in (".py", ".md", ".rst", ".yml", ".j2")]


def comments(file: Path) -> Iterator[str]:
    """The comments and docstrings of a Python file."""
    for token in tokenize.generate_tokens(io.StringIO(file.read_text("utf-8")).readline):
        if token.type == tokenize.COMMENT or (token.type == tokenize.STRING and token.string.startswith('"""')):
            yield token.string


def relative(file: Path) -> str:
    return str(file.relative_to(ROOT))


def test_citations_are_found() -> None:
    assert cited("# Two of them (protocol 1.2,\n    # 11.10) and\n    # protocol\n    # 3.3.5. Also 4.1.") == {
        *("protocol 1.2", "protocol 11.10", "protocol 3.3.5")
    }
    assert cited("Protocol 1.1 to 1.3; the screen (4.2), not 10.1 (2.19).") == {
        "protocol 1.1",
        "protocol 1.3",
        "protocol 4.2",
    }
    assert cited("SIP 2.0, XML 1.0, snom320-sip 1; sip 1.1, 5.2, and xml 4.1 (2.3)") == {
        *("sip 1.1", "sip 5.2", "xml 4.1", "protocol 2.3")
    }


@pytest.mark.parametrize("folder", FOLDERS)
def test_what_is_cited_is_a_fact(folder: str) -> None:
    wrong = {relative(file): sorted(cited(file.read_text("utf-8")) - set(facts())) for file in texts(folder)}
    assert {file: numbers for file, numbers in wrong.items() if numbers} == {}


def test_what_the_virtual_phones_rest_on_is_a_fact() -> None:
    tables = (ROOT / "tests" / "virtual_phones" / "README.md").read_text("utf-8").split("rests on |\n")[1:]
    cells = [row.split("|")[-2] for rows in tables for row in rows.partition("\n\n")[0].splitlines()]
    numbers = {number for cell in cells for number in cited(cell)}
    # The word may be left out. A firmware has a larger number before its dot, or more dots.
    bare = re.compile(r"(?<![\d.])\d\.\d+(?:\.\d)?(?![.\d])")
    numbers |= {f"protocol {number}" for cell in cells for number in bare.findall(_CITED.sub("", cell))}
    assert {number.split()[0] for number in numbers} == set(TEXTS)
    assert sorted(numbers - set(facts())) == []


@pytest.mark.parametrize("word", TEXTS)
def test_labels_are_those_of_their_sections(word: str) -> None:
    found = _LABEL.findall(TEXTS[word])
    assert [title for label, title in found if label.replace("_", ".") != title] == []
    numbers = [[int(part) for part in title.split(".")] for _unused, title in found]
    assert numbers == sorted(numbers)
    label = "docsite.phone_fact_" if word == "protocol" else f"docsite.{word}_fact_"
    assert len(found) == sum(fact.startswith(f"{word} ") for fact in facts()) == TEXTS[word].count(label)


def test_each_fact_has_a_mark() -> None:
    items = [item for text in facts().values() for item in re.findall(r"^- (?:.*\n)+?(?=- |\n|\Z)", text, re.MULTILINE)]
    assert len(items) > 100
    assert [item for item in items if "**Unknown**" not in item and not any(marks(item))] == []


@pytest.mark.parametrize("word", TEXTS)
def test_marks_and_sources_are_explained(word: str) -> None:
    used = [one for fact, text in facts().items() if fact.startswith(f"{word} ") for one in marks(text)]
    assert sorted({mark for mark, _unused in used} - set(table("Marks"))) == []
    assert {key for mark, keys in used if mark != "I" for key in keys} == set(table("Sources", TEXTS[word]))
    assert [mark for mark, keys in used if not keys and mark != "I"] == []


def test_marks_in_comments_are_explained() -> None:
    files = [file for folder in ("extensions", "plugins", "tests") for file in (ROOT / folder).rglob("*.py")]
    used = {(relative(file), mark) for file in files for text in comments(file) for mark in _IN_COMMENT.findall(text)}
    assert "I" in {mark for _unused, mark in used}
    assert sorted((file, mark) for file, mark in used if mark not in table("Marks")) == []


def test_the_summary_is_as_sure_as_the_facts() -> None:
    rows = re.findall(
        r"^   \* - (.*(?:\n       .*)*)\n     - (.*)\n     - (.*(?:\n       .*)*)\n", SUMMARY, re.MULTILINE
    )
    assert len(rows) == SUMMARY.count("   * - ")
    words = {word: mark for mark, (word, _unused) in table("Marks").items()} | {"unknown": "**Unknown**"}
    wrong = []
    for what, how_sure, links in rows:
        if what != "What":
            text = "".join(
                facts()[f"{'protocol' if word == 'phone' else word} {number.replace('-', '.')}"]
                for word, number in _LINK.findall(links)
            )
            there = {mark for mark, _unused in marks(text)} | set(re.findall(r"\*\*Unknown\*\*", text))
            said = re.findall(r"\w+", re.sub("the rest|as a whole", "", how_sure))
            wrong += [(links, word, what) for word in said if words[word] not in there]
    assert wrong == []
