# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A real Asterisk, asked by the library, with virtual phones that register there."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import PbxFailed
from ansible_collections.telephony.snom.plugins.module_utils._pbx.asterisk import Asterisk as AsteriskPbx
from ansible_collections.telephony.snom.plugins.module_utils._pbx.pbx import Notify, Registration
from ansible_collections.telephony.snom.plugins.module_utils._pbx.registered import Registrar
from ansible_collections.telephony.snom.plugins.module_utils._pbx.settings import parse_pbx
from ansible_collections.telephony.snom.plugins.module_utils._phone.call_state import read_call_state
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import Connection
from ansible_collections.telephony.snom.plugins.module_utils._phone.sip.sip_phone import SipPhone
from ansible_collections.telephony.snom.plugins.plugin_utils.witnesses.collector import parse_collector
from ansible_collections.telephony.snom.plugins.plugin_utils.witnesses.witnesses import Known, Witnesses
from ansible_collections.telephony.snom.tests.integration.asterisk.asterisk import Asterisk, running_asterisk
from ansible_collections.telephony.snom.tests.integration.pbx.conftest import until
from ansible_collections.telephony.snom.tests.integration.pbx.phones import sip_phone
from ansible_collections.telephony.snom.tests.integration.playbooks.listing import listed
from ansible_collections.telephony.snom.tests.virtual_phones.running import VirtualFleet, free_port, running

SYNC = Notify(event="check-sync;reboot=false")
DOCUMENT = '<SnomIPPhoneSilent><fetch mil="1">snom://mb_exit#reregister=0</fetch></SnomIPPhoneSilent>'


@pytest.fixture(scope="module")
def asterisk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asterisk]:
    with running_asterisk(
        tmp_path_factory.mktemp("asterisk"), ["401", "402", "403", "404", "405", "406", "409"]
    ) as pbx:
        yield pbx


@pytest.fixture(scope="module")
def fleet(asterisk: Asterisk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[VirtualFleet]:
    phones = [
        sip_phone(asterisk, "401", "127.0.8.1"),
        sip_phone(asterisk, "402", "127.0.8.2", settings={"mac_info_in_sip_register": "off"}),
        sip_phone(asterisk, "403", "127.0.8.3", sip={"deaf": True}),
        sip_phone(asterisk, "404", "127.0.8.4", settings={"challenge_checksync": "on"}),
        sip_phone(asterisk, "405", "127.0.8.5", sip={"new_contact": True}),
        sip_phone(asterisk, "406", "127.0.8.6"),
        sip_phone(asterisk, "406", "127.0.8.7", name="406 too"),
    ]
    with running({"phones": phones}, tmp_path_factory.mktemp("fleet")) as fleet:
        until(lambda: fleet.log(event="sip_registered"), lambda found: len({one["phone"] for one in found}) == 7)
        yield fleet


@pytest.fixture
def pbx(asterisk: Asterisk) -> Iterator[AsteriskPbx]:
    settings = parse_pbx(asterisk.pbx)
    assert settings
    pbx = AsteriskPbx(settings)
    yield pbx
    pbx.close()


def of(pbx: AsteriskPbx, account: str) -> list[Registration]:
    return [one for one in pbx.registrations() if one.account == account]


def test_nobody_is_registered_and_that_is_no_failure(tmp_path_factory: pytest.TempPathFactory) -> None:
    with running_asterisk(tmp_path_factory.mktemp("empty"), ["401"], address="127.0.8.100") as asterisk:
        settings = parse_pbx(asterisk.pbx)
        assert settings
        pbx = AsteriskPbx(settings)
        assert (pbx.registrations(), dict(pbx.calls())) == ((), {})
        pbx.close()


def test_registrations_name_address_model_version_and_mac(fleet: VirtualFleet, pbx: AsteriskPbx) -> None:
    (one,), (other,) = of(pbx, "401"), of(pbx, "402")
    assert one.agent and other.agent
    assert (one.address, one.agent.model, str(one.agent.firmware)) == ("127.0.8.1", "D862", "10.1.215.13")
    assert (one.agent.mac, other.agent.mac) == (fleet.phone("401")["mac"], None)
    assert one.expires is not None and 0 < one.expires <= 600
    assert one.contact.startswith("sip:401@127.0.8.1:") and one.call_id


def test_the_inventory_has_the_phones_that_are_registered(
    fleet: VirtualFleet, asterisk: Asterisk, tmp_path: Path
) -> None:
    found = listed(tmp_path, {"name": "pbx", **asterisk.pbx})
    assert found.code == 0, found.said
    host = f"snom-{fleet.phone('401')['mac'].lower()}"
    assert host in found.groups["phones"] and host in found.groups["model_D862"]
    shown = {name: found.hosts[host][name] for name in ("ansible_host", "snom_account", "snom_model")}
    assert shown == {"ansible_host": "127.0.8.1", "snom_account": "401", "snom_model": "D862"}
    # One that does not tell its MAC address has no name here.
    assert not any(one.get("snom_account") == "402" for one in found.hosts.values())
    refused = listed(tmp_path, {"name": "pbx", **asterisk.pbx, "password": "guessed"}, strict=True)
    assert "refused the login" in refused.said and "guessed" not in refused.said and not refused.hosts


def test_a_check_sync_reaches_the_phone_and_its_answer_is_not_told(fleet: VirtualFleet, pbx: AsteriskPbx) -> None:
    assert pbx.notify(of(pbx, "401")[0], SYNC).status is None
    until(lambda: fleet.log("401", event="check_sync"), bool)
    # One that is deaf, too: that it was sent proves nothing.
    assert pbx.notify(of(pbx, "403")[0], SYNC).status is None


def test_a_phone_that_wants_the_password_gets_it_from_outbound_auth(fleet: VirtualFleet, pbx: AsteriskPbx) -> None:
    pbx.notify(of(pbx, "404")[0], SYNC)
    until(lambda: fleet.log("404", event="check_sync"), bool)
    assert [one["detail"] for one in fleet.log("404", event="notify")] == [SYNC.event, SYNC.event]


def test_of_two_phones_on_one_account_one_is_told(fleet: VirtualFleet, pbx: AsteriskPbx) -> None:
    (other,) = (one for one in of(pbx, "406") if one.address == "127.0.8.7")
    pbx.notify(other, SYNC)
    until(lambda: fleet.log("406 too", event="check_sync"), bool)
    # One to the endpoint would have gone to both at once.
    assert not fleet.log("406", event="notify")


def test_a_contact_of_the_configuration_is_not_told_with_the_phone(tmp_path: Path) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as gate:
        gate.bind(("127.0.8.9", 0))
        gate.settimeout(1.0)
        beside = {"401": f"sip:gate@127.0.8.9:{gate.getsockname()[1]}"}
        with (
            running_asterisk(tmp_path, ["401"], address="127.0.8.101", beside=beside) as asterisk,
            running({"phones": [sip_phone(asterisk, "401", "127.0.8.8")]}, tmp_path) as fleet,
        ):
            until(lambda: fleet.log(event="sip_registered"), bool)
            settings = parse_pbx(asterisk.pbx)
            assert settings
            pbx = AsteriskPbx(settings)
            (phone,) = pbx.registrations()
            pbx.notify(phone, SYNC)
            until(lambda: fleet.log("401", event="check_sync"), bool)
            pbx.close()
        with pytest.raises(TimeoutError):
            gate.recv(4096)


def test_a_document_arrives_with_its_quotes(fleet: VirtualFleet, pbx: AsteriskPbx) -> None:
    pbx.notify(of(pbx, "401")[0], Notify(event="xml", content_type="application/snomxml", body=DOCUMENT))
    until(lambda: fleet.log("401", event="fragment"), bool)
    assert [one["detail"] for one in fleet.log("401", event="fragment")] == ["reregister=0"]


def test_a_phone_reports_what_a_document_asks_that_it_brings(fleet: VirtualFleet, asterisk: Asterisk) -> None:
    """All of it arrives: conditions, quotes, addresses, and callbacks inside of one."""
    port, mac = free_port("127.0.0.1"), fleet.phone("401")["mac"]
    known = Known(collector=parse_collector({"url": f"http://127.0.0.1:{port}/r", "listen": f"127.0.0.1:{port}"}))
    settings, witnesses = parse_pbx(asterisk.pbx), Witnesses()
    assert settings
    phone = SipPhone(
        Connection(address="desk", mac=mac, transport="sip"),
        registrar=Registrar(settings),
        witnesses=witnesses.of(known, mac=mac, address="desk"),
    )
    try:
        assert read_call_state(phone) == ("idle", "the phone's own report")
        fleet.patch("401", provisioning={"user_agent": "without_mac"}, minibrowser={"callbacks_in_fetch": True})
        assert read_call_state(phone) == ("idle", "the phone's own report")
        fleet.patch("401", call={"state": "in_call"})
        assert read_call_state(phone) == ("in_call", "the phone's own report")
    finally:
        witnesses.close()
        fleet.patch("401", call={"state": "idle"})
    fetched = [entry["detail"].rpartition("/")[2] for entry in fleet.log("401", event="document")]
    told = f"calls={{}}&state={{}}&mac={mac}&firmware=snomD862-SIP%2010.1.215.13"
    assert fetched[-5:] == ["idle", "idle", told.format(0, "Idle"), "calls-1", told.format(1, "Connected")]


def test_the_old_contact_of_a_phone_stays_listed(fleet: VirtualFleet, pbx: AsteriskPbx) -> None:
    of(pbx, "405")
    fleet.patch("405", running=False, firmware="10.1.226.13")
    fleet.patch("405", running=True)
    contacts = until(lambda: of(pbx, "405"), lambda found: len(found) == 2)
    assert {str(one.agent.firmware) for one in contacts if one.agent} == {"10.1.215.13", "10.1.226.13"}


def test_who_has_a_channel_is_in_a_call(fleet: VirtualFleet, asterisk: Asterisk, pbx: AsteriskPbx) -> None:
    before = pbx.calls()
    assert (before["401"], before["403"], "409" in before) == ("idle", "idle", False)
    # It rings, as far as Asterisk knows: the phone says nothing.
    call = "Action: Originate\r\nChannel: PJSIP/403\r\nContext: phones\r\nExten: wait\r\nPriority: 1\r\nAsync: true\r\n"
    with socket.create_connection((asterisk.address, asterisk.ami_port), 60) as manager:
        login = "Action: Login\r\nUsername: beside\r\nSecret: ami-secret\r\nEvents: off\r\n"
        manager.sendall(f"{login}\r\n{call}\r\n".encode())
        during = until(pbx.calls, lambda found: found["403"] == "in_call")
    assert during["401"] == "idle"


def test_a_wrong_login_and_too_few_rights_are_told(asterisk: Asterisk, fleet: VirtualFleet) -> None:
    for login, words in (({"password": "guessed"}, "refused the login"), ({"username": "blind"}, "needs the classes")):
        settings = parse_pbx({**asterisk.pbx, **login})
        assert settings
        with pytest.raises(PbxFailed, match=words) as error:
            AsteriskPbx(settings).registrations()
        assert "guessed" not in str(error.value)
