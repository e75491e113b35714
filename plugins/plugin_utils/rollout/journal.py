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
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from io import FileIO
from typing import IO, Any, Protocol

from ansible_collections.telephony.snom.plugins.module_utils._core.clock import LONGEST_WAIT
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError, NotRecorded, expect
from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import OUTCOMES, Outcome
from ansible_collections.telephony.snom.plugins.module_utils._core.regular_files import open_regular, read_regular
from ansible_collections.telephony.snom.plugins.module_utils._firmware.order import (
    Ending,
    Evidence,
    Intent,
)
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version

LOCK_PATIENCE = 3.0
"""Seconds to wait for a lock: an orphan of a killed run notices within a second that it is one, and lets go."""

LATEST = 4e9
"""Seconds since the epoch: a time in the year 2096. What a journal says of later ones is no time of a rollout."""


OUT_OF_ORDER = 60.0
"""Seconds by which a line may be older than the one before it, which another thread wrote while this one waited."""


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= LATEST


def _is_version(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(Version.parse(value))
    except InputError:
        return False


_FORMS: Mapping[str, Mapping[str, Callable[[Any], bool]]] = {
    "login": {"host": _is_text},
    "intent": {
        "host": _is_text,
        "mac": lambda value: value is None or _is_text(value),
        "file": _is_text,
        "before": _is_version,
        "target": _is_version,
        "time": _is_time,
        "deadline": _is_time,
        "registered": lambda value: isinstance(value, list) and all(_is_whole(line) for line in value),
    },
    "end": {
        "host": _is_text,
        "outcome": lambda value: isinstance(value, str) and value in OUTCOMES,
        "reason": lambda value: isinstance(value, str),
        "triggered": lambda value: isinstance(value, bool),
        "time": _is_time,
    },
    "slow": {"site": lambda value: value is None or isinstance(value, str), "seconds": _is_time},
}
"""What each kind of line must hold to be understood. Anybody may have edited a journal, or a disk garbled it."""

_LATER_FORMS: Mapping[str, Mapping[str, Callable[[Any], bool]]] = {
    "run": {"time": _is_time},
    "intent": {"mark": lambda value: value is None or isinstance(value, dict)},
    "end": {
        "unsafe_until": lambda value: value is None or _is_time(value),
        "after": lambda value: value is None or _is_version(value),
    },
}
"""The same for what the first versions did not write."""


def check_entry(entry: object) -> Mapping[str, Any]:
    """An entry of a journal that holds what its kind must. Raises ValueError, which says what does not fit."""
    if not isinstance(entry, dict) or not _is_text(entry.get("type")):
        raise ValueError("it is no entry of a journal")
    for name, fits in _FORMS.get(entry["type"], {}).items():
        if name not in entry:
            raise ValueError(f"it has no {name}")
        if not fits(entry[name]):
            raise ValueError(f"its {name} is {json.dumps(entry[name])[:40]}")
    for name, fits in _LATER_FORMS.get(entry["type"], {}).items():
        if name in entry and not fits(entry[name]):
            raise ValueError(f"its {name} is {json.dumps(entry[name])[:40]}")
    # With a second for what is lost in floating point.
    if entry["type"] == "intent" and not 0 <= entry["deadline"] - entry["time"] <= LONGEST_WAIT + 1:
        raise ValueError("its deadline is not within two weeks of its time")
    return entry


Step = tuple[str, Version]
"""An image file, and the version from which a phone was sent there."""


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
    refusals: Counter[str] = field(default_factory=Counter)
    """By host: how often in a row it has refused its credentials, over all runs."""
    proven: Counter[Step] = field(default_factory=Counter)
    """How many phones that run brought well through this step."""

    began: dict[str, Version] = field(default_factory=dict)
    """By host: the version that it had when the run that was cut off asked it first."""
    last: dict[str, Intent] = field(default_factory=dict)
    """By host: what that run asked it last."""
    unsafe: dict[str, float] = field(default_factory=dict)
    """By host: until when (seconds since the epoch) a phone may be loading or flashing whose end no run has seen.

    Also those of runs that have ended.
    """
    unsafe_macs: dict[str, float] = field(default_factory=dict)
    """The same by the phones' MAC addresses: a phone may have another address now, and so another host."""
    slow: dict[str | None, float] = field(default_factory=dict)
    """By site: seconds that a phone took to fetch its image, where a run found that to be more than assumed."""
    latest: float = field(default=0.0, compare=False)
    """When the last line was written whose time counts (seconds since the epoch)."""
    _unsafe_from: dict[str, float] = field(default_factory=dict, compare=False)
    """By host and by MAC: when that was written of a phone which `unsafe` and `unsafe_macs` say."""

    def first_version(self, host: str, mac: str | None, version: Version) -> Version:
        """The version at which an interrupted run found a phone that is on its way over several images now."""
        last = self.last.get(host)
        # Where one of them is not known there is only the host to go by.
        if last is None or (last.mac != mac and last.mac is not None and mac is not None):
            return version
        return self.began[host] if version in (last.before, last.target) else version

    def macs_to_leave_alone(self, hosts: Collection[str], resumed: Mapping[str, Ending]) -> dict[str, float]:
        """By MAC: until when a phone must be left alone, whatever host it is in the run over these hosts.

        resumed says by host how phones ended in this run that an interrupted one had triggered.
        """
        macs = dict(self.unsafe_macs)
        for host, intent in self.open_intents.items():
            # Nobody watches it in this run, but its phone may be in it under another name.
            if host not in hosts and intent.mac is not None:
                macs[intent.mac] = max(macs.get(intent.mac, 0.0), Evidence.of(intent).unsafe_until)
        for ending in resumed.values():
            asked = ending.evidence.interrupted
            if asked is not None and asked.mac is not None and ending.unsafe_until is not None:
                macs[asked.mac] = ending.unsafe_until
        return macs

    def reckon(self, now: float) -> float:
        """Move what lies ahead with the clock, if that was set back; returns by how many seconds.

        now is in seconds since the epoch. As nobody knows how long ago the last line was written, it is taken to be as
        young as it can be.
        """
        back = self.latest - now
        if back <= OUT_OF_ORDER:
            self.latest = max(self.latest, now)
            return 0.0
        self.latest = now
        # What was written before the clock was wrong lies where it lay.
        for host, intent in self.open_intents.items():
            if intent.time > now:
                self.open_intents[host] = _moved(intent, back)
        for unsafe in (self.unsafe, self.unsafe_macs):
            for name, until in unsafe.items():
                if self._unsafe_from.get(name, 0.0) > now:
                    unsafe[name] = until - back
        self._unsafe_from = {name: min(since, now) for name, since in self._unsafe_from.items()}
        for host, ending in self.ended.items():
            self.ended[host] = _ended_earlier(ending, back, now)
        return back

    def apply(self, entry: Mapping[str, Any]) -> None:
        """Take in one line of a journal that was checked."""
        kind = entry["type"]
        if kind in ("run", "intent", "end") and "time" in entry:
            # That a run began counts, too: else each run would take what was asked for asked just now.
            self.reckon(entry["time"])
        if kind == "run_end":
            self.refused_credentials.clear()
            self.ended.clear()
            self.proven.clear()
            # Who still has an open intent is watched by a later run.
            self.began = {host: self.began[host] for host in self.open_intents}
            self.last = dict(self.open_intents)
        elif kind == "intent":
            self.refusals.pop(entry["host"], None)
            intent = _intent(entry)
            step_before = self.open_intents.get(intent.host)
            if step_before is not None and step_before.target == intent.before:
                self.proven[step_before.file, step_before.before] += 1
            self.began[intent.host] = self.first_version(intent.host, intent.mac, intent.before)
            self.last[intent.host] = intent
            self.open_intents[intent.host] = intent
            self.ended.pop(intent.host, None)
            self.unsafe.pop(intent.host, None)
            self.unsafe_macs.pop(intent.mac or "", None)
        elif kind == "login":
            self.refusals.pop(entry["host"], None)
        elif kind == "slow":
            self.slow[entry["site"]] = entry["seconds"]
        elif kind == "end":
            self._end(entry["host"], OUTCOMES[entry["outcome"]], entry)

    def _end(self, host: str, outcome: Outcome, entry: Mapping[str, Any]) -> None:
        intent = self.open_intents.pop(host, None)
        until = _unsafe_until(outcome, entry, intent)
        asked = intent or self.last.get(host)
        if until is not None:
            self.unsafe[host], self._unsafe_from[host] = until, entry["time"]
            if asked is not None and asked.mac is not None:
                self.unsafe_macs[asked.mac], self._unsafe_from[asked.mac] = until, entry["time"]
        elif entry["triggered"]:
            self.unsafe.pop(host, None)
            self.unsafe_macs.pop((asked and asked.mac) or "", None)
        if intent is not None and not entry["triggered"] and self.began.get(host) == intent.before:
            # Nothing was asked of it yet.
            del self.began[host], self.last[host]
        if outcome is Outcome.AUTH_FAILED:
            self.refused_credentials.add(host)
            self.refusals[host] += 1
        if intent is not None and outcome.blames_image:
            self.failed_images[host, intent.file] = entry["time"]
        elif intent is not None and outcome.succeeded:
            self.failed_images.pop((host, intent.file), None)
            self.proven[intent.file, intent.before] += 1
        if entry["triggered"] and (outcome.succeeded or outcome.failed):
            if intent is not None:
                after = _version(entry.get("after")) or intent.target
                self.ended[host] = Ending(
                    outcome,
                    entry["reason"],
                    after if outcome.succeeded else None,
                    triggered=True,
                    evidence=Evidence.of(intent),
                    unsafe_until=until,
                )
            elif host in self.ended:
                # The soak overturns an ending.
                overturned = self.ended[host]
                self.ended[host] = replace(
                    overturned, outcome=outcome, reason=entry["reason"], after=None, unsafe_until=until
                )
                self.proven[step_of(overturned)] -= 1


def _moved(intent: Intent, back: float) -> Intent:
    return replace(intent, time=max(intent.time - back, 0.0), deadline=max(intent.deadline - back, 0.0))


def _ended_earlier(ending: Ending, back: float, now: float) -> Ending:
    asked, until = expect(ending.evidence.interrupted), ending.unsafe_until
    if asked.time <= now:
        return ending
    return replace(
        ending,
        evidence=Evidence.of(_moved(asked, back)),
        unsafe_until=None if until is None else until - back,
    )


def _unsafe_until(outcome: Outcome, entry: Mapping[str, Any], intent: Intent | None) -> float | None:
    """What an end says of the time until which a phone must be left alone; older journals leave it to be worked out."""
    if "unsafe_until" in entry:
        until: float | None = entry["unsafe_until"]
        return until
    if intent is not None and entry["triggered"] and outcome.is_blind():
        return Evidence.of(intent).unsafe_until
    return None


def _intent(entry: Mapping[str, Any]) -> Intent:
    given = {name: entry[name] for name in Intent.__dataclass_fields__ if name in entry}
    versions = {name: Version.parse(entry[name]) for name in ("before", "target")}
    return Intent(**given | versions | {"registered": tuple(entry["registered"])})


def _version(text: str | None) -> Version | None:
    return Version.parse(text) if text else None


def step_of(resumed: Ending) -> Step:
    """The step that an interrupted run had asked a phone for."""
    asked = expect(resumed.evidence.interrupted)
    return asked.file, asked.before


def read_history(path: str) -> History:
    """Read a journal; a missing one is an empty one. Raises InputError, see `parse_history`."""
    try:
        content = read_regular(path)
    except FileNotFoundError:
        return History()
    except OSError as error:
        raise InputError(f"journal: {path} can't be read: {error.strerror}.") from None
    return parse_history(content, path)


def parse_history(content: bytes, path: str) -> History:
    """What the lines of a journal say; path is its name.

    The last line may be cut off by a crash. A broken line anywhere else raises InputError: what it said is unknown.
    """
    history = History()
    lines = content.split(b"\n")
    for number, line in enumerate(lines, start=1):
        if not line:
            continue
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):
            if number == len(lines):
                break
            raise _broken(number, path, "") from None
        try:
            history.apply(check_entry(entry))
        except ValueError as error:
            raise _broken(number, path, f" ({error})") from None
    return history


def _broken(number: int, path: str, why: str) -> InputError:
    return InputError(
        f"journal: line {number} of {path} is broken{why}, so what earlier runs did is not known. "
        "Mend the line, or move the file away once no phone is being upgraded."
    )


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
        """Return when every line so far is on disk. Threads that wait for it at the same time share one fsync.

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
            lock = opened.enter_context(open(f"{path}.lock", "a+", encoding="utf-8", opener=_private))
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


def _private(path: str, flags: int) -> int:
    return open_regular(path, flags)


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
        """Return when all entries are on disk."""

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


def plain_intent(intent: Intent) -> Mapping[str, Any]:
    """The intent as a JSON object."""
    entry = vars(intent) | {"before": str(intent.before), "target": str(intent.target)}
    if intent.mark is None:
        del entry["mark"]
    return entry


def plain_ending(ending: Ending) -> dict[str, Any]:
    """What the journal keeps of an ending, as a JSON object."""
    kept = {name: getattr(ending, name) for name in ("reason", "triggered", "unsafe_until")}
    return kept | {"outcome": ending.outcome.value} | {"after": str(ending.after) if ending.after else None}
