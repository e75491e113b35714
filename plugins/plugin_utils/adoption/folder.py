# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A folder of setting files, read within bounds: it may come from anybody, and nothing of it is executed or followed.

Nothing leads out of the folder, no file is waited for, and what is too large is not read.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._core.regular_files import open_regular
from ansible_collections.telephony.snom.plugins.module_utils._core.visible import visible_line

MOST_FILES = 20_000
"""Files that are looked at, of all kinds."""
LARGEST = 2 * 1024 * 1024
"""Bytes of one setting file. The largest that were seen have some hundred thousand."""
LARGEST_TOGETHER = 128 * 1024 * 1024
"""Bytes of all that are read. What is made of them takes ten times as much memory."""
_DEEPEST = 8
# Firmware, of other phones too, sounds and pictures stand beside setting files, and are large.
_OTHER = (
    *(".bin", ".swu", ".img", ".ebin", ".jffs2", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".zip", ".7z", ".iso"),
    *(".fwu", ".rom", ".fw", ".ld", ".sbn", ".loads", ".sgn", ".st", ".z", ".dat", ".exe", ".pcap", ".log", ".sql"),
    *(".wav", ".mp3", ".ogg", ".mp4", ".png", ".jpg", ".jpeg", ".bmp", ".gif", ".ico", ".ttf", ".js", ".css", ".svg"),
    ".pdf",
)
_SETTINGS = (".xml", ".htm", ".html", ".cfg", ".txt", ".php")
# Settings in UTF-16 have zero bytes, too, each beside a letter.
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a folder holds: contents by path within it, and the paths of what was not read."""

    files: dict[str, bytes] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)


def read_folder(path: str) -> Found:
    """Read the files of a folder and of those in it. Raises InputError that names the file and the remedy."""
    root = os.path.realpath(path)
    if not os.path.isdir(root):
        raise InputError(f"path {path} is no folder. Name the one that holds the setting files, or their URL.")
    found = Found()
    together = 0
    for name in _names(root):
        if is_other(name):
            found.others.append(name)
            continue
        content = _read(root, name)
        if content is None:
            found.others.append(name)
            continue
        together += len(content)
        require_room(together)
        found.files[name] = content
    return found


def is_other(name: str) -> bool:
    """Whether a file is, by its name, none of settings."""
    return name.lower().endswith(_OTHER)


def require_room(together: int) -> None:
    """Raise InputError if the files that were read have more bytes together than all may have."""
    if together > LARGEST_TOGETHER:
        raise InputError(
            f"path: the files have more than {LARGEST_TOGETHER // 1024**2} MB together. Adopt them in parts, each from "
            "a folder of its own."
        )


def too_large(name: str) -> InputError:
    """What to say of a file that has more bytes than one may have."""
    return InputError(
        f"path: {visible_line(name)} has more than {LARGEST // 1024**2} MB, which no setting file has. Take it out of "
        "the folder."
    )


def _names(root: str) -> Iterator[str]:
    """The paths of all files, sorted, below the root."""
    count = 0
    for folder, folders, files in os.walk(root, onerror=_refuse):
        folders.sort()
        depth = os.path.relpath(folder, root).count(os.sep)
        if depth > _DEEPEST:
            raise InputError(f"path: it has more than {_DEEPEST} folders in each other. Name the one with the files.")
        for name in sorted(files):
            count += 1
            if count > MOST_FILES:
                raise InputError(
                    f"path: there are more than {MOST_FILES} files. Name the folder that holds setting files only, or "
                    "adopt them in parts."
                )
            yield os.path.relpath(os.path.join(folder, name), root)


def _refuse(error: OSError) -> None:
    raise InputError(f"path: {error.filename} can't be read: {error.strerror}. Let this user read it.")


def _read(root: str, name: str) -> bytes | None:
    """The content; None for a large file that is, by its name and its begin, none of settings."""
    path = os.path.join(root, name)
    real = os.path.realpath(path)
    if os.path.commonpath([root, real]) != root:
        raise InputError(
            f"path: {visible_line(name)} is a link that leads out of the folder. Put a copy of the file there instead."
        )
    try:
        # A link that was put in its place since is not followed.
        with open(open_regular(real, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
            if os.fstat(file.fileno()).st_size > LARGEST:
                if _is_binary(name, file.read(1024)):
                    return None
                raise too_large(name)
            content = file.read(LARGEST + 1)
    except OSError as error:
        reason = error.strerror or "it is no regular file"
        raise InputError(
            f"path: {visible_line(name)} can't be read: {reason}. Take it out of the folder, or let this user read it."
        ) from None
    if len(content) > LARGEST:
        raise too_large(name)
    return content


def _is_binary(name: str, begin: bytes) -> bool:
    return b"\0" in begin and not begin.startswith(_WIDE) and not name.lower().endswith(_SETTINGS)
