# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operation of snom_firmware: one phone to one version, with proof. `upgrade` has the way there."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from .._core.clock import check_seconds, system_time
from .._core.errors import InputError, expect
from .._core.outcomes import Outcome
from .._firmware.assess import Desired, assess, planned_way
from .._firmware.course import Phase
from .._firmware.image_check import verify_image
from .._firmware.order import Ending, Evidence, Order, Shown, deadline_for, hop_need
from .._firmware.preconditions import read_model, read_settings_too
from .._firmware.upgrade import Upgrade
from .._known.image_path import Hop, version_in_url
from .._known.images import Catalog, parse_images
from .._known.models import versions_by_model
from .._known.taught import flash_time
from .._known.version import Version
from .._phone.call_state import reason_to_wait
from .._phone.connection import CONNECTION_ARGUMENTS
from .._phone.facts import PhoneFacts
from .._phone.loadable_phone import LoadablePhone
from .settle import settle

ARGUMENT_SPEC: dict[str, dict[str, Any]] = CONNECTION_ARGUMENTS | {
    "version": {"type": "str"},
    "versions": {"type": "dict"},
    "url": {"type": "str"},
    "mirror": {"type": "str"},
    "catalog": {"type": "raw"},
    "verify_image": {"type": "str", "choices": ["head", "full", "none"], "default": "head"},
    "allow_downgrade": {"type": "bool", "default": False},
    "force": {"type": "bool", "default": False},
    "only_when_idle": {"type": "bool", "default": True},
    "unknown_call_state": {"type": "str", "choices": ["defer", "proceed"], "default": "defer"},
    "wait": {"type": "bool", "default": True},
    "flash_time": {"type": "float", "default": 600.0},
    "deadline": {"type": "float"},
    "snapshot": {"type": "bool", "default": False},
    "call_state": {"type": "str", "choices": ["idle", "in_call", "unknown"], "default": "unknown"},
    "model": {"type": "str"},
}


def wanted_versions(parameters: dict[str, Any]) -> dict[str | None, Version]:
    """The targets that the options name, by model; the only one for None is for every model. Raises InputError."""
    in_url = version_in_url(parameters["url"]) if parameters["url"] else None
    if parameters["version"]:
        version = Version.parse(parameters["version"])
        if in_url is not None and in_url != version:
            raise InputError(f"version is {version}, but the file name in url says {in_url}. Correct one of them.")
        return {None: version}
    if in_url is not None:
        return {None: in_url}
    if versions := versions_by_model(parameters["versions"], "versions"):
        return dict(versions.items())
    raise InputError("Give the version that is wanted, or versions by model, or a url whose file name holds it.")


def upgrade_phone(
    phone: LoadablePhone,
    parameters: dict[str, Any],
    check_mode: bool,
    *,
    now: Callable[[], float] = system_time,
    sleep: Callable[[float], None] = time.sleep,
) -> dict[str, Any]:
    """Bring one phone to a version, and read it back. Raises SnomError where nothing was sent that could change it."""
    wanted = wanted_versions(parameters)
    check_seconds(parameters, "flash_time", "deadline", least=0.001)
    started = now()
    assessment = assess(read_model(phone), _desired(wanted, parameters), read_more=partial(read_settings_too, phone))
    if assessment.problem is not None:
        raise assessment.problem
    facts, hops, notes = assessment.facts, assessment.hops, list(assessment.notes)
    if assessment.outcome is not None:
        return _result(facts, Ending(assessment.outcome, assessment.reason, facts.firmware), (), 0.0)
    for hop in hops:
        verify_image(hop, parameters["verify_image"])
    if check_mode:
        result = _result(facts, _planned(phone, facts, hops, parameters), hops, 0.0)
    else:
        result = _carry_out(phone, facts, hops, parameters, now, sleep, started)
    return result | ({"warnings": notes} if notes else {})


def _planned(phone: LoadablePhone, facts: PhoneFacts, hops: tuple[Hop, ...], parameters: dict[str, Any]) -> Ending:
    evidence = Evidence(first=Shown.of(facts))
    if parameters["only_when_idle"]:
        read: dict[str, Any] = {}
        reason = _reason_to_wait(phone, parameters, read)
        evidence = replace(evidence, call=(read["call_state"], read["call_state_source"]))
        if reason:
            return Ending(Outcome.DEFERRED, reason, facts.firmware, evidence=evidence)
    return Ending(Outcome.PLANNED, planned_way(facts.firmware, hops), facts.firmware, evidence=evidence)


def _carry_out(
    phone: LoadablePhone,
    facts: PhoneFacts,
    hops: tuple[Hop, ...],
    parameters: dict[str, Any],
    now: Callable[[], float],
    sleep: Callable[[float], None],
    started: float,
) -> dict[str, Any]:
    upgrade = _start(phone, facts, hops, parameters, now)
    while (delay := upgrade.step()) is not None:
        if upgrade.course.phase is Phase.STILL_UP and not parameters["wait"]:
            reason = f"Was asked to load {hops[0].version}; nobody looked whether it did."
            ending = Ending(Outcome.TRIGGERED, reason, facts.firmware, True, upgrade.course.evidence)
            return _result(facts, ending, hops, now() - started)
        if upgrade.course.path:
            # What the host variable said is as old as the image before.
            upgrade.course.known_call_state = None
        sleep(delay)
    result = _result(facts, expect(upgrade.ending), hops, now() - started, path=upgrade.course.path)
    return result | {"snapshot": upgrade.comparison.record}


def _desired(wanted: Mapping[str | None, Version], parameters: Mapping[str, Any]) -> Desired:
    return Desired(
        versions=wanted,
        option="versions",
        # The action plugin has resolved the user's file and passes on what a path to the target may need.
        catalog=Catalog(parse_images(parameters["catalog"] or [], "catalog")),
        **{name: parameters[name] for name in ("mac", "model", "mirror", "url", "allow_downgrade", "force")},
    )


def _reason_to_wait(phone: LoadablePhone, parameters: dict[str, Any], evidence: dict[str, Any]) -> str | None:
    return reason_to_wait(
        phone,
        known=parameters["call_state"],
        unknown_call_state=parameters["unknown_call_state"],
        evidence=evidence,
    )


def _start(
    phone: LoadablePhone, facts: PhoneFacts, hops: tuple[Hop, ...], parameters: dict[str, Any], now: Callable[[], float]
) -> Upgrade:
    taught = phone.connection.taught
    seconds = flash_time(taught, facts.model, facts.firmware, parameters["flash_time"])
    needs = (hop_need(hop.size, seconds) for hop in hops)
    deadlines = tuple(parameters["deadline"] or deadline_for(need) for need in needs)
    order = Order.of(
        facts,
        hops,
        deadlines,
        flash_time=seconds,
        unknown_call_state=parameters["unknown_call_state"],
        only_when_idle=parameters["only_when_idle"],
        snapshot=parameters["snapshot"],
        settings=facts.settings,
    )
    upgrade = Upgrade(order, phone, now=now)
    upgrade.course.known_call_state = parameters["call_state"]
    return upgrade


def _result(
    facts: PhoneFacts, ending: Ending, hops: tuple[Hop, ...], elapsed: float, *, path: list[str] | None = None
) -> dict[str, Any]:
    before, after = str(facts.firmware), str(ending.after) if ending.after else None
    planned = [str(hop.version) for hop in hops] if path is None else path
    changed = ending.outcome.is_change(asked=ending.triggered, loaded=bool(path))
    shown_after = hops[-1].version if ending.outcome.ahead else ending.after
    return {
        **settle(ending.outcome, ending.reason, changed=changed, evidence=ending.evidence.as_dict()),
        "before": before,
        "after": after,
        "path": planned,
        "elapsed": round(elapsed, 1),
        "snapshot": None,
        "diff": {"before": f"{before}\n", "after": f"{shown_after or before}\n"},
    }
