# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Phones whose pages nobody here foresaw, read as their users taught it."""

from __future__ import annotations

from time import process_time
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._known.taught import parse_taught
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.module_utils._phone.call_reading import (
    IDLE,
    IN_CALL,
    UNKNOWN,
    CallReading,
    CallSource,
)
from ansible_collections.telephony.snom.plugins.module_utils._phone.commands import ClearList, Restart
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import Connection
from ansible_collections.telephony.snom.plugins.module_utils._phone.facts import Identity

from .page_phone import SYSTEM_PAGE, PagePhone

STATUS = (
    "<html><body><table><tr><th>Product</th><td>snom D785</td></tr><tr><th>Software&nbsp;release</th>"
    "<td>10.1.54.13</td></tr><tr><th>Ethernet ID</th><td>00:04:13:92:2D:24</td></tr></table>"
    "<dl><dt>Account 1</dt><dd>100@pbx.example is online</dd><dt>Account 2</dt><dd>200@pbx.example not online</dd></dl>"
    "<p>Line use: free</p></body></html>"
)
LESSON: dict[str, Any] = {
    "models": ["D785"],
    "firmware": ["10.1"],
    "version": {"page": "status.htm", "label": "software release:"},
    "mac": {"page": "status.htm", "label": "Ethernet ID"},
    "model": {"page": "status.htm", "label": "Product"},
    "registration": {
        "page": "status.htm",
        "label": "Account",
        "registered": "online",
        "unregistered": "not online",
    },
    "idle": {"page": "status.htm", "text": "Line use: free"},
    "busy": {"page": "status.htm", "text": "Line use: taken"},
    "reboot": "/advanced_network.htm?reboot=Reboot",
    "clear_lists": "clear",
    "settings_page": "/everything.txt",
}
V10 = Version.parse("10.1.54.13")


def phone(pages: dict[str, Any], *lessons: dict[str, Any]) -> PagePhone:
    return PagePhone(pages, Connection(address="127.0.0.1", taught=parse_taught(lessons)))


def test_what_nothing_built_in_reads_is_read_as_taught() -> None:
    facts = phone({"/status.htm": STATUS}, LESSON).look(["system"])
    assert (facts.model, facts.firmware, facts.mac) == ("D785", V10, "000413922D24")
    assert facts.identities == (Identity(1, "100@pbx.example", True), Identity(2, "200@pbx.example", False))
    assert facts.taught == ("version", "mac", "model", "registration") and facts.generation == "classic"


def test_a_page_without_the_label_tells_nothing_of_lines() -> None:
    registration = {"registration": LESSON["registration"]}
    one = phone({"/status.htm": "<p>Software release: 10.1.54.13</p>"}, registration)
    assert one.look(["system"]).identities is None


def test_one_page_is_asked_for_once() -> None:
    pages = {"/info.htm": STATUS, "/status.htm": STATUS}
    one = phone(pages, {**LESSON, "version": {"page": "/info.htm", "label": "Software release"}})
    assert one.look(["system"]).firmware == V10
    assert sorted(one.requests) == ["/info.htm", "/status.htm"]


def test_it_is_never_used_against_what_is_built_in() -> None:
    other = STATUS.replace("10.1.54.13", "10.1.99.1").replace("922D24", "999999").replace("D785", "D375")
    lesson = {**LESSON, "models": [], "firmware": []}
    facts = phone({"/info.htm": SYSTEM_PAGE, "/status.htm": other}, lesson).look(["system"])
    assert (facts.model, facts.firmware, facts.mac, facts.taught) == ("D785", V10, "000413922D24", ())


@pytest.mark.parametrize("change", [{"models": ["D375"]}, {"firmware": ["10.2"]}])
def test_a_lesson_for_other_phones_is_not_used(change: dict[str, Any]) -> None:
    facts = phone({"/status.htm": STATUS}, {**LESSON, **change}).look(["system", "home"])
    assert (facts.model, facts.firmware, facts.mac, facts.call_state) == (None, None, None, UNKNOWN)


def test_two_values_behind_a_label_are_none() -> None:
    facts = phone({"/status.htm": STATUS + "<p>Ethernet ID: 000413000001</p>"}, LESSON).look(["system"])
    assert (facts.mac, facts.firmware) == (None, V10)
    contradicting = {"mac": {"page": "other.htm", "label": "Hardware address"}}
    pages = {"/status.htm": STATUS, "/other.htm": "Hardware address 000413000001\n"}
    assert phone(pages, LESSON, contradicting).look(["system"]).mac is None


@pytest.mark.parametrize(
    "page",
    [
        "Software release",
        "Software release: none",
        "Software release: 10.1.54.13",  # Cut off behind it, it may be the beginning of another one.
        "Software releases 10.1.54.13\n",
        "My Software releaser 10.1.54.13\n",
        "Software release notes: see 10.1.54.13\n",
    ],
)
def test_what_is_no_value_of_a_label_is_none(page: str) -> None:
    assert phone({"/status.htm": page}, {"version": LESSON["version"]}).look(["system"]).firmware is None


HEADED = (
    "<table><tr><th>Ethernet ID<th>Software release<th>Product</tr>"
    "<tr><td>00:04:13:92:2D:24</td><td><b>10.1.54.13</b></td><td>D785</td></tr></table>"
)


def test_labels_in_the_first_row_of_a_table_stand_above_their_values() -> None:
    facts = phone({"/status.htm": HEADED}, LESSON).look(["system"])
    assert (facts.model, facts.firmware, facts.mac) == ("D785", V10, "000413922D24")
    assert facts.taught == ("version", "mac", "model")


@pytest.mark.parametrize(
    ("page", "version"),
    [
        # What follows a label counts, and only where nothing does what stands below it.
        (HEADED + "<p>Software release 10.1.99.1</p>", "10.1.99.1"),
        (HEADED + "<p>Software release 10.1.99.1</p><p>Software release 10.1.99.2</p>", None),
        # Of several below it nobody knows which is the phone's.
        (HEADED.replace("</table>", "<tr><td>0<td>10.1.99.1<td>0</table>"), None),
        # A row of its own form is none below these labels.
        (HEADED.replace("</table>", "<tr><td colspan=3>10.1.99.1</table>"), "10.1.54.13"),
        ("<table><tr><td>Name<td>Software release<tr><td>a<td>10.1.54.1", None),
        ("<table><tr><td>Software release</table><table><tr><td>10.1.54.13</table>", "10.1.54.13"),
        ("<table><tr><td>a<td>Software release</table><table><tr><td>b<td>10.1.54.13</table>", None),
        (f"<script>'<table>{HEADED}'</script>", None),
    ],
)
def test_what_stands_below_a_label(page: str, version: str | None) -> None:
    facts = phone({"/status.htm": page}, {"version": LESSON["version"]}).look(["system"])
    assert (facts.firmware and str(facts.firmware)) == version


def test_a_beta_is_told_as_one() -> None:
    pages = {"/status.htm": "Software release: 10.1.54.13beta\n"}
    firmware = phone(pages, {"version": LESSON["version"]}).look(["system"]).firmware
    assert (str(firmware), firmware == Version.parse("10.1.54.13")) == ("10.1.54.13beta", False)


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("Line use: free", IDLE),
        ("LINE  USE: taken", IN_CALL),
        ("Line use: free. Line use: taken.", UNKNOWN),
        ("Line use: freezing", UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_a_call_is_told_by_the_texts_that_were_taught(text: str, state: str) -> None:
    one = phone({"/status.htm": STATUS.replace("Line use: free", text)}, LESSON)
    shown = "status.htm, as snom_taught says"
    expected = CallReading() if state == UNKNOWN else CallReading(state, state, None, shown)
    assert one.call(CallSource.HOME) == expected
    facts = one.look(["system", "home"])
    assert (facts.call_state, "call_state" in facts.taught) == (state, state != UNKNOWN)


def test_a_text_inside_of_the_other_one_is_not_taken_for_it() -> None:
    lesson = {
        "idle": {"page": "status.htm", "text": "no active call"},
        "busy": {"page": "status.htm", "text": "active call"},
    }
    for text, state in (("No active call", IDLE), ("1 active call", IN_CALL), ("no active call, active call", UNKNOWN)):
        assert phone({"/status.htm": text}, lesson).call(CallSource.HOME).state == state


def test_the_home_page_overrules_what_was_taught_of_calls() -> None:
    pages = {"/index.htm": "<p>Active calls: 1</p>", "/status.htm": STATUS}
    reading = phone(pages, LESSON).call(CallSource.HOME)
    assert (reading.state, reading.source) == (IN_CALL, "index.htm")


def test_a_spelling_that_was_taught_is_sent_first_and_the_settings_are_read_from_it_last() -> None:
    one = phone({"/status.htm": STATUS, "/everything.txt": "language$: English\n"}, LESSON)
    assert one.spelled(Restart(V10, 0)) == "/advanced_update.htm?reboot=Reboot"
    one.look(["system"])
    assert one.spelled(Restart(V10, 0)) == "/advanced_network.htm?reboot=Reboot"
    assert one.spelled(Restart(V10, 1)) == "/advanced_update.htm?reboot=Reboot"
    assert one.spelled(ClearList("missed", 0)) == "/index.htm?misseddel=clear"
    assert one.spelled(ClearList("missed", 1)) == "/index.htm?misseddel=0"
    assert one.look(["settings"]).settings == {"language": "English"}
    one.pages["/settings.htm"] = "language$: Deutsch\n"
    assert one.look(["settings"]).settings == {"language": "Deutsch"}


@pytest.mark.parametrize("part", ["Software release: ", "<table><tr><td>Software release<td>", "<tr><td>a<td>10.1"])
def test_a_hostile_page_takes_no_time(part: str) -> None:
    page = (part * 250_000)[: 4 * 1024 * 1024]
    one = phone({"/status.htm": page}, *[LESSON] * 10)
    began = process_time()
    assert one.look(["system", "home"]).firmware is None
    assert process_time() - began < 20
