# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The example repository: its jobs, as its pipelines run them, against virtual phones and a real nginx."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from .bench import HERE, PATIENCE, Bench, environment, phone, until
from .conftest import StartBench
from .mirror import Mirror, mirror

EXAMPLE = HERE.parents[2] / "docs" / "examples" / "gitops"
# What the example's vaults hold. No output may show any of it.
SECRETS = ("change-me", "change-100", "change-101", "change-102")
PHONES = {
    "berlin-reception": phone("D785", "10.1.175.16", mac="000413922D24", identities=["100"]),
    "berlin-desk-1": phone("D785", "10.1.175.16", mac="000413922D25", identities=["101"]),
    "berlin-desk-2": phone("720", "8.9.3.80", mac="000413741767", identities=["102"]),
}


@dataclass
class Repository:
    """A copy of the example, with an inventory over it that leads to the virtual phones."""

    folder: Path
    bench: Bench
    box: Mirror | None = None

    def run(self, *command: str | Path, cwd: Path | None = None) -> tuple[int, str]:
        """Run a command as a pipeline would; return its exit code and output."""
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        env = environment(self.bench.folder) | {
            "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
            "ANSIBLE_VAULT_PASSWORD_FILE": str(self.folder.with_name("vault-password")),
            "PATH": path,
        }
        done = subprocess.run(
            command,
            cwd=cwd or self.folder,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert [secret for secret in SECRETS if secret in done.stdout] == []
        return done.returncode, done.stdout

    def job(self, name: str) -> tuple[int, str]:
        return self.run(f"jobs/{name}", "berlin", *self.here)

    @property
    def here(self) -> list[str]:
        """What is different here: addresses, and a web root that is not root's."""
        if self.box is None:
            return ["-i", str(self.bench.write_inventory())]
        variables = {
            "provisioning_base_url": self.box.url,
            "provisioning_host": "box",
            "provisioning_web_root": str(self.web_root),
            "provisioning_allow_cleartext_secrets": True,
        }
        return ["-i", str(self.bench.write_inventory()), "-e", json.dumps(variables)]

    @property
    def web_root(self) -> Path:
        return self.bench.folder / "www"

    def edit(self, old: str, new: str) -> None:
        """Change the inventory of the site."""
        hosts = self.folder / "inventories" / "berlin" / "hosts.yml"
        text = hosts.read_text()
        assert old in text
        hosts.write_text(text.replace(old, new))

    def drift(self) -> dict[str, Any]:
        report = json.loads((self.folder / "drift" / "berlin" / "drift.json").read_text())
        return dict(report["phones"])


def copy_example(start: StartBench, tmp_path: Path, phones: Mapping[str, Any]) -> Repository:
    found = start(
        {name: dict(keys) for name, keys in phones.items()},
        defaults={"password": "change-me", "timing": {"reboot": 0.5, "boot": 0.2}},
    )
    # Only how to reach the phones; what is wanted of them is the example's.
    variables = found.inventory["phones"]["vars"]
    reached = {name: variables[name] for name in ("snom_scheme", "snom_port", "snom_timeout")}
    for host in found.hosts().values():
        host |= reached
    variables.clear()
    folder = tmp_path / "repository"
    shutil.copytree(EXAMPLE, folder)
    (tmp_path / "vault-password").write_text("example\n")
    return Repository(folder, found)


@contextmanager
def repository(start: StartBench, tmp_path: Path) -> Iterator[Repository]:
    """The example with its mirror."""
    repo = copy_example(start, tmp_path, PHONES)
    with mirror(repo.bench, setting_networks=["127.0.0.0/8"]) as box:
        assert box.play(rehearse=False).code == 0
        for name in PHONES:
            repo.bench.fleet.patch(name, settings={"setting_server": f"{box.url}/current/"})
        repo.bench.fleet.reset_log()
        repo.box = box
        yield repo


def phone_names(repository: Repository) -> dict[str, str]:
    return {name: repository.bench.fleet.phone(name)["settings"].get("phone_name", "") for name in PHONES}


@pytest.mark.slow
def test_from_the_pull_request_to_the_night(start: StartBench, tmp_path: Path) -> None:
    with repository(start, tmp_path) as repo:
        fleet = repo.bench.fleet

        code, output = repo.job("pull-request")
        assert code == 0, output
        assert "berlin-reception: new (snomD785-000413922D24.htm" in output
        assert not (repo.web_root / "current").exists()
        assert fleet.counters()["requests"] == 0, "a pull request touches no phone"

        code, output = repo.job("merge")
        assert code == 0, output
        names = {"berlin-reception": "Reception", "berlin-desk-1": "Desk 1", "berlin-desk-2": "Desk 2"}
        until(lambda: phone_names(repo) == names, "the phones to fetch their files")

        code, output = repo.job("nightly")
        assert code == 0, output
        assert {entry["outcome"] for entry in repo.drift().values()} == {"in_order"}

        code, output = repo.job("pull-request")
        assert code == 0 and re.search(r"changed=0 ", output) and not re.search(r"changed=[1-9]", output), output

        repo.edit("Desk 1", "Desk one")
        before = fleet.counters()["requests"]
        code, output = repo.job("pull-request")
        assert code == 0 and "berlin-desk-1: phone_name: Desk 1 -> Desk one" in output, output
        assert "berlin-desk-2:" not in output
        assert fleet.counters()["requests"] == before

        repo.edit("Desk one", "Desk 1")
        fleet.patch("berlin-desk-2", settings={"language": "English"})
        code, output = repo.job("nightly")
        assert code == 2, output
        found = {host: entry["settings"] for host, entry in repo.drift().items() if entry["outcome"] == "drifted"}
        assert found == {"berlin-desk-2": {"before": "language: English\n", "after": "language: Deutsch\n"}}
        assert "language: English" in (repo.folder / "drift" / "berlin" / "drift.html").read_text()


def commands_of_the_readme(word: str) -> str:
    """The one block of commands that has the word."""
    readme = (EXAMPLE / "README.md").read_text()
    (commands,) = (text for text in re.findall(r"```shell\n(.*?)```", readme, re.DOTALL) if word in text)
    return str(commands)


def test_the_commands_of_the_readme_ask_for_no_password(start: StartBench, tmp_path: Path) -> None:
    repo = copy_example(start, tmp_path, PHONES)
    vaults = sorted(repo.folder.glob("inventories/*/group_vars/*/vault.yml"))
    before = [vault.read_text() for vault in vaults]
    home = tmp_path / "home"
    home.mkdir()
    script = f"set -e; unset ANSIBLE_VAULT_PASSWORD_FILE; export HOME='{home}' EDITOR=true\n"
    # Without a terminal, who asks for a password fails.
    code, output = repo.run("setsid", "--wait", "sh", "-c", script + commands_of_the_readme("rekey"))
    assert code == 0, output
    assert [vault.read_text() for vault in vaults] != before
    assert (home / ".vault-password").stat().st_mode & 0o077 == 0


@pytest.mark.slow
def test_a_night_in_which_nobody_could_be_trusted_is_red(start: StartBench, tmp_path: Path) -> None:
    repo = copy_example(
        start, tmp_path, {name: keys | {"tls": True, "certificate": "own"} for name, keys in PHONES.items()}
    )
    for host in repo.bench.hosts().values():
        host["snom_scheme"] = "https"
    code, output = repo.job("nightly")
    assert code == 2, output
    assert {entry["outcome"] for entry in repo.drift().values()} == {"certificate_rejected"}
    assert "telephony.snom.fingerprints" in output

    command = shlex.split(commands_of_the_readme("snom.fingerprints").replace("\\\n", " "))
    code, output = repo.run(*command, *repo.here)
    assert code == 0, output
    file = repo.folder / "inventories" / "berlin" / "snom_fingerprints.yml"
    pinned = yaml.safe_load(file.read_text())
    assert set(pinned["all"]["hosts"]) == set(PHONES)
    # They are trusted by now, and differ in what no job has published yet.
    code, output = repo.job("nightly")
    assert code == 2 and {entry["outcome"] for entry in repo.drift().values()} == {"drifted"}, output

    pinned["all"]["hosts"]["berlin-desk-1"]["snom_cert_fingerprint"] = "ab" * 32
    file.write_text(yaml.safe_dump(pinned))
    code, output = repo.job("nightly")
    assert code == 2 and repo.drift()["berlin-desk-1"]["outcome"] == "certificate_rejected"
    assert "somebody is in between" in output


@pytest.mark.slow
def test_a_night_in_which_no_phone_answers_is_red(start: StartBench, tmp_path: Path) -> None:
    repo = copy_example(start, tmp_path, {name: keys | {"running": False} for name, keys in PHONES.items()})
    code, output = repo.job("nightly")
    assert code == 2 and "No phone at all could be read" in output, output


@pytest.mark.slow
def test_a_mistake_ends_the_pull_request(start: StartBench, tmp_path: Path) -> None:
    with repository(start, tmp_path) as repo:
        repo.edit("00:04:13:92:2D:25", "00:04:13:92:2D:24")
        code, output = repo.job("pull-request")
        assert code == 2
        assert "berlin-reception, berlin-desk-1 have the same snom_mac 000413922D24" in output
        repo.edit("phone_name: Desk 1", "phone_nmae: Desk 1")
        code, output = repo.job("pull-request")
        assert code == 2 and "phone_nmae" in output


@pytest.mark.slow
def test_a_box_at_the_site_pulls(start: StartBench, tmp_path: Path) -> None:
    with repository(start, tmp_path) as repo:
        for command in (
            ["init", "--quiet", "--initial-branch=main"],
            ["add", "--all"],
            ["-c", "user.name=box", "-c", "user.email=box@site.example", "commit", "--quiet", "--message=Phones"],
        ):
            assert repo.run("git", *command)[0] == 0
        code, output = repo.run(
            *("ansible-pull", "-U", repo.folder.as_uri(), "-d", tmp_path / "checkout", "-l", "all"),
            *("-i", "localhost,", "-i", "inventories/common.yml", "-i", "inventories/berlin"),
            *("-e", "snom_hosts=berlin"),
            *repo.here,
            "site.yml",
            cwd=tmp_path,
        )
        assert code == 0, output
        assert (repo.web_root / "current" / "snomD785-000413922D24.htm").is_file()
        assert "3 compliant" in output


def test_the_pipelines_run_the_jobs_for_each_site() -> None:
    sites = {path.parent.name for path in EXAMPLE.glob("inventories/*/hosts.yml")}
    gitlab = yaml.safe_load((EXAMPLE / ".gitlab-ci.yml").read_text())
    assert set(gitlab[".each-site"]["parallel"]["matrix"][0]["SITE"]) == sites
    github = yaml.safe_load((EXAMPLE / ".github" / "workflows" / "phones.yml").read_text())["jobs"]["phones"]
    assert set(github["strategy"]["matrix"]["site"]) == sites

    jobs = {path.name for path in (EXAMPLE / "jobs").iterdir() if os.access(path, os.X_OK)}
    assert jobs == {"pull-request", "merge", "nightly"}
    assert {job: gitlab[job]["script"] for job in jobs} == {job: [f"jobs/{job} $SITE"] for job in jobs}
    run = {step["run"] for step in github["steps"] if step.get("run", "").startswith("jobs/")}
    assert run == {f"jobs/{job} ${{{{ matrix.site }}}}" for job in jobs}
