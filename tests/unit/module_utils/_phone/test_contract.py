# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The verbs of `Phone`, asked of its web server and of the phones in memory: what is tested in memory holds by web.

One desk is described once, and each way shows it in its own form. Only the words for what was asked and where a call
shows are a way's own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import get_args

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import (
    AnswerLost,
    AnswerUnreadable,
    AuthFailed,
    Blocked,
    InputError,
    LockedOut,
    PhoneUnreachable,
    SnomError,
    Unsupported,
    UserMode,
)
from ansible_collections.telephony.snom.plugins.module_utils._known.key_event import KeyEvent
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.module_utils._phone.call_reading import CallReading, CallSource
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
from ansible_collections.telephony.snom.plugins.module_utils._phone.loadable_phone import Load
from ansible_collections.telephony.snom.plugins.module_utils._phone.phone import Phone
from ansible_collections.telephony.snom.plugins.module_utils._phone.web import web_reader
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.answer import Answer
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.web_phone import WebPhone
from ansible_collections.telephony.snom.tests.unit.phones import TAKEN, WANTS_REBOOT, MemoryPhone, calls

FINGERPRINT = "ab" * 32
GONE = PhoneUnreachable("It does not answer.")
PICTURE = b"BM, more or less"


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What stands there. Left alone it shows nothing of itself, and does what it is told."""

    known: bool = False
    """Whether it shows what it is, with one line."""
    login: bool | None = None
    """Whether it wants one."""
    lacks_password: bool = False
    settings: Mapping[str, str] | None = None
    user_mode: bool = False
    calls: int | None = None
    phase: str = "unknown"
    counter: int | None = None
    lists: Mapping[str, int] = field(default_factory=dict)
    picture: bytes | None = None
    answer: str | Exception = TAKEN
    """What each command gets."""
    up: bool = True


class Pages:
    """The web server of a desk, without a network."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.requests: list[str] = []
        self.logins: list[tuple[str | None, str | None]] = []

    def get(self, target: str, *, timeout: float | None = None, login: bool = True) -> Answer:
        self.requests.append(target)
        if not self.desk.up:
            raise GONE
        path, query = target.partition("?")[::2]
        if path.endswith(".bmp"):
            return Answer(404 if self.desk.picture is None else 200, {}, self.desk.picture or b"")
        text = self._answer() if query else self._page(path)
        return Answer(404 if text is None else 200, {}, (text or "").encode(), self.desk.login)

    def _answer(self) -> str:
        if isinstance(self.desk.answer, UserMode):
            return "<html>Administrator password: <input></html>"
        if isinstance(self.desk.answer, Exception):
            raise self.desk.answer
        return "<a href='CONFIRM_REBOOT'>" if self.desk.answer == WANTS_REBOOT else "Ok"

    def _page(self, path: str) -> str | None:
        desk = self.desk
        if path == "/info.htm" and desk.known:
            return (
                "<html>Firmware Version: snomD785-SIP 10.1.54.13<br>Mac: 000413922D24<br>Hardware: D785<br>"
                "Identity 1 Status: 101@pbx.example: registered<br>Uptime: 1 days, 03:46:40<br></html>"
            )
        if path == "/index.htm":
            lines = [f"{name} calls: {count}" for name, count in desk.lists.items()]
            lines += [] if desk.calls is None else [f"Active calls: {desk.calls}"]
            return "<html>" + "<br>".join([*lines, *["HTTP password not set"] * desk.lacks_password]) + "</html>"
        if path == "/state_of_gui.htm" and desk.phase != "unknown":
            return f"State {desk.phase.title()} (12)"
        if path == "/settings.htm" and desk.settings is not None:
            return "".join(f"{name}!: {value}\n" for name, value in desk.settings.items())
        return self._answer() if path == "/settings.htm" and desk.user_mode else None

    def reach(self) -> None:
        if not self.desk.up:
            raise GONE

    def use_login(self, username: str | None, password: str | None) -> None:
        self.logins.append((username, password))

    def close(self) -> None:
        """There is nothing to give up."""


Witnesses = Mapping[CallSource, Callable[[Phone], CallReading]]


def by_web(desk: Desk, witnesses: Witnesses) -> tuple[Phone, list[str]]:
    pages = Pages(desk)
    connection = Connection(address="127.0.0.1", snmp=desk.counter is not None)
    return WebPhone(connection, pages, witnesses=witnesses), pages.requests


def in_memory(desk: Desk, witnesses: Witnesses) -> tuple[Phone, list[str]]:
    phone = MemoryPhone(
        login=desk.login,
        lacks_password=desk.lacks_password,
        settings=desk.settings and dict(desk.settings),
        admin_mode=False if desk.user_mode else None,
        home=CallReading() if desk.calls is None else calls(desk.calls),
        phases=[desk.phase],
        counter=desk.counter,
        lists=dict(desk.lists),
        pictures={} if desk.picture is None else {"display": desk.picture},
        answer=desk.answer,
        up=desk.up,
        witnesses=witnesses,
        **{} if desk.known else {"model": None, "firmware": None, "mac": None, "registered": None},
        shows_uptime=desk.known,
    )
    return phone, phone.requests


Way = Callable[..., tuple[Phone, list[str]]]
"""From what stands on a desk to a phone, and the list of what it was asked."""


@pytest.fixture(name="way", params=[by_web, in_memory])
def _way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Way:
    def way(witnesses: Witnesses | None = None, **desk: object) -> tuple[Phone, list[str]]:
        shown = Desk(**desk)  # type: ignore[arg-type]
        # Both take a socket of their own.
        monkeypatch.setattr(web_reader, "read_calls", lambda connection: shown.counter)
        monkeypatch.setattr(web_reader, "certificate_fingerprint", lambda connection: fingerprint(shown))
        found: tuple[Phone, list[str]] = request.param(shown, witnesses or {})
        return found

    return way


def fingerprint(desk: Desk) -> str:
    if not desk.up:
        raise GONE
    return FINGERPRINT


COMMANDS: list[Command] = [
    Press((KeyEvent("1"), KeyEvent("ENTER"))),
    Touch(((1, 2, "both"),)),
    Dial("100"),
    Dial("100", "101@pbx.example"),
    Tones("1"),
    ReleaseAllCalls(),
    LogOff(None),
    LogOff(1),
    Reregister(1),
    Ring(1),
    FixLineInfoLayer(),
    ClearList("missed", 0),
    ClearList("missed", 1),
    Write({"a": "1"}, False),
    Write({"a": "1"}, True),
    OpenDocument("http://192.0.2.1/a.xml", "<X/>"),
    Load("http://192.0.2.1/a.bin"),
    Restart(None, 0),
    Restart(None, 1),
    Reset(None),
]
WATCHED = (Load, Restart)
"""Whoever gives them watches what comes of it, so that no answer is an error."""


each_command = pytest.mark.parametrize("command", COMMANDS, ids=lambda command: type(command).__name__)


def test_each_command_is_tried_here() -> None:
    assert {type(command) for command in COMMANDS} == set(get_args(Command))


# What it is read for -----------------------------------------------------------------------------------------------

WHAT_IT_IS = PhoneFacts(
    model="D785",
    firmware=Version.parse("10.1.54.13"),
    mac="000413922D24",
    generation="classic",
    identities=(Identity(1, "101@pbx.example", True),),
    uptime=100_000,
)
SETTINGS = {"language": "English", "http_pass": ""}


@pytest.mark.parametrize(
    ("desk", "subsets", "expected"),
    [
        ({"known": True}, [], PhoneFacts()),
        ({}, SUBSETS, PhoneFacts()),
        ({"known": True}, ["system"], WHAT_IT_IS),
        ({"known": True, "login": True}, ["system"], replace(WHAT_IT_IS, http_pass_set=True)),
        ({"known": True, "login": False}, ["system"], replace(WHAT_IT_IS, http_pass_set=False)),
        ({"lacks_password": True}, ["home"], PhoneFacts(http_pass_set=False)),
        ({"lacks_password": True}, ["gui"], PhoneFacts()),
        ({"lacks_password": True, "login": True}, ["home"], PhoneFacts(http_pass_set=True)),
        ({"calls": 1}, ["home"], PhoneFacts(call_state="in_call", call_state_source="it")),
        ({"calls": 0}, ["home", "gui"], PhoneFacts(call_state="idle", call_state_source="it")),
        ({"calls": 1, "phase": "idle"}, ["home", "gui"], PhoneFacts(call_state="idle", call_state_source="it")),
        ({"calls": 1, "phase": "idle"}, ["home"], PhoneFacts(call_state="in_call", call_state_source="it")),
        ({"phase": "holding"}, ["gui"], PhoneFacts(call_state="in_call", call_state_source="it")),
        ({"known": True, "phase": "idle"}, ["system"], WHAT_IT_IS),
        ({"settings": SETTINGS}, ["system", "home", "gui"], PhoneFacts()),
        ({"user_mode": True, "answer": UserMode("")}, ["settings"], PhoneFacts(admin_mode=False)),
    ],
)
def test_what_it_shows(way: Way, desk: dict[str, object], subsets: list[str], expected: PhoneFacts) -> None:
    phone, requests = way(**desk)
    facts = phone.look(subsets)
    assert replace(facts, call_state_source=facts.call_state_source and "it") == expected
    assert len(requests) == len(subsets)


def test_its_settings(way: Way) -> None:
    facts = way(settings=SETTINGS)[0].look(["settings"])
    assert (facts.settings, facts.admin_mode, facts.model) == (SETTINGS, True, None)
    assert facts.read_only_settings == frozenset()


@pytest.mark.parametrize(
    ("desk", "source", "expected"),
    [
        ({}, CallSource.SCREEN, CallReading()),
        ({}, CallSource.HOME, CallReading()),
        ({}, CallSource.COUNTER, CallReading()),
        ({}, CallSource.PBX, CallReading()),
        ({}, CallSource.REPORT, CallReading()),
        ({"phase": "idle", "calls": 1}, CallSource.SCREEN, CallReading("idle", "idle", None, "it")),
        *[
            ({"phase": phase}, CallSource.SCREEN, CallReading("in_call", phase, None, "it"))
            for phase in ("dialing", "calling", "ringing", "connected", "holding")
        ],
        ({"phase": "idle", "calls": 2}, CallSource.HOME, CallReading("in_call", "in_call", 2, "it")),
        ({"calls": 0}, CallSource.HOME, CallReading("idle", "idle", 0, "it")),
        ({"counter": 0}, CallSource.COUNTER, CallReading("idle", "idle", 0, "it")),
        ({"counter": 3, "calls": 0}, CallSource.COUNTER, CallReading("in_call", "in_call", 3, "it")),
    ],
)
def test_what_shows_of_a_call(way: Way, desk: dict[str, object], source: CallSource, expected: CallReading) -> None:
    phone, requests = way(**desk)
    reading = phone.call(source)
    assert replace(reading, source=reading.source and "it") == expected
    assert len(requests) == (source in (CallSource.SCREEN, CallSource.HOME))


@pytest.mark.parametrize("source", [CallSource.PBX, CallSource.REPORT])
def test_a_witness_is_asked_in_its_stead(way: Way, source: CallSource) -> None:
    said = CallReading("in_call", "in_call", None, "what somebody says")
    asked: list[Phone] = []

    def witness(one: Phone) -> CallReading:
        asked.append(one)
        return said

    phone, requests = way({source: witness})
    assert phone.call(source) == said
    assert (asked, requests) == ([phone], [])


def test_how_long_its_lists_are(way: Way) -> None:
    assert way(lists={"missed": 3, "received": 0})[0].call_lists() == {"missed": 3, "received": 0}
    assert way()[0].call_lists() == {}


@pytest.mark.parametrize(
    ("picture", "error"), [(PICTURE, None), (None, Unsupported), (b"<html>", AnswerUnreadable), (b"", AnswerUnreadable)]
)
def test_a_picture(way: Way, picture: bytes | None, error: type[SnomError] | None) -> None:
    phone = way(picture=picture)[0]
    if error is None:
        assert phone.picture(Picture("display")) == PICTURE
        return
    with pytest.raises(error):
        phone.picture(Picture("display"))


# What it is told ---------------------------------------------------------------------------------------------------


@each_command
def test_a_command_is_sent_once_as_it_is_spelled(way: Way, command: Command) -> None:
    phone, requests = way()
    taken = phone.command(command)
    assert (taken.request, taken.asks_reboot) == (phone.spelled(command), False)
    assert requests == [phone.spelled(command)]


def test_no_two_commands_are_spelled_alike(way: Way) -> None:
    spelled = {way()[0].spelled(command) for command in COMMANDS}
    assert len(spelled) == len(COMMANDS)


@each_command
def test_a_phone_may_ask_to_be_restarted(way: Way, command: Command) -> None:
    assert way(answer=WANTS_REBOOT)[0].command(command).asks_reboot


@each_command
@pytest.mark.parametrize("error", [GONE, AuthFailed("no"), Blocked("no"), LockedOut("no"), Unsupported("no")])
def test_what_was_refused_or_never_sent_is_raised_as_it_is(way: Way, command: Command, error: SnomError) -> None:
    with pytest.raises(type(error)) as raised:
        way(answer=error)[0].command(command)
    assert raised.value is error


@each_command
def test_a_phone_in_user_mode_refuses(way: Way, command: Command) -> None:
    with pytest.raises(UserMode):
        way(user_mode=True, answer=UserMode("It is in user mode."))[0].command(command)


@each_command
@pytest.mark.parametrize("error", [AnswerLost("It broke."), AnswerUnreadable("What is this?")])
def test_what_may_have_arrived_is_a_lost_answer_unless_it_is_watched(
    way: Way, command: Command, error: SnomError
) -> None:
    phone = way(answer=error)[0]
    if isinstance(command, WATCHED):
        assert phone.command(command).request == phone.spelled(command)
        return
    with pytest.raises(AnswerLost, match=error.reason.rstrip("?")):
        phone.command(command)


def test_a_command_may_be_too_long(way: Way) -> None:
    phone = way()[0]
    assert phone.fits(Press((KeyEvent("1"),) * 100))
    assert not phone.fits(Press((KeyEvent("1"),) * 1000))


@pytest.mark.parametrize("store", [True, False])
def test_settings_are_written_in_commands_that_are_not_too_long(way: Way, store: bool) -> None:
    phone = way()[0]
    settings = {f"fkey{number}": "x" * 90 for number in range(30)}
    commands = phone.writes(settings, store=store)
    assert [item for command in commands for item in command.settings.items()] == [*settings.items()]
    assert all(phone.fits(command) and command.store is store for command in commands)
    assert 1 < len(commands) < 10
    assert phone.writes({}, store=store) == []
    with pytest.raises(InputError, match="phone_name"):
        phone.writes({"a": "1", "phone_name": "x" * 1200}, store=store)


def test_the_phone_itself_shows_what_comes_of_a_load(way: Way) -> None:
    phone, requests = way()
    assert (phone.mark(Load("http://192.0.2.1/a.bin")), phone.traces()) == (None, None)
    phone.follow(None)
    phone.remind()
    phone.withdraw()
    assert requests == []
    with pytest.raises(InputError):
        phone.follow({"asked_at": 1.0})


# What leads to it --------------------------------------------------------------------------------------------------


def test_what_leads_to_it_is_told_without_asking_it(way: Way) -> None:
    phone, requests = way()
    assert phone.reports_from() == phone.connection.address == "127.0.0.1"
    assert phone.certificate() == FINGERPRINT
    phone.reach()
    assert requests == []


def test_a_login_that_was_changed(way: Way) -> None:
    phone, _requests = way()
    phone.use_login("admin", "new")
    assert (phone.connection.username, phone.connection.password) == ("admin", "new")


def test_a_connection_that_was_given_up_is_opened_again(way: Way) -> None:
    phone, requests = way(calls=1)
    phone.close()
    assert phone.look(["home"]).call_state == "in_call"
    assert len(requests) == 1


GONE_FOR: dict[str, Callable[[Phone], object]] = {
    "look": lambda phone: phone.look(["system"]),
    "screen": lambda phone: phone.call(CallSource.SCREEN),
    "home": lambda phone: phone.call(CallSource.HOME),
    "call_lists": lambda phone: phone.call_lists(),
    "picture": lambda phone: phone.picture(Picture("display")),
    "certificate": lambda phone: phone.certificate(),
    "reach": lambda phone: phone.reach(),
    "command": lambda phone: phone.command(Ring(1)),
    "load": lambda phone: phone.command(Load("http://192.0.2.1/a.bin")),
}


@pytest.mark.parametrize("verb", GONE_FOR)
def test_a_phone_that_is_gone(way: Way, verb: str) -> None:
    phone = way(up=False, picture=PICTURE)[0]
    with pytest.raises(PhoneUnreachable) as raised:
        GONE_FOR[verb](phone)
    assert type(raised.value) is PhoneUnreachable
