# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What hosts may be called, and what in the name of a file tells its content."""

from __future__ import annotations

import hashlib

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._core.visible import visible_line

_HASH_LENGTH = 8


def require_plain_name(host: str) -> None:
    """Raise InputError if a host is called what can't be shown as it is: its result would have another name."""
    if visible_line(host) != host:
        raise InputError(
            "its name holds control characters, or characters that turn the direction of writing around. Rename it "
            "where the inventory has it from."
        )


def content_mark(content: bytes) -> str:
    """What the name of a file has of its content: the same content has the same name."""
    return hashlib.sha256(content).hexdigest()[:_HASH_LENGTH]
