# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A phone is asked to load an image: unless somebody talks on it, or it is not the time, and once that is on disk."""

from __future__ import annotations

from collections.abc import Callable

from .._core.errors import NotRecorded, SnomError
from .._core.outcomes import Outcome
from .._phone.facts import PhoneFacts
from .._phone.loadable_phone import Load
from .course import Course, End, Phase
from .following import Following
from .order import Intent

LONGEST_PREPARATION = 5.0
"""Seconds between the look at the calls of a phone and its trigger. A call may have begun after that."""


class Asking:
    """How one phone is asked."""

    def __init__(
        self,
        course: Course,
        following: Following,
        *,
        record: Callable[[Intent], None],
        may_trigger: Callable[[float], str | None],
    ) -> None:
        """record and may_trigger are those of `Upgrade`; following watches what comes of it."""
        self._course = course
        self._following = following
        self._record = record
        self._may_trigger = may_trigger
        self._found_nobody = False

    def ask(self, facts: PhoneFacts) -> float | End:
        """Ask the phone, as it was just read, to load its next image, once."""
        course, order, hop = self._course, self._course.order, self._course.hop
        seconds = sum(order.deadlines[course.number :])
        if closed := self._may_trigger(seconds):
            return self._stay(closed, facts)
        course.phase = Phase.INTENT
        now = course.now()
        deadline = now + order.deadlines[course.number]
        load = Load(hop.url, image=hop.image_url, until=deadline)
        mark = course.phone.mark(load)
        try:
            self._record(
                Intent(
                    host=order.host,
                    mac=facts.mac,
                    file=hop.file,
                    before=course.version,
                    target=hop.version,
                    time=now,
                    deadline=deadline,
                    registered=tuple(sorted(order.registered)) if course.is_last else (),
                    mark=mark,
                    uptime=facts.uptime,
                )
            )
        except NotRecorded as error:
            return self._stay(error.reason, facts)
        self._following.set_deadline(deadline)
        if closed := self._may_trigger(seconds):
            # A busy disk takes its time for the intent.
            return self._stay(closed, facts)
        if order.only_when_idle and course.now() - now > LONGEST_PREPARATION and (reason := self._call_by_now()):
            return End(Outcome.DEFERRED, reason, after=facts.firmware)
        course.phase = Phase.TRIGGER
        course.triggered = True
        self._following.begin(now, uptime=facts.uptime)
        # What was seen so far was of the image before.
        course.note(triggered_at=now, deadline_at=deadline, gone_at=None, back_at=None, watched_until=None)
        course.note(traces=None, reminded_at=None)
        try:
            course.note(answer=course.phone.command(load).answer)
        except SnomError:
            course.triggered = bool(course.path)
            raise
        course.phase = Phase.STILL_UP
        return order.poll

    def may_repeat(self) -> bool:
        """Whether the request to load another image found nobody, for the first time, so that it did nothing."""
        if self._course.phase is not Phase.TRIGGER or self._found_nobody:
            return False
        self._found_nobody = True
        return True

    def _call_by_now(self) -> str | None:
        """Why the phone must be left alone after all; what a host variable said is not asked again here."""
        if self._course.known_call_state is not None:
            return "To write down what it is to be asked took so long that a call may have begun meanwhile."
        # One that is gone between two images is waited for.
        self._course.phase = Phase.PROBE
        return self._course.reason_to_wait()

    def _stay(self, reason: str, facts: PhoneFacts) -> float | End:
        """End without a request, before the first image or between two of them."""
        return End(Outcome.DEFERRED if self._course.path else Outcome.NOT_STARTED, reason, after=facts.firmware)
