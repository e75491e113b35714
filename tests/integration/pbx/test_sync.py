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

from ansible_collections.telephony.snom.tests.integration.pbx.conftest import until
from ansible_collections.telephony.snom.tests.integration.pbx.kamailio import Kamailio, free_port
from ansible_collections.telephony.snom.tests.integration.playbooks.bench import Bench, Run, bench, phone
from ansible_collections.telephony.snom.tests.integration.playbooks.mirror import Mirror, mirror

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
        run = self.bench.play([{"hosts": "phones", "gather_facts": False, "tasks": tasks}])
        self._check_secrets(run)
        return run.results("snom_sync")

    def events(self, name: str) -> list[str]:
        """The events that a phone got by NOTIFY."""
        return [str(entry["detail"]) for entry in self.bench.fleet.log(name, event="notify")]

    def _check_secrets(self, run: Run) -> None:
        for secret in (LOGIN[1], "rpc-secret", "mirror-secret"):
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
        found.inventory["phones"]["vars"]["snom_mirror_control"] = {
            "url": box.url,
            "username": LOGIN[0],
            "password": LOGIN[1],
        }
        for name, state in found.fleet.phones().items():
            found.hosts()[name].setdefault("snom_mac", state["mac"])
            found.hosts()[name] |= {"snom_model": state["model"]}
            found.fleet.patch(name, settings={"setting_server": f"{box.url}/current/"})
        with_sip = {name for name, keys in phones.items() if keys.get("sip")}
        until(
            lambda: {entry["phone"] for entry in found.fleet.log(event="sip_registered")},
            lambda registered: registered >= with_sip,
        )
        yield Site(found, box)


def test_a_phone_fetches_its_own_file(kamailio: Kamailio, tmp_path: Path) -> None:
    phones = {"desk": at_pbx(kamailio, "701"), "classic": at_pbx(kamailio, "702", model="D785", firmware="10.1.54.13")}
    with site(tmp_path, phones) as found:
        assert found.provision().code == 0
        results = found.sync()
        assert {host: result["outcome"] for host, result in results.items()} == {"desk": "synced", "classic": "synced"}
        evidence = results["desk"]["evidence"]
        mac = found.bench.fleet.phone("desk")["mac"]
        assert (evidence["mac"], evidence["answer"], evidence["call_state"]) == (mac, 200, "idle")
        assert mac in evidence["fetched"]["file"] and evidence["fetched"]["firmware"] == "10.1.215.13"
        assert found.events("desk") == ["check-sync;reboot=false"]
        assert found.bench.fleet.phone("desk")["settings"]["phone_name"] == "701"
        assert found.bench.fleet.log(event="boot") == []
