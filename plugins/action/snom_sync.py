# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action twin of the module snom_sync."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.plain import to_plain
from ansible_collections.telephony.snom.plugins.module_utils._known.check_sync import DECISIVE
from ansible_collections.telephony.snom.plugins.module_utils._known.setting_values import (
    is_settings_variable,
    merge_settings,
)
from ansible_collections.telephony.snom.plugins.module_utils._mirror.control_settings import (
    PASSWORD_VARIABLE as MIRROR_PASSWORD_VARIABLE,
)
from ansible_collections.telephony.snom.plugins.module_utils._operations.sync import ARGUMENT_SPEC, sync_phone
from ansible_collections.telephony.snom.plugins.module_utils._pbx.settings import PASSWORD_VARIABLE
from ansible_collections.telephony.snom.plugins.plugin_utils.actions.phone_action import WRITER_VARIABLES, PhoneAction
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.accounts import warn_of_numbers

_PASSWORDS = {"pbx": PASSWORD_VARIABLE, "mirror_control": MIRROR_PASSWORD_VARIABLE}


class ActionModule(PhoneAction):
    argument_spec = ARGUMENT_SPEC
    operation = staticmethod(sync_phone)
    own_way = True
    host_variables = WRITER_VARIABLES | {
        "account": "snom_account",
        "mirror_control": "snom_mirror_control",
        "pbx": "snom_pbx",
    }

    def _arguments(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        """With a warning of a number, which the validation makes text of."""
        arguments = super()._arguments(variables)
        warn_of_numbers(arguments.get("account"), arguments.get("pbx"))
        return arguments

    def prepare(self, parameters: dict[str, Any], task_vars: Mapping[str, Any]) -> dict[str, Any]:
        """With the settings of the host's variables that decide about a check-sync, and the controller's passwords.

        No other settings: they hold secrets, and the options of the real module go into the system's log.
        """
        settings = parameters["settings"]
        if settings is None:
            layers = {name: self._variable(name, task_vars) for name in task_vars if is_settings_variable(name)}
            settings = merge_settings(to_plain(layers))
        found = parameters | {
            "settings": {name: value for name, value in settings.items() if str(name).lower() in DECISIVE}
        }
        for option, variable in _PASSWORDS.items():
            given = found[option]
            if given and given.get("kind") != "sip" and given.get("password") is None and os.environ.get(variable):
                found[option] = given | {"password": os.environ[variable]}
        return found
