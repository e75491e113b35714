# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`make demo`: a fleet of virtual phones, the rollout playbook over it, how each phone ended, and the same once more.

Usage: python run.py WORK_DIRECTORY, with ansible-playbook on PATH and the collection where Ansible finds it. With
STAY=1 in the environment the phones live on after it, until Ctrl-C.
"""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "virtual_phones"))

from running import VirtualFleet, running  # noqa: E402 - a neighbour of this script, not a package

UNUSUAL = {
    "reception": "protected",
    "ward-3": "old_version",
    "ward-8": "unreachable",
    "shop-3": "auth_failed",
    **dict.fromkeys(("ward-7", "shop-6", "shop-8"), "compliant"),
}
"""How the phones end that are not upgraded."""


def rollout(work: Path, number: int) -> dict[str, Any]:
    """Run the playbook as a user would, and return its report."""
    report, given = work / f"report-{number}", work / f"options-{number}.yml"
    options = {
        "snom_hosts": "phones",
        "firmware_rollout_catalog": str(work / "catalog.yml"),
        "firmware_rollout_journal": str(work / "journal.jsonl"),
        "firmware_rollout_report_dir": str(report),
        # The virtual phones take three seconds for what takes a real one minutes.
        "firmware_rollout_flash_time": 8,
        "firmware_rollout_deferred_interval": 3,
        "firmware_rollout_max_bad": 1,
    }
    given.write_text(yaml.safe_dump(options, sort_keys=False))
    environment = {"ANSIBLE_STDOUT_CALLBACK": "telephony.snom.fleet"}
    if collections := os.environ.get("ANSIBLE_COLLECTIONS_PATH"):
        environment["ANSIBLE_COLLECTIONS_PATH"] = collections
    program = shutil.which("ansible-playbook") or "ansible-playbook"
    inventory = str(HERE / "inventory.yml")
    command = [program, "-i", inventory, "telephony.snom.rollout", "-e", f"@{given}"]
    # As it can be copied.
    print("\n$", *(f"{name}={shlex.quote(value)} \\\n " for name, value in environment.items()), shlex.join(command))
    sys.stdout.flush()
    subprocess.run(command, cwd=work, env=os.environ | environment, check=False)
    return dict(json.loads((report / "report.json").read_text()))


def triggers(fleet: VirtualFleet) -> Counter[str]:
    """How often each phone was told to load an image."""
    return Counter(entry["phone"] for entry in fleet.log(event="request") if "swload=load" in entry["target"])


def main() -> int:
    work = Path(sys.argv[1])
    work.mkdir(parents=True, exist_ok=True)
    (work / "journal.jsonl").unlink(missing_ok=True)
    with running(yaml.safe_load((HERE / "fleet.yml").read_text()), work) as fleet:
        (work / "catalog.yml").write_text(json.dumps({"images": fleet.catalog()}))
        first = rollout(work, 1)
        after_first = triggers(fleet)
        print("\nOnce more: nothing should be left to do but what failed.")
        second = rollout(work, 2)
        again = triggers(fleet) - after_first
        if os.environ.get("STAY") == "1":
            print("\nThe phones stay until Ctrl-C. Copy the commands above into another terminal.", flush=True)
            with contextlib.suppress(KeyboardInterrupt):
                signal.pause()
    wrong = {
        name: phone["outcome"]
        for name, phone in first["phones"].items()
        if phone["outcome"] != UNUSUAL.get(name, "upgraded")
    }
    well = {
        name for name, phone in first["phones"].items() if phone["outcome"] in ("upgraded", "compliant", "protected")
    }
    disturbed = sorted(well & set(again))
    if wrong:
        print(f"\nUnexpected outcomes: {wrong}")
    if disturbed:
        print(f"\nTriggered again although they had ended well: {disturbed}")
    print(f"\nSecond run: {second['summary']}, {sum(again.values())} triggers")
    print(f"Report of the first run: {work / 'report-1' / 'report.html'}")
    print("The phones are gone now. `make demo STAY=1` keeps them, so that you can copy the commands above.")
    return 1 if wrong or disturbed else 0


if __name__ == "__main__":
    sys.exit(main())
