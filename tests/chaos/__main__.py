# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``python3 tests/chaos --seeds 0-299``: rollouts in which everything goes wrong, and whether what they said is true.

Prints a line for each seed, and for each contradiction between a rollout and its phones the command that plays it
again. Exits with 1 if there is any.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path.insert(1, str(TESTS / "gate"))

if sys.version_info < (3, 11):
    sys.exit("The chaos needs Python 3.11 or newer.")

from commands import BUILD  # noqa: E402 - neighbours of this folder, not packages
from environments import environment, link_collections  # noqa: E402

KEPT = BUILD / "chaos"


def seeds(text: str) -> list[int]:
    """Read ``0-19,30``. Raises ValueError."""
    numbers: list[int] = []
    for part in text.split(","):
        first, _dash, last = part.partition("-")
        numbers += range(int(first), int(last or first) + 1)
    return numbers


def play_here(seed: int, phones: int | None) -> int:
    """Play one seed in this process, and say what came of it."""
    from ansible_collections.telephony.snom.tests.chaos.checker import contradictions
    from ansible_collections.telephony.snom.tests.chaos.play import lines, play
    from ansible_collections.telephony.snom.tests.chaos.scene import draw

    # Under nohup and in the background they are ignored, and children inherit that.
    signal.signal(signal.SIGHUP, lambda number, frame: None)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    scene, began = draw(seed, phones), time.monotonic()
    folder = KEPT / f"seed-{seed}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    record = play(scene, folder)
    (folder / "record.json").write_text(json.dumps(lines(record), indent=1))
    found = contradictions(record)
    word = f"{len(found)} CONTRADICTIONS" if found else "ok"
    print(f"seed {seed}: {word}, {time.monotonic() - began:.0f} s, {scene}")
    for sentence in found:
        print(f"    {sentence}")
    if found:
        fleet = f" --phones {phones}" if phones else ""
        print(f"    Again: python3 tests/chaos --seeds {seed}{fleet}   (what it left: {folder})")
    return 1 if found else 0


def play_apart(seed: int, phones: int | None) -> bool:
    """Play one seed in a process of its own, show its lines, and return whether nothing was found."""
    fleet = [f"--phones={phones}"] if phones else []
    command = [sys.executable, str(TESTS / "chaos"), "--here", f"--seeds={seed}", *fleet]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False, text=True)
    print(done.stdout if done.stdout else f"seed {seed}: it could not be played, see above\n", end="", flush=True)
    return done.returncode == 0


def main() -> int:
    if not importlib.util.find_spec("ansible"):
        python = environment("venv") / "bin" / "python"
        os.execv(python, [str(python), str(TESTS / "chaos"), *sys.argv[1:]])
    sys.path.insert(1, str(link_collections()))
    parser = argparse.ArgumentParser(prog="python3 tests/chaos", description="Rollouts in which all goes wrong.")
    parser.add_argument("--seeds", type=seeds, default=seeds("0-19"), metavar="N-M", help="default: 0-19")
    parser.add_argument("--phones", type=int, metavar="N", help="in each fleet, instead of a few")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="at a time (default: 2)")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.here:
        return play_here(given.seeds[0], given.phones)
    began = time.monotonic()
    with ThreadPoolExecutor(given.jobs) as pool:
        well = list(pool.map(lambda seed: play_apart(seed, given.phones), given.seeds))
    print(f"{len(well)} seeds in {time.monotonic() - began:.0f} s, {well.count(False)} with contradictions")
    return 0 if all(well) else 1


if __name__ == "__main__":
    sys.exit(main())
