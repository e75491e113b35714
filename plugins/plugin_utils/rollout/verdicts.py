# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the phones of a run ended, and whether that stops it. Every phone ends in `Verdicts.settle`."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import Outcome
from ansible_collections.telephony.snom.plugins.module_utils._firmware.course import Course
from ansible_collections.telephony.snom.plugins.module_utils._firmware.order import Ending
from ansible_collections.telephony.snom.plugins.module_utils._firmware.upgrade import Upgrade
from ansible_collections.telephony.snom.plugins.plugin_utils.report.changes import nothing_to_compare
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.plan import Plan
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.planned_phone import (
    KnownPhone,
    PlannedPhone,
    SettledPhone,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.record import Record


@dataclass(kw_only=True)
class Flight:
    """One phone under way."""

    phone: PlannedPhone
    upgrade: Upgrade
    wave: int
    started: float
    """In seconds since the epoch."""
    is_try: bool = True
    """Whether its credentials are tried, by its first step."""


@dataclass(frozen=True)
class PhoneResult:
    """How one phone ended."""

    phone: KnownPhone
    ending: Ending
    path: tuple[str, ...] = ()
    wave: int | None = None
    started: float | None = None
    """When its turn began, in seconds since the epoch."""
    elapsed: float | None = None
    """Seconds that it was under way."""
    deadline: float | None = None
    """Of its last image, in seconds since the epoch."""
    snapshot: dict[str, Any] | None = None
    """What changed, see `snapshot`."""


class Verdicts:
    """The results of one run, and the gate that they close."""

    def __init__(
        self,
        plan: Plan,
        record: Record,
        *,
        now: Callable[[], float],
        on_end: Callable[[str, Ending], None] = lambda host, ending: None,
        on_stop: Callable[[str], None] = lambda reason: None,
        on_alarm: Callable[[str], None] = lambda reason: None,
    ) -> None:
        """now gives seconds since the epoch.

        on_end is told of each phone whose outcome was not known before the run, on_stop why the run makes no new
        trigger any more, and on_alarm, too, where that is because of how phones ended.
        """
        self.results: dict[str, PhoneResult] = {}
        """By host."""
        self.bad: set[str] = set()
        """Hosts that count at the gate."""
        self.stopped_by: str | None = None
        """Why no new trigger is made; None while they are."""
        self._plan = plan
        self._record = record
        self._now = now
        self._on_end = on_end
        self._on_stop = on_stop
        self._on_alarm = on_alarm
        # With what an interrupted run had begun, so that its resume tolerates as many.
        begun = sum(phone.resumed for phone in plan.settled)
        self._max_bad = plan.options.max_bad.of(len(plan.work) + begun)
        self._with_canaries = plan.options.with_canaries
        self._proven: set[Hashable] = set(plan.proven)

    def settle(self, phone: KnownPhone, ending: Ending, flight: Flight | None = None) -> None:
        """The one place where a phone gets its outcome, or where its success is overturned.

        flight is for a phone that was under way.
        """
        before = self.results.get(phone.host)
        if before is not None:
            if not before.ending.outcome.succeeded or ending.outcome.succeeded:
                raise AssertionError(f"{phone.host} has ended already.")
            ending = replace(ending, triggered=True, evidence=before.ending.evidence)
            result = replace(before, ending=ending)
        elif flight is not None:
            result = self._landed(flight, ending)
        else:
            result = self._not_asked(phone, ending)
        self.results[phone.host] = result
        if isinstance(phone, SettledPhone):
            # Any other end that the plan knows stands in the journal already, and the plan has been shown.
            if phone.unrecorded:
                self._record.end(phone.host, ending)
        else:
            if before is not None or result.deadline is not None or ending.outcome is Outcome.AUTH_FAILED:
                self._record.end(phone.host, ending)
            self._on_end(phone.host, ending)
        self._weigh_proof(result, overturned=before is not None)
        self._count(result)

    def _landed(self, flight: Flight, ending: Ending) -> PhoneResult:
        upgrade = flight.upgrade
        return PhoneResult(
            flight.phone,
            ending,
            path=(*flight.phone.came_over, *upgrade.course.path),
            wave=flight.wave,
            started=flight.started,
            elapsed=self._now() - flight.started,
            deadline=upgrade.course.deadline,
            snapshot=upgrade.comparison.record,
        )

    def _not_asked(self, phone: KnownPhone, ending: Ending) -> PhoneResult:
        """The result of a phone that was not under way in this run, but perhaps in the one that it resumes."""
        if not isinstance(phone, SettledPhone) or not phone.resumed:
            return PhoneResult(phone, ending, path=phone.came_over)
        lost = "The run that asked it was cut off, and what that run had read of it before is lost."
        return PhoneResult(
            phone,
            ending,
            path=(*phone.came_over, *((str(ending.after),) if ending.outcome.loaded and ending.after else ())),
            deadline=ending.evidence.deadline_at,
            snapshot=nothing_to_compare(lost) if self._plan.options.snapshot and ending.outcome.loaded else None,
        )

    def suspect(self, phone: PlannedPhone, course: Course) -> None:
        """A phone that is late, or back on another version, counts at once, long before it is known how it ends."""
        if course.late:
            self._add_bad(phone, "was not seen gone by its deadline", "late", triggered=True)
        elif course.is_on_another:
            self._add_bad(phone, "came back on another version", "on another version", triggered=True)

    def stop(self, reason: str) -> None:
        """Make no new trigger; what is under way is watched to its end."""
        self.stopped_by = reason
        self._on_stop(reason)

    def _alarm(self, reason: str) -> None:
        """Stop because of how phones ended."""
        self.stop(reason)
        self._on_alarm(reason)

    def remark(self, host: str, sentence: str) -> None:
        """Add a sentence to how a phone ended, which stays as it is."""
        result = self.results[host]
        ending = replace(result.ending, reason=f"{result.ending.reason} {sentence}")
        self.results[host] = replace(result, ending=ending)

    def unsettled(self, phones: Iterable[PlannedPhone]) -> list[PlannedPhone]:
        """Those that have not ended."""
        return [phone for phone in phones if phone.host not in self.results]

    def outcome(self, host: str) -> Outcome:
        """How a phone ended that has."""
        return self.results[host].ending.outcome

    def is_unproven(self, proof: Hashable) -> bool:
        """Whether phones that would prove this go one at a time."""
        return self._with_canaries and proof not in self._proven

    def needs_canary(self, phone: KnownPhone) -> bool:
        """Whether nothing is known yet of its kind, or of where and how it loads, so that it is a canary."""
        return any(map(self.is_unproven, phone.proofs))

    def was_tried(self, phone: PlannedPhone) -> bool:
        """Whether a phone that ended was triggered, so that a canary proved something, good or bad."""
        result = self.results.get(phone.host)
        return result is not None and result.ending.triggered

    def _weigh_proof(self, result: PhoneResult, *, overturned: bool) -> None:
        """A success is a proof. One that is overturned takes it away, unless there is another."""
        if result.ending.outcome.succeeded:
            self._proven.update(result.phone.proofs)
        elif overturned:
            self._proven.difference_update([proof for proof in result.phone.proofs if not self._stands(proof)])

    def _stands(self, proof: Hashable) -> bool:
        return any(one.ending.outcome.succeeded and proof in one.phone.proofs for one in self.results.values())

    def _count(self, result: PhoneResult) -> None:
        """The gate. It counts continuously, and a canary that fails closes it at once."""
        host, ending = result.phone.host, result.ending
        # Beyond the outcomes that always count, any failure of a phone that was triggered does.
        unreachable_is_bad = self._plan.options.unreachable == "bad"
        if ending.outcome.is_bad(triggered=ending.triggered, unreachable_is_bad=unreachable_is_bad):
            self._add_bad(result.phone, f"ended as {ending.outcome}", ending.outcome, triggered=ending.triggered)
        else:
            # It was in doubt, and is well after all. What it stopped stays stopped.
            self.bad.discard(host)
        if ending.outcome.stops and self.stopped_by is None:
            self._alarm(f"{host} ended as {ending.outcome}: others may do the same.")

    def _add_bad(self, phone: KnownPhone, what: str, word: str, *, triggered: bool) -> None:
        if phone.host in self.bad:
            return
        self.bad.add(phone.host)
        if self.stopped_by is not None:
            return
        if triggered and self.needs_canary(phone):
            self._alarm(f"The canary {phone.host} {what}, and canaries may not fail.")
        elif len(self.bad) > self._max_bad:
            bad = "1 bad phone" if len(self.bad) == 1 else f"{len(self.bad)} bad phones"
            self._alarm(f"{bad}, max_bad is {self._max_bad}; the last one is {phone.host} ({word}).")
