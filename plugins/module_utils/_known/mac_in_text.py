# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""MAC addresses that stand in a text of others: a line of a log, a User-Agent, the name of a file."""

from __future__ import annotations

import re

from .mac import SEPARATORS, SPELLINGS

PREFIXES = ("000413", "1C7126", "00087B", "589EC6", "00ACDC")
"""How the addresses of Snom's phones begin, and those of Gigaset's that run the same firmware (protocol 4.4)."""

# Beside another digit or letter it is a part of something longer, unless it is one of a phone: cfg{mac}.xml.
_WITHIN = re.compile(
    rf"(?<![0-9a-z])(?:{'|'.join(SPELLINGS)})(?![0-9a-z])"
    rf"|(?<![0-9a-f])(?:{'|'.join(PREFIXES)})[0-9a-f]{{6}}(?![0-9a-f])",
    re.IGNORECASE | re.ASCII,
)


def find_mac(text: str) -> str | None:
    """The MAC address that stands in a text, in any usual spelling, or None where none can be told.

    Of several that differ only one of a phone counts. So does what has decimal digits alone: a date has as many.
    """
    found = dict.fromkeys(match[0].translate(SEPARATORS).upper() for match in _WITHIN.finditer(text))
    phones = [mac for mac in found if mac.startswith(PREFIXES)]
    candidates = phones or [mac for mac in found if not mac.isdecimal()]
    return candidates[0] if len(candidates) == 1 else None
