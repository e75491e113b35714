# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps that try what nobody has published, and ``capture``, which weighs the log of a mirror."""

from __future__ import annotations

from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.capture import captured, new_lines, told
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.channels import Heard
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.look import refuse_contradiction
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.step import Step, state_of
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.trials import (
    RELOADS,
    SAW,
    attempt,
    require_given,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.unsent import keep_heard, take_heard


def do_trial(run: Step) -> dict[str, Any]:
    """One of the first tests of what nobody has published."""
    require_given(run.name, run.subject, run.parameters)
    seen, words = run.see()
    refuse_contradiction(words)
    tried = attempt(run.name, run.subject, seen.facts, run.parameters, now=run.now, sleep=run.sleep)
    changed = run.write({state_of(words): seen.recorder.exchanges}, words, measured={run.name: tried.found})
    profile = run.parameters["profile"]
    asks = "What you saw at the phone: the same step with -e saw=" + ", ".join(SAW[:4]) + ", which sends nothing."
    return {
        "tried": tried.found,
        "profile": profile,
        "changed": changed,
        "summary": [*tried.lines, *([asks] if profile else [])],
    }


def do_capture(run: Step) -> dict[str, Any]:
    """Bring the event, where that is a document; or weigh what the mirror's log says that the phone did since."""
    parameters, event = run.parameters, run.parameters["capture_event"]
    if parameters["mirror_lines"] is None and parameters["ended"] is None and event in RELOADS:
        return _reload(run)
    if parameters["mirror_lines"] is None:
        raise InputError(
            "The step capture reads the mirror's log, by the phone's MAC address. Set snom_interview_mirror, "
            "snom_interview_mirror_logs and snom_mac."
        )
    lines = new_lines(parameters["mirror_lines_before"] or (), parameters["mirror_lines"])
    found = captured(lines, parameters["ended"], event)
    if parameters["profile"]:
        before = take_heard(parameters["profile"])
        # Of another event it was left by a run that was interrupted.
        run.subject.ear.add(before if event in RELOADS else Heard())
    seen, words = run.see()
    short = {name: value for name, value in found.items() if name != "requests"}
    changed = run.write({state_of(words): seen.recorder.exchanges}, words, measured={"capture": short}, lines=lines)
    more = ["What happened to a call meanwhile: the same step with -e saw=call_went_on or call_ended."]
    summary_lines = [*told(found), *(more if parameters["profile"] else [])]
    return {"captured": found, "profile": parameters["profile"], "changed": changed, "summary": summary_lines}


def _reload(run: Step) -> dict[str, Any]:
    step = f"reload_{run.parameters['capture_event']}"
    require_given(step, run.subject, run.parameters)
    seen, words = run.see()
    refuse_contradiction(words)
    tried = attempt(step, run.subject, seen.facts, run.parameters)
    if run.parameters["profile"]:
        # The profile is written by the run that reads the mirror's log.
        keep_heard(run.parameters["profile"], run.subject.ear.heard(()))
    return {"changed": True, "tried": tried.found, "summary": tried.lines}
