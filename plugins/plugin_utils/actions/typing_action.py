# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the twins share of modules that may type a secret, such as a PIN."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.telephony.snom.plugins.plugin_utils.actions.phone_action import PhoneAction

SECRET_VARIABLES = {"allow_cleartext_secrets": "snom_allow_cleartext_secrets"}


class TypingAction(PhoneAction):
    """A twin whose option secret has the task's no_log as its default."""

    def prepare(self, parameters: dict[str, Any], task_vars: Mapping[str, Any]) -> dict[str, Any]:
        secret = parameters["secret"]
        return parameters | {"secret": bool(self._task.no_log) if secret is None else secret}

    def _update_module_args(self, module_name: str, module_args: dict[str, Any], *args: Any, **more: Any) -> None:
        """Keep a secret out of the system's log, where the real module would write its options, as no_log does.

        The task's own no_log would also hide the result, in which the secret is masked.
        """
        super()._update_module_args(module_name, module_args, *args, **more)
        if module_args["secret"]:
            module_args["_ansible_no_log"] = True
