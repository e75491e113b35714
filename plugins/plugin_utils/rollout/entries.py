# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lines of a journal: what each kind holds, and how they are written."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.clock import LONGEST_WAIT
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import OUTCOMES
from ansible_collections.telephony.snom.plugins.module_utils._firmware.order import (
    Ending,
    Intent,
)
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version

LATEST = 4e9
"""Seconds since the epoch: a time in the year 2096. What a journal says of later ones is no time of a rollout."""


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= LATEST


def _is_version(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(Version.parse(value))
    except InputError:
        return False


_FORMS: Mapping[str, Mapping[str, Callable[[Any], bool]]] = {
    "login": {"host": _is_text},
    "intent": {
        "host": _is_text,
        "mac": lambda value: value is None or _is_text(value),
        "file": _is_text,
        "before": _is_version,
        "target": _is_version,
        "time": _is_time,
        "deadline": _is_time,
        "registered": lambda value: isinstance(value, list) and all(_is_whole(line) for line in value),
    },
    "end": {
        "host": _is_text,
        "outcome": lambda value: isinstance(value, str) and value in OUTCOMES,
        "reason": lambda value: isinstance(value, str),
        "triggered": lambda value: isinstance(value, bool),
        "time": _is_time,
    },
    "slow": {"site": lambda value: value is None or isinstance(value, str), "seconds": _is_time},
}
"""What each kind of line must hold to be understood. Anybody may have edited a journal, or a disk garbled it."""

_LATER_FORMS: Mapping[str, Mapping[str, Callable[[Any], bool]]] = {
    "run": {"time": _is_time, "boot": _is_text, "since_boot": _is_time},
    "intent": {
        "mark": lambda value: value is None or isinstance(value, dict),
        "uptime": lambda value: value is None or (_is_whole(value) and _is_time(value)),
        "source": lambda value: value is None or _is_text(value),
    },
    "end": {
        "unsafe_until": lambda value: value is None or _is_time(value),
        "after": lambda value: value is None or _is_version(value),
        "frees_place": lambda value: isinstance(value, bool),
        "shown_until": _is_time,
    },
}
"""The same for what the first versions did not write."""


def check_entry(entry: object) -> Mapping[str, Any]:
    """An entry of a journal that holds what its kind must. Raises ValueError, which says what does not fit."""
    if not isinstance(entry, dict) or not _is_text(entry.get("type")):
        raise ValueError("it is no entry of a journal")
    for name, fits in _FORMS.get(entry["type"], {}).items():
        if name not in entry:
            raise ValueError(f"it has no {name}")
        if not fits(entry[name]):
            raise ValueError(f"its {name} is {json.dumps(entry[name])[:40]}")
    for name, fits in _LATER_FORMS.get(entry["type"], {}).items():
        if name in entry and not fits(entry[name]):
            raise ValueError(f"its {name} is {json.dumps(entry[name])[:40]}")
    if entry["type"] == "run" and ("boot" in entry) != ("since_boot" in entry):
        raise ValueError("it has one of boot and since_boot")
    # With a second for what is lost in floating point.
    if entry["type"] == "intent" and not 0 <= entry["deadline"] - entry["time"] <= LONGEST_WAIT + 1:
        raise ValueError("its deadline is not within two weeks of its time")
    return entry


_OPTIONAL = ("mark", "uptime", "source")


def plain_intent(intent: Intent) -> Mapping[str, Any]:
    """The intent as a JSON object."""
    entry = vars(intent) | {"before": str(intent.before), "target": str(intent.target)}
    return {name: value for name, value in entry.items() if name not in _OPTIONAL or value is not None}


def read_intent(entry: Mapping[str, Any]) -> Intent:
    """The intent of an entry that was checked."""
    given = {name: entry[name] for name in Intent.__dataclass_fields__ if name in entry}
    versions = {name: Version.parse(entry[name]) for name in ("before", "target")}
    return Intent(**given | versions | {"registered": tuple(entry["registered"])})


def plain_ending(ending: Ending) -> dict[str, Any]:
    """What the journal keeps of an ending, as a JSON object."""
    kept = {name: getattr(ending, name) for name in ("reason", "triggered", "unsafe_until")}
    kept |= {"frees_place": True} if ending.frees_place else {}
    kept |= {} if ending.shown_until is None else {"shown_until": ending.shown_until}
    return kept | {"outcome": ending.outcome.value} | {"after": str(ending.after) if ending.after else None}
