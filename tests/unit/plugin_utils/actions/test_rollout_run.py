# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command that a report shows to go on with, and the stop file. What a rollout does is tested elsewhere."""

from __future__ import annotations

import errno
import os
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import Connection
from ansible_collections.telephony.snom.plugins.plugin_utils.actions import rollout_run
from ansible_collections.telephony.snom.plugins.plugin_utils.actions.rollout_run import _command_line, _StopRequests
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
    assert command_line(monkeypatch, flag, value, "site.yml") == ["ansible-playbook", flag, MASK, "site.yml"]
    assert command_line(monkeypatch, attached, "site.yml") == ["ansible-playbook", MASK, "site.yml"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["-e", "@secrets.yml"],
        ["-De@secrets.yml"],
        ["--extra-vars=@secrets.yml"],
        ["--ex", "@secrets.yml"],
        ["-e", "snom_hosts=berlin"],
        ["-vesnom_hosts=berlin"],
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
    assert "hunter2" not in " ".join(command_line(monkeypatch, "-e", "login=hunter2"))


@pytest.mark.parametrize("put", [Path.touch, Path.mkdir, os.mkfifo, lambda path: path.symlink_to("nowhere")])
def test_whatever_stands_in_the_place_of_the_stop_file_stops(put: Callable[[Path], None], tmp_path: Path) -> None:
    stop = _StopRequests(str(tmp_path / "stop"))
    assert stop.reason() is None
    put(tmp_path / "stop")
    assert stop.reason() == f"The stop file {tmp_path}/stop is there."


@pytest.mark.parametrize("name", ["none/stop", "file/stop"])
def test_there_is_no_stop_file_where_there_is_no_folder_for_it(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert _StopRequests(str(tmp_path / name)).reason() is None


def test_a_stop_file_that_may_be_there_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(_path: str) -> None:
        raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))

    monkeypatch.setattr(rollout_run.os, "lstat", gone)
    assert "can't be seen: Stale file handle" in str(_StopRequests("/stop").reason())
