# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the demo starts ends with it, whatever ends it."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from checks import CHECKS
from commands import alone_on_network
from machine import PROGRAMS

DEMO = Path(__file__).resolve().parents[2] / "demo"

# As the demo runs a playbook, whose workers are processes of their own, in sessions of their own.
PROGRAM = """
import signal, sys
sys.path.insert(0, sys.argv[1])
import run
from pathlib import Path
for number in run.ENDING:
    signal.signal(number, run.end)
{before}
run.run(["sh", "-c", "setsid sleep 3600 & echo $! > worker; mv worker started; wait"], Path(sys.argv[2]), {})
"""


# Ended while the playbook that it starts is there already, and it does not know yet.
AT_ONCE = """
import os, subprocess
class Popen(subprocess.Popen):
    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        while not (Path(sys.argv[2]) / "started").exists():
            os.sched_yield()
        os.kill(os.getpid(), signal.SIGTERM)
run.subprocess.Popen = Popen
"""


def test_a_signal_that_comes_while_a_playbook_begins_ends_it_too(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PROGRAM.replace("{before}", AT_ONCE), str(DEMO), str(tmp_path)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as demo:
        # Whatever it has left would hold this open.
        assert demo.communicate()[1] == "Ended by SIGTERM.\n"


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_playbook_and_its_workers(number: signal.Signals, tmp_path: Path) -> None:
    command = [sys.executable, "-c", PROGRAM.replace("{before}", ""), str(DEMO), str(tmp_path)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as demo:
        while not (tmp_path / "started").exists():
            assert demo.poll() is None
            time.sleep(0.05)
        worker = Path(f"/proc/{(tmp_path / 'started').read_text().strip()}/cmdline")
        # It is there before it has become the program that it shall run, and while it becomes that it has no command.
        while not worker.read_bytes().startswith(b"sleep"):
            time.sleep(0.05)
        demo.send_signal(number)
        assert demo.communicate()[1] == f"Ended by {number.name}.\n"
    assert demo.returncode == 1
    # Whoever looks after orphans here may let it lie, but then it has no command any more.
    with contextlib.suppress(OSError):
        while worker.read_bytes():
            time.sleep(0.05)


def test_what_the_demo_goes_without_are_packages_that_the_gate_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    # The demo looks for the virtual phones there, whose files have names of the gate's.
    monkeypatch.setattr(sys, "path", [*sys.path])
    from ansible_collections.telephony.snom.tests.demo import run

    (check,) = (check for check in CHECKS if check.name == "demo")
    for program in check.welcome:
        monkeypatch.setattr(run, f"{program}_program", lambda: None)
    assert run.lacking() == [PROGRAMS[program] for program in check.welcome]


def test_a_second_demo_is_told_of_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path])
    from ansible_collections.telephony.snom.tests.demo import run

    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        address, port = other.getsockname()
        other.listen()
        with pytest.raises(RuntimeError, match="Does another demo run on this machine"):
            run.require_free(address, port)
    run.require_free(address, port)


def test_one_check_at_a_time_runs_it_on_a_network() -> None:
    entered = threading.Event()

    def enter() -> None:
        with alone_on_network(port):
            entered.set()

    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        waits = threading.Thread(target=enter)
        waits.start()
        assert not entered.is_set()
    waits.join()
    assert entered.is_set()
    with alone_on_network(port), socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind(("127.0.0.1", port))
