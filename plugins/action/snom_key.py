# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action twin of the module snom_key."""

from __future__ import annotations

from ansible_collections.telephony.snom.plugins.module_utils._operations.key import ARGUMENT_SPEC, press_keys
from ansible_collections.telephony.snom.plugins.plugin_utils.actions.phone_action import MODEL_VARIABLES
from ansible_collections.telephony.snom.plugins.plugin_utils.actions.typing_action import SECRET_VARIABLES, TypingAction


class ActionModule(TypingAction):
    argument_spec = ARGUMENT_SPEC
    operation = staticmethod(press_keys)
    host_variables = MODEL_VARIABLES | SECRET_VARIABLES
