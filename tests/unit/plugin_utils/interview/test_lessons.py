# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lessons, of what was seen without a phone."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import Connection
from ansible_collections.telephony.snom.plugins.module_utils._phone.facts import PhoneFacts
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.recorder import PageRead, Recorder
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.lessons import (
    labels_of,
    lesson_for_phone,
    taught_lines,
    taught_result,
    unread_facts,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.look import PAGES, PBX, PERSON, TAUGHT, Word
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.seeing import Seen, Subject

MODEL = Word("model", "D785", PAGES, "info.htm")
VERSION = Word("version", "10.1.54.13", PERSON, "the phone's display")
OTHER_VERSION = Word("version", "10.1.54.14", PBX, PBX)
PAGE = "<p>Release: 10.1.54.13</p>"
PLACE = {"page": "status.htm", "label": "Release"}


def seen(*words: Word) -> Seen:
    pages = [PageRead("/status.htm", PAGE, "200")]
    return Seen(recorder=Recorder(), pages=pages, facts=PhoneFacts(), words=words, notes=[])


@pytest.mark.parametrize(
    ("words", "known"),
    [
        ([VERSION], {"version": "10.1.54.13"}),
        ([VERSION, OTHER_VERSION], {}),
        ([Word("version", "10.1.54.13", TAUGHT, TAUGHT), VERSION], {}),
        ([Word("call", "idle", PERSON, "who stands before it")], {}),
    ],
    ids=["the person's", "two that differ", "taught already", "of calls"],
)
def test_only_what_nothing_reads_and_all_agree_on_is_looked_for(words: Sequence[Word], known: dict[str, str]) -> None:
    look = seen(*(word for word in words if word.source in (PAGES, TAUGHT)))
    assert unread_facts(look, words) == known
    assert labels_of(look, words) == ({"version": PLACE} if known else {})


def test_a_lesson_is_for_the_model_and_the_version_where_readers_can_tell_them() -> None:
    assert lesson_for_phone(seen(MODEL), [VERSION], {"reboot": "a.htm?b=c", "version": PLACE}) == {
        "models": ["D785"],
        "firmware": ["10.1"],
        "version": PLACE,
        "reboot": "a.htm?b=c",
    }
    # The person's word alone tells no reader which phone it is.
    assert lesson_for_phone(seen(), [VERSION], {"reboot": "a.htm?b=c"}) == {"reboot": "a.htm?b=c"}


def test_a_lesson_is_shown_with_those_before_it() -> None:
    phone = Subject(
        host="p", connection=Connection(address="127.0.0.1"), model=None, account=None, witnesses={}, taught=[{"a": 1}]
    )
    shown = taught_result(phone, [{"b": "x: y"}])
    assert shown == {"taught": [{"b": "x: y"}], "taught_yaml": 'snom_taught:\n- a: 1\n- b: "x: y"\n'}
    assert taught_result(phone, []) == {"taught": [], "taught_yaml": ""}
    assert taught_lines([{"b": 1}]) == ["You could teach, as snom_taught:", "    - b: 1"] and taught_lines([]) == []
