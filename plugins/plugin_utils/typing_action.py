# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the twins share of modules that may type a secret, such as a PIN."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.telephony.snom.plugins.plugin_utils.phone_action import PhoneAction

SECRET_VARIABLES = {"allow_cleartext_secrets": "snom_allow_cleartext_secrets"}


class TypingAction(PhoneAction):
    """A twin whose option secret has the task's no_log as its default."""

    def prepare(self, parameters: dict[str, Any], task_vars: Mapping[str, Any]) -> dict[str, Any]:
        secret = parameters["secret"]
        return parameters | {"secret": bool(self._task.no_log) if secret is None else secret}
