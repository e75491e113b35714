# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``python3 tests/virtual_phones FLEET.yml``: make the folder a package, then run its command line."""

import importlib
import sys
from pathlib import Path

if __name__ == "__main__":
    # Python puts this folder itself at the head of the path; the modules here want to be imported as a package.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)
    sys.exit(importlib.import_module("virtual_phones.command_line").main())
