# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Asks the PBX once for all hosts: on the controller, or where the task is delegated to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.plain import to_plain
from ansible_collections.telephony.snom.plugins.module_utils._pbx.overview import ARGUMENT_SPEC, read_pbx
from ansible_collections.telephony.snom.plugins.plugin_utils.actions.fleet_action import FleetAction
from ansible_collections.telephony.snom.plugins.plugin_utils.actions.phone_action import (
    ONLY_OF_MODULES,
    is_elsewhere,
    pipe_modules,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.given import without_omitted


class ActionModule(FleetAction):
    def serve(self, task_vars: Mapping[str, Any]) -> dict[str, Any]:
        """Read it."""
        self.require_run_once()
        if not self._task.args.get("pbx"):
            pbx = without_omitted(self._templar.template(task_vars.get("snom_pbx")))
            self._task.args["pbx"] = to_plain(pbx) or None
        parameters = self.parameters(ARGUMENT_SPEC)
        if not is_elsewhere(self._task, self._connection):
            return {"changed": False, **read_pbx(parameters["pbx"])}
        pbx = {name: value for name, value in (parameters["pbx"] or {}).items() if value is not None}
        pipe_modules(self._connection)
        result: dict[str, Any] = self._execute_module(module_args={"pbx": pbx or None}, task_vars=task_vars)
        return {name: value for name, value in result.items() if name not in ONLY_OF_MODULES}
