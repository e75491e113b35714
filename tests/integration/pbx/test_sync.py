# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""snom_sync: a real Kamailio tells virtual phones, a real nginx serves their files, and its log is the proof."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.telephony.snom.tests.integration.pbx.conftest import until
from ansible_collections.telephony.snom.tests.integration.playbooks.bench import Bench, Run, bench, phone
from ansible_collections.telephony.snom.tests.integration.playbooks.mirror import Mirror, mirror
from ansible_collections.telephony.snom.tests.virtual_phones.kamailio import LOGIN as RPC_LOGIN
from ansible_collections.telephony.snom.tests.virtual_phones.kamailio import PASSWORD, Kamailio, free_port

LOGIN = ("ansible", "mirror-secret-4711")


@dataclass
class Site:
    """Phones that are registered at a PBX and fetch their files from a mirror."""

    bench: Bench
    box: Mirror

    def provision(self, **options: Any) -> Run:
        """Run the playbook of the role provisioning; options are those of the role, without its prefix."""
        given = {
            "base_url": self.box.url,
            "web_root": str(self.bench.folder / "www"),
            "allow_cleartext_secrets": True,
            **options,
        }
        variables = {"snom_hosts": "phones"} | {f"provisioning_{name}": value for name, value in given.items()}
        run = self.bench.play("telephony.snom.provision", variables=variables)
        self._check_secrets(run)
        return run

    def sync(self, **options: Any) -> dict[str, dict[str, Any]]:
        """Run the module on all phones, first with ``--check``, and return its results."""
        tasks = [{"telephony.snom.snom_sync": options, "ignore_errors": True}]
        plays = [{"hosts": "phones", "gather_facts": False, "tasks": tasks}]
        rehearsed = self.bench.check(self.bench.start(plays, "--check").wait())
        assert not any(self.events(name) for name in self.bench.hosts()), "check mode tells phones"
        run = self.bench.play(plays, rehearse=False)
        for one in (rehearsed, run):
            self._check_secrets(one)
        return run.results("snom_sync")

    def events(self, name: str) -> list[str]:
        """The events that a phone got by NOTIFY."""
        return [str(entry["detail"]) for entry in self.bench.fleet.log(name, event="notify")]

    def _check_secrets(self, run: Run) -> None:
        for secret in (LOGIN[1], RPC_LOGIN[1], PASSWORD):
            assert secret not in run.output and secret not in json.dumps(run.lines)


def at_pbx(
    pbx: Kamailio,
    account: str,
    *,
    inventory: dict[str, Any] | None = None,
    sip: dict[str, Any] | None = None,
    settings: dict[str, Any] | None = None,
    model: str = "D862",
    firmware: str = "10.1.215.13",
    **keys: Any,
) -> Any:
    """A phone with an account at the PBX, which the inventory names. A D862 shows nothing over HTTP."""
    return phone(
        model,
        firmware,
        identities=[account],
        settings={"mac_info_in_sip_register": "on", **(settings or {})},
        sip={"registrar": f"{pbx.address}:{pbx.port}", "port": free_port("127.0.0.1"), **(sip or {})},
        inventory={"snom_pbx": pbx.pbx, "snom_settings": {"phone_name": account}, **(inventory or {})},
        **keys,
    )


@contextmanager
def site(folder: Path, phones: dict[str, Any]) -> Iterator[Site]:
    """A fleet, an nginx with control, and what the phones' inventory says of both."""
    with ExitStack() as stack:
        found = stack.enter_context(bench(folder, phones))
        options = {"control": True, "control_username": LOGIN[0], "control_password": LOGIN[1], "images": []}
        box = stack.enter_context(mirror(found, setting_networks=["127.0.0.0/8"], **options))
        box.variables["firmware_mirror_control_networks"] = ["127.0.0.0/8"]
        (found.folder / "www").mkdir(exist_ok=True)
        assert (run := box.play(rehearse=False)).code == 0, run.output
        control = {"url": box.url, "username": LOGIN[0], "password": LOGIN[1]}
        found.inventory["phones"]["vars"]["snom_mirror_control"] = control
        for name, state in found.fleet.phones().items():
            host = found.hosts()[name]
            host.setdefault("snom_mac", state["mac"])
            host["snom_model"] = state["model"]
            if host["snom_pbx"]["kind"] == "sip":
                host["snom_pbx"]["port"] = state["sip_port"]
            found.fleet.patch(name, settings={"setting_server": f"{box.url}/current/"})
        with_sip = {name for name, keys in phones.items() if keys.get("sip")}
        until(
            lambda: {entry["phone"] for entry in found.fleet.log(event="sip_registered")},
            lambda registered: registered >= with_sip,
        )
        yield Site(found, box)


def in_call(pbx: Kamailio, account: str) -> bool:
    """Whether the PBX tracks a call of this account that is not over."""
    dialogs: Any = pbx.rpc("dlg.list")["result"]
    return any(f"sip:{account}@" in str(one) and one["state"] < 5 for one in dialogs)


def test_what_each_phone_did_is_told(kamailio: Kamailio, tmp_path: Path) -> None:
    classic = {"model": "D785", "firmware": "10.1.54.13"}
    nameless = {"mac_info_in_sip_register": "off"}
    phones = {
        "desk": at_pbx(kamailio, "701"),
        "classic": at_pbx(kamailio, "702", **classic),
        "ignores": at_pbx(kamailio, "703", sip={"check_sync": "ignored"}),
        "deaf": at_pbx(kamailio, "704", sip={"deaf": True}),
        "challenges": at_pbx(kamailio, "705", settings={"challenge_checksync": "on"}),
        # It restarts although it is told not to, and fetches at its boot.
        "restarts": at_pbx(kamailio, "706", sip={"check_sync": "reboots"}),
        "talks": at_pbx(kamailio, "707", call={"state": "in_call"}),
        "would-restart": at_pbx(kamailio, "708", settings={"checksync_action": "reboot"}, **classic),
        "is-to-restart": at_pbx(kamailio, "709", inventory={"snom_settings": {"checksync_action": "reboot"}}),
        "tr-069": at_pbx(kamailio, "710", settings={"tr69_use_acs": "on"}, **classic),
        "lift": at_pbx(kamailio, "711", inventory={"snom_protected": True}),
        "other-mac": at_pbx(kamailio, "712", inventory={"snom_mac": "000413AAAAAA"}),
        # Two phones with one account: with their MAC addresses each is told alone, without them none.
        "shared-1": at_pbx(kamailio, "713"),
        "shared-2": at_pbx(kamailio, "713"),
        "nameless-1": at_pbx(
            kamailio, "714", settings=nameless, inventory={"snom_account": "714", "ansible_host": "::1"}
        ),
        "nameless-2": at_pbx(
            kamailio, "714", settings=nameless, inventory={"snom_account": "714", "ansible_host": "::1"}
        ),
        "alone": at_pbx(kamailio, "715", settings=nameless),
        "straight": at_pbx(
            kamailio,
            "716",
            settings={"challenge_checksync": "on"},
            inventory={
                "snom_account": "716",
                "snom_pbx": {"kind": "sip", "password": PASSWORD},
                "snom_call_state": "idle",
            },
        ),
        "astray": at_pbx(kamailio, "717"),
        "armed": at_pbx(kamailio, "718"),
    }
    with site(tmp_path, phones) as found:
        found.bench.fleet.patch("astray", settings={"setting_server": f"{found.box.url}/elsewhere/"})
        assert found.provision().code == 0
        # As a controller does that lets a phone load a firmware.
        shown = found.box.configuration.parent / "lib" / "control" / "armed"
        (shown / f"{found.bench.fleet.phone('armed')['mac']}.xml").write_text("<firmware-settings/>")
        until(lambda: in_call(kamailio, "707"), bool)
        results = found.sync(fetch_timeout=20)
        told = {host: (result["outcome"], result.get("evidence", {}).get("answer")) for host, result in results.items()}
        assert told == {
            "desk": ("synced", 200),
            "classic": ("synced", 200),
            "ignores": ("no_fetch", 200),
            "deaf": ("no_fetch", 408),
            "challenges": ("auth_failed", 401),
            "restarts": ("synced", 200),
            "talks": ("deferred", None),
            "would-restart": ("refused", None),
            "is-to-restart": ("refused", None),
            "tr-069": ("refused", None),
            "lift": ("protected", None),
            "other-mac": ("unreachable", None),
            "shared-1": ("synced", 200),
            "shared-2": ("synced", 200),
            "nameless-1": ("refused", None),
            "nameless-2": ("refused", None),
            "alone": ("synced", 200),
            "straight": ("synced", 200),
            "astray": ("no_fetch", 200),
            "armed": ("refused", None),
        }
        reached = {name for name in phones if found.events(name)}
        assert reached == {name for name, (_outcome, answer) in told.items() if answer in (200, 401)}
        assert {event for name in phones for event in found.events(name)} == {"check-sync;reboot=false"}
        for name in ("shared-1", "shared-2", "desk"):
            assert len(found.events(name)) == 1
        for name, result in results.items():
            if result["outcome"] == "synced":
                mac = found.bench.fleet.phone(name)["mac"]
                assert mac in result["evidence"]["fetched"]["file"] and result["evidence"]["mac"] == mac
                assert found.bench.fleet.phone(name)["settings"]["phone_name"] == phones[name]["identities"][0]
        assert {entry["phone"] for entry in found.bench.fleet.log(event="boot")} == {"restarts"}
        assert results["desk"]["evidence"]["fetched"]["firmware"] == "10.1.215.13"
        assert "in a call" in results["talks"]["reason"]
        assert "mac_info_in_sip_register" in results["nameless-1"]["msg"]


@pytest.mark.slow
def test_the_role_lets_those_fetch_that_find_something_new(kamailio: Kamailio, tmp_path: Path) -> None:
    phones = {
        "desk": at_pbx(kamailio, "721"),
        "other": at_pbx(kamailio, "722"),
        "talks": at_pbx(kamailio, "723", call={"state": "in_call"}),
    }
    with site(tmp_path, phones) as found:
        until(lambda: in_call(kamailio, "723"), bool)
        run = found.provision(fetch="check_sync")
        assert run.recap == {"localhost": "ok", "desk": "changed", "other": "changed", "talks": "failed"}
        synced = run.results("snom_sync")
        assert {host: result["outcome"] for host, result in synced.items()} == {
            "desk": "synced",
            "other": "synced",
            "talks": "deferred",
        }
        # A file of the generation, and not the list that names it.
        assert synced["desk"]["evidence"]["fetched"]["file"].endswith(".xml")
        assert found.bench.fleet.phone("desk")["settings"]["phone_name"] == "721"

        found.bench.hosts()["desk"]["snom_settings"] = {"phone_name": "Reception"}
        run = found.provision(fetch="check_sync")
        # Nothing is new for the one that talks, so nobody asks it.
        assert run.recap == {"localhost": "ok", "desk": "changed", "other": "ok", "talks": "ok"}
        assert [len(found.events(name)) for name in phones] == [2, 1, 0]
        assert found.bench.fleet.phone("desk")["settings"]["phone_name"] == "Reception"

        found.bench.fleet.patch("talks", call={"state": "idle"})
        until(lambda: in_call(kamailio, "723"), lambda found: not found)
        run = found.provision(fetch="check_sync", fetch_unchanged=True)
        assert run.recap == {"localhost": "ok", "desk": "changed", "other": "changed", "talks": "changed"}
        assert found.bench.fleet.phone("talks")["settings"]["phone_name"] == "723"
