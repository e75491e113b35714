# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""MAC addresses, in Snom's own form and as others write them."""

from __future__ import annotations

import re

from .._core.errors import InputError

SPELLINGS = (
    r"[0-9a-f]{12}",
    *(rf"[0-9a-f]{{2}}(?:{separator}[0-9a-f]{{2}}){{5}}" for separator in (":", "-", r"\.")),
    *(rf"[0-9a-f]{{4}}(?:{separator}[0-9a-f]{{4}}){{2}}" for separator in (":", "-", r"\.")),
    *(rf"[0-9a-f]{{6}}{separator}[0-9a-f]{{6}}" for separator in (":", "-", r"\.")),
)
_FORMS = re.compile("|".join(SPELLINGS), re.IGNORECASE)
SEPARATORS = str.maketrans("", "", ":.-")


def normalize_mac(text: str) -> str:
    """12 upper-case hexadecimal digits, the form that phones use themselves (protocol 4.1, 5.4).

    Pairs, threes of four digits and halves are accepted, with colons, dashes, dots or no separators. Raises InputError.
    """
    stripped = text.strip()
    if not _FORMS.fullmatch(stripped):
        raise InputError(f"{text!r} is not a MAC address. Write it like '00:04:13:92:2D:24', in quotes.")
    return stripped.translate(SEPARATORS).upper()
