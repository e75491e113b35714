# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import Connection
from ansible_collections.telephony.snom.plugins.plugin_utils.interview import seeing


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
