# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is known of one phone of a plan, and what it needs."""

from __future__ import annotations

from dataclasses import dataclass, field

from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import Outcome
from ansible_collections.telephony.snom.plugins.module_utils._firmware.order import Ending
from ansible_collections.telephony.snom.plugins.module_utils._known.image_path import Hop
from ansible_collections.telephony.snom.plugins.module_utils._known.taught import flash_time
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.module_utils._phone.facts import PhoneFacts
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.options import Options
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.target import Target


@dataclass(kw_only=True)
class PlannedPhone:
    """One line of the plan. outcome None means that the phone needs work."""

    target: Target
    facts: PhoneFacts | None = None
    read_at: float = 0.0
    outcome: Outcome | None = None
    reason: str = ""
    wanted: Version | None = None
    hops: tuple[Hop, ...] = ()
    deadlines: tuple[float, ...] = ()
    needs: tuple[float, ...] = ()
    """Seconds that it needs for each image to fetch and write it, by what is assumed."""
    resumed: Ending | None = None
    unrecorded: bool = False
    """Whether the journal does not know yet how it ended."""
    unsafe_until: float | None = None
    """Until when (seconds since the epoch) it may be loading or flashing what an earlier run asked it for."""
    first: Version | None = None
    """The version that it ran before this rollout, interrupted or not, asked it for anything."""
    notes: list[str] = field(default_factory=list)

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
    def came_over(self) -> tuple[str, ...]:
        """Where a run that was cut off has brought it, before this one asked it for anything."""
        start = self.before if self.resumed is None else self.resumed.evidence.before
        return () if None in (start, self.first) or start == self.first else (str(start),)

    @property
    def kind(self) -> tuple[str | None, Version | None, Version | None]:
        """(model, now, target): phones alike enough that one is the canary for all."""
        return self.model, self.before, self.wanted

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
