# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError, PbxFailed, Refused
from ansible_collections.telephony.snom.plugins.module_utils._pbx.asterisk import Asterisk
from ansible_collections.telephony.snom.plugins.module_utils._pbx.pbx import Notify, newest
from ansible_collections.telephony.snom.tests.unit.module_utils._pbx.scripted import (
    ScriptedSocket,
    connecting,
    settings,
)

BANNER = "Asterisk Call Manager/11.0.0\r\n"
WELCOME = "Response: Success\r\nMessage: Authentication accepted\r\n\r\n"
NO_ENDPOINTS = "Response: Error\r\nMessage: No endpoints found\r\n\r\n"
SYNC = Notify(event="check-sync;reboot=false")


def contact(account: str, uri: str, agent: str = "snomD862/10.1.226.13 00041399AABB", expires: object = 1600) -> str:
    return (
        f"Event: ContactStatusDetail\r\nAOR: {account}\r\nURI: {uri}\r\nUserAgent: {agent}\r\nRegExpire: {expires}\r\n"
        f"ViaAddress: 192.0.2.17:5060\r\nCallID: c1@192.0.2.17\r\nStatus: Reachable\r\n"
        f"EndpointName: {account}-desk\r\n\r\n"
    )


def listed(*events: str, action: str = "ContactStatusDetailComplete") -> str:
    begin = "Response: Success\r\nEventList: start\r\nMessage: Following are Events\r\n\r\n"
    return f"{begin}{''.join(events)}Event: {action}\r\nEventList: Complete\r\nListItems: {len(events)}\r\n\r\n"


def asterisk(**answers: str) -> tuple[Asterisk, ScriptedSocket]:
    """One that answers actions by their names. Unless it is given, each endpoint has all of the contacts."""
    names = {
        "contacts": "PJSIPShowRegistrationInboundContactStatuses",
        "channels": "CoreShowChannels",
        "endpoints": "PJSIPShowEndpoints",
        "endpoint": "PJSIPShowEndpoint\r\n",
    }
    all_of_them = {"endpoint": answers.get("contacts", ""), "endpoints": NO_ENDPOINTS}
    given = {names.get(key, key): text for key, text in (all_of_them | answers).items()}
    script = {"Login": WELCOME, "PJSIPNotify": "Response: Success\r\nMessage: NOTIFY sent\r\n\r\n", **given}
    socket = ScriptedSocket(BANNER, script)
    return Asterisk(settings(kind="asterisk"), connect=connecting(socket), now=lambda: 1000.0), socket


def test_registrations_and_who_is_asking() -> None:
    pbx, socket = asterisk(contacts=listed(contact("401", "sip:401@10.0.0.5:5060;line=x")))
    (one,) = pbx.registrations()
    assert (one.account, one.contact, one.address) == ("401", "sip:401@10.0.0.5:5060;line=x", "192.0.2.17")
    assert one.agent
    assert (one.agent.model, str(one.agent.firmware), one.agent.mac) == ("D862", "10.1.226.13", "00041399AABB")
    assert (one.expires, one.reachable, one.call_id) == (600.0, True, "c1@192.0.2.17")
    assert socket.sent[0].startswith("Action: Login\r\nUsername: ansible\r\nSecret: Never/shown&1\r\nEvents: off\r\n")
    pbx.close()
    assert socket.closed


@pytest.mark.parametrize(
    ("uri", "via", "address"),
    [
        ("sip:401@[2001:db8::5]:2051;line=x", "2001:db8::5:2051", "2001:db8::5"),
        ("sip:401@[2001:db8::5]:2051;line=x", "[2001:db8::5]:2051", "2001:db8::5"),
        ("sip:401@[2001:db8::5]:2051;line=x", "[2001:db8::6]:2051", "2001:db8::6"),
        ("sip:401@198.51.100.7:1024;line=x;x-ast-orig-host=192.0.2.5:2051", "192.0.2.5:2051", "192.0.2.5"),
    ],
)
def test_the_address_from_which_a_phone_registers(uri: str, via: str, address: str) -> None:
    listing = listed(contact("401", uri).replace("192.0.2.17:5060", via))
    (one,) = asterisk(contacts=listing)[0].registrations()
    assert (one.contact, one.address) == (uri, address)


@pytest.mark.parametrize("expires", ["", "soon", "-5", "\u00b2", "1e9", "9" * 10, "9" * 400, "9" * 5000])
def test_a_time_that_is_none_is_not_known(expires: str) -> None:
    (one,) = asterisk(contacts=listed(contact("401", "sip:401@10.0.0.5", expires=expires)))[0].registrations()
    assert (one.account, one.expires) == ("401", None)


def test_nobody_is_registered_is_no_error() -> None:
    pbx, _socket = asterisk(contacts="Response: Error\r\nMessage: No Contacts found\r\n\r\n")
    assert pbx.registrations() == ()


def test_the_newest_contact_of_a_phone_counts() -> None:
    old = contact("401", "sip:401@10.0.0.5;line=1", "snomD862/10.1.215.13 00041399AABB", 1100)
    pbx, _socket = asterisk(contacts=listed(contact("401", "sip:401@10.0.0.5;line=2"), old))
    found = newest(pbx.registrations())
    assert found and found.agent and str(found.agent.firmware) == "10.1.226.13"


def test_a_channel_is_a_call_and_who_has_none_is_idle() -> None:
    contacts = listed(contact("401", "sip:401@10.0.0.5"), contact("402", "sip:402@10.0.0.6"))
    channels = listed(
        "Event: CoreShowChannel\r\nChannel: PJSIP/401-desk-00000001\r\n\r\n", action="CoreShowChannelsComplete"
    )
    pbx, _socket = asterisk(contacts=contacts, channels=channels)
    assert pbx.calls() == {"401": "in_call", "402": "idle"}


def test_a_notify_goes_to_the_endpoint_where_the_phone_is_alone_and_else_to_its_contact() -> None:
    pbx, socket = asterisk(contacts=listed(contact("401", "sip:401@10.0.0.5")))
    assert pbx.notify(pbx.registrations()[0], SYNC).status is None
    assert (
        socket.sent[-1]
        == "Action: PJSIPNotify\r\nEndpoint: 401-desk\r\nVariable: Event=check-sync;reboot=false\r\n\r\n"
    )
    twice = listed(contact("401", "sip:401@10.0.0.5"), contact("401", "sip:401@10.0.0.6"))
    pbx, socket = asterisk(contacts=twice)
    pbx.notify(pbx.registrations()[1], SYNC)
    assert "\r\nURI: sip:401@10.0.0.6\r\n" in socket.sent[-1]
    assert "Endpoint" not in socket.sent[-1]


@pytest.mark.parametrize("header", ["Path: <sip:edge.example;lr>", "OutboundProxy: sip:edge.example;lr"])
def test_a_phone_behind_an_edge_proxy_is_not_sent_to_past_it(header: str) -> None:
    """To an endpoint Asterisk takes the way that the contact has; of a URI it knows none."""
    behind = contact("401", "sip:401@192.168.1.20").replace("Status:", f"{header}\r\nStatus:")
    pbx, socket = asterisk(contacts=listed(behind))
    pbx.notify(pbx.registrations()[0], SYNC)
    assert "\r\nEndpoint: 401-desk\r\n" in socket.sent[-1]
    pbx, socket = asterisk(contacts=listed(behind, contact("401", "sip:401@10.0.0.6")))
    with pytest.raises(Refused, match=r"through a proxy \(Path\).*Nothing was sent"):
        pbx.notify(pbx.registrations()[0], SYNC)
    assert not any("PJSIPNotify" in text for text in socket.sent)


SALES = contact("sales", "sip:desk@10.0.0.5").replace("sales-desk", "desk")
HOME = contact("sales", "sip:home@10.0.0.6").replace("sales-desk", "home")


@pytest.mark.parametrize(
    ("contacts", "endpoint"),
    [
        # One AOR that has two endpoints: both of its contacts are reached by each of them.
        (listed(SALES, HOME), listed(SALES, HOME.replace("home", "desk"))),
        # A contact of the configuration, which registers nowhere.
        (listed(SALES), listed(SALES, contact("sales", "sip:gate@10.0.0.7"))),
        # Another phone has registered in its place since.
        (listed(SALES), listed(contact("sales", "sip:desk@10.0.0.8"))),
        (listed(SALES), "Response: Error\r\nMessage: Unable to retrieve endpoint desk\r\n\r\n"),
    ],
    ids=["two endpoints", "static", "another one", "no endpoint"],
)
def test_an_endpoint_that_reaches_another_contact_is_not_told(contacts: str, endpoint: str) -> None:
    pbx, socket = asterisk(contacts=contacts, endpoint=endpoint)
    phone = pbx.registrations()[0]
    pbx.notify(phone, SYNC)
    assert "\r\nURI: sip:desk@10.0.0.5\r\n" in socket.sent[-1] and "Endpoint" not in socket.sent[-1]
    # Another login is asked for what is sent than the one that listed.
    pbx, socket = asterisk(contacts=contacts, endpoint=endpoint)
    pbx.notify(phone, SYNC)
    assert "\r\nURI: sip:desk@10.0.0.5\r\n" in socket.sent[-1]
    assert "Action: PJSIPShowEndpoint\r\nEndpoint: desk\r\n" in socket.sent[-2]


def test_a_phone_whose_endpoint_has_a_proxy_of_its_own_is_not_sent_to_past_it() -> None:
    detail = "Event: EndpointDetail\r\nObjectName: desk\r\nOutboundProxy: sip:edge.example\r\n\r\n"
    pbx, socket = asterisk(contacts=listed(SALES), endpoint=listed(detail, SALES))
    pbx.notify(pbx.registrations()[0], SYNC)
    assert "\r\nEndpoint: desk\r\n" in socket.sent[-1]
    pbx, socket = asterisk(contacts=listed(SALES), endpoint=listed(detail, SALES, HOME))
    with pytest.raises(Refused, match="through a proxy"):
        pbx.notify(pbx.registrations()[0], SYNC)
    assert not any("PJSIPNotify" in text for text in socket.sent)


@pytest.mark.parametrize(
    ("channel", "calls"),
    [
        # It rings each contact of its AORs, by whichever endpoint that has registered.
        ("home", {"sales": "in_call", "402": "idle"}),
        ("desk", {"sales": "in_call", "402": "in_call"}),
        ("trunk", {"sales": "idle", "402": "idle", "trunk": "in_call"}),
        # Gone since, or not listed.
        ("other", {"sales": "idle", "402": "idle", "other": "in_call"}),
    ],
)
def test_a_call_of_an_endpoint_is_one_of_all_its_accounts(channel: str, calls: dict[str, str]) -> None:
    aors = {"desk": "sales,402", "home": "sales", "trunk": "trunk"}
    endpoints = (f"Event: EndpointList\r\nObjectName: {name}\r\nAor: {aor}\r\n\r\n" for name, aor in aors.items())
    pbx, _socket = asterisk(
        contacts=listed(SALES, contact("402", "sip:402@10.0.0.9")),
        channels=listed(
            f"Event: CoreShowChannel\r\nChannel: PJSIP/{channel}-00000001\r\n\r\n", action="CoreShowChannelsComplete"
        ),
        endpoints=listed(*endpoints, action="EndpointListComplete"),
    )
    assert pbx.calls() == calls


def test_an_endpoint_with_two_accounts_is_in_a_call_on_both_and_is_never_told_as_a_whole() -> None:
    first, second = contact("401", "sip:401@10.0.0.5"), contact("402", "sip:402@10.0.0.6")
    contacts = listed(first, second.replace("402-desk", "401-desk"))
    channels = listed(
        "Event: CoreShowChannel\r\nChannel: PJSIP/401-desk-00000001\r\n\r\n", action="CoreShowChannelsComplete"
    )
    pbx, socket = asterisk(contacts=contacts, channels=channels)
    assert pbx.calls() == {"401": "in_call", "402": "in_call"}
    pbx.notify(pbx.registrations()[0], SYNC)
    assert "\r\nURI: sip:401@10.0.0.5\r\n" in socket.sent[-1]


def test_a_document_is_one_line_in_single_quotes() -> None:
    pbx, socket = asterisk(contacts=listed(contact("401", "sip:401@10.0.0.5")))
    phone = pbx.registrations()[0]
    body = '<A b="c">\r\n<D/></A>'
    pbx.notify(phone, Notify(event="xml", content_type="application/snomxml", body=body))
    assert "Variable: Content=<A b='c'><D/></A>\r\n" in socket.sent[-1]
    with pytest.raises(InputError, match="both kinds of quotes"):
        pbx.notify(phone, Notify(event="xml", content_type="application/snomxml", body="""<A b="c'd"/>"""))


def test_what_a_phone_wrote_can_t_become_a_command() -> None:
    twice = listed(contact("401", "sip:401@10.0.0.5\x1b[2J"), contact("401", "sip:401@10.0.0.6"))
    pbx, socket = asterisk(contacts=twice)
    before = len(socket.sent)
    with pytest.raises(PbxFailed, match="can't be printed"):
        pbx.notify(pbx.registrations()[0], SYNC)
    assert not any("PJSIPNotify" in text for text in socket.sent[before:])


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"Login": "Response: Error\r\nMessage: Authentication failed\r\n\r\n"}, "refused the login"),
        (
            {"contacts": "Response: Error\r\nMessage: Permission denied\r\n\r\n"},
            "refuses PJSIPShow.*Permission denied.*system",
        ),
        (
            {"contacts": "Response: Error\r\nMessage: Invalid/unknown command: PJSIPShow\r\n\r\n"},
            "knows no PJSIPShow.* chan_pjsip",
        ),
        ({"contacts": "Response: Success\r\nEventList: start\r\n\r\n"}, "closed the connection"),
        # Half a list.
        (
            {"contacts": listed(contact("401", "sip:401@10.0.0.5")).partition("EventList: Complete")[0]},
            "closed the conn",
        ),
        ({"contacts": "x" * 70000}, "a line that never ends"),
        ({"contacts": "A: b\r\n" * 501}, "an event without an end"),
    ],
)
def test_what_goes_wrong_is_told_without_the_password(answers: dict[str, str], message: str) -> None:
    pbx, _socket = asterisk(**answers)
    with pytest.raises(PbxFailed, match=message) as error:
        pbx.registrations()
    assert "Never/shown" not in error.value.reason


def test_another_service_is_not_told_the_password() -> None:
    socket = ScriptedSocket("SSH-2.0-OpenSSH_9.2\r\n", {})
    with pytest.raises(PbxFailed, match="does not speak AMI at port 5038"):
        Asterisk(settings(kind="asterisk"), connect=connecting(socket)).registrations()
    assert socket.sent == []
    assert socket.closed
