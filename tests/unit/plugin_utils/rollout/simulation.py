# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A world in simulated time: a clock, workers that work at once, phones that answer, and a journal in memory.

It shares nothing with the virtual phones, which speak HTTP; these are phones in verbs.
"""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import (
    AuthFailed,
    PhoneUnreachable,
)
from ansible_collections.telephony.snom.plugins.module_utils._firmware.order import Ending, Intent
from ansible_collections.telephony.snom.plugins.module_utils._phone.call_reading import CONNECTED, IDLE, UNKNOWN
from ansible_collections.telephony.snom.plugins.module_utils._phone.commands import Command
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import Connection
from ansible_collections.telephony.snom.plugins.module_utils._phone.loadable_phone import Acceptance, Load
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.entries import plain_ending, plain_intent
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.history import History
from ansible_collections.telephony.snom.tests.unit.phones import TAKEN, MemoryPhone


class Crash(BaseException):
    """The controller is killed here."""


class World:
    """The clock of everything, and where a crash can be planted."""

    def __init__(self, start: float = 1_800_000_000.0) -> None:
        self.time = start
        self.events = 0
        self.crash_at: int | None = None

    def event(self, name: str) -> None:
        """Something that a kill can come before."""
        self.events += 1
        if self.crash_at is not None and self.events >= self.crash_at:
            raise Crash(name)


class SimulatedRuntime:
    """Runs calls at once; waiting moves the clock."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._done: list[tuple[Any, Any]] = []

    def now(self) -> float:
        return self.world.time

    def submit(self, key: Any, call: Callable[[], Any]) -> None:
        try:
            result = call()
        except Crash:
            raise
        except BaseException as error:
            result = error
        self._done.append((key, result))

    def wait(self, seconds: float) -> list[tuple[Any, Any]]:
        if not self._done:
            # Never less than a millisecond, so that a loop that asks for no pause can't stand still in time.
            self.world.time += max(seconds, 0.001)
        done, self._done = self._done, []
        return done


@dataclasses.dataclass
class SimulatedPhone:
    """A phone with a little life of its own, advanced whenever somebody looks."""

    world: World
    name: str
    model: str = "D785"
    firmware: str = "10.1.39.11"
    mac: str = "000413000001"
    site: str | None = None
    group: str | None = None
    load_time: float = 5.0
    flash_time: float = 60.0
    in_call_until: float = 0.0
    call_state_readable: bool = True
    fault: str | None = None
    registered: bool = True
    new_password_at: float | None = None
    settings: dict[str, str] = dataclasses.field(default_factory=dict)

    def __post_init__(self) -> None:
        self.booted = self.world.time - 100_000.0
        self.loading: str | None = None
        self.goes_down: float | None = None
        self.comes_back: float | None = None
        self.triggers: list[tuple[float, str]] = []
        self.violations: list[str] = []
        self.reads = 0
        self.refused_at: list[float] = []

    @property
    def refuses(self) -> bool:
        """True while it takes another password than it is given."""
        changed = self.new_password_at is not None and self.world.time >= self.new_password_at
        return self.fault == "wrong_password" or changed

    @property
    def flashing(self) -> bool:
        """True from the trigger until it is back for good."""
        self.live()
        return self.goes_down is not None

    def live(self) -> None:
        """Catch up with the clock."""
        now = self.world.time
        if self.comes_back is not None and now >= self.comes_back:
            assert self.loading is not None
            if self.fault != "keep_old_version":
                self.firmware = self.loading
            if self.fault == "replaced":
                self.mac = "0004139999FF"
            if self.fault == "loses_registration":
                self.registered = False
            self.booted = self.comes_back
            self.loading = self.goes_down = self.comes_back = None

    @property
    def up(self) -> bool:
        self.live()
        if self.fault == "dead":
            return False
        return self.goes_down is None or self.world.time < self.goes_down

    def trigger(self, url: str) -> None:
        self.live()
        if self.loading is not None:
            self.violations.append(f"{self.name}: triggered while it loads or flashes")
        version = urlsplit(url).path.rsplit("/", 1)[-1].split("-")[1]
        self.triggers.append((self.world.time, version))
        if self.fault == "ignores_load":
            return
        self.loading = version
        self.goes_down = self.world.time + self.load_time
        self.comes_back = float("inf") if self.fault == "never_returns" else self.goes_down + self.flash_time


class SimulatedWay(MemoryPhone):
    """The way to one simulated phone."""

    def __init__(self, phone: SimulatedPhone, connection: Connection) -> None:
        super().__init__(phone.world, login=True)  # type: ignore[arg-type]
        self.connection = connection
        self.phone = phone
        self.refused = False

    def ask(self, what: str) -> None:
        phone = self.phone
        phone.world.event(f"ask for {what}")
        if not phone.up:
            raise PhoneUnreachable("It does not answer.")
        if phone.refuses:
            if self.refused:
                phone.violations.append(f"{phone.name}: refused credentials sent again")
            self.refused = True
            phone.refused_at.append(phone.world.time)
            raise AuthFailed("The password is refused.")
        phone.reads += 1
        self.model, self.firmware, self.mac, self.booted = phone.model, phone.firmware, phone.mac, phone.booted
        self.registered = {1: phone.registered}
        self.settings = phone.settings or None
        in_call = phone.world.time < phone.in_call_until
        self.screen = (CONNECTED if in_call else IDLE) if phone.call_state_readable else UNKNOWN

    def command(self, command: Command) -> Acceptance:
        assert isinstance(command, Load)
        self.ask("load")
        self.phone.trigger(command.url)
        return Acceptance(self.spelled(command), "no answer" if self.phone.fault == "no_answer" else TAKEN)

    def reach(self) -> None:
        if not self.phone.up:
            raise PhoneUnreachable("It does not answer.")


class MemoryJournal:
    """A journal whose lines survive a crash of the engine."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.lines: list[str] = []
        self.run = 0

    def write(self, kind: str, **entry: Any) -> None:
        self.world.event(f"before {kind}")
        self.lines.append(json.dumps({"type": kind, "run": str(self.run), **entry}))
        self.world.event(f"after {kind}")

    def sync(self) -> None:
        """A kill of the process loses no line."""

    def intent(self, intent: Intent) -> None:
        self.write("intent", **plain_intent(intent))

    def end(self, host: str, ending: Ending, time: float) -> None:
        self.write("end", host=host, time=time, **plain_ending(ending))

    def close(self) -> None:
        pass

    def history(self) -> History:
        history = History()
        for line in self.lines:
            history.apply(json.loads(line))
        return history


class Fleet:
    """Simulated phones by address, with what must hold for all of them at any time."""

    def __init__(self, world: World, phones: list[SimulatedPhone]) -> None:
        self.world = world
        self.phones = {phone.name: phone for phone in phones}
        self.peak: Counter[tuple[str, str | None]] = Counter()

    def connect(self, connection: Connection) -> SimulatedWay:
        return SimulatedWay(self.phones[connection.address], connection)

    def observe(self) -> None:
        """Note how many flash at a time, for each site and group."""
        load: Counter[tuple[str, str | None]] = Counter()
        for phone in self.phones.values():
            if phone.flashing:
                load["site", phone.site] += 1
                if phone.group is not None:
                    load["group", phone.group] += 1
        for key, count in load.items():
            self.peak[key] = max(self.peak[key], count)
