# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The phone's own word on whether somebody talks on it: a document that it runs, and what it reports then.

A document is silent: it is never shown, takes no keys, and ends with its one fetch (xml 0). Which URL the phone
fetches says what is so. Nobody has published a silent document that fetches over HTTP, nor a callback inside of a fetch
(xml 0), so the URLs are literal, and only places that Snom documents are evaluated. The first condition can't hold: a
phone that takes conditions for something else gives itself away.

A second document has the callbacks inside of its fetch, and is for what the first one left open. A phone that evaluates
none there fetches them as they stand, which says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from .._known.dialect import SILENT_FROM
from .._known.mac_in_text import find_mac
from .._known.user_agent import UserAgent, read_user_agent
from .._known.version import Version
from .call_reading import IDLE, IN_CALL, CallReading

SOURCE = "the phone's own report"

_IDLE, _BROKEN, _CALLS, _TOLD = "idle", "broken", "calls", "told"
_IS_IDLE = "Idle"
"""The only name of a state that is public (xml 2)."""
_MOST = 4
"""Calls that are told apart. More than that are as many."""
_BRANCH = re.compile(rf"{_IDLE}|{_BROKEN}|{_CALLS}-([0-{_MOST}])", re.ASCII)
_COUNT = re.compile("[0-9]{1,2}")
# What is told by callbacks (xml 2). The version has a blank, and stands last, where it takes nothing else along.
_CALLBACKS = {
    "calls": "$(lines)",
    "state": "$(urlencode:$(phone_state))",
    "mac": "$(set:mac)",
    "firmware": "$(urlencode:$(set:firmware_version))",
}
_LONGEST = 500
"""Characters of what is told."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a phone reported. Whoever is on the network may have sent it, so it is believed as far as its address is."""

    branch: str
    agent: UserAgent | None = None
    told: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """What was evaluated of the callbacks, by their names here."""

    @property
    def mac(self) -> str | None:
        """The MAC address that it says is its own."""
        return find_mac(self.told.get("mac", "")) or (self.agent.mac if self.agent else None)

    @property
    def model(self) -> str | None:
        """The model that it says it is."""
        agent = read_user_agent(self.told.get("firmware", "")) or self.agent
        return agent.model if agent else None

    @property
    def leaves_open(self) -> bool:
        """Whether it can't be told of whom this is, or what its conditions are worth: callbacks may tell it."""
        return self.branch == _BROKEN or self.mac is None

    @property
    def reading(self) -> CallReading:
        """What it says of calls.

        A phone that is not idle and has no call is in a menu, or dials: what counts as a call is not public (xml 2),
        so its state is unknown.
        """
        match = _BRANCH.fullmatch(self.branch)
        if self.branch == _IDLE:
            return CallReading(IDLE, IDLE, 0, SOURCE)
        if match is None or match[1] is None:
            return self._told()
        count = int(match[1])
        return CallReading(IN_CALL, IN_CALL, count, SOURCE) if count else CallReading()

    @property
    def contradicts_itself(self) -> bool:
        """Whether it says that it is idle and has calls. What counts as a call is not public, so both may be wrong."""
        return self.told.get("state") == _IS_IDLE and bool(self._calls)

    @property
    def _calls(self) -> int | None:
        calls = self.told.get("calls", "")
        return int(calls) if _COUNT.fullmatch(calls) else None

    def _told(self) -> CallReading:
        """What its callbacks say of calls: both of them, or nothing."""
        count, state = self._calls, self.told.get("state", "")
        if count is None or not state or self.contradicts_itself:
            return CallReading()
        if state == _IS_IDLE:
            return CallReading(IDLE, IDLE, 0, SOURCE)
        return CallReading(IN_CALL, IN_CALL, count, SOURCE) if count else CallReading()


def takes_silent_documents(firmware: Version | None) -> bool:
    """Whether a phone runs a document without showing it. One that is not sure to would show it to whoever uses it."""
    return firmware is not None and firmware >= SILENT_FROM


def report_document(url: str, token: str) -> str:
    """The document that has a phone fetch one of a few URLs below url. token names the question."""

    def fetch(branch: str) -> str:
        return fetch_of(f"{url}/{branch}")

    branches = [f'<If condition="a==b">{fetch(_BROKEN)}</If>']
    branches += [f'<Elif condition="$(phone_state)=={_IS_IDLE}">{fetch(_IDLE)}</Elif>']
    branches += [f'<Elif condition="$(lines)=={count}">{fetch(f"{_CALLS}-{count}")}</Elif>' for count in range(_MOST)]
    branches += [f"<Else>{fetch(f'{_CALLS}-{_MOST}')}</Else>"]
    return silent_document(token, "\n".join(("", *branches, "")))


def callbacks_document(url: str, token: str) -> str:
    """The document that has a phone tell by callbacks what is so, below url. token names the question.

    In the path: a mirror's log keeps no queries.
    """
    told = "&".join(f"{name}={callback}" for name, callback in _CALLBACKS.items())
    return silent_document(token, f"\n{fetch_of(f'{url}/{_TOLD}/{told}')}\n")


def fetch_of(url: str) -> str:
    """What has a phone fetch a URL at once, and do what stands in its fragment."""
    return f'<fetch mil="1">{escape(url)}</fetch>'


def silent_document(token: str, content: str, attributes: str = "") -> str:
    """A document that is never shown (xml 0)."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<SnomIPPhoneSilent document_id="{escape(token)}"{attributes}>{content}</SnomIPPhoneSilent>\n'
    )


class Collector(Protocol):
    """Where phones report to. has_documents: whether they can fetch the document there, too."""

    has_documents: bool

    def open(self) -> None:
        """Begin to listen. Raises InputError if that can't be."""

    def close(self) -> None:
        """Listen no longer."""

    def ask(
        self,
        address: str,
        deliver: Callable[[str, str], None],
        *,
        document: Callable[[str, str], str] = report_document,
    ) -> Report | None:
        """The report of the phone at an IP address; None if none came in time.

        deliver gets the URL that leads to the document, and the document itself, and brings one of them to the phone.
        What it raises goes on to the caller. document makes it, from the URL below which the phone reports and a token.
        """


def read_report(branch: str, user_agent: str) -> Report | None:
    """What a phone fetched; None where no document of ours names it."""
    return report_of(branch, read_user_agent(user_agent))


def report_of(branch: str, agent: UserAgent | None) -> Report | None:
    """The same of a request whose User-Agent is read."""
    if _BRANCH.fullmatch(branch):
        return Report(branch=branch, agent=agent)
    name, _slash, pairs = branch.partition("/")
    if name != _TOLD or len(branch) > _LONGEST:
        return None
    # One that is not evaluated stands there as it was sent.
    told = {key: value for key, value in parse_qsl(pairs) if key in _CALLBACKS and "$" not in value}
    return Report(branch=_TOLD, agent=agent, told=told)
