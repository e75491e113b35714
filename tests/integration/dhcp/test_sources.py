# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Leases of real servers, and registrations at a real PBX, through ansible-inventory and ansible-playbook."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import yaml
from ansible_collections.telephony.snom.plugins.module_utils._known.mac_in_text import PREFIXES
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.kea_control import KeaControl, read_kea_control
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.kea_file import read_kea_file
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.said import SourceFailed
from ansible_collections.telephony.snom.tests.integration.dhcp.servers import (
    LOGIN,
    Wire,
    running_dhcpd,
    running_dnsmasq,
    running_kea,
)
from ansible_collections.telephony.snom.tests.integration.pbx.conftest import until
from ansible_collections.telephony.snom.tests.integration.pbx.phones import sip_phone
from ansible_collections.telephony.snom.tests.integration.playbooks.listing import listed, tool
from ansible_collections.telephony.snom.tests.virtual_phones.kamailio import running_kamailio
from ansible_collections.telephony.snom.tests.virtual_phones.running import running

DESK, LIFT, LAPTOP = "00:04:13:45:12:0a", "00:04:13:45:12:0b", "02:00:00:00:00:01"
SITE = {"subnet": "192.0.2.0/24", "pool": "192.0.2.100-192.0.2.140"}


def control(url: str) -> dict[str, str]:
    return {"kind": "kea", "name": "control", "url": url, "username": LOGIN[0]}


def test_leases_of_a_real_kea_by_file_and_by_its_control_api(wire: Wire, tmp_path: Path) -> None:
    with running_kea(tmp_path / "kea", **SITE) as kea:
        for mac, name in ((DESK, "desk"), (LIFT, "lift"), (LAPTOP, "laptop")):
            wire.lease(mac, name)
        password = {"SNOM_KEA_PASSWORD": LOGIN[1]}
        found = listed(tmp_path, {"kind": "kea", "path": str(kea.leases)}, control(kea.url), env=password)
    assert (found.code, found.said) == (0, "")
    assert found.groups["phones"] == ["snom-00041345120a", "snom-00041345120b"]
    desk = found.hosts["snom-00041345120a"]
    assert desk["ansible_host"].startswith("192.0.2.1") and desk["snom_mac"] == "00041345120A"
    assert desk["snom_sources"]["kea"] == desk["snom_sources"]["control"]
    assert desk["snom_sources"]["kea"]["hostname"] == "desk"


def test_a_kea_that_gives_no_leases_out_and_one_that_is_gone(wire: Wire, tmp_path: Path) -> None:
    with running_kea(tmp_path / "kea", hook=False, **SITE) as kea:
        found = listed(tmp_path, {**control(kea.url), "password": LOGIN[1]})
        assert found.code == 0 and "libdhcp_lease_cmds" in found.said
        wrong = listed(tmp_path, {**control(kea.url), "password": "guessed"})
        assert "refused the login" in wrong.said and "guessed" not in wrong.said
    gone = listed(tmp_path, {**control(kea.url), "password": LOGIN[1]}, {"kind": "kea", "path": str(kea.leases)})
    assert gone.code == 0 and "can't be reached" in gone.said
    strict = listed(tmp_path, {**control(kea.url), "password": LOGIN[1]}, strict=True)
    assert "can't be reached" in strict.said and "phones" not in strict.groups


def test_no_reading_lacks_a_phone_while_kea_cleans_up_and_restarts(wire: Wire, tmp_path: Path) -> None:
    folder = tmp_path / "kea"
    wanted = {"00041345120A", "00041345120B"}
    seen: list[set[str | None]] = []
    refused: list[str] = []
    done = threading.Event()

    def read() -> None:
        asked = KeaControl(url="http://127.0.0.1:8000/", username=LOGIN[0], password=LOGIN[1])
        while not done.is_set():
            seen.append({one.mac for one in read_kea_file(str(folder / "kea-leases4.csv"), PREFIXES, 0).said})
            try:
                seen.append({one.mac for one in read_kea_control(asked, PREFIXES, 0).said})
            except SourceFailed as error:
                refused.append(error.reason)

    with running_kea(folder, **SITE) as kea:
        wire.lease(DESK, "desk")
        wire.lease(LIFT, "lift")
        until((folder / "kea-leases4.csv.2").exists, bool)
        reader = threading.Thread(target=read)
        reader.start()
        until(lambda: kea.cleanups, lambda count: count > 3)
    with running_kea(folder, **SITE) as kea:
        again = len(seen)
        until(lambda: (kea.cleanups, len(seen)), lambda found: found[0] > 2 and found[1] > again + 20)
    done.set()
    reader.join()
    assert all(found == wanted for found in seen)
    # A server that is away for longer than it takes to restart is said to be.
    assert all("can't be reached" in one or "refuses" in one for one in refused)


def test_leases_of_a_real_dnsmasq_and_a_real_dhcpd(wire: Wire, tmp_path: Path) -> None:
    with running_dnsmasq(tmp_path) as dnsmasq:
        wire.lease(DESK, "desk")
        wire.lease(LAPTOP, "laptop")
        until(lambda: dnsmasq.read_text() if dnsmasq.exists() else "", lambda text: text.count("\n") == 2)
    with running_dhcpd(tmp_path) as dhcpd:
        wire.lease(DESK, "desk")
        wire.lease(LIFT, "lift", "snomD735")
        until(dhcpd.read_text, lambda text: text.count("binding state active") == 2)
    found = listed(tmp_path, {"kind": "dnsmasq", "path": str(dnsmasq)}, {"kind": "isc_dhcpd", "path": str(dhcpd)})
    assert found.code == 0 and "Sources differ on the address of 1 phone" in found.said
    assert set(found.hosts) == {"snom-00041345120a", "snom-00041345120b"}
    desk, lift = found.hosts["snom-00041345120a"], found.hosts["snom-00041345120b"]
    # The first source counts.
    assert desk["ansible_host"] == desk["snom_sources"]["dnsmasq"]["address"]
    assert desk["snom_sources"]["isc_dhcpd"]["address"].startswith("192.0.2.1")
    assert (lift["snom_model"], lift["snom_sources"]["isc_dhcpd"]["hostname"]) == ("D735", "lift")
    assert found.groups["model_D735"] == ["snom-00041345120b"]


def test_from_leases_and_a_pbx_to_a_plan(wire: Wire, tmp_path: Path) -> None:
    """Virtual phones live on loopback addresses only, so that is what this Kea gives out."""
    with (
        running_kea(tmp_path / "kea", subnet="127.0.60.0/24", pool="127.0.60.10-127.0.60.20") as kea,
        running_kamailio(tmp_path) as kamailio,
    ):
        wire.lease(DESK, "desk")
        wire.lease(LIFT, "lift")
        leases: dict[str, Any] = listed(tmp_path, {"kind": "kea", "path": str(kea.leases)}).hosts
        phones = [
            sip_phone(
                kamailio,
                account,
                host["ansible_host"],
                mac=host["snom_mac"],
                port=8080,
                model="D785",
                firmware="10.1.84.12",
            )
            for account, host in zip(("401", "402"), leases.values(), strict=True)
        ]
        images = {"port": 8880, "images": ["snomD785-10.1.175.16-SIP-r.bin"]}
        with running({"phones": phones, "image_server": images}, tmp_path) as fleet:
            until(lambda: fleet.log(event="sip_registered"), lambda found: len({one["phone"] for one in found}) == 2)
            pbx = {"name": "pbx", **kamailio.pbx}
            found = listed(tmp_path, {"kind": "kea", "path": str(kea.leases)}, pbx, sites={"127.0.60.0/24": "berlin"})
            assert (found.code, found.said) == (0, "")
            assert set(found.groups) >= {"phones", "model_D785", "firmware_10_1_84_12", "site_berlin"}
            assert found.hosts["snom-00041345120a"]["snom_account"] == "401"
            variables = {
                "snom_scheme": "http",
                "snom_port": 8080,
                "snom_mirror": fleet.images,
                "snom_firmware_versions": {"D785": "10.1.175.16"},
                "firmware_rollout_catalog": str(tmp_path / "images.yml"),
                "firmware_rollout_verify_image": "none",
            }
            (tmp_path / "images.yml").write_text(yaml.safe_dump({"images": fleet.catalog()}), "utf-8")
            (tmp_path / "group_vars").mkdir()
            (tmp_path / "group_vars" / "phones.yml").write_text(yaml.safe_dump(variables), "utf-8")
            done = tool(
                tmp_path,
                "ansible-playbook",
                "-i",
                str(tmp_path / "phones.yml"),
                "telephony.snom.plan",
                "-e",
                "snom_hosts=phones",
            )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 of 2 phones need work" in done.stdout
    assert "snom-00041345120a" in done.stdout and "10.1.84.12 -> 10.1.175.16" in done.stdout
