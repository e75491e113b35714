# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a mirror with control answers that has one settings file for each phone: ``mirror.py PORTFILE``.

It ends by itself. A real nginx is in tests/integration/pbx.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from base64 import b64encode
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LOGIN = "Basic " + b64encode(b"ansible:mirror-secret").decode()
SETTINGS = b"<settings><phone-settings/></settings>"
SECONDS = 600

log = bytearray()


class Mirror(BaseHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        pass

    def do_GET(self) -> None:
        if not self.path.startswith("/control/"):
            self.answer(200, SETTINGS)
            entry = {
                "time": datetime.now(timezone.utc).isoformat(timespec="seconds"),
                "address": self.client_address[0],
                "method": "GET",
                "uri": self.path,
                "status": 200,
                "bytes": len(SETTINGS),
                "length": str(len(SETTINGS)),
                "user_agent": self.headers["User-Agent"] or "",
            }
            log.extend(json.dumps(entry).encode() + b"\n")
        elif self.headers["Authorization"] != LOGIN:
            self.answer(401)
        elif self.path == "/control/armed/":
            self.answer(200, b"[]")
        elif self.path == "/control/log":
            self.part(bytes(log))
        else:
            self.answer(404)

    def part(self, content: bytes) -> None:
        first, last = self.headers["Range"].removeprefix("bytes=").split("-")
        start = int(first) if first else max(len(content) - int(last), 0)
        part = content[start : int(last) + 1] if first else content[start:]
        if part:
            self.answer(206, part, f"bytes {start}-{start + len(part) - 1}/{len(content)}")
        else:
            self.answer(416)

    def answer(self, status: int, content: bytes = b"", content_range: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        if content_range:
            self.send_header("Content-Range", content_range)
        self.end_headers()
        self.wfile.write(content)


with ThreadingHTTPServer(("127.0.0.1", 0), Mirror) as server:
    server.daemon_threads = True
    with open(f"{sys.argv[1]}.new", "w") as file:
        file.write(str(server.server_address[1]))
    os.rename(f"{sys.argv[1]}.new", sys.argv[1])
    timer = threading.Timer(SECONDS, server.shutdown)
    timer.daemon = True
    timer.start()
    server.serve_forever()
