# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One phone in verbs, as far as it is read."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from .call_reading import CallReading, CallSource
from .connection import Connection
from .facts import PhoneFacts


class ReadablePhone(Protocol):
    """One phone, one request at a time. Each verb raises a SnomError."""

    @property
    def connection(self) -> Connection:
        """What leads to it."""

    def look(self, subsets: Collection[str], *, timeout: float | None = None) -> PhoneFacts:
        """Read what is named of SUBSETS. What the phone does not have is unknown.

        timeout (s) is for each request and replaces the connection's own.
        """

    def call(self, source: CallSource) -> CallReading:
        """Read whether somebody talks on it."""

    def certificate(self) -> str:
        """The fingerprint of the certificate that it shows, without trusting it or sending anything."""

    def reach(self) -> None:
        """Make sure that something listens at its address, without sending anything. Raises PhoneUnreachable."""

    def close(self) -> None:
        """Give up the connection. The next request opens a new one; what was learned about the phone is kept."""
