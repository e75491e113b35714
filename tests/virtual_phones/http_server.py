# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A small HTTP/1.1 server for asyncio that can also misbehave on purpose.

Light on purpose: one process serves thousands of phones, and each of them sends exact bytes, breaks off or resets.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from dataclasses import dataclass
from typing import Literal, Protocol
from urllib.parse import parse_qsl

MAX_HEAD = 64 * 1024
MAX_BODY = 4 * 1024 * 1024
TRICKLE = 0.05  # seconds between two pieces of a slow answer
MAX_UNSENT = 1024 * 1024  # bytes of an endless answer that wait for a slow client


class Request:
    """One request. ``parameters`` holds the query, and the body of a form on top."""

    __slots__ = ("body", "headers", "method", "parameters", "path", "target", "version")

    def __init__(self, method: str, target: str, version: str, headers: dict[str, str], body: bytes) -> None:
        self.method = method
        self.target = target
        self.version = version
        self.headers = headers
        self.body = body
        self.path, _unused, query = target.partition("?")
        self.parameters = dict(parse_qsl(query, keep_blank_values=True)) if query else {}
        if method == "POST" and body and "json" not in headers.get("content-type", ""):
            self.parameters.update(parse_qsl(body.decode("latin-1").strip(), keep_blank_values=True))

    @property
    def connection(self) -> str:
        return self.headers.get("connection", "").lower()

    @property
    def wants_close(self) -> bool:
        return self.connection == "close" or (self.version == "HTTP/1.0" and self.connection != "keep-alive")


@dataclass(slots=True)
class Reply:
    """The exact bytes of an answer, and how they are sent. A status of None means that there is no real answer."""

    status: int | None
    data: bytes = b""
    delay: float = 0.0  # seconds before the first byte
    rate: int = 0  # bytes per second; 0: all at once
    endless: bytes = b""  # goes on with this until the client has enough
    then: Literal["keep", "close", "reset"] = "keep"


class Handler(Protocol):
    """What stands behind a listening socket."""

    def opened(self, connection: HttpConnection) -> None:
        """Learn that somebody has connected."""

    def closed(self, connection: HttpConnection) -> None:
        """Learn that a connection has ended."""

    def answer(self, request: Request, connection: HttpConnection) -> Reply:
        """Do what a request asks for, and say what goes back."""


class HttpConnection(asyncio.Protocol):
    """One connection: reads requests, one after the other, and sends the handler's replies."""

    __slots__ = ("_buffer", "_handler", "_timer", "_transport", "busy", "door", "endless", "peer")

    def __init__(self, handler: Handler, door: str) -> None:
        self._handler = handler
        self._buffer = b""
        self._timer: asyncio.TimerHandle | None = None
        self._transport: asyncio.Transport | None = None
        self.busy = False
        self.endless = False  # busy with an answer that goes on until it is seen that the client has gone
        self.door = door  # which listening socket it came through
        self.peer = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self.peer = (transport.get_extra_info("peername") or ("",))[0]
        self._handler.opened(self)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._timer:
            self._timer.cancel()
        self._transport = None
        self._handler.closed(self)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._work()

    def reset(self) -> None:
        """End the connection by a TCP reset; unsent bytes are lost."""
        if self._transport:
            sock: socket.socket | None = self._transport.get_extra_info("socket")
            if sock is not None:  # TLS may know of the end before we do
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._transport.abort()

    def close(self) -> None:
        if self._transport:
            self._transport.close()

    def _work(self) -> None:
        while not self.busy and self._transport and not self._transport.is_closing():
            request = self._next_request()
            if request is None:
                return
            self.busy = True
            reply = self._handler.answer(request, self)
            if request.method == "HEAD":
                reply.data, reply.endless = reply.data[: reply.data.find(b"\r\n\r\n") + 4], b""
            if request.wants_close and reply.then == "keep":
                reply.then = "close"
            if reply.delay:
                self._timer = asyncio.get_running_loop().call_later(reply.delay, self._send_late, reply)
            else:
                self._send(reply)

    def _send_late(self, reply: Reply) -> None:
        self._send(reply)
        self._work()

    def _send(self, reply: Reply) -> None:
        if self._transport is None:
            return
        piece = len(reply.data)
        if reply.rate:
            piece = max(1, int(reply.rate * TRICKLE))
        self._transport.write(reply.data[:piece])
        reply.data = reply.data[piece:]
        if reply.data:
            pause = max(TRICKLE, piece / reply.rate)
            self._timer = asyncio.get_running_loop().call_later(pause, self._send_late, reply)
            return
        if reply.endless:
            self.endless = True
            if self._transport.get_write_buffer_size() < MAX_UNSENT:
                self._transport.write(reply.endless * 100)
            self._timer = asyncio.get_running_loop().call_later(0.001, self._send_late, reply)
            return
        self.busy = False
        if reply.then == "close":
            self.close()
        elif reply.then == "reset":
            self.reset()

    def _next_request(self) -> Request | None:
        """Take one whole request out of the buffer; close on what is no HTTP."""
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            if len(self._buffer) > MAX_HEAD:
                self.close()
            return None
        lines = self._buffer[:end].decode("latin-1").split("\r\n")
        headers: dict[str, str] = {}
        for line in lines[1:]:
            name, _unused, value = line.partition(":")
            headers[name.lower()] = value.strip()
        words = lines[0].split(" ")
        length = headers.get("content-length", "0")
        if len(words) != 3 or not words[2].startswith("HTTP/1.") or not length.isdigit() or int(length) > MAX_BODY:
            self.close()
            return None
        whole = end + 4 + int(length)
        if len(self._buffer) < whole:
            return None
        body = self._buffer[end + 4 : whole]
        self._buffer = self._buffer[whole:]
        return Request(words[0], words[1], words[2], headers, body)


async def listen(
    handler: Handler, address: str, port: int, *, door: str = "main", tls: ssl.SSLContext | None = None
) -> asyncio.Server:
    """Listen there. Raises OSError when it really cannot (asyncio itself may swallow a lack of descriptors)."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((address, port))
        sock.setblocking(False)
    except OSError as error:
        sock.close()
        raise OSError(error.errno, f"cannot listen on {address}:{port}: {error.strerror}") from None
    return await asyncio.get_running_loop().create_server(
        lambda: HttpConnection(handler, door), sock=sock, ssl=tls, backlog=256
    )


def really_listening(server: asyncio.Server) -> int:
    """Count the sockets of a server that the kernel says are listening."""
    return sum(sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) for sock in server.sockets)
