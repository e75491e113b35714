# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is asked of one phone, what is recorded of it, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .._core.clock import LONGEST_WAIT
from .._core.errors import expect
from .._core.outcomes import Outcome
from .._known.image_path import Hop
from .._known.version import Version
from .._phone.facts import PhoneFacts
from .._phone.loadable_phone import Traces

LARGEST_IMAGE = 160_000_000
"""Bytes. What an image of unknown size is taken for: a little more than the largest known ones (protocol 3.1)."""

RESERVE = 1.5
"""By how much a deadline is longer than what is assumed of a phone and its line."""


def registered_lines(facts: PhoneFacts) -> frozenset[int]:
    """The lines that a phone shows to be registered."""
    return frozenset(identity.line for identity in facts.identities or () if identity.registered)


@dataclass(frozen=True, kw_only=True)
class Order:
    """What is wanted of one phone, and what was known of it when it was planned."""

    hops: tuple[Hop, ...]
    before: Version
    host: str = ""
    """The inventory's name of the phone, for the journal; empty where none is kept."""
    model: str | None = None
    mac: str | None = None
    registered: frozenset[int] = frozenset()
    only_when_idle: bool = True
    unknown_call_state: str = "defer"
    deadlines: tuple[float, ...] = ()
    poll: float = 5.0
    settle: float = 60.0
    snapshot: bool = False
    settings: Mapping[str, str] | None = None
    """All that the phone's settings page showed a moment ago, for the snapshot; None to read them."""
    accepted: frozenset[Version] = frozenset()
    """Further versions at which it is done, whatever brought it there."""

    @classmethod
    def of(
        cls,
        facts: PhoneFacts,
        hops: tuple[Hop, ...],
        deadlines: tuple[float, ...],
        *,
        host: str = "",
        flash_time: float,
        unknown_call_state: str,
        only_when_idle: bool = True,
        snapshot: bool = False,
        settings: Mapping[str, str] | None = None,
    ) -> Order:
        """The order for a phone as it was read."""
        poll, settle = pace(flash_time)
        return cls(
            host=host,
            hops=hops,
            before=expect(facts.firmware),
            model=facts.model,
            mac=facts.mac,
            registered=registered_lines(facts),
            only_when_idle=only_when_idle,
            unknown_call_state=unknown_call_state,
            deadlines=deadlines,
            poll=poll,
            settle=settle,
            snapshot=snapshot,
            settings=settings,
        )

    @property
    def target(self) -> Version:
        """The version at the end of the path."""
        return self.hops[-1].version

    def overtakes(self, version: Version) -> bool:
        """Whether a phone that shows this version on its way needs nothing more: its provisioning was quicker."""
        return version != self.before and (version == self.target or version in self.accepted)


@dataclass(frozen=True, kw_only=True)
class Intent:
    """One trigger, as it stands in the journal before the request leaves."""

    host: str
    """The inventory's name of the phone."""
    mac: str | None
    file: str
    before: Version
    target: Version
    time: float
    deadline: float
    registered: tuple[int, ...] = ()
    """Lines that must be registered again when it is done."""
    mark: Mapping[str, Any] | None = None
    """From where on it shows what comes of it, see `Phone.mark`; None where the phone itself shows it."""
    uptime: int | None = None
    """What the phone showed right before, in seconds; None if it shows none."""
    source: str | None = None
    """How and from where it was to load, in short, where that was noted: a rollout's canaries prove no other."""


def moved(intent: Intent, seconds: float) -> Intent:
    """The same as of so many seconds later."""
    return replace(intent, time=max(intent.time + seconds, 0.0), deadline=max(intent.deadline + seconds, 0.0))


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What a phone showed of itself; None for what it did not show."""

    mac: str | None = None
    model: str | None = None
    firmware: Version | None = None
    taught: tuple[str, ...] = ()
    """What of it was read as ``snom_taught`` says."""

    @classmethod
    def of(cls, facts: PhoneFacts) -> Shown:
        """What a reading of it showed."""
        return cls(mac=facts.mac, model=facts.model, firmware=facts.firmware, taught=facts.taught)


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What was seen of a phone on its way. None stands for what did not happen; times are seconds since the epoch."""

    interrupted: Intent | None = None
    """What a run had asked it that was cut off."""
    first: Shown | None = None
    """What it showed before it was asked."""
    before: Version | None = None
    """The version that it had when it was planned."""
    call: tuple[str, str | None] | None = None
    """Its call state, and where that was read."""
    triggered_at: float | None = None
    deadline_at: float | None = None
    answer: str | None = None
    """What it answered to the trigger, in words."""
    gone_at: float | None = None
    watched_until: float | None = None
    """Until when it is watched that was not seen gone by its deadline."""
    back_at: float | None = None
    last: Shown | None = None
    """What it showed when it answered last."""
    traces: Traces | None = None
    """What its mirror told of it last."""
    reminded_at: float | None = None
    """When it was asked once more."""

    @classmethod
    def of(cls, intent: Intent) -> Evidence:
        """What is known of a phone that an interrupted run triggered."""
        return cls(interrupted=intent, before=intent.before, triggered_at=intent.time, deadline_at=intent.deadline)

    @property
    def resumed(self) -> bool:
        """Whether another run has asked it."""
        return self.interrupted is not None

    @property
    def length(self) -> float:
        """Seconds from the trigger to its deadline."""
        return expect(self.deadline_at) - expect(self.triggered_at)

    @property
    def unsafe_until(self) -> float:
        """Until when a phone that was not seen back must be left alone: as long again as its deadline was.

        One that was not seen gone either may still be fetching its image, and nobody knows for how long. It is left
        alone for as long again as it is watched, which is twice its deadline.
        """
        if self.gone_at is None:
            return expect(self.triggered_at) + 4 * self.length
        return (self.watched_until or expect(self.deadline_at)) + self.length

    def as_dict(self) -> dict[str, Any]:
        """The evidence as results and reports show it, without what did not happen."""
        shown: dict[str, Any] = {}
        if self.interrupted is not None:
            shown["file"] = self.interrupted.file
        if self.first is not None:
            shown |= {"mac": self.first.mac, "model": self.first.model}
        if self.before is not None:
            shown["firmware_before"] = str(self.before)
        if self.interrupted is not None:
            shown["target"] = str(self.interrupted.target)
        if self.call is not None:
            shown["call_state"], shown["call_state_source"] = self.call
        moments = {
            "triggered_at": self.triggered_at,
            "deadline_at": self.deadline_at,
            "resumed": self.resumed or None,
            "trigger_answer": self.answer,
            "reminded_at": self.reminded_at,
            "seen_gone_at": self.gone_at,
            "watched_until": self.watched_until,
            "seen_back_at": self.back_at,
        }
        shown |= {name: value for name, value in moments.items() if value is not None}
        if self.traces is not None:
            fetched = {
                "settings_fetched_at": self.traces.settings_at,
                "firmware_file_fetched_at": self.traces.firmware_file_at,
                "image_fetched_at": self.traces.image_at,
                "images_fetched": self.traces.images or None,
                "started_at": self.traces.started_at,
            }
            shown |= {name: value for name, value in fetched.items() if value is not None}
        if self.last is not None:
            version = self.last.firmware
            shown |= {"mac_after": self.last.mac, "firmware_after": str(version) if version else None}
        if taught := sorted({name for seen in (self.first, self.last) if seen for name in seen.taught}):
            shown["by_snom_taught"] = taught
        return shown


@dataclass(frozen=True)
class Ending:
    """How it ended: an outcome and a sentence, with what was read from the phone."""

    outcome: Outcome
    reason: str
    after: Version | None = None
    triggered: bool = False
    evidence: Evidence = field(default_factory=Evidence)
    unsafe_until: float | None = None
    """Until when the phone must be left alone, because nobody could see whether it has written its flash.

    In seconds since the epoch. It must not be powered off before, and no run asks it for anything. Until the end of the
    run it keeps its place among those in flight, unless it frees that.
    """
    passing: bool = False
    """Whether it may end otherwise when it is asked again in a while."""
    shown_until: float | None = None
    """Until when a mirror may still show it an image, because that could not be withdrawn (seconds since the epoch)."""
    frees_place: bool = False
    """Whether it is back, and may be loading all the same, which keeps nobody else from it."""


def hop_need(size: int | None, flash_time: float, *, parallel: int = 1, bandwidth_mbit: float = 100.0) -> float:
    """Seconds that a phone is assumed to need to fetch an image and to write it: 8·S·P/B + flash time.

    size is in bytes; parallel is how many phones share bandwidth_mbit. How long phones really take is not public
    (protocol 11.6), so the flash time is an assumption that users set. No need is longer than a deadline may be.
    """
    transfer = 8 * (size or LARGEST_IMAGE) * max(parallel, 1) / (bandwidth_mbit * 1e6)
    return min(transfer + flash_time, LONGEST_WAIT / RESERVE)


def deadline_for(need: float) -> float:
    """Seconds after which a phone that needs so many counts as lost, `LONGEST_WAIT` at most."""
    return RESERVE * need


def pace(flash_time: float) -> tuple[float, float]:
    """Seconds between two polls, and seconds for which a phone that is back on another version may still move on.

    Old firmware restarts twice (protocol 3.4), so being back is not yet the end. Both scale with the flash time.
    """
    return min(5.0, max(0.25, flash_time / 60)), min(60.0, max(1.0, flash_time / 4))
