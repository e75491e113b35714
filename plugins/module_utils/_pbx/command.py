# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The user's own command, for PBXs that have no interface which others can rely on (sip 5.5).

It can bring an event to a phone. What it knows of phones it does not tell.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping

from .._core.errors import PbxFailed
from .pbx import Delivery, Notify, Registration
from .settings import PbxSettings

PLACES = ("mac", "account", "address", "event")
"""What stands in braces in the arguments, and is filled in."""


class CommandPbx:
    """A program that is run for each event, without a shell. Exit code 0 means that the event was sent."""

    def __init__(self, settings: PbxSettings) -> None:
        self._settings = settings

    def registrations(self) -> tuple[Registration, ...]:
        """It tells none."""
        return ()

    def calls(self) -> Mapping[str, str]:
        """It tells none."""
        return {}

    def notify(self, registration: Registration, message: Notify) -> Delivery:
        """Run the command. A document is given to its standard input."""
        mac = registration.agent.mac if registration.agent else None
        values = (mac or "", registration.account, registration.address or "", message.event)
        arguments = list(self._settings.command)
        for place, value in zip(PLACES, values, strict=True):
            arguments = [argument.replace(f"{{{place}}}", value) for argument in arguments]
        if any("\0" in argument for argument in arguments):
            raise PbxFailed("What is known of the phone can't be an argument of a command.")
        try:
            done = subprocess.run(
                arguments,
                input=message.body.encode(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=self._settings.timeout,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise PbxFailed(f"The PBX command did not end within {self._settings.timeout:g} s.") from None
        except OSError as error:
            raise PbxFailed(f"The PBX command can't be run: {error.strerror}. Correct command in snom_pbx.") from None
        if done.returncode:
            raise PbxFailed(f"The PBX command ended with exit code {done.returncode}, so nothing was sent.")
        return Delivery()

    def probe(self, registration: Registration) -> Delivery:
        """It can't."""
        return Delivery()

    def close(self) -> None:
        """Nothing is kept open."""
