# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plain sockets for the tests of the virtual phones: what goes over the wire, byte by byte."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import count
from threading import Thread
from typing import Any
from urllib.parse import quote

from ansible_collections.telephony.snom.tests.virtual_phones.running import VirtualFleet, free_port

_hosts = count(1)


def phone_keys(model: str = "320", firmware: str = "8.4.35", **keys: object) -> dict[str, Any]:
    """The keys of a phone at a loopback address that no other test uses."""
    number = next(_hosts)
    address = f"127.77.{number // 250}.{number % 250 + 1}"
    return {"address": address, "port": free_port(address), "model": model, "firmware": firmware, **keys}


def converse(phone: dict[str, Any], data: bytes, *, port: int | None = None) -> bytes:
    """Send bytes and return all that comes until the phone closes. Raises ConnectionError on a reset."""
    with socket.create_connection((phone["address"], port or phone["port"]), timeout=60) as sock:
        sock.sendall(data)
        return receive_all(sock)


def receive_all(sock: socket.socket) -> bytes:
    received = b""
    while piece := sock.recv(65536):
        received += piece
    return received


def get(phone: dict[str, Any], target: str, *headers: str, port: int | None = None, method: str = "GET") -> bytes:
    """Send one request and return head and body. Like real clients it names keep-alive; the answer's length ends it."""
    lines = [f"{method} {target} HTTP/1.1", "Host: phone", "Connection: keep-alive", *headers, "", ""]
    with socket.create_connection((phone["address"], port or phone["port"]), timeout=60) as sock:
        sock.sendall("\r\n".join(lines).encode())
        return receive_answer(sock, has_body=method != "HEAD")


def receive_answer(sock: socket.socket, *, has_body: bool = True) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        if not (piece := sock.recv(65536)):
            return received
        received += piece
    head, _unused, body = received.partition(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    length = next((int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length:")), 0)
    while has_body and len(body) < length and (piece := sock.recv(65536)):
        body += piece
    return head + b"\r\n\r\n" + body


def status(answer: bytes) -> int:
    return int(answer.split(b" ")[1])


def load_target(url: str) -> str:
    return f"/dummy.htm?swload=load&firmware={quote(url, safe='')}"


def eventually(fleet: VirtualFleet, name: str, condition: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The state of a phone as soon as it meets the condition."""
    return until(lambda: fleet.phone(name), condition)


def until(read: Callable[[], Any], condition: Callable[[Any], bool]) -> Any:
    """Read again and again until the condition holds. Raises AssertionError after a minute: a machine may be busy."""
    deadline = time.monotonic() + 60
    while not condition(value := read()):
        assert time.monotonic() < deadline, value
        time.sleep(0.005)
    return value


class Listener:
    """Notes the targets and User-Agents of the GET requests that it gets."""

    def __init__(self) -> None:
        self.targets: list[str] = []
        self.agents: list[str] = []
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                listener.targets.append(self.path)
                listener.agents.append(self.headers["User-Agent"])
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_unused: object) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
