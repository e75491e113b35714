# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Loading firmware, rebooting, and every way in which that goes wrong."""

from __future__ import annotations

import asyncio
import re
import socket
import time
from base64 import b64encode
from typing import Any
from urllib.parse import quote

import pytest
from ansible_collections.telephony.snom.tests.unit.virtual_phones.client import (
    eventually,
    get,
    load_target,
    phone_keys,
    receive_all,
    status,
    until,
)
from ansible_collections.telephony.snom.tests.unit.virtual_phones.conftest import StartFleet
from ansible_collections.telephony.snom.tests.virtual_phones.fleet import Fleet
from ansible_collections.telephony.snom.tests.virtual_phones.fleet_file import parse
from ansible_collections.telephony.snom.tests.virtual_phones.running import VirtualFleet

IMAGE = "snom320-8.7.5.35-SIP-f.bin"


def load(fleet: VirtualFleet, phone: dict[str, Any], file: str = IMAGE) -> bytes:
    return get(phone, load_target(f"{fleet.images}/{file}"))


def settled(state: dict[str, Any]) -> bool:
    """Whether the last upgrade or reboot has come to its end."""
    return (
        bool(state["cycles"])
        and state["phase"] in ("up", "dead")
        and {"up", "failed"} & state["cycles"][-1].keys() != set()
    )


def listens(phone: dict[str, Any]) -> bool:
    with socket.socket() as sock:
        return sock.connect_ex((phone["address"], phone["port"])) == 0


def test_a_load_brings_the_version_that_the_image_carries(start_fleet: StartFleet) -> None:
    phone = phone_keys(name="p", identities=["100"])
    fleet = start_fleet(phone)
    assert status(load(fleet, phone)) == 200
    state = eventually(fleet, "p", settled)
    assert state["firmware"] == "8.7.5.35"
    assert b"snom320-SIP 8.7.5.35" in get(phone, "/info.htm")
    assert (state["fetches"], state["violations"], state["writes"]) == ({IMAGE: 1}, 0, 1)
    cycle = state["cycles"][0]
    assert cycle["triggered"] <= cycle["loaded"] < cycle["down"] < cycle["up"] <= time.monotonic()
    assert (cycle["before"], cycle["after"]) == ("8.4.35", "8.7.5.35")
    events = [entry["event"] for entry in fleet.log("p")]
    assert events[:7] == ["request", "fetch", "down", "flash", "boot", "up", "registered"]
    assert fleet.counters()["images"] == {IMAGE: 1}


def test_the_image_server_sees_the_phone_and_its_user_agent(start_fleet: StartFleet) -> None:
    phone = phone_keys(name="p", firmware="8.7.5.17", mac="000413241234")
    fleet = start_fleet(phone)
    load(fleet, phone)
    eventually(fleet, "p", settled)
    (entry,) = fleet.log(event="image_get")
    agent = "Mozilla/4.0 (compatible; snom320-SIP 8.7.5.17 1.1.3-u 000413241234)"
    assert entry["detail"] == f"{phone['address']} {agent}"


def test_while_gone_the_port_is_closed_and_connections_are_reset(start_fleet: StartFleet) -> None:
    phone = phone_keys(name="p", timing={"flash": 60})
    fleet = start_fleet(phone)
    with socket.create_connection((phone["address"], phone["port"])) as idle:
        idle.sendall(b"GET /info.htm HTTP/1.1\r\nHost: p\r\n\r\n")
        assert idle.recv(15) == b"HTTP/1.1 200 Ok"
        assert status(get(phone, "/advanced_update.htm?reboot=Reboot")) == 302
        with pytest.raises(ConnectionResetError):
            receive_all(idle)
    eventually(fleet, "p", settled)
    load(fleet, phone)
    eventually(fleet, "p", lambda state: state["phase"] == "flashing")
    assert not listens(phone)
    assert fleet.counters()["listening_sockets"] == 0


@pytest.mark.parametrize("fault", ["not_found", "wrong_model", "truncated", "corrupt"])
def test_a_bad_image_leaves_the_phone_up_on_the_old_version(start_fleet: StartFleet, fault: str) -> None:
    phone = phone_keys(name="p")
    fleet = start_fleet(phone, image_server={"faults": {IMAGE: fault}})
    load(fleet, phone)
    state = eventually(fleet, "p", settled)
    assert (state["phase"], state["firmware"]) == ("up", "8.4.35")
    assert not fleet.log(event="down")
    assert len(fleet.log("p", event="load_failed")) == 1


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://downloads.example/fw/snom320-8.7.5.35-SIP-f.bin", "go nowhere else"),
        ("https://127.0.0.1/snom320-8.7.5.35-SIP-f.bin", "http URLs only"),
        ("http://127.0.0.1:1/snom320-8.7.5.35-SIP-f.bin", "refused|Connect"),
        ("http://[", "not a URL"),
    ],
)
def test_a_url_that_cannot_be_fetched_is_no_crash(start_fleet: StartFleet, url: str, reason: str) -> None:
    phone = phone_keys(name="p")
    fleet = start_fleet(phone)
    get(phone, load_target(url))
    state = eventually(fleet, "p", settled)
    assert re.search(reason, state["cycles"][0]["failed"])
    assert state["phase"] == "up"


def test_a_chained_update_is_fetched_before_the_image_behind_it(start_fleet: StartFleet) -> None:
    phone = phone_keys("D785", "10.1.175.16", name="p", mac="000413922D24", chained_from="10.1.184.15")
    fleet = start_fleet(phone)
    image, update = "snomD785-10.1.198.19-SIP-r.bin", "snomD785-ramdisk-chained-update-r.bin"
    load(fleet, phone, image)
    assert "needs the chained update" in eventually(fleet, "p", settled)["cycles"][0]["failed"]
    fleet.reset_log()
    real = quote(f"{fleet.images}/{image}?mac={{mac}}", safe="")
    get(phone, load_target(f"{fleet.images}/{update}?mac={{mac}}&chained_url={real}"))
    assert eventually(fleet, "p", settled)["firmware"] == "10.1.198.19"
    assert fleet.phone("p")["fetches"] == {update: 1, image: 1}
    assert [entry["target"] for entry in fleet.log(event="image_get")] == [
        f"/{update}?mac=000413922D24&chained_url={real.replace('%7Bmac%7D', '000413922D24')}",
        f"/{image}?mac=000413922D24",
    ]


def test_a_phone_without_a_d_in_its_images_takes_them(start_fleet: StartFleet) -> None:
    phone = phone_keys("D715", "8.7.5.35", name="p")
    fleet = start_fleet(phone)
    load(fleet, phone, "snom715-8.9.3.80-SIP-r.bin")
    assert eventually(fleet, "p", settled)["firmware"] == "8.9.3.80"
    assert b"<TITLE>snom D715</TITLE>" in get(phone, "/")


def test_faults_of_a_load(start_fleet: StartFleet) -> None:
    keeps = phone_keys(name="keeps", faults={"keep_old_version": True})
    ignores = phone_keys(name="ignores", faults={"ignores_load": True})
    lost = phone_keys(name="lost", faults={"never_return": True})
    other = phone_keys(name="other", faults={"replaced_by": {"mac": "000413999999", "model": "370"}})
    unregistered = phone_keys(name="unregistered", identities=["100"], faults={"loses_registration": True})
    fleet = start_fleet(keeps, ignores, lost, other, unregistered)
    for phone in (keeps, ignores, lost, other, unregistered):
        load(fleet, phone)
    assert eventually(fleet, "keeps", settled)["firmware"] == "8.4.35"
    assert len(fleet.log("keeps", event="down")) == 1
    assert eventually(fleet, "other", settled)["mac"] == "000413999999"
    assert b"snom370-SIP 8.7.5.35" in get(other, "/info.htm")
    assert eventually(fleet, "unregistered", settled)["identities"] == {"100@pbx.example": False}
    assert b"100@pbx.example: not registered" in get(unregistered, "/info.htm")
    eventually(fleet, "lost", lambda state: state["phase"] == "dead")
    assert not listens(lost)
    assert [entry["event"] for entry in fleet.log("ignores")] == ["load_ignored", "request"]


def test_a_dead_phone_lives_again_when_power_returns(start_fleet: StartFleet) -> None:
    phone = phone_keys(name="p", faults={"never_return": True})
    fleet = start_fleet(phone)
    load(fleet, phone)
    eventually(fleet, "p", lambda state: state["phase"] == "dead")
    fleet.patch("p", running=True)
    assert eventually(fleet, "p", lambda state: state["phase"] == "up")["firmware"] == "8.4.35"
    assert listens(phone)


def test_a_phone_that_reverts_goes_back_once(start_fleet: StartFleet) -> None:
    phone = phone_keys(name="p", faults={"reverts_after": 0.05})
    fleet = start_fleet(phone)
    load(fleet, phone)
    state = eventually(fleet, "p", lambda state: len(state["cycles"]) == 2 and settled(state))
    assert (state["firmware"], state["cycles"][0]["after"], state["cycles"][1]["kind"]) == (
        "8.4.35",
        "8.7.5.35",
        "revert",
    )


def test_provisioning_brings_its_version_back_at_the_next_boot(start_fleet: StartFleet) -> None:
    phone = phone_keys(name="p", provisioning={"firmware": "8.4.35"})
    left_alone = phone_keys(
        name="left_alone", provisioning={"firmware": "8.4.35"}, settings={"update_policy": "settings_only"}
    )
    fleet = start_fleet(phone, left_alone)
    load(fleet, left_alone)
    load(fleet, phone)
    state = eventually(fleet, "p", lambda state: len(state["cycles"]) == 2 and settled(state))
    assert (state["firmware"], state["cycles"][1]["kind"]) == ("8.4.35", "provisioning")
    assert len(eventually(fleet, "left_alone", settled)["cycles"]) == 1
    assert fleet.phone("left_alone")["firmware"] == "8.7.5.35"


def test_a_second_trigger_and_a_reboot_while_loading_are_violations(start_fleet: StartFleet) -> None:
    phone = phone_keys(name="p", timing={"load": 60})
    fleet = start_fleet(phone)
    load(fleet, phone)
    load(fleet, phone)
    assert fleet.phone("p")["violations"] == 1
    assert fleet.phone("p")["requests_while_flashing"] == 1
    get(phone, "/advanced_update.htm?reboot=Reboot")
    state = eventually(fleet, "p", settled)
    assert (state["violations"], state["firmware"]) == (2, "8.4.35")


def test_a_reboot_in_the_middle_of_flashing_kills(start_fleet: StartFleet) -> None:
    phone = phone_keys(name="p", timing={"flash": 60}, faults={"answers_while_flashing": True})
    fleet = start_fleet(phone)
    load(fleet, phone)
    eventually(fleet, "p", lambda state: state["phase"] == "flashing")
    get(phone, "/advanced_update.htm?reboot=Reboot")
    state = eventually(fleet, "p", lambda state: state["phase"] == "dead")
    assert state["violations"] == 1
    assert not listens(phone)


def test_a_phone_that_restarts_to_load_is_up_while_it_loads(start_fleet: StartFleet) -> None:
    phone = phone_keys(name="p", timing={"reboot": 0.2, "load": 60}, faults={"restarts_to_load": True})
    fleet = start_fleet(phone)
    load(fleet, phone)
    eventually(fleet, "p", lambda state: "loaded" in state["cycles"][-1])
    state = fleet.phone("p")
    assert (state["phase"], state["firmware"]) == ("loading", "8.4.35")
    assert state["uptime"] < 60
    assert b"snom320-SIP 8.4.35" in get(phone, "/info.htm")


def test_a_phone_that_shows_its_version_early_has_not_written_it(start_fleet: StartFleet) -> None:
    phone = phone_keys(name="p", timing={"load": 60}, faults={"shows_version_early": True})
    fleet = start_fleet(phone)
    load(fleet, phone)
    eventually(fleet, "p", lambda state: "loaded" in state["cycles"][-1])
    assert b"snom320-SIP 8.7.5.35" in get(phone, "/info.htm")
    assert (fleet.phone("p")["phase"], fleet.phone("p")["firmware"]) == ("loading", "8.4.35")


def test_an_unsafe_downgrade_breaks_the_updater(start_fleet: StartFleet) -> None:
    phone = phone_keys("D785", "10.1.54.13", name="p", deadlock_below="8.9.3.60")
    fleet = start_fleet(phone)
    load(fleet, phone, "snomD785-8.7.5.35-SIP-r.bin")
    state = eventually(fleet, "p", settled)
    assert (state["firmware"], state["updater_broken"]) == ("8.7.5.35", True)
    load(fleet, phone, "snomD785-10.1.54.13-SIP-r.bin")
    assert fleet.log("p", event="load_ignored")[0]["detail"] == "updater broken"


@pytest.mark.parametrize(
    ("keys", "settings", "mode"),
    [
        ({}, {}, "off"),
        ({"password": "geheim"}, {}, "on"),
        ({"password": "geheim", "has_webserver_admin_password": True}, {}, "off"),
        ({"has_webserver_admin_password": True}, {"webserver_admin_password": "geheim"}, "on"),
        ({}, {"admin_mode_password": "4711"}, "on"),
    ],
)
def test_without_an_administrator_password_new_firmware_is_in_user_mode(
    start_fleet: StartFleet, keys: dict[str, Any], settings: dict[str, str], mode: str
) -> None:
    phone = phone_keys("D713", "10.1.184.15", name="p", settings=settings, **keys)
    fleet = start_fleet(phone)
    login = ["Authorization: Basic " + b64encode(b"admin:geheim").decode()] if "password" in keys else []
    get(phone, load_target(f"{fleet.images}/snomD713-10.1.198.19-SIP-r.bin"), *login)
    state = eventually(fleet, "p", settled)
    assert (state["firmware"], state["settings"].get("admin_mode")) == ("10.1.198.19", mode)
    assert len(fleet.log("p", event="no_admin_password")) == (mode == "off")


@pytest.mark.parametrize(
    ("keys", "target"),
    [
        ({"firmware": "6.5.20"}, "/advanced.htm?reboot=Reboot"),
        ({"firmware": "6.5.20"}, "/confirm.html?REBOOT=yes"),
        ({"firmware": "7.3.30"}, "/advanced.htm?reboot=Reboot"),
        ({"firmware": "7.3.30", "model": "300"}, "/advanced_network.htm?reboot=Reboot"),
        ({"firmware": "8.7.5.35"}, "/advanced_update.htm?reboot=Reboot"),
        ({"firmware": "10.1.54.13", "model": "D785"}, "/advanced_update.htm?reboot=Reboot"),
    ],
)
def test_each_generation_reboots_in_its_own_way(start_fleet: StartFleet, keys: dict[str, str], target: str) -> None:
    phone = phone_keys(**keys, name="p")  # type: ignore[arg-type]
    fleet = start_fleet(phone)
    answer = get(phone, target)
    assert status(answer) == 302
    assert b"\r\nLocation: /reboot.htm\r\n" in answer
    state = eventually(fleet, "p", settled)
    assert (state["phase"], state["cycles"][0]["kind"]) == ("up", "reboot")
    assert state["uptime"] < 60


@pytest.mark.parametrize(
    ("firmware", "target", "code"),
    [("6.5.20", "/advanced_update.htm?reboot=Reboot", 404), ("8.7.5.35", "/advanced.htm?reboot=Reboot", 200)],
)
def test_the_way_of_another_generation_does_nothing(
    start_fleet: StartFleet, firmware: str, target: str, code: int
) -> None:
    phone = phone_keys(firmware=firmware, name="p")
    fleet = start_fleet(phone)
    assert status(get(phone, target)) == code
    assert fleet.phone("p")["cycles"] == []


def test_a_reboot_cuts_the_call_and_loses_unsaved_settings(start_fleet: StartFleet) -> None:
    phone = phone_keys(name="p", call={"state": "in_call"})
    fleet = start_fleet(phone)
    get(phone, "/dummy.htm?settings=save&language=Deutsch&store_settings=save")
    get(phone, "/dummy.htm?settings=save&dhcp=off")
    assert fleet.phone("p")["unsaved_settings"] == ["dhcp"]
    get(phone, "/advanced_update.htm?reboot=Reboot")
    state = eventually(fleet, "p", settled)
    assert (state["call"], state["calls_cut"], state["unsaved_settings"]) == ("idle", 1, [])
    assert state["settings"]["language"] == "Deutsch"
    assert re.search(rb"\ndhcp[!$]?: on\n", get(phone, "/settings.htm"))


def test_a_factory_reset_opens_the_phone(start_fleet: StartFleet) -> None:
    phone = phone_keys(name="p", identities=["100"], username="u", password="p")
    fleet = start_fleet(phone)
    login = "Authorization: Basic dTpw"
    assert status(get(phone, "/advanced_update.htm?reset=Reset", login)) == 302
    state = eventually(fleet, "p", settled)
    assert state["identities"] == {}
    assert status(get(phone, "/info.htm")) == 200


def test_a_phone_without_power_does_not_listen_until_it_has_some(start_fleet: StartFleet) -> None:
    phone = phone_keys(name="p", running=False)
    fleet = start_fleet(phone)
    assert not listens(phone)
    fleet.patch("p", running=True)
    eventually(fleet, "p", lambda state: state["phase"] == "up")
    assert listens(phone)
    fleet.patch("p", running=False)
    assert not listens(phone)


def test_a_call_ends_by_itself(start_fleet: StartFleet) -> None:
    fleet = start_fleet(phone_keys(name="p", call={"state": "in_call", "ends_after": 0.05}))
    until(lambda: fleet.log("p", event="call"), lambda entries: [entry["detail"] for entry in entries] == ["idle"])
    assert fleet.phone("p")["call"] == "idle"


def test_it_ends_also_when_what_it_fetches_is_just_there() -> None:
    async def both() -> None:
        fleet = Fleet(parse({"phones": [phone_keys(name="p")]}))
        await fleet.start()
        answer = asyncio.get_running_loop().create_future()

        async def poll() -> None:
            await asyncio.wait_for(answer, 60)
            await asyncio.Event().wait()

        errand = asyncio.create_task(poll())
        fleet.phones["p"]._errands.add(errand)
        await asyncio.sleep(0)
        answer.set_result(None)
        await fleet.phones["p"].finish()
        assert errand.done()
        await fleet.stop()

    asyncio.run(both())


def test_what_is_to_change_at_a_moment_does_so_once(start_fleet: StartFleet) -> None:
    changes = {"faults": {"missing_pages": ["index.htm"]}}
    fleet = start_fleet(phone := phone_keys(name="p", at={"read": changes, "shown": {"running": False}}))
    assert [status(get(phone, f"/{page}.htm")) for page in ("index", "info", "index", "info")] == [200, 200, 404, 200]
    assert [entry["detail"] for entry in fleet.log("p", event="moment")] == ["read"]
    get(phone, "/advanced_update.htm?reboot=Reboot")
    eventually(fleet, "p", lambda state: bool(state["cycles"]) and "up" in state["cycles"][-1])
    assert status(get(phone, "/info.htm")) == 200
    assert eventually(fleet, "p", lambda state: state["phase"] == "off")["firmware"] == "8.4.35"


@pytest.mark.parametrize("moment", ["asked", "back"])
def test_a_phone_that_breaks_while_it_loads(moment: str, start_fleet: StartFleet) -> None:
    fleet = start_fleet(phone := phone_keys(name="p", at={moment: {"running": False}}))
    get(phone, load_target(f"{fleet.images}/snom320-8.7.5.35-SIP-f.bin"))
    state = eventually(fleet, "p", lambda state: state["phase"] == "off")
    assert state["firmware"] == ("8.4.35" if moment == "asked" else "8.7.5.35")
