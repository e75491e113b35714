# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documents of the XML minibrowser: which branch a phone takes, what it asks for, what it does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from ansible_collections.telephony.snom.tests.unit.virtual_phones.client import Listener, get, phone_keys, until
from ansible_collections.telephony.snom.tests.unit.virtual_phones.conftest import StartFleet
from ansible_collections.telephony.snom.tests.unit.virtual_phones.sip_peers import Peer, notify, status
from ansible_collections.telephony.snom.tests.unit.virtual_phones.test_provisioning import FileServer
from ansible_collections.telephony.snom.tests.virtual_phones.running import VirtualFleet, free_port

MAC = "000413A1B2C3"
BRANCHES = """\
<?xml version="1.0" encoding="UTF-8"?>
<SnomIPPhoneSilent document_id="t">
 <If condition="$(phone_state)==Idle"><fetch mil="1">{url}/idle</fetch></If>
 <Elif condition="$(lines)==0"><Fetch mil=1>{url}/busy</Fetch></Elif>
 <Else><fetch mil="1">{url}/in-call</fetch></Else>
</SnomIPPhoneSilent>
"""


@pytest.fixture
def peer() -> Iterator[Peer]:
    peer = Peer()
    yield peer
    peer.close()


@pytest.fixture
def server() -> Iterator[FileServer]:
    server = FileServer()
    yield server
    server.close()


def phone_of(firmware: str = "10.1.215.13", **keys: Any) -> dict[str, Any]:
    """A phone that 127.0.0.1 is the registrar of, where nobody answers."""
    phone = phone_keys("D785", firmware, **{"name": "p", "mac": MAC, "identities": ["401", "402"], **keys})
    return {**phone, "sip": {"registrar": "127.0.0.1:9", "port": free_port(phone["address"])}}


def tell(peer: Peer, phone: dict[str, Any], body: str) -> None:
    assert status(peer.ask(phone, notify(phone, "xml", "Content-Type: application/snomxml", body=body))) == 200


def silent(fragment: str, more: str = "") -> str:
    return f'<SnomIPPhoneSilent{more}><fetch mil="1">snom://mb_nop#{fragment}</fetch></SnomIPPhoneSilent>'


def wait(fleet: VirtualFleet, *events: str) -> list[tuple[str, str]]:
    def read() -> list[tuple[str, str]]:
        return [(one["event"], one["detail"]) for one in fleet.log("p") if one["event"] in events]

    found: list[tuple[str, str]] = until(read, bool)
    return found


@pytest.mark.parametrize(
    ("call", "keys", "asked"),
    [
        ({}, {}, "/idle"),
        ({"state": "in_call"}, {}, "/in-call"),
        ({"state": "ringing"}, {}, "/in-call"),
        ({"state": "in_call"}, {"conditions": "always_true"}, "/idle"),
        ({}, {"conditions": "as_text"}, "/in-call"),
    ],
)
def test_the_branch_that_holds(
    call: dict[str, str],
    keys: dict[str, Any],
    asked: str,
    start_fleet: StartFleet,
    listener: Listener,
    peer: Peer,
) -> None:
    phone = phone_of(call=call, minibrowser=keys)
    start_fleet(phone)
    tell(peer, phone, BRANCHES.format(url=listener.url))
    assert until(lambda: list(listener.targets), bool) == [asked]
    assert MAC in listener.agents[0] and "snomD785-SIP 10.1.215.13" in listener.agents[0]


@pytest.mark.parametrize(
    ("evaluates", "query"),
    [
        (True, f"1&conn=1&mac={MAC}&fw=snomD785-SIP%2010.1.215.13&pass=&e=1&c=1&x=%2f&who=$(unheard_of)"),
        (False, "$(lines)&conn=$(lines:connected)&mac=$(set:mac)&fw=$(urlencode:$(set:firmware_version))"),
    ],
)
def test_callbacks_in_a_fetch(
    evaluates: bool, query: str, start_fleet: StartFleet, listener: Listener, peer: Peer
) -> None:
    phone = phone_of(call={"state": "in_call"}, minibrowser={"callbacks_in_fetch": evaluates}, password="x")
    start_fleet(phone)
    text = (
        "/a?calls=$(lines)&amp;conn=$(lines:connected)&amp;mac=$(set:mac)&amp;fw=$(urlencode:$(set:firmware_version))"
        "&amp;pass=$(set:http_pass)&amp;e=$(empty:$(set:http_pass))&amp;c=$(condition:a==a)&amp;x=$(urlencode:/)"
        "&amp;who=$(unheard_of)"
    )
    tell(peer, phone, f"<IPPhoneSilent><fetch>{listener.url}{text}</fetch></IPPhoneSilent>")
    assert until(lambda: list(listener.targets), bool)[0].startswith(f"/a?calls={query}")


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("a==a", True),
        (" a==a", False),
        ("A==a", False),
        ("a!=b", True),
        ("!a==a", False),
        ("2 &lt; 10", True),
        ("2>=3", False),
        ("a&gt;b", False),
        ("1", True),
        ("!$(empty:)", False),
        ("$(set:dnd_mode)==off", True),
        ("$(set:active_line[0])==", True),
    ],
)
def test_conditions(condition: str, holds: bool, start_fleet: StartFleet, listener: Listener, peer: Peer) -> None:
    phone = phone_of()
    start_fleet(phone)
    url = listener.url
    tell(
        peer,
        phone,
        f'<SnomIPPhoneSilent><If condition="{condition}"><fetch>{url}/yes</fetch></If>'
        f"<Else><fetch>{url}/no</fetch></Else></SnomIPPhoneSilent>",
    )
    assert until(lambda: list(listener.targets), bool) == ["/yes" if holds else "/no"]


def test_a_document_that_leads_nowhere_ends(start_fleet: StartFleet, peer: Peer) -> None:
    phone = phone_of()
    fleet = start_fleet(phone)
    tell(
        peer,
        phone,
        '<SnomIPPhoneSilent><If condition="1==2"><fetch>snom://mb_nop#reboot</fetch></If></SnomIPPhoneSilent>',
    )
    assert wait(fleet, "document", "fragment") == [("document", None)]
    tell(peer, phone, "<SnomIPPhoneSilent>")
    assert wait(fleet, "document_broken")


@pytest.mark.parametrize(("firmware", "runs"), [("10.1.81.9", False), ("10.1.82.0", True)])
def test_silent_documents_have_a_first_firmware(firmware: str, runs: bool, start_fleet: StartFleet, peer: Peer) -> None:
    phone = phone_of(firmware)
    fleet = start_fleet(phone)
    tell(peer, phone, silent("reregister=0"))
    assert wait(fleet, "document_shown", "document")[0][0] == ("document" if runs else "document_shown")


def test_a_document_that_is_shown_runs_too_and_knows_no_other_state(
    start_fleet: StartFleet, listener: Listener, peer: Peer
) -> None:
    phone = phone_of("8.9.3.80")
    fleet = start_fleet(phone)
    tell(peer, phone, BRANCHES.format(url=listener.url).replace("Silent", "Text"))
    assert until(lambda: list(listener.targets), bool) == ["/busy"]
    assert wait(fleet, "document_shown") == [("document_shown", "SnomIPPhoneText")]


@pytest.mark.parametrize(
    ("keys", "fragment", "event", "detail"),
    [
        ({}, "key=DND", "key", "DND"),
        ({"keys_need_relevant": True}, "key=DND", "fragment_ignored", "key"),
        ({}, "numberdial=47%2311", "call", "calling"),
        ({}, "unregister=1", "logged_off", "402"),
        ({}, "unregister", "logged_off", "401"),
        ({"unregister": "removes"}, "unregister=1", "identity_removed", "2"),
        ({}, "reregister=0", "registered", "401"),
        ({}, "reboot", "down", "rebooting"),
        ({"reboot": "asks"}, "reboot", "asks_user", "reboot"),
        ({"set_by_notify": "ignored"}, "set:language=Deutsch", "fragment_ignored", "set"),
        ({}, "set=Deutsch", "fragment_ignored", "set"),
    ],
)
def test_fragments(
    keys: dict[str, Any], fragment: str, event: str, detail: str, start_fleet: StartFleet, peer: Peer
) -> None:
    phone = phone_of(minibrowser=keys)
    fleet = start_fleet(phone)
    tell(peer, phone, silent(fragment))
    assert wait(fleet, event)[0] == (event, detail)


def test_a_call_is_ended(start_fleet: StartFleet, peer: Peer) -> None:
    phone = phone_of(call={"state": "in_call"})
    fleet = start_fleet(phone)
    tell(peer, phone, silent("key=F_CANCEL"))
    assert wait(fleet, "key") == [("key", "CANCEL")]
    assert fleet.phone("p")["call"] == "idle"


def test_a_call_is_given_away(start_fleet: StartFleet, peer: Peer) -> None:
    phone = phone_of(call={"state": "in_call"})
    fleet = start_fleet(phone)
    tell(peer, phone, silent("key=F_TRANSFER"))
    assert wait(fleet, "key") == [("key", "TRANSFER")]
    assert fleet.phone("p")["call"] == "in_call"
    tell(peer, phone, silent("numberdial=999"))
    assert until(lambda: fleet.phone("p")["call"], lambda call: call == "idle") == "idle"


def test_a_key_may_need_an_attribute(start_fleet: StartFleet, peer: Peer) -> None:
    phone = phone_of(minibrowser={"keys_need_relevant": True})
    fleet = start_fleet(phone)
    tell(peer, phone, silent("key=DND", ' state="relevant"'))
    assert wait(fleet, "key", "fragment_ignored") == [("key", "DND")]


@pytest.mark.parametrize(
    ("value", "reading", "resets"), [("yes", "resets", True), ("yes", "reboots", False), ("reset", "reboots", True)]
)
def test_a_reboot_can_be_a_reset(value: str, reading: str, resets: bool, start_fleet: StartFleet, peer: Peer) -> None:
    phone = phone_of(minibrowser={"reboot_yes": reading})
    fleet = start_fleet(phone)
    tell(peer, phone, silent(f"reboot={value}"))
    state = until(lambda: fleet.phone("p"), lambda state: state["cycles"] and "up" in state["cycles"][-1])
    assert (state["identities"] == {}) == resets


def test_settings_are_cached_flushed_and_toggled(start_fleet: StartFleet, peer: Peer) -> None:
    phone = phone_of()
    fleet = start_fleet(phone)
    fragments = (
        "setcache:language=A&amp;clearcache&amp;flush&amp;setcache:phone_name=B&amp;flush&amp;toggleset:dnd_mode"
    )
    tell(peer, phone, silent(fragments))
    state = until(lambda: fleet.phone("p"), lambda state: state["settings"].get("dnd_mode") == "on")
    assert (state["settings"].get("language"), state["settings"]["phone_name"]) == (None, "B")


@pytest.mark.parametrize("trusted", [True, False])
def test_a_document_from_a_web_server_needs_trust_for_some(
    trusted: bool, start_fleet: StartFleet, server: FileServer
) -> None:
    phone = phone_of(settings={"mb_trusted_hosts": "127.0.0.1" if trusted else "127.0.0.9"})
    fleet = start_fleet(phone)
    server.files["/d"] = silent("set:language=Deutsch&amp;reregister=0")
    get(phone, f"/minibrowser.htm?url={quote(f'{server.url}/d', safe='')}")
    wait(fleet, "registered")
    assert (fleet.phone("p")["settings"].get("language") == "Deutsch") == trusted


def test_old_phones_take_the_url_without_a_scheme(start_fleet: StartFleet, server: FileServer) -> None:
    phone = phone_keys("320", "8.4.31", name="p")
    start_fleet(phone)
    get(phone, f"/minibrowser.htm?url={quote(server.url.removeprefix('http://') + '/d', safe='')}")
    assert until(lambda: list(server.paths), bool) == ["/d"]


@pytest.mark.parametrize(
    ("keys", "event"),
    [
        ({}, "fragment"),
        ({"silent_answer": "ignored"}, None),
        ({"silent_answer": "shown"}, "document_shown"),
        ({"silent_fetches_http": False}, "document_refused"),
    ],
)
def test_what_a_silent_document_leads_to(
    keys: dict[str, Any], event: str | None, start_fleet: StartFleet, server: FileServer, peer: Peer
) -> None:
    phone = phone_of(minibrowser=keys)
    fleet = start_fleet(phone)
    server.files["/next"] = silent("reregister=0")
    tell(peer, phone, f"<SnomIPPhoneSilent><fetch>{server.url}/next#x=y</fetch></SnomIPPhoneSilent>")
    if event != "document_refused":
        until(lambda: list(server.paths), bool)
    if event:
        wait(fleet, event)
    # All is done when the next document, which says nothing, has been read.
    tell(peer, phone, silent("x=end"))
    until(lambda: [one["detail"] for one in fleet.log("p", event="fragment")], lambda found: "x=end" in found)
    if event is None:
        assert not fleet.log("p", event="document_shown")
