# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the checks run in: environments with pinned tools, Python interpreters, and a copy of the collection.

Everything is made under ``.build`` of the checkout, and made again when its pins change.
"""

from __future__ import annotations

import os
import re
import shutil
import sys

if sys.version_info < (3, 11):  # noqa: UP036 - whoever starts it may have an older one
    newer = next((name for name in ("python3.13", "python3.12", "python3.11") if shutil.which(name)), None)
    sys.exit(f"The checks need Python 3.11 or newer: {f'run `make PYTHON={newer} ...`' if newer else 'install one'}.")

import tomllib
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from pathlib import Path, PurePath

from commands import BUILD, ROOT, locked, output_of, run
from machine import interpreter, missing_package, needs, python_for

PINS = tomllib.loads((Path(__file__).parent / "pins.toml").read_text("utf-8"))


@dataclass(frozen=True)
class Core:
    """An ansible-core that the collection supports, by its minor version such as ``2.19``."""

    name: str
    release: str
    pythons: tuple[str, ...]
    get_pip: str


# The cores that the developer asks for. Without any, the supported ones that find a Python here are run.
ASKED_CORES = os.environ.get("CORES", "").split()
SUPPORTED_CORES = {
    name: Core(name, pin["release"], tuple(pin["pythons"]), pin["get_pip"])
    for name, pin in sorted((PINS["cores"] | PINS["cores_between"]).items())
}
"""All that the collection supports, oldest first."""
CORES = {name: SUPPORTED_CORES[name] for name in PINS["cores"] if name in (ASKED_CORES or PINS["cores"])}
# The oldest and the newest of them. What runs on the everyday ansible-core all the same is run again on these alone.
OUTERMOST_CORES = [core for number, core in enumerate(CORES.values()) if number in (0, len(CORES) - 1)]


def may_leave_out() -> bool:
    """Whether a run goes on without the cores that find no Python: not on a CI machine, nor if they were asked for."""
    return not ASKED_CORES and os.environ.get("CI", "").lower() in ("", "0", "false")


def cores_left_out() -> dict[str, str]:
    """The cores that find no Python here, each with a sentence that says why and how to get one.

    A Python that a package makes whole counts as found: it is installed or asked for, as all that a machine lacks.
    """
    return {
        core.name: f"ansible-core {core.name} {needs(core.pythons)}"
        for core in CORES.values()
        if interpreter(core.pythons) is None and missing_package(core.pythons) is None
    }


def environment(name: str) -> Path:
    """The environment of this name in pins.toml, made if need be."""
    pin = PINS["environments"][name]
    packages = pin["packages"] + (PINS["test_packages"] if name in ("venv", "fuzz", "pages") else [])
    return _virtual_environment(BUILD / name, python_for("The project", pin["pythons"]), packages)


def core_environment(core: Core) -> Path:
    """An environment with this ansible-core and what the tests need."""
    packages = [f"ansible-core=={core.release}", *PINS["test_packages"]]
    return _virtual_environment(
        BUILD / f"core-{core.name}", python_for(f"ansible-core {core.name}", core.pythons), packages
    )


def _virtual_environment(folder: Path, python: Path, packages: list[str]) -> Path:
    stamp = folder / "gate-pins.txt"
    pins = "\n".join([str(python), *packages])
    with locked(folder.name):
        made = stamp.read_text("utf-8") if stamp.is_file() else ""
        if made != pins:
            print(f"Setting up {folder.name} in .build, once: this takes a minute or two.", flush=True)
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


def copy_collection(name: str = "copy", *, released: bool = False) -> Path:
    """Bring a real copy of the tree up to date, in a git repository of its own, and return it.

    ansible-test insists on the path ``ansible_collections/telephony/snom`` and on git; and what a tool drops beside
    the sources lands there instead of in the checkout. Only what git tracks or would track is copied; with released,
    only what of it goes into the artifact, too.
    """
    copy = BUILD / name / "ansible_collections" / "telephony" / "snom"
    with locked(name):
        if not (copy / ".git").is_dir():
            copy.mkdir(parents=True, exist_ok=True)
            run("git", "init", "--quiet", copy)
        wanted = set(filter(is_released, files_of(ROOT))) if released else files_of(ROOT)
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


def is_released(file: str) -> bool:
    """Whether a file of the tree goes into the artifact, by `build_ignore` of galaxy.yml, or is galaxy.yml itself."""
    path = PurePath(file)
    return not any(fnmatch(str(part), ignored) for part in [path, *path.parents] for ignored in _build_ignore())


@cache
def _build_ignore() -> tuple[str, ...]:
    # The gate's own Python need not have PyYAML.
    _before, _unused, listed = (ROOT / "galaxy.yml").read_text("utf-8").partition("\nbuild_ignore:\n")
    return tuple(re.findall(r"""^  - "?([^"\n]+)"?$""", listed, re.MULTILINE))


def _copy_if_changed(source: Path, target: Path) -> None:
    before, after = source.stat(), target.stat() if target.exists() else None
    if after is None or (before.st_mtime_ns, before.st_size) != (after.st_mtime_ns, after.st_size):
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)


def home(environment: Path) -> Path:
    """A home folder for ansible-test and other tools that cache things, so that no cache hides a missing step.

    pip's settings are carried over as a file, because ansible-test drops every variable that would set them. They are
    those of the environment's pip: the system's Python need not have one. ansible-test's pip bootstrap is put where it
    looks before it downloads one.
    """
    folder = BUILD / "home"
    with locked("home"):
        config = folder / ".config" / "pip" / "pip.conf"
        config.parent.mkdir(parents=True, exist_ok=True)
        _write_if_changed(config, pip_config(pip_settings(environment)))
        cache = folder / ".ansible" / "test" / "cache"
        cache.mkdir(parents=True, exist_ok=True)
        bootstrap = (Path(__file__).parent / "get_pip.py").read_text("utf-8")
        for core in CORES.values():
            _write_if_changed(cache / f"get_pip_{core.get_pip}.py", bootstrap)
    return folder


def _write_if_changed(file: Path, text: str) -> None:
    """Other checks may be reading the file; what is the same is left alone."""
    if not file.exists() or file.read_text("utf-8") != text:
        file.write_text(text, "utf-8")


def pip_settings(environment: Path) -> dict[str, str]:
    """What pip is told by files and variables, by option."""
    return parsed_pip_settings(output_of(environment / "bin" / "pip", "config", "list"))


def parsed_pip_settings(listed: str) -> dict[str, str]:
    """The options in the lines of ``pip config list``, such as ``global.cert='/x.pem'``."""
    found: dict[str, dict[str, str]] = {"global": {}, "install": {}, ":env:": {}}
    for line in listed.splitlines():
        name, _unused, value = line.partition("=")
        section, _unused, option = name.rpartition(".")
        if section in found:
            # Values are shown as Python literals; lists have one entry a line.
            found[section][option] = " ".join(value.strip("'\"").replace("\\n", "\n").split())
    # A variable is stronger than a file.
    return found["global"] | found["install"] | found[":env:"]


def pip_config(settings: Mapping[str, str]) -> str:
    """These settings as one of pip's files."""
    return "[global]\n" + "".join(f"{option} = {value}\n" for option, value in sorted(settings.items()))
