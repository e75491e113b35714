# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Time, by a clock that nobody can set; seconds that options give, and times as sentences and results have them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from .errors import InputError

LONGEST_WAIT = 14 * 86_400.0
"""Seconds that an option may ask to wait for anything: no phone takes so long, and sockets wait no longer than this."""

_EVEN = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # Linux halts the other one while the machine sleeps.
_START = time.time() - time.clock_gettime(_EVEN)


def system_time() -> float:
    """Seconds since the epoch, by a clock that runs evenly: setting the system's clock moves no deadline."""
    return _START + time.clock_gettime(_EVEN)


def check_seconds(parameters: Mapping[str, Any], *names: str, least: float = 1.0) -> None:
    """Raise InputError unless these options, where they are given, are seconds that can be waited for and shown."""
    for name in names:
        if parameters[name] is not None and not least <= parameters[name] <= LONGEST_WAIT:
            raise InputError(
                f"{name} is {parameters[name]:g}: give a number of seconds from {least:g} to {LONGEST_WAIT:.0f}, which "
                "are two weeks."
            )


def shown_time(seconds: float) -> str:
    """A time as a sentence has it behind the word "before", in UTC. seconds are since the epoch."""
    stamp = utc(seconds)
    # What no calendar has is no time to wait for.
    return f"{stamp[:10]} {stamp[11:19]} UTC" if stamp else "somebody has looked at it"


def utc(seconds: float) -> str | None:
    """A time as ISO 8601 in UTC, to the second; None if no calendar has it. seconds are since the epoch."""
    try:
        return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="seconds")
    except (ValueError, OverflowError, OSError):
        return None
