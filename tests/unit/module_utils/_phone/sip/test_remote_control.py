# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Remote control of a phone by its PBX: what it is told, and what it is not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import (
    AnswerLost,
    InputError,
    PbxFailed,
    PhoneUnreachable,
    Refused,
    SnomError,
    Unsupported,
    WrongPhone,
)
from ansible_collections.telephony.snom.plugins.module_utils._known.key_event import KeyEvent
from ansible_collections.telephony.snom.plugins.module_utils._operations.call import ARGUMENT_SPEC, control_call
from ansible_collections.telephony.snom.plugins.module_utils._operations.call_list import clear_call_lists
from ansible_collections.telephony.snom.plugins.module_utils._operations.factory_reset import reset_phone
from ansible_collections.telephony.snom.plugins.module_utils._operations.identity import set_identity
from ansible_collections.telephony.snom.plugins.module_utils._operations.key import press_keys
from ansible_collections.telephony.snom.plugins.module_utils._pbx.pbx import (
    Delivery,
    Notify,
    Registration,
    registration_of,
)
from ansible_collections.telephony.snom.plugins.module_utils._pbx.registered import Registrar
from ansible_collections.telephony.snom.plugins.module_utils._pbx.settings import PbxSettings
from ansible_collections.telephony.snom.plugins.module_utils._phone.call_reading import CallReading, CallSource
from ansible_collections.telephony.snom.plugins.module_utils._phone.commands import (
    ClearList,
    Command,
    Dial,
    FixLineInfoLayer,
    LogOff,
    OpenDocument,
    Press,
    ReleaseAllCalls,
    Reregister,
    Reset,
    Restart,
    Ring,
    Tones,
    Touch,
    Write,
)
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import Connection
from ansible_collections.telephony.snom.plugins.module_utils._phone.report import report_document
from ansible_collections.telephony.snom.plugins.module_utils._phone.sip.fragments import document_of, fragment_of
from ansible_collections.telephony.snom.plugins.module_utils._phone.sip.sip_phone import SipPhone
from ansible_collections.telephony.snom.tests.unit.phones import parameters_of

MAC = "00041396D9B4"
NEW = f"snomD862/10.1.226.13 {MAC}"


class Exchange:
    """A PBX that notes what it sends, and answers as it is told to."""

    def __init__(self, *agents: str, answer: Delivery | PbxFailed | None = None) -> None:
        self.agents = agents
        self.answer = answer or Delivery(status=200, reason="OK")
        self.sent: list[Notify] = []

    def registrations(self) -> tuple[Registration, ...]:
        return tuple(
            registration_of(f"40{number}", f"sip:40{number}@192.0.2.7:5060", user_agent=agent, expires=60)
            for number, agent in enumerate(self.agents, 1)
        )

    def calls(self) -> Mapping[str, str]:
        return {}

    def notify(self, registration: Registration, message: Notify) -> Delivery:
        self.sent.append(message)
        if isinstance(self.answer, PbxFailed):
            raise self.answer
        return self.answer

    def probe(self, registration: Registration) -> Delivery:
        return Delivery()

    def close(self) -> None:
        pass

    @property
    def fragments(self) -> list[str]:
        found = []
        for message in self.sent:
            assert (message.event, message.content_type) == ("xml", "application/snomxml")
            # That of the only condition that can hold, or the only one.
            fetch = ElementTree.fromstring(message.body.encode()).findall(".//fetch")[-1]
            assert fetch.text is not None
            url, _hash, fragment = fetch.text.partition("#")
            assert url == "snom://mb_nop"
            found.append(fragment)
        return found


def phone_at(exchange: Exchange, calls: CallReading | None = None) -> SipPhone:
    """calls is what the PBX knows of its calls, for ever."""
    registrar = Registrar(PbxSettings(kind="kamailio", host="pbx.example"), open_one=lambda settings: exchange)
    witnesses = {} if calls is None else {CallSource.PBX: lambda asked: calls}
    return SipPhone(Connection(address="desk", mac=MAC, transport="sip"), registrar=registrar, witnesses=witnesses)


def given(**options: Any) -> dict[str, Any]:
    return {
        "host": "desk",
        "mac": MAC,
        "model": None,
        "scheme": "https",
        "transport": "sip",
        "secret": False,
        "allow_cleartext_secrets": False,
        "keys": None,
        "touch": None,
    } | options


@pytest.mark.parametrize(
    ("command", "fragment"),
    [
        (Press((KeyEvent("F_CANCEL"),)), "key=F_CANCEL"),
        (Press((KeyEvent("ENTER", pause=500),)), "key=ENTER"),
        (Press((KeyEvent("#"),)), "key=%23"),
        (Press((KeyEvent("*"),)), "key=*"),
        (Dial("+49 30 1"), "numberdial=+49%2030%201"),
        (Dial("sip:401@pbx.example"), "numberdial=sip:401@pbx.example"),
        (Dial("1&reboot=reset"), "numberdial=1%26reboot%3Dreset"),
        (Dial("1#reboot"), "numberdial=1%23reboot"),
        (Reregister(1), "reregister=0"),
        (ClearList("missed"), "calllistclear=Missed"),
        (ClearList("received", 1), "calllistclear=Received"),
        (Reset(None), "reboot=reset"),
    ],
)
def test_a_command_is_one_fragment(command: Command, fragment: str) -> None:
    exchange = Exchange(NEW)
    acceptance = phone_at(exchange).command(command)
    assert exchange.fragments == [fragment] == [fragment_of(command)]
    assert (acceptance.request, acceptance.answer) == (fragment, "200 OK")


def test_the_phone_itself_decides_whether_it_is_idle_before_it_dials() -> None:
    (condition,) = ElementTree.fromstring(document_of(Dial("1"), MAC).encode())
    assert (condition.tag, condition.get("condition")) == ("If", "$(phone_state)==Idle")
    (pressed,) = ElementTree.fromstring(document_of(Press((KeyEvent("ENTER"),)), MAC).encode())
    assert pressed.tag == "fetch"


def test_the_phone_itself_compares_its_address_before_it_resets() -> None:
    never, own = ElementTree.fromstring(document_of(Reset(None), MAC).encode())
    assert (never.tag, never.get("condition"), never.findtext("fetch")) == ("If", "a==b", "snom://mb_nop")
    assert (own.tag, own.get("condition")) == ("Elif", f"$(set:mac)=={MAC}")
    assert own.findtext("fetch") == "snom://mb_nop#reboot=reset"


def test_whom_a_registration_does_not_name_is_not_reset() -> None:
    exchange = Exchange("snomD862/10.1.226.13 000413000001")
    with pytest.raises(PhoneUnreachable, match="names its MAC address"):
        reset_phone(phone_at(exchange), given(confirm=MAC), False)
    exchange = Exchange(NEW)
    with pytest.raises(WrongPhone, match="confirm is 000413000001"):
        reset_phone(phone_at(exchange), given(confirm="000413000001"), False)
    assert exchange.sent == []


@pytest.mark.parametrize("answer", [Delivery(status=200, reason="OK"), PbxFailed("Silent.")])
def test_nothing_tells_whether_a_phone_was_reset(answer: Delivery | PbxFailed) -> None:
    exchange = Exchange(NEW, answer=answer)
    foretold = reset_phone(phone_at(exchange), given(confirm=MAC), True)
    assert (foretold["outcome"], foretold["sent"], exchange.sent) == ("planned", ["reboot=reset"], [])
    result = reset_phone(phone_at(exchange), given(confirm=MAC), False)
    assert (result["outcome"], result["changed"], result["sent"]) == ("triggered", True, ["reboot=reset"])
    assert "it nothing tells" in result["reason"] and "open to everybody" in result["reason"]


def test_a_phone_that_takes_no_document_was_not_reset() -> None:
    exchange = Exchange(NEW, answer=Delivery(status=489, reason="Bad Event"))
    with pytest.raises(SnomError, match="did not take the document"):
        reset_phone(phone_at(exchange), given(confirm=MAC), False)


def test_a_document_to_report_is_sent_as_it_is() -> None:
    exchange = Exchange(NEW)
    phone = phone_at(exchange)
    document = report_document("http://192.0.2.10:8099/t", "t")
    assert phone.command(OpenDocument("http://192.0.2.10:8099/t", document)).request == "a document"
    assert [message.body for message in exchange.sent] == [document]
    assert phone.reports_from() == "192.0.2.7"


def test_nothing_that_a_number_holds_becomes_a_fragment_or_an_element() -> None:
    number = "1</fetch><fetch>x&y#key=ENTER\"'$(set:x)"
    ((found,),) = ElementTree.fromstring(document_of(Dial(number), MAC).encode())
    assert found.text is not None
    assert unquote(found.text.removeprefix("snom://mb_nop#numberdial=")) == number
    assert "&" not in found.text and found.text.count("#") == 1 and "$" not in found.text


@pytest.mark.parametrize(
    "command",
    [
        Press((KeyEvent("1"), KeyEvent("2"))),
        Press((KeyEvent("ENTER", press=2000),)),
        Press((KeyEvent("P1"),)),
        Press((KeyEvent("EK0"),)),
        Touch(((1, 1, "press"),)),
        Dial("1", outgoing_uri="401@pbx.example"),
        Tones("1"),
        ReleaseAllCalls(),
        LogOff(1),
        LogOff(None),
        Ring(1),
        FixLineInfoLayer(),
        Write({"language": "English"}, store=True),
        Restart(None),
    ],
)
def test_what_has_no_safe_fragment_is_refused_with_a_reason_before_anything_is_sent(command: Command) -> None:
    exchange = Exchange(NEW)
    with pytest.raises(Unsupported, match=r"snom_transport is sip\), and .{10,}\.$"):
        phone_at(exchange).command(command)
    assert exchange.sent == []


@pytest.mark.parametrize(
    ("agents", "error"),
    [
        ([], PhoneUnreachable),
        (["snomD862/10.1.226.13 000413000001"], PhoneUnreachable),
        ([f"snomD785/10.1.81.9 {MAC}"], Unsupported),
        ([f"snomD785 {MAC}"], Unsupported),
    ],
)
def test_whom_nothing_is_sent(agents: list[str], error: type[SnomError]) -> None:
    exchange = Exchange(*agents)
    with pytest.raises(error):
        phone_at(exchange).command(Dial("1"))
    assert exchange.sent == []


def test_which_line_has_which_account_is_not_guessed() -> None:
    exchange = Exchange(NEW, NEW)
    with pytest.raises(Refused, match="several accounts"):
        phone_at(exchange).command(Reregister(1))
    assert exchange.sent == []


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [(Delivery(status=408), "unreachable"), (Delivery(status=403), "auth_failed"), (Delivery(status=489), "failed")],
)
def test_what_the_phone_answers(answer: Delivery, outcome: str) -> None:
    with pytest.raises(SnomError) as error:
        phone_at(Exchange(NEW, answer=answer)).command(Dial("1"))
    assert error.value.outcome.value == outcome
    assert isinstance(error.value, AnswerLost) is (answer.status == 408)


def test_a_pbx_that_fails_while_it_sends_may_have_sent() -> None:
    exchange = Exchange(NEW, answer=PbxFailed("pbx.example hung up."))
    result = press_keys(phone_at(exchange), given(keys="ENTER"), False, sleep=lambda seconds: None)
    assert (result["failed"], result["changed"], result["sent"]) == (True, True, ["key=ENTER"])


def test_keys_go_one_by_one() -> None:
    exchange, slept = Exchange(NEW), list[float]()
    result = press_keys(phone_at(exchange), given(keys="F_HOLD,,5000;1;2"), False, sleep=slept.append)
    assert result == {"changed": True, "sent": ["key=F_HOLD", "key=1", "key=2"]}
    assert (exchange.fragments, slept) == (result["sent"], [5.0, 2.0])


def test_keys_of_which_one_can_not_be_pressed_are_not_begun() -> None:
    exchange = Exchange(NEW)
    with pytest.raises(Unsupported, match="P1"):
        press_keys(phone_at(exchange), given(keys="1;P1"), False, sleep=lambda seconds: None)
    assert exchange.sent == []


def test_keys_that_a_phone_was_seen_to_obey_have_names_of_their_own() -> None:
    """A D862 ends a call with F_CANCEL, and confirms a transfer with F_OK (xml 3). Over HTTP there are no such keys."""
    exchange = Exchange(NEW)
    assert press_keys(phone_at(exchange), given(keys="F_TRANSFER"), False)["sent"] == ["key=F_TRANSFER"]
    press_keys(phone_at(exchange), given(keys=["f_ok", {"key": "F_CANCEL"}]), False, sleep=lambda seconds: None)
    assert exchange.fragments == ["key=F_TRANSFER", "key=F_OK", "key=F_CANCEL"]
    with pytest.raises(InputError, match=r"F_SETTINGS.*By SIP there are F_CANCEL, F_CONFERENCE, F_DND"):
        press_keys(phone_at(exchange), given(keys="F_SETTINGS"), False)


IN_CALL = CallReading("in_call", "in_call", None, "PBX")


def control(
    exchange: Exchange, action: str, check_mode: bool = False, calls: CallReading | None = None, **options: Any
) -> dict[str, Any]:
    parameters = parameters_of(ARGUMENT_SPEC, action=action, unknown_call_state="proceed") | given() | options
    return control_call(phone_at(exchange, calls), parameters, check_mode, sleep=lambda seconds: None)


@pytest.mark.parametrize(
    ("action", "options", "fragments"),
    [
        ("hangup", {}, ["key=F_CANCEL"]),
        ("reject", {}, ["key=F_CANCEL"]),
        ("answer", {}, ["key=ENTER"]),
        ("hold", {}, ["key=F_HOLD"]),
        ("blind_transfer", {"number": "20*"}, ["key=F_TRANSFER", "numberdial=20*"]),
        ("attended_transfer_start", {"number": "20#"}, ["key=F_HOLD", "numberdial=20%23"]),
        # Whether it asks to which call can't be seen, and F_OK on another screen may do something else.
        ("attended_transfer_complete", {}, ["key=F_TRANSFER"]),
    ],
)
@pytest.mark.parametrize("check_mode", [False, True])
def test_a_call_is_controlled_by_what_a_phone_was_seen_to_obey(
    action: str, options: dict[str, Any], fragments: list[str], check_mode: bool
) -> None:
    """CANCEL, TRANSFER and digits in a call are in no report from a phone that was told by SIP (xml 3, 6)."""
    exchange = Exchange(NEW)
    result = control(exchange, action, check_mode, **options)
    assert (result["changed"], result.get("failed")) == (True, None)
    assert [step["request"] for step in result["steps"]] == fragments
    assert exchange.fragments == ([] if check_mode else fragments)


@pytest.mark.parametrize(("action", "options"), [("answer", {}), ("dial", {"number": "20"})])
def test_the_key_of_the_handset_is_not_pressed_where_a_phone_was_seen_to_ignore_it(
    action: str, options: dict[str, Any]
) -> None:
    """The PBX calls a phone that rings in a call, too, so nobody would see that it was not answered."""
    exchange = Exchange(NEW)
    with pytest.raises(Unsupported, match="Leave audio out"):
        control(exchange, action, audio="handset", **options)
    assert exchange.sent == []
    assert control(exchange, action, audio="headset", **options)["changed"]


def test_a_transfer_is_confirmed_by_the_name_that_a_phone_was_seen_to_obey() -> None:
    exchange = Exchange(NEW)
    result = control(exchange, "attended_transfer_complete", calls=IN_CALL)
    assert exchange.fragments == ["key=F_TRANSFER", "key=F_OK"]
    assert result["failed"], "the PBX still sees the call"


def test_what_is_to_be_looked_at_depends_on_the_way_to_the_phone() -> None:
    """Hidden tags and restricted queries are settings of its web server."""
    exchange = Exchange(NEW)
    result = control(exchange, "hangup", calls=IN_CALL)
    assert (result["outcome"], result["changed"]) == ("blocked", False)
    assert "xml_notify" in result["reason"] and "hidden tags" not in result["reason"]


def test_a_phone_whose_call_is_over_dials_no_transfer() -> None:
    """It decides itself, at that moment: dialed when it is idle, the number would be a new call."""
    (condition,) = ElementTree.fromstring(document_of(Dial("1", in_call=True), MAC).encode())
    assert (condition.tag, condition.get("condition")) == ("If", "$(phone_state)!=Idle")
    assert condition.findtext("fetch") == "snom://mb_nop#numberdial=1"


def test_check_mode_sends_nothing_and_tells_the_same() -> None:
    exchange = Exchange(NEW)
    assert press_keys(phone_at(exchange), given(keys="ENTER"), True)["sent"] == ["key=ENTER"]
    assert exchange.sent == []


def test_a_secret_takes_no_way_that_others_read() -> None:
    exchange = Exchange(NEW)
    with pytest.raises(Refused, match="allow_cleartext_secrets"):
        press_keys(phone_at(exchange), given(keys="1234", secret=True), False)
    allowed = given(keys="1", secret=True, allow_cleartext_secrets=True)
    assert press_keys(phone_at(exchange), allowed, False)["sent"] == ["key=********"]


def test_a_line_is_registered_again() -> None:
    exchange = Exchange(NEW)
    parameters = given(line="1", state="reregistered")
    result = set_identity(phone_at(exchange), parameters, False, sleep=lambda seconds: None)
    assert (result["changed"], exchange.fragments) == (True, ["reregister=0"])
    assert result["lines"] == [{"line": 1, "before": True, "after": True}]


def test_lists_are_cleared_without_a_look() -> None:
    exchange = Exchange(NEW)
    parameters = given(lists=["missed"], state="absent")
    result = clear_call_lists(phone_at(exchange), parameters, False, sleep=lambda seconds: None)
    assert (result["changed"], result["after"]) == (True, {"missed": None})
    assert set(exchange.fragments) == {"calllistclear=Missed"}
