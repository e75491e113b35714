# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the checks of this project: ``python3 tests/gate [CHECK or GROUP ...]``, all of them if none is named.

A single check shows its output as it comes. Several write theirs to ``.build/log``, show it when they fail, and end
with a table and a line that counts them.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036 - whoever starts it may have an older one
    sys.exit("The checks need Python 3.11 or newer: run `make PYTHON=python3.11 ...`.")

from checks import CHECKS, Check
from environments import BUILD, GateError

LINES_SHOWN = 200


@dataclass(frozen=True)
class Result:
    check: Check
    passed: bool
    seconds: float


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python3 tests/gate", description="Run the checks of this project.")
    parser.add_argument("names", nargs="*", metavar="CHECK", help="a check or a group of checks; default: all")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="run this many side by side (default: 2)")
    parser.add_argument("--list", action="store_true", help="say what there is, and end")
    options = parser.parse_args(arguments)

    known = {check.name for check in CHECKS} | {check.group for check in CHECKS}
    if unknown := [name for name in options.names if name not in known]:
        parser.error(f"there is no check {unknown[0]!r}; --list names all")
    # A check's own name comes before that of a group, so that the check run below never starts others again.
    groups = set(options.names) - {check.name for check in CHECKS}
    checks = [check for check in CHECKS if not options.names or check.name in options.names or check.group in groups]
    if options.list:
        for check in checks:
            print(f"{check.name:<18} {check.group:<12} {check.about}")
        return 0
    return run_here(checks[0]) if len(checks) == 1 else run_all(checks, options.jobs)


def run_here(check: Check) -> int:
    try:
        check.run()
    except GateError as error:
        print(f"{check.name}: {error}", file=sys.stderr)
        return 1
    return 0


def run_all(checks: Sequence[Check], jobs: int) -> int:
    with ThreadPoolExecutor(jobs) as pool:
        results = list(pool.map(run_apart, checks))
    width = max(len(check.name) for check in checks)
    print(f"\n{'check':<{width}}  result  seconds")
    for result in results:
        print(f"{result.check.name:<{width}}  {'passed' if result.passed else 'FAILED'}  {result.seconds:7.1f}")
    failed = sum(not result.passed for result in results)
    print(f"\n{len(results) - failed} passed, {failed} failed")
    return 1 if failed else 0


def run_apart(check: Check) -> Result:
    """Run one check in a process of its own, with its output in a file, and report."""
    log = BUILD / "log" / f"{check.name}.txt"
    log.parent.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    with log.open("w", encoding="utf-8") as output:
        code = subprocess.run(
            [sys.executable, Path(__file__).parent, check.name],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        ).returncode
    result = Result(check, code == 0, time.monotonic() - started)
    report = f"{check.name}: {'passed' if result.passed else 'FAILED'} in {result.seconds:.1f} s"
    if not result.passed:
        lines = log.read_text("utf-8", "replace").splitlines()
        report = "\n".join([f"{report}. The end of {log}:", *lines[-LINES_SHOWN:], ""])
    print(report, flush=True)
    return result


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
