# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the checks need of this machine: its Pythons and programs, and how it gets those that it lacks."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from commands import GateError, locked, output_of, run

PROGRAMS = {
    "baresip": "baresip-core",
    "git": "git",
    "ip": "iproute2",
    "kamailio": "kamailio",
    "nginx": "nginx-light",
    "openssl": "openssl",
    "shellcheck": "shellcheck",
    "sipp": "sip-tester",
    "sipsak": "sipsak",
    "ssh": "openssh-client",
    "sshd": "openssh-server",
    "stunnel": "stunnel4",
}
"""The programs that checks start, each with Debian's package of it."""


@dataclass(frozen=True)
class Python:
    """An interpreter that works."""

    version: str
    path: Path
    whole: bool
    """Whether it can make environments. Debian packs what that takes (ensurepip) apart."""

    @property
    def missing_package(self) -> str | None:
        """The package of the operating system that makes it whole; None if it is, or is not the system's own."""
        if self.whole or self.path.parent != Path("/usr/bin"):
            return None
        default = self.path.resolve() == Path("/usr/bin/python3").resolve()
        return "python3-venv" if default else f"python{self.version}-venv"


def pythons(versions: Sequence[str]) -> Iterator[Python]:
    """The Pythons of these versions, best version first.

    Looks among the versions of pyenv and uv, on PATH, and at the Python that runs this. A version manager's shim is no
    interpreter: what it starts is returned.
    """
    for version in versions:
        kept = (f".pyenv/versions/{version}.*", f".local/share/uv/python/cpython-{version}.*")
        found = [str(path) for place in kept for path in sorted(Path.home().glob(f"{place}/bin/python{version}"))]
        if on_path := shutil.which(f"python{version}"):
            found.append(on_path)
        if version == f"{sys.version_info.major}.{sys.version_info.minor}":
            found.append(sys.executable)
        for candidate in found:
            asked = subprocess.run(
                [candidate, "-c", "import sys; print(sys._base_executable); import ensurepip"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                check=False,
            )
            if path := asked.stdout.strip():
                yield Python(version, Path(path), asked.returncode == 0)


def interpreter(versions: Sequence[str]) -> Path | None:
    """The first Python of these versions that can make environments."""
    return next((python.path for python in pythons(versions) if python.whole), None)


def missing_package(versions: Sequence[str]) -> str | None:
    """The package that makes a Python of these versions whole, if none is whole yet and there is such a package."""
    found = list(pythons(versions))
    if any(python.whole for python in found):
        return None
    return next((python.missing_package for python in found if python.missing_package), None)


def missing_programs(programs: Collection[str]) -> set[str]:
    """The packages of those programs that are not here."""
    searched = os.pathsep.join([os.environ["PATH"], "/usr/sbin"])
    return {PROGRAMS[program] for program in programs if not shutil.which(program, path=searched)}


def install(packages: Collection[str]) -> None:
    """Install packages of the operating system where that is allowed, else say how."""
    if not packages:
        return
    names = " ".join(sorted(packages))
    if not shutil.which("apt-get"):
        raise GateError(f"The checks need more of this machine. Install what Debian calls: {names}.")
    if os.geteuid():
        raise GateError(f"The checks need more of this machine. As root, run `apt-get install {names}`.")
    with locked("apt-get"):
        env = {"DEBIAN_FRONTEND": "noninteractive"}
        run("apt-get", "update", "-qq", env=env)
        run("apt-get", "install", "-qq", "--yes", "--no-install-recommends", *names.split(), env=env)


def python_for(purpose: str, versions: Sequence[str]) -> Path:
    """A Python of these versions. What it lacks to make environments is installed where that is allowed."""
    if package := missing_package(versions):
        install([package])
    python = interpreter(versions)
    if python is None:
        raise GateError(f"{purpose} {needs(versions)}")
    return python


def needs(versions: Sequence[str]) -> str:
    """The sentence on a thing that lacks a Python, from its verb on, with how this machine gets one."""
    return f"needs Python {', '.join(versions[:-1])} or {versions[-1]}, and none is here: {way_to(versions)}."


def way_to(versions: Sequence[str]) -> str:
    """How to get a Python of these versions here, as half a sentence. A command in it is one that this machine has."""
    packages = [f"python{version}-venv" for version in versions]
    if package := next((name for name in packages if name in _packages_of_pythons()), None):
        return f"as root, run `apt-get install {package}`"
    if shutil.which("pyenv"):
        return f"run `pyenv install {versions[0]}`"
    if shutil.which("uv"):
        return f"run `uv python install {versions[0]}`"
    return "no package of this system has one, so install it with pyenv or uv, or put it on PATH"


@cache
def _packages_of_pythons() -> list[str]:
    """The packages whose names begin with a Python's that this machine knows: a slow question, asked once."""
    if not shutil.which("apt-cache"):
        return []
    return output_of("apt-cache", "pkgnames", "python3.", accept=range(256)).split()
