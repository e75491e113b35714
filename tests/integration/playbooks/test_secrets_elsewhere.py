# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No password where nobody thinks of one.

That is in the list of processes, in the files that modules are sent as, and in what is left of a worker that crashed.
"""

from __future__ import annotations

import base64
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from .bench import Bench, Job, phone
from .conftest import StartBench
from .jump_host import jump_host

CANARY = "c4nary-0f-processes"
IN_LOGIN = base64.b64encode(f"admin:{CANARY}".encode())
"""As it travels."""


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
    return CANARY in text or IN_LOGIN.decode()[:-4] in text


def changed_password(start: StartBench, **phones: Any) -> Bench:
    """Phones with a password that no other test has, each answering so late that what asks it is seen."""
    found = start({name: phone(password=CANARY, faults={"slow": 0.5}, **keys) for name, keys in phones.items()})
    found.inventory["phones"]["vars"]["snom_password"] = CANARY
    return found


def assert_unseen(found: Bench) -> None:
    """No file that was written shows the canary, temporary ones that were left over among them."""
    for folder in (found.out, found.folder / "home"):
        for file in folder.rglob("*"):
            assert not is_shown(content(file)), file.name


def test_no_process_and_no_temporary_file_shows_a_password(start: StartBench) -> None:
    """Neither here nor on a jump host: in a worker, in a module, in ssh and what it starts there."""
    found = changed_password(
        start,
        worker={},
        module={"inventory": {"snom_in_process": False}},
        there={},
    )
    tasks: list[dict[str, Any]] = [
        {"telephony.snom.snom_info": {"gather": ["system", "settings"]}},
        {"telephony.snom.snom_settings": {"settings": {"user_pass1": CANARY}, "allow_cleartext_secrets": True}},
    ]
    # The user's own, where Ansible writes modules to that it does not pipe; and those where modules unpack their code.
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
        job = found.start(plays, "-vvvvv")
        watch = Watch(found, job, *folders, Path(jump["ansible_remote_tmp"]))
        watch.until_end()
        run = found.check(job.wait())
    assert run.code == 0, run.output
    assert {name for name in found.addresses if found.fleet.log(name, event="settings")} == set(found.addresses)
    modules = [
        f"{place}/ansible_telephony.snom.{name}"
        for place in ("here", "there")
        for name in ("snom_info", "snom_settings")
    ]
    for program in (*modules, "ssh "):
        assert any(line.startswith(program) for line in watch.seen), f"{program} was not seen"
    assert watch.shown == set()
    assert_unseen(found)


def test_no_process_of_a_rollout_shows_a_password(start: StartBench) -> None:
    found = changed_password(start, one={})
    variables = found.rollout_variables({})
    job = found.start("telephony.snom.rollout", "-vvvvv", variables=variables)
    watch = Watch(found, job)
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


@pytest.mark.parametrize("crashes", ["raises", str(int(signal.SIGKILL)), str(int(signal.SIGSEGV))])
@pytest.mark.parametrize("in_process", [True, False], ids=["in process", "as module"])
def test_what_a_crash_leaves_shows_no_password(in_process: bool, crashes: str, start: StartBench) -> None:
    found = changed_password(start, one={"inventory": {"snom_in_process": in_process}})
    (found.folder / "sitecustomize.py").write_text(CRASHES)
    env = {
        "PYTHONPATH": str(found.folder),
        "CRASHES": crashes,
        "PYTHONFAULTHANDLER": "1",
        "ANSIBLE_LOG_PATH": str(found.out / "ansible.log"),
    }
    plays = [{"hosts": "phones", "gather_facts": False, "tasks": [{"telephony.snom.snom_info": {}}]}]
    job = found.start(plays, "-vvvvv", env=env)
    run = job.wait()
    assert run.code != 0
    crashed = ("RuntimeError", "dead state", "MODULE FAILURE", "Module result deserialization failed", "Segmentation")
    assert any(words in run.output for words in crashed), run.output
    assert_unseen(found)


def test_what_a_crashed_rollout_leaves_shows_no_password(start: StartBench) -> None:
    found = changed_password(start, one={})
    (found.folder / "sitecustomize.py").write_text(CRASHES)
    env = {"PYTHONPATH": str(found.folder), "CRASHES": "raises"}
    run = found.start("telephony.snom.rollout", "-vvvvv", variables=found.rollout_variables({}), env=env).wait()
    assert run.code != 0 and "please report it: RuntimeError" in run.output, run.output
    assert_unseen(found)


@contextmanager
def agent(address: str) -> Iterator[int]:
    """The port of what answers over UDP with whatever it was asked, the community among it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((address, 0))

        def answer() -> None:
            while True:
                asked, peer = sock.recvfrom(65536)
                if not asked:
                    return
                sock.sendto(asked, peer)

        thread = threading.Thread(target=answer)
        thread.start()
        yield sock.getsockname()[1]
        sock.sendto(b"", sock.getsockname())
        thread.join()


@pytest.mark.parametrize("in_process", [True, False], ids=["in process", "as module"])
def test_a_community_that_comes_back_is_shown_nowhere(in_process: bool, start: StartBench) -> None:
    found = start({"one": phone(call_shown_in=[])}, snom_snmp=True, snom_snmp_community="n0t-to-be-seen 3")
    with agent(found.address("one")) as port:
        found.inventory["phones"]["vars"] |= {"snom_snmp_port": port, "snom_in_process": in_process}
        plays = [{"hosts": "phones", "gather_facts": False, "tasks": [{"telephony.snom.snom_info": {}}]}]
        run = found.play(plays, "-vvvvv", rehearse=False)
    assert run.results("snom_info")["one"]["phone"]["call_state"] == "unknown"
