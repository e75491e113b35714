# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Virtual phones that call each other: both parties' states, transfers, lists and what others are told."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.telephony.snom.tests.unit.virtual_phones.client import (
    Listener,
    eventually,
    get,
    phone_keys,
    status,
    until,
)
from ansible_collections.telephony.snom.tests.unit.virtual_phones.conftest import StartFleet
from ansible_collections.telephony.snom.tests.virtual_phones.running import VirtualFleet

TOLD = (
    *("action_incoming_url", "action_outgoing_url", "action_connected_url", "action_disconnected_url"),
    *("action_missed_url", "action_hold", "action_unhold", "action_transfer", "action_blind_transfer"),
    *("action_attended_transfer", "action_received_attended_transfer"),
)


class Bench:
    """Three phones with the numbers 100, 200 and 300, called by their first letter."""

    def __init__(self, start_fleet: StartFleet, **keys: Any) -> None:
        self.keys = {
            name: phone_keys(name=name, identities=[f"{number}@pbx"], **keys)
            for name, number in (("a", "100"), ("b", "200"), ("c", "300"))
        }
        self.fleet: VirtualFleet = start_fleet(*self.keys.values())

    def send(self, name: str, command: str) -> None:
        assert status(get(self.keys[name], f"/command.htm?{command}")) in (200, 302)

    def states(self) -> str:
        return " ".join(str(self.fleet.phone(name)["call"]) for name in self.keys)

    def calls(self) -> list[str]:
        return [
            " ".join(f"{call[end]['user']}:{call[end]['state']}" for end in ("from", "to"))
            for call in self.fleet.calls()
        ]


@pytest.fixture
def bench(start_fleet: StartFleet) -> Bench:
    return Bench(start_fleet)


@pytest.mark.parametrize(
    "command", ["number=200", "number=sip:200@pbx", "key=2;0;0;ENTER", "key=OFFHOOK;2;0;0;OFFHOOK"]
)
def test_a_number_rings_the_phone_that_has_it(bench: Bench, command: str) -> None:
    bench.send("a", command)
    assert bench.states() == "calling ringing idle"
    (call,) = bench.fleet.calls()
    assert call == {
        "number": 1,
        "from": {"phone": "a", "user": "100", "state": "calling"},
        "to": {"phone": "b", "user": "200", "state": "ringing"},
    }
    entries = [(entry["phone"], entry["detail"], entry["call"]) for entry in bench.fleet.log(event="call")]
    assert entries == [
        ("a", "calling", {"number": 1, "from": "100", "to": "200", "state": "calling"}),
        ("b", "ringing", {"number": 1, "from": "100", "to": "200", "state": "ringing"}),
    ]


@pytest.mark.parametrize("key", ["ENTER", "OFFHOOK", "HEADSET", "SPEAKER"])
def test_a_call_is_answered(bench: Bench, key: str) -> None:
    bench.send("a", "number=200")
    bench.send("b", f"key={key}")
    assert bench.states() == "in_call in_call idle"


@pytest.mark.parametrize("end", ["key=CANCEL", "key=ONHOOK", "RELEASE_ALL_CALLS"])
@pytest.mark.parametrize(("answered", "who"), [(False, "a"), (False, "b"), (True, "a"), (True, "b")])
def test_both_ends_end(bench: Bench, end: str, answered: bool, who: str) -> None:
    bench.send("a", "number=200")
    if answered:
        bench.send("b", "key=ENTER")
    bench.send(who, end)
    assert bench.states() == "idle idle idle"
    assert bench.fleet.calls() == []
