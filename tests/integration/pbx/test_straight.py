# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Straight SIP, with virtual phones, and with Kamailio, sipp and baresip, which nobody here wrote."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import CertificateRejected, PhoneUnreachable
from ansible_collections.telephony.snom.plugins.module_utils._pbx.contacts import contact_without_list
from ansible_collections.telephony.snom.plugins.module_utils._pbx.pbx import Delivery, Notify
from ansible_collections.telephony.snom.plugins.module_utils._pbx.settings import parse_pbx
from ansible_collections.telephony.snom.plugins.module_utils._pbx.sip import StraightSip
from ansible_collections.telephony.snom.tests.integration.pbx.conftest import until
from ansible_collections.telephony.snom.tests.integration.pbx.phones import sip_phone
from ansible_collections.telephony.snom.tests.integration.pbx.test_peers import ANSWERS, baresip, sipp
from ansible_collections.telephony.snom.tests.virtual_phones.kamailio import Kamailio, free_port
from ansible_collections.telephony.snom.tests.virtual_phones.running import VirtualFleet, running

SYNC = Notify(event="check-sync;reboot=false")
OPEN = {"filter_registrar": "off"}
TLS_PORT = free_port("127.0.6.3")

# A phone that asks for its password, and compares what comes with it.
CHALLENGES = """\
<scenario name="challenges">
  <recv request="NOTIFY"/>
  <send><![CDATA[
    SIP/2.0 401 Prove it
    [last_Via:]
    [last_From:]
    [last_To:];tag=[call_number]
    [last_Call-ID:]
    [last_CSeq:]
    WWW-Authenticate: Digest realm="phone", nonce="abcdef0123456789"{more}
    Content-Length: 0

  ]]></send>
  <recv request="NOTIFY">
    <action>
      <verifyauth assign_to="proven" username="401" password="phone-secret"/>
    </action>
  </recv>
  <nop hide="true" test="proven" next="good"/>
  <send next="end"><![CDATA[
    SIP/2.0 403 Wrong
    [last_Via:]
    [last_From:]
    [last_To:];tag=[call_number]
    [last_Call-ID:]
    [last_CSeq:]
    Content-Length: 0

  ]]></send>
  <label id="good"/>
  <send><![CDATA[
    SIP/2.0 200 OK
    [last_Via:]
    [last_From:]
    [last_To:];tag=[call_number]
    [last_Call-ID:]
    [last_CSeq:]
    User-Agent: snomD862/10.1.226.13
    Content-Length: 0

  ]]></send>
  <label id="end"/>
</scenario>
"""


@pytest.fixture(scope="module")
def fleet(kamailio: Kamailio, tmp_path_factory: pytest.TempPathFactory) -> Iterator[VirtualFleet]:
    phones = [
        sip_phone(kamailio, "801", "127.0.6.1", settings=OPEN),
        sip_phone(kamailio, "802", "127.0.6.2", settings=OPEN, sip={"transport": "tcp"}),
        sip_phone(kamailio, "803", "127.0.6.3", settings=OPEN, sip={"tls_port": TLS_PORT}),
        sip_phone(kamailio, "804", "127.0.6.4", settings=OPEN | {"challenge_checksync": "on"}),
        # Another host is its registrar.
        sip_phone(kamailio, "805", "127.0.6.5", sip={"registrar": "127.0.6.99:5060", "options": "filtered"}),
        sip_phone(kamailio, "806", "127.0.6.6", settings=OPEN, sip={"deaf": True}),
    ]
    with running({"phones": phones}, tmp_path_factory.mktemp("fleet")) as fleet:
        yield fleet


def ask(address: str, message: Notify | None = SYNC, *, account: str | None = "401", **given: Any) -> Delivery:
    """Send an event, or without one a probe."""
    settings = parse_pbx({"kind": "sip", "timeout": 20, **given})
    assert settings
    contact = contact_without_list(settings, mac=None, account=account, address=address)
    return StraightSip(settings).probe(contact) if message is None else StraightSip(settings).notify(contact, message)


def port_of(fleet: VirtualFleet, name: str) -> int:
    return int(fleet.phone(name)["sip_port"])


@pytest.mark.parametrize(("name", "transport"), [("801", "udp"), ("802", "udp"), ("802", "tcp")])
def test_a_phone_answers_for_itself(name: str, transport: str, fleet: VirtualFleet) -> None:
    phone = fleet.phone(name)
    for message in (None, SYNC):
        told = ask(phone["address"], message, port=port_of(fleet, name), transport=transport)
        assert (told.status, told.user_agent) == (200, f"snomD862/10.1.215.13 {phone['mac']}")
    until(lambda: fleet.log(name, event="check_sync"), bool)


def test_over_tls_its_certificate_must_be_trusted(fleet: VirtualFleet, tmp_path: Path) -> None:
    address, port = fleet.phone("803")["address"], TLS_PORT
    with pytest.raises(CertificateRejected, match="ca_path"):
        ask(address, port=port, tls=True)
    assert fleet.log("803", event="notify") == []
    ca = tmp_path / "ca.pem"
    ca.write_text(ssl.get_server_certificate((address, port)))
    assert ask(address, port=port, tls=True, ca_path=str(ca)).status == 200
    assert ask(address, port=port, transport="tls", validate_certs=False).status == 200


def test_a_phone_that_asks_gets_its_password(fleet: VirtualFleet) -> None:
    address, port = fleet.phone("804")["address"], port_of(fleet, "804")
    assert ask(address, port=port).status == 401
    assert ask(address, port=port, password="guessed").status == 401
    assert fleet.log("804", event="check_sync") == []
    assert ask(address, port=port, password="phone-secret").status == 200
    until(lambda: fleet.log("804", event="check_sync"), bool)


def test_one_that_listens_to_its_registrar_alone_says_no(fleet: VirtualFleet) -> None:
    address, port = fleet.phone("805")["address"], port_of(fleet, "805")
    assert [ask(address, message, port=port).status for message in (None, SYNC)] == [403, 403]


def test_one_that_says_nothing_is_told_again_and_then_given_up(fleet: VirtualFleet) -> None:
    told = ask(fleet.phone("806")["address"], port=port_of(fleet, "806"), timeout=1.2)
    assert (told.status, told.reason) == (408, "No answer")


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
def test_where_nobody_listens_that_is_told(transport: str) -> None:
    with pytest.raises(PhoneUnreachable, match=f"no SIP over {transport.upper()} at port 1: connection refused"):
        ask("127.0.6.77", port=1, transport=transport)


def test_kamailio_answers_a_probe(kamailio: Kamailio) -> None:
    for transport in ("udp", "tcp"):
        told = ask(kamailio.address, None, account=None, port=kamailio.port, transport=transport)
        assert (told.status, told.reason) == (200, "Keepalive")
        assert told.user_agent.startswith("kamailio")


def test_baresip_answers(kamailio: Kamailio, tmp_path: Path) -> None:
    with baresip(tmp_path, kamailio, "811") as port:
        until(lambda: "811" in str(kamailio.rpc("ul.dump")), bool)
        told = ask("127.0.0.1", account="811", port=port)
        # It wants a subscription, which no phone of Snom's needs (sip 1.1).
        assert told.status == 481 and ask("127.0.0.1", None, account="811", port=port).status == 200


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_sipp_answers_as_it_likes(transport: str, tmp_path: Path) -> None:
    port = free_port("127.0.0.1")
    phone = sipp(
        tmp_path, ANSWERS.format(answer="486 Busy"), "-p", str(port), "-t", "t1" if transport == "tcp" else "u1"
    )
    wait_for_tcp(port) if transport == "tcp" else wait_for_udp(port)
    told = ask("127.0.0.1", port=port, transport=transport)
    assert (told.status, told.reason, told.user_agent) == (486, "Busy", "snomD862/10.1.999.1")
    assert phone.wait(90) == 0


# What it can't prove, another header and another hash, has a unit test by the vectors of RFC 7616.
@pytest.mark.parametrize("more", ["", ', algorithm=MD5, qop="auth"', ', qop="auth,auth-int", opaque="0a"'])
def test_sipp_proves_the_answer_to_its_challenge(more: str, tmp_path: Path) -> None:
    port = free_port("127.0.0.1")
    phone = sipp(tmp_path, CHALLENGES.format(more=more), "-p", str(port))
    wait_for_udp(port)
    told = ask("127.0.0.1", port=port, password="phone-secret")
    assert (told.status, told.user_agent) == (200, "snomD862/10.1.226.13")
    assert phone.wait(90) == 0


def wait_for_udp(port: int) -> None:
    """Until a program has this port."""
    entry = f"0100007F:{port:04X}"
    until(lambda: entry in Path("/proc/net/udp").read_text(), bool)


def wait_for_tcp(port: int) -> None:
    entry = f"0100007F:{port:04X} 00000000:0000 0A"
    until(lambda: entry in Path("/proc/net/tcp").read_text(), bool)
