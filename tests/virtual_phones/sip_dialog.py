# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A call as its registrar sees it: an INVITE that is answered at once, and a BYE at its end. No sound is carried.

One end of a call shows it: the caller's phone, or the called one for a caller outside of the fleet.
"""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .calls import Leg
    from .sip import Message, SipEndpoint


class Dialog:
    """A call of one phone."""

    def __init__(self, endpoint: SipEndpoint, leg: Leg) -> None:
        caller, callee = leg.called_from_and_to()
        self._endpoint = endpoint
        self._from, self._to = caller.user, callee.user
        self._call_id, self._tag = secrets.token_hex(8), secrets.token_hex(4)
        self._over = asyncio.Event()
        self.task = asyncio.get_running_loop().create_task(self._run())

    def end(self) -> None:
        self._over.set()

    async def _run(self) -> None:
        endpoint = self._endpoint
        host, port = endpoint.registrar
        target = f"sip:{self._to}@{host}:{port}"
        try:
            invite, branch = self._request("INVITE", 1, target, [], f"<sip:{self._to}@{host}>")
            answer = await endpoint.send((invite, branch))
            if answer.status != 200:
                refused = self._request("ACK", 1, target, [], answer.get("to"), branch)
                await endpoint.put(refused[0].encode())
                endpoint.note("call_refused", f"{self._to}: {answer.status}")
                return
            await endpoint.put(self._request("ACK", 1, *_way(answer))[0].encode())
            endpoint.note("call_shown", self._to)
            await self._over.wait()
            await endpoint.send(self._request("BYE", 2, *_way(answer)))
        except (asyncio.TimeoutError, OSError):
            endpoint.note("call_refused", f"{self._to}: no answer")

    def _request(
        self, method: str, number: int, target: str, route: list[str], to: str, branch: str = ""
    ) -> tuple[str, str]:
        """A request, and its branch: a new one, but for the end of a request that was refused."""
        endpoint, branch = self._endpoint, branch or f"z9hG4bK-{secrets.token_hex(8)}"
        lines = [
            f"{method} {target} SIP/2.0",
            f"Via: {endpoint.via};branch={branch};rport",
            *(f"Route: {one}" for one in route),
            f"From: <sip:{self._from}@{endpoint.registrar[0]}>;tag={self._tag}",
            f"To: {to}",
            f"Call-ID: {self._call_id}",
            f"CSeq: {number} {method}",
            "Max-Forwards: 70",
            f"Contact: <{endpoint.contact(self._from)}>",
            f"User-Agent: {endpoint.user_agent}",
            "Content-Length: 0",
            "",
            "",
        ]
        return "\r\n".join(lines), branch


def _way(answer: Message) -> tuple[str, list[str], str]:
    """Where a request within the call goes: its target, the way there, and whom it is to."""
    target = answer.get("contact").partition("<")[2].partition(">")[0]
    route = [value for name, value in answer.headers if name == "record-route"]
    return target, route[::-1], answer.get("to")
