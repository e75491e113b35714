# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command that a report shows to go on with. What a rollout does is tested elsewhere."""

from __future__ import annotations

import shlex
import sys

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import Connection
from ansible_collections.telephony.snom.plugins.plugin_utils.actions.rollout_run import _command_line
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.target import Target

MASK = "********"


def command_line(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> list[str]:
    for variable in ("AWX_ISOLATED_DATA_DIR", "JOB_ID"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(sys, "argv", ["/usr/bin/ansible-playbook", *arguments])
    phone = Target(host="desk-1", connection=Connection(address="desk-1", username="admin", password="hunter2"))
    return shlex.split(_command_line([phone]))


@pytest.mark.parametrize("flag", ["-e", "-ve", "-vvve", "-De", "-bKe", "--extra-vars", "--extra-var", "--ex", "--e"])
@pytest.mark.parametrize("value", ["ldap_token=x y", '{"ldap_token": "x y"}', "a=1 ldap_pass=\n'x y'"])
def test_extra_variables_that_name_a_secret_are_not_shown(
    monkeypatch: pytest.MonkeyPatch, flag: str, value: str
) -> None:
    attached = f"{flag}={value}" if flag.startswith("--") else f"{flag}{value}"
    # Ansible takes ******** alone for extra variables, and would run without the window and the journal.
    assert command_line(monkeypatch, flag, value, "site.yml") == ["ansible-playbook", flag, f"@{MASK}", "site.yml"]
    assert command_line(monkeypatch, attached, "site.yml") == ["ansible-playbook", f"-e@{MASK}", "site.yml"]


@pytest.mark.parametrize(
    "value",
    [
        "phone_pin=8642",
        '{"snom_settings": {"keyboard_lock_pw": "8642"}}',
        "wifi_psk='x y'",
        "provisioning_base_url=https://me:hush@files.example/",
        "report_to=https://ci.example/?key=hush",
    ],
)
def test_extra_variables_that_hold_a_secret_by_any_name_are_not_shown(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    assert command_line(monkeypatch, "-e", value, "site.yml") == ["ansible-playbook", "-e", f"@{MASK}", "site.yml"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["-e", "@secrets.yml"],
        ["-De@secrets.yml"],
        ["--extra-vars=@secrets.yml"],
        ["--ex", "@secrets.yml"],
        ["-e", "snom_hosts=berlin"],
        ["-vesnom_hosts=berlin"],
        ["-e", "firmware_rollout_mirror=https://images.example/fw firmware_rollout_max_bad=1"],
        ["--vault-password-file", "vault_pass.py"],
        ["--vault-password-file=vault_pass.py"],
        ["-i", "tokens/inventory.yml", "-l", "secretariat"],
        ["-itokens/inventory.yml"],
        ["-esnom_hosts=berlin", "token.yml"],
    ],
)
def test_everything_else_is_shown(monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    assert command_line(monkeypatch, *arguments) == ["ansible-playbook", *arguments]


def test_a_password_of_a_phone_is_not_shown_wherever_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    assert command_line(monkeypatch, "-e", "login=hunter2 a=b") == ["ansible-playbook", "-e", f"@{MASK}"]
    assert command_line(monkeypatch, "-i", "hunter2/hosts") == ["ansible-playbook", "-i", f"{MASK}/hosts"]
