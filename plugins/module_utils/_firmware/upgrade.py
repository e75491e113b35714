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

What a status code says about a firmware load is nothing (protocol 0.3, 0.4): from the trigger on, only what the phone's
own pages show decides.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from enum import Enum
from typing import Any

from .._core.clock import shown_time
from .._core.errors import (
    AuthFailed,
    CertificateRejected,
    LockedOut,
    NotRecorded,
    PhoneUnreachable,
    Refused,
    SnomError,
    WindowEnds,
    expect,
)
from .._core.outcomes import Outcome
from .._known.image_path import Hop
from .._known.version import Version
from .._phone.call_state import reason_to_wait
from .._phone.facts import PhoneFacts, check_identity
from .._phone.loadable_phone import Load, LoadablePhone, Traces
from .._phone.presence import Watch
from .order import Ending, Evidence, Intent, Order, Shown
from .snapshot import Snapshot, compare_snapshots, take_snapshot, unread

SNAPSHOT_TRIES = 3
"""Reads of the settings of a phone that is done. It keeps its slot meanwhile, so they are few."""

LONGEST_PREPARATION = 5.0
"""Seconds between the look at the calls of a phone and its trigger. A call may have begun after that."""


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
        sentence says why not, and a SnomError it raises is how the phone ends. Who drives the machine sets
        known_call_state (what the PBX says, see read_call_state) right before a step.
        """
        self.order = order
        self.phase = Phase.PROBE
        self.triggered = False
        """True once the phone may have taken a request to load an image."""
        self.ending: Ending | None = None
        self.known_call_state: str | None = None
        self.deadline: float | None = None
        """Of the last intent, in seconds since the epoch; None while there is none."""
        self._watched_until = 0.0
        self.path: list[str] = []
        self.evidence = Evidence()
        self.snapshot: dict[str, Any] | None = None
        """What the upgrade changed (see the module snapshot); None if the order asks for none, or nothing was done."""
        self._phone = phone
        self._now = now
        self._record = record
        self._may_trigger = may_trigger
        self._hop = 0
        self._version = order.before
        self._watch: Watch | None = None
        self._other_since: float | None = None
        self._readable = False
        self._before: Snapshot | None = None
        self._shown: PhoneFacts | None = None
        self._snapshot_tries = 0
        self._shut_out_by: AuthFailed | None = None
        self._found_nobody = False
        self._shown_until: tuple[float | None, str] | None = None
        """Until when the phone may be shown its image, and why that could not be ended."""

    @property
    def refused(self) -> bool:
        """True once the phone has refused its credentials, also while it is left alone until its deadline."""
        return self._shut_out_by is not None or (self.ending is not None and self.ending.outcome is Outcome.AUTH_FAILED)

    @property
    def late(self) -> bool:
        """True once the phone was not seen gone by its deadline: it may have been loading then, or be so still."""
        return self.evidence.watched_until is not None

    @property
    def took_login(self) -> bool:
        """True if the phone asked for a login when it was looked at last, and took this one."""
        return self._shown is not None and self._shown.http_pass_set is True

    def resume(self, intent: Intent) -> None:
        """Only watch: the trigger was made, or was about to be made, by a run that did not live to see its end.

        Raises InputError where another way leads to the phone now than then.
        """
        self._phone.follow(intent.mark)
        self.deadline = self._watched_until = intent.deadline
        self.triggered = True
        self.evidence = Evidence.of(intent)
        self._watch = Watch(self._phone, self._now, intent.time)
        self.phase = Phase.STILL_UP

    def step(self) -> float | None:
        """Do what is due; return the seconds until the next step, or None when it has ended."""
        try:
            if self.phase is Phase.PROBE:
                return self._probe()
            if self.phase is Phase.SNAPSHOT:
                return self._look_what_changed()
            return self._look()
        except PhoneUnreachable as error:
            if self.path and (self.phase is Phase.PROBE or self._may_ask_again()):
                # It has just loaded an image, and may restart once more (protocol 3.4).
                self.phase = Phase.PROBE
                if isinstance(error, CertificateRejected):
                    return self._wait_or_give_up(self._now(), error.outcome, f"After {self._version}: {error.reason}")
                return self._wait_or_give_up(
                    self._now(), Outcome.TIMED_OUT, f"It was gone again after {self._version}. {error.reason}"
                )
            return self._end(error.outcome, error.reason)
        except WindowEnds as error:
            return self._end(error.outcome, error.reason, final=True)
        except SnomError as error:
            return self._end(error.outcome, error.reason)
        finally:
            self._phone.close()

    def _probe(self) -> float | None:
        order = self.order
        hop = order.hops[self._hop]
        facts = self._phone.look(["system"])
        check_identity(facts, mac=order.mac, model=order.model)
        if facts.firmware is None:
            raise Refused("The phone's pages show no firmware version, so a success could not be proven.")
        self._note(first=Shown.of(facts), before=order.before)
        if self.path and order.overtakes(facts.firmware):
            return self._judge(facts, self._now())
        if facts.firmware == order.target and order.target != order.before:
            return self._end(Outcome.COMPLIANT, f"The phone runs {order.target} already.", after=facts.firmware)
        if facts.firmware != self._version:
            return self._end(
                Outcome.DEFERRED,
                f"The phone runs {facts.firmware} now, not {self._version} as planned. Run again to plan it anew.",
                after=facts.firmware,
                final=True,
            )
        if order.snapshot and self._before is None:
            # Before the call state, which must be fresh at the trigger.
            self._before = take_snapshot(self._phone, facts, order.settings)
        if order.only_when_idle and (reason := self._reason_to_wait()):
            return self._end(Outcome.DEFERRED, reason, after=facts.firmware)
        return self._trigger(hop, facts)

    def _reason_to_wait(self) -> str | None:
        read: dict[str, Any] = {}
        try:
            return reason_to_wait(
                self._phone,
                known=self.known_call_state,
                unknown_call_state=self.order.unknown_call_state,
                evidence=read,
            )
        finally:
            if read:
                self._note(call=(read["call_state"], read["call_state_source"]))

    def _trigger(self, hop: Hop, facts: PhoneFacts) -> float | None:
        seconds = sum(self.order.deadlines[self._hop :])
        if closed := self._may_trigger(seconds):
            return self._stay(closed, facts)
        self.phase = Phase.INTENT
        now = self._now()
        deadline = now + self.order.deadlines[self._hop]
        last = self._hop == len(self.order.hops) - 1
        load = Load(hop.url, image=hop.image_url, until=deadline)
        mark = self._phone.mark(load)
        try:
            self._record(
                Intent(
                    host=self.order.host,
                    mac=facts.mac,
                    file=hop.file,
                    before=self._version,
                    target=hop.version,
                    time=now,
                    deadline=deadline,
                    registered=tuple(sorted(self.order.registered)) if last else (),
                    mark=mark,
                )
            )
        except NotRecorded as error:
            return self._stay(error.reason, facts)
        self.deadline = self._watched_until = deadline
        if closed := self._may_trigger(seconds):
            # A busy disk takes its time for the intent.
            return self._stay(closed, facts)
        if self.order.only_when_idle and self._now() - now > LONGEST_PREPARATION and (reason := self._call_by_now()):
            return self._end(Outcome.DEFERRED, reason, after=facts.firmware)
        self.phase = Phase.TRIGGER
        self.triggered = True
        self._watch = Watch(self._phone, self._now, now, uptime=facts.uptime)
        self._other_since = None
        # What was seen so far was of the image before.
        self._note(triggered_at=now, deadline_at=deadline, gone_at=None, back_at=None, watched_until=None)
        self._note(traces=None, reminded_at=None)
        try:
            self._note(answer=self._phone.command(load).answer)
        except SnomError:
            self.triggered = bool(self.path)
            raise
        self.phase = Phase.STILL_UP
        return self.order.poll

    def _call_by_now(self) -> str | None:
        """Why the phone must be left alone after all; what a host variable said is not asked again here."""
        if self.known_call_state is not None:
            return "To write down what it is to be asked took so long that a call may have begun meanwhile."
        # One that is gone between two images is waited for.
        self.phase = Phase.PROBE
        return self._reason_to_wait()

    def _may_ask_again(self) -> bool:
        """Whether the request to load another image found nobody, for the first time, so that it did nothing."""
        if self.phase is not Phase.TRIGGER or self._found_nobody:
            return False
        self._found_nobody = True
        return True

    def _stay(self, reason: str, facts: PhoneFacts) -> float | None:
        """End without a request, before the first image or between two of them."""
        return self._end(Outcome.DEFERRED if self.path else Outcome.NOT_STARTED, reason, after=facts.firmware)

    def _look(self) -> float | None:
        if self._shut_out_by is not None:
            return self._shut_out(self._shut_out_by)
        watch = expect(self._watch)
        try:
            facts = watch.poll()
        except (AuthFailed, LockedOut) as error:
            return self._shut_out(error)
        now = self._now()
        if (traces := self._phone.traces()) is not None:
            self._note(traces=traces)
            self._remind(traces, now)
        self._readable = facts is not None and facts.firmware is not None
        self._shown = facts
        if watch.stayed_up and self.evidence.gone_at is not None:
            # It only could not be reached for a while, and may be loading still.
            self._other_since = None
            self._note(gone_at=None, back_at=None)
            self.phase = Phase.STILL_UP
            if self.late:
                # It has lost the time that it got for going. Else a line that fails again and again has no end.
                self.phase, self._watched_until = Phase.LATE, self._late_until
                self._note(watched_until=self._watched_until)
        if watch.gone and self.evidence.gone_at is None:
            self._note(gone_at=now)
            if self.late:
                # It has its image only now, and needs as long to write it as any other.
                self._watch_until(now + self.evidence.length)
        if facts is None:
            if watch.gone and watch.silent:
                # Old firmware restarts twice (protocol 3.4): only the last return is the end.
                self.phase = Phase.DOWN
                self._other_since = None
                self._note(back_at=None)
            return self._wait_or_give_up(now)
        if watch.gone:
            if self.evidence.back_at is None:
                self._note(back_at=now)
            self.phase = Phase.UP
        return self._judge(facts, now)

    def _shut_out(self, error: AuthFailed | LockedOut) -> float | None:
        """Leave the phone alone until then: to ask again makes it worse (protocol 2.3), but it may be loading.

        A lock may be over then, so there is one more look. What was refused is never sent again.
        """
        left = self._watched_until - self._now()
        if left <= 0:
            return self._end(error.outcome, f"After the trigger: {error.reason}")
        if isinstance(error, AuthFailed):
            self._shut_out_by = error
        return left

    def _judge(self, facts: PhoneFacts, now: float) -> float | None:
        """Decide by what the phone shows while it answers."""
        gone = expect(self._watch).gone
        order = self.order
        hop = order.hops[self._hop]
        self._note(last=Shown.of(facts))
        if order.mac and facts.mac and facts.mac != order.mac:
            return self._end(
                Outcome.WRONG_PHONE,
                f"The phone that answers now has the MAC {facts.mac}, not {order.mac}. The one that was asked to load "
                "an image may still be writing its flash: do not power it off.",
                unseen=True,
            )
        if facts.firmware is None:
            return self._wait_or_give_up(now)
        version = facts.firmware
        arrived = version == order.target == hop.version or order.overtakes(version)
        if version != hop.version and not arrived:
            return self._judge_other_version(version, now, shows_mac=facts.mac is not None)
        if version == self._version and not gone:
            return self._wait_or_give_up(now)
        if order.mac and not facts.mac:
            return self._wait_or_give_up(
                now,
                Outcome.WRONG_PHONE,
                f"It came back on {version} but shows no MAC any more, so it may be another phone. The one that was "
                "asked to load an image may still be writing its flash: do not power it off.",
            )
        missing = self._missing_registrations(facts)
        if missing and arrived:
            lines = ", ".join(map(str, missing))
            return self._wait_or_give_up(
                now,
                Outcome.NOT_REGISTERED,
                f"It runs {version}, but identity {lines} was registered before and is not now.",
            )
        return self._hop_done(version, arrived)

    def _judge_other_version(self, version: Version, now: float, *, shows_mac: bool) -> float | None:
        watch = expect(self._watch)
        if not watch.gone:
            return self._wait_or_give_up(now)
        if self._other_since is None:
            self._other_since = now
        # Also past the deadline: it may be about to go again, to write its flash.
        if (left := self._other_since + self.order.settle - now) > 0:
            return min(self.order.poll, left)
        reason = (
            f"It was gone and came back on {version}, not on {self.order.hops[self._hop].version}. Check that the "
            "image is whole and made for this model."
        )
        # Two polls without an answer may have been the network's fault, and without a MAC it may be another phone.
        is_sure = (watch.restarted or version != self._version) and (shows_mac or self.order.mac is None)
        if not is_sure:
            reason = (
                f"{reason} What it shows does not prove that it has restarted: it may only have been out of reach, and "
                "be loading still. Do not power it off."
            )
        return self._end(Outcome.OLD_VERSION, reason, after=version, unseen=not is_sure)

    def _missing_registrations(self, facts: PhoneFacts) -> list[int]:
        """Lines that were registered before and are now known not to be, or not known at all."""
        if not self.order.registered or facts.identities is None:
            return []
        now_registered = {identity.line for identity in facts.identities if identity.registered is not False}
        return sorted(self.order.registered - now_registered)

    def _hop_done(self, version: Version, arrived: bool) -> float | None:
        self.path.append(str(version))
        self._version = version
        self.phase = Phase.VERIFIED
        self._withdrawn()
        if arrived:
            return self._end(
                Outcome.UPGRADED, f"Runs {version}, read back from the phone.{self._lateness()}", after=version
            )
        self._hop += 1
        self.phase = Phase.PROBE
        return 0.0

    def _lateness(self) -> str:
        if not self.late or self.evidence.resumed:
            # When the phone was done while nobody looked is not known.
            return ""
        took, length = self._now() - expect(self.evidence.triggered_at), self.evidence.length
        return (
            f" It took {took:.0f} s, longer than its deadline of {length:.0f} s: "
            "raise deadline, or in a rollout correct site_bandwidth_mbit to what the line of its site carries."
        )

    @property
    def _late_until(self) -> float:
        """Until when it is watched that was never seen gone."""
        # The run that resumes asks it again afterwards if it was not taken.
        evidence = self.evidence
        return evidence.unsafe_until if evidence.resumed else expect(self.deadline) + evidence.length

    def _watch_until(self, time: float) -> None:
        """Watch on behind the deadline."""
        self._watched_until = max(time, self._watched_until)
        self._note(watched_until=self._watched_until)

    def _wait_or_give_up(self, now: float, outcome: Outcome | None = None, reason: str = "") -> float | None:
        """Wait for the next poll; when the watch is over, end with the given outcome, or with what was seen last."""
        watch = expect(self._watch)
        is_over = now >= self._watched_until
        if outcome is None and not watch.gone and (is_over or self.evidence.resumed) and self._came_to_nothing():
            return self._end(Outcome.NO_FETCH, self._not_fetched())
        if outcome is None and not watch.gone and is_over and not self.late:
            self.phase = Phase.LATE
            self._withdrawn()
            self._watch_until(self._late_until)
        if now < self._watched_until:
            return min(self.order.poll, self._watched_until - now)
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
            else:
                # Nothing shows that it has given up.
                return self._end(Outcome.IMAGE_FAILED, self._not_loaded())
        return self._end(outcome, reason, unseen=outcome is Outcome.WRONG_PHONE)

    def _remind(self, traces: Traces, now: float) -> None:
        """Once, after a while, ask a phone again that has fetched nothing of its image, and that nobody talks on.

        One that still asks its mirror for something is at it, however slow the mirror is.
        """
        evidence = self.evidence
        too_early = now < max(expect(evidence.triggered_at), traces.asked_at or 0.0) + self.order.settle
        left = expect(self.deadline) - now
        if traces.may_load or evidence.reminded_at is not None or evidence.resumed or too_early or left <= 0:
            return
        if self._may_remind(left):
            # To ask whether somebody talks took its time, in which the phone may have begun.
            latest = self._phone.traces()
            if latest is None or latest.may_load:
                return
            self._note(reminded_at=now)
            self._phone.remind()

    def _may_remind(self, seconds: float) -> bool:
        try:
            if self._may_trigger(seconds) is not None:
                return False
            # What the host variable said is as old as the trigger.
            return not self.order.only_when_idle or (self.known_call_state is None and self._reason_to_wait() is None)
        except SnomError:
            return False

    def _came_to_nothing(self) -> bool:
        """Whether the phone is shown its image no more, and has certainly fetched nothing of it.

        Only a phone that fetches it by provisioning may be proven to have done nothing. It may be asked again at once.
        """
        traces = self.evidence.traces
        if traces is None or traces.may_load or not self._withdrawn():
            return False
        # It may have seen the image until right now.
        traces = self._phone.traces()
        if traces is None:
            return False
        self._note(traces=traces)
        return not traces.may_load

    def _not_fetched(self) -> str:
        settings = expect(self.evidence.traces).settings_at
        did = "asked for nothing" if settings is None else "fetched its settings and not the file that names its image"
        problem = expect(self._watch).problem or ""
        return (
            f"By the log of its mirror it {did} until its deadline, and is shown its image no more. Check its settings "
            "setting_server, update_policy (auto_update) and firmware_status, that TR-069 is off, and that it trusts "
            f"the mirror's certificate. {problem}"
        ).rstrip()

    def _withdrawn(self) -> bool:
        """Whether the phone is certainly shown its image no more."""
        try:
            self._phone.withdraw()
        except SnomError as error:
            self._shown_until = self.deadline, error.reason
            return False
        self._shown_until = None
        return True

    def _not_loaded(self) -> str:
        """The sentence about a phone that answers as before."""
        check = (
            "Check that the phone can reach the mirror, that the image is there, and that hidden tags and restricted "
            "URI queries are off. Over a slow line it may still be loading."
        )
        never = "was never seen gone, until its deadline and for as long again"
        if not self.path:
            return f"It {never}, and runs {self._version} as before. {check}"
        wanted = self.order.hops[self._hop].version
        return (
            f"It has loaded {self._version} and runs it, but not {wanted} after it: since it was asked for that it "
            f"{never}. {check}"
        )

    def _end(
        self,
        outcome: Outcome,
        reason: str,
        *,
        after: Version | None = None,
        final: bool = False,
        unseen: bool = False,
    ) -> float | None:
        """final says that to ask again in this run is no use.

        unseen says that another phone may have answered, or one that was not gone at all, so that nobody saw what
        became of the one that was asked.
        """
        if after is None and self.evidence.last is not None:
            after = self.evidence.last.firmware
        if outcome is Outcome.NOT_REGISTERED and after is not None:
            # It has loaded its image, whatever it lost by that.
            self.path.append(str(after))
        shown_until = None
        if self.triggered and not self._withdrawn():
            shown_until, problem = expect(self._shown_until)
            reason = (
                f"{reason} IT MAY STILL BE SHOWN ITS IMAGE before {shown_time(shown_until or 0.0)}, when the mirror's "
                f"timer ends that, and load it at any time until then: {problem}"
            )
        # Between two images it is up.
        blind = outcome.is_blind(up=self.phase in (Phase.PROBE, Phase.TRIGGER))
        # Who is not seen may never have been gone.
        seen = replace(self.evidence, gone_at=None) if unseen else self.evidence
        until = seen.unsafe_until if self.triggered and (blind or unseen) else None
        self.ending = Ending(
            outcome, reason, after, self.triggered, self.evidence, until, outcome.passing and not final, shown_until
        )
        if self._before is not None and outcome.loaded:
            self.phase = Phase.SNAPSHOT
            return 0.0
        self.phase = Phase.ENDED
        return None

    def break_off(self, reason: str) -> None:
        """End at once, by a mistake of ours."""
        self.ending = Ending(Outcome.NOT_STARTED, reason, self.order.before)
        if self.triggered:
            until = self.evidence.unsafe_until
            self.ending = Ending(Outcome.TIMED_OUT, reason, None, True, self.evidence, until)

    def _note(self, **seen: Any) -> None:
        self.evidence = replace(self.evidence, **seen)

    def _look_what_changed(self) -> float | None:
        """Read the phone once more; how the upgrade ended is settled, whatever comes of it."""
        before, shown = expect(self._before), expect(self._shown)
        self._snapshot_tries += 1
        try:
            after = take_snapshot(self._phone, shown)
        except (AuthFailed, LockedOut) as error:
            self._snapshot_tries = SNAPSHOT_TRIES
            after = unread(shown, error)
        if after.settings is None and self._snapshot_tries < SNAPSHOT_TRIES:
            return self.order.poll
        self.snapshot = compare_snapshots(before, after, old=self.order.before, new=self.order.target)
        self.phase = Phase.ENDED
        return None
