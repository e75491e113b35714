# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The optional output telephony.snom.fleet: in a file, on a terminal, with -v, and where something goes wrong in it."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import termios
import threading
from typing import Any

import pytest

from .bench import Bench, Run, phone
from .conftest import StartBench

FLEET = {"ANSIBLE_STDOUT_CALLBACK": "telephony.snom.fleet"}
PHONES = {
    "desk-1": phone(),
    "desk-2": phone("720", "8.7.5.35", faults={"keep_old_version": True}),
    "dark": phone(running=False),
    "done": phone(firmware="8.7.5.35"),
}


def on_terminal(found: Bench, **env: str) -> tuple[int, str]:
    """Run a rollout on a terminal of 80 columns; its exit code and all that the terminal got."""
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 80, 0, 0))
    got: list[bytes] = []

    def read() -> None:
        try:
            while part := os.read(ours, 1 << 16):
                got.append(part)
        except OSError:
            """The other side has been closed."""

    reader = threading.Thread(target=read)
    reader.start()
    options = found.rollout_variables({"waves": ["canary", "100%"]})
    job = found.start("telephony.snom.rollout", variables=options, env={**FLEET, "TERM": "xterm", **env}, pipe=its)
    os.close(its)
    code = job.ended()
    reader.join()
    os.close(ours)
    return code, b"".join(got).decode().replace("\r\n", "\n")


@pytest.mark.slow
def test_in_a_file_there_is_a_line_for_each_step_and_a_table_at_the_end(start: StartBench) -> None:
    run = start(PHONES).rollout(env=FLEET, waves=["canary", "100%"], deadline=25)
    assert run.outcomes["desk-2"] == "old_version"
    assert "\x1b" not in run.output
    # Who is under way is not told step by step, who is not well is.
    assert "asked to load" not in run.output and "desk-1: upgraded" not in run.output
    assert re.search(r"^..:..:..  desk-2: old_version: It was gone", run.output, re.MULTILINE)
    assert re.search(r"^..:..:..  Wave 1 ended: 1 upgraded, 1 old_version$", run.output, re.MULTILINE)
    # Told once, in a line.
    assert (
        "[ERROR]" not in run.output and "=> {" not in run.output.partition("TASK [telephony.snom.firmware_rollout")[2]
    )
    assert re.search(r"^fatal: \[dark\]: FAILED! => unreachable: http://", run.output, re.MULTILINE)
    end = run.output.partition("Tell how it ended")[2]
    assert re.search(r"^phone   site  model  before    after     wave  outcome$", end, re.MULTILINE)
    assert re.search(r"^desk-2  -     720    8.7.5.35  8.7.5.35  1     old_version$", end, re.MULTILINE)
    assert "Nothing to do: 1\n" in end
    assert re.search(r"^old_version, 1 phone: desk-2\n    \w", end, re.MULTILINE)
    # It can be seen on one screen who failed.
    rows = end.partition("PLAY RECAP")[2].splitlines()[1:]
    assert [row.split()[0] for row in rows if "ok=" in row] == ["dark", "desk-2"]
    assert rows[-1] == "Hosts that are well: 3, 1 of them changed"


def test_on_a_terminal_there_is_a_table_that_lives(start: StartBench) -> None:
    found = start(PHONES)
    code, output = on_terminal(found)
    assert code == 2
    found.check_secrets()
    frames = [frame.partition("\x1b[J")[2] for frame in re.split(r"\x1b\[\d+F", output)[1:]]
    assert any("desk-1  320    8.4.35 -> 8.7.5.35    down, 0:0" in frame for frame in frames), output
    assert any(re.search(r"Wave 1 \(canary\)  [█░#-]{24}  \d of 2 done", frame) for frame in frames)
    # Each line fits, and what is not in a table stays.
    drawn = [line for frame in frames[:-1] for line in frame.split("\n")]
    assert all(len(line) < 80 for line in drawn if "->" in line)
    assert output.count("Wave 1 ended: ") == 1
    # Nothing of the table is left when the rollout has ended, and no color is used where none is wanted.
    assert "->" not in frames[-1] and "Settle the phone's result" in frames[-1]
    assert "\x1b[0;3" not in output


@pytest.mark.slow
@pytest.mark.parametrize("env", [{"TERM": "dumb"}, {"SNOM_FLEET_LIVE": "false"}])
def test_a_terminal_can_do_without(env: dict[str, str], start: StartBench) -> None:
    _code, output = on_terminal(start({"desk-1": phone()}), **env)
    assert "\x1b[" not in output and "Wave 1 ended: 1 upgraded" in output


def default_and_fleet(found: Bench, play: list[dict[str, Any]], *arguments: str) -> list[Run]:
    return [found.play(play, *arguments, rehearse=False, env=env) for env in ({}, FLEET)]


@pytest.mark.slow
def test_what_is_not_ours_is_as_with_default(start: StartBench) -> None:
    found = start({"desk-1": phone()})
    tasks = [
        {"name": "Show", "ansible.builtin.debug": {"msg": ["a", "b"]}},
        {"name": "Loop", "ansible.builtin.debug": {"msg": "{{ item }}"}, "loop": [1, 2]},
        {"name": "Skip", "ansible.builtin.debug": {"msg": "never"}, "when": False},
        {"name": "Fail", "ansible.builtin.fail": {"msg": "No."}, "ignore_errors": True},
        {"name": "Read", "telephony.snom.snom_info": {"gather": ["system"]}},
    ]
    play = [{"name": "Play", "hosts": "phones", "gather_facts": False, "tasks": tasks}]
    default, fleet = default_and_fleet(found, play)
    # The file of the playbook has another name in each run.
    assert re.sub(r"playbook-\d", "", fleet.output) == re.sub(r"playbook-\d", "", default.output)


@pytest.mark.slow
def test_with_v_all_is_as_with_default(start: StartBench) -> None:
    found = start({"dark": phone(running=False), "desk-1": phone(firmware="8.7.5.35")})
    run = found.play("telephony.snom.rollout", "-v", variables=found.rollout_variables({}), rehearse=False, env=FLEET)
    assert "fatal: [dark]: FAILED! => {" in run.output
    assert "phone   site  model" not in run.output
