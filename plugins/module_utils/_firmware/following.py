# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What becomes of a phone that was asked to load an image, by what it shows from then on."""

from __future__ import annotations

from .._core.errors import AuthFailed, LockedOut, expect
from .._core.outcomes import Outcome
from .._known.version import Version
from .._phone.facts import PhoneFacts
from .._phone.presence import Watch
from .course import Course, End, Phase
from .offer import Offer
from .order import Evidence, Shown, moved, registered_lines


class Following:
    """The watch over one phone."""

    def __init__(self, course: Course, offer: Offer) -> None:
        """Nothing is watched before `begin`."""
        self.shown: PhoneFacts | None = None
        """What the phone showed when it was looked at last."""
        self.shut_out_by: AuthFailed | None = None
        """Why the phone is left alone until its deadline."""
        self._course = course
        self._offer = offer
        self._watch: Watch | None = None
        self._watched_until = 0.0
        self._readable = False
        self._missing: list[int] = []
        self._unread_until: float | None = None

    def begin(self, asked_at: float, *, uptime: float | None = None, by_uptime: bool = False) -> None:
        """Watch the phone from when it was asked on; uptime and by_uptime are those of `Watch`."""
        self._watch = Watch(self._course.phone, self._course.now, asked_at, uptime=uptime, by_uptime=by_uptime)
        self._course.other_since = self._unread_until = None
        self._missing = []

    def set_deadline(self, time: float) -> None:
        """Watch the phone until then, in seconds since the epoch, or longer where it is late."""
        self._course.deadline = self._watched_until = time

    def step(self) -> float | End:
        """Look at the phone once."""
        if self.shut_out_by is not None:
            return self._shut_out(self.shut_out_by)
        course, watch = self._course, expect(self._watch)
        try:
            facts = watch.poll()
        except (AuthFailed, LockedOut) as error:
            return self._shut_out(error)
        now = course.now()
        if watch.ahead:
            self._move(watch.ahead)
            watch.ahead = 0.0
        self._offer.look(now)
        self._readable = facts is not None and facts.firmware is not None
        self.shown = facts
        if watch.stayed_up and course.evidence.gone_at is not None:
            # It only could not be reached for a while, and may be loading still.
            course.other_since = None
            course.note(gone_at=None, back_at=None)
            course.phase = Phase.STILL_UP
            if course.late:
                # It has lost the time that it got for going. Else a line that fails again and again has no end.
                course.phase, self._watched_until = Phase.LATE, self._late_until
                course.note(watched_until=self._watched_until)
        if watch.gone and course.evidence.gone_at is None:
            course.note(gone_at=now)
            if course.late:
                # It has its image only now, and needs as long to write it as any other.
                self._watch_until(now + course.evidence.length)
        if facts is None:
            if watch.gone and watch.silent:
                # Old firmware restarts twice (protocol 3.4): only the last return is the end.
                course.phase = Phase.DOWN
                course.other_since = self._unread_until = None
                course.note(back_at=None)
            return self.wait_or_give_up(now)
        if watch.gone:
            if course.evidence.back_at is None:
                course.note(back_at=now)
            course.phase = Phase.UP
        return self.judge(facts, now)

    def _move(self, seconds: float) -> None:
        """The phone was asked so many seconds later than the clock has it, which was set forward since."""
        asked = moved(expect(self._course.evidence.interrupted), seconds)
        self._course.evidence = Evidence.of(asked)
        self.set_deadline(asked.deadline)

    def _shut_out(self, error: AuthFailed | LockedOut) -> float | End:
        """Leave the phone alone until then: to ask again makes it worse (protocol 2.3), but it may be loading.

        A lock may be over then, so there is one more look. What was refused is never sent again.
        """
        left = self._watched_until - self._course.now()
        if left <= 0:
            return End(error.outcome, f"After the trigger: {error.reason}")
        if isinstance(error, AuthFailed):
            self.shut_out_by = error
        return left

    def judge(self, facts: PhoneFacts, now: float) -> float | End:
        """Decide by what the phone shows while it answers."""
        self.shown = facts
        gone = expect(self._watch).gone
        order, hop = self._course.order, self._course.hop
        self._course.note(last=Shown.of(facts))
        if order.mac and facts.mac and facts.mac != order.mac:
            return End(
                Outcome.WRONG_PHONE,
                f"The phone that answers now has the MAC {facts.mac}, not {order.mac}. The one that was asked to load "
                "an image may still be writing its flash: do not power it off.",
                unseen=True,
            )
        if facts.firmware is None:
            return self.wait_or_give_up(now)
        version = facts.firmware
        # An older run may have asked one without knowing its MAC.
        is_same = order.mac is not None and facts.mac is not None
        arrived = version == order.target == hop.version or order.overtakes(version)
        says_nothing = version == self._course.version or (version != hop.version and not arrived)
        if says_nothing and (due := self._judge_other_version(version, now, is_same=is_same)) is not None:
            return due
        self._course.other_since = None
        if not gone and self._may_be_ahead(now):
            return self.wait_or_give_up(now)
        if not is_same:
            what = "shows no MAC any more" if order.mac else "its MAC was not known when it was asked"
            return self.wait_or_give_up(
                now,
                Outcome.WRONG_PHONE,
                f"It came back on {version} but {what}, so it may be another phone. The one that was "
                "asked to load an image may still be writing its flash: do not power it off.",
            )
        missing = self._missing_registrations(facts)
        if missing and arrived:
            lines = ", ".join(map(str, missing))
            return self.wait_or_give_up(
                now,
                Outcome.NOT_REGISTERED,
                f"It runs {version}, but identity {lines} was registered before, and was not seen registered again.",
            )
        return self._hop_done(version, arrived)

    def _may_be_ahead(self, now: float) -> bool:
        """Whether a phone that was not seen gone may show a version that it has yet to write.

        Without an uptime a restart may have been too short to be seen, so it has its whole deadline to go.
        """
        return expect(self._watch).stayed_up or now < expect(self._course.deadline)

    def _judge_other_version(self, version: Version, now: float, *, is_same: bool) -> float | End | None:
        """Wait for a phone that is back on another version, or on the one that it is to load again, until its deadline.

        It may be about to go again, to write its flash (protocol 3.4). And whether phones answer while they load what
        they have restarted for is not public. None once it has loaded the same again, as far as anybody can tell.
        """
        course, watch = self._course, expect(self._watch)
        if not watch.gone:
            return self.wait_or_give_up(now)
        if course.other_since is None:
            course.other_since = now
        # The second restart may also come behind the deadline.
        if (left := max(course.other_since + course.order.settle, self._watched_until) - now) > 0:
            return min(course.order.poll, left)
        if version == course.hop.version:
            reason = (
                f"It was out of reach for a while, and shows {version} as before. Without an uptime that fell nothing "
                "proves that it has restarted: it may be loading still. Do not power it off."
            )
            return None if watch.restarted else End(Outcome.UNPROVEN, reason, after=version, unseen=True)
        reason = (
            f"It was gone and came back on {version}, not on {course.hop.version}. Check that the "
            "image is whole and made for this model."
        )
        # Two polls without an answer may have been the network's fault, and without a MAC it may be another phone.
        is_sure = is_same and (watch.restarted or version != course.version)
        if is_sure:
            reason = f"{reason} Do not power it off before you have seen on its screen that it does not load any more."
        else:
            reason = (
                f"{reason} What it shows does not prove that it has restarted: it may only have been out of reach, and "
                "be loading still. Do not power it off."
            )
        return End(Outcome.OLD_VERSION, reason, after=version, unseen=not is_sure, may_load=is_sure)

    def _missing_registrations(self, facts: PhoneFacts) -> list[int]:
        """Lines that were registered before, and are not by what was read last: said so, or listed no more."""
        if facts.identities is not None:
            unread = {one.line for one in facts.identities if one.registered is None} - set(self._missing)
            self._missing = sorted(self._course.order.registered - registered_lines(facts) - unread)
        return self._missing

    def _hop_done(self, version: Version, arrived: bool) -> float | End:
        course, now, unread = self._course, self._course.now(), ""
        if arrived and (lines := sorted(course.order.registered - registered_lines(expect(self.shown)))):
            # A page may fail once, and new firmware may never show it: a whole deadline would hold up the others.
            self._unread_until = self._unread_until or min(now + course.order.settle, self._watched_until)
            if (left := self._unread_until - now) > 0:
                return min(course.order.poll, left)
            shown = ", ".join(map(str, lines))
            unread = f" Whether identity {shown} is registered again could not be read: look at its screen or its PBX."
        course.path.append(str(version))
        course.version = version
        course.phase = Phase.VERIFIED
        self._offer.withdrawn()
        if arrived:
            reason = f"Runs {version}, read back from the phone.{unread}{self._lateness()}"
            return End(Outcome.UPGRADED, reason, after=version)
        course.number += 1
        course.phase = Phase.PROBE
        return 0.0

    def _lateness(self) -> str:
        course = self._course
        if not course.late or course.evidence.resumed:
            # When the phone was done while nobody looked is not known.
            return ""
        done_at, asked_at = course.evidence.back_at or course.now(), expect(course.evidence.triggered_at)
        return (
            f" It took {done_at - asked_at:.0f} s, longer than its deadline of {course.evidence.length:.0f} s: "
            "raise deadline, or in a rollout correct site_bandwidth_mbit to what the line of its site carries."
        )

    @property
    def _late_until(self) -> float:
        """Until when it is watched that was never seen gone."""
        # The run that resumes asks it again afterwards if it was not taken.
        evidence = self._course.evidence
        return evidence.unsafe_until if evidence.resumed else expect(self._course.deadline) + evidence.length

    def _watch_until(self, time: float) -> None:
        """Watch on behind the deadline."""
        self._watched_until = max(time, self._watched_until)
        self._course.note(watched_until=self._watched_until)

    def wait_or_give_up(self, now: float, outcome: Outcome | None = None, reason: str = "") -> float | End:
        """Wait for the next poll; when the watch is over, end with the given outcome, or with what was seen last."""
        course, watch = self._course, expect(self._watch)
        is_over = now >= self._watched_until
        if (
            outcome is None
            and not watch.gone
            and (is_over or course.evidence.resumed)
            and self._offer.came_to_nothing()
        ):
            return End(Outcome.NO_FETCH, self._offer.not_fetched(watch.problem or ""))
        if outcome is None and not watch.gone and is_over and not course.late:
            course.phase = Phase.LATE
            self._offer.withdrawn()
            self._watch_until(self._late_until)
        if now < self._watched_until:
            return min(course.order.poll, self._watched_until - now)
        if outcome is None:
            if watch.rejected is not None:
                outcome = watch.rejected.outcome
                reason = f"After the trigger: {watch.rejected.reason} It may still be writing its flash."
            elif watch.error is not None and watch.error.outcome is Outcome.UNPROVEN:
                outcome = Outcome.UNPROVEN
                reason = f"{watch.error.reason} It may still be writing its flash: do not power it off."
            elif watch.silent:
                outcome = Outcome.TIMED_OUT
                reason = (
                    "It is gone and not back by the deadline. It may still be writing its flash: do not power it off."
                )
            elif not self._readable:
                outcome = Outcome.TIMED_OUT
                reason = f"It answers but can't be read: {watch.problem or 'it shows no version.'}"
            elif (last := expect(course.evidence.last).firmware) != course.version:
                outcome = Outcome.UNPROVEN
                reason = (
                    f"It shows {last}, but was never seen gone, and nothing shows that it has restarted since it was "
                    "asked: it may not have written that yet. Do not power it off."
                )
            else:
                # Nothing shows that it has given up.
                return End(Outcome.IMAGE_FAILED, course.not_loaded())
        return End(outcome, reason, unseen=outcome is Outcome.WRONG_PHONE)
