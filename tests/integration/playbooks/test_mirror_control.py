# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role firmware_mirror with control: which phone a real nginx shows a firmware, who says so, and what it tells."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import requests
from ansible_collections.telephony.snom.plugins.module_utils._core.clock import system_time
from ansible_collections.telephony.snom.plugins.module_utils._mirror.client import MirrorFailed
from ansible_collections.telephony.snom.plugins.module_utils._mirror.control import MirrorControl
from ansible_collections.telephony.snom.plugins.module_utils._mirror.control_settings import parse_control
from ansible_collections.telephony.snom.plugins.module_utils._mirror.progress import ProgressLog

from .bench import PATIENCE, Run, bench, phone, until
from .conftest import StartBench
from .mirror import Mirror, mirror
from .test_mirror import make_files

MAC = "000413AB2D2F"
IMAGE = "snomD865-10.1.175.16-SIP-r.swu"
URL = f"http://192.0.2.1/fw/{IMAGE}?a=1&b=2"
LOGIN = ("ansible", "geheim-4711 \"'$6$ü")


CONTROL = {"control": True, "control_username": LOGIN[0], "control_password": LOGIN[1], "images": []}


def let_control(box: Mirror) -> Mirror:
    """Let its own address and that of this machine arm phones, if nobody is given."""
    box.variables.setdefault("firmware_mirror_control_networks", [f"{box.address}/32", "127.0.0.1"])
    return box


@pytest.fixture
def start_control(start: StartBench) -> Iterator[Callable[..., Mirror]]:
    """Start a mirror that a controller at its own address may control."""
    with ExitStack() as stack:

        def start_control(**options: Any) -> Mirror:
            return let_control(stack.enter_context(mirror(start({"desk": phone()}), **CONTROL | options)))

        yield start_control


@pytest.fixture(scope="module")
def set_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Mirror, Run]]:
    """One that runs, for tests that change what it holds and not how it is set up, and the run that did that."""
    with bench(tmp_path_factory.mktemp("control"), {"desk": phone()}) as found, mirror(found, **CONTROL) as box:
        run = let_control(box).play("-vvv")
        assert run.code == 0, run.output
        yield box, run


@pytest.fixture
def box(set_up: tuple[Mirror, Run]) -> Mirror:
    """That one, with nothing armed, and whose timer has never run."""
    box, _run = set_up
    for file in armed_files(box).iterdir():
        file.unlink()
    (armed_files(box).parent / "timer").unlink(missing_ok=True)
    return box


def controller(box: Mirror, **changes: Any) -> MirrorControl:
    settings = parse_control({"url": box.url, "username": LOGIN[0], "password": LOGIN[1], **changes})
    assert settings
    return MirrorControl(settings)


def disarm(box: Mirror) -> None:
    """What the timer runs."""
    subprocess.run([str(box.configuration.parent / "disarm")], check=True, timeout=PATIENCE)


def armed_files(box: Mirror) -> Path:
    return box.configuration.parent / "lib" / "control" / "armed"


def shown(box: Mirror, mac: str) -> str:
    answer = requests.get(f"{box.url}/firmware/{mac}.xml", timeout=PATIENCE)
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"
    return answer.text


def raw(box: Mirror, method: str, target: str, body: bytes = b"x", source: str | None = None) -> int:
    """The status of a request whose target nobody tidies up, with the right login."""
    host, _colon, port = box.url.removeprefix("http://").partition(":")
    connection = http.client.HTTPConnection(
        host, int(port), timeout=PATIENCE, source_address=(source, 0) if source else None
    )
    try:
        login = b64encode(":".join(LOGIN).encode()).decode()
        connection.request(method, target, body, {"Authorization": f"Basic {login}"})
        return connection.getresponse().status
    finally:
        connection.close()


def test_its_password_is_neither_shown_nor_in_a_file(set_up: tuple[Mirror, Run]) -> None:
    _box, run = set_up
    assert "geheim" not in run.output and "geheim" not in json.dumps(run.lines)
    hashing = run.output.partition("Hash the password]")[2].partition("TASK [")[0]
    assert "EXEC" in hashing and "PUT" not in hashing, "the password is in a file"


def test_a_phone_is_shown_a_firmware_while_it_is_armed(box: Mirror) -> None:
    spellings = [MAC, MAC.lower(), "000413aB2D2f"]
    assert all('<firmware perm=""></firmware>' in shown(box, mac) for mac in spellings)
    control = controller(box)
    with pytest.raises(MirrorFailed, match="timer"):
        control.arm(MAC, URL, system_time() + 600)
    disarm(box)
    deadline = system_time() + 600
    armed = control.arm(MAC, URL, deadline)
    for mac in spellings:
        assert "b=2</firmware>" in (text := shown(box, mac)) and len(text) == armed.length
    assert '<firmware perm=""></firmware>' in shown(box, "000413AB2D2E")
    (until_,) = control.armed().values()
    assert abs(until_ - deadline) < 60 and list(control.armed()) == [MAC]
    control.arm(MAC, URL.replace("175", "184"), deadline)
    assert "10.1.184.16" in shown(box, MAC)
    control.disarm(MAC)
    control.disarm(MAC)
    assert '<firmware perm=""></firmware>' in shown(box, MAC) and control.armed() == {}
    assert requests.get(f"{box.url}/firmware/all.xml", timeout=PATIENCE).status_code == 404


def test_a_second_run_changes_nothing(box: Mirror) -> None:
    again = box.play()
    assert (again.code, again.recap) == (0, {"box": "ok"})


@pytest.mark.slow
def test_only_what_is_over_is_disarmed(box: Mirror) -> None:
    disarm(box)
    control = controller(box)
    for mac in (MAC, "000413000001"):
        control.arm(mac, URL, system_time() + 600)
    os.utime(armed_files(box) / f"{MAC}.xml", (1, 1))
    (armed_files(box) / "000413000002.xml.0000000001").write_text("cut off")
    os.utime(armed_files(box) / "000413000002.xml.0000000001", (1, 1))
    disarm(box)
    assert [file.name for file in armed_files(box).iterdir()] == ["000413000001.xml"]


def test_nobody_else_arms(box: Mirror) -> None:
    target = f"/control/armed/{MAC}.xml"
    url = f"{box.url}{target}"
    assert requests.put(url, "x", timeout=PATIENCE).status_code == 401
    assert requests.put(url, "x", auth=("ansible", "wrong"), timeout=PATIENCE).status_code == 401
    for path in ("log", "log.1", "timer", "armed/"):
        assert requests.get(f"{box.url}/control/{path}", timeout=PATIENCE).status_code == 401
    # The desk's address is none of the controllers'.
    assert raw(box, "PUT", target, source=box.bench.address("desk")) == 403
    refused = {
        "/control/armed/x.xml": 405,
        "/control/armed/": 405,
        f"/control/armed/{MAC.lower()}.xml": 405,
        f"/control/armed/{MAC}.xml%0A": 405,
        f"/control/armed/{MAC}.xml/": 405,
        f"/control/armed/{MAC}.xml.xml": 405,
        f"/control/armed/..%2F{MAC}.xml": 405,
        f"/control/armed/../{MAC}.xml": 405,
        "/control/armed/%2e%2e/%2e%2e/%2e%2e/nginx.conf": 400,
        "/../../etc/passwd": 400,
        f"/control/armed/{MAC}.xml%00": 400,
        f"/control/armed/{'A' * 5000}.xml": 405,
        "/control/log": 405,
        "/control/timer": 405,
        f"/firmware/{MAC}.xml": 405,
        f"/fw/{IMAGE}": 405,
    }
    assert {name: raw(box, "PUT", name) for name in refused} == refused
    assert {raw(box, method, target) for method in ("POST", "MOVE", "COPY", "MKCOL", "PROPFIND")} == {405}
    assert raw(box, "PUT", target, b"x" * 5000) == 413
    assert raw(box, "GET", target, b"") == 405
    assert raw(box, "GET", "/control/../nginx.conf", b"") == 404
    assert list(armed_files(box).iterdir()) == []
    # Whoever may, may, and in what they wrote nothing is kept of the login.
    assert raw(box, "PUT", target) == 201
    passwords = box.configuration.parent / "control.passwords"
    assert passwords.stat().st_mode & 0o777 == 0o400 and "geheim" not in passwords.read_text()
    assert "geheim" not in box.configuration.read_text()


def test_the_log_is_read_on_across_a_rotation(box: Mirror) -> None:
    disarm(box)
    requests.get(f"{box.url}/fw/before", timeout=PATIENCE)
    until(lambda: box.log.read_text().count("before"), "nginx to log")
    control, log = controller(box), ProgressLog()
    control.log.mark()
    armed = control.arm(MAC, URL, system_time() + 600)
    progress = log.expect(MAC, IMAGE, armed.since, armed.length)
    (box.images / IMAGE).write_bytes(b"x" * 1000)

    def took(what: str) -> bool:
        log.read(control.log.read_new())
        return bool(getattr(progress, what))

    agent = {"User-Agent": f"Mozilla/4.0 (compatible; snomD865-SIP 10.1.141.13 2010.12 {MAC} SXM:0 UXM:0)"}
    requests.get(f"{box.url}/firmware/{MAC.lower()}.xml", headers=agent, timeout=PATIENCE)
    until(lambda: took("firmware_fetched"), "the firmware file in the log")
    assert not progress.settings_fetched
    # As logrotate does: nginx goes on in the old log until it is told.
    box.log.rename(box.log.with_name("access.log.1"))
    requests.get(f"{box.url}/fw/{IMAGE}", headers=agent, timeout=PATIENCE)
    until(lambda: took("images"), "the image in the old log")
    os.kill(int(box.pid_file.read_text()), signal.SIGUSR1)
    until(box.log.exists, "the new log")
    requests.get(f"{box.url}/beacon/{MAC}", headers=agent, timeout=PATIENCE)
    until(lambda: took("beacon"), "the beacon in the new log")
    assert (progress.images, control.log.gap) == (1, False)
    assert not any("/control/" in request["uri"] for request in box.requests())


@pytest.mark.slow
def test_it_is_for_https_or_this_machine_alone(start_control: Callable[..., Mirror]) -> None:
    box = start_control()
    folder = box.configuration.parent.parent
    files = {name: str(folder / f"{name}.pem") for name in ("certificate", "certificate_key")}
    authority = make_files(box, files)
    port = box.variables["firmware_mirror_http_port"] + 1
    for options, says in (
        ({"address": "*"}, "loopback"),
        ({"control_networks": []}, "control_networks"),
        ({"control_networks": ["all"]}, "'all' is not a network"),
        ({"control_password": None}, "control_password"),
        ({"control_password": "a\nb"}, "control_password"),
        ({"control_username": "a:b"}, "control_username"),
    ):
        run = box.play(**options, rehearse=False)
        assert run.code != 0 and says in " ".join(run.output.split()), run.output
    assert not box.configuration.exists()
    assert (run := box.play(https_port=port, **files, rehearse=False)).code == 0, run.output
    disarm(box)
    control = controller(box, url=f"https://{box.address}:{port}", ca_path=authority)
    control.arm(MAC, URL, system_time() + 600)
    assert "b=2</firmware>" in shown(box, MAC)
    with pytest.raises(MirrorFailed, match="not trusted"):
        controller(box, url=f"https://{box.address}:{port}").check()
    # Switched off, nothing stays armed, and nothing of it is served.
    assert box.play(control=False, rehearse=False).code == 0
    until(lambda: requests.get(f"{box.url}/firmware/{MAC}.xml", timeout=PATIENCE).status_code == 404, "the new workers")
    assert not armed_files(box).exists() and not (box.configuration.parent / "control.passwords").exists()
    assert "control" not in box.configuration.read_text()
