# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each kind of personal detail, planted in each kind of answer past the web server, and looked for afterwards."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._mirror.log import read_request
from ansible_collections.telephony.snom.plugins.module_utils._pbx.sip_message import read_answer
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.channels import Heard, channels
from hypothesis import given
from hypothesis import strategies as st

from .details import DETAILS, MAC, leaks, replacer

ANSWER = (
    "SIP/2.0 200 Ok\r\nVia: SIP/2.0/UDP 10.20.30.40:5060;branch=z9hG4bKabc;rport=5060;received=10.20.30.40\r\n"
    "From: <sip:telephony.snom@10.20.30.40:5060>;tag=f1\r\nTo: <sip:401@10.20.30.41>;tag=zz\r\n"
    "Call-ID: 77aa@10.20.30.40\r\nCSeq: 1 NOTIFY\r\nUser-Agent: snomD785/10.1.54.13 000413922D24\r\n"
    "Contact: <sip:401@10.20.30.41:5060;line=x1y2>\r\nContent-Length: 0\r\n\r\n"
)


def sip(head: str, body: str = "") -> bytes:
    return f"SIP/2.0 200 Ok\r\n{head}\r\nContent-Length: {len(body.encode())}\r\n\r\n{body}".encode()


def log_line(**changes: Any) -> str:
    entry = {"time": "2026-11-26T22:14:05+00:00", "address": "10.20.30.41", "method": "GET", "status": 200}
    entry |= {"uri": "/snomD785-000413922D24.xml", "mac": "", "bytes": 812, "length": "812", "range": ""}
    return json.dumps(entry | {"user_agent": f"Mozilla/4.0 (compatible; snomD785-SIP 10.1.54.13 {MAC})"} | changes)


def report(target: str, *head: str, body: str = "") -> bytes:
    return "\r\n".join([f"GET {target} HTTP/1.1", *head, "", body]).encode()


PLACES = {
    "the reason": lambda text: Heard(sip=[(True, f"SIP/2.0 486 {text}\r\nCSeq: 1 NOTIFY\r\n\r\n".encode())]),
    "the request line": lambda text: Heard(sip=[(False, f"NOTIFY sip:{quote(text)}@x SIP/2.0\r\n\r\n".encode())]),
    "From": lambda text: Heard(sip=[(True, sip(f'From: "{text}" <sip:{quote(text)}@x>;tag=1'))]),
    "the short From": lambda text: Heard(sip=[(True, sip(f'f: "{text}" <sip:{quote(text)}@x>;tag=1'))]),
    "Contact": lambda text: Heard(sip=[(True, sip(f"Contact: <sip:{quote(text)}@x;line={quote(text)}>"))]),
    "the agent": lambda text: Heard(sip=[(True, sip(f"User-Agent: snomD785/10.1.54.13 {text}"))]),
    "a header that goes on": lambda text: Heard(sip=[(True, sip(f"Subject: a\r\n {text}\r\n\t{text}: {text}"))]),
    "the name of a header": lambda text: Heard(sip=[(True, sip(f"X-{quote(text)}: 1"))]),
    "a challenge": lambda text: Heard(sip=[(True, sip(f'WWW-Authenticate: Digest realm="{text}", nonce="{text}"'))]),
    "a login": lambda text: Heard(sip=[(False, sip(f'Authorization: Digest username="{text}", uri="sip:{text}"'))]),
    "a body of SIP": lambda text: Heard(sip=[(True, sip("Content-Type: application/sdp", f"o={text} 1\r\ns={text}"))]),
    "an XML answer": lambda text: Heard(sip=[(True, sip("Content-Type: text/xml", f"<name>{text}</name>"))]),
    "no SIP": lambda text: Heard(sip=[(True, text.encode())]),
    "the file": lambda text: Heard(log=[log_line(uri=f"/{quote(text)}/snom.htm?user={quote(text)}")]),
    "the agent of a fetch": lambda text: Heard(
        log=[log_line(user_agent=f"Mozilla/4.0 (snomD785-SIP 10.1.54.13 {text})")]
    ),
    "the address of a fetch": lambda text: Heard(log=[log_line(address=text)]),
    "the MAC of a fetch": lambda text: Heard(log=[log_line(mac=text)]),
    "another key": lambda text: Heard(log=[log_line(**{text: text})]),
    "a method": lambda text: Heard(log=[log_line(method=text, status=text, range=text, time=text)]),
    "a list in a line": lambda text: Heard(log=[log_line(user_agent=[text, {text: text}])]),
    "no line": lambda text: Heard(log=[text]),
    "a report": lambda text: Heard(reports=[report(f"/tok3n/{quote(text)}?name={quote(text)}")]),
    "a header of a report": lambda text: Heard(reports=[report("/tok3n", f"Referer: {text}", f"Cookie: a={text}")]),
    "a body of a report": lambda text: Heard(reports=[report("/tok3n", "X-A: 1", body=f"<state>{text}</state>")]),
    "a document": lambda text: Heard(documents=[f'<SnomIPPhoneText><Text a="{text}">{text}</Text></SnomIPPhoneText>']),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", DETAILS)
def test_no_detail_is_left_past_the_web_server(kind: str, place: str) -> None:
    made = json.dumps(channels(PLACES[place](DETAILS[kind]), replacer()), ensure_ascii=False)
    readable = made.encode("utf-8").decode("utf-8")
    assert leaks(readable, kind) == [], readable
    if "other letters" in kind or "umlaut" in kind:
        raw = DETAILS[kind].encode()
        assert raw.decode("latin-1") not in readable and quote(DETAILS[kind]) not in readable


def test_a_message_is_read_as_it_was_and_its_length_is_true() -> None:
    body = "<name>Annegret at fe80::20c:29ff:fe3a:1</name>"
    data = (ANSWER.replace("Content-Length: 0", f"l : {len(body)}") + body).encode()
    (made,) = channels(Heard(sip=[(True, data)]), replacer())["sip"]
    assert made["from"] == "phone" and made["head"][0] == "SIP/2.0 200 Ok"
    text = "".join(made["body"])
    assert f"l : {len(text)}" in made["head"] and len(text) != len(body)
    answer = read_answer("\r\n".join([*made["head"], "", ""]).encode())
    assert answer is not None and answer.length == len(text)
    assert answer.get("user-agent") == "snomD785/10.1.54.13 000413000001"
    assert answer.get("cseq") == "1 NOTIFY" and ";rport=" in answer.get("via")


def test_one_thing_is_replaced_by_one_thing_in_all_channels() -> None:
    one = replacer()
    page = one.text("401 10.20.30.41 000413922D24")
    made = channels(Heard(sip=[(True, ANSWER.encode())], log=[log_line()], reports=[report("/401")]), one)
    number, address, mac = page.split()
    (line,) = map(json.loads, made["log"])
    assert f"To: <sip:{number}@{address}>;tag=" in "\n".join(made["sip"][0]["head"])
    assert (line["address"], line["uri"]) == (address, f"/snomD785-{mac}.xml")
    assert made["reports"][0]["head"][0] == f"GET /{number} HTTP/1.1"


def test_a_log_is_read_as_it_was_and_its_times_differ_as_they_did() -> None:
    lines = [
        log_line(time="2026-11-26T23:14:05+01:00"),
        log_line(time="2026-11-26T22:14:07+00:00", uri="/fw/snomD785-10.1.175.16-SIP-r.bin", range="bytes 0-9/10"),
        "nonsense",
        "[1]",
    ]
    made = channels(Heard(log=lines), replacer())["log"]
    first, second = (read_request(line.encode()) for line in made)
    assert first is not None and second is not None
    assert (second.time - first.time).total_seconds() == 2 and first.time.year == 2000
    assert (first.owner, first.status, first.sent, first.length) == ("000413000001", 200, 812, 812)
    assert first.agent is not None and str(first.agent.firmware) == "10.1.54.13" and first.agent.model == "D785"
    assert second.file == "snomD785-10.1.175.16-SIP-r.bin" and second.content_range == "bytes 0-9/10"


@given(st.binary(max_size=300), st.text(max_size=300))
def test_nothing_breaks_it(data: bytes, text: str) -> None:
    channels(Heard(sip=[(True, data)], log=[text, json.dumps({text: text, "time": text})], reports=[data]), replacer())


def test_what_has_no_end_is_cut() -> None:
    many = Heard(sip=[(True, b"x" * 10_000_000)] * 3, log=[log_line()] * 2000, reports=[b"a"] * 1000)
    made = channels(many, replacer())
    assert (len(made["sip"]), len(made["log"]), len(made["reports"])) == (3, 500, 200)
    assert len(json.dumps(made)) < 3_000_000
