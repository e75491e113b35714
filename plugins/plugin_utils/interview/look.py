# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each witness says of a phone, and where they contradict each other or the person before it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError, WrongPhone
from ansible_collections.telephony.snom.plugins.module_utils._known.mac import normalize_mac
from ansible_collections.telephony.snom.plugins.module_utils._known.models import find_model
from ansible_collections.telephony.snom.plugins.module_utils._known.spelling import normal
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.module_utils._phone.call_reading import UNKNOWN, CallReading
from ansible_collections.telephony.snom.plugins.module_utils._phone.facts import PhoneFacts

FACTS = ("version", "mac", "model", "registered", "call")

PAGES, TAUGHT, PERSON, PBX, LOG, INVENTORY = "pages", "snom_taught", "person", "PBX", "mirror's log", "inventory"
SNMP = "SNMP"

_SURE = {
    PAGES: "the phone's own page",
    TAUGHT: "the phone's own page, by your word",
    PERSON: "your word",
    PBX: "what the phone told the PBX",
    SNMP: "the phone's SNMP agent",
    LOG: "what the phone told the mirror",
    INVENTORY: "what the inventory says",
}


@dataclass(frozen=True)
class Word:
    """What one witness says of one fact."""

    fact: str
    value: str
    source: str
    where: str

    @property
    def key(self) -> str:
        """The same for all spellings of its value."""
        return normal(self.value) if self.fact == "version" else self.value

    @property
    def sure(self) -> str:
        """How sure that is, in words."""
        return _SURE.get(self.source, self.source)


def words_of(facts: PhoneFacts) -> list[Word]:
    """What the phone's pages say; facts are those of one reading."""
    said = {
        "version": None if facts.firmware is None else str(facts.firmware),
        "mac": facts.mac,
        "model": facts.model,
        "registered": _registered(facts),
    }
    names = {"registered": "registration"}
    found = []
    for name, value in said.items():
        if value is not None:
            by = TAUGHT if names.get(name, name) in facts.taught else PAGES
            found.append(Word(name, value, by, "info.htm" if by == PAGES else TAUGHT))
    if facts.vendor_controller:
        found.append(Word("vendor_controller", "on", PAGES, "model and version"))
    return found


def _registered(facts: PhoneFacts) -> str | None:
    known = [one for one in facts.identities or () if one.registered is not None]
    return None if not known else ("yes" if any(one.registered for one in known) else "no")


def word_of_call(name: str, reading: CallReading) -> Word | None:
    """What a source says of calls; name is that of `CallSource`."""
    if reading.state == UNKNOWN:
        return None
    source = {"pbx": PBX, "counter": SNMP, "report": "the phone's report"}.get(name, PAGES)
    return Word("call", reading.state, source, reading.source or name)


def words_of_agents(entries: Iterable[Mapping[str, Any]], source: str) -> list[Word]:
    """What a PBX or a log says that the phone called itself. The newest entry is the last one."""
    found: dict[str, Word] = {}
    for entry in entries:
        for name, key in (("version", "firmware"), ("mac", "mac"), ("model", "model")):
            if entry.get(key):
                found[name] = Word(name, str(entry[key])[:60], source, source)
    return list(found.values())


def words_of_person(shown: Mapping[str, Any]) -> list[Word]:
    """What the person says: ``version``, ``mac``, ``model``, ``registered``, ``in_call``. Raises InputError."""
    found = [
        Word(name, _normal(name, str(shown[name])), PERSON, "the phone's display")
        for name in ("version", "mac", "model")
        if shown.get(name) is not None
    ]
    if shown.get("registered") is not None:
        found.append(Word("registered", "yes" if shown["registered"] else "no", PERSON, "the phone's display"))
    if shown.get("in_call") is not None:
        found.append(Word("call", "in_call" if shown["in_call"] else "idle", PERSON, "who stands before it"))
    return found


def _normal(name: str, value: str) -> str:
    try:
        if name == "version":
            return str(Version.parse(value))
        if name == "mac":
            return normalize_mac(value)
    except InputError as error:
        raise InputError(f"shown_{name}: {error.reason}") from None
    model = find_model(value)
    if model is None:
        raise InputError(f"shown_model is {value[:60]!r}, which is no model that this collection knows.")
    return model.name


def verdicts(words: Sequence[Word]) -> list[dict[str, Any]]:
    """For each fact: its value if all who know it agree, who says it, and what contradicts."""
    rows = []
    for fact in FACTS:
        said = [word for word in words if word.fact == fact]
        values = {word.key for word in said}
        rows.append(
            {
                "fact": fact,
                "value": said[0].value if len(values) == 1 else None,
                "verdict": "unknown" if not said else "agreed" if len(values) == 1 else "contradiction",
                "said": [
                    {"value": word.value, "source": word.source, "where": word.where, "sure": word.sure}
                    for word in said
                ],
            }
        )
    return rows


def refuse_contradiction(words: Sequence[Word]) -> None:
    """Raise WrongPhone where nobody says what the person says of version, MAC address or model: nothing is changed."""
    for fact in ("version", "mac", "model"):
        said = [word for word in words if word.fact == fact]
        persons = {word.key for word in said if word.source == PERSON}
        others = {word.key for word in said if word.source != PERSON}
        if persons and others and not persons & others:
            raise WrongPhone(f"{' '.join(contradictions(said))} Nothing was sent that changes anything.")


def contradictions(words: Sequence[Word]) -> list[str]:
    """One sentence for each fact on which witnesses differ."""
    sentences = []
    for fact in FACTS:
        said = [word for word in words if word.fact == fact]
        if len({word.key for word in said}) < 2:
            continue
        told = "; ".join(f"{word.where} says {word.value}" for word in said)
        persons = {word.key for word in said if word.source == PERSON}
        others = {word.key for word in said if word.source != PERSON}
        end = ""
        if persons and not persons & others:
            end = " Nobody else says what you say: is this the phone before you?"
        sentences.append(f"{fact}: {told}.{end}")
    return sentences
