# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lines of tables that are opened with a spreadsheet, for the playbook telephony.snom.audit."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.plain import to_plain
from ansible_collections.telephony.snom.plugins.plugin_utils.report.csv_line import csv_line

DOCUMENTATION = r"""
name: csv_line
short_description: Make a line of a CSV file that no spreadsheet takes for formulas
version_added: 0.1.0
description:
  - Joins cells to one line of a CSV file, in quotes where they need them. A null is an empty cell.
  - Before a cell that a spreadsheet would take for a formula, because it begins with C(=), C(+), C(-) or C(@), stands
    an apostrophe. So it does behind a semicolon, which some spreadsheets take for the end of a cell.
  - Control characters and line breaks are spelled out, as P(telephony.snom.visible#filter) does it.
author:
  - telephony.snom contributors (@telephony)
options:
  _input:
    description: The cells.
    type: list
    elements: raw
    required: true
"""

EXAMPLES = r"""
- name: Show a line of a table
  ansible.builtin.debug:
    msg: "{{ [inventory_hostname, snom_site, snom_mac] | telephony.snom.csv_line }}"
"""

RETURN = r"""
_value:
  description: The line, without its end.
  type: str
  sample: "hall,'=berlin,000413AABBCC"
"""


def line(cells: Iterable[object]) -> str:
    return csv_line(to_plain(list(cells)))


class FilterModule:
    """Tells Ansible the name of the filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"csv_line": line}
