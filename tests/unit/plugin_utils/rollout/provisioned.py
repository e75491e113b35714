# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A PBX, a mirror and phones in simulated time, for rollouts by provisioning: what nobody knows of phones is a switch.

The way to such a phone is the real one. Only what it asks is simulated: PBX, mirror, and what phones do between them.
"""

from __future__ import annotations

import bisect
import dataclasses
import heapq
import itertools
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timezone
from functools import cache
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import PbxFailed, Refused
from ansible_collections.telephony.snom.plugins.module_utils._known.images import Catalog
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.module_utils._mirror.armory import Armory
from ansible_collections.telephony.snom.plugins.module_utils._mirror.client import MirrorAnswerLost, MirrorFailed
from ansible_collections.telephony.snom.plugins.module_utils._mirror.control import Armed
from ansible_collections.telephony.snom.plugins.module_utils._mirror.control_settings import ControlSettings
from ansible_collections.telephony.snom.plugins.module_utils._mirror.served_log import Position
from ansible_collections.telephony.snom.plugins.module_utils._pbx.pbx import (
    Delivery,
    Notify,
    Registration,
    registration_of,
)
from ansible_collections.telephony.snom.plugins.module_utils._pbx.registered import Registrar
from ansible_collections.telephony.snom.plugins.module_utils._pbx.settings import PbxSettings
from ansible_collections.telephony.snom.plugins.module_utils._phone.call_reading import IDLE, CallReading, CallSource
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import Connection
from ansible_collections.telephony.snom.plugins.module_utils._phone.phone import Phone
from ansible_collections.telephony.snom.plugins.module_utils._provisioning.xml import firmware_file
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.mirrors import Mirrors
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.options import ARGUMENT_SPEC, parse_options
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.rollout import Rollout
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.runtime import Context
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.target import Target
from ansible_collections.telephony.snom.plugins.plugin_utils.witnesses.witnesses import Known

from .simulation import MemoryJournal, SimulatedRuntime, World

OLD, NEW = "10.1.215.13", "10.1.226.13"
UNARMED = len(firmware_file(""))
EXPIRES = 600.0
CONTROL = ControlSettings(url="https://mirror.example", username="ansible", password="secret")
PBX = PbxSettings(kind="kamailio", host="pbx.example")


class Mirror:
    """What a controller can ask of a mirror. down: it does not answer; loses: so many answers to arming get lost."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.phones: list[ProvisionedPhone] = []
        self.shown: dict[str, tuple[str, float]] = {}
        """By MAC the URL, and until when."""
        self.lines: list[bytes] = []
        self.late_by = 0.0
        """Seconds after which a line comes into the log."""
        self._times: list[float] = []
        self.down = False
        self.down_for: set[str] = set()
        """What it does not do: arm, disarm, read."""
        self.loses = 0
        self.arms_late = False
        """Whether what it was asked for when an answer got lost is done only behind what comes next."""
        self.forgets_log = False
        self.skew = 0.0
        """Seconds by which its clock is ahead."""
        self.misread = 0.0
        """Seconds by which a controller takes it to be further ahead than that."""
        self.most_shown = 0

    def live(self) -> None:
        """Catch up with the clock."""
        for phone in self.phones:
            phone.live()
        now = self.world.time
        self.shown = {mac: shown for mac, shown in self.shown.items() if shown[1] > now}

    def url(self, mac: str, at: float) -> str:
        """What a phone is shown at a time."""
        url, until = self.shown.get(mac, ("", 0.0))
        return url if until > at else ""

    def log(self, at: float, phone: ProvisionedPhone, uri: str, status: int = 200, sent: int = 100) -> None:
        stamp = datetime.fromtimestamp(int(at + self.skew), timezone.utc).isoformat()
        entry = {"time": stamp, "address": phone.address, "site": "", "method": "GET", "uri": uri, "mac": ""}
        entry |= {"status": status, "bytes": sent, "length": str(sent), "range": "", "user_agent": phone.http_agent}
        self._note(at, entry)

    def asked(self, url: str) -> bool:
        """A request of the controller's own."""
        self.live()
        stamp = datetime.fromtimestamp(int(self.world.time + self.skew), timezone.utc).isoformat()
        self._note(self.world.time, {"time": stamp, "uri": url.removeprefix(CONTROL.url)})
        return not self.down

    def _note(self, at: float, entry: Mapping[str, Any]) -> None:
        self.lines.append(json.dumps(entry).encode() + b"\n")
        self._times.append(at)

    @property
    def written(self) -> int:
        """How many lines the log has by now."""
        return bisect.bisect_right(self._times, self.world.time - self.late_by)

    def forget(self) -> None:
        """Lose the log."""
        self.lines, self._times = [], []


class Client:
    """One controller's way to the mirror."""

    def __init__(self, mirror: Mirror) -> None:
        self.mirror = mirror
        self.skew = 0.0
        self.told: datetime | None = None

    def ask(self, what: str) -> None:
        self.mirror.world.event(f"mirror: {what}")
        self.mirror.live()
        if self.mirror.down or what in self.mirror.down_for:
            raise MirrorFailed("The mirror can't be reached.")
        self.skew = self.mirror.skew + self.mirror.misread
        self.told = datetime.fromtimestamp(int(self.mirror.world.time + self.mirror.skew), timezone.utc)


class Log:
    """What is used of ServedLog."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.mirror = client.mirror
        self.position = Position()
        self.gap = False

    def mark(self) -> Position:
        self.client.ask("read")
        self.position = Position(self.mirror.written)
        return self.position

    def read_new(self) -> Iterator[bytes]:
        self.client.ask("read")
        if self.mirror.forgets_log:
            self.mirror.forgets_log, self.gap = False, True
            self.mirror.forget()
            self.position = Position()
        written = self.mirror.written
        lines = self.mirror.lines[self.position.offset : written]
        self.position = Position(written)
        return iter(lines)

    def newest(self) -> Iterator[bytes]:
        self.client.ask("read")
        return iter(self.mirror.lines[: self.mirror.written])


class Control:
    """What is used of MirrorControl."""

    def __init__(self, mirror: Mirror) -> None:
        self.mirror = mirror
        self.client = Client(mirror)
        self.log = Log(self.client)

    def check(self) -> str | None:
        self.client.ask("check")
        return None

    def arm(self, mac: str, url: str, deadline: float) -> Armed:
        self.client.ask("arm")
        self.mirror.shown[mac] = url, deadline
        self.mirror.most_shown = max(self.mirror.most_shown, len(self.mirror.shown))
        self.mirror.world.event("mirror: armed")
        if self.mirror.loses:
            self.mirror.loses -= 1
            if self.mirror.arms_late:
                shown = self.mirror.shown.pop(mac)
                self.mirror.phones[0].at(
                    self.mirror.world.time + 0.5, lambda now: self.mirror.shown.update({mac: shown})
                )
            raise MirrorAnswerLost("The answer got lost.")
        since = datetime.fromtimestamp(self.mirror.world.time + self.client.skew, timezone.utc)
        return Armed(since, len(firmware_file(url)))

    def disarm(self, mac: str) -> None:
        self.client.ask("disarm")
        self.mirror.shown.pop(mac, None)
        self.mirror.world.event("mirror: disarmed")

    def armed(self) -> dict[str, float]:
        self.client.ask("list")
        return {mac: until for mac, (_url, until) in self.mirror.shown.items()}


class Exchange:
    """The PBX: who is registered, and what phones answer. down: it can't be asked; hides: whom its list lacks."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.phones: list[ProvisionedPhone] = []
        self.down = False
        self.hides: set[str] = set()

    def registrations(self) -> tuple[Registration, ...]:
        self.world.event("pbx: registrations")
        if self.down:
            raise PbxFailed("The PBX can't be asked.")
        now, found = self.world.time, []
        for phone in self.phones:
            phone.live()
            if phone.name in self.hides:
                continue
            for contact, (agent, call_id, until) in phone.contacts.items():
                if until > now:
                    whole = int(until - now)
                    found.append(registration_of(phone.name, contact, user_agent=agent, expires=whole, call_id=call_id))
        return tuple(found)

    def calls(self) -> Mapping[str, str]:
        return {}

    def notify(self, registration: Registration, message: Notify) -> Delivery:
        self.world.event("pbx: notify")
        assert message.event == "check-sync;reboot=false"
        (phone,) = (one for one in self.phones if one.name == registration.account)
        delivery = phone.notified()
        self.world.event("pbx: notified")
        return delivery

    def probe(self, registration: Registration) -> Delivery:
        return Delivery()

    def close(self) -> None:
        pass


@dataclasses.dataclass
class ProvisionedPhone:
    """A phone with a life of its own, told by events at their times."""

    world: World
    mirror: Mirror
    name: str
    mac: str
    firmware: str = OLD
    model: str = "D862"
    site: str | None = None
    answer: int | str | None = 200
    """What it answers to a check-sync; ``pbx fails``: the PBX breaks off; ``refused``: it is sent nothing."""
    acts: bool = True
    """Whether a check-sync makes it ask for settings, whatever it answers."""
    policy: str = "auto_update"
    compares: str = "version"
    """How it finds that it has an image: ``version``, or ``never``."""
    fault: str | None = None
    passes: int = 1
    """With which check-sync it asks for firmware."""
    beacon: bool = True
    new_contact: bool = False
    registers_anew: bool = True
    asks_at_boot: bool = True
    polls_every: float | None = None
    load_time: float = 20.0
    flash_time: float = 120.0

    def __post_init__(self) -> None:
        self.address = f"192.0.2.{1 + int(self.mac[-2:], 16) % 250}"
        self.contacts: dict[str, tuple[str, str, float]] = {}
        self.images: list[tuple[float, str]] = []
        """Each image that it got as a whole, and when."""
        self.up = True
        self.busy = False
        self.asked = 0
        self._boots = itertools.count(1)
        self._events: list[tuple[float, int, Callable[[float], None]]] = []
        self._order = itertools.count()
        self.violations: list[str] = []
        self._boot = 0
        self._start(self.world.time - 100.0)
        if self.polls_every:
            self.at(self.world.time + self.polls_every, self._poll)

    @property
    def http_agent(self) -> str:
        return f"Mozilla/4.0 (compatible; snom{self.model}-SIP {self.firmware} 2010.12 {self.mac} SXM:0 UXM:0)"

    def at(self, time: float, what: Callable[[float], None]) -> None:
        heapq.heappush(self._events, (time, next(self._order), what))

    def live(self) -> None:
        while self._events and self._events[0][0] <= self.world.time:
            time, _order, what = heapq.heappop(self._events)
            what(time)

    def notified(self) -> Delivery:
        self.live()
        if self.busy:
            self.violations.append(f"{self.name}: check-sync while it loads or flashes")
        if self.acts and self.up:
            self.asked += 1
            self.at(self.world.time + 1.0, self._sync)
        if self.answer == "pbx fails":
            raise PbxFailed("The PBX gave no answer in time.")
        if self.answer == "refused":
            raise Refused("The PBX would send past its proxy. Nothing was sent.")
        assert not isinstance(self.answer, str)
        return Delivery(status=self.answer)

    def _start(self, now: float) -> None:
        """Boot."""
        self.up, self.busy = True, False
        self._boot = next(self._boots)
        if self.fault == "mute" and self._boot > 1:
            return
        if self.beacon:
            self.mirror.log(now, self, f"/beacon/{self.mac}")
        if self.registers_anew or self._boot == 1:
            self._register(now, self._boot)
        if self.asks_at_boot:
            self._sync(now)

    def _register(self, now: float, boot: int) -> None:
        if not self.up or boot != self._boot:
            return
        contact = f"sip:{self.name}@{self.address}" + (f";line={boot}" if self.new_contact else "")
        agent = f"snom{self.model}/{self.firmware} {self.mac}"
        self.contacts[contact] = agent, f"call-{self.name}-{boot}", now + EXPIRES
        self.at(now + EXPIRES / 2, lambda later: self._register(later, boot))

    def _poll(self, now: float) -> None:
        self._sync(now)
        self.at(now + (self.polls_every or 0), self._poll)

    def _sync(self, now: float) -> None:
        if not self.up or self.busy or self.policy == "never_update":
            return
        self.mirror.log(now, self, f"/settings/snom{self.model}-{self.mac}.htm")
        if self.policy != "auto_update" or (self._boot == 1 and self.asked < self.passes and not self.polls_every):
            return
        url = self.mirror.url(self.mac, now)
        self.mirror.log(now, self, f"/firmware/{self.mac}.xml", sent=len(firmware_file(url)))
        if not url:
            return
        file = url.rpartition("/")[2]
        version = file.split("-")[1]
        if self.compares == "version" and version == self.firmware:
            return
        if self.fault == "no image":
            self.mirror.log(now, self, f"/fw/{file}", status=404, sent=10)
            return
        self.busy = True
        self.at(now + self.load_time, lambda later: self._loaded(later, file, version))

    def _loaded(self, now: float, file: str, version: str) -> None:
        self.mirror.log(now, self, f"/fw/{file}", sent=1_000_000)
        self.images.append((now, file))
        if self.fault == "loads again":
            # It loads it once more by itself, without a look at its firmware file.
            self.at(now + self.load_time, lambda later: self._loaded(later, file, version))
            return
        self.at(now + 1.0, lambda later: self._flash(later, version))

    def _flash(self, now: float, version: str) -> None:
        self.up = False
        if self.fault == "never_returns":
            return
        if self.fault != "keep_old_version":
            self.firmware = version
        self.at(now + self.flash_time, self._start)


class Lab:
    """A fleet by provisioning, and rollouts over it, each by a new controller."""

    def __init__(self, world: World | None = None, **phones: Mapping[str, Any]) -> None:
        self.world = world or World()
        self.mirror, self.exchange = Mirror(self.world), Exchange(self.world)
        self.journal = MemoryJournal(self.world)
        self.phones = {
            name: ProvisionedPhone(self.world, self.mirror, name, f"00041300{number:04X}", **keys)
            for number, (name, keys) in enumerate(phones.items(), 1)
        }
        self.mirror.phones = self.exchange.phones = list(self.phones.values())
        self.said: list[str] = []
        self.catalog = Catalog()
        self.options: dict[str, Any] = {"waves": ["100%"], "max_bad": "100%"}

    def targets(self) -> list[Target]:
        return [
            Target(
                host=phone.name,
                connection=Connection(address=phone.name, mac=phone.mac, transport="sip"),
                version=Version.parse(NEW),
                site=phone.site,
                known=Known(pbx=PBX),
                control=CONTROL,
            )
            for phone in self.phones.values()
        ]

    def run(self, check_mode: bool = False, **changes: Any) -> dict[str, Any]:
        """One rollout; an earlier one may have left lines in the journal."""
        world = self.world
        stop = changes.pop("stop_requested", lambda: None)
        defaults = {name: argument.get("default") for name, argument in ARGUMENT_SPEC.items()}
        given = {"mirror": "https://mirror.example/fw", "verify_image": "none", **self.options, **changes}
        parameters = defaults | given
        targets = self.targets()

        def armory(settings: ControlSettings) -> Armory:
            return Armory(
                settings,
                control=lambda one: Control(self.mirror),  # type: ignore[arg-type,return-value]
                now=runtime.now,
                clock=runtime.now,
                pause=pause,
                ask=lambda url, trust: self.mirror.asked(url),
            )

        def registrar(settings: PbxSettings) -> Registrar:
            return Registrar(settings, open_one=lambda one: self.exchange, now=runtime.now, clock=runtime.now)

        def pause(seconds: float) -> None:
            world.time += seconds

        runtime = SimulatedRuntime(world)
        mirrors = Mirrors(targets, armory=armory, registrar=registrar, pause=pause)
        by_host = {target.host: target for target in targets}
        idle = {CallSource.PBX: lambda phone: CallReading(IDLE, IDLE, None, "the PBX")}

        @cache
        def connect(connection: Connection) -> Phone:
            return mirrors.phone(by_host[connection.address], idle)

        self.journal.run += 1
        context = Context(
            run=str(self.journal.run),
            runtime=runtime,
            connect=connect,
            notify=self.said.append,
            stop_requested=stop,
            mirrors=mirrors,
        )
        options = parse_options(parameters, self.catalog)
        for warning in mirrors.check():
            self.said.append(warning)
        return Rollout(
            targets=targets,
            parameters=parameters,
            options=options,
            history=self.journal.history(),
            journal=self.journal,
            check_mode=check_mode,
            context=context,
        ).carry_out()

    def outcomes(self, **changes: Any) -> dict[str, str]:
        """How each phone ends in one rollout."""
        return {host: record["outcome"] for host, record in self.run(**changes)["phones"].items()}

    def images(self) -> Counter[str]:
        """How many images each phone got."""
        for phone in self.phones.values():
            phone.live()
        return Counter({name: len(phone.images) for name, phone in self.phones.items()})

    def violations(self) -> list[str]:
        return [violation for phone in self.phones.values() for violation in phone.violations]
