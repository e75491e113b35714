# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page about remote control has every line of the vendor's page, and names tests that exist and use its module."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._known.keys import parse_keys
from ansible_collections.telephony.snom.plugins.module_utils._phone.commands import (
    LISTS,
    ClearList,
    Dial,
    Press,
    Reregister,
    Reset,
)
from ansible_collections.telephony.snom.plugins.module_utils._phone.sip.fragments import fragment_of

from . import test_remote, test_remote_refusals

KEYS = [
    *("CANCEL", "ENTER", "OFFHOOK", "ONHOOK", "RIGHT", "LEFT", "UP", "DOWN", "VOLUME_UP", "VOLUME_DOWN", "MENU"),
    *("REDIAL", "DND", "REC", "F1", "SPEAKER", "HEADSET", "TRANSFER", "F_HOLD", "1", "#", "F_CANCEL", "F_TRANSFER"),
]
TOLD = [Dial("1234"), Reregister(1), Reset(None), *(ClearList(name) for name in LISTS)]

PAGE = Path(__file__).resolve().parents[3] / "docs" / "docsite" / "rst" / "remote_control.rst"

# The lines of the vendor's page: its keys, its other commands, its five examples, the steps of its transfer, its note.
LINES = [
    *("CANCEL", "ENTER", "OFFHOOK", "ONHOOK", "RIGHT", "LEFT", "UP", "DOWN", "VOLUME_UP", "VOLUME_DOWN", "MENU"),
    *("REDIAL", "DND", "REC", "F1, F2, F3, F4", "SPEAKER", "HEADSET", "TRANSFER", "F_HOLD", "0-9, *, #", "P1-PX"),
    "EK0-EKmax",
    "command.htm?number=NUMBER&outgoing_uri=URI",
    "command.htm?key_dtmf=NUMBER",
    "command.htm?RELEASE_ALL_CALLS",
    "command.htm?LOGOFFALL",
    "command.htm?LOGOFFLINE=1(..12)",
    "command.htm?REREGISTER=1(..12)",
    "line_login.htm?PLAY_RINGER:X=+Ringer",
    "advanced_update.htm?reboot=Reboot",
    "advanced_update.htm?reset=Reset",
    "index.htm?dialeddel=0",
    "index.htm?misseddel=0",
    "index.htm?receiveddel=0",
    "dummy.htm?swload=load&firmware=firmwareURL",
    "command.htm?FIX_LIL=true",
    "Example 1: OFFHOOK",
    "Example 2: dial 1234",
    "Example 3: ring tone 9",
    "Example 4: DTMF 1234",
    "Example 5: firmware",
    "Transfer 1: hold A",
    "Transfer 2: the digits of C",
    "Transfer 3: call C",
    "Transfer 4: transfer",
    "Note: Call Join on Xfer",
]


def rows() -> dict[str, list[str]]:
    """The cells of each row of the page's tables, by the line that stands in the first."""
    found = {}
    for row in re.split(r"^   \* - ", PAGE.read_text("utf-8"), flags=re.MULTILINE)[1:]:
        table = re.split(r"\n(?=\S)", row)[0]
        line, *cells = (" ".join(cell.split()) for cell in re.split(r"^     - ", table, flags=re.MULTILINE))
        if line.startswith("``"):
            found[line.strip("`")] = cells
    return found


ROWS = rows()


def test_every_line_is_there() -> None:
    assert list(ROWS) == LINES


@pytest.mark.parametrize("line", LINES)
def test_row_names_tests_of_its_module(line: str) -> None:
    module, _models, _by_sip, evidence, tests = ROWS[line]
    names = re.findall(r"``([\w-]+)``", tests)
    cases = test_remote.CASES | test_remote_refusals.CASES
    assert names
    assert not set(names) - set(cases), "no such test"
    assert evidence
    wanted = set(re.findall(r"``(snom_\w+)``", module))
    if wanted:
        assert {cases[name].module for name in names} <= wanted
    else:
        assert "task" in module, "a row without a module belongs to the one before"


@pytest.mark.parametrize("line", LINES)
def test_row_says_what_the_phone_is_told_by_sip(line: str) -> None:
    told = ROWS[line][2]
    fragments = re.findall(r"``((?:key|numberdial|reregister|reboot|calllistclear)=\S+)``", told)
    assert told.startswith(("no: ", "``snom_rollout``", "a warning: ")) or fragments
    possible = {"numberdial=NUMBER", *(fragment_of(one) for one in TOLD)} | {
        fragment_of(Press((event,))) for name in KEYS for event in parse_keys([name], by_web=False)
    }
    if not told.startswith("no: "):
        assert set(fragments) <= possible


def test_every_case_of_a_line_is_in_the_page() -> None:
    page = PAGE.read_text("utf-8")
    assert [name for name in test_remote.CASES if f"``{name}``" not in page] == []
