# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a controller tells a mirror over HTTP: which phone is shown a firmware and until when; and what its log gained.

The other side is ``/control/`` of the role firmware_mirror: nginx with WebDAV. A PUT there is one rename, and its Date
becomes the time of the file, after which a timer on the mirror removes it, whatever became of the controller.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import os
import re
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import formatdate, parsedate_to_datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from .._core.clock import system_time
from .._core.errors import InputError, SnomError
from .._core.outcomes import Outcome
from .._core.timed_response import AtMost, TimedResponse
from .._known.images import check_url
from .._known.mac import normalize_mac
from .._provisioning.xml import firmware_file
from .control_settings import OPTION, ControlSettings, wrong
from .log import MAX_LINE

LONGEST_SILENCE = 180.0
"""Seconds. The mirror's timer runs each minute; nothing is armed where it has not for so long."""

SKEW = 300.0
"""Seconds by which the mirror's clock may differ from the controller's before a person is told."""

WHOLE_SECONDS = 2.0
"""By how many the clocks may differ without anybody noticing: nginx tells whole ones."""

_REFUSED = range(400, 500)
"""Statuses of requests that were certainly not carried out."""

_PART = 4 * 1024 * 1024
_OVERLAP = 1024
_LARGEST_HEAD = 1024 * 1024
_LARGEST_LIST = 32 * 1024 * 1024
_RANGE = re.compile(r"bytes ([0-9]{1,18})-[0-9]{1,18}/([0-9]{1,18})")
_ARMED = re.compile(r"([0-9A-F]{12})\.xml")


class MirrorFailed(SnomError):
    """The mirror can't be asked, or it says no. Nothing was armed by this."""

    outcome = Outcome.NOT_STARTED


class MirrorAnswerLost(MirrorFailed):
    """A request may have reached the mirror. What was to be armed may be armed: disarm it."""


@dataclass(frozen=True)
class Armed:
    """What a phone is shown since when."""

    since: datetime
    """By the mirror's clock, as its log has it."""
    length: int
    """Bytes of its firmware file. The one that phones get while unarmed is shorter."""


@dataclass(frozen=True)
class Position:
    """How far the log was read. The last bytes before it tell whether a file is still the same log."""

    offset: int = 0
    overlap: int = 0
    digest: str = ""

    def as_dict(self) -> dict[str, Any]:
        """What a journal keeps of it: ``Position(**kept)`` goes on from there."""
        return {"offset": self.offset, "overlap": self.overlap, "digest": self.digest}

    def moved(self, before: bytes, content: bytes) -> Position:
        """The position behind content, which is read; before stands right in front of it."""
        last = (before + content)[-_OVERLAP:]
        return Position(self.offset + len(content), len(last), hashlib.sha256(last).hexdigest())


@dataclass(frozen=True)
class _Answer:
    status: int
    headers: Mapping[str, str]
    content: bytes


class MirrorControl:
    """One mirror. Each request has a connection of its own."""

    def __init__(self, settings: ControlSettings, position: Position | None = None) -> None:
        """position is where an earlier controller stopped reading the log; without it, call ``mark`` first."""
        self._settings = settings
        self._parts = urlsplit(settings.url)
        self._context = _context(settings) if self._parts.scheme == "https" else None
        login = base64.b64encode(f"{settings.username}:{settings.password}".encode()).decode()
        self._headers = {
            "Host": self._parts.netloc,
            "Authorization": f"Basic {login}",
            "User-Agent": "telephony.snom",
            "Accept": "*/*",
            "Connection": "close",
        }
        self.position = position or Position()
        # Where the log before the current one was left, while nginx may still write to it.
        self._older: Position | None = None
        self._at = self.position
        # On the clock of time.monotonic().
        self._checked: float | None = None
        self.skew = 0.0
        """Seconds by which the mirror's clock is ahead of the controller's, as of the newest answer."""
        self.told: datetime | None = None
        """What the mirror's clock showed when it answered last, in whole seconds."""
        self.gap = False
        """Whether the log was rotated away before it was read, so that lines may be lost."""

    def check(self) -> str | None:
        """Make sure that the mirror lets this controller in and that its timer runs; return what to warn of, if any.

        Raises MirrorFailed. Nothing may be armed where nobody disarms for a controller that dies.
        """
        answer = self._ask("GET", "/control/timer")
        if answer.status == 404:
            ran = None
        else:
            self._expect(answer, 200)
            ran = _date(answer.headers.get("last-modified"))
        now = _date(answer.headers.get("date"))
        if now is None:
            raise self._failed("tells no time, so no deadline can be given to it")
        if ran is None or (now - ran).total_seconds() > LONGEST_SILENCE:
            raise self._failed(
                "does not run the timer that disarms phones when their time is over. Start snom-mirror-disarm.timer "
                "there, or put the line into a crontab that the README of the role firmware_mirror shows"
            )
        self._checked = time.monotonic()
        return self.clock_warning()

    def clock_warning(self) -> str | None:
        """What a person must be told about the mirror's clock, as of the newest answer."""
        if abs(self.skew) <= SKEW:
            return None
        return (
            f"The clock of {self._shown} differs from the controller's by {abs(self.skew):.0f} s. Deadlines are "
            "given in the mirror's own time. Set the clocks."
        )

    def arm(self, mac: str, image_url: str, deadline: float) -> Armed:
        """Show a phone this image until a time, in seconds since the epoch by ``system_time``.

        Only an image of the phone's own model may be given: the caller sees to that. Raises InputError for a MAC or URL
        that is none, MirrorFailed, and MirrorAnswerLost where the phone may be armed all the same.
        """
        check_url(image_url)
        content = firmware_file(image_url)
        if len(content) > 4096:
            raise InputError("The URL of the image is too long for a mirror.")
        if self._checked is None or time.monotonic() - self._checked > LONGEST_SILENCE / 3:
            self.check()
        if deadline <= system_time():
            raise InputError("The deadline for arming is over already.")
        answer = self._ask("PUT", _path(mac), content, {"Date": formatdate(deadline + self.skew, usegmt=True)})
        if answer.status not in (201, 204, *_REFUSED):
            # So answers nginx itself that has renamed the file already, or a gateway that lost the answer of nginx.
            raise MirrorAnswerLost(
                f"{self._shown} answers with status {answer.status}, and may have done it. Look at its error.log."
            )
        self._expect(answer, 201, 204)
        since = _date(answer.headers.get("date"))
        if since is None:
            raise MirrorAnswerLost(
                f"{self._shown} answers without a date, so nothing in its log can be told to be new."
            )
        return Armed(since, len(content))

    def disarm(self, mac: str) -> None:
        """Show a phone no firmware any more. One that is shown none is fine. Raises MirrorFailed."""
        self._expect(self._ask("DELETE", _path(mac)), 204, 404)

    def armed(self) -> dict[str, float]:
        """The MAC addresses of phones that are shown a firmware, with their deadlines by ``system_time``."""
        answer = self._ask("GET", "/control/armed/")
        self._expect(answer, 200)
        try:
            entries = json.loads(answer.content)
            found = {str(entry["name"]): _date(str(entry["mtime"])) for entry in entries}
        except (ValueError, KeyError, TypeError, RecursionError):
            raise self._failed("answers with no list of what is armed") from None
        return {
            match[1]: until.timestamp() - self.skew
            for name, until in found.items()
            if (match := _ARMED.fullmatch(name)) and until
        }

    def mark(self) -> Position:
        """Go to the end of the log: only what comes later will be read. Raises MirrorFailed."""
        answer = self._ask("GET", "/control/log", headers={"Range": f"bytes=-{_OVERLAP}"})
        self._older = None
        self.gap = False
        if answer.status in (404, 416):
            self.position = Position()
            return self.position
        self._expect(answer, 200, 206)
        part = _RANGE.fullmatch(answer.headers.get("content-range", ""))
        start = int(part[1]) if part else 0
        # The line that nginx may be writing just now is read later as a whole.
        whole = answer.content[: answer.content.rfind(b"\n") + 1]
        self.position = Position(start).moved(b"", whole)
        return self.position

    def read_new(self) -> Iterator[bytes]:
        """Yield the log's lines since the last call, or since ``mark``, across a rotation. Read it to its end.

        Lines of a log that was lost make ``gap`` true, and what is left is read from its beginning, so some may come
        twice. Raises MirrorFailed.
        """
        older, self._older = self._older, None
        if older is not None:
            # nginx writes to the old log until it is told, and until each of its workers has opened the new one.
            yield from self._rest("/control/log.1", older) or ()
            older = self._at
        lines = self._rest("/control/log", self.position)
        if lines is not None:
            yield from lines
            if not self.position.offset:
                self._older = older
            return
        position = self.position
        before = self._rest("/control/log.1", position)
        if before is None:
            self.gap = True
            position = Position()
            before = self._rest("/control/log.1", position) or iter(())
        yield from before
        self._older = self._at
        self.position = Position()
        yield from self._rest("/control/log", self.position) or ()

    def _rest(self, path: str, position: Position) -> Iterator[bytes] | None:
        """The lines of a log behind a position; None where it is another log, or there is none."""
        content = self._part(path, position)
        if content is None:
            self._at = position
            return None if position.offset else iter(())
        return self._lines(path, position, content)

    def _lines(self, path: str, position: Position, content: bytes) -> Iterator[bytes]:
        while True:
            before, new = content[: position.overlap], content[position.overlap :]
            whole = new[: new.rfind(b"\n") + 1]
            if not whole and len(new) > MAX_LINE:
                # No line of nginx is so long.
                whole = new
            at, position = position, position.moved(before, whole)
            self._at = position
            if path == "/control/log":
                self.position = position
            yield from whole.splitlines(keepends=True)
            if position == at or len(content) < _PART:
                return
            more = self._part(path, position)
            if more is None:
                return
            content = more

    def _part(self, path: str, position: Position) -> bytes | None:
        start = position.offset - position.overlap
        answer = self._ask("GET", path, headers={"Range": f"bytes={start}-{start + _PART - 1}"})
        if answer.status in (404, 416):
            return None
        self._expect(answer, 200, 206)
        part = _RANGE.fullmatch(answer.headers.get("content-range", ""))
        if (int(part[1]) if part else 0) != start:
            raise self._failed("answers with another part of its log than was asked for")
        known = answer.content[: position.overlap]
        if position.overlap and hashlib.sha256(known).hexdigest() != position.digest:
            return None
        return answer.content

    def _ask(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> _Answer:
        deadline = time.monotonic() + self._settings.timeout

        def left() -> float:
            return deadline - time.monotonic()

        sock = self._connect(deadline)
        connection = http.client.HTTPConnection(self._parts.hostname or "")
        connection.sock = sock
        # Typed as a class, but http.client only ever calls it.
        connection.response_class = partial(  # type: ignore[assignment]
            TimedResponse, left=left, took=AtMost(_LARGEST_LIST + _LARGEST_HEAD)
        )
        sent_at = system_time()
        try:
            connection.request(method, path, body, {**self._headers, **(headers or {})})
            response = connection.getresponse()
            content = response.read(_LARGEST_LIST + 1)
        except (OSError, http.client.HTTPException):
            raise MirrorAnswerLost(
                f"{self._shown} gave no whole answer within {self._settings.timeout:g} s. Look at its nginx and the "
                "network."
            ) from None
        finally:
            connection.close()
        if len(content) > _LARGEST_LIST:
            raise self._failed("answers with more than 32 MiB")
        found = {name.lower(): value for name, value in response.headers.items()}
        told = _date(found.get("date"))
        self.told = told or self.told
        if told is not None:
            # The mirror tells whole seconds, and may have told them before or after the middle.
            skew = told.timestamp() - (sent_at + system_time()) / 2
            self.skew = skew if abs(skew) > 2 else 0.0
        return _Answer(response.status, found, content)

    def _connect(self, deadline: float) -> socket.socket:
        host = self._parts.hostname or ""
        port = self._parts.port or (443 if self._context else 80)
        try:
            sock = socket.create_connection((host, port), max(deadline - time.monotonic(), 0.001))
        except (OSError, UnicodeError) as error:
            raise self._failed(f"can't be reached: {_why(error)}. Check url in {OPTION}, and that nginx runs") from None
        if self._context is None:
            return sock
        try:
            sock.settimeout(max(deadline - time.monotonic(), 0.001))
            return self._context.wrap_socket(sock, server_hostname=host)
        except ssl.SSLCertVerificationError as error:
            sock.close()
            raise self._failed(
                f"shows a certificate that is not trusted ({error.verify_message}). Give its CA as ca_path in {OPTION}"
            ) from None
        except OSError as error:
            sock.close()
            raise self._failed(f"fails in the TLS handshake: {_why(error)}. Check url in {OPTION}") from None

    @property
    def _shown(self) -> str:
        return f"The mirror {self._settings.url}"

    def _failed(self, what: str) -> MirrorFailed:
        return MirrorFailed(f"{self._shown} {what}.")

    def _expect(self, answer: _Answer, *statuses: int) -> None:
        if answer.status in statuses:
            return
        if answer.status == 401:
            raise self._failed(f"refuses the login. Correct username and password in {OPTION}")
        if answer.status == 403:
            raise self._failed("lets this controller do nothing. Add its network to firmware_mirror_control_networks")
        if answer.status in (404, 405):
            raise self._failed("has no such control. Run the role firmware_mirror with firmware_mirror_control: true")
        raise self._failed(f"answers with status {answer.status}. Look at its error.log")


def _path(mac: str) -> str:
    return f"/control/armed/{normalize_mac(mac)}.xml"


def _date(text: str | None) -> datetime | None:
    try:
        date = parsedate_to_datetime(text or "")
        return date if date.tzinfo else date.replace(tzinfo=timezone.utc)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _why(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, (socket.gaierror, UnicodeError)):
        return "its name is not known"
    return (getattr(error, "strerror", None) or "the connection broke").lower()


def _context(settings: ControlSettings) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if not settings.validate_certs:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    try:
        if settings.ca_path is None:
            context.load_default_certs()
        elif os.path.isdir(settings.ca_path):
            context.load_verify_locations(capath=settings.ca_path)
        else:
            context.load_verify_locations(cafile=settings.ca_path)
    except OSError:
        raise wrong("has a ca_path without certificates that can be read", "Give a PEM file, or a folder") from None
    return context
