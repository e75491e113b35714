# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inventory plugin through Ansible's own programs."""

from __future__ import annotations

import json
import socketserver
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from .listing import list_file, listed, tool, write

ROOMS = {"kind": "csv", "name": "rooms", "path": "rooms.csv", "columns": {"room": "Raum"}}
HEADING = "MAC-Adresse;IP;Modell;Standort;Raum\n"
DESK = "snom-00041345120a"
EVIL = "{{ lookup('ansible.builtin.pipe', 'touch evil') }}"


def rooms(folder: Path, *rows: str) -> None:
    (folder / "rooms.csv").write_text(HEADING + "".join(f"{row}\n" for row in rows), "utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rooms(tmp_path, "00041345120A;192.0.2.1;D785;Köln;1", "00041345120B;;D735;Berlin;2")
    return tmp_path


def test_groups_and_what_the_user_makes_of_it(folder: Path) -> None:
    found = listed(
        folder,
        ROOMS,
        compose={"snom_group": "'ward-' ~ snom_sources.rooms.room", "snom_protected": "snom_sources.rooms.room == '2'"},
        groups={"lobby": "snom_sources.rooms.room == '1'"},
        keyed_groups=[{"prefix": "room", "key": "snom_sources.rooms.room"}],
    )
    assert (found.code, found.said) == (0, "")
    assert found.groups == {
        "phones": [DESK, "snom-00041345120b"],
        "phones_without_address": ["snom-00041345120b"],
        "model_D785": [DESK],
        "model_D735": ["snom-00041345120b"],
        "site_Köln": [DESK],
        "site_Berlin": ["snom-00041345120b"],
        "lobby": [DESK],
        "room_1": [DESK],
        "room_2": ["snom-00041345120b"],
    }
    assert found.hosts[DESK] == {
        "ansible_host": "192.0.2.1",
        "snom_mac": "00041345120A",
        "snom_model": "D785",
        "snom_site": "Köln",
        "snom_group": "ward-1",
        "snom_protected": False,
        "snom_sources": {"rooms": {"address": "192.0.2.1", "model": "D785", "site": "Köln", "room": "1"}},
    }


@pytest.mark.slow
def test_a_source_that_is_down_is_a_warning_or_an_error_if_strict(folder: Path) -> None:
    gone = {"kind": "kea", "path": "leases.csv"}
    found = listed(folder, gone, ROOMS)
    assert found.code == 0 and DESK in found.hosts
    assert f"The source kea can't be read: there is no file {folder}/leases.csv." in found.said
    found = listed(folder, gone, ROOMS, strict=True)
    assert "The source kea can't be read" in found.said and not found.hosts
    failing = {"ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "1"}
    assert list_file(folder, "phones.yml", env=failing).code != 0


@pytest.mark.slow
def test_options_that_cannot_be_used_are_an_error(folder: Path) -> None:
    found = listed(folder, {"kind": "csv", "path": "rooms.csv", "columns": {"site": "Ort"}})
    assert "columns: site is 'Ort', and" in found.said and "has 'MAC-Adresse', 'IP'" in found.said and not found.hosts


def test_nothing_that_a_source_says_is_taken_for_a_template(folder: Path) -> None:
    rooms(folder, f"00041345120A;192.0.2.1;D785;{EVIL};{EVIL}")
    file = write(folder, ROOMS, compose={"snom_group": "snom_sources.rooms.room"}, keyed_groups=[{"key": "snom_site"}])
    (folder / "show.yml").write_text(
        json.dumps(
            [
                {
                    "hosts": "phones",
                    "gather_facts": False,
                    "tasks": [
                        {
                            "ansible.builtin.debug": {
                                "msg": "{{ [snom_site, snom_group, snom_sources.rooms.room, snom_sources] | to_json }}"
                            }
                        }
                    ],
                }
            ]
        ),
        "utf-8",
    )
    done = tool(folder, "ansible-playbook", "-i", file, "show.yml")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "touch evil" in done.stdout
    assert not list(folder.glob("**/evil"))


def test_the_cache_serves_until_it_is_flushed_and_holds_no_password(folder: Path) -> None:
    cache: dict[str, Any] = {
        "cache": True,
        "cache_plugin": "ansible.builtin.jsonfile",
        "cache_connection": str(folder / "cache"),
    }
    gone = {"kind": "kea", "url": "http://127.0.0.1:1/", "username": "ansible", "password": "n0t-to-be-seen"}
    file = write(folder, ROOMS, **cache)
    assert DESK in list_file(folder, file).hosts
    rooms(folder, "00041345120C;192.0.2.3;D785;a;1")
    assert DESK in list_file(folder, file).hosts
    assert set(list_file(folder, file, "--flush-cache").hosts) == {"snom-00041345120c"}
    assert set(list_file(folder, file).hosts) == {"snom-00041345120c"}
    # Other sources are other phones, and what lacks a source is not kept.
    rooms(folder, "00041345120D;192.0.2.4;D785;a;1")
    found = listed(folder, gone, ROOMS, **cache)
    assert set(found.hosts) == {"snom-00041345120d"} and "can't be reached" in found.said
    assert "can't be reached" in list_file(folder, file).said
    kept = [one.read_text("utf-8") for one in (folder / "cache").iterdir()]
    assert kept and not any("n0t-to-be-seen" in one for one in kept)


class _Kea(BaseHTTPRequestHandler):
    """Answers as Kea's control agent does, in pages of the size that is asked for."""

    seen: ClassVar[list[str | None]] = []

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["arguments"]
        self.seen.append(self.headers["Authorization"])
        begin = 0 if asked["from"] == "start" else int(asked["from"].rpartition(".")[2]) + 1
        count = min(asked["limit"], 3 - begin)
        leases = [
            {
                "ip-address": f"192.0.2.{number}",
                "hw-address": f"00:04:13:45:12:0{number}",
                "cltt": 2_000_000_000,
                "valid-lft": 3600,
                "state": 0,
            }
            for number in range(begin, begin + count)
        ]
        content = json.dumps([{"result": 0, "arguments": {"leases": leases, "count": count}}]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments: Any) -> None:
        pass


def test_a_password_may_be_in_the_vault_or_in_a_lookup(folder: Path) -> None:
    (folder / "key").write_text("vault-key\n", "utf-8")
    done = tool(
        folder,
        "ansible-vault",
        "encrypt_string",
        "--vault-password-file",
        "key",
        "n0t-to-be-seen",
        "--name",
        "password",
    )
    secret = done.stdout.replace("\n", "\n    ")
    server = HTTPServer(("127.0.0.1", 0), _Kea)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        head = "plugin: telephony.snom.phones\nsources:\n  - kind: kea\n    username: ansible\n"
        url = f"    url: http://127.0.0.1:{server.server_address[1]}/\n"
        (folder / "phones.yml").write_text(f"{head}{url}    {secret}\n", "utf-8")
        found = list_file(folder, "phones.yml", "--vault-password-file", "key")
        lookup = "    password: \"{{ lookup('ansible.builtin.env', 'KEA') }}\"\n"
        (folder / "phones.yml").write_text(f"{head}{url}{lookup}", "utf-8")
        again = list_file(folder, "phones.yml", env={"KEA": "n0t-to-be-seen"})
    finally:
        server.shutdown()
        server.server_close()
    assert (found.code, found.said, again.code, again.said) == (0, "", 0, "")
    assert len(found.hosts) == len(again.hosts) == 3
    assert len(set(_Kea.seen)) == 1 and str(_Kea.seen[0]).startswith("Basic ")


class _FreeSwitch(socketserver.StreamRequestHandler):
    """A fake of FreeSWITCH's event socket, from its documentation: one login, and one command."""

    PASSWORD = "n0t-to-be-seen"
    REGISTRATIONS = (
        '<?xml version="1.0" encoding="ISO-8859-1"?>\n<profile><registrations><registration>'
        "<call-id>3c26@192.0.2.17</call-id><user>401@pbx.example</user>"
        "<contact>&quot;Desk&quot; &lt;sip:401@192.0.2.17:5060;line=a1&gt;</contact>"
        "<agent>snomD785/10.1.84.12 00041345120A</agent>"
        "<status>Registered(UDP)(unknown) EXP(2026-11-29 12:00:00) EXPSECS(3400)</status>"
        "<network-ip>192.0.2.17</network-ip></registration>"
        "<registration><user>402@pbx.example</user><contact>&lt;sip:402@192.0.2.18&gt;</contact>"
        "<agent>Other 1.0</agent><status>Registered(UDP)</status></registration></registrations></profile>\n"
    )
    asked: ClassVar[list[str]] = []

    def handle(self) -> None:
        self.wfile.write(b"Content-Type: auth/request\n\n")
        allowed = False
        while command := self.command():
            if command.startswith("auth "):
                allowed = command == f"auth {self.PASSWORD}"
                self.wfile.write(
                    f"Content-Type: command/reply\nReply-Text: {'+OK' if allowed else '-ERR'}\n\n".encode()
                )
            elif allowed:
                self.asked.append(command)
                body = self.REGISTRATIONS.encode()
                self.wfile.write(b"Content-Type: api/response\nContent-Length: %d\n\n%b" % (len(body), body))

    def command(self) -> str:
        """The lines before the next empty one."""
        lines = []
        while line := self.rfile.readline().decode().rstrip("\r\n"):
            lines.append(line)
        return "\n".join(lines)


def test_registrations_of_a_freeswitch(folder: Path) -> None:
    """The peer is a fake, written from FreeSWITCH's documentation: Debian has no FreeSWITCH to run here."""
    _FreeSwitch.asked.clear()
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _FreeSwitch) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        place = {"kind": "freeswitch", "host": "127.0.0.1", "port": server.server_address[1]}
        found = listed(folder, {**place, "password": _FreeSwitch.PASSWORD}, ROOMS)
        refused = listed(folder, {**place, "password": "another"}, ROOMS)
        server.shutdown()
    # It has the phone at another address than the table.
    assert found.code == 0 and "192.0.2.17 by freeswitch, 192.0.2.1 by rooms" in found.said
    assert _FreeSwitch.asked == ["api sofia xmlstatus profile internal reg"]
    desk = found.hosts[DESK]
    said = desk["snom_account"], desk["snom_model"], desk["snom_firmware_seen"]
    assert said == ("401", "D785", "10.1.84.12")
    assert desk["snom_sources"].keys() == {"freeswitch", "rooms"}
    # The other account is no phone of Snom's.
    assert set(found.hosts) == {DESK, "snom-00041345120b"}
    assert "refused the login" in refused.said and "freeswitch" not in refused.hosts[DESK]["snom_sources"]


def test_another_plugins_file_is_left_to_it(folder: Path) -> None:
    (folder / "static.yml").write_text("all:\n  hosts:\n    desk:\n", "utf-8")
    enabled = {"ANSIBLE_INVENTORY_ENABLED": "telephony.snom.phones,yaml"}
    found = list_file(folder, "static.yml", env=enabled)
    assert (found.code, found.said) == (0, "") and "desk" in found.groups["ungrouped"]
