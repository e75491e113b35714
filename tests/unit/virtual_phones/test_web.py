# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The web server of a phone: exact bytes, logins, doors, pages, commands and the faults of answers."""

from __future__ import annotations

import hashlib
import re
import socket
import ssl
import time
from contextlib import closing
from typing import Any

import pytest
import requests
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import Connection
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.client import HttpPhone
from ansible_collections.telephony.snom.tests.unit.virtual_phones.client import (
    converse,
    get,
    load_target,
    phone_keys,
    receive_all,
    receive_answer,
    status,
    until,
)
from ansible_collections.telephony.snom.tests.unit.virtual_phones.conftest import StartFleet
from ansible_collections.telephony.snom.tests.virtual_phones.auth import Lock
from ansible_collections.telephony.snom.tests.virtual_phones.running import free_port
from requests.auth import HTTPBasicAuth, HTTPDigestAuth

# SHA-256 of the two answers as they were captured from real phones.
CAPTURED = {
    401: "a19bf59b77d50be8e3d15408180ea86f129a1cd514d47d46a9c605637cc074f1",
    404: "bf202cc206de91193a6026366b2f34cbf4fb35c5916fd60b24a9a7109bb8f7be",
}
GOOD_HEAD = (
    b"HTTP/1.1 200 Ok\r\nServer: snom embedded\r\nCache-Control: no-cache\r\nCache-Control: no-store\r\nContent-Type: "
)
LOGIN = "Authorization: Basic YWRtaW46Z2VoZWlt"  # admin:geheim
WRONG_LOGIN = "Authorization: Basic YWRtaW46ZmFsc2No"


def fetch(phone: dict[str, Any], target: str, auth: Any = None) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        url = f"http://{phone['address']}:{phone['port']}{target}"
        return session.get(url, auth=auth, timeout=60, allow_redirects=False)


class TestBytes:
    def test_good_answer(self, start_fleet: StartFleet) -> None:
        start_fleet(phone := phone_keys())
        assert get(phone, "/").startswith(GOOD_HEAD + b"text/html\r\nContent-Length: ")

    def test_not_found_is_the_captured_one(self, start_fleet: StartFleet) -> None:
        start_fleet(phone := phone_keys())
        assert hashlib.sha256(get(phone, "/nothing.htm")).hexdigest() == CAPTURED[404]

    def test_unauthorized_is_the_captured_one(self, start_fleet: StartFleet) -> None:
        start_fleet(phone := phone_keys(password="geheim"))
        assert hashlib.sha256(get(phone, "/")).hexdigest() == CAPTURED[401]

    def test_head_has_no_body(self, start_fleet: StartFleet) -> None:
        start_fleet(phone := phone_keys())
        head = converse(phone, b"HEAD / HTTP/1.1\r\nConnection: close\r\n\r\n")
        assert head.startswith(GOOD_HEAD)
        assert head.endswith(b"\r\n\r\n")

    @pytest.mark.parametrize("data", [b"\x16\x03\x01 hello\r\n\r\n", b"GET /\r\n\r\n", b"x" * 70_000])
    def test_what_is_no_http_is_closed(self, start_fleet: StartFleet, data: bytes) -> None:
        start_fleet(phone := phone_keys())
        assert converse(phone, data) == b""

    def test_connections_are_kept_unless_the_client_says_close(self, start_fleet: StartFleet) -> None:
        start_fleet(phone := phone_keys())
        with socket.create_connection((phone["address"], phone["port"])) as sock:
            for _unused in range(3):
                sock.sendall(b"GET /info.htm HTTP/1.1\r\n\r\n")
                assert status(receive_answer(sock)) == 200
            sock.sendall(b"GET /info.htm HTTP/1.1\r\nConnection: close\r\n\r\n")
            assert status(receive_all(sock)) == 200


class TestLogin:
    def test_basic(self, start_fleet: StartFleet) -> None:
        start_fleet(phone := phone_keys(password="geheim"))
        assert status(get(phone, "/info.htm", LOGIN)) == 200
        assert status(get(phone, "/info.htm", WRONG_LOGIN)) == 401

    def test_newer_firmware_spells_the_challenge_normally(self, start_fleet: StartFleet) -> None:
        start_fleet(phone := phone_keys("D785", "10.1.54.13", password="geheim"))
        assert b'\r\nWWW-Authenticate: Basic realm="snom"\r\n' in get(phone, "/")

    @pytest.mark.parametrize("qop", ["auth", "none"])
    def test_digest(self, start_fleet: StartFleet, qop: str) -> None:
        phone = phone_keys(name="p", password="geheim", auth="digest", digest_qop=qop)
        fleet = start_fleet(phone)
        assert fetch(phone, "/info.htm?l=1", HTTPDigestAuth("admin", "geheim")).status_code == 200
        assert fetch(phone, "/info.htm", HTTPDigestAuth("admin", "falsch")).status_code == 401
        assert fetch(phone, "/info.htm", HTTPBasicAuth("admin", "geheim")).status_code == 401
        assert fleet.counters()["login_failed"] == 2

    def test_a_nonce_gets_stale(self, start_fleet: StartFleet) -> None:
        phone = phone_keys(name="p", password="geheim", auth="digest", nonce_uses=1)
        fleet = start_fleet(phone)
        auth = HTTPDigestAuth("admin", "geheim")
        for _unused in range(2):
            assert fetch(phone, "/info.htm", auth).status_code == 200
        # The second fetch begins with the nonce of the first.
        assert [entry["status"] for entry in fleet.log("p", event="request")] == [401, 200, 401, 200]
        assert fleet.counters()["login_failed"] == 0

    def test_a_nonce_that_is_over_may_look_like_a_wrong_password(self, start_fleet: StartFleet) -> None:
        """And our client is logged in all the same, with one failure however often it asks."""
        phone = phone_keys(name="p", password="geheim", auth="digest", nonce_uses=1, says_stale=False)
        fleet = start_fleet(phone)
        login = Connection(
            address=phone["address"], port=phone["port"], scheme="http", username="admin", password="geheim"
        )
        with closing(HttpPhone(login)) as client:
            assert [client.get("/info.htm").status for _unused in range(4)] == [200] * 4
        statuses = [401, 200, 401, 200, 401, 200, 401, 200]
        assert [entry["status"] for entry in fleet.log("p", event="request")] == statuses
        assert fleet.counters()["login_failed"] == 1

    def test_the_fourth_failure_locks(self, start_fleet: StartFleet) -> None:
        fleet = start_fleet(phone := phone_keys(name="p", password="geheim"))
        for _unused in range(3):
            assert status(get(phone, "/", WRONG_LOGIN)) == 401
        assert not fleet.phone("p")["locked_out"]
        get(phone, "/", WRONG_LOGIN)
        locked = get(phone, "/", LOGIN)
        assert (status(locked), b"blocked" in locked) == (200, True)
        assert len(fleet.log("p", event="locked_out")) == 1

    def test_each_further_three_failures_lock_for_twice_as_long(self, monkeypatch: pytest.MonkeyPatch) -> None:
        now = 1000.0
        monkeypatch.setattr(time, "monotonic", lambda: now)
        lock = Lock()
        for failures, seconds in ((4, 60), (3, 120), (3, 240)):
            assert [lock.failed(60) for _unused in range(failures)] == [False] * (failures - 1) + [True]
            now += seconds - 1
            assert lock.locked()
            now += 1
            assert not lock.locked()
        lock.passed()
        assert [lock.failed(60) for _unused in range(4)] == [False, False, False, True]

    def test_asking_without_credentials_counts_only_if_told_so(self, start_fleet: StartFleet) -> None:
        strict = phone_keys(name="strict", password="p", count_missing_credentials=True)
        fleet = start_fleet(normal := phone_keys(name="normal", password="p"), strict)
        for _unused in range(4):
            get(normal, "/")
            get(strict, "/")
        assert (fleet.phone("normal")["locked_out"], fleet.phone("strict")["locked_out"]) == (False, True)

    def test_a_good_login_forgets_failures(self, start_fleet: StartFleet) -> None:
        fleet = start_fleet(phone := phone_keys(name="p", password="geheim"))
        for login in (WRONG_LOGIN, WRONG_LOGIN, WRONG_LOGIN, LOGIN, WRONG_LOGIN):
            get(phone, "/", login)
        assert not fleet.phone("p")["locked_out"]


class TestDoors:
    @pytest.mark.parametrize(("firmware", "code"), [("8.7.5.35", 403), ("10.1.54.13", 307)])
    def test_plain_http_to_a_phone_that_wants_https(self, start_fleet: StartFleet, firmware: str, code: int) -> None:
        phone = phone_keys("D765", firmware, tls=True)
        phone["http_port"] = free_port(phone["address"])
        start_fleet(phone)
        answer = get(phone, "/info.htm?l=1", port=phone["http_port"])
        assert status(answer) == code
        if code == 307:
            assert f"\r\nLocation: https://{phone['address']}:{phone['port']}/info.htm?l=1\r\n".encode() in answer
        else:
            assert answer.startswith(
                b"HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\nCache-Control: no-cache\r\n"
            )
            assert b"<TITLE>snom VoIP phone: Error</TITLE>" in answer

    def test_both_doors_open(self, start_fleet: StartFleet) -> None:
        phone = phone_keys(tls=True, settings={"webserver_type": "http_https"})
        phone["http_port"] = free_port(phone["address"])
        start_fleet(phone)
        assert status(get(phone, "/info.htm", port=phone["http_port"])) == 200

    def test_tls_versions_and_certificates(self, start_fleet: StartFleet) -> None:
        phones = [phone_keys(tls=True), phone_keys(tls=True), phone_keys(tls=True, certificate="own")]
        start_fleet(*phones, old := phone_keys(tls=True, tls_max_version="TLSv1_2"))
        shown = [ssl.get_server_certificate((phone["address"], phone["port"])) for phone in phones]
        assert shown[0] == shown[1] != shown[2]
        own = ssl.create_default_context(cadata=shown[2])
        for phone, context in ((phones[2], own), (old, ssl._create_unverified_context())):
            with (
                socket.create_connection((phone["address"], phone["port"])) as sock,
                context.wrap_socket(sock, server_hostname=phone["address"]) as tls,
            ):
                assert tls.version() == ("TLSv1.2" if phone is old else "TLSv1.3")
                tls.sendall(b"GET /info.htm HTTP/1.1\r\n\r\n")
                assert status(receive_answer(tls)) == 200

    @pytest.mark.parametrize(("command", "code"), [("allowed", 302), ("refused", 403), ("absent", 404)])
    def test_the_phone_manager_and_the_old_server(self, start_fleet: StartFleet, command: str, code: int) -> None:
        phone = phone_keys("D865", "10.1.215.13", password="geheim", old_server_command=command)
        phone["old_server_port"] = free_port(phone["address"])
        start_fleet(phone)
        for target in ("/", "/info.htm", "/anything/else"):
            assert b"<title>Phone Manager</title>" in get(phone, target)
        assert status(get(phone, "/command.htm?number=1", LOGIN, port=phone["old_server_port"])) == code


class TestPages:
    @pytest.mark.parametrize(
        ("model", "firmware", "lines"),
        [
            ("320", "6.5.20", [b"Application Version: snom320-SIP 6.5.20", b"MAC Address: 00-04-13-24-AB-CD"]),
            ("320", "7.3.30", [b"Application Version: snom320-SIP 7.3.30"]),
            ("D715", "8.7.5.35", [b"Firmware-Version: snom715-SIP 8.7.5.35 ", b"MAC-Address: 00:04:13:24:AB:CD"]),
            ("D785", "10.1.54.13", [b"Firmware Version: snomD785-SIP 10.1.54.13", b"Mac: 00041324ABCD", b"D7C "]),
        ],
    )
    def test_info(self, start_fleet: StartFleet, model: str, firmware: str, lines: list[bytes]) -> None:
        layouts = ("table", "list", "plain")
        common = {"mac": "00:04:13:24:ab:cd", "expansion_modules": ["D7C"], "identities": ["7@pbx"]}
        phones = [phone_keys(model, firmware, page_layout=layout, **common) for layout in layouts]
        start_fleet(*phones)
        for phone in phones:
            flat = re.sub(rb"<[^>]+>", b"", get(phone, "/info.htm").replace(b"</TD><TD>", b" "))
            for line in (*lines, b"Identity 1 Status: 7@pbx: registered", b"Uptime: 1 day, 03:46:"):
                assert line in flat

    def test_settings_in_three_forms_without_secrets(self, start_fleet: StartFleet) -> None:
        keys = {"identities": ["100"], "password": "geheim", "read_only_settings": ["language"]}
        layouts = ("text", "pre", "xml")
        start_fleet(*(phones := [phone_keys(settings_layout=layout, **keys) for layout in layouts]))
        text, pre, xml = (get(phone, "/settings.htm", LOGIN) for phone in phones)
        for page in (text, pre):
            assert b"\nlanguage&: English\n" in page.replace(b"&amp;", b"&")
            assert re.search(rb"\nuser_name1[!$]?: 100\n", page)
        assert b'<user_name idx="1" perm="">100</user_name>' in xml
        assert b'<language perm="R">English</language>' in xml
        assert not any(b"geheim" in page or b"_pass" in page for page in (text, pre, xml))

    def test_settings_that_are_offered_for_download(self, start_fleet: StartFleet) -> None:
        start_fleet(*(phones := [phone_keys(settings_layout=layout) for layout in ("download", "text", "xml")]))
        links, text, xml = (get(phone, "/settings.htm") for phone in phones)
        assert b"English" not in links
        for path, form in ((b"plain_settings.htm", text), (b"xml_settings.htm", xml)):
            assert path in links
            assert get(phones[0], f"/{path.decode()}") == form
            assert status(get(phones[1], f"/{path.decode()}")) == 404

    def test_settings_that_no_page_leads_to(self, start_fleet: StartFleet) -> None:
        start_fleet(*(phones := [phone_keys(settings_layout=layout) for layout in ("unlinked", "xml")]))
        assert b"English" not in get(phones[0], "/settings.htm") and b"HREF" not in get(phones[0], "/settings.htm")
        assert get(phones[0], "/settings.xml") == get(phones[1], "/settings.htm")
        assert status(get(phones[1], "/settings.xml")) == 404

    def test_registrations_on_a_page_of_their_own(self, start_fleet: StartFleet) -> None:
        start_fleet(*(phones := [phone_keys(identities=["100"], identity_page=own) for own in (True, False)]))
        apart, within = ((get(phone, "/info.htm"), get(phone, "/state_of_identity.htm")) for phone in phones)
        assert b"100@pbx.example: registered" in apart[1] and b"100@pbx.example" not in apart[0]
        assert b"100@pbx.example: registered" in within[0] and status(within[1]) == 404

    @pytest.mark.parametrize(
        ("keys", "lines"),
        [
            ({}, []),
            ({"secrets_shown": "empty"}, [b"http_pass: ", b"user_pass1: "]),
            ({"secrets_shown": "masked"}, [b"http_pass: ********", b"user_pass1: "]),
            (
                {"secrets_shown": "empty", "has_webserver_admin_password": True},
                [b"http_pass: ", b"user_pass1: ", b"webserver_admin_password: "],
            ),
        ],
    )
    def test_three_ways_to_keep_a_secret(
        self, start_fleet: StartFleet, keys: dict[str, Any], lines: list[bytes]
    ) -> None:
        settings = {"user_pass1": ""}
        start_fleet(phone := phone_keys(settings_layout="text", password="geheim", settings=settings, **keys))
        page = get(phone, "/settings.htm", LOGIN)
        names = (b"http_pass", b"user_pass1", b"webserver_admin_password")
        shown = [line.strip() for line in re.sub(rb"[!$&]:", b":", page).splitlines() if line.startswith(names)]
        assert shown == [line.strip() for line in lines]

    @pytest.mark.parametrize(
        ("state", "line", "active"),
        [("idle", b"State Idle (29)", b"0"), ("in_call", b"State Connected (12)", b"1"), ("ringing", b"(9)", b"1")],
    )
    def test_a_call_shows_where_it_is_wanted(
        self, start_fleet: StartFleet, state: str, line: bytes, active: bytes
    ) -> None:
        everywhere = phone_keys(call={"state": state}, call_shown_in=["gui", "home"])
        start_fleet(everywhere, nowhere := phone_keys(call={"state": state}, call_shown_in=[]))
        assert line in get(everywhere, "/state_of_gui.htm")
        assert b"Active calls: " + active in get(everywhere, "/index.htm")
        assert b"State" not in get(nowhere, "/state_of_gui.htm")
        assert b"Active calls" not in get(nowhere, "/")

    def test_user_mode_asks_for_the_administrator(self, start_fleet: StartFleet) -> None:
        fleet = start_fleet(phone := phone_keys(name="p", admin_mode=False))
        for target in ("/settings.htm", load_target(f"{fleet.images}/snom320-8.7.5.35-SIP-f.bin")):
            answer = get(phone, target)
            assert (status(answer), b"Administrator password" in answer) == (200, True)
        assert fleet.phone("p")["phase"] == "up"
        assert status(get(phone, "/info.htm")) == 200


class TestCommands:
    def test_dialing_redirects_and_calls(self, start_fleet: StartFleet) -> None:
        fleet = start_fleet(phone := phone_keys(name="p"), silent := phone_keys(name="silent", dial_answer="drop"))
        answer = get(phone, "/command.htm?number=1234")
        assert status(answer) == 302
        assert b"\r\nLocation: index.htm\r\n" in answer
        assert fleet.phone("p")["call"] == "calling"
        assert get(silent, "/command.htm?number=1234") == b""
        assert fleet.phone("silent")["call"] == "calling"

    @pytest.mark.parametrize(
        ("before", "command", "after"),
        [
            ("ringing", "key=ENTER", "in_call"),
            ("ringing", "key=CANCEL", "idle"),
            ("in_call", "key=F_HOLD", "holding"),
            ("holding", "key=F_HOLD,100,100", "in_call"),
            ("in_call", "key=1;2;%23,,500;ONHOOK", "idle"),
            ("holding", "RELEASE_ALL_CALLS", "idle"),
            ("in_call", "key_dtmf=12", "in_call"),
        ],
    )
    def test_keys_and_calls(self, start_fleet: StartFleet, before: str, command: str, after: str) -> None:
        fleet = start_fleet(phone := phone_keys(name="p", call={"state": before}))
        assert status(get(phone, f"/command.htm?{command}")) == 200
        assert fleet.phone("p")["call"] == after
        assert fleet.phone("p")["writes"] == 1

    def test_identities_log_off_and_on(self, start_fleet: StartFleet) -> None:
        fleet = start_fleet(phone := phone_keys(name="p", identities=["1", "2", "3"]))
        get(phone, "/command.htm?LOGOFFLINE=2")
        assert list(fleet.phone("p")["identities"].values()) == [True, False, True]
        get(phone, "/command.htm?LOGOFFALL")
        get(phone, "/command.htm?REREGISTER=3")
        assert list(fleet.phone("p")["identities"].values()) == [False, False, True]

    def test_settings_are_written_or_silently_not(self, start_fleet: StartFleet) -> None:
        fleet = start_fleet(phone := phone_keys(name="p", read_only_settings=["language"]))
        answer = get(
            phone, "/dummy.htm?settings=save&language=Deutsch&fkey3=none&no_such_setting=1&store_settings=save"
        )
        assert status(answer) == 200
        assert fleet.log("p", event="settings")[0]["detail"] == "fkey3"
        assert fleet.phone("p")["settings"]["fkey3"] == "none"
        assert "no_such_setting" not in fleet.phone("p")["settings"]

    @pytest.mark.parametrize(("keys", "name"), [({}, "dhcp"), ({"reboot_asked_for": ["language"]}, "language")])
    def test_some_settings_make_it_ask_for_a_reboot(
        self, start_fleet: StartFleet, keys: dict[str, Any], name: str
    ) -> None:
        start_fleet(phone := phone_keys(**keys))
        for path in ("dummy.htm", "advanced_network.htm"):
            assert b'name="CONFIRM_REBOOT"' in get(phone, f"/{path}?settings=save&{name}=off")
            assert b"CONFIRM_REBOOT" not in get(phone, f"/{path}?settings=save&phone_name=x")

    def test_a_form_is_posted(self, start_fleet: StartFleet) -> None:
        fleet = start_fleet(phone := phone_keys(name="p"))
        body = b"setting_server=http%3A%2F%2F127.0.0.1&Settings=Save"
        head = f"POST /advanced_update.htm HTTP/1.1\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        assert status(converse(phone, head.encode() + body)) == 200
        assert fleet.phone("p")["settings"]["setting_server"] == "http://127.0.0.1"

    @pytest.mark.parametrize(
        "keys",
        [
            {"faults": {"blocked": True}},
            {"settings": {"restrict_uri_queries": True}},
            {"settings": {"use_hidden_tags": True, "admin_mode_password": "1"}, "password": "geheim"},
        ],
    )
    @pytest.mark.parametrize("code", [403, 200])
    def test_remote_control_is_blocked(self, start_fleet: StartFleet, keys: dict[str, Any], code: int) -> None:
        fleet = start_fleet(phone := phone_keys(name="p", blocked_answer=code, **keys))
        for command in (
            "/command.htm?number=1",
            "/advanced_update.htm?reboot=Reboot",
            load_target("http://127.0.0.1/x"),
        ):
            assert status(get(phone, command, LOGIN)) == code
        assert status(get(phone, "/line_login.htm?l=1", LOGIN)) == 200
        state = fleet.phone("p")
        assert (state["call"], state["cycles"], state["writes"]) == ("idle", [], 3)

    def test_hidden_tags_need_passwords_to_work(self, start_fleet: StartFleet) -> None:
        start_fleet(phone := phone_keys(settings={"use_hidden_tags": True}))
        assert status(get(phone, "/command.htm?key=1")) == 200

    @pytest.mark.parametrize(("answer", "code"), [(200, 200), (302, 302), ("drop", None)])
    def test_a_load_answers_as_told(self, start_fleet: StartFleet, answer: object, code: int | None) -> None:
        fleet = start_fleet(phone := phone_keys(name="p", load_answer=answer))
        got = get(phone, load_target("http://127.0.0.1:1/x"))
        assert (status(got) if got else None) == code
        assert fleet.phone("p")["cycles"][0]["kind"] == "upgrade"


class TestFaults:
    @pytest.mark.parametrize("step", ["connect", "request", "before_trigger", "trigger", "answer"])
    def test_resets(self, start_fleet: StartFleet, step: str) -> None:
        fleet = start_fleet(phone := phone_keys(name="p", faults={"reset": {"on": step, "times": 1}}))
        target = load_target("http://127.0.0.1:1/x")
        with pytest.raises(ConnectionResetError):
            converse(phone, f"GET {target} HTTP/1.1\r\n\r\n".encode())
        assert bool(fleet.phone("p")["cycles"]) == (step in ("trigger", "answer"))
        assert status(get(phone, "/info.htm")) == 200

    def test_a_tls_connection_is_reset_when_the_phone_goes(self, start_fleet: StartFleet) -> None:
        fleet = start_fleet(phone := phone_keys(name="p", tls=True))
        sock = socket.create_connection((phone["address"], phone["port"]))
        tls = ssl._create_unverified_context().wrap_socket(sock)
        tls.sendall(b"GET /advanced_update.htm?reboot=Reboot HTTP/1.1\r\n\r\n")
        assert status(receive_answer(tls)) == 302
        # Below TLS, for the ssl module reports a reset as an end.
        with socket.socket(fileno=tls.detach()) as raw, pytest.raises(ConnectionResetError):
            raw.recv(1)
        assert fleet.phone("p")["cycles"][0]["kind"] == "reboot"

    def test_resets_while_polled_and_after_the_boot(self, start_fleet: StartFleet) -> None:
        fleet = start_fleet(
            polled := phone_keys(name="polled", timing={"load": 60}, faults={"reset": {"on": "poll"}}),
            back := phone_keys(name="back", faults={"reset": {"on": "after_boot", "times": 2}}),
        )
        target = load_target(f"{fleet.images}/snom320-8.7.5.35-SIP-f.bin")
        assert status(get(polled, "/info.htm")) == status(get(polled, target)) == status(get(back, target)) == 200
        for _unused in range(3):
            with pytest.raises(ConnectionResetError):
                get(polled, "/info.htm")
        until(lambda: fleet.log("back", event="up"), bool)
        for _unused in range(2):
            with pytest.raises(ConnectionResetError):
                get(back, "/info.htm")
        assert status(get(back, "/info.htm")) == 200

    def test_no_answer_without_explicit_keep_alive(self, start_fleet: StartFleet) -> None:
        start_fleet(phone := phone_keys(faults={"needs_keep_alive": True}))
        assert converse(phone, b"GET / HTTP/1.1\r\n\r\n") == b""
        assert status(get(phone, "/")) == 200

    def test_garbage_and_truncation(self, start_fleet: StartFleet) -> None:
        start_fleet(
            wire := phone_keys(faults={"garbage": True}),
            noise := phone_keys(faults={"garbage": "page"}),
            short := phone_keys(faults={"truncate": 10}),
        )
        assert not converse(wire, b"GET / HTTP/1.1\r\n\r\n").startswith(b"HTTP")
        answer = get(noise, "/info.htm")
        assert answer.startswith(GOOD_HEAD)
        assert b"snom320" not in answer
        head, _unused, body = converse(short, b"GET / HTTP/1.1\r\n\r\n").partition(b"\r\n\r\n")
        assert len(body) == 10
        assert b"Content-Length: 10" not in head

    def test_an_answer_without_an_end(self, start_fleet: StartFleet) -> None:
        start_fleet(phone := phone_keys(faults={"garbage": "endless"}))
        with socket.create_connection((phone["address"], phone["port"]), timeout=60) as sock:
            sock.sendall(b"GET /info.htm HTTP/1.1\r\n\r\n")
            got = 0
            while got < 5_000_000:
                got += len(piece := sock.recv(65536))
                assert piece and b"Content-Length" not in piece

    def test_slow_and_dripping(self, start_fleet: StartFleet) -> None:
        start_fleet(slow := phone_keys(faults={"slow": 0.1}), drip := phone_keys(faults={"drip": 4000}))
        for phone in (slow, drip):
            started = time.monotonic()
            assert status(get(phone, "/info.htm")) == 200
            assert time.monotonic() - started >= 0.1

    def test_the_minibrowser_is_late_when_keep_alive_is_asked_for(self, start_fleet: StartFleet) -> None:
        start_fleet(phone := phone_keys(), very_late := phone_keys(timing={"minibrowser_delay": 3600}))
        data = b"GET /minibrowser.htm HTTP/1.1\r\nConnection: close\r\n\r\n"
        assert status(converse(very_late, data)) == 200
        started = time.monotonic()
        get(phone, "/minibrowser.htm")
        assert time.monotonic() - started >= 0.2

    def test_parallel_requests_break_and_are_recorded(self, start_fleet: StartFleet) -> None:
        fleet = start_fleet(phone := phone_keys(name="p", faults={"parallel_broken": True, "slow": 3600}))
        with socket.create_connection((phone["address"], phone["port"]), timeout=60) as first:
            first.sendall(b"GET /info.htm HTTP/1.1\r\nConnection: keep-alive\r\n\r\n")
            until(lambda: fleet.phone("p")["requests"], lambda found: found == 1)
            # The first one is under way for an hour.
            fleet.patch("p", faults={"slow": 0})
            answer = get(phone, "/info.htm")
        assert answer and b"\r\n\r\n" not in answer
        assert fleet.phone("p")["violations"] == 1

    def test_what_the_info_page_hides(self, start_fleet: StartFleet) -> None:
        start_fleet(
            wrong := phone_keys(mac="000413000001", faults={"wrong_mac": "000413FFFFFF"}),
            hidden := phone_keys(mac="000413000001", faults={"hides_mac": True}),
            missing := phone_keys(faults={"missing_pages": ["info.htm"]}),
        )
        assert b"00:04:13:FF:FF:FF" in get(wrong, "/info.htm")
        assert not re.search(rb"(?i)mac|00:04:13", get(hidden, "/info.htm"))
        assert status(get(missing, "/info.htm")) == 404
