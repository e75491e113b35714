# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Phones that are left to their TR-069 server."""

from __future__ import annotations

from collections.abc import Mapping

TAKES_NO_PROVISIONING = (
    "tr69_use_acs is on: a phone with TR-069 on takes no provisioning. Switch it off, or leave this phone to "
    "its TR-069 server."
)
"""Why a phone is left alone."""

OFF = frozenset({"", "off", "false", "0"})
"""The words for a switch that is off."""


def takes_provisioning(settings: Mapping[str, str]) -> bool:
    """Whether a phone with these settings, by the names that HTTP has for them, takes any by provisioning.

    With TR-069 on it takes none (Snom's page on TR-069). Dumps show ``on`` and ``off``. Nobody knows whether any other
    word but those for off, or a name in capitals, switches it on too: such a phone is better left alone [I].
    """
    return all(value.strip().lower() in OFF for name, value in settings.items() if name.lower() == "tr69_use_acs")
