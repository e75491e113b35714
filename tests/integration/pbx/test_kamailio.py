# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A real Kamailio, asked by the library, with virtual phones that register there."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import PbxFailed
from ansible_collections.telephony.snom.plugins.module_utils._pbx.kamailio import Kamailio as KamailioPbx
from ansible_collections.telephony.snom.plugins.module_utils._pbx.pbx import Notify, Registration
from ansible_collections.telephony.snom.plugins.module_utils._pbx.settings import parse_pbx
from ansible_collections.telephony.snom.tests.integration.pbx.calling import register
from ansible_collections.telephony.snom.tests.integration.pbx.conftest import until
from ansible_collections.telephony.snom.tests.integration.pbx.phones import sip_phone
from ansible_collections.telephony.snom.tests.virtual_phones.kamailio import Kamailio
from ansible_collections.telephony.snom.tests.virtual_phones.running import VirtualFleet, running

SYNC = Notify(event="check-sync;reboot=false")


@pytest.fixture(scope="module")
def fleet(kamailio: Kamailio, tmp_path_factory: pytest.TempPathFactory) -> Iterator[VirtualFleet]:
    phones = [
        sip_phone(kamailio, "401", "127.0.4.1"),
        sip_phone(
            kamailio,
            "402",
            "127.0.4.2",
            model="D785",
            firmware="10.1.169.16",
            settings={"mac_info_in_sip_register": "off"},
        ),
        sip_phone(kamailio, "403", "127.0.4.3", sip={"deaf": True}),
        sip_phone(kamailio, "404", "127.0.4.4", settings={"challenge_checksync": "on"}),
        sip_phone(kamailio, "405", "127.0.4.5", sip={"new_contact": True}),
    ]
    with running({"phones": phones}, tmp_path_factory.mktemp("fleet")) as fleet:
        until(lambda: fleet.log(event="sip_registered"), lambda found: len({one["phone"] for one in found}) == 5)
        yield fleet


@pytest.fixture
def pbx(kamailio: Kamailio) -> Iterator[KamailioPbx]:
    settings = parse_pbx(kamailio.pbx)
    assert settings
    pbx = KamailioPbx(settings)
    yield pbx
    pbx.close()


def of(pbx: KamailioPbx, account: str) -> list[Registration]:
    return [one for one in pbx.registrations() if one.account == account]


def test_registrations_name_address_model_version_and_mac(fleet: VirtualFleet, pbx: KamailioPbx) -> None:
    (one,), (other,) = of(pbx, "401"), of(pbx, "402")
    assert (one.address, one.agent.model, str(one.agent.firmware), one.agent.mac) == (
        *("127.0.4.1", "D862", "10.1.215.13"),
        fleet.phone("401")["mac"],
    )
    assert one.expires is not None and 0 < one.expires <= 600
    assert one.contact.startswith("sip:401@127.0.4.1:") and one.call_id
    assert (other.agent.model, str(other.agent.firmware), other.agent.mac) == ("D785", "10.1.169.16", None)


def test_the_phones_own_answers_come_back(fleet: VirtualFleet, pbx: KamailioPbx) -> None:
    assert pbx.notify(of(pbx, "401")[0], SYNC).status == 200
    assert pbx.probe(of(pbx, "401")[0]).status == 200
    # One that says nothing, one that wants the password of its account, one that is not there.
    assert pbx.notify(of(pbx, "403")[0], SYNC).status == 408
    assert pbx.notify(of(pbx, "404")[0], SYNC).status == 401
    gone = replace(of(pbx, "401")[0], contact="sip:401@127.0.4.99:5060")
    assert pbx.probe(gone).status in (408, 477, 478)
    until(lambda: fleet.log("401", event="check_sync"), bool)
    assert [one["detail"] for one in fleet.log("401", event="notify")] == ["check-sync;reboot=false"]


def test_each_phones_answer_is_its_own_however_many_are_asked_at_a_time(
    fleet: VirtualFleet, kamailio: Kamailio
) -> None:
    settings = parse_pbx(kamailio.pbx)
    assert settings
    listed = {one.account: one for one in KamailioPbx(settings).registrations()}
    expected = {"401": 200, "402": 200, "404": 401, "405": 200}

    def tell(account: str) -> tuple[str, int | None, str]:
        pbx = KamailioPbx(settings)
        try:
            told = pbx.notify(listed[account], SYNC)
        finally:
            pbx.close()
        return account, told.status, told.user_agent

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(tell, [*expected] * 10))
    assert found == {(account, status, listed[account].user_agent) for account, status in expected.items()}


def test_a_document_arrives_whole(fleet: VirtualFleet, pbx: KamailioPbx) -> None:
    body = '<SnomIPPhoneSilent><fetch mil="1">snom://mb_exit#reregister=0</fetch></SnomIPPhoneSilent>'
    message = Notify(event="xml", content_type="application/snomxml", body=body)
    assert pbx.notify(of(pbx, "401")[0], message).status == 200
    until(lambda: fleet.log("401", event="fragment"), bool)
    assert [one["detail"] for one in fleet.log("401", event="fragment")] == ["reregister=0"]


def test_the_old_contact_of_a_phone_stays_listed(fleet: VirtualFleet, pbx: KamailioPbx) -> None:
    before = of(pbx, "405")
    fleet.patch("405", running=False, firmware="10.1.226.13")
    fleet.patch("405", running=True)
    contacts = until(lambda: of(pbx, "405"), lambda found: len(found) == 2)
    assert {str(one.agent.firmware) for one in contacts} == {"10.1.215.13", "10.1.226.13"}
    assert before[0].contact in {one.contact for one in contacts}
    assert all(one.agent.mac == fleet.phone("405")["mac"] for one in contacts)


def test_who_registers_by_another_program_is_listed_without_a_model(kamailio: Kamailio, pbx: KamailioPbx) -> None:
    register(kamailio, "499", "127.0.4.9", 5099)
    (one,) = of(pbx, "499")
    assert (one.address, one.agent) == ("127.0.4.9", None)


def test_a_wrong_login_and_a_wrong_path_are_told(kamailio: Kamailio) -> None:
    wrong = parse_pbx({**kamailio.pbx, "password": "guessed"})
    with pytest.raises(PbxFailed, match="refused the login") as error:
        KamailioPbx(wrong).registrations()
    assert "guessed" not in str(error.value)
    with pytest.raises(PbxFailed, match="no JSON-RPC at /other"):
        KamailioPbx(parse_pbx({**kamailio.pbx, "path": "/other"})).registrations()


def test_a_pbx_that_is_down_is_told(kamailio: Kamailio) -> None:
    with pytest.raises(PbxFailed, match="can't be asked at port 1: connection refused"):
        KamailioPbx(parse_pbx({**kamailio.pbx, "port": 1})).registrations()
