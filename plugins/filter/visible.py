# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What others say, as it may be shown: for the collection's playbooks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.visible import visible, visible_line

DOCUMENTATION = r"""
name: visible
short_description: Spell out characters that steer a terminal
version_added: 0.1.0
description:
  - Text that phones, logs and inventories hold may clear a screen, forge a line of output, or turn around what stands
    beside it. This filter replaces each such character by its spelling, C(\x1b) for example, so that one sees it.
  - These are control characters, separators of lines and paragraphs, overrides, embeddings and isolates of the
    direction of writing, and halves of characters. Umlauts, other scripts and emojis stay as they are.
  - The results of this collection's modules are already like that. This filter is for values from elsewhere.
author:
  - telephony.snom contributors (@telephony)
options:
  _input:
    description: The text. Another value is taken as its text.
    type: raw
    required: true
  lines:
    description: Whether line breaks and tabs stay. Otherwise they are spelled out, too, and the result is one line.
    type: bool
    default: true
"""

EXAMPLES = r"""
- name: Show a note of the inventory
  ansible.builtin.debug:
    msg: "{{ snom_site | telephony.snom.visible(lines=false) }}"
"""

RETURN = r"""
_value:
  description: The text, fit to be shown.
  type: str
  sample: 'Hall\x1b[2J'
"""


def show(value: object, lines: bool = True) -> str:
    return visible(str(value)) if lines else visible_line(str(value))


class FilterModule:
    """Tells Ansible the name of the filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"visible": show}
