# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bring the user's catalogue of images up to date: asks the servers that have them, and no phone."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import partial
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._core.plain import to_plain
from ansible_collections.telephony.snom.plugins.module_utils._known.images import Catalog
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.client import HAS_REQUESTS
from ansible_collections.telephony.snom.plugins.plugin_utils.actions.fleet_action import FleetAction
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.catalog import load_catalog, read_user_catalog
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.catalog_text import change_catalog
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.catalog_update import (
    ARGUMENT_SPEC,
    find_update,
    read_text,
    write_text,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.fleet import FleetVariables, read_stated
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.image_probe import probe_image


class ActionModule(FleetAction):
    def serve(self, task_vars: Mapping[str, Any]) -> dict[str, Any]:
        """Ask, and write what was learned."""
        parameters = self.parameters(ARGUMENT_SPEC, paths=["catalog"])
        if not HAS_REQUESTS:
            raise InputError("The Python library requests is not installed on the controller. Install it with pip.")
        hosts = parameters["hosts"]
        if hosts is None:
            self.require_run_once(", which looks at all hosts of the play, or name them in hosts")
            hosts = task_vars["ansible_play_batch"]
        path = parameters["catalog"]
        own = Catalog(read_user_catalog(path) if os.path.exists(path) else ())
        text = read_text(path)
        stated = read_stated(hosts, FleetVariables.of_task(self._task, task_vars, self._templar, self.parent.is_gone))
        update = find_update(
            stated,
            load_catalog(None).merged(own),
            own,
            partial(probe_image, use_proxy=parameters["use_proxy"], is_wanted=lambda: not self.parent.is_gone()),
            known=parameters["known"],
            mirror=parameters["mirror"],
            server=parameters["server"],
        )
        self.parent.check()
        after = change_catalog(text, update.entries) if update.entries else text
        result = {
            "changed": bool(update.entries),
            "images": update.images,
            "missing": update.missing,
            "hosts_without_model": update.hosts_without_model,
            "known": update.known,
        }
        if self._task.diff and update.entries:
            before = text if os.path.exists(path) else ""
            result["diff"] = [{"before_header": path, "after_header": path, "before": before, "after": after}]
        if update.entries and not self._task.check_mode:
            write_text(path, after)
        return dict(to_plain(result))
