# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Programs that speak SIP and that nobody here wrote: sipsak, baresip and sipp, with Kamailio and virtual phones."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._pbx.kamailio import Kamailio as KamailioPbx
from ansible_collections.telephony.snom.plugins.module_utils._pbx.pbx import Notify
from ansible_collections.telephony.snom.plugins.module_utils._pbx.settings import parse_pbx
from ansible_collections.telephony.snom.tests.integration.pbx.conftest import until
from ansible_collections.telephony.snom.tests.integration.pbx.phones import sip_phone
from ansible_collections.telephony.snom.tests.virtual_phones.kamailio import PASSWORD, Kamailio, free_port
from ansible_collections.telephony.snom.tests.virtual_phones.running import VirtualFleet, running

HERE = Path(__file__).resolve().parent
SYNC = Notify(event="check-sync;reboot=false")

# As the vendor's page shows it (sip 1.1). sipsak puts a Via of its own in front.
TRACE = """\
NOTIFY sip:461@{address}:{port} SIP/2.0
To: <sip:461@{address}:{port}>
From: "sipsak" <sip:sipsak@localhost>;tag=29c7af3
CSeq: 10 NOTIFY
Call-ID: 665fc0a@localhost
Event: check-sync;reboot=false

"""

# sipp's way to register. Who sends the User-Agent is free to write what it likes.
REGISTERS = """\
<scenario name="registers">
  <send retrans="500"><![CDATA[
    REGISTER sip:[remote_ip]:[remote_port] SIP/2.0
    Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
    From: <sip:{account}@[remote_ip]>;tag=[call_number]
    To: <sip:{account}@[remote_ip]>
    Call-ID: [call_id]
    CSeq: 1 REGISTER
    Contact: {contact}
    User-Agent: {agent}
    Expires: 600
    Content-Length: 0

  ]]></send>
  <recv response="401" auth="true"/>
  <send retrans="500"><![CDATA[
    REGISTER sip:[remote_ip]:[remote_port] SIP/2.0
    Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
    From: <sip:{account}@[remote_ip]>;tag=[call_number]
    To: <sip:{account}@[remote_ip]>
    Call-ID: [call_id]
    CSeq: 2 REGISTER
    Contact: {contact}
    [authentication username={account} password={password}]
    User-Agent: {agent}
    Expires: 600
    Content-Length: 0

  ]]></send>
  <recv response="200"/>
</scenario>
"""

# A phone that answers a NOTIFY in its own way.
ANSWERS = """\
<scenario name="answers">
  <recv request="NOTIFY"/>
  <send><![CDATA[
    SIP/2.0 {answer}
    [last_Via:]
    [last_From:]
    [last_To:];tag=[call_number]
    [last_Call-ID:]
    [last_CSeq:]
    User-Agent: snomD862/10.1.999.1
    Content-Length: 0

  ]]></send>
</scenario>
"""


@pytest.fixture
def pbx(kamailio: Kamailio) -> Iterator[KamailioPbx]:
    settings = parse_pbx(kamailio.pbx)
    assert settings
    pbx = KamailioPbx(settings)
    yield pbx
    pbx.close()


@pytest.fixture(scope="module")
def fleet(kamailio: Kamailio, tmp_path_factory: pytest.TempPathFactory) -> Iterator[VirtualFleet]:
    phones = [
        sip_phone(kamailio, "461", "127.0.5.1"),
        sip_phone(kamailio, "462", "127.0.5.2", sip={"transport": "tcp"}),
    ]
    with running({"phones": phones}, tmp_path_factory.mktemp("fleet")) as fleet:
        until(lambda: {one["phone"] for one in fleet.log(event="sip_registered")}, lambda found: len(found) == 2)
        yield fleet


def program(name: str) -> str:
    path = shutil.which(name)
    assert path, f"{name} is missing"
    return path


def sipp(folder: Path, scenario: str, *arguments: str) -> subprocess.Popen[bytes]:
    """One call by a scenario. It ends by itself after it, and after a minute."""
    file = folder / f"{len(list(folder.iterdir()))}.xml"
    file.write_text(f'<?xml version="1.0" encoding="ISO-8859-1"?>\n{scenario}', "utf-8")
    limits = ("-m", "1", "-nostdin", "-timeout", "60s", "-timeout_error")
    with file.with_suffix(".log").open("wb") as log:
        return subprocess.Popen(
            [program("sipp"), "-sf", file, "-i", "127.0.0.1", *limits, *arguments],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )


def register(
    folder: Path, kamailio: Kamailio, account: str, contact: str, agent: str, *, port: int | None = None
) -> None:
    """Register at Kamailio by sipp, from a port."""
    scenario = REGISTERS.format(account=account, contact=contact, agent=agent, password=PASSWORD)
    own = str(port or free_port("127.0.0.1"))
    caller = sipp(folder, scenario, "-p", own, f"{kamailio.address}:{kamailio.port}")
    assert caller.wait(90) == 0


@contextmanager
def baresip(folder: Path, kamailio: Kamailio, account: str) -> Iterator[int]:
    """A soft phone without sound that registers an account; gives its port."""
    login = f"auth_user={account};auth_pass={PASSWORD};regint=600"
    (folder / "accounts").write_text(f"<sip:{account}@{kamailio.address}:{kamailio.port}>;{login}\n", "utf-8")
    process, log = None, folder / "log"
    while process is None or process.poll() is not None:
        # It takes the port behind this one for TLS, too, which nobody reserves: then it ends.
        port = free_port("127.0.0.1")
        config = f"sip_listen 127.0.0.1:{port}\nmodule_path /usr/lib/baresip/modules\nmodule_app account.so\n"
        (folder / "config").write_text(config, "utf-8")
        with log.open("wb") as said:
            process = subprocess.Popen(
                [program("baresip"), "-f", folder, "-n", "127.0.0.1"],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
            )
        until(
            lambda one=process: one.poll() is not None or "baresip is ready" in log.read_text("utf-8", "replace"), bool
        )
    try:
        yield port
    finally:
        process.terminate()
        process.wait(60)


def test_sipsak_sends_the_vendors_trace(fleet: VirtualFleet, tmp_path: Path) -> None:
    phone = fleet.phone("461")
    trace = tmp_path / "notify"
    trace.write_text(TRACE.format(address=phone["address"], port=phone["sip_port"]), "utf-8")
    target = f"sip:461@{phone['address']}:{phone['sip_port']}"
    said = subprocess.run(
        [program("sipsak"), "-vv", "-f", trace, "-s", target], capture_output=True, text=True, check=True, timeout=60
    )
    assert "SIP/2.0 200" in said.stdout and f"snomD862/10.1.215.13 {phone['mac']}" in said.stdout
    until(lambda: fleet.log("461", event="check_sync"), bool)


def test_a_phone_registers_over_tcp_and_gets_its_event_so(fleet: VirtualFleet, pbx: KamailioPbx) -> None:
    (one,) = [one for one in pbx.registrations() if one.account == "462"]
    assert one.contact.endswith(";transport=tcp") and one.agent.mac == fleet.phone("462")["mac"]
    assert pbx.probe(one).status == 200
    assert pbx.notify(one, SYNC).status == 200
    until(lambda: fleet.log("462", event="check_sync"), bool)


def test_baresip_registers_and_answers(kamailio: Kamailio, pbx: KamailioPbx, tmp_path: Path) -> None:
    with baresip(tmp_path, kamailio, "463") as port:
        (one,) = until(lambda: [one for one in pbx.registrations() if one.account == "463"], bool)
        assert (one.agent, one.address) == (None, "127.0.0.1") and one.contact.endswith(f":{port}")
        assert pbx.probe(one).status == 200
        # It wants a subscription, which no phone of Snom's needs (sip 1.1), and says so: an answer, and no success.
        told = pbx.notify(one, SYNC)
        assert (told.status, told.reason) == (481, "Subscription Does Not Exist")


@pytest.mark.parametrize(
    ("account", "answer"),
    [("464", "200 OK"), ("465", "486 Busy"), ("466", "302 \x07Moved {{ 7 * 7 }}"), ("467", "699 Never heard of")],
)
def test_a_phone_that_sipp_plays_has_its_own_answer_told(
    account: str, answer: str, kamailio: Kamailio, pbx: KamailioPbx, tmp_path: Path
) -> None:
    port = free_port("127.0.0.1")
    register(tmp_path, kamailio, account, f"<sip:{account}@127.0.0.1:{port}>", "snomD862/10.1.215.13 000413AABBCC")
    phone = sipp(tmp_path, ANSWERS.format(answer=answer), "-p", str(port))
    (one,) = [one for one in pbx.registrations() if one.account == account]
    assert (one.agent.model, one.agent.mac) == ("D862", "000413AABBCC")
    told = pbx.notify(one, SYNC)
    assert (told.status, told.reason) == (int(answer[:3]), answer[4:].replace("\x07", "\\x07"))
    assert phone.wait(90) == 0


def test_a_phone_behind_nat_is_told_where_it_comes_from(kamailio: Kamailio, pbx: KamailioPbx, tmp_path: Path) -> None:
    port = free_port("127.0.0.1")
    register(tmp_path, kamailio, "473", "<sip:473@10.9.9.9:5060>", "snomD862/10.1.215.13 000413AABBCD", port=port)
    (one,) = [one for one in pbx.registrations() if one.account == "473"]
    assert (one.address, one.contact, one.route) == ("127.0.0.1", "sip:473@10.9.9.9:5060", f"sip:127.0.0.1:{port}")
    phone = sipp(tmp_path, ANSWERS.format(answer="200 OK"), "-p", str(port))
    assert pbx.notify(one, SYNC).status == 200
    assert phone.wait(90) == 0


def test_calls_of_virtual_phones_show_in_the_dialogs(fleet: VirtualFleet, pbx: KamailioPbx) -> None:
    assert {pbx.calls()[account] for account in ("461", "462")} == {"idle"}
    # One who calls out, and one who is called from outside.
    fleet.patch("461", call={"state": "in_call", "remote": "4711"})
    fleet.patch("462", call={"state": "ringing", "remote": "4712"})
    until(pbx.calls, lambda found: (found.get("461"), found.get("462")) == ("in_call", "in_call"))
    for account in ("461", "462"):
        fleet.patch(account, call={"state": "idle"})
    until(pbx.calls, lambda found: (found.get("461"), found.get("462")) == ("idle", "idle"))
    # One who calls the other.
    (one,) = [one for one in pbx.registrations() if one.account == "461"]
    body = '<SnomIPPhoneSilent><fetch mil="1">snom://mb_exit#numberdial=462</fetch></SnomIPPhoneSilent>'
    assert pbx.notify(one, Notify(event="xml", content_type="application/snomxml", body=body)).status == 200
    until(pbx.calls, lambda found: (found.get("461"), found.get("462")) == ("in_call", "in_call"))
    fleet.patch("462", call={"state": "idle"})
    until(pbx.calls, lambda found: (found.get("461"), found.get("462")) == ("idle", "idle"))


@contextmanager
def both_ends(folder: Path, *arguments: tuple[str, ...]) -> Iterator[None]:
    """A sipp with each of these, until the block ends."""
    ends = [
        subprocess.Popen(
            [program("sipp"), *own, "-i", "127.0.0.1", "-m", "1", "-nostdin", "-timeout", "120s"],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for own in arguments
    ]
    try:
        yield
    finally:
        for end in ends:
            end.kill()
            end.wait(60)


def test_a_call_shows_in_the_dialogs(kamailio: Kamailio, pbx: KamailioPbx, tmp_path: Path) -> None:
    """sipp's own scenarios call and are called; the far end is no account."""
    port = free_port("127.0.0.1")
    register(tmp_path, kamailio, "472", f"<sip:472@127.0.0.1:{port}>", "snomD862/10.1.215.13")
    assert pbx.calls()["472"] == "idle"
    with both_ends(
        tmp_path,
        ("-sn", "uas", "-p", str(port)),
        (*("-sn", "uac", "-s", "472", "-d", "90000"), f"{kamailio.address}:{kamailio.port}"),
    ):
        until(pbx.calls, lambda found: found.get("472") == "in_call")


def test_a_call_of_a_group_by_one_who_hides_is_known_by_the_contacts(
    kamailio: Kamailio, pbx: KamailioPbx, tmp_path: Path
) -> None:
    """Neither account stands in From or To."""
    scenario = (HERE / "caller.xml").read_text("utf-8")
    scenario = scenario.replace("From: <sip:[$caller]@[remote_ip]>", "From: <sip:anonymous@anonymous.invalid>")
    (tmp_path / "hides.xml").write_text(
        scenario.replace("To: <sip:[service]@[remote_ip]>", "To: <sip:600@pbx.example>")
    )
    ports = {account: str(free_port("127.0.0.1")) for account in ("474", "475")}
    for account, port in ports.items():
        register(tmp_path, kamailio, account, f"<sip:{account}@127.0.0.1:{port}>", "snomD862/10.1.215.13")
    assert {pbx.calls()[account] for account in ports} == {"idle"}
    with both_ends(
        tmp_path,
        ("-sn", "uas", "-p", ports["475"]),
        (
            *("-sf", "hides.xml", "-set", "caller", "474", "-s", "475", "-p", ports["474"]),
            f"{kamailio.address}:{kamailio.port}",
        ),
    ):
        calls = until(pbx.calls, lambda found: found.get("475") == "in_call")
        assert calls["474"] == "in_call"


@pytest.mark.parametrize(
    ("account", "agent", "version"),
    [
        ("468", '"}]}, {"x": "\\u0000', None),
        ("469", "snom" + "D" * 2000 + "/1.1", None),
        ("470", "snomD862/10.1.215.13 \x1b]0;x\x07{{ lookup('pipe', 'id') }} <script>", "10.1.215.13"),
        ("471", "snomD862/99999999999999999999.1", None),
    ],
)
def test_a_strange_name_harms_nobody(
    account: str, agent: str, version: str | None, kamailio: Kamailio, pbx: KamailioPbx, tmp_path: Path
) -> None:
    register(tmp_path, kamailio, account, f"<sip:{account}@127.0.0.9:5060>", agent)
    (one,) = [one for one in pbx.registrations() if one.account == account]
    assert one.address == "127.0.0.9"
    told = one.agent.firmware if one.agent else None
    assert (None if told is None else str(told)) == version
