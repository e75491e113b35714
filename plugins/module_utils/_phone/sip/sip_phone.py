# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A phone by its PBX, for phones that take no commands over HTTP (sip 7): to be controlled it is sent documents.

See `fragments` for what they say.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from types import MappingProxyType

from ..._core.errors import AnswerLost, InputError, PbxFailed, PhoneUnreachable, Refused, Unsupported
from ..._core.outcomes import Outcome
from ..._mirror.armory import Armory
from ..._pbx.pbx import Delivery, Notify
from ..._pbx.refusals import refusal
from ..._pbx.registered import Registrar
from ..call_reading import CallReading, CallSource
from ..commands import Command, OpenDocument, Picture, Press, Reregister, Write
from ..connection import Connection
from ..loadable_phone import Acceptance, Load
from ..phone import Witness
from ..report import takes_silent_documents
from .fragments import document_of, fragment_of
from .sip_loader import LOADS_BY, NotTaken, SipLoader, answer_of


class SipPhone(SipLoader):
    """One phone, in the verbs of `Phone`. Nothing is sent before the first verb."""

    def __init__(
        self,
        connection: Connection,
        *,
        registrar: Registrar,
        armory: Armory | None = None,
        settings: Mapping[str, str] | None = None,
        witnesses: Mapping[CallSource, Witness] = MappingProxyType({}),
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """witnesses are those who know of its calls.

        Without an armory it can be told everything but to load an image. For the others see `SipLoader`.
        """
        super().__init__(connection, registrar=registrar, armory=armory, settings=settings, pause=pause)
        self._witnesses = witnesses

    def call(self, source: CallSource) -> CallReading:
        """Ask a witness: nothing that it shows tells."""
        witness = self._witnesses.get(source)
        return CallReading() if witness is None else witness(self)

    def reports_from(self) -> str:
        """Where its PBX sees it."""
        contacts = self._registrar.of(self._mac)
        if not contacts or contacts[0].registration.address is None:
            raise PhoneUnreachable(self._unregistered())
        return contacts[0].registration.address

    def command(self, command: Command) -> Acceptance:
        """Show it an image and tell it to look, or have it run a document that does something else.

        Raises NotSent, NotTaken, Refused, PhoneUnreachable, Unsupported; PbxFailed and AnswerLost where a document may
        have reached it all the same.
        """
        return super().command(command) if isinstance(command, Load) else self._control(command)

    def _control(self, command: Command) -> Acceptance:
        document = command.text if isinstance(command, OpenDocument) else document_of(command, self._mac)
        registration = self._told_alone().registration
        if not takes_silent_documents(registration.agent.firmware if registration.agent else None):
            raise Unsupported(
                "Firmware before 10.1.82.0 shows each document that it runs, and its registration names no later one. "
                "Control this phone over HTTP."
            )
        if isinstance(command, Reregister) and len(self._accounts()) != 1:
            raise Refused("It is registered with several accounts, and which of its lines has which can't be told.")
        message = Notify(event="xml", content_type="application/snomxml", body=document)
        with self._registrar.turn():
            try:
                delivery = self._registrar.notify(registration, message)
            except PbxFailed as error:
                raise AnswerLost(f"{error.reason} The phone may have got the command all the same.") from None
        answer = answer_of(delivery)
        if delivery.status == 408:
            raise AnswerLost(f"It did not answer its PBX ({answer}), and may have got the command all the same.")
        if (refused := refusal(delivery)) is not None:
            raise NotTaken(Outcome.FAILED if refused[0] is Outcome.NO_FETCH else refused[0], _not_taken(delivery))
        return Acceptance(self.spelled(command), answer)

    def _accounts(self) -> set[str]:
        return {one.registration.account for one in self._registrar.of(self._mac)}

    def call_lists(self) -> dict[str, int]:
        """It tells none."""
        return {}

    def picture(self, picture: Picture) -> bytes:
        """It shows none."""
        raise Unsupported("Nothing of a phone's screen shows by its PBX.")

    def spelled(self, command: Command | Picture) -> str:
        """What the phone is told. Raises Unsupported for what it can't be told."""
        if isinstance(command, Picture):
            raise Unsupported("Nothing of a phone's screen shows by its PBX.")
        if isinstance(command, OpenDocument):
            return "a document"
        return LOADS_BY if isinstance(command, Load) else fragment_of(command)

    def fits(self, command: Command) -> bool:
        """Whether it is no more than one key: each goes into a document of its own."""
        return not isinstance(command, Press) or len(command.keys) == 1

    def writes(self, settings: Mapping[str, str], *, store: bool) -> list[Write]:
        """Settings reach it in files."""
        raise InputError("Settings reach this phone by its provisioning. Use the role provisioning.")

    def use_login(self, username: str | None, password: str | None) -> None:
        """There is none."""


def _not_taken(delivery: Delivery) -> str:
    return (
        f"The phone did not take the document ({answer_of(delivery)}). It takes one from the registrar of its "
        "identity, and from others only if mb_trusted_hosts names them and filter_registrar lets them through."
    )
