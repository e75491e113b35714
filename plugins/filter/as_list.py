# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lists that may come as text, for the playbooks' variables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._core.plain import to_plain
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.given import list_from_text

DOCUMENTATION = r"""
name: as_list
short_description: Take a list, also where it comes as text
version_added: 0.1.0
description:
  - Extra variables with C(-e name=value) and the surveys of AWX only know text. This makes a list of text with commas
    between, and of text in brackets that is YAML or JSON.
  - A list stays as it is. A null and an empty text are an empty list.
author:
  - telephony.snom contributors (@telephony)
options:
  _input:
    description: The list, or its text.
    type: raw
    required: true
"""

EXAMPLES = r"""
- name: Show what a survey gave
  ansible.builtin.debug:
    msg: "{{ 'unreachable, blocked' | telephony.snom.as_list }}"
"""

RETURN = r"""
_value:
  description: The list.
  type: list
  elements: raw
  sample: [unreachable, blocked]
"""


def as_list(value: object) -> list[Any]:
    """Raises AnsibleFilterError for what is no list."""
    try:
        return list_from_text(to_plain(value), "The value")
    except InputError as error:
        raise AnsibleFilterError(error.reason) from None


class FilterModule:
    """Tells Ansible the name of the filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"as_list": as_list}
