# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Prepare a release: ``python3 tests/gate/release.py VERSION [--key KEY]``.

Refuses a version that is none or was released, a checkout with changes, and one without fragments of the changelog.
Then, in a clone: version, changelog and the example repository's pin are brought up to date; the artifact is built with
a file of checksums beside it; gpg signs both with KEY; and it is installed from there. Only if all of that went well do
the changed files come back to the checkout, to be looked at, committed and tagged. Nothing is published.
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import json
import os
import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from commands import BUILD, ROOT, GateError, output_of, run
from environments import environment, home

# Semantic versioning, as Galaxy wants it.
VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?")
PIN = "docs/examples/gitops/collections/requirements.yml"
CHANGED = ("galaxy.yml", "CHANGELOG.md", PIN, "changelogs")
CHECKSUMS = "SHA256SUMS"


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="make release", description="Prepare a release.")
    parser.add_argument("version", help="the version, such as 1.0.0")
    parser.add_argument("--key", default="", help="the key that gpg signs with")
    options = parser.parse_args(arguments)
    try:
        folder = prepare_release(ROOT, options.version, options.key, BUILD / "release")
    except GateError as error:
        print(error, file=sys.stderr)
        return 1
    tag, files = f"v{options.version}", " ".join(CHANGED)
    print(f"\n{folder} holds the artifact. Look at `git diff`, then:\n")
    print(f"  git add --all {files} && git commit -m 'Release {options.version}'")
    print(f"  git tag {'-s -u ' + options.key if options.key else '-a'} -m {tag} {tag} && git push origin HEAD {tag}")
    print(f"  ansible-galaxy collection publish {next(folder.glob('*.tar.gz'))}")
    return 0


def prepare_release(tree: Path, version: str, key: str, work: Path) -> Path:
    """Prepare a release of a checkout, in the folder work. Returns the folder with the artifact. Raises GateError."""
    refuse(tree, version, key)
    shutil.rmtree(work, ignore_errors=True)
    clone = work / "ansible_collections" / "telephony" / "snom"
    run("git", "clone", "--quiet", "--no-hardlinks", tree, clone, cwd=tree)
    tools = environment("tools")
    env = {
        "ANSIBLE_COLLECTIONS_PATH": str(work),
        "HOME": str(home(tools)),
        "NO_COLOR": "1",
        "PATH": f"{tools}/bin{os.pathsep}{os.environ['PATH']}",
    }
    replace(clone / "galaxy.yml", r"^version: .*$", f"version: {version}")
    replace(clone / PIN, r"^    version: .*$", f"    version: v{version}")
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    run(tools / "bin" / "antsibull-changelog", "release", "--version", version, "--date", today, cwd=clone, env=env)
    run(tools / "bin" / "antsibull-changelog", "lint", cwd=clone, env=env)

    folder = work / version
    run(tools / "bin" / "ansible-galaxy", "collection", "build", "--output-path", folder, cwd=clone, env=env)
    artifact = folder / f"telephony-snom-{version}.tar.gz"
    (folder / CHECKSUMS).write_text(f"{hashlib.sha256(artifact.read_bytes()).hexdigest()}  {artifact.name}\n", "utf-8")
    if key:
        for signed in (CHECKSUMS, artifact.name):
            gpg = ("gpg", "--batch", "--yes", "--local-user", key, "--armor", "--detach-sign", folder / signed)
            run(*gpg, cwd=folder)
            run("gpg", "--batch", "--verify", f"{signed}.asc", signed, cwd=folder)
    verify(artifact, version, work / "installed", env)

    shutil.rmtree(tree / "changelogs")
    for name in CHANGED:
        copy = shutil.copytree if (clone / name).is_dir() else shutil.copyfile
        copy(clone / name, tree / name)
    return folder


def refuse(tree: Path, version: str, key: str) -> None:
    """Raise GateError, which says what to do, where no release can be prepared."""
    if not VERSION.fullmatch(version):
        raise GateError(f"{version!r} is no version. Name one such as 1.0.0: make release VERSION=1.0.0")
    if output_of("git", "status", "--porcelain", cwd=tree).strip():
        raise GateError(
            "The checkout has changes, which would get mixed up with those of the release. Commit them first."
        )
    log = (tree / "changelogs" / "changelog.yaml").read_text("utf-8")
    if re.search(rf"^  {re.escape(version)}:$", log, re.MULTILINE):
        raise GateError(f"{version} stands in changelogs/changelog.yaml, so it was released. Name the next version.")
    if output_of("git", "tag", "--list", f"v{version}", cwd=tree).strip():
        raise GateError(f"There is a tag v{version}, so it was released. Name the next version.")
    if not list((tree / "changelogs" / "fragments").glob("*.y*ml")):
        raise GateError("changelogs/fragments holds no fragment, so nobody would read what changed. Write one first.")
    if key and not shutil.which("gpg"):
        raise GateError("gpg is not here, so nothing can be signed. Install it, or leave out KEY.")


def replace(file: Path, pattern: str, new: str) -> None:
    """Replace the one line that fits. Raises GateError."""
    text, count = re.subn(pattern, new, file.read_text("utf-8"), flags=re.MULTILINE)
    if count != 1:
        raise GateError(f"{file} has {count} lines that fit {pattern!r}, not one.")
    file.write_text(text, "utf-8")


def verify(artifact: Path, version: str, folder: Path, env: dict[str, str]) -> None:
    """See the checksum hold and the artifact install as this version. Raises GateError."""
    galaxy = environment("tools") / "bin" / "ansible-galaxy"
    run("sha256sum", "--check", CHECKSUMS, cwd=artifact.parent)
    env = env | {"ANSIBLE_COLLECTIONS_PATH": str(folder)}
    run(galaxy, "collection", "install", "-p", folder, artifact, cwd=artifact.parent, env=env)
    run(galaxy, "collection", "verify", "--offline", "telephony.snom", cwd=artifact.parent, env=env)
    manifest = folder / "ansible_collections" / "telephony" / "snom" / "MANIFEST.json"
    found = json.loads(manifest.read_text("utf-8"))["collection_info"]["version"]
    if found != version:
        raise GateError(f"What was installed is {found}, not {version}.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
