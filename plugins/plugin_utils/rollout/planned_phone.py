# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One phone of a plan: what is known of it, and either what it needs or how it ends without being asked."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import expect
from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import Outcome
from ansible_collections.telephony.snom.plugins.module_utils._firmware.order import Ending
from ansible_collections.telephony.snom.plugins.module_utils._known.image_path import Hop
from ansible_collections.telephony.snom.plugins.module_utils._known.mac import SEPARATORS
from ansible_collections.telephony.snom.plugins.module_utils._known.taught import flash_time
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.module_utils._phone.facts import PhoneFacts
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.history import step_of
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.options import Options
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.target import Target


class Kind(NamedTuple):
    """What one phone shows of the image itself goes for all of a kind."""

    model: str | None
    before: Version | None
    wanted: Version | None


class Way(NamedTuple):
    """What phones have in common of which one can be the canary for all."""

    kind: Kind
    by_provisioning: bool
    urls: tuple[str, ...]
    """Of its images: what lies under the same name on another mirror may be another file."""

    @property
    def source(self) -> str:
        """By what a journal tells it from others: a short hash, as a URL may hold a secret."""
        return hashlib.sha256(repr(self[1:]).encode()).hexdigest()[:12]


@dataclass(frozen=True, kw_only=True)
class KnownPhone:
    """What is known of a phone when the plan is made."""

    target: Target
    facts: PhoneFacts | None
    wanted: Version | None
    first: Version | None = None
    """The version that it ran before this rollout, interrupted or not, asked it for anything."""
    hops: tuple[Hop, ...] = ()
    notes: tuple[str, ...] = ()
    read_at: float = 0.0
    """In seconds since the epoch."""

    @property
    def host(self) -> str:
        """The inventory's name of the phone."""
        return self.target.host

    @property
    def model(self) -> str | None:
        """The model that the phone showed."""
        return self.facts.model if self.facts else None

    @property
    def before(self) -> Version | None:
        """The version that the phone ran when it was read."""
        return self.facts.firmware if self.facts else None

    @property
    def outcome(self) -> Outcome | None:
        """How it ends, where that is known before the run."""
        return None

    @property
    def came_over(self) -> tuple[str, ...]:
        """Where a run that was cut off has brought it, before this one asked it for anything."""
        return self._way_to(self.before)

    def _way_to(self, version: Version | None) -> tuple[str, ...]:
        return () if None in (version, self.first) or version == self.first else (str(version),)

    @property
    def kind(self) -> Kind:
        """Whose phones load the same image, wherever from."""
        return Kind(self.model, self.before, self.wanted)

    @cached_property
    def way(self) -> Way:
        """Its kind, and how and from where it gets its images."""
        mac = self.facts.mac if self.facts else None
        return Way(self.kind, self.target.by_provisioning, tuple(_for_all(hop.url, mac) for hop in self.hops))

    @property
    def proofs(self) -> tuple[Hashable, ...]:
        """What its success proves for others, or its failure puts in question."""
        return self.kind, self.way

    def settle(self, ending: Ending, *, resumed: bool = False, unrecorded: bool = False) -> SettledPhone:
        """The same phone, which this run asks for nothing."""
        return SettledPhone(
            target=self.target,
            facts=self.facts,
            wanted=self.wanted,
            first=self.first,
            hops=self.hops,
            notes=self.notes,
            read_at=self.read_at,
            ending=ending,
            resumed=resumed,
            unrecorded=unrecorded,
        )

    def refuse(self, outcome: Outcome, reason: str) -> SettledPhone:
        """The same phone, which is not to be asked for a reason that was found now."""
        return self.settle(Ending(outcome, reason, self.before))


@dataclass(frozen=True, kw_only=True)
class PlannedPhone(KnownPhone):
    """A phone that needs work."""

    facts: PhoneFacts
    wanted: Version
    deadlines: tuple[float, ...] = ()
    """Seconds that it gets for each image."""
    needs: tuple[float, ...] = ()
    """Seconds that it needs for each image to fetch and write it, by what is assumed."""

    @property
    def deadline(self) -> float:
        """Seconds from the first trigger to the end of the last hop's deadline."""
        return sum(self.deadlines)

    def flash_time(self, options: Options) -> float:
        """Seconds that it takes to flash: those of the options, or more where its user taught more."""
        return flash_time(self.target.connection.taught, self.model, self.before, options.flash_time)

    @property
    def size(self) -> int | None:
        """Bytes that the phone will fetch; None when an image's size is not known."""
        sizes = [hop.size for hop in self.hops]
        return sum(size for size in sizes if size) if sizes and all(sizes) else None


@dataclass(frozen=True, kw_only=True)
class SettledPhone(KnownPhone):
    """A phone that this run asks for nothing: it needs nothing, must not be asked, or was by a run that was cut off."""

    ending: Ending
    resumed: bool = False
    """Whether that is how the trigger of an interrupted run ended."""
    unrecorded: bool = False
    """Whether the journal does not know yet how it ended."""

    @property
    def outcome(self) -> Outcome:
        """How it ends."""
        return self.ending.outcome

    @property
    def came_over(self) -> tuple[str, ...]:
        """Where a run that was cut off has brought it, before the one asked it whose trigger ended so."""
        return self._way_to(self.ending.evidence.before) if self.resumed else super().came_over

    @property
    def proofs(self) -> tuple[Hashable, ...]:
        """As of any phone; but of one that an interrupted run had asked only its last step is known."""
        return (step_of(expect(self.ending.evidence.interrupted)),) if self.resumed else super().proofs


def _for_all(url: str, mac: str | None) -> str:
    """A URL without the MAC of the phone that it is for: else each phone of such a mirror would be its own canary."""
    if mac is None or mac not in url.translate(SEPARATORS).upper():
        return url
    return re.sub("[:.-]?".join(mac), "{mac}", url, flags=re.IGNORECASE)
