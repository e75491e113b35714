# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The journal of earlier runs, as it is read."""

from __future__ import annotations

import json

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._core.regular_files import read_regular
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.entries import check_entry
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.history import History


def read_history(path: str) -> History:
    """Read a journal; a missing one is an empty one. Raises InputError, see `parse_history`."""
    try:
        content = read_regular(path)
    except FileNotFoundError:
        return History()
    except OSError as error:
        raise InputError(f"journal: {path} can't be read: {error.strerror}.") from None
    return parse_history(content, path)


def parse_history(content: bytes, path: str) -> History:
    """What the lines of a journal say; path is its name.

    The last line may be cut off by a crash. A broken line anywhere else raises InputError: what it said is unknown.
    """
    history = History()
    lines = content.split(b"\n")
    for number, line in enumerate(lines, start=1):
        if not line:
            continue
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):
            if number == len(lines):
                break
            raise _broken(number, path, "") from None
        try:
            history.apply(check_entry(entry))
        except ValueError as error:
            raise _broken(number, path, f" ({error})") from None
    return history


def _broken(number: int, path: str, why: str) -> InputError:
    return InputError(
        f"journal: line {number} of {path} is broken{why}, so what earlier runs did is not known. "
        "Mend the line, or move the file away once no phone is being upgraded."
    )
