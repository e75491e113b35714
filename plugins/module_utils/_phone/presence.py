# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a phone that was told to restart was gone and is back."""

from __future__ import annotations

from collections.abc import Callable

from .._core.errors import AuthFailed, CertificateRejected, LockedOut, Looping, PhoneUnreachable, SnomError
from .facts import PhoneFacts
from .readable_phone import ReadablePhone

POLL_TIMEOUT = 5.0
"""Seconds that a poll waits for an answer: long enough for a busy phone, short enough to notice one that is gone."""


CLOCK_MARGIN = 3.0
"""Seconds by which a phone's uptime, in whole seconds and read over a network, may differ from the truth."""


class Watch:
    """Whether a phone was gone and is back.

    It counts as gone after two polls in a row without an answer (one may be a hiccup of a busy web server), or when its
    uptime says that it started after it was asked to. One whose uptime says that it has run since before only could not
    be reached.
    """

    def __init__(
        self,
        phone: ReadablePhone,
        now: Callable[[], float],
        asked_at: float,
        *,
        uptime: float | None = None,
        by_uptime: bool = False,
    ) -> None:
        """uptime is what the phone showed right before it was asked, in seconds.

        by_uptime: now may have been set forward since. Then a phone that runs for longer than it did has not restarted.
        """
        self._phone = phone
        self._uptime = uptime
        self._now = now
        self._asked_at = asked_at
        self._by_uptime = by_uptime and uptime is not None
        self.ahead = 0.0
        """Seconds by which now was set forward since it was asked, as the last poll has shown."""
        self._silent = 0
        self.gone = False
        self.stayed_up = False
        """Whether the last poll showed, by its uptime, that it has not been gone since it was asked."""
        self.restarted = False
        """Whether its uptime has shown that it started after it was asked."""
        self.error: SnomError | None = None
        """Why the last poll showed nothing."""
        self.rejected: CertificateRejected | None = None
        """Why whoever answered the last poll got no request: it can't be told whether it is the phone."""

    @property
    def problem(self) -> str | None:
        """Why the last poll showed nothing, as a sentence."""
        return None if self.error is None else self.error.reason

    @property
    def silent(self) -> bool:
        """True while the last poll got no answer."""
        return self._silent > 0

    def poll(self) -> PhoneFacts | None:
        """Read the phone once; None when it does not answer or shows nothing readable.

        Raises AuthFailed and LockedOut, because asking again would make both worse (protocol 2.3), and Looping, which
        is over at once.
        """
        self.rejected, self.stayed_up = None, False
        try:
            facts = self._phone.look(["system"], timeout=POLL_TIMEOUT)
        except CertificateRejected as error:
            # Neither gone nor back. New firmware may make a new certificate, and so looks somebody in between. To look
            # again costs nothing: nothing is sent, and above all no password.
            self.error, self.rejected, self._silent = error, error, 0
            return None
        except PhoneUnreachable as error:
            self.error = error
            self._silent += 1
            self.gone = self.gone or self._silent >= 2
            return None
        except (AuthFailed, LockedOut, Looping):
            raise
        except SnomError as error:
            # Seen while a web server starts or stops: neither gone nor back.
            self.error = error
            return None
        finally:
            self._phone.close()
        self._silent = 0
        self.error = None
        self._reckon(facts.uptime)
        since = self._now() - self._asked_at
        if facts.uptime is not None:
            fell = self._uptime is not None and facts.uptime < self._uptime
            self.restarted = self.restarted or fell or facts.uptime + CLOCK_MARGIN < since
            self.stayed_up = not self.restarted and facts.uptime - CLOCK_MARGIN > since
            self.gone = (self.gone or self.restarted) and not self.stayed_up
        return facts

    def _reckon(self, uptime: float | None) -> None:
        """Look once how long ago it was asked by its own clock."""
        if not self._by_uptime or uptime is None or self._uptime is None:
            return
        self._by_uptime = False
        ahead = self._now() - self._asked_at - (uptime - self._uptime)
        if uptime >= self._uptime and ahead > CLOCK_MARGIN:
            self.ahead = ahead
            self._asked_at += ahead
