# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is secret among the settings of a phone, and what stands for it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

_SECRET = re.compile(r"pass|secret|private_key|(?:^|_)pin(?![a-z])", re.IGNORECASE)
# The login inside of a URL: up to the last @ before the path, because a password may hold one.
_URL_LOGIN = re.compile(r"(?<=://)[^/\s]+@")
MASK = "********"
"""What stands for a secret wherever it would be shown."""


def is_secret(name: str) -> bool:
    """Whether the setting's value is a secret, which no page shows (protocol 4.2) and no output may."""
    return bool(_SECRET.search(name))


def masked(name: str, value: str) -> str:
    """The value as outputs may show it: without what is secret. An empty value stays: nothing to hide."""
    return MASK if value and is_secret(name) else _URL_LOGIN.sub(MASK + "@", value)


def secret_values(settings: object, *, all_secret: bool = False) -> Iterator[str]:
    """Every value under the name of a secret, or every value at all. Also of what parse_settings would refuse."""
    for name, value in settings.items() if isinstance(settings, Mapping) else ():
        if all_secret or is_secret(str(name)):
            yield from _values(value)


def _values(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for item in [value["value"]] if "value" in value else value.values():
            yield from _values(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _values(item)
    elif value is not None and not isinstance(value, bool):
        yield str(value)
