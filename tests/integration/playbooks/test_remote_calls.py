# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Calls between virtual phones, each end of which a playbook controls."""

from __future__ import annotations

from typing import Any

import pytest

from .bench import Bench, phone, until
from .conftest import StartBench

EVENTS = ("outgoing", "incoming", "connected", "disconnected")


def play(hosts: str, **arguments: Any) -> dict[str, Any]:
    return {"hosts": hosts, "gather_facts": False, "tasks": [{"telephony.snom.snom_call": arguments}]}


def test_a_call_is_transferred_after_a_word_with_the_third(start: StartBench) -> None:
    """The vendor's example: B gives the call of A to C, in two tasks that take four steps."""
    bench = start(
        {
            "a": phone(identities=["201"]),
            "b": phone(
                "D785",
                "10.1.54.13",
                identities=["202"],
                settings={"call_join_xfer": "off"},
                call_shown_in=["gui", "home"],
            ),
            "c": phone("370", identities=["203"]),
        }
    )
    run = bench.play(
        [
            play("a", action="dial", number="202"),
            play("b", action="answer"),
            play("b", action="attended_transfer_start", number="203"),
            play("c", action="answer"),
            play("b", action="attended_transfer_complete"),
        ],
        rehearse=False,
    )
    assert run.code == 0, run.output
    assert [entry["target"] for entry in bench.fleet.log("b") if entry["write"]] == [
        "/command.htm?key=ENTER",
        "/command.htm?key=F_HOLD",
        "/command.htm?key=2,100,100;0,100,100;3,100,100",
        "/command.htm?key=ENTER",
        "/command.htm?key=TRANSFER",
        "/command.htm?key=ENTER",
    ]
    (left,) = bench.fleet.calls()
    assert {left[end]["phone"]: left[end]["state"] for end in ("from", "to")} == {"a": "in_call", "c": "in_call"}


@pytest.mark.slow
def test_a_caller_with_the_name_of_the_lock_out(start: StartBench) -> None:
    """Calls that withhold their number are often shown as "Blocked", the only word that is known of a locked phone."""
    withheld = {"state": "ringing", "remote": "Blocked"}
    bench = start(
        {
            "old": phone(firmware="7.3.14", call=withheld),
            "middle": phone("370", call=withheld, call_shown_in=["home"]),
            "silent": phone("720", "8.7.5.35", call=withheld, call_shown_in=[]),
            "new": phone("D785", "10.1.54.13", call=withheld),
        }
    )
    clear = {"telephony.snom.snom_call_list": {"lists": ["received"]}}
    run = bench.play(
        [
            play("phones", action="answer", unknown_call_state="proceed"),
            play("phones", action="hangup_all"),
            {"hosts": "phones", "gather_facts": False, "tasks": [clear]},
        ],
        rehearse=False,
    )
    assert run.code == 0, run.output
    for name in bench.hosts():
        assert states(bench, name) == ["in_call", "idle"]
        assert [entry["detail"] for entry in bench.fleet.log(name, event="list_cleared")] == ["received"]
    for name in bench.hosts():
        bench.fleet.patch(name, call=withheld)
    run = bench.play("telephony.snom.audit", variables={"snom_hosts": "phones"})
    assert run.code == 0, run.output
    assert {host: result.get("outcome") for host, result in run.results("snom_info").items()} == dict.fromkeys(
        bench.hosts()
    )


@pytest.mark.slow
def test_a_name_is_no_call_and_typing_need_not_be_one(start: StartBench) -> None:
    bench = start({"named": phone(identities=["holding"]), "typing": phone(identities=["201"])})
    typing = {"hosts": "typing", "gather_facts": False, "tasks": [{"telephony.snom.snom_key": {"keys": "47"}}]}
    run = bench.play(
        [play("named", action="dial", number="301"), typing, play("typing", action="hangup_all")],
        warns="somebody types a number",
        rehearse=False,
    )
    assert run.code == 0, run.output
    calls = run.results("snom_call")
    assert {host: (result["before"], result["after"]) for host, result in calls.items()} == {
        "named": ("idle", "calling"),
        "typing": ("dialing", "dialing"),
    }


def test_calls_and_lines_of_a_group_are_ended_by_name(start: StartBench) -> None:
    talks = {"call": {"state": "in_call", "remote": "301"}}
    bench = start({"desk": phone(**talks), "lift": phone(**talks, inventory={"snom_protected": True})})
    run = bench.play("telephony.snom.end_calls", variables={"snom_hosts": "phones"}, rehearse=False)
    assert run.code != 0 and "-e snom_confirm=phones" in run.output
    assert bench.fleet.counters()["requests"] == 0

    confirmed = {"snom_hosts": "phones", "snom_confirm": "phones"}
    # Whether the call would go on is not known.
    run = bench.play("telephony.snom.log_off", variables=confirmed, rehearse=False)
    assert (run.code, run.recap["desk"]) == (0, "ok") and "It was left alone." in run.output
    assert bench.fleet.phone("desk")["identities"] == {"100@pbx.example": True}
    run = bench.play("telephony.snom.end_calls", variables=confirmed, rehearse=True)
    assert (run.recap["desk"], run.recap["lift"]) == ("changed", "ok"), run.output
    assert [bench.fleet.phone(name)["call"] for name in ("desk", "lift")] == ["idle", "in_call"]
    run = bench.play("telephony.snom.log_off", variables=confirmed, rehearse=True)
    assert (run.recap["desk"], run.recap["lift"]) == ("changed", "ok"), run.output
    lines = [bench.fleet.phone(name)["identities"] for name in ("desk", "lift")]
    assert lines == [{"100@pbx.example": False}, {"100@pbx.example": True}]


def canary(start: StartBench, **keys: Any) -> Bench:
    """Two test phones that tell a listener of their calls, and a phone that is none."""
    listener = "http://127.0.0.1:9"
    urls = {f"action_{event}_url": f"{listener}/{event}?$local-$remote" for event in EVENTS}
    test = {"inventory": {"snom_test_phone": True}, "settings": urls}
    return start(
        {
            "caller": phone(identities=["201"], **test),
            "called": phone("D785", "10.1.54.13", identities=["202"], **test | keys),
            "other": phone(identities=["203"]),
        }
    )


def test_canary_call(start: StartBench) -> None:
    bench = canary(start)
    run = bench.play("telephony.snom.canary_call", variables={"snom_hosts": "phones"}, rehearse=True)
    assert run.code == 0, run.output
    assert states(bench, "caller") == ["calling", "in_call", "idle"]
    assert states(bench, "called") == ["ringing", "in_call", "idle"]
    # Both send at the same time.
    assert sorted(entry["phone"] for entry in bench.fleet.log(event="dtmf_received")) == ["called", "caller"]
    assert bench.fleet.phone("other")["requests"] == 0
    told = until(lambda: action_urls(bench), "both phones tell what happened")
    assert told["caller"] == ["outgoing", "connected", "disconnected"]
    assert told["called"] == ["incoming", "connected", "disconnected"]


@pytest.mark.slow
def test_canary_call_that_nobody_hears(start: StartBench) -> None:
    """It fails, and leaves no call behind."""
    bench = canary(start, unregistered=["202"])
    run = bench.play("telephony.snom.canary_call", variables={"snom_hosts": "phones", "snom_canary_tries": 1})
    assert run.code != 0
    assert run.recap["called"] == "failed"
    assert states(bench, "caller") == ["calling", "idle"]
    assert bench.fleet.calls() == []


def test_canary_call_that_was_never_dialed_ends_none(start: StartBench) -> None:
    """What is on a phone by then is somebody's own call."""
    bench = canary(start)
    bench.hosts()["called"]["snom_test_number"] = "112"
    run = bench.play("telephony.snom.canary_call", variables={"snom_hosts": "phones"}, rehearse=False)
    assert run.code != 0
    assert {host: result["outcome"] for host, result in run.results("snom_call").items()} == {"caller": "refused"}


def test_canary_call_needs_two_phones(start: StartBench) -> None:
    bench = start({"only": phone(inventory={"snom_test_phone": True})})
    run = bench.play("telephony.snom.canary_call", variables={"snom_hosts": "phones"}, rehearse=False)
    assert run.code != 0
    assert "needs two phones with snom_test_phone: true" in " ".join(run.output.split())


def states(bench: Bench, name: str) -> list[str]:
    return [entry["detail"] for entry in bench.fleet.log(name, event="call")]


def action_urls(bench: Bench) -> dict[str, list[str]] | None:
    """What the phones tried to tell their listener; None until they have told all of it."""
    told: dict[str, list[str]] = {"caller": [], "called": []}
    for entry in bench.fleet.log():
        if entry["event"] in ("action_url", "action_url_failed") and "/" in (entry["target"] or ""):
            told[entry["phone"]].append(entry["target"].rpartition("/")[2].partition("?")[0])
    return told if all(len(events) == 3 for events in told.values()) else None
