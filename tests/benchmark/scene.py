# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the benchmarks play with: fleets of virtual phones, their inventory, and plays over them."""

from __future__ import annotations

import hashlib
import json
import os
import ssl
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measuring import Cost, run
from running import VirtualFleet, free_port, running

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / ".build"
WORK = BUILD / "benchmark"

USERNAME, PASSWORD = "admin", "benchmark-password"

# What a controller may have open, files and connections: as little as any system gives, and it can't ask for more.
OPEN_FILES = 1024

# Model, the version that it runs, and the image that it is to get: firmware 7, 8 and 10.
KINDS = (
    ("320", "7.3.14", "8.7.5.35", "snom320-8.7.5.35-SIP-f.bin"),
    ("720", "8.7.5.35", "8.9.3.80", "snom720-8.9.3.80-SIP-r.bin"),
    ("D345", "10.1.49.11", "10.1.175.16", "snomD345-10.1.175.16-SIP-r.bin"),
    ("D785", "10.1.84.12", "10.1.175.16", "snomD785-10.1.175.16-SIP-r.bin"),
)


@dataclass(frozen=True)
class Scene:
    """A fleet that is running, and the files that Ansible needs for it."""

    fleet: VirtualFleet
    inventory: Path
    catalog: Path
    hosts: dict[str, dict[str, Any]]


@contextmanager
def scene(name: str, count: int, *, tls: bool = False, timing: dict[str, float] | None = None) -> Iterator[Scene]:
    """Run a fleet of phones, each on an address of its own, all behind on their firmware and with a password."""
    folder = WORK / name
    folder.mkdir(parents=True, exist_ok=True)
    port, images = free_port(), free_port()
    phones = [
        {
            "name": f"phone-{number:04}",
            "address": f"127.40.{number // 250}.{number % 250 + 1}",
            "mac": f"00041340{number:04X}",
            "model": KINDS[number % len(KINDS)][0],
            "firmware": KINDS[number % len(KINDS)][1],
        }
        for number in range(count)
    ]
    content = {
        "image_server": {"port": images, "images": [kind[3] for kind in KINDS]},
        "defaults": {
            "port": port,
            "tls": tls,
            "username": USERNAME,
            "password": PASSWORD,
            "identities": ["100"],
            "timing": timing or {},
        },
        "phones": phones,
    }
    with running(content, folder) as fleet:
        variables: dict[str, Any] = {
            "ansible_python_interpreter": sys.executable,
            "snom_scheme": "https" if tls else "http",
            "snom_port": port,
            "snom_username": USERNAME,
            "snom_password": PASSWORD,
            "snom_firmware_versions": {kind[0]: kind[2] for kind in KINDS},
        }
        if tls:
            pem = ssl.get_server_certificate((phones[0]["address"], port))
            variables["snom_cert_fingerprint"] = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()
        hosts = {phone["name"]: {"ansible_host": phone["address"], "snom_mac": phone["mac"]} for phone in phones}
        inventory, catalog = folder / "inventory.yml", folder / "catalog.yml"
        inventory.write_text(json.dumps({"all": {"hosts": hosts, "vars": variables}}), "utf-8")  # JSON is YAML
        catalog.write_text(json.dumps({"images": fleet.catalog()}), "utf-8")
        yield Scene(fleet, inventory, catalog, {host: variables | own for host, own in hosts.items()})


def play(stage: Scene, name: str, task: dict[str, Any]) -> Cost:
    """Run a play of one task over all hosts. Ansible has its defaults: five forks, the linear strategy."""
    file = stage.inventory.with_name(f"{name}.yml")
    file.write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": [task]}]), "utf-8")
    return playbook(stage, str(file), name, {})


def playbook(
    stage: Scene, playbook_name: str, name: str, variables: dict[str, Any], env: Mapping[str, str] | None = None
) -> Cost:
    """Run a playbook; its output goes to a file beside the inventory. env is added to its environment."""
    # Cached bytecode as in an installed collection, but not beside the sources.
    around = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "PYTHON"))}
    around |= {"ANSIBLE_COLLECTIONS_PATH": str(BUILD), "PYTHONPYCACHEPREFIX": str(WORK / "bytecode"), **(env or {})}
    command: list[str | Path] = [
        "prlimit",
        f"--nofile={OPEN_FILES}:{OPEN_FILES}",
        Path(sys.executable).with_name("ansible-playbook"),
        "-i",
        stage.inventory,
        playbook_name,
        "-e",
        json.dumps(variables),
    ]
    return run(command, stage.inventory.with_name(f"{name}.log"), around)
