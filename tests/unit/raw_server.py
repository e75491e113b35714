# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server that answers exact bytes, for tests of what goes over the wire."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import final


@dataclass(frozen=True)
class Last:
    """Bytes after which the server ends the connection, by a reset or in good order."""

    content: bytes = b""
    reset: bool = False


@dataclass(frozen=True)
class Endless:
    """Bytes that are sent once, and then one more byte every 10 ms for as long as the client listens."""

    start: bytes
    drip: bytes


Reply = bytes | Last | Endless


@final
class RawServer:
    """Serves one reply per request on 127.0.0.1, each connection in a thread of its own.

    reply gets a request's head as it was received, without the blank line at its end. It must be safe to call from
    several threads. Over TLS if there is a context. to_handshake is what answers the first bytes, whatever they are.
    """

    def __init__(
        self, reply: Callable[[str], Reply], context: ssl.SSLContext | None = None, to_handshake: Reply | None = None
    ) -> None:
        self.requests: list[str] = []
        self.connections = 0
        self._reply = reply
        self._context = context
        self._to_handshake = to_handshake
        self._threads: list[threading.Thread] = []
        self._stopped = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> RawServer:
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        # close() alone does not wake a thread that waits in accept().
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(10)
            assert not thread.is_alive()

    def _start(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                sock, _unused = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._start(lambda sock=sock: self._serve(sock))  # type: ignore[misc]

    def _serve(self, sock: socket.socket) -> None:
        sock.settimeout(10)
        try:
            if self._context:
                sock = self._context.wrap_socket(sock, server_side=True)
            with sock:
                more = True
                if self._to_handshake is not None:
                    sock.recv(4096)
                    more = self._send(sock, self._to_handshake)
                while more and not self._stopped.is_set():
                    more = self._answer_one(sock)
        except OSError:
            # The client went away, or refused the certificate: the test looks at the client.
            sock.close()

    def _answer_one(self, sock: socket.socket) -> bool:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            received = sock.recv(4096)
            if not received:
                return False
            head += received
        request = head.decode("latin-1").removesuffix("\r\n\r\n")
        self.requests.append(request)
        return self._send(sock, self._reply(request))

    def _send(self, sock: socket.socket, reply: Reply) -> bool:
        """Whether the connection goes on."""
        if isinstance(reply, Endless):
            sock.sendall(reply.start)
            while not self._stopped.wait(0.01):
                sock.sendall(reply.drip)
            return False
        if isinstance(reply, Last):
            sock.sendall(reply.content)
            if reply.reset:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return False
        sock.sendall(reply)
        return True


def page(text: str, status: str = "200 Ok", *headers: str) -> bytes:
    """A page as the classic web server sends it (protocol 2.6)."""
    content = text.encode()
    head = [f"HTTP/1.1 {status}", "Server: snom embedded", "Content-Type: text/html", *headers]
    return "\r\n".join([*head, f"Content-Length: {len(content)}", "", ""]).encode() + content
