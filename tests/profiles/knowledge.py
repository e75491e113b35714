# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of what is known by model and firmware: what the facts say of a line of phones, and below it the profiles.

``python3 tests/profiles/knowledge.py`` writes it into the page known_and_unknown. A test sees that it is current.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
PAGE = FOLDER.parents[1] / "docs" / "docsite" / "rst" / "known_and_unknown.rst"
BEGIN, END = "..\n  The table begins here. tests/profiles/knowledge.py writes it.\n", "..\n  The table ends here.\n"

COLUMNS = ("version", "MAC", "call", "registration", "settings", "restart", "upgrade", "commands")

TRIED, CAPTURED, DOCUMENTED, PROGRAMS, INFERRED, UNKNOWN = (
    "**tried**",
    "captured",
    "documented",
    "programs",
    "inferred",
    "unknown",
)
NONE = "not there"

# What the facts say, in the order of COLUMNS. "documented" is Snom's word, "programs" that of code that ran against
# real phones. How a restart and an upgrade are asked for is meant: how long one takes is unknown for all.
LINES: tuple[tuple[str, str, tuple[str, ...], tuple[str, ...]], ...] = (
    (
        "1xx, 2xx, 3xx",
        "up to 7",
        (DOCUMENTED, INFERRED, INFERRED, INFERRED, DOCUMENTED, PROGRAMS, DOCUMENTED, DOCUMENTED),
        ("4_1", "4_2", "1_4"),
    ),
    (
        "3xx, 82x, 870, MP, PA1",
        "8",
        (INFERRED, INFERRED, INFERRED, INFERRED, DOCUMENTED, DOCUMENTED, DOCUMENTED, DOCUMENTED),
        ("4_1", "4_2", "1_4"),
    ),
    (
        "710, 720, 760",
        "8",
        (INFERRED, INFERRED, INFERRED, INFERRED, DOCUMENTED, DOCUMENTED, DOCUMENTED, DOCUMENTED),
        ("4_1", "4_2", "3_3_1"),
    ),
    (
        "715, 725, D1xx, D3xx, D7xx",
        "10.1",
        (PROGRAMS, PROGRAMS, INFERRED, INFERRED, DOCUMENTED, DOCUMENTED, DOCUMENTED, DOCUMENTED),
        ("4_1", "4_2", "3_3_1"),
    ),
    (
        "D810, D812, D815",
        "10.1",
        (UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),
        ("7", "11_5"),
    ),
    (
        "D862, D865, D892, D895",
        "10.1",
        (NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE),
        ("0_2", "7"),
    ),
)


def table() -> str:
    """The table as reStructuredText."""
    rows = [[f"{models}", firmware, *cells, _facts(facts)] for models, firmware, cells, facts in LINES]
    rows += [row for file in sorted(FOLDER.glob("*.readings.json")) for row in [_of_profile(file)]]
    head = ["Model", "Firmware", *COLUMNS, "Rests on"]
    lines = [".. list-table::", "   :header-rows: 1", "   :class: wide", ""]
    for row in [head, *rows]:
        lines += [f"   {'* -' if not number else '  -'} {cell}" for number, cell in enumerate(row)]
    return "\n".join([*lines, ""])


def _facts(numbers: tuple[str, ...]) -> str:
    link = "`{} <phone_facts.rst#ansible-collections-telephony-snom-docsite-phone-fact-{}>`__"
    return ", ".join(link.format(number.replace("_", "."), number.replace("_", "-")) for number in numbers)


def _of_profile(file: Path) -> list[str]:
    readings = json.loads(file.read_text("utf-8"))
    profile = json.loads(file.with_name(file.name.replace(".readings.json", ".json")).read_text("utf-8"))
    # What was put together from captures by hand has nobody who stood before the phone.
    word = TRIED if profile["witnesses"] else CAPTURED
    idle: Mapping[str, Any] = readings.get("idle") or next(iter(readings.values()))
    states = {name: one.get("call_state", "unknown") for name, one in readings.items()}
    calls = bool({"idle", "in_call"} <= states.keys()) and all(states[name] == name for name in ("idle", "in_call"))
    measured = profile.get("measured") or {}
    known = (
        idle.get("firmware"),
        idle.get("mac"),
        calls,
        idle.get("identities"),
        idle.get("settings"),
        measured.get("outcome") == "rebooted",
        measured.get("outcome") == "upgraded",
        False,
    )
    name = re.sub(r"[^A-Za-z0-9.-]", "", file.name.replace(".readings.json", ""))
    return [
        str(profile["model"] or "?"),
        str(profile["firmware"] or "?"),
        *(word if one else "·" for one in known),
        f"profile ``{name}``",
    ]


def page() -> str:
    """The page with the table as it has to be."""
    text = PAGE.read_text("utf-8")
    before, _begin, rest = text.partition(BEGIN)
    _old, _end, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
