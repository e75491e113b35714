# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The phone's own word on whether somebody talks on it: a document that it runs, and what it reports then.

The document is silent: it is never shown, takes no keys, and ends with its one fetch (xml 1.1). Which URL the phone
fetches says what is so. Nobody has published a silent document that fetches over HTTP, nor a callback inside of a fetch
(xml 0), so the URLs are literal, and only places that Snom documents are evaluated. The first condition can't hold: a
phone that takes conditions for something else gives itself away.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from xml.sax.saxutils import escape

from .._known.user_agent import UserAgent, read_user_agent
from .._known.version import Version
from .call_reading import IDLE, IN_CALL, CallReading

SILENT_FROM = Version((10, 1, 82, 0))
"""The first firmware with silent documents (xml 1.1)."""

SOURCE = "the phone's own report"

_IDLE, _BROKEN, _CALLS = "idle", "broken", "calls"
_MOST = 4
"""Calls that are told apart. More than that are as many."""
_BRANCH = re.compile(rf"{_IDLE}|{_BROKEN}|{_CALLS}-([0-{_MOST}])", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a phone reported. Whoever is on the network may have sent it, so it is believed as far as its address is."""

    branch: str
    agent: UserAgent | None = None

    @property
    def reading(self) -> CallReading:
        """What it says of calls.

        A phone that is not idle and has no call is in a menu, or dials: what counts as a call is not public (xml 2),
        so its state is unknown.
        """
        match = _BRANCH.fullmatch(self.branch)
        if match is None or self.branch == _BROKEN:
            return CallReading()
        if match[1] is None:
            return CallReading(IDLE, IDLE, 0, SOURCE)
        count = int(match[1])
        return CallReading(IN_CALL, IN_CALL, count, SOURCE) if count else CallReading()


class Collector(Protocol):
    """Where phones report to."""

    def ask(self, address: str, deliver: Callable[[str, str], None]) -> Report | None:
        """The report of the phone at an IP address; None if none came in time.

        deliver gets the URL that leads to the document, and the document itself, and brings one of them to the phone.
        What it raises goes on to the caller.
        """


def takes_silent_documents(firmware: Version | None) -> bool:
    """Whether a phone runs a document without showing it. One that is not sure to would show it to whoever uses it."""
    return firmware is not None and firmware >= SILENT_FROM


def report_document(url: str, token: str) -> str:
    """The document that has a phone fetch one of a few URLs below url. token names the question."""

    def fetch(branch: str) -> str:
        return f'<fetch mil="1">{escape(f"{url}/{branch}")}</fetch>'

    branches = [f'<If condition="a==b">{fetch(_BROKEN)}</If>']
    branches += [f'<Elif condition="$(phone_state)==Idle">{fetch(_IDLE)}</Elif>']
    branches += [f'<Elif condition="$(lines)=={count}">{fetch(f"{_CALLS}-{count}")}</Elif>' for count in range(_MOST)]
    branches += [f"<Else>{fetch(f'{_CALLS}-{_MOST}')}</Else>"]
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<SnomIPPhoneSilent document_id="{escape(token)}">\n' + "\n".join(branches) + "\n</SnomIPPhoneSilent>\n"
    )


def read_report(branch: str, user_agent: str) -> Report | None:
    """What a phone fetched; None where no document of ours names it."""
    return Report(branch=branch, agent=read_user_agent(user_agent)) if _BRANCH.fullmatch(branch) else None
