# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ends with the container that a job runs in.

AWX, the Automation Controller and ansible-navigator run jobs with ansible-runner, which starts containers with
``--rm``. The job's own folder is ``/runner`` there, and ``AWX_ISOLATED_DATA_DIR`` lies in it; without a container that
names another folder. AWX removes the job's own folder, too.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError

OF_THE_JOB = "/runner"
"""The folder that ansible-runner mounts into each container."""

MOUNTS = "/proc/self/mountinfo"
"""What is mounted, with its kind (proc_pid_mountinfo(5))."""


def ends_with_container(path: str, environment: Mapping[str, str], mounts: str = MOUNTS) -> bool:
    """Whether a file would be gone when the job ends.

    What is mounted into a container is on another device than its own file system. That may be memory, which ends with
    the container or, if it is the host's, with that.
    """
    if not environment.get("AWX_ISOLATED_DATA_DIR", "").startswith(f"{OF_THE_JOB}/"):
        return False
    path = os.path.realpath(path)
    if path.startswith(f"{OF_THE_JOB}/"):
        # Only AWX sets these two. By hand, it is a folder of the user's.
        return "JOB_ID" in environment and "AWX_HOST" in environment
    while not os.path.exists(path):
        path = os.path.dirname(path)
    device = os.stat(path).st_dev
    return device == os.stat("/").st_dev or _is_memory(device, mounts)


def _is_memory(device: int, mounts: str) -> bool:
    number = f"{os.major(device)}:{os.minor(device)}"
    try:
        with open(mounts, encoding="utf-8", errors="surrogateescape") as file:
            lines = [line.split() for line in file]
    except OSError:
        return False
    # Behind a lone dash stands the kind.
    kinds = [line[line.index("-") + 1] for line in lines if "-" in line[:-1] and line[2] == number]
    return bool(kinds) and kinds[0] in ("tmpfs", "ramfs")


def check_lasting(option: str, path: str, environment: Mapping[str, str]) -> None:
    """Refuse a file that has to outlive the run and would not. Raises InputError."""
    if ends_with_container(path, environment):
        raise InputError(
            f"{option}: {path} lies in the container of this job or in memory, and is gone with it, so the next run "
            f"would not know which phones are flashing. Name a path on a volume that is mounted into each job."
        )
