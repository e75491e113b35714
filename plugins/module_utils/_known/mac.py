# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""MAC addresses, in Snom's own form and as others write them."""

from __future__ import annotations

import re

from .._core.errors import InputError

_SPELLINGS = (
    r"[0-9a-f]{12}",
    *(rf"[0-9a-f]{{2}}(?:{separator}[0-9a-f]{{2}}){{5}}" for separator in (":", "-", r"\.")),
    *(rf"[0-9a-f]{{4}}(?:{separator}[0-9a-f]{{4}}){{2}}" for separator in (":", "-", r"\.")),
    *(rf"[0-9a-f]{{6}}{separator}[0-9a-f]{{6}}" for separator in (":", "-", r"\.")),
)
_FORMS = re.compile("|".join(_SPELLINGS), re.IGNORECASE)
_SEPARATORS = str.maketrans("", "", ":.-")

PREFIXES = ("000413", "1C7126", "00087B", "589EC6", "00ACDC")
"""How the addresses of Snom's phones begin, and those of Gigaset's that run the same firmware (protocol 4.4)."""

# Beside another digit or letter it is a part of something longer, unless it is one of a phone: cfg{mac}.xml.
_WITHIN = re.compile(
    rf"(?<![0-9a-z])(?:{'|'.join(_SPELLINGS)})(?![0-9a-z])"
    rf"|(?<![0-9a-f])(?:{'|'.join(PREFIXES)})[0-9a-f]{{6}}(?![0-9a-f])",
    re.IGNORECASE | re.ASCII,
)


def normalize_mac(text: str) -> str:
    """Return 12 upper-case hexadecimal digits, the form that phones use themselves (protocol 4.1, 5.4).

    Pairs, threes of four digits and halves are accepted, with colons, dashes, dots or no separators. Raises InputError.
    """
    stripped = text.strip()
    if not _FORMS.fullmatch(stripped):
        raise InputError(f"{text!r} is not a MAC address. Write it like '00:04:13:92:2D:24', in quotes.")
    return stripped.translate(_SEPARATORS).upper()


def find_mac(text: str) -> str | None:
    """Return the MAC address that stands in a text, in any usual spelling, or None where none can be told.

    Of several that differ only one of a phone counts. So does what has decimal digits alone: a date has as many.
    """
    found = dict.fromkeys(match[0].translate(_SEPARATORS).upper() for match in _WITHIN.finditer(text))
    phones = [mac for mac in found if mac.startswith(PREFIXES)]
    candidates = phones or [mac for mac in found if not mac.isdecimal()]
    return candidates[0] if len(candidates) == 1 else None
