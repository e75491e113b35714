# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who else knows of a phone's calls, and what their word is worth."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import AnswerLost, InputError, PbxFailed
from ansible_collections.telephony.snom.plugins.module_utils._pbx.settings import PbxSettings
from ansible_collections.telephony.snom.plugins.module_utils._phone.call_reading import CallReading, CallSource
from ansible_collections.telephony.snom.plugins.module_utils._phone.call_state import read_call_state, reason_to_wait
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import Connection
from ansible_collections.telephony.snom.plugins.module_utils._phone.report import (
    Report,
    callbacks_document,
    read_report,
    report_document,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.witnesses.collector import CollectorSettings
from ansible_collections.telephony.snom.plugins.plugin_utils.witnesses.witnesses import Known, Witnesses
from ansible_collections.telephony.snom.tests.unit.phones import MemoryPhone

PBX = PbxSettings(kind="asterisk", host="pbx.example", username="u", password="p")
COLLECTOR = CollectorSettings(url="http://192.0.2.10:8099", address="192.0.2.10", port=8099)
MAC = "000413922D24"
AGENT = f"Mozilla/4.0 (compatible; snomD785-SIP 10.1.169.16 {MAC})"
IDLE = f"told/calls=0&state=Idle&mac={MAC}"


class Calls:
    """A PBX that says one state of everybody, and notes whom it was asked for."""

    shown = "the PBX pbx.example"

    def __init__(self, state: str | Exception) -> None:
        self.state = state
        self.asked: list[tuple[str | None, str | None, str]] = []

    def state_of(self, *, account: str | None, mac: str | None, address: str) -> str:
        self.asked.append((account, mac, address))
        if isinstance(self.state, Exception):
            raise self.state
        return self.state


class Listener:
    """A collector that gets these reports, one after the other, once the phone was told where."""

    has_documents = True

    def __init__(self, *reports: Report | None, taken: bool = False) -> None:
        self.reports = list(reports)
        self.taken = taken
        self.closed = False
        self.asked: list[tuple[str, Any]] = []

    def open(self) -> None:
        if self.taken:
            raise InputError("snom_collector: nothing can listen there.")

    def close(self) -> None:
        self.closed = True

    def ask(
        self,
        address: str,
        deliver: Callable[[str, str], None],
        *,
        document: Callable[[str, str], str] = report_document,
    ) -> Report | None:
        self.asked.append((address, document))
        url = "http://192.0.2.10:8099/token"
        deliver(url, document(url, "token"))
        return self.reports.pop(0) if self.reports else None


def phone(calls: Calls | None = None, listener: Listener | None = None, **attributes: Any) -> MemoryPhone:
    """A phone with these witnesses."""
    witnesses = Witnesses(calls=lambda settings: calls, collector=lambda settings: listener)  # type: ignore[arg-type, return-value]
    known = Known(pbx=PBX if calls else None, account="401", collector=COLLECTOR if listener else None)
    of = witnesses.of(known, mac=MAC, address="127.0.0.1")
    return MemoryPhone(witnesses=of, **{"firmware": "10.1.169.16", **attributes})


@pytest.mark.parametrize(("state", "phase", "requests"), [("idle", "unknown", ["screen"]), ("in_call", "idle", [])])
def test_the_pbx_comes_before_what_the_phone_shows(state: str, phase: str, requests: list[str]) -> None:
    calls = Calls(state)
    asked = phone(calls, counter=1, phases=[phase])
    assert read_call_state(asked) == (state, "the PBX pbx.example")
    assert calls.asked == [("401", MAC, "127.0.0.1")]
    assert asked.requests == requests


def test_a_call_that_the_phone_shows_comes_before_the_pbx() -> None:
    assert read_call_state(phone(Calls("idle"), counter=0, phases=["connected"])) == ("in_call", "screen")


def test_what_the_inventory_says_of_the_state_comes_before_the_pbx() -> None:
    calls = Calls("in_call")
    assert read_call_state(phone(calls), known="idle")[0] == "idle"
    assert calls.asked == []


def test_a_pbx_that_does_not_know_gives_way() -> None:
    assert read_call_state(phone(Calls("unknown"), counter=0)) == ("idle", "call counter")


@pytest.mark.parametrize("shown", [{"counter": 0}, {"phases": ["idle"]}, {"phases": ["unknown"]}])
def test_while_the_pbx_can_t_be_asked_nobody_is_idle(shown: dict[str, Any]) -> None:
    down = Calls(PbxFailed("The PBX pbx.example can't be asked."))
    assert read_call_state(phone(down, **shown)) == ("unknown", "The PBX pbx.example can't be asked.")
    evidence: dict[str, Any] = {}
    reason = reason_to_wait(phone(down, **shown), known=None, unknown_call_state="defer", evidence=evidence)
    assert reason and "The PBX pbx.example can't be asked." in reason
    assert evidence["call_state"] == "unknown"


def test_while_the_pbx_can_t_be_asked_a_call_that_shows_is_one() -> None:
    assert read_call_state(phone(Calls(PbxFailed("It is down.")), counter=2)) == ("in_call", "call counter")


@pytest.mark.parametrize(("branch", "state"), [("idle", "idle"), ("calls-2", "in_call")])
def test_the_phones_own_report_comes_before_its_pages(branch: str, state: str) -> None:
    listener = Listener(read_report(branch, AGENT))
    asked = phone(listener=listener, phases=["connected" if state == "idle" else "idle"])
    assert read_call_state(asked) == (state, "the phone's own report")
    assert asked.commands == ["open=http://192.0.2.10:8099/token"]
    assert listener.asked == [("127.0.0.1", report_document)]


@pytest.mark.parametrize("report", [None, read_report("broken", ""), read_report("calls-0", "")])
def test_a_report_that_says_nothing_gives_way_to_the_screen(report: Report | None) -> None:
    assert read_call_state(phone(listener=Listener(report), phases=["connected"])) == ("in_call", "screen")


def test_where_nobody_reports_to_is_told_where_no_other_source_knows() -> None:
    """Phones may not reach that address, or take no documents."""
    asked = phone(listener=Listener(None), phases=["unknown"])
    reason = reason_to_wait(asked, known=None, unknown_call_state="defer", evidence={})
    assert reason and "No report of it came to http://192.0.2.10:8099 (snom_collector)" in reason
    assert read_call_state(phone(listener=Listener(None), phases=["idle"])) == ("idle", "screen")
    down = phone(Calls(PbxFailed("It is down.")), Listener(None), phases=["idle"])
    assert read_call_state(down) == ("unknown", "It is down.")


@pytest.mark.parametrize("firmware", ["8.9.3.80", "10.1.81.9", None])
def test_firmware_that_would_show_the_document_does_not_get_it(firmware: str | None) -> None:
    asked = phone(listener=Listener(read_report("idle", "")), firmware=firmware, phases=["connected"])
    assert read_call_state(asked)[1] == "screen"
    assert asked.commands == []


def test_a_report_of_another_phone_does_not_count() -> None:
    other = read_report("idle", "Mozilla/4.0 (compatible; snomD785-SIP 10.1.169.16 000413FFFFFF)")
    assert read_call_state(phone(listener=Listener(other), phases=["unknown"]))[0] == "unknown"


@pytest.mark.parametrize(
    ("reports", "state"),
    [
        # The conditions hold always, and callbacks tell.
        ([("broken", AGENT), (IDLE, AGENT)], "idle"),
        ([("broken", AGENT), ("told/calls=1&state=Connected", AGENT)], "in_call"),
        ([("broken", AGENT), ("told/calls=$(lines)&state=$(phone_state)", AGENT)], "unknown"),
        # Who it is, only callbacks tell.
        ([("idle", ""), (IDLE, "")], "idle"),
        ([("idle", ""), (IDLE.replace(MAC, "000413FFFFFF"), "")], "unknown"),
        ([("idle", ""), (f"{IDLE}&firmware=snomD862-SIP%2010.1.226.13", "")], "unknown"),
        ([("idle", ""), ("told/mac=$(set:mac)", "")], "idle"),
        ([("idle", ""), None], "idle"),
        # It has begun a call meanwhile, or one of the two is wrong.
        ([("idle", ""), (f"told/calls=1&state=Connected&mac={MAC}", "")], "unknown"),
        ([("calls-1", ""), (IDLE, "")], "unknown"),
        # It contradicts itself, so nothing that it has said counts.
        ([("idle", ""), (f"told/calls=1&state=Idle&mac={MAC}", "")], "unknown"),
    ],
)
def test_callbacks_tell_what_the_first_report_leaves_open(reports: list[tuple[str, str] | None], state: str) -> None:
    listener = Listener(*(one and read_report(*one) for one in reports))
    assert read_call_state(phone(listener=listener, phases=["unknown"]))[0] == state
    assert [document for _address, document in listener.asked] == [report_document, callbacks_document]


@pytest.mark.parametrize(("second", "state"), [(IDLE, "idle"), ("told/mac=$(set:mac)", "unknown")])
def test_a_phone_by_its_pbx_has_to_say_who_it_is(second: str, state: str) -> None:
    listener = Listener(read_report("idle", ""), read_report(second, ""))
    by_pbx = phone(
        listener=listener, phases=["unknown"], connection=Connection(address="desk", mac=MAC, transport="sip")
    )
    assert read_call_state(by_pbx)[0] == state


def test_a_phone_that_would_have_to_fetch_its_document_from_a_mirror_is_not_asked() -> None:
    listener = Listener(read_report("idle", AGENT), read_report("idle", AGENT))
    listener.has_documents = False
    assert read_call_state(phone(listener=listener, phases=["unknown"]))[0] == "unknown"
    by_pbx = phone(
        listener=listener, phases=["unknown"], connection=Connection(address="desk", mac=MAC, transport="sip")
    )
    assert read_call_state(by_pbx)[0] == "idle"
    assert len(listener.asked) == 1


def test_whose_answer_was_lost_may_report_all_the_same() -> None:
    lost = phone(listener=Listener(read_report("idle", AGENT)), answer=AnswerLost("It broke the connection."))
    assert read_call_state(lost)[0] == "idle"


def test_one_pbx_and_one_listener_serve_all_phones() -> None:
    made: list[Listener] = []

    def make(settings: CollectorSettings) -> Any:
        made.append(Listener())
        return made[-1]

    witnesses = Witnesses(collector=make)
    for address in ("127.0.0.1", "127.0.0.2"):
        found = witnesses.of(Known(pbx=PBX, collector=COLLECTOR), mac=None, address=address)
        assert set(found) == {CallSource.PBX, CallSource.REPORT}
    assert len(made) == 1
    witnesses.close()
    assert made[0].closed


def test_a_port_that_is_taken_is_an_error_unless_it_is_shared() -> None:
    known = Known(collector=COLLECTOR)
    taken: Any = lambda settings: Listener(taken=True)  # noqa: E731
    with pytest.raises(InputError, match="nothing can listen"):
        Witnesses(collector=taken).of(known, mac=None, address="127.0.0.1")
    assert Witnesses(collector=taken, shares_ports=True).of(known, mac=None, address="127.0.0.1") == {}


def test_without_witnesses_there_is_nothing() -> None:
    assert MemoryPhone().call(CallSource.PBX) == MemoryPhone().call(CallSource.REPORT) == CallReading()
