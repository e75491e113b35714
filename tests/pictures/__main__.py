# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``python3 tests/pictures [report | demo | drawings]``: make the pictures of README and guides, in ``docs/pictures``.

The report is a sample page in Debian's Chromium, the demo is what ``make demo`` writes on a terminal. Drawings are made
of text files.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(1, str(HERE.parent / "gate"))

from checks import DEMO_PORT  # noqa: E402 - a neighbour of this folder, not a package
from commands import alone_on_network, run  # noqa: E402
from environments import environment, link_collections  # noqa: E402
from machine import install  # noqa: E402


def main() -> None:
    """Make those that are named, or all."""
    folder = link_collections()
    venv = environment("venv") / "bin"
    env = {
        "ANSIBLE_COLLECTIONS_PATH": str(folder),
        "PATH": f"{venv}{os.pathsep}{os.environ['PATH']}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": str(folder),
    }
    for name in sys.argv[1:] or ["report", "demo", "drawings"]:
        if name == "report":
            install([] if shutil.which("chromium") else ["chromium"])
        with alone_on_network(DEMO_PORT):  # its phones have fixed addresses
            run(venv / "python", HERE / f"{name}.py", env=env)


if __name__ == "__main__":
    main()
