# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A phone by its classic web server, as far as it is told to load an image."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from ..._core.errors import AnswerLost, AnswerUnreadable, InputError, SnomError, Unsupported, UserMode
from ..loadable_phone import Acceptance, Load, Traces
from .pages import asks_admin_password
from .web_reader import WebReader


class WebLoader(WebReader):
    """One phone's web server, in the verbs of `LoadablePhone`."""

    def command(self, command: Load) -> Acceptance:
        """Tell it to load an image."""
        return self._tell(load_path(command), refuses="loads no firmware", lacks=None)

    def _tell(self, target: str, *, refuses: str, lacks: str | None) -> Acceptance:
        """Send a command, and judge what came back: the only place that does.

        refuses says what a phone in user mode does with it, lacks what a web server lacks that answers with an error.

        lacks is None for a command that takes a phone down, perhaps before it answers. Whoever gives one watches what
        becomes of it. So no answer to it proves anything (protocol 0.3), not even a 404: what asks for a restart asks
        in its other spelling once the phone is seen to stay up. A reset has no other spelling that would be tried, so a
        404 is its end.
        """
        watched = lacks is None
        try:
            answer = self._client.get(target)
        except AnswerLost:
            if not watched:
                raise
            return Acceptance(target, "no answer")
        except AnswerUnreadable as error:
            if not watched:
                # It was a phone that answered before: this one may have done what it was told.
                raise AnswerLost(error.reason) from None
            # It may answer so because it is about to go.
            return Acceptance(target, "unreadable answer")
        if answer.status >= 400 and not watched:
            raise Unsupported(f"The phone answers {answer.status} to {lacks}")
        warns = asks_admin_password(answer.text)
        if warns and self._is_in_user_mode():
            raise UserMode(f"The phone is in user mode and {refuses}. Switch it to administrator mode.")
        words = f"{answer.status}, speaks of the administrator password" if warns else str(answer.status)
        # So it says that what was changed takes effect at its next boot (protocol 5.1).
        return Acceptance(target, words, "CONFIRM_REBOOT" in answer.text)

    def _is_in_user_mode(self) -> bool:
        """Whether its settings page says so, too.

        How a phone asks for the password is inferred, and an answer may only warn of it: such a phone has obeyed.
        """
        try:
            return self.look(["settings"]).admin_mode is False
        except SnomError:
            return False

    def mark(self, load: Load) -> Mapping[str, Any] | None:
        """The phone itself shows what comes of it."""
        return None

    def follow(self, mark: Mapping[str, Any] | None) -> None:
        """Nothing is needed for that, unless the phone was shown the image by a mirror."""
        if mark is not None:
            raise InputError(
                f"The interrupted run asked {self.connection.address} by its provisioning. Give it snom_transport: sip "
                "until that is over."
            )

    def remind(self) -> None:
        """What the phone was told it was told."""

    def withdraw(self) -> None:
        """What the phone was told it was told."""

    def traces(self) -> Traces | None:
        """Its own pages tell how far it is."""
        return None


def load_path(load: Load) -> str:
    """The path and query by which it loads an image.

    They are of the vendor's page (protocol 3.3.1). That the whole URL must be percent-encoded is inferred from other
    commands (protocol 1.1).
    """
    return f"/dummy.htm?swload=load&firmware={quote(load.url, safe='')}"
