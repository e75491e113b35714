# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the checks of this project: ``python3 tests/gate [CHECK or GROUP ...]``, all of them if none is named.

A single check shows its output as it comes. Several write theirs to ``.build/log``, show it when they fail, and end
with a table and a line that counts them.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from checks import CHECKS, LONG_CHECKS, LONGEST, Check, prepare
from commands import BUILD, GateError, LeftOut
from environments import ASKED_CORES, CORES, PINS, cores_left_out, may_leave_out

LINES_SHOWN = 200

# One more than a small machine has cores: much of what checks do is to wait for phones.
JOBS = 3

LEFT_OUT = 77
"""The exit code of a check that this machine can't run."""

FAILURES_NAMED = 20
"""How many lines a check that failed has after the table, the last of those that name a failure."""

NAMES_FAILURE = ("FAILED ", "ERROR ", "ERROR: ", "FATAL: ", "fatal: ")
"""How such lines begin, by pytest, ansible-test and ansible-playbook."""

CHARACTERS_SHOWN = 600
"""Of such a line. Ansible puts a whole result into one."""

RUNNING: list[subprocess.Popen[bytes]] = []
"""Checks that run apart just now."""


@dataclass(frozen=True)
class Result:
    """How a check ended. passed is None for one that was left out; cpu is its processes' time in seconds."""

    check: Check
    passed: bool | None
    seconds: float = 0
    cpu: float = 0

    @property
    def word(self) -> str:
        return {True: "passed", False: "FAILED", None: "left out"}[self.passed]


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python3 tests/gate", description="Run the checks of this project.")
    parser.add_argument("names", nargs="*", metavar="CHECK", help="a check or a group of checks; default: all")
    parser.add_argument(
        "--jobs", type=int, default=JOBS, metavar="N", help=f"run this many side by side (default: {JOBS})"
    )
    parser.add_argument("--all", action="store_true", help="run the long ones, too, which else run by their names only")
    parser.add_argument("--list", action="store_true", help="say what there is, and end")
    options = parser.parse_args(arguments)

    every = [*CHECKS, *LONG_CHECKS]
    known = {check.name for check in every} | {check.group for check in every}
    if unknown := [name for name in options.names if name not in known]:
        parser.error(f"there is no check {unknown[0]!r}; --list names all")
    if unknown := [core for core in ASKED_CORES if core not in CORES]:
        parser.error(f"there is no ansible-core {unknown[0]!r} in tests/gate/pins.toml: {', '.join(PINS['cores'])}")
    # A check's own name comes before that of a group, so that the check run below never starts others again.
    groups = set(options.names) - {check.name for check in every}
    checks = [check for check in every if check.name in options.names or check.group in groups]
    if not options.names:
        checks = every if options.all or options.list else CHECKS
    if options.list:
        for check in checks:
            print(f"{check.name:<18} {check.group:<12} {check.about}")
        return 0
    # Commands that checks start should speak English, and a locale that this machine lacks would stop Ansible.
    os.environ["LC_ALL"] = "C.UTF-8"
    try:
        return run_here(checks[0]) if len(checks) == 1 else run_all(checks, options.jobs)
    except GateError as error:
        print(error, file=sys.stderr)
        return LEFT_OUT if isinstance(error, LeftOut) and may_leave_out() else 1


def end_on_signals() -> None:
    """Have signals that end this process do it as an exception, so that it ends first what it has started."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _frame: sys.exit(f"Ended by {signal.Signals(number).name}."))


def run_here(check: Check) -> int:
    end_on_signals()
    prepare([check])
    try:
        check.run()
    except GateError as error:
        raise type(error)(f"{check.name}: {error}") from error
    return 0


def run_all(checks: Sequence[Check], jobs: int) -> int:
    end_on_signals()
    left_out = {name: why for name, why in cores_left_out().items() if any(is_on(check, name) for check in checks)}
    if left_out and not may_leave_out():
        raise GateError("\n".join([*left_out.values(), *example(left_out)]))
    runnable = [check for check in checks if check.core is None or check.core.name not in left_out]
    prepare(runnable)
    with ThreadPoolExecutor(jobs) as pool:
        try:
            ordered = sorted(runnable, key=rank)
            ended = dict(zip(ordered, pool.map(run_apart, ordered), strict=True))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for process in RUNNING:
                process.terminate()
            raise
    results = [ended.get(check, Result(check, None)) for check in checks]
    print("\n".join(["", *table(results), *left_out.values(), *example(left_out), *named_failures(results), ""]))
    print(count(results))
    return 0 if runnable and all(result.passed is not False for result in results) else 1


def rank(check: Check) -> int:
    """A check's place in the order of their beginnings."""
    word = check.name.partition("-")[0]
    return LONGEST.index(word) if word in LONGEST else len(LONGEST)


def is_on(check: Check, core: str) -> bool:
    return check.core is not None and check.core.name == core


def table(results: Sequence[Result]) -> list[str]:
    """The table that a run of several checks ends with, as lines."""
    width = max(len(result.check.name) for result in results)
    lines = [f"{one.check.name:<{width}}  {one.word:<8}  {one.seconds:7.1f}  {one.cpu:7.1f}" for one in results]
    return [f"{'check':<{width}}  result    seconds   of CPU", *lines]


def example(left_out: Mapping[str, str]) -> list[str]:
    """How to ask for those cores alone that have what they need here."""
    rest = " ".join(core for core in CORES if core not in left_out)
    return [f'`make test CORES="{rest}"` asks for what this machine can run.'] if left_out and rest else []


def count(results: Sequence[Result]) -> str:
    """The closing line. Machines read it."""
    passed, failed, left_out = (sum(result.passed is kind for result in results) for kind in (True, False, None))
    return f"{passed} passed, {failed} failed" + (f", {left_out} skipped" if left_out else "")


def named_failures(results: Sequence[Result]) -> Iterator[str]:
    """What failed, by name, for readers who see only the end of a long output."""
    for result in results:
        if result.passed is False:
            lines = log_of(result.check).read_text("utf-8", "replace").splitlines()
            named = [line[:CHARACTERS_SHOWN] for line in lines if line.startswith(NAMES_FAILURE)]
            yield from ["", f"{result.check.name}:", *named[-FAILURES_NAMED:], *lines[-1:]]


def log_of(check: Check) -> Path:
    return BUILD / "log" / f"{check.name}.txt"


def run_apart(check: Check) -> Result:
    """Run one check in a process of its own, with its output in a file, and report."""
    log = log_of(check)
    log.parent.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    command = [sys.executable, str(Path(__file__).parent), check.name]
    with (
        log.open("w", encoding="utf-8") as output,
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT) as process,
    ):
        RUNNING.append(process)
        _pid, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        RUNNING.remove(process)
    result = Result(
        check,
        {0: True, LEFT_OUT: None}.get(process.returncode, False),
        time.monotonic() - started,
        used.ru_utime + used.ru_stime,
    )
    report = f"{check.name}: {result.word} in {result.seconds:.1f} s"
    if not result.passed:
        lines = log.read_text("utf-8", "replace").splitlines()
        report = "\n".join([f"{report}. The end of {log}:", *lines[-LINES_SHOWN:], ""])
    print(report, flush=True)
    return result


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
