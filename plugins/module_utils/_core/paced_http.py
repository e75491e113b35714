# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""requests' way to a server, with the time and the size of an answer as a whole in other hands.

What requests calls a timeout is that of one read from the socket: a server that sends a byte now and then never meets
it, nor does it limit what is read.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Protocol

from .timed_response import TimedResponse

# Whoever uses it has said so already where it is missing.
try:
    from requests.adapters import HTTPAdapter
    from urllib3.connection import HTTPConnection, HTTPSConnection
    from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
except ImportError:
    HTTPAdapter = HTTPConnection = HTTPSConnection = HTTPConnectionPool = HTTPSConnectionPool = object  # type: ignore[assignment, misc]


class Pacing(Protocol):
    """How long and how much a server may send."""

    def left(self) -> float:
        """The seconds that the next bytes may take, nothing or less when the time is up."""

    def took(self, count: int) -> None:
        """Note that so many bytes came. Raises ConnectionError where they are too many."""


class PacedAdapter(HTTPAdapter):
    """requests' way to a server, at a pace."""

    def __init__(self, pace: Pacing) -> None:
        self._pace = pace
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools()

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = self._pools()
        return manager

    def _pools(self) -> dict[str, Any]:
        return {"http": partial(_Pool, pace=self._pace), "https": partial(_TlsPool, pace=self._pace)}


class _Connection(HTTPConnection):
    def __init__(self, *args: Any, pace: Pacing, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Typed as a class, but http.client only ever calls it.
        self.response_class = partial(TimedResponse, left=pace.left, took=pace.took)  # type: ignore[assignment]


class _TlsConnection(HTTPSConnection):
    def __init__(self, *args: Any, pace: Pacing, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.response_class = partial(TimedResponse, left=pace.left, took=pace.took)  # type: ignore[assignment]


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection
