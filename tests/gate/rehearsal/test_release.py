# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A release is prepared from a copy of the checkout, and signed with a key made for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import GateError
from release import CHECKSUMS, PIN, prepare_release, refuse

ARTIFACT = "telephony-snom-1.0.0.tar.gz"


def git(tree: Path, *arguments: str) -> None:
    who = ("-c", "user.name=Rehearsal", "-c", "user.email=rehearsal@localhost", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, *arguments], cwd=tree, check=True)


@pytest.fixture
def tree(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A checkout of what is to be released."""
    tree = tmp_path / "checkout"
    shutil.copytree(request.config.getoption("--copy"), tree)
    if not list((tree / "changelogs" / "fragments").glob("*.yml")):
        (tree / "changelogs" / "fragments" / "rehearsal.yml").write_text("---\nbugfixes:\n  - Something.\n", "utf-8")
    git(tree, "add", "--all")
    git(tree, "commit", "--quiet", "--message", "What is to be released")
    return tree


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A key of nobody, in a home of its own with a short name, as sockets need it; none where gpg is not here."""
    if not shutil.which("gpg"):
        yield ""
        return
    home = tempfile.mkdtemp(prefix="snom-")
    monkeypatch.setenv("GNUPGHOME", home)
    name = "rehearsal@localhost"
    make = ["gpg", "--batch", "--passphrase", "", "--quick-generate-key", name, "ed25519", "sign", "never"]
    subprocess.run(make, check=True, stdin=subprocess.DEVNULL)
    yield name
    subprocess.run(["gpgconf", "--kill", "gpg-agent"], check=False)
    shutil.rmtree(home, ignore_errors=True)


def test_a_release_is_made_signed_and_installed_and_comes_once(tree: Path, key: str, tmp_path: Path) -> None:
    folder = prepare_release(tree, "1.0.0", key, tmp_path / "release")
    signatures = {f"{CHECKSUMS}.asc", f"{ARTIFACT}.asc"} if key else set()
    assert {file.name for file in folder.iterdir()} == {ARTIFACT, CHECKSUMS} | signatures
    installed = tmp_path / "release" / "installed" / "ansible_collections" / "telephony" / "snom"
    assert (installed / "MANIFEST.json").is_file()

    assert "\nversion: 1.0.0\n" in (tree / "galaxy.yml").read_text("utf-8")
    assert "## v1\\.0\\.0" in (tree / "CHANGELOG.md").read_text("utf-8")
    assert (installed / "CHANGELOG.md").read_text("utf-8") == (tree / "CHANGELOG.md").read_text("utf-8")
    assert "    version: v1.0.0\n" in (tree / PIN).read_text("utf-8")
    assert list((tree / "changelogs" / "fragments").glob("*.yml")) == []

    git(tree, "add", "--all")
    git(tree, "commit", "--quiet", "--message", "Release 1.0.0")
    with pytest.raises(GateError, match="was released"):
        refuse(tree, "1.0.0", "")
    with pytest.raises(GateError, match="holds no fragment"):
        refuse(tree, "1.0.1", "")


@pytest.mark.parametrize("version", ["", "1", "1.0", "v1.0.0", "1.0.0 ", "01.0.0"])
def test_what_is_no_version_is_refused(tree: Path, version: str) -> None:
    with pytest.raises(GateError, match="is no version"):
        refuse(tree, version, "")


def test_a_checkout_with_changes_is_refused(tree: Path) -> None:
    refuse(tree, "1.0.0", "")
    (tree / "new").write_text("", "utf-8")
    with pytest.raises(GateError, match="has changes"):
        refuse(tree, "1.0.0", "")


def test_a_version_that_has_a_tag_is_refused(tree: Path) -> None:
    git(tree, "tag", "v1.0.0")
    with pytest.raises(GateError, match="There is a tag v1"):
        refuse(tree, "1.0.0", "")


def test_a_key_takes_gpg(tree: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "git").symlink_to(shutil.which("git") or os.devnull)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GateError, match="gpg is not here"):
        refuse(tree, "1.0.0", "somebody")
