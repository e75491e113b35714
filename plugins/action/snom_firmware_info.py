# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which images the phones of an inventory need: reads the inventory and the catalogue, and asks no phone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.plain import to_plain
from ansible_collections.telephony.snom.plugins.plugin_utils.actions.fleet_action import FleetAction
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.catalog import load_catalog
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.fleet import FleetVariables, read_stated
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.needs import ARGUMENT_SPEC, needed_images


class ActionModule(FleetAction):
    def serve(self, task_vars: Mapping[str, Any]) -> dict[str, Any]:
        """Name the images."""
        parameters = self.parameters(ARGUMENT_SPEC, paths=["catalog"])
        hosts = parameters["hosts"]
        if hosts is None:
            self.require_run_once(", which looks at all hosts of the play, or name them in hosts")
            hosts = task_vars["ansible_play_batch"]
        catalog = load_catalog(parameters["catalog"])
        stated = read_stated(hosts, FleetVariables.of_task(self._task, task_vars, self._templar, self.parent.is_gone))
        return {"changed": False, **to_plain(needed_images(stated, catalog, parameters["mirror"]))}
