# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The control port, the log, and the program itself."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from ansible_collections.telephony.snom.tests.unit.virtual_phones.client import get, phone_keys, status
from ansible_collections.telephony.snom.tests.unit.virtual_phones.conftest import StartFleet
from ansible_collections.telephony.snom.tests.virtual_phones import running as helper
from ansible_collections.telephony.snom.tests.virtual_phones.event_log import EventLog
from ansible_collections.telephony.snom.tests.virtual_phones.running import free_port, running

PROGRAM = str(Path(helper.__file__).parent)


def test_counters_and_the_log_tell_reads_from_writes(start_fleet: StartFleet) -> None:
    fleet = start_fleet(phone := phone_keys(name="p"), phone_keys(name="q"))
    get(phone, "/info.htm")
    get(phone, "/line_login.htm?l=1")
    get(phone, "/command.htm?key=1")
    counters = fleet.counters()
    assert (counters["phones"], counters["listening_sockets"], counters["phases"]) == (2, 2, {"up": 2})
    assert (counters["requests"], counters["writes"]) == (3, 1)
    log = fleet.log("p", event="request")
    assert [(entry["target"], entry["write"], entry["status"]) for entry in log] == [
        ("/info.htm", False, 200),
        ("/line_login.htm?l=1", False, 200),
        ("/command.htm?key=1", True, 200),
    ]
    assert fleet.log(since=log[-1]["number"]) == []
    assert fleet.log(since=log[-2]["number"])[-1] == log[-1]
    fleet.reset_log()
    assert (fleet.log(), fleet.counters()["requests"], fleet.phone("p")["requests"]) == ([], 0, 0)
    assert list(fleet.phones()) == ["p", "q"]


def test_secrets_never_leave(start_fleet: StartFleet) -> None:
    fleet = start_fleet(phone := phone_keys(name="p", password="geheim", settings={"admin_mode_password": "geheim"}))
    target = "/dummy.htm?settings=save&user_pass1=geheim&language=x"
    assert status(get(phone, target, "Authorization: Basic YWRtaW46Z2VoZWlt")) == 200
    assert fleet.log("p", event="request")[0]["target"] == "/dummy.htm?settings=save&user_pass1=***&language=x"
    assert "geheim" not in json.dumps([fleet.phone("p"), fleet.log(), fleet.counters()])


def test_a_patch_changes_everything_at_run_time(start_fleet: StartFleet) -> None:
    fleet = start_fleet(phone := phone_keys(name="p", identities=["1"]))
    state = fleet.patch(
        "p", firmware="8.7.5.35", mac="000413aaaaaa", password="x", call={"state": "in_call"}, unregistered=["1"]
    )
    assert (state["firmware"], state["mac"], state["call"]) == ("8.7.5.35", "000413AAAAAA", "in_call")
    assert state["identities"] == {"1@pbx.example": False}
    assert status(get(phone, "/")) == 401
    fleet.patch("p", password=None, settings={"language": "Deutsch"}, faults={"truncate": 3})
    assert get(phone, "/info.htm").endswith(b"\r\n\r\n<HT")
    assert fleet.phone("p")["settings"]["language"] == "Deutsch"
    assert fleet.patch("p", faults={"truncate": None})["faults"] == {}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"port": 1}, "port cannot be changed while the phone runs"),
        ({"faults": {"x": 1}}, "faults has no key 'x'"),
        ({"title": "T", "firmware": "?"}, "firmware must be a version"),
    ],
)
def test_a_wrong_patch_changes_nothing(start_fleet: StartFleet, changes: dict[str, object], sentence: str) -> None:
    fleet = start_fleet(phone := phone_keys(name="p"))
    with pytest.raises(RuntimeError, match=sentence):
        fleet.patch("p", **changes)
    assert b"<TITLE>snom 320</TITLE>" in get(phone, "/")


def test_what_is_not_there_is_404(start_fleet: StartFleet) -> None:
    fleet = start_fleet()
    with pytest.raises(RuntimeError, match=r"There is no GET /phones/a%2Fb"):
        fleet.phone("a/b")
    with pytest.raises(RuntimeError, match=r"address, port cannot be changed"):
        fleet.patch_image_server(port=1, address="127.0.0.1")


def test_the_log_is_bounded() -> None:
    log = EventLog(3)
    for number in range(5):
        log.add("p" if number % 2 else None, "request", target=f"/{number}")
    assert [entry["number"] for entry in log.since(0)["entries"]] == [3, 4, 5]
    assert [entry["number"] for entry in log.since(4)["entries"]] == [5]
    assert log.since(99) == {"last": 5, "entries": []}
    assert [entry["target"] for entry in log.of_phone("p")["entries"]] == ["/3"]
    assert log.counts["request"] == 5


def test_the_program_serves_until_a_signal(tmp_path: Path) -> None:
    phone = phone_keys(name="p")
    content = {"phones": [phone], "image_server": {"port": free_port()}}
    with running(content, tmp_path) as fleet:
        assert status(get(phone, "/info.htm")) == 200
        assert fleet.counters()["listening_sockets"] == 1
    with pytest.raises(ConnectionRefusedError):
        get(phone, "/info.htm")


def run(file: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, PROGRAM, *arguments, str(file)], capture_output=True, text=True, timeout=120, check=False
    )


def test_a_bad_fleet_file_ends_the_program_with_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "fleet.yml"
    file.write_text("phones: [{address: 10.0.0.1, model: 320, firmware: 8.4.35}]", encoding="utf-8")
    ended = run(file)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == f"{file}: phone 1: address must lie in 127.0.0.0/8, not be 10.0.0.1.\n"


def test_an_address_in_use_ends_the_program_before_ready(tmp_path: Path, start_fleet: StartFleet) -> None:
    phone = phone_keys()
    start_fleet(phone)
    file = tmp_path / "fleet.yml"
    file.write_text(json.dumps({"phones": [phone]}), encoding="utf-8")
    ended = run(file)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert f"cannot listen on {phone['address']}:{phone['port']}: Address already in use." in ended.stderr


def test_the_control_port_has_an_address_if_it_is_given_one(tmp_path: Path) -> None:
    address = phone_keys()["address"]
    port = free_port(address)
    file = tmp_path / "fleet.yml"
    file.write_text("phones: []", encoding="utf-8")
    command = [sys.executable, PROGRAM, "--control", f"{address}:{port}", str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        assert status(get({"address": address, "port": port}, "/counters")) == 200
        process.terminate()
    ended = run(file, "--control", "192.0.2.1:8801")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "invalid loopback value: '192.0.2.1:8801'" in ended.stderr


def test_the_program_prints_the_catalogue(tmp_path: Path) -> None:
    file = tmp_path / "fleet.yml"
    file.write_text("phones: []\nimage_server: {images: [snom320-8.7.5.35-SIP-f.bin]}", encoding="utf-8")
    ended = run(file, "--catalog")
    assert (ended.returncode, ended.stderr) == (0, "")
    (entry,) = yaml.safe_load(ended.stdout)["images"]
    assert (entry["model"], entry["url"]) == ("320", "http://127.0.0.1:8880/snom320-8.7.5.35-SIP-f.bin")
    file.write_text("phones: []", encoding="utf-8")
    assert run(file, "--catalog").returncode == 2


def test_an_interrupt_ends_it_cleanly(tmp_path: Path) -> None:
    file = tmp_path / "fleet.yml"
    file.write_text(json.dumps({"phones": [phone_keys()]}), encoding="utf-8")
    command = [sys.executable, PROGRAM, str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=120) == ("", "")
        assert process.returncode == 0
