# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Servers that tell whoever asks the password that came with the question, and variables that lead to them."""

from __future__ import annotations

import base64
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@contextmanager
def http_server() -> Iterator[int]:
    """The port of a server that tells whoever asks, in whatever it answers, the login that came with the request."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"] or 0))
            header = self.headers["Authorization"] or ""
            login = base64.b64decode(header.removeprefix("Basic ")).decode("utf-8", "replace")
            body = json.dumps({"jsonrpc": "2.0", "error": {"message": f"{login} {header} may not"}}).encode()
            self.send_response(200, login)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_PUT = do_POST = do_DELETE = answer  # noqa: N815

        def log_message(self, *_words: object) -> None:
            """Not to the test's output."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@contextmanager
def snmp_agent(address: str) -> Iterator[int]:
    """The port of what answers over UDP with whatever it was asked, the community among it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((address, 0))

        def answer() -> None:
            while True:
                asked, peer = sock.recvfrom(65536)
                if not asked:
                    return
                sock.sendto(asked, peer)

        thread = threading.Thread(target=answer)
        thread.start()
        yield sock.getsockname()[1]
        sock.sendto(b"", sock.getsockname())
        thread.join()


def of_servers(port: int, pbx: str = "kamailio", secret: str = "n0t-to-be-seen") -> dict[str, Any]:
    """Variables with a secret for each server that phones are asked about. All of them begin with this one."""
    login = {"username": "ansible", "password": f"{secret} 2"}
    return {
        "snom_snmp": True,
        "snom_snmp_community": f"{secret} 3",
        "snom_pbx": {"kind": pbx, "host": "127.0.0.1", "port": port, **login},
        "snom_mirror_control": {"url": f"http://127.0.0.1:{port}", **login, "password": f"{secret} 4"},
        "snom_account": "401",
    }
