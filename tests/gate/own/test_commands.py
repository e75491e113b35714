# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every command on a page is typed by a test as it stands, or it stands here why not, and what is there instead."""

from __future__ import annotations

import re

from ansible_collections.telephony.snom.tests.integration.guides.reading import PAGES, ROOT, SHELLS, TYPED, blocks

PLAYBOOKS = "tests/integration/playbooks/"
BY_OTHERS = {
    ("ansible_for_phone_people", r"ansible-vault |openssl |chmod |export |mkdir |mv |--graph"): (
        "typed on a terminal, which its editor wants: tests/gate/own/test_guides.py"
    ),
    ("awx", r"ansible-builder|/awx$|ansible-navigator run"): (
        "builds an image, or needs one: tests/gate/image.py does, on a stand-in for the base"
    ),
    ("awx", r"^podman push"): "needs a registry of the reader's",
    ("awx", r"setup\.yml|^export "): "needs AWX: tests/gate/awx/test_setup.py plays it on a fake of it",
    ("awx", r"ansible-runner"): f"needs a node behind ssh: {PLAYBOOKS}test_runner.py ships jobs without",
    (
        "awx",
        r"telephony\.snom\.fingerprints",
    ): "a line of first_rollout: tests/integration/guides/test_first_hour.py",
    ("cheat_sheet", r"snom\.provision "): f"needs a mirror to publish to: {PLAYBOOKS}test_provisioning.py",
    ("(cheat_sheet|mirror)", r"snom\.catalog "): f"asks the vendor's server: {PLAYBOOKS}test_catalog.py has one here",
    ("events", r"."): "needs Java and phones that send: tests/integration/eda/test_rulebook.py",
    ("(five_minutes|README.md)", r"^make demo$"): "the check `demo` runs it: tests/gate/checks.py",
    (
        "gitops",
        r"^jobs/|snom\.(fingerprints|reboot) ",
    ): f"needs mirrors of sites: {PLAYBOOKS}test_gitops.py has them",
    (
        "docs/examples/gitops/README.md",
        r".",
    ): f"needs the reader's repository: {PLAYBOOKS}test_gitops.py makes one",
    ("interview", r"snom\.interview "): f"needs a person who looks at the phone: {PLAYBOOKS}test_interview.py",
    (
        "inventory",
        r"phones\.yml|^export ",
    ): "needs a DHCP server or a PBX: tests/integration/dhcp/test_sources.py",
    ("mirror", r"snom_audit_mirror="): f"needs a mirror with a log: {PLAYBOOKS}test_mirror.py has one behind ssh",
    ("mirror", r" mirror\.yml "): f"needs a mirror behind ssh: {PLAYBOOKS}mirror.py has the same play",
    ("playbooks", r"snom_audit_prom="): f"writes where Prometheus looks: {PLAYBOOKS}test_audit.py writes elsewhere",
    ("provisioning", r"."): f"needs a mirror to publish to, and a PBX: {PLAYBOOKS}test_provisioning.py",
    ("settings", r"snom\.adopt "): f"needs phones or files to adopt: {PLAYBOOKS}test_adopt.py has both",
    ("settings", r" settings\.yml "): f"needs settings to write: {PLAYBOOKS}test_settings.py has the same play",
    ("settings", r"snom\.drift "): f"needs settings to compare: {PLAYBOOKS}test_drift.py",
    ("CONTRIBUTING.md", r"make unit|git clone|apt-get"): "on empty machines: tests/gate/fresh.py",
    ("CONTRIBUTING.md", r"make release"): "on a copy: tests/gate/rehearsal/test_release.py",
    ("CONTRIBUTING.md", r"pre-commit install"): "installs hooks in the developer's repository; they call make",
}


def left_over() -> tuple[list[str], set[tuple[str, str]]]:
    """The commands that nothing is said of, and what of the table is needed."""
    pages = [file.stem for file in PAGES.glob("*.rst")]
    pages += [str(file.relative_to(ROOT)) for file in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]]
    pages += [str(file.relative_to(ROOT)) for file in (ROOT / "roles").glob("*/*.md")]
    left: list[str] = []
    used: set[tuple[str, str]] = set()
    for page in sorted(pages):
        for block in blocks(page):
            for command in block.commands if block.language in SHELLS else []:
                said = [
                    (name, words)
                    for name, words in BY_OTHERS
                    if re.fullmatch(name, page) and re.search(words, command.line)
                ]
                used.update(said)
                if not said and block.section not in TYPED.get(page, ()):
                    left.append(f"{page}, {block.section}: {command.line}")
    return left, used


def test_every_command_is_typed_or_there_is_a_reason() -> None:
    left, used = left_over()
    assert left == []
    assert [words for words in BY_OTHERS if words not in used] == []


def test_the_tests_that_do_it_instead_are_there() -> None:
    named = [file for reason in BY_OTHERS.values() for file in re.findall(r"tests/\S+\.py", reason)]
    assert len(set(named)) > 10
    assert [file for file in named if not (ROOT / file).is_file()] == []
