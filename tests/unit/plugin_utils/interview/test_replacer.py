# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each kind of personal detail, planted in each kind of answer, and looked for afterwards."""

from __future__ import annotations

from time import process_time
from urllib.parse import quote

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._pbx.settings import PbxSettings
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import Connection
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.pages import (
    read_home,
    read_system,
)
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.recorder import Recorded
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.profile import (
    exchange,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.saying import replacer_for
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.seeing import Subject
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.setting_pages import SettingPages
from hypothesis import given
from hypothesis import strategies as st

from .details import DETAILS, PLACES, in_page, leaks, replacer, shown


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", DETAILS)
def test_no_detail_is_left_in_any_answer(kind: str, place: str) -> None:
    planted = PLACES[place](DETAILS[kind])
    text = shown(planted)
    # One that is the name of a tag is a tag there, for all that anybody can tell.
    assert leaks(text, kind) == [] or (kind, place) == ("a name that is a tag", "an element"), text
    if place == "base64":
        assert planted not in text


def test_a_password_made_of_words_that_stay_goes_all_the_same() -> None:
    """The phone's, that of its PBX, and its community."""
    connection = Connection(address="127.0.0.7", password="Missed Calls", snmp_community="Idle Held")
    pbx = PbxSettings(kind="asterisk", password="Dialed Received")
    found = Subject(host="desk", connection=connection, model=None, account=None, witnesses={}, pbx=pbx)
    secrets = [str(connection.password), str(connection.snmp_community), str(pbx.password)]
    page = in_page(", ".join(secrets))
    stay, go = (one.text(page) for one in (replacer(), replacer_for(found, (), ())))
    assert [(secret in stay, secret in go) for secret in secrets] == [(True, False)] * 3


@pytest.mark.parametrize("header", ["Server", "X-Owner", "Location", "Set-Cookie", "WWW-Authenticate", "Date"])
@pytest.mark.parametrize("kind", DETAILS)
def test_no_detail_is_left_in_a_header(kind: str, header: str) -> None:
    value = {"WWW-Authenticate": f'Digest realm="snom", nonce="{DETAILS[kind]}"'}.get(header, DETAILS[kind])
    text = shown("", f"HTTP/1.1 200 Ok\r\n{header}: {quote(value) if 'other letters' in kind else value}")
    assert leaks(text, kind) == [], text


def test_readers_read_of_a_profile_what_they_read_of_the_phone() -> None:
    page = (
        "<html><head><TITLE>snom D785</TITLE></head><body>Firmware Version: snomD785-SIP 10.1.54.13<br>"
        "Mac: 000413922D24<br>Hardware: D785<br>Identity 1 Status: 100@pbx.frobozz.de: registered<br>"
        "Uptime: 3 days, 02:10:05<br>Active calls: 1<br></body></html>"
    )
    before, after = read_system(page), read_system(shown(page).partition("\r\n\r\n")[2] or shown(page))
    assert (after.model, after.firmware, after.uptime) == (before.model, before.firmware, before.uptime)
    assert after.mac == "000413000001" and after.identities is not None and before.identities is not None
    assert after.identities[0].registered is True and after.identities[0].user != before.identities[0].user
    assert read_home(shown(page)).call_state == read_home(page).call_state == "in_call"


def test_the_length_is_that_of_what_is_there() -> None:
    body = in_page("10.20.30.40 und fe80::20c:29ff:fe3a:1").encode()
    data = b"HTTP/1.1 200 Ok\r\nServer: snom embedded\r\nContent-Length:  %d\r\n\r\n" % len(body) + body
    made = exchange(Recorded("/info.htm", True, 0.0, data), replacer())
    assert made["head"][:2] == ["HTTP/1.1 200 Ok", "Server: snom embedded"]
    assert made["head"][2] == f"Content-Length:  {len(''.join(made['body']))}"


@pytest.mark.parametrize("head", ["Content-Type: image/bmp", "Content-Encoding: gzip", "Content-Type: text/html"])
def test_what_no_person_can_read_is_left_out(head: str) -> None:
    data = f"HTTP/1.1 200 Ok\r\n{head}\r\n\r\n".encode() + b"Annegret\0\1"
    made = exchange(Recorded("/screen.htm", False, 0.0, data), replacer())
    assert made["body"] == {"bytes left out": 10}


def test_a_huge_page_takes_no_time() -> None:
    # What grew with the square of it would take hours.
    began = process_time()
    for page in (
        "Annegret 4711 " * 15_000,
        "<" * 200_000,
        "0" * 200_000,
        "a:" * 100_000,
        "&#65;" * 115_000,
        "%41" * 60_000,
        "12-" * 215_000,
        "AB 12 " * 30_000,
        "ssid" * 50_000,
        "ssid<a>" * 25_000,
        "ssid:::::::::" * 15_000,
    ):
        replacer().text(page)
        SettingPages(replacer()).replaced("dhcp: on\n" + page)
    for page in ("<a perm='" * 20_000, "</a" * 60_000, "<![CDATA[" * 20_000):
        SettingPages(replacer()).replaced("<dhcp perm=''>" + page)
    assert process_time() - began < 120


@given(st.text(max_size=300))
def test_no_text_breaks_it(text: str) -> None:
    shown(text)
