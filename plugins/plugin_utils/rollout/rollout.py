# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One rollout, from options to report: read the fleet, plan, show the plan, run the waves, write down what happened."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import (
    InputError,
    NotRecorded,
    unexpected,
)
from ansible_collections.telephony.snom.plugins.module_utils._firmware.order import Ending
from ansible_collections.telephony.snom.plugins.module_utils._known.images import Catalog
from ansible_collections.telephony.snom.plugins.plugin_utils.report.report import check_report_dir, write_report
from ansible_collections.telephony.snom.plugins.plugin_utils.report.text import count_phones
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.clock_changes import clock_notice
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.closing import closing_lines, urgent_lines
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.container import check_lasting, ends_with_container
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.credentials import CredentialsGate
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.engine import Engine
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.history import History
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.history_file import read_history
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.journal import Journal, JournalFile, NoJournal
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.logins import Logins
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.options import Options, parse_options
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.plan import Plan, check_targets, make_plan
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.plan_text import plan_lines
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.result import rollout_result
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.resume import watch_interrupted
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.runtime import Context
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.said import Said
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.survey import read_fleet, verify_images
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.target import Reading, Target
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.waves import planned_waves


def rollout(
    targets: Sequence[Target], parameters: Mapping[str, Any], catalog: Catalog, check_mode: bool, context: Context
) -> dict[str, Any]:
    """Bring a fleet to the firmware that its inventory states, or in check mode only plan it.

    Returns the result as plain JSON (see `report`). Raises InputError before anything is sent, and `runtime.Abandoned`.
    """
    options = parse_options(parameters, catalog)
    check_targets(targets)
    for target in targets:
        options.bandwidth.of(target.site)
        if options.windows is not None:
            options.windows.longest(target.site)
    if parameters["report_dir"]:
        check_report_dir(parameters["report_dir"])
    for warning in context.mirrors.check() if context.mirrors else ():
        context.notify(warning)
    path = parameters["journal"]
    if path:
        check_lasting("journal", path, os.environ)
    if (report := parameters["report_dir"]) and ends_with_container(report, os.environ):
        context.notify(f"report_dir: {report} lies in the container of this job, and the report is gone with it.")
    journal: JournalFile | NoJournal = JournalFile(path, context.run) if path and not check_mode else NoJournal()
    try:
        history = journal.history() if isinstance(journal, JournalFile) else read_history(path) if path else History()
        return Rollout(
            targets=targets,
            parameters=parameters,
            options=options,
            history=history,
            journal=journal,
            check_mode=check_mode,
            context=context,
        ).carry_out()
    finally:
        journal.close()


@dataclass(kw_only=True)
class Rollout:
    """A rollout whose options are known to be good, with an open journal."""

    targets: Sequence[Target]
    parameters: Mapping[str, Any]
    options: Options
    history: History
    journal: Journal
    check_mode: bool
    context: Context
    gate: CredentialsGate = field(default_factory=CredentialsGate)

    def carry_out(self) -> dict[str, Any]:
        """Read, plan, run and write down; returns the result, see `report`."""
        started = self._begin()
        resumed = self._end_interrupted()
        plan = make_plan(self.targets, self._read(), self.options, self.history, resumed)
        if mirrors := self.context.mirrors:
            plan.leave_to_others(mirrors.shown_by_others(self.history.open_intents, self.history.still_shown))
            # Behind that, so that a load is in the log by now which was withdrawn before.
            plan.settle(mirrors.left_by_log(plan.work, self.history.known_loads()))
        stopped_by = self._check_images(plan)
        self._show(plan)
        engine = Engine(plan, self.context, gate=self.gate, journal=self.journal)
        if not self.check_mode:
            engine.run(stopped_by)
        result = rollout_result(plan, engine, self.parameters, self.check_mode, self.context, started)
        self._write_down(result)
        return result

    def _begin(self) -> float:
        """Write down that the run begins; returns when, in seconds since the epoch."""
        started, moment = self.context.runtime.now(), self.context.moment()
        if back := self.history.begin_run(started, moment):
            self.context.notify(clock_notice(back))
        known = {} if moment is None else {"boot": moment.boot, "since_boot": moment.seconds}
        node = socket.gethostname()
        self.journal.write("run", time=started, hosts=len(self.targets), process=os.getpid(), node=node, **known)
        for target in self.targets:
            if target.host in self.history.refused_credentials:
                self.gate.refuse(target)
        return started

    def _end_interrupted(self) -> dict[str, Ending]:
        """How phones ended, by host, that a run had asked which was cut off."""
        intents = self.history.open_intents
        ended = dict(self.history.ended)
        if self.check_mode:
            return ended
        for line in self.context.mirrors.clear(self.history.still_shown) if self.context.mirrors else ():
            self.context.notify(line)
        if intents:
            ended |= watch_interrupted(
                self.targets,
                intents,
                self.options.flash_time,
                self.context,
                gate=self.gate,
                journal=self.journal,
                by_uptime=self.history.by_uptime(),
            )
        return ended

    def _read(self) -> Mapping[str, Reading]:
        self.context.notify(f"Reading {count_phones(len(self.targets))}")
        refusals = self.history.refusals
        logins = Logins(refusals, self.journal, self.context.runtime, retry=self.parameters["retry_login"])
        readings = read_fleet(
            # Who refused least often is tried first: if the credentials are right by now, that is proven there.
            sorted(self.targets, key=lambda target: refusals[target.host]),
            self.context,
            self.gate,
            force=self.options.force,
            left_alone=logins.left_alone,
            on_refused=logins.refused,
        )
        logins.note_taken(readings)
        return readings

    def _check_images(self, plan: Plan) -> str | None:
        """Why no trigger may be made; None while they may."""
        context, how = self.context, self.options.verify_image
        # A plan is shown whatever keeps it from being carried out.
        planning = replace(context, stop_requested=lambda: None) if self.check_mode else context
        stopped_by = verify_images(plan, how, planning)
        if context.mirrors and how != "none":
            context.mirrors.check_images(plan.work)
        return stopped_by

    def _show(self, plan: Plan) -> None:
        for line in plan_lines(plan, planned_waves(plan), is_all=self.check_mode):
            self.context.notify(Said(line, "plan", work=len(plan.work)))
        if not self.parameters["journal"]:
            self.context.notify(
                "No journal: if a rollout is killed, the next one does not know which phones are flashing."
            )

    def _write_down(self, result: dict[str, Any]) -> None:
        """The end of the run, and its report.

        Neither the journal nor the report may take the result away, whatever goes wrong: phones have changed.
        """
        with suppress(NotRecorded):
            ended = self.context.runtime.now()
            self.journal.write("run_end", time=ended, summary=result["summary"], stopped_by=result["stopped_by"])
        result["report"], problems = None, []
        if self.parameters["report_dir"]:
            try:
                result["report"] = write_report(result, self.parameters["report_dir"])
            except InputError as error:
                problems.append(error.reason)
            except Exception as error:
                problems.append(f"report_dir: no report could be written. {unexpected(error)}")
        result["closing"] = closing_lines(result) + problems
        # The rest stands in the result, and is shown once all hosts have theirs.
        for line in [*urgent_lines(result), *problems]:
            self.context.notify(line)
