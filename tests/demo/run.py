# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`make demo`: a fleet of virtual phones, the rollout playbook over it, how each phone ended, and the same once more.

Usage: python run.py WORK_DIRECTORY, with ansible-playbook on PATH and the collection where Ansible finds it. With
STAY=1 in the environment the phones live on after it, until Ctrl-C. Three of the phones need a Kamailio and an nginx;
where these are not installed, it goes without them, and says so.
"""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NoReturn
from urllib.request import ProxyHandler, build_opener

import yaml

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "virtual_phones"))

from kamailio import kamailio_program, running_kamailio  # noqa: E402 - neighbours of this script, not a package
from nginx import end_nginx, nginx_program  # noqa: E402
from running import VirtualFleet, running  # noqa: E402

UNUSUAL = {
    "reception": "protected",
    "ward-3": "old_version",
    "ward-8": "unreachable",
    "shop-3": "auth_failed",
    **dict.fromkeys(("ward-7", "shop-6", "shop-8"), "compliant"),
}
"""How the phones end that are not upgraded."""

UNSAFE = ["ward-3"]
"""Those that must not be powered off at the end. It may yet write the image that it has loaded."""

ENDING = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)
"""What ends this program, and with it all that it has started."""

MINUTE = 60

PBX: dict[str, Any] = {"address": "127.20.0.1", "port": 28060, "rpc_port": 28061}
"""Where the fleet and the inventory have it."""

WITH = """\
{count} virtual phones of three sites. Three are D8xx, which take no commands over HTTP:
a PBX (Kamailio) tells them to look at a mirror (nginx) for their firmware.
The role firmware_mirror makes that mirror now, which takes about ten seconds."""

WITHOUT = """\
{count} virtual phones of three sites. Three more are left out, which are D8xx: they need
a PBX (Kamailio) and a mirror (nginx). To see them, run as root
`apt-get install {packages}`."""


@dataclass(frozen=True)
class Site:
    """What runs while the demo does."""

    work: Path
    fleet: VirtualFleet
    hosts: str
    """The inventory's pattern for those of its phones that run."""
    disarm: Path | None
    """What the mirror's timer runs each minute, if there is a mirror."""

    def run_timer(self) -> None:
        """Do what a crontab would do."""
        if self.disarm:
            subprocess.run([self.disarm], check=True)


def main() -> int:
    for number in ENDING:
        signal.signal(number, end)
    work = Path(sys.argv[1]).resolve()
    work.mkdir(parents=True, exist_ok=True)
    (work / "journal.jsonl").unlink(missing_ok=True)
    try:
        with site(work) as place:
            return watch(place)
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1


def end(number: int, _frame: object) -> NoReturn:
    """End this program by a signal. What it has started ends first, whatever signal comes then."""
    for other in ENDING:
        signal.signal(other, signal.SIG_IGN)
    sys.exit(f"Ended by {signal.Signals(number).name}.")


def watch(place: Site) -> int:
    """Roll out twice and tell what came of it; 0 if that was as it should be."""
    first = rollout(place, 1)
    asked = triggers(place.fleet)
    print("\nOnce more: nothing should be left to do but what failed.")
    second = rollout(place, 2)
    again = triggers(place.fleet) - asked
    ended = {name: phone["outcome"] for name, phone in first["phones"].items()}
    expected = {name: UNUSUAL.get(name, "upgraded") for name in place.fleet.phones()}
    wrong = {name: word for name, word in ended.items() if word != expected.get(name)}
    forgotten = sorted(expected.keys() - ended.keys())
    unsafe = [one["host"] for one in first["do_not_power_off"]]
    disturbed = sorted(name for name in again if ended[name] in ("upgraded", "compliant", "protected"))
    if wrong:
        print(f"\nUnexpected outcomes: {wrong}")
    if forgotten:
        print(f"\nWithout an outcome: {forgotten}")
    if unsafe != UNSAFE:
        print(f"\nMust not be powered off: {unsafe}, not {UNSAFE}")
    if disturbed:
        print(f"\nAsked again to load although they had ended well: {disturbed}")
    summary = ", ".join(f"{count} {word}" for word, count in second["summary"].items())
    print(f"\nSecond run: {summary}. Asked to load an image: {sum(again.values())} phones.")
    print(f"Report of the first run: {place.work / 'report-1' / 'report.html'}", flush=True)
    if os.environ.get("STAY") == "1":
        stay(place)
    else:
        print("The phones go now. `make demo STAY=1` keeps them, so that you can copy the commands above.", flush=True)
    return 1 if wrong or forgotten or disturbed or unsafe != UNSAFE else 0


def stay(place: Site) -> None:
    """Keep all running until a signal."""
    print("\nThe phones stay until Ctrl-C. Copy the commands above into another terminal.", flush=True)
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    while signal.sigtimedwait(ENDING, MINUTE) is None:
        place.run_timer()


def rollout(place: Site, number: int) -> dict[str, Any]:
    """Run the playbook as a user would, and return its report. Raises RuntimeError if there is none."""
    report = place.work / f"report-{number}"
    shutil.rmtree(report, ignore_errors=True)
    options = {
        "snom_hosts": place.hosts,
        "firmware_rollout_catalog": str(place.work / "catalog.yml"),
        "firmware_rollout_journal": str(place.work / "journal.jsonl"),
        "firmware_rollout_report_dir": str(report),
        # The virtual phones take three seconds for what takes a real one minutes.
        "firmware_rollout_flash_time": 8,
        "firmware_rollout_deferred_interval": 3,
        "firmware_rollout_max_bad": 1,
    }
    command = playbook("telephony.snom.rollout", place.work / f"options-{number}.yml", options)
    added = {"ANSIBLE_STDOUT_CALLBACK": "telephony.snom.fleet"} | shared()
    place.run_timer()
    # As it can be copied.
    print("\n$", *(f"{name}={shlex.quote(value)} \\\n " for name, value in added.items()), shlex.join(command))
    sys.stdout.flush()
    run(command, place.work, added)
    try:
        return dict(json.loads((report / "report.json").read_text()))
    except FileNotFoundError:
        raise RuntimeError("The rollout wrote no report. What it said stands above.") from None


def triggers(fleet: VirtualFleet) -> Counter[str]:
    """How often each phone was told to load an image, or to look for one."""
    loads = [entry for entry in fleet.log(event="request") if "swload=load" in entry["target"]]
    return Counter(entry["phone"] for entry in [*loads, *fleet.log(event="check_sync")])


@contextlib.contextmanager
def site(work: Path) -> Iterator[Site]:
    """Phones, and PBX and mirror for those that need them, until the block ends.

    Raises RuntimeError with a sentence if something does not start.
    """
    content = yaml.safe_load((HERE / "fleet.yml").read_text())
    at_pbx = {phone["name"] for phone in content["phones"] if "sip" in phone}
    require_free(content["image_server"]["address"], content["image_server"]["port"])
    missing = lacking()
    if missing:
        content["phones"] = [phone for phone in content["phones"] if phone["name"] not in at_pbx]
        print(WITHOUT.format(count=len(content["phones"]), packages=" ".join(missing)), flush=True)
        with running(content, work) as fleet:
            write_catalog(work, fleet)
            yield Site(work, fleet, "phones:!d8xx", None)
        return
    print(WITH.format(count=len(content["phones"])), flush=True)
    with running_kamailio(work, **PBX), mirror(work) as disarm, running(content, work) as fleet:
        for image in write_catalog(work, fleet):
            if image["model"].startswith("D8"):
                fetch(image["url"], work / "www" / "fw" / image["file"])
        while {entry["phone"] for entry in fleet.log(event="sip_registered")} != at_pbx:
            time.sleep(0.05)
        yield Site(work, fleet, "phones", disarm)


def require_free(address: str, port: int) -> None:
    """Raise RuntimeError if somebody listens there: all that the demo starts has fixed addresses."""
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((address, port))
        except OSError as error:
            raise RuntimeError(
                f"The demo needs port {port} of {address}: {error.strerror}. Does another demo run on this machine?"
            ) from None


def lacking() -> list[str]:
    """Debian's packages of what the D8xx need and this machine has not."""
    here = {"kamailio": kamailio_program(), "nginx-light": nginx_program()}
    return [package for package, program in here.items() if program is None]


@contextlib.contextmanager
def mirror(work: Path) -> Iterator[Path]:
    """A mirror without images, made by its role, until the block ends; yields what its timer would run.

    Raises RuntimeError with what the role said if it failed.
    """
    prefix, log = work / "nginx", work / "mirror.log"
    # The log of an earlier demo says of these phones that they have been upgraded.
    shutil.rmtree(prefix, ignore_errors=True)
    options = {
        "firmware_mirror_prefix": str(prefix),
        "firmware_mirror_root": str(work / "www"),
        "firmware_mirror_nginx": nginx_program(),
        # An ordinary user's nginx runs as that user. root's would run as nobody, who may not read root's files.
        "firmware_mirror_user": None if os.geteuid() else "root",
    }
    command = playbook(str(HERE / "mirror.yml"), work / "options-mirror.yml", options)
    try:
        with log.open("wb") as output:
            failed = run(command, work, shared(), output)
        if failed:
            raise RuntimeError(f"The mirror could not be made:\n{log.read_text('utf-8', 'replace')}")
        yield prefix / "disarm"
    finally:
        end_nginx(prefix)


def write_catalog(work: Path, fleet: VirtualFleet) -> list[dict[str, Any]]:
    """Write the catalogue of the fleet's images, and return it."""
    images = fleet.catalog()
    (work / "catalog.yml").write_text(json.dumps({"images": images}))
    return images


def fetch(url: str, file: Path) -> None:
    """Fetch a file from a loopback address."""
    with build_opener(ProxyHandler({})).open(url) as answer:
        file.write_bytes(answer.read())


def playbook(name: str, given: Path, options: dict[str, Any]) -> list[str]:
    """The command that runs a playbook with options, which go into the file given."""
    given.write_text(yaml.safe_dump(options, sort_keys=False))
    program = shutil.which("ansible-playbook") or "ansible-playbook"
    return [program, "-i", str(HERE / "inventory.yml"), name, "-e", f"@{given}"]


def shared() -> dict[str, str]:
    """What every playbook here needs in its environment."""
    collections = os.environ.get("ANSIBLE_COLLECTIONS_PATH")
    return {"ANSIBLE_COLLECTIONS_PATH": collections} if collections else {}


def run(command: list[str], work: Path, added: dict[str, str], output: IO[bytes] | None = None) -> int:
    """Run a playbook to its end. Where this program is to end, so are the playbook and its workers."""
    # A signal that came while it begins would end this program, and leave a playbook that nobody knows.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)

    def as_before() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)

    try:
        process = subprocess.Popen(
            command, cwd=work, env=os.environ | added, stdout=output, stderr=output, preexec_fn=as_before
        )
    except BaseException:
        as_before()
        raise
    with process:
        try:
            as_before()
            return process.wait()
        except BaseException:
            # A worker without its playbook would go on to watch phones that are gone.
            for pid in [process.pid, *children(process.pid)]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            raise


def children(pid: int) -> list[int]:
    """The processes that a process has started, and those that these have."""
    try:
        found = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
    return found + [other for child in found for other in children(child)]


if __name__ == "__main__":
    sys.exit(main())
