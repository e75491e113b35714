# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a virtual phone fetches something: a plain HTTP GET, to loopback addresses only."""

from __future__ import annotations

import asyncio
import ipaddress
from urllib.parse import urlsplit

TIMEOUT = 120.0  # seconds for one whole fetch


class FetchError(Exception):
    """The fetch failed; the text says why. status is that of an answer which was none of 200, None without one."""

    def __init__(self, text: str, status: int | None = None) -> None:
        super().__init__(text)
        self.status = status


async def fetch(url: str, *, user_agent: str, source: str, stops: bool = False) -> bytes:
    """The body of an answer 200. source: the phone's own address; stops: after the first bytes of the body.

    Raises FetchError.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or 80
    except ValueError:
        raise FetchError("not a URL") from None
    if parts.scheme != "http" or not host:
        raise FetchError("virtual phones fetch http URLs only")
    if host == "localhost":
        host = "127.0.0.1"
    try:
        local = ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = False
    if not local:
        raise FetchError(f"{host} is no loopback address; virtual phones go nowhere else")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    head = f"GET {target} HTTP/1.1\r\nHost: {host}:{port}\r\nUser-Agent: {user_agent}\r\nConnection: close\r\n\r\n"
    try:
        return await asyncio.wait_for(
            _exchange(host, port, source, head.encode("latin-1", "replace"), stops=stops), TIMEOUT
        )
    except (asyncio.TimeoutError, OSError, EOFError) as error:
        raise FetchError(f"{type(error).__name__} {error}".strip()) from None


async def _exchange(host: str, port: int, source: str, request: bytes, *, stops: bool) -> bytes:
    reader, writer = await asyncio.open_connection(host, port, local_addr=(source, 0))
    try:
        writer.write(request)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        except asyncio.LimitOverrunError:
            raise FetchError("answered an endless head") from None
        status, *lines = head.split("\r\n")
        headers = {name.lower(): value.strip() for name, _unused, value in (line.partition(":") for line in lines)}
        code = status.split(" ")[1:2]
        if code != ["200"]:
            raise FetchError(f"answered {status}", int(code[0]) if code and code[0].isdigit() else None)
        if stops:
            return await reader.read(1)
        length = headers.get("content-length", "")
        return await (reader.readexactly(int(length)) if length.isdigit() else reader.read())
    finally:
        writer.close()
