# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError, PbxFailed
from ansible_collections.telephony.snom.plugins.module_utils._pbx.command import CommandPbx
from ansible_collections.telephony.snom.plugins.module_utils._pbx.kinds import open_pbx
from ansible_collections.telephony.snom.plugins.module_utils._pbx.pbx import Notify, newest, registration_of
from ansible_collections.telephony.snom.plugins.module_utils._pbx.settings import KINDS, PASSWORD_VARIABLE, parse_pbx
from ansible_collections.telephony.snom.tests.unit.module_utils._pbx.scripted import settings

ASTERISK = {"kind": "asterisk", "host": "pbx.example", "username": "ansible", "password": "Never/shown&1"}


@pytest.mark.parametrize("value", [None, "", {}])
def test_no_pbx(value: object) -> None:
    assert parse_pbx(value) is None


def test_ports_and_defaults() -> None:
    found = settings(kind="asterisk")
    assert (found.port, found.tls, found.timeout, found.validate_certs) == (5038, False, 10.0, True)
    assert settings(kind="asterisk", tls="yes").port == 5039
    assert settings(kind="kamailio", tls=True).port == 443
    assert settings(kind="freeswitch", port="8022").port == 8022
    assert "Never/shown" not in repr(found)


def test_the_password_may_stand_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSWORD_VARIABLE, "from the environment")
    without = {name: value for name, value in ASTERISK.items() if name != "password"}
    found = parse_pbx(without)
    assert found and found.password == "from the environment"
    assert settings(kind="asterisk").password == "Never/shown&1"


def test_every_kind_can_be_opened() -> None:
    for kind in KINDS:
        open_pbx(settings(kind=kind, command=["true"], host=None if kind == "sip" else "pbx.example")).close()


def test_straight_sip_has_the_phones_own_port_and_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSWORD_VARIABLE, "of the PBX")
    found = parse_pbx({"kind": "sip"})
    assert found and (found.transport, found.port, found.password) == ("udp", 5060, None)
    assert (found.answers_challenges, found.has_registrar) == (False, False)
    secure = parse_pbx({"kind": "sip", "tls": True, "password": "Never/shown&1"})
    assert secure and (secure.transport, secure.port, secure.answers_challenges) == ("tls", 5061, True)
    other = parse_pbx({"kind": "sip", "transport": "tcp", "port": 5066})
    assert other and (other.transport, other.port) == ("tcp", 5066)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("pbx.example", "must be a mapping"),
        ({"host": "pbx.example"}, "names no kind. Choose one of asterisk"),
        ({**ASTERISK, "kind": "3cx"}, "names no kind"),
        ({**ASTERISK, "hots": "x"}, "has no 'hots'. It knows kind, host"),
        ({**ASTERISK, "host": "sip:pbx.example"}, "has no usable host"),
        ({**ASTERISK, "host": ""}, "has no usable host"),
        ({**ASTERISK, "port": "ami"}, "has a port that is none"),
        ({**ASTERISK, "tls": "maybe"}, "has tls with another value"),
        ({**ASTERISK, "timeout": "soon"}, "has a timeout that is none"),
        ({**ASTERISK, "password": ""}, f"lacks username or password.*{PASSWORD_VARIABLE}"),
        ({**ASTERISK, "password": "a\r\nAction: Originate"}, "has a password that can't be printed"),
        ({"kind": "freeswitch", "host": "pbx.example"}, "lacks the password"),
        ({"kind": "freeswitch", "host": "pbx.example", "password": "x", "tls": True}, "has tls.*tunnel"),
        ({"kind": "kamailio", "host": "pbx.example", "path": "RPC"}, "has a path that is none"),
        ({"kind": "sip", "host": "pbx.example"}, "has a host.*leave it out"),
        ({"kind": "sip", "transport": "sctp"}, "names no transport. Choose one of udp"),
        ({"kind": "sip", "transport": "tcp", "tls": True}, "names no transport"),
        ({"kind": "sip", "port": 70000}, "has a port that is none"),
        ({"kind": "command"}, "lacks the command"),
        ({"kind": "command", "command": "notify {account}"}, "lacks the command.*as a list"),
    ],
)
def test_a_bad_mapping_names_option_and_remedy(value: Any, message: str) -> None:
    with pytest.raises(InputError, match=f"^snom_pbx {message}") as error:
        parse_pbx(value)
    assert "Never/shown" not in error.value.reason


def test_the_users_own_command(tmp_path: Path) -> None:
    out = tmp_path / "out"
    script = 'printf "%s|" "$@" > "$0"; cat >> "$0"'
    arguments = ["sh", "-c", script, str(out), "{mac}", "{account}", "{address}", "{event}", "{other}"]
    pbx = CommandPbx(settings(kind="command", command=arguments))
    phone = registration_of("401", "sip:401@192.0.2.17:5060", user_agent="snomD862/10.1.226.13 00041399AABB")
    assert pbx.notify(phone, Notify(event="check-sync;reboot=false", body="<a/>")).status is None
    assert out.read_text() == "00041399AABB|401|192.0.2.17|check-sync;reboot=false|{other}|<a/>"
    # It is no shell: what a phone calls itself stays one argument.
    pbx.notify(registration_of("401; touch x", "sip:401@192.0.2.17"), Notify(event="check-sync"))
    assert "|401; touch x|" in out.read_text()
    assert pbx.registrations() == ()
    assert pbx.calls() == {}


@pytest.mark.parametrize(
    ("command", "message"), [(["false"], "ended with exit code 1"), (["/nowhere/at/all"], "can't be run: No such file")]
)
def test_a_command_that_fails_is_told(command: list[str], message: str) -> None:
    pbx = CommandPbx(settings(kind="command", command=command))
    with pytest.raises(PbxFailed, match=message):
        pbx.notify(registration_of("401", "sip:401@192.0.2.17"), Notify(event="check-sync"))


@pytest.mark.parametrize(
    ("contact", "received", "address"),
    [
        ("sip:401@192.0.2.17:5060;line=x", "", "192.0.2.17"),
        ("<sip:401@[2001:db8::1]:5060>", "", "2001:db8::1"),
        ("sip:401@10.0.0.5", "sip:198.51.100.7:61022", "198.51.100.7"),
        ("sip:401@10.0.0.5", "198.51.100.7", "198.51.100.7"),
        ("sip:401@10.0.0.5", "198.51.100.7:5060", "198.51.100.7"),
        ("sip:401@10.0.0.5", "2001:db8::1", "2001:db8::1"),
        ("sip:401@10.0.0.5", "[2001:db8::1]:5060", "2001:db8::1"),
        (";;", "", None),
        ("", "", None),
    ],
)
def test_the_address_that_a_phone_is_reached_at(contact: str, received: str, address: str | None) -> None:
    assert registration_of("401", contact, received=received).address == address


def test_of_no_contacts_none_is_the_newest() -> None:
    assert newest([]) is None
    unknown, known = registration_of("1", "sip:1@a"), registration_of("1", "sip:1@b", expires=3)
    assert newest([unknown, known]) == known
