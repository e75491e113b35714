# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A fleet whose phones are brought to their firmware by provisioning: a real Kamailio, and the mirror's real nginx."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.telephony.snom.tests.integration.playbooks.bench import PATIENCE, TARGETS, Bench, bench
from ansible_collections.telephony.snom.tests.integration.playbooks.bench import image as wanted_image
from ansible_collections.telephony.snom.tests.integration.playbooks.mirror import Mirror, mirror
from ansible_collections.telephony.snom.tests.virtual_phones.kamailio import Kamailio

OLD, NEW = "10.1.215.13", "10.1.226.13"
LOGIN = ("ansible", "n0t-to-be-seen-either")


def image(model: str = "D862", version: str = NEW) -> str:
    """The name of the image of a model."""
    return f"snom{model}-{version}-SIP-r.{'swu' if model.startswith('D8') else 'bin'}"


def by_provisioning(pbx: Kamailio, number: int, model: str = "D862", firmware: str = OLD, **keys: Any) -> Any:
    """Keys of a phone that registers at the PBX with an account of its own, and whose host is reached by that."""
    mac = f"000413AB{number:04X}"
    inventory = {"snom_transport": "sip", "snom_mac": mac, **keys.pop("inventory", {})}
    sip = {"registrar": f"{pbx.address}:{pbx.port}", **keys.pop("sip", {})}
    settings = {"mac_info_in_sip_register": "on", "update_policy": "auto_update", **keys.pop("settings", {})}
    return {
        "model": model,
        "firmware": firmware,
        "mac": mac,
        "identities": [f"{4000 + number}@{pbx.address}"],
        "settings": settings,
        "sip": sip,
        "inventory": inventory,
        **keys,
    }


@dataclass
class Site:
    """Fleet, PBX and mirror."""

    bench: Bench
    pbx: Kamailio
    box: Mirror

    def armed(self) -> list[str]:
        """The phones that are shown an image."""
        folder = self.box.configuration.parent / "lib" / "control" / "armed"
        return sorted(file.stem for file in folder.iterdir())

    def images_sent(self, name: str) -> int:
        """How often the mirror sent an image to a phone."""
        address = self.bench.address(name)
        return sum(
            line["address"] == address and line["uri"].startswith("/fw/") and line["status"] == 200
            for line in self.box.requests()
        )

    def intended(self) -> list[str]:
        """The phones that were to be asked for something, by the journal."""
        journal = self.bench.journal
        lines = journal.read_text().split("\n")[:-1] if journal.exists() else []
        return [entry["host"] for entry in map(json.loads, lines) if entry["type"] == "intent"]

    def run_timer(self) -> None:
        """What the mirror's timer runs."""
        subprocess.run([str(self.box.configuration.parent / "disarm")], check=True, timeout=PATIENCE)

    @contextmanager
    def timer(self) -> Iterator[None]:
        """Run it each minute, as the mirror does: nothing is armed where it has not run for three."""
        ended = threading.Event()

        def run() -> None:
            while not ended.wait(60.0):
                self.run_timer()

        thread = threading.Thread(target=run, name="mirror-timer", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()


@contextmanager
def site(
    folder: Path,
    pbx: Kamailio,
    phones: Mapping[str, Mapping[str, Any]],
    *images: str,
    setting_networks: Sequence[str] = (),
    **variables: Any,
) -> Iterator[Site]:
    """Run them until the block ends. images: files of the mirror. setting_networks: who may have its setting files."""
    more = [file for file in images if file not in map(wanted_image, TARGETS)]
    with bench(folder, phones, images=more, snom_pbx=pbx.pbx, **variables) as found:
        options = {"control": True, "control_username": LOGIN[0], "control_password": LOGIN[1]}
        with mirror(found, **options) as box:
            box.variables["firmware_mirror_setting_networks"] = list(setting_networks)
            box.variables["firmware_mirror_control_networks"] = [f"{box.address}/32", "127.0.0.1"]
            run = box.play(rehearse=False, images=box.entries(*images))
            assert run.code == 0, run.output
            place = Site(found, pbx, box)
            place.run_timer()
            everybody = found.inventory["phones"]["vars"]
            everybody["snom_mirror"] = f"{box.url}/fw"
            everybody["snom_mirror_control"] = {"url": box.url, "username": LOGIN[0], "password": LOGIN[1]}
            for name, keys in phones.items():
                if "sip" in keys:
                    shown = {
                        "setting_server": f"{box.url}/settings",
                        "firmware_status": f"{box.url}/firmware/{{mac}}.xml",
                    }
                    found.fleet.patch(name, settings={**keys["settings"], **shown})
            yield place
