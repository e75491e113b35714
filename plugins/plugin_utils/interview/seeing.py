# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One look at all that a phone shows, and what others say of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import SnomError, Unsupported
from ansible_collections.telephony.snom.plugins.module_utils._known.models import PHONE_MANAGER
from ansible_collections.telephony.snom.plugins.module_utils._known.taught import Lesson
from ansible_collections.telephony.snom.plugins.module_utils._pbx.contacts import numeric
from ansible_collections.telephony.snom.plugins.module_utils._pbx.kinds import open_pbx
from ansible_collections.telephony.snom.plugins.module_utils._pbx.settings import PbxSettings
from ansible_collections.telephony.snom.plugins.module_utils._phone.call_reading import CallSource
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import Connection
from ansible_collections.telephony.snom.plugins.module_utils._phone.facts import SUBSETS, PhoneFacts, check_identity
from ansible_collections.telephony.snom.plugins.module_utils._phone.phone import Witness
from ansible_collections.telephony.snom.plugins.module_utils._phone.report import Collector
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.client import HttpPhone
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.pages import read_system
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.recorder import (
    PageRead,
    ReadAgain,
    Recorder,
    read_pages,
)
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.snmp import (
    FIRMWARE,
    REGISTRATIONS,
    read_value,
)
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.web_phone import WebPhone
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.channels import Heard
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.look import (
    INVENTORY,
    LOG,
    PBX,
    SNMP,
    Word,
    word_of_call,
    words_of,
    words_of_agents,
)


@dataclass
class Ear:
    """What came past the phone's web server meanwhile."""

    sip: list[tuple[bool, bytes]] = field(default_factory=list)
    reports: list[bytes] = field(default_factory=list)
    documents: list[str] = field(default_factory=list)

    def add(self, before: Heard) -> None:
        """What came in a run before this one."""
        self.sip[:0], self.reports[:0], self.documents[:0] = before.sip, before.reports, before.documents

    def heard(self, lines: Sequence[str]) -> Heard:
        """All of it, with lines of the mirror's log."""
        return Heard(sip=tuple(self.sip), log=lines, reports=tuple(self.reports), documents=tuple(self.documents))


@dataclass(frozen=True, kw_only=True)
class Subject:
    """The phone that is interviewed, as the inventory has it."""

    host: str
    connection: Connection
    model: str | None
    account: str | None
    witnesses: Mapping[CallSource, Witness]
    taught: Sequence[Mapping[str, Any]] = ()
    """snom_taught as it stands there."""
    pbx: PbxSettings | None = None
    collector: Collector | None = None
    protected: bool = False
    by_sip: bool = False
    """Whether its commands go by its PBX. Its pages are read over HTTP all the same."""
    ear: Ear = field(default_factory=Ear)

    @property
    def address(self) -> str:
        """Its IP address; its name where that has none."""
        return numeric(self.connection.address)


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
            # Of reading alone this is what says so, as in read_info.
            facts = PhoneFacts(generation=PHONE_MANAGER if isinstance(error, Unsupported) else None)
        check_identity(facts, mac=connection.mac if facts.mac else None, model=subject.model)
        words += words_of(facts)
        try:
            words += words_of_snmp(connection)
        except SnomError as error:
            notes.append(error.reason)
        for source in CallSource:
            try:
                word = word_of_call(source.value, phone.call(source))
            except SnomError as error:
                notes.append(f"{source.value}: {error.reason}")
                continue
            words += [word] if word else []
    return Seen(recorder=recorder, pages=pages, facts=facts, words=words, notes=notes)


def words_of_snmp(connection: Connection) -> list[Word]:
    """What the phone's SNMP agent says: text such as ``snom 360-SIP 3.60d 113-m``, and registrations (protocol 4.3)."""
    if not connection.snmp:
        return []
    told = read_value(connection, FIRMWARE)
    system = read_system(f"{str(told)[:200]} " if told is not None else "")
    said = {"version": system.firmware and str(system.firmware), "model": system.model}
    count = read_value(connection, REGISTRATIONS)
    if count is not None and str(count).isdecimal():
        said["registered"] = "yes" if str(count).strip("0") else "no"
    return [Word(fact, value, SNMP, SNMP) for fact, value in said.items() if value]


def _taught_pages(lessons: Sequence[Lesson]) -> tuple[str, ...]:
    places = [place.path for lesson in lessons for place in lesson.places.values()]
    return tuple(dict.fromkeys([*places, *(one.spellings.get("settings_page", "") for one in lessons)]))


def accounts_at_pbx(subject: Subject) -> int | None:
    """With how many accounts its PBX lists the phone now; None where that does not tell it."""
    settings, mac = subject.pbx, subject.connection.mac
    if settings is None or not settings.has_registrar or not (mac or subject.account):
        return None
    try:
        with closing(open_pbx(settings)) as pbx:
            listed = pbx.registrations()
    except SnomError:
        return None
    own = {
        one.account for one in listed if one.account == subject.account or (mac and one.agent and one.agent.mac == mac)
    }
    return len(own)


def lines_by_snmp(subject: Subject) -> int | None:
    """How many of its lines are registered now, by its SNMP agent (protocol 4.3); None where that does not tell it."""
    if not subject.connection.snmp:
        return None
    try:
        told = read_value(subject.connection, REGISTRATIONS)
    except SnomError:
        return None
    return int(str(told)) if told is not None and str(told).isdecimal() else None


def others(subject: Subject, seen: Seen, parameters: Mapping[str, Any]) -> list[Word]:
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
