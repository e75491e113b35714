# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page of all faults is that of the tests. ``PYTHONPATH=.build python`` and the name of this file writes it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from importlib import import_module
from pathlib import Path
from typing import get_args

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import OUTCOMES
from ansible_collections.telephony.snom.tests.integration.pbx import faults as by_provisioning
from ansible_collections.telephony.snom.tests.integration.playbooks.faults import (
    ASK_NO_PHONE,
    DONE,
    ELSEWHERE,
    FAULTS,
    MODULES,
    OR,
    PHASES,
    ROLLOUT,
    UNSEEN,
    WELL,
    begins_later,
)

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs" / "docsite" / "rst" / "faults.rst"
DASH = "\N{EN DASH}"
"""A hyphen would be a list."""

HEAD = f"""..
  Copyright (c) 2026, the telephony.snom contributors
  GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
  SPDX-License-Identifier: GPL-3.0-or-later

.. _ansible_collections.telephony.snom.docsite.faults:

What can be wrong with a phone, and how it ends
===============================================

Each module, and each phase of a rollout, is tried on a virtual phone with each thing that can be wrong with one. This
page is made from these tests, ``test_fault_matrix.py`` below ``tests/integration/playbooks``. The words are those of
`All outcomes <outcomes.rst>`__; ``{WELL}`` stands for a module that has no word when all is
well. All of it holds over http and over https, where phones are known by their fingerprints; a row that begins with
``over TLS`` is tried there only. What the phone itself knows decides whether a word is right:

- ``{DONE.removeprefix(", ")}`` behind a failure: the phone has done what it was asked all the same, and the result says
  that it changed.
- ``{UNSEEN.removeprefix(", ")}`` behind a success: nothing was done, and the phone shows nobody that. Modules that
  press keys or ring say only what was sent; one that loses its power as it is asked to reset can't be told from one
  that has got another address by that; and what a PBX lists is taken for what a phone says of itself.
- A dash: the module never asks for what this fault breaks. In a rollout it also stands for what begins by itself at a
  step of its own, or is tried from the start only.
- ``snom_interview`` says what it sees, so it ends well where it sees nothing, and then it believes nothing.
- A star: tried with a clock of its own, because it takes minutes.

In none of them was there a traceback, a success of what was not done but for these, a second image for a phone, more
requests to a phone than the last line of the table says, or a process with more memory than phones take with which all
is well.

"""


BY_PROVISIONING = f"""\
Phones with ``snom_transport: sip`` at a real Kamailio and a real nginx, in ``test_provisioned_faults.py`` below
``tests/integration/pbx``. What is wrong with a PBX or a mirror is so for this phone alone: somebody stands in between.
The words, and what stands behind them, are those from above.

No phone was sent a second image, or asked over HTTP, and none got more than {by_provisioning.REQUESTS} events. When the
rollout had ended, none was shown its image any more but two whose mirrors could not be told: the output says so, and
the mirror's timer ended that. `Other modules that press and dial <remote_control.rst>`__ send documents as ``snom_key``
does; ``snom_interview`` looks at web servers whatever the way is, and the rest are ``unsupported``.

"""


def page() -> str:
    ask = "".join(f"- ``{name}``: {what}.\n" for name, what in ASK_NO_PHONE.items())
    return (
        f"{HEAD}Modules\n-------\n\n{modules()}\n{_section('A rollout, by when it begins')}{rollout()}\n"
        f"{_section('By PBX and provisioning')}{BY_PROVISIONING}{provisioned()}\n"
        f"{_section('Modules that ask no phone')}{ask}"
    )


def _section(title: str) -> str:
    return f"{title}\n{'-' * len(title)}\n\n"


def modules() -> str:
    rows = [[FAULTS[fault].meaning, *(cell(name, fault) for name in MODULES)] for fault in FAULTS]
    most = ["requests, at most", *(str(module.requests) for module in MODULES.values())]
    return table(["What is wrong", *(name.removeprefix("snom_") for name in MODULES)], [*rows, most])


def cell(name: str, fault: str) -> str:
    if fault not in MODULES[name].met():
        return DASH
    return MODULES[name].cell(fault) + ("*" if (name, fault) in ELSEWHERE else "")


def rollout() -> str:
    rows = [
        [
            FAULTS[fault].meaning,
            *(ROLLOUT[phase].cell(fault) if begins_later(fault, PHASES[phase][0]) else DASH for phase in PHASES),
        ]
        for fault in FAULTS
    ]
    where = ["", *(where for _moment, where in PHASES.values())]
    most = ["requests, at most", *(str(module.requests) for module in ROLLOUT.values())]
    return table(["What is wrong", *PHASES], [where, *rows, most])


def provisioned() -> str:
    columns = by_provisioning.COLUMNS
    faults = by_provisioning.FAULTS.items()
    rows = [(fault.meaning, *(by_provisioning.cell(name, column) for column in columns)) for name, fault in faults]
    # Two phones that have something wrong together are two, and one row.
    return table(["What is wrong", *(name.removeprefix("snom_") for name in columns)], dict.fromkeys(rows))


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [".. csv-table::", f"   :header: {_line(head)}", "", *(f"   {_line(row)}" for row in rows), ""]
    return "\n".join(lines)


def _line(cells: Iterable[str]) -> str:
    return ", ".join(f'"{one}"' for one in cells)


def test_the_page_is_that_of_the_tests() -> None:
    assert PAGE.read_text("utf-8") == page()


def test_every_fault_of_virtual_phones_is_there() -> None:
    keys = import_module("ansible_collections.telephony.snom.tests.virtual_phones.keys")
    given = [fault.phone.get("faults", {}) for fault in FAULTS.values()]
    assert {name for one in given for name in one} == {item.name for item in fields(keys.Faults)}
    assert {one["reset"]["on"] for one in given if "reset" in one} == set(get_args(keys.Step))
    assert {one["garbage"] for one in given if "garbage" in one} == {True, "page", "endless"}
    assert {moment for moment, _where in PHASES.values()} == {"", *get_args(keys.Moment)}


OF_THE_WEB_SERVER = {
    *("ignores_load", "ignores_reboot", "reset", "slow", "drip", "garbage", "truncate", "needs_keep_alive"),
    *("parallel_broken", "blocked", "wrong_mac", "hides_mac", "missing_pages", "shows_version_early"),
}
"""Faults of virtual phones that nobody sees who does not ask them over HTTP."""


def test_every_fault_by_provisioning_is_there() -> None:
    keys = import_module("ansible_collections.telephony.snom.tests.virtual_phones.keys")
    given = {name for fault in by_provisioning.FAULTS.values() for name in fault.phone.get("faults", {})}
    assert given == {item.name for item in fields(keys.Faults)} - OF_THE_WEB_SERVER


def test_every_module_is_there() -> None:
    modules = {file.stem for file in (ROOT / "plugins" / "modules").glob("*.py")}
    assert {*MODULES, *ASK_NO_PHONE, "snom_rollout"} == modules
    assert set(MODULES).isdisjoint(ASK_NO_PHONE)


def test_every_word_is_one() -> None:
    words = {module.cell(fault) for module in (*MODULES.values(), *ROLLOUT.values()) for fault in module.met()}
    words |= {
        by_provisioning.cell(name, column) for name in by_provisioning.FAULTS for column in by_provisioning.COLUMNS
    }
    assert {name for names in by_provisioning.KEY_ENDS.values() for name in names.split()} <= set(
        by_provisioning.FAULTS
    )
    assert {one.removesuffix(DONE).removesuffix(UNSEEN) for word in words for one in word.split(OR)} <= {
        *OUTCOMES,
        WELL,
        by_provisioning.ENDS,
    }
    assert {
        name
        for module in (*MODULES.values(), *ROLLOUT.values())
        for names in module.ends.values()
        for name in names.split()
    } <= set(FAULTS)


@pytest.mark.parametrize("where", ELSEWHERE.values())
def test_what_is_tried_elsewhere_is(where: str) -> None:
    file, _colons, test = where.partition("::")
    assert f"def {test}(" in (ROOT / "tests" / file).read_text("utf-8")


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
