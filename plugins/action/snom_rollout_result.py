# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Turn a phone's outcome of a rollout into its host's ok, changed or failed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.action import ActionBase
from ansible_collections.telephony.snom.plugins.module_utils._core.visible import visible_result
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.connection_options import split_arguments

ARGUMENT_SPEC = {"phone": {"type": "dict"}, "rollout": {"type": "str"}, "planned": {"type": "bool", "default": False}}

SHOWN = ("outcome", "reason", "before", "after", "path", "wave", "elapsed", "evidence")


def _entry(variables: Mapping[str, Any], name: str | None) -> Mapping[str, Any]:
    """This host's entry in the registered result of that name; empty if there is none.

    It is not templated: for that Ansible 2.19 and later wrap the entries of all phones, in each host's worker. Measured
    with 5,000 phones, that takes 40 ms of CPU a host.
    """
    entry: object = variables.get(name) if name else None
    for key in ("phones", variables.get("inventory_hostname")):
        entry = entry.get(key) if isinstance(entry, Mapping) else None
    return entry if isinstance(entry, Mapping) else {}


class ActionModule(ActionBase):  # type: ignore[misc]  # ansible-core is untyped
    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        _connection, own = split_arguments(self._task.args)
        checked = ArgumentSpecValidator(ARGUMENT_SPEC, mutually_exclusive=[("phone", "rollout")]).validate(own)
        given = checked.validated_parameters
        phone = given.get("phone") or _entry(task_vars or {}, given.get("rollout"))
        if checked.error_messages or not {"outcome", "recap", "changed"} <= set(phone):
            return {
                "failed": True,
                "msg": "rollout: give the name of the variable in which the result of snom_rollout is registered, in a "
                "task for the hosts that it was for; or phone: this host's entry of its phones, for example "
                "{{ rollout.phones[inventory_hostname] }}.",
            }
        failed = phone["recap"] == "failed"
        # Ansible shows all of a failed result, and its message a second time.
        result: dict[str, Any] = {name: phone.get(name) for name in (("outcome",) if failed else SHOWN)}
        result |= {"changed": bool(phone["changed"]) and not given["planned"], "failed": failed}
        if failed:
            result["msg"] = f"{phone['outcome']}: {phone['reason']}"
        shown: dict[str, Any] = visible_result(result)
        return shown
