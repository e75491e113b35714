# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What earlier runs left behind, by what their journal says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import expect
from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import OUTCOMES, Outcome
from ansible_collections.telephony.snom.plugins.module_utils._firmware.order import (
    Ending,
    Evidence,
    Intent,
    moved,
)
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.clock_changes import (
    Moment,
    Reckoning,
    ended_later,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.entries import LATEST, read_intent

OUT_OF_ORDER = 60.0
"""Seconds by which a line may be older than the one before it, which another thread wrote while this one waited."""


class ImageStep(NamedTuple):
    """What an interrupted run had asked of a phone, and proved by it."""

    file: str
    before: Version
    source: str | None
    """That of `Way`; None in older journals."""


@dataclass
class History:
    """What earlier runs left behind."""

    open_intents: dict[str, Intent] = field(default_factory=dict)
    """By host: triggers whose end nobody saw."""
    failed_images: dict[tuple[str, str], float] = field(default_factory=dict)
    """(host, file) that came back on the old version, and when (seconds since the epoch)."""
    refused_credentials: set[str] = field(default_factory=set)
    """Hosts that refused their credentials in a run that was cut off, so that its resume does not ask again."""
    ended: dict[str, Ending] = field(default_factory=dict)
    """By host: how the phones ended that a run had triggered before it was cut off. They count in its resume."""
    refusals: Counter[str] = field(default_factory=Counter)
    """By host: how often in a row it has refused its credentials, over all runs."""
    proven: Counter[ImageStep] = field(default_factory=Counter)
    """How many phones that run brought well through this step."""

    began: dict[str, Version] = field(default_factory=dict)
    """By host: the version that it had when the run that was cut off asked it first."""
    last: dict[str, Intent] = field(default_factory=dict)
    """By host: what that run asked it last."""
    unsafe: dict[str, float] = field(default_factory=dict)
    """By host: until when (seconds since the epoch) a phone may be loading or flashing whose end no run has seen.

    Also those of runs that have ended.
    """
    unsafe_macs: dict[str, float] = field(default_factory=dict)
    """The same by the phones' MAC addresses: a phone may have another address now, and so another host."""
    still_shown: dict[str, float] = field(default_factory=dict)
    """By host: until when a mirror may show a phone an image that a run could not withdraw at its end."""
    watched_until: dict[str, float] = field(default_factory=dict, compare=False)
    """By MAC: until when (seconds since the epoch) runs have watched a phone that they had asked to load an image."""
    slow: dict[str | None, float] = field(default_factory=dict)
    """By site: seconds that a phone took to fetch its image, where a run found that to be more than assumed."""
    latest: float = field(default=0.0, compare=False)
    """When the last line was written whose time counts (seconds since the epoch)."""
    reckoning: Reckoning = field(default_factory=Reckoning, compare=False)
    _unsafe_from: dict[str, float] = field(default_factory=dict, compare=False)
    """By host and by MAC: when that was written of a phone which `unsafe` and `unsafe_macs` say."""

    def first_version(self, host: str, mac: str | None, version: Version) -> Version:
        """The version at which an interrupted run found a phone that is on its way over several images now."""
        last = self.last.get(host)
        # Where one of them is not known there is only the host to go by.
        if last is None or (last.mac != mac and last.mac is not None and mac is not None):
            return version
        return self.began[host] if version in (last.before, last.target) else version

    def macs_to_leave_alone(self, hosts: Collection[str], resumed: Mapping[str, Ending]) -> dict[str, float]:
        """By MAC: until when a phone must be left alone, whatever host it is in the run over these hosts.

        resumed says by host how phones ended in this run that an interrupted one had triggered.
        """
        macs = dict(self.unsafe_macs)
        for host, intent in self.open_intents.items():
            # Nobody watches it in this run, but its phone may be in it under another name.
            if host not in hosts and intent.mac is not None:
                macs[intent.mac] = max(macs.get(intent.mac, 0.0), Evidence.of(intent).unsafe_until)
        for ending in resumed.values():
            asked = ending.evidence.interrupted
            if asked is not None and asked.mac is not None and ending.unsafe_until is not None:
                macs[asked.mac] = ending.unsafe_until
        return macs

    def known_loads(self) -> dict[str, float]:
        """By MAC: until when (seconds since the epoch) a load may be one that a run of this journal has asked for."""
        intents = self.open_intents.values()
        return self.watched_until | {one.mac: Evidence.of(one).unsafe_until for one in intents if one.mac is not None}

    def begin_run(self, now: float, moment: Moment | None) -> float:
        """A run begins; returns by how many seconds the clock was set back since the last one, see `clock_notice`."""
        forward = self.reckoning.begin(now, moment)
        if forward <= 0:
            return self.reckon(now)
        self._move(forward, 0.0)
        self.latest = now
        return -forward

    def by_uptime(self) -> set[str]:
        """Hosts with open intents of which only their phones' uptimes tell how long ago they were asked."""
        return {host for host, intent in self.open_intents.items() if not self.reckoning.is_certain(intent.time)}

    def _move(self, seconds: float, after: float) -> None:
        """Move what was written after a time."""
        for host, intent in self.open_intents.items():
            if intent.time > after:
                self.open_intents[host] = moved(intent, seconds)
        self.watched_until = {mac: at + seconds if at > after else at for mac, at in self.watched_until.items()}
        for unsafe in (self.unsafe, self.unsafe_macs):
            for name, until in unsafe.items():
                if self._unsafe_from.get(name, 0.0) > after:
                    unsafe[name] = min(until + seconds, LATEST)
        for host, ending in self.ended.items():
            if expect(ending.evidence.interrupted).time > after:
                self.ended[host] = ended_later(ending, seconds)
        self.reckoning.move(seconds, after)
        # What lay ahead is taken to be as young as it can be.
        self._unsafe_from = {
            name: since if since <= after else since + seconds if seconds > 0 else after
            for name, since in self._unsafe_from.items()
        }

    def reckon(self, now: float) -> float:
        """Move what lies ahead with the clock, if that was set back; returns by how many seconds.

        now is in seconds since the epoch. As nobody knows how long ago the last line was written, it is taken to be as
        young as it can be.
        """
        back = self.latest - now
        if back <= OUT_OF_ORDER:
            self.latest = max(self.latest, now)
            return 0.0
        self.latest = now
        # What was written before the clock was wrong lies where it lay.
        self._move(-back, now)
        return back

    def apply(self, entry: Mapping[str, Any]) -> None:
        """Take in one line of a journal that was checked."""
        kind = entry["type"]
        if kind in ("run", "intent", "end") and "time" in entry:
            # That a run began counts, too: else each run would take what was asked for asked just now.
            if kind == "run":
                self.begin_run(entry["time"], Moment(entry["boot"], entry["since_boot"]) if "boot" in entry else None)
            else:
                self.reckon(entry["time"])
        if kind == "run_end":
            self.refused_credentials.clear()
            self.ended.clear()
            self.proven.clear()
            # Who still has an open intent is watched by a later run.
            self.began = {host: self.began[host] for host in self.open_intents}
            self.last = dict(self.open_intents)
        elif kind == "intent":
            self.refusals.pop(entry["host"], None)
            intent = read_intent(entry)
            step_before = self.open_intents.get(intent.host)
            if step_before is not None and step_before.target == intent.before:
                self.proven[step_of(step_before)] += 1
            self.began[intent.host] = self.first_version(intent.host, intent.mac, intent.before)
            self.last[intent.host] = intent
            self.open_intents[intent.host] = intent
            self.ended.pop(intent.host, None)
            self.unsafe.pop(intent.host, None)
            self.unsafe_macs.pop(intent.mac or "", None)
            self.still_shown.pop(intent.host, None)
            self.reckoning.note(intent)
        elif kind == "login":
            self.refusals.pop(entry["host"], None)
        elif kind == "slow":
            self.slow[entry["site"]] = entry["seconds"]
        elif kind == "end":
            self._end(entry["host"], OUTCOMES[entry["outcome"]], entry)

    def _end(self, host: str, outcome: Outcome, entry: Mapping[str, Any]) -> None:
        intent = self.open_intents.pop(host, None)
        until = _unsafe_until(outcome, entry, intent)
        if "shown_until" in entry:
            self.still_shown[host] = entry["shown_until"]
        asked = intent or self.last.get(host)
        if intent is not None and intent.mac is not None:
            self.watched_until[intent.mac] = entry["time"]
        if until is not None:
            self.unsafe[host], self._unsafe_from[host] = until, entry["time"]
            if asked is not None and asked.mac is not None:
                self.unsafe_macs[asked.mac], self._unsafe_from[asked.mac] = until, entry["time"]
        elif entry["triggered"]:
            self.unsafe.pop(host, None)
            self.unsafe_macs.pop((asked and asked.mac) or "", None)
        if intent is not None and not entry["triggered"] and self.began.get(host) == intent.before:
            # Nothing was asked of it yet.
            del self.began[host], self.last[host]
        if outcome is Outcome.AUTH_FAILED:
            self.refused_credentials.add(host)
            self.refusals[host] += 1
        if intent is not None and outcome.blames_image:
            self.failed_images[host, intent.file] = entry["time"]
        elif intent is not None and outcome.succeeded:
            self.failed_images.pop((host, intent.file), None)
            self.proven[step_of(intent)] += 1
        if entry["triggered"] and (outcome.succeeded or outcome.failed):
            if intent is not None:
                after = _version(entry.get("after")) or intent.target
                self.ended[host] = Ending(
                    outcome,
                    entry["reason"],
                    after if outcome.succeeded else None,
                    triggered=True,
                    evidence=Evidence.of(intent),
                    unsafe_until=until,
                    frees_place=entry.get("frees_place", False),
                )
            elif host in self.ended:
                # The soak overturns an ending.
                overturned = self.ended[host]
                self.ended[host] = replace(
                    overturned, outcome=outcome, reason=entry["reason"], after=None, unsafe_until=until
                )
                self.proven[step_of(expect(overturned.evidence.interrupted))] -= 1


def _unsafe_until(outcome: Outcome, entry: Mapping[str, Any], intent: Intent | None) -> float | None:
    """What an end says of the time until which a phone must be left alone; older journals leave it to be worked out."""
    if "unsafe_until" in entry:
        until: float | None = entry["unsafe_until"]
        return until
    if intent is not None and entry["triggered"] and outcome.is_blind():
        return Evidence.of(intent).unsafe_until
    return None


def _version(text: str | None) -> Version | None:
    return Version.parse(text) if text else None


def step_of(asked: Intent) -> ImageStep:
    """The step that an interrupted run had asked a phone for."""
    return ImageStep(asked.file, asked.before, asked.source)
