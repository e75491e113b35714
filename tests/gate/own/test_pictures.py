# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pictures are of what is there: the recording of the demo, and what is drawn from text files.

That of the report is compared where a browser is, and there the drawings are looked at, too.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml
from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import OUTCOMES
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.live import result_table
from ansible_collections.telephony.snom.tests.pictures.drawings import DRAWINGS, wrapped

ROOT = Path(__file__).resolve().parents[3]
SVG = "{http://www.w3.org/2000/svg}"
PAGES = ROOT / "docs" / "docsite" / "rst"
PICTURES = ROOT / "docs" / "pictures"


def shown_at(number: int) -> list[str]:
    """The lines of one frame of the recording."""
    picture = ElementTree.parse(ROOT / "docs" / "pictures" / "demo.svg").getroot()
    lines = {f"#{text.get('id')}": "".join(text.itertext()) for text in picture.iter(f"{SVG}text")}
    frame = picture.findall(f"{SVG}g/{SVG}g")[number]
    return [lines[use.attrib["href"]] for use in frame.iter(f"{SVG}use")]


def test_it_shows_in_red_what_must_not_be_overlooked() -> None:
    red = re.findall(r'<tspan fill="#ff7b72">([^<]+)</tspan>', (PICTURES / "demo.svg").read_text("utf-8"))
    assert any(words.startswith("DO NOT POWER OFF ") for words in red)


def test_it_begins_with_what_is_worth_a_look() -> None:
    assert any(line.startswith("Wave 1 ") for line in shown_at(0))


def test_it_ends_as_the_demo_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    # The demo looks for the virtual phones there, whose files have names of the gate's.
    monkeypatch.setattr(sys, "path", [*sys.path])
    from ansible_collections.telephony.snom.tests.demo.run import UNSAFE, UNUSUAL

    fleet = yaml.safe_load((ROOT / "tests" / "demo" / "fleet.yml").read_text("utf-8"))
    found = {phone["name"]: UNUSUAL.get(phone["name"], "upgraded") for phone in fleet["phones"]}
    shown = shown_at(-1)
    columns = ("site", "model", "before", "after", "wave")
    made = result_table({name: dict.fromkeys(columns, "-") | {"outcome": word} for name, word in found.items()})
    wanted = [line.split() for line, _tone in made]
    begun = next(number for number, line in enumerate(shown) if line.startswith("phone "))
    table = [line.split() for line in shown[begun:][: len(wanted)]]
    # The columns, each phone and its outcome, and how many are counted only.
    assert [(row[0], row[-1]) for row in table] == [(row[0], row[-1]) for row in wanted]
    assert table[0] == wanted[0]
    assert [line.split()[4] for line in shown if line.startswith("DO NOT POWER OFF ")] == UNSAFE
    words = {word for word in found.values() if OUTCOMES[word].failed}
    assert {re.split(r"[ ,]", line)[0] for line in shown if re.match(r"\w+, \d+ phones?: ", line)} == words
    assert [word for word in words if f"    {OUTCOMES[word].remedy}" not in shown] == []


def test_it_asks_for_nothing_and_names_no_folder_of_a_machine() -> None:
    text = (ROOT / "docs" / "pictures" / "demo.svg").read_text("utf-8")
    assert set(re.findall(r'\b(?:href|src)="(.)', text)) == {"#"}
    assert "url(" not in text and "@import" not in text
    assert re.findall(r"(?<![:/\w.])/(?:home|root|tmp|usr|work)\b", text) == []


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_drawing_is_of_its_text(name: str) -> None:
    drawn = (PICTURES / f"{name}.svg").read_text("utf-8")
    assert drawn == DRAWINGS[name](), "make pictures"
    assert len(drawn) < 10_000 and 'viewBox="0 0 360 ' in drawn
    ElementTree.fromstring(drawn)
    assert "href" not in drawn and "url(" not in drawn


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_page_shows_it_and_says_it_in_words(name: str) -> None:
    shows = rf"^\.\. image:: \.\./\.\./pictures/{name}\.svg\n   :alt: \S.{{30,}}$"
    (page,) = (file for file in PAGES.glob("*.rst") if f"{name}.svg" in file.read_text("utf-8"))
    assert re.search(shows, page.read_text("utf-8"), re.MULTILINE)


LANES = {
    "controller, jump host": "Ansible",
    "controller": "Ansible",
    "host of the rulebook": "Ansible",
    "phone": "phone",
    "phone's SIP port": "phone",
    "mirror": "mirror",
    "mirror or vendor's server": "mirror",
    "Asterisk": "PBX",
    "Kamailio": "PBX",
    "FreeSWITCH": "PBX",
}


def test_ports_are_those_of_the_page() -> None:
    page = (PAGES / "ports_and_rights.rst").read_text("utf-8").partition("\nRights\n")[0]
    rows = re.findall(r"^   \* - (.+)\n     - (.+)\n     - (.+)\n     - ", page, re.MULTILINE)[1:]
    wanted = [(LANES[begin], LANES[end], re.findall(r"\d+", port)) for begin, end, port in rows]
    source = yaml.safe_load((PICTURES / "ports.yml").read_text("utf-8"))
    drawn = [(row["from"], row["to"], re.findall(r"\d+", row["port"])) for row in source["rows"]]
    assert drawn == wanted and len(drawn) > 8


def test_each_outcome_of_a_rollout_has_its_place_among_the_states() -> None:
    steps = yaml.safe_load((PICTURES / "states.yml").read_text("utf-8"))["steps"]
    drawn = [word for step in steps for words in step["ends"] for word in words]
    # Of a plan, of other modules, and what has no place of its own.
    elsewhere = {"planned", "triggered", "rebooted", "synced", "failed"}
    assert sorted(drawn) == sorted(set(OUTCOMES) - elsewhere)


def test_what_does_not_fit_is_no_picture() -> None:
    with pytest.raises(ValueError, match="wider than 20 pixels"):
        list(wrapped(["certificate_rejected"], 20))
