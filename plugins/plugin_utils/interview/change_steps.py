# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps that a module does: what is read before and while it changes the phone, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import AuthFailed, LockedOut, SnomError
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.recorder import Recorded, firmware_in
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.web_phone import WebPhone
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.lessons import taught_lines, taught_result
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.look import PAGES, Word, refuse_contradiction
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.measure import (
    harmless_setting,
    measured,
    proposed,
    proven_restart,
    until_registered,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.step import Step
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.unsent import keep, take

CHANGES = ("reboot", "settings", "upgrade")
"""Steps that a module does between two readings."""


def prepare_change(run: Step) -> dict[str, Any]:
    """Look at the phone before a module changes it, or while it is changed; and choose what is harmless.

    Raises Refused where the person's word contradicts all others.
    """
    seen, words = run.see()
    step, moment, path = run.name, run.parameters["record"] or "before", run.parameters["profile"]
    if moment == "before":
        refuse_contradiction(words)
    chooses = step == "settings" and moment == "before"
    chosen = harmless_setting(seen.facts.settings, seen.facts.read_only_settings) if chooses else None
    # Where nothing is to be written, nothing is weighed that would take away what was kept.
    if path and step in CHANGES and (chosen or not chooses):
        keep(path, moment, seen.recorder.exchanges)
    if not chooses:
        return {"summary": [f"Read {len(seen.texts)} pages."]}
    line = (
        f"Will turn {chosen['name']} from {chosen['before']} to {chosen['other']}, and back."
        if chosen
        else "The phone shows none of the settings that can be tried without harm. Nothing is written."
    )
    return {"setting": chosen, "summary": [line]}


def weigh_change(run: Step) -> dict[str, Any]:
    """Say what came of a step that a module did, and make the profile of before and after."""
    step, ended, path = run.name, run.parameters["ended"], run.parameters["profile"]
    before = take(path, "before") if path else []
    during = take(path, "changed") if path else []
    problem: SnomError | None = None
    if step == "settings":
        found: dict[str, Any] = {"outcome": "not_taken" if _failed(ended) else "setting_taken"}
        result = _setting(ended)
    else:
        found = measured(step, ended)
        result, problem = _times(run, found)
    if not before:
        return result
    states: dict[str, Sequence[Recorded]] = {"idle": before}
    shows: dict[str, dict[str, Any]] = {}
    try:
        if isinstance(problem, (AuthFailed, LockedOut)):
            # To look again would send once more what was refused, and lock it for longer (protocol 2.3).
            raise problem
        seen, said = run.see()
    except SnomError as error:
        return result | {"summary": [*result["summary"], f"It left no profile: {error.reason}"]}
    if during and result.get("setting_taken") and ended.get("setting"):
        states["changed"] = during
        shows["changed"] = {"settings": {ended["setting"]["name"]: ended["setting"]["other"]}}
    if step != "settings" and proposed(step, found):
        states["after"] = seen.recorder.exchanges
        firmware = None if seen.facts.firmware is None else str(seen.facts.firmware)
        shows["after"] = {"restarted": True} | ({"firmware": firmware} if firmware and step == "upgrade" else {})
    # The version of a profile is that of its first state; the last word counts.
    version = firmware_in(before)
    words = [word for word in (*said, *seen.words) if word.fact != "version"]
    words += [] if version is None else [Word("version", str(version), PAGES, PAGES)]
    changed = run.write(states, words, measured={step: found} | found, shows=shows)
    return result | {"changed": changed, "profile": path}


def _failed(ended: Mapping[str, Any]) -> bool:
    """Whether a module failed: a playbook that goes on all the same has taken the word for that away."""
    return bool(ended.get("failed") or ended.get("msg"))


def _setting(ended: Mapping[str, Any]) -> dict[str, Any]:
    failed = _failed(ended)
    why = str(ended.get("reason") or ended.get("msg") or "")
    line = f"The setting was not taken: {why}" if failed else "The setting was written and read back, and put back."
    return {"setting_taken": not failed, "summary": [line]}


def _times(run: Step, found: dict[str, Any]) -> tuple[dict[str, Any], SnomError | None]:
    """How long it took, and why the phone could not be read for it; None where it could, or need not be."""
    step, ended = run.name, run.parameters["ended"]
    facts, problem = None, None
    if proposed(step, found):
        try:
            with closing(WebPhone(run.subject.connection)) as phone:
                facts = phone.look(["system"])

                def registered() -> bool | None:
                    lines = phone.look(["system"]).identities
                    known = [one.registered for one in lines or () if one.registered is not None]
                    return any(known) if known else None

                found["registered_after"] = until_registered(registered, 120.0, now=run.now, sleep=run.sleep)
        except SnomError as error:
            # What the module has measured is true all the same.
            problem = error
    advice = proposed(step, found)
    lesson: dict[str, Any] = {}
    if "flash_time" in advice:
        lesson["flash_time"] = advice["flash_time"]
    if spelled := proven_restart(step, ended):
        lesson["reboot"] = spelled
    model = None if facts is None else facts.model
    lessons = [({"models": [model]} if model else {}) | lesson] if lesson and facts is not None else []
    taught = taught_result(run.subject, lessons)
    lines = [f"{name}: {value}" for name, value in found.items()]
    lines += [f"Could be set: {name}: {value}" for name, value in advice.items()]
    lines += [f"Not read: {problem.reason}"] if problem else []
    lines += taught_lines(lessons)
    return {"measured": found, "proposed": advice, **taught, "summary": lines}, problem
