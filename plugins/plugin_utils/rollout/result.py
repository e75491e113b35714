# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a rollout returns and reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import Outcome
from ansible_collections.telephony.snom.plugins.module_utils._firmware.assess import planned_way
from ansible_collections.telephony.snom.plugins.module_utils._firmware.order import Ending
from ansible_collections.telephony.snom.plugins.module_utils._phone.secrets import scrub
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.engine import Engine
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.options import ARGUMENT_SPEC
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.plan import Plan
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.planned_phone import PlannedPhone, SettledPhone
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.runtime import Context
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.verdicts import PhoneResult
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.waves import planned_waves


def rollout_result(
    plan: Plan, engine: Engine, parameters: Mapping[str, Any], check_mode: bool, context: Context, started: float
) -> dict[str, Any]:
    """The result of `snom_rollout` as plain JSON types; started is in seconds since the epoch."""
    stops = any(wave.kind == "stop" for wave in plan.options.waves)
    due = planned_waves(plan) if check_mode or stops else {}
    # A run that was carried out has a result for each phone.
    waves = due if check_mode else {}
    now = context.runtime.now()
    results = [engine.verdicts.results.get(phone.host) or _planned(phone, waves) for phone in plan.phones]
    fail_on = set(parameters["fail_on"])
    # Where no phone could be read, it is not the phones that are switched off.
    spare = parameters["spare_unreachable"] and any(ended.phone.facts is not None for ended in results)
    # Before a stop they have their turn, or something has gone wrong, whatever becomes of those behind it.
    must_begin = set(due) if stops else set()
    by_host = {ended.phone.host: ended for ended in results}
    phones = {
        host: _phone_record(ended, fail_on | {Outcome.NOT_STARTED.value} if host in must_begin else fail_on, spare)
        for host, ended in by_host.items()
    }
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
    still_shown = [
        {"host": ended.phone.host, "until": ended.ending.shown_until}
        for ended in results
        if ended.ending.shown_until is not None
    ]
    unfinished = any(ended.ending.outcome.wants_another_run for ended in results)
    return {
        "run": context.run,
        "plan_id": plan.plan_id,
        "check_mode": check_mode,
        "started": started,
        "ended": now,
        "stopped_by": engine.verdicts.stopped_by,
        "resume": context.resume_command if unfinished and not check_mode else None,
        "do_not_power_off": unsafe,
        "still_shown": still_shown,
        "summary": dict(Counter(ended.ending.outcome.value for ended in by_host.values()).most_common()),
        "waves": [
            {
                "number": wave.number,
                "label": wave.label,
                "phones": len(wave.hosts),
                "started": wave.started,
                "ended": wave.ended,
                "summary": dict(Counter(_of_wave(by_host[host], wave.number) for host in wave.hosts)),
            }
            for wave in engine.waves
        ],
        "options": {name: parameters[name] for name in ARGUMENT_SPEC if parameters[name] is not None},
        "phones": phones,
    }


def _of_wave(ended: PhoneResult, number: int) -> str:
    """How a phone ended in a wave: one that had its turn in a later one was put off in this."""
    later = ended.wave is not None and ended.wave != number
    return str((Outcome.DEFERRED if later else ended.ending.outcome).value)


def _planned(phone: PlannedPhone | SettledPhone, waves: Mapping[str, int]) -> PhoneResult:
    """What check mode says of a phone."""
    if isinstance(phone, SettledPhone):
        ending = phone.ending
        return PhoneResult(phone, Ending(ending.outcome, ending.reason, phone.before, unsafe_until=ending.unsafe_until))
    path = tuple(str(hop.version) for hop in phone.hops)
    if phone.host not in waves:
        return PhoneResult(
            phone, Ending(Outcome.NOT_STARTED, "Its turn would come after the waves before stop.", phone.before)
        )
    reason = planned_way(phone.before, phone.hops)
    return PhoneResult(phone, Ending(Outcome.PLANNED, reason, phone.before), path=path, wave=waves[phone.host])


def _phone_record(ended: PhoneResult, fail_on: set[str], spare: bool) -> dict[str, Any]:
    phone, ending = ended.phone, ended.ending
    facts = phone.facts
    asked = ending.triggered or bool(ended.path) or ending.unsafe_until is not None
    return {
        "outcome": ending.outcome.value,
        "reason": ending.reason,
        "recap": ending.outcome.recap(fail_on, spare=spare and not asked),
        "changed": ending.outcome.is_change(asked=ending.triggered, loaded=bool(ended.path)),
        "before": _text(phone.first),
        "after": _text(ending.after),
        "target": _text(phone.wanted),
        "path": list(ended.path),
        "model": phone.model,
        "mac": (facts.mac if facts else None) or phone.target.mac,
        "call_state": facts.call_state if facts else None,
        "transport": phone.target.connection.transport,
        "site": phone.target.site,
        "group": phone.target.group,
        "wave": ended.wave,
        "started": ended.started,
        "elapsed": None if ended.elapsed is None else round(ended.elapsed, 1),
        "deadline": ended.deadline,
        "evidence": ending.evidence.as_dict(),
        "notes": list(phone.notes),
        # A phone may show its password in another setting, in the login of a URL for example.
        "snapshot": scrub(ended.snapshot, vars(phone.target.connection)),
        "unverified": any(hop.chained for hop in phone.hops),
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)
