# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ansible-playbook is killed while a task reads the variables: its worker lives on, and must do nothing more."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from .bench import Bench, lives, phone, until
from .conftest import StartBench


class Pause:
    """A lookup that begins when the variables are read, and ends when it is told to."""

    def __init__(self, folder: Path, value: str) -> None:
        self._begun, self._ended = folder / "lookup-begun", folder / "lookup-ended"
        command = f"touch {self._begun}; while [ ! -e {self._ended} ]; do sleep 0.05; done; echo {value}"
        self.template = f"{{{{ lookup('ansible.builtin.pipe', '{command}') }}}}"

    def has_begun(self) -> bool:
        return self._begun.exists()

    def end(self) -> None:
        self._ended.touch()


def kill_midway(found: Bench, pause: Pause, playbook: object, number: signal.Signals, **variables: object) -> None:
    """Start a playbook, kill ansible-playbook while its worker is in the lookup, and wait for the worker's end."""
    job = found.start(playbook, variables=variables)  # type: ignore[arg-type]
    until(pause.has_begun, "the variables are being read")
    (worker,) = job.workers()
    job.kill(number)
    job.ended()
    pause.end()
    until(lambda: not lives(worker), "the orphan has ended")


def requests(found: Bench) -> list[str]:
    """Whatever the phones were asked."""
    return [entry["target"] for entry in found.fleet.log(event="request")]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGHUP])
def test_a_rollout_whose_playbook_is_killed_asks_no_phone(number: signal.Signals, start: StartBench) -> None:
    found = start({"one": phone(), "two": phone()})
    pause = Pause(found.folder, "berlin")
    found.inventory["phones"]["vars"]["snom_site"] = pause.template
    kill_midway(found, pause, "telephony.snom.rollout", number, **found.rollout_variables({}))
    assert requests(found) == []
    assert not found.journal.exists()
    assert not (found.out / "report").exists()


def test_a_generation_whose_playbook_is_killed_is_not_published(start: StartBench) -> None:
    found = start({"one": phone("D785", "10.1.54.13")})
    pause = Pause(found.folder, "English")
    found.hosts()["one"] |= {
        "snom_mac": found.fleet.phone("one")["mac"],
        "snom_model": "D785",
        "snom_settings": {"language": pause.template},
    }
    root = found.folder / "www"
    root.mkdir()
    options = {"provisioning_web_root": str(root), "provisioning_base_url": "https://phones.example"}
    kill_midway(found, pause, "telephony.snom.provision", signal.SIGKILL, snom_hosts="phones", **options)
    assert list(root.iterdir()) == []


def test_a_phone_whose_playbook_is_killed_is_not_rebooted(start: StartBench) -> None:
    found = start({"one": phone()})
    pause = Pause(found.folder, "idle")
    found.hosts()["one"]["snom_call_state"] = pause.template
    tasks = [{"telephony.snom.snom_reboot": {"wait": False}}]
    kill_midway(found, pause, [{"hosts": "phones", "gather_facts": False, "tasks": tasks}], signal.SIGKILL)
    assert requests(found) == []
