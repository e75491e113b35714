# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether somebody talks, by the word of a real PBX, and of the phone itself: what playbooks make of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.telephony.snom.tests.integration.pbx.calling import call
from ansible_collections.telephony.snom.tests.integration.pbx.conftest import until
from ansible_collections.telephony.snom.tests.integration.pbx.provisioned import NEW, OLD, by_provisioning, image, site
from ansible_collections.telephony.snom.tests.integration.playbooks.bench import bench, phone
from ansible_collections.telephony.snom.tests.virtual_phones.kamailio import Kamailio, free_port

REBOOT = {"snom_hosts": "phones", "snom_confirm": "phones"}


def at_pbx(pbx: Kamailio, account: str, *, inventory: dict[str, Any] | None = None, **keys: Any) -> Any:
    """A phone whose pages show no call, with an account at the PBX, which the inventory names."""
    return phone(
        "D785",
        "10.1.54.13",
        identities=[account],
        call_shown_in=[],
        settings={"mac_info_in_sip_register": "on"},
        sip={"registrar": f"{pbx.address}:{pbx.port}", "port": free_port("127.0.0.1")},
        inventory={"snom_pbx": pbx.pbx, **(inventory or {})},
        **keys,
    )


def registered(fleet: Any, count: int) -> None:
    until(lambda: fleet.log(event="sip_registered"), lambda found: len({one["phone"] for one in found}) == count)


def test_the_pbx_knows_who_talks(kamailio: Kamailio, tmp_path: Path) -> None:
    phones = {
        "busy": at_pbx(kamailio, "501"),
        "free": at_pbx(kamailio, "502"),
        "by-hand": at_pbx(kamailio, "503", inventory={"snom_call_state": "in_call"}),
        "nowhere": phone("D785", "10.1.54.13", call_shown_in=[], inventory={"snom_pbx": kamailio.pbx}),
    }
    with bench(tmp_path, phones) as found, call(kamailio, "501", "598", tmp_path):
        registered(found.fleet, 3)
        run = found.play("telephony.snom.reboot", variables=REBOOT)
    results = run.results("snom_reboot")
    assert {host: result["outcome"] for host, result in results.items()} == {
        "busy": "deferred",
        "free": "rebooted",
        "by-hand": "deferred",
        "nowhere": "deferred",
    }
    source = f"the PBX {kamailio.address}"
    assert (results["busy"]["evidence"]["call_state"], results["busy"]["evidence"]["call_state_source"]) == (
        *("in_call",),
        source,
    )
    assert results["free"]["evidence"]["call_state_source"] == source
    assert results["by-hand"]["evidence"]["call_state_source"] == "host variable snom_call_state"


def test_a_pbx_that_is_down_makes_nobody_idle(kamailio: Kamailio, tmp_path: Path) -> None:
    down = {"snom_pbx": kamailio.pbx | {"port": free_port("127.0.0.1")}}
    phones = {
        "shows-it": phone("D785", "10.1.54.13", inventory=down),
        "shows-a-call": phone("D785", "10.1.54.13", call={"state": "in_call"}, inventory=down),
    }
    with bench(tmp_path, phones) as found:
        run = found.play("telephony.snom.reboot", variables=REBOOT)
    results = run.results("snom_reboot")
    assert {result["outcome"] for result in results.values()} == {"deferred"}
    assert "can't be asked at port" in results["shows-it"]["reason"]
    assert "in a call" in results["shows-a-call"]["reason"]


def test_the_phone_itself_says_whether_it_is_idle(tmp_path: Path) -> None:
    port = free_port("127.0.0.1")
    inventory = {"snom_collector": {"url": f"http://127.0.0.1:{port}", "listen": f"127.0.0.1:{port}"}}

    def reporting(firmware: str = "10.1.169.16", **keys: Any) -> Any:
        return phone("D785", firmware, call_shown_in=[], inventory=inventory, **keys)

    busy = {"state": "in_call"}
    phones = {
        "idle": reporting(),
        "busy": reporting(call=busy),
        "evaluates-nothing": reporting(minibrowser={"conditions": "as_text"}),
        "takes-all-for-true": reporting(minibrowser={"conditions": "always_true"}),
        # It would show the document to whoever sits there.
        "too-old": reporting("10.1.54.13"),
    }
    with bench(tmp_path, phones) as found:
        run = found.play("telephony.snom.reboot", "--forks", "1", variables=REBOOT)
        shown = found.fleet.log(event="document_shown")
    results = run.results("snom_reboot")
    assert {host: result["outcome"] for host, result in results.items()} == {
        "idle": "rebooted",
        "busy": "deferred",
        "evaluates-nothing": "deferred",
        "takes-all-for-true": "deferred",
        "too-old": "deferred",
    }
    assert results["idle"]["evidence"]["call_state_source"] == "the phone's own report"
    assert results["busy"]["evidence"]["call_state_source"] == "the phone's own report"
    assert shown == []


@pytest.mark.slow
def test_a_phone_reports_by_the_log_of_its_mirror(kamailio: Kamailio, tmp_path: Path) -> None:
    """Nobody listens: the report is a request for a file that the mirror does not have."""
    ways: dict[str, tuple[str, dict[str, Any]]] = {
        "idle": ("upgraded", {}),
        "busy": ("deferred", {"call": {"state": "in_call"}}),
        "as-text": ("deferred", {"minibrowser": {"conditions": "as_text"}}),
        "nameless": ("deferred", {"provisioning": {"user_agent": "without_mac"}}),
        "nameless-tells": (
            "upgraded",
            {"provisioning": {"user_agent": "without_mac"}, "minibrowser": {"callbacks_in_fetch": True}},
        ),
        "fetches-nothing": ("deferred", {"minibrowser": {"silent_fetches_http": False}}),
    }
    phones = {
        name: by_provisioning(kamailio, 560 + number, **keys)
        for number, (name, (_word, keys)) in enumerate(ways.items())
    }
    with site(tmp_path, kamailio, phones, image(), snom_firmware_version=NEW) as place:
        found = place.bench
        everybody = found.inventory["phones"]["vars"]
        everybody["snom_pbx"] = {**kamailio.pbx, "dialogs": False}
        everybody["snom_collector"] = {"url": f"{place.box.url}/report"}
        registered(found.fleet, len(phones))
        run = found.rollout(rehearse=False, deferred_retries=0)
        assert run.outcomes == {name: word for name, (word, _keys) in ways.items()}, run.output
        assert run.rollout["phones"]["idle"]["evidence"]["call_state_source"] == "the phone's own report"
        reporting = ("idle", "as-text", "nameless", "nameless-tells")
        reports = [line for line in place.box.requests() if line["uri"].startswith("/report/")]
        assert {line["address"] for line in reports} == {found.address(name) for name in reporting}
        assert {line["status"] for line in reports} == {404}
        assert (found.fleet.log(event="document_shown"), place.armed()) == ([], [])


@pytest.mark.slow
def test_a_phone_by_provisioning_reports_by_what_its_pbx_brings_it(kamailio: Kamailio, tmp_path: Path) -> None:
    """The PBX knows who talks, and of nobody that he does not. What nobody knows of phones is each way once."""
    port = free_port("127.0.0.1")
    collector = {"url": f"http://127.0.0.1:{port}/r", "listen": f"127.0.0.1:{port}"}
    nameless = {"provisioning": {"user_agent": "without_mac"}}
    evaluates = {"callbacks_in_fetch": True}
    ways: dict[str, tuple[str, dict[str, Any]]] = {
        "idle": ("upgraded", {}),
        "busy": ("deferred", {"call": {"state": "in_call"}}),
        "as-text": ("deferred", {"minibrowser": {"conditions": "as_text"}}),
        "all-true": ("deferred", {"minibrowser": {"conditions": "always_true"}}),
        "all-true-tells": ("upgraded", {"minibrowser": {"conditions": "always_true", **evaluates}}),
        "nameless": ("deferred", nameless),
        "nameless-tells": ("upgraded", {**nameless, "minibrowser": evaluates}),
        "fetches-nothing": ("deferred", {"minibrowser": {"silent_fetches_http": False}}),
        "takes-none": ("deferred", {"settings": {"xml_notify": "off"}}),
        "shows-answers": ("upgraded", {"minibrowser": {"silent_answer": "shown"}}),
        # It has no name for its firmware that knows silent documents.
        "too-old": ("deferred", {"model": "D735", "firmware": "10.1.54.13"}),
    }
    phones = {
        name: by_provisioning(kamailio, 520 + number, **keys)
        for number, (name, (_word, keys)) in enumerate(ways.items())
    }
    versions = {"D862": NEW, "D735": "10.1.175.16"}
    images = image(), image("D735", "10.1.175.16")
    with site(tmp_path, kamailio, phones, *images, snom_firmware_versions=versions, snom_collector=collector) as place:
        found = place.bench
        found.inventory["phones"]["vars"]["snom_pbx"] = {**kamailio.pbx, "dialogs": False}
        registered(found.fleet, len(phones))
        run = found.rollout(deferred_retries=0)
        shown = found.fleet.log(event="document_shown")
        assert run.outcomes == {name: word for name, (word, _keys) in ways.items()}, run.output
        told = {host: record["evidence"] for host, record in run.rollout["phones"].items()}
        assert {told[name]["call_state_source"] for name, (word, _keys) in ways.items() if word == "upgraded"} == {
            "the phone's own report"
        }
        assert (shown, place.armed()) == ([], [])
        assert found.firmware("idle", "busy") == [NEW, OLD]
