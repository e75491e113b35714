# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A phone by its PBX and its provisioning, as far as it is told to load an image (sip 7).

It is shown one by the mirror, in a firmware file of its own, and told by a check-sync to look. `SipReader` says what is
known of it from then on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from ..._core.errors import InputError, NotSent, PbxFailed, PhoneUnreachable, Refused, SnomError, expect
from ..._core.outcomes import Outcome
from ..._known.check_sync import EVENT
from ..._known.images import file_in_url
from ..._known.version import Version
from ..._mirror.armory import Armory
from ..._mirror.client import MirrorAnswerLost, MirrorFailed
from ..._pbx.pbx import Delivery, Notify
from ..._pbx.refusals import refusal
from ..._pbx.registered import Registered, Registrar
from ..connection import Connection
from ..loadable_phone import Acceptance, Load, Traces
from .sip_reader import ShownImage, SipReader, Unproven, version_of

LOADS_BY = f"NOTIFY {EVENT}"
"""What it is told so that it loads an image."""

_SETTLES = 1.0
"""Seconds until a request that was being answered stands in the log."""


class NotTaken(SnomError):
    """The phone did not take the check-sync, and is shown nothing any more."""

    def __init__(self, outcome: Outcome, reason: str) -> None:
        super().__init__(reason)
        self.outcome = outcome


class SipLoader(SipReader):
    """One phone, in the verbs of `LoadablePhone`. Nothing is sent before the first verb."""

    def __init__(
        self,
        connection: Connection,
        *,
        registrar: Registrar,
        armory: Armory | None = None,
        settings: Mapping[str, str] | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """connection has its MAC address. settings are those that the inventory gives it; None where it gives none.

        Without an armory it can only be read.
        """
        super().__init__(connection, registrar=registrar, armory=armory, settings=settings)
        self._pause = pause
        self._marked: ShownImage | None = None

    def command(self, command: Load) -> Acceptance:
        """Show it an image and tell it to look. Raises NotSent, NotTaken, Refused, PhoneUnreachable.

        Whatever goes wrong, it is shown nothing any more before that is said. Where it may have
        begun to load by then, or that can't be seen, it is watched as if nothing had gone wrong.
        """
        watched, until = self._marked, command.until
        if watched is None or until is None:
            raise AssertionError("What comes of a load is marked first, and it has an end.")
        registration = self._told_alone().registration
        self._armory.follow(self._mac, dict(watched.mark))
        before, self._watched, self._marked = self._watched, watched, None
        try:
            # Not shown it while it waits for its turn.
            with self._registrar.turn():
                self._armory.arm(self._mac, command.url, until)
                delivery = self._registrar.notify(registration, Notify(event=EVENT))
        except (MirrorAnswerLost, PbxFailed, Refused) as error:
            problem: SnomError = NotSent(f"{error.reason} The phone is shown nothing any more.")
            answer = f"no answer: {error.reason}"
        except SnomError as error:
            # The mirror said no: nothing was shown, and nobody was told.
            self._watched = before
            raise NotSent(error.reason) from None
        else:
            answer = answer_of(delivery)
            refused = refusal(delivery)
            if refused is None:
                return Acceptance(LOADS_BY, answer)
            problem = NotTaken(*refused)
        if not self._took_back():
            return Acceptance(LOADS_BY, answer)
        self._watched = before
        raise problem

    def _told_alone(self) -> Registered:
        """The contact by which it and nobody else is told. Raises PhoneUnreachable, Refused."""
        contacts = self._registrar.of(self._mac)
        if not contacts:
            raise PhoneUnreachable(self._unregistered())
        if self._registrar.is_shared(contacts[0].registration):
            raise Refused(
                f"At {self._registrar.shown} another phone is registered with the same contact, so this one can't be "
                "told alone. Give each an account of its own."
            )
        return contacts[0]

    def _took_back(self) -> bool:
        """Whether the phone is shown nothing any more, and certainly did not see what it was shown."""
        watched = expect(self._watched)
        try:
            self.withdraw()
            self._pause(_SETTLES)
            # What a mirror did not answer in time it may do behind that.
            watched.withdrawn = self._mac not in self._armory.armed()
            self._progress(watched)
        except SnomError:
            return False
        return watched.withdrawn and not watched.traces.may_load

    def mark(self, load: Load) -> Mapping[str, Any] | None:
        """Where the mirror's log stands, and who is registered now. Raises NotSent."""
        image = file_in_url(load.image or load.url)
        try:
            contacts = self._registrar.of(self._mac)
            version = version_of(contacts[0]) if contacts else None
            self._check_others(version)
            mark = self._armory.mark(load.url, image)
        except (MirrorFailed, PbxFailed) as error:
            raise NotSent(error.reason) from None
        accounts = tuple(sorted({one.registration.account for one in contacts}))
        known = {one.key: one.until for one in contacts}
        self._marked = ShownImage(mark=mark, before=version, accounts=accounts, known=known)
        return {
            **mark,
            "before": None if version is None else str(version),
            "accounts": list(accounts),
            "known": known,
        }

    def _check_others(self, version: Version | None) -> None:
        """Raise NotSent where another run has shown it an image since this one read its fleet. Raises MirrorFailed."""
        if self._watched is not None and not self._watched.withdrawn:
            return
        # In this order: what is withdrawn between the two is in the log by then.
        if self._mac in self._armory.armed() or self._armory.has_begun(self._mac, {version} if version else ()):
            raise NotSent(
                "Since this run was planned its mirror has shown it an image for another run, so it may be loading "
                "that, or writing its flash: do not power it off. Let that run end."
            )

    def follow(self, mark: Mapping[str, Any] | None) -> None:
        """Watch on from where another run has left off."""
        if mark is None:
            raise InputError(
                f"The interrupted run asked {self.connection.address} over HTTP. Give it snom_transport: http until "
                "that is over."
            )
        try:
            accounts = tuple(str(one) for one in mark["accounts"])
            known = {str(key): float(until) for key, until in mark["known"].items()}
            before = None if mark["before"] is None else Version.parse(mark["before"])
        except (KeyError, TypeError, ValueError, AttributeError):
            raise InputError("journal: what it holds of a phone's registrations can't be read. Mend it.") from None
        self._armory.follow(self._mac, dict(mark))
        self._watched = ShownImage(mark=mark, before=before, accounts=accounts, known=known)

    def remind(self) -> None:
        """Send one more check-sync: a policy that came with the first may count from the second on (sip 2.1) [I]."""
        if self._watched is None or self._watched.withdrawn:
            return
        try:
            with self._registrar.turn():
                # While others had their turn it may have begun.
                whole = self._armory.is_whole(self._mac)
                self._progress(self._watched, fresh=0)
                if whole and not self._watched.traces.may_load:
                    # As alone as the first time: another phone may have its contact by now.
                    self._registrar.notify(self._told_alone().registration, Notify(event=EVENT))
        except (NotSent, PbxFailed, MirrorFailed, Unproven, Refused, PhoneUnreachable):
            # It is watched on, with the first.
            return

    def traces(self) -> Traces | None:
        """What the mirror's log tells."""
        if self._watched is None:
            return None
        try:
            self._progress(self._watched)
        except SnomError:
            # What it told last is not all.
            known = vars(self._watched.traces) | {"complete": False}
            return Traces(**known)
        return self._watched.traces


def answer_of(delivery: Delivery) -> str:
    """What became of a message, in words."""
    if delivery.status is None:
        return "sent, the PBX does not tell the phone's answer"
    return f"{delivery.status} {delivery.reason}".strip()
