# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import time
from dataclasses import replace

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError, PbxFailed
from ansible_collections.telephony.snom.plugins.module_utils._pbx.freeswitch import FreeSwitch
from ansible_collections.telephony.snom.plugins.module_utils._pbx.overview import overview
from ansible_collections.telephony.snom.plugins.module_utils._pbx.pbx import Notify
from ansible_collections.telephony.snom.tests.unit.module_utils._pbx.scripted import (
    ScriptedSocket,
    connecting,
    settings,
)

AUTH = "Content-Type: auth/request\n\n"
ACCEPTED = "Content-Type: command/reply\nReply-Text: +OK accepted\n\n"
REGISTRATIONS = """<?xml version="1.0" encoding="UTF-8"?>
<profile><registrations>
<registration>
  <call-id>c1@192.0.2.17</call-id>
  <user>401@pbx.example</user>
  <contact>&quot;&quot; &lt;sip:401@10.0.0.5:5060;line=x&gt;</contact>
  <agent>snomD862/10.1.226.13 00041399AABB</agent>
  <status>Registered(UDP)(unknown) EXP(2026-11-29 01:02:03) EXPSECS(540)</status>
  <ping-status>Reachable</ping-status>
  <network-ip>192.0.2.17</network-ip>
</registration>
<registration><user>402@pbx.example</user><contact>error</contact></registration>
</registrations></profile>
"""


def api(body: str) -> str:
    return f"Content-Type: api/response\nContent-Length: {len(body.encode())}\n\n{body}"


def freeswitch(**answers: str) -> tuple[FreeSwitch, ScriptedSocket]:
    script = {
        "auth ": answers.pop("auth", ACCEPTED),
        "sofia": answers.pop("sofia", api(REGISTRATIONS)),
        "show channels": answers.pop("channels", api('{"row_count":0}')),
        "sendevent": "Content-Type: command/reply\nReply-Text: +OK c1\n\n",
    }
    socket = ScriptedSocket(AUTH, script)
    return FreeSwitch(settings(kind="freeswitch"), connect=connecting(socket)), socket


def test_registrations() -> None:
    pbx, socket = freeswitch()
    (one,) = pbx.registrations()
    assert (one.account, one.contact, one.address) == (
        *("401@pbx.example", "sip:401@10.0.0.5:5060;line=x"),
        "192.0.2.17",
    )
    assert one.agent and (one.agent.model, one.agent.mac) == ("D862", "00041399AABB")
    assert (one.expires, one.reachable, one.call_id) == (540.0, True, "c1@192.0.2.17")
    assert socket.sent == ["auth Never/shown&1\n\n", "api sofia xmlstatus profile internal reg\n\n"]


def test_a_name_before_the_address_is_no_address() -> None:
    named = REGISTRATIONS.replace("&quot;&quot; &lt;", "&quot;sip:666@192.0.2.66&quot; &lt;")
    pbx, _socket = freeswitch(sofia=api(named))
    assert [one.contact for one in pbx.registrations()] == ["sip:401@10.0.0.5:5060;line=x"]


@pytest.mark.parametrize(("seconds", "listed"), [("0", ["401@pbx.example"]), ("-1", [])])
def test_who_has_expired_is_not_registered(seconds: str, listed: list[str]) -> None:
    """It stays in the list until FreeSWITCH's timer runs."""
    pbx, _socket = freeswitch(sofia=api(REGISTRATIONS.replace("EXPSECS(540)", f"EXPSECS({seconds})")))
    assert [one.account for one in pbx.registrations()] == listed


def test_accounts_are_shown_as_those_of_other_pbxs_where_all_are_of_one_domain() -> None:
    pbx, _socket = freeswitch(channels=api('{"row_count":1,"rows":[{"name":"sofia/internal/401@pbx.example"}]}'))
    found = overview(pbx, settings(kind="freeswitch"))
    assert [one["account"] for one in found["registrations"]] == ["401"] and found["calls"] == {"401": "in_call"}
    two = REGISTRATIONS.replace("402@pbx.example", "401@other.example").replace(">error<", ">sip:401@192.0.2.9<")
    pbx, _socket = freeswitch(sofia=api(two))
    found = overview(pbx, settings(kind="freeswitch"))
    both = ["401@other.example", "401@pbx.example"]
    assert [one["account"] for one in found["registrations"]] == both
    assert found["calls"] == dict.fromkeys(both, "idle")


@pytest.mark.parametrize(
    ("rows", "state"),
    [
        ([], "idle"),
        ([{"name": "sofia/internal/401@pbx.example"}], "in_call"),
        ([{"name": "sofia/internal/sip:401@10.0.0.5:5060", "presence_id": "401@other.example"}], "in_call"),
        ([{"name": "sofia/internal/4011@pbx.example"}], "idle"),
    ],
)
def test_a_channel_is_a_call(rows: list[dict[str, str]], state: str) -> None:
    pbx, _socket = freeswitch(channels=api(json.dumps({"row_count": len(rows), "rows": rows})))
    assert pbx.calls() == {"401@pbx.example": state}


def test_a_channel_to_the_user_of_a_contact_is_a_call_of_its_account() -> None:
    listed = REGISTRATIONS.replace("sip:401@10.0.0.5", "sip:line7@10.0.0.5")
    rows = [{"name": "sofia/internal/line7@10.0.0.5:5060"}]
    pbx, _socket = freeswitch(sofia=api(listed), channels=api(json.dumps({"row_count": 1, "rows": rows})))
    assert pbx.calls() == {"401@pbx.example": "in_call"}


@pytest.mark.parametrize(
    ("contact", "name", "state"),
    [
        ("10.0.0.5:5060", "sofia/internal/10.0.0.5:5060", "in_call"),
        ("10.0.0.5", "sofia/internal/sip:anna@10.0.0.5:5060;transport=tcp", "in_call"),
        ("line7:5060@10.0.0.5", "sofia/internal/line7@192.0.2.9", "in_call"),
        # Many phones may be behind one proxy: there the user tells whose it is.
        ("line7@10.0.0.5", "sofia/internal/402@10.0.0.5", "idle"),
        ("10.0.0.5", "sofia/external/0049301234@192.0.2.99", "idle"),
    ],
)
def test_a_channel_to_where_a_contact_is_concerns_its_account(contact: str, name: str, state: str) -> None:
    listed = REGISTRATIONS.replace("sip:401@10.0.0.5:5060", f"sip:{contact}").replace(">error<", ">sip:402@10.0.0.5<")
    rows = [{"name": name, "presence_id": ""}]
    pbx, _socket = freeswitch(sofia=api(listed), channels=api(json.dumps({"row_count": 1, "rows": rows})))
    assert pbx.calls()["401@pbx.example"] == state


def test_a_contact_of_any_length_is_read_in_linear_time() -> None:
    listed = REGISTRATIONS.replace("sip:401@10.0.0.5", "sip:" + "a" * 200_000)
    pbx, _socket = freeswitch(sofia=api(listed))
    started = time.process_time()
    assert pbx.calls() == {"401@pbx.example": "idle"}
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    "listed", [{}, {"row_count": 3}, {"error": "no db"}, {"rows": {}}, {"row_count": 0, "rows": [{"name": "x"}]}]
)
def test_nobody_is_idle_by_channels_that_can_not_be_read(listed: dict[str, object]) -> None:
    pbx, _socket = freeswitch(channels=api(json.dumps(listed)))
    with pytest.raises(PbxFailed):
        pbx.calls()


@pytest.mark.parametrize("length", ["x", "-1", "\u00b2", "9" * 12, "9" * 5000])
def test_a_length_that_is_none_is_not_waited_for(length: str) -> None:
    pbx, _socket = freeswitch(sofia=f"Content-Type: api/response\nContent-Length: {length}\n\n")
    with pytest.raises(PbxFailed):
        pbx.registrations()


def test_many_channels_of_many_phones_are_little_work() -> None:
    one = REGISTRATIONS[REGISTRATIONS.index("<registration>") : REGISTRATIONS.index("</registration>") + 15]
    many = "".join(one.replace("401@pbx", f"{number}@pbx") for number in range(3000))
    rows = [{"name": f"sofia/internal/{number}@other.example"} for number in range(0, 6000, 2)]
    text = f"<profile><registrations>{many}</registrations></profile>"
    pbx, socket = freeswitch(sofia=api(text), channels=api(json.dumps({"rows": rows})))
    socket.piece = 65536
    asked: list[str] = []

    class Account(str):
        def partition(self, sep: str) -> tuple[str, str, str]:
            asked.append(self)
            return super().partition(sep)

    registrations = tuple(replace(one, account=Account(one.account)) for one in pbx.registrations())
    pbx.registrations = lambda: registrations  # type: ignore[method-assign]
    found = pbx.calls()
    assert list(found.values()).count("in_call") == 1500 and len(found) == 3000
    assert len(asked) == 3000


def test_a_notify_goes_to_one_registration() -> None:
    pbx, socket = freeswitch()
    phone = pbx.registrations()[0]
    assert pbx.notify(phone, Notify(event="check-sync;reboot=false")).status is None
    assert socket.sent[-1] == (
        "sendevent NOTIFY\nprofile: internal\nevent-string: check-sync;reboot=false\nuser: 401\nhost: pbx.example\n"
        "content-type: application/simple-message-summary\ncall-id: c1@192.0.2.17\n\n"
    )
    pbx.notify(phone, Notify(event="xml", content_type="application/snomxml", body="<Ä/>"))
    assert socket.sent[-1].endswith("content-length: 5\n\n<Ä/>")
    # These would restart phones, one of them all phones.
    assert not any(word in text for text in socket.sent for word in ("flush_inbound_reg", "sofia profile"))


def test_a_phone_behind_a_proxy_is_told_through_it() -> None:
    """Nothing that is sent names the contact: FreeSWITCH looks that up, with the proxies of its fs_path."""
    behind = REGISTRATIONS.replace(";line=x", ";line=x;fs_nat=yes;fs_path=sip%3A192.0.2.9%3Blr")
    pbx, socket = freeswitch(sofia=api(behind))
    pbx.notify(pbx.registrations()[0], Notify(event="check-sync;reboot=false"))
    assert "call-id: c1@192.0.2.17\n" in socket.sent[-1]
    assert "fs_path" not in socket.sent[-1] and "10.0.0.5" not in socket.sent[-1]


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"auth": "Content-Type: command/reply\nReply-Text: -ERR invalid\n\n"}, "refused the login"),
        ({"sofia": api("-ERR no such command")}, "refuses sofia: -ERR no such command"),
        ({"sofia": api("Invalid Profile!")}, "no registrations of the profile internal"),
        ({"sofia": api('<!DOCTYPE a [<!ENTITY b "c">]><profile/>')}, "what FreeSWITCH does not"),
        ({"sofia": "Content-Type: api/response\nContent-Length: 99999999999\n\n"}, "which is none that fits"),
        ({"sofia": "Content-Type: api/response\nContent-Length: x\n\n"}, "what FreeSWITCH does not"),
        ({"sofia": "".join(f"H{number}: x\n" for number in range(200))}, "what FreeSWITCH does not"),
    ],
)
def test_what_goes_wrong_is_told_without_the_password(answers: dict[str, str], message: str) -> None:
    pbx, _socket = freeswitch(**answers)
    with pytest.raises(PbxFailed, match=message) as error:
        pbx.registrations()
    assert "Never/shown" not in error.value.reason


@pytest.mark.parametrize("channels", ["[]", "nothing", '{"rows": 3}', '{"rows": [3]}'])
def test_channels_that_can_t_be_read_make_nobody_idle(channels: str) -> None:
    pbx, _socket = freeswitch(channels=api(channels))
    with pytest.raises(PbxFailed, match="what FreeSWITCH does not"):
        pbx.calls()


def test_a_profile_can_t_be_a_command() -> None:
    with pytest.raises(InputError, match="a profile that is none"):
        FreeSwitch(settings(kind="freeswitch", profile="internal reg\n\napi shutdown".replace("\n", " ")))
