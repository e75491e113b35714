# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The step ``look``: what the phone shows, who contradicts, and what could be taught."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError, SnomError
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.tls_look import look_at_tls
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.forecast import forecast, forecast_by_sip
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.lessons import (
    lesson_for_phone,
    taught_result,
    unread_facts,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.look import (
    PBX,
    PERSON,
    Word,
    contradictions,
    verdicts,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.propose import propose_labels, without_label
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.saying import summary
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.seeing import Seen, Subject
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.spellings import (
    KINDS,
    candidates,
    confirmed,
    propose_registration,
    unconfirmed,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.step import Step, state_of


def do_look(run: Step) -> dict[str, Any]:
    """Look once, and weigh all that is said."""
    subject, parameters = run.subject, run.parameters
    lines = _lines(parameters)
    seen, words = run.see()
    notes = list(seen.notes)
    tls = None
    try:
        tls = look_at_tls(subject.connection)
    except SnomError as error:
        notes.append(f"TLS: {error.reason}")
    lessons, to_confirm = _proposal(run, seen, words, lines)
    taught = taught_result(subject, lessons)
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
    result["changed"] = run.write({state_of(words): seen.recorder.exchanges}, words, tls=tls)
    return result | {"summary": summary(result)}


def _forecast_by_sip(subject: Subject, words: Sequence[Word], parameters: Mapping[str, Any]) -> list[dict[str, str]]:
    by_pbx = {word.fact: word.value for word in words if word.source == PBX}
    version = by_pbx.get("version") or next((word.value for word in words if word.fact == "version"), None)
    is_named = subject.connection.mac is not None and subject.pbx is not None and subject.pbx.has_registrar
    is_listed = None if parameters["registrations"] is None else by_pbx.get("mac") == subject.connection.mac
    return forecast_by_sip(Version.parse(version) if version else None, is_found=is_listed if is_named else False)


def _proposal(
    run: Step, seen: Seen, words: Sequence[Word], lines: Mapping[int, bool]
) -> tuple[list[dict[str, Any]], list[str]]:
    """What could be taught, and sentences on what was seen and nobody has confirmed. lines are those of `_lines`."""
    known = unread_facts(seen, words)
    lesson = propose_labels(seen.texts, known)
    notes = without_label(seen.texts, known, lesson)
    if lines and seen.facts.identities is None:
        place = propose_registration([(seen.texts, lines)])
        lesson |= {} if place is None else {"registration": place}
        if place is None:
            notes.append("registration: no page shows states for these lines that read as you say.")
    found = candidates(seen.texts)
    if seen.facts.settings is not None:
        found["settings_page"] = []
    said = {kind: run.parameters[f"confirm_{kind}"] for kind in KINDS}
    spelled, unsure = confirmed(found, said)
    spelled_before = {text.lstrip("/") for one in run.subject.connection.taught for text in one.spellings.values()}
    new = {kind: [text for text in texts if text not in spelled_before] for kind, texts in found.items()}
    notes += unsure + unconfirmed(new, spelled)
    whole = lesson | spelled
    return ([lesson_for_phone(seen, words, whole)] if whole else []), notes


def _lines(parameters: Mapping[str, Any]) -> dict[int, bool]:
    """Which lines are registered, as the person says. Raises InputError for a line that is said to be both."""
    yes, no = (set(parameters[name] or ()) for name in ("registered_lines", "unregistered_lines"))
    if yes & no:
        raise InputError("registered_lines and unregistered_lines name the same line.")
    return {**dict.fromkeys(sorted(yes), True), **dict.fromkeys(sorted(no), False)}
