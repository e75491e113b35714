# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a controller has a mirror show to phones."""

from __future__ import annotations

import json
import time
from email.utils import formatdate, parsedate_to_datetime

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.clock import system_time
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._mirror.client import MirrorAnswerLost, MirrorFailed
from ansible_collections.telephony.snom.plugins.module_utils._mirror.control import MirrorControl
from ansible_collections.telephony.snom.tests.unit.module_utils._mirror.mirror import MAC, PASSWORD, Mirror

IMAGE = "http://192.0.2.1/fw/snomD865-10.1.175.16-SIP-r.swu?a=1&b=2"


def test_a_phone_is_armed_and_disarmed(mirror: Mirror) -> None:
    control = MirrorControl(mirror.settings())
    deadline = system_time() + 600
    armed = control.arm("00:04:13:92:2d:24", IMAGE, deadline)
    (method, path, date) = mirror.asked[0]
    content = mirror.files[path]
    assert (method, path) == ("PUT", f"/control/armed/{MAC}.xml")
    assert b"a=1&amp;b=2</firmware>" in content and armed.length == len(content)
    assert abs(parsedate_to_datetime(date or "").timestamp() - deadline) < 60
    control.disarm(MAC)
    control.disarm(MAC)
    assert path not in mirror.files


def test_deadlines_are_in_the_mirrors_time(mirror: Mirror) -> None:
    mirror.ahead = 7200.0
    control = MirrorControl(mirror.settings())
    assert "differs from the controller's by 7" in (control.check() or "")
    deadline = system_time() + 600
    armed = control.arm(MAC, IMAGE, deadline)
    assert abs(parsedate_to_datetime(mirror.asked[0][2] or "").timestamp() - deadline - 7200) < 60
    assert abs(armed.since.timestamp() - system_time() - 7200) < 60
    until = formatdate(deadline + 7200, usegmt=True)
    listed = [
        {"name": f"{MAC}.xml", "type": "file", "mtime": until, "size": 9},
        {"name": "x.0000000001", "mtime": until},
    ]
    mirror.files["/control/armed/"] = json.dumps(listed).encode()
    assert {mac: abs(time_ - deadline) < 60 for mac, time_ in control.armed().items()} == {MAC: True}


def test_a_timer_that_may_have_ended_while_the_machine_slept_is_looked_at_again(
    mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    boot_time, slept = time.clock_gettime, [0.0]
    monkeypatch.setattr(time, "clock_gettime", lambda clock: boot_time(clock) + slept[0])
    control = MirrorControl(mirror.settings())
    control.arm(MAC, IMAGE, system_time() + 600)
    mirror.timer_age, slept[0] = None, 8 * 3600.0
    with pytest.raises(MirrorFailed, match="does not run the timer"):
        control.arm(MAC, IMAGE, system_time() + 600)


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
        MirrorControl(mirror.settings()).armed()


@pytest.mark.parametrize("time", ["5", "null", '"soon"', '"Mon, 32 May 2026 22:10:00 GMT"', "[]", '"0"'])
def test_a_time_that_is_none_arms_nobody(mirror: Mirror, time: str) -> None:
    mirror.files["/control/armed/"] = b'[{"name": "000413922D24.xml", "mtime": %b}]' % time.encode()
    assert MirrorControl(mirror.settings()).armed() == {}


@pytest.mark.parametrize("age", [None, 3600.0])
def test_nothing_is_armed_where_no_timer_runs(mirror: Mirror, age: float | None) -> None:
    mirror.timer_age = age
    with pytest.raises(MirrorFailed, match="snom-mirror-disarm"):
        MirrorControl(mirror.settings()).arm(MAC, IMAGE, system_time() + 600)
    assert mirror.asked == []


@pytest.mark.parametrize(
    ("mac", "url", "seconds"),
    [("../x", IMAGE, 600), (MAC, "ftp://a/b", 600), (MAC, "http://a:b@c/d", 600), (MAC, IMAGE, -1)],
)
def test_what_cannot_be_armed_is_refused(mirror: Mirror, mac: str, url: str, seconds: float) -> None:
    with pytest.raises(InputError):
        MirrorControl(mirror.settings()).arm(mac, url, system_time() + seconds)
    assert mirror.asked == []


@pytest.mark.parametrize(
    ("status", "may_be_armed"), [(200, True), (302, True), (400, False), (409, False), (500, True), (502, True)]
)
def test_what_a_mirror_may_have_done_is_told_from_what_it_refused(
    mirror: Mirror, status: int, may_be_armed: bool
) -> None:
    control = MirrorControl(mirror.settings())
    assert control.check() is None
    mirror.status, mirror.does_it_all_the_same = status, may_be_armed
    with pytest.raises(MirrorFailed) as caught:
        control.arm(MAC, IMAGE, system_time() + 600)
    assert isinstance(caught.value, MirrorAnswerLost) == may_be_armed == (f"/control/armed/{MAC}.xml" in mirror.files)
    assert PASSWORD not in caught.value.reason


def test_a_lost_answer_may_have_armed(mirror: Mirror) -> None:
    control = MirrorControl(mirror.settings())
    assert control.check() is None
    mirror.silent = True
    with pytest.raises(MirrorAnswerLost):
        control.arm(MAC, IMAGE, system_time() + 600)
