# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operation of snom_identity: log the lines of a phone off, and register them again."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from .._core.errors import InputError, NoEffect, Refused, SnomError
from .._core.outcomes import Outcome
from .._phone.commands import LogOff, Reregister
from .._phone.phone import Phone
from .session import REMOTE_ARGUMENTS, Remote

LINES = 12
"""Lines of a phone whose model is not known, as the vendor's page has it (protocol 1.4)."""

LOOKS = 5
"""How often the phone is looked at, remote.STEP seconds apart, before a line counts as not obeying."""

ARGUMENT_SPEC: dict[str, dict[str, Any]] = REMOTE_ARGUMENTS | {
    "line": {"type": "str", "required": True},
    "state": {"type": "str", "required": True, "choices": ["logged_off", "registered", "reregistered"]},
}


class NotRegistered(SnomError):
    """The phone was asked to register a line, and shows that it is not."""

    outcome = Outcome.NOT_REGISTERED


def set_identity(
    phone: Phone, parameters: dict[str, Any], check_mode: bool, *, sleep: Callable[[float], None] = time.sleep
) -> dict[str, Any]:
    """Log off or register one line or all, and look whether that is so. Raises SnomError where nothing was sent."""
    line = _line(parameters["line"])
    remote = Remote(phone, parameters, check_mode, sleep)
    return _Lines(remote, line, parameters["state"]).run()


def _line(text: str) -> int | None:
    """The number of a line, None for all. Raises InputError."""
    if text == "all":
        return None
    if text.isascii() and text.isdigit() and int(text) > 0:
        return int(text)
    raise InputError(f"line is {text!r}. Give the number of a line from 1, or all.")


class _Lines:
    """The lines that are meant, and what the phone shows of them: True, False, or None where it does not."""

    def __init__(self, remote: Remote, line: int | None, state: str) -> None:
        self._remote = remote
        self._state = state
        self._all = line is None
        last = (remote.model and remote.model.identities) or LINES
        if line is not None and line > last:
            name = f"The {remote.model.name}" if remote.model else "A phone"
            raise Refused(f"{name} has lines 1 to {last}. There is no line {line}.")
        shown = {identity.line: identity.registered for identity in remote.facts.identities or ()}
        # What is not shown may be there all the same.
        self._before = {one: shown.get(one) for one in ([line] if line else sorted(shown) or range(1, last + 1))}
        self._after = self._before

    def run(self) -> dict[str, Any]:
        lines = self._to_change()
        result = self._remote.attempt(lambda: self._change(lines))
        return result | {
            "lines": [
                {"line": line, "before": before, "after": self._after.get(line)}
                for line, before in self._before.items()
            ],
            "sent": self._remote.sent,
        }

    def _to_change(self) -> list[int]:
        if self._state == "logged_off":
            return [line for line, registered in self._before.items() if registered is not False]
        if self._state == "reregistered":
            return [*self._before]
        if unknown := [str(line) for line, registered in self._before.items() if registered is None]:
            self._remote.warnings.append(
                f"Whether line {', '.join(unknown)} is registered can't be read, so nothing is sent for it. "
                "state: reregistered registers it in any case."
            )
        return [line for line, registered in self._before.items() if registered is False]

    def _change(self, lines: list[int]) -> dict[str, Any]:
        if not lines:
            return {"changed": False}
        if self._state != "logged_off":
            for line in lines:
                self._remote.send(Reregister(line))
        else:
            self._remote.send(LogOff(None if self._all else lines[0]))
        if not self._remote.check_mode:
            self._check(lines)
        return {"changed": True}

    def _check(self, lines: list[int]) -> None:
        """Look until the lines are as they should be. Raises NoEffect or NotRegistered if the phone shows others."""
        wrong = self._wrong(lines)
        for _look in range(1, LOOKS):
            if not wrong:
                return
            self._remote.wait()
            wrong = self._wrong(lines)
        if wrong:
            named = f"line {', '.join(map(str, wrong))}"
            if self._state == "logged_off":
                raise NoEffect(
                    f"The phone was asked to log off, and {named} is still registered. Check that hidden tags and "
                    "restricted URI queries are off."
                )
            raise NotRegistered(f"The phone was asked to register, and {named} is not registered. Look at the PBX.")

    def _wrong(self, lines: list[int]) -> list[int]:
        identities = self._remote.phone.look(["system"]).identities or ()
        self._after = {identity.line: identity.registered for identity in identities}
        return [line for line in lines if self._after.get(line) is (self._state == "logged_off")]
