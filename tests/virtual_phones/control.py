# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The control port: JSON over HTTP, for tests to read and change everything."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

from .fleet import Fleet
from .http_server import HttpConnection, Reply, Request
from .image_server import catalog
from .keys import change


def reply(status: int, content: Any) -> Reply:
    data = json.dumps(content).encode()
    reason = {200: "OK", 400: "Bad Request", 404: "Not Found"}[status]
    head = f"HTTP/1.1 {status} {reason}\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
    return Reply(status, head.encode() + data)


def wrong(status: int, sentence: str) -> Reply:
    return reply(status, {"error": sentence})


class Control:
    """Answers the requests that README.md lists."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet

    def opened(self, connection: HttpConnection) -> None:
        pass

    def closed(self, connection: HttpConnection) -> None:
        pass

    def answer(self, request: Request, connection: HttpConnection) -> Reply:
        changes: Any = None
        if request.method == "PATCH":
            try:
                changes = json.loads(request.body)
            except ValueError:
                changes = None
            if not isinstance(changes, dict):
                return wrong(400, "The body must be a JSON object.")
        try:
            return self._route(request, changes)
        except ValueError as error:
            return wrong(400, f"{error}.")

    def _route(self, request: Request, changes: dict[str, Any]) -> Reply:
        fleet = self._fleet
        match request.method, [unquote(part) for part in request.path.strip("/").split("/")]:
            case "GET", ["phones"]:
                return reply(200, {name: phone.as_json() for name, phone in fleet.phones.items()})
            case "GET", ["phones", name] if name in fleet.phones:
                return reply(200, fleet.phones[name].as_json())
            case "PATCH", ["phones", name] if name in fleet.phones:
                fleet.phones[name].patch(changes)
                return reply(200, fleet.phones[name].as_json())
            case "GET", ["phones", name, "log"] if name in fleet.phones:
                return reply(200, fleet.log.of_phone(name))
            case "GET", ["log"]:
                since = request.parameters.get("since", "0")
                if not since.isdigit():
                    raise ValueError("since must be a number")
                return reply(200, fleet.log.since(int(since)))
            case "GET", ["calls"]:
                return reply(200, {"calls": fleet.calls()})
            case "GET", ["counters"]:
                return reply(200, fleet.counters())
            case "POST", ["reset-log"]:
                fleet.reset()
                return reply(200, {})
            case "GET", ["catalog"] if fleet.image_server:
                return reply(200, {"images": catalog(fleet.image_server.keys)})
            case "PATCH", ["image-server"] if fleet.image_server:
                if fixed := sorted({"address", "port"} & changes.keys()):
                    raise ValueError(f"{', '.join(fixed)} cannot be changed while the server runs")
                change(fleet.image_server.keys, changes)
                return reply(200, {})
        return wrong(404, f"There is no {request.method} {request.path}.")
