# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The interview of one phone, step by step. Each step says what it will send, and in check mode sends nothing.

What changes a phone is done by the modules for that; here only their results are weighed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.capture import EVENTS
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.change_steps import (
    CHANGES,
    prepare_change,
    weigh_change,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.look import words_of_person
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.look_step import do_look
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.profile import amend_profile
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.seeing import Subject
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.sends import STEPS, will_send
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.step import Step
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.trial_steps import do_capture, do_trial
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.trials import SAW, TRIALS
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.unsent import MOMENTS
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.watch_steps import do_call, do_registration

ARGUMENT_SPEC: dict[str, dict[str, Any]] = {
    "step": {"type": "str", "choices": list(STEPS), "default": "look"},
    "shown_version": {"type": "str"},
    "shown_mac": {"type": "str"},
    "shown_model": {"type": "str"},
    "shown_registered": {"type": "bool"},
    "in_call": {"type": "bool"},
    "registrations": {"type": "list", "elements": "dict"},
    "mirror_phones": {"type": "dict"},
    "profile": {"type": "path"},
    "keep_words": {"type": "list", "elements": "str"},
    "hide_words": {"type": "list", "elements": "str"},
    "watch": {"type": "float", "default": 90.0},
    "ended": {"type": "dict"},
    "record": {"type": "str", "choices": list(MOMENTS)},
    "mirror_lines": {"type": "list", "elements": "str"},
    "mirror_lines_before": {"type": "list", "elements": "str"},
    "registered_lines": {"type": "list", "elements": "int"},
    "unregistered_lines": {"type": "list", "elements": "int"},
    "confirm_reboot": {"type": "str"},
    "confirm_clear_lists": {"type": "str"},
    "confirm_settings_page": {"type": "str"},
    "capture_event": {"type": "str", "choices": list(EVENTS), "default": "check_sync"},
    "may_show": {"type": "bool", "default": False},
    # One of type str takes 71 for "71", which YAML makes of 0107.
    "number": {"type": "raw"},
    "csta_path": {"type": "str"},
    "saw": {"type": "str", "choices": list(SAW)},
}

DOES: dict[str, Callable[[Step], dict[str, Any]]] = {
    "look": do_look,
    "call": do_call,
    "registration": do_registration,
    "capture": do_capture,
    **dict.fromkeys(TRIALS, do_trial),
    **dict.fromkeys(CHANGES, weigh_change),
}
"""What does each step; of what a module does, what is left to do after it."""

_SHOWN = ("shown_version", "shown_mac", "shown_model", "shown_registered", "in_call")


def interview(
    subject: Subject,
    parameters: Mapping[str, Any],
    check_mode: bool,
    *,
    now: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> dict[str, Any]:
    """One step. Raises SnomError, before anything is written."""
    step, seconds = parameters["step"], parameters["watch"]
    if not 6 <= seconds <= 3600:
        raise InputError("watch must be between 6 and 3600 seconds.")
    if not isinstance(parameters["number"], (str, type(None))):
        raise InputError("number must be in quotes: without, zeros in front are lost.")
    person = words_of_person({name.removeprefix("shown_"): parameters[name] for name in _SHOWN})
    sends = will_send(step, seconds, parameters["capture_event"])
    if parameters["saw"] is not None:
        sends = f"{step} nothing: your word ({parameters['saw']}) is written into the profile of this step."
    result: dict[str, Any] = {"changed": False, "step": step, "will_send": sends}
    if check_mode:
        # Of a file that is there already nobody knows: how long each answer takes stands in it.
        return result | {"changed": parameters["profile"] is not None, "summary": [f"Would: {sends}"]}
    if parameters["saw"] is not None:
        return result | _word(step, parameters)
    run = Step(step, subject, parameters, person, now, sleep)
    if parameters["record"] is not None or (step in CHANGES and parameters["ended"] is None):
        return result | prepare_change(run)
    return result | DOES[step](run)


def _word(step: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Write down what the person saw, into the profile that the step has left. Raises InputError."""
    path, saw = parameters["profile"], parameters["saw"]
    if not path:
        raise InputError("What you saw is written into the profile of the step. Set snom_interview_dir as before.")
    changed = amend_profile(path, step, {"saw": saw})
    return {"changed": changed, "profile": path, "summary": [f"Written down for {step}: you saw {saw}."]}
