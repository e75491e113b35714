# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A connection to a PBX that says what a script has, and notes what it was told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._pbx.settings import PbxSettings, parse_pbx
from ansible_collections.telephony.snom.plugins.module_utils._pbx.stream import Stream


class ScriptedSocket:
    """Answers what was sent last by the first key that is in it. A banner comes by itself."""

    def __init__(self, banner: str, answers: Mapping[str, str]) -> None:
        self.sent: list[str] = []
        self.closed = False
        self.piece = 7
        self._waiting = banner.encode()
        self._answers = answers

    def settimeout(self, seconds: float) -> None:
        assert seconds > 0

    def sendall(self, data: bytes) -> None:
        text = data.decode()
        self.sent.append(text)
        self._waiting += next((answer.encode() for key, answer in self._answers.items() if key in text), b"")

    def recv(self, size: int) -> bytes:
        # A few bytes at a time: what belongs together comes in pieces.
        piece, self._waiting = self._waiting[: self.piece], self._waiting[self.piece :]
        return piece

    def close(self) -> None:
        self.closed = True


def settings(**values: Any) -> PbxSettings:
    found = parse_pbx({"host": "pbx.example", "username": "ansible", "password": "Never/shown&1", **values})
    assert found
    return found


def connecting(socket: ScriptedSocket) -> Callable[[PbxSettings], Stream]:
    return lambda settings: Stream(settings, sock=socket, now=lambda: 0.0)
