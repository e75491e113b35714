# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The interview of one phone, step by step. Each step says what it will send, and in check mode sends nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import SnomError
from ansible_collections.telephony.snom.plugins.module_utils._known.taught import Lesson
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import Connection
from ansible_collections.telephony.snom.plugins.module_utils._phone.phone import (
    SUBSETS,
    CallSource,
    PhoneFacts,
    Witness,
    check_identity,
)
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.client import HttpPhone
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.recorder import (
    KNOWN_PAGES,
    PageRead,
    ReadAgain,
    Recorder,
    read_pages,
)
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.tls_look import look_at_tls
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.web_phone import WebPhone
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.forecast import forecast
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.look import (
    INVENTORY,
    LOG,
    PBX,
    Word,
    contradictions,
    verdicts,
    word_of_call,
    words_of,
    words_of_agents,
    words_of_person,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.profile import make_profile, write_profile
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.propose import propose_labels
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.replacer import Replacer
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.vocabulary import WORDS

ARGUMENT_SPEC: dict[str, dict[str, Any]] = {
    "step": {"type": "str", "choices": ["look"], "default": "look"},
    "shown_version": {"type": "str"},
    "shown_mac": {"type": "str"},
    "shown_model": {"type": "str"},
    "shown_registered": {"type": "bool"},
    "in_call": {"type": "bool"},
    "registrations": {"type": "list", "elements": "dict"},
    "mirror_phones": {"type": "dict"},
    "profile": {"type": "path"},
    "keep_words": {"type": "list", "elements": "str"},
}

WILL_SEND = {
    "look": f"reads {len(KNOWN_PAGES)} known pages and those that they link, one after the other, and asks who else "
    "knows of its calls. It changes nothing. The PBX and the log are read, too, where they are named.",
}


@dataclass(frozen=True, kw_only=True)
class Subject:
    """The phone that is interviewed, as the inventory has it."""

    host: str
    connection: Connection
    model: str | None
    account: str | None
    witnesses: Mapping[CallSource, Witness]


def interview(subject: Subject, parameters: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    """One step. Raises SnomError, before anything is written."""
    step = parameters["step"]
    person = words_of_person({name.removeprefix("shown_"): parameters[name] for name in _SHOWN})
    sends = f"{step} {WILL_SEND[step]}"
    if check_mode:
        return {"changed": False, "step": step, "will_send": sends, "summary": [f"Would: {sends}"]}
    return {"step": step, "will_send": sends} | _look(subject, parameters, person)


_SHOWN = ("shown_version", "shown_mac", "shown_model", "shown_registered", "in_call")


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One look at all that a phone shows."""

    recorder: Recorder
    pages: Sequence[PageRead]
    facts: PhoneFacts
    words: Sequence[Word]
    notes: Sequence[str]
    """What could not be read, and why."""

    @property
    def texts(self) -> dict[str, str]:
        """The pages that could be read, by path."""
        return {page.path: page.text for page in self.pages if page.text is not None}


def see(subject: Subject) -> Seen:
    """Look once. Raises SnomError where the phone can't be read at all, or is another one."""
    connection, recorder = subject.connection, Recorder()
    pages = read_pages(connection, recorder, _taught_pages(connection.taught))
    client = HttpPhone(connection)
    notes = []
    words: list[Word] = []
    with closing(WebPhone(connection, ReadAgain(client, recorder.exchanges), witnesses=subject.witnesses)) as phone:
        try:
            facts = phone.look(SUBSETS)
        except SnomError as error:
            notes.append(error.reason)
            facts = PhoneFacts(generation="phone_manager" if "Phone Manager" in error.reason else None)
        check_identity(facts, mac=connection.mac if facts.mac else None, model=subject.model)
        words += words_of(facts)
        for source in CallSource:
            try:
                word = word_of_call(source.value, phone.call(source))
            except SnomError as error:
                notes.append(f"{source.value}: {error.reason}")
                continue
            words += [word] if word else []
    return Seen(recorder=recorder, pages=pages, facts=facts, words=words, notes=notes)


def _taught_pages(lessons: Sequence[Lesson]) -> tuple[str, ...]:
    places = [place.path for lesson in lessons for place in lesson.places.values()]
    return tuple(dict.fromkeys([*places, *(one.spellings.get("settings_page", "") for one in lessons)]))


def _look(subject: Subject, parameters: Mapping[str, Any], person: list[Word]) -> dict[str, Any]:
    seen = see(subject)
    words = [*seen.words, *_others(subject, seen, parameters), *person]
    notes = list(seen.notes)
    tls = None
    try:
        tls = look_at_tls(subject.connection)
    except SnomError as error:
        notes.append(f"TLS: {error.reason}")
    taught = _proposal(subject, seen, words)
    rows = verdicts(words)
    call_known = any(word.fact == "call" and word.source != "person" for word in words)
    result: dict[str, Any] = {
        "pages": [{"path": page.path, "said": page.said} for page in seen.pages],
        "verdicts": rows,
        "contradictions": contradictions(words),
        "not_read": notes,
        "tls": tls,
        "forecast": forecast(seen.facts, mac=subject.connection.mac, call_known=call_known),
        "taught": taught,
        "taught_yaml": "\n".join(["snom_taught:", *taught_yaml(taught), ""]) if taught else "",
        "profile": parameters["profile"],
    }
    result["changed"] = _write(subject, parameters, {_state(words): seen}, words, tls, taught)
    return result | {"summary": summary(result)}


def _others(subject: Subject, seen: Seen, parameters: Mapping[str, Any]) -> list[Word]:
    """What the PBX, the log and the inventory say."""
    mac = subject.connection.mac or seen.facts.mac
    entries = sorted(parameters["registrations"] or [], key=lambda one: one.get("expires") or 0)
    mine = [
        one
        for one in entries
        if (mac and one.get("mac") == mac) or (subject.account and one.get("account") == subject.account)
    ]
    words = words_of_agents(mine, PBX)
    if mine:
        words.append(Word("registered", "yes", PBX, PBX))
    log = (parameters["mirror_phones"] or {}).get(mac) if mac else None
    words += words_of_agents([{**log, "mac": mac}], LOG) if isinstance(log, Mapping) else []
    for fact, value in (("mac", subject.connection.mac), ("model", subject.model)):
        if value:
            words.append(Word(fact, value, INVENTORY, INVENTORY))
    return words


def _state(words: Sequence[Word]) -> str:
    calls = {word.value for word in words if word.fact == "call"}
    return "in_call" if "in_call" in calls else "idle"


def _proposal(subject: Subject, seen: Seen, words: Sequence[Word]) -> list[dict[str, Any]]:
    """What could be taught: labels of what the pages hold and nothing reads, if all who know it say the same."""
    read = {word.fact for word in seen.words}
    known = {}
    for fact in ("version", "mac", "model"):
        values = {word.value for word in words if word.fact == fact}
        if fact not in read and len(values) == 1:
            known[fact] = values.pop()
    lesson = propose_labels(seen.texts, known)
    if not lesson:
        return []
    said = {word.fact: word.value for word in (*words, *seen.words)}
    if "model" in lesson or "model" in read:
        lesson = {"models": [said["model"]]} | lesson
    if "version" in lesson or "version" in read:
        lesson |= {"firmware": [".".join(said["version"].split(".")[:2])]}
    order = ("models", "firmware", "version", "mac", "model")
    return [{key: lesson[key] for key in order if key in lesson}]


def _write(
    subject: Subject,
    parameters: Mapping[str, Any],
    states: Mapping[str, Seen],
    words: Sequence[Word],
    tls: Mapping[str, Any] | None,
    taught: Sequence[Mapping[str, Any]],
    measured: Mapping[str, Any] | None = None,
) -> bool:
    """Write the profile if one is wanted; whether its file changed."""
    if not parameters["profile"]:
        return False
    known = {word.fact: word.value for word in words if word.fact in ("model", "version", "mac")}
    replacer = replacer_for(subject, words, parameters["keep_words"] or [], taught)
    profile = make_profile(
        {name: seen.recorder.exchanges for name, seen in states.items()},
        replacer,
        model=known.get("model"),
        firmware=known.get("version"),
        mac=known.get("mac"),
        said=[{"fact": word.fact, "value": word.value, "source": word.source, "where": word.where} for word in words],
        tls=None if tls is None else {name: tls[name] for name in ("version", "cipher")},
        measured=measured,
    )
    return write_profile(profile, parameters["profile"])


def replacer_for(
    subject: Subject, words: Sequence[Word], keep: Sequence[str], taught: Sequence[Mapping[str, Any]]
) -> Replacer:
    """What takes out of a profile all that is about people."""
    connection = subject.connection
    places = [place for lesson in taught for place in lesson.values() if isinstance(place, Mapping)]
    labels = [text for place in places for key, text in place.items() if key != "page"]
    labels += [text for lesson in connection.taught for place in lesson.places.values() for text in place.words]
    names = [connection.password, connection.snmp_community, connection.username, subject.host, connection.host]
    names += [subject.account]
    secrets = [name for name in names if name and name.lower() not in WORDS | {"public"} and not _is_address(name)]
    return Replacer(
        macs={word.value for word in words if word.fact == "mac"},
        secrets=secrets,
        words=[*keep, *labels],
        versions={word.value for word in words if word.fact == "version"},
        model=next((word.value for word in words if word.fact == "model"), None),
    )


def _is_address(name: str) -> bool:
    return all(sign in "0123456789abcdefABCDEF.:%" for sign in name)


def taught_yaml(taught: Sequence[Mapping[str, Any]]) -> list[str]:
    """What could be taught, as lines of YAML: JSON is YAML, and needs no care for quotes."""
    lines = []
    for lesson in taught:
        for number, (key, value) in enumerate(lesson.items()):
            lines.append(f"{'  ' if number else '- '}{key}: {json.dumps(value, ensure_ascii=False)}")
    return lines


def summary(result: Mapping[str, Any]) -> list[str]:
    """The table for people."""
    lines = []
    for row in result["verdicts"]:
        lines.append(f"{row['fact']}: {row['value'] or row['verdict']}")
        lines += [f"    {said['value']}  ({said['where']}; {said['sure']})" for said in row["said"]]
    lines += [f"CONTRADICTION: {sentence}" for sentence in result["contradictions"]]
    lines += [f"Not read: {note}" for note in result["not_read"]]
    read = [page for page in result["pages"] if page["said"].startswith("200")]
    lines.append(f"Pages: {len(read)} of {len(result['pages'])} could be read.")
    if result["tls"]:
        lines.append(f"TLS: {result['tls']['version']}, {result['tls']['cipher']}")
    lines.append("What the modules will do:")
    lines += [f"    {row['module']}: {row['will']}. {row['why']}" for row in result["forecast"]]
    if result["taught"]:
        lines.append(
            "What you could teach stands in the result as taught, and in the file snom_taught.yml if one is written."
        )
    if result["profile"]:
        lines.append(f"Profile: {result['profile']}. Read it before you send it.")
    return lines
