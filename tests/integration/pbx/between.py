# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who stands between a controller and a real PBX or mirror, and hands on what both say until something is wrong.

So one PBX and one mirror serve a whole fleet, and for some of its phones they fail, lose what they knew, or lie.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

TIMEOUT = 60  # seconds for an answer of the real one
_HOPS = {"connection", "transfer-encoding", "content-length", "keep-alive"}


@dataclass(frozen=True)
class Asked:
    """A request."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def rpc(self) -> str:
        """The method of a request to a PBX; nothing for others."""
        with suppress(ValueError, AttributeError):
            return str(json.loads(self.body).get("method", ""))
        return ""


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


HandOn = Callable[[], Answer]
Says = Callable[[Asked, HandOn], Answer | None]
"""What is said to a request; None breaks the connection off."""


@contextmanager
def between(host: str, port: int, says: Says) -> Iterator[int]:
    """Stand before a server until the block ends; the port is one of 127.0.0.1."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_unused: Any) -> None:
            """Say nothing."""

        def serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked = Asked(self.command, self.path, dict(self.headers), body)
            self.close_connection = True
            with suppress(OSError, HTTPException):
                if (answer := says(asked, lambda: _hand_on(host, port, asked))) is None:
                    return
                self.send_response_only(answer.status)
                for name, value in answer.headers.items():
                    if name.lower() not in _HOPS:
                        self.send_header(name, value)
                if "date" not in map(str.lower, answer.headers):
                    self.send_header("Date", self.date_time_string())
                self.send_header("Content-Length", str(len(answer.body)))
                self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(answer.body)

    for method in ("GET", "HEAD", "POST", "PUT", "DELETE"):
        setattr(Handler, f"do_{method}", Handler.serve)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _hand_on(host: str, port: int, asked: Asked) -> Answer:
    connection = HTTPConnection(host, port, timeout=TIMEOUT)
    try:
        headers = {name: value for name, value in asked.headers.items() if name.lower() not in _HOPS}
        connection.request(asked.method, asked.path, asked.body or None, headers)
        answer = connection.getresponse()
        return Answer(answer.status, answer.read(), dict(answer.getheaders()))
    finally:
        connection.close()


# -- PBXs -------------------------------------------------------------------------------------------------------------

_LISTS, _TELLS = "ul.dump", "tm.t_uac_wait"


def _result(value: object) -> Answer:
    return Answer(200, json.dumps({"jsonrpc": "2.0", "id": 1, "result": value}).encode())


def noise(_asked: Asked, _on: HandOn) -> Answer:
    """Answers with what is none."""
    return Answer(200, bytes(range(256)))


def lists_nobody(asked: Asked, on: HandOn) -> Answer:
    return _result({"Domains": []}) if asked.rpc == _LISTS else on()


def tells_nobody(asked: Asked, on: HandOn) -> Answer:
    """Says that the phone took it, and has sent nothing."""
    return _result([200, "OK"]) if asked.rpc == _TELLS else on()


def says_version(old: str, new: str) -> Says:
    """Lists a phone with another version than it registers with."""

    def says(asked: Asked, on: HandOn) -> Answer:
        answer = on()
        is_list = asked.rpc == _LISTS
        return Answer(answer.status, answer.body.replace(old.encode(), new.encode())) if is_list else answer

    return says


class LosesAnswer:
    """Is gone from when it was to tell a phone something on."""

    def __init__(self, heeded: Callable[[], object] | None = None) -> None:
        """heeded returns when the phone has done what it was told; None where it is not told by then."""
        self._heeded = heeded
        self._gone = False

    def __call__(self, asked: Asked, on: HandOn) -> Answer | None:
        if not self._gone and asked.rpc != _TELLS:
            return on()
        if not self._gone:
            self._gone = True
            if self._heeded is not None:
                on()
                self._heeded()
        return None


class ListsOld:
    """Lists for ever what it listed at first."""

    def __init__(self) -> None:
        self._first: Answer | None = None

    def __call__(self, asked: Asked, on: HandOn) -> Answer:
        if asked.rpc != _LISTS:
            return on()
        self._first = self._first or on()
        return self._first


# -- mirrors ----------------------------------------------------------------------------------------------------------


class Mirror:
    """One that does its part until it is to show a phone an image, and is asked to its end."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self.shown: bytes | None = None
        """What stood in the log when it was."""

    def __call__(self, asked: Asked, on: HandOn) -> Answer | None:
        if asked.method == "PUT" and self.shown is None:
            self.shown = self.log.read_bytes()
            return self.show(asked, on)
        return on() if self.shown is None else self.then(asked, on)

    def show(self, _asked: Asked, on: HandOn) -> Answer | None:
        return on()

    def then(self, asked: Asked, on: HandOn) -> Answer | None:
        """What is said from then on."""
        logs = {"/control/log": 0, "/control/log.1": 1}
        return on() if asked.path not in logs else _part(self.logs()[logs[asked.path]], asked)

    def logs(self) -> tuple[bytes | None, bytes | None]:
        """The log and the one before it."""
        return self.log.read_bytes(), None


class Gone(Mirror):
    """Nobody is there any more."""

    def show(self, _asked: Asked, _on: HandOn) -> Answer | None:
        return None

    def then(self, _asked: Asked, _on: HandOn) -> Answer | None:
        return None


class GoneOnceShown(Gone):
    def show(self, _asked: Asked, on: HandOn) -> Answer | None:
        return on()


class Refuses(Mirror):
    def show(self, _asked: Asked, _on: HandOn) -> Answer | None:
        return Answer(403, b"")


class ShowsWithError(Mirror):
    def show(self, _asked: Asked, on: HandOn) -> Answer | None:
        on()
        return Answer(500, b"")


class KeepsShown(Mirror):
    """Withdraws nothing."""

    def then(self, asked: Asked, on: HandOn) -> Answer | None:
        return Answer(500, b"") if asked.method == "DELETE" else on()


class LosesLog(Mirror):
    def logs(self) -> tuple[bytes | None, bytes | None]:
        return None, None


class LogStops(Mirror):
    def logs(self) -> tuple[bytes | None, bytes | None]:
        return self.shown, None


class LogRotates(Mirror):
    def logs(self) -> tuple[bytes | None, bytes | None]:
        before = self.shown or b""
        return self.log.read_bytes()[len(before) :] or None, before


class LogLies(Mirror):
    """Says that a phone has fetched its image, and runs it."""

    def __init__(self, log: Path, lines: Callable[[str], bytes]) -> None:
        """lines: what it says, by the newest time that it tells."""
        super().__init__(log)
        self._lines = lines

    def logs(self) -> tuple[bytes | None, bytes | None]:
        before = self.shown or b""
        said = self._lines(json.loads(before.splitlines()[-1])["time"])
        return before + said + self.log.read_bytes()[len(before) :], None


def _part(log: bytes | None, asked: Asked) -> Answer:
    """What nginx answers of a file, to a request for a part of it."""
    if not log:
        return Answer(404, b"")
    wanted = re.fullmatch(r"bytes=(\d*)-(\d*)", asked.headers.get("Range", ""))
    if wanted is None:
        return Answer(200, log)
    first, last = wanted.groups()
    start = int(first) if first else max(len(log) - int(last), 0)
    if start >= len(log):
        return Answer(416, b"")
    part = log[start : int(last) + 1] if first and last else log[start:]
    return Answer(206, part, {"Content-Range": f"bytes {start}-{start + len(part) - 1}/{len(log)}"})
