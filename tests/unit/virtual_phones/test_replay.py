# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import http.client
import json
from pathlib import Path
from typing import Any

import pytest

from ...virtual_phones import replay
from ...virtual_phones.running import free_port, running

PROFILES = Path(__file__).parents[2] / "profiles"


def recorded(request: str, body: str, *head: str, login: bool = False) -> dict[str, Any]:
    lines = ["HTTP/1.1 200 Ok", *head, f"Content-Length: {len(body)}"]
    return {"request": request, "login": login, "head": lines, "body": body.splitlines(keepends=True)}


def profile(**states: list[dict[str, Any]]) -> dict[str, Any]:
    return {"format": replay.FORMAT, "firmware": "10.1.54.13", "mac": "000413000001", "states": states}


def raw_answer(port: int, target: str, **headers: str) -> tuple[int, str, list[tuple[str, str]], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", target, headers=headers)
    answer = connection.getresponse()
    return answer.status, answer.reason, answer.getheaders(), answer.read()


def test_the_captured_answers_are_given_byte_by_byte(tmp_path: Path) -> None:
    port = free_port()
    keys = {"address": "127.0.0.1", "port": port, "model": "300", "firmware": "8.7.5.35", "name": "p"}
    file = PROFILES / "snom300-nmap.json"
    with running({"phones": [{**keys, "profile": str(file), "password": "x"}]}, tmp_path):
        status, reason, headers, body = raw_answer(port, "/index.htm")
        assert (status, reason, body) == (401, "Unauthorized", b"Unauthorized request\r\n")
        assert headers[0] == ("Www-Authenticate", 'Basic REALM="snom"')
        login = "Basic YWRtaW46eA=="
        status, reason, headers, body = raw_answer(port, "/info.htm", Authorization=login)
        assert (status, reason, len(body)) == (404, "Not Found", 181)
        assert [name for name, _value in headers] == [
            *("Server", "Cache-Control", "Cache-Control", "Content-Type", "Content-Length")
        ]


def test_the_state_the_version_and_the_address_are_those_of_the_phone(tmp_path: Path) -> None:
    port, file = free_port(), tmp_path / "profile.json"
    page = "Release 10.1.54.13, 00:04:13:00:00:01, 000413000001\n"
    made = profile(
        idle=[recorded("/a.htm", page, "X-Odd: yes"), recorded("/call.htm", "free")],
        in_call=[recorded("/call.htm", "taken")],
    )
    file.write_text(json.dumps(made))
    keys = {"address": "127.0.0.1", "port": port, "model": "D785", "firmware": "10.1.99.1", "name": "p"}
    with running({"phones": [{**keys, "mac": "0004139ABCDE", "profile": str(file)}]}, tmp_path) as fleet:
        _status, _reason, headers, body = raw_answer(port, "/a.htm")
        assert body == b"Release 10.1.99.1, 00:04:13:9A:BC:DE, 0004139ABCDE\n"
        assert headers == [("X-Odd", "yes"), ("Content-Length", str(len(body)))]
        assert raw_answer(port, "/call.htm")[3] == b"free"
        fleet.patch("p", call={"state": "in_call"})
        assert raw_answer(port, "/call.htm")[3] == b"taken"
        # What nobody has recorded is not made up.
        status, reason, _headers, body = raw_answer(port, "/dummy.htm?settings=save&language=Deutsch")
        assert (status, reason) == (501, "Not Recorded") and b"no state was recorded in which language is so" in body
        (noted,) = fleet.log("p", event="replay_refused")
        assert noted["target"] == "/dummy.htm?settings=save&language=Deutsch"


SETTINGS = '<settings><date_us_format perm="">{}</date_us_format><language perm="">English</language></settings>'


def test_the_states_of_a_profile_are_played_as_they_were_recorded_and_no_other(tmp_path: Path) -> None:
    port, file = free_port(), tmp_path / "profile.json"
    made = profile(
        idle=[recorded("/settings.htm", SETTINGS.format("off")), recorded("/a.htm", "Release 10.1.54.13 before")],
        changed=[recorded("/settings.htm", SETTINGS.format("on")), recorded("/a.htm", "changed")],
        after=[recorded("/a.htm", "Release 10.1.99.1 after")],
        unregistered=[recorded("/a.htm", "off")],
    )
    made["shows"] = {"changed": {"settings": {"date_us_format": "on"}}, "after": {"firmware": "10.1.99.1"}}
    made["shows"]["unregistered"] = {"registered": False}
    file.write_text(json.dumps(made))
    keys = {"address": "127.0.0.1", "port": port, "model": "D785", "firmware": "10.1.54.13", "name": "p"}
    write = "/dummy.htm?settings=save&date_us_format="
    with running({"phones": [{**keys, "mac": "000413000001", "profile": str(file)}]}, tmp_path) as fleet:
        assert raw_answer(port, "/a.htm")[3] == b"Release 10.1.54.13 before"
        assert raw_answer(port, f"{write}on")[0] == 200
        assert raw_answer(port, "/a.htm")[3] == b"changed"
        assert b">on<" in raw_answer(port, "/settings.htm")[3]
        # What it was before is the state before; what else might be is nobody's to say.
        assert raw_answer(port, f"{write}on&language=Deutsch")[0] == 501
        assert raw_answer(port, f"{write}off")[0] == 200
        assert raw_answer(port, "/a.htm")[3] == b"Release 10.1.54.13 before"
        for command in ("command.htm?number=4711", "index.htm?misseddel=0", "command.htm?LOGOFFLINE=1"):
            assert raw_answer(port, f"/{command}")[0] == 501, command
        assert fleet.log("p", event="call") == []
        fleet.patch("p", call={"state": "in_call"})
        assert raw_answer(port, "/a.htm")[0] == 501
        fleet.patch("p", call={"state": "idle"}, firmware="10.1.99.1")
        assert raw_answer(port, "/a.htm")[3] == b"Release 10.1.99.1 after"
        fleet.patch("p", profile_state="unregistered")
        assert raw_answer(port, "/a.htm")[3] == b"off"
        # A restart leads out of any state, also out of one that nobody recorded.
        fleet.patch("p", profile_state=None, call={"state": "in_call"})
        assert raw_answer(port, "/a.htm")[0] == 501
        assert raw_answer(port, "/advanced_update.htm?reboot=Reboot")[0] == 302
        assert [one["kind"] for one in fleet.phone("p")["cycles"]] == ["reboot"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"format": "telephony.snom profile 9"}, "its format must be"),
        ({"states": {}}, "this one has none"),
        ({"states": {"idle": [{"request": "/a.htm"}]}}, None),
        ({"states": []}, None),
        ({"shows": {"gone": {}}}, "names a state that it has not"),
        ({"shows": {"idle": 1}}, None),
        ({"shows": {"idle": {"settings": 1}}}, None),
        ({"states": {"idle": [recorded("http://192.0.2.1/", "")]}}, "a request that is no path"),
        ({"states": {"idle": [recorded("/a.htm", "", "X: 1\r\nY: 2")]}}, "hold a line break"),
        ({"states": {"idle": [recorded("/a.htm", "", "Content-Length: 7")]}}, "announces 7 bytes and has 0"),
    ],
)
def test_a_profile_that_somebody_edited_is_refused_in_a_sentence(
    change: dict[str, Any], words: str | None, tmp_path: Path
) -> None:
    file = tmp_path / "profile.json"
    file.write_text(json.dumps(profile(idle=[recorded("/a.htm", "a")]) | change))
    with pytest.raises(ValueError, match=words or "lacks what one has"):
        replay.load(file)


@pytest.mark.parametrize("text", ["", "[" * 200_000, "\x00", '{"format": 1e999}', "null"])
def test_what_is_no_profile_is_refused_in_a_sentence(text: str, tmp_path: Path) -> None:
    file = tmp_path / "profile.json"
    file.write_text(text)
    with pytest.raises(ValueError, match="must be a profile"):
        replay.load(file)
    with pytest.raises(ValueError, match="can't be read"):
        replay.load(tmp_path / "none.json")
