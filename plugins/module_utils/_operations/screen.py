# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operation of snom_screen: save what a phone shows on its screen."""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .._core.errors import InputError, Refused
from .._known.models import named
from .._phone.commands import FixLineInfoLayer, Picture
from .._phone.phone import Phone
from .bitmap import bitmap_to_png
from .session import REMOTE_ARGUMENTS, Remote

ARGUMENT_SPEC: dict[str, dict[str, Any]] = REMOTE_ARGUMENTS | {
    "dest": {"type": "path", "required": True},
    "format": {"type": "str", "choices": ["bmp", "png"], "default": "bmp"},
    "which": {"type": "str", "choices": ["display", "labels", "expansion"], "default": "display"},
    "fix_line_info_layer": {"type": "bool", "default": False},
}


def save_screen(
    phone: Phone, parameters: dict[str, Any], check_mode: bool, *, sleep: Callable[[float], None] = time.sleep
) -> dict[str, Any]:
    """Save a picture of the screen as a file on this machine. Raises SnomError where nothing was sent that changes it.

    In check mode the picture is read, and compared with the file.
    """
    dest = Path(parameters["dest"])
    _require_file(dest)
    remote = Remote(phone, parameters, check_mode, sleep)
    picture = Picture(parameters["which"])
    fix: bool = parameters["fix_line_info_layer"]
    if fix and remote.model is not None and not remote.model.line_info_layer:
        only = named(lambda model: model.line_info_layer)
        raise Refused(f"fix_line_info_layer is for the {only}, not for a {remote.model.name}.")

    def work() -> dict[str, Any]:
        if fix:
            remote.send(FixLineInfoLayer())
            if not check_mode:
                remote.wait()
        content = phone.picture(picture)
        if parameters["format"] == "png":
            content = bitmap_to_png(content)
        # SHA-1 is what Ansible's own modules call a checksum.
        checksum = hashlib.sha1(content, usedforsecurity=False).hexdigest()
        return {"changed": _save(content, dest, check_mode) or fix, "path": str(dest), "checksum": checksum}

    return remote.attempt(work) | {"sent": [*remote.sent, phone.spelled(picture)]}


def _require_file(dest: Path) -> None:
    try:
        can_be_file = not stat.S_ISDIR(dest.stat().st_mode)
    except FileNotFoundError:
        can_be_file = dest.parent.is_dir()
    except OSError as error:
        raise _not_writable(dest, error) from None
    if not can_be_file:
        raise InputError(f"dest is {dest}. Name a file in a folder that exists.")


def _not_writable(dest: Path, error: OSError) -> InputError:
    return InputError(f"dest: {dest} can't be written: {error.strerror}.")


def _save(content: bytes, dest: Path, check_mode: bool) -> bool:
    """Write the file if it is not there with this content, all at once. Whether it was not, is the result."""
    try:
        if dest.exists() and dest.read_bytes() == content:
            return False
        if not check_mode:
            part = dest.with_name(f".{dest.name}.{os.getpid()}")
            try:
                part.write_bytes(content)
                part.replace(dest)
            finally:
                part.unlink(missing_ok=True)
    except OSError as error:
        raise _not_writable(dest, error) from None
    return True
