# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action twin of the module snom_firmware."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._operations.firmware import (
    ARGUMENT_SPEC,
    upgrade_phone,
    wanted_versions,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.actions.phone_action import WRITER_VARIABLES, PhoneAction
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.catalog import controller_path, load_catalog
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.needs import needed_for


class ActionModule(PhoneAction):
    argument_spec = ARGUMENT_SPEC
    operation = staticmethod(upgrade_phone)
    not_by_sip = "it is brought to its firmware by snom_rollout, which watches the mirror that it loads from"
    host_variables = WRITER_VARIABLES | {
        "version": "snom_firmware_version",
        "versions": "snom_firmware_versions",
        "mirror": "snom_mirror",
    }

    def prepare(self, parameters: dict[str, Any], task_vars: Mapping[str, Any]) -> dict[str, Any]:
        """Resolve the catalogue here; only the entries that a path to the target may need travel on."""
        catalog = parameters["catalog"]
        if not isinstance(catalog, list):
            known = load_catalog(None if catalog is None else controller_path(str(catalog)))
            needed = {
                image.file: image
                for version in set(wanted_versions(parameters).values())
                for image in needed_for(version, known)
            }
            catalog = [image.as_dict() for image in needed.values()]
        return parameters | {"catalog": catalog}
