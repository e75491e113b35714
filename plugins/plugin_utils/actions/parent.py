# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The process that a task is done for: ansible-playbook, which forks a worker for it and shows what comes of it.

Whoever kills it does not kill the worker, which has a session of its own since ansible-core 2.19. A worker that goes on
alone does what nobody sees.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from typing import NoReturn, final

from ansible_collections.telephony.snom.plugins.module_utils._phone.web.answer import Answer, Client
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.runtime import Abandoned


class Parent:
    """The parent of this process. To be made before the first thing that a task does."""

    def __init__(self) -> None:
        # Noted before the fork: the parent may be gone by now, and whoever took its place would pass for it. Where
        # something else than Ansible forked this process, the parent of this moment has to do.
        forked_by = multiprocessing.parent_process()
        self._pid = os.getppid() if forked_by is None else forked_by.pid

    def is_gone(self) -> bool:
        """Whether nobody is left to see what this process does."""
        return os.getppid() != self._pid

    def check(self) -> None:
        """Raise Abandoned once nobody is left."""
        if self.is_gone():
            raise Abandoned

    def follow(self) -> NoReturn:
        """End this process, without the clean-up that could still do something."""
        os._exit(1)


@final
class AttendedClient:
    """Requests to a phone, which get none any more once nobody is left."""

    def __init__(self, client: Client, check: Callable[[], None]) -> None:
        """check raises Abandoned once nobody is left."""
        self._client = client
        self._check = check

    def get(self, target: str, *, timeout: float | None = None, login: bool = True) -> Answer:
        self._check()
        return self._client.get(target, timeout=timeout, login=login)

    def reach(self) -> None:
        self._check()
        self._client.reach()

    def use_login(self, username: str | None, password: str | None) -> None:
        self._client.use_login(username, password)

    def close(self) -> None:
        self._client.close()
