# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One command sets up AWX: the real ansible-playbook and the real modules of awx.awx, on a fake of AWX's API."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fake_awx import ORGANIZATION, SHOWN_SECRET, VAULT, FakeAwx

pytestmark = pytest.mark.slow

AWX = Path(__file__).resolve().parents[3] / "extensions" / "awx"
PLAYBOOKS = sorted(file.name for file in (AWX / "project").glob("*.yml"))
SECRET = "the-password-of-the-phones"
OWN = {
    "snom_awx_organization": ORGANIZATION,
    "snom_awx_image": "registry.test/snom-ee:1",
    "snom_awx_git": "https://git.test/phones.git",
    "snom_awx_vault_credential": VAULT,
    "vault_snom_username": "admin",
    "vault_snom_password": SECRET,
    "snom_awx_notification": {
        "notification_type": "webhook",
        "notification_configuration": {"url": "https://chat.test/hook", "password": "of-the-hook"},
    },
}
LISTS = re.findall(r"(controller_\w+)", (AWX / "setup" / "tasks.yml").read_text("utf-8"))


class Setup:
    """Runs the playbook against a fake AWX."""

    def __init__(self, awx: FakeAwx, collections: Path, folder: Path) -> None:
        self.awx, self.collections, self.folder = awx, collections, folder

    def __call__(
        self, *arguments: str, user: str = "admin", env: dict[str, str] | None = None, **own: Any
    ) -> subprocess.CompletedProcess[str]:
        values = self.folder / "own.yml"
        values.write_text(json.dumps(OWN | own), "utf-8")
        variables = {
            "ANSIBLE_COLLECTIONS_PATH": str(self.collections),
            "ANSIBLE_HOME": str(self.folder / "ansible"),
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "CONTROLLER_HOST": self.awx.address,
            "CONTROLLER_OAUTH_TOKEN": self.awx.token(user),
            "HOME": str(self.folder),
            "SSL_CERT_FILE": str(self.awx.certificate),
        }
        program = Path(sys.executable).with_name("ansible-playbook")
        return subprocess.run(
            [program, "-i", "localhost,", "-e", f"@{values}", *arguments, AWX / "setup.yml"],
            env=os.environ | variables | {"ANSIBLE_PYTHON_INTERPRETER": sys.executable} | (env or {}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )


def only(**kept: Any) -> dict[str, Any]:
    """A configuration with no more than these lists in it: what runs fewer modules, each in a Python of its own."""
    return {name: [] for name in LISTS if name not in kept} | kept


def without(*names: str) -> dict[str, Any]:
    """The configuration without these lists."""
    return {name: [] for name in names}


@pytest.fixture
def setup(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Setup]:
    """For an empty AWX."""
    with FakeAwx(tmp_path, PLAYBOOKS) as awx:
        yield Setup(awx, request.config.getoption("--collections"), tmp_path)


@pytest.fixture(scope="module")
def first(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Setup]:
    """For an AWX that was set up, once for all tests: a run starts some thirty modules, each in a Python of its own."""
    folder = tmp_path_factory.mktemp("awx")
    with FakeAwx(folder, PLAYBOOKS) as awx:
        setup = Setup(awx, request.config.getoption("--collections"), folder)
        told = setup("-vvv")
        assert changed(told) == 12
        for said in (told.stdout, told.stderr):
            assert SECRET not in said and "of-the-hook" not in said and "[WARNING]" not in said
        assert "> EXEC " in told.stdout and "> PUT " not in told.stdout, "a module and its secrets are in a file"
        yield setup


def changed(told: subprocess.CompletedProcess[str]) -> int:
    """How many tasks changed something in a run that ended well."""
    assert told.returncode == 0, told.stdout + told.stderr
    recap = re.search(r"changed=(\d+).*failed=0", told.stdout)
    assert recap, told.stdout
    return int(recap[1])


def sentence(told: subprocess.CompletedProcess[str]) -> str:
    """The message that a run ended with."""
    assert told.returncode == 2, told.stdout + told.stderr
    said = re.findall(r'"msg": ("(?:[^"\\]|\\.)*")', told.stdout)
    return str(json.loads(said[-1]))


def test_everything_is_there(first: Setup) -> None:
    awx = first.awx
    _vault, credential = awx.items("credentials")
    assert credential["inputs"] == {"username": "admin", "password": SECRET}
    _vault, kind = awx.items("credential_types")
    assert kind["injectors"]["env"]["SNOM_PASSWORD"] == "{{ password }}"
    assert [image["image"] for image in awx.items("execution_environments")] == ["registry.test/snom-ee:1"]
    assert [source["source"] for source in awx.items("inventory_sources")] == ["scm"]
    run = [template["playbook"] for template in awx.items("job_templates")]
    assert sorted(run) == sorted([*PLAYBOOKS, "snom_rollout.yml"])
    assert sorted(awx.joined("job_templates", "Snom rollout", "credentials")) == ["Snom phones", VAULT]
    asked = [question["variable"] for question in awx.survey("job_templates", "Snom rollout")["spec"]]
    assert asked[:2] == ["snom_hosts", "snom_dry_run"]
    assert awx.survey("workflow_job_templates", "Snom firmware")["spec"]
    assert [schedule["rrule"][:7] for schedule in awx.items("schedules")] == ["DTSTART"]


def test_the_workflow_asks_before_canaries_and_rollout_and_tells_how_it_ended(first: Setup) -> None:
    nodes = "workflow_job_template_nodes"
    assert first.awx.joined(nodes, "plan", "success_nodes") == ["plan_approval"]
    assert first.awx.joined(nodes, "plan_approval", "success_nodes") == ["canary"]
    assert first.awx.joined(nodes, "canary", "success_nodes") == ["approval"]
    assert first.awx.joined(nodes, "canary", "failure_nodes") == ["report"]
    assert first.awx.joined(nodes, "approval", "success_nodes") == ["rollout"]
    assert first.awx.joined(nodes, "rollout", "always_nodes") == ["report"]
    assert [approval["timeout"] for approval in first.awx.items("workflow_approval_templates")] == [86400, 86400]


def test_somebody_is_told_of_a_failed_canary_and_of_a_waiting_approval(first: Setup) -> None:
    told = [first.awx.joined("job_templates", "Snom canary", "notification_templates_error")]
    told += [first.awx.joined("workflow_job_templates", "Snom firmware", "notification_templates_approvals")]
    assert told == [["Snom phones"]] * 2


def test_a_second_run_changes_nothing_and_takes_no_system_administrator(first: Setup) -> None:
    first.awx.writes.clear()
    told = first(user="anna")
    assert changed(told) == 0, told.stdout
    assert first.awx.writes == []


def test_the_fake_shows_no_secret(first: Setup) -> None:
    _status, told = first.awx.answer("GET", "/credentials/", {}, {}, f"Bearer {first.awx.token('ida')}")
    shown = [credential["inputs"].get("password") for credential in told["results"]]
    assert shown == [None, SHOWN_SECRET]


def test_a_missing_permission_is_said(first: Setup, setup: Setup) -> None:
    told = sentence(setup(user="anna"))
    assert told.startswith(
        "Set up the credential type: AWX does not let anna do this. It takes a system administrator;"
    )
    first.awx.items("execution_environments")[0]["image"] = "another"
    told = sentence(first(user="ida", **without("controller_credential_types", "controller_credentials")))
    assert told.startswith("Set up the execution environment: AWX does not let ida do this.")
    assert f"It takes an administrator of the organization {ORGANIZATION}." in told


def test_what_differs_is_brought_back_and_secrets_only_if_asked_for(first: Setup) -> None:
    (image,) = first.awx.items("execution_environments")
    _vault, credential = first.awx.items("credentials")
    image["image"] = "another"
    others = [name for name in LISTS if name not in ("controller_credentials", "controller_execution_environments")]
    new = without(*others) | {"vault_snom_password": "a new one"}
    first.awx.writes.clear()
    assert changed(first(**new)) == 1
    assert first.awx.writes == [f"PATCH /execution_environments/{image['id']}/"]
    assert (image["image"], credential["inputs"]["password"]) == ("registry.test/snom-ee:1", SECRET)
    assert changed(first(snom_awx_update_secrets=True, **new)) == 1
    assert credential["inputs"]["password"] == "a new one"


def test_check_mode_on_an_empty_awx_says_what_would_be_made_and_writes_nothing(setup: Setup) -> None:
    told = setup("--check", **without("controller_templates"), snom_awx_notification={})
    assert changed(told) == 10
    assert setup.awx.writes == [] and SECRET not in told.stdout


def test_what_awx_does_not_take_is_said(first: Setup) -> None:
    template = {"name": "new", "description": "", "job_type": "run", "organization": ORGANIZATION}
    template |= {"inventory": "Snom phones", "project": "Snom phones", "execution_environment": "Snom phones"}
    told = sentence(first(**only(controller_templates=[template | {"playbook": "missing.yml"}])))
    assert told.startswith("Set up the job templates: ") and "Playbook not found for project." in told


def test_another_organization_is_asked_for(setup: Setup) -> None:
    told = sentence(setup(snom_awx_organization="Nowhere"))
    assert told.startswith("AWX shows admin no organization Nowhere.")


def test_a_token_that_awx_refuses_is_said(setup: Setup) -> None:
    told = sentence(setup(env={"CONTROLLER_OAUTH_TOKEN": "wrong"}))
    assert (
        told.startswith("AWX does not answer as it should. Give its address as CONTROLLER_HOST") and "HTTP 401" in told
    )


def test_a_certificate_that_nobody_vouches_for_is_refused(setup: Setup) -> None:
    told = sentence(setup(env={"SSL_CERT_FILE": os.devnull}))
    assert "AWX does not answer as it should." in told and "certificate" in told.lower()
    assert setup.awx.writes == []


def test_a_missing_login_is_said(setup: Setup) -> None:
    told = sentence(setup(vault_snom_password=""))
    assert told.startswith("The login of the phones is missing.")


def test_without_the_collection_of_awx_it_is_said(setup: Setup, tmp_path: Path) -> None:
    told = sentence(setup(env={"ANSIBLE_COLLECTIONS_PATH": str(tmp_path)}))
    assert told.startswith("This takes the collection awx.awx, which is not here.")
