# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A phone by its classic web server: each verb is a path, and what comes back is read from a page or taken as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from urllib.parse import quote

from ..._core.clock import system_time
from ..._core.errors import AnswerUnreadable, InputError, Unsupported
from ..._known.dialect import dialect_of
from ..._known.key_event import KeyEvent
from ..call_reading import CallReading, CallSource
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
from ..loadable_phone import Acceptance, Load
from ..phone import Witness
from .answer import Client
from .call_lists import read_call_lists
from .web_loader import WebLoader, load_path

LONGEST_URL = 1000
"""Bytes. How long a URL may be is not public; this is what every web server takes [I]."""

_PICTURES = {"display": "/screen.bmp", "labels": "/label_screen.bmp", "expansion": "/exp_screen.bmp"}
"""Protocol 1.4. Labels are those beside the function keys."""

_TOUCHES = {"press": "p", "release": "r", "both": "pr"}

_CLEARS = ("0", "clear")
"""The vendor's pages differ (protocol 1.4). The spelling of the one that this project grew from comes first."""

_WRITE, _STORE = "/dummy.htm?settings=save", "&store_settings=save"

_IN_USER_MODE: dict[type, str] = {
    Restart: "does not restart",
    Write: "takes no settings",
}
"""What a phone in user mode refuses, in words."""


class WebPhone(WebLoader):
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
        super().__init__(connection, client)
        self._witnesses = witnesses

    def call(self, source: CallSource) -> CallReading:
        """Ask a witness, or read what it shows itself.

        Raises InputError if SNMP is wanted but pysnmp is missing.
        """
        witness = self._witnesses.get(source) if source in (CallSource.PBX, CallSource.REPORT) else None
        return super().call(source) if witness is None else witness(self)

    def reports_from(self) -> str:
        """Where it is asked."""
        return self.connection.address

    def call_lists(self) -> dict[str, int]:
        """Read the home page."""
        answer = self._client.get("/index.htm")
        return read_call_lists(answer.text) if answer.status == 200 else {}

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
        """Tell it to do something."""
        if isinstance(command, Load):
            return super().command(command)
        target = self.spelled(command)
        path = target.partition("?")[0]
        lacks: str | None = f"{path}: it does not have this command."
        if isinstance(command, Write):
            lacks = f"{path.strip('/')}: it takes no settings over HTTP."
        elif isinstance(command, Restart):
            lacks = None
        return self._tell(target, refuses=_IN_USER_MODE.get(type(command), "refuses this command"), lacks=lacks)

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
            case OpenDocument(url, _text):
                # The scheme, and all of it encoded: from 8.4.32 on (protocol 1.4).
                return f"/minibrowser.htm?url={quote(url, safe='')}"
            case Load():
                return load_path(command)
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

    def use_login(self, username: str | None, password: str | None) -> None:
        """Log in so from now on."""
        self.connection = replace(self.connection, username=username, password=password)
        self._client.use_login(username, password)

    @property
    def _room(self) -> int:
        """The bytes of a URL that are left for path and query."""
        return LONGEST_URL - len(f"https://[{self.connection.address}]:65535")


def _pair(name: str, value: str) -> str:
    return f"&{name}={quote(value, safe='')}"


def _pressed(event: KeyEvent) -> str:
    """A key and its times. Only the key is encoded, not the separators (protocol 1.1)."""
    times = ["" if time is None else str(time) for time in (event.press, event.pause)]
    return ",".join([quote(event.key, safe=""), *times]).rstrip(",")
