# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.module_utils._phone.call_reading import CallReading
from ansible_collections.telephony.snom.plugins.module_utils._phone.report import (
    SOURCE,
    callbacks_document,
    read_report,
    report_document,
    takes_silent_documents,
)

URL = "http://192.0.2.10:8099/a&b/token"
AGENT = "Mozilla/4.0 (compatible; snomD785-SIP 10.1.169.16 00041396D9B4)"


def branches() -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(report_document(URL, "token")))


def fetched(*, state: str, calls: int, evaluates: bool = True, everything_holds: bool = False) -> str | None:
    """What a phone fetches that reads the document as Snom describes it, or that does not evaluate, or always does."""
    for branch in branches():
        condition = branch.get("condition")
        if condition and evaluates:
            condition = condition.replace("$(phone_state)", state).replace("$(lines)", str(calls))
        left, _equals, right = (condition or "").partition("==")
        if left == right or everything_holds:
            return str(branch[0].text).removeprefix(f"{URL}/")
    return None


def said(branch: str | None) -> tuple[str, int | None]:
    report = read_report(str(branch), AGENT)
    assert report is not None
    return report.reading.state, report.reading.count


@pytest.mark.parametrize(
    ("state", "calls", "expected"),
    [
        ("Idle", 0, ("idle", 0)),
        ("Calling", 1, ("in_call", 1)),
        ("Connected", 3, ("in_call", 3)),
        ("Connected", 11, ("in_call", 4)),
        # In a menu, or with a dial tone: which of them counts as a call is not public.
        ("Menu", 0, ("unknown", None)),
        # A phone that counts closed lines as calls.
        ("Idle", 1, ("idle", 0)),
    ],
)
def test_a_phone_says_whether_it_is_in_a_call(state, calls, expected):
    assert said(fetched(state=state, calls=calls)) == expected


def test_a_phone_that_evaluates_nothing_is_never_idle():
    assert said(fetched(state="Idle", calls=0, evaluates=False)) == ("in_call", 4)


def test_a_phone_for_which_each_condition_holds_is_unknown():
    assert fetched(state="Idle", calls=0, everything_holds=True) == "broken"
    assert said("broken") == ("unknown", None)


def test_the_document_is_silent_and_has_one_fetch_for_each_condition():
    root = ElementTree.fromstring(report_document(URL, "token"))
    assert root.tag == "SnomIPPhoneSilent"
    assert [child.tag for child in root] == ["If", *["Elif"] * 5, "Else"]
    assert all([one.tag for one in child] == ["fetch"] and child[0].get("mil") == "1" for child in root)
    assert [child.get("condition") is None for child in root] == [False] * 6 + [True]
    # Callbacks stand in conditions only: nobody has shown one inside of a fetch.
    assert all("$(" not in str(child[0].text) for child in root)


def test_a_report_names_its_source_and_who_is_asking():
    report = read_report("idle", AGENT)
    assert report.reading == CallReading("idle", "idle", 0, SOURCE)
    assert (report.agent.model, report.agent.mac, str(report.agent.firmware)) == (
        *("D785", "00041396D9B4"),
        "10.1.169.16",
    )
    assert read_report("idle", "curl/8").agent is None


@pytest.mark.parametrize(
    "branch", ["", "Idle", "calls-5", "calls-", "calls-٣", "idle/", "idle?x=1", "../idle", "calls-1\n"]
)
def test_what_no_document_names_is_no_report(branch):
    assert read_report(branch, AGENT) is None


def callbacks(**values: str) -> str:
    """What a phone fetches that evaluates these callbacks inside of its fetch, and leaves the others as they stand."""
    (fetch,) = ElementTree.fromstring(callbacks_document(URL, "token"))
    url = str(fetch.text).removeprefix(f"{URL}/")
    for callback, value in values.items():
        url = url.replace(
            {"state": "$(urlencode:$(phone_state))", "firmware": "$(urlencode:$(set:firmware_version))"}.get(
                callback, {"calls": "$(lines)", "mac": "$(set:mac)"}.get(callback, "")
            ),
            value,
        )
    return url


@pytest.mark.parametrize(
    ("values", "state", "mac", "model"),
    [
        (
            {"calls": "0", "state": "Idle", "mac": "00041396D9B4", "firmware": "snomD862-SIP%2010.1.226.13"},
            *("idle", "00041396D9B4", "D862"),
        ),
        ({"calls": "2", "state": "Connected", "mac": "00041396D9B4"}, "in_call", "00041396D9B4", None),
        ({"calls": "0", "state": "Menu"}, "unknown", None, None),
        # They contradict each other.
        ({"calls": "1", "state": "Idle"}, "unknown", None, None),
        ({"calls": "3", "state": "Idle", "mac": "00041396D9B4"}, "unknown", "00041396D9B4", None),
        # Evaluated in part: one alone says nothing, and what is not evaluated is no word.
        ({"state": "Idle"}, "unknown", None, None),
        ({"calls": "0"}, "unknown", None, None),
        ({}, "unknown", None, None),
        ({"calls": "-1", "state": "Idle", "mac": "../../etc"}, "unknown", None, None),
        ({"calls": "٣", "state": "Idle"}, "unknown", None, None),
    ],
)
def test_what_callbacks_tell(values, state, mac, model):
    report = read_report(callbacks(**values), "curl/8")
    assert (report.reading.state, report.mac, report.model) == (state, mac, model)


def test_a_version_that_is_not_encoded_takes_nothing_else_along():
    said = callbacks(calls="0", state="Idle", mac="00041396D9B4", firmware="snomD862-SIP 10.1.226.13")
    assert said.partition(" ")[0].endswith("firmware=snomD862-SIP")
    report = read_report(said.partition(" ")[0], "")
    assert (report.reading.state, report.mac) == ("idle", "00041396D9B4")


def test_callbacks_are_asked_for_where_the_first_document_leaves_something_open():
    open_ones = [("broken", AGENT), ("idle", "curl/8"), ("calls-1", "")]
    assert all(read_report(branch, agent).leaves_open for branch, agent in open_ones)
    assert not any(read_report(branch, AGENT).leaves_open for branch in ("idle", "calls-0", "calls-4"))


def test_what_is_told_is_bounded():
    assert read_report("told/" + "calls=0&" * 100, "") is None


@pytest.mark.parametrize(
    ("version", "expected"), [("10.1.81.9", False), ("10.1.82.0", True), ("10.1.226.16", True), ("8.9.3.80", False)]
)
def test_only_firmware_that_knows_silent_documents_is_asked(version, expected):
    assert takes_silent_documents(Version.parse(version)) is expected
    assert not takes_silent_documents(None)
