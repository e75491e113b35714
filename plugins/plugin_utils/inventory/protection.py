# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who may be changed although snom_protected is set."""

from __future__ import annotations

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError


def overridden_hosts(value: object) -> set[str]:
    """The hosts that snom_protected_override names. Raises InputError."""
    names = value.split(",") if isinstance(value, str) else [] if value is None else value
    if not isinstance(names, (list, tuple)):
        raise InputError(
            f"The variable snom_protected_override is {value!r}. Name hosts, in a list or with commas between them."
        )
    return {str(name).strip() for name in names}
