# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No password in any output, file or process list, however loud the run is and whatever goes wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from .bench import Bench, phone
from .conftest import StartBench
from .jump_host import jump_host
from .telling import of_servers

IN_BOTH_WAYS = pytest.mark.parametrize(
    "in_process",
    [pytest.param(True, id="in process"), pytest.param(False, id="as modules", marks=pytest.mark.slow)],
)

# Everything that talks about phones, and everything that goes wrong on the way to one.
PHONES = {
    "fine": phone(),
    "digest": phone(auth="digest"),
    "refuses": phone(inventory={"snom_password": "n0t-to-be-seen & wrong"}),
    "garbage": phone(faults={"garbage": True}),
    "gone": phone(running=False),
    "in-the-firmware": phone(
        settings={"update_policy": "settings_only", "firmware": "http://u:n0t-to-be-seen@x/y.bin"}
    ),
}


def tasks(found: Bench) -> list[dict[str, Any]]:
    firmware = {"version": "8.7.5.35", "catalog": str(found.catalog), "flash_time": 4}
    names = {
        "snom_info": {"gather": ["system", "home", "gui", "settings"]},
        "snom_firmware": firmware,
        "snom_reboot": {"deadline": 6},
    }
    return [
        {"name": name, f"telephony.snom.{name}": options, "ignore_errors": True, "diff": True}
        for name, options in names.items()
    ]


@IN_BOTH_WAYS
def test_modules_at_their_loudest(in_process: bool, start: StartBench) -> None:
    """The harness itself looks for passwords in everything that was written."""
    found = start(PHONES)
    play = {"name": "All", "hosts": "phones", "gather_facts": False, "tasks": tasks(found)}
    run = found.play(
        [play],
        "-vvvvv",
        variables={"snom_in_process": in_process},
        env={"ANSIBLE_LOG_PATH": str(found.out / "ansible.log")},
    )
    assert run.results("snom_firmware")["fine"]["outcome"] == "upgraded"
    assert run.results("snom_info")["refuses"]["outcome"] == "auth_failed"
    assert (found.out / "ansible.log").stat().st_size > 0


@IN_BOTH_WAYS
def test_servers_that_tell_the_password_that_they_got(in_process: bool, echo: int, start: StartBench) -> None:
    found = start({"fine": phone(call_shown_in=[]), "gone": PHONES["gone"]}, **of_servers(echo))
    names: dict[str, dict[str, Any]] = {
        "snom_info": {"gather": ["system", "home"]},
        "snom_firmware": {"version": "8.7.5.35", "catalog": str(found.catalog), "flash_time": 4},
        "snom_reboot": {"deadline": 6},
        "snom_sync": {"fetch_timeout": 1},
    }
    tasks = [{f"telephony.snom.{name}": given, "ignore_errors": True, "diff": True} for name, given in names.items()]
    tasks += [{"telephony.snom.snom_pbx_info": {}, "ignore_errors": True, "run_once": True}]
    run = found.play(
        [{"name": "All", "hosts": "phones", "gather_facts": False, "tasks": tasks}],
        "-vvvvv",
        variables={"snom_in_process": in_process},
        env={"ANSIBLE_LOG_PATH": str(found.out / "ansible.log")},
    )
    assert run.results("snom_info")["fine"]["phone"]["firmware"] == "8.4.35"
    assert "may not" in run.results("snom_pbx_info")["fine"]["msg"]
    assert (found.out / "ansible.log").stat().st_size > 0


def test_a_rollout_with_servers_that_tell_the_password_that_they_got(echo: int, start: StartBench) -> None:
    found = start({name: phone(call_shown_in=[]) for name in ("fine", "other")}, **of_servers(echo))
    run = found.rollout("-vvv", deferred_retries=0)
    assert run.outcomes == {"fine": "not_started", "other": "not_started"}
    files = {file.name for file in (found.out / "report").iterdir()}
    assert files == {"report.json", "report.csv", "report.junit.xml", "report.html"}


def test_a_password_of_the_pbx_from_the_environment(echo: int, start: StartBench) -> None:
    """As a credential of AWX gives it."""
    found = start({"fine": phone(call_shown_in=[])}, **of_servers(echo))
    for name in ("snom_pbx", "snom_mirror_control"):
        del found.inventory["phones"]["vars"][name]["password"]
    env = {"SNOM_PBX_PASSWORD": "n0t-to-be-seen 5", "SNOM_MIRROR_PASSWORD": "n0t-to-be-seen 6"}
    tasks: list[dict[str, Any]] = [
        {"telephony.snom.snom_pbx_info": {}, "ignore_errors": True, "run_once": True},
        {"telephony.snom.snom_sync": {}, "ignore_errors": True},
    ]
    play = {"name": "Ask", "hosts": "phones", "gather_facts": False, "tasks": tasks}
    run = found.play([play], "-vvvvv", env=env)
    assert "may not" in run.results("snom_pbx_info")["fine"]["msg"]


PIN = "90817263"
SYSLOG = """
import os
import syslog

def write(*arguments):
    with open(os.environ["SYSLOG"], "a", encoding="utf-8") as log:
        log.write(f"{arguments[-1]}\\n")

syslog.syslog = write
"""


@pytest.mark.slow
def test_what_is_typed_is_not_in_the_log_of_the_machine_that_types_it(start: StartBench) -> None:
    """Real modules log their options there. The result says all the same what was done."""
    found = start({"here": phone(inventory={"snom_in_process": False}), "there": phone()})
    log = found.folder / "syslog"
    (found.folder / "sitecustomize.py").write_text(SYSLOG)
    secret = {"secret": True, "allow_cleartext_secrets": True}
    tasks: list[dict[str, Any]] = [
        {"telephony.snom.snom_info": {}},
        {"telephony.snom.snom_call": {"action": "dial", "number": PIN} | secret},
        {"telephony.snom.snom_key": {"keys": PIN} | secret},
    ]
    common = {"gather_facts": False, "environment": {"PYTHONPATH": str(found.folder), "SYSLOG": str(log)}}
    with jump_host(found.folder / "ssh", found.address("here").rpartition(".")[0] + ".253") as jump:
        found.inventory["jump_hosts"] = {"hosts": {"jump": jump}}
        plays = [
            common | {"hosts": "here", "tasks": tasks},
            common | {"hosts": "there", "tasks": [task | {"delegate_to": "jump"} for task in tasks]},
        ]
        run = found.play(plays, "-vvvvv", rehearse=True)
    assert run.code == 0
    for host in ("here", "there"):
        assert [entry["detail"] for entry in found.fleet.log(host, event="key")] == [*PIN]
        assert run.results("snom_key")[host]["sent"]
    logged = log.read_text("utf-8")
    assert logged.count("Invoked with") == 4  # snom_info, in check mode and in earnest, at each machine
    assert PIN not in logged


@pytest.mark.parametrize(
    "form",
    [
        "-e {}",
        pytest.param("--extra-vars={}", marks=pytest.mark.slow),
        pytest.param("-e snom_password=n0t-to-be-seen-either", marks=pytest.mark.slow),
    ],
)
def test_a_rollout(form: str, start: StartBench) -> None:
    """The command that resumes is shown, but not the password that was given on the command line.

    Louder than this, Ansible itself shows the command line.
    """
    found = start(PHONES)
    del found.inventory["phones"]["vars"]["snom_password"]
    del found.hosts()["refuses"]["snom_password"]
    found.fleet.patch("refuses", password="another one")
    found.fleet.patch("fine", call={"state": "in_call"})
    given = [part.replace("{}", json.dumps({"snom_password": found.password})) for part in form.split(" ")]
    run = found.rollout("-vvv", *given, deferred_retries=0)
    assert run.outcomes["digest"] == ("upgraded" if "{}" in form else "auth_failed")
    assert "telephony.snom.rollout -vvv" in run.rollout["resume"]
    assert "********" in run.rollout["resume"]
    files = {file.name for file in (found.out / "report").iterdir()}
    assert files == {"report.json", "report.csv", "report.junit.xml", "report.html"}


def test_files_of_a_rollout_are_not_for_everybody(start: StartBench) -> None:
    found = start({"fine": phone()})
    found.rollout(rehearse=False)
    written = [found.journal, *(found.out / "report").iterdir()]
    assert {file.name: file.stat().st_mode & 0o007 for file in written} == {file.name: 0 for file in written}


@pytest.mark.slow
def test_a_login_from_the_environment(start: StartBench) -> None:
    """As a credential of AWX gives it: for modules here, modules that run as such, and rollouts."""
    found = start({"a": phone(), "b": phone()})
    common = found.inventory["phones"]["vars"]
    login = {"SNOM_USERNAME": common.pop("snom_username"), "SNOM_PASSWORD": common.pop("snom_password")}
    found.hosts()["b"]["snom_in_process"] = False
    play = {"name": "Read", "hosts": "phones", "gather_facts": False, "tasks": [{"telephony.snom.snom_info": {}}]}
    run = found.play([play], "-vvvvv", env=login)
    assert [result["phone"]["firmware"] for result in run.results("snom_info").values()] == ["8.4.35", "8.4.35"]
    assert set(found.rollout("-vvvvv", env=login).outcomes.values()) == {"upgraded"}


@pytest.mark.slow
def test_a_vault(start: StartBench) -> None:
    """Encrypted variables work both ways, and stay secret."""
    found = start({"a": phone(), "b": phone()})
    key = found.folder / "key"
    key.write_text("the key")
    found.inventory["phones"]["vars"]["snom_password"] = encrypted(found.password, key)
    found.hosts()["b"]["snom_in_process"] = False
    play = {"name": "Read", "hosts": "phones", "gather_facts": False, "tasks": [{"telephony.snom.snom_info": {}}]}
    run = found.play([play], "-vvvvv", "--vault-password-file", str(key))
    assert [result["phone"]["firmware"] for result in run.results("snom_info").values()] == ["8.4.35", "8.4.35"]
    assert set(found.rollout("--vault-password-file", str(key)).outcomes.values()) == {"upgraded"}


def encrypted(text: str, key: Path) -> dict[str, str]:
    """A text as a JSON inventory holds it: encrypted, and marked as that."""
    vault = Path(sys.executable).with_name("ansible-vault")
    command = [str(vault), "encrypt", "--vault-password-file", str(key), "--output", "-"]
    told = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
    return {"__ansible_vault": told.stdout}
