# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of how modules that restart a phone learn whether somebody talks on it."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  unknown_call_state:
    description:
      - What to do with O(only_when_idle) where it can't be read whether the phone is in a call. No public source shows
        what the pages of a phone look like then, so that is often so.
      - V(defer) leaves the phone alone, V(proceed) goes on.
    type: str
    choices: [defer, proceed]
    default: defer
  call_state:
    description:
      - What the PBX knows about the phone. Unless V(unknown), the phone itself is not asked.
      - It is too old for what is sent minutes later, as a second image is. Then PBX and phone are asked again.
      - Taken from the host variable C(snom_call_state) if not given.
    type: str
    choices: [idle, in_call, unknown]
    default: unknown
"""
