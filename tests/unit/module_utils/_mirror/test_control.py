# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from email.utils import formatdate, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.clock import system_time
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._mirror import control
from ansible_collections.telephony.snom.plugins.module_utils._mirror.control import (
    MirrorAnswerLost,
    MirrorControl,
    MirrorFailed,
    Position,
)
from ansible_collections.telephony.snom.plugins.module_utils._mirror.control_settings import (
    ControlSettings,
    parse_control,
)

MAC = "000413922D24"
IMAGE = "http://192.0.2.1/fw/snomD865-10.1.175.16-SIP-r.swu?a=1&b=2"
PASSWORD = "geheim-4711"
GIVEN = {"url": "https://mirror.example", "username": "ansible", "password": PASSWORD}


class Mirror(ThreadingHTTPServer):
    """What nginx answers, as its documentation has it. tests/integration has the real one."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {"/control/log": b""}
        self.asked: list[tuple[str, str, str | None]] = []
        self.ahead = 0.0
        self.timer_age: float | None = 10.0
        self.status = 0
        self.does_it_all_the_same = False
        self.silent = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def control(self, **changes: Any) -> MirrorControl:
        return MirrorControl(ControlSettings(url=self.url, username="ansible", password=PASSWORD, **changes))

    def log(self, *lines: str) -> None:
        self.files["/control/log"] = self.files.get("/control/log", b"") + "".join(f"{one}\n" for one in lines).encode()

    def rotate(self) -> None:
        self.files["/control/log.1"] = self.files.pop("/control/log")


class Handler(BaseHTTPRequestHandler):
    server: Mirror

    def log_message(self, *args: Any) -> None:
        pass

    def date_time_string(self, timestamp: Any = None) -> str:
        return formatdate(time.time() + self.server.ahead, usegmt=True)

    def do_GET(self) -> None:
        content = self.server.files.get(self.path)
        if self._fails():
            return
        if self.path == "/control/timer" and self.server.timer_age is not None:
            ran = time.time() + self.server.ahead - self.server.timer_age
            self._answer(200, b"", {"Last-Modified": formatdate(ran, usegmt=True)})
        elif content is None:
            self._answer(404)
        elif self.headers["Range"]:
            first, last = self.headers["Range"].removeprefix("bytes=").split("-")
            start = int(first) if first else max(len(content) - int(last), 0)
            part = content[start : int(last) + 1] if first else content[start:]
            if not part:
                self._answer(416)
                return
            self._answer(206, part, {"Content-Range": f"bytes {start}-{start + len(part) - 1}/{len(content)}"})
        else:
            self._answer(200, content)

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append(("PUT", self.path, self.headers["Date"]))
        if self.server.does_it_all_the_same:
            self.server.files[self.path] = body
        if not self._fails():
            self.server.files[self.path] = body
            self._answer(201)

    def do_DELETE(self) -> None:
        self.server.asked.append(("DELETE", self.path, None))
        if not self._fails():
            self._answer(204 if self.server.files.pop(self.path, None) else 404)

    def _fails(self) -> bool:
        if self.server.silent:
            return True
        if self.server.status:
            self._answer(self.server.status)
        return bool(self.server.status)

    def _answer(self, status: int, content: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)) if status != 204 else "0")
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    with Mirror() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_the_mapping_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SNOM_MIRROR_PASSWORD", raising=False)
    settings = parse_control({**GIVEN, "validate_certs": "no", "ca_path": "/ca.pem"})
    assert settings and (settings.url, settings.validate_certs) == ("https://mirror.example", False)
    assert PASSWORD not in repr(settings)
    assert parse_control(None) is None and parse_control({}) is None
    monkeypatch.setenv("SNOM_MIRROR_PASSWORD", "other")
    settings = parse_control({"url": "http://127.0.0.1:8080/", "username": "a"})
    assert settings and (settings.url, settings.password) == ("http://127.0.0.1:8080", "other")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"url": "http://mirror.example"}, "in the clear"),
        ({"url": "http://192.0.2.1"}, "in the clear"),
        ({"url": "https://mirror.example/control"}, "a path"),
        ({"url": f"https://a:{PASSWORD}@mirror.example"}, "no usable url"),
        ({"url": "mirror"}, "no usable url"),
        ({"password": ""}, "password"),
        ({"username": "a\r\nb"}, "username"),
        ({"username": "a:b"}, "colon"),
        ({"validate_certs": "perhaps"}, "validate_certs"),
        ({"timeout": "long"}, "timeout"),
        ({"pasword": "x"}, "'pasword'"),
    ],
)
def test_a_mapping_that_cannot_work_is_refused(change: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        parse_control({**GIVEN, **change})
    assert "snom_mirror_control" in caught.value.reason and PASSWORD not in caught.value.reason


def test_a_phone_is_armed_and_disarmed(mirror: Mirror) -> None:
    control_ = mirror.control()
    deadline = system_time() + 600
    armed = control_.arm("00:04:13:92:2d:24", IMAGE, deadline)
    (method, path, date) = mirror.asked[0]
    content = mirror.files[path]
    assert (method, path) == ("PUT", f"/control/armed/{MAC}.xml")
    assert b"a=1&amp;b=2</firmware>" in content and armed.length == len(content)
    assert abs(parsedate_to_datetime(date or "").timestamp() - deadline) < 60
    control_.disarm(MAC)
    control_.disarm(MAC)
    assert path not in mirror.files


def test_deadlines_are_in_the_mirrors_time(mirror: Mirror) -> None:
    mirror.ahead = 7200.0
    control_ = mirror.control()
    assert "differs from the controller's by 7" in (control_.check() or "")
    deadline = system_time() + 600
    armed = control_.arm(MAC, IMAGE, deadline)
    assert abs(parsedate_to_datetime(mirror.asked[0][2] or "").timestamp() - deadline - 7200) < 60
    assert abs(armed.since.timestamp() - system_time() - 7200) < 60
    until = formatdate(deadline + 7200, usegmt=True)
    listed = [
        {"name": f"{MAC}.xml", "type": "file", "mtime": until, "size": 9},
        {"name": "x.0000000001", "mtime": until},
    ]
    mirror.files["/control/armed/"] = json.dumps(listed).encode()
    assert {mac: abs(time_ - deadline) < 60 for mac, time_ in control_.armed().items()} == {MAC: True}


@pytest.mark.parametrize(
    "listed",
    [
        b"",
        b"<html>",
        b"[" * 3000,
        b'{"name": 1}',
        b"[1]",
        b'[{"name": "000413922D24.xml"}]',
    ],
)
def test_a_list_that_is_none_arms_nobody(mirror: Mirror, listed: bytes) -> None:
    mirror.files["/control/armed/"] = listed
    with pytest.raises(MirrorFailed, match="no list of what is armed"):
        mirror.control().armed()


@pytest.mark.parametrize("time", ["5", "null", '"soon"', '"Mon, 32 May 2026 22:10:00 GMT"', "[]", '"0"'])
def test_a_time_that_is_none_arms_nobody(mirror: Mirror, time: str) -> None:
    mirror.files["/control/armed/"] = b'[{"name": "000413922D24.xml", "mtime": %b}]' % time.encode()
    assert mirror.control().armed() == {}


@pytest.mark.parametrize("age", [None, 3600.0])
def test_nothing_is_armed_where_no_timer_runs(mirror: Mirror, age: float | None) -> None:
    mirror.timer_age = age
    with pytest.raises(MirrorFailed, match="snom-mirror-disarm"):
        mirror.control().arm(MAC, IMAGE, system_time() + 600)
    assert mirror.asked == []


@pytest.mark.parametrize(
    ("mac", "url", "seconds"),
    [("../x", IMAGE, 600), (MAC, "ftp://a/b", 600), (MAC, "http://a:b@c/d", 600), (MAC, IMAGE, -1)],
)
def test_what_cannot_be_armed_is_refused(mirror: Mirror, mac: str, url: str, seconds: float) -> None:
    with pytest.raises(InputError):
        mirror.control().arm(mac, url, system_time() + seconds)
    assert mirror.asked == []


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (401, "refuses the login"),
        (403, "firmware_mirror_control_networks"),
        (405, "firmware_mirror_control"),
        (500, "error.log"),
    ],
)
def test_what_the_mirror_refuses_is_explained(mirror: Mirror, status: int, says: str) -> None:
    mirror.status = status
    with pytest.raises(MirrorFailed, match=says) as caught:
        mirror.control().disarm(MAC)
    assert PASSWORD not in caught.value.reason and not isinstance(caught.value, MirrorAnswerLost)


@pytest.mark.parametrize(
    ("status", "may_be_armed"), [(200, True), (302, True), (400, False), (409, False), (500, True), (502, True)]
)
def test_what_a_mirror_may_have_done_is_told_from_what_it_refused(
    mirror: Mirror, status: int, may_be_armed: bool
) -> None:
    control_ = mirror.control()
    assert control_.check() is None
    mirror.status, mirror.does_it_all_the_same = status, may_be_armed
    with pytest.raises(MirrorFailed) as caught:
        control_.arm(MAC, IMAGE, system_time() + 600)
    assert isinstance(caught.value, MirrorAnswerLost) == may_be_armed == (f"/control/armed/{MAC}.xml" in mirror.files)
    assert PASSWORD not in caught.value.reason


def test_a_lost_answer_is_told_from_none(mirror: Mirror) -> None:
    control_ = mirror.control()
    assert control_.check() is None
    mirror.silent = True
    with pytest.raises(MirrorAnswerLost):
        control_.arm(MAC, IMAGE, system_time() + 600)
    with pytest.raises(MirrorFailed, match="can't be reached") as caught:
        MirrorControl(ControlSettings(url="http://127.0.0.1:1", username="a", password=PASSWORD)).disarm(MAC)
    assert not isinstance(caught.value, MirrorAnswerLost)


def lines(control_: MirrorControl) -> list[str]:
    return [line.decode().strip() for line in control_.read_new()]


def test_only_new_lines_are_read(mirror: Mirror) -> None:
    mirror.log("old")
    control_ = mirror.control()
    control_.mark()
    assert lines(control_) == []
    mirror.log("one", "two")
    mirror.files["/control/log"] += b"thr"
    assert lines(control_) == ["one", "two"]
    mirror.files["/control/log"] += b"ee\n"
    assert lines(control_) == ["three"] and lines(control_) == []


def test_another_controller_goes_on(mirror: Mirror) -> None:
    mirror.log("old")
    first = mirror.control()
    kept = json.loads(json.dumps(first.mark().as_dict()))
    mirror.log("new")
    second = MirrorControl(first._settings, Position(**kept))
    assert lines(second) == ["new"] and not second.gap


def test_nothing_is_lost_across_a_rotation(mirror: Mirror) -> None:
    mirror.log("old")
    control_ = mirror.control()
    control_.mark()
    mirror.log("one")
    mirror.rotate()
    # nginx has not been told yet, so it goes on in the old log.
    assert lines(control_) == ["one"]
    mirror.files["/control/log.1"] += b"two\n"
    assert lines(control_) == ["two"]
    mirror.files["/control/log.1"] += b"three\n"
    mirror.log("four, and more than the old log was long")
    assert lines(control_) == ["three", "four, and more than the old log was long"]
    mirror.log("five")
    assert lines(control_) == ["five"] and not control_.gap


def test_a_log_that_was_lost_is_told(mirror: Mirror) -> None:
    mirror.log("old")
    control_ = mirror.control()
    control_.mark()
    mirror.rotate()
    mirror.log("one")
    mirror.rotate()
    mirror.log("two")
    assert lines(control_) == ["one", "two"] and control_.gap
    mirror.log("three")
    assert lines(control_) == ["three"]


def test_a_long_log_comes_in_parts(mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control, "_PART", 2000)
    control_ = mirror.control()
    control_.mark()
    wanted = [f"line {number}" for number in range(1000)]
    mirror.log(*wanted)
    assert lines(control_) == wanted
    assert lines(control_) == []


def test_a_ca_that_is_none_is_refused(tmp_path: Any) -> None:
    settings = ControlSettings(url="https://127.0.0.1", username="a", password="b", ca_path=os.fspath(tmp_path / "no"))
    with pytest.raises(InputError, match="ca_path"):
        MirrorControl(settings)
