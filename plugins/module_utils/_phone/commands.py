# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The commands of the remote control, and what can be read as a picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Union

from .._known.key_event import KeyEvent
from .._known.version import Version
from .loadable_phone import Load

LISTS = ("missed", "dialed", "received")
"""The lists of calls that a phone keeps."""

SPELLINGS = 2
"""In how many ways the vendor's pages spell the commands that have a spelling. The likeliest is number 0."""


@dataclass(frozen=True)
class Press:
    """Press keys, one after the other."""

    keys: tuple[KeyEvent, ...]


@dataclass(frozen=True)
class Touch:
    """Touch the screen at places: x, y and ``press``, ``release`` or ``both`` for each."""

    places: tuple[tuple[int, int, str], ...]


@dataclass(frozen=True)
class Dial:
    """Call a number or address, from one of the phone's own addresses if it is given; by SIP also beside a call."""

    number: str
    outgoing_uri: str | None = None
    in_call: bool = False


@dataclass(frozen=True)
class Tones:
    """Send tones to the other side of a call."""

    tones: str


@dataclass(frozen=True)
class ReleaseAllCalls:
    """Hang up every call."""


@dataclass(frozen=True)
class LogOff:
    """Log off a line, or all of them."""

    line: int | None


@dataclass(frozen=True)
class Reregister:
    """Register a line again."""

    line: int


@dataclass(frozen=True)
class Ring:
    """Play a ringing tone."""

    ringer: int


@dataclass(frozen=True)
class FixLineInfoLayer:
    """Put the line info layer where pictures of the screen show it."""


@dataclass(frozen=True)
class ClearList:
    """Empty one of `LISTS`."""

    name: str
    spelling: int = 0


@dataclass(frozen=True)
class Write:
    """Write settings. `Phone.writes` makes those that are not too long."""

    settings: Mapping[str, str] = field(repr=False)
    store: bool


@dataclass(frozen=True)
class OpenDocument:
    """Run a document of the XML minibrowser, which the phone fetches from the URL, or is sent as the text."""

    url: str
    text: str


@dataclass(frozen=True)
class Restart:
    """Restart. firmware is what the phone runs, None where that is not known."""

    firmware: Version | None
    spelling: int = 0


@dataclass(frozen=True)
class Reset:
    """Go back to the settings of the factory. firmware is that of `Restart`."""

    firmware: Version | None


# ansible-test's pylint takes a union by bars for arithmetic.
Command = Union[  # noqa: UP007
    Press,
    Touch,
    Dial,
    Tones,
    ReleaseAllCalls,
    LogOff,
    Reregister,
    Ring,
    FixLineInfoLayer,
    ClearList,
    Write,
    OpenDocument,
    Load,
    Restart,
    Reset,
]
"""What `Phone.command` takes."""


@dataclass(frozen=True)
class Picture:
    """What can be read as a picture: the ``display``, the ``labels`` beside the function keys, or an ``expansion``."""

    which: str
