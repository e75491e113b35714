# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The access log of a mirror as its control serves it: what it gained since it was last looked at."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from .client import MirrorAnswer, MirrorClient
from .control_settings import ControlSettings
from .log import MAX_LINE

_LOG, _OLDER = "/control/log", "/control/log.1"
_PART = 4 * 1024 * 1024
_NEWEST = 8 * 1024 * 1024
_OVERLAP = 1024
_RANGE = re.compile(r"bytes ([0-9]{1,18})-[0-9]{1,18}/([0-9]{1,18})")


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


class ServedLog:
    """The log of one mirror, across its rotations. One thread at a time may read it."""

    def __init__(self, client: MirrorClient) -> None:
        """Call ``mark`` first, or set ``position``."""
        self._client = client
        self.position = Position()
        """How far it was read. Whoever goes on where an earlier controller stopped sets it.

        Of a log that was rotated, until the new one has something; at its beginning where no log had anything yet.
        """
        # Where the log before the current one was left, while nginx may still write to it.
        self._older = Position()
        self.gap = False
        """Whether a part of the log may have been rotated away before it was read, so that lines may be lost."""

    def mark(self) -> Position:
        """Go to the end of the log: only what comes later will be read. Raises MirrorFailed."""
        # A log that has nothing yet does not tell itself from a later one. What was there before it does.
        self.position = self._end(_LOG) or self._end(_OLDER) or Position()
        self._older = Position()
        self.gap = False
        return self.position

    def read_new(self) -> Iterator[bytes]:
        """Yield the log's lines since the last call, or since ``mark``, across a rotation. Read it to its end.

        Lines that may be lost make ``gap`` true, and what is left is read from its beginning, so some may come twice.
        Raises MirrorFailed.
        """
        if self._older.offset:
            # nginx writes to the old log until it is told, and until each of its workers has opened the new one.
            content = self._part(_OLDER, self._older)
            if content is None:
                self.gap = True
            else:
                yield from self._lines(_OLDER, self._older, content, self._keep_older)
            self._older = Position()
        content = self._part(_LOG, self.position) if self.position.offset else None
        if content is not None:
            yield from self._lines(_LOG, self.position, content, self._keep)
            return
        yield from self._rotated()
        before = self.position

        def begin(position: Position) -> None:
            if position.offset:
                self._older, self.position = before, position

        yield from self._lines(_LOG, Position(), self._part(_LOG, Position()) or b"", begin)

    def _rotated(self) -> Iterator[bytes]:
        """The rest of the log that was the current one until now.

        Where no log had anything yet, nothing tells whether the old log of now is the first one since: another may have
        come and gone before it.
        """
        is_told = self.position.offset > 0
        content = self._part(_OLDER, self.position)
        if is_told and content is None:
            self.gap, self.position = True, Position()
            content = self._part(_OLDER, self.position)
        self.gap = self.gap or bool(content and not is_told)
        yield from self._lines(_OLDER, self.position, content or b"", self._keep)

    def _keep(self, position: Position) -> None:
        self.position = position

    def _keep_older(self, position: Position) -> None:
        self._older = position

    def newest(self, most: int = _NEWEST) -> Iterator[bytes]:
        """Yield the newest lines of the log, and before them those of the one before it: so many bytes of each at most.

        The first and the last of each may be half a line. The position stays. Raises MirrorFailed.
        """
        for path in (_OLDER, _LOG):
            answer = self._client.ask("GET", path, headers={"Range": f"bytes=-{most}"})
            if answer.status not in (404, 416):
                self._client.expect(answer, 200, 206)
                yield from answer.content.splitlines(keepends=True)

    def _end(self, path: str) -> Position | None:
        """The end of a log; None where it has nothing yet, or there is none."""
        answer = self._client.ask("GET", path, headers={"Range": f"bytes=-{_OVERLAP}"})
        if answer.status in (404, 416):
            return None
        self._client.expect(answer, 200, 206)
        # The line that nginx may be writing just now is read later as a whole.
        whole = answer.content[: answer.content.rfind(b"\n") + 1]
        position = Position(_start(answer)).moved(b"", whole)
        return position if position.offset else None

    def _lines(
        self, path: str, position: Position, content: bytes, keep: Callable[[Position], None]
    ) -> Iterator[bytes]:
        """The lines of a log behind a position, which its first part holds. keep gets how far they were read."""
        while True:
            before, new = content[: position.overlap], content[position.overlap :]
            whole = new[: new.rfind(b"\n") + 1]
            if not whole and len(new) > MAX_LINE:
                # No line of nginx is so long.
                whole = new
            at, position = position, position.moved(before, whole)
            # Of what follows anything may fail. These lines do not come again.
            keep(position)
            yield from whole.splitlines(keepends=True)
            if position == at or len(content) < _PART:
                return
            more = self._part(path, position)
            if more is None:
                return
            content = more

    def _part(self, path: str, position: Position) -> bytes | None:
        """A part of a log with the overlap of a position; None where it is another log, or there is none."""
        start = position.offset - position.overlap
        answer = self._client.ask("GET", path, headers={"Range": f"bytes={start}-{start + _PART - 1}"})
        if answer.status in (404, 416):
            return None
        self._client.expect(answer, 200, 206)
        if _start(answer) != start:
            raise self._client.failed("answers with another part of its log than was asked for")
        known = answer.content[: position.overlap]
        if position.overlap and hashlib.sha256(known).hexdigest() != position.digest:
            return None
        return answer.content


def _start(answer: MirrorAnswer) -> int:
    """Where in the log the content of an answer begins."""
    part = _RANGE.fullmatch(answer.headers.get("content-range", ""))
    return int(part[1]) if part else 0


def open_log(settings: ControlSettings) -> ServedLog:
    """The log of a mirror, for who needs nothing else of it. Raises InputError for a CA that can't be read."""
    return ServedLog(MirrorClient(settings))
