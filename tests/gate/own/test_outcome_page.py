# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page of all outcomes is that of the code. ``PYTHONPATH=.build python`` and the name of this file writes it."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import Outcome

DOCS = Path(__file__).resolve().parents[3] / "docs" / "docsite" / "rst"
PAGE = DOCS / "outcomes.rst"
HEAD = """..
  Copyright (c) 2026, the telephony.snom contributors
  GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
  SPDX-License-Identifier: GPL-3.0-or-later

.. _ansible_collections.telephony.snom.docsite.outcomes:

All outcomes
============

Each phone ends with one of these words, the same in modules, reports and recap. This page is made from the code.
`Troubleshooting by outcome <troubleshooting.rst>`__ says more of each: which reasons there are, and where
to look.

**Recap** is what Ansible shows for the host; where it says ``fail_on``, the option of that name decides. **Counts**
says whether the phone counts as bad at a rollout's gate, ``max_bad``: ``yes``; ``if triggered``, only after it was
asked to load; or ``option``, as the option ``unreachable`` has it.

**changed** in results is not the recap: it is true once the phone was asked to load an image or to restart, however
that ended, unless it was watched to the end and goes on as before, as with
UNTOUCHED. One that has loaded an image on its way counts as changed in any case.

.. image:: ../../pictures/states.svg
   :alt: A phone is read, waits, is asked to load, is down, is back, has its version; beside each step its outcomes.

.. csv-table::
   :header: "Outcome", "Means", "Recap", "Counts", "What to do"
   :widths: 16 32 9 11 32

"""


def page() -> str:
    *others, last = (f"``{one}``" for one in Outcome if one.failed and not one.is_change(asked=True))
    return HEAD.replace("UNTOUCHED", f"{', '.join(others)} and {last}") + "".join(
        f"   {', '.join(map(quoted, row(one)))}\n" for one in Outcome
    )


def row(one: Outcome) -> list[str]:
    recap = "``fail_on``" if one.left_over else one.recap()
    return [f"``{one}``", one.meaning, recap, counts(one), names_marked(one.remedy)]


def counts(one: Outcome) -> str:
    """Whether it counts at the gate, by what the rollout asks of it."""
    if one.is_bad(triggered=False):
        return "yes"
    if one.is_bad(triggered=False, unreachable_is_bad=True):
        return "option"
    return "if triggered" if one.is_bad(triggered=True) else "no"


def names_marked(text: str) -> str:
    """The text with names of variables, settings and playbooks as such."""
    return re.sub(r"\b[a-z]+(?:_[a-z]+)+\b(?!:)|\btelephony\.snom\.\w+", r"``\g<0>``", text)


def quoted(text: str) -> str:
    return '"{}"'.format(text.replace('"', '""'))


def test_the_page_is_that_of_the_code() -> None:
    assert PAGE.read_text("utf-8") == page()


def test_the_guide_has_a_section_for_each() -> None:
    lines = (DOCS / "troubleshooting.rst").read_text("utf-8").splitlines()
    titles = {
        word.strip()
        for line, below in pairwise(lines)
        if re.fullmatch(r"\^+", below)
        for word in re.split(",| and ", line)
    }
    assert [one.value for one in Outcome if one.value not in titles] == []


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
