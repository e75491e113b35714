# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a phone says to its registrar, and what it does with an event that comes by SIP."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from threading import Event
from typing import Any

import pytest
from ansible_collections.telephony.snom.tests.unit.virtual_phones.client import eventually, phone_keys, until
from ansible_collections.telephony.snom.tests.unit.virtual_phones.conftest import StartFleet
from ansible_collections.telephony.snom.tests.unit.virtual_phones.sip_peers import (
    Peer,
    Registrar,
    TcpRegistrar,
    digest,
    header,
    notify,
    options,
    status,
)
from ansible_collections.telephony.snom.tests.unit.virtual_phones.test_provisioning import FileServer, settings_file
from ansible_collections.telephony.snom.tests.virtual_phones.running import VirtualFleet, free_port

MAC = "000413A1B2C3"
SYNC = "check-sync;reboot=false"
OWN_FILE = f"/p/snomD862-{MAC}.htm"
NEW = "snomD862-10.1.226.13-SIP-r.swu"


@pytest.fixture
def registrar() -> Iterator[Registrar]:
    registrar = Registrar()
    yield registrar
    registrar.close()


@pytest.fixture
def peer() -> Iterator[Peer]:
    peer = Peer()
    yield peer
    peer.close()


@pytest.fixture
def stranger() -> Iterator[Peer]:
    """A host that is neither the registrar nor trusted."""
    peer = Peer("127.0.0.2")
    yield peer
    peer.close()


@pytest.fixture
def server() -> Iterator[FileServer]:
    server = FileServer()
    yield server
    server.close()


def sip_phone(registrar: Registrar, *, sip: dict[str, Any] | None = None, **keys: Any) -> dict[str, Any]:
    """A D862 with one identity."""
    phone = phone_keys(
        "D862", "10.1.215.13", **{"name": "p", "mac": MAC, "identities": ["401@127.0.0.1"], "password": "x", **keys}
    )
    return {**phone, "sip": {"registrar": registrar.address, "port": free_port(phone["address"]), **(sip or {})}}


def with_server(registrar: Registrar, server: FileServer, *, sip: dict[str, Any] | None = None, **keys: Any) -> Any:
    settings = {"setting_server": f"{server.url}/p/", **keys.pop("settings", {})}
    return sip_phone(registrar, sip=sip, settings=settings, **keys)


def armed(server: FileServer, fleet: VirtualFleet, image: str = NEW) -> None:
    """Let the firmware file name an image."""
    server.files["/fw.xml"] = (
        f"<firmware-settings><firmware>{fleet.images}/{image}</firmware></firmware-settings>" if image else ""
    )


def events(fleet: VirtualFleet, *names: str) -> list[str]:
    return [entry["event"] for entry in fleet.log("p") if entry["event"] in names]


def provisioned(fleet: VirtualFleet, times: int = 1) -> None:
    """Wait until the phone has done so often with its setting server."""
    until(lambda: len(fleet.log("p", event="provisioned")), lambda found: found >= times)


# -- registration -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("named", "agent"), [("off", "snomD862/10.1.215.13"), ("on", f"snomD862/10.1.215.13 {MAC}")])
def test_it_registers_with_a_digest(named: str, agent: str, start_fleet: StartFleet, registrar: Registrar) -> None:
    phone = sip_phone(registrar, settings={"mac_info_in_sip_register": named})
    start_fleet(phone)
    (request,) = until(lambda: list(registrar.taken), bool)
    assert header(request, "User-Agent") == agent
    assert header(request, "Contact") == f"<sip:401@{phone['address']}:{phone['sip']['port']}>"
    assert (header(request, "Expires"), header(request, "To")) == ("600", "<sip:401@127.0.0.1>")
    assert not header(registrar.requests[0], "Authorization")


def test_a_wrong_password_is_noted(start_fleet: StartFleet, registrar: Registrar) -> None:
    fleet = start_fleet(sip_phone(registrar, sip={"password": "guessed"}))
    (refused,) = until(lambda: fleet.log("p", event="sip_refused"), bool)
    assert refused["detail"] == "401: 401" and registrar.taken == []


def test_it_registers_again_before_that_runs_out(start_fleet: StartFleet, registrar: Registrar) -> None:
    start_fleet(sip_phone(registrar, sip={"expires": 0.1}))
    first, second = until(lambda: registrar.taken[:2], lambda found: len(found) == 2)
    assert header(first, "Call-ID") == header(second, "Call-ID")
    assert int(header(first, "CSeq").split()[0]) < int(header(second, "CSeq").split()[0])


@pytest.mark.parametrize("new", [False, True])
def test_a_contact_stays_after_a_boot_or_does_not(new: bool, start_fleet: StartFleet, registrar: Registrar) -> None:
    phone = sip_phone(registrar, sip={"new_contact": new, "port": None})
    fleet = start_fleet(phone)
    until(lambda: registrar.taken, bool)
    fleet.patch("p", running=False)
    fleet.patch("p", running=True)
    first, second = until(lambda: list(registrar.taken), lambda found: len(found) == 2)
    assert (header(first, "Contact") != header(second, "Contact")) == new
    assert {header(first, "Expires"), header(second, "Expires")} == {"600"}  # power was cut: nobody was told


def test_it_may_take_its_registration_back_before_it_restarts(
    start_fleet: StartFleet, registrar: Registrar, peer: Peer
) -> None:
    phone = sip_phone(registrar, sip={"unregisters": True})
    start_fleet(phone)
    until(lambda: registrar.taken, bool)
    assert status(peer.ask(phone, notify(phone, "check-sync;reboot=true"))) == 200
    taken = until(lambda: list(registrar.taken), lambda found: len(found) == 3)
    assert [header(request, "Expires") for request in taken] == ["600", "0", "600"]


def test_its_port_is_its_settings_or_any(start_fleet: StartFleet, registrar: Registrar) -> None:
    phone = sip_phone(registrar, sip={"port": None})
    wanted = free_port(phone["address"])
    fleet = start_fleet(phone)
    assert fleet.phone("p")["sip_port"] > 0
    fleet.patch("p", running=False, settings={"network_id_port": str(wanted)})
    fleet.patch("p", running=True)
    assert eventually(fleet, "p", lambda state: state["phase"] == "up")["sip_port"] == wanted


def test_over_tcp(start_fleet: StartFleet) -> None:
    registrar = TcpRegistrar()
    phone = sip_phone(registrar, sip={"transport": "tcp"})
    fleet = start_fleet(phone)
    (request,) = until(lambda: list(registrar.taken), bool)
    assert header(request, "Contact").endswith(f":{phone['sip']['port']};transport=tcp>")
    assert header(request, "Via").startswith("SIP/2.0/TCP ")
    body = '<SnomIPPhoneSilent><fetch mil="1">snom://mb_nop#reregister=0</fetch></SnomIPPhoneSilent>'
    one = notify(phone, "xml", "Content-Type: application/snomxml", body=body)
    where = (phone["address"], phone["sip"]["port"])
    with socket.create_connection(where, timeout=60, source_address=("127.0.0.1", 0)) as connection:
        connection.sendall(one[:-9].encode())
        connection.sendall((one[-9:] + notify(phone, SYNC)).encode())
        received = b""
        while received.count(b"SIP/2.0 200") < 2:
            piece = connection.recv(65536)
            assert piece, received
            received += piece
    until(lambda: events(fleet, "fragment", "check_sync"), lambda found: sorted(found) == ["check_sync", "fragment"])
    registrar.close()


# -- questions and events ---------------------------------------------------------------------------------------------


def test_the_vendors_trace(start_fleet: StartFleet, registrar: Registrar, peer: Peer) -> None:
    phone = sip_phone(registrar)
    fleet = start_fleet(phone)
    answer = peer.ask(phone, notify(phone, SYNC))
    assert (status(answer), header(answer, "User-Agent")) == (200, "snomD862/10.1.215.13")
    assert "tag=" in header(answer, "To") and header(answer, "Via").endswith(";rport;alias")
    assert events(fleet, "check_sync", "down") == ["check_sync"]


def test_a_repeated_request_gets_the_same_answer_and_is_obeyed_once(
    start_fleet: StartFleet, registrar: Registrar, peer: Peer
) -> None:
    phone = sip_phone(registrar)
    fleet = start_fleet(phone)
    request = notify(phone, SYNC)
    assert peer.ask(phone, request) == peer.ask(phone, request)
    assert events(fleet, "notify") == ["notify"]


def test_a_false_length_is_no_message(start_fleet: StartFleet, registrar: Registrar, peer: Peer) -> None:
    phone = sip_phone(registrar)
    fleet = start_fleet(phone)
    peer.send(phone, notify(phone, SYNC, length=7))
    peer.send(phone, "Good morning")
    assert status(peer.ask(phone, options(phone))) == 200
    assert events(fleet, "notify") == []


@pytest.mark.parametrize(
    ("settings", "keys", "event", "answer"),
    [
        ({}, {}, SYNC, 403),
        ({}, {"refuses_with": 489}, SYNC, 489),
        ({}, {"refuses_with": 200}, SYNC, 200),
        ({}, {"options": "filtered"}, None, 403),
        ({}, {}, None, 200),
        ({}, {}, "xml", 403),
        ({"filter_registrar": "off"}, {}, "xml", 403),
        ({"mb_trusted_hosts": "127.0.0.2"}, {}, "xml", 403),
    ],
)
def test_what_a_stranger_hears(
    settings: dict[str, str],
    keys: dict[str, Any],
    event: str | None,
    answer: int,
    start_fleet: StartFleet,
    registrar: Registrar,
    stranger: Peer,
) -> None:
    phone = sip_phone(registrar, sip=keys, settings=settings)
    fleet = start_fleet(phone)
    kind = ["Content-Type: application/snomxml"] if event == "xml" else []
    assert status(stranger.ask(phone, options(phone) if event is None else notify(phone, event, *kind))) == answer
    assert events(fleet, "check_sync", "document", "document_broken") == []


def test_a_phone_may_say_nothing_to_a_stranger(
    start_fleet: StartFleet, registrar: Registrar, peer: Peer, stranger: Peer
) -> None:
    phone = sip_phone(registrar, sip={"refuses_with": "nothing"})
    fleet = start_fleet(phone)
    stranger.send(phone, notify(phone, SYNC))
    peer.ask(phone, notify(phone, SYNC))
    assert events(fleet, "notify", "check_sync") == ["notify", "notify", "check_sync"]
    stranger.socket.setblocking(False)
    with pytest.raises(BlockingIOError):
        stranger.socket.recv(1)


@pytest.mark.parametrize(
    ("settings", "keys", "event"),
    [
        ({"filter_registrar": "off"}, {}, SYNC),
        ({"filter_registrar": "off", "mb_trusted_hosts": "127.0.0.9 127.0.0.2"}, {}, "xml"),
        ({"mb_trusted_hosts": "127.0.0.2"}, {"trusted_hosts": "pass_filter"}, "xml"),
    ],
)
def test_whom_it_lets_in(
    settings: dict[str, str],
    keys: dict[str, Any],
    event: str,
    start_fleet: StartFleet,
    registrar: Registrar,
    stranger: Peer,
) -> None:
    phone = sip_phone(registrar, sip=keys, settings=settings)
    fleet = start_fleet(phone)
    kind = ["Content-Type: application/snomxml"] if event == "xml" else []
    assert status(stranger.ask(phone, notify(phone, event, *kind, body="<SnomIPPhoneSilent/>" if kind else ""))) == 200
    until(lambda: events(fleet, "check_sync", "document"), bool)


@pytest.mark.parametrize(
    ("setting", "event"),
    [("challenge_checksync", SYNC), ("challenge_reboot", "check-sync;reboot=true"), ("challenge_reboot", "reboot")],
)
def test_a_challenge_wants_the_sip_password(
    setting: str, event: str, start_fleet: StartFleet, registrar: Registrar, peer: Peer
) -> None:
    phone = sip_phone(registrar, settings={setting: "on"})
    fleet = start_fleet(phone)
    challenge = header(peer.ask(phone, notify(phone, event)), "WWW-Authenticate")
    uri = f"sip:401@{phone['address']}"
    for password, answer in [("guessed", 401), ("phone-secret", 200)]:
        assert events(fleet, "check_sync", "down") == []
        proof = digest(challenge, "NOTIFY", uri, "401", password)
        assert status(peer.ask(phone, notify(phone, event, f"Authorization: {proof}"))) == answer
    until(lambda: events(fleet, "check_sync", "down"), bool)


@pytest.mark.parametrize(
    ("action", "event", "done"),
    [
        ("", "check-sync;reboot=true", "down"),
        ("", "reboot", "down"),
        ("", "check-sync;reboot=reregister-only", "registered"),
        ("reboot", SYNC, "down"),
        ("reregister", "check-sync;reboot=true", "registered"),
        ("sync", "check-sync;reboot=true", "check_sync"),
        ("delete-contacts", SYNC, "contacts_deleted"),
    ],
)
def test_the_setting_decides_over_the_event(
    action: str, event: str, done: str, start_fleet: StartFleet, registrar: Registrar, peer: Peer
) -> None:
    phone = sip_phone(registrar, settings={"checksync_action": action})
    fleet = start_fleet(phone)
    assert status(peer.ask(phone, notify(phone, event))) == 200
    assert until(lambda: events(fleet, "down", "registered", "check_sync", "contacts_deleted"), bool)[0] == done


def test_the_setting_can_make_it_a_factory_reset(start_fleet: StartFleet, registrar: Registrar, peer: Peer) -> None:
    phone = sip_phone(registrar, settings={"checksync_action": "factory-reset"})
    fleet = start_fleet(phone)
    peer.ask(phone, notify(phone, SYNC))
    state = until(lambda: fleet.phone("p"), lambda state: state["cycles"] and "up" in state["cycles"][-1])
    assert (state["identities"], state["settings"].get("user_name1")) == ({}, None)


@pytest.mark.parametrize(("how", "answer"), [("ignored", 200), ("refused", 486)])
def test_it_may_not_listen_in_a_call(
    how: str, answer: int, start_fleet: StartFleet, registrar: Registrar, peer: Peer
) -> None:
    phone = sip_phone(registrar, sip={"during_call": how}, call={"state": "in_call"})
    fleet = start_fleet(phone)
    assert status(peer.ask(phone, notify(phone, SYNC))) == answer
    fleet.patch("p", call={"state": "idle"})
    assert status(peer.ask(phone, notify(phone, SYNC))) == 200
    assert events(fleet, "notify_in_call", "check_sync") == ["notify_in_call", "check_sync"]


def test_a_call_shows_at_the_registrar(start_fleet: StartFleet, registrar: Registrar) -> None:
    phone = sip_phone(registrar, call={"state": "in_call", "remote": "4711"})
    fleet = start_fleet(phone)

    def calls() -> list[str]:
        return [request for request in registrar.requests if not request.startswith("REGISTER")]

    invite, ack = until(calls, lambda found: len(found) == 2)
    assert invite.startswith(f"INVITE sip:4711@{registrar.address} ") and header(invite, "From").startswith("<sip:401@")
    assert ack.startswith("ACK sip:far@127.0.0.1:7 ") and header(ack, "Call-ID") == header(invite, "Call-ID")
    assert re.findall(r"(?m)^Route: (\S+)", ack) == ["<sip:second;lr>", "<sip:first;lr>"]
    fleet.patch("p", call={"state": "holding"})
    fleet.patch("p", call={"state": "idle"})
    bye = until(calls, lambda found: len(found) == 3)[2]
    assert bye.startswith("BYE sip:far@127.0.0.1:7 ") and header(bye, "To").endswith(";tag=far")
    fleet.patch("p", call={"state": "ringing"})
    invite = until(calls, lambda found: len(found) >= 4)[3]
    assert invite.startswith(f"INVITE sip:401@{registrar.address} ") and header(invite, "From").startswith("<sip:4711@")


def test_a_call_that_is_refused_ends_there(start_fleet: StartFleet, registrar: Registrar) -> None:
    registrar.refuses_calls = True
    fleet = start_fleet(sip_phone(registrar, call={"state": "in_call", "remote": "4711"}))
    (refused,) = until(lambda: fleet.log("p", event="call_refused"), bool)
    assert refused["detail"] == "4711: 404"
    calls = until(
        lambda: [one for one in registrar.requests if not one.startswith("REGISTER")], lambda found: len(found) == 2
    )
    assert calls[1].startswith("ACK ") and header(calls[0], "Via") == header(calls[1], "Via")


# -- the fetch after it -----------------------------------------------------------------------------------------------


def test_settings_come_without_a_restart(
    start_fleet: StartFleet, registrar: Registrar, server: FileServer, peer: Peer
) -> None:
    phone = with_server(registrar, server)
    server.files[OWN_FILE] = settings_file("<language>Deutsch</language>", '<user_name idx="1">402</user_name>')
    fleet = start_fleet(phone)
    peer.ask(phone, notify(phone, SYNC))
    provisioned(fleet)
    assert server.paths == ["/p/snomD862.htm", OWN_FILE]
    state = fleet.phone("p")
    assert (state["settings"]["language"], state["phase"]) == ("Deutsch", "up")
    until(lambda: [header(one, "To") for one in registrar.taken], lambda found: found[-1:] == ["<sip:402@127.0.0.1>"])


def test_a_setting_that_needs_a_restart_gets_one_although_the_event_says_no(
    start_fleet: StartFleet, registrar: Registrar, server: FileServer, peer: Peer
) -> None:
    phone = with_server(registrar, server)
    server.files[OWN_FILE] = settings_file("<dhcp>off</dhcp>")
    fleet = start_fleet(phone)
    peer.ask(phone, notify(phone, SYNC))
    provisioned(fleet, 2)
    assert events(fleet, "check_sync", "down") == ["check_sync", "down"]


@pytest.mark.parametrize(
    ("settings", "asked"),
    [
        ({"update_policy": "never_update"}, []),
        ({"tr69_use_acs": "on"}, []),
        ({"update_policy": "settings_only"}, ["/p/snomD862.htm", OWN_FILE]),
        ({"update_policy": "ask_for_update"}, ["/p/snomD862.htm", OWN_FILE]),
        ({"update_policy": "auto_update"}, ["/p/snomD862.htm", OWN_FILE, "/fw.xml"]),
        ({"phone_type": "snomD862"}, [f"/p/.htm-{MAC}"]),
    ],
)
def test_what_is_asked_for(
    settings: dict[str, str],
    asked: list[str],
    start_fleet: StartFleet,
    registrar: Registrar,
    server: FileServer,
    peer: Peer,
) -> None:
    phone = with_server(registrar, server, settings={"firmware_status": f"{server.url}/fw.xml", **settings})
    fleet = start_fleet(phone)
    server.files["/fw.xml"] = "<firmware-settings><firmware></firmware></firmware-settings>"
    # At a boot, which registers after it has asked, and because of an event.
    peer.ask(phone, notify(phone, "check-sync;reboot=true"))
    until(lambda: events(fleet, "registered"), bool)
    peer.ask(phone, notify(phone, SYNC))
    until(lambda: len(server.paths), lambda found: found >= 2 * len(asked))
    assert server.paths == asked * 2
    assert fleet.phone("p")["fetches"] == {}


def updating(registrar: Registrar, server: FileServer, **keys: Any) -> dict[str, Any]:
    settings = {"update_policy": "auto_update", "firmware_status": f"{server.url}/fw.xml", **keys.pop("settings", {})}
    phone: dict[str, Any] = with_server(registrar, server, settings=settings, **keys)
    return phone


def test_firmware_comes_and_the_next_registration_names_it(
    start_fleet: StartFleet, registrar: Registrar, server: FileServer, peer: Peer
) -> None:
    phone = updating(registrar, server)
    fleet = start_fleet(phone)
    until(lambda: registrar.taken, bool)
    armed(server, fleet)
    peer.ask(phone, notify(phone, SYNC))
    until(lambda: header(registrar.taken[-1], "User-Agent"), lambda agent: agent == "snomD862/10.1.226.13")
    # An image that it has already is not loaded again.
    provisioned(fleet, 2)
    assert fleet.phone("p")["fetches"] == {NEW: 1}


def test_the_setting_firmware_names_an_image_too(
    start_fleet: StartFleet, registrar: Registrar, server: FileServer, peer: Peer
) -> None:
    phone = with_server(registrar, server, settings={"update_policy": "auto_update"})
    fleet = start_fleet(phone)
    server.files[OWN_FILE] = settings_file(f'<firmware perm="R">{fleet.images}/{NEW}</firmware>')
    peer.ask(phone, notify(phone, SYNC))
    eventually(fleet, "p", lambda state: state["firmware"] == "10.1.226.13")


def test_firmware_may_need_a_second_pass(
    start_fleet: StartFleet, registrar: Registrar, server: FileServer, peer: Peer
) -> None:
    phone = updating(registrar, server, sip={"passes": 2})
    fleet = start_fleet(phone)
    armed(server, fleet)
    peer.ask(phone, notify(phone, SYNC))
    provisioned(fleet)
    assert "/fw.xml" not in server.paths
    peer.ask(phone, notify(phone, SYNC))
    eventually(fleet, "p", lambda state: state["firmware"] == "10.1.226.13")


@pytest.mark.parametrize("keys", [{"provisioning": {"compares": "never"}}, {"faults": {"keep_old_version": True}}])
def test_it_can_go_round_and_round(
    keys: dict[str, Any], start_fleet: StartFleet, registrar: Registrar, server: FileServer, peer: Peer
) -> None:
    phone = updating(registrar, server, **keys)
    fleet = start_fleet(phone)
    armed(server, fleet)
    peer.ask(phone, notify(phone, SYNC))
    until(lambda: fleet.phone("p")["fetches"].get(NEW, 0), lambda times: times >= 3)
    # An empty file ends that.
    armed(server, fleet, "")
    eventually(fleet, "p", lambda state: state["phase"] == "up" and state["cycles"][-1].keys() >= {"up"})


def test_it_can_come_back_with_the_old_version_and_let_it_be(
    start_fleet: StartFleet, registrar: Registrar, server: FileServer, peer: Peer
) -> None:
    phone = updating(registrar, server, provisioning={"compares": "url"}, faults={"keep_old_version": True})
    fleet = start_fleet(phone)
    armed(server, fleet)
    peer.ask(phone, notify(phone, SYNC))
    provisioned(fleet, 2)
    until(lambda: server.paths.count("/fw.xml"), lambda times: times == 2)
    assert (fleet.phone("p")["firmware"], fleet.phone("p")["fetches"]) == ("10.1.215.13", {NEW: 1})


@pytest.mark.parametrize(
    ("image", "faults"),
    [
        ("snomD865-10.1.226.13-SIP-r.swu", {}),
        (NEW, {NEW: "corrupt"}),
        (NEW, {NEW: "truncated"}),
        (NEW, {NEW: "not_found"}),
    ],
)
def test_an_image_that_it_does_not_take(
    image: str, faults: dict[str, str], start_fleet: StartFleet, registrar: Registrar, server: FileServer, peer: Peer
) -> None:
    phone = updating(registrar, server)
    fleet = start_fleet(phone, image_server={"faults": faults})
    armed(server, fleet, image)
    peer.ask(phone, notify(phone, SYNC))
    until(lambda: events(fleet, "load_failed"), bool)
    state = eventually(fleet, "p", lambda state: state["phase"] == "up")
    assert state["firmware"] == "10.1.215.13" and events(fleet, "down") == []


def test_it_can_restart_in_the_middle_of_a_download(
    start_fleet: StartFleet, registrar: Registrar, server: FileServer, peer: Peer
) -> None:
    phone = updating(registrar, server, faults={"restarts_in_download": 1})
    fleet = start_fleet(phone)
    armed(server, fleet)
    peer.ask(phone, notify(phone, SYNC))
    state = eventually(fleet, "p", lambda state: state["firmware"] == "10.1.226.13")
    assert state["fetches"] == {NEW: 2}
    assert [entry["detail"] for entry in fleet.log("p", event="down")] == ["rebooting", "flashing"]


def test_it_can_poll_by_itself(start_fleet: StartFleet, registrar: Registrar, server: FileServer) -> None:
    start_fleet(with_server(registrar, server, provisioning={"polls_every": 0.01}))
    until(lambda: server.paths.count(OWN_FILE), lambda times: times >= 3)


@pytest.mark.parametrize(
    ("form", "rest"),
    [
        ("plain", f" 2010.12-00004-g9ba52f5 {MAC} SXM:0 UXM:0)"),
        ("nested", f" 2010.12-00001-gd311851f1 (Feb 25 2019 - 14:19:43) {MAC} SXM:0 UXM:0 UXMC:0)"),
        ("without_mac", " 2010.12-00004-g9ba52f5 SXM:0 UXM:0)"),
    ],
)
def test_who_it_says_that_it_is(
    form: str, rest: str, start_fleet: StartFleet, registrar: Registrar, server: FileServer, peer: Peer
) -> None:
    phone = with_server(registrar, server, provisioning={"user_agent": form, "lower_case_mac": True})
    fleet = start_fleet(phone)
    peer.ask(phone, notify(phone, SYNC))
    provisioned(fleet)
    assert server.asked[-1] == (
        f"/p/snomD862-{MAC.lower()}.htm",
        f"Mozilla/4.0 (compatible; snomD862-SIP 10.1.215.13{rest}",
    )


def test_an_admin_may_have_changed_who_it_is(
    start_fleet: StartFleet, registrar: Registrar, server: FileServer, peer: Peer
) -> None:
    phone = with_server(registrar, server, provisioning={"user_agent": "own"})
    start_fleet(phone)
    peer.ask(phone, notify(phone, SYNC))
    until(lambda: server.asked, bool)
    assert server.asked[0][1] == "Desk phone"


def test_an_event_in_the_middle_of_a_boot_waits_for_its_end(
    start_fleet: StartFleet, registrar: Registrar, server: FileServer, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = with_server(registrar, server)
    asked, go_on, find = Event(), Event(), server.files.get

    class Slow(dict[str, str]):
        def get(self, path: str, default: Any = None) -> Any:
            asked.set()
            go_on.wait(60)
            return find(path, default)

    monkeypatch.setattr(server, "files", Slow())
    fleet = start_fleet(phone)
    until(lambda: registrar.taken, bool)
    fleet.patch("p", running=False)
    fleet.patch("p", running=True)
    asked.wait(60)
    assert status(peer.ask(phone, notify(phone, SYNC))) == 200
    go_on.set()
    provisioned(fleet, 2)
    assert len(until(lambda: list(registrar.taken), lambda found: len(found) == 2)) == 2
