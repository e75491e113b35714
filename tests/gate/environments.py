# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the checks run in: environments with pinned tools, Python interpreters, and a copy of the collection.

Everything is made under ``.build`` of the checkout, and made again when its pins change.
"""

from __future__ import annotations

import fcntl
import os
import shlex
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / ".build"
PINS = tomllib.loads((Path(__file__).parent / "pins.toml").read_text("utf-8"))


class GateError(Exception):
    """A check failed or can't run. The message is one sentence for the developer."""


@dataclass(frozen=True)
class Core:
    """An ansible-core that the collection supports, by its minor version such as ``2.19``."""

    name: str
    release: str
    pythons: tuple[str, ...]
    get_pip: str


# The cores to run: all of the supported ones, unless the developer asks for fewer.
CORES = {
    name: Core(name, pin["release"], tuple(pin["pythons"]), pin["get_pip"])
    for name, pin in PINS["cores"].items()
    if name in os.environ.get("CORES", " ".join(PINS["cores"])).split()
}
# The oldest and the newest of them. What runs on the everyday ansible-core all the same is run again on these alone.
OUTERMOST_CORES = [core for number, core in enumerate(CORES.values()) if number in (0, len(CORES) - 1)]


def run(*command: str | Path, cwd: Path = ROOT, env: Mapping[str, str] | None = None) -> None:
    """Run a command with its output shown. env adds to this process's environment."""
    print("+", shlex.join(map(str, command)), flush=True)
    code = subprocess.run(
        command, cwd=cwd, env=os.environ | dict(env or {}), stdin=subprocess.DEVNULL, check=False
    ).returncode
    if code:
        raise GateError(f"`{Path(command[0]).name}` ended with exit code {code}.")


def output_of(
    *command: str | Path, cwd: Path = ROOT, env: Mapping[str, str] | None = None, accept: Sequence[int] = (0,)
) -> str:
    """What a command prints. env adds to this process's environment; accept are the exit codes that are no failure."""
    environ = os.environ | dict(env or {})
    result = subprocess.run(
        command, cwd=cwd, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=False
    )
    if result.returncode not in accept:
        raise GateError(f"`{shlex.join(map(str, command))}` ended with exit code {result.returncode}.")
    return result.stdout


def require(program: str, package: str) -> None:
    """See to it that a program of the operating system is there: install it where that is allowed, else say so."""
    if shutil.which(program, path=os.pathsep.join([os.environ["PATH"], "/usr/sbin"])):
        return
    if os.geteuid() or not shutil.which("apt-get"):
        raise GateError(f"The program {program} is missing: install it (Debian's package is {package}).")
    with locked("apt-get"):
        run("apt-get", "update", "-qq")
        run("apt-get", "install", "-qq", "--yes", "--no-install-recommends", package)


@contextmanager
def locked(name: str) -> Iterator[None]:
    """Let one check at a time make the thing of this name; checks run side by side."""
    BUILD.mkdir(exist_ok=True)
    with open(BUILD / f"{name}.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def interpreter(versions: Sequence[str]) -> Path | None:
    """The first Python of these versions that works, best version first.

    Looks on PATH and among pyenv's versions. A version manager's shim is no interpreter: what it starts is returned.
    """
    for version in versions:
        found = [str(path) for path in sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python{version}"))]
        if on_path := shutil.which(f"python{version}"):
            found.append(on_path)
        for candidate in found:
            asked = subprocess.run(
                [candidate, "-c", "import sys, ensurepip; print(sys._base_executable)"],
                capture_output=True,
                text=True,
                check=False,
            )
            if asked.returncode == 0:
                return Path(asked.stdout.strip())
    return None


def environment(name: str) -> Path:
    """The environment of this name in pins.toml, made if need be."""
    pin = PINS["environments"][name]
    python = interpreter(pin["pythons"])
    if python is None:
        raise GateError(f"The checks need one of Python {', '.join(pin['pythons'])}, and none is on PATH: install one.")
    packages = pin["packages"] + (PINS["test_packages"] if name == "venv" else [])
    return _virtual_environment(BUILD / name, python, packages)


def core_environment(core: Core) -> Path:
    """An environment with this ansible-core and what the tests need."""
    python = interpreter(core.pythons)
    if python is None:
        raise GateError(
            f"ansible-core {core.name} needs one of Python {', '.join(core.pythons)}, and none is on PATH: "
            "install one, or name the cores to run, as in `make test CORES='2.16 2.19'`."
        )
    packages = [f"ansible-core=={core.release}", *PINS["test_packages"]]
    return _virtual_environment(BUILD / f"core-{core.name}", python, packages)


def _virtual_environment(folder: Path, python: Path, packages: list[str]) -> Path:
    stamp = folder / "gate-pins.txt"
    pins = "\n".join([str(python), *packages])
    with locked(folder.name):
        made = stamp.read_text("utf-8") if stamp.is_file() else ""
        if made != pins:
            if made.partition("\n")[0] != str(python):
                run(python, "-m", "venv", "--clear", folder)
            run(folder / "bin" / "pip", "install", "-qq", "--disable-pip-version-check", *packages)
            stamp.write_text(pins, "utf-8")
    return folder


def link_collections() -> Path:
    """A folder in which Python and Ansible find this checkout as ``ansible_collections/telephony/snom``."""
    link = BUILD / "ansible_collections" / "telephony" / "snom"
    with locked("link"):
        if not link.is_symlink():
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(Path(os.path.relpath(ROOT, link.parent)))
    return BUILD


def collections_of_others() -> Path:
    """A folder in which Ansible finds the collections of others that files here must fit."""
    pin = PINS["collections_of_others"]
    folder = BUILD / "others"
    stamp = folder / "gate-pins.txt"
    with locked(folder.name):
        if (stamp.read_text("utf-8") if stamp.is_file() else "") != str(pin):
            shutil.rmtree(folder, ignore_errors=True)
            pip = environment("tools") / "bin" / "pip"
            run(pip, "download", "-qq", "--disable-pip-version-check", "--no-deps", "--dest", folder, pin["package"])
            (wheel,) = folder.glob("*.whl")
            wanted = tuple(f"ansible_collections/{name.replace('.', '/')}/" for name in pin["names"])
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(folder, [name for name in archive.namelist() if name.startswith(wanted)])
            wheel.unlink()
            stamp.write_text(str(pin), "utf-8")
    return folder


def copy_collection(name: str = "copy") -> Path:
    """Bring a real copy of the tree up to date, in a git repository of its own, and return it.

    ansible-test insists on the path ``ansible_collections/telephony/snom`` and on git; and what a tool drops beside
    the sources lands there instead of in the checkout. Only what git tracks or would track is copied.
    """
    copy = BUILD / name / "ansible_collections" / "telephony" / "snom"
    with locked(name):
        if not (copy / ".git").is_dir():
            copy.mkdir(parents=True, exist_ok=True)
            run("git", "init", "--quiet", copy)
        wanted = files_of(ROOT)
        for stale in files_of(copy) - wanted:
            (copy / stale).unlink()
        for file in wanted:
            _copy_if_changed(ROOT / file, copy / file)
        run("git", "add", "--all", cwd=copy)
    return copy


def files_of(tree: Path) -> set[str]:
    """What git tracks in a tree, or would track."""
    listed = output_of("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=tree)
    return {file for file in listed.split("\0") if file and (tree / file).is_file()}


def _copy_if_changed(source: Path, target: Path) -> None:
    before, after = source.stat(), target.stat() if target.exists() else None
    if after is None or (before.st_mtime_ns, before.st_size) != (after.st_mtime_ns, after.st_size):
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)


def home() -> Path:
    """A home folder for ansible-test and other tools that cache things, so that no cache hides a missing step.

    pip's settings are carried over as a file, because ansible-test drops every variable that would set them. Its pip
    bootstrap is put where ansible-test looks before it downloads one.
    """
    folder = BUILD / "home"
    with locked("home"):
        settings = output_of(sys.executable, "-m", "pip", "config", "list")
        config = folder / ".config" / "pip" / "pip.conf"
        config.parent.mkdir(parents=True, exist_ok=True)
        config.write_text(_pip_config(settings), "utf-8")
        cache = folder / ".ansible" / "test" / "cache"
        cache.mkdir(parents=True, exist_ok=True)
        for core in CORES.values():
            shutil.copyfile(Path(__file__).parent / "get_pip.py", cache / f"get_pip_{core.get_pip}.py")
    return folder


def _pip_config(listed: str) -> str:
    """Turn the lines of ``pip config list``, such as ``global.cert='/x.pem'``, into a file."""
    options: dict[str, str] = {}
    for line in listed.splitlines():
        name, _unused, value = line.partition("=")
        section, _unused, option = name.rpartition(".")
        if section in ("global", "install", ":env:"):
            # Values are shown as Python literals; lists have one entry a line.
            options[option] = " ".join(value.strip("'\"").replace("\\n", "\n").split())
    return "[global]\n" + "".join(f"{option} = {value}\n" for option, value in sorted(options.items()))
