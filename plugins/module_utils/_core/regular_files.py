# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files that users name. A FIFO among them would be waited for, and a device may have no end."""

from __future__ import annotations

import contextlib
import errno
import os
import stat


def open_regular(path: str, flags: int = os.O_RDONLY) -> int:
    """A descriptor of a regular file; one that is created has mode 640. Raises OSError, also for anything else.

    Nothing but a regular file is opened, as far as that can be told before: to open a device can set it going.
    """
    if "\0" in path:
        raise OSError(errno.EINVAL, "its name holds a NUL", path)
    # One that is not there is for os.open to tell, or to create.
    with contextlib.suppress(FileNotFoundError):
        _check(os.stat(path), path)
    descriptor = os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC, 0o640)
    try:
        _check(os.fstat(descriptor), path)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def read_regular(path: str) -> bytes:
    """What a file holds. Raises OSError, also for anything but a regular file."""
    with open(open_regular(path), "rb") as file:
        return file.read()


def _check(found: os.stat_result, path: str) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, "it is a folder", path)
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "it is no regular file", path)
