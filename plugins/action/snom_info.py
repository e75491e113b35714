# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action twin of the module snom_info."""

from __future__ import annotations

from ansible_collections.telephony.snom.plugins.module_utils._operations.info import ARGUMENT_SPEC, read_info
from ansible_collections.telephony.snom.plugins.plugin_utils.actions.phone_action import PhoneAction


class ActionModule(PhoneAction):
    argument_spec = ARGUMENT_SPEC
    operation = staticmethod(read_info)
    writes = False
