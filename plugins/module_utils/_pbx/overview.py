# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a PBX knows of all phones, in one login, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._core.errors import InputError, PbxFailed
from .kinds import open_pbx
from .pbx import Pbx, Registration, shown_accounts
from .settings import KINDS, OPTION, PASSWORD_VARIABLE, TRANSPORTS, PbxSettings, parse_pbx

SUBOPTIONS: dict[str, dict[str, Any]] = {
    "kind": {"type": "str", "required": True, "choices": list(KINDS)},
    "host": {"type": "str"},
    "port": {"type": "int"},
    "username": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "tls": {"type": "bool"},
    "validate_certs": {"type": "bool"},
    "ca_path": {"type": "path"},
    "timeout": {"type": "float"},
    "path": {"type": "str"},
    "dialogs": {"type": "bool"},
    "profile": {"type": "str"},
    "transport": {"type": "str", "choices": list(TRANSPORTS)},
    "command": {"type": "list", "elements": "str"},
}

ARGUMENT_SPEC: dict[str, dict[str, Any]] = {"pbx": {"type": "dict", "options": SUBOPTIONS}}

MAX_REGISTRATIONS = 100_000
"""More than that can't be one fleet's."""

_LONGEST = 500
"""Characters of a text that a phone wrote."""


def read_pbx(value: Mapping[str, Any] | None) -> dict[str, Any]:
    """The registrations and calls of the PBX that a mapping describes. Raises InputError, PbxFailed."""
    settings = parse_pbx(value)
    if settings is None:
        raise InputError(
            f"pbx is missing. Give it, or the variable {OPTION}; the password also as {PASSWORD_VARIABLE}."
        )
    if settings.kind == "command":
        raise InputError(f"{OPTION}: a command tells nothing of registrations. Name a PBX that does.")
    pbx = open_pbx(settings)
    try:
        return overview(pbx, settings)
    finally:
        pbx.close()


def overview(pbx: Pbx, settings: PbxSettings) -> dict[str, Any]:
    """What it knows. Raises PbxFailed."""
    registrations = pbx.registrations()
    if len(registrations) > MAX_REGISTRATIONS:
        raise PbxFailed(f"{settings.shown} lists {len(registrations)} registrations. That is no fleet.")
    calls = pbx.calls()
    shown = shown_accounts({one.account for one in registrations} | set(calls))
    states: dict[str, set[str]] = {}
    for account, name in shown.items():
        states.setdefault(name[:_LONGEST], set()).add(calls.get(account, "unknown"))
    return {
        "registrations": [
            _plain(one, shown[one.account])
            for one in sorted(registrations, key=lambda one: (shown[one.account], one.contact))
        ],
        "calls": {name: _state(states[name]) for name in sorted(states)},
    }


def _state(found: set[str]) -> str:
    """That of an account which may be listed with its domain and without it."""
    return next((state for state in ("in_call", "unknown") if state in found), "idle")


def _plain(one: Registration, account: str) -> dict[str, Any]:
    agent = one.agent
    return {
        "account": account[:_LONGEST],
        "contact": one.contact[:_LONGEST],
        "address": one.address,
        "user_agent": one.user_agent[:_LONGEST],
        "model": agent.model if agent else None,
        "firmware": str(agent.firmware) if agent and agent.firmware else None,
        "mac": agent.mac if agent else None,
        "expires": None if one.expires is None else round(one.expires),
        "reachable": one.reachable,
    }
