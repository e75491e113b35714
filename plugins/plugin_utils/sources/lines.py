# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files that another program writes while they are read."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import BinaryIO, TypeVar

from ansible_collections.telephony.snom.plugins.module_utils._core.regular_files import open_regular
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.said import SourceFailed

T = TypeVar("T")

MAX_BYTES = 512 * 1024 * 1024
"""Of one file: five million leases."""

MAX_LINE = 65536

TRIES = 20
PAUSE = 0.1
"""Seconds between them: it takes a server less to write its leases anew."""


def read_together(
    candidates: Callable[[], Sequence[str]],
    read: Callable[[Sequence[BinaryIO]], T],
    *,
    complete: Callable[[Sequence[BinaryIO]], bool] = lambda files: True,
    sleep: Callable[[float], None] = time.sleep,
) -> T:
    """What files hold together. candidates names those that count at this moment, in their order.

    Files that are open stay what they are when they are renamed. So they are read only once all of them are open and
    still have the names by which they were chosen. complete says of the open files whether their writer is done. Raises
    SourceFailed.
    """
    for attempt in range(TRIES):
        if attempt:
            sleep(PAUSE)
        with ExitStack() as stack:
            names = candidates()
            try:
                files = [stack.enter_context(open(open_regular(name), "rb")) for name in names]
                unchanged = names == candidates() and all(map(_is_same, names, files))
            except FileNotFoundError:
                if len(names) == 1:
                    raise SourceFailed(f"there is no file {names[0]}. Correct path, or read it where it is.") from None
                # The others say that it was there, and so will be again.
                continue
            except OSError as error:
                raise SourceFailed(f"a file can't be read: {_reason(error)}: {error.filename or names[-1]}.") from None
            if not unchanged or not complete(files):
                continue
            for name, file in zip(names, files, strict=True):
                if os.fstat(file.fileno()).st_size > MAX_BYTES:
                    raise SourceFailed(f"{name} has more than {MAX_BYTES >> 20} MB. Let its server clean it up.")
            try:
                return read(files)
            except OSError as error:
                raise SourceFailed(f"a file can't be read: {_reason(error)}: {names[-1]}.") from None
    raise SourceFailed(f"{names[-1]} is missing, or written anew, each time that it is looked at. Try again later.")


def lines_of(file: BinaryIO) -> Iterator[str]:
    """The lines of a file, without their ends. One that is too long counts as empty, and so does a last one that is
    not yet written to its end."""
    left = MAX_BYTES
    while left > 0 and (line := file.readline(MAX_LINE)):
        left -= len(line)
        if line.endswith(b"\n"):
            yield line.decode("utf-8", "replace").rstrip("\r\n")
            continue
        while line and not line.endswith(b"\n") and left > 0:
            line = file.readline(MAX_LINE)
            left -= len(line)
        yield ""


def _is_same(name: str, file: BinaryIO) -> bool:
    return os.path.samestat(os.stat(name), os.fstat(file.fileno()))


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
