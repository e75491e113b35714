# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action twin of the module snom_call."""

from __future__ import annotations

from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._operations.call import ARGUMENT_SPEC, control_call
from ansible_collections.telephony.snom.plugins.plugin_utils.actions.phone_action import WRITER_VARIABLES
from ansible_collections.telephony.snom.plugins.plugin_utils.actions.typing_action import SECRET_VARIABLES, TypingAction
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.given import list_from_text


class ActionModule(TypingAction):
    argument_spec = ARGUMENT_SPEC
    operation = staticmethod(control_call)
    host_variables = WRITER_VARIABLES | SECRET_VARIABLES

    def _validated(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Refuse emergency numbers without quotes, as the module does with number.

        Validation makes text of them, and of 060 that of 48: the number that was meant would be called.
        """
        given = arguments.get("emergency_numbers")
        numbers = list_from_text(given, "emergency_numbers") if isinstance(given, str) else given
        if isinstance(numbers, (int, float)) or (
            isinstance(numbers, list) and not all(isinstance(number, str) for number in numbers)
        ):
            raise InputError("emergency_numbers must be in quotes: without, zeros in front are lost.")
        return super()._validated(arguments)
