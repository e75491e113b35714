# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The first tests of what nobody has published, at virtual phones that do one thing or the other."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import Refused
from ansible_collections.telephony.snom.plugins.module_utils._pbx.settings import parse_pbx
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.posting import post_xml
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.interview import interview
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.seeing import Ear

from ....virtual_phones.running import VirtualFleet
from .talks import listener, parameters, refused, subject

PBX = parse_pbx({"kind": "sip", "port": 1, "timeout": 1})
EMERGENCIES = ("112", "0112", "+112", "00112", "*31*112", "112*", "911")
"""As `snom_call` refuses them: plain, behind the digit for an outside line, a prefix, or a feature code."""


def test_a_document_by_minibrowser_htm_reports_and_the_profile_holds_the_requests(
    fleet: VirtualFleet, tmp_path: Path
) -> None:
    ear, file = Ear(), tmp_path / "profile.json"
    with closing(listener(ear)) as collector:
        phone = subject(fleet, "acts", collector=collector, ear=ear)
        result = interview(phone, parameters("minibrowser", profile=str(file)), False)
    assert result["tried"] == {"reported": True, "says": "idle", "callbacks_in_fetch": "evaluated"}
    profile = json.loads(file.read_text())
    heads = [one["head"] for one in profile["reports"]]
    assert len(heads) >= 4 and heads[0][0].startswith("GET /") and heads[0][0].endswith(" HTTP/1.1")
    assert any("calls=0" in head[0] for head in heads)
    assert "$(lines)" in "".join(profile["documents"][1]) and profile["measured"]["minibrowser"]["reported"] is True
    text = file.read_text()
    assert "922d24" not in text.lower()
    word = interview(phone, parameters("minibrowser", profile=str(file), saw="nothing"), False)
    assert word["changed"] and "sends" not in word["summary"][0]
    assert json.loads(file.read_text())["measured"]["minibrowser"]["saw"] == "nothing"


def test_a_notify_that_goes_straight_to_the_phone_keeps_its_answer(fleet: VirtualFleet, tmp_path: Path) -> None:
    ear, file = Ear(), tmp_path / "profile.json"
    pbx = parse_pbx({"kind": "sip", "port": fleet.phone("acts")["sip_port"], "timeout": 20})
    with closing(listener(ear)) as collector:
        phone = subject(fleet, "acts", collector=collector, ear=ear, pbx=pbx, account="401")
        result = interview(phone, parameters("notify", profile=str(file)), False)
    assert result["tried"]["answers"] == [200, 200] and result["tried"]["reported"] is True
    messages = json.loads(file.read_text())["sip"]
    assert len(messages) == 3 and {one["head"][0][:12] for one in messages} == {"SIP/2.0 200 "}
    assert any(line.startswith("User-Agent: snomD785/10.1.169.16") for line in messages[0]["head"])


def test_a_restart_by_document_is_seen_and_so_is_a_phone_that_asks(fleet: VirtualFleet) -> None:
    ear = Ear()
    with closing(listener(ear)) as collector:
        acted = interview(subject(fleet, "acts", collector=collector, ear=ear), parameters("document_reboot"), False)
        clock = iter(range(0, 100_000, 10))
        asks = subject(fleet, "asks", collector=collector, ear=ear)
        asked = interview(
            asks, parameters("document_reboot"), False, now=lambda: next(clock), sleep=lambda seconds: None
        )
    assert acted["tried"]["restarted"] is True and acted["tried"]["gone_for"] > 0
    assert asked["tried"] == {"restarted": False} and "saw=asked" in asked["summary"][0]


def test_a_number_is_dialed_without_a_document_and_seen(fleet: VirtualFleet) -> None:
    result = interview(subject(fleet, "asks"), parameters("direct", number="4711"), False)
    assert result["tried"] == {"answered": True, "call_seen_by": ["screen"]}
    with pytest.raises(Refused, match="is in a call"):
        interview(subject(fleet, "asks"), parameters("direct", number="4711"), False)
    fleet.patch("asks", call={"state": "idle"})
    assert interview(subject(fleet, "asks"), parameters("direct"), False)["tried"]["answered"] is True


def test_csta_is_asked_at_the_address_that_the_person_names(fleet: VirtualFleet) -> None:
    found = interview(subject(fleet, "asks"), parameters("csta", csta_path="/csta"), False)["tried"]
    assert found == {"status": 404, "is_snapshot": False, "connections": []}


def test_an_answer_without_end_is_given_up(fleet: VirtualFleet) -> None:
    fleet.patch("old", faults={"garbage": "wire"})
    try:
        with pytest.raises(Exception, match="no answer that is HTTP"):
            post_xml(subject(fleet, "old").connection, "/csta", "<x/>")
    finally:
        fleet.patch("old", faults={})


@pytest.mark.parametrize(
    ("step", "name", "given", "more", "words"),
    [
        ("minibrowser", "old", {}, {}, "snom_collector"),
        ("minibrowser", "old", {}, {"listens": True}, "may_show=true"),
        ("notify", "acts", {}, {"listens": True}, "snom_pbx"),
        ("csta", "acts", {}, {}, "csta_path"),
        ("csta", "acts", {"csta_path": "/a?b=c"}, {}, "csta_path"),
        ("direct", "acts", {"number": "4711;reset"}, {}, "digits"),
        ("direct", "acts", {"number": "4711", "in_call": True}, {}, "as you say"),
        ("direct", "acts", {"in_call": True}, {}, "as you say"),
        ("direct", "acts", {"number": "4711"}, {"protected": True}, "snom_protected"),
        ("direct", "acts", {}, {"protected": True}, "snom_protected"),
        ("minibrowser", "acts", {}, {"protected": True, "listens": True}, "snom_protected"),
        ("notify", "acts", {}, {"protected": True, "listens": True, "pbx": PBX}, "snom_protected"),
        ("document_reboot", "acts", {}, {"protected": True, "listens": True}, "snom_protected"),
        ("document_reboot", "acts", {"shown_version": "10.1.99.1"}, {"listens": True}, "is this the phone before you"),
    ],
)
def test_what_must_not_be_done_is_refused_in_a_sentence_and_nothing_is_written(
    step: str, name: str, given: dict[str, Any], more: dict[str, Any], words: str, fleet: VirtualFleet
) -> None:
    assert words in refused(fleet, step, name, given, more)


@pytest.mark.parametrize(
    ("step", "given", "listens", "words"),
    [
        ("minibrowser", {}, False, "snom_collector"),
        ("document_reboot", {}, False, "snom_collector"),
        ("notify", {}, True, "snom_pbx"),
        ("csta", {}, False, "csta_path"),
        ("csta", {"csta_path": "/a?b=c"}, False, "csta_path"),
        ("direct", {"number": "4711;reset"}, False, "digits"),
        ("direct", {"number": "11+2"}, False, "digits"),
        *[("direct", {"number": number}, False, "emergency number") for number in EMERGENCIES],
        ("capture", {"capture_event": "notify"}, False, "snom_pbx"),
        ("capture", {"capture_event": "minibrowser"}, False, "snom_collector"),
    ],
)
def test_what_is_missing_or_wrong_is_said_before_the_phone_is_asked_for_anything(
    step: str, given: dict[str, Any], listens: bool, words: str, fleet: VirtualFleet
) -> None:
    before = fleet.counters()["requests"]
    assert words in refused(fleet, step, "acts", given, {"listens": listens})
    assert fleet.counters()["requests"] == before
