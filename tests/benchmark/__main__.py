# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``python3 tests/benchmark [--only NAME] [--phones N]``: what the collection costs, measured on virtual phones.

Prints one table with the figures and their goals, and how each was measured, and draws where the time of each rollout
went. Exits with 1 if a goal is missed. A Python without Ansible hands over to the environment that the checks use.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import resource
import sys
import time
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[1:1] = [str(TESTS / "gate"), str(TESTS / "virtual_phones")]

if sys.version_info < (3, 11):
    sys.exit("The benchmarks need Python 3.11 or newer.")

from environments import environment, link_collections  # noqa: E402 - a neighbour of this folder, not a package


def main() -> int:
    if not importlib.util.find_spec("ansible"):
        python = environment("venv") / "bin" / "python"
        os.execv(python, [str(python), str(TESTS / "benchmark"), *sys.argv[1:]])
    sys.path.insert(1, str(link_collections()))
    from cases import CASES
    from figures import Figure, table
    from measuring import CommandFailed
    from plot import plot
    from scene import WORK

    parser = argparse.ArgumentParser(prog="python3 tests/benchmark", description="What the collection costs.")
    parser.add_argument("--only", metavar="NAME", choices=CASES, action="append", help=f"of {', '.join(CASES)}")
    parser.add_argument("--phones", metavar="N", type=int, help="instead of each benchmark's own number")
    options = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    figures: list[Figure] = []
    for name in options.only or CASES:
        started = time.monotonic()
        print(f"{name} ...", end=" ", flush=True)
        try:
            figures += CASES[name](options.phones)
        except CommandFailed as error:
            figures.append(Figure(name=name, what=str(error), value="failed", met=False))
        print(f"{time.monotonic() - started:.0f} s", flush=True)
    print(f"\n{table(figures)}")
    if picture := plot(figures):
        WORK.mkdir(parents=True, exist_ok=True)
        (WORK / "rollouts.svg").write_text(picture, "utf-8")
        print(f"\nWhere the time of each rollout goes: {WORK / 'rollouts.svg'}")
    return 1 if any(figure.met is False for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
