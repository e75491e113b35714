# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can go wrong, as one hierarchy.

An error carries the outcome word that users meet everywhere, and a reason: whole sentences that say what happened and
what a person can do about it. Nothing in a reason may hold a secret or the query of a URL::

    SnomError
        InputError              an option, or a file that it names
        NotRecorded             the journal
        PhoneUnreachable        nothing was sent, but for AnswerLost
            CertificateRejected
            AnswerLost          something may have been
        AnswerUnreadable
        AuthFailed
        LockedOut
        Blocked
            NoEffect
        UserMode
        Unsupported
        WrongPhone
        Refused                 by this collection
        Protected               by the inventory
        WindowEnds              by the window of its site
        PbxFailed               the phone was not asked
        NotSent                 by PBX or mirror, and what it was shown was withdrawn
        Looping                 it loads its image again and again

Some stand where they are made: those of a mirror in `_mirror.client`, of a source of phones in `sources.said`;
`credentials.NotTried`, which tells the limit that it keeps; `phone_plan.NotApproved`, `mirrors.MayBeThere`,
`identity.NotRegistered`, `image_probe.NotThere`; what only a phone that loads by SIP raises in `sip_reader` and
`sip_loader`; and in `_phone.web.client` that of a kept connection that turns out dead, which never leaves it.
"""

from __future__ import annotations

import os
import traceback
from typing import TypeVar

from .outcomes import Outcome

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
    ours, below = place.filename.rpartition("/telephony/snom/plugins/")[1:]
    file = f"plugins/{below}" if ours else os.path.basename(place.filename)
    return f"{type(error).__name__} in {file} line {place.lineno}"


def unexpected(error: Exception) -> str:
    """The sentence about a mistake of ours. It says no more than its place, see `place_of`."""
    return f"Unexpected error, please report it: {place_of(error)}."


class SnomError(Exception):
    """A failure that a person can act on."""

    outcome = Outcome.FAILED

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class InputError(SnomError):
    """An option is missing or wrong; nothing was sent. The reason names the option and the remedy."""

    outcome = Outcome.REFUSED


class NotRecorded(SnomError):
    """The journal takes nothing more, so nothing may be triggered that a resume would not know of."""

    outcome = Outcome.NOT_STARTED


class PhoneUnreachable(SnomError):
    """No usable answer. The request certainly did not reach the phone, unless it is an AnswerLost."""

    outcome = Outcome.UNREACHABLE


class CertificateRejected(PhoneUnreachable):
    """Somebody answers, but the TLS handshake fails, or the certificate is not the expected one. No request was sent.

    It may be the phone with a new certificate, another device, or somebody in between: so it is no answer of the phone.
    """

    outcome = Outcome.CERTIFICATE_REJECTED


class AnswerLost(PhoneUnreachable):
    """The request may have reached the phone, but the answer was empty, cut off, reset or too late.

    After a command that makes a phone restart this proves nothing, neither success nor failure (protocol 0.3).
    """


class AnswerUnreadable(SnomError):
    """The phone answered something that is not what a Snom phone answers."""

    outcome = Outcome.UNSUPPORTED


class AuthFailed(SnomError):
    """The phone refused the credentials, or wants some and none are given. They are never sent again (protocol 2.3)."""

    outcome = Outcome.AUTH_FAILED


class LockedOut(SnomError):
    """Too many failed logins: the phone blocks its web interface for a minute, doubling (protocol 2.3)."""

    outcome = Outcome.LOCKED_OUT


class Blocked(SnomError):
    """The phone's web server forbids this request: hidden tags, restricted queries, https only (protocol 2.4, 2.5)."""

    outcome = Outcome.BLOCKED


class NoEffect(Blocked):
    """The phone took a request and does not show that it did anything."""


class UserMode(SnomError):
    """The phone is in user mode and wants its administrator password first (protocol 2.1)."""

    outcome = Outcome.USER_MODE


class Unsupported(SnomError):
    """The phone, or the way to it, has no such command: the Phone Manager of the D8xx has none at all (protocol 7)."""

    outcome = Outcome.UNSUPPORTED


class WrongPhone(SnomError):
    """Another phone answers at this address: MAC or model differ from the inventory or from the first reading."""

    outcome = Outcome.WRONG_PHONE


class Refused(SnomError):
    """This collection refuses to do it: no image, wrong image, unsafe downgrade, provisioning would undo it."""

    outcome = Outcome.REFUSED


class Protected(SnomError):
    """The inventory says that nothing may change this phone."""

    outcome = Outcome.PROTECTED


class WindowEnds(SnomError):
    """There is not enough left of the window of a phone's site."""

    outcome = Outcome.DEFERRED

    def __init__(self) -> None:
        super().__init__("Its window ends before its deadline would.")


class PbxFailed(SnomError):
    """The PBX is down, refuses the login, or answers what can't be read, so nothing is known from it."""


class NotSent(SnomError):
    """PBX or mirror could not do their part, so the phone was not told, and is shown nothing. It may be asked again."""

    outcome = Outcome.DEFERRED


class Looping(SnomError):
    """The phone loads the same image again and again. It is shown none any more."""

    outcome = Outcome.LOOPING
