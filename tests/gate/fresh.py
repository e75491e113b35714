# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""See this checkout work on empty machines: ``python3 tests/gate/fresh.py [RELEASE ...]``, as root, with debootstrap.

A machine is a chroot with the smallest Debian of a release that has Python, git and make, and nothing else. In each,
root and then an ordinary user run what TARGETS names (``demo``, ``unit``, ``test``; all, if it is not set). root's
checks install what they lack. The user's must name it; then root installs what was named, and the user goes on.

A machine reaches package registries as this one does: its mirror, its settings for apt and pip, its certificates and
its proxies are carried over. Its mounts and processes live in namespaces of their own and end with the command that
they are for. Green when everything was seen.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from commands import BUILD, ROOT, GateError, output_of
from environments import environment, files_of, pip_config, pip_settings

RELEASES = ("bookworm", "trixie")
TARGETS = ("demo", "unit", "test")
STOCK = ("git", "make", "python3")
USER = "developer"
FOLDER = BUILD / "fresh"

# How a machine reaches package registries.
MIRROR = "http://deb.debian.org/debian"
BUNDLE = "certificates-of-the-host.pem"
PROXIES = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
APT_SETTINGS = ("Acquire::http:", "Acquire::https:", "Acquire::Check-", "Acquire::Retries")
PIP_SETTINGS = ("default-timeout", "extra-index-url", "index-url", "proxy", "retries", "timeout", "trusted-host")

# Whatever ends this program ends its machines' processes too, and with the last of them go the mounts.
NAMESPACES = ("setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--pid", "--fork", "--kill-child")
ENTER = """
mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev" || exit
exec chroot --userspec="$2" "$1" /usr/bin/env -i "${@:4}" bash -c "$3"
"""
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Unseen(GateError):
    """What should have been seen was not."""


@dataclass(frozen=True)
class Machine:
    """A machine at a folder, the file that gets what its commands print, and the variables that they start with."""

    folder: Path
    log: Path
    variables: Sequence[str]

    def home(self, user: str) -> Path:
        return Path("/root") if user == "root" else Path("/home", user)

    def run(self, command: str, user: str = "root") -> tuple[int, str]:
        """Run a command of the shell in the user's checkout: its exit code and what it printed."""
        home = self.home(user)
        before = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            log.write(f"\n{user}$ {command}\n".encode())
            log.flush()
            inside = f"cd {home}; [ ! -d snom ] || cd snom; {command}"
            variables = [f"HOME={home}", f"USER={user}", f"PATH={PATH}", *self.variables]
            code = subprocess.run(
                [*NAMESPACES, "bash", "-c", ENTER, "bash", self.folder, user, inside, *variables],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                check=False,
            ).returncode
        return code, self.log.read_bytes()[before:].decode("utf-8", "replace")

    def must(self, command: str, user: str = "root") -> str:
        """Run a command that has to end well, and return what it printed."""
        code, said = self.run(command, user)
        if code:
            raise Unseen(f"`{command}` ended with exit code {code}.")
        return said


def main(releases: Sequence[str]) -> int:
    targets = os.environ.get("TARGETS", "").split() or TARGETS
    unknown = [*(set(releases) - set(RELEASES)), *(set(targets) - set(TARGETS))]
    if unknown:
        print(f"There is no {unknown[0]!r}: releases are {', '.join(RELEASES)}; TARGETS are {', '.join(TARGETS)}.")
        return 2
    if os.geteuid() or not shutil.which("debootstrap"):
        print("Only root can make empty machines, with debootstrap: as root, run `apt-get install debootstrap`.")
        return 2
    signal.signal(signal.SIGTERM, lambda *_unused: sys.exit("Ended by SIGTERM."))
    problems: list[str | None] = []
    try:
        for release in releases or RELEASES:
            problems += look_at(release, targets)
    except GateError as error:
        print(error)
        return 1
    finally:
        shutil.rmtree(FOLDER, ignore_errors=True)
    failed = sum(problem is not None for problem in problems)
    print(f"\n{len(problems) - failed} passed, {failed} failed")
    return 1 if failed else 0


def look_at(release: str, targets: Sequence[str]) -> Iterator[str | None]:
    """What was not seen on machines of this release, as root and as a user; None where all was."""
    started = time.monotonic()
    empty = FOLDER / release
    variables = make(release, empty)
    print(f"{release}: an empty machine was made in {time.monotonic() - started:.0f} s", flush=True)
    for user in ("root", USER):
        where = f"{release}, {user}"
        machine = Machine(FOLDER / f"{release}-{user}", BUILD / "log" / f"fresh-{release}-{user}.txt", variables)
        machine.log.unlink(missing_ok=True)
        shutil.rmtree(machine.folder, ignore_errors=True)
        subprocess.run(["cp", "--archive", empty, machine.folder], check=True)
        problem = None
        try:
            bring_checkout(machine, user)
            for target in targets:
                see(machine, user, target, where)
        except Unseen as error:
            problem = str(error)
            print(f"{where}: FAILED: {problem} All that was said is in {machine.log}", flush=True)
        shutil.rmtree(machine.folder)
        yield problem


def make(release: str, folder: Path) -> list[str]:
    """Make an empty machine that reaches package registries as this one does; return the variables for its commands."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    log = BUILD / "log" / f"fresh-{release}.txt"
    log.parent.mkdir(parents=True, exist_ok=True)
    options = ["--variant=minbase", f"--include={','.join(STOCK)}"]
    with log.open("wb") as output:
        done = subprocess.run(
            [*NAMESPACES, "--mount-proc", "debootstrap", *options, release, folder, mirror()],
            stdout=output,
            stderr=output,
            check=False,
        )
    if done.returncode:
        raise GateError(f"debootstrap ended with exit code {done.returncode}; what it said is in {log}")
    # Packages start their services. Here they would listen on this machine's ports.
    policy = folder / "usr" / "sbin" / "policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 101\n", "utf-8")
    policy.chmod(0o755)
    # An installed Debian can resolve its own name. debootstrap leaves that to an installer.
    (folder / "etc" / "hosts").write_text(f"127.0.0.1 localhost\n127.0.1.1 {socket.gethostname()}\n", "utf-8")
    return carry_over(folder / "etc")


def mirror() -> str:
    """The mirror of Debian that this machine uses, if it uses one."""
    listed = told_by_apt("apt-get", "indextargets", "--format", "$(REPO_URI) $(LABEL)", "Created-By: Packages")
    # Security updates and backports have labels of their own.
    return next((line.split()[0] for line in listed if line.endswith(" Debian")), MIRROR)


def told_by_apt(*command: str) -> list[str]:
    """The lines that a program of apt prints; none on a machine that has no apt."""
    return output_of(*command).splitlines() if shutil.which(command[0]) else []


def carry_over(etc: Path) -> list[str]:
    """Give a machine this one's way to package registries; return the variables that belong to it."""
    variables = [f"{name}={os.environ[name]}" for name in PROXIES if name in os.environ]
    apt = [line for line in told_by_apt("apt-config", "dump") if line.startswith(APT_SETTINGS)]
    keys = Path("/etc/apt/trusted.gpg.d")
    for key in keys.iterdir() if keys.is_dir() else []:
        if not (etc / "apt" / "trusted.gpg.d" / key.name).exists():
            shutil.copy(key, etc / "apt" / "trusted.gpg.d")
    bundle = os.environ.get("SSL_CERT_FILE") or ssl.get_default_verify_paths().cafile
    if bundle:
        # Under a name of its own, because the package ca-certificates makes the usual file anew.
        shutil.copyfile(bundle, etc / BUNDLE)
        apt.append(f'Acquire::https::CAInfo "/etc/{BUNDLE}";')
        variables += [f"{name}=/etc/{BUNDLE}" for name in ("PIP_CERT", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")]
    (etc / "apt" / "apt.conf.d" / "90host").write_text("\n".join([*apt, ""]), "utf-8")
    settings = pip_settings(environment("venv"))
    (etc / "pip.conf").write_text(pip_config(reachable(settings)), "utf-8")
    return variables


def reachable(settings: Mapping[str, str]) -> dict[str, str]:
    """Of pip's settings, those that say how to reach an index. Files of this machine are not there on another."""
    kept = {}
    for name in PIP_SETTINGS:
        values = [value for value in settings.get(name, "").split() if not value.startswith(("/", "file:"))]
        if values:
            kept[name] = " ".join(values)
    return kept


def bring_checkout(machine: Machine, user: str) -> None:
    """Bring what git tracks here, or would track, to the user's home, in a repository of the user's own."""
    if user != "root":
        machine.must(f"useradd --create-home {user}")
    checkout = machine.folder / str(machine.home(user))[1:] / "snom"
    for name in files_of(ROOT):
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, checkout / name)
    machine.must(f"chown --recursive {user}: {machine.home(user)}")
    machine.must("git init --quiet", user)


def see(machine: Machine, user: str, target: str, where: str) -> None:
    """See one target of make end well. What a user's machine lacks, make must name, and root installs."""
    started = time.monotonic()
    code, said = machine.run(f"make {target}", user)
    named = re.search(r"As root, run `(apt-get install [^`]+)`", said)
    if user != "root" and code and named:
        print(f"{where}: make {target} named `{named[1]}`", flush=True)
        machine.must(f"apt-get update -qq && DEBIAN_FRONTEND=noninteractive {named[1]} --yes --no-install-recommends")
        code, said = machine.run(f"make {target}", user)
    elif user != "root" and target == TARGETS[0]:
        raise Unseen(f"`make {target}` did not name what the machine lacks.")
    if code:
        raise Unseen(f"`make {target}` ended with exit code {code}.")
    if target == "demo" and "are left out" in said:
        raise Unseen("`make demo` did without a part of its fleet.")
    what = "from the empty machine to the end of the demo" if target == "demo" else f"for make {target}"
    print(f"{where}: {time.monotonic() - started:.0f} s {what}", flush=True)
    if target == "test":
        see_what_was_left_out(machine, user, said)


def see_what_was_left_out(machine: Machine, user: str, said: str) -> None:
    """No Debian has a Python for each ansible-core. The table must say so, and a CI machine must not be content."""
    if "left out" not in said or not re.search(r"^\d+ passed, 0 failed, \d+ skipped$", said, re.MULTILINE):
        raise Unseen("The table of `make test` does not say what was left out.")
    code, said = machine.run("CI=true make test", user)
    if not code or "and none is here" not in said:
        raise Unseen("`CI=true make test` does not mind that a Python is missing.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
