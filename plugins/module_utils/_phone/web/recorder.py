# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads all pages of a phone that are known or linked, and keeps every byte of the answers. It only reads.

What has no query only reads (protocol 1.4). Pages whose very name is a command are left out all the same, and those
that hold phone books, traces and logs of calls: they are about people.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import final
from urllib.parse import urljoin, urlsplit

from ..._core.errors import (
    AnswerLost,
    AnswerUnreadable,
    AuthFailed,
    LockedOut,
    PhoneUnreachable,
    SnomError,
    Unsupported,
)
from ..._known.version import Version
from ..connection import Connection
from .answer import Answer
from .client import HttpPhone
from .pages import read_system

KNOWN_PAGES = (
    "/index.htm",
    "/info.htm",
    "/state_of_gui.htm",
    "/settings.htm",
    "/prefs.htm",
    "/fkey.htm",
    "/line_login.htm",
    "/line_sip.htm",
    "/action.htm",
    "/advanced.htm",
    "/advanced_network.htm",
    "/advanced_qos_security.htm",
    "/advanced_update.htm",
    "/update.htm",
    "/support.htm",
    "/modules.htm",
    "/memstat.htm",
    "/state_of_identity.htm",
    "/changed_settings.htm",
)
"""Those of protocol 2.6 and 11.10 that are no commands, and what may be the page Software Update (3.3.2) [I]."""

MOST_PAGES = 60
LONGEST = 300.0
"""Seconds for all of them."""
MOST_LOST = 3
"""Requests in a row without an answer, or with one that can't be read."""
MOST_BYTES = 16 * 1024 * 1024

_LEFT_OUT = re.compile(
    r"command|dummy|minibrowser|reboot|reset|confirm|log|trace|pcap|tbook|adr|contact|phone_?book|directory|list"
    r"|swload|upload|restore|delete|save",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"""\b(?:href|src)\s{0,5}=\s{0,5}["']?([^"'\s<>]{1,200})""", re.IGNORECASE)
_STATUS = re.compile(rb"[1-5][0-9]{2}")
_PAGE = re.compile(r"/[A-Za-z0-9_.-]{1,60}\.(?:html?|xml|cfg|txt)", re.IGNORECASE)


@dataclass
class Recorded:
    """One request, and what came back for it, to the byte; nothing if nothing came."""

    target: str
    login: bool
    """Whether it had a login."""
    began: float
    """Seconds on the clock of time.monotonic()."""
    data: bytes = b""
    ended: float = 0.0

    @property
    def seconds(self) -> float:
        """How long it took until the last byte came."""
        return max(0.0, self.ended - self.began)

    @property
    def status(self) -> int | None:
        """The status of the answer; None where there is none."""
        first = self.data[:64].split(b"\r\n")[0].split(b" ")
        return int(first[1]) if len(first) > 1 and _STATUS.fullmatch(first[1]) else None

    @property
    def body(self) -> bytes:
        """What stands behind the headers."""
        return self.data.partition(b"\r\n\r\n")[2]


@dataclass
class Recorder:
    """Keeps what a phone answers. One `HttpPhone` tells it."""

    exchanges: list[Recorded] = field(default_factory=list)
    _size: int = 0

    def asks(self, target: str, *, login: bool) -> None:
        self.exchanges.append(Recorded(target, login, time.monotonic(), ended=time.monotonic()))

    def receives(self, data: bytes) -> None:
        last = self.exchanges[-1]
        last.ended = time.monotonic()
        room = MOST_BYTES - self._size
        last.data += bytes(data[:room])
        self._size += min(len(data), max(room, 0))


@dataclass(frozen=True)
class PageRead:
    """A page, as a person is told of it: its text, or why there is none."""

    path: str
    text: str | None
    said: str


def read_pages(
    connection: Connection, recorder: Recorder, more: tuple[str, ...] = (), now: Callable[[], float] = time.monotonic
) -> list[PageRead]:
    """Read the known pages, more, and those that they link. recorder gets all bytes.

    It ends with a page that says of all that they can't be read, and after some that got no answer. Raises what makes
    any further request senseless or harmful: PhoneUnreachable, AuthFailed, LockedOut.
    """
    client = HttpPhone(connection, recorder)
    read: list[PageRead] = []
    todo = list(dict.fromkeys((*KNOWN_PAGES, *(page for page in more if _is_readable(page)))))
    began = now()
    lost = 0
    for path in todo:
        if len(read) >= MOST_PAGES or now() - began > LONGEST:
            read.append(PageRead(path, None, "not read: there were too many pages, or the phone is too slow"))
            break
        try:
            answer = client.get(path)
        except SnomError as error:
            if ends_all(error):
                client.close()
                raise
            read.append(PageRead(path, None, error.reason))
            client.close()
            # What has no end takes its time, too.
            lost = lost + 1 if isinstance(error, (AnswerLost, AnswerUnreadable)) else 0
            if isinstance(error, Unsupported) or lost == MOST_LOST:
                break
            continue
        lost = 0
        text = answer.text if answer.status == 200 else None
        read.append(PageRead(path, text, f"{answer.status}, {len(answer.content)} bytes"))
        todo += [link for link in links(path, text or "") if link not in todo]
    client.close()
    return read


@final
class ReadAgain:
    """Answers from pages that were read, and asks the phone for all others."""

    def __init__(self, client: HttpPhone, exchanges: Sequence[Recorded]) -> None:
        self._client = client
        self._answers = {
            one.target: Answer(one.status, {}, one.body, one.login)
            for one in exchanges
            if one.status and one.status != 401
        }

    def get(self, target: str, *, timeout: float | None = None, login: bool = True) -> Answer:
        """The recorded answer, or a new one. The login is as it was then."""
        return self._answers.get(target) or self._client.get(target, timeout=timeout, login=login)

    def reach(self) -> None:
        self._client.reach()

    def use_login(self, username: str | None, password: str | None) -> None:
        self._client.use_login(username, password)

    def close(self) -> None:
        self._client.close()


def ends_all(error: SnomError) -> bool:
    """Whether any further request would be senseless, or do harm. A lost answer may be that to one page."""
    is_gone = isinstance(error, PhoneUnreachable) and not isinstance(error, AnswerLost)
    return is_gone or isinstance(error, (AuthFailed, LockedOut))


def firmware_in(recorded: Sequence[Recorded]) -> Version | None:
    """The version that recorded pages show; None where none is read."""
    page = next((one for one in recorded if one.target == "/info.htm" and one.status == 200), None)
    return None if page is None else read_system(page.body.decode("utf-8", "replace")).firmware


def links(path: str, page: str) -> list[str]:
    """The pages of the same phone that a page leads to, and that may be read."""
    # A dictionary: a page of garbage may hold as many as it has room for.
    found: dict[str, None] = {}
    for reference in _REFERENCE.findall(page[:1_000_000]):
        try:
            target = urlsplit(urljoin(path, reference))
        except ValueError:
            continue
        here = not (target.scheme or target.netloc or target.query)
        if here and _is_readable(target.path):
            found[target.path] = None
    return list(found)[:MOST_PAGES]


def _is_readable(path: str) -> bool:
    return bool(_PAGE.fullmatch(path)) and not (_LEFT_OUT.search(path) and path not in KNOWN_PAGES)
