# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the access log of a mirror proves about phones.

The log is that of the role firmware_mirror: one JSON object a line. Everything in it but time, address, status and
bytes was written by the client, so a line is believed as far as its client is. It proves what a phone said of itself at
that time, and that a file was sent; not that an image was written into the flash.

Lines come from whoever reaches the mirror: every pattern here is linear, and what is remembered is bounded.
"""

from __future__ import annotations

import glob
import gzip
import heapq
import json
import re
import zlib
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, BinaryIO, cast
from urllib.parse import unquote

from .._core.errors import InputError, expect
from .._core.regular_files import open_regular
from .._known.mac import normalize_mac
from .._known.mac_in_text import PREFIXES, find_mac
from .._known.user_agent import DECT, PHONE, UserAgent, read_user_agent

ARGUMENT_SPEC: dict[str, dict[str, Any]] = {
    "paths": {"type": "list", "elements": "str", "default": ["/var/log/snom-mirror/access.log*"]},
    "lines_of": {"type": "str"},
}

MOST_LINES = 500
"""Lines of one phone that are kept as they are, the newest ones."""

MAX_LINE = 65536
"""Bytes. nginx takes 8 KB for a line of a request, and escaping makes six bytes of one."""

MAX_PHONES = 100_000
MAX_FILES = 100
"""So many phones, and files of each, are remembered; more can only be invented."""

_FILE = re.compile(r"[A-Za-z0-9._-]{1,120}")
_LONGEST_MAC = 17
_RANGE = re.compile(r"bytes ([0-9]{1,15})-[0-9]{1,15}/([0-9]{1,15})")


@dataclass
class Fetch:
    """The newest request for a file. received counts the bytes from its beginning that were sent without a gap."""

    status: int
    time: datetime
    path: str
    received: int = 0
    complete: bool = False


@dataclass
class Sighting:
    """What the log says of one phone."""

    agent: UserAgent
    """The newest word of what runs on it, or else of what loads its images."""
    said: datetime
    """When that was."""
    address: str
    last_seen: datetime
    fetched: dict[str, Fetch] = field(default_factory=dict)


@dataclass(frozen=True)
class Request:
    """One line of the log."""

    time: datetime
    address: str
    method: str
    path: str
    query: str
    mac: str
    status: int
    sent: int
    length: int | None
    content_range: str
    agent: UserAgent | None
    """None where no phone can be told from what it says of itself."""
    raw: bytes = field(default=b"", repr=False)
    """The line."""

    @property
    def file(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def phone(self) -> str | None:
        """The MAC address of the phone: as it says itself, else by the file, the query or the folder."""
        said = self.agent.mac if self.agent else None
        return said or self.owner

    @property
    def names_phone(self) -> bool:
        """Whether the path or the query is for one phone."""
        return self.owner is not None

    @property
    def owner(self) -> str | None:
        """The MAC address of the phone that the path or the query is for, whoever asks."""
        return find_mac(self.file) or find_mac(self.query) or find_mac(self.mac) or self._folder

    @property
    def _folder(self) -> str | None:
        """The MAC address by which a folder is named. The name of a generation has as many digits."""
        found = {find_mac(part) for part in self.path.split("/")[:-1] if len(part) <= _LONGEST_MAC}
        macs = [mac for mac in found if mac and mac.startswith(PREFIXES)]
        return macs[0] if len(macs) == 1 else None


class MirrorLog:
    """Collects what lines prove."""

    def __init__(self, log_lines: str | None = None) -> None:
        """lines_of is the MAC address of a phone whose lines are kept as they are."""
        self._lines_of = log_lines
        self.lines: deque[bytes] = deque(maxlen=MOST_LINES)
        self.phones: dict[str, Sighting] = {}
        # Lines that can't be put to a phone.
        self.unknown = 0

    def read(self, *logs: Iterable[bytes]) -> None:
        """Read logs in any order, for which all are open at a time. Each has lines of at most MAX_LINE bytes.

        nginx writes a log in the order of time. What goes on in the next log after a rotation needs the same of all.
        """
        for request in heapq.merge(*map(self._requests, logs), key=lambda request: request.time):
            if not self._note(request):
                self.unknown += 1

    def _requests(self, lines: Iterable[bytes]) -> Iterator[Request]:
        for line in lines:
            request = read_request(line)
            if request is None or request.agent is None or request.agent.kind == DECT:
                self.unknown += 1
            else:
                yield request

    def as_dict(self) -> dict[str, Any]:
        """What was found, as plain JSON."""
        return {"phones": {mac: _plain(self.phones[mac]) for mac in sorted(self.phones)}, "unknown": self.unknown}

    def _note(self, request: Request) -> bool:
        mac = request.phone
        if mac is not None and mac == self._lines_of:
            self.lines.append(request.raw)
        if mac is None or (mac not in self.phones and len(self.phones) >= MAX_PHONES):
            return False
        agent = expect(request.agent)
        seen = self.phones.setdefault(mac, Sighting(agent, request.time, request.address, request.time))
        # What loads an image says a version of its own. Only where nothing else came does it count.
        if (agent.kind == PHONE, request.time) >= (seen.agent.kind == PHONE, seen.said):
            seen.agent, seen.said = agent, request.time
        if request.time >= seen.last_seen:
            seen.address, seen.last_seen = request.address, request.time
        if request.method == "GET" and _FILE.fullmatch(request.file):
            _note_fetch(seen.fetched, request)
        return True


def _note_fetch(fetched: dict[str, Fetch], request: Request) -> None:
    before = fetched.get(request.file)
    if (before is None and len(fetched) >= MAX_FILES) or (before and request.time < before.time):
        return
    fetched[request.file] = note_part(before, request) or Fetch(request.status, request.time, request.path)


def note_part(before: Fetch | None, request: Request) -> Fetch | None:
    """What was sent of a file after this request, too; None where it sent nothing of it."""
    fetch = Fetch(request.status, request.time, request.path)
    if request.status == 200:
        fetch.received, total = request.sent, request.length
    elif request.status == 206 and (part := _RANGE.fullmatch(request.content_range)):
        start, total = int(part[1]), int(part[2])
        # A phone that goes on where it was interrupted. What it got before counts if there is no gap.
        so_far = 0 if before is None or start == 0 else before.received
        fetch.received = max(so_far, start + request.sent) if start <= so_far else so_far
    else:
        return None
    fetch.complete = total is not None and fetch.received >= total
    return fetch


def read_request(line: bytes) -> Request | None:
    """Read a line, or return None if it is none of this log."""
    try:
        # A client's bytes need not be UTF-8. What a log lacks that older releases wrote is taken for empty.
        entry = json.loads(line.decode("utf-8", "replace"))
        agent = read_user_agent(entry["user_agent"])
        path, _separator, query = unquote(str(entry["uri"])).partition("?")
        length = str(entry.get("length", ""))
        return Request(
            time=datetime.fromisoformat(entry["time"]).astimezone(timezone.utc),
            address=str(entry["address"]),
            method=str(entry["method"]),
            path=path,
            query=query,
            mac=unquote(str(entry.get("mac", ""))),
            status=int(entry["status"]),
            sent=int(entry["bytes"]),
            length=int(length) if length.isdecimal() else None,
            content_range=str(entry.get("range", "")),
            agent=agent,
            raw=line.strip(),
        )
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return None


def read_logs(paths: Iterable[str], mac: str | None = None) -> dict[str, Any]:
    """What the logs prove, and the lines of one phone by its MAC address. paths may hold wildcards.

    Raises InputError for a file that can't be read, and for what is no MAC address.
    """
    log = MirrorLog(None if mac is None else normalize_mac(mac))
    # Where nothing matches, the pattern itself is opened, which tells what is wrong.
    found = [path for pattern in paths for path in sorted(glob.glob(pattern)) or [pattern]]
    log.read(*map(log_lines, found))
    lines = {} if mac is None else {"lines": [line.decode("utf-8", "replace") for line in log.lines]}
    return log.as_dict() | lines


def log_lines(path: str) -> Iterator[bytes]:
    """Yield the lines of a log, also of a compressed one. Of longer ones than MAX_LINE only a part, which is no JSON.

    Raises InputError if the file can't be read.
    """
    try:
        with open(open_regular(path), "rb") as file, gzip.open(file) if path.endswith(".gz") else file as stream:
            yield from iter(lambda: cast(BinaryIO, stream).readline(MAX_LINE), b"")
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(
            f"paths: {path} can't be read: {reason}. Run the task on the mirror, as a user who may read its logs."
        ) from None


def _plain(seen: Sighting) -> dict[str, Any]:
    agent = seen.agent
    return {
        "model": agent.model,
        "firmware": str(agent.firmware) if agent.firmware else None,
        "said_by": agent.kind,
        "said_at": seen.said.isoformat(),
        "boot_loader": agent.boot_loader,
        "boot_loader_built": agent.built,
        "modules": dict(agent.modules),
        "address": seen.address,
        "last_seen": seen.last_seen.isoformat(),
        "fetched": [
            {
                "file": file,
                "path": fetch.path,
                "status": fetch.status,
                "complete": fetch.complete,
                "time": fetch.time.isoformat(),
            }
            for file, fetch in sorted(seen.fetched.items())
        ],
    }
