# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``python3 tests/fuzz [READER ...]``: a fuzzer that sees which branches an input takes, on what reads others' words.

The readers are those of tests/unit/readers; without a name, those that strangers write to. What was kept and what was
found lies below .build/fuzz, by the name of the reader, and a further run goes on from there. ``--file`` shows what a
reader makes of one file. Exits with 1 if something was found.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import re
import subprocess
import sys
import time
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path.insert(1, str(TESTS / "gate"))

if sys.version_info < (3, 11):
    sys.exit("The fuzzer needs Python 3.11 or newer.")

from environments import BUILD, environment, link_collections  # noqa: E402 - a neighbour of this folder, not a package

KEPT = BUILD / "fuzz-kept"
PACKAGE = "ansible_collections.telephony.snom"
LONGEST = 4096
"""Bytes of an input. Longer ones are for the tests of how work grows."""

SECONDS = 20
"""Of one input, after which it counts as a hang."""

MEGABYTES = 1024


def folder_of(name: str) -> Path:
    """Where all that belongs to a reader lies."""
    return KEPT / re.sub(r"[^A-Za-z0-9]+", "-", name)


def fuzz(name: str, runs: int, seed: int) -> None:
    """Fuzz one reader in this process, which ends with it."""
    import atheris

    with atheris.instrument_imports(include=[f"{PACKAGE}.plugins"]):
        from ansible_collections.telephony.snom.tests.unit.readers.inputs import HOSTILE, pieces
        from ansible_collections.telephony.snom.tests.unit.readers.table import READERS
    reader, folder = READERS[name], folder_of(name)
    (folder / "inputs").mkdir(parents=True, exist_ok=True)
    for number, text in enumerate(reader.seeds):
        (folder / "inputs" / f"seed-{number}").write_bytes(text)
    words = sorted({one for one in (*HOSTILE, *pieces(reader)) if 1 < len(one) <= 64})
    escaped = ("".join(f"\\x{byte:02x}" for byte in word) for word in words)
    (folder / "words").write_text("".join(f'"{word}"\n' for word in escaped), "ascii")

    def check(data: bytes) -> None:
        reader.check(data)

    options = {
        "runs": runs,
        "seed": seed,
        "max_len": LONGEST,
        "timeout": SECONDS,
        "rss_limit_mb": MEGABYTES,
        "dict": folder / "words",
        "artifact_prefix": f"{folder}/",
        "print_final_stats": 1,
    }
    atheris.Setup([sys.argv[0], *(f"-{key}={value}" for key, value in options.items()), str(folder / "inputs")], check)
    atheris.Fuzz()


def run_apart(name: str, runs: int, seed: int) -> bool:
    """Fuzz one reader in a process of its own, tell how it went, and return whether it found nothing."""
    folder = folder_of(name)
    folder.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    with (folder / "log").open("w", encoding="utf-8") as log:
        command = [sys.executable, str(TESTS / "fuzz"), "--here", f"--runs={runs}", f"--seed={seed}", name]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False)
    said = (folder / "log").read_text("utf-8", "replace")
    count = (re.findall(r"number_of_executed_units: (\d+)", said) or ["?"])[-1]
    what = f"something, see {folder}" if done.returncode else "nothing"
    print(f"{name}: {count} inputs in {time.monotonic() - began:.0f} s, found {what}", flush=True)
    return done.returncode == 0


def main() -> int:
    if not importlib.util.find_spec("atheris"):
        python = environment("fuzz") / "bin" / "python"
        os.execv(python, [str(python), str(TESTS / "fuzz"), *sys.argv[1:]])
    sys.path.insert(1, str(link_collections()))
    parser = argparse.ArgumentParser(prog="python3 tests/fuzz", description="Fuzz what reads what others wrote.")
    parser.add_argument("readers", nargs="*", metavar="READER", help="default: those that strangers write to")
    parser.add_argument("--runs", type=int, default=1_000_000, help="inputs for each (default: 1,000,000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--file", type=Path, help="show what the one reader makes of this file")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.here:
        fuzz(given.readers[0], given.runs, given.seed)
    from ansible_collections.telephony.snom.tests.unit.readers.table import READERS

    if unknown := [name for name in given.readers if name not in READERS]:
        parser.error(f"there is no {unknown[0]!r}; there are: {', '.join(READERS)}")
    if given.file:
        print(READERS[given.readers[0]].check(given.file.read_bytes()))
        return 0
    names = given.readers or [name for name, reader in READERS.items() if reader.exposed]
    quiet = [run_apart(name, given.runs, given.seed) for name in names]
    return 0 if all(quiet) else 1


if __name__ == "__main__":
    sys.exit(main())
