# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the inventory plugin costs, within Ansible's own inventory. It asks no phone, so there are none."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ansible_collections.telephony.snom.plugins.module_utils._known.mac_in_text import PREFIXES
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.kea_file import read_kea_file
from environments import link_collections
from figures import Figure

GOAL = 3.0
"""Seconds of CPU for 10,000 phones."""

COLUMNS = "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context"

LOAD = """
import sys, time
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import init_plugin_loader
init_plugin_loader([sys.argv[1]])
before = time.process_time()
hosts = InventoryManager(DataLoader(), sources=[sys.argv[2]]).hosts
print(len(hosts), time.process_time() - before)
"""
"""In a process of its own: where the collection is imported already, Ansible's loader does not find it."""


def inventory(phones: int | None) -> list[Figure]:
    """Phones of a lease file and a table, as any playbook lists them before its first task."""
    count = phones or 10_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _leases(folder / "leases.csv", count, count)
        rows = [f"000413{number:06X};D785;site-{number % 50};{number}" for number in range(count)]
        (folder / "rooms.csv").write_text("\n".join(["MAC;Modell;Standort;Raum", *rows, ""]), "utf-8")
        file = folder / "phones.yml"
        sources = [
            {"kind": "kea", "path": "leases.csv"},
            {"kind": "csv", "path": "rooms.csv", "columns": {"room": "Raum"}},
        ]
        file.write_text(json.dumps({"plugin": "telephony.snom.phones", "sources": sources}), "utf-8")
        command = [sys.executable, "-c", LOAD, str(link_collections()), str(file)]
        said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.split()
        found, cpu = int(said[0]), float(said[1])
        _leases(folder / "long.csv", 1_000_000, count)
        before = time.process_time()
        read = len(read_kea_file(str(folder / "long.csv"), PREFIXES, 0).said)
        long = time.process_time() - before
    goal = GOAL * count / 10_000
    how = f"{count} phones in a lease file of Kea and in a table; the table names model, site and room"
    return [
        Figure(name="inventory", what="phones", value=str(found), goal=f"= {count}", met=found == count, how=how),
        Figure(name="inventory", what="CPU", value=f"{cpu:.1f} s", goal=f"< {goal:.1f} s", met=cpu < goal, how=how),
        Figure(name="inventory", what=f"CPU, a million lines of {read} phones", value=f"{long:.1f} s"),
    ]


def _leases(file: Path, lines: int, count: int) -> None:
    """A lease file with so many lines on so many phones."""
    with file.open("w", encoding="utf-8") as leases:
        leases.write(f"{COLUMNS}\n")
        for line in range(lines):
            number = line % count
            low, middle, high = number & 255, number >> 8 & 255, number >> 16
            leases.write(
                f"10.{high}.{middle}.{low},00:04:13:{high:02x}:{middle:02x}:{low:02x},,3600,4000000000,1,0,0,desk,0,\n"
            )
