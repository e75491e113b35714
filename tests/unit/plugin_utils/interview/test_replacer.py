# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each kind of personal detail, planted in each kind of answer, and looked for afterwards."""

from __future__ import annotations

import base64
import html
import json
import re
from time import process_time
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.pages import (
    read_home,
    read_settings,
    read_system,
)
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.recorder import KNOWN_PAGES, Recorded
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.profile import exchange
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.replacer import Replacer
from hypothesis import given
from hypothesis import strategies as st

MAC = "000413922D24"
DETAILS = {
    "a name": "Annegret",
    "a name with an umlaut": "Jürgensen",
    "a short name": "Bo",
    "a name that is a tag": "Li",
    "a name that is a color": "Black",
    "a name that is a header": "Max",
    "a number with dots": "030.55.57.788",
    "a name of other letters": "Иванов",
    "a company": "Frobozz-Klinik",
    "a number": "4711",
    "a number with a country": "+49 170 5558899",
    "a number in brackets": "(030) 77-88-99",
    "an account": "k401@pbx.frobozz.de",
    "a host": "tel-01.frobozz.de",
    "a private address": "10.20.30.40",
    "an address of IPv6": "fe80::20c:29ff:fe3a:1",
    "the MAC address": "00:04:13:92:2D:24",
    "the MAC address bare": MAC.lower(),
    "the MAC address with dots": "0004.1392.2d24",
    "the end of the MAC address": "922D24",
    "another MAC address": "8c-85-90-1b-2c-3d",
    "a password": "gehe1mnis!",
    "a URL": "http://anna:pw1x@prov.frobozz.de/k/abc123def",
}
# What of a detail must not be found: each part that says something.
PARTS = {
    kind: [part for part in re.findall(r"[^\W_]{2,}", text) if len(part) > 2 or "name" in kind]
    for kind, text in DETAILS.items()
}
HARMLESS = {"http", "pbx", "prov", "fe80"}


def in_page(text: str) -> str:
    return f"<html><title>snom D785</title><table><tr><td>Name:</td><td>{html.escape(text)}</td></tr></table></html>"


def element(text: str) -> str:
    """The text as the name of an element."""
    return re.sub(r"[^\w.-]+", "_", text if text[0].isalpha() else f"x{text}")


PLACES = {
    "a cell": in_page,
    "an element": lambda text: f"<list><{element(text)} {element(text)}='1'/></list>",
    "an element of settings": lambda text: (
        f'<settings><phone-settings {element(text)}="on"><dst perm=""/><{element(text)} perm="">on</{element(text)}>'
        f"</phone-settings> {html.escape(text)} <!-- {html.escape(text)} --><{element(text)}/></settings>"
    ),
    "a line among settings": lambda text: (
        f"language$: Deutsch\n{text}\nvon {text} an\n# {text}\n{element(text)}.: on\n"
    ),
    "a title": lambda text: f"<title>{html.escape(text)}</title>",
    "a label": lambda text: f"<b>{html.escape(text)}:</b> 3",
    "a comment": lambda text: f"<!-- {text} -->",
    "a script": lambda text: f"<script>var user = {json.dumps(text)};</script>",
    "an attribute": lambda text: f'<input name="NUMBER" value="{html.escape(text)}">',
    "a link": lambda text: f'<a href="command.htm?number={quote(text)}">call</a>',
    "numbered letters": lambda text: "".join(f"&#{ord(sign)};" for sign in text),
    "a screen": lambda text: f"State Idle (29)\r\n09:41\r\n{text}\r\n",
    "text settings": lambda text: f"language$: Deutsch\nuser_realname1: {text}\nfoo_bar!: {text}\n",
    "XML settings": lambda text: (
        f'<?xml version="1.0"?>\n<settings><user_realname idx="1" perm="">{html.escape(text)}</user_realname>'
        f'<fkey idx="0" label="{html.escape(text)}" perm="RW">blf {html.escape(text)}</fkey></settings>'
    ),
    "CDATA": lambda text: f'<settings><user_realname idx="1" perm=""><![CDATA[{text}]]></user_realname></settings>',
    "JSON": lambda text: json.dumps({"name": text}),
    "base64": lambda text: base64.b64encode(f"xx{text}xx".encode()).decode(),
    "garbage": lambda text: f"\x01\x02{text}\x7f",
}


def replacer() -> Replacer:
    return Replacer(macs=[MAC], secrets=["gehe1mnis!"], versions=["10.1.54.13"], model="D785")


def shown(page: str, head: str = "HTTP/1.1 200 Ok\r\nContent-Type: text/html") -> str:
    """All of a profile that comes of an answer, readable."""
    body = page.encode()
    data = f"{head}\r\nContent-Length: {len(body)}".encode() + b"\r\n\r\n" + body
    made = exchange(Recorded("/info.htm", False, 0.0, data), replacer())
    raw = "".join([*made["head"], *made["body"]]).encode("latin-1")
    return raw.decode("utf-8", "replace")


def leaks(text: str, kind: str) -> list[str]:
    decoded = html.unescape(text)
    parts = [part for part in PARTS[kind] if part.lower() not in HARMLESS]
    found = [
        part for part in parts if re.search(rf"{part}(?![a-z])" if len(part) < 3 else part, decoded, re.IGNORECASE)
    ]
    # Digits of a MAC address that are its maker's stay.
    return [part for part in found if not ("MAC" in kind and part in ("000413", "0004"))]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", DETAILS)
def test_no_detail_is_left_in_any_answer(kind: str, place: str) -> None:
    planted = PLACES[place](DETAILS[kind])
    text = shown(planted)
    # One that is the name of a tag is a tag there, for all that anybody can tell.
    assert leaks(text, kind) == [] or (kind, place) == ("a name that is a tag", "an element"), text
    if place == "base64":
        assert planted not in text


SERIALS = (
    "QX-83-97",
    "83-97-QX",
    "QX83-97",
    "QX-83-97-61-ZV",
    "qx/83/97",
    "QX.83.97",
    "QX_83_97",
    "QX 83 97",
    "q8-83-97",
)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("serial", SERIALS)
def test_no_serial_number_in_pairs_of_digits_is_left(serial: str, place: str) -> None:
    text = html.unescape(shown(PLACES[place](serial)))
    assert not re.search(r"83\D{0,8}97", text), text


@pytest.mark.parametrize("serial", SERIALS)
def test_no_such_serial_number_is_left_in_what_is_no_page(serial: str) -> None:
    one = replacer()
    asked = one.head(f"/prov/{quote(serial)}.xml?sn={quote(serial)}")
    assert not re.search(r"83\D{0,8}97", asked), asked
    assert one.head(f"/prov/{quote(serial)}.xml?sn={quote(serial)}") == asked


# Each word and number of it stays where it stands alone.
NETWORK = "Home Network 12"
NAMED = {
    "a cell": "<tr><td>SSID:</td><td>{}</td></tr>",
    "nested cells": "<td><table><tr><td><b>SSID</b></td>\n <td><i>{}</i></td></tr></table>",
    "a list": "<dl><dt>WLAN name</dt><dd>{}</dd></dl>",
    "a line": "SSID: {}<br>Firmware Version: snomD785-SIP 10.1.54.13<br>",
    "plain text": "wifi-name = {}\r\nMemory: 12\r\n",
    "a field": '<label>SSID</label> <input type="text" name="wifi" value="{}">',
    "its own field": '<input name="SSID" type=text value="{}">',
    "JSON": '{{"ssid": "{}", "channel": 6}}',
    "a script": "<script>var essid='{}';</script>",
    "a serial number": "<p>Serial number: {}</p>",
    "a short one": "<td>S/N</td><td>{}</td>",
    "German": "<td>Seriennummer</td><td>{}</td>",
}


@pytest.mark.parametrize("place", NAMED)
def test_the_name_of_a_network_goes_though_its_words_are_those_of_labels(place: str) -> None:
    text = shown(NAMED[place].format(NETWORK))
    assert not re.search(r"Home|Network|\b12\b(?!\r\n)", text.partition("\r\n\r\n")[2].replace("Memory: 12", ""))
    assert NETWORK in shown(f"<p>{NETWORK}</p>")


def test_a_label_that_has_no_value_takes_none_of_the_next_row() -> None:
    for page in (
        "<tr><td>SSID</td><td></td></tr><tr><td>Firmware Version:</td><td>snomD785-SIP 10.1.54.13</td></tr>",
        "SSID:<br>Firmware Version: snomD785-SIP 10.1.54.13<br>",
        "<dt>SSID</dt><dd></dd><dt>Firmware Version</dt><dd>10.1.54.13</dd>",
        "SSID:\nFirmware Version: 10.1.54.13\n",
    ):
        assert "Firmware Version" in shown(page) and "10.1.54.13" in shown(page)


def test_what_is_no_serial_number_stays() -> None:
    one = replacer()
    for text in ("Uptime: 3 days, 02:10:05", "HTTP/1.1", "state Idle (29)", "line 12", "1-12", "utf-8", "iso-8859-1"):
        assert re.findall("[0-9]{1,2}", one.text(text))[:1] == re.findall("[0-9]{1,2}", text)[:1] or "iso" in text
    assert one.text("Hardware: D785, snomD785-SIP 10.1.54.13") == "Hardware: D785, snomD785-SIP 10.1.54.13"


@pytest.mark.parametrize("header", ["Server", "X-Owner", "Location", "Set-Cookie", "WWW-Authenticate", "Date"])
@pytest.mark.parametrize("kind", DETAILS)
def test_no_detail_is_left_in_a_header(kind: str, header: str) -> None:
    value = {"WWW-Authenticate": f'Digest realm="snom", nonce="{DETAILS[kind]}"'}.get(header, DETAILS[kind])
    text = shown("", f"HTTP/1.1 200 Ok\r\n{header}: {quote(value) if 'other letters' in kind else value}")
    assert leaks(text, kind) == [], text


def test_one_thing_is_replaced_by_one_thing_everywhere() -> None:
    one = replacer()
    first = one.text("Annegret 4711 10.20.30.40 Bertram 4712 10.20.30.41")
    again = one.text("10.20.30.40 4711 annegret")
    name, number, address, other, *_rest = first.split()
    assert again.split() == [address, number, name.lower()]
    assert len({name, other}) == 2 and len({*first.split()}) == 6
    assert (len(name), len(number)) == (8, 4)
    assert one.text("00:04:13:92:2d:24 000413922D24 snomD305-922D24") == (
        "00:04:13:00:00:01 000413000001 snomD305-000001"
    )


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


def test_settings_keep_their_names_and_what_says_nothing() -> None:
    text = replacer().settings("dhcp$: on\nuser_name1!: k401\nlanguage$: Deutsch\nhttp_port&: 8080\nsip_foobarbaz: x\n")
    read = read_settings(text)
    assert read is not None and set(read.values) >= {"dhcp", "user_name1", "language", "http_port"}
    assert read.values["dhcp"] == "on" and read.values["user_name1"] != "k401" and "foobarbaz" not in text
    assert read.read_only == frozenset({"http_port"})


def test_settings_of_xml_keep_their_form() -> None:
    """The ends of elements were left as they were, so that a name stood there, and nobody could read the rest."""
    text = (
        '<?xml version="1.0" encoding="utf-8"?>\n<settings><phone-settings e="2"><dhcp perm="">on</dhcp>'
        '<Annegret perm="R"><![CDATA[a & b]]></Annegret><dst perm="" /></phone-settings>'
        '<functionKeys><fkey idx="0" perm="">line</fkey></functionKeys>'
        '<tbook complete="true"><item><name perm="">Anna</name></item></tbook></settings>'
    )
    made = replacer().settings(text)
    before, after = (list(ElementTree.fromstring(one).iter()) for one in (text, made))
    assert [one.attrib for one in before] == [one.attrib for one in after]
    changed = [one.tag for one, other in zip(before, after, strict=True) if one.tag != other.tag]
    assert changed == ["Annegret"] and len(made) == len(text) and "Anna" not in made


def test_a_name_that_is_a_known_word_goes_from_elements_too() -> None:
    hiding = Replacer(hidden=["Keys"])
    made = hiding.settings('<settings><Keys perm="">on</Keys><user_keys perm="">on</user_keys></settings>')
    assert "keys" not in made.lower()
    # A word alone may be a name also where nobody named it; one that markup is made of may not.
    assert "Day" not in replacer().settings('<settings><Day perm="">on</Day></settings>')
    assert hiding.text('<Keys name="Keys"><link></Keys>').lower().count("keys") == 0
    assert Replacer(hidden=["Link"]).text('<link rel="x">').startswith("<link")


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
        replacer().settings("dhcp: on\n" + page)
    for page in ("<a perm='" * 20_000, "</a" * 60_000, "<![CDATA[" * 20_000):
        replacer().settings("<dhcp perm=''>" + page)
    assert process_time() - began < 120


@given(st.text(max_size=300))
def test_no_text_breaks_it(text: str) -> None:
    shown(text)


def test_paths_of_known_pages_stay_and_are_links_to_them() -> None:
    one = replacer()
    for page in KNOWN_PAGES:
        assert one.head(page) == page
        assert one.text(f'<a href="{page}">Anna</a>').startswith(f'<a href="{page}">')
