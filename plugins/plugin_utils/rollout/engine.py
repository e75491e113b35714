# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rollout engine: many phones through their upgrades, in waves, within limits.

One thread decides; workers only carry out single steps of single phones. Every trigger passes `Engine._closed` right
before it is made, and every phone ends in `Engine._finish`.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.clock import shown_time
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import (
    CertificateRejected,
    NotRecorded,
    PhoneUnreachable,
    SnomError,
    WindowEnds,
    expect,
    place_of,
)
from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import Outcome
from ansible_collections.telephony.snom.plugins.module_utils._firmware.order import (
    RESERVE,
    Ending,
    Intent,
    Order,
    deadline_length,
    pace,
    unsafe_until,
)
from ansible_collections.telephony.snom.plugins.module_utils._firmware.snapshot import nothing_to_compare
from ansible_collections.telephony.snom.plugins.module_utils._firmware.upgrade import Phase, Upgrade, still_on
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.credentials import CredentialsGate, NotTried
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.crew import (
    MAX_WORKERS,
    SUMMARY_INTERVAL,
    TICK,
    Abandoned,
    Connect,
    Runtime,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.journal import Log, step_of
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.plan import Plan, PlannedPhone
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.plan_text import shown_site
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.waves import cut_wave, numbered

FRESH_SETTINGS = 300.0
"""Seconds for which the settings that were read for the plan serve as those before the upgrade."""


POLLS_PER_SECOND = 300
"""Reads that leave a controller room for its triggers; with more phones in flight each is read less often."""

POLL_BURST = 0.1
"""Seconds of polls that a busy engine may make up for at once."""

POLLING_WORKERS = MAX_WORKERS // 2
"""With so many steps under way no poll is added, so that triggers never wait behind polls that time out."""

_SHOWN_PHASES = {phase: phase.value for phase in Phase} | {
    Phase.PROBE: "up, on its way",
    Phase.STILL_UP: "asked to load, still up",
}


@dataclass(kw_only=True)
class WaveRecord:
    """What is reported of one wave. Times are in seconds since the epoch."""

    number: int
    label: str
    hosts: list[str]
    started: float
    ended: float | None = None


@dataclass
class PhoneResult:
    """How one phone ended. elapsed is in seconds, deadline in seconds since the epoch, snapshot as in `snapshot`."""

    phone: PlannedPhone
    ending: Ending
    path: list[str] = field(default_factory=list)
    wave: int | None = None
    elapsed: float | None = None
    deadline: float | None = None
    snapshot: dict[str, Any] | None = None


@dataclass
class _Flight:
    """One phone under way."""

    phone: PlannedPhone
    upgrade: Upgrade
    wave: int
    started: float
    shown: Phase = Phase.PROBE
    is_try: bool = True
    """Whether its credentials are tried, by its first step."""


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
        self.results: dict[str, PhoneResult] = {}
        self.waves: list[WaveRecord] = []
        self.stopped_by: str | None = None
        self._plan = plan
        self._options = plan.options
        self._runtime = runtime
        self._connect = connect
        self._gate = gate
        self._log = log
        self._say = say
        self._stop_requested = stop_requested
        self._abandoned = abandoned
        self._poll, self._settle = pace(plan.options.flash_time)
        # With what an interrupted run had begun, so that its resume tolerates as many.
        self._max_bad = plan.options.max_bad.of(len(plan.work) + sum(one.resumed is not None for one in plan.phones))
        self._with_canaries = any(wave.kind == "canary" for wave in plan.options.waves)
        self._unrecorded: str | None = None
        self._bad: set[str] = set()
        self._slow: set[str | None] = set()
        self._wave = 0
        self._flights: dict[str, _Flight] = {}
        self._due: list[tuple[float, int, str]] = []
        self._next_poll = 0.0
        self._under_way = 0
        self._tie = itertools.count()
        self._load: Counter[tuple[str, object]] = Counter()
        self._proven: set[tuple[str | None, str, str]] = set()
        self._attempts: Counter[str] = Counter()
        self._retry_at: dict[str, float] = {}
        self._windows: dict[str | None, tuple[float, float] | None] = {}
        self._last_trigger: dict[str | None, float] = {}
        self._next_summary = runtime.now() + SUMMARY_INTERVAL
        self._next_start = 0.0

    # The run ----------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Bring every phone to its end. Afterwards `results` has an entry for each phone of the plan."""
        for phone in self._plan.phones:
            if phone.outcome is not None:
                self._finish_planned(phone)
        work = self._plan.work
        if work and self.stopped_by is None and not self._any_call_state(work):
            self._stop(
                "No phone's call state can be read, and unknown_call_state is defer. Set it to proceed, or let the PBX "
                "say the state in snom_call_state."
            )
        deferred = self._run_waves(work)
        while deferred and self.stopped_by is None:
            self._wave += 1
            self._run_wave("retry", deferred, {})
            deferred = self._open(deferred)
        if self.stopped_by is None and self._open(work):
            self._stop("The waves before stop are done.")
        for phone in self._open(work):
            reason = f"The rollout stopped before its turn. {self.stopped_by}"
            self._finish(phone, Ending(Outcome.NOT_STARTED, reason, phone.before))

    def _open(self, phones: Iterable[PlannedPhone]) -> list[PlannedPhone]:
        """Those that have not ended."""
        return [phone for phone in phones if phone.host not in self.results]

    def _any_call_state(self, work: Iterable[PlannedPhone]) -> bool:
        if self._options.unknown_call_state != "defer":
            return True
        return any(phone.facts is not None and phone.facts.call_state != "unknown" for phone in work)

    def _run_waves(self, work: list[PlannedPhone]) -> list[PlannedPhone]:
        """Run all waves; returns the phones that were deferred and may be asked again."""
        fresh = list(work)
        deferred: list[PlannedPhone] = []
        for number, wave in numbered(self._options.waves):
            if not fresh or wave.kind == "stop" or self.stopped_by is not None:
                return self._open(deferred)
            members, stand_ins = cut_wave(wave, number, fresh, len(work))
            if members:
                self._wave = number
                again = [phone for phone in self._open(deferred) if self._retry_at[phone.host] <= self._runtime.now()]
                turned = self._run_wave(wave.label, members + again, stand_ins)
                fresh = [phone for phone in fresh if phone.host not in turned]
                deferred = self._open(phone for phone in work if phone.host in self._retry_at)
        raise AssertionError("The last wave is repeated without end.")

    def _run_wave(
        self, label: str, members: Sequence[PlannedPhone], stand_ins: dict[tuple[Any, ...], deque[PlannedPhone]]
    ) -> set[str]:
        """Run one wave until none of its phones is under way; returns the hosts that had their turn."""
        record = WaveRecord(
            number=self._wave, label=label, hosts=[phone.host for phone in members], started=self._runtime.now()
        )
        self.waves.append(record)
        self._say(f"Wave {self._wave} ({label}): {len(members)} {'phone' if len(members) == 1 else 'phones'}")
        self._gate.doubt()
        waiting = list(members)
        turned: set[str] = set()
        self._next_start = 0.0
        while waiting or self._flights:
            if self._runtime.now() >= self._next_start:
                waiting = self._start(waiting, turned)
            for phone in self._advance():
                spare = stand_ins.get(phone.kind)
                if spare and self.stopped_by is None and not self._has_proven(phone):
                    stand_in = spare.popleft()
                    record.hosts.append(stand_in.host)
                    waiting.append(stand_in)
        if self.stopped_by is None and self._options.soak:
            self._soak(record)
        record.ended = self._runtime.now()
        counts = Counter(self._outcome(host) for host in record.hosts if host in self.results)
        summary = ", ".join(f"{count} {word}" for word, count in counts.most_common()) or "nothing done"
        self._say(f"Wave {self._wave} ended: {summary}")
        return turned

    def _has_proven(self, phone: PlannedPhone) -> bool:
        """True when this canary was triggered, so that it proved something, good or bad."""
        result = self.results.get(phone.host)
        return result is not None and result.ending.triggered

    def _soak(self, record: WaveRecord) -> None:
        """Wait, then look at the wave's upgraded phones again."""
        upgraded = [host for host in record.hosts if host in self.results and self._outcome(host).succeeded]
        if not upgraded:
            return
        self._say(f"Wave {self._wave}: soak for {self._options.soak:.0f} s")
        self._pause(self._options.soak)
        self._gate.doubt()
        give_up = self._runtime.now() + self._settle
        while upgraded:
            asked, held, silent = 0, [], []
            for host in upgraded:
                result = self.results[host]
                if self._gate.is_closed(result.phone.target):
                    result.ending.reason += f" It was not looked at again after the soak. {NotTried().reason}"
                elif self._gate.admits(result.phone.target):
                    self._gate.begin(result.phone.target)
                    self._runtime.submit(host, partial(self._look_again, host))
                    asked += 1
                else:
                    held.append(host)
            for host, ending in self._gather(asked):
                self._end_try(self.results[host].phone, answered=not isinstance(ending, SnomError))
                if isinstance(ending, PhoneUnreachable):
                    silent.append(host)
                    if self._runtime.now() >= give_up:
                        silent.pop()
                        self._lost(host, ending)
                elif isinstance(ending, SnomError):
                    self._overturn(host, Ending(ending.outcome, f"After the soak: {ending.reason}"))
                elif ending is not None:
                    self._overturn(host, ending)
            upgraded = held + silent
            if upgraded and not held:
                self._pause(self._poll)

    def _look_again(self, host: str) -> Ending | SnomError | None:
        phone = self.results[host].phone
        transport = self._connect(phone.target.connection)
        try:
            return still_on(transport, expect(phone.wanted), expect(phone.facts).mac)
        except SnomError as error:
            return error
        finally:
            transport.close()

    def _lost(self, host: str, error: PhoneUnreachable) -> None:
        """A phone went away after it was done: perhaps to write its flash once more."""
        phone = self.results[host].phone
        until = self._runtime.now() + phone.deadline
        outcome, reason = Outcome.TIMED_OUT, f"It does not answer after the soak. {error.reason}"
        if isinstance(error, CertificateRejected):
            outcome, reason = error.outcome, f"After the soak: {error.reason}"
        self._overturn(host, Ending(outcome, reason, unsafe_until=until))
        self._count_load(phone, +1)

    def _overturn(self, host: str, ending: Ending) -> None:
        """A phone that was upgraded is not any more."""
        result = self.results[host]
        result.ending = replace(ending, triggered=True, evidence=result.ending.evidence)
        if ending.outcome is Outcome.AUTH_FAILED:
            self._gate.refuse(result.phone.target)
        self._log_end(host, result.ending)
        self._say(f"{host}: {ending.outcome}: {ending.reason}")
        kind = result.phone.kind
        if not any(one.ending.outcome.succeeded and one.phone.kind == kind for one in self.results.values()):
            self._proven.discard(kind)
        self._count_bad(result)

    def _pause(self, seconds: float) -> None:
        end = self._runtime.now() + seconds
        while (left := end - self._runtime.now()) > 0:
            self._look_around()
            self._runtime.wait(min(left, TICK))

    def _gather(self, count: int) -> list[tuple[Any, Any]]:
        done: list[tuple[Any, Any]] = []
        while len(done) < count:
            self._look_around()
            done += _checked(self._runtime.wait(TICK))
        return done

    # Starting phones --------------------------------------------------------------------------------------------

    def _start(self, waiting: Iterable[PlannedPhone], turned: set[str]) -> list[PlannedPhone]:
        """Start what may start now; returns those that still wait."""
        self._look_around()
        if self.stopped_by is not None:
            return []
        now = self._runtime.now()
        self._next_start = now + TICK
        left, can_wait = [], bool(self._flights)
        for phone in waiting:
            if self._gate.is_closed(phone.target):
                turned.add(phone.host)
                self._finish(phone, Ending(NotTried.outcome, NotTried().reason, phone.before))
                continue
            not_before = max(self._retry_at.get(phone.host, 0.0), self._opens_at(phone, phone.deadline))
            if not_before == math.inf:
                turned.add(phone.host)
                self._finish(phone, Ending(WindowEnds.outcome, WindowEnds().reason, phone.before))
            elif not_before > now:
                left.append(phone)
                can_wait = True
            elif not self._has_room(phone) or not self._gate.admits(phone.target):
                left.append(phone)
            else:
                turned.add(phone.host)
                self._begin(phone)
                can_wait = True
        if can_wait:
            return left
        for phone in left:
            turned.add(phone.host)
            reason = "Every slot of its site or group is held by a phone that did not come back."
            self._finish(phone, Ending(Outcome.NOT_STARTED, reason, phone.before))
        return []

    def _slots(self, phone: PlannedPhone) -> list[tuple[tuple[str, object], int]]:
        """The counters that this phone is counted in, each with its limit; 0 is no limit."""
        slots: list[tuple[tuple[str, object], int]] = [(("site", phone.target.site), self._options.max_in_flight)]
        if phone.target.group is not None:
            slots.append((("group", phone.target.group), self._options.max_in_flight_per_group))
        # While nothing is known about a kind of phone they go one at a time, each a canary.
        alone = self._with_canaries and phone.kind not in self._proven
        slots.append((("kind", phone.kind), 1 if alone else 0))
        return slots

    def _has_room(self, phone: PlannedPhone) -> bool:
        return all(not limit or self._load[name] < limit for name, limit in self._slots(phone))

    def _count_load(self, phone: PlannedPhone, change: int) -> None:
        for name, _limit in self._slots(phone):
            self._load[name] += change
        self._next_start = 0.0

    def _opens_at(self, phone: PlannedPhone, seconds: float) -> float:
        """When something that takes so many seconds may begin: now or before, later, or never (infinity) in this run.

        A run uses the window that is open when it first looks, or else the next one. It does not wait for another.
        """
        if self._options.windows is None:
            return 0.0
        site, now = phone.target.site, self._runtime.now()
        if site not in self._windows:
            window = self._windows[site] = self._options.windows.current_or_next(site, now)
            if window is not None and window[0] > now:
                self._say(f"Site {site or '-'}: its window opens in {(window[0] - now) / 60:.0f} minutes")
        window = self._windows[site]
        if window is None:
            return 0.0
        return math.inf if max(now, window[0]) + seconds > window[1] else window[0]

    def _begin(self, phone: PlannedPhone) -> None:
        facts, target, options = expect(phone.facts), phone.target, self._options
        order = Order(
            host=phone.host,
            connection=target.connection,
            hops=phone.hops,
            before=expect(facts.firmware),
            model=facts.model,
            mac=facts.mac,
            registered=frozenset(identity.line for identity in facts.identities or () if identity.registered),
            unknown_call_state=options.unknown_call_state,
            deadlines=phone.deadlines,
            poll=self._poll,
            settle=self._settle,
            snapshot=options.snapshot,
            settings=facts.settings if self._runtime.now() - phone.read_at < FRESH_SETTINGS else None,
        )
        upgrade = Upgrade(
            order,
            self._connect(target.connection),
            now=self._runtime.now,
            record=self._log_intent,
            may_trigger=partial(self._closed, phone),
        )
        self._flights[phone.host] = _Flight(phone, upgrade, self._wave, self._runtime.now())
        self._attempts[phone.host] += 1
        self._gate.begin(target)
        self._count_load(phone, +1)
        self._step(phone.host)

    def _closed(self, phone: PlannedPhone, seconds: float) -> str | None:
        """Asked in a worker right before each trigger: why it must not be made, or None. Raises WindowEnds."""
        if self._abandoned():
            return "The run was killed."
        if reason := self.stopped_by or self._reason_to_stop():
            return f"The rollout stopped before its turn. {reason}"
        if self._opens_at(phone, seconds) > self._runtime.now():
            raise WindowEnds
        return None

    # Phones in flight -------------------------------------------------------------------------------------------

    def _step(self, host: str) -> None:
        """Let a worker carry out a phone's next step."""
        flight = self._flights[host]
        if flight.upgrade.phase is Phase.PROBE:
            # Asked here, not in the worker: it may run Ansible's templating, which belongs to this thread.
            flight.upgrade.known_call_state = flight.phone.target.known_call_state()
        self._runtime.submit(host, flight.upgrade.step)
        self._under_way += 1

    def _advance(self) -> list[PlannedPhone]:
        """Make the polls that are due and wait for a step to return; returns the phones whose turn ended."""
        self._look_around()
        now = self._runtime.now()
        next_poll = self._poll_at()
        while next_poll <= now:
            self._next_poll = max(self._next_poll, now - POLL_BURST) + 1 / POLLS_PER_SECOND
            self._step(heapq.heappop(self._due)[2])
            next_poll = self._poll_at()
        ended = []
        for host, delay in self._runtime.wait(min(next_poll - now, TICK)):
            self._under_way -= 1
            flight = self._flights[host]
            if isinstance(delay, Exception):
                self._give_up(flight, delay)
                delay = None
            self._show(flight)
            if flight.upgrade.late:
                self._count_late(flight.phone)
            self._look_at_line(flight)
            if flight.is_try:
                flight.is_try = False
                self._end_try(flight.phone, answered=flight.upgrade.ending is None)
            if flight.upgrade.refused:
                self._gate.refuse(flight.phone.target)
            if delay is None:
                self._land(flight)
                ended.append(flight.phone)
            elif delay:
                heapq.heappush(self._due, (self._runtime.now() + delay, next(self._tie), host))
            else:
                self._step(host)
        return ended

    def _end_try(self, phone: PlannedPhone, *, answered: bool) -> None:
        """The first request since credentials may have changed has come to its end."""
        others_wait = not self._gate.admits(phone.target)
        self._gate.end(phone.target, took=answered and expect(phone.facts).http_pass_set is True)
        if others_wait:
            self._next_start = 0.0

    def _poll_at(self) -> float:
        """When the next poll may be made. Who is due longest comes first: a rate too low for all is shared evenly."""
        if not self._due or self._under_way >= POLLING_WORKERS:
            return math.inf
        return max(self._due[0][0], self._next_poll)

    def _show(self, flight: _Flight) -> None:
        """Say when a phone has changed its phase."""
        phone, upgrade = flight.phone, flight.upgrade
        if at := upgrade.evidence.get("triggered_at"):
            self._last_trigger[phone.target.site] = max(at, self._last_trigger.get(phone.target.site, 0.0))
        if upgrade.phase not in (flight.shown, Phase.ENDED):
            what = _SHOWN_PHASES[upgrade.phase]
            if upgrade.phase is Phase.LATE:
                what += f", do not power it off before {shown_time(unsafe_until(upgrade.evidence))}"
            self._say(f"{phone.host}: {what} ({phone.model} {phone.before} -> {phone.wanted})")
        flight.shown = upgrade.phase

    def _look_at_line(self, flight: _Flight) -> None:
        """Say once for each site when a phone took so long to fetch its image that its deadline is too short.

        From the trigger until it was seen gone is an upper bound of that.
        """
        phone, evidence = flight.phone, flight.upgrade.evidence
        site = phone.target.site
        if "seen_gone_at" not in evidence or site in self._slow:
            return
        took, length = evidence["seen_gone_at"] - evidence["triggered_at"], deadline_length(evidence)
        if took + self._options.flash_time <= max(length, RESERVE * max(phone.needs)):
            return
        self._slow.add(site)
        self._say(
            f"{shown_site(site)}: {phone.host} took {took:.0f} s to fetch its image. With flash_time that is more than "
            f"its deadline of {length:.0f} s: correct site_bandwidth_mbit to what the line carries, or raise deadline."
        )
        try:
            self._log.write("slow", site=site, seconds=took, host=phone.host)
        except NotRecorded as error:
            self._unrecorded = error.reason

    def _give_up(self, flight: _Flight, error: Exception) -> None:
        """A mistake of ours ends the phone's turn and the triggers, but the others are still watched to their end."""
        reason = f"Unexpected error, please report it: {place_of(error)}."
        self._stop(reason)
        upgrade = flight.upgrade
        upgrade.ending = Ending(Outcome.NOT_STARTED, reason, flight.phone.before)
        if upgrade.triggered:
            until = unsafe_until(upgrade.evidence)
            upgrade.ending = Ending(Outcome.TIMED_OUT, reason, None, True, upgrade.evidence, unsafe_until=until)

    def _land(self, flight: _Flight) -> None:
        """A phone's turn has ended."""
        phone, upgrade, ending = flight.phone, flight.upgrade, expect(flight.upgrade.ending)
        del self._flights[phone.host]
        if ending.unsafe_until is None:
            self._count_load(phone, -1)
        if ending.passing and not ending.triggered and self._may_retry(phone):
            self._retry_at[phone.host] = self._runtime.now() + self._options.deferred_interval
            self._say(f"{phone.host}: deferred, will be asked again. {ending.reason}")
            if upgrade.deadline is not None:
                # Nothing came of its intent.
                self._log_end(phone.host, ending)
            return
        self._finish(
            phone,
            ending,
            path=upgrade.path,
            wave=flight.wave,
            elapsed=self._runtime.now() - flight.started,
            deadline=upgrade.deadline,
            snapshot=upgrade.snapshot,
        )

    def _may_retry(self, phone: PlannedPhone) -> bool:
        return self.stopped_by is None and self._attempts[phone.host] <= self._options.deferred_retries

    def _finish(self, phone: PlannedPhone, ending: Ending, **more: Any) -> None:
        """The one place where a phone gets its outcome."""
        if phone.host in self.results:
            raise AssertionError(f"{phone.host} has ended already.")
        result = self.results[phone.host] = PhoneResult(phone, ending, **more)
        if result.deadline is not None or ending.outcome is Outcome.AUTH_FAILED:
            self._log_end(phone.host, ending)
        self._say(f"{phone.host}: {ending.outcome}: {ending.reason}")
        if ending.outcome.succeeded:
            self._proven.add(phone.kind)
        self._count_bad(result)

    def _finish_planned(self, phone: PlannedPhone) -> None:
        """A phone whose outcome the plan knows already; the plan has been shown."""
        after = phone.before or (phone.resumed.after if phone.resumed else None)
        ending = Ending(expect(phone.outcome), phone.reason, after)
        result = self.results[phone.host] = PhoneResult(phone, ending)
        if phone.resumed is not None:
            # Its end stands in the journal already.
            ending.triggered, ending.evidence = True, phone.resumed.evidence
            result.deadline = phone.resumed.evidence.get("deadline_at")
            if ending.outcome.succeeded:
                result.path = [str(after)]
            if self._options.snapshot and ending.outcome.loaded:
                result.snapshot = nothing_to_compare(
                    "The run that asked it was cut off, and what that run had read of it before is lost."
                )
            ending.unsafe_until = phone.resumed.unsafe_until
            if phone.unrecorded:
                self._log_end(phone.host, ending)
        elif phone.unsafe_until is not None:
            ending.unsafe_until = phone.unsafe_until
        if ending.unsafe_until is not None:
            self._count_load(phone, +1)
        self._count_bad(result)

    def _count_bad(self, result: PhoneResult) -> None:
        """The gate. It counts continuously, and a canary that fails closes it at once."""
        host, ending = result.phone.host, result.ending
        if self._is_bad(result):
            self._add_bad(result.phone, f"ended as {ending.outcome}", ending.outcome, triggered=ending.triggered)
        else:
            # It was late, and is well after all. What it stopped stays stopped.
            self._bad.discard(host)

    def _count_late(self, phone: PlannedPhone) -> None:
        """A phone that was not seen gone by its deadline counts at once, long before it is known how it ends."""
        self._add_bad(phone, "was not seen gone by its deadline", "late", triggered=True)

    def _add_bad(self, phone: PlannedPhone, what: str, word: str, *, triggered: bool) -> None:
        if phone.host in self._bad:
            return
        self._bad.add(phone.host)
        if self.stopped_by is not None:
            return
        if self._with_canaries and triggered and self._was_canary(phone):
            self._stop(f"The canary {phone.host} {what}, and canaries may not fail.")
        elif len(self._bad) > self._max_bad:
            self._stop(
                f"{len(self._bad)} bad phones, max_bad is {self._max_bad}; the last one is {phone.host} ({word})."
            )

    def _was_canary(self, phone: PlannedPhone) -> bool:
        """Whether no phone of its kind has succeeded, in this run or in the interrupted one that had asked it."""
        if phone.resumed is not None:
            return step_of(phone.resumed) not in self._plan.proven
        return phone.kind not in self._proven

    def _is_bad(self, result: PhoneResult) -> bool:
        """Beyond the outcomes that always count, any failure of a phone that was triggered does."""
        return result.ending.outcome.is_bad(
            triggered=result.ending.triggered, unreachable_is_bad=self._options.unreachable == "bad"
        )

    # Around -----------------------------------------------------------------------------------------------------

    def _outcome(self, host: str) -> Outcome:
        return self.results[host].ending.outcome

    def _look_around(self) -> None:
        if self._abandoned():
            raise Abandoned
        # Once for all that ended since the last look: a disk takes milliseconds for it.
        try:
            self._log.sync()
        except NotRecorded as error:
            self._unrecorded = error.reason
        if self.stopped_by is None and (reason := self._reason_to_stop()):
            self._stop(reason)
        if self._runtime.now() >= self._next_summary:
            self._next_summary = self._runtime.now() + SUMMARY_INTERVAL
            for line in self.summary_lines():
                self._say(line)

    def _reason_to_stop(self) -> str | None:
        return self._unrecorded or self._stop_requested()

    def _log_intent(self, intent: Intent) -> None:
        """Called in a worker. Raises NotRecorded."""
        try:
            self._log.intent(intent)
        except NotRecorded as error:
            self._unrecorded = error.reason
            raise

    def _log_end(self, host: str, ending: Ending) -> None:
        """An end that is not on record costs the resume another look at the phone, but must not end this run."""
        try:
            self._log.end(host, ending, self._runtime.now())
        except NotRecorded as error:
            self._unrecorded = error.reason

    def _stop(self, reason: str) -> None:
        self.stopped_by = reason
        self._next_start = 0.0
        flying = len(self._flights)
        tail = f" {flying} in flight {'is' if flying == 1 else 'are'} watched to the end." if flying else ""
        self._say(f"STOPPED, no new triggers: {reason}{tail}")

    def summary_lines(self) -> list[str]:
        """A line for each site: what is done, in flight, deferred and bad, and when the last trigger was."""
        sites: dict[str | None, Counter[str]] = {}
        for phone in self._plan.phones:
            counts = sites.setdefault(phone.target.site, Counter())
            result = self.results.get(phone.host)
            counts["all"] += 1
            counts["done"] += result is not None
            counts["in flight"] += phone.host in self._flights
            counts["bad"] += phone.host in self._bad
            waits = result is None and phone.host in self._retry_at and phone.host not in self._flights
            counts["deferred"] += waits or (result is not None and result.ending.outcome.passing)
        return [self._site_summary(site, counts) for site, counts in sites.items()]

    def _site_summary(self, site: str | None, counts: Counter[str]) -> str:
        last = self._last_trigger.get(site)
        ago = f"{self._runtime.now() - last:.0f} s ago" if last is not None else "none"
        return (
            f"-- {site or 'no site'}: {counts['done']}/{counts['all']} done, {counts['in flight']} in flight, "
            f"{counts['deferred']} deferred, {counts['bad']} bad, last trigger {ago}"
        )


def _checked(done: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """What workers returned; what one of them raised is a mistake of ours and ends the run."""
    for _key, result in done:
        if isinstance(result, BaseException) and not isinstance(result, SnomError):
            raise result
    return done
