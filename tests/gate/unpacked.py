# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real servers for a check: Debian's packages of them, unpacked into ``.build`` and installed nowhere.

Their packages and all that these need, libc included, lie in one folder, so that they fit to no other release and need
none. Whoever may write there can fetch them: no root, no service that starts by itself, and the machine's own lists and
packages stay as they are.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from commands import BUILD, GateError, LeftOut, locked, run

MIRROR = "http://deb.debian.org/debian"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")

# What apt keeps elsewhere than a machine's own does.
CONFIG = """
Dir::State "{folder}/state";
Dir::State::status "{folder}/status";
Dir::Cache "{folder}/cache";
Dir::Etc::SourceList "{folder}/sources.list";
Dir::Etc::SourceParts "/dev/null";
APT::Install-Recommends "false";
APT::Sandbox::User "";
"""


def unpack(name: str, packages: Sequence[str], *, release: str) -> Path:
    """The folder with packages of a release of Debian. Raises LeftOut where this machine can't get them."""
    root = BUILD / name / "root"
    with locked(name):
        if not (root / "complete").exists():
            _unpack(root, packages, release)
    return root


def _unpack(root: Path, packages: Sequence[str], release: str) -> None:
    wanted = ", ".join(packages)
    programs = ("apt-get", "dpkg-deb")
    if missing := [name for name in programs if not shutil.which(name)] + ([] if KEYRING.exists() else [str(KEYRING)]):
        raise LeftOut(f"It takes Debian's packages of {wanted}, and {missing[0]} is not here.")
    folder = root.parent
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("state/lists/partial", "cache/archives/partial", "root"):
        (folder / name).mkdir(parents=True)
    (folder / "status").touch()
    (folder / "sources.list").write_text(f"deb [signed-by={KEYRING}] {MIRROR} {release} main\n", "utf-8")
    config = folder / "apt.conf"
    config.write_text(CONFIG.format(folder=folder), "utf-8")
    env = {"APT_CONFIG": str(config)}
    try:
        run("apt-get", "update", "-qq", env=env)
        run("apt-get", "install", "-qq", "--yes", "--download-only", *packages, env=env)
    except GateError as error:
        raise LeftOut(f"Debian's packages of {wanted} can't be fetched: {error}") from error
    for package in sorted((folder / "cache" / "archives").glob("*.deb")):
        run("dpkg-deb", "--extract", package, root)
    (root / "complete").touch()
    shutil.rmtree(folder / "cache")
