# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action twin of the module snom_screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean
from ansible_collections.telephony.snom.plugins.module_utils._operations.screen import ARGUMENT_SPEC, save_screen
from ansible_collections.telephony.snom.plugins.plugin_utils.actions.phone_action import MODEL_VARIABLES, PhoneAction


class ActionModule(PhoneAction):
    argument_spec = ARGUMENT_SPEC
    operation = staticmethod(save_screen)
    not_by_sip = "there is no picture of its screen by SIP"
    host_variables = MODEL_VARIABLES

    def _is_protected(self, variables: Mapping[str, Any]) -> bool:
        # Looking at a phone does nothing to it.
        fixes = boolean(self._task.args.get("fix_line_info_layer", False), strict=False)
        return fixes and super()._is_protected(variables)
