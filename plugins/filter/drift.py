# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a comparison of a phone with its inventory found, for the playbook telephony.snom.drift."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._known.models import versions_by_model
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version

DOCUMENTATION = r"""
name: drift
short_description: Say how a phone differs from its inventory
version_added: 0.1.0
description:
  - Puts together what M(telephony.snom.snom_info) read and what M(telephony.snom.snom_settings) found in check mode.
  - The playbook C(telephony.snom.drift) uses it for each phone.
author:
  - telephony.snom contributors (@telephony)
options:
  _input:
    description: The result of M(telephony.snom.snom_info).
    type: dict
    required: true
  settings:
    description:
      - The result of M(telephony.snom.snom_settings) in check mode. A skipped task's is as good as none.
      - One that says why the settings would not be written counts as read if it says how they differ.
    type: dict
    default: {}
  version:
    description: The version that the phone should run.
    type: str
  versions:
    description: That by model, where O(version) is not given.
    type: dict
    default: {}
"""

EXAMPLES = r"""
- name: Show how the phone differs
  ansible.builtin.debug:
    msg: "{{ info | telephony.snom.drift(compared, snom_firmware_version) }}"
"""

RETURN = r"""
_value:
  description:
    - C(outcome) is V(in_order), V(drifted), or the outcome word of a phone that could not be read, with its C(reason).
      That is V(failed) where the task did not get as far as the phone, and where a version is wanted and the phone does
      not show which one it has.
    - C(model) is null if the phone does not say it.
    - C(firmware) has C(now) and C(wanted) where these differ, else it is null.
    - C(settings) has C(before) and C(after) as in the module's diff where settings differ, else it is null.
    - C(read_only) lists settings that differ and that only provisioning can change, C(unknown) those that the phone
      does not have.
    - C(vendor_controller) says whether Snom's own controller may reach the phone by TR-369, null where nothing tells.
  type: dict
  sample:
    outcome: drifted
    reason: null
    model: D785
    firmware: {"now": "10.1.84.12", "wanted": "10.1.175.16"}
    settings: null
    unknown: []
    read_only: []
    vendor_controller: false
"""


def drift(
    info: Mapping[str, Any],
    settings: Mapping[str, Any] | None = None,
    version: object = None,
    versions: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Weigh the results. Raises AnsibleFilterError for a version that is none."""
    compared = settings or {}
    phone = info.get("phone") or {}
    is_compared = bool(compared) and not compared.get("skipped")
    failure = _failure(info, "phone") or (_failure(compared, "unknown") if is_compared else None)
    try:
        by_model = versions_by_model(versions, "snom_firmware_versions")
        # ansible-core 2.16 makes empty text of a template that says none.
        wanted = by_model.get(str(phone.get("model"))) if version in (None, "") else Version.parse(str(version))
        firmware = _firmware(phone, wanted)
    except InputError as error:
        raise AnsibleFilterError(error.reason) from None
    failure = failure or _incomparable(phone, wanted, by_model)
    changed = compared.get("diff") if compared.get("changed") else None
    read_only = compared.get("read_only") or []
    return {
        "outcome": failure["outcome"] if failure else "drifted" if firmware or changed or read_only else "in_order",
        "reason": failure["reason"] if failure else None,
        "model": phone.get("model"),
        "firmware": firmware,
        "settings": changed,
        "unknown": compared.get("unknown") or [],
        "read_only": read_only,
        "vendor_controller": phone.get("vendor_controller"),
    }


def _failure(result: Mapping[str, Any], finding: str) -> dict[str, Any] | None:
    """Outcome and reason of a task without the key that it has whenever it has read the phone.

    What Ansible itself reports, a host that can't be reached for example, has no outcome and no reason.
    """
    if finding in result:
        return None
    reason = result.get("reason") or result.get("msg") or "The phone was not read. The task's output may say why."
    return {"outcome": result.get("outcome") or "failed", "reason": reason}


def _incomparable(
    phone: Mapping[str, Any], wanted: Version | None, by_model: Mapping[str, Version]
) -> dict[str, Any] | None:
    """Outcome and reason of a phone that does not show what tells whether it has its version."""
    if wanted is None:
        missing = "model" if by_model and not phone.get("model") else None
    else:
        missing = None if phone.get("firmware") else "firmware version"
    if missing is None:
        return None
    return {
        "outcome": "failed",
        "reason": f"The phone shows no {missing}, so nothing tells whether it has its version.",
    }


def _firmware(phone: Mapping[str, Any], wanted: Version | None) -> dict[str, str] | None:
    now = phone.get("firmware")
    if now is None or wanted is None or Version.parse(str(now)) == wanted:
        return None
    return {"now": str(now), "wanted": str(wanted)}


class FilterModule:
    """Tells Ansible the name of the filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"drift": drift}
