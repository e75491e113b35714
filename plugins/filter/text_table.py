# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tables for terminals, for the playbook telephony.snom.audit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.plain import to_plain
from ansible_collections.telephony.snom.plugins.plugin_utils.report.text import WIDTH, text_table

DOCUMENTATION = r"""
name: text_table
short_description: Show rows as a table for a terminal
version_added: 0.1.0
description:
  - Makes a line of each row, with columns of equal width. A null or an empty text is shown as a hyphen.
  - Where that takes more columns than O(width), cells of the first column lose their middle, because names differ at
    their ends. Before names get too short to be told from one another, the columns of O(spare) are left out.
  - A line has no blanks at its end.
  - Control characters and line breaks are spelled out, as P(telephony.snom.visible#filter) does it.
author:
  - telephony.snom contributors (@telephony)
options:
  _input:
    description: The rows, lists of equal length. The first one is the head.
    type: list
    elements: list
    required: true
  width:
    description: Columns that a line may take. The default fits into 80 as C(ansible.builtin.debug) shows a list.
    type: int
    default: 69
  spare:
    description: Heads of columns that are left out, one after the other, where there is no room for the first column.
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
- name: Show what each phone of the inventory is
  ansible.builtin.debug:
    msg: "{{ [['host', 'MAC']] + rows | telephony.snom.text_table }}"
  vars:
    rows: "{{ ansible_play_hosts | zip(ansible_play_hosts | map('extract', hostvars, 'snom_mac')) | map('list') }}"
"""

RETURN = r"""
_value:
  description: The lines.
  type: list
  elements: str
  sample: ["host    MAC", "desk-1  000413AABBCC"]
"""


def table(rows: Iterable[Sequence[object]], width: int = WIDTH, spare: Iterable[str] = ()) -> list[str]:
    return text_table(to_plain(list(rows)), width, spare)


class FilterModule:
    """Tells Ansible the name of the filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"text_table": table}
