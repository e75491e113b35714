# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A real Asterisk for a check: Debian's packages of it, unpacked into ``.build`` and installed nowhere.

Debian has Asterisk in sid only. Its packages and all that they need, libc included, lie in one folder, so that they fit
to no other release and need none. Whoever may write there can fetch them: no root, and the machine's own lists and
packages stay as they are.
"""

from __future__ import annotations

import shutil
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


def unpack_asterisk() -> Path:
    """The folder with Asterisk. Raises LeftOut where this machine can't get it."""
    root = BUILD / "asterisk" / "root"
    with locked("asterisk"):
        if not (root / "complete").exists():
            _unpack(root)
    return root


def _unpack(root: Path) -> None:
    programs = ("apt-get", "dpkg-deb")
    if missing := [name for name in programs if not shutil.which(name)] + ([] if KEYRING.exists() else [str(KEYRING)]):
        raise LeftOut(f"Asterisk comes from Debian's packages, and {missing[0]} is not here.")
    folder = root.parent
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("state/lists/partial", "cache/archives/partial", "root"):
        (folder / name).mkdir(parents=True)
    (folder / "status").touch()
    (folder / "sources.list").write_text(f"deb [signed-by={KEYRING}] {MIRROR} sid main\n", "utf-8")
    config = folder / "apt.conf"
    config.write_text(CONFIG.format(folder=folder), "utf-8")
    env = {"APT_CONFIG": str(config)}
    try:
        run("apt-get", "update", "-qq", env=env)
        run("apt-get", "install", "-qq", "--yes", "--download-only", "asterisk", env=env)
    except GateError as error:
        raise LeftOut(f"Debian's packages of Asterisk can't be fetched: {error}") from error
    packages = sorted((folder / "cache" / "archives").glob("*.deb"))
    for package in packages:
        run("dpkg-deb", "--extract", package, root)
    (root / "complete").touch()
    shutil.rmtree(folder / "cache")
