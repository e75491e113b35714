# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Clients that people run against real phones work against the virtual ones, as they are (protocol 9).

One comes from PyPI, unmodified. Of the others, which no package index has, the requests are sent as they send them:
with the same libraries, the same logins, and the same idea of success.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import HTTPDigestAuthHandler, HTTPPasswordMgrWithDefaultRealm, build_opener

import pytest
import requests
from ansible_collections.telephony.snom.tests.integration.playbooks.bench import until
from ansible_collections.telephony.snom.tests.virtual_phones.running import VirtualFleet, free_port, running
from remote_phone_control.snom import Snom
from requests.auth import HTTPDigestAuth

USER, PASSWORD = "admin", "Not easy/1"
DIGEST = HTTPDigestAuth(USER, PASSWORD)
LINES = {"basic": "201", "also-basic": "202", "digest": "203", "https": "204"}
KEYS = {
    "basic": {
        "model": "320",
        "firmware": "8.7.5.17",
        "auth": "basic",
        "settings": {"ringtone": "Ringer1", "disable_speaker": "off"},
    },
    "also-basic": {"model": "370", "firmware": "8.7.3.19", "auth": "basic"},
    "digest": {"model": "D717", "firmware": "10.1.141.13", "auth": "digest"},
    "https": {"model": "D385", "firmware": "10.1.54.13", "auth": "digest", "tls": True},
}


@pytest.fixture
def fleet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[VirtualFleet]:
    """Phones at addresses and a port that no other test uses."""
    monkeypatch.setenv("NO_PROXY", "*")
    port = free_port("127.32.0.1")
    phones: list[dict[str, Any]] = [
        {"name": name, "address": f"127.32.0.{number}", "port": port, "identities": [LINES[name]], **KEYS[name]}
        for number, name in enumerate(KEYS, start=1)
    ]
    timing = {"boot": 0.1, "reboot": 1}
    defaults = {"username": USER, "password": PASSWORD, "timing": timing}
    with running({"defaults": defaults, "phones": phones}, tmp_path) as fleet:
        yield fleet
        assert fleet.counters()["violations"] == 0


def where(fleet: VirtualFleet, name: str) -> str:
    """Address and port as a client takes them for an address."""
    state = fleet.phone(name)
    return f"{state['address']}:{state['port']}"


def log(fleet: VirtualFleet, name: str, *events: str) -> list[tuple[str, str | None]]:
    return [(entry["event"], entry["detail"]) for entry in fleet.log(name) if entry["event"] in events]


@pytest.fixture
def two(fleet: VirtualFleet) -> Iterator[tuple[Snom, Snom]]:
    """Two phones in the hands of p4irin's remote_phone_control. It writes their action URLs and listens to them."""
    clients = [
        Snom(where(fleet, name), "127.0.0.1", free_port(), USER, PASSWORD, f"{LINES[name]}@pbx.example", LINES[name])
        for name in ("basic", "also-basic")
    ]
    yield clients[0], clients[1]
    for client in clients:
        client.stop()


def test_remote_phone_control_makes_a_call(two: tuple[Snom, Snom], fleet: VirtualFleet) -> None:
    caller, called = two
    assert caller.callout(called.extension)
    assert called.expect("incoming")
    assert called.pickup()
    assert caller.expect("connect") and called.expect("connect")
    assert caller.senddtmf("12")
    assert called.senddtmf_sipinfo("3#")
    assert called.hangup()
    assert caller.expect("disconnect") and called.expect("disconnect")
    assert log(fleet, "also-basic", "dtmf_received") == [("dtmf_received", "12")]
    assert log(fleet, "basic", "dtmf_received") == [("dtmf_received", "3"), ("dtmf_received", "#")]


def test_remote_phone_control_does_the_rest(two: tuple[Snom, Snom], fleet: VirtualFleet) -> None:
    client = two[0]
    assert client.set_setting("ringtone", "Ringer3") and client.set_disable_speaker("on")
    state = fleet.phone("basic")
    assert (state["settings"]["ringtone"], state["unsaved_settings"]) == ("Ringer3", ["disable_speaker"])
    assert client.callout("99")
    assert client.transfer() and client.press_px("1") and client.hangup_onhook() and client.hangup_all()
    assert fleet.phone("basic")["call"] == "idle"
    # It follows the redirect to reboot.htm, which must answer though the phone is about to go.
    assert client.reboot()
    until(lambda: log(fleet, "basic", "down") == [("down", "rebooting")], "the phone goes down")


def test_a_dialer_posts_over_https_with_digest(fleet: VirtualFleet) -> None:
    """Netzvamp/snom-dialer: it takes any status from 200 to 399, and needs the redirect to end well."""
    phone = f"https://{where(fleet, 'https')}"

    def post(target: str) -> requests.Response:
        with pytest.warns(Warning, match="Unverified HTTPS request"):
            return requests.post(phone + target, auth=HTTPDigestAuth(USER, PASSWORD), verify=False, timeout=30)

    url = "http://127.0.0.1:9/incoming?remote=$remote%26local=$local"
    answers = [
        post(f"/settings.htm?settings=save&action_incoming_url={url}"),
        post("/command.htm?number=205"),
        post("/command.htm?RELEASE_ALL_CALLS"),
        post("/command.htm?key=9;1;ENTER,,100;%2A,100,200;%23,,100"),
    ]
    assert [answer.status_code for answer in answers] == [200] * 4
    assert fleet.phone("https")["settings"]["action_incoming_url"] == url.replace("%26", "&")
    assert log(fleet, "https", "call") == [("call", "calling"), ("call", "idle"), ("call", "calling")]
    assert [detail for _event, detail in log(fleet, "https", "key")] == ["9", "1", "ENTER", "*", "#"]


def test_a_dialer_gets_with_digest(fleet: VirtualFleet) -> None:
    """fxjung/desk_phone_utility and sebastianmathes/snom-remote-control: the latter takes nothing but 200."""
    phone = f"http://{where(fleet, 'digest')}"
    targets = ("/command.htm?number=0049301234", "/command.htm?key=CANCEL", "/command.htm?key_dtmf=12")
    assert [requests.get(phone + target, auth=DIGEST, timeout=30).status_code for target in targets] == [200] * 3
    assert log(fleet, "digest", "call") == [("call", "calling"), ("call", "idle")]


def test_a_monitor_uses_urllib(fleet: VirtualFleet) -> None:
    """dataklo/dnd-monitor: Digest by Python's own urllib; any status from 200 to 299."""
    passwords = HTTPPasswordMgrWithDefaultRealm()
    passwords.add_password(None, f"http://{where(fleet, 'digest')}/", USER, PASSWORD)
    opener = build_opener(HTTPDigestAuthHandler(passwords))
    with opener.open(f"http://{where(fleet, 'digest')}/command.htm?key=DND", timeout=30) as answer:
        assert answer.status == 200
    assert fleet.phone("digest")["settings"]["dnd_mode"] == "on"


def test_an_ansible_role_reboots(fleet: VirtualFleet, tmp_path: Path) -> None:
    """sebastian13/ansible-snom-reboot: Basic without being asked, and success is the name of the last page."""
    tasks = [
        {
            "name": "Reboot",
            "ansible.builtin.uri": {
                "url": f"http://{where(fleet, 'basic')}/advanced_update.htm?reboot=Reboot",
                "url_username": USER,
                "url_password": PASSWORD,
                "force_basic_auth": True,
            },
            "register": "reboot",
            "failed_when": "reboot.url is not search('reboot.htm$')",
        },
        {
            "name": "Wait until it is back",
            "ansible.builtin.uri": {"url": f"http://{where(fleet, 'basic')}", "status_code": [200, 401]},
            "register": "back",
            "until": "back is succeeded",
            "retries": 60,
            "delay": 1,
        },
    ]
    playbook = tmp_path / "reboot.json"
    playbook.write_text(json.dumps([{"name": "Reboot", "hosts": "localhost", "gather_facts": False, "tasks": tasks}]))
    done = subprocess.run(
        [Path(sys.executable).with_name("ansible-playbook"), playbook],
        env=os.environ | {"ANSIBLE_HOME": str(tmp_path / "ansible"), "ANSIBLE_LOCALHOST_WARNING": "false"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert [event for event, _detail in log(fleet, "basic", "down", "up")] == ["down", "up"]
