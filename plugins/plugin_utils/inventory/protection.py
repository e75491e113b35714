# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who may be changed although snom_protected is set."""

from __future__ import annotations

from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.given import list_from_text


def overridden_hosts(value: object) -> set[str]:
    """The hosts that snom_protected_override names. Raises InputError."""
    return {str(name).strip() for name in list_from_text(value, "snom_protected_override")}
