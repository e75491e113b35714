# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Turn a phone's outcome of a rollout into its host's ok, changed or failed."""

from __future__ import annotations

from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.action import ActionBase
from ansible_collections.telephony.snom.plugins.module_utils._core.visible import visible_result
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.connection_options import split_arguments

ARGUMENT_SPEC = {"phone": {"type": "dict", "required": True}}

SHOWN = ("outcome", "reason", "before", "after", "path", "wave", "elapsed", "evidence")


class ActionModule(ActionBase):  # type: ignore[misc]  # ansible-core is untyped
    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        _connection, own = split_arguments(self._task.args)
        checked = ArgumentSpecValidator(ARGUMENT_SPEC).validate(own)
        phone = checked.validated_parameters.get("phone") or {}
        if checked.error_messages or not {"outcome", "recap", "changed"} <= set(phone):
            return {
                "failed": True,
                "msg": "phone: give this host's entry of a rollout's phones, "
                "for example {{ rollout.phones[inventory_hostname] }}.",
            }
        failed = phone["recap"] == "failed"
        # Ansible shows all of a failed result, and its message a second time.
        result: dict[str, Any] = {name: phone.get(name) for name in (("outcome",) if failed else SHOWN)}
        result |= {"changed": bool(phone["changed"]), "failed": failed}
        if failed:
            result["msg"] = f"{phone['outcome']}: {phone['reason']}"
        shown: dict[str, Any] = visible_result(result)
        return shown
