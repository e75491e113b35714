# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One module and one rollout from an installed collection: ``python smoke.py COLLECTIONS WORK_DIRECTORY``.

It is run by the Python of the environment whose ansible-core is tried, on two virtual phones that came with the
collection. Prints what it saw; ends with 1 if that is not what should be.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from desks import OLD, fleet_of, inventory_of, rollout_options

PASSWORD = "smoke-password"


def main() -> int:
    collections, work = Path(sys.argv[1]), Path(sys.argv[2])
    sys.path.insert(0, str(collections / "ansible_collections" / "telephony" / "snom" / "tests" / "virtual_phones"))
    from running import free_port, running

    work.mkdir(parents=True, exist_ok=True)
    fleet = fleet_of("127.31.1", 2, port=free_port(), mirror=free_port(), password=PASSWORD)
    for number, phone in enumerate(fleet["phones"], 1):
        phone["mac"] = f"00041331{number:04X}"
    hosts = inventory_of(fleet, snom_username="admin", snom_password=PASSWORD)
    for phone in fleet["phones"]:
        hosts["phones"]["hosts"][phone["name"]]["snom_mac"] = phone["mac"]
    inventory, given = work / "inventory.json", work / "given.json"
    inventory.write_text(json.dumps(hosts), "utf-8")
    with running(fleet, work) as virtual:
        (work / "catalog.json").write_text(json.dumps({"images": virtual.catalog()}), "utf-8")
        options = {"snom_hosts": "phones"} | rollout_options(str(work))
        given.write_text(json.dumps(options), "utf-8")
        read = ansible("ansible", "desk-1", "-i", inventory, "-m", "telephony.snom.snom_info", collections=collections)
        rolled = ansible(
            *("ansible-playbook", "-i", inventory, "telephony.snom.rollout", "-e", f"@{given}"), collections=collections
        )
    report = json.loads((work / "report" / "report.json").read_text("utf-8"))
    outcomes = {name: phone["outcome"] for name, phone in report["phones"].items()}
    print(f"The phones ended as {outcomes}.")
    return 0 if OLD in read and rolled and set(outcomes.values()) == {"upgraded"} else 1


def ansible(program: str, *arguments: str | Path, collections: Path) -> str:
    """Run a program of this environment, show what it prints and return it. Raises CalledProcessError."""
    told = subprocess.run(
        [Path(sys.executable).with_name(program), *arguments],
        env=os.environ | {"ANSIBLE_COLLECTIONS_PATH": str(collections), "ANSIBLE_LOCALHOST_WARNING": "false"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    print(told.stdout)
    told.check_returncode()
    return told.stdout


if __name__ == "__main__":
    sys.exit(main())
