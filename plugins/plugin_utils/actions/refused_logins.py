# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The logins that phones refused in one task: a few failed ones lock a phone's web interface (protocol 2.3).

Each item of a loop and each try of ``until`` is an action of its own, with a client that knows nothing of the last one.
But Ansible runs all of them, for one host, in one worker, which ends with the task. So this process remembers for them.
"""

from __future__ import annotations

import hmac
import os
from dataclasses import replace
from typing import final

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import AuthFailed
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import Connection
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.answer import Answer, Client

_SALT = os.urandom(32)


@final
class RefusedLogins:
    """What phones refused, without a password in it."""

    def __init__(self) -> None:
        self._task: str | None = None
        self._reasons: dict[bytes, str] = {}

    def begin(self, task: str | None) -> None:
        """Forget what was refused in another task, where one process does several."""
        if task != self._task:
            self._task, self._reasons = task, {}

    def note(self, connection: Connection, reason: str) -> None:
        """The phone has refused this login, for the first time or again."""
        self._reasons.setdefault(_key(connection), reason)

    def reason(self, connection: Connection) -> str | None:
        """Why this login is not to be sent; None for one that was not refused."""
        reason = self._reasons.get(_key(connection))
        return reason and f"{reason} That was earlier in this task, so nothing was sent now."

    def check(self, connection: Connection) -> None:
        """Raise AuthFailed for a login that is not to be sent."""
        if reason := self.reason(connection):
            raise AuthFailed(reason)


@final
class RememberingClient:
    """Requests to a phone, without a login that it has refused in this task."""

    def __init__(self, client: Client, connection: Connection, refused: RefusedLogins) -> None:
        self._client, self._connection, self._refused = client, connection, refused
        # Of what this client is refused itself it knows better.
        self._reason = refused.reason(connection)

    def get(self, target: str, *, timeout: float | None = None, login: bool = True) -> Answer:
        if login and self._reason:
            raise AuthFailed(self._reason)
        try:
            return self._client.get(target, timeout=timeout, login=login)
        except AuthFailed as error:
            self._refused.note(self._connection, error.reason)
            raise

    def reach(self) -> None:
        self._client.reach()

    def use_login(self, username: str | None, password: str | None) -> None:
        self._connection = replace(self._connection, username=username, password=password)
        self._reason = self._refused.reason(self._connection)
        self._client.use_login(username, password)

    def close(self) -> None:
        self._client.close()


def _key(connection: Connection) -> bytes:
    """Who is asked, and how who logs in. A login that is refused over http is refused over https, too."""
    asked = (connection.address, connection.port, connection.username, connection.password, connection.auth)
    return hmac.digest(_SALT, repr(asked).encode(), "sha256")
