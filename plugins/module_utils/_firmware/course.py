# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where one phone stands on its way to a firmware version: what the parts of an upgrade share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from .._core.outcomes import Outcome
from .._known.image_path import Hop
from .._known.version import Version
from .._phone.call_state import reason_to_wait
from .._phone.loadable_phone import LoadablePhone
from .order import Evidence, Order


class Phase(str, Enum):
    """Where a phone stands."""

    PROBE = "probe"
    INTENT = "intent"
    TRIGGER = "trigger"
    STILL_UP = "still up"
    LATE = "late, perhaps still loading"
    DOWN = "down"
    UP = "up"
    VERIFIED = "verified"
    SNAPSHOT = "reading what changed"
    ENDED = "ended"


@dataclass(frozen=True)
class End:
    """How a phone ends."""

    outcome: Outcome
    reason: str
    after: Version | None = None
    final: bool = False
    """Whether to ask again in this run is no use."""
    unseen: bool = False
    """Whether another phone may have answered, or one that was not gone at all, so that nobody saw what became of the
    one that was asked."""
    may_load: bool = False
    """Whether it is back, and may be loading all the same."""


class Course:
    """One phone on its way."""

    def __init__(self, order: Order, phone: LoadablePhone, now: Callable[[], float]) -> None:
        """now gives seconds since the epoch and never runs backwards."""
        self.order = order
        self.phone = phone
        self.now = now
        self.phase = Phase.PROBE
        self.triggered = False
        """True once the phone may have taken a request to load an image."""
        self.known_call_state: str | None = None
        """What the PBX says, see read_call_state."""
        self.deadline: float | None = None
        """Of the last intent, in seconds since the epoch; None while there is none."""
        self.path: list[str] = []
        """The versions that it has come to."""
        self.version = order.before
        """The last of them, or what it ran before."""
        self.evidence = Evidence()
        self.other_since: float | None = None
        """Since when it is back on another version than that of its hop, or on that which it ran before; else None."""
        self.number = 0
        """Of the hop that is next, or under way."""

    @property
    def hop(self) -> Hop:
        """The image that is next, or under way."""
        return self.order.hops[self.number]

    @property
    def is_last(self) -> bool:
        """Whether that is the one at the end of the path."""
        return self.number == len(self.order.hops) - 1

    @property
    def late(self) -> bool:
        """True once the phone was not seen gone by its deadline: it may have been loading then, or be so still."""
        return self.evidence.watched_until is not None

    @property
    def is_on_another(self) -> bool:
        """True while it is back on another version, and has been for as long as a second restart may take.

        It has most probably failed, but may be loading still, behind a web server that goes on.
        """
        is_other = self.evidence.last is not None and self.evidence.last.firmware != self.hop.version
        return is_other and self.other_since is not None and self.now() - self.other_since >= self.order.settle

    def note(self, **seen: Any) -> None:
        """Add to the evidence."""
        self.evidence = replace(self.evidence, **seen)

    def reason_to_wait(self) -> str | None:
        """Why the phone must be left alone now, because somebody talks on it or may do so."""
        read: dict[str, Any] = {}
        try:
            return reason_to_wait(
                self.phone,
                known=self.known_call_state,
                unknown_call_state=self.order.unknown_call_state,
                evidence=read,
            )
        finally:
            if read:
                self.note(call=(read["call_state"], read["call_state_source"]))

    def not_loaded(self) -> str:
        """The sentence about a phone that answers as before."""
        check = (
            "Check that the phone can reach the mirror, that the image is there, and that hidden tags and restricted "
            "URI queries are off. Over a slow line it may still be loading."
        )
        never = "was never seen gone, until its deadline and for as long again"
        if not self.path:
            return f"It {never}, and runs {self.version} as before. {check}"
        return (
            f"It has loaded {self.version} and runs it, but not {self.hop.version} after it: since it was asked for "
            f"that it {never}. {check}"
        )
