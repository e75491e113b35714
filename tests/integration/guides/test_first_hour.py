# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The first hour with the guides, word by word: their files and commands as they stand, on virtual phones.

What a reader has to replace, too, is replaced: names and addresses that belong to nobody. What virtual phones need
beside a page lies in a file beside its inventory: they take seconds where real ones take minutes, and have images of
their own. ansible-galaxy gets the collection from a repository here instead of the one that the pages name.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from .reading import TYPED, Block, Command, blocks, type_all

GIT = "https://github.com/telephony/snom.git"
MIRROR = "127.41.0.1"
YOURS = {
    "192.0.2.": "127.41.2.",
    "198.51.100.": "127.41.51.",
    "images.berlin.example": MIRROR,
    "images.lisbon.example": MIRROR,
    "images.example": MIRROR,
}
IMAGES = ["snomD785-10.1.175.16-SIP-r.bin", "snom720-8.9.3.80-SIP-r.bin"]
PASSWORD = "the password of the phones"
PHONES = "~/.ansible/collections/ansible_collections/telephony/snom/tests/virtual_phones"


@dataclass
class Reader:
    """Somebody who has followed a guide up to the installation."""

    home: Path
    variables: dict[str, str]

    def folder(self, name: str) -> Path:
        folder = self.home / name
        folder.mkdir()
        return folder

    def activated(self, commands: list[Command]) -> list[Command]:
        return [Command(". ~/snom-venv/bin/activate", []), *commands]


def yours(text: str) -> str:
    for theirs, here in YOURS.items():
        text = text.replace(theirs, here)
    return text


def commands_of(found: list[Block]) -> list[Command]:
    return [Command(yours(one.line), one.answers) for block in found for one in block.commands]


def normal(output: str) -> list[str]:
    """Lines without what differs from run to run."""
    return [re.sub(r"Plan [0-9a-f]{12}:", "Plan …:", " ".join(line.split())) for line in output.splitlines()]


@pytest.fixture(scope="module")
def reader(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """Install as README says, from its git clone on."""
    home = tmp_path_factory.mktemp("reader")
    git = ["git", "-C", str(request.config.getoption("--copy"))]
    tree = subprocess.run([*git, "write-tree"], check=True, capture_output=True, text=True).stdout.strip()
    commit = [*git, "-c", "user.name=reader", "-c", "user.email=reader@example.org", "commit-tree", "-m", "now", tree]
    now = subprocess.run(commit, check=True, capture_output=True, text=True).stdout.strip()
    repository = home / "repository.git"
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", repository], check=True)
    subprocess.run([*git, "push", "--quiet", str(repository), f"{now}:refs/heads/main"], check=True)
    # The pages ask for Python 3.11 or newer under this name, which a machine may have under another one.
    programs = home / "bin"
    programs.mkdir()
    python = programs / "python3"
    python.write_text(f'#!/bin/sh\nexec {sys._base_executable} "$@"\n')  # type: ignore[attr-defined]
    python.chmod(0o755)
    variables = {
        "HOME": str(home),
        "PATH": f"{programs}:{os.environ['PATH']}",
        "LC_ALL": "C.UTF-8",
        "PIP_CONFIG_FILE": str(request.config.getoption("--pip-config")),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{repository}.insteadOf",
        "GIT_CONFIG_VALUE_0": GIT,
    } | {name: os.environ[name] for name in os.environ if name.lower().endswith("_proxy") or name == "SSL_CERT_FILE"}
    type_all(commands_of(list(blocks("README.md", "Installation"))), home, variables, alone=False)
    return Reader(home, variables)


def test_five_minutes(reader: Reader) -> None:
    folder = reader.folder("five-minutes")
    found = list(blocks("five_minutes", "Describe", *TYPED["five_minutes"]))
    typed: list[Command] = []
    wanted: list[tuple[int, str]] = []
    for block in found:
        if block.language == "yaml":
            assert block.file is not None
            (folder / block.file).write_text(block.text)
        elif block.language == "text":
            wanted += [(len(typed) - 1, line) for line in normal(block.text)]
        else:
            typed += block.commands
    again = typed[-1].line
    typed.append(Command(f"ANSIBLE_STDOUT_CALLBACK=telephony.snom.fleet {again}", []))
    typed += [Command("test -s report/report.html", []), Command("kill %1", [])]
    said = [normal(part) for part in type_all(reader.activated(typed), folder, reader.variables, alone=True)[1:]]
    assert [(number, line) for number, line in wanted if not any(line in heard for heard in said[number])] == []
    assert len(wanted) > 12
    report = json.loads((folder / "report" / "report.json").read_text("utf-8"))
    assert {phone["outcome"] for phone in report["phones"].values()} == {"compliant"}


def test_the_playbooks_page() -> None:
    (of_playbooks,) = commands_of(list(blocks("playbooks", *TYPED["playbooks"])))
    assert of_playbooks.line in [one.line for one in commands_of(list(blocks("five_minutes", *TYPED["five_minutes"])))]


@pytest.mark.slow
def test_testing_playbooks(reader: Reader) -> None:
    folder = reader.folder("testing")
    found = list(blocks("testing_playbooks"))
    fleet, playbook = (block.text for block in found if block.language.startswith("yaml"))
    inventory = yaml.safe_load(next(block.text for block in blocks("five_minutes") if block.file == "inventory.yml"))
    phones = yaml.safe_load(fleet)["phones"]
    inventory["phones"]["hosts"] = {phone["name"]: {"ansible_host": phone["address"]} for phone in phones}
    (folder / "fleet.yml").write_text(fleet)
    (folder / "inventory.yml").write_text(json.dumps(inventory))
    (folder / "test.yml").write_text(playbook)
    typed = commands_of(list(blocks("testing_playbooks", *TYPED["testing_playbooks"])))
    play = Command("ansible-playbook -i inventory.yml test.yml", [])
    said = type_all(reader.activated([*typed, play]), folder, reader.variables, alone=True)[1:]
    assert [json.loads(answer).get("error") for answer in said[3:7]] == [None] * 4
    assert "All assertions passed" in said[-1]


@dataclass
class Desk:
    """A folder of the reader's with an inventory, a password in the vault, and phones as the page has them."""

    reader: Reader
    folder: Path
    phones: list[dict[str, Any]]
    beside: Path
    """The folder of the inventory."""

    def type(self, typed: list[Command]) -> list[list[str]]:
        """Type commands of a page once all is there; return what each of them says, as lines."""
        content = {
            "image_server": {"address": MIRROR, "port": 80, "images": IMAGES},
            "defaults": {
                "username": "admin",
                "password": PASSWORD,
                "tls": True,
                # Each has signed its own, as real ones have.
                "certificate": "own",
                "identities": ["100"],
                "timing": {"load": 0.5, "flash": 1, "boot": 0.5},
            },
            "phones": self.phones,
        }
        (self.folder / "fleet.json").write_text(json.dumps(content))
        variables = self.beside / "group_vars" / "phones"
        variables.mkdir(parents=True)
        (variables / "vault.yml").write_text(f"vault_snom_password: {PASSWORD}\n")
        (variables / "virtual.yml").write_text(
            json.dumps(
                {
                    "snom_mirror": f"http://{MIRROR}/fw",
                    "firmware_rollout_catalog": str(self.folder / "virtual-images.yml"),
                    "firmware_rollout_flash_time": 8,
                }
            )
        )
        before = [
            ". ~/snom-venv/bin/activate",
            f"[ -f ~/.snom-vault ] || echo {PASSWORD} | sha256sum > ~/.snom-vault",
            "export ANSIBLE_VAULT_PASSWORD_FILE=~/.snom-vault",
            f"ansible-vault encrypt {variables}/vault.yml",
            "pip install -q cryptography",
        ]
        start = [f"python3 {PHONES} --catalog fleet.json > virtual-images.yml"]
        commands = [Command(line, []) for line in before]
        type_all(commands, self.folder, self.reader.variables, alone=False)
        commands = [Command(line, []) for line in [*before[:3:2], *start]]
        commands.append(Command(f"python3 {PHONES} fleet.json &", ["ready"]))
        said = type_all([*commands, *typed], self.folder, self.reader.variables, alone=True)
        return [normal(part) for part in said[len(commands) :]]


def outcomes(report: Path) -> dict[str, str]:
    phones = json.loads(report.read_text("utf-8"))["phones"]
    return {name: phone["outcome"] for name, phone in phones.items()}


@pytest.mark.slow
def test_one_real_phone_of_each_model(reader: Reader) -> None:
    found = list(blocks("first_rollout", "One real phone of each model"))
    folder = reader.folder("trial")
    (inventory,) = (block for block in found if block.language == "yaml")
    assert inventory.file is not None
    (folder / inventory.file).write_text(yours(inventory.text))
    phone = {
        "name": "trial",
        "address": yours("192.0.2.17"),
        "mac": "000413922D24",
        "model": "D785",
        "firmware": "10.1.84.12",
    }
    typed = commands_of([block for block in found if block.language == "console"])
    said = Desk(reader, folder, [phone], folder).type(typed)
    assert len(said) == 6
    # It looks at one without a certificate that is known, and says what is to be added.
    assert any("snom_cert_fingerprint" in line for line in said[0])
    assert any("000413922D24" in line and "idle read" in line for line in said[2])
    assert any('"outcome": "rebooted"' in line for line in said[3])
    assert outcomes(folder / "report" / "report.json") == {"trial": "upgraded"}
    (evidence,) = json.loads((folder / "report" / "report.json").read_text())["phones"].values()
    # What the page measures.
    assert evidence["evidence"]["triggered_at"] < evidence["evidence"]["seen_back_at"]


@pytest.mark.slow
def test_the_inventory_of_a_fleet(reader: Reader) -> None:
    (inventory,) = blocks("first_rollout", "The inventory of a fleet")
    found = list(blocks("first_rollout", "Plan, approve, roll out"))
    folder = reader.folder("fleet")
    lasting = folder / "lasting"
    lasting.mkdir()
    assert inventory.file is not None
    (folder / inventory.file).parent.mkdir()
    (folder / inventory.file).write_text(yours(inventory.text).replace("/var/lib/snom", str(lasting)))
    typed = [
        Command(one.line.replace("/var/lib/snom", str(lasting)), one.answers) for one in commands_of(found) if one.line
    ]
    old = {"model": "720", "firmware": "8.9.3.60"}
    phones = [
        {"name": "ward-3-desk", "address": yours("192.0.2.17"), "mac": "000413922D24", "model": "D785"},
        {"name": "lift", "address": yours("192.0.2.18"), **old},
        {"name": "shop-desk", "address": yours("198.51.100.4"), **old},
    ]
    phones[0]["firmware"] = "10.1.84.12"
    said = Desk(reader, folder, phones, folder / "inventory").type(typed)
    assert len(said) == 4
    assert outcomes(lasting / "report" / "report.json") == {
        "ward-3-desk": "upgraded",
        "lift": "protected",
        "shop-desk": "upgraded",
    }


def test_the_first_job_and_ten_commands(reader: Reader) -> None:
    """The inventory of "Ansible for people with phones", its first job, README's, and the cheat sheet, one fleet."""
    readme = commands_of(list(blocks("README.md", "Use Cases")))[1:]
    page = list(blocks("ansible_for_phone_people"))
    folder = reader.folder("desk")
    assert page[0].file is not None
    (folder / page[0].file).write_text(yours(page[0].text))
    first = commands_of([block for block in page if block.section == "The first job" and block.language == "console"])
    before, ten = commands_of(list(blocks("cheat_sheet")))[:3], commands_of(list(blocks("cheat_sheet")))[3:]
    assert len(ten) == 10
    elsewhere = [one for one in ten if re.search(r"snom\.(provision|catalog) ", one.line)]
    assert len(elsewhere) == 2
    ten = [one for one in ten if one not in elsewhere]
    phones = [
        {"name": "desk-17", "address": yours("192.0.2.17"), "model": "D785", "firmware": "10.1.84.12"},
        {"name": "hall", "address": yours("192.0.2.18"), "model": "720", "firmware": "8.9.3.80"},
    ]
    said = Desk(reader, folder, phones, folder).type([*readme, *first, *before, *ten])
    for audit in (1, 3):
        assert any("desk-17" in line and "idle read" in line for line in said[audit])
    assert (folder / "audit" / "audit.html").is_file() and (folder / "drift" / "drift.html").is_file()
    # What stops a rollout, and what it goes on with.
    assert (folder / "stop").is_file() and (folder / "rollout.journal").is_file()
    assert any('"firmware": "10.1.175.16"' in line for line in said[-1])
