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

EVENTS = {
    "in": "action_incoming_url",
    "out": "action_outgoing_url",
    "up": "action_connected_url",
    "down": "action_disconnected_url",
    "missed": "action_missed_url",
    "hold": "action_hold",
    "unhold": "action_unhold",
    "transfer": "action_transfer",
    "blind": "action_blind_transfer",
    "attended": "action_attended_transfer",
    "received": "action_received_attended_transfer",
}


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

    def connect(self, caller: str, number: str, callee: str) -> None:
        self.send(caller, f"number={number}")
        self.send(callee, "key=ENTER")

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


@pytest.fixture
def told(start_fleet: StartFleet, listener: Listener) -> Bench:
    """Three phones that tell the listener everything: who, what, and about whom."""
    settings = {
        setting: f"{listener.url}/$active_user&/{event}?of=$remote&at=$local&calls=$nr_ongoing_calls&id=$call-id"
        for event, setting in EVENTS.items()
    }
    return Bench(start_fleet, settings=settings)


def stories(listener: Listener, count: int) -> dict[str, list[str]]:
    """What was told, by the user of the phone, once there is so much of it."""
    until(lambda: len(listener.targets), lambda number: number == count)
    found: dict[str, list[str]] = {}
    for target in listener.targets:
        user, event = target.split("?")[0].strip("/").split("/")
        found.setdefault(user, []).append(event)
    return found


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
@pytest.mark.parametrize("who", ["a", "b"])
def test_either_end_ends_a_call_that_rings_or_is_up(bench: Bench, end: str, who: str) -> None:
    for answered in (False, True):
        bench.send("a", "number=200")
        if answered:
            bench.send("b", "key=ENTER")
        bench.send(who, end)
        assert bench.states() == "idle idle idle"
        assert bench.fleet.calls() == []


def test_a_whole_call_is_told_on_both_sides(told: Bench, listener: Listener) -> None:
    told.connect("a", "200", "b")
    told.send("a", "key=F_HOLD")
    assert told.states() == "holding in_call idle"
    told.send("a", "key=F_HOLD")
    told.send("b", "key=CANCEL")
    assert stories(listener, 8) == {"100": ["out", "up", "hold", "unhold", "down"], "200": ["in", "up", "down"]}
    assert set(listener.targets) >= {
        "/100/out?of=200%40pbx&at=100%40pbx&calls=1&id=1",
        "/200/in?of=100%40pbx&at=200%40pbx&calls=1&id=1",
        "/200/down?of=100%40pbx&at=200%40pbx&calls=0&id=1",
    }


def test_rejecting_tells_nobody_on_the_rejecting_phone(told: Bench, listener: Listener) -> None:
    told.send("a", "number=200")
    told.send("b", "key=CANCEL")
    told.send("b", "number=300")  # told after all that rejecting could tell
    assert stories(listener, 5) == {"100": ["out", "down"], "200": ["in", "out"], "300": ["in"]}
    lists = told.fleet.phone("b")["call_lists"]
    assert (lists["missed"], lists["received"]) == ([], ["100"])


def test_a_caller_who_gives_up_is_missed(told: Bench, listener: Listener) -> None:
    told.send("a", "number=200")
    told.send("a", "key=CANCEL")
    assert stories(listener, 5) == {"100": ["out", "down"], "200": ["in", "missed", "down"]}
    assert told.fleet.phone("b")["call_lists"] == {"missed": ["100"], "dialed": [], "received": []}


def test_tones_reach_the_other_side_of_an_active_call_only(bench: Bench) -> None:
    bench.send("a", "key_dtmf=9")
    bench.connect("a", "200", "b")
    bench.send("a", "key_dtmf=12%23")
    bench.send("b", "key=3,100,100;%2A")
    bench.send("b", "key=F_HOLD")
    bench.send("a", "key_dtmf=7")  # nobody listens
    bench.send("b", "key_dtmf=8")

    def details(name: str, event: str) -> list[str]:
        return [entry["detail"] for entry in bench.fleet.log(name, event=event)]

    assert (details("a", "dtmf"), details("b", "dtmf_received")) == (["12#", "7"], ["12#"])
    assert (details("b", "dtmf"), details("a", "dtmf_received")) == (["3", "*"], ["3", "*"])
    assert (details("a", "dtmf_ignored"), details("b", "dtmf_ignored")) == (["9"], ["8"])


def test_a_second_call_waits_and_holds_the_first(bench: Bench) -> None:
    bench.connect("a", "200", "b")
    bench.send("c", "number=200")
    assert bench.states() == "in_call ringing calling"
    bench.send("b", "key=ENTER")
    assert bench.calls() == ["100:in_call 200:holding", "300:in_call 200:in_call"]
    bench.send("b", "key=UP")  # to the other call
    bench.send("b", "key=F_HOLD")
    assert bench.calls() == ["100:in_call 200:in_call", "300:in_call 200:holding"]
    assert [call["remote"] for call in bench.fleet.phone("b")["calls"]] == ["300", "100"]
    bench.send("b", "RELEASE_ALL_CALLS")
    assert bench.states() == "idle idle idle"


@pytest.mark.parametrize("answered", [True, False])
def test_blind_transfer(told: Bench, listener: Listener, answered: bool) -> None:
    told.connect("a", "200", "b")
    told.send("b", "key=TRANSFER")
    assert b"State Transferring (15)\r\nTransfer to\r\n\r\n" in get(told.keys["b"], "/state_of_gui.htm")
    told.send("b", "key=3;0;0;ENTER")
    assert told.calls() == ["100:calling 300:ringing"]
    if answered:
        told.send("c", "key=ENTER")
        assert told.calls() == ["100:in_call 300:in_call"]
    found = stories(listener, 11 if answered else 9)
    assert found["200"] == ["in", "up", "transfer", "blind", "down"]
    assert found["100"] == ["out", "up", "out", "up"][: 4 if answered else 3]


def test_attended_transfer(told: Bench, listener: Listener) -> None:
    told.connect("a", "200", "b")
    told.send("b", "key=F_HOLD")
    told.send("b", "key=3;0;0")
    told.send("b", "key=ENTER")
    told.send("c", "key=ENTER")
    assert told.states() == "in_call in_call in_call"
    told.send("b", "key=TRANSFER")
    assert b"Transfer call?" in get(told.keys["b"], "/state_of_gui.htm")
    assert told.states() == "in_call in_call in_call"
    told.send("b", "key=ENTER")
    assert told.calls() == ["100:in_call 300:in_call"]
    assert told.fleet.phone("b")["calls"] == []
    found = stories(listener, 14)
    assert found["200"] == ["in", "up", "hold", "out", "up", "transfer", "attended", "down", "down"]
    assert found["100"] == ["out", "up", "received"]
    told.send("c", "key=CANCEL")
    assert told.states() == "idle idle idle"


def test_a_transfer_to_a_phone_that_still_rings(bench: Bench) -> None:
    bench.connect("a", "200", "b")
    bench.send("b", "number=300")
    assert bench.calls() == ["100:in_call 200:holding", "200:calling 300:ringing"]
    bench.send("b", "key=TRANSFER;ENTER")
    assert bench.calls() == ["100:calling 300:ringing"]
    bench.send("c", "key=ENTER")
    assert bench.calls() == ["100:in_call 300:in_call"]


def test_a_phone_that_asks_nothing_before_a_transfer(start_fleet: StartFleet) -> None:
    bench = Bench(start_fleet, transfer_confirm=False)
    bench.connect("a", "200", "b")
    bench.send("b", "key=F_HOLD;3;0;0;ENTER")
    bench.send("b", "key=TRANSFER")
    assert bench.calls() == ["100:calling 300:ringing"]


def test_call_join_on_xfer_shows_the_calls_on_hold_instead(start_fleet: StartFleet) -> None:
    bench = Bench(start_fleet, settings={"call_join_xfer": True})
    bench.connect("a", "200", "b")
    bench.send("b", "key=F_HOLD;3;0;0;ENTER")
    bench.send("c", "key=ENTER")
    bench.send("b", "key=TRANSFER")
    assert "Calls on Hold\r\n\u2192 100\r\n".encode() in get(bench.keys["b"], "/state_of_gui.htm")
    bench.send("b", "key=ENTER")
    assert bench.states() == "in_call in_call in_call"
    bench.send("b", "key=ENTER")
    assert bench.calls() == ["100:in_call 300:in_call"]


def test_transfer_dialing_can_be_attended(start_fleet: StartFleet) -> None:
    bench = Bench(start_fleet, settings={"transfer_dialing_on_transfer": "attended"})
    bench.connect("a", "200", "b")
    bench.send("b", "key=TRANSFER;3;0;0;ENTER")
    assert bench.calls() == ["100:in_call 200:holding", "200:calling 300:ringing"]


def test_somebody_outside_is_transferred_too(bench: Bench) -> None:
    bench.fleet.patch("b", call={"state": "in_call", "remote": "030123"})
    bench.send("b", "key=TRANSFER;3;0;0;ENTER")
    assert bench.calls() == ["030123:calling 300:ringing"]


def test_a_number_that_nobody_has_is_called_until_that_is_ended(bench: Bench) -> None:
    bench.send("a", "number=4711")
    assert bench.calls() == ["100:calling 4711:ringing"]
    assert bench.fleet.log("a", event="not_reached")[0]["detail"] == "4711: nobody has this number"
    bench.fleet.patch("a", call={"state": "in_call"})  # it is answered, by somebody outside
    assert bench.calls() == ["100:in_call 4711:in_call"]
    bench.send("a", "key=CANCEL")
    assert bench.states() == "idle idle idle"


@pytest.mark.parametrize("why", ["logged off", "caller logged off", "do not disturb", "no power", "other host"])
def test_who_cannot_be_reached_does_not_ring(bench: Bench, why: str) -> None:
    number = "200"
    match why:
        case "logged off":
            bench.send("b", "LOGOFFLINE=1")
        case "caller logged off":
            bench.send("a", "LOGOFFALL")
        case "do not disturb":
            bench.send("b", "key=DND")
        case "no power":
            bench.fleet.patch("b", running=False)
        case "other host":
            number = "200@elsewhere"
    bench.send("a", f"number={number}")
    assert bench.states() == "calling idle idle"


def test_a_phone_that_goes_down_ends_the_call_of_the_other(told: Bench, listener: Listener) -> None:
    told.connect("a", "200", "b")
    told.fleet.patch("a", running=False)
    assert told.states() == "idle idle idle"
    assert told.fleet.phone("a")["calls_cut"] == 1
    assert stories(listener, 5) == {"100": ["out", "up"], "200": ["in", "up", "down"]}


def test_the_identity_of_a_call_is_chosen(start_fleet: StartFleet) -> None:
    phone = phone_keys(name="p", identities=["1@x", "2@x"], settings={"active_line": "2"})
    fleet = start_fleet(phone, phone_keys(name="q", identities=["9"]))

    def caller(command: str) -> str | None:
        get(phone, f"/command.htm?{command}")
        found = [call["from"]["user"] for call in fleet.calls()]
        get(phone, "/command.htm?RELEASE_ALL_CALLS")
        return found[0] if found else None

    assert caller("number=9") == "2"
    assert caller("number=9&outgoing_uri=1%40x") == "1"
    assert caller("number=9&outgoing_uri=sip:1%40x") == "1"
    assert caller("number=9&outgoing_uri=3%40x") is None
    assert fleet.log("p", event="not_dialed")[0]["detail"] == "no identity 3@x"


def test_the_form_of_the_home_page_dials(bench: Bench) -> None:
    assert status(get(bench.keys["a"], "/index.htm?NUMBER:200")) == 302
    assert bench.states() == "calling ringing idle"


def test_a_patched_call_ends_a_real_one_and_a_call_may_have_its_time(bench: Bench) -> None:
    bench.send("a", "number=200")
    bench.fleet.patch("b", call={"state": "in_call"})
    assert bench.states() == "in_call in_call idle"
    bench.fleet.patch("b", call={"state": "idle"})
    assert bench.states() == "idle idle idle"
    bench.fleet.patch("b", call={"ends_after": 0.05})
    bench.send("a", "number=200")
    eventually(bench.fleet, "b", lambda state: state["call_lists"]["missed"] == ["100"])


@pytest.mark.parametrize(("works", "value"), [("0", "clear"), ("clear", "0"), ("both", "")])
def test_lists_show_on_the_home_page_and_are_cleared(start_fleet: StartFleet, works: str, value: str) -> None:
    phone = phone_keys(name="p", list_clear=works)
    fleet = start_fleet(phone)
    fleet.patch("p", call={"state": "ringing", "remote": "<31>"})
    get(phone, "/command.htm?key=ENTER")
    get(phone, "/command.htm?key=CANCEL")
    fleet.patch("p", call={"state": "ringing", "remote": "32"})
    fleet.patch("p", call={"state": "idle"})
    get(phone, "/command.htm?number=33")
    lists = {"missed": ["32"], "dialed": ["33"], "received": ["<31>"]}
    assert fleet.phone("p")["call_lists"] == lists
    page = get(phone, "/index.htm")
    for line in (b"Missed Calls (1)", b"<LI>32", b"Dialed Numbers (1)", b"<LI>33", b"<LI>&lt;31&gt;"):
        assert line in page
    for name in lists:
        get(phone, f"/index.htm?{name}del={value}")
        assert fleet.phone("p")["call_lists"][name] == lists[name]
        get(phone, f"/index.htm?{name}del={'0' if works == 'both' else works}")
        assert fleet.phone("p")["call_lists"][name] == []
    assert [entry["detail"] for entry in fleet.log("p", event="list_cleared")] == list(lists)
    assert b"Missed Calls (0)" in get(phone, "/index.htm")
