# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What kind of a call a phone has, and how many: for who controls calls."""

from __future__ import annotations

from .call_reading import UNKNOWN, CallSource
from .call_state import read_call_state, read_source
from .readable_phone import ReadablePhone


def read_call_phase(phone: ReadablePhone, *, known: str | None = None) -> str:
    """Like read_call_state, and more exactly calling, ringing, connected or holding where the screen shows it.

    So the screen comes first here, before what the PBX knows.
    """
    phase = read_source(phone, CallSource.SCREEN).phase
    return read_call_state(phone, known=known)[0] if phase == UNKNOWN else phase


def count_calls(phone: ReadablePhone) -> int | None:
    """How many calls the phone has, by its call counter (protocol 4.3) or its home page [I], or None.

    Raises what read_call_state raises.
    """
    count = phone.call(CallSource.COUNTER).count
    return read_source(phone, CallSource.HOME).count if count is None else count
