# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action twin of the module snom_factory_reset."""

from __future__ import annotations

from ansible_collections.telephony.snom.plugins.module_utils._operations.factory_reset import ARGUMENT_SPEC, reset_phone
from ansible_collections.telephony.snom.plugins.plugin_utils.actions.phone_action import MODEL_VARIABLES, PhoneAction


class ActionModule(PhoneAction):
    argument_spec = ARGUMENT_SPEC
    operation = staticmethod(reset_phone)
    host_variables = MODEL_VARIABLES
