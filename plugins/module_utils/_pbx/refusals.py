# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a phone's answer to an event means for whoever sent it. A good answer proves nothing; others end it."""

from __future__ import annotations

from .._core.outcomes import Outcome
from .pbx import Delivery


def refusal(delivery: Delivery) -> tuple[Outcome, str] | None:
    """How it ends by what the phone answered; None where it may fetch: it took the event, or nothing is known.

    408 is no word of the phone: it may have got the event all the same (sip 5.3).
    """
    status = delivery.status
    if status is None or status == 408 or 200 <= status < 300:
        return None
    said = f"{status} {delivery.reason}".strip()
    if status in (401, 407):
        return Outcome.AUTH_FAILED, (
            f"The phone asks who sends a check-sync for the SIP password of its identity ({said}). Switch its setting "
            "challenge_checksync off, or let another way tell it: Asterisk with outbound_auth, or kind sip with "
            "username and password."
        )
    if status == 403:
        return Outcome.AUTH_FAILED, (
            f"The phone takes no event from there ({said}). Send it through its PBX, or switch its setting "
            "filter_registrar off."
        )
    if status in (486, 600):
        return Outcome.DEFERRED, f"The phone is busy ({said}), and was not asked again. Run again later."
    if status in (477, 478, 503):
        return Outcome.UNREACHABLE, f"The PBX could not send to the phone ({said}). Is it on, and registered anew?"
    return Outcome.NO_FETCH, f"The phone did not take the event ({said}), so it fetches nothing. Is it a Snom phone?"
