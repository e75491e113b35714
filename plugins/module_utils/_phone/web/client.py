# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The HTTP(S) way to a phone with the classic web server (protocol 1, 2).

It is built on requests' transport adapter alone. A Session would add cookies, proxies, netrc and redirects, none of
which a phone may get.
"""

from __future__ import annotations

import http.client
import re
import socket
import threading
import traceback
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, final
from urllib.parse import urlsplit

from ..._core.clock import system_time
from ..._core.errors import AnswerLost, AnswerUnreadable, Blocked, InputError, LockedOut, PhoneUnreachable, Unsupported
from ..._core.timed_response import AtMost, TimedResponse, read_length
from ..connection import Connection
from .answer import Answer, Tap
from .login import Login
from .pages import is_lockout, is_phone_manager, refuses_login
from .tls import DEFAULT_PORTS, check_tls_options, open_plain_socket, open_socket

try:
    from requests import PreparedRequest, RequestException
    from requests.adapters import HTTPAdapter
    from requests.structures import CaseInsensitiveDict
    from urllib3.connection import HTTPConnection
    from urllib3.connectionpool import HTTPConnectionPool
    from urllib3.exceptions import HTTPError

    HAS_REQUESTS = True
    REQUESTS_IMPORT_ERROR = None
except ImportError:
    HTTPAdapter = HTTPConnection = HTTPConnectionPool = object  # type: ignore[assignment, misc]
    HAS_REQUESTS = False
    REQUESTS_IMPORT_ERROR = traceback.format_exc()

# Bytes. The largest known page is settings.htm with about 1 MiB; a screenshot of 480 x 272 pixels takes 0.4 MB.
_LARGEST_ANSWER = 4 * 1024 * 1024

_LARGEST_HEAD = 1024 * 1024

_HOST = re.compile(r"[\w.-]+|[0-9A-Fa-f:.]+(%\w+)?")
# What a request line may hold. A `#` would never reach the phone (protocol 1.1).
_TARGET = re.compile(r"/[!-\"$-~]*")


@final
class HttpPhone:
    """One phone's web server. Any thread may use it; requests go out one after the other (protocol 2.6).

    Raises InputError for options that cannot work. Nothing is sent before the first ``get``.
    """

    def __init__(self, connection: Connection, tap: Tap | None = None) -> None:
        """tap is told every byte that the phone answers."""
        if not HAS_REQUESTS:
            raise InputError("The Python library requests is missing on the controller: pip install requests.")
        if connection.scheme not in DEFAULT_PORTS:
            raise InputError(f"snom_scheme must be one of {', '.join(DEFAULT_PORTS)}.")
        if not _HOST.fullmatch(connection.address):
            raise InputError(
                "The phone's address must be a host name or an IP address, without scheme, port, path or login."
            )
        if connection.scheme == "https":
            check_tls_options(connection)
        self._connection = connection
        host = f"[{connection.address}]" if ":" in connection.address else connection.address
        port = connection.port or DEFAULT_PORTS[connection.scheme]
        self._authority = host if port == DEFAULT_PORTS[connection.scheme] else f"{host}:{port}"
        self._login = Login(connection)
        self._exchange = _Exchange()
        self._exchange.tap = tap
        self._adapter: _Adapter | None = None
        self._lock = threading.Lock()

    def close(self) -> None:
        """Give up the connection. What was learned about the login is kept."""
        with self._lock:
            self._disconnect()

    def reach(self) -> None:
        """Make sure that something listens at its address, without sending anything. Raises PhoneUnreachable."""
        phone = self._connection
        open_plain_socket(phone, phone.scheme, phone.timeout, f"{phone.scheme}://{self._authority}").close()

    def use_login(self, username: str | None, password: str | None) -> None:
        """Log in so from now on. A login that is in use already stays as it is, refused or not."""
        with self._lock:
            if (username, password) != (self._connection.username, self._connection.password):
                self._connection = replace(self._connection, username=username, password=password)
                self._login = Login(self._connection)
                self._disconnect()

    def get(self, target: str, *, timeout: float | None = None, login: bool = True) -> Answer:
        """Send one request and return the answer, whatever its status; redirects are not followed.

        target is a path with its query, percent-encoded; timeout is in seconds, for everything; login is whether it may
        get one, without which it may be a 401. Raises PhoneUnreachable, CertificateRejected, AnswerLost,
        AnswerUnreadable, AuthFailed, LockedOut, Blocked, Unsupported, InputError.
        """
        if not _TARGET.fullmatch(target):
            raise InputError("The target of a request must be a percent-encoded path with an optional query.")
        with self._lock:
            exchange = self._exchange
            exchange.target = target
            exchange.where = f"{self._connection.scheme}://{self._authority}{target.partition('?')[0]}"
            exchange.deadline = system_time() + (timeout or self._connection.timeout)
            exchange.keeps_none, exchange.login = False, login
            answer = self._send()
            while answer.status == 401 and login:
                self._login.challenged(answer.headers.get("www-authenticate", ""))
                # Whether a phone keeps a connection after a 401 is unknown (protocol 11.3). A request that only reads
                # finds out, and is sent again if not. For any other a new connection tells what a lost answer was to,
                # and for a phone that keeps none: it must not be sent one login after the other.
                if "?" in target or exchange.keeps_none:
                    self._disconnect()
                answer = self._send()
            if login:
                if answer.status == 200 and self._says(refuses_login, answer):
                    self._login.turned_away()
                self._login.accepted()
            self._check(answer)
        return answer

    def _send(self) -> Answer:
        """Send the request under way once; twice if a kept connection turns out dead and that is harmless."""
        try:
            answer = self._try_once()
        except _KeptConnectionDied:
            # Without a query a request only reads (protocol 1.4).
            if "?" in self._exchange.target:
                raise
            self._exchange.keeps_none = True
            answer = self._try_once()
        if self._says(is_lockout, answer):
            raise LockedOut(
                f"{self._exchange.where}: the phone has locked its web interface after too many failed logins, for a "
                "minute at first, doubling each time. Correct snom_username and snom_password, then wait."
            )
        return answer

    def _try_once(self) -> Answer:
        try:
            return self._send_once()
        except PhoneUnreachable:
            self._login.forget_nonce()
            raise

    def _send_once(self) -> Answer:
        exchange = self._exchange
        headers = CaseInsensitiveDict({"Host": self._authority, "User-Agent": "telephony.snom", "Accept": "*/*"})
        path = exchange.target.partition("?")[0]
        # Some phones answer nothing without it, but delay this one page by 8 s with it (protocol 2.6).
        if path != "/minibrowser.htm":
            headers["Connection"] = "keep-alive"
        authorization = self._login.header(exchange.target) if exchange.login else None
        if authorization:
            headers["Authorization"] = authorization
        if exchange.tap is not None:
            exchange.tap.asks(exchange.target, login=bool(authorization))
        request = PreparedRequest()
        request.method = "GET"
        request.url = exchange.where
        request.headers = headers
        if self._adapter is None:
            self._adapter = _Adapter(self._connection, exchange)
        try:
            response = self._adapter.send(request, stream=True, timeout=exchange.left())
            content = response.raw.read(_LARGEST_ANSWER + 1, decode_content=False)
        except (RequestException, HTTPError, OSError):
            self._disconnect()
            raise exchange.lost("while the answer was under way") from None
        length = read_length(response.headers.get("Content-Length", ""))
        if len(content) > _LARGEST_ANSWER:
            self._disconnect()
            raise AnswerUnreadable(f"{exchange.where}: the answer is larger than 4 MiB. Is this a Snom phone?")
        if length is not None and len(content) < length:
            self._disconnect()
            raise exchange.lost("in the middle of the answer")
        received = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, received, content, self._login.demanded)

    def _says(self, refusal: Callable[[str], bool], answer: Answer) -> bool:
        """Whether an answer is a page that lets nobody in."""
        path = self._exchange.target.partition("?")[0]
        # The text of the screen (protocol 4.2) may be little more than the name of a caller, and that may be "Blocked".
        # A phone that is locked says so on all other pages, too.
        if path == "/state_of_gui.htm" and not answer.text.lstrip().startswith("<"):
            return False
        return _is_page(answer) and refusal(answer.text)

    def _check(self, answer: Answer) -> None:
        """Raise for answers that are the same whatever was asked for."""
        where = self._exchange.where
        if answer.status == 403:
            remedy = "switch off its settings use_hidden_tags and restrict_uri_queries, which block remote control"
            if self._connection.scheme == "http":
                remedy = f'set snom_scheme: "https" if it accepts https only; otherwise {remedy}'
            raise Blocked(f"{where}: the phone forbids this request. To be allowed, {remedy}.")
        if self._connection.scheme == "http" and self._leads_to_https(answer):
            raise Blocked(f'{where}: the phone accepts https only. Set snom_scheme: "https".')
        if answer.status == 200 and _is_page(answer) and is_phone_manager(answer.text):
            raise Unsupported(
                f"{where}: this is the Phone Manager of the D8xx generation, which has no HTTP remote control. Set "
                "snom_transport: sip, and a rollout brings it to its firmware by its provisioning. On a D86x the old "
                "web server may answer on snom_port: 3112."
            )

    def _leads_to_https(self, answer: Answer) -> bool:
        try:
            location = urlsplit(answer.headers.get("location", ""))
        except ValueError:
            return False
        same_host = location.hostname == self._connection.address.lower()
        return 300 <= answer.status < 400 and location.scheme == "https" and same_host

    def _disconnect(self) -> None:
        if self._adapter:
            self._adapter.close()
            self._adapter = None


def _is_page(answer: Answer) -> bool:
    return not answer.headers.get("content-type", "").startswith("image/")


class _KeptConnectionDied(AnswerLost):
    """The phone had closed a connection that was kept from an earlier request."""


class _Exchange:
    """The request under way, as its connection needs to know it."""

    def __init__(self) -> None:
        self.target = ""
        # URL without its query: what reasons may show.
        self.where = ""
        # By system_time: an answer that the machine slept through says nothing of now.
        self.deadline = 0.0
        # Whether a kept connection has died under this request already.
        self.keeps_none = False
        self.login = True
        self.tap: Tap | None = None

    def left(self) -> float:
        """The seconds until the deadline, never quite nothing."""
        return max(self.deadline - system_time(), 0.001)

    def lost(self, stage: str, kind: type[AnswerLost] = AnswerLost) -> AnswerLost:
        why = "the time was up" if self.left() < 0.01 else "the connection broke"
        return kind(
            f"{self.where}: {why} {stage}. The request may have reached the phone all the same: read the phone's "
            "state before sending it again."
        )


class _Adapter(HTTPAdapter):
    """requests' way to one phone."""

    def __init__(self, connection: Connection, exchange: _Exchange) -> None:
        super().__init__()
        self._pool = _Pool(connection.address, connection.port, maxsize=1, phone=connection, exchange=exchange)

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> HTTPConnectionPool:
        return self._pool

    def get_connection(self, *args: Any, **kwargs: Any) -> HTTPConnectionPool:
        """Serve requests before 2.32."""
        return self._pool

    def cert_verify(self, *args: Any, **kwargs: Any) -> None:
        """Leave it to ``open_socket``."""

    def close(self) -> None:
        self._pool.close()


class _Connection(HTTPConnection):
    """One connection to a phone, over TLS or not.

    It opens its own socket: urllib3 writes into the TLS context at each handshake, which is not safe when threads
    share one. It raises what requests would only pass on in wrappings. And it sends the query that requests and
    urllib3 never get to see, because it may hold a secret and they write URLs to their debug logs and exceptions.
    """

    def __init__(self, *args: Any, phone: Connection, exchange: _Exchange, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._phone = phone
        self._exchange = exchange
        self._used = False
        # Typed as a class, but http.client only ever calls it.
        self.response_class = partial(_Response, exchange=exchange)  # type: ignore[assignment]

    def connect(self) -> None:
        self.sock = open_socket(self._phone, self._exchange.left(), self._exchange.where)
        self._used = False

    def putrequest(self, method: str, url: str, *args: Any, **kwargs: Any) -> None:
        super().putrequest(method, self._exchange.target, *args, **kwargs)

    def getresponse(self) -> Any:
        try:
            response = super().getresponse()
        except OSError as error:
            died = self._used and not isinstance(error, TimeoutError)
            raise self._exchange.lost("before an answer came", _KeptConnectionDied if died else AnswerLost) from None
        self._used = True
        return response


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _Response(TimedResponse):
    """An answer that has to be complete by the deadline, however slowly it drips in."""

    def __init__(self, sock: socket.socket, *args: Any, exchange: _Exchange, **kwargs: Any) -> None:
        most = AtMost(_LARGEST_HEAD + _LARGEST_ANSWER)
        super().__init__(sock, *args, left=lambda: exchange.deadline - system_time(), took=most, **kwargs)
        self._exchange = exchange
        if exchange.tap is not None:
            self.stream.received = exchange.tap.receives  # type: ignore[method-assign]

    def begin(self) -> None:
        try:
            super().begin()
        except http.client.RemoteDisconnected:
            raise
        except http.client.HTTPException as error:
            start = getattr(error, "line", "HTTP/")[:5]
            if self.stream.ended and "HTTP/".startswith(start):
                raise self._exchange.lost("in the first line of the answer") from None
            raise self._unreadable() from None
        # http.client takes the end of the stream for the end of the headers.
        if self.stream.ended:
            raise self._exchange.lost("within the headers of the answer")
        if self.msg.defects or self.msg.get_payload():
            raise self._unreadable()

    def _unreadable(self) -> AnswerUnreadable:
        return AnswerUnreadable(
            f"{self._exchange.where}: what answers here does not speak proper HTTP. Is this a Snom phone, and is the "
            "port right (snom_port, snom_scheme)?"
        )
