# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The event by which a phone fetches its settings, and the settings of a phone that decide what it makes of it."""

from __future__ import annotations

from collections.abc import Mapping

from .tr069 import OFF, TAKES_NO_PROVISIONING, takes_provisioning

EVENT = "check-sync;reboot=false"
"""The only one that is ever sent. ``reboot=true`` restarts the phone, whoever talks on it (sip 1.1)."""

DECISIVE = ("challenge_checksync", "checksync_action", "tr69_use_acs", "update_policy")
"""The settings that are looked at."""

_FETCHES = ("", "sync")

_ACTIONS = {
    "reboot": "restart",
    "factory-reset": "forget all of its settings",
    "delete-contacts": "delete its contacts",
    "reregister": "register again, and fetch nothing",
}
"""What a phone does at each check-sync, whatever that says, by the values of checksync_action (sip 1.1)."""


def obstacle(settings: Mapping[str, str]) -> str | None:
    """Why a phone with these settings, by the names that HTTP has for them, must not be sent a check-sync. Or None.

    A name in other capitals counts as well: nobody knows whether a phone tells them apart [I].
    """
    known = {name.lower(): value.strip() for name, value in settings.items()}
    action = known.get("checksync_action", "").lower()
    if action not in _FETCHES:
        does = _ACTIONS.get(action, "do what nobody knows")
        return (
            f"checksync_action is not sync, so at a check-sync the phone would {does}. Set it to sync, or leave it "
            "empty."
        )
    if not takes_provisioning(settings):
        return TAKES_NO_PROVISIONING
    if known.get("update_policy", "").lower() == "never_update":
        return "update_policy is never_update: the phone fetches no file at all. Set it to settings_only."
    return None


def asks_password(settings: Mapping[str, str]) -> bool:
    """Whether a phone asks who sends a check-sync for the SIP password of its identity (sip 1.1)."""
    return any(
        name.lower() == "challenge_checksync" and value.strip().lower() not in OFF for name, value in settings.items()
    )
