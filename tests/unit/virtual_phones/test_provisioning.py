# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a phone fetches from its setting server when it boots, and what it does with it."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any
from urllib.parse import quote

import pytest
from ansible_collections.telephony.snom.tests.unit.virtual_phones.client import eventually, get, phone_keys, until
from ansible_collections.telephony.snom.tests.unit.virtual_phones.conftest import StartFleet
from ansible_collections.telephony.snom.tests.virtual_phones.running import VirtualFleet

MAC = "000413922D24"


class FileServer:
    """Serves files by path, and notes who asked for which."""

    def __init__(self) -> None:
        self.files: dict[str, str] = {}
        self.asked: list[tuple[str, str]] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.asked.append((self.path, self.headers["User-Agent"]))
                content = server.files.get(self.path)
                self.send_response(404 if content is None else 200)
                body = (content or "").encode()
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_unused: object) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    @property
    def paths(self) -> list[str]:
        return [path for path, _agent in self.asked]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def server() -> Iterator[FileServer]:
    server = FileServer()
    yield server
    server.close()


def settings_file(*items: str) -> str:
    return f"<settings><phone-settings>{''.join(items)}</phone-settings></settings>"


def provisioned(server: FileServer, **keys: Any) -> dict[str, Any]:
    given = {"setting_server": f"{server.url}/p/", **keys.pop("settings", {})}
    return phone_keys(name="p", mac=MAC, model="D785", firmware="10.1.33.33", settings=given, **keys)


def boot(fleet: VirtualFleet, times: int = 1) -> dict[str, Any]:
    """Cut the power and give it back; return the phone's state when it has done with its setting server."""
    fleet.patch("p", running=False)
    fleet.patch("p", running=True)
    until(lambda: fleet.log("p", event="provisioned"), lambda found: len(found) == times)
    return eventually(fleet, "p", lambda state: state["phase"] == "up")


def test_it_asks_for_its_model_and_then_for_itself(start_fleet: StartFleet, server: FileServer) -> None:
    server.files["/p/snomD785.htm"] = settings_file("<language>Deutsch</language>")
    server.files[f"/p/snomD785-{MAC}.htm"] = settings_file('<user_name idx="1">4711</user_name>')
    state = boot(start_fleet(provisioned(server)))
    assert server.paths == ["/p/snomD785.htm", f"/p/snomD785-{MAC}.htm"]
    agent = f"Mozilla/4.0 (compatible; snomD785-SIP 10.1.33.33 2010.12-00004-g9ba52f5 {MAC} SXM:0 UXM:0)"
    assert {agent for _path, agent in server.asked} == {agent}
    assert (state["settings"]["language"], state["settings"]["user_name1"]) == ("Deutsch", "4711")
    assert state["unsaved_settings"] == []
    assert state["identities"] == {"4711@pbx.example": True}


def test_a_url_with_the_mac_is_asked_as_it_is(start_fleet: StartFleet, server: FileServer) -> None:
    server.files[f"/x?m={MAC}"] = settings_file("<language>Deutsch</language>")
    phone = provisioned(server, settings={"setting_server": f"{server.url}/x?m={{mac}}"})
    assert boot(start_fleet(phone))["settings"]["language"] == "Deutsch"
    assert server.paths == [f"/x?m={MAC}"]


def test_a_container_is_followed_in_order(start_fleet: StartFleet, server: FileServer) -> None:
    urls = [f"{server.url}/a.xml", f"{server.url}/{{mac}}.xml", f"{server.url}/book.xml"]
    server.files["/p/snomD785.htm"] = "<settings/>"
    server.files[f"/p/snomD785-{MAC}.htm"] = (
        "<setting-files>" + "".join(f'<file url="{url}"/>' for url in urls) + "</setting-files>"
    )
    server.files["/a.xml"] = settings_file("<language>A</language>", "<phone_name>A</phone_name>")
    server.files[f"/{MAC}.xml"] = settings_file("<phone_name>B</phone_name>")
    server.files["/book.xml"] = (
        '<tbook complete="true"><item context="active" type=""><name>Desk</name><number>12</number></item></tbook>'
    )
    state = boot(start_fleet(provisioned(server)))
    assert server.paths[2:] == ["/a.xml", f"/{MAC}.xml", "/book.xml"]
    assert (state["settings"]["language"], state["settings"]["phone_name"]) == ("A", "B")
    assert state["phone_book"] == {"12": "Desk"}


def test_function_keys_have_a_section_of_their_own(start_fleet: StartFleet, server: FileServer) -> None:
    server.files["/p/snomD785.htm"] = (
        '<settings><functionKeys><fkey idx="3" context="active" label="Desk">blf 12</fkey></functionKeys></settings>'
    )
    state = boot(start_fleet(provisioned(server)))
    assert (state["settings"]["fkey3"], state["settings"]["fkey_label3"]) == ("blf 12", "Desk")


def test_files_that_are_broken_or_missing_are_left_out(start_fleet: StartFleet, server: FileServer) -> None:
    server.files["/p/snomD785.htm"] = "<settings><phone-settings><language>X</language>"
    server.files[f"/p/snomD785-{MAC}.htm"] = (
        f'<setting-files><file url="{server.url}/gone"/><file url="{server.url}/fw"/><file url="{server.url}/good"/>'
        "</setting-files>"
    )
    server.files["/fw"] = "<firmware-settings><firmware>http://127.0.0.1/x</firmware></firmware-settings>"
    server.files["/good"] = settings_file("<phone_name>Hall</phone_name>", "<unheard_of>1</unheard_of>")
    fleet = start_fleet(provisioned(server))
    state = boot(fleet)
    assert state["settings"].get("language") is None
    assert state["settings"]["phone_name"] == "Hall" and "unheard_of" not in state["settings"]
    told = [entry["detail"] for entry in fleet.log("p", event="provisioning_failed")]
    assert told[0].startswith("broken XML") and told[1] == "a file of firmware-settings"
    gets = [(entry["status"], entry["target"]) for entry in fleet.log("p", event="provisioning_get")]
    assert (404, f"{server.url}/gone") in gets and (200, f"{server.url}/good") in gets


@pytest.mark.parametrize("flag", ["R", "&amp;", " "])
def test_a_read_only_flag_locks_and_another_one_unlocks(flag: str, start_fleet: StartFleet, server: FileServer) -> None:
    phone = provisioned(server)
    fleet = start_fleet(phone)
    server.files["/p/snomD785.htm"] = settings_file(f'<language perm="{flag}">A</language>')
    boot(fleet)
    get(phone, "/dummy.htm?settings=save&language=B")
    assert fleet.phone("p")["settings"]["language"] == "A"
    server.files["/p/snomD785.htm"] = settings_file('<language perm="RW">A</language>')
    boot(fleet, 2)
    get(phone, "/dummy.htm?settings=save&language=B")
    assert fleet.phone("p")["settings"]["language"] == "B"


@pytest.mark.parametrize(("flag", "after"), [("!", "users"), ("", "servers"), ("RW", "servers"), ("$", "servers")])
def test_what_a_user_stored_stays_with_one_flag_only(
    flag: str, after: str, start_fleet: StartFleet, server: FileServer
) -> None:
    phone = provisioned(server)
    fleet = start_fleet(phone)
    server.files["/p/snomD785.htm"] = settings_file(f'<language perm="{flag}">servers</language>')
    assert boot(fleet)["settings"]["language"] == "servers"
    get(phone, "/dummy.htm?settings=save&store_settings=save&language=users")
    assert boot(fleet, 2)["settings"]["language"] == after


def firmware_file(url: str) -> str:
    return f'<firmware-settings><firmware perm="">{url.replace("&", "&amp;")}</firmware></firmware-settings>'


@pytest.mark.parametrize("policy", ["auto_update", "settings_only", ""])
def test_firmware_is_loaded_with_one_policy_only(policy: str, start_fleet: StartFleet, server: FileServer) -> None:
    fleet = start_fleet(provisioned(server))
    server.files["/p/snomD785.htm"] = settings_file(
        f"<update_policy>{policy}</update_policy>", f"<firmware_status>{server.url}/fw.xml</firmware_status>"
    )
    server.files["/fw.xml"] = firmware_file(f"{fleet.images}/snomD785-10.1.54.13-SIP-r.bin")
    boot(fleet)
    if policy == "auto_update":
        eventually(fleet, "p", lambda state: state["firmware"] == "10.1.54.13" and state["phase"] == "up")
        until(lambda: server.paths.count("/fw.xml"), lambda count: count == 2)  # asked again, and satisfied
        assert fleet.counters()["images"] == {"snomD785-10.1.54.13-SIP-r.bin": 1}
    else:
        assert "/fw.xml" not in server.paths and fleet.phone("p")["firmware"] == "10.1.33.33"


def test_a_chained_update_is_loaded(start_fleet: StartFleet, server: FileServer) -> None:
    fleet = start_fleet(provisioned(server, chained_from="10.1.184.15"))
    server.files["/p/snomD785.htm"] = settings_file(
        "<update_policy>auto_update</update_policy>", f"<firmware_status>{server.url}/fw.xml</firmware_status>"
    )
    real = quote(f"{fleet.images}/snomD785-10.1.184.15-SIP-r.bin?mac={{mac}}", safe="{}")
    server.files["/fw.xml"] = firmware_file(
        f"{fleet.images}/snomD785-ramdisk-chained-update-r.bin?mac={{mac}}&chained_url={real}"
    )
    boot(fleet)
    eventually(fleet, "p", lambda state: state["firmware"] == "10.1.184.15" and state["phase"] == "up")
