# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No password where nobody thinks of one.

That is in the list of processes, in the files that modules are sent as, and in what is left of a worker that crashed.
"""

from __future__ import annotations

import base64
import json
import os
import signal
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from .bench import Bench, Job, phone
from .conftest import StartBench
from .jump_host import jump_host
from .telling import of_servers, snmp_agent

CANARY = "c4nary-0f-processes"
CANARIES = (CANARY, *(base64.b64encode(f"{name}:{CANARY}"[:21].encode()).decode() for name in ("admin", "ansible")))
"""The beginning of every password, and those of the logins in which they travel."""


class Watch:
    """Looks again and again at all processes but those of this test itself, and at all files in some folders.

    Of a process that is its command line and its environment.
    """

    def __init__(self, found: Bench, job: Job, *folders: Path) -> None:
        self.seen: set[str] = set()
        """Command lines, and names of files within their folder."""
        self.shown: set[str] = set()
        """What showed the canary: the file, and of a process the program."""
        self._spared = {os.getpid(), found.fleet.pid}
        self._job = job
        self._folders = folders

    def until_end(self) -> None:
        while self._job.process.poll() is None:
            for process in Path("/proc").glob("[0-9]*"):
                if int(process.name) not in self._spared:
                    self._look_at_process(process)
            for folder in self._folders:
                for place, _folders, names in os.walk(folder):
                    for name in names:
                        self._look_at_file(Path(place, name), folder)
            time.sleep(0.02)

    def _look_at_process(self, process: Path) -> None:
        for name in ("cmdline", "environ"):
            text = content(process / name).replace("\0", " ")
            if name == "cmdline":
                self.seen.add(text)
            if is_shown(text):
                self.shown.add(f"{name}: {text[:100]}")

    def _look_at_file(self, file: Path, folder: Path) -> None:
        name = str(file.relative_to(folder.parent))
        self.seen.add(name)
        if is_shown(content(file)):
            self.shown.add(name)


def content(file: Path) -> str:
    """What is in it; nothing where it, or its process, has ended."""
    try:
        return file.read_bytes().decode("utf-8", "replace")
    except OSError:
        return ""


def is_shown(text: str) -> bool:
    return any(secret in text for secret in CANARIES)


def changed_password(start: StartBench, port: int, pbx: str = "kamailio", **phones: Any) -> Bench:
    """Phones with a password that no other test has, each answering so late that what asks it is seen.

    So have their PBX and their mirror, whose port this is, and so is their community.
    """
    given = {name: phone(password=CANARY, faults={"slow": 0.5}, **keys) for name, keys in phones.items()}
    found = start(given, **of_servers(port, pbx, CANARY))
    found.inventory["phones"]["vars"]["snom_password"] = CANARY
    return found


def module_files(found: Bench) -> dict[str, str]:
    """The environment in which modules that Ansible does not pipe are files in this test's own folder.

    Its default is in the user's, wherever HOME leads.
    """
    return {"ANSIBLE_REMOTE_TMP": str(found.folder / "home" / "remote")}


def assert_unseen(found: Bench) -> None:
    """No file that was written shows the canary, temporary ones that were left over among them."""
    for folder in (found.out, found.folder / "home"):
        for file in folder.rglob("*"):
            assert not is_shown(content(file)), file.name


def test_no_process_and_no_temporary_file_shows_a_password(echo: int, start: StartBench) -> None:
    """Neither here nor on a jump host: in a worker, in a module, in ssh and what it starts there."""
    found = changed_password(
        start,
        echo,
        worker={},
        module={"inventory": {"snom_in_process": False}},
        there={},
    )
    tasks: list[dict[str, Any]] = [
        {"telephony.snom.snom_info": {"gather": ["system", "settings"]}},
        {"telephony.snom.snom_settings": {"settings": {"user_pass1": CANARY}, "allow_cleartext_secrets": True}},
        {"telephony.snom.snom_pbx_info": {}, "run_once": True, "ignore_errors": True},
    ]
    # Where Ansible writes what it works with, and modules that it does not pipe; and where modules unpack their code.
    folders = [found.folder / "home", found.folder / "here", found.folder / "there"]
    for folder in folders[1:]:
        folder.mkdir()

    def play(hosts: str, tmp: Path, tasks: list[dict[str, Any]]) -> dict[str, Any]:
        return {"hosts": hosts, "gather_facts": False, "environment": {"TMPDIR": str(tmp)}, "tasks": tasks}

    with jump_host(found.folder / "ssh", found.address("worker").rpartition(".")[0] + ".253") as jump:
        found.inventory["jump_hosts"] = {"hosts": {"jump": jump}}
        plays = [
            play("worker:module", folders[1], tasks),
            play("there", folders[2], [task | {"delegate_to": "jump"} for task in tasks]),
        ]
        job = found.start(plays, "-vvvvv", env=module_files(found))
        watch = Watch(found, job, *folders, Path(jump["ansible_remote_tmp"]))
        watch.until_end()
        run = found.check(job.wait())
    assert run.code == 0, run.output
    assert {name for name in found.addresses if found.fleet.log(name, event="settings")} == set(found.addresses)
    for name in ("worker", "there"):
        assert "may not" in run.results("snom_pbx_info")[name]["msg"]
    modules = [
        f"{place}/ansible_telephony.snom.{name}"
        for place in ("here", "there")
        for name in ("snom_info", "snom_settings")
    ] + ["there/ansible_telephony.snom.snom_pbx_info"]
    for program in (*modules, "ssh "):
        assert any(line.startswith(program) for line in watch.seen), f"{program} was not seen"
    assert watch.shown == set()
    assert_unseen(found)


def test_no_process_of_a_rollout_shows_a_password(echo: int, start: StartBench) -> None:
    found = changed_password(start, echo, one={})
    variables = found.rollout_variables({"unknown_call_state": "proceed"})
    job = found.start("telephony.snom.rollout", "-vvvvv", variables=variables)
    watch = Watch(found, job, found.folder / "home")
    watch.until_end()
    assert found.check(job.wait()).outcomes == {"one": "upgraded"}
    assert any("telephony.snom.rollout" in line for line in watch.seen)
    assert watch.shown == set()
    assert_unseen(found)


CRASHES = """
import base64
import http.client
import os

real = http.client.HTTPConnection.putheader

def putheader(self, name, *values):
    if name.lower() == "authorization" and "CRASHES" in os.environ:
        login = base64.b64decode(values[0].split()[1]).decode()
        if os.environ["CRASHES"] == "raises":
            raise RuntimeError(f"{values} {login}")
        os.kill(os.getpid(), int(os.environ["CRASHES"]))
    return real(self, name, *values)

http.client.HTTPConnection.putheader = putheader
"""
"""A mistake of the worst kind: an error nobody expects, that holds the login, or the end of the process."""


RAISES, KILLED, SEGFAULT = "raises", str(int(signal.SIGKILL)), str(int(signal.SIGSEGV))


def crashing(start: StartBench, *names: str) -> tuple[Bench, dict[str, str]]:
    """Phones that are the end of whoever sends them a login, and the environment in which they are that."""
    # Whose login is no header, and who is not there, is no end.
    found = changed_password(start, 9, "asterisk", **{name: {} for name in names})
    (found.folder / "sitecustomize.py").write_text(CRASHES)
    python = {"PYTHONPATH": str(found.folder), "PYTHONFAULTHANDLER": "1"}
    return found, module_files(found) | python | {"ANSIBLE_LOG_PATH": str(found.out / "ansible.log")}


def reading() -> list[dict[str, Any]]:
    return [{"hosts": "phones", "gather_facts": False, "tasks": [{"telephony.snom.snom_info": {}}]}]


def test_what_a_crash_leaves_shows_no_password(start: StartBench) -> None:
    """Of an operation inside of a worker, and of modules."""
    found, env = crashing(start, "here", "raises", "killed", "segfault")
    modules = {"raises": RAISES, "killed": KILLED, "segfault": SEGFAULT}
    for name, crashes in modules.items():
        found.hosts()[name] |= {"snom_in_process": False, "crashes": crashes}
    play = reading()[0] | {"environment": {"CRASHES": f"{{{{ crashes | default('{RAISES}') }}}}"}}
    run = found.start([play], "-vvvvv", env=env | {"CRASHES": RAISES}).wait()
    assert {name: run.status("snom_info", name) for name in found.addresses} == dict.fromkeys(found.addresses, "failed")
    said = {name: json.dumps(result) for name, result in run.results("snom_info").items()}
    for name, words in {"here": "RuntimeError", "raises": "RuntimeError", "segfault": "Segmentation"}.items():
        assert words in said[name], said[name]
    assert "RuntimeError" not in said["killed"]
    assert_unseen(found)


@pytest.mark.parametrize("crashes", [KILLED, SEGFAULT])
def test_what_a_killed_worker_leaves_shows_no_password(crashes: str, start: StartBench) -> None:
    found, env = crashing(start, "one")
    run = found.start(reading(), "-vvvvv", env=env | {"CRASHES": crashes}).wait()
    assert run.code != 0 and "dead state" in run.output, run.output
    assert_unseen(found)


@pytest.mark.parametrize("crashes", [RAISES, KILLED, SEGFAULT])
def test_what_a_crashed_rollout_leaves_shows_no_password(crashes: str, start: StartBench) -> None:
    found, env = crashing(start, "one")
    variables = found.rollout_variables({})
    run = found.start("telephony.snom.rollout", "-vvvvv", variables=variables, env=env | {"CRASHES": crashes}).wait()
    words = "please report it: RuntimeError" if crashes == RAISES else "dead state"
    assert run.code != 0 and words in run.output, run.output
    assert_unseen(found)


def test_a_community_that_comes_back_is_shown_nowhere(start: StartBench) -> None:
    ways = {"worker": True, "module": False}
    found = start(
        {name: phone(call_shown_in=[]) for name in ways}, snom_snmp=True, snom_snmp_community="n0t-to-be-seen 3"
    )
    with ExitStack() as agents:
        for name, in_process in ways.items():
            port = agents.enter_context(snmp_agent(found.address(name)))
            found.hosts()[name] |= {"snom_snmp_port": port, "snom_in_process": in_process}
        run = found.play(reading(), "-vvvvv", rehearse=False)
    for name in ways:
        assert run.results("snom_info")[name]["phone"]["call_state"] == "unknown"
