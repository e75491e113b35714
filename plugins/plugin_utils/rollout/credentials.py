# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How many phones of a site may be tried with the same credentials, when some refuse them."""

from __future__ import annotations

from collections import Counter, defaultdict

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import SnomError
from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import Outcome
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.target import Target

MAX_REFUSALS = 3
"""So many phones of a site may refuse the same credentials before they are not tried on the rest of it."""

Key = tuple[object, ...]


class NotTried(SnomError):
    """The phone was not asked, because others of its site refused the same credentials."""

    outcome = Outcome.NOT_STARTED

    def __init__(self) -> None:
        super().__init__(
            f"{MAX_REFUSALS} phones of its site refused the same credentials, so they were not tried here. "
            "Correct snom_username and snom_password."
        )


class CredentialsGate:
    """Keeps wrong credentials of a site from locking all its phones.

    As many tries are under way as may still fail. There is no such limit once a phone has taken the credentials, until
    one refuses them. A phone for which there are none may always be tried.
    """

    def __init__(self) -> None:
        # Hosts.
        self._refused: defaultdict[Key, set[str]] = defaultdict(set)
        self._under_way: Counter[Key] = Counter()
        self._proven: set[Key] = set()

    @staticmethod
    def key(target: Target) -> Key:
        """What phones have in common that can refuse the same."""
        return target.site, target.connection.username, target.connection.password

    def has_refused(self, target: Target) -> bool:
        """True when this very phone refused: it is not to be asked again."""
        return target.host in self._refused[self.key(target)]

    def is_closed(self, target: Target) -> bool:
        """True when enough phones refused: this one is not to be tried."""
        return bool(target.connection.username) and len(self._refused[self.key(target)]) >= MAX_REFUSALS

    def admits(self, target: Target) -> bool:
        """True when a try may begin now."""
        key = self.key(target)
        return (
            not target.connection.username
            or key in self._proven
            or len(self._refused[key]) + self._under_way[key] < MAX_REFUSALS
        )

    def begin(self, target: Target) -> None:
        """A try begins."""
        self._under_way[self.key(target)] += 1

    def end(self, target: Target, *, took: bool) -> None:
        """A try ended. A phone that wanted no login took none."""
        self._under_way[self.key(target)] -= 1
        if took and not self._refused[self.key(target)]:
            self._proven.add(self.key(target))

    def refuse(self, target: Target) -> None:
        """A phone refused the credentials, now or in the run that this one resumes."""
        self._refused[self.key(target)].add(target.host)
        self._proven.discard(self.key(target))

    def expire(self) -> None:
        """Time has passed in which somebody may have changed passwords, so nothing is proven any more."""
        self._proven.clear()
