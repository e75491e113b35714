# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`make profile FILE=… NAME=…`: keep a profile, and what the collection reads of it today, as a regression test.

Read the profile before, and the readings after it: what is wrong in them is what is to be mended.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from .reading import FOLDER, read, readings_file


def main(arguments: list[str]) -> int:
    """The exit status."""
    if len(arguments) != 2 or not re.fullmatch(r"[a-zA-Z0-9][a-zA-Z0-9.-]{0,60}", arguments[1]):
        print("Usage: make profile FILE=profile-look.json NAME=snomD785-10.1.54.13", file=sys.stderr)
        return 2
    source, kept = Path(arguments[0]), FOLDER / f"{arguments[1]}.json"
    try:
        found = read(source)
    except ValueError as error:
        print(f"FILE {error}.", file=sys.stderr)
        return 1
    kept.write_text(source.read_text("utf-8"), "utf-8")
    readings_file(kept).write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")
    print(f"{kept.name} is kept. See whether {readings_file(kept).name} is what the phone shows.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
