# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps ``reboot`` and ``upgrade``: how long each part took, by the evidence of the module that did it. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import OUTCOMES
from ansible_collections.telephony.snom.plugins.module_utils._known.taught import parse_taught

RESERVE = 1.5
"""How much longer than what was measured once a phone gets."""

SHORTEST_DEADLINE = 60


def _is_done(step: str, word: object) -> bool:
    """Whether the phone did the step from its beginning to its end, so that how long it took tells something."""
    outcome = OUTCOMES.get(str(word))
    if outcome is None or not (outcome.changed and outcome.at_target):
        return False
    return outcome.loaded == (step == "upgrade")


def measured(step: str, ended: object) -> dict[str, Any]:
    """Seconds by the result of snom_reboot or snom_firmware. Raises InputError for anything else."""
    if not isinstance(ended, Mapping) or not ended.get("outcome"):
        raise InputError(f"ended must be the result of {'snom_reboot' if step == 'reboot' else 'snom_firmware'}.")
    outcome, evidence = str(ended["outcome"]), ended.get("evidence")
    found: dict[str, Any] = {"outcome": outcome, "elapsed": _number(ended.get("elapsed"))}
    if not _is_done(step, outcome) or not isinstance(evidence, Mapping):
        return found
    gone, back = _number(evidence.get("seen_gone_at")), _number(evidence.get("seen_back_at"))
    asked = _number(evidence.get("triggered_at"))
    if gone is not None and back is not None and back >= gone:
        found["gone_for"] = round(back - gone, 1)
    if asked is not None and gone is not None and gone >= asked:
        found["gone_after"] = round(gone - asked, 1)
    return found


def proven_restart(step: str, ended: Mapping[str, Any]) -> str | None:
    """The request that restarted a phone which was seen gone and back, as `snom_taught` has it."""
    evidence = ended.get("evidence")
    if step != "reboot" or not _is_done(step, ended.get("outcome")) or not isinstance(evidence, Mapping):
        return None
    text = str(evidence.get("request") or "").lstrip("/")
    try:
        parse_taught([{"reboot": text}])
    except InputError:
        return None
    return text


def _number(value: object) -> float | None:
    ok = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if ok else None  # type: ignore[arg-type]


def proposed(step: str, found: Mapping[str, Any]) -> dict[str, int]:
    """``flash_time`` and ``deadline`` in seconds, with a reserve; nothing where nothing was measured."""
    gone_for, elapsed = found.get("gone_for"), found.get("elapsed")
    if not _is_done(step, found.get("outcome")) or elapsed is None:
        return {}
    whole = elapsed + (found.get("registered_after") or 0)
    deadline = max(SHORTEST_DEADLINE, _up(RESERVE * whole))
    flash = {"flash_time": _up(RESERVE * max(gone_for, 1))} if step == "upgrade" and gone_for is not None else {}
    return {"deadline": deadline} | flash


def _up(seconds: float) -> int:
    """Rounded up to ten seconds."""
    return math.ceil(seconds / 10) * 10


def until_registered(
    registered: Callable[[], bool | None], seconds: float, *, now: Callable[[], float], sleep: Callable[[float], None]
) -> float | None:
    """Seconds until a line is registered. None where nothing tells, or it is not by then."""
    began = now()
    while (state := registered()) is False and now() - began < seconds:
        sleep(2.0)
    return round(now() - began, 1) if state else None


HARMLESS = ("date_us_format", "time_24_format")
"""Settings that turn around how date and time are shown, and nothing else (the settings table: on or off)."""


def harmless_setting(settings: Mapping[str, str] | None, read_only: frozenset[str] | None) -> dict[str, str] | None:
    """One that can be turned around and back: its name, what it is, and the other value. None where there is none."""
    for name in HARMLESS:
        now = (settings or {}).get(name)
        if now in ("on", "off") and name not in (read_only or ()):
            return {"name": name, "before": now, "other": "off" if now == "on" else "on"}
    return None
