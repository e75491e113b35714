# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an upgrade changed on a phone besides its firmware: its settings and registrations, before and after.

The record of a phone is plain JSON: ``settings`` and ``registrations`` (by name and by number of the line; [before,
after], null for a setting that was not there and a registration that is not known), ``more`` (changed settings beyond
those listed), ``read`` (whether the settings were read both before and after) and ``reason`` (what was not read, and
why).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .._core.errors import AuthFailed, LockedOut, SnomError, expect
from .._known.version import Version
from .._phone.facts import PhoneFacts, mask_settings
from .._phone.readable_phone import ReadablePhone
from .._phone.secrets import scrub

MOST_SETTINGS = 25
"""Changed settings that are listed for one phone. New firmware can bring hundreds, and fleets have thousands."""

SNAPSHOT_TRIES = 3
"""Reads of the settings of a phone that is done. It keeps its slot meanwhile, so they are few."""

LONGEST_VALUE = 120
"""Characters of a value that are shown."""


@dataclass(frozen=True)
class Snapshot:
    """One reading of a phone. Either part is None where it could not be read; reason says why the settings are."""

    registrations: Mapping[int, bool | None] | None
    settings: Mapping[str, str] | None = field(repr=False)
    reason: str | None = None


class Comparison:
    """What an upgrade changed on one phone."""

    def __init__(self) -> None:
        """Nothing is read yet."""
        self.record: dict[str, Any] | None = None
        """None until it has ended, or if it never began."""
        self._before: Snapshot | None = None
        self._tries = 0

    @property
    def has_begun(self) -> bool:
        """Whether the phone was read before it was asked for anything."""
        return self._before is not None

    def begin(self, phone: ReadablePhone, facts: PhoneFacts, settings: Mapping[str, str] | None) -> None:
        """Read the phone, unless that is done; see `take_snapshot`."""
        if self._before is None:
            self._before = take_snapshot(phone, facts, settings)

    def end(self, phone: ReadablePhone, facts: PhoneFacts, *, old: Version, new: Version) -> bool:
        """Read it again and compare; False if that is to be tried once more."""
        self._tries += 1
        try:
            after = take_snapshot(phone, facts)
        except (AuthFailed, LockedOut) as error:
            self._tries = SNAPSHOT_TRIES
            after = unread(facts, error)
        if after.settings is None and self._tries < SNAPSHOT_TRIES:
            return False
        hidden = vars(phone.connection)
        self.record = compare_snapshots(expect(self._before), after, old=old, new=new, hidden=hidden)
        return True


def take_snapshot(phone: ReadablePhone, facts: PhoneFacts, settings: Mapping[str, str] | None = None) -> Snapshot:
    """Read the settings of a phone, unless they are given; facts has its registrations, as they were just read.

    What can't be read is said in the snapshot. Raises AuthFailed and LockedOut, because any further request would make
    both worse (protocol 2.3).
    """
    reason = None
    if settings is None:
        try:
            more = phone.look(["settings"])
        except (AuthFailed, LockedOut):
            raise
        except SnomError as error:
            return unread(facts, error)
        settings = more.settings
        if settings is None:
            reason = "It is in user mode and hides them." if more.admin_mode is False else "It shows none."
    return Snapshot(_registrations(facts), settings, reason)


def unread(facts: PhoneFacts, error: SnomError) -> Snapshot:
    """The snapshot of a phone whose settings could not be read."""
    return Snapshot(_registrations(facts), None, error.reason)


def _registrations(facts: PhoneFacts) -> dict[int, bool | None] | None:
    return None if facts.identities is None else {one.line: one.registered for one in facts.identities}


def compare_snapshots(
    before: Snapshot, after: Snapshot, *, old: Version, new: Version, hidden: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The record of what changed; old and new are the versions of the firmware, hidden holds secrets for `scrub`."""
    reasons = [
        f"Its settings were not read {when}: {one.reason}"
        for when, one in (("before", before), ("after", after))
        if one.settings is None
    ]
    settings: dict[str, list[str | None]] = {}
    if before.settings is not None and after.settings is not None:
        settings = _changed_settings(before.settings, after.settings, str(old), str(new), hidden or {})
    registrations: dict[str, list[bool | None]] = {}
    if before.registrations is None or after.registrations is None:
        reasons.append("It shows no registrations to compare.")
    else:
        registrations = {
            str(line): [before.registrations.get(line), after.registrations.get(line)]
            for line in sorted(before.registrations.keys() | after.registrations.keys())
            if before.registrations.get(line) is not after.registrations.get(line)
        }
    return {
        "read": before.settings is not None and after.settings is not None,
        "reason": " ".join(reasons) or None,
        "settings": dict(list(settings.items())[:MOST_SETTINGS]),
        "more": max(0, len(settings) - MOST_SETTINGS),
        "registrations": registrations,
    }


def _changed_settings(
    before: Mapping[str, str], after: Mapping[str, str], old: str, new: str, hidden: Mapping[str, Any]
) -> dict[str, list[str | None]]:
    """[before, after] of each setting that changed, secrets masked, before a cut could leave a part of one.

    First those that have another value, then those that are gone, and last what the new firmware brought along: where
    not all can be listed, that is what can be missed most easily.
    """
    changed = sorted(
        (name not in before, name not in after, name)
        for name in before.keys() | after.keys()
        if before.get(name) != after.get(name)
        and not _mirrors_firmware(name, before.get(name), after.get(name), old, new)
    )
    names = [name for *_unused, name in changed]
    kept = [{name: one[name] for name in names if name in one} for one in (before, after)]
    shown = [scrub(mask_settings(one), hidden) for one in kept]
    return {name: [_clipped(one.get(name)) for one in shown] for name in names}


def _mirrors_firmware(name: str, before: str | None, after: str | None, old: str, new: str) -> bool:
    """Whether a change says nothing but that there is other firmware, and that the phone has restarted.

    No public source lists such settings. So a value counts that is the same but for the version in it; and a name that
    speaks of an uptime. All other noise is the same on many phones, and easily told in the report, which groups them.
    """
    if "uptime" in name:
        return True
    return before is not None and after is not None and old in before and before.replace(old, new) == after


def _clipped(value: str | None) -> str | None:
    return value if value is None or len(value) <= LONGEST_VALUE else f"{value[: LONGEST_VALUE - 1]}…"
