# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A phone by its classic web server: each verb is a path, and what comes back is read from a page or taken as it is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import cache
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from ..._core.clock import system_time
from ..._core.errors import AnswerLost, AnswerUnreadable, InputError, Unsupported, UserMode
from ..._known.dialect import dialect_of
from ..._known.key_event import KeyEvent
from ..._known.taught import spelling as taught_spelling
from ..call_reading import IDLE, IN_CALL, UNKNOWN, CallReading, CallSource
from ..commands import (
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
from ..connection import Connection
from ..facts import PhoneFacts
from ..loading import Acceptance, Load, Traces
from ..phone import Witness
from .answer import Client
from .client import HttpPhone
from .pages import (
    SettingsPage,
    SystemPage,
    asks_admin_password,
    asks_reboot,
    read_call_count,
    read_call_lists,
    read_gui,
    read_gui_phase,
    read_home,
    read_settings,
    read_system,
    settings_downloads,
)
from .snmp import read_calls
from .taught_pages import Pages, complete, shown_text, taught_call
from .tls import certificate_fingerprint

LONGEST_URL = 1000
"""Bytes. How long a URL may be is not public; this is what every web server takes [I]."""

_PICTURES = {"display": "/screen.bmp", "labels": "/label_screen.bmp", "expansion": "/exp_screen.bmp"}
"""Protocol 1.4. Labels are those beside the function keys."""

_TOUCHES = {"press": "p", "release": "r", "both": "pr"}

_CLEARS = ("0", "clear")
"""The vendor's pages differ (protocol 1.4). The spelling of the one that this project grew from comes first."""

_WRITE, _STORE = "/dummy.htm?settings=save", "&store_settings=save"

_IN_USER_MODE: dict[type, str] = {
    Load: "loads no firmware",
    Restart: "does not restart",
    Write: "takes no settings",
}
"""What a phone in user mode refuses, in words."""

_WATCHED = (Load, Restart)
"""Commands that take a phone down, perhaps before it answers. Whoever gives one watches what becomes of it.

So no answer to them proves anything (protocol 0.3), not even a 404: what asks for a restart asks in its other spelling
once the phone is seen to stay up. A reset has no other spelling that would be tried, so a 404 is its end.
"""


class WebPhone:
    """One phone's web server, in the verbs of `Phone`.

    Raises InputError for options that cannot work. Nothing is sent before the first verb.
    """

    def __init__(
        self,
        connection: Connection,
        client: Client | None = None,
        *,
        witnesses: Mapping[CallSource, Witness] = MappingProxyType({}),
    ) -> None:
        """client sends the requests; None for one of its own. witnesses are those who know of its calls besides."""
        self.connection = connection
        self._witnesses = witnesses
        # What it told last of itself.
        self._system: SystemPage | None = None
        self._client = HttpPhone(connection) if client is None else client

    def look(self, subsets: Collection[str], *, timeout: float | None = None) -> PhoneFacts:
        """Read the pages of the named subsets, one request each, or up to three for the settings."""

        @cache
        def page(target: str) -> str | None:
            answer = self._client.get(target, timeout=timeout)
            if answer.status != 200:
                return None
            logins.add(answer.login)
            return answer.text

        logins: set[bool | None] = set()
        pages = _shown(page)
        system, model = SystemPage(), None
        taught: tuple[str, ...] = ()
        call_state, source, admin_mode = UNKNOWN, None, None
        settings: SettingsPage | None = None
        if "system" in subsets:
            system, taught = self._read_system(page, pages)
            model = system.model
        if "home" in subsets and (text := page("/index.htm")) is not None:
            home = read_home(text)
            model = model or home.model
            call_state, source = home.call_state, "index.htm"
            if home.lacks_password:
                logins.add(False)
        if "gui" in subsets and (text := page("/state_of_gui.htm")) is not None:
            # The screen is the better evidence: it overrules the home page wherever it says anything.
            state = read_gui(text)
            if state != UNKNOWN:
                call_state, source = state, "state_of_gui.htm"
        if {"home", "gui"} & set(subsets) and call_state == UNKNOWN:
            call_state, source = self._taught_call(page, pages)
            if source is not None:
                taught += ("call_state",)
        if "settings" in subsets:
            text = page("/settings.htm")
            settings = None if text is None else read_settings(text)
            other = self._spellings("settings_page", tuple(settings_downloads(text or "")), first=False)
            for path in other if settings is None else ():
                if (download := page(path)) is not None and (settings := read_settings(download)) is not None:
                    break
            admin_mode = True if settings is not None else False if text and asks_admin_password(text) else None
        return PhoneFacts(
            model=model,
            firmware=system.firmware,
            mac=system.mac,
            generation="classic" if model or system.firmware or system.mac else None,
            call_state=call_state,
            call_state_source=source if call_state != UNKNOWN else None,
            identities=system.identities,
            expansion_modules=system.expansion_modules,
            uptime=system.uptime,
            admin_mode=admin_mode,
            # One page behind a login is enough to prove that there is one.
            http_pass_set=True if True in logins else False if False in logins else None,
            settings=settings.values if settings else None,
            read_only_settings=settings.read_only if settings else None,
            setting_forms=settings.forms if settings else None,
            taught=taught,
        )

    def call(self, source: CallSource) -> CallReading:
        """Ask a witness, or read the SNMP call counter, the text of the screen or the home page.

        Raises InputError if SNMP is wanted but pysnmp is missing.
        """
        if source in (CallSource.PBX, CallSource.REPORT):
            witness = self._witnesses.get(source)
            return CallReading() if witness is None else witness(self)
        if source is CallSource.COUNTER:
            count = read_calls(self.connection) if self.connection.snmp else None
            if count is None:
                return CallReading()
            state = IN_CALL if count else IDLE
            return CallReading(state, state, count, "SNMP call counter")
        page = "state_of_gui.htm" if source is CallSource.SCREEN else "index.htm"
        answer = self._client.get(f"/{page}")
        state = phase = UNKNOWN
        count, shown = None, page
        if answer.status == 200 and source is CallSource.SCREEN:
            state, phase = read_gui(answer.text), read_gui_phase(answer.text)
        elif answer.status == 200:
            state = phase = read_home(answer.text).call_state
            count = read_call_count(answer.text)
        if state == UNKNOWN and source is CallSource.HOME:
            read = cache(self._page)
            state, by = self._taught_call(read, _shown(read))
            phase, shown = state, by or page
        return CallReading(state, phase, count, None if state == UNKNOWN else shown)

    def _page(self, target: str) -> str | None:
        answer = self._client.get(target)
        return answer.text if answer.status == 200 else None

    def _read_system(self, page: Callable[[str], str | None], pages: Pages) -> tuple[SystemPage, tuple[str, ...]]:
        text = page("/info.htm")
        system = SystemPage() if text is None else read_system(text)
        self._system, taught = complete(system, self.connection.taught, pages)
        return self._system, taught

    def _taught_call(self, page: Callable[[str], str | None], pages: Pages) -> tuple[str, str | None]:
        """The call state that lessons find, and where, in words."""
        lessons = tuple(one for one in self.connection.taught if {"idle", "busy"} & one.places.keys())
        if not lessons:
            return UNKNOWN, None
        if self._system is None:
            self._read_system(page, pages)
        state, where = taught_call(lessons, self._system or SystemPage(), pages)
        return state, where and f"{where}, as snom_taught says"

    def _spellings(self, name: str, built_in: tuple[str, ...], *, first: bool = True) -> tuple[str, ...]:
        """How a command may be spelled: as it was taught first, or last."""
        seen = self._system or SystemPage()
        said = taught_spelling(self.connection.taught, name, seen.model, seen.firmware)
        if said is None or (said in built_in and not first):
            return built_in
        others = tuple(one for one in built_in if one != said)
        return (said, *others) if first else (*others, said)

    def call_lists(self) -> dict[str, int]:
        """Read the home page."""
        answer = self._client.get("/index.htm")
        return read_call_lists(answer.text) if answer.status == 200 else {}

    def certificate(self) -> str:
        """Shake hands over TLS, without a request: nothing is trusted yet."""
        return certificate_fingerprint(self.connection)

    def picture(self, picture: Picture) -> bytes:
        """Fetch a picture, past all caches. Raises Unsupported, AnswerUnreadable."""
        path = self.spelled(picture)
        # The number keeps caches out (protocol 1.4).
        answer = self._client.get(f"{path}?nocache={int(system_time() * 1000)}")
        if answer.status == 404:
            raise Unsupported(f"The phone has no {path}.")
        if answer.status != 200 or not answer.content.startswith(b"BM"):
            raise AnswerUnreadable(f"What the phone sends as {path} is not a picture.")
        return answer.content

    def command(self, command: Command) -> Acceptance:
        """Send a command, and judge what came back: the only place that does."""
        target = self.spelled(command)
        watched = isinstance(command, _WATCHED)
        try:
            answer = self._client.get(target)
        except AnswerLost:
            if not watched:
                raise
            return Acceptance(target, "no answer")
        except AnswerUnreadable as error:
            if not watched:
                # It was a phone that answered before: this one may have done what it was told.
                raise AnswerLost(error.reason) from None
            # It may answer so because it is about to go.
            return Acceptance(target, "unreadable answer")
        if answer.status >= 400 and not watched:
            path = target.partition("?")[0]
            if isinstance(command, Write):
                raise Unsupported(
                    f"The phone answers {answer.status} to {path.strip('/')}: it takes no settings over HTTP."
                )
            raise Unsupported(f"The phone answers {answer.status} to {path}: it does not have this command.")
        if asks_admin_password(answer.text):
            refuses = _IN_USER_MODE.get(type(command), "refuses this command")
            raise UserMode(f"The phone is in user mode and {refuses}. Switch it to administrator mode.")
        return Acceptance(target, str(answer.status), asks_reboot(answer.text))

    def mark(self, load: Load) -> Mapping[str, Any] | None:
        """The phone itself shows what comes of it."""
        return None

    def follow(self, mark: Mapping[str, Any] | None) -> None:
        """Nothing is needed for that, unless the phone was shown the image by a mirror."""
        if mark is not None:
            raise InputError(
                f"The interrupted run asked {self.connection.host} by its provisioning. Give it snom_transport: sip "
                "until that is over."
            )

    def remind(self) -> None:
        """What the phone was told it was told."""

    def withdraw(self) -> None:
        """What the phone was told it was told."""

    def traces(self) -> Traces | None:
        """Its own pages tell how far it is."""
        return None

    def spelled(self, command: Command | Picture) -> str:
        """The path and query, percent-encoded."""
        match command:
            case Press(keys):
                return f"/command.htm?key={';'.join(map(_pressed, keys))}"
            case Touch(places):
                # Protocol 1.4: `X Y pr` for each, with blanks encoded.
                return "/command.htm?touch=" + "%20".join(f"{x}%20{y}%20{_TOUCHES[how]}" for x, y, how in places)
            case Dial(number, outgoing_uri):
                uri = "" if outgoing_uri is None else f"&outgoing_uri={quote(outgoing_uri, safe='')}"
                return f"/command.htm?number={quote(number, safe='')}{uri}"
            case Tones(tones):
                return f"/command.htm?key_dtmf={quote(tones, safe='')}"
            case ReleaseAllCalls():
                return "/command.htm?RELEASE_ALL_CALLS"
            case LogOff(line):
                return "/command.htm?LOGOFFALL" if line is None else f"/command.htm?LOGOFFLINE={line}"
            case Reregister(line):
                return f"/command.htm?REREGISTER={line}"
            case Ring(ringer):
                # The name and the value of a button of a form (protocol 1.4).
                return f"/line_login.htm?PLAY_RINGER:{ringer}=+Ringer"
            case FixLineInfoLayer():
                return "/command.htm?FIX_LIL=true"
            case ClearList(name, spelling):
                return f"/index.htm?{name}del={self._spellings('clear_lists', _CLEARS)[spelling]}"
            case Write(settings, store):
                return _WRITE + "".join(_pair(*item) for item in settings.items()) + (_STORE if store else "")
            case OpenDocument(url):
                # The scheme, and all of it encoded: from 8.4.32 on (xml 4).
                return f"/minibrowser.htm?url={quote(url, safe='')}"
            case Load(url=url):
                # The vendor's page (protocol 3.3.1). That the whole URL must be percent-encoded is inferred from other
                # commands (protocol 1.1).
                return f"/dummy.htm?swload=load&firmware={quote(url, safe='')}"
            case Restart(firmware, spelling):
                pages = tuple(f"/{page}.htm?reboot=Reboot" for page in dialect_of(firmware).restart_pages)
                return self._spellings("reboot", pages)[spelling]
            case Reset(firmware):
                # Whether it did is seen, so no other spelling is tried.
                return f"/{dialect_of(firmware).restart_pages[0]}.htm?reset=Reset"
            case Picture(which):
                return _PICTURES[which]

    def fits(self, command: Command) -> bool:
        """Whether its URL is short enough."""
        return len(self.spelled(command)) <= self._room

    def writes(self, settings: Mapping[str, str], *, store: bool) -> list[Write]:
        """The commands that write settings in as few requests as possible, in their order.

        Raises InputError for a setting that does not fit into a URL.
        """
        room = self._room - len(_WRITE) - len(_STORE if store else "")
        batches: list[dict[str, str]] = []
        taken = room
        for name, value in settings.items():
            length = len(_pair(name, value))
            if length > room:
                raise InputError(
                    f"{name} takes {length} bytes of a URL, and a phone may not read more than {room}. Shorten it, or "
                    "give it to the phone in a file of settings."
                )
            taken += length
            if taken > room:
                batches.append({})
                taken = length
            batches[-1][name] = value
        return [Write(batch, store) for batch in batches]

    def reach(self) -> None:
        """Open a connection and close it."""
        self._client.reach()

    def use_login(self, username: str | None, password: str | None) -> None:
        """Log in so from now on."""
        self.connection = replace(self.connection, username=username, password=password)
        self._client.use_login(username, password)

    def close(self) -> None:
        """Give up the connection."""
        self._client.close()

    @property
    def _room(self) -> int:
        """The bytes of a URL that are left for path and query."""
        return LONGEST_URL - len(f"https://[{self.connection.host}]:65535")


def _shown(page: Callable[[str], str | None]) -> Pages:
    return cache(lambda path: shown_text(page(path) or ""))


def _pair(name: str, value: str) -> str:
    return f"&{name}={quote(value, safe='')}"


def _pressed(event: KeyEvent) -> str:
    """A key and its times. Only the key is encoded, not the separators (protocol 1.1)."""
    times = ["" if time is None else str(time) for time in (event.press, event.pause)]
    return ",".join([quote(event.key, safe=""), *times]).rstrip(",")
