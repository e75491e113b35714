# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import (
    AnswerUnreadable,
    SnomError,
    Unsupported,
)
from ansible_collections.telephony.snom.plugins.module_utils._known.models import PHONE_MANAGER
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import Connection
from ansible_collections.telephony.snom.plugins.module_utils._phone.facts import PhoneFacts
from ansible_collections.telephony.snom.plugins.plugin_utils.interview import seeing
from ansible_collections.telephony.snom.tests.virtual_phones.running import VirtualFleet

from .talks import subject


def test_what_the_snmp_agent_says_is_a_witness(monkeypatch: pytest.MonkeyPatch) -> None:
    told: dict[int, Any] = {seeing.FIRMWARE: "snom 360-SIP 3.60d 113-m", seeing.REGISTRATIONS: 0}
    monkeypatch.setattr(seeing, "read_value", lambda _connection, number: told[number])
    phone = Connection(address="127.0.0.1", snmp=True)
    assert {(word.fact, word.value) for word in seeing.words_of_snmp(phone)} == {
        ("version", "3.60d"),
        ("model", "360"),
        ("registered", "no"),
    }
    assert seeing.words_of_snmp(Connection(address="127.0.0.1")) == []
    told |= {seeing.FIRMWARE: "\x1b[2J" * 5000, seeing.REGISTRATIONS: "many"}
    assert seeing.words_of_snmp(phone) == []


@pytest.mark.parametrize(
    ("error", "generation"),
    [
        (Unsupported("It has another kind of web server."), PHONE_MANAGER),
        # Whoever quotes a page may quote these words.
        (AnswerUnreadable("http://127.0.0.1: What it says of the Phone Manager can't be read."), None),
    ],
)
def test_the_generation_is_told_by_what_went_wrong_and_not_by_how_it_is_said(
    error: SnomError, generation: str | None, monkeypatch: pytest.MonkeyPatch, fleet: VirtualFleet
) -> None:
    def look(_phone: object, _gather: object) -> PhoneFacts:
        raise error

    monkeypatch.setattr(seeing.WebPhone, "look", look)
    seen = seeing.see(subject(fleet, "old"))
    assert (seen.facts.generation, seen.notes[0]) == (generation, error.reason)
