# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One task that brings a play's phones to their firmware: reads the inventory once and drives the engine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.utils.display import Display
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.plugin_utils.actions.console import Console
from ansible_collections.telephony.snom.plugins.plugin_utils.actions.fleet_action import FleetAction

display = Display()


class ActionModule(FleetAction):
    # One task for all hosts of the play; a strategy that can't do that refuses it.
    BYPASS_HOST_LOOP = True

    def serve(self, task_vars: Mapping[str, Any]) -> dict[str, Any]:
        """Run the rollout. Never fails for a phone's outcome."""
        # Not above: Ansible loads this file in the process that later forks a worker for each phone's result, and the
        # workers write to almost all of the memory that they share with it.
        from ansible_collections.telephony.snom.plugins.plugin_utils.actions.rollout_run import PATHS, run
        from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.options import ARGUMENT_SPEC

        self._check_task(task_vars)
        with Console(self.parent) as console:
            parameters = self.parameters(ARGUMENT_SPEC, PATHS)
            return run(self._task, self._templar, parameters, task_vars, self.parent, console)

    def _check_task(self, task_vars: Mapping[str, Any]) -> None:
        self.require_run_once()
        if self._task.delegate_to:
            raise InputError("snom_rollout runs on the controller: take delegate_to away from this task.")
        if len(task_vars["ansible_play_batch"]) < len(task_vars["ansible_play_hosts"]):
            display.warning(
                "serial runs this task once per batch: waves, canaries and max_bad then count within each batch only."
            )
