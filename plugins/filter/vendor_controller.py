# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which phones have a second controller, for the playbook telephony.snom.audit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.telephony.snom.plugins.module_utils._core.plain import to_plain
from ansible_collections.telephony.snom.plugins.plugin_utils.report.vendor_controller import may_be_controlled

DOCUMENTATION = r"""
name: vendor_controller
short_description: Tell whether Snom's own controller may reach a phone
version_added: 0.1.0
description:
  - Snom's own controller may reach a phone by TR-369, and start an update for example. It is on by default from
    10.1.161 until 10.1.226, on models that have TR-369.
  - So model and firmware are enough, whether the phone itself told them, its PBX or a mirror's log. Where the phone was
    read, what RV(telephony.snom.snom_info#module:phone.vendor_controller) says wins.
author:
  - telephony.snom contributors (@telephony)
options:
  _input:
    description:
      - A phone, as it is in C(audit.json), in RV(telephony.snom.snom_info#module:phone), in
        RV(telephony.snom.snom_pbx_info#module:registrations) or in RV(telephony.snom.snom_mirror_info#module:phones).
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Ask the PBX who is registered
  telephony.snom.snom_pbx_info:
    pbx: "{{ snom_pbx }}"
  run_once: true
  register: pbx

- name: Name those that may have a second controller
  ansible.builtin.debug:
    msg: "{{ item.account }} is a {{ item.model }} on {{ item.firmware }}"
  loop: "{{ pbx.registrations }}"
  loop_control:
    label: "{{ item.account }}"
  when: item | telephony.snom.vendor_controller is true
  run_once: true
"""

RETURN = r"""
_value:
  description: Whether it may. Null where model or firmware is not known.
  type: bool
  sample: true
"""


def vendor_controller(phone: Mapping[str, Any]) -> bool | None:
    if not isinstance(phone, Mapping):
        raise AnsibleFilterError(f"vendor_controller: {type(phone).__name__} is no phone: give a dictionary.")
    return may_be_controlled(to_plain(phone))


class FilterModule:
    """Tells Ansible the name of the filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"vendor_controller": vendor_controller}
