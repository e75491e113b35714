# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A real nginx that the role firmware_mirror started from a prefix for virtual phones: where it is, and its end."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import time
from pathlib import Path


def nginx_program() -> str | None:
    """Where nginx is, if it is on this machine. An ordinary user's PATH does not lead there."""
    return shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")


def end_nginx(prefix: Path) -> None:
    """End the one that runs from a prefix, and wait for its end; do nothing if none does."""
    try:
        pid = int((prefix / "snom-mirror.pid").read_text())
    except (OSError, ValueError):
        return
    while _is_nginx(pid, prefix):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        time.sleep(0.05)


def _is_nginx(pid: int, prefix: Path) -> bool:
    """Whether a process is that one. By now its number may be another program's; what has ended has no command."""
    try:
        return str(prefix / "nginx.conf").encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
