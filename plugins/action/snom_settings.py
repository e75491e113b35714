# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action twin of the module snom_settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.plain import to_plain
from ansible_collections.telephony.snom.plugins.module_utils._known.masks import is_secret, masked
from ansible_collections.telephony.snom.plugins.module_utils._known.setting_values import (
    is_settings_variable,
    merge_settings,
)
from ansible_collections.telephony.snom.plugins.module_utils._operations.settings import ARGUMENT_SPEC, write_settings
from ansible_collections.telephony.snom.plugins.plugin_utils.actions.phone_action import WRITER_VARIABLES, PhoneAction
from ansible_collections.telephony.snom.plugins.plugin_utils.actions.typing_action import SECRET_VARIABLES


class ActionModule(PhoneAction):
    argument_spec = ARGUMENT_SPEC
    operation = staticmethod(write_settings)
    not_by_sip = "its settings come by provisioning, see snom_provisioning and snom_sync"
    host_variables = WRITER_VARIABLES | SECRET_VARIABLES

    def prepare(self, parameters: dict[str, Any], task_vars: Mapping[str, Any]) -> dict[str, Any]:
        """Without settings in the task, those of the host's variables. What is secret gets an option of its own.

        The options of the real module go into the system's log, all but those with ``no_log``.
        """
        settings = parameters["settings"]
        if settings is None:
            layers = {name: self._variable(name, task_vars) for name in task_vars if is_settings_variable(name)}
            settings = merge_settings(to_plain(layers)) if layers else None
        if settings is None:
            return parameters
        secret = {name: value for name, value in settings.items() if is_secret(name)}
        return parameters | {
            "settings": {name: value for name, value in settings.items() if name not in secret},
            "secret_settings": secret | (parameters["secret_settings"] or {}) or None,
        }

    def _update_module_args(self, module_name: str, module_args: dict[str, Any], *args: Any, **more: Any) -> None:
        """Keep an address with a login or a token out of the system's log, where the real module would write it.

        Among the secret settings it would be written anew each time. The task's own no_log would also hide the result,
        in which it is masked.
        """
        super()._update_module_args(module_name, module_args, *args, **more)
        settings = module_args.get("settings") or {}
        if any(masked(str(name), text) != text for name, value in settings.items() for text in _texts(value)):
            module_args["_ansible_no_log"] = True


def _texts(value: object) -> Iterator[str]:
    """All text within a setting, attributes too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)
