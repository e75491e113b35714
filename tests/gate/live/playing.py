# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plays against a few virtual phones, and what they leave behind: results, output, and what the phones saw."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ansible_collections.telephony.snom.tests.virtual_phones.kamailio import Kamailio
from ansible_collections.telephony.snom.tests.virtual_phones.running import VirtualFleet, free_port, running

ROOT = Path(__file__).resolve().parents[3]
BIN = Path(sys.executable).parent
PASSWORD = "Never/shown&1"
# A phone of each of two generations, the version that the inventory wants of it, and the image of that version. They
# are such that each example of a module applies to one of them, and nothing is to be warned about.
PHONES = {
    "hall": {"address": "127.31.0.1", "model": "320", "firmware": "8.4.35"},
    "desk": {"address": "127.31.0.2", "model": "D713", "firmware": "10.1.190.10"},
}
MIRROR = ROOT / "tests/integration/targets/snom_sync/files/mirror.py"
MIRROR_PASSWORD = "mirror-secret"
WANTED = {"320": "8.7.5.35", "D713": "10.1.198.19"}
IMAGES = ["snom320-8.7.5.35-SIP-f.bin", "snomD713-10.1.198.19-SIP-r.bin"]
# What one request of a phone leaves in a mirror's log.
MIRROR_LINE = {
    "time": "2026-11-26T22:10:51+00:00",
    "address": "127.31.0.2",
    "site": "",
    "method": "GET",
    "uri": "/fw/snomD713-10.1.198.19-SIP-r.bin",
    "mac": "",
    "status": 200,
    "bytes": 4096,
    "length": "4096",
    "range": "",
    "user_agent": "Mozilla/4.0 (compatible; snomD713-SIP 10.1.141.13 2010.12-00004-g9ba52f5 000413922D24 SXM:0 UXM:0)",
}
COLLECTIONS = {"ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".build")}


@cache
def module_docs(name: str) -> dict[str, Any]:
    """A module's documentation: ``doc``, ``examples`` as text, and ``return``."""
    command = [str(BIN / "ansible-doc"), "--json", "--type", "module", f"telephony.snom.{name}"]
    told = subprocess.run(command, env=os.environ | COLLECTIONS, capture_output=True, check=True)
    docs: dict[str, Any] = json.loads(told.stdout)[f"telephony.snom.{name}"]
    return docs


@dataclass(frozen=True)
class Run:
    """What one playbook left behind. results: host, action and result of each task on each host."""

    code: int
    output: str
    results: list[dict[str, Any]]
    writes: list[str]

    def of(self, module: str) -> list[dict[str, Any]]:
        """The results of this module's tasks, by host. What no_log hides is not there."""
        action = f"telephony.snom.{module}"
        in_order = sorted(self.results, key=lambda recorded: str(recorded["host"]))
        found = [recorded["result"] for recorded in in_order if recorded["action"] == action]
        return [
            {key: value for key, value in result.items() if not key.startswith("_ansible")}
            for result in found
            if "censored" not in result
        ]


class Site:
    """A user's folder with an inventory of the virtual phones, and the phones themselves."""

    def __init__(self, fleet: VirtualFleet, pbx: Kamailio, mirror: str, folder: Path) -> None:
        """mirror is the URL of one with control, from which the phones fetch their settings."""
        self.fleet = fleet
        self.pbx = pbx
        self.folder = folder
        phones = fleet.phones()
        hosts = {
            name: {
                "ansible_host": phone["address"],
                "snom_firmware_version": WANTED[phone["model"]],
                "snom_mac": phones[name]["mac"],
                "snom_model": phone["model"],
                "snom_settings": {"phone_name": name},
            }
            for name, phone in PHONES.items()
        }
        shared = {
            "snom_scheme": "http",
            "snom_port": phones["hall"]["port"],
            "snom_username": "admin",
            "snom_password": PASSWORD,
            "snom_mirror": f"{fleet.images}/fw",
            "snom_mirror_control": {"url": mirror, "username": "ansible", "password": MIRROR_PASSWORD},
            "snom_pbx": pbx.pbx,
            "snom_site": "berlin",
            "snom_settings_site": {"language": "Deutsch"},
            "reset_mac": "{{ snom_mac }}",
            "vault_desk_pin": "8147",
            "vault_phone_password": PASSWORD,
            "vault_snom_pbx_password": pbx.pbx["password"],
        }
        (folder / "files").mkdir()
        (folder / "www").mkdir()
        (folder / "files" / "images.yml").write_text(json.dumps({"images": fleet.catalog()}))
        (folder / "served").mkdir()
        (folder / "served" / "snom320-000413AABBCC.htm").write_text(f"language!: English\nhttp_pass!: {PASSWORD}\n")
        (folder / "access.log").write_text(f"{json.dumps(MIRROR_LINE)}\n")
        with gzip.open(folder / "access.log.1.gz", "wt") as stream:
            stream.write(f"{json.dumps(MIRROR_LINE)}\n")
        (folder / "inventory.json").write_text(json.dumps({"phones": {"hosts": hosts, "vars": shared}}))

    def play(self, plays: list[dict[str, Any]], *options: str, **variables: object) -> Run:
        """Run plays as loudly as Ansible can."""
        self.fleet.reset_log()
        results = self.folder / "results.jsonl"
        results.write_text("")
        (self.folder / "play.json").write_text(json.dumps(plays))
        env = COLLECTIONS | {
            "ANSIBLE_CALLBACKS_ENABLED": "record",
            "ANSIBLE_CALLBACK_PLUGINS": str(Path(__file__).parent / "callback"),
            "ANSIBLE_HOME": str(self.folder / "ansible"),
            "ANSIBLE_NOCOLOR": "true",
            "SNOM_RESULTS": str(results),
        }
        done = subprocess.run(
            [
                *(BIN / "ansible-playbook", "-vvvvv", "-i", "inventory.json", "play.json"),
                *("-e", json.dumps(variables), *options),
            ],
            cwd=self.folder,
            env=os.environ | env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        writes = sorted(f"{entry['phone']}: {entry['target']}" for entry in self.fleet.log() if entry.get("write"))
        return Run(done.returncode, done.stdout, list(map(json.loads, results.read_text().splitlines())), writes)


@cache
def ports() -> tuple[int, int]:
    """The image server's port and the phones'. They stay the same, so that results from two sites can be compared."""
    return free_port(), free_port("127.31.0.1")


@contextmanager
def running_mirror(folder: Path) -> Iterator[str]:
    """What answers like a mirror with control; its URL."""
    port = folder / "mirror_port"
    process = subprocess.Popen([sys.executable, MIRROR, port])
    try:
        while not port.exists():
            assert process.poll() is None
            time.sleep(0.02)
        yield f"http://127.0.0.1:{port.read_text()}"
    finally:
        process.kill()
        process.wait()


@contextmanager
def open_site(folder: Path, pbx: Kamailio, *, registers: bool = False) -> Iterator[Site]:
    """Start the phones, and end them with the block. folder need not exist.

    registers: they do so at the PBX, by one account, and fetch their settings from the mirror. Most modules ask no PBX
    who talks where they run elsewhere, so it is for those alone that need one.
    """
    folder.mkdir(exist_ok=True)
    for_images, for_phones = ports()
    with running_mirror(folder) as mirror:
        content: dict[str, Any] = {
            "image_server": {"port": for_images, "images": IMAGES},
            "defaults": {
                "port": for_phones,
                "password": PASSWORD,
                "identities": ["100"],
                # Gone for so long that nobody misses it, however busy this machine is.
                "timing": {"load": 0.1, "flash": 6, "boot": 0.1, "reboot": 6},
            },
            "phones": [{"name": name, **phone} for name, phone in PHONES.items()],
        }
        if registers:
            content["defaults"] |= {
                "settings": {"mac_info_in_sip_register": "on", "setting_server": f"{mirror}/current/"},
                "sip": {"registrar": f"{pbx.address}:{pbx.port}", "port": for_phones},
            }
        with running(content, folder) as fleet:
            while registers and {entry["phone"] for entry in fleet.log(event="sip_registered")} != PHONES.keys():
                time.sleep(0.02)
            yield Site(fleet, pbx, mirror, folder)
        if registers:
            assert "error" not in pbx.rpc("ul.rm", "location", "100")
