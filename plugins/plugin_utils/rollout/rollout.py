# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One rollout, from options to report: read the fleet, plan, show the plan, run the waves, write down what happened."""

from __future__ import annotations

import os
import socket
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.clock import check_seconds, shown_time
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import (
    InputError,
    NotRecorded,
    SnomError,
    place_of,
)
from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import OUTCOMES
from ansible_collections.telephony.snom.plugins.module_utils._firmware.upgrade import Ending, Intent
from ansible_collections.telephony.snom.plugins.module_utils._known.images import Catalog, image_url
from ansible_collections.telephony.snom.plugins.module_utils._phone.secrets import scrub
from ansible_collections.telephony.snom.plugins.plugin_utils.report.report import check_report_dir, write_report
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.credentials import CredentialsGate
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.crew import Runtime
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.engine import (
    Engine,
    Log,
    PhoneResult,
    planned_waves,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.journal import History, Journal, read_history
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.limits import (
    parse_by_site,
    parse_limit,
    parse_waves,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.plan import (
    Options,
    Plan,
    PlannedPhone,
    Reading,
    Target,
    check_targets,
    make_plan,
    plan_lines,
    read_approved,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.resume import watch_interrupted
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.survey import Connect, read_fleet, verify_images
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.windows import parse_windows

ARGUMENT_SPEC: dict[str, dict[str, Any]] = {
    "waves": {"type": "raw", "default": ["canary", "10%", "100%"]},
    "soak": {"type": "float", "default": 0.0},
    "max_bad": {"type": "raw", "default": 0},
    "max_in_flight": {"type": "int", "default": 10},
    "max_in_flight_per_group": {"type": "int", "default": 1},
    "site_bandwidth_mbit": {"type": "raw", "default": 100},
    "flash_time": {"type": "float", "default": 600.0},
    "deadline": {"type": "float"},
    "window": {"type": "raw"},
    "unknown_call_state": {"type": "str", "choices": ["defer", "proceed"], "default": "defer"},
    "deferred_retries": {"type": "int", "default": 3},
    "deferred_interval": {"type": "float", "default": 60.0},
    "unreachable": {"type": "str", "choices": ["ignore", "bad"], "default": "ignore"},
    "fail_on": {
        "type": "list",
        "elements": "str",
        "choices": ["deferred", "not_started"],
        "default": ["deferred", "not_started"],
    },
    "verify_image": {"type": "str", "choices": ["head", "full", "none"], "default": "head"},
    "mirror": {"type": "str"},
    "catalog": {"type": "path"},
    "allow_downgrade": {"type": "bool", "default": False},
    "force": {"type": "bool", "default": False},
    "snapshot": {"type": "bool", "default": False},
    "retry_login": {"type": "bool", "default": False},
    "approved_plan": {"type": "path"},
    "stop_file": {"type": "path"},
    "journal": {"type": "path"},
    "report_dir": {"type": "path"},
}

MAX_RUNS_REFUSED = 3
"""After so many runs in a row in which a phone refused its credentials, a run does not send any.

A phone blocks its web server after more than three failures (protocol 2.3); whether it forgets them is not public.
"""

_TAKEN_AS_THEY_ARE = (
    "soak",
    "max_in_flight",
    "max_in_flight_per_group",
    "flash_time",
    "deadline",
    "unknown_call_state",
    "deferred_retries",
    "deferred_interval",
    "unreachable",
    "verify_image",
    "mirror",
    "allow_downgrade",
    "force",
    "snapshot",
)


class NoJournal:
    """Stands in where no journal is wanted."""

    def write(self, kind: str, **entry: Any) -> None:
        """Forget it."""

    def sync(self) -> None:
        """Nothing to wait for."""

    def intent(self, intent: Intent) -> None:
        """Forget it."""

    def end(self, host: str, ending: Ending, time: float) -> None:
        """Forget it."""

    def close(self) -> None:
        """Nothing to let go of."""


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What a rollout needs from whoever runs it; tests put simulated ones here."""

    run: str
    runtime: Runtime
    connect: Connect
    say: Callable[[str], None] = lambda line: None
    stop_requested: Callable[[], str | None] = lambda: None
    abandoned: Callable[[], bool] = lambda: False
    resume_command: str | None = None


def parse_options(parameters: Mapping[str, Any], catalog: Catalog) -> Options:
    """The options of a rollout out of a module's parameters. Raises InputError naming the option."""
    check_seconds(parameters, "flash_time", "deadline")
    check_seconds(parameters, "soak", "deferred_interval", least=0.0)
    for name in ("max_in_flight", "max_in_flight_per_group", "deferred_retries"):
        if parameters[name] < 0:
            raise InputError(f"{name} is {parameters[name]}: give 0 or more.")
    if parameters["mirror"]:
        # For its check: a mirror that can't be used would make every phone's image wrong.
        image_url("", parameters["mirror"])
    return Options(
        waves=parse_waves(parameters["waves"]),
        max_bad=parse_limit(parameters["max_bad"], "max_bad"),
        bandwidth=parse_by_site(parameters["site_bandwidth_mbit"], "site_bandwidth_mbit"),
        windows=parse_windows(parameters["window"]),
        approved=read_approved(parameters["approved_plan"]) if parameters["approved_plan"] else None,
        catalog=catalog,
        **{name: parameters[name] for name in _TAKEN_AS_THEY_ARE},
    )


def rollout(
    targets: Sequence[Target], parameters: Mapping[str, Any], catalog: Catalog, check_mode: bool, around: Surroundings
) -> dict[str, Any]:
    """Bring a fleet to the firmware that its inventory states, or in check mode only plan it.

    Returns the result as plain JSON (see `report`). Raises InputError before anything is sent, and `crew.Abandoned`.
    """
    options = parse_options(parameters, catalog)
    check_targets(targets)
    for target in targets:
        options.bandwidth.of(target.site)
        if options.windows is not None:
            options.windows.longest(target.site)
    if parameters["report_dir"]:
        check_report_dir(parameters["report_dir"])
    path = parameters["journal"]
    journal: Journal | NoJournal = Journal(path, around.run) if path and not check_mode else NoJournal()
    try:
        history = journal.history() if isinstance(journal, Journal) else read_history(path) if path else History()
        return carry_out(targets, parameters, options, history, journal, check_mode, around)
    finally:
        journal.close()


def carry_out(
    targets: Sequence[Target],
    parameters: Mapping[str, Any],
    options: Options,
    history: History,
    log: Log,
    check_mode: bool,
    around: Surroundings,
) -> dict[str, Any]:
    """A rollout whose options are known to be good, with an open journal."""
    started = around.runtime.now()
    say = around.say
    log.write("run", time=started, hosts=len(targets), process=os.getpid(), node=socket.gethostname())
    gate = CredentialsGate()
    for target in targets:
        if target.host in history.refused_credentials:
            gate.refuse(target)
    resumed = dict(history.ended)
    if history.open_intents and not check_mode:
        resumed |= watch_interrupted(
            targets,
            history.open_intents,
            options.flash_time,
            runtime=around.runtime,
            connect=around.connect,
            gate=gate,
            log=log,
            say=say,
            abandoned=around.abandoned,
        )
    say(f"Reading {len(targets)} phones")
    logins = _Logins(history.refusals, log, around.runtime, retry=parameters["retry_login"])
    readings = read_fleet(
        # Who refused least often is tried first: if the credentials are right by now, that is proven there.
        sorted(targets, key=lambda target: history.refusals[target.host]),
        around.runtime,
        around.connect,
        gate,
        force=options.force,
        left_alone=logins.left_alone,
        on_refused=logins.refused,
        say=say,
        abandoned=around.abandoned,
    )
    logins.note_taken(readings)
    plan = make_plan(targets, readings, options, history, resumed)
    stopped_by = verify_images(
        plan.work,
        options.verify_image,
        around.runtime,
        say=say,
        abandoned=around.abandoned,
        stop_requested=(lambda: None) if check_mode else around.stop_requested,
    )
    for line in plan_lines(plan, planned_waves(plan)):
        say(line)
    if not parameters["journal"]:
        say("No journal: if a rollout is killed, the next one does not know which phones are flashing.")
    engine = Engine(
        plan,
        runtime=around.runtime,
        connect=around.connect,
        gate=gate,
        log=log,
        say=say,
        stop_requested=around.stop_requested,
        abandoned=around.abandoned,
    )
    engine.stopped_by = stopped_by
    if not check_mode:
        engine.run()
    result = _result(plan, engine, parameters, check_mode, around, started)
    # Neither the journal nor the report may take the result away, whatever goes wrong: phones have changed.
    with suppress(NotRecorded):
        log.write("run_end", time=around.runtime.now(), summary=result["summary"], stopped_by=engine.stopped_by)
    result["report"], problem = None, None
    if parameters["report_dir"]:
        try:
            result["report"] = write_report(result, parameters["report_dir"])
        except InputError as error:
            problem = error.reason
        except Exception as error:
            problem = f"report_dir: no report could be written. Unexpected error, please report it: {place_of(error)}."
    result["closing"] = closing_lines(result) + ([problem] if problem else [])
    for line in result["closing"]:
        say(line)
    return result


class _Logins:
    """What phones said to their credentials in runs before this one, and in this one.

    Whether they are still the same credentials can't be told: nothing is kept from which they could be guessed.
    """

    def __init__(self, refusals: Mapping[str, int], log: Log, runtime: Runtime, *, retry: bool) -> None:
        """refusals says for each host how many runs in a row it has refused; retry, to ask all the same."""
        self._refusals = refusals
        self._log = log
        self._runtime = runtime
        self._retry = retry

    def left_alone(self, target: Target) -> str | None:
        """Why a phone is not to be asked, or None."""
        count = self._refusals.get(target.host, 0)
        if self._retry or count < MAX_RUNS_REFUSED or not target.connection.username:
            return None
        return (
            f"It refused its credentials in the last {count} runs that asked it, and was not asked in this one: phones "
            "lock their web server after more than three failures. Correct snom_username and snom_password, and run "
            "once with retry_login set to true."
        )

    def refused(self, target: Target, error: SnomError) -> None:
        """A phone has just refused. Where there is no user name, nothing was sent that it could have refused."""
        if not target.connection.username:
            return
        if count := self._refusals.get(target.host, 0):
            error.reason += (
                f" That was run {count + 1} in a row in which it refused them; phones lock their web server after more "
                "than three failures."
            )
        self._log.end(target.host, Ending(error.outcome, error.reason), self._runtime.now())

    def note_taken(self, readings: Mapping[str, Reading]) -> None:
        """Let the journal know of those that refused before and can be read now. Raises NotRecorded."""
        for host in self._refusals:
            if host in readings and readings[host].facts is not None:
                self._log.write("login", host=host, time=self._runtime.now())


def _result(
    plan: Plan, engine: Engine, parameters: Mapping[str, Any], check_mode: bool, around: Surroundings, started: float
) -> dict[str, Any]:
    waves = planned_waves(plan)
    now = around.runtime.now()
    fail_on = set(parameters["fail_on"])
    results = [engine.results.get(phone.host) or _planned(phone, waves) for phone in plan.phones]
    phones = {ended.phone.host: _phone_record(ended, fail_on) for ended in results}
    unsafe = [
        {
            "host": ended.phone.host,
            "until": ended.ending.unsafe_until,
            "reason": ended.ending.reason,
        }
        for ended in results
        # Also where that time has passed: nobody has seen it since.
        if ended.ending.unsafe_until is not None
    ]
    unfinished = any(record["outcome"] in ("deferred", "not_started", "timed_out") for record in phones.values())
    return {
        "run": around.run,
        "plan_id": plan.plan_id,
        "check_mode": check_mode,
        "started": started,
        "ended": now,
        "stopped_by": engine.stopped_by,
        "resume": around.resume_command if unfinished and not check_mode else None,
        "do_not_power_off": unsafe,
        "summary": dict(Counter(record["outcome"] for record in phones.values()).most_common()),
        "waves": [
            {
                "number": wave.number,
                "label": wave.label,
                "phones": len(wave.hosts),
                "started": wave.started,
                "ended": wave.ended,
                "summary": dict(Counter(phones[host]["outcome"] for host in wave.hosts)),
            }
            for wave in engine.waves
        ],
        "options": {name: parameters[name] for name in ARGUMENT_SPEC if parameters[name] is not None},
        "phones": phones,
    }


def _planned(phone: PlannedPhone, waves: Mapping[str, int]) -> PhoneResult:
    """What check mode says of a phone."""
    if phone.outcome is not None:
        return PhoneResult(phone, Ending(phone.outcome, phone.reason, phone.before, unsafe_until=phone.unsafe_until))
    path = [str(hop.version) for hop in phone.hops]
    if phone.host not in waves:
        return PhoneResult(
            phone, Ending("not_started", "Its turn would come after the waves before stop.", phone.before)
        )
    reason = f"Would go from {phone.before} to {' and then '.join(path)}."
    return PhoneResult(phone, Ending("planned", reason, phone.before), path=path, wave=waves[phone.host])


def _phone_record(ended: PhoneResult, fail_on: set[str]) -> dict[str, Any]:
    phone, ending = ended.phone, ended.ending
    outcome = OUTCOMES[ending.outcome]
    recap: str = outcome.recap
    if recap == "fail_on":
        recap = "failed" if outcome.word in fail_on else "ok"
    facts = phone.facts
    return {
        "outcome": ending.outcome,
        "reason": ending.reason,
        "recap": recap,
        "before": _text(phone.first),
        "after": _text(ending.after),
        "target": _text(phone.wanted),
        "path": ended.path,
        "model": phone.model,
        "mac": (facts.mac if facts else None) or phone.target.mac,
        "site": phone.target.site,
        "group": phone.target.group,
        "wave": ended.wave,
        "elapsed": None if ended.elapsed is None else round(ended.elapsed, 1),
        "deadline": ended.deadline,
        "evidence": ending.evidence,
        "notes": phone.notes,
        # A phone may show its password in another setting, in the login of a URL for example.
        "snapshot": scrub(ended.snapshot, vars(phone.target.connection)),
        "unverified": any(hop.chained for hop in phone.hops),
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def closing_lines(result: Mapping[str, Any]) -> list[str]:
    """The last screen: what happened, what stopped it, what must not be powered off, and how to go on."""
    counts = ", ".join(f"{count} {outcome}" for outcome, count in result["summary"].items())
    lines = [f"{'Planned' if result['check_mode'] else 'Ended'}: {counts}"]
    if result["stopped_by"]:
        lines.append(f"Stopped by: {result['stopped_by']}")
    for unsafe in result["do_not_power_off"]:
        until = shown_time(unsafe["until"])
        when = f"before {until}"
        if unsafe["until"] <= result["ended"]:
            when = f"without a look at its screen, also after {until}: nobody has seen it since"
        lines.append(f"DO NOT POWER OFF {unsafe['host']} {when}: {unsafe['reason']}")
    if result["resume"]:
        lines.append(f"To go on: {result['resume']}")
    if result.get("report"):
        lines.append(f"Report: {result['report']['html']}")
    return lines
