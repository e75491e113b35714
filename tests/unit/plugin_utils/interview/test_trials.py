# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The first tests of what nobody has published, at virtual phones that do one thing or the other."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError, Refused, WrongPhone
from ansible_collections.telephony.snom.plugins.module_utils._pbx.settings import parse_pbx
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import Connection
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.posting import post_xml
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.capture import EVENTS
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.interview import ARGUMENT_SPEC, interview
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.seeing import Ear, Subject
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.trials import RELOADS, TRIALS
from ansible_collections.telephony.snom.plugins.plugin_utils.witnesses.collector import HttpCollector, parse_collector

from ....virtual_phones.running import VirtualFleet, free_port, running

NEW, OLD = "10.1.169.16", "10.1.54.13"
PHONES: dict[str, dict[str, Any]] = {
    "acts": {
        "firmware": NEW,
        "mac": "000413922D24",
        "minibrowser": {"callbacks_in_fetch": True},
        "call_shown_in": ["gui"],
    },
    "asks": {"firmware": NEW, "minibrowser": {"reboot": "asks"}},
    "old": {"firmware": OLD},
}


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VirtualFleet]:
    phones = [
        {"name": name, "address": "127.0.0.1", "port": free_port(), "model": "D785", "timing": {"reboot": 2}, **keys}
        for name, keys in PHONES.items()
    ]
    phones[0]["sip"] = {"registrar": "127.0.0.1:9"}
    phones[0]["settings"] = {"filter_registrar": "off", "mb_trusted_hosts": "127.0.0.1"}
    with running({"phones": phones}, tmp_path_factory.mktemp("fleet")) as found:
        yield found


def subject(fleet: VirtualFleet, name: str, **more: Any) -> Subject:
    port = fleet.phone(name)["port"]
    connection = Connection(host="127.0.0.1", port=port, scheme="http")
    keys: dict[str, Any] = {"host": name, "connection": connection, "model": None, "account": None, "witnesses": {}}
    return Subject(**keys | more)


def parameters(step: str, **more: Any) -> dict[str, Any]:
    given = {name: option.get("default") for name, option in ARGUMENT_SPEC.items()}
    return given | {"step": step} | more


def listener(ear: Ear) -> HttpCollector:
    port = free_port()
    settings = parse_collector({"url": f"http://127.0.0.1:{port}", "listen": f"127.0.0.1:{port}"})
    assert settings is not None
    collector = HttpCollector(settings, patience=3, hears=ear.reports.append)
    collector.open()
    return collector


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


@pytest.mark.parametrize("way", RELOADS)
def test_a_document_lets_a_phone_load_its_settings_and_restarts_nothing(
    way: str, fleet: VirtualFleet, tmp_path: Path
) -> None:
    ear, file = Ear(), tmp_path / "profile.json"
    pbx = parse_pbx({"kind": "sip", "port": fleet.phone("acts")["sip_port"], "timeout": 20})
    before = len(fleet.log("acts", event="boot")), len(fleet.log("acts", event="fragment"))
    with closing(listener(ear)) as collector:
        phone = subject(fleet, "acts", collector=collector, ear=ear, pbx=pbx, account="401")
        sent = interview(phone, parameters("capture", capture_event=way, profile=str(file)), False)
    given = ear.documents[0]
    assert (sent["changed"], sent["tried"]["by"]) == (True, way) and sent["tried"]["sent_at"] > 0
    assert sent["tried"]["answer"] == (200 if way == "notify" else None)
    assert sent["tried"].get("fetched") is (True if way == "minibrowser" else None)
    ran = [line["detail"] for line in fleet.log("acts", event="fragment")][before[1] :]
    assert ran == ["reloadset"] and len(fleet.log("acts", event="boot")) == before[0]
    more = {"ended": {"outcome": "sent", "evidence": sent["tried"]}, "mirror_lines": [], "profile": str(file)}
    weighed = interview(subject(fleet, "acts"), parameters("capture", capture_event=way, **more), False)
    # What the phone was given and what it said then is in the profile, and nowhere else any more.
    profile = json.loads(file.read_text())
    (document,) = ("".join(lines) for lines in profile["documents"])
    # Whoever reads it sees what was said, and a phone does the same by it.
    assert re.sub('document_id="[^"]*"', "", document) == re.sub('document_id="[^"]*"', "", given)
    assert re.search('document_id="([^"]*)"', given)[1] not in file.read_text()
    assert bool(profile["sip"]) is (way == "notify") and bool(profile["reports"]) is (way == "minibrowser")
    assert not [one.name for one in tmp_path.iterdir() if ".unsent" in one.name]
    assert weighed["captured"]["event"].startswith("reloadset by") and weighed["captured"]["outcome"] == "sent"
    assert [line["detail"] for line in fleet.log("acts", event="fragment")][before[1] :] == ["reloadset"]


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
        ("direct", "acts", {"number": "4711"}, {"protected": True}, "snom_protected"),
        ("document_reboot", "acts", {}, {"protected": True, "listens": True}, "snom_protected"),
        ("document_reboot", "acts", {"shown_version": "10.1.99.1"}, {"listens": True}, "is this the phone before you"),
        ("reboot", "acts", {"shown_mac": "000413AAAAAA"}, {}, "is this the phone before you"),
        ("settings", "acts", {"shown_model": "D735"}, {}, "is this the phone before you"),
        ("upgrade", "acts", {"shown_version": "10.1.99.1"}, {}, "is this the phone before you"),
        ("capture", "acts", {}, {}, "snom_interview_mirror"),
        ("capture", "acts", {"capture_event": "notify"}, {}, "snom_pbx"),
        ("capture", "acts", {"capture_event": "minibrowser"}, {}, "snom_collector"),
        ("capture", "old", {"capture_event": "minibrowser"}, {"listens": True}, "may_show=true"),
        ("capture", "acts", {"capture_event": "minibrowser", "in_call": True}, {"listens": True}, "as you say"),
        ("capture", "acts", {"capture_event": "minibrowser"}, {"protected": True, "listens": True}, "snom_protected"),
        ("capture", "acts", {"capture_event": "notify", "shown_version": "10.1.99.1"}, {}, "the phone before you"),
        # The log could not be read after all: nothing is sent a second time.
        (
            "capture",
            "acts",
            {"capture_event": "minibrowser", "ended": {"outcome": "sent"}},
            {"listens": True},
            "mirror",
        ),
        ("registration", "acts", {"registered_lines": [1, 2]}, {}, "one line"),
        ("look", "acts", {"registered_lines": [1], "unregistered_lines": [1]}, {}, "the same line"),
        ("look", "acts", {"saw": "nothing"}, {}, "snom_interview_dir"),
    ],
)
def test_what_must_not_be_done_is_refused_in_a_sentence_and_nothing_is_written(
    step: str, name: str, given: dict[str, Any], more: dict[str, Any], words: str, fleet: VirtualFleet
) -> None:
    before = fleet.counters()["writes"]
    ear = Ear()
    collector = listener(ear) if more.pop("listens", False) else None
    try:
        phone = subject(fleet, name, collector=collector, ear=ear, **more)
        with pytest.raises((InputError, Refused, WrongPhone), match=words):
            interview(phone, parameters(step, **given), False)
    finally:
        if collector is not None:
            collector.close()
    assert fleet.counters()["writes"] == before and ear.reports == []


@pytest.mark.parametrize(
    ("step", "event"), [*((step, "check_sync") for step in TRIALS), *(("capture", one) for one in EVENTS)]
)
def test_in_check_mode_nothing_is_sent(step: str, event: str, fleet: VirtualFleet) -> None:
    before = fleet.counters()["requests"]
    given = parameters(step, number="1", csta_path="/a", capture_event=event)
    result = interview(subject(fleet, "acts"), given, True)
    assert result["will_send"].startswith(f"{step} reads") and fleet.counters()["requests"] == before


def test_an_answer_without_end_is_given_up(fleet: VirtualFleet) -> None:
    fleet.patch("old", faults={"garbage": "wire"})
    try:
        with pytest.raises(Exception, match="no answer that is HTTP"):
            post_xml(subject(fleet, "old").connection, "/csta", "<x/>")
    finally:
        fleet.patch("old", faults={})


def test_without_a_registrar_snmp_tells_when_a_line_is_off(tmp_path: Path) -> None:
    port, snmp = free_port(), free_port()
    keys = {"name": "desk", "address": "127.0.0.1", "port": port, "snmp_port": snmp, "model": "D785", "firmware": NEW}
    with running({"phones": [keys | {"identities": ["100", "101"]}]}, tmp_path) as fleet:
        connection = Connection(host="127.0.0.1", port=port, scheme="http", snmp=True, snmp_port=snmp)
        phone = Subject(host="desk", connection=connection, model=None, account=None, witnesses={})
        moment = [0.0]

        def sleep(seconds: float) -> None:
            moment[0] += seconds
            # Long before the middle of the time.
            fleet.patch("desk", unregistered=["101"] if 10 <= moment[0] < 20 else [])

        clock: dict[str, Any] = {"now": lambda: moment[0], "sleep": sleep}
        found = interview(phone, parameters("registration", registered_lines=[2], watch=3000.0), False, **clock)
    assert "was told by SNMP: a page shows when the line is off." in found["summary"][0] and moment[0] < 60
    assert found["taught"][0]["registration"]["page"] == "info.htm"
