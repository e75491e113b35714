# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which phones go, and which stay as they are: calls, protection, credentials, downgrades, images."""

from __future__ import annotations

import time

import pytest

from .bench import image, phone, until
from .conftest import StartBench

OLD, NEW = "8.4.35", "8.7.5.35"


def test_a_call_that_ends_delays_the_phone(start: StartBench) -> None:
    found = start({"busy": phone(call={"state": "in_call"})})
    variables = found.rollout_variables({"deferred_retries": 20})
    job = found.start("telephony.snom.rollout", variables=variables)
    until(lambda: job.says("busy: deferred, will be asked again"), "the phone is deferred")
    assert found.fleet.phone("busy")["writes"] == 0
    found.fleet.patch("busy", call={"state": "idle"})
    run = found.check(job.wait())
    assert run.outcomes == {"busy": "upgraded"}
    assert found.fleet.phone("busy")["calls_cut"] == 0


@pytest.mark.slow
def test_unknown_call_state_can_proceed(start: StartBench) -> None:
    found = start({"silent": phone(call_shown_in=[]), "busy": phone(call={"state": "in_call"})})
    run = found.rollout(unknown_call_state="proceed", deferred_retries=0)
    assert run.outcomes == {"silent": "upgraded", "busy": "deferred"}


def test_no_readable_call_state_at_all_ends_the_run(start: StartBench) -> None:
    found = start({"a": phone(call_shown_in=[]), "b": phone(call_shown_in=[])})
    run = found.rollout()
    assert set(run.outcomes.values()) == {"not_started"}
    assert "unknown_call_state" in run.rollout["stopped_by"]
    assert found.fleet.counters()["writes"] == 0


def test_protected_phones_move_by_name_only(start: StartBench) -> None:
    phones = {"lift": True, "gate": "yes", "door": "{{ 1 == 1 }}"}
    found = start({name: phone(inventory={"snom_protected": value}) for name, value in phones.items()})
    forced = found.rollout(force=True)
    assert set(forced.outcomes.values()) == {"protected"}
    assert found.fleet.counters()["writes"] == 0
    named = found.rollout("-e", "snom_protected_override=lift", rehearse=False)
    assert named.outcomes == {"lift": "upgraded", "gate": "protected", "door": "protected"}
    found.inventory["phones"]["vars"]["snom_protected_override"] = ["lift", "gate"]
    named = found.rollout(rehearse=False)
    assert named.outcomes == {"lift": "compliant", "gate": "upgraded", "door": "protected"}
    assert found.firmware(*phones) == [NEW, NEW, OLD]


def test_the_credentials_gate(start: StartBench) -> None:
    """A wrong password for a site never locks its phones: after three refusals the others are left alone."""
    found = start(
        {f"phone-{number}": phone() for number in range(20)}
        | {"elsewhere": phone(inventory={"snom_site": "elsewhere"})}
    )
    found.inventory["phones"]["vars"]["snom_password"] = "n0t-to-be-seen, and wrong"
    found.hosts()["elsewhere"]["snom_password"] = found.password
    run = found.rollout(rehearse=False)
    refused = {entry["phone"] for entry in found.fleet.log(event="login_failed")}
    assert len(refused) <= 3
    assert run.outcomes.pop("elsewhere") == "upgraded"
    assert {name for name, outcome in run.outcomes.items() if outcome == "auth_failed"} == refused
    assert set(run.outcomes.values()) == {"auth_failed", "not_started", "upgraded"}
    assert all(entry["number"] for entry in found.fleet.log(event="login_failed"))
    assert found.fleet.counters()["login_failed"] == len(refused)


@pytest.mark.slow
def test_downgrades_by_permission(start: StartBench) -> None:
    images = ["snom320-8.4.18-SIP-f.bin", "snom720-8.7.5.35-SIP-r.bin"]
    phones = {
        "back": phone("320", OLD, inventory={"snom_firmware_version": "8.4.18"}),
        "far-back": phone("720", "8.9.3.80", inventory={"snom_firmware_version": "8.7.5.35"}),
    }
    found = start(phones, images=images)
    assert set(found.rollout().outcomes.values()) == {"refused"}
    allowed = found.rollout(allow_downgrade=True, rehearse=False)
    assert allowed.outcomes == {"back": "upgraded", "far-back": "refused"}
    assert "force: true" in allowed.rollout["phones"]["far-back"]["reason"]
    forced = found.rollout("--limit", "far-back", allow_downgrade=True, force=True, rehearse=False)
    assert forced.outcomes == {"far-back": "upgraded"}
    assert found.firmware("back", "far-back") == ["8.4.18", "8.7.5.35"]


def test_an_image_that_failed_is_not_sent_again(start: StartBench) -> None:
    found = start({"bad": phone(faults={"keep_old_version": True})})
    first = found.rollout(rehearse=False, deadline=8)
    assert first.outcomes == {"bad": "old_version"}
    assert found.rollout().outcomes == {"bad": "refused"}
    assert found.fetches() == {"bad": 1}
    found.fleet.patch("bad", faults={"keep_old_version": False})
    # Nor is it asked while it may be loading.
    (unsafe,) = first.rollout["do_not_power_off"]
    time.sleep(max(0.0, unsafe["until"] - time.time()))
    assert found.rollout(force=True, rehearse=False).outcomes == {"bad": "upgraded"}
    assert found.fetches() == {"bad": 2}


@pytest.mark.slow
def test_verifying_images_in_full_finds_a_corrupt_one(start: StartBench) -> None:
    found = start({"phone": phone()})
    found.fleet.patch_image_server(faults={image("320"): "corrupt"})
    run = found.rollout(verify_image="full")
    assert run.outcomes == {"phone": "refused"}
    assert "SHA-1" in run.rollout["phones"]["phone"]["reason"]
    assert found.fleet.counters()["writes"] == 0


@pytest.mark.slow
def test_a_chained_update(start: StartBench) -> None:
    """Two images behind each other, over HTTP, where the user's catalogue asks for it."""
    version, chain = "10.1.198.19", "snomD785-ramdisk-chained-update-r.bin"
    file = f"snomD785-{version}-SIP-r.bin"
    phones = {"phone": phone("D785", "10.1.175.16", chained_from="10.1.184.15")}
    found = start(phones, images=[file, chain])
    found.hosts()["phone"]["snom_firmware_version"] = version
    found.change_catalog(file, chain=chain)
    run = found.rollout()
    assert run.outcomes == {"phone": "upgraded"}
    assert run.rollout["phones"]["phone"]["unverified"] is True
    assert found.fleet.phone("phone")["fetches"] == {chain: 1, file: 1}
    assert found.firmware("phone") == [version]


@pytest.mark.slow
def test_a_path_over_two_images(start: StartBench) -> None:
    between = "snom320-8.4.35-SIP-f.bin"
    found = start({"phone": phone("320", "7.3.14")}, images=[between])
    found.change_catalog(image("320"), requires="8.4.35")
    run = found.rollout()
    assert run.outcomes == {"phone": "upgraded"}
    assert run.rollout["phones"]["phone"]["path"] == ["8.4.35", NEW]
    assert [one["after"] for one in found.fleet.phone("phone")["cycles"]] == ["8.4.35", NEW]
