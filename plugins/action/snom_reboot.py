# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action twin of the module snom_reboot."""

from __future__ import annotations

from ansible_collections.telephony.snom.plugins.module_utils._operations.reboot import ARGUMENT_SPEC, reboot_phone
from ansible_collections.telephony.snom.plugins.plugin_utils.actions.phone_action import WRITER_VARIABLES, PhoneAction


class ActionModule(PhoneAction):
    argument_spec = ARGUMENT_SPEC
    operation = staticmethod(reboot_phone)
    not_by_sip = "one that is told to restart by SIP may ask its user first, and nothing tells whether it did"
    host_variables = WRITER_VARIABLES
