# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is made of answers that a Kamailio never gives. A real one answers in tests/integration/pbx."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
import requests
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import PbxFailed, Refused
from ansible_collections.telephony.snom.plugins.module_utils._pbx.kamailio import Kamailio
from ansible_collections.telephony.snom.plugins.module_utils._pbx.overview import overview
from ansible_collections.telephony.snom.plugins.module_utils._pbx.pbx import Notify, registration_of
from ansible_collections.telephony.snom.tests.unit.module_utils._pbx.scripted import settings
from ansible_collections.telephony.snom.tests.unit.raw_server import Endless, Last, RawServer, Reply


def kamailio(monkeypatch: pytest.MonkeyPatch, answers: dict[str, Any], **values: Any) -> Kamailio:
    """One that answers methods; an exception is raised, bytes are sent as they are."""

    def post(self: requests.Session, url: str, *, json: dict[str, Any], **_more: object) -> requests.Response:
        answer = answers.get(json["method"], {"error": {"code": -32601, "message": "Method Not Found"}})
        if isinstance(answer, Exception):
            raise answer
        response = requests.Response()
        response.status_code = 200
        content = answer if isinstance(answer, bytes) else dumps({"jsonrpc": "2.0", "id": 1, **answer})
        response.raw = io.BytesIO(content)
        return response

    monkeypatch.setattr(requests.Session, "post", post)
    return Kamailio(settings(kind="kamailio", **values))


def dumps(value: object) -> bytes:
    return json.dumps(value).encode()


def dump(*contacts: dict[str, Any]) -> dict[str, Any]:
    aors = [{"Info": {"AoR": "401", "Contacts": [{"Contact": one} for one in contacts]}}]
    return {"result": {"Domains": [{"Domain": {"Domain": "location", "AoRs": aors}}]}}


ONE = {
    "Address": "sip:401@10.0.0.5",
    "Expires": 60,
    "User-Agent": "snomD862/10.1.226.13",
    "Received": "sip:192.0.2.7:9",
}


def test_the_address_behind_nat(monkeypatch: pytest.MonkeyPatch) -> None:
    (one,) = kamailio(monkeypatch, {"ul.dump": dump(ONE)}).registrations()
    assert (one.address, one.expires, one.reachable) == ("192.0.2.7", 60.0, None)
    assert (one.contact, one.route) == ("sip:401@10.0.0.5", "sip:192.0.2.7:9")


@pytest.mark.parametrize("expires", [None, "60", "permanent", 1e10, 10**400, float("nan"), float("inf")])
def test_a_time_that_is_none_is_not_known(monkeypatch: pytest.MonkeyPatch, expires: object) -> None:
    pbx = kamailio(monkeypatch, {"ul.dump": dump(ONE | {"Expires": expires})})
    (one,) = overview(pbx, settings(kind="kamailio"))["registrations"]
    assert (one["contact"], one["expires"]) == ("sip:401@10.0.0.5", None)


@pytest.mark.parametrize("expires", ["deleted", "expired"])
def test_a_contact_that_is_none_any_more_is_not_listed(monkeypatch: pytest.MonkeyPatch, expires: str) -> None:
    """By its source Kamailio lists it until its timer has run, once a minute."""
    here = ONE | {"Address": "sip:401@10.0.0.6;line=k3x9"}
    (one,) = kamailio(monkeypatch, {"ul.dump": dump(ONE | {"Expires": expires}, here)}).registrations()
    assert one.contact == "sip:401@10.0.0.6;line=k3x9"
    assert kamailio(monkeypatch, {"ul.dump": dump(ONE | {"Expires": expires})}).registrations() == ()


@pytest.mark.parametrize(
    ("agent", "instance", "mac"),
    [
        ("snomD862/10.1.226.13", "<urn:uuid:5d1f8c7a-63e0-4b19-9c02-000413c0ffee>", "000413C0FFEE"),
        ("snomD862/10.1.226.13", "urn:uuid:5d1f8c7a-63e0-4b19-9c02-1C7126C0FFEE", "1C7126C0FFEE"),
        ("snomD862/10.1.226.13 000413ABCDEF", "<urn:uuid:5d1f8c7a-63e0-4b19-9c02-000413C0FFEE>", "000413ABCDEF"),
        ("snom370/7.3.14", "<urn:uuid:5d1f8c7a-63e0-4b19-9c02-7a31c04e99d2>", None),
        ("snomD862/10.1.226.13", "<urn:uuid:000413c0ffee>", None),
        ("snomD862/10.1.226.13", "[not set]", None),
    ],
)
def test_the_mac_address_that_ends_the_instance(
    monkeypatch: pytest.MonkeyPatch, agent: str, instance: str, mac: str | None
) -> None:
    contact = ONE | {"User-Agent": agent, "Instance": instance}
    (one,) = kamailio(monkeypatch, {"ul.dump": dump(contact)}).registrations()
    assert one.agent is not None and one.agent.mac == mac


def test_the_instance_of_another_makers_phone_makes_no_snom_phone(monkeypatch: pytest.MonkeyPatch) -> None:
    contact = ONE | {"User-Agent": "Example 1.0", "Instance": "<urn:uuid:5d1f8c7a-63e0-4b19-9c02-000413C0FFEE>"}
    (one,) = kamailio(monkeypatch, {"ul.dump": dump(contact)}).registrations()
    assert one.agent is None


@pytest.mark.parametrize("contact", ["sip:401@10.0.0.5>\r\nX: y", "sip:401@10.0.0.5\n", "sip:401@\x0010.0.0.5"])
def test_what_a_phone_wrote_can_t_become_a_header(monkeypatch: pytest.MonkeyPatch, contact: str) -> None:
    answers = {"ul.dump": dump(ONE | {"Address": contact}), "tm.t_uac_wait": {"result": {"code": 200}}}
    pbx = kamailio(monkeypatch, answers)
    (one,) = pbx.registrations()
    with pytest.raises(PbxFailed, match="can't be sent back"):
        pbx.notify(one, Notify(event="check-sync;reboot=false"))


@pytest.mark.parametrize("received", ["[not set]", "sip:192.0.2.7:9"])
def test_a_phone_behind_an_edge_proxy_is_not_sent_to_past_it(monkeypatch: pytest.MonkeyPatch, received: str) -> None:
    """Its contact is an address of its own network, and in the registrar's another phone may have that."""
    answers = {"tm.t_uac_wait": {"result": [200, "OK"]}}
    path = {"Path": "<sip:edge.example;lr>", "Received": received}
    pbx = kamailio(monkeypatch, answers | {"ul.dump": dump(ONE | path)})
    (one,) = pbx.registrations()
    for send in (lambda: pbx.notify(one, Notify(event="check-sync;reboot=false")), lambda: pbx.probe(one)):
        with pytest.raises(Refused, match=r"through a proxy \(Path\).*Nothing was sent"):
            send()
    pbx = kamailio(monkeypatch, answers | {"ul.dump": dump(ONE | {"Path": "[not set]"})})
    assert pbx.notify(pbx.registrations()[0], Notify(event="check-sync;reboot=false")).status == 200


@pytest.mark.parametrize(
    "result",
    [None, [], 3, {"Domains": 3}, {"Domains": [None, {"Domain": None}, {"Domain": {"AoRs": [1, {"Info": []}]}}]}],
)
def test_half_a_dump_is_no_registration(monkeypatch: pytest.MonkeyPatch, result: object) -> None:
    assert kamailio(monkeypatch, {"ul.dump": {"result": result}}).registrations() == ()


def test_without_the_module_dialog_nothing_is_known_of_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    assert kamailio(monkeypatch, {"ul.dump": dump(ONE)}, dialogs=True).calls() == {}


@pytest.mark.parametrize(("dialogs", "expected"), [(True, {"401": "idle"}), (False, {})])
def test_who_is_in_no_dialog_is_idle_only_by_the_users_word(
    monkeypatch: pytest.MonkeyPatch, dialogs: bool, expected: dict[str, str]
) -> None:
    answers = {"ul.dump": dump(ONE), "dlg.list": {"result": []}}
    assert kamailio(monkeypatch, answers, dialogs=dialogs).calls() == expected


@pytest.mark.parametrize(
    ("state", "expected"),
    [(4, {"401": "in_call", "500": "in_call"}), (2, {"401": "in_call", "500": "in_call"}), (5, {})],
)
def test_who_stands_in_a_dialog_is_in_a_call(
    monkeypatch: pytest.MonkeyPatch, state: int, expected: dict[str, str]
) -> None:
    dialog = {"from_uri": "sip:401@pbx.example:5060;x=1", "to_uri": "sip:500@pbx.example", "state": state}
    answers = {"ul.dump": dump(ONE), "dlg.list": {"result": [dialog, "junk", None]}}
    found = kamailio(monkeypatch, answers).calls()
    assert {account: found[account] for account in found} == expected


@pytest.mark.parametrize("listed", [{"Dialogs": []}, [[{"state": 4}]], [None], "some", [{"from_uri": "sip:401@pbx"}]])
def test_nobody_is_idle_by_dialogs_that_can_not_be_read(monkeypatch: pytest.MonkeyPatch, listed: object) -> None:
    answers = {"ul.dump": dump(ONE), "dlg.list": {"result": listed}}
    with pytest.raises(PbxFailed, match="can't be read"):
        kamailio(monkeypatch, answers, dialogs=True).calls()
    assert "idle" not in kamailio(monkeypatch, answers).calls().values()


@pytest.mark.parametrize("nothing", [[], {}, None, ""])
def test_no_dialog_may_be_nothing_of_any_kind(monkeypatch: pytest.MonkeyPatch, nothing: object) -> None:
    answers = {"ul.dump": dump(ONE), "dlg.list": {"result": nothing}}
    assert kamailio(monkeypatch, answers, dialogs=True).calls() == {"401": "idle"}


PHONES = (ONE, {"Address": "sip:401@10.0.0.6:5060;line=k3x9", "Expires": 60, "Received": "[not set]"})


@pytest.mark.parametrize(
    ("contact", "state"),
    [
        ("sip:401@10.0.0.6:5060", "in_call"),
        ("sip:401@10.0.0.6;line=k3x9", "in_call"),
        # Another identity of the phone, or the number that it shows; and another port, as over TLS.
        ("sip:4930555@10.0.0.6:5060;transport=tcp", "in_call"),
        ("sip:401@10.0.0.6:3072;transport=tls", "in_call"),
        ("sip:4930555@192.0.2.7:9", "in_call"),
        ("sip:4930555@trunk.example", "idle"),
        ("sip:4930555@10.0.0.6:3072", "idle"),
        ("401", "idle"),
    ],
)
@pytest.mark.parametrize("leg", ["caller", "callee"])
def test_who_is_in_a_call_by_the_contact_alone(
    monkeypatch: pytest.MonkeyPatch, leg: str, contact: str, state: str
) -> None:
    """Of a group, to a number of the trunk, or of one who hides, no account stands in From and To."""
    dialog = {"from_uri": "sip:anonymous@anonymous.invalid", "to_uri": "sip:600@pbx.example", "state": 4}
    dialog |= {"caller": {"contact": "sip:1@trunk.example"}, "callee": {"contact": "sip:2@trunk.example"}}
    answers = {"ul.dump": dump(*PHONES), "dlg.list": {"result": [dialog | {leg: {"contact": contact}}]}}
    assert kamailio(monkeypatch, answers, dialogs=True).calls()["401"] == state
    in_call = {"401": "in_call"} if state == "in_call" else {}
    assert kamailio(monkeypatch, answers, dialogs=False).calls().items() >= in_call.items()


@pytest.mark.parametrize(
    ("to", "callee", "calls"),
    [
        ("sip:600@pbx.example", {"contact": None}, {}),
        ("sip:600@pbx.example", None, {}),
        ("sip:600@pbx.example", {"contact": "sip:2@trunk.example"}, {"401": "idle", "4711": "in_call"}),
        ("sip:401@pbx.example", {"contact": None}, {"401": "in_call", "4711": "in_call"}),
    ],
)
def test_nobody_is_idle_while_nothing_tells_who_rings(
    monkeypatch: pytest.MonkeyPatch, to: str, callee: object, calls: dict[str, str]
) -> None:
    dialog = {"from_uri": "sip:4711@trunk.example", "to_uri": to, "state": 2}
    dialog |= {"caller": {"contact": "sip:4711@trunk.example"}, "callee": callee}
    answers = {"ul.dump": dump(*PHONES), "dlg.list": {"result": [dialog]}}
    found = kamailio(monkeypatch, answers, dialogs=True).calls()
    assert {account: state for account, state in found.items() if account != "600"} == calls | {"4711": "in_call"}


@pytest.mark.parametrize("before", ["", "x" * 70, "x" * 75])
@pytest.mark.parametrize("shown", ["Never/shown&1", "Never%2Fshown%261", "YW5zaWJsZTpOZXZlci9zaG93biYx"])
def test_what_it_says_is_repeated_without_the_login(monkeypatch: pytest.MonkeyPatch, before: str, shown: str) -> None:
    answer = {"error": {"message": f"{before}{shown} may not"}}
    with pytest.raises(PbxFailed) as error:
        kamailio(monkeypatch, {"ul.dump": answer}).registrations()
    assert shown[:4] not in error.value.reason and "***" in error.value.reason


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (b"<html>no</html>", "answers 200 and no JSON-RPC at /RPC"),
        (b"[" * 100000, "no JSON-RPC"),
        (b"[]", "no JSON-RPC"),
        ({"error": "no"}, "ul.dump: no"),
        (requests.ConnectTimeout(), "no answer within 10 s"),
        (requests.ConnectionError(ConnectionRefusedError(111, "Connection refused")), "connection refused"),
    ],
)
def test_what_goes_wrong_is_told(monkeypatch: pytest.MonkeyPatch, answer: Any, message: str) -> None:
    with pytest.raises(PbxFailed, match=message) as error:
        kamailio(monkeypatch, {"ul.dump": answer}).registrations()
    assert "Never/shown" not in error.value.reason


PHONE = registration_of("401", "sip:401@192.0.2.7:5060", user_agent="snomD862/10.1.226.13")
SYNC = Notify(event="check-sync;reboot=false")


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (
            [200, "OK", "", "", "", "Via: x\r\nUser-Agent: snomD862/10.1.226.13\r\n"],
            (200, "OK", "snomD862/10.1.226.13"),
        ),
        ([401, "No", "Via: x\r\nuser-agent:\tsnomD862/1.2\r\n"], (401, "No", "snomD862/1.2")),
        ([408, "Request Timeout", "", "", "", ""], (408, "Request Timeout", "")),
        ([302, "\x07" + "x" * 9000, None, {}], (302, "\\x07" + "x" * 199, "")),
    ],
)
def test_the_phones_own_answer(monkeypatch: pytest.MonkeyPatch, answer: list[Any], told: tuple[int, str, str]) -> None:
    found = kamailio(monkeypatch, {"tm.t_uac_wait": {"result": answer}}).notify(PHONE, SYNC)
    assert (found.status, found.reason, found.user_agent) == told


@pytest.mark.parametrize("answer", [None, [], [200], {"code": 200}, ["200", "OK"], [0, "OK"], [True, "OK"]])
def test_what_is_no_answer_is_told(monkeypatch: pytest.MonkeyPatch, answer: object) -> None:
    with pytest.raises(PbxFailed, match="does not tell what the phone answered"):
        kamailio(monkeypatch, {"tm.t_uac_wait": {"result": answer}}).notify(PHONE, SYNC)


def test_without_the_right_to_send_that_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(PbxFailed, match=r"tm\.t_uac_wait"):
        kamailio(monkeypatch, {}).notify(PHONE, SYNC)


@pytest.mark.parametrize(
    "answer",
    [
        Endless(b"HTTP/1.1 200 OK\r\nX: ", b"a"),
        Endless(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b" "),
        Last(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nhello"),
        Last(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\nhello"),
    ],
    ids=["trickling head", "trickling body", "less than nothing", "minus one"],
)
def test_no_answer_takes_longer_than_its_time(answer: Reply) -> None:
    with RawServer(lambda _request: answer) as server, pytest.raises(PbxFailed):
        Kamailio(settings(kind="kamailio", host="127.0.0.1", port=server.port, timeout=0.3)).registrations()
