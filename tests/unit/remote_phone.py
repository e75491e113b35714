# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A phone under remote control, without a network and without waiting. Each test says what its commands do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import Connection
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.answer import Answer
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.web_phone import WebPhone

SCREENS = {
    "idle": "State Idle (29)",
    "dialing": "State Dialing (5)",
    "calling": "State Calling (7)",
    "ringing": "State Ringing (9)",
    "connected": "State Connected (12)",
    "holding": "State Holding (14)",
    "unknown": "Menu",
}
Effect = Callable[["RemotePhone"], None]


def shows(phase: str, *, after: int = 0) -> Effect:
    """The screen shows a phase, at once or when it was looked at some times more."""

    def effect(phone: RemotePhone) -> None:
        phone.screens = [phone.screens[0]] * after + [SCREENS[phase]]

    return effect


def sets(**attributes: Any) -> Effect:
    def effect(phone: RemotePhone) -> None:
        for name, value in attributes.items():
            assert hasattr(phone, name), name
            setattr(phone, name, value)

    return effect


class RemotePhone(WebPhone):
    """effects: what a command does, by its target; all others do nothing. answers: what a target gets, or raises."""

    def __init__(self, phase: str = "idle", effects: Mapping[str, Effect] | None = None, **attributes: Any) -> None:
        super().__init__(Connection(host="127.0.0.1"), self)
        self.screens = [SCREENS[phase]]
        self.effects = dict(effects or {})
        self.answers: dict[str, Answer | Exception] = {}
        self.model: str | None = "D785"
        self.firmware: str | None = "10.1.54.13"
        self.mac: str | None = "000413922D24"
        self.registered: dict[int, bool] = {1: True}
        self.home = "<title>snom</title>"
        self.settings: str | None = None
        self.sleeps: list[float] = []
        self.requests: list[str] = []
        self.commands: list[str] = []
        sets(**attributes)(self)

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)

    def get(self, target: str, *, timeout: float | None = None) -> Answer:
        self.requests.append(target)
        if "?" in target:
            self.commands.append(target)
            if target in self.effects:
                self.effects[target](self)
        answer = self.answers.get(target) or self._page(target)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _page(self, target: str) -> Answer:
        path, command, _parameters = target.partition("?")
        if command:
            return Answer(200, {}, b"Ok")
        if path == "/info.htm":
            lines = [f"Firmware Version: snom{self.model}-SIP {self.firmware}"] if self.firmware else []
            lines += [f"Hardware: {self.model}"] if self.model else []
            lines += [f"Mac: {self.mac}"] if self.mac else []
            lines += [
                f"Identity {line} Status: 10{line}@pbx.example: {'registered' if registered else 'not registered'}"
                for line, registered in self.registered.items()
            ]
            return Answer(200, {}, "<br>".join([*lines, "end"]).encode())
        if path == "/state_of_gui.htm":
            return Answer(200, {}, (self.screens.pop(0) if len(self.screens) > 1 else self.screens[0]).encode())
        if path == "/index.htm":
            return Answer(200, {}, self.home.encode())
        if path == "/settings.htm" and self.settings is not None:
            return Answer(200, {}, self.settings.encode())
        return Answer(404, {}, b"File not found")

    def reach(self) -> None:
        pass

    def use_login(self, username: str | None, password: str | None) -> None:
        pass

    def close(self) -> None:
        pass


def parameters_of(spec: Mapping[str, Mapping[str, Any]], **given: Any) -> dict[str, Any]:
    """The parameters of a module: what is given, and the defaults of the others."""
    assert given.keys() <= spec.keys()
    return {name: argument.get("default") for name, argument in spec.items()} | {"host": "127.0.0.1"} | given
