# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the modules of the remote control share: one phone, what was sent to it, and what must not be sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .._core.errors import AnswerLost, NoEffect, Refused, SnomError, Unsupported
from .._known.dialect import dialect_of
from .._known.key_event import KeyEvent
from .._known.keys import chain_keys, fit_keys
from .._known.masks import MASK
from .._known.models import find_model, takes_no_commands
from .._phone.commands import Command, Press
from .._phone.connection import CONNECTION_ARGUMENTS, Connection
from .._phone.facts import check_identity
from .._phone.phone import Phone

STEP = 2.0
"""Seconds between two commands: the screen needs them (protocol 1.5)."""

REMOTE_ARGUMENTS: dict[str, dict[str, Any]] = CONNECTION_ARGUMENTS | {"model": {"type": "str"}}
"""Argument spec of every module of the remote control."""

SECRET_ARGUMENTS: dict[str, dict[str, Any]] = {
    "secret": {"type": "bool"},
    "allow_cleartext_secrets": {"type": "bool", "default": False},
}
"""Argument spec for what may type a PIN. secret is None where the task does not say it; its no_log decides then."""

_D8XX = (
    "Snom's D8xx phones have no remote control over HTTP. Set snom_transport: sip and snom_pbx, and it is controlled "
    "by its PBX, as far as such phones can be; or have the PBX control its calls."
)


class Remote:
    """One phone under remote control.

    Reading it costs one request. Raises WrongPhone, Refused, Unsupported (a D8xx, protocol 7), and what the transport
    raises. In check mode nothing is sent, but steps and sent hold what would be.
    """

    def __init__(
        self, phone: Phone, parameters: dict[str, Any], check_mode: bool, sleep: Callable[[float], None]
    ) -> None:
        self.phone = phone
        self.check_mode = check_mode
        self.warnings: list[str] = []
        self.steps: list[dict[str, str | None]] = []
        """Each request that reached the phone, or may have, with its answer. Secrets are masked."""
        self._secret = bool(parameters.get("secret"))
        self._sleep = sleep
        self._busy = 0.0
        try:
            self.facts = phone.look(["system"])
        except Unsupported:
            raise Unsupported(_D8XX) from None
        check_identity(self.facts, mac=parameters["mac"], model=parameters["model"])
        self.model = find_model(self.facts.model or parameters["model"] or "")
        by_web = phone.connection.by_web
        if by_web and self.model is not None and takes_no_commands(self.model, self.facts.generation):
            raise Unsupported(_D8XX)

    @property
    def sent(self) -> list[str | None]:
        return [step["request"] for step in self.steps]

    def send(self, command: Command, *, pause: float = STEP) -> None:
        """Send a command, some seconds after the one before.

        What the phone answers proves nothing (protocol 0.4). Raises AnswerLost where it may have got the command all
        the same, UserMode and Unsupported where it says no.
        """
        if self.check_mode:
            self._note(self.phone.spelled(command), None)
            return
        if self.steps:
            # The phone is still busy with the keys of one request when the next one comes [I].
            self._sleep(max(pause, self._busy))
        self._busy = sum(key.seconds for key in command.keys) if isinstance(command, Press) else 0.0
        try:
            acceptance = self.phone.command(command)
        except AnswerLost:
            self._note(self.phone.spelled(command), "no answer")
            raise
        self._note(acceptance.request, acceptance.answer)

    def press(self, events: list[KeyEvent]) -> None:
        """Press keys, in as few requests as possible. Raises Refused for a key that the phone does not have.

        Firmware that takes no chains gets each key in a request of its own, without the time to hold it.
        """
        fitted, warnings = fit_keys(events, self.model, self.facts.firmware)
        self.warnings += warnings
        if not dialect_of(self.facts.firmware).takes_chains:
            pause = STEP
            for event in fitted:
                self.send(Press((KeyEvent(event.key),)), pause=pause)
                pause = STEP if event.pause is None else event.pause / 1000
            return
        chains = [*chain_keys(fitted, lambda keys: self.phone.fits(Press(keys)))]
        for chain in chains:
            # What can't be said is told before anything is sent.
            self.phone.spelled(Press(chain))
        for chain in chains:
            self.send(Press(chain))

    def wait(self) -> None:
        """Give the phone time to show what it did."""
        self._sleep(STEP)

    def attempt(self, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """The result of work. Where that breaks off after something was sent, the result says so, and what was sent."""
        try:
            result = work()
        except SnomError as error:
            if not self.steps:
                raise
            result = {
                "changed": not isinstance(error, NoEffect),
                "failed": True,
                "msg": f"{self.phone.connection.address}: {error.reason}",
                "outcome": error.outcome,
                "reason": error.reason,
            }
        return result | ({"warnings": self.warnings} if self.warnings else {})

    def _note(self, request: str, answer: str | None) -> None:
        command, equals, _value = request.partition("=")
        shown = f"{command}={MASK}" if self._secret and equals else request
        self.steps.append({"request": shown, "answer": answer})


def refuse_cleartext(connection: Connection, parameters: dict[str, Any]) -> None:
    """Raise Refused if a secret would travel in clear text."""
    if not parameters["secret"] or parameters["allow_cleartext_secrets"]:
        return
    if not connection.by_web:
        raise Refused(
            "The task has no_log: true or secret: true, and what it types would go through the PBX to the phone, "
            "perhaps in clear text. Set allow_cleartext_secrets: true where nobody else can read that."
        )
    if parameters["scheme"] == "http":
        raise Refused(
            "The task has no_log: true or secret: true, and over http everybody on the network could read what it "
            "types. Use https, or set allow_cleartext_secrets: true."
        )
