# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""MAC addresses in Snom's own form."""

from __future__ import annotations

import re

from .._core.errors import InputError

_FORMS = re.compile(
    r"[0-9a-f]{12}|[0-9a-f]{2}(?::[0-9a-f]{2}){5}|[0-9a-f]{2}(?:-[0-9a-f]{2}){5}|[0-9a-f]{4}(?:\.[0-9a-f]{4}){2}",
    re.IGNORECASE,
)
_SEPARATORS = str.maketrans("", "", ":.-")


def normalize_mac(text: str) -> str:
    """Return 12 upper-case hexadecimal digits, the form that phones use themselves (protocol 4.1, 5.4).

    Colons, dashes, Cisco's dots or no separators at all are accepted. Raises InputError.
    """
    stripped = text.strip()
    if not _FORMS.fullmatch(stripped):
        raise InputError(f"{text!r} is not a MAC address. Write it like '00:04:13:92:2D:24', in quotes.")
    return stripped.translate(_SEPARATORS).upper()
