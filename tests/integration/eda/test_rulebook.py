# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rulebook in the real ansible-rulebook, with virtual phones whose settings name its URLs."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
from ansible_collections.telephony.snom.tests.integration.playbooks.bench import (
    PATIENCE,
    Bench,
    bench,
    environment,
    phone,
    until,
)
from ansible_collections.telephony.snom.tests.virtual_phones.running import free_port

ENVIRONMENT = Path(__file__).resolve().parents[3] / ".build" / "eda" / "bin"
"""Where `make check NAME=eda` installs ansible-rulebook."""

TOKEN = "t0ken-n0t-to-be-seen"


@contextmanager
def rulebook(running: Bench, port: int) -> Iterator[Path]:
    """Run the rulebook until the block ends, and give the file that its output goes to."""
    program = ENVIRONMENT / "ansible-inventory"
    path = f"{ENVIRONMENT}{os.pathsep}{os.environ['PATH']}"
    env = environment(running.folder) | {"PATH": path, "SNOM_EVENTS_TOKEN": TOKEN}
    for recorder in ("ANSIBLE_CALLBACKS_ENABLED", "ANSIBLE_CALLBACK_PLUGINS"):
        del env[recorder]
    # The inventory is a folder of its own: ansible-rulebook copies all that is beside it.
    inventory = running.folder / "inventory"
    inventory.mkdir()
    running.write_inventory().rename(inventory / "phones.json")
    phones = running.folder / "phones.json"
    subprocess.run([program, "-i", inventory, "--list", "--output", phones], env=env, check=True)
    variables = running.folder / "variables.yml"
    given = {"host": "127.0.0.1", "port": port, "networks": ["127.0.0.0/8"], "inventory": str(phones)}
    variables.write_text(json.dumps({f"snom_events_{name}": value for name, value in given.items()}))
    output = running.out / "rulebook.txt"
    with output.open("wb") as file:
        process = subprocess.Popen(
            [
                *(ENVIRONMENT / "ansible-rulebook", "--verbose", "-r", "telephony.snom.registration"),
                *("-i", inventory, "-e", variables, "-E", "SNOM_EVENTS_TOKEN"),
            ],
            env=env,
            cwd=running.folder,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            until(lambda: listens(port) or process.poll() is not None, "the rulebook to listen")
            assert process.poll() is None, output.read_text()
            yield output
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(PATIENCE)


def listens(port: int) -> bool:
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", port)) == 0


def boot(running: Bench, name: str, **changes: object) -> None:
    """Let a phone start anew, and wait until it has said so."""
    told = len(running.fleet.log(name, event="action_url"))
    running.fleet.patch(name, running=False, **changes)
    running.fleet.patch(name, running=True)
    until(lambda: len(running.fleet.log(name, event="action_url")) > told + 1, f"{name} to tell that it booted")


def test_a_phone_that_lost_its_registration_is_provisioned(tmp_path: Path) -> None:
    port = free_port()
    types = {
        "action_setup_url": "booted",
        "action_reg_failed": "registration_failed",
        "action_log_on_url": "registered",
    }
    urls = {setting: f"http://127.0.0.1:{port}/{TOKEN}/{kind}?mac=$mac" for setting, kind in types.items()}
    wanted = {"snom_settings": {"language": "Deutsch"}}
    phones = {name: phone(settings={**urls, "language": "English"}, inventory=wanted) for name in ("desk", "hall")}
    with bench(tmp_path, phones) as running, rulebook(running, port) as output:
        language = {name: lambda name=name: running.fleet.phone(name)["settings"]["language"] for name in phones}
        boot(running, "desk")
        boot(running, "hall")
        boot(running, "desk", firmware="8.7.5.35", unregistered=["100"])
        until(lambda: language["desk"]() == "Deutsch", "the rulebook to provision the phone")
        # It can't register all the same, and says so once more: not a reason to begin again at once.
        until(lambda: counted(running, "action_reg_failed") == 2, "the phone to try again")
        boot(running, "hall", firmware="8.7.5.35")
        until(lambda: "hall booted with 8.7.5.35; it had 8.4.35." in output.read_text(), "the rulebook to tell")
        said = output.read_text()
        assert "desk booted with 8.7.5.35; it had 8.4.35." in said
        assert len(running.fleet.log(event="settings")) == 1, said
        assert language["hall"]() == "English"
        # Whoever has no token, or is no phone, is told nothing and does nothing.
        for path, status in ((f"/{'x' * 20}/booted", 404), (f"/{TOKEN}/booted", 403), (f"/{TOKEN}/nothing", 404)):
            assert requests.get(f"http://127.0.0.1:{port}{path}", timeout=PATIENCE).status_code == status
        assert running.fleet.log(event="action_url_failed") == []
    running.check_secrets()
    assert TOKEN not in output.read_text()


def counted(running: Bench, setting: str) -> int:
    return sum(entry["detail"] == setting for entry in running.fleet.log("desk", event="action_url"))
