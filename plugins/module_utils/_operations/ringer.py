# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operation of snom_ringer: let a phone play one of its ringing tones."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from .._core.errors import InputError
from .._phone.commands import Ring
from .._phone.phone import Phone
from .session import REMOTE_ARGUMENTS, Remote

ARGUMENT_SPEC: dict[str, dict[str, Any]] = REMOTE_ARGUMENTS | {"ringer": {"type": "int", "required": True}}


def play_ringer(
    phone: Phone, parameters: dict[str, Any], check_mode: bool, *, sleep: Callable[[float], None] = time.sleep
) -> dict[str, Any]:
    """Play a ringing tone. Raises SnomError where nothing was sent. That it plays can be heard, not read.

    Whether its number means the tone or the line whose tone it is, is not sure (protocol 1.4); the vendor's example
    speaks for the tone.
    """
    ringer = parameters["ringer"]
    if not 1 <= ringer <= 9:
        raise InputError(f"ringer is {ringer}. Give a number from 1 to 9.")
    remote = Remote(phone, parameters, check_mode, sleep)

    def work() -> dict[str, Any]:
        remote.send(Ring(ringer))
        return {"changed": True}

    return remote.attempt(work) | {"sent": remote.sent}
