# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a phone that fetches its image by provisioning is shown of it, and what its mirror tells of that.

To a phone that was told itself nothing of this applies: nothing is withdrawn from it, and it leaves no traces.
"""

from __future__ import annotations

from collections.abc import Callable

from .._core.errors import SnomError, expect
from .._phone.loadable_phone import Traces
from .course import Course


class Offer:
    """The image of one phone, as its mirror shows it."""

    def __init__(self, course: Course, may_trigger: Callable[[float], str | None]) -> None:
        """may_trigger is that of `Upgrade`."""
        self.shown_until: tuple[float | None, str] | None = None
        """Until when the phone may be shown its image, and why that could not be ended."""
        self._course = course
        self._may_trigger = may_trigger

    def withdrawn(self) -> bool:
        """Whether the phone is certainly shown its image no more."""
        try:
            self._course.phone.withdraw()
        except SnomError as error:
            self.shown_until = self._course.deadline, error.reason
            return False
        self.shown_until = None
        return True

    def look(self, now: float) -> None:
        """Note what the phone has fetched, and ask it once more if that is nothing."""
        if (traces := self._course.phone.traces()) is not None:
            self._course.note(traces=traces)
            self._remind(traces, now)

    def _remind(self, traces: Traces, now: float) -> None:
        """Once, after a while, ask a phone again that has fetched nothing of its image, and that nobody talks on.

        One that still asks its mirror for something is at it, however slow the mirror is.
        """
        evidence = self._course.evidence
        too_early = now < max(expect(evidence.triggered_at), traces.asked_at or 0.0) + self._course.order.settle
        left = expect(self._course.deadline) - now
        if traces.may_load or evidence.reminded_at is not None or evidence.resumed or too_early or left <= 0:
            return
        if self._may_remind(left):
            # To ask whether somebody talks took its time, in which the phone may have begun.
            latest = self._course.phone.traces()
            if latest is None or latest.may_load:
                return
            self._course.note(reminded_at=now)
            self._course.phone.remind()

    def _may_remind(self, seconds: float) -> bool:
        try:
            if self._may_trigger(seconds) is not None:
                return False
            # What the host variable said is as old as the trigger.
            return not self._course.order.only_when_idle or (
                self._course.known_call_state is None and self._course.reason_to_wait() is None
            )
        except SnomError:
            return False

    def came_to_nothing(self) -> bool:
        """Whether the phone is shown its image no more, and has certainly fetched nothing of it.

        Only a phone that fetches it by provisioning may be proven to have done nothing. It may be asked again at once.
        """
        traces = self._course.evidence.traces
        if traces is None or traces.may_load or not self.withdrawn():
            return False
        # It may have seen the image until right now.
        traces = self._course.phone.traces()
        if traces is None:
            return False
        self._course.note(traces=traces)
        return not traces.may_load

    def not_fetched(self, problem: str) -> str:
        """The sentence about a phone whose offer came to nothing; problem is why it was not read last."""
        settings = expect(self._course.evidence.traces).settings_at
        did = "asked for nothing" if settings is None else "fetched its settings and not the file that names its image"
        return (
            f"By the log of its mirror it {did} until its deadline, and is shown its image no more. Check its settings "
            "setting_server, update_policy (auto_update) and firmware_status, that TR-069 is off, and that it trusts "
            f"the mirror's certificate. {problem}"
        ).rstrip()
