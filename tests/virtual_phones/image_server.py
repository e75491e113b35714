# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The image server: firmware images made on the fly, and its faults."""

from __future__ import annotations

import asyncio
import hashlib
import posixpath
from collections import Counter
from dataclasses import replace
from typing import Any

from . import firmware
from .event_log import EventLog
from .http_server import HttpConnection, Reply, Request, listen
from .keys import ImageServerKeys

GOOD = b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: %d\r\n\r\n"
MISSING = b"HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: 10\r\n\r\nNot found\n"


class ImageServer:
    """Serves any file with the name of an image from any folder, or only the files in ``images`` if there are some."""

    def __init__(self, keys: ImageServerKeys, log: EventLog) -> None:
        self.keys = keys
        self.gets: Counter[str] = Counter()
        self._log = log
        self._server: asyncio.Server | None = None

    async def start(self) -> asyncio.Server:
        self._server = await listen(self, self.keys.address, self.keys.port)
        return self._server

    def stop(self) -> None:
        if self._server:
            self._server.close()

    def opened(self, connection: HttpConnection) -> None:
        pass

    def closed(self, connection: HttpConnection) -> None:
        pass

    def answer(self, request: Request, connection: HttpConnection) -> Reply:
        file = posixpath.basename(request.path)
        reply = self._file(file)
        if request.method == "GET":
            self.gets[file] += 1
        self._log.add(
            None,
            f"image_{request.method.lower()}",
            f"{connection.peer} {request.headers.get('user-agent', '')}",
            method=request.method,
            target=request.target,
            status=reply.status,
        )
        return reply

    def _file(self, file: str) -> Reply:
        image = firmware.named(file)
        fault = self.keys.faults.get(file) or self.keys.faults.get("*")
        if image is None or fault == "not_found" or (self.keys.images and file not in self.keys.images):
            return Reply(404, MISSING)
        if fault == "wrong_model":
            image = replace(image, model="D999")
        data = firmware.build(image, self.keys.image_size)
        length = len(data)
        if fault == "corrupt":
            data = data[:-1] + bytes([data[-1] ^ 0xFF])
        elif fault == "wrong_size":
            length -= 100
            data = data[:length]
        elif fault == "truncated":
            data = data[: length // 2]
        reply = Reply(200, GOOD % length + data, rate=self.keys.bytes_per_second)
        if fault == "truncated":
            reply.then = "close"
        return reply


def catalog(keys: ImageServerKeys) -> list[dict[str, Any]]:
    """Describe the images in ``images`` as a firmware catalogue, as the collection reads it."""
    entries = []
    for file in keys.images:
        image = firmware.named(file)
        if image is None:
            raise ValueError(f"image_server: images: {file} is not the name of an image")
        data = firmware.build(image, keys.image_size)
        entries.append(
            {
                "file": file,
                "model": image.model,
                "version": image.version or None,
                "kind": image.kind,
                "url": f"http://{keys.address}:{keys.port}/{file}",
                "size": len(data),
                "sha1": hashlib.sha1(data).hexdigest(),
            }
        )
    return entries
