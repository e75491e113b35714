# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rollout engine: many phones through their upgrades, in waves, within limits.

One thread decides; workers only carry out single steps of single phones. Every trigger passes `Engine._closed` right
before it is made, and every phone ends in `Verdicts.settle`. The parts know nothing of the engine:

- `Admission`: which phones may begin
- `Polls`: which phone under way is looked at next
- `Verdicts`: how phones ended, and whether that stops the run
- `Record`: what is written down of them, and that no trigger is made once the journal fails
- `Soak`: the look at a wave's phones after a while
- `Progress`: the lines that the user sees
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import WindowEnds, expect, place_of
from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import Outcome
from ansible_collections.telephony.snom.plugins.module_utils._firmware.order import (
    RESERVE,
    Ending,
    Order,
)
from ansible_collections.telephony.snom.plugins.module_utils._firmware.upgrade import Phase, Upgrade
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.admission import Admission, Answer, no_room
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.credentials import CredentialsGate
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.crew import TICK, Connect, Crew, Runtime
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.journal import Log
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.pacing import Polls
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.plan import Plan, PlannedPhone
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.progress import Progress
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.record import Record
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.soak import Soak
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.verdicts import Flight, Verdicts, planned_ending
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.waves import (
    StandIns,
    WaveRecord,
    WaveTurn,
    cut_wave,
    numbered,
)

FRESH_SETTINGS = 300.0
"""Seconds for which the settings that were read for the plan serve as those before the upgrade."""


class Engine:
    """One run over a plan."""

    def __init__(
        self,
        plan: Plan,
        *,
        runtime: Runtime,
        connect: Connect,
        gate: CredentialsGate,
        log: Log,
        say: Callable[[str], None] = lambda line: None,
        stop_requested: Callable[[], str | None] = lambda: None,
        abandoned: Callable[[], bool] = lambda: False,
    ) -> None:
        """Prepare a run.

        say shows one line to the user. stop_requested gives the reason why no new trigger may be made, or None.
        abandoned is true once nobody is left to report to; the run then raises Abandoned.
        """
        self.waves: list[WaveRecord] = []
        self._plan = plan
        self._options = plan.options
        self._runtime = runtime
        self._connect = connect
        self._gate = gate
        self._stop_requested = stop_requested
        self._abandoned = abandoned
        self._flights: dict[str, Flight] = {}
        """Phones under way, by host."""
        self._slow: set[str | None] = set()
        """Sites whose line was found to be slower than assumed."""
        self._record = Record(log, runtime.now)
        self._progress = Progress(plan, say, runtime.now)
        self.verdicts = Verdicts(
            plan, self._record, now=runtime.now, on_end=self._progress.phone_ended, on_stop=self._when_stopped
        )
        self._admission = Admission(
            plan.options,
            gate,
            now=runtime.now,
            needs_canary=self.verdicts.needs_canary,
            on_window=self._progress.window_opens,
        )
        self._polls = Polls()
        self._crew = Crew(runtime, summary=self._summary, notify=say, abandoned=abandoned, check=self._check)
        self._soak = Soak(
            crew=self._crew,
            runtime=runtime,
            connect=connect,
            gate=gate,
            verdicts=self.verdicts,
            admission=self._admission,
            flash_time=plan.options.flash_time,
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
                "No phone's call state can be read, and unknown_call_state is defer. Set it to proceed, or let the PBX "
                "say the state in snom_call_state."
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
        planned = [(phone, planned_ending(phone)) for phone in self._plan.phones if phone.outcome is not None]
        # Failures first: which of an interrupted run's were canaries is told by what it had proven, and that run alone.
        for phone, ending in sorted(planned, key=lambda one: one[1].outcome.succeeded):
            self.verdicts.settle(phone, ending)
            if ending.unsafe_until is not None:
                self._admission.hold(phone)

    def _any_call_state(self, work: Iterable[PlannedPhone]) -> bool:
        if self._options.unknown_call_state != "defer":
            return True
        return any(phone.facts is not None and phone.facts.call_state != "unknown" for phone in work)

    def _run_waves(self, work: list[PlannedPhone]) -> None:
        """Run all waves, and then those that were deferred again, until none may be asked any more."""
        fresh = list(work)
        for number, wave in numbered(self._options.waves):
            if not fresh or wave.kind == "stop" or self._is_stopped:
                break
            members, stand_ins = cut_wave(wave, number, fresh, len(work))
            if members:
                now, retry_at = self._runtime.now(), self._admission.retry_at
                members += [phone for phone in self._deferred(work) if retry_at[phone.host] <= now]
                had_turn = self._run_wave(number, wave.label, members, stand_ins)
                fresh = [phone for phone in fresh if phone.host not in had_turn]
        while not self._is_stopped and (deferred := self._deferred(work)):
            self._run_wave(self.waves[-1].number + 1, "retry", deferred, {})

    def _deferred(self, work: Iterable[PlannedPhone]) -> list[PlannedPhone]:
        """Those that may be asked again."""
        return self.verdicts.unsettled(phone for phone in work if phone.host in self._admission.retry_at)

    def _run_wave(
        self,
        number: int,
        label: str,
        members: list[PlannedPhone],
        stand_ins: StandIns,
    ) -> set[str]:
        """Run one wave until none of its phones is under way; returns the hosts that had their turn."""
        hosts = [phone.host for phone in members]
        record = WaveRecord(number=number, label=label, hosts=hosts, started=self._runtime.now())
        turn = WaveTurn(record, members, stand_ins)
        self.waves.append(record)
        self._progress.wave_begins(number, label, len(members))
        self._gate.doubt()
        self._admission.hurry()
        self._crew.run(
            lambda: bool(turn.waiting or self._flights),
            partial(self._start, turn),
            partial(self._advance, turn),
            partial(self._give_up, turn),
        )
        if not self._is_stopped and self._options.soak:
            self._soak_wave(record)
        record.ended = self._runtime.now()
        results = self.verdicts.results
        self._progress.wave_ends(number, [results[host].ending.outcome for host in record.hosts if host in results])
        return turn.had_turn

    def _soak_wave(self, record: WaveRecord) -> None:
        """Wait, then look at the wave's upgraded phones again."""
        ended = [self.verdicts.results[host] for host in record.hosts if host in self.verdicts.results]
        if upgraded := [result.phone for result in ended if result.ending.outcome.succeeded]:
            self._progress.soak_begins(record.number, self._options.soak)
            self._crew.pause(self._options.soak)
            self._soak.look(upgraded)

    # Phones in flight -------------------------------------------------------------------------------------------

    def _start(self, turn: WaveTurn) -> float | None:
        """Begin with the phones that may, and make the polls that are due; returns the seconds to wait for a step."""
        if self._is_stopped:
            turn.waiting.clear()
        elif self._admission.is_due():
            self._admit(turn)
        now = self._runtime.now()
        while (host := self._polls.take(now, self._crew.under_way)) is not None:
            self._step(host)
        if not turn.waiting and not self._flights:
            return None
        return min(self._polls.next_at(self._crew.under_way) - now, TICK)

    def _admit(self, turn: WaveTurn) -> None:
        """Begin with the phones that may. If all others wait for slots that nobody gives back, end them."""
        left, can_wait = [], bool(self._flights)
        for phone in turn.waiting:
            answer = self._admission.ask(phone)
            if answer is Answer.LATER or answer is Answer.NO_ROOM:
                left.append(phone)
                can_wait = can_wait or answer is Answer.LATER
                continue
            turn.had_turn.add(phone.host)
            if isinstance(answer, Ending):
                self.verdicts.settle(phone, answer)
            else:
                self._begin(phone, turn.record.number)
                can_wait = True
        turn.waiting = left if can_wait else []
        for phone in () if can_wait else left:
            turn.had_turn.add(phone.host)
            self.verdicts.settle(phone, no_room(phone))

    def _begin(self, phone: PlannedPhone, wave: int) -> None:
        upgrade = Upgrade(
            self._order(phone),
            self._connect(phone.target.connection),
            now=self._runtime.now,
            record=self._record.intent,
            may_trigger=partial(self._closed, phone),
        )
        self._flights[phone.host] = Flight(phone=phone, upgrade=upgrade, wave=wave, started=self._runtime.now())
        self._admission.begin(phone)
        self._step(phone.host)

    def _order(self, phone: PlannedPhone) -> Order:
        facts, options = expect(phone.facts), self._options
        return Order.of(
            phone.host,
            facts,
            phone.hops,
            phone.deadlines,
            flash_time=options.flash_time,
            unknown_call_state=options.unknown_call_state,
            snapshot=options.snapshot,
            settings_are_fresh=self._runtime.now() - phone.read_at < FRESH_SETTINGS,
        )

    def _closed(self, phone: PlannedPhone, seconds: float) -> str | None:
        """Asked in a worker right before each trigger: why it must not be made, or None. Raises WindowEnds."""
        if self._abandoned():
            return "The run was killed."
        if reason := self.verdicts.stopped_by or self._reason_to_stop():
            return f"The rollout stopped before its turn. {reason}"
        if self._admission.opens_at(phone, seconds) > self._runtime.now():
            raise WindowEnds
        return None

    def _step(self, host: str) -> None:
        """Let a worker carry out a phone's next step."""
        flight = self._flights[host]
        if flight.upgrade.phase is Phase.PROBE:
            # Asked here, not in the worker: it may run Ansible's templating, which belongs to this thread.
            flight.upgrade.known_call_state = flight.phone.target.known_call_state()
        self._crew.submit(host, flight.upgrade.step)

    def _advance(self, turn: WaveTurn, host: str, delay: float | None) -> None:
        """A phone's step has returned; delay is in seconds until its next one, None when its turn has ended."""
        flight = self._flights[host]
        phone, upgrade = flight.phone, flight.upgrade
        if self._record.problem and not self._is_stopped:
            # Before it is known how this phone ended, which may be the last one.
            self.verdicts.stop(self._record.problem)
        self._progress.step_taken(phone, upgrade)
        if upgrade.late:
            self.verdicts.late(phone)
        self._look_at_line(phone, upgrade)
        if flight.is_try:
            flight.is_try = False
            self._admission.tried(phone, answered=upgrade.ending is None)
        if upgrade.refused:
            self._gate.refuse(phone.target)
        if delay is None:
            self._land(flight)
            if not self._is_stopped and not self.verdicts.was_tried(phone):
                turn.stand_in_for(phone)
        elif delay:
            self._polls.add(host, self._runtime.now() + delay)
        else:
            self._step(host)

    def _land(self, flight: Flight) -> None:
        """A phone's turn has ended."""
        phone, upgrade, ending = flight.phone, flight.upgrade, expect(flight.upgrade.ending)
        del self._flights[phone.host]
        if ending.unsafe_until is None:
            self._admission.release(phone)
        if ending.passing and not ending.triggered and not self._is_stopped and self._admission.defer(phone):
            self._progress.phone_deferred(phone.host, ending)
            if upgrade.deadline is not None:
                # Nothing came of its intent.
                self._record.end(phone.host, ending)
        else:
            self.verdicts.settle(phone, ending, flight)

    def _give_up(self, turn: WaveTurn, host: str, error: Exception) -> None:
        """A mistake of ours ends the phone's turn and the triggers, but the others are still watched to their end."""
        reason = f"Unexpected error, please report it: {place_of(error)}."
        self.verdicts.stop(reason)
        self._flights[host].upgrade.break_off(reason)
        self._advance(turn, host, None)

    def _look_at_line(self, phone: PlannedPhone, upgrade: Upgrade) -> None:
        """Say once for each site when a phone took so long to fetch its image that its deadline is too short.

        From the trigger until it was seen gone is an upper bound of that.
        """
        evidence, site = upgrade.evidence, phone.target.site
        if evidence.gone_at is None or site in self._slow:
            return
        took = evidence.gone_at - expect(evidence.triggered_at)
        if took + self._options.flash_time > max(evidence.length, RESERVE * max(phone.needs)):
            self._slow.add(site)
            self._progress.line_is_slow(phone, upgrade, took)
            self._record.slow(site, took, phone.host)

    # Each time around -------------------------------------------------------------------------------------------

    def _check(self) -> None:
        # Once for all that ended since the last time: a disk takes milliseconds for it.
        self._record.sync()
        if not self._is_stopped and (reason := self._reason_to_stop()):
            self.verdicts.stop(reason)

    def _reason_to_stop(self) -> str | None:
        return self._record.problem or self._stop_requested()

    def _when_stopped(self, reason: str) -> None:
        self._progress.stopped(reason, len(self._flights))

    def _summary(self) -> list[str]:
        outcomes = {host: result.ending.outcome for host, result in self.verdicts.results.items()}
        return self._progress.summary(outcomes, self._flights, self._admission.retry_at, self.verdicts.bad)
