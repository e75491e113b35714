# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A phone on a bench, without a network and without waiting: each test writes down what happens to it, and when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import PhoneUnreachable
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import Connection
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.answer import Answer
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.web_phone import WebPhone

COMMANDS = ("/dummy.htm", "/advanced_update.htm", "/advanced.htm")
"""Pages that do something to a phone."""

Change = dict[str, Any]
Script = list[tuple[float, Change]]
"""(seconds after a command, attributes to set)."""


class Clock:
    """Moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.time = 1_800_000_000.0

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds


class LabRuntime:
    """Workers that are done at once; waiting moves the clock."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._done: list[tuple[Any, Any]] = []

    def now(self) -> float:
        return self.clock.time

    def submit(self, key: Any, call: Callable[[], Any]) -> None:
        try:
            self._done.append((key, call()))
        except Exception as error:
            self._done.append((key, error))

    def wait(self, seconds: float) -> list[tuple[Any, Any]]:
        if not self._done:
            # Never nothing, so that who asks for no pause does not stand still in time.
            self.clock.sleep(max(seconds, 0.001))
        done, self._done = self._done, []
        return done


class LabPhone(WebPhone):
    """Answers what its attributes say. Setting up from False to True is a restart.

    scripts: what happens after the first command, the second one and so on. error: what each read raises. answer: what
    a command gets, or raises.
    """

    def __init__(self, clock: Clock, *scripts: Script, **attributes: Any) -> None:
        super().__init__(Connection(host="127.0.0.1"), self)
        self.clock = clock
        self.scripts = list(scripts)
        self.model: str | None = "D785"
        self.firmware: str | None = "10.1.39.11"
        self.mac: str | None = "000413922D24"
        self.shows_uptime = True
        self.registered: dict[int, bool] = {1: True}
        self.screen = "State Idle (29)"
        self.home: str | Answer = Answer(404, {}, b"File not found")
        self.login: bool | None = None
        self.settings: str | Exception = "language!: English\n"
        self.up = True
        self.error: Exception | None = None
        self.answer: str | Answer | Exception = Answer(302, {}, b"")
        self.booted = clock.time - 100_000.0
        self.requests: list[str] = []
        self.commands: list[str] = []
        self.on_command: Callable[[str], None] = lambda target: None
        self._to_come: Script = []
        self._set(attributes, clock.time)

    def _set(self, attributes: Change, at: float) -> None:
        for name, value in attributes.items():
            assert hasattr(self, name), name
            if name == "up" and value and not self.up:
                self.booted = at
            setattr(self, name, value)

    def get(self, target: str, *, timeout: float | None = None) -> Answer:
        while self._to_come and self._to_come[0][0] <= self.clock.time:
            self._set(self._to_come[0][1], self._to_come.pop(0)[0])
        self.requests.append(target)
        if not self.up:
            raise PhoneUnreachable("It does not answer.")
        path = target.partition("?")[0]
        if path in COMMANDS:
            return self._obey(target)
        if self.error is not None:
            raise self.error
        return replace(_answer(self._page(path)), login=self.login)

    def _obey(self, target: str) -> Answer:
        self.on_command(target)
        self.commands.append(target)
        script = self.scripts.pop(0) if self.scripts else []
        self._to_come = [(self.clock.time + seconds, change) for seconds, change in script]
        return _answer(self.answer)

    def _page(self, path: str) -> str | Exception | Answer:
        if path == "/info.htm":
            lines = [f"Firmware Version: snom{self.model or 'X'}-SIP {self.firmware}"] if self.firmware else []
            lines += [f"Mac: {self.mac}"] if self.mac else []
            lines += [f"Hardware: {self.model}"] if self.model else []
            lines += [
                f"Identity {line} Status: 10{line}@pbx.example: {'registered' if registered else 'not registered'}"
                for line, registered in self.registered.items()
            ]
            if self.shows_uptime:
                days, seconds = divmod(int(self.clock.time - self.booted), 86400)
                lines.append(f"Uptime: {days} days, {seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}")
            return "<br>".join([*lines, "end"])
        if path == "/state_of_gui.htm":
            return self.screen
        if path == "/index.htm":
            return self.home
        if path == "/settings.htm":
            return self.settings
        return Answer(404, {}, b"File not found")

    def reach(self) -> None:
        if not self.up:
            raise PhoneUnreachable("It does not answer.")

    def use_login(self, username: str | None, password: str | None) -> None:
        pass

    def close(self) -> None:
        pass


def _answer(page: str | Answer | Exception) -> Answer:
    if isinstance(page, Exception):
        raise page
    return Answer(200, {}, page.encode()) if isinstance(page, str) else page
