# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What phones have in common, for the playbook telephony.snom.adopt."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._core.plain import to_plain
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.adoption import shared_settings

DOCUMENTATION = r"""
name: shared_settings
short_description: The settings that existing phones have in common
version_added: 0.1.0
description:
  - Finds the settings that are the same on all of several phones, as an inventory states them for their group.
  - An indexed setting counts as a whole, because host variables replace it as a whole. One phone alone shares nothing.
author:
  - telephony.snom contributors (@telephony)
options:
  _input:
    description: The values RV(telephony.snom.snom_info#module:phone) of the phones, read with their settings.
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
- name: Read each phone
  telephony.snom.snom_info:
    gather: [settings]
  register: info

- name: Show what they have in common
  ansible.builtin.debug:
    msg: >-
      {{ ansible_play_hosts | map('extract', hostvars, ['info', 'phone']) | telephony.snom.shared_settings }}
  run_once: true
"""

RETURN = r"""
_value:
  description: The settings, by name. Indexed ones are mappings by number.
  type: dict
  sample: {"language": "English", "user_host": {"1": "pbx.example"}}
"""


def share(phones: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    try:
        return shared_settings([to_plain(phone) for phone in phones])
    except InputError as error:
        raise AnsibleFilterError(error.reason) from None


class FilterModule:
    """Tells Ansible the name of the filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"shared_settings": share}
