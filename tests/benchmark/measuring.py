# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a command costs: wall time, CPU and memory of its whole tree of processes."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SAMPLE_INTERVAL = 0.5
"""Seconds between two looks at the memory."""


class CommandFailed(Exception):
    """A command that is to be measured ended badly. The text says which, and where its output is."""


@dataclass(frozen=True, kw_only=True)
class Cost:
    """wall and cpu (user and system) are in seconds, memory is the highest sum of PSS in bytes."""

    wall: float
    cpu: float
    memory: int


def run(command: Sequence[str | Path], log: Path, env: Mapping[str, str]) -> Cost:
    """Run a command to its end, with its output in a file. Raises CommandFailed unless it exits with 0.

    The CPU is that of the command and of all descendants that were waited for, as the kernel adds it up.
    """
    started = time.monotonic()
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=env)
    memory = _MemoryWatch(process.pid)
    memory.start()
    _pid, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - started
    memory.end()
    if process.returncode:
        raise CommandFailed(f"{Path(command[0]).name} ended with exit code {process.returncode}: see {log}")
    return Cost(wall=wall, cpu=usage.ru_utime + usage.ru_stime, memory=memory.peak)


class _MemoryWatch(threading.Thread):
    """Samples the memory of a process and its descendants."""

    def __init__(self, root: int) -> None:
        super().__init__(daemon=True)
        self.peak = 0
        self._root = root
        self._ended = threading.Event()

    def run(self) -> None:
        while not self._ended.wait(SAMPLE_INTERVAL):
            self.peak = max(self.peak, sum(map(_pss, _tree(self._root))))

    def end(self) -> None:
        self._ended.set()
        self.join()


def _tree(root: int) -> set[int]:
    """The process and all its descendants, by their ids."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        if stat := _read(folder / "stat"):
            # The name may hold blanks and parentheses; what follows the last one is plain.
            parents[int(folder.name)] = int(stat.rpartition(")")[2].split()[1])
    found, fresh = set(), {root}
    while fresh:
        found |= fresh
        fresh = {process for process, parent in parents.items() if parent in found} - found
    return found


def _pss(process: int) -> int:
    """Proportional set size in bytes: memory shared with others counts for its share only."""
    for line in _read(Path(f"/proc/{process}/smaps_rollup")).splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0


def _read(file: Path) -> str:
    """The content, or nothing when the process has ended meanwhile."""
    try:
        return file.read_text("utf-8", "replace")
    except OSError:
        return ""


def busy_seconds() -> float:
    """CPU seconds that this whole machine has spent since it started."""
    user, nice, system, _idle, _waiting, *interrupts = map(int, _read(Path("/proc/stat")).split("\n", 1)[0].split()[1:])
    return (user + nice + system + sum(interrupts[:2])) / os.sysconf("SC_CLK_TCK")


def cpu_of(process: int) -> float:
    """CPU seconds of a running process."""
    fields = _read(Path(f"/proc/{process}/stat")).rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
