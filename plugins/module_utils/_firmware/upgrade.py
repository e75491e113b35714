# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The firmware upgrade of one phone as a state machine.

One call of `Upgrade.step` does what is due now, which is never more than a few requests to the phone, and says when the
next one is due. So the same machine serves one phone that somebody waits for, and thousands in one process.

The way of a phone::

    PROBE -> INTENT -> TRIGGER -> STILL_UP -> DOWN -> UP -> VERIFIED      (once per hop, then SNAPSHOT, ENDED)

A phone that was not seen gone by its deadline may still be fetching its image, so it does not end there: it is LATE,
and is watched for as long again. If it goes down meanwhile, it has its whole deadline from then on.

What a status code says about a firmware load is nothing (protocol 0.3, 0.4): from the trigger on, only what is seen of
the phone decides, on its own pages or by its PBX and its mirror.

The parts, which know nothing of the machine:

- `Course`: where the phone stands
- `Asking`: from the look at its calls to the trigger
- `Following`: from there on, what it shows, and what that means
- `Offer`: what its mirror shows it, and tells of it
- `Comparison`: what the upgrade changed
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from .._core.clock import shown_time
from .._core.errors import CertificateRejected, PhoneUnreachable, Refused, SnomError, WindowEnds, expect
from .._core.outcomes import Outcome
from .._phone.facts import check_identity
from .._phone.loadable_phone import LoadablePhone
from .asking import Asking
from .assess import NO_MAC
from .course import Course, End, Phase
from .following import Following
from .offer import Offer
from .order import Ending, Evidence, Intent, Order, Shown, registered_lines
from .snapshot import Comparison


class Upgrade:
    """One phone on its way to a firmware version."""

    def __init__(
        self,
        order: Order,
        phone: LoadablePhone,
        *,
        now: Callable[[], float],
        record: Callable[[Intent], None] = lambda intent: None,
        may_trigger: Callable[[float], str | None] = lambda seconds: None,
    ) -> None:
        """Prepare; nothing is sent yet.

        now gives seconds since the epoch and never runs backwards. record must have the intent on disk when it returns,
        or raise NotRecorded.
        may_trigger is asked right before each trigger, with the seconds until the last deadline: None means go, a
        sentence says why not, and a SnomError it raises is how the phone ends. Who drives the machine sets the course's
        known_call_state right before a step.
        """
        self.course = Course(order, phone, now)
        self.comparison = Comparison()
        self.ending: Ending | None = None
        self._phone = phone
        self._offer = Offer(self.course, may_trigger)
        self._following = Following(self.course, self._offer)
        self._asking = Asking(self.course, self._following, record=record, may_trigger=may_trigger)

    @property
    def refused(self) -> bool:
        """True once the phone has refused its credentials, also while it is left alone until its deadline."""
        is_over = self.ending is not None and self.ending.outcome is Outcome.AUTH_FAILED
        return is_over or self._following.shut_out_by is not None

    @property
    def took_login(self) -> bool:
        """True if the phone asked for a login when it was looked at last, and took this one."""
        shown = self._following.shown
        return shown is not None and shown.http_pass_set is True

    def resume(self, intent: Intent, *, by_uptime: bool = False) -> None:
        """Only watch: the trigger was made, or was about to be made, by a run that did not live to see its end.

        by_uptime: the clock may have been set forward since, so the phone's uptime tells how long ago that was.

        Raises InputError where another way leads to the phone now than then.
        """
        self._phone.follow(intent.mark)
        self._following.set_deadline(intent.deadline)
        self._following.begin(intent.time, uptime=intent.uptime, by_uptime=by_uptime)
        self.course.triggered = True
        self.course.evidence = Evidence.of(intent)
        self.course.phase = Phase.STILL_UP

    def step(self) -> float | None:
        """Do what is due; return the seconds until the next step, or None when it has ended."""
        try:
            due = self._due()
            return self._end(due) if isinstance(due, End) else due
        finally:
            self._phone.close()

    def _due(self) -> float | End | None:
        try:
            if self.course.phase is Phase.PROBE:
                return self._probe()
            if self.course.phase is Phase.SNAPSHOT:
                return self._look_what_changed()
            return self._following.step()
        except PhoneUnreachable as error:
            return self._unreachable(error)
        except WindowEnds as error:
            return End(error.outcome, error.reason, final=True)
        except SnomError as error:
            return End(error.outcome, error.reason)

    def _probe(self) -> float | End:
        """Look whether the phone still needs what was planned, and ask it for that."""
        course, order = self.course, self.course.order
        facts = self._phone.look(["system"])
        check_identity(facts, mac=order.mac, model=order.model)
        if facts.firmware is None:
            raise Refused("The phone's pages show no firmware version, so a success could not be proven.")
        if facts.mac is None:
            raise Refused(NO_MAC)
        course.note(first=Shown.of(facts), before=order.before)
        if course.path and order.overtakes(facts.firmware):
            return self._following.judge(facts, course.now())
        if facts.firmware == order.target and order.target != order.before:
            return End(Outcome.COMPLIANT, f"The phone runs {order.target} already.", facts.firmware)
        if facts.firmware != course.version:
            return End(
                Outcome.DEFERRED,
                f"The phone runs {facts.firmware} now, not {course.version} as planned. Run again to plan it anew.",
                facts.firmware,
                final=True,
            )
        if not course.path and facts.identities is not None:
            # The plan may be hours old. It holds good of lines whose state does not show.
            unread = {one.line for one in facts.identities if one.registered is None}
            registered = registered_lines(facts) | (order.registered & unread)
            if order.registered and not registered:
                return End(
                    Outcome.DEFERRED,
                    "None of its identities is registered now, though one was when it was planned: nothing would show "
                    "whether the new firmware registers. Look at its PBX, or run again to plan it as it is.",
                    facts.firmware,
                )
            course.order = replace(order, registered=registered)
        if order.snapshot:
            # Before the call state, which must be fresh at the trigger.
            self.comparison.begin(self._phone, facts, order.settings)
        if order.only_when_idle and (reason := course.reason_to_wait()):
            return End(Outcome.DEFERRED, reason, facts.firmware)
        return self._asking.ask(facts)

    def _unreachable(self, error: PhoneUnreachable) -> float | End:
        course = self.course
        if not course.path or not (course.phase is Phase.PROBE or self._asking.may_repeat()):
            return End(error.outcome, error.reason)
        # It has just loaded an image, and may restart once more (protocol 3.4).
        course.phase = Phase.PROBE
        outcome, reason = Outcome.TIMED_OUT, f"It was gone again after {course.version}. {error.reason}"
        if isinstance(error, CertificateRejected):
            outcome, reason = error.outcome, f"After {course.version}: {error.reason}"
        return self._following.wait_or_give_up(course.now(), outcome, reason)

    def _end(self, end: End) -> float | None:
        course, outcome = self.course, end.outcome
        after, reason, shown_until = end.after, end.reason, None
        if after is None and course.evidence.last is not None:
            after = course.evidence.last.firmware
        if outcome is Outcome.NOT_REGISTERED and after is not None:
            # It has loaded its image, whatever it lost by that.
            course.path.append(str(after))
        if course.triggered and not self._offer.withdrawn():
            shown_until, problem = expect(self._offer.shown_until)
            reason = (
                f"{reason} IT MAY STILL BE SHOWN ITS IMAGE before {shown_time(shown_until or 0.0)}, when the mirror's "
                f"timer ends that, and load it at any time until then: {problem}"
            )
        # Between two images it is up.
        blind = outcome.is_blind(up=course.phase in (Phase.PROBE, Phase.TRIGGER))
        # Who is not seen may never have been gone.
        seen = replace(course.evidence, gone_at=None) if end.unseen else course.evidence
        until = seen.unsafe_until if course.triggered and (blind or end.unseen or end.may_load) else None
        self.ending = Ending(
            outcome,
            reason,
            after,
            course.triggered,
            course.evidence,
            until,
            outcome.passing and not end.final,
            shown_until,
            frees_place=end.may_load,
        )
        if self.comparison.has_begun and outcome.loaded:
            course.phase = Phase.SNAPSHOT
            return 0.0
        course.phase = Phase.ENDED
        return None

    def break_off(self, reason: str) -> None:
        """End at once, by a mistake of ours."""
        self.ending = Ending(Outcome.NOT_STARTED, reason, self.course.order.before)
        if self.course.triggered:
            until = self.course.evidence.unsafe_until
            self.ending = Ending(Outcome.TIMED_OUT, reason, None, True, self.course.evidence, until)

    def _look_what_changed(self) -> float | None:
        """Read the phone once more; how the upgrade ended is settled, whatever comes of it."""
        order = self.course.order
        shown = expect(self._following.shown)
        if not self.comparison.end(self._phone, shown, old=order.before, new=order.target):
            return order.poll
        self.course.phase = Phase.ENDED
        return None
