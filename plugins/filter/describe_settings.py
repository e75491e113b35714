# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The settings of a phone as an inventory states them, for the playbook telephony.snom.adopt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._core.plain import to_plain
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.adoption import describe_settings

DOCUMENTATION = r"""
name: describe_settings
short_description: The settings of an existing phone as an inventory states them
version_added: 0.1.0
description:
  - Turns what M(telephony.snom.snom_info) has read of a phone into values for C(snom_settings), so that
    M(telephony.snom.snom_settings) finds nothing to change. The playbook C(telephony.snom.adopt) does that for a fleet.
  - What the page says beside a value is stated beside it, the flag of permission and the label of a key for example.
  - Left out, each with the reason, are secrets, what users change at the phone, such as C(dnd_mode), what the phone
    tells of itself, such as C(phone_type), and what leads to a provisioning server, such as C(setting_server). Empty
    ones are left out without a reason.
author:
  - telephony.snom contributors (@telephony)
options:
  _input:
    description: The value RV(telephony.snom.snom_info#module:phone), read with its settings.
    type: dict
    required: true
  shared:
    description: Settings that are stated elsewhere, as P(telephony.snom.shared_settings#filter) returns them.
    type: dict
    default: {}
"""

EXAMPLES = r"""
- name: Read a phone
  telephony.snom.snom_info:
    gather: [settings]
  register: info

- name: Show it as an inventory would state it
  ansible.builtin.debug:
    msg: "{{ (info.phone | telephony.snom.describe_settings).settings }}"
"""

RETURN = r"""
_value:
  description: Two mappings by the names of settings.
  type: dict
  contains:
    settings:
      description: The settings. Indexed ones are mappings by number.
      returned: always
      type: dict
      sample: {"language": "English", "user_name": {"1": "100"}}
    left_out:
      description: Why a setting is not among them, or, with C(, perm) behind its name, its flag of permission is not.
      returned: always
      type: dict
      sample: {"dnd_mode1": "users change it at the phone"}
"""


def describe(phone: Mapping[str, Any], shared: Mapping[str, Any] | None = None) -> dict[str, Any]:
    elsewhere = to_plain(shared or {})
    try:
        settings, left_out = describe_settings(to_plain(phone))
    except InputError as error:
        raise AnsibleFilterError(error.reason) from None
    own = {name: value for name, value in settings.items() if name not in elsewhere or elsewhere[name] != value}
    return {"settings": own, "left_out": left_out}


class FilterModule:
    """Tells Ansible the name of the filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"describe_settings": describe}
