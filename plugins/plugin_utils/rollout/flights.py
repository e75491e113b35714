# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Phones under way: each from its first step to the one that ends its turn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import expect, unexpected
from ansible_collections.telephony.snom.plugins.module_utils._firmware.course import Phase
from ansible_collections.telephony.snom.plugins.module_utils._firmware.order import (
    Evidence,
    Order,
    deadline_for,
)
from ansible_collections.telephony.snom.plugins.module_utils._firmware.upgrade import Upgrade
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.admission import Admission
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.credentials import CredentialsGate
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.crew import Crew
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.options import Options
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.pacing import Polls
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.planned_phone import PlannedPhone
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.progress import Progress
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.record import Record
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.runtime import Context
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.verdicts import Flight, Verdicts


class Flights:
    """The phones of one run that are under way."""

    def __init__(
        self,
        options: Options,
        context: Context,
        *,
        gate: CredentialsGate,
        crew: Crew,
        admission: Admission,
        verdicts: Verdicts,
        record: Record,
        progress: Progress,
        may_trigger: Callable[[PlannedPhone, float], str | None],
    ) -> None:
        """may_trigger is asked in a worker right before each trigger, see `Upgrade`."""
        self.under_way: dict[str, Flight] = {}
        """By host."""
        self._options = options
        self._context = context
        self._now = context.runtime.now
        self._gate = gate
        self._crew = crew
        self._admission = admission
        self._verdicts = verdicts
        self._record = record
        self._progress = progress
        self._may_trigger = may_trigger
        self._polls = Polls()
        self._slow: set[str | None] = set()
        """Sites whose line was found to be slower than assumed."""

    def begin(self, phone: PlannedPhone, wave: int) -> None:
        """Let a phone take its first step."""
        upgrade = Upgrade(
            self._order(phone),
            self._context.connect(phone.target.connection),
            now=self._now,
            record=lambda intent: self._record.intent(replace(intent, source=phone.way.source)),
            may_trigger=partial(self._may_trigger, phone),
        )
        self.under_way[phone.host] = Flight(phone=phone, upgrade=upgrade, wave=wave, started=self._now())
        self._admission.begin(phone)
        self._step(phone.host)

    def poll(self) -> float:
        """Let those take a step that are due; returns the seconds until the next one is, infinity for never."""
        now = self._now()
        while (host := self._polls.pop(now, self._crew.under_way)) is not None:
            self._step(host)
        return self._polls.next_at(self._crew.under_way) - now

    def advance(self, host: str, delay: float | None) -> PlannedPhone | None:
        """A phone's step has returned; delay is in seconds until its next one. Returns the phone if its turn ended."""
        flight = self.under_way[host]
        phone, upgrade = flight.phone, flight.upgrade
        if self._record.problem and self._verdicts.stopped_by is None:
            # Before it is known how this phone ended, which may be the last one.
            self._verdicts.stop(self._record.problem)
        self._progress.step_taken(phone, upgrade.course)
        self._verdicts.suspect(phone, upgrade.course)
        self._look_at_line(phone, upgrade.course.evidence)
        if flight.is_try:
            flight.is_try = False
            self._admission.tried(phone, answered=upgrade.ending is None)
        if upgrade.refused:
            self._gate.refuse(phone.target)
        if delay is None:
            self._land(flight)
            return phone
        if delay:
            self._polls.add(host, self._now() + delay)
        else:
            self._step(host)
        return None

    def give_up(self, host: str, error: Exception) -> PlannedPhone | None:
        """A mistake of ours ends the phone's turn and the triggers, but the others are still watched to their end."""
        reason = unexpected(error)
        self._verdicts.stop(reason)
        self.under_way[host].upgrade.break_off(reason)
        return self.advance(host, None)

    def _order(self, phone: PlannedPhone) -> Order:
        facts, options = phone.facts, self._options
        return Order.of(
            facts,
            phone.hops,
            phone.deadlines,
            host=phone.host,
            flash_time=phone.flash_time(options),
            unknown_call_state=options.unknown_call_state,
            snapshot=options.snapshot,
        )

    def _step(self, host: str) -> None:
        """Let a worker carry out a phone's next step."""
        flight = self.under_way[host]
        if flight.upgrade.course.phase is Phase.PROBE:
            # Asked here, not in the worker: it may run Ansible's templating, which belongs to this thread.
            flight.upgrade.course.known_call_state = flight.phone.target.known_call_state()
        self._crew.submit(host, flight.upgrade.step)

    def _land(self, flight: Flight) -> None:
        """A phone's turn has ended."""
        phone, upgrade, ending = flight.phone, flight.upgrade, expect(flight.upgrade.ending)
        del self.under_way[phone.host]
        if ending.unsafe_until is None or ending.frees_place:
            self._admission.release(phone)
        may_wait = ending.passing and not ending.triggered and self._verdicts.stopped_by is None
        if may_wait and self._admission.defer(phone):
            self._progress.phone_deferred(phone, ending)
            if upgrade.course.deadline is not None:
                # Nothing came of its intent.
                self._record.end(phone.host, ending)
            return
        self._verdicts.settle(phone, ending, flight)

    def _look_at_line(self, phone: PlannedPhone, evidence: Evidence) -> None:
        """Say once for each site when a phone took so long to fetch its image that its deadline is too short.

        From the trigger until it was seen gone is an upper bound of that.
        """
        site = phone.target.site
        if evidence.gone_at is None or site in self._slow:
            return
        took = evidence.gone_at - expect(evidence.triggered_at)
        if took + phone.flash_time(self._options) > max(evidence.length, deadline_for(max(phone.needs))):
            self._slow.add(site)
            self._progress.line_is_slow(phone, took, evidence.length)
            self._record.slow(site, took, phone.host)
