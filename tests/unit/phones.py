# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Phones in memory: a second way to a phone beside its web server, without a network and without waiting.

They know no page and no path. What is asked of them, and told, is noted in words of their own (`spelled`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import (
    AnswerLost,
    AnswerUnreadable,
    InputError,
    PhoneUnreachable,
    Unsupported,
)
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.module_utils._phone.call_reading import (
    IDLE,
    IN_CALL,
    UNKNOWN,
    CallReading,
    CallSource,
)
from ansible_collections.telephony.snom.plugins.module_utils._phone.commands import (
    ClearList,
    Command,
    Dial,
    FixLineInfoLayer,
    LogOff,
    OpenDocument,
    Picture,
    Press,
    ReleaseAllCalls,
    Reregister,
    Reset,
    Restart,
    Ring,
    Tones,
    Touch,
    Write,
)
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import Connection
from ansible_collections.telephony.snom.plugins.module_utils._phone.facts import SUBSETS, Identity, PhoneFacts
from ansible_collections.telephony.snom.plugins.module_utils._phone.loadable_phone import Acceptance, Load, Traces
from ansible_collections.telephony.snom.plugins.module_utils._phone.phone import Witness

LONGEST = 1000
"""Characters of a command."""

TAKEN = "taken"
WANTS_REBOOT = "taken at the next restart"
"""What phones answer to commands. No code outside of a way to a phone may know more of it than `Acceptance` says."""

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


def _read(settings: dict[str, str] | Exception) -> dict[str, str]:
    if isinstance(settings, Exception):
        raise settings
    return settings


def spelled(command: Command | Picture) -> str:
    """A command in words. What may be secret stands behind an equals sign."""
    match command:
        case Press(keys):
            times = [",".join("" if one is None else str(one) for one in (key.press, key.pause)) for key in keys]
            return "press=" + ";".join(f"{key.key},{time}".rstrip(",") for key, time in zip(keys, times, strict=True))
        case Touch(places):
            return "touch=" + ";".join(f"{x} {y} {how}" for x, y, how in places)
        case Dial(number, outgoing_uri):
            return f"dial={number}" + (f" from {outgoing_uri}" if outgoing_uri else "")
        case Tones(tones):
            return f"tones={tones}"
        case ReleaseAllCalls():
            return "release all calls"
        case LogOff(line):
            return "log off all" if line is None else f"log off={line}"
        case Reregister(line):
            return f"register={line}"
        case Ring(ringer):
            return f"ring={ringer}"
        case FixLineInfoLayer():
            return "fix line info layer"
        case ClearList(name, spelling):
            return f"clear {name}={spelling}"
        case Write(settings, store):
            values = ";".join(f"{name}={value}" for name, value in settings.items())
            return f"{'store' if store else 'write'}={values}"
        case OpenDocument(url, _text):
            return f"open={url}"
        case Load(url):
            return f"load={url}"
        case Restart(_firmware, spelling):
            return f"restart={spelling}"
        case Reset():
            return "reset"
        case Picture(which):
            return f"picture={which}"


def calls(count: int) -> CallReading:
    """What the home page says with so many calls."""
    state = IN_CALL if count else IDLE
    return CallReading(state, state, count, "home page")


class MemoryPhone:
    """Answers what its attributes say. Setting up from False to True is a restart.

    faults: what reading a subset, a source of calls or a picture raises. answers: what a command gets, or raises, by
    its words. answer: what all other commands get. obey: what a command does, beside what is noted. error: what each
    reading raises.
    """

    def __init__(self, clock: Clock | None = None, **attributes: Any) -> None:
        self.clock = clock or Clock()
        self.connection = Connection(address="127.0.0.1")
        self.model: str | None = "D785"
        self.firmware: str | None = "10.1.54.13"
        self.mac: str | None = "000413922D24"
        self.shows_uptime = True
        self.booted = self.clock.time - 100_000.0
        self.registered: dict[int, bool] | None = {1: True}
        self.login: bool | None = None
        self.lacks_password = False
        self.phases = [IDLE]
        self.home = CallReading()
        self.home_model: str | None = None
        self.counter: int | None = None
        self.witnesses: Mapping[CallSource, Witness] = {}
        self.lists: dict[str, int] = {}
        self.admin_mode: bool | None = None
        self.settings: dict[str, str] | Exception | None = None
        self.read_only: set[str] = set()
        self.fingerprint = "ab" * 32
        self.pictures: dict[str, bytes] = {}
        self.up = True
        self.error: Exception | None = None
        self.faults: dict[str, Exception] = {}
        self.answers: dict[str, str | Exception] = {}
        self.answer: str | Exception = TAKEN
        self.on_command: Callable[[str], None] = lambda command: None
        self.requests: list[str] = []
        self.commands: list[str] = []
        self.timeouts: list[float | None] = []
        self.sleeps: list[float] = []
        self.logins: list[tuple[str | None, str | None]] = []
        self.closed = False
        self.set(attributes, self.clock.time)

    def set(self, attributes: Change, at: float) -> None:
        """Change what is so from a time on."""
        for name, value in attributes.items():
            assert hasattr(self, name), name
            if name == "up" and value and not self.up:
                self.booted = at
            setattr(self, name, value)

    @property
    def screen(self) -> str:
        """The phase that the screen shows now."""
        return self.phases[0]

    @screen.setter
    def screen(self, phase: str) -> None:
        self.phases = [phase]

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.clock.sleep(seconds)

    def live(self) -> None:
        """Catch up with the clock."""

    def obey(self, command: Command) -> None:
        """What a command does to it."""

    def ask(self, what: str) -> None:
        """Be asked for something."""
        self.live()
        self.requests.append(what)
        if not self.up:
            raise PhoneUnreachable("It does not answer.")
        if fault := self.faults.get(what) or self.error:
            raise fault

    def look(self, subsets: Collection[str], *, timeout: float | None = None) -> PhoneFacts:
        wanted = [subset for subset in SUBSETS if subset in subsets]
        for subset in wanted:
            self.timeouts.append(timeout)
            self.ask(subset)
        shown: dict[str, Any] = {}
        if "system" in wanted:
            shown |= {
                "model": self.model,
                "firmware": Version.parse(self.firmware) if self.firmware else None,
                "mac": self.mac,
                "identities": self._identities(),
                "uptime": int(self.clock.time - self.booted) if self.shows_uptime else None,
            }
        if "home" in wanted:
            shown["model"] = shown.get("model") or self.home_model
            shown |= {"call_state": self.home.state, "call_state_source": self.home.source}
        if "gui" in wanted and self.screen != UNKNOWN:
            shown |= {"call_state": IDLE if self.screen == IDLE else IN_CALL, "call_state_source": "screen"}
        if "settings" in wanted:
            shown |= self._shown_settings()
        known = any(shown.get(name) for name in ("model", "firmware", "mac"))
        return PhoneFacts(generation="classic" if known else None, http_pass_set=self._login_of(wanted), **shown)

    def _login_of(self, wanted: list[str]) -> bool | None:
        if self.login or not wanted:
            return self.login if wanted else None
        return False if self.lacks_password and "home" in wanted else self.login

    def _identities(self) -> tuple[Identity, ...] | None:
        if not self.registered:
            return None
        return tuple(Identity(line, f"10{line}@pbx.example", shown) for line, shown in self.registered.items())

    def _shown_settings(self) -> dict[str, Any]:
        if self.settings is None:
            return {"admin_mode": self.admin_mode}
        return {"admin_mode": True, "settings": _read(self.settings), "read_only_settings": frozenset(self.read_only)}

    def call(self, source: CallSource) -> CallReading:
        if source in (CallSource.PBX, CallSource.REPORT):
            return self.witnesses[source](self) if source in self.witnesses else CallReading()
        if source is CallSource.COUNTER:
            return CallReading() if self.counter is None else CallReading(*_counted(self.counter))
        self.ask(source.value)
        if source is CallSource.HOME:
            return self.home
        phase = self.phases.pop(0) if len(self.phases) > 1 else self.phases[0]
        state = phase if phase in (IDLE, UNKNOWN) else IN_CALL
        return CallReading(state, phase, None, None if phase == UNKNOWN else "screen")

    def reports_from(self) -> str:
        return self.connection.address

    def call_lists(self) -> dict[str, int]:
        self.ask("home")
        return dict(self.lists)

    def certificate(self) -> str:
        self.reach()
        return self.fingerprint

    def picture(self, picture: Picture) -> bytes:
        words = spelled(picture)
        self.ask(words)
        if picture.which not in self.pictures:
            raise Unsupported(f"It has no {words}.")
        if not self.pictures[picture.which].startswith(b"BM"):
            raise AnswerUnreadable(f"Its {words} is none.")
        return self.pictures[picture.which]

    def command(self, command: Command) -> Acceptance:
        words = spelled(command)
        self.live()
        self.requests.append(words)
        if not self.up:
            raise PhoneUnreachable("It does not answer.")
        self.on_command(words)
        self.commands.append(words)
        self.obey(command)
        answer = self.answers.get(words, self.answer)
        if isinstance(answer, Exception):
            if isinstance(command, (Load, Restart)) and isinstance(answer, (AnswerLost, AnswerUnreadable)):
                return Acceptance(words, "no answer" if isinstance(answer, AnswerLost) else "unreadable answer")
            raise AnswerLost(answer.reason) if isinstance(answer, AnswerUnreadable) else answer
        return Acceptance(words, answer, asks_reboot=answer == WANTS_REBOOT)

    def mark(self, load: Load) -> Mapping[str, Any] | None:
        return None

    def follow(self, mark: Mapping[str, Any] | None) -> None:
        if mark is not None:
            raise InputError("The mark is none of a phone in memory.")

    def remind(self) -> None:
        self.live()

    def withdraw(self) -> None:
        self.live()

    def traces(self) -> Traces | None:
        return None

    def spelled(self, command: Command | Picture) -> str:
        return spelled(command)

    def fits(self, command: Command) -> bool:
        return len(spelled(command)) <= LONGEST

    def writes(self, settings: Mapping[str, str], *, store: bool) -> list[Write]:
        """Each holds as many settings as fit."""
        batches: list[dict[str, str]] = []
        for name, value in settings.items():
            if not self.fits(Write({name: value}, store)):
                raise InputError(f"{name} is too long.")
            if not batches or not self.fits(Write(batches[-1] | {name: value}, store)):
                batches.append({})
            batches[-1][name] = value
        return [Write(batch, store) for batch in batches]

    def reach(self) -> None:
        self.live()
        if not self.up:
            raise PhoneUnreachable("It does not answer.")

    def use_login(self, username: str | None, password: str | None) -> None:
        self.logins.append((username, password))
        self.connection = replace(self.connection, username=username, password=password)

    def close(self) -> None:
        self.closed = True


def _counted(count: int) -> tuple[str, str, int, str]:
    state = IN_CALL if count else IDLE
    return state, state, count, "call counter"


class LabPhone(MemoryPhone):
    """A phone on a bench: each test writes down what happens to it, and when.

    scripts: what happens after the first command, the second one and so on.
    """

    def __init__(self, clock: Clock, *scripts: Script, **attributes: Any) -> None:
        self.scripts = list(scripts)
        self._to_come: Script = []
        super().__init__(clock, **{"firmware": "10.1.39.11", "settings": {"language": "English"}} | attributes)

    def live(self) -> None:
        while self._to_come and self._to_come[0][0] <= self.clock.time:
            at, change = self._to_come.pop(0)
            self.set(change, at)

    def obey(self, command: Command) -> None:
        script = self.scripts.pop(0) if self.scripts else []
        self._to_come = [(self.clock.time + seconds, change) for seconds, change in script]


Effect = Callable[[MemoryPhone], None]


def shows(phase: str, *, after: int = 0) -> Effect:
    """The screen shows a phase, at once or when it was looked at some times more."""

    def effect(phone: MemoryPhone) -> None:
        phone.phases = [phone.phases[0]] * after + [phase]

    return effect


def sets(**attributes: Any) -> Effect:
    def effect(phone: MemoryPhone) -> None:
        phone.set(attributes, phone.clock.time)

    return effect


class RemotePhone(MemoryPhone):
    """A phone under remote control. effects: what a command does, by its words; all others do nothing."""

    def __init__(self, phase: str = IDLE, effects: Mapping[str, Effect] | None = None, **attributes: Any) -> None:
        self.effects = dict(effects or {})
        super().__init__(**{"phases": [phase]} | attributes)

    def obey(self, command: Command) -> None:
        if effect := self.effects.get(spelled(command)):
            effect(self)


def parameters_of(spec: Mapping[str, Mapping[str, Any]], **given: Any) -> dict[str, Any]:
    """The parameters of a module: what is given, and the defaults of the others."""
    assert given.keys() <= spec.keys()
    return {name: argument.get("default") for name, argument in spec.items()} | {"host": "127.0.0.1"} | given
