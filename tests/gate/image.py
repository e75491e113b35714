# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build the execution environment of extensions/awx, and run playbooks in it: ``python image.py``, as root.

The definition is built as it is, with podman and runc. Its base image is a stand-in: a Debian by debootstrap under the
same name, with a program ``dnf`` that calls apt-get, so that no registry of images is asked. What that proves is that
the collection comes in from git with what it needs, and runs; not that the real base image has what it takes.

Then ansible-runner, as AWX does, and ansible-navigator run playbooks of the collection in that image, each in a
container of its own, against virtual phones on the loopback addresses of this machine. Green when all was seen.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from commands import BUILD, ROOT, GateError, output_of, run
from desks import NEW, OLD, fleet_of, inventory_of, rollout_options
from environments import copy_collection, environment
from fresh import Machine, make

sys.path.insert(0, str(ROOT / "tests" / "virtual_phones"))
from running import VirtualFleet, free_port, running

FOLDER = BUILD / "image"
AWX = ROOT / "extensions" / "awx"
DEFINITION = AWX / "execution-environment.yml"
IMAGE = "localhost/snom-ee:latest"
PASSWORD = "image-password"
LASTING = "/var/lib/snom"

# Podman's own limits are above those of many machines, crun wants more of the kernel than runc, and a network of its
# own would hide the phones.
SETTINGS = {
    "containers.conf": """
[containers]
netns = "host"
default_ulimits = ["nofile=20000:20000", "nproc=4096:4096"]
[engine]
runtime = "runc"
""",
    "storage.conf": f"""
[storage]
driver = "overlay"
graphroot = "{FOLDER}/storage"
runroot = "{FOLDER}/run"
""",
}
VARIABLES = {
    "CONTAINERS_CONF": str(FOLDER / "containers.conf"),
    "CONTAINERS_STORAGE_CONF": str(FOLDER / "storage.conf"),
}

DNF = """#!/bin/sh
# As much of dnf as ansible-builder's scripts call.
case " $* " in
  *" install "*) ;;
  *) exit 0 ;;
esac
names=
for word in "$@"; do
  case "$word" in
    install | -*) ;;
    git-core) names="$names git" ;;
    *) names="$names $word" ;;
  esac
done
[ -z "$names" ] || { apt-get update -qq && apt-get install -qq --yes --no-install-recommends $names; }
"""


class Unseen(GateError):
    """What should have been seen was not."""


def main() -> int:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    for name, text in SETTINGS.items():
        (FOLDER / name).write_text(text, "utf-8")
    os.environ.update(VARIABLES)
    # As an exception, so that nothing of it stays mounted.
    signal.signal(signal.SIGTERM, lambda *_unused: sys.exit("Ended by SIGTERM."))
    try:
        timed("the stand-in for the base image was made", stand_in)
        timed("the image was built", build)
        with phones() as fleet:
            look(fleet)
    except GateError as error:
        print(error)
        return 1
    finally:
        clear()
    return 0


def timed(what: str, do: Callable[[], Any]) -> Any:
    started = time.monotonic()
    done = do()
    print(f"{time.monotonic() - started:.0f} s: {what}", flush=True)
    return done


def stand_in() -> None:
    """Make a Debian that answers as the base image does where the definition asks it, and give it that one's name."""
    tree = FOLDER / "tree"
    variables = make("bookworm", tree)
    machine = Machine(tree, BUILD / "log" / "image-base.txt", variables)
    machine.must(
        "apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends "
        "python3-venv openssh-client && apt-get clean"
    )
    dnf = tree / "usr" / "bin" / "dnf"
    dnf.write_text(DNF, "utf-8")
    dnf.chmod(0o755)
    # Debian's ensurepip installs into environments only, and ansible-builder's final image has none.
    (ensurepip,) = tree.glob("usr/lib/python3.*/ensurepip/__init__.py")
    text = ensurepip.read_text("utf-8")
    ensurepip.write_text(text.replace("    _ensurepip_is_disabled_in_debian_for_system()\n", ""), "utf-8")
    (managed,) = tree.glob("usr/lib/python3.*/EXTERNALLY-MANAGED")
    managed.unlink()
    bring_repository(tree)
    archive = FOLDER / "base.tar"
    run("tar", "--create", "--file", archive, "--directory", tree, ".")
    base = yaml.safe_load(DEFINITION.read_text("utf-8"))["images"]["base_image"]["name"]
    changes = [f"--change=ENV {variable}" for variable in variables]
    run("podman", "import", "--quiet", *changes, archive, base)
    archive.unlink()
    shutil.rmtree(tree)


def bring_repository(tree: Path) -> None:
    """Let git find the collection as it is here where the definition says that it is."""
    git = ("git", "-C", copy_collection())
    whole = output_of(*git, "write-tree").strip()
    author = ("-c", "user.name=gate", "-c", "user.email=gate@example.org")
    commit = output_of(*git, *author, "commit-tree", "-m", "The collection as it is", whole).strip()
    repository = tree / "srv" / "snom.git"
    run("git", "init", "--quiet", "--bare", "--initial-branch=main", repository)
    run(*git, "push", "--quiet", str(repository), f"{commit}:refs/heads/main")
    (collection,) = yaml.safe_load(DEFINITION.read_text("utf-8"))["dependencies"]["galaxy"]["collections"]
    config = f'[url "file:///srv/snom.git"]\n\tinsteadOf = {collection["name"]}\n[safe]\n\tdirectory = *\n'
    (tree / "etc" / "gitconfig").write_text(config, "utf-8")


def build() -> None:
    builder = environment("venv") / "bin" / "ansible-builder"
    options = ("--container-runtime", "podman", "--tag", IMAGE, "--context", FOLDER / "context", "--verbosity", "2")
    run(builder, "build", "--file", DEFINITION, *options)


@contextmanager
def phones() -> Iterator[VirtualFleet]:
    """Three virtual phones, their mirror, and a job of ansible-runner that says what is wanted of them."""
    fleet = fleet_of("127.33.1", 3, port=free_port(), mirror=free_port(), password=PASSWORD)
    lasting, job = FOLDER / "lasting", FOLDER / "job"
    lasting.mkdir()
    shutil.copytree(AWX / "project", job / "project")
    (job / "inventory").mkdir()
    (job / "inventory" / "hosts.json").write_text(json.dumps(inventory_of(fleet, **rollout_options(LASTING))), "utf-8")
    (job / "env").mkdir()
    # As AWX's credential gives it.
    login = {"SNOM_USERNAME": "admin", "SNOM_PASSWORD": PASSWORD}
    (job / "env" / "envvars").write_text(json.dumps(login), "utf-8")
    with running(fleet, FOLDER) as virtual:
        (lasting / "catalog.json").write_text(json.dumps({"images": virtual.catalog()}), "utf-8")
        yield virtual


def look(fleet: VirtualFleet) -> None:
    """Run playbooks in containers, and see in the phones themselves what they did."""
    told = timed("an audit by ansible-runner", lambda: runner("snom_audit.yml"))
    see(f"3 x 320 {OLD}" in told, "The audit does not count three phones on their old version.", told)
    gone = ["-e firmware_rollout_journal=/tmp/journal"]
    told = timed("a rollout whose journal would be gone", lambda: runner("snom_rollout.yml", *gone, fails=True))
    see(fetches(fleet) == 0, "A phone was asked although the journal would be gone with the container.", told)
    see("journal" in told and "container" in told, "Nobody says that the journal would be gone.", told)
    timed("a rollout of one phone", lambda: runner("snom_rollout.yml", "--limit desk-1"))
    see(outcomes() == {"desk-1": "upgraded"}, f"It ended as {outcomes()}.")
    timed("a rollout of all in another container", lambda: runner("snom_rollout.yml"))
    ended = {"desk-1": "compliant", "desk-2": "upgraded", "desk-3": "upgraded"}
    see(outcomes() == ended, f"It ended as {outcomes()}.")
    see(fetches(fleet) == 3, f"The phones fetched {fetches(fleet)} images.")
    told = timed("an audit by ansible-navigator", navigator)
    see(f"3 x 320 {NEW}" in told, "ansible-navigator does not show three phones on their new version.", told)


def see(is_so: bool, problem: str, told: str = "") -> None:
    if not is_so:
        raise Unseen(f"{told}\n{problem}")


def fetches(fleet: VirtualFleet) -> int:
    return sum(sum(phone["fetches"].values()) for phone in fleet.phones().values())


def outcomes() -> dict[str, str]:
    report = json.loads((FOLDER / "lasting" / "report" / "report.json").read_text("utf-8"))
    return {name: phone["outcome"] for name, phone in report["phones"].items()}


def runner(playbook: str, *options: str, fails: bool = False) -> str:
    """What a job of ansible-runner says that runs in a container of its own."""
    # The container's root may write what this machine's root has made; AWX hands its folders over.
    command: Sequence[str | Path] = (
        environment("venv") / "bin" / "ansible-runner",
        *("run", FOLDER / "job", "--playbook", playbook, "--cmdline", " ".join(["-e snom_hosts=phones", *options])),
        *("--process-isolation", "--process-isolation-executable", "podman", "--container-image", IMAGE),
        *("--container-option=--network=host", "--container-option=--user=root"),
        f"--container-volume-mount={FOLDER}/lasting:{LASTING}:rw",
    )
    return said_by(command, fails=fails)


def navigator() -> str:
    """What ansible-navigator shows with the settings of the example repository."""
    folder = FOLDER / "navigator"
    folder.mkdir()
    shutil.copy(ROOT / "docs" / "examples" / "gitops" / "ansible-navigator.yml", folder)
    shutil.copy(FOLDER / "job" / "inventory" / "hosts.json", folder)
    # It insists on this folder, which a machine without message queues lacks.
    queues = Path("/dev/mqueue")
    is_new = not queues.exists()
    queues.mkdir(exist_ok=True)
    try:
        return said_by(
            (
                environment("navigator") / "bin" / "ansible-navigator",
                *("run", "telephony.snom.audit", "-i", "hosts.json", "-e", "snom_hosts=phones"),
                *("--container-engine", "podman", "--execution-environment-image", IMAGE, "--pull-policy", "never"),
                *("--container-options=--network=host", "--container-options=--user=root"),
            ),
            where=folder,
            SNOM_USERNAME="admin",
            SNOM_PASSWORD=PASSWORD,
        )
    finally:
        if is_new:
            queues.rmdir()


def said_by(command: Sequence[str | Path], *, where: Path = FOLDER, fails: bool = False, **variables: str) -> str:
    done = subprocess.run(
        command,
        cwd=where,
        env=os.environ | variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if bool(done.returncode) != fails:
        raise Unseen(f"{done.stdout}\n`{Path(command[0]).name}` ended with exit code {done.returncode}.")
    return done.stdout


def clear() -> None:
    """Leave nothing behind: images, and what podman has mounted for them."""
    subprocess.run(["podman", "rmi", "--all", "--force"], stdout=subprocess.DEVNULL, check=False)
    subprocess.run(["umount", FOLDER / "storage" / "overlay"], stderr=subprocess.DEVNULL, check=False)
    shutil.rmtree(FOLDER, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
