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
from dataclasses import dataclass
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError, SnomError
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.module_utils._phone.call_reading import UNKNOWN, CallSource
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.client import HttpPhone
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.recorder import (
    ReadAgain,
    Recorded,
    Recorder,
    ends_all,
    firmware_in,
)
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.tls_look import look_at_tls
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.web_phone import WebPhone
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.capture import EVENTS, captured, new_lines, told
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.channels import Heard
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.forecast import forecast, forecast_by_sip
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.look import (
    PAGES,
    PBX,
    PERSON,
    TAUGHT,
    Word,
    contradictions,
    refuse_contradiction,
    verdicts,
    words_of_person,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.measure import (
    harmless_setting,
    measured,
    proposed,
    proven_restart,
    until_registered,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.profile import amend_profile
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.propose import propose_labels, without_label
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.saying import summary, taught_yaml, write
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.seeing import (
    Seen,
    Subject,
    accounts_at_pbx,
    lines_by_snmp,
    others,
    see,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.sends import STEPS, WATCHED_PAGES, will_send
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.spellings import (
    KINDS,
    candidates,
    confirmed,
    propose_registration,
    unconfirmed,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.trials import (
    RELOADS,
    SAW,
    TRIALS,
    attempt,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.unsent import (
    MOMENTS,
    keep,
    keep_heard,
    take,
    take_heard,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.watch import (
    A_LOG_OFF,
    REGISTERED,
    UNREGISTERED,
    log_off_in,
    watch,
    weigh,
)

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
    "number": {"type": "str"},
    "csta_path": {"type": "str"},
    "saw": {"type": "str", "choices": list(SAW)},
}

CHANGES = ("reboot", "settings", "upgrade")
"""Steps that a module does between two readings."""

_SHOWN = ("shown_version", "shown_mac", "shown_model", "shown_registered", "in_call")

_LARGEST_WATCHED = 64 * 1024


@dataclass(frozen=True)
class _Step:
    """One step at one phone, what the person says of it, and the clock by which it goes."""

    name: str
    subject: Subject
    parameters: Mapping[str, Any]
    person: Sequence[Word]
    now: Callable[[], float]
    sleep: Callable[[float], None]

    def see(self) -> tuple[Seen, list[Word]]:
        """A look at all that the phone shows, and what it and all others say. Raises as `see` does."""
        seen = see(self.subject)
        return seen, [*seen.words, *others(self.subject, seen, self.parameters), *self.person]

    def write(
        self,
        states: Mapping[str, Sequence[Recorded]],
        words: Sequence[Word],
        *,
        tls: Mapping[str, Any] | None = None,
        measured: Mapping[str, Any] | None = None,
        lines: Sequence[str] | None = None,
        shows: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> bool:
        """Write the profile; whether its file changed. lines are of the mirror's log, by default all that are given."""
        heard = self.subject.ear.heard((self.parameters["mirror_lines"] or ()) if lines is None else lines)
        return write(self.subject, self.parameters, states, words, tls, measured, heard, shows)


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
    sends = will_send(step, seconds, parameters["capture_event"])
    if parameters["saw"] is not None:
        sends = f"{step} nothing: your word ({parameters['saw']}) is written into the profile of this step."
    result: dict[str, Any] = {"changed": False, "step": step, "will_send": sends}
    if check_mode:
        # Of a file that is there already nobody knows: how long each answer takes stands in it.
        return result | {"changed": parameters["profile"] is not None, "summary": [f"Would: {sends}"]}
    if parameters["saw"] is not None:
        return result | _word(step, parameters)
    run = _Step(step, subject, parameters, person, now, sleep)
    if parameters["record"] is not None or (step in CHANGES and parameters["ended"] is None):
        return result | _prepare(run)
    others_than_trials = {"look": _look, "call": _call, "registration": _registration, "capture": _capture}
    do = _try if step in TRIALS else others_than_trials.get(step, _measure)
    return result | do(run)


def _word(step: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Write down what the person saw, into the profile that the step has left. Raises InputError."""
    path, saw = parameters["profile"], parameters["saw"]
    if not path:
        raise InputError("What you saw is written into the profile of the step. Set snom_interview_dir as before.")
    changed = amend_profile(path, step, {"saw": saw})
    return {"changed": changed, "profile": path, "summary": [f"Written down for {step}: you saw {saw}."]}


def _look(run: _Step) -> dict[str, Any]:
    subject, parameters = run.subject, run.parameters
    seen, words = run.see()
    notes = list(seen.notes)
    tls = None
    try:
        tls = look_at_tls(subject.connection)
    except SnomError as error:
        notes.append(f"TLS: {error.reason}")
    lessons, to_confirm = _proposal(run, seen, words)
    taught = _taught(subject, lessons)
    call_known = any(word.fact == "call" and word.source != PERSON for word in words)
    result: dict[str, Any] = {
        "pages": [{"path": page.path, "said": page.said} for page in seen.pages],
        "verdicts": verdicts(words),
        "contradictions": contradictions(words),
        "not_read": notes,
        "to_confirm": to_confirm,
        "tls": tls,
        "forecast": _forecast_by_sip(subject, words, parameters)
        if subject.by_sip
        else forecast(seen.facts, mac=subject.connection.mac, call_known=call_known),
        **taught,
        "profile": parameters["profile"],
    }
    result["changed"] = run.write({_state(words): seen.recorder.exchanges}, words, tls=tls)
    return result | {"summary": summary(result)}


def _forecast_by_sip(subject: Subject, words: Sequence[Word], parameters: Mapping[str, Any]) -> list[dict[str, str]]:
    by_pbx = {word.fact: word.value for word in words if word.source == PBX}
    version = by_pbx.get("version") or next((word.value for word in words if word.fact == "version"), None)
    is_named = subject.connection.mac is not None and subject.pbx is not None and subject.pbx.has_registrar
    is_listed = None if parameters["registrations"] is None else by_pbx.get("mac") == subject.connection.mac
    return forecast_by_sip(Version.parse(version) if version else None, is_found=is_listed if is_named else False)


def _state(words: Sequence[Word]) -> str:
    calls = {word.value for word in words if word.fact == "call"}
    return "in_call" if "in_call" in calls else "idle"


def _proposal(run: _Step, seen: Seen, words: Sequence[Word]) -> tuple[list[dict[str, Any]], list[str]]:
    """What could be taught, and sentences on what was seen and nobody has confirmed."""
    parameters = run.parameters
    known = _unread(seen, words)
    lesson = propose_labels(seen.texts, known)
    notes = without_label(seen.texts, known, lesson)
    lines = _lines(parameters)
    if lines and seen.facts.identities is None:
        place = propose_registration([(seen.texts, lines)])
        lesson |= {} if place is None else {"registration": place}
        if place is None:
            notes.append("registration: no page shows states for these lines that read as you say.")
    found = candidates(seen.texts)
    if seen.facts.settings is not None:
        found["settings_page"] = []
    said = {kind: parameters[f"confirm_{kind}"] for kind in KINDS}
    spelled, unsure = confirmed(found, said)
    spelled_before = {text.lstrip("/") for one in run.subject.connection.taught for text in one.spellings.values()}
    new = {kind: [text for text in texts if text not in spelled_before] for kind, texts in found.items()}
    notes += unsure + unconfirmed(new, spelled)
    whole = lesson | spelled
    return ([_for_phone(seen, words, whole)] if whole else []), notes


def _lines(parameters: Mapping[str, Any]) -> dict[int, bool]:
    """Which lines are registered, as the person says. Raises InputError for a line that is said to be both."""
    yes, no = (set(parameters[name] or ()) for name in ("registered_lines", "unregistered_lines"))
    if yes & no:
        raise InputError("registered_lines and unregistered_lines name the same line.")
    return {**dict.fromkeys(sorted(yes), True), **dict.fromkeys(sorted(no), False)}


def _labels(seen: Seen, words: Sequence[Word]) -> dict[str, Any]:
    """Labels of what the pages hold and nothing reads."""
    return propose_labels(seen.texts, _unread(seen, words))


def _unread(seen: Seen, words: Sequence[Word]) -> dict[str, str]:
    """What nothing reads of the pages, where all who know it say the same."""
    read = {word.fact for word in seen.words if word.source in (PAGES, TAUGHT)}
    known = {}
    for fact in ("version", "mac", "model"):
        values = {word.value for word in words if word.fact == fact}
        if fact not in read and len(values) == 1:
            known[fact] = values.pop()
    return known


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
    order = ("models", "firmware", "version", "mac", "model", "registration", "idle", "busy", *KINDS, "flash_time")
    return {key: lesson[key] for key in order if key in lesson}


def _call(run: _Step) -> dict[str, Any]:
    subject, seconds = run.subject, run.parameters["watch"]
    seen, words = run.see()
    small = {
        path: page for path, page in seen.texts.items() if len(page) <= _LARGEST_WATCHED and "settings" not in path
    }
    paths = list(small)[:WATCHED_PAGES]
    records: list[list[Recorded]] = []

    def look() -> tuple[dict[str, str], dict[str, str]]:
        states, pages, recorded = look_once(subject, paths)
        records.append(recorded)
        return states, pages

    looks = watch(look, seconds, now=run.now, sleep=run.sleep)
    found = weigh(looks, seconds)
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
    changed = run.write(states, words)
    return {"call": found, **taught, "profile": run.parameters["profile"], "changed": changed, "summary": lines}


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


def _registration(run: _Step) -> dict[str, Any]:
    """Watch a line that the person takes off and puts on again.

    When that is, the PBX tells, or the phone's SNMP agent, or else the schedule that was said.
    """
    subject, parameters = run.subject, run.parameters
    lines = parameters["registered_lines"] or [1]
    if len(lines) != 1:
        raise InputError("The step registration is for one line: registered_lines names it.")
    seen, words = run.see()
    paths = [path for path, page in seen.texts.items() if len(page) <= _LARGEST_WATCHED and "settings" not in path]
    records: list[list[Recorded]] = []
    counts = {"the PBX": accounts_at_pbx, "SNMP": lines_by_snmp}
    # One tells it: two that learn of it at different moments would contradict each other in between.
    teller, all_of_them = next(((name, all_of) for name in counts if (all_of := counts[name](subject))), (None, 0))

    def look() -> tuple[dict[str, str], dict[str, str]]:
        _states, pages, recorded = look_once(subject, paths[:WATCHED_PAGES])
        records.append(recorded)
        listed = counts[teller](subject) if teller else None
        if teller is None or listed is None:
            return {}, pages
        return {teller: REGISTERED if listed == all_of_them else UNREGISTERED}, pages

    seconds = parameters["watch"]
    looks = watch(look, seconds, now=run.now, sleep=run.sleep, story=A_LOG_OFF)
    on, off, told_by = log_off_in(looks, seconds)
    place = None
    if off and on:
        moments = ((on[0], True), (off[len(off) // 2], False), (on[-1], True))
        place = propose_registration([(looks[number].pages, {lines[0]: state}) for number, state in moments])
    lessons = [_for_phone(seen, words, _labels(seen, words) | {"registration": place})] if place else []
    states = {"idle": seen.recorder.exchanges} | ({"unregistered": records[off[len(off) // 2]]} if off else {})
    taught = _taught(subject, lessons)
    shows = {"unregistered": {"registered": False}} if off else {}
    read = "a page shows when the line is off" if place else "no page shows it so that it can be read"
    changed = run.write(states, words, shows=shows)
    summary_lines = [f"Looked {len(looks)} times, and was told by {told_by}: {read}.", *_taught_lines(taught["taught"])]
    return {**taught, "profile": parameters["profile"], "changed": changed, "summary": summary_lines}


def _try(run: _Step) -> dict[str, Any]:
    """One of the first tests of what nobody has published."""
    seen, words = run.see()
    refuse_contradiction(words)
    tried = attempt(run.name, run.subject, seen.facts, run.parameters, now=run.now, sleep=run.sleep)
    changed = run.write({_state(words): seen.recorder.exchanges}, words, measured={run.name: tried.found})
    profile = run.parameters["profile"]
    asks = "What you saw at the phone: the same step with -e saw=" + ", ".join(SAW[:4]) + ", which sends nothing."
    return {
        "tried": tried.found,
        "profile": profile,
        "changed": changed,
        "summary": [*tried.lines, *([asks] if profile else [])],
    }


def _capture(run: _Step) -> dict[str, Any]:
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
    changed = run.write({_state(words): seen.recorder.exchanges}, words, measured={"capture": short}, lines=lines)
    more = ["What happened to a call meanwhile: the same step with -e saw=call_went_on or call_ended."]
    summary_lines = [*told(found), *(more if parameters["profile"] else [])]
    return {"captured": found, "profile": parameters["profile"], "changed": changed, "summary": summary_lines}


def _reload(run: _Step) -> dict[str, Any]:
    seen, words = run.see()
    refuse_contradiction(words)
    tried = attempt(f"reload_{run.parameters['capture_event']}", run.subject, seen.facts, run.parameters)
    if run.parameters["profile"]:
        # The profile is written by the run that reads the mirror's log.
        keep_heard(run.parameters["profile"], run.subject.ear.heard(()))
    return {"changed": True, "tried": tried.found, "summary": tried.lines}


def _prepare(run: _Step) -> dict[str, Any]:
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


def _measure(run: _Step) -> dict[str, Any]:
    """Say what came of a step that a module did, and make the profile of before and after."""
    step, ended, path = run.name, run.parameters["ended"], run.parameters["profile"]
    before = take(path, "before") if path else []
    during = take(path, "changed") if path else []
    if step == "settings":
        found: dict[str, Any] = {"outcome": "not_taken" if _failed(ended) else "setting_taken"}
        result = _setting(ended)
    else:
        found = measured(step, ended)
        result = _times(run, found)
    if not before:
        return result
    states: dict[str, Sequence[Recorded]] = {"idle": before}
    shows: dict[str, dict[str, Any]] = {}
    try:
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


def _times(run: _Step, found: dict[str, Any]) -> dict[str, Any]:
    step, ended = run.name, run.parameters["ended"]
    facts = None
    if proposed(step, found):
        with closing(WebPhone(run.subject.connection)) as phone:
            facts = phone.look(["system"])

            def registered() -> bool | None:
                lines = phone.look(["system"]).identities
                known = [one.registered for one in lines or () if one.registered is not None]
                return any(known) if known else None

            found["registered_after"] = until_registered(registered, 120.0, now=run.now, sleep=run.sleep)
    advice = proposed(step, found)
    lesson: dict[str, Any] = {}
    if "flash_time" in advice:
        lesson["flash_time"] = advice["flash_time"]
    if spelled := proven_restart(step, ended):
        lesson["reboot"] = spelled
    model = None if facts is None else facts.model
    lessons = [({"models": [model]} if model else {}) | lesson] if lesson and facts is not None else []
    taught = _taught(run.subject, lessons)
    lines = [f"{name}: {value}" for name, value in found.items()]
    lines += [f"Could be set: {name}: {value}" for name, value in advice.items()]
    return {"measured": found, "proposed": advice, **taught, "summary": [*lines, *_taught_lines(lessons)]}


def _taught_lines(lessons: Sequence[Mapping[str, Any]]) -> list[str]:
    return ["You could teach, as snom_taught:", *(f"    {line}" for line in taught_yaml(lessons))] if lessons else []
