# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Everything that can go wrong with a phone, as one hierarchy.

An error carries the outcome word that users meet everywhere, and a reason: whole sentences that say what happened and
what a person can do about it. Nothing in a reason may hold a secret or the query of a URL.
"""

from __future__ import annotations

import os
import traceback
from typing import TypeVar

T = TypeVar("T")


def expect(value: T | None) -> T:
    """The value, where the logic of the code leaves no room for None; a mistake of ours otherwise."""
    if value is None:
        raise AssertionError("A value that must be there is missing.")
    return value


def place_of(error: Exception) -> str:
    """Kind and place of a mistake of ours: enough to report it. Its text or a traceback could show secrets."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    # Base names repeat, so a file of ours has its path within the collection. That of another could name a person.
    _, ours, below = place.filename.rpartition("/telephony/snom/plugins/")
    file = f"plugins/{below}" if ours else os.path.basename(place.filename)
    return f"{type(error).__name__} in {file} line {place.lineno}"


class SnomError(Exception):
    """A failure that a person can act on."""

    outcome = "failed"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class InputError(SnomError):
    """An option is missing or wrong; nothing was sent. The reason names the option and the remedy."""

    outcome = "refused"


class NotRecorded(SnomError):
    """The journal takes nothing more, so nothing may be triggered that a resume would not know of."""

    outcome = "not_started"


class PhoneUnreachable(SnomError):
    """No usable answer, and the request certainly did not reach the phone."""

    outcome = "unreachable"


class CertificateRejected(PhoneUnreachable):
    """Somebody answers, but the TLS handshake fails, or the certificate is not the expected one. No request was sent.

    It may be the phone with a new certificate, another device, or somebody in between: so it is no answer of the phone.
    """

    outcome = "certificate_rejected"


class AnswerLost(PhoneUnreachable):
    """The request may have reached the phone, but the answer was empty, cut off, reset or too late.

    After a command that makes a phone restart this proves nothing, neither success nor failure (protocol 0.3).
    """


class AnswerUnreadable(SnomError):
    """The phone answered something that is not what a Snom phone answers."""

    outcome = "unsupported"


class AuthFailed(SnomError):
    """The phone refused the credentials, or wants some and none are given. They are never sent again (protocol 2.3)."""

    outcome = "auth_failed"


class LockedOut(SnomError):
    """Too many failed logins: the phone blocks its web interface for a minute, doubling (protocol 2.3)."""

    outcome = "locked_out"


class Blocked(SnomError):
    """The phone's web server forbids this request: hidden tags, restricted queries, https only (protocol 2.4, 2.5)."""

    outcome = "blocked"


class UserMode(SnomError):
    """The phone is in user mode and wants its administrator password first (protocol 2.1)."""

    outcome = "user_mode"


class Unsupported(SnomError):
    """This phone has no HTTP remote control: the Phone Manager of the D8xx generation (protocol 7)."""

    outcome = "unsupported"


class WrongPhone(SnomError):
    """Another phone answers at this address: MAC or model differ from the inventory or from the first reading."""

    outcome = "wrong_phone"


class Refused(SnomError):
    """This collection refuses to do it: no image, wrong image, unsafe downgrade, provisioning would undo it."""

    outcome = "refused"
