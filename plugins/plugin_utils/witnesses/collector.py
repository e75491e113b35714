# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A small listener on the controller, to which phones report about themselves.

Whoever reaches it is a stranger. It knows nothing but the questions that are open: each has a token that can't be
guessed, is good for one report, from the address of one phone, for a few seconds. Everything else gets a 404. What is
read is bounded in size and time, and so are the connections at a time; nothing that comes in is shown, and nothing is
kept but for an interview, what answers an open question.
"""

from __future__ import annotations

import secrets
import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._mirror.control_settings import OPTION as CONTROL
from ansible_collections.telephony.snom.plugins.module_utils._mirror.control_settings import ControlSettings
from ansible_collections.telephony.snom.plugins.module_utils._phone.report import (
    Report,
    read_report,
    report_document,
)

PATIENCE = 5.0
"""Seconds that a phone has for its report: it fetches at once, or not at all."""

MAX_CONNECTIONS = 64
MAX_REQUESTS = 4
"""Requests that an open question takes from its phone: for the document and for the report, each asked for twice."""

MAX_SILENT = 5
"""Phones in a row that were asked and did not report, with none before that did. Then the way here is closed [I]."""

_LONGEST = 3.0
"""Seconds that a connection may last."""

_MOST_KEPT = 65536
"""Bytes of a request."""

_OPTION = "snom_collector"


@dataclass(frozen=True, kw_only=True)
class CollectorSettings:
    """The URL under which phones report, and where something listens for that: here, or the mirror, by its log."""

    url: str
    address: str = ""
    port: int = 0
    control: ControlSettings | None = None


def parse_collector(value: object, control: ControlSettings | None = None) -> CollectorSettings | None:
    """Read the mapping ``url`` and ``listen``. None for nothing. Raises InputError that names the option.

    control leads to the mirror whose log has the reports, where the mapping has no ``listen``.
    """
    if value in (None, "", {}):
        return None
    if not isinstance(value, Mapping) or not {"url"} <= set(value) <= {"url", "listen"}:
        raise InputError(
            f"{_OPTION} must be a mapping of url, as phones see it, and listen, for example "
            "{url: 'http://192.0.2.10:8099', listen: '192.0.2.10:8099'}."
        )
    url = str(value["url"]).rstrip("/")
    try:
        parts = urlsplit(url)
        good = parts.scheme == "http" and bool(parts.hostname) and not (parts.query or parts.fragment or parts.username)
        good = good and (parts.port or 80) > 0 and url.isascii() and url.isprintable() and " " not in url
    except ValueError:
        good = False
    if not good or len(url) > 200:
        raise InputError(
            f"{_OPTION}: url must be the http:// URL of a host, without login and query. Phones report nothing secret: "
            "only whether they are in a call."
        )
    if value.get("listen") is None:
        if control is None:
            raise InputError(
                f"{_OPTION} has no listen, so reports would be read from a mirror's log, and no {CONTROL} leads to "
                "one. Give it, or listen."
            )
        return CollectorSettings(url=url, control=control)
    address, separator, port = str(value["listen"]).rpartition(":")
    if not separator or not address or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise InputError(f"{_OPTION}: listen must be an address and a port, as in 192.0.2.10:8099.")
    return CollectorSettings(url=url, address=address.strip("[]"), port=int(port))


@dataclass
class _Question:
    address: str
    document: str
    requests: int = 0
    report: Report | None = None
    answered: threading.Event = field(default_factory=threading.Event)


class HttpCollector:
    """The listener. Any thread may ask; it is open from `open` to `close`."""

    has_documents = True

    def __init__(
        self, settings: CollectorSettings, *, patience: float = PATIENCE, hears: Callable[[bytes], None] | None = None
    ) -> None:
        """patience is in seconds. hears gets the requests for open questions as they came, from their phones only."""
        self._settings = settings
        self._hears = hears
        self._patience = patience
        self._questions: dict[str, _Question] = {}
        self._lock = threading.Lock()
        self._silent = 0
        self._heard = False
        self._server: _Server | None = None

    def open(self) -> None:
        """Listen. Raises InputError if that can't be."""
        address, port = self._settings.address, self._settings.port
        try:
            self._server = _Server(address, port, self._answer)
        except OSError as error:
            raise InputError(
                f"{_OPTION}: nothing can listen at {address} port {port}: {error.strerror or error}. Give an address "
                "of the controller, and a port that is free there."
            ) from None
        threading.Thread(target=self._server.serve_forever, args=(0.1,), name="snom-collector", daemon=True).start()

    def close(self) -> None:
        """Listen no longer."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    @property
    def is_reached(self) -> bool:
        """False once so many phones have not reported that none seems to reach it; they are asked no more."""
        return self._heard or self._silent < MAX_SILENT

    def ask(
        self,
        address: str,
        deliver: Callable[[str, str], None],
        *,
        document: Callable[[str, str], str] = report_document,
    ) -> Report | None:
        """The report of the phone at an IP address; None if none came in time. See `report.Collector`."""
        if self._server is None or not self.is_reached:
            return None
        token = secrets.token_urlsafe(16)
        url = f"{self._settings.url}/{token}"
        question = _Question(address, document(url, token))
        with self._lock:
            self._questions[token] = question
        try:
            deliver(url, question.document)
            question.answered.wait(self._patience)
        finally:
            with self._lock:
                del self._questions[token]
        self._heard = self._heard or question.report is not None
        self._silent = 0 if question.report is not None else self._silent + 1
        return question.report

    def _answer(self, address: str, path: str, user_agent: str, raw: bytes) -> str | None:
        """What a request gets: its document, nothing, or None for a 404."""
        base = urlsplit(self._settings.url).path
        token, _slash, branch = path.removeprefix(f"{base}/").partition("/")
        with self._lock:
            question = self._questions.get(token)
            if question is None or question.address != address or question.requests >= MAX_REQUESTS:
                return None
            question.requests += 1
            if self._hears is not None:
                self._hears(raw)
            if not branch:
                return question.document
            report = read_report(branch, user_agent)
            if report is None:
                return None
            if question.report is None:
                question.report = report
                question.answered.set()
            # A document here might be shown; nothing is not (xml 1.4).
            return ""


class _Server(ThreadingHTTPServer):
    """A thread for each of a few connections."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: str, port: int, answer: Callable[[str, str, str, bytes], str | None]) -> None:
        self.answer = answer
        self.address_family = socket.AF_INET6 if ":" in address else socket.AF_INET
        # When each connection began, by the clock that never runs backwards.
        self._began: dict[Any, float] = {}
        super().__init__((address, port), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        if len(self._began) >= MAX_CONNECTIONS:
            self.shutdown_request(request)
            return
        self._began[request] = time.monotonic()
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._began.pop(request, None)
        super().shutdown_request(request)

    def service_actions(self) -> None:
        """Called several times a second: end what lasts too long, whoever trickles."""
        for request, began in list(self._began.items()):
            if time.monotonic() - began > _LONGEST:
                with suppress(OSError):
                    request.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: what a stranger sends is no news."""


class _Heard:
    """The lines that a handler reads, and what it has read."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.kept = b""

    def readline(self, size: int = -1) -> bytes:
        """The next one."""
        line: bytes = self._stream.readline(size)
        self.kept = (self.kept + line)[:_MOST_KEPT]
        return line

    def close(self) -> None:
        """End it."""
        self._stream.close()


class _Handler(BaseHTTPRequestHandler):
    """One request, and the connection ends."""

    timeout = _LONGEST
    protocol_version = "HTTP/1.0"
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.rfile = self._heard = _Heard(self.rfile)  # type: ignore[assignment]

    def do_GET(self) -> None:
        self._reply()

    def do_POST(self) -> None:
        # Whether an action of older firmware fetches or posts is not public (xml 4.3). A body says nothing.
        self._reply()

    def _reply(self) -> None:
        agent = self.headers.get("User-Agent") or ""
        document = self.server.answer(self.client_address[0], self.path, agent, self._heard.kept)
        body = (document or "").encode()
        self.send_response_only(404 if document is None else 200)
        self.send_header("Content-Type", "text/xml; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: Any) -> None:
        """Log nothing: a stranger's words go nowhere."""
