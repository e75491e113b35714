# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The interview of one phone, step by step. Each step says what it will send, and in check mode sends nothing.

What changes a phone is done by the modules for that; here only their results are weighed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError, SnomError
from ansible_collections.telephony.snom.plugins.module_utils._phone.call_reading import UNKNOWN, CallSource
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.client import HttpPhone
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.recorder import (
    ReadAgain,
    Recorded,
    Recorder,
    ends_all,
)
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.tls_look import look_at_tls
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.web_phone import WebPhone
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.forecast import forecast
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.look import (
    PAGES,
    PERSON,
    TAUGHT,
    Word,
    contradictions,
    verdicts,
    words_of_person,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.measure import (
    harmless_setting,
    measured,
    proposed,
    until_registered,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.propose import propose_labels
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.saying import summary, taught_yaml, write
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.seeing import Seen, Subject, others, see
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.sends import WATCHED_PAGES, will_send
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.watch import watch, weigh

ARGUMENT_SPEC: dict[str, dict[str, Any]] = {
    "step": {"type": "str", "choices": ["look", "call", "reboot", "settings", "upgrade"], "default": "look"},
    "shown_version": {"type": "str"},
    "shown_mac": {"type": "str"},
    "shown_model": {"type": "str"},
    "shown_registered": {"type": "bool"},
    "in_call": {"type": "bool"},
    "registrations": {"type": "list", "elements": "dict"},
    "mirror_phones": {"type": "dict"},
    "profile": {"type": "path"},
    "keep_words": {"type": "list", "elements": "str"},
    "watch": {"type": "float", "default": 90.0},
    "ended": {"type": "dict"},
}

_SHOWN = ("shown_version", "shown_mac", "shown_model", "shown_registered", "in_call")

_LARGEST_WATCHED = 64 * 1024


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
    person = words_of_person({name.removeprefix("shown_"): parameters[name] for name in _SHOWN})
    sends = will_send(step, seconds)
    result: dict[str, Any] = {"changed": False, "step": step, "will_send": sends}
    if check_mode:
        # Of a file that is there already nobody knows: how long each answer takes stands in it.
        return result | {"changed": parameters["profile"] is not None, "summary": [f"Would: {sends}"]}
    if step == "look":
        return result | _look(subject, parameters, person)
    if step == "call":
        return result | _call(subject, parameters, person, now, sleep)
    if step == "settings":
        return result | _settings(subject, parameters)
    return result | _measure(subject, parameters, now, sleep)


def _look(subject: Subject, parameters: Mapping[str, Any], person: list[Word]) -> dict[str, Any]:
    seen = see(subject)
    words = [*seen.words, *others(subject, seen, parameters), *person]
    notes = list(seen.notes)
    tls = None
    try:
        tls = look_at_tls(subject.connection)
    except SnomError as error:
        notes.append(f"TLS: {error.reason}")
    taught = _taught(subject, _proposal(seen, words))
    call_known = any(word.fact == "call" and word.source != PERSON for word in words)
    result: dict[str, Any] = {
        "pages": [{"path": page.path, "said": page.said} for page in seen.pages],
        "verdicts": verdicts(words),
        "contradictions": contradictions(words),
        "not_read": notes,
        "tls": tls,
        "forecast": forecast(seen.facts, mac=subject.connection.mac, call_known=call_known),
        **taught,
        "profile": parameters["profile"],
    }
    states = {_state(words): seen.recorder.exchanges}
    result["changed"] = write(subject, parameters, states, words, tls, taught["taught"])
    return result | {"summary": summary(result)}


def _state(words: Sequence[Word]) -> str:
    calls = {word.value for word in words if word.fact == "call"}
    return "in_call" if "in_call" in calls else "idle"


def _proposal(seen: Seen, words: Sequence[Word]) -> list[dict[str, Any]]:
    labels = _labels(seen, words)
    return [_for_phone(seen, words, labels)] if labels else []


def _labels(seen: Seen, words: Sequence[Word]) -> dict[str, Any]:
    """Labels of what the pages hold and nothing reads, if all who know it say the same."""
    read = {word.fact for word in seen.words if word.source in (PAGES, TAUGHT)}
    known = {}
    for fact in ("version", "mac", "model"):
        values = {word.value for word in words if word.fact == fact}
        if fact not in read and len(values) == 1:
            known[fact] = values.pop()
    return propose_labels(seen.texts, known)


def _taught(subject: Subject, lessons: list[dict[str, Any]]) -> dict[str, Any]:
    """What could be taught, and the whole of snom_taught with it."""
    whole = [*subject.taught, *lessons] if lessons else []
    return {"taught": lessons, "taught_yaml": "\n".join(["snom_taught:", *taught_yaml(whole), ""]) if whole else ""}


def _for_phone(seen: Seen, words: Sequence[Word], lesson: dict[str, Any]) -> dict[str, Any]:
    """A lesson for the model and the version of a phone, where readers can tell them."""
    said = {word.fact: word.value for word in (*words, *seen.words)}
    read = {word.fact for word in seen.words if word.source in (PAGES, TAUGHT)} | lesson.keys()
    if "model" in read:
        lesson = {"models": [said["model"]]} | lesson
    if "version" in read:
        lesson |= {"firmware": [".".join(said["version"].split(".")[:2])]}
    order = ("models", "firmware", "version", "mac", "model", "idle", "busy")
    return {key: lesson[key] for key in order if key in lesson}


def _call(
    subject: Subject,
    parameters: Mapping[str, Any],
    person: list[Word],
    now: Callable[[], float],
    sleep: Callable[[float], None],
) -> dict[str, Any]:
    seen = see(subject)
    small = {
        path: page for path, page in seen.texts.items() if len(page) <= _LARGEST_WATCHED and "settings" not in path
    }
    paths = list(small)[:WATCHED_PAGES]
    records: list[list[Recorded]] = []

    def look() -> tuple[dict[str, str], dict[str, str]]:
        states, pages, recorded = look_once(subject, paths)
        records.append(recorded)
        return states, pages

    looks = watch(look, parameters["watch"], now=now, sleep=sleep)
    found = weigh(looks, parameters["watch"])
    words = [*seen.words, *others(subject, seen, parameters), *person]
    own = {CallSource.SCREEN.value, CallSource.HOME.value} & set(found["tells"])
    texts = found["texts"] if not own and {"idle", "busy"} <= found["texts"].keys() else {}
    lessons = [_for_phone(seen, words, _labels(seen, words) | texts)] if texts else []
    busy = [record for record, one in zip(records, looks, strict=True) if "in_call" in one.states.values()]
    states = {"idle": seen.recorder.exchanges} | ({"in_call": busy[len(busy) // 2]} if busy else {})
    taught = _taught(subject, lessons)
    lines = [f"Looked {found['looks']} times. Told the call: {', '.join(found['tells']) or 'nobody'}."]
    for name, changes in found["changes"].items():
        lines.append(f"    {name}: " + ", ".join(f"{one['state']} at {one['seconds']:.0f} s" for one in changes))
    lines += _taught_lines(taught["taught"])
    changed = write(subject, parameters, states, words, None, lessons)
    return {"call": found, **taught, "profile": parameters["profile"], "changed": changed, "summary": lines}


def look_once(subject: Subject, paths: Sequence[str]) -> tuple[dict[str, str], dict[str, str], list[Recorded]]:
    """What each witness says of calls now, what pages show, and their bytes. Raises what ends an interview."""
    recorder, pages = Recorder(), dict[str, str]()
    client = HttpPhone(subject.connection, recorder)
    states: dict[str, str] = {}
    with closing(client):
        for path in paths:
            try:
                answer = client.get(path)
            except SnomError as error:
                if ends_all(error):
                    raise
                continue
            if answer.status == 200:
                pages[path] = answer.text
        again = ReadAgain(client, recorder.exchanges)
        phone = WebPhone(subject.connection, again, witnesses=subject.witnesses)
        for source in CallSource:
            try:
                reading = phone.call(source)
            except SnomError:
                continue
            if reading.state != UNKNOWN:
                states[source.value] = reading.state
    return states, pages, recorder.exchanges


def _settings(subject: Subject, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Choose a harmless setting; or, once it was written, say what came of it."""
    if parameters["ended"] is None:
        with closing(WebPhone(subject.connection)) as phone:
            facts = phone.look(["system", "settings"])
        chosen = harmless_setting(facts.settings, facts.read_only_settings)
        line = (
            f"Will turn {chosen['name']} from {chosen['before']} to {chosen['other']}, and back."
            if chosen
            else "The phone shows none of the settings that can be tried without harm. Nothing is written."
        )
        return {"setting": chosen, "summary": [line]}
    failed = bool(parameters["ended"].get("failed"))
    why = str(parameters["ended"].get("reason") or parameters["ended"].get("msg") or "")
    line = f"The setting was not taken: {why}" if failed else "The setting was written and read back, and put back."
    return {"setting_taken": not failed, "summary": [line]}


def _measure(
    subject: Subject, parameters: Mapping[str, Any], now: Callable[[], float], sleep: Callable[[float], None]
) -> dict[str, Any]:
    step = parameters["step"]
    if parameters["ended"] is None:
        raise InputError(f"ended is missing: the step {step} weighs a result. The playbook interview gives it.")
    found = measured(step, parameters["ended"])
    facts = None
    if proposed(step, found):
        with closing(WebPhone(subject.connection)) as phone:
            facts = phone.look(["system"])

            def registered() -> bool | None:
                lines = phone.look(["system"]).identities
                known = [one.registered for one in lines or () if one.registered is not None]
                return any(known) if known else None

            found["registered_after"] = until_registered(registered, 120.0, now=now, sleep=sleep)
    advice = proposed(step, found)
    lessons: list[dict[str, Any]] = []
    if "flash_time" in advice and facts is not None:
        lessons = [({"models": [facts.model]} if facts.model else {}) | {"flash_time": advice["flash_time"]}]
    taught = _taught(subject, lessons)
    lines = [f"{name}: {value}" for name, value in found.items()]
    lines += [f"Could be set: {name}: {value}" for name, value in advice.items()]
    return {"measured": found, "proposed": advice, **taught, "summary": [*lines, *_taught_lines(lessons)]}


def _taught_lines(lessons: Sequence[Mapping[str, Any]]) -> list[str]:
    return ["You could teach, as snom_taught:", *(f"    {line}" for line in taught_yaml(lessons))] if lessons else []
