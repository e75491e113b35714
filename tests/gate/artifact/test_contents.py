# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The built artifact holds what a user needs: no more, no less."""

from __future__ import annotations

import subprocess
import tarfile
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parents[3]

# What a user gets: folders with all below them, and single files.
FOLDERS = [
    "LICENSES",
    "changelogs",
    "docs",
    "extensions",
    "meta",
    "playbooks",
    "plugins",
    "roles",
    # The virtual phones let users test their playbooks, and the demo shows how.
    "tests/demo",
    "tests/virtual_phones",
]
FILES = {
    ".ansible-lint",
    "CHANGELOG.md",
    "CODE_OF_CONDUCT.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "README.md",
    "REUSE.toml",
    "requirements.txt",
    "tests/config.yml",
}
MADE_BY_THE_BUILD = {"FILES.json", "MANIFEST.json"}


@pytest.fixture
def members(request: pytest.FixtureRequest) -> set[str]:
    with tarfile.open(request.config.getoption("--artifact")) as artifact:
        return {member.name for member in artifact if not member.isdir()}


def test_artifact_holds_exactly_what_it_should(members: set[str]) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    wanted = {
        name for name in listed.stdout.splitlines() if (ROOT / name).is_file() and (name in FILES or _in_folders(name))
    }
    assert members - MADE_BY_THE_BUILD == wanted


def _in_folders(name: str) -> bool:
    return any(PurePosixPath(name).is_relative_to(folder) for folder in FOLDERS)
