# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of what a module supports. Each module adds the level of support."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
attributes:
  check_mode:
    description: Can run in C(check_mode) and return what would change without changing it.
  diff_mode:
    description: Returns what changed, or would change in C(check_mode), when in diff mode.
  idempotent:
    description: When run twice in a row with the same options, the second run changes nothing.
  action_group:
    description: Belongs to the action group C(telephony.snom.snom), so that C(module_defaults) can set its options.
    support: full
    membership:
      - telephony.snom.snom
"""
