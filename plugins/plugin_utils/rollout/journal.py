# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The memory of a rollout: what it asked of which phone, on disk before it asks.

Append-only JSON lines; the one that announces a trigger is on disk before it is made. Two locks live as long as the
process that holds them, so that two runs never work on one fleet's journal: one on the file itself, which holds by
whatever name another run comes to it, and one on a file beside it, which has the name of the holder. That was the only
one at first, so both are needed where another run may be of an older version.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import socket
import threading
import time
from io import FileIO
from typing import IO, Any, Protocol

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError, NotRecorded
from ansible_collections.telephony.snom.plugins.module_utils._core.regular_files import open_regular
from ansible_collections.telephony.snom.plugins.module_utils._firmware.order import (
    Ending,
    Intent,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.entries import plain_ending, plain_intent
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.history import History
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.history_file import parse_history

LOCK_PATIENCE = 3.0
"""Seconds to wait for a lock: an orphan of a killed run notices within a second that it is one, and lets go."""


class JournalFile:
    """The open journal of one run."""

    def __init__(self, path: str, run: str) -> None:
        """Take the locks and open the journal. Raises InputError when another run holds it or it can't be written."""
        self.path = path
        self.run = run
        self._writing = threading.Lock()
        self._syncing = threading.Lock()
        self._lines = self._lines_on_disk = 0
        try:
            # Without a buffer, which would keep what a full disk did not take, and try again when it is closed.
            self._file, self._lock = _open_locked(path, run)
            mend_cut_line(self._file)
        except OSError as error:
            raise InputError(
                f"journal: {path} can't be written: {error.strerror}. Name a path on a writable volume."
            ) from None

    def history(self) -> History:
        """What earlier runs wrote. Raises InputError."""
        return parse_history(_content(self._file), self.path)

    def write(self, kind: str, **entry: Any) -> None:
        """Append one line. Who kills this process does not undo it; a power cut may, until `sync`.

        Raises NotRecorded when the disk does not take it; what stands there already stays whole.
        """
        line = json.dumps({"type": kind, "run": self.run, **entry}, sort_keys=True).encode() + b"\n"
        with self._writing:
            file = self._file.fileno()
            end = os.fstat(file).st_size
            try:
                while line:
                    line = line[os.write(file, line) :]
            except OSError as error:
                # A half line would spoil the next one.
                with contextlib.suppress(OSError):
                    os.ftruncate(file, end)
                raise self._not_recorded(error) from None
            self._lines += 1

    def sync(self) -> None:
        """Wait until every line so far is on disk. Threads that wait for it at the same time share one fsync.

        Raises NotRecorded, also when somebody took the journal away: a resume would not find it.
        """
        self._require_in_place()
        wanted = self._lines
        with self._syncing:
            if self._lines_on_disk < wanted:
                lines = self._lines
                try:
                    os.fsync(self._file.fileno())
                except OSError as error:
                    raise self._not_recorded(error) from None
                self._lines_on_disk = lines

    def _require_in_place(self) -> None:
        try:
            in_place = _is_at(self._file, self.path)
        except OSError as error:
            raise self._not_recorded(error) from None
        if not in_place:
            raise NotRecorded(
                f"journal: {self.path} was moved, removed or replaced while this run wrote to it, so no resume would "
                "know what it did. Put it back if you can. Otherwise wait until this run has ended, and nothing is "
                "listed under DO NOT POWER OFF any more. Then run the same command again."
            )

    def _not_recorded(self, error: OSError) -> NotRecorded:
        return NotRecorded(
            f"journal: {self.path} can't be written: {error.strerror}. Make room, and run the same command again."
        )

    def intent(self, intent: Intent) -> None:
        """Append an intent line; it is on disk when this returns. Raises NotRecorded."""
        self._require_in_place()
        self.write("intent", **plain_intent(intent))
        self.sync()

    def end(self, host: str, ending: Ending, time: float) -> None:
        """Append how a phone ended. That it refused its credentials counts until a `login` or an intent follows."""
        self.write("end", host=host, time=time, **plain_ending(ending))

    def close(self) -> None:
        """Let go of the file and of the locks."""
        if self._file.closed:
            return
        with contextlib.suppress(NotRecorded):
            self.sync()
        self._file.close()
        self._lock.close()


def mend_cut_line(file: FileIO) -> None:
    """End a line that a crash cut off, so that the next one starts on its own. What it lacks may be its end only."""
    content = _content(file)
    if not content or content.endswith(b"\n"):
        return
    start = content.rfind(b"\n") + 1
    try:
        json.loads(content[start:])
    except (ValueError, RecursionError):
        file.truncate(start)
    else:
        file.write(b"\n")


def _content(file: FileIO) -> bytes:
    # Not by another descriptor: some network file systems let nobody read what is locked but by the one that locked it.
    file.seek(0)
    return file.readall()


def _open_locked(path: str, run: str) -> tuple[FileIO, IO[str]]:
    """The journal and the file beside it, both locked. Raises InputError when another run holds one, and OSError."""
    give_up = time.monotonic() + LOCK_PATIENCE
    while True:
        with contextlib.ExitStack() as opened:
            file = opened.enter_context(FileIO(open_regular(path, os.O_RDWR | os.O_APPEND | os.O_CREAT), "a+"))
            lock = opened.enter_context(open(f"{path}.lock", "a+", encoding="utf-8", opener=open_regular))
            if _locked(lock):
                if _locked(file) and _is_at(file, path):
                    lock.truncate(0)
                    since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
                    lock.write(f"run {run}, process {os.getpid()} on {socket.gethostname()}, since {since}")
                    lock.flush()
                    opened.pop_all()
                    return file, lock
                holder = _last_run(_content(file))
            else:
                lock.seek(0)
                holder = lock.read().strip()
            if time.monotonic() >= give_up:
                raise InputError(
                    f"journal: {path} is in use by {holder or 'a run that left no name'}. Wait until that run has "
                    "ended; two runs must not share phones."
                )
        time.sleep(0.1)


def _locked(file: IO[str] | FileIO) -> bool:
    """Whether this process holds the lock of a file now."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_at(file: FileIO, path: str) -> bool:
    """Whether an open file is the one that has the name. Raises OSError where that can't be told."""
    try:
        return os.path.samestat(os.stat(path), os.fstat(file.fileno()))
    except FileNotFoundError:
        return False


def _last_run(content: bytes) -> str:
    """Who wrote to a journal last, for people: it came here by another name, or without the file beside it."""
    for line in reversed(content.split(b"\n")):
        with contextlib.suppress(ValueError, RecursionError, KeyError, TypeError):
            entry = json.loads(line)
            if entry["type"] == "run":
                return f"run {entry['run']}, process {entry['process']} on {entry['node']}"
    return ""


class Journal(Protocol):
    """Where intents and endings are kept: a `JournalFile`, or nothing. Each method may raise NotRecorded."""

    def write(self, kind: str, **entry: Any) -> None:
        """Append one entry; it is on disk after the next `sync`."""

    def sync(self) -> None:
        """Wait until all entries are on disk."""

    def intent(self, intent: Intent) -> None:
        """Append an intent; it is on disk when this returns."""

    def end(self, host: str, ending: Ending, time: float) -> None:
        """Append how a phone ended. time is in seconds since the epoch."""


class NoJournal:
    """Stands in where no journal is wanted."""

    def write(self, kind: str, **entry: Any) -> None:
        """Forget it."""

    def sync(self) -> None:
        """Nothing to wait for."""

    def intent(self, intent: Intent) -> None:
        """Forget it."""

    def end(self, host: str, ending: Ending, time: float) -> None:
        """Forget it."""

    def close(self) -> None:
        """Nothing to let go of."""
