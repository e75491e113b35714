# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All virtual phones of one process, their log, and the image server."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

from .calls import Exchange
from .event_log import EventLog
from .fleet_file import FleetFile
from .http_server import really_listening
from .image_server import ImageServer
from .phone import Phone


class Fleet:
    def __init__(self, file: FleetFile) -> None:
        self.log = EventLog(file.log_size)
        exchange = Exchange()
        self.phones = {keys.name: Phone(keys, self.log, exchange) for keys in file.phones}
        self.image_server = ImageServer(file.image_server, self.log) if file.image_server else None

    async def start(self) -> None:
        """Wait until every socket is there. Raises OSError."""
        if self.image_server and really_listening(await self.image_server.start()) != 1:
            raise OSError("the image server does not listen")
        for phone in self.phones.values():
            await phone.power_on()
        wanted = sum(phone.sockets_wanted() for phone in self.phones.values())
        there = sum(phone.sockets() for phone in self.phones.values())
        if there != wanted:
            raise OSError(f"only {there} of {wanted} sockets are listening")

    async def stop(self) -> None:
        await asyncio.gather(*(phone.finish() for phone in self.phones.values()))
        if self.image_server:
            self.image_server.stop()

    def counters(self) -> dict[str, Any]:
        """Sum up, cheaply enough to be asked often."""
        phones, log = self.phones.values(), self.log
        return {
            "phones": len(self.phones),
            "phases": dict(Counter(phone.phase for phone in phones)),
            "listening_sockets": sum(phone.sockets() for phone in phones),
            "open_connections": sum(len(phone.connections) for phone in phones),
            "requests": log.counts["request"],
            "writes": log.writes,
            "fetches": log.counts["fetch"],
            "login_failed": log.counts["login_failed"],
            "violations": log.counts["violation"],
            "events": dict(log.counts),
            "images": dict(self.image_server.gets) if self.image_server else {},
        }

    def calls(self) -> list[dict[str, Any]]:
        """Every call, with both parties."""
        ends = {leg.number: leg.called_from_and_to() for phone in self.phones.values() for leg in phone.legs}
        return [
            {"number": number, "from": caller.as_json(), "to": callee.as_json()}
            for number, (caller, callee) in sorted(ends.items())
        ]

    def reset(self) -> None:
        self.log.reset()
        for phone in self.phones.values():
            phone.reset_counts()
        if self.image_server:
            self.image_server.gets.clear()
