# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was recorded of a scene: what the rollout said, and what the phones know. Plain data, so that tests make it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Entry = Mapping[str, Any]


@dataclass(kw_only=True)
class Told:
    """One run: what it was given and what it said."""

    places: Mapping[str, str | None]
    """By host: the phone that is at its address; None: nobody is."""
    hosts: Mapping[str, Mapping[str, Any]]
    """By host: its variables."""
    options: Mapping[str, Any]
    acts: Sequence[str] = ()
    """What happened in the middle of it."""
    code: int = 0
    """The exit code of ansible-playbook; negative: the signal that ended it."""
    output: str = ""
    result: Mapping[str, Any] | None = None
    """What snom_rollout returned, where Ansible got it."""
    settled: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By host: the result of snom_rollout_result."""
    recap: Mapping[str, Mapping[str, int]] | None = None
    report: Mapping[str, Any] | None = None
    """The JSON report, where this run wrote it."""
    csv: Mapping[str, str] | None = None
    """By host: its outcome in the CSV report of this run."""
    junit: Mapping[str, str] | None = None
    """By host: passed, skipped or failure, in the JUnit report of this run."""
    journal: Sequence[Entry] = ()
    """The lines that it added."""
    clock: float = 0.0
    """Seconds by which its clock is ahead of the phones'."""
    disk_full: bool = False
    """Whether the journal was kept from growing."""
    heals: bool = False
    log: Sequence[Entry] = ()
    """What the phones logged meanwhile."""
    before: Mapping[str, Entry] = field(default_factory=dict)
    """By phone: its state when the run began."""
    after: Mapping[str, Entry] = field(default_factory=dict)
    """By phone: its state when the run, and each of its processes, had ended."""

    @property
    def said(self) -> Mapping[str, Any] | None:
        """Its result, from Ansible or from the report; None where nobody heard it."""
        return self.result or self.report


@dataclass(kw_only=True)
class Record:
    """A scene as it was played."""

    phones: Mapping[str, Mapping[str, Any]]
    """By name: its keys in the scene."""
    targets: Mapping[str, str]
    """By model: the version that the inventory wants."""
    runs: Sequence[Told]
    files: Mapping[str, str] = field(default_factory=dict)
    """Whatever the runs wrote, by name."""
    secrets: Sequence[str] = ()
