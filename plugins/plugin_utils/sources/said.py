# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one source says of one phone, whatever kind of source it is."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError, SnomError
from ansible_collections.telephony.snom.plugins.module_utils._known.mac import normalize_mac
from ansible_collections.telephony.snom.plugins.module_utils._known.models import find_model

MAX_PHONES = 100_000
"""Of one source. More than that can't be one fleet's."""

LONGEST = 200
"""Characters of a text that a phone, a client or a file's author wrote."""


class SourceFailed(SnomError):
    """A source can't be read now. The others may be."""


@dataclass(frozen=True, kw_only=True)
class Statement:
    """What one source says of one phone. None stands for what it does not tell."""

    mac: str | None
    """None where only the address can tell which phone it is."""
    address: str | None = None
    leased: bool = False
    """Whether the address is the phone's for now, by the word of the server that gave it."""
    last_known: bool = False
    """Whether the address is only where the phone was seen last."""
    model: str | None = None
    """Model.name."""
    firmware: str | None = None
    """The version that ran when this was said."""
    site: str | None = None
    accounts: tuple[str, ...] = ()
    more: Mapping[str, str] = field(default_factory=dict)
    """What is shown beside, and merged into nothing: texts by their names."""

    def as_dict(self) -> dict[str, Any]:
        """All that it says, as plain JSON."""
        told = {"address": self.address, "model": self.model, "firmware": self.firmware, "site": self.site}
        found: dict[str, Any] = {name: value for name, value in told.items() if value is not None}
        if self.accounts:
            found["accounts"] = list(self.accounts)
        return found | {name: value for name, value in self.more.items() if value}


@dataclass(frozen=True, kw_only=True)
class Statements:
    """What one source says of all phones."""

    said: tuple[Statement, ...] = ()
    notes: tuple[str, ...] = ()
    """Sentences on what was left out and should be looked at."""


def address_of(text: str | None) -> str | None:
    """An IP address in its usual spelling; None for what is none. One with a zone leads nowhere else."""
    try:
        return None if text is None or "%" in text else str(ipaddress.ip_address(text.strip()))
    except ValueError:
        return None


def mac_of(text: str) -> str | None:
    """A MAC address as phones write it; None for what is none."""
    try:
        return normalize_mac(text)
    except InputError:
        return None


def model_of(text: str) -> str | None:
    """The model that a text begins with; None for one that is not known."""
    found = find_model(text)
    return found.name if found else None


def time_of(seconds: float) -> str:
    """Seconds since the epoch in ISO form. What no calendar holds has none."""
    try:
        return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="seconds")
    except (ValueError, OverflowError, OSError):
        return ""


def counted(count: int, what: str) -> str:
    """``1 row``, ``2 rows``."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
