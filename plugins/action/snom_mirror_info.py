# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the module where the log is. It keeps away from it what is meant for phones."""

from __future__ import annotations

from typing import Any

from ansible.plugins.action import ActionBase
from ansible_collections.telephony.snom.plugins.module_utils._core.visible import visible_result
from ansible_collections.telephony.snom.plugins.plugin_utils.actions.phone_action import ONLY_OF_MODULES
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.connection_options import split_arguments


class ActionModule(ActionBase):  # type: ignore[misc]  # ansible-core is untyped
    TRANSFERS_FILES = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        # module_defaults of the action group reach this module as well.
        _connection, own = split_arguments(self._task.args)
        result: dict[str, Any] = self._execute_module(module_args=own, task_vars=task_vars)
        return {name: visible_result(value) for name, value in result.items() if name not in ONLY_OF_MODULES}
