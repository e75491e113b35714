# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can be said about the calls of a phone, and where it shows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

IDLE = "idle"
IN_CALL = "in_call"
UNKNOWN = "unknown"

DIALING = "dialing"
CALLING = "calling"
RINGING = "ringing"
CONNECTED = "connected"
HOLDING = "holding"


class CallSource(str, Enum):
    """Where it shows whether somebody talks on a phone."""

    PBX = "pbx"
    """What the PBX knows. Raises PbxFailed where it can't be asked."""
    COUNTER = "counter"
    REPORT = "report"
    """The phone's own word, by a document that it runs."""
    SCREEN = "screen"
    HOME = "home"


@dataclass(frozen=True)
class CallReading:
    """What one source says about calls. Everything is unknown where it says nothing, or the phone does not have it."""

    state: str = UNKNOWN
    """IDLE, IN_CALL or UNKNOWN."""
    phase: str = UNKNOWN
    """The state, or more exactly DIALING, CALLING, RINGING, CONNECTED or HOLDING."""
    count: int | None = None
    source: str | None = None
    """The source in words for users. None if the state is unknown."""
    problem: str | None = None
    """Why a source says nothing that was to say it, as a sentence."""
