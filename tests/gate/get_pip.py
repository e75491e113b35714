# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stands in for the pip bootstrap that ansible-test would download: uses the pip that comes with Python.

ansible-test runs it inside a new environment, with the pip it wants as an argument.
"""

from __future__ import annotations

import os
import subprocess
import sys

# It tells ansible-test's wrapper of pip to run this script; the pip started below must not do so again.
os.environ.pop("GET_PIP", None)

packages = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
subprocess.run([sys.executable, "-m", "ensurepip"], check=True)
if packages:
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", *packages], check=True)
