# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Flags of permission: who may change a setting that provisioning gives."""

from __future__ import annotations

_VOLATILE = "V"
PERMISSIONS = tuple(flag + more for more in ("", _VOLATILE) for flag in ("", "RW", "$", "R", "&", "!"))
"""Flags of permission (protocol 5.4): ``RW``, ``$`` or nothing: users may change it, and provisioning overwrites that;
``!``: what users change stays; ``R`` or ``&``: read-only. With ``V`` it lasts until the next boot, and ``V`` alone is
read-only, too."""

# A flag as public files spell it too, and the one of Snom's page (protocol 5.4) that it can only mean. By the manual of
# the 100 users don't even see what has the last one.
_SPELLED = {" ": "R", "RO": "R", "#": "R"}


def canonical_permission(flag: str) -> str:
    """The flag as Snom's page has it: ``RO`` and a blank are ``R``, and small letters are capital ones.

    ``V`` goes with another one, in whatever order.
    """
    flag = flag.upper()
    rest = flag.replace(_VOLATILE, "", 1)
    return _SPELLED.get(rest, rest) + (_VOLATILE if rest != flag else "")


def is_read_only(flag: str) -> bool:
    """Whether a flag keeps users from changing a setting."""
    return canonical_permission(flag) in ("R", "&", "V", "RV", "&V")
