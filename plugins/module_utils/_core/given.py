# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What users give as text or not, as in a mapping of YAML or with ``-e name=value``."""

from __future__ import annotations

from .clock import LONGEST_WAIT

_BOOLEANS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


def boolean_in(value: object) -> bool | None:
    """Whether it says true or false, in Ansible's spellings; None where it says neither."""
    return _BOOLEANS.get(str(value).lower())


def seconds_in(value: object) -> float | None:
    """The seconds that it says, above 0 and no more than can be waited for; None where it says none."""
    try:
        seconds = float(str(value))
    except ValueError:
        return None
    return seconds if 0 < seconds <= LONGEST_WAIT else None
