# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What upgrades changed besides the firmware: by setting, and then by phone, the same changes only once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_MOST_SETTINGS = 100
_MOST_GROUPS = 50

Change = tuple[str, str, str]
"""What changed, what it was before, and after."""


@dataclass(frozen=True)
class ChangedSetting:
    """A setting: on how many phones it changed, and how on most of them."""

    name: str
    phones: int
    before: str
    after: str
    other_ways: int


@dataclass(frozen=True)
class Group:
    """Phones on which the same changed."""

    changes: tuple[Change, ...]
    hosts: list[str]
    more: int
    """Settings that changed and are not listed."""


@dataclass(frozen=True)
class Changes:
    """All of it, and how many there are beyond what is listed."""

    settings: list[ChangedSetting]
    more_settings: int
    groups: list[Group]
    more_groups: int
    same: list[str]
    """Hosts on which nothing else changed."""
    not_compared: list[tuple[str, list[str]]]
    """Why phones could not be fully compared, and their hosts."""


def changes_of(phones: Mapping[str, Mapping[str, Any]]) -> Changes | None:
    """What changed on these phones of a report; None if nobody looked."""
    snapshots = {host: phone["snapshot"] for host, phone in sorted(phones.items()) if phone.get("snapshot")}
    if not snapshots:
        return None
    groups: dict[tuple[Change, ...], list[str]] = {}
    reasons: dict[str, list[str]] = {}
    for host, snapshot in snapshots.items():
        groups.setdefault(tuple(changes(snapshot)), []).append(host)
        if snapshot["reason"]:
            reasons.setdefault(snapshot["reason"], []).append(host)
    same = [host for host in groups.pop((), []) if snapshots[host]["read"]]
    settings = _by_setting(groups)
    largest = sorted(groups.items(), key=lambda item: (-len(item[1]), item[1]))
    return Changes(
        settings=settings[:_MOST_SETTINGS],
        more_settings=max(0, len(settings) - _MOST_SETTINGS),
        groups=[
            Group(changed, hosts, max(snapshots[host]["more"] for host in hosts))
            for changed, hosts in largest[:_MOST_GROUPS]
        ],
        more_groups=max(0, len(groups) - _MOST_GROUPS),
        same=same,
        not_compared=sorted(reasons.items()),
    )


def _by_setting(groups: Mapping[tuple[Change, ...], list[str]]) -> list[ChangedSetting]:
    by_name: dict[str, Counter[tuple[str, str]]] = {}
    for changed, hosts in groups.items():
        for name, before, after in changed:
            by_name.setdefault(name, Counter())[before, after] += len(hosts)
    settings = []
    for name, pairs in by_name.items():
        ((before, after), _number), *others = pairs.most_common()
        settings.append(ChangedSetting(name, pairs.total(), before, after, len(others)))
    # Lost registrations first; only they have a blank in their names.
    return sorted(settings, key=lambda setting: (" " not in setting.name, -setting.phones, setting.name))


def nothing_to_compare(reason: str) -> dict[str, Any]:
    """The record of a phone of which nothing was read before."""
    return {"read": False, "reason": reason, "settings": {}, "more": 0, "registrations": {}}


def changes(snapshot: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """What a record lists, as texts: what it is, before, after. Registrations first: people notice them at once."""
    words = {True: "registered", False: "not registered", None: "unknown"}
    return [
        (f"Identity {line}", words[before], words[after]) for line, (before, after) in snapshot["registrations"].items()
    ] + [
        (name, *("not there" if value is None else value or "empty" for value in pair))
        for name, pair in snapshot["settings"].items()
    ]


def count_changes(snapshot: Mapping[str, Any]) -> int:
    """How many things changed, those that are not listed too."""
    return len(snapshot["registrations"]) + len(snapshot["settings"]) + int(snapshot["more"])


def change_lines(snapshot: Mapping[str, Any]) -> list[str]:
    """A record as lines of text, for logs and reports of plain text."""
    lines = [f"{what}: {before} -> {after}" for what, before, after in changes(snapshot)]
    if snapshot["more"]:
        lines.append(f"… and {snapshot['more']} more settings.")
    if snapshot["reason"]:
        lines.append(snapshot["reason"])
    return lines or ["Nothing else changed."]
