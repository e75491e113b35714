# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rollout engine: many phones through their upgrades, in waves, within limits.

One thread decides; the workers of `Crew`, the event loop, only carry out single steps of single phones. Every trigger
passes `Engine._closed` right before it is made, and every phone ends in `Verdicts.settle`. The parts know nothing of
the engine:

- `Admission`: which phones may begin
- `Flights`: those that have, step by step; `Polls` says which of them is looked at next
- `Verdicts`: how phones ended, and whether that stops the run
- `Record`: what is written down of them, and that no trigger is made once the journal fails
- `Soak`: the look at a wave's phones after a while
- `Progress`: the lines that the user sees
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import WindowEnds
from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import Outcome
from ansible_collections.telephony.snom.plugins.module_utils._firmware.order import Ending
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.admission import Admission, Decision, no_room
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.credentials import CredentialsGate
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.crew import TICK, Crew
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.flights import Flights
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.journal import Journal
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.plan import Plan
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.planned_phone import PlannedPhone
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.progress import Progress
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.record import Record
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.runtime import Abandoned, Context
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.soak import Soak
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.verdicts import Verdicts
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.waves import (
    StandIns,
    WaveRecord,
    WaveTurn,
    cut_wave,
    numbered,
)


class Engine:
    """One run over a plan."""

    def __init__(self, plan: Plan, context: Context, *, gate: CredentialsGate, journal: Journal) -> None:
        """Prepare a run."""
        now = context.runtime.now
        self.waves: list[WaveRecord] = []
        self._plan = plan
        self._options = plan.options
        self._context = context
        self._now = now
        self._gate = gate
        self._record = Record(journal, now)
        self._progress = Progress(plan, context.notify, now)
        self._crew = Crew(context, summary=self._summary, check=self._check)
        self.verdicts = Verdicts(
            plan,
            self._record,
            now=now,
            on_end=self._progress.phone_ended,
            on_stop=self._when_stopped,
            on_alarm=context.stop_others,
        )
        self._admission = Admission(
            plan.options,
            gate,
            now=now,
            is_unproven=self.verdicts.is_unproven,
            on_window=self._progress.window_opens,
        )
        self._flights = Flights(
            plan.options,
            context,
            gate=gate,
            crew=self._crew,
            admission=self._admission,
            verdicts=self.verdicts,
            record=self._record,
            progress=self._progress,
            may_trigger=self._closed,
        )
        self._soak = Soak(
            plan.options, context, gate=gate, crew=self._crew, admission=self._admission, verdicts=self.verdicts
        )

    # The run ----------------------------------------------------------------------------------------------------

    def run(self, stopped_by: str | None = None) -> None:
        """Bring every phone to its end. Afterwards the verdicts have a result for each phone of the plan.

        stopped_by is why no trigger may be made, where that is known before.
        """
        self.verdicts.stopped_by = stopped_by
        self._settle_planned()
        work = self._plan.work
        if work and not self._is_stopped and not self._any_call_state(work):
            self.verdicts.stop(
                "No phone's call state can be read, and firmware_rollout_unknown_call_state is defer. Set it to "
                "proceed, or let the PBX say the state by snom_pbx or snom_call_state."
            )
        self._run_waves(work)
        if not self._is_stopped and self.verdicts.unsettled(work):
            self.verdicts.stop("The waves before stop are done.")
        for phone in self.verdicts.unsettled(work):
            reason = f"The rollout stopped before its turn. {self.verdicts.stopped_by}"
            self.verdicts.settle(phone, Ending(Outcome.NOT_STARTED, reason, phone.before))

    @property
    def _is_stopped(self) -> bool:
        return self.verdicts.stopped_by is not None

    def _settle_planned(self) -> None:
        # Failures first: which of an interrupted run's were canaries is told by what it had proven, and that run alone.
        for phone in sorted(self._plan.settled, key=lambda one: one.outcome.succeeded):
            self.verdicts.settle(phone, phone.ending)
            if phone.ending.unsafe_until is not None and not phone.ending.frees_place:
                self._admission.hold(phone)

    def _any_call_state(self, work: Iterable[PlannedPhone]) -> bool:
        return self._options.unknown_call_state != "defer" or any(phone.facts.call_state != "unknown" for phone in work)

    def _run_waves(self, work: list[PlannedPhone]) -> None:
        """Run all waves, and then those that were deferred again, until none may be asked any more."""
        fresh = list(work)
        for number, wave in numbered(self._options.waves):
            if not fresh or wave.kind == "stop" or self._is_stopped:
                break
            members, stand_ins = cut_wave(wave, number, fresh, len(work))
            if members:
                now, retry_at = self._now(), self._admission.retry_at
                members += [phone for phone in self._deferred(work) if retry_at[phone.host] <= now]
                had_turn = self._run_wave(number, wave.label, members, stand_ins)
                fresh = [phone for phone in fresh if phone.host not in had_turn]
        while not self._is_stopped and (deferred := self._deferred(work)):
            self._run_wave(self.waves[-1].number + 1, "retry", deferred, {})

    def _deferred(self, work: Iterable[PlannedPhone]) -> list[PlannedPhone]:
        """Those that may be asked again."""
        return self.verdicts.unsettled(phone for phone in work if phone.host in self._admission.retry_at)

    def _run_wave(self, number: int, label: str, members: list[PlannedPhone], stand_ins: StandIns) -> set[str]:
        """Run one wave until none of its phones is under way; returns the hosts that had their turn."""
        hosts = [phone.host for phone in members]
        record = WaveRecord(number=number, label=label, hosts=hosts, started=self._now())
        turn = WaveTurn(record, members, stand_ins)
        self.waves.append(record)
        self._progress.wave_begins(number, label, len(members))
        self._gate.expire()
        self._admission.hurry()
        self._crew.run(
            lambda: bool(turn.waiting or self._flights.under_way),
            partial(self._start, turn),
            lambda host, delay: self._landed(turn, self._flights.advance(host, delay)),
            lambda host, error: self._landed(turn, self._flights.give_up(host, error)),
        )
        if not self._is_stopped and self._options.soak:
            self._soak_wave(record)
        record.ended = self._now()
        self._progress.wave_ends(number, map(self._outcome_so_far, record.hosts))
        return turn.had_turn

    def _outcome_so_far(self, host: str) -> Outcome:
        """How a phone of a wave that has ended stands."""
        if host in self.verdicts.results:
            return self.verdicts.outcome(host)
        return Outcome.DEFERRED if host in self._admission.retry_at else Outcome.NOT_STARTED

    def _soak_wave(self, record: WaveRecord) -> None:
        """Wait, then look at the wave's upgraded phones again."""
        ended = [self.verdicts.results[host] for host in record.hosts if host in self.verdicts.results]
        well = [result.phone for result in ended if result.ending.outcome.succeeded]
        if upgraded := [phone for phone in well if isinstance(phone, PlannedPhone)]:
            self._progress.soak_begins(record.number, self._options.soak)
            self._crew.pause(self._options.soak)
            self._soak.look(upgraded)

    # One wave ---------------------------------------------------------------------------------------------------

    def _start(self, turn: WaveTurn) -> float | None:
        """Begin with the phones that may, and make the polls that are due; returns the seconds to wait for a step."""
        if self._is_stopped:
            turn.waiting.clear()
        elif self._admission.is_due():
            self._admit(turn)
        seconds = self._flights.poll()
        return min(seconds, TICK) if turn.waiting or self._flights.under_way else None

    def _admit(self, turn: WaveTurn) -> None:
        """Begin with the phones that may. If all others wait for slots that nobody gives back, end them."""
        left, can_wait = [], bool(self._flights.under_way)
        for phone in turn.waiting:
            answer = self._admission.ask(phone)
            if answer is Decision.LATER or answer is Decision.NO_ROOM:
                left.append(phone)
                can_wait = can_wait or answer is Decision.LATER
                continue
            turn.had_turn.add(phone.host)
            if isinstance(answer, Ending):
                self.verdicts.settle(phone, answer)
            else:
                self._flights.begin(phone, turn.record.number)
                can_wait = True
        turn.waiting = left if can_wait else []
        for phone in () if can_wait else left:
            turn.had_turn.add(phone.host)
            self.verdicts.settle(phone, no_room(phone))

    def _closed(self, phone: PlannedPhone, seconds: float) -> str | None:
        """Asked in a worker right before each trigger: why it must not be made, or None.

        Raises WindowEnds, and Abandoned: an orphan whose last phone had only this answer left would end in order, and
        the next run take for told what nobody has seen.
        """
        if self._context.abandoned():
            raise Abandoned
        if reason := self.verdicts.stopped_by or self._reason_to_stop():
            return f"The rollout stopped before its turn. {reason}"
        if self._admission.opens_at(phone, seconds) > self._now():
            raise WindowEnds
        return None

    def _landed(self, turn: WaveTurn, phone: PlannedPhone | None) -> None:
        if phone is not None and not self._is_stopped and not self.verdicts.was_tried(phone):
            turn.stand_in_for(phone)

    # Each time around -------------------------------------------------------------------------------------------

    def _check(self) -> None:
        # Once for all that ended since the last time: a disk takes milliseconds for it.
        self._record.sync()
        if not self._is_stopped and (reason := self._reason_to_stop()):
            self.verdicts.stop(reason)

    def _reason_to_stop(self) -> str | None:
        return self._record.problem or self._context.stop_requested()

    def _when_stopped(self, reason: str) -> None:
        self._progress.stopped(reason, len(self._flights.under_way))

    def _summary(self) -> list[str]:
        outcomes = {host: result.ending.outcome for host, result in self.verdicts.results.items()}
        flying, deferred = self._flights.under_way, self._admission.retry_at
        return self._progress.summary(outcomes, flying, deferred, self.verdicts.bad)
