# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A mirror that answers a controller on this machine."""

from __future__ import annotations

import time
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._mirror.control_settings import ControlSettings

MAC = "000413922D24"
PASSWORD = "geheim-4711"


class Mirror(ThreadingHTTPServer):
    """What nginx answers, as its documentation has it. tests/integration has the real one."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {"/control/log": b""}
        self.asked: list[tuple[str, str, str | None]] = []
        self.ahead = 0.0
        self.timer_age: float | None = 10.0
        self.status = 0
        self.does_it_all_the_same = False
        self.silent = False
        self.broken: set[str] = set()
        """What it can't serve."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def settings(self, **changes: Any) -> ControlSettings:
        return ControlSettings(url=self.url, username="ansible", password=PASSWORD, **changes)

    def log(self, *lines: str) -> None:
        self.files["/control/log"] = self.files.get("/control/log", b"") + "".join(f"{one}\n" for one in lines).encode()

    def rotate(self) -> None:
        self.files["/control/log.1"] = self.files.pop("/control/log")


class Handler(BaseHTTPRequestHandler):
    server: Mirror

    def log_message(self, *args: Any) -> None:
        pass

    def date_time_string(self, timestamp: Any = None) -> str:
        return formatdate(time.time() + self.server.ahead, usegmt=True)

    def do_GET(self) -> None:
        content = self.server.files.get(self.path)
        if self._fails():
            return
        if self.path == "/control/timer" and self.server.timer_age is not None:
            ran = time.time() + self.server.ahead - self.server.timer_age
            self._answer(200, b"", {"Last-Modified": formatdate(ran, usegmt=True)})
        elif content is None:
            self._answer(404)
        elif self.headers["Range"] and content:
            first, last = self.headers["Range"].removeprefix("bytes=").split("-")
            start = int(first) if first else max(len(content) - int(last), 0)
            part = content[start : int(last) + 1] if first else content[start:]
            if not part:
                self._answer(416)
                return
            self._answer(206, part, {"Content-Range": f"bytes {start}-{start + len(part) - 1}/{len(content)}"})
        else:
            self._answer(200, content)

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append(("PUT", self.path, self.headers["Date"]))
        if self.server.does_it_all_the_same:
            self.server.files[self.path] = body
        if not self._fails():
            self.server.files[self.path] = body
            self._answer(201)

    def do_DELETE(self) -> None:
        self.server.asked.append(("DELETE", self.path, None))
        if not self._fails():
            self._answer(204 if self.server.files.pop(self.path, None) else 404)

    def _fails(self) -> bool:
        if self.server.silent:
            return True
        status = 500 if self.path in self.server.broken else self.server.status
        if status:
            self._answer(status)
        return bool(status)

    def _answer(self, status: int, content: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)) if status != 204 else "0")
        self.end_headers()
        self.wfile.write(content)
