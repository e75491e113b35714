# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The logins that phones refused in one task, which sends none of them again.

A few failed ones lock a phone's web interface (protocol 2.3), and whether it counts on while it is locked is unknown.
Each item of a loop and each try of ``until`` is an action of its own, with a client that knows nothing of the last one.
But Ansible runs all of them, for one host, in one worker, which ends with the task. So this process remembers for them.
"""

from __future__ import annotations

import hmac
import os
from dataclasses import replace
from typing import final

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import AuthFailed, LockedOut, SnomError
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import Connection
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.answer import Answer, Client

_SALT = os.urandom(32)

_REFUSALS: dict[str, type[SnomError]] = {error.outcome.value: error for error in (AuthFailed, LockedOut)}


@final
class RefusedLogins:
    """What phones refused, without a password in it."""

    def __init__(self) -> None:
        self._task: str | None = None
        self._refusals: dict[bytes, SnomError] = {}

    def begin(self, task: str | None) -> None:
        """Forget what was refused in another task, where one process does several."""
        if task != self._task:
            self._task, self._refusals = task, {}

    def note(self, connection: Connection, outcome: str, reason: str) -> None:
        """How it ended that the phone was asked. Most outcomes say nothing of this login."""
        if outcome in _REFUSALS:
            told = f"{reason} That was earlier in this task, so nothing was sent now."
            self._refusals.setdefault(_key(connection), _REFUSALS[outcome](told))

    def refusal(self, connection: Connection) -> SnomError | None:
        """Why this login is not to be sent: AuthFailed or LockedOut; None for one that was not refused."""
        return self._refusals.get(_key(connection))


@final
class RememberingClient:
    """Requests to a phone, without a login that it has refused in this task."""

    def __init__(self, client: Client, connection: Connection, refused: RefusedLogins) -> None:
        self._client, self._connection, self._refused = client, connection, refused
        # Of what this client is refused itself it knows better.
        self._refusal = refused.refusal(connection)

    def get(self, target: str, *, timeout: float | None = None, login: bool = True) -> Answer:
        if login and self._refusal is not None:
            raise self._refusal
        try:
            return self._client.get(target, timeout=timeout, login=login)
        except (AuthFailed, LockedOut) as error:
            self._refused.note(self._connection, error.outcome.value, error.reason)
            raise

    def reach(self) -> None:
        self._client.reach()

    def use_login(self, username: str | None, password: str | None) -> None:
        self._connection = replace(self._connection, username=username, password=password)
        self._refusal = self._refused.refusal(self._connection)
        self._client.use_login(username, password)

    def close(self) -> None:
        self._client.close()


def _key(connection: Connection) -> bytes:
    """Who is asked, and how who logs in. A login that is refused over http is refused over https, too."""
    asked = (connection.address, connection.port, connection.username, connection.password, connection.auth)
    return hmac.digest(_SALT, repr(asked).encode(), "sha256")
