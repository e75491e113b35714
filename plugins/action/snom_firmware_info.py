# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which images the phones of an inventory need: reads the inventory and the catalogue, and asks no phone."""

from __future__ import annotations

from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.action import ActionBase
from ansible_collections.telephony.snom.plugins.module_utils.errors import InputError, SnomError
from ansible_collections.telephony.snom.plugins.module_utils.firmware_info import ARGUMENT_SPEC, needed_images
from ansible_collections.telephony.snom.plugins.module_utils.perform import to_plain
from ansible_collections.telephony.snom.plugins.plugin_utils.firmware_catalog import controller_path, load_catalog
from ansible_collections.telephony.snom.plugins.plugin_utils.fleet import FleetVariables, read_wishes, split_arguments


class ActionModule(ActionBase):  # type: ignore[misc]  # ansible-core is untyped
    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        try:
            return self._info(task_vars or {})
        except SnomError as error:
            return {"failed": True, "msg": error.reason}

    def _info(self, task_vars: dict[str, Any]) -> dict[str, Any]:
        _connection, own = split_arguments(self._task.args)
        checked = ArgumentSpecValidator(ARGUMENT_SPEC).validate(own)
        if checked.error_messages:
            raise InputError(" ".join(checked.error_messages))
        parameters = checked.validated_parameters
        hosts = parameters["hosts"]
        if hosts is None:
            if not self._task.run_once:
                raise InputError(
                    "Set run_once: true on this task, which looks at all hosts of the play, or name them in hosts."
                )
            hosts = task_vars["ansible_play_batch"]
        catalog = load_catalog(controller_path(parameters["catalog"]) if parameters["catalog"] else None)
        wishes = read_wishes(hosts, FleetVariables(task_vars, self._templar))
        return {"changed": False, **to_plain(needed_images(wishes, catalog, parameters["mirror"]))}
