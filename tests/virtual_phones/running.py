# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""For tests: run virtual phones in a process of their own, and talk to their control port."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import ProxyHandler, Request, build_opener

FOLDER = Path(__file__).parent
TIMEOUT = 120  # seconds for one answer of the control port
_opener = build_opener(ProxyHandler({}))  # never through a proxy
_held: list[socket.socket] = []


def free_port(address: str = "127.0.0.1") -> int:
    """A port that nobody uses, and keep it from everybody else for as long as this process lives.

    It stays bound, but not listening. Linux lets a server have it that asks for it by number and reuses addresses, as
    asyncio's do, and gives it to no other process and to no outgoing connection.
    """
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((address, 0))
    _held.append(sock)
    return int(sock.getsockname()[1])


class VirtualFleet:
    """The control port of a running fleet, and in ``images`` the URL of its image server.

    Every method raises RuntimeError with the control port's own sentence.
    """

    def __init__(self, control_port: int, pid: int, image_server: dict[str, Any] | None = None) -> None:
        self.control_port = control_port
        self.pid = pid
        images = image_server or {}
        self.images = f"http://{images.get('address', '127.0.0.1')}:{images.get('port', 8880)}"

    def phones(self) -> dict[str, dict[str, Any]]:
        return self._ask("GET", "/phones")

    def phone(self, name: str) -> dict[str, Any]:
        return self._ask("GET", f"/phones/{quote(name, safe='')}")

    def patch(self, name: str, **changes: object) -> dict[str, Any]:
        """Change keys of one phone, e.g. ``patch("reception", faults={"never_return": True})``; return its state."""
        return self._ask("PATCH", f"/phones/{quote(name, safe='')}", changes)

    def patch_image_server(self, **changes: object) -> None:
        self._ask("PATCH", "/image-server", changes)

    def log(self, name: str | None = None, *, since: int = 0, event: str | None = None) -> list[dict[str, Any]]:
        """The entries of all phones, or of one; after a number, or of one kind."""
        path = f"/log?since={since}" if name is None else f"/phones/{quote(name, safe='')}/log"
        entries: list[dict[str, Any]] = self._ask("GET", path)["entries"]
        return [entry for entry in entries if entry["number"] > since and (event is None or entry["event"] == event)]

    def counters(self) -> dict[str, Any]:
        return self._ask("GET", "/counters")

    def calls(self) -> list[dict[str, Any]]:
        """Every call: its ``number``, and ``from`` and ``to`` with ``phone``, ``user`` and ``state``."""
        calls: list[dict[str, Any]] = self._ask("GET", "/calls")["calls"]
        return calls

    def catalog(self) -> list[dict[str, Any]]:
        images: list[dict[str, Any]] = self._ask("GET", "/catalog")["images"]
        return images

    def reset_log(self) -> None:
        self._ask("POST", "/reset-log")

    def _ask(self, method: str, path: str, content: object = None) -> dict[str, Any]:
        data = None if content is None else json.dumps(content).encode()
        request = Request(
            f"http://127.0.0.1:{self.control_port}{path}",
            data=data,
            method=method,
            headers={"Content-Type": "application/json"},
        )
        try:
            with _opener.open(request, timeout=TIMEOUT) as answer:
                result: dict[str, Any] = json.load(answer)
        except HTTPError as error:
            raise RuntimeError(json.load(error)["error"]) from None
        return result


@contextmanager
def running(fleet: dict[str, Any], folder: Path) -> Iterator[VirtualFleet]:
    """Run a fleet, given as the content of its file, until the block ends. folder: for that file, e.g. ``tmp_path``."""
    port = free_port()
    file = folder / f"fleet-{port}.yml"
    file.write_text(json.dumps(fleet), encoding="utf-8")  # JSON is YAML
    command = [sys.executable, str(FOLDER), str(file), "--control", str(port), "--parent", str(os.getpid())]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            if process.stdout.readline() != "ready\n":
                raise RuntimeError("The virtual phones did not start; their error stands above.")
            yield VirtualFleet(port, process.pid, fleet.get("image_server"))
        finally:
            process.terminate()
