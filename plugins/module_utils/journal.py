# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The memory of a rollout: what it asked of which phone, on disk before it asks.

Append-only JSON lines; the one that announces a trigger is on disk before it is made. A lock beside the file lives as
long as the process that holds it, so that two runs never work on one fleet's journal.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import socket
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO, Any

from .errors import InputError, NotRecorded
from .outcomes import OUTCOMES
from .upgrade import Ending, Intent, plain_intent, resumed_evidence, unsafe_until
from .version import Version

LOCK_PATIENCE = 3.0
"""Seconds to wait for a lock: an orphan of a killed run notices within a second that it is one, and lets go."""


@dataclass
class History:
    """What earlier runs left behind."""

    open_intents: dict[str, Intent] = field(default_factory=dict)
    """By host: triggers whose end nobody saw."""
    failed_images: dict[tuple[str, str], float] = field(default_factory=dict)
    """(host, file) that came back on the old version, and when (seconds since the epoch)."""
    refused_credentials: set[str] = field(default_factory=set)
    """Hosts that refused their credentials in a run that was cut off, so that its resume does not ask again."""
    ended: dict[str, Ending] = field(default_factory=dict)
    """By host: how the phones ended that a run had triggered before it was cut off. They count in its resume."""
    proven: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(file, version before): how many phones that run brought well through this step."""

    began: dict[str, str] = field(default_factory=dict)
    """By host: the version that it had when the run that was cut off asked it first."""
    last: dict[str, Intent] = field(default_factory=dict)
    """By host: what that run asked it last."""

    def first_version(self, host: str, mac: str | None, version: str) -> str:
        """The version at which an interrupted run found a phone that is on its way over several images now."""
        last = self.last.get(host)
        on_its_way = last is not None and last.mac in (None, mac) and version in (last.before, last.target)
        return self.began[host] if on_its_way else version

    def apply(self, entry: Mapping[str, Any]) -> None:
        """Take in one line of a journal. Raises KeyError or TypeError when it lacks something."""
        kind = entry["type"]
        if kind == "run_end":
            self.refused_credentials.clear()
            self.ended.clear()
            self.proven.clear()
            self.began.clear()
            self.last.clear()
        elif kind == "intent":
            given = {name: entry[name] for name in Intent.__dataclass_fields__}
            intent = Intent(**given | {"registered": tuple(given["registered"])})
            step_before = self.open_intents.get(intent.host)
            if step_before is not None and step_before.target == intent.before:
                self.proven[step_before.file, step_before.before] += 1
            self.began[intent.host] = self.first_version(intent.host, intent.mac, intent.before)
            self.last[intent.host] = intent
            self.open_intents[intent.host] = intent
            self.ended.pop(intent.host, None)
        elif kind == "end":
            self._end(entry["host"], entry["outcome"], entry)

    def _end(self, host: str, outcome: str, entry: Mapping[str, Any]) -> None:
        intent = self.open_intents.pop(host, None)
        if intent is not None and not entry["triggered"] and self.began[host] == intent.before:
            # Nothing was asked of it yet.
            del self.began[host], self.last[host]
        if outcome == "auth_failed":
            self.refused_credentials.add(host)
        if intent is not None and outcome == "old_version":
            self.failed_images[host, intent.file] = entry["time"]
        elif intent is not None and outcome == "upgraded":
            self.failed_images.pop((host, intent.file), None)
            self.proven[intent.file, intent.before] += 1
        if entry["triggered"] and (outcome == "upgraded" or OUTCOMES[outcome].recap == "failed"):
            if intent is not None:
                evidence = resumed_evidence(intent)
                after = Version.parse(intent.target) if outcome == "upgraded" else None
                ending = Ending(outcome, entry["reason"], after, triggered=True, evidence=evidence)
                if outcome in ("timed_out", "auth_failed", "locked_out"):
                    ending.unsafe_until = unsafe_until(evidence)
                self.ended[host] = ending
            elif host in self.ended:
                # The soak overturns an ending.
                overturned = self.ended[host]
                overturned.outcome, overturned.reason, overturned.after = outcome, entry["reason"], None
                self.proven[step_of(overturned)] -= 1


def step_of(resumed: Ending) -> tuple[str, str]:
    """(file, version before) of the step that an interrupted run had asked a phone for."""
    return resumed.evidence["file"], resumed.evidence["firmware_before"]


def read_history(path: str) -> History:
    """Read a journal; a missing one is an empty one.

    The last line may be cut off by a crash. A broken line anywhere else raises InputError: what it said is unknown.
    """
    history = History()
    try:
        with open(path, encoding="utf-8") as file:
            lines = file.read().split("\n")
    except FileNotFoundError:
        return history
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"journal: {path} can't be read: {error}.") from None
    for number, line in enumerate(lines, start=1):
        if not line:
            continue
        try:
            history.apply(json.loads(line))
        except (ValueError, KeyError, TypeError):
            if number == len(lines):
                break
            raise InputError(
                f"journal: line {number} of {path} is broken, so what earlier runs did is not known. "
                "Mend the line, or move the file away once no phone is being upgraded."
            ) from None
    return history


class Journal:
    """The open journal of one run."""

    def __init__(self, path: str, run: str) -> None:
        """Take the lock and open the journal. Raises InputError when another run holds it or it can't be written."""
        self.path = path
        self.run = run
        self._writing = threading.Lock()
        self._syncing = threading.Lock()
        self._lines = self._lines_on_disk = 0
        try:
            self._lock = _lock(path, run)
            mend_cut_line(path)
            # Without a buffer, which would keep what a full disk did not take, and try again when it is closed.
            self._file = open(path, "ab", buffering=0, opener=_private)  # noqa: SIM115 - lives as long as self
        except OSError as error:
            raise InputError(
                f"journal: {path} can't be written: {error.strerror}. Name a path on a writable volume."
            ) from None

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
        """Return when every line so far is on disk. Threads that wait for it at the same time share one fsync.

        Raises NotRecorded.
        """
        wanted = self._lines
        with self._syncing:
            if self._lines_on_disk < wanted:
                lines = self._lines
                try:
                    os.fsync(self._file.fileno())
                except OSError as error:
                    raise self._not_recorded(error) from None
                self._lines_on_disk = lines

    def _not_recorded(self, error: OSError) -> NotRecorded:
        return NotRecorded(
            f"journal: {self.path} can't be written: {error.strerror}. Make room, and run the same command again."
        )

    def intent(self, intent: Intent) -> None:
        """Append an intent line; it is on disk when this returns."""
        self.write("intent", **plain_intent(intent))
        self.sync()

    def end(self, host: str, ending: Ending, time: float) -> None:
        """Append how a phone ended."""
        self.write(
            "end", host=host, outcome=ending.outcome, reason=ending.reason, triggered=ending.triggered, time=time
        )

    def close(self) -> None:
        """Let go of the file and of the lock."""
        with contextlib.suppress(NotRecorded):
            self.sync()
        self._file.close()
        self._lock.close()


def mend_cut_line(path: str) -> None:
    """End a line that a crash cut off, so that the next one starts on its own."""
    try:
        with open(path, "r+b") as file:
            content = file.read()
            if content and not content.endswith(b"\n"):
                file.truncate(content.rfind(b"\n") + 1)
    except FileNotFoundError:
        return


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o640)


def _lock(path: str, run: str) -> IO[str]:
    file = open(f"{path}.lock", "a+", encoding="utf-8", opener=_private)  # noqa: SIM115 - held for the whole run
    give_up = time.monotonic() + LOCK_PATIENCE
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            if time.monotonic() < give_up:
                time.sleep(0.1)
                continue
            file.seek(0)
            holder = file.read().strip() or "a run that left no name"
            file.close()
            raise InputError(
                f"journal: {path} is in use by {holder}. Wait until that run has ended; two runs must not share phones."
            ) from None
    file.seek(0)
    file.truncate()
    since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    file.write(f"run {run}, process {os.getpid()} on {socket.gethostname()}, since {since}")
    file.flush()
    return file
