# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps ``call`` and ``registration``: the phone is looked at again and again while a person does something."""

from __future__ import annotations

from collections.abc import Sequence
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
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.web_phone import WebPhone
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.lessons import (
    labels_of,
    lesson_for_phone,
    taught_lines,
    taught_result,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.seeing import (
    Seen,
    Subject,
    accounts_at_pbx,
    lines_by_snmp,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.sends import WATCHED_PAGES
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.spellings import propose_registration
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.step import Step
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.watch import (
    A_LOG_OFF,
    REGISTERED,
    UNREGISTERED,
    log_off_in,
    watch,
    weigh,
)

_LARGEST_WATCHED = 64 * 1024


def do_call(run: Step) -> dict[str, Any]:
    """Watch a call that the person makes, and find who tells of it."""
    subject, seconds = run.subject, run.parameters["watch"]
    seen, words = run.see()
    paths = _watched(seen)
    records: list[list[Recorded]] = []

    def look() -> tuple[dict[str, str], dict[str, str]]:
        states, pages, recorded = look_once(subject, paths)
        records.append(recorded)
        return states, pages

    looks = watch(look, seconds, now=run.now, sleep=run.sleep)
    found = weigh(looks, seconds)
    own = {CallSource.SCREEN.value, CallSource.HOME.value} & set(found["tells"])
    texts = found["texts"] if not own and {"idle", "busy"} <= found["texts"].keys() else {}
    lessons = [lesson_for_phone(seen, words, labels_of(seen, words) | texts)] if texts else []
    busy = [record for record, one in zip(records, looks, strict=True) if "in_call" in one.states.values()]
    states = {"idle": seen.recorder.exchanges} | ({"in_call": busy[len(busy) // 2]} if busy else {})
    taught = taught_result(subject, lessons)
    lines = [f"Looked {found['looks']} times. Told the call: {', '.join(found['tells']) or 'nobody'}."]
    for name, changes in found["changes"].items():
        lines.append(f"    {name}: " + ", ".join(f"{one['state']} at {one['seconds']:.0f} s" for one in changes))
    lines += taught_lines(taught["taught"])
    changed = run.write(states, words)
    return {"call": found, **taught, "profile": run.parameters["profile"], "changed": changed, "summary": lines}


def _watched(seen: Seen) -> list[str]:
    """The paths of the pages that are looked at again and again: some small ones."""
    small = [path for path, page in seen.texts.items() if len(page) <= _LARGEST_WATCHED and "settings" not in path]
    return small[:WATCHED_PAGES]


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


def do_registration(run: Step) -> dict[str, Any]:
    """Watch a line that the person takes off and puts on again.

    When that is, the PBX tells, or the phone's SNMP agent, or else the schedule that was said.
    """
    subject, parameters = run.subject, run.parameters
    lines = parameters["registered_lines"] or [1]
    if len(lines) != 1:
        raise InputError("The step registration is for one line: registered_lines names it.")
    seen, words = run.see()
    paths = _watched(seen)
    records: list[list[Recorded]] = []
    counts = {"the PBX": accounts_at_pbx, "SNMP": lines_by_snmp}
    # One tells it: two that learn of it at different moments would contradict each other in between.
    teller, all_of_them = next(((name, all_of) for name in counts if (all_of := counts[name](subject))), (None, 0))

    def look() -> tuple[dict[str, str], dict[str, str]]:
        _states, pages, recorded = look_once(subject, paths)
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
    lessons = [lesson_for_phone(seen, words, labels_of(seen, words) | {"registration": place})] if place else []
    states = {"idle": seen.recorder.exchanges} | ({"unregistered": records[off[len(off) // 2]]} if off else {})
    taught = taught_result(subject, lessons)
    shows = {"unregistered": {"registered": False}} if off else {}
    read = "a page shows when the line is off" if place else "no page shows it so that it can be read"
    changed = run.write(states, words, shows=shows)
    summary_lines = [f"Looked {len(looks)} times, and was told by {told_by}: {read}.", *taught_lines(taught["taught"])]
    return {**taught, "profile": parameters["profile"], "changed": changed, "summary": summary_lines}
