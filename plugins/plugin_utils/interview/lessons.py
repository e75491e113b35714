# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lessons for `snom_taught` of what was seen, for this model and version, and how they are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.telephony.snom.plugins.plugin_utils.interview.look import PAGES, TAUGHT, Word
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.propose import propose_labels
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.saying import taught_yaml
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.seeing import Seen, Subject
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.spellings import KINDS


def labels_of(seen: Seen, words: Sequence[Word]) -> dict[str, Any]:
    """Labels of what the pages hold and nothing reads."""
    return propose_labels(seen.texts, unread_facts(seen, words))


def unread_facts(seen: Seen, words: Sequence[Word]) -> dict[str, str]:
    """What nothing reads of the pages, where all who know it say the same."""
    read = {word.fact for word in seen.words if word.source in (PAGES, TAUGHT)}
    known = {}
    for fact in ("version", "mac", "model"):
        values = {word.value for word in words if word.fact == fact}
        if fact not in read and len(values) == 1:
            known[fact] = values.pop()
    return known


def taught_result(subject: Subject, lessons: list[dict[str, Any]]) -> dict[str, Any]:
    """What could be taught, and the whole of snom_taught with it."""
    whole = [*subject.taught, *lessons] if lessons else []
    return {"taught": lessons, "taught_yaml": "\n".join(["snom_taught:", *taught_yaml(whole), ""]) if whole else ""}


def taught_lines(lessons: Sequence[Mapping[str, Any]]) -> list[str]:
    """The same for people."""
    return ["You could teach, as snom_taught:", *(f"    {line}" for line in taught_yaml(lessons))] if lessons else []


def lesson_for_phone(seen: Seen, words: Sequence[Word], lesson: dict[str, Any]) -> dict[str, Any]:
    """A lesson for the model and the version of a phone, where readers can tell them."""
    said = {word.fact: word.value for word in (*words, *seen.words)}
    read = {word.fact for word in seen.words if word.source in (PAGES, TAUGHT)} | lesson.keys()
    if "model" in read:
        lesson = {"models": [said["model"]]} | lesson
    if "version" in read:
        lesson |= {"firmware": [".".join(said["version"].split(".")[:2])]}
    order = ("models", "firmware", "version", "mac", "model", "registration", "idle", "busy", *KINDS, "flash_time")
    return {key: lesson[key] for key in order if key in lesson}
