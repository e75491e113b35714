# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._pbx import sip_message
from ansible_collections.telephony.snom.plugins.module_utils._pbx.sip_message import (
    SipAnswer,
    authorization,
    read_answer,
    write_request,
)

CNONCE = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
CHALLENGE = (
    'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={}, '
    'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
)
RESPONSES = {
    "MD5": "8ca523f5e9506fed4657c9700eebdbec",
    "SHA-256": "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
}


def challenged(*values: str, status: int = 401) -> SipAnswer:
    name = "www-authenticate" if status == 401 else "proxy-authenticate"
    return SipAnswer(status, "", tuple((name, value) for value in values))


def answered(answer: SipAnswer) -> tuple[str, str] | None:
    return authorization(answer, "GET", "/dir/index.html", "Mufasa", "Circle of Life")


@pytest.mark.parametrize(("status", "header"), [(401, "Authorization"), (407, "Proxy-Authorization")])
@pytest.mark.parametrize("algorithm", RESPONSES)
def test_the_vectors_of_rfc_7616(algorithm: str, status: int, header: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sip_message.secrets, "token_hex", lambda _length: CNONCE)
    found = answered(challenged(CHALLENGE.format(algorithm), status=status))
    assert found and found[0] == header
    assert f'response="{RESPONSES[algorithm]}"' in found[1] and 'opaque="FQhe' in found[1]
    assert "Circle" not in found[1]


def test_the_first_that_can_be_answered_is() -> None:
    found = answered(challenged("Basic realm=x", CHALLENGE.format("SHA-512-256"), CHALLENGE.format("SHA-256")))
    assert found and "algorithm=SHA-256" in found[1]


@pytest.mark.parametrize(
    "value",
    [
        "Basic realm=x",
        CHALLENGE.format("MD5-sess"),
        'Digest realm="x"',
        'Digest realm="x", nonce="y", qop="auth-int"',
        *(f'Digest realm="x", nonce="y", opaque="z", {name}="a\x0bb"' for name in ("realm", "nonce", "opaque")),
        "Digest " + "a" * 100_000,
        "Digest " + 'a="' * 50_000,
    ],
)
def test_what_asks_for_something_else_is_not_answered(value: str) -> None:
    assert answered(challenged(value)) is None


def test_a_name_that_would_end_its_quotes_is_sent_to_nobody() -> None:
    assert authorization(challenged(CHALLENGE.format("MD5")), "GET", "/", 'a", uri="b', "secret") is None


def test_an_answer_is_read_in_every_spelling() -> None:
    found = read_answer(
        b"SIP/2.0 200 Ok\r\nv: SIP/2.0/UDP 192.0.2.1:5060;rport=1; BRANCH = z9hG4bKa1 ;x, SIP/2.0/UDP b;branch=z\r\n"
        b"User-Agent:  snomD345/10.1.39.11\r\nSubject: one\r\n two\r\nl: 4\r\n\r\nbody"
    )
    assert found and (found.status, found.reason, found.branch, found.length) == (200, "Ok", "z9hG4bKa1", 4)
    assert (found.get("user-agent"), found.get("subject"), found.get("nothing")) == (
        *("snomD345/10.1.39.11", "one two"),
        "",
    )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\r\n\r\n",
        b"NOTIFY sip:a@b SIP/2.0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"SIP/2.0 999 Odd\r\n\r\n",
        b"SIP/2.0 200 OK" + b"\r\nA: b" * 300 + b"\r\n\r\n",
        b"\xff" * 70_000,
    ],
)
def test_what_is_none_is_none(data: bytes) -> None:
    assert read_answer(data) is None


@pytest.mark.parametrize("length", ["-1", "99999999", "1e3", "x"])
def test_a_length_that_is_none(length: str) -> None:
    found = read_answer(f"SIP/2.0 200 OK\r\nContent-Length: {length}\r\n\r\n".encode())
    assert found and found.length == -1


def test_nothing_in_a_request_is_a_line_of_its_own() -> None:
    assert write_request("OPTIONS", "sip:a@b", [("To", "<sip:a@b>")], "ü".encode()) == (
        b"OPTIONS sip:a@b SIP/2.0\r\nTo: <sip:a@b>\r\nContent-Length: 2\r\n\r\n\xc3\xbc"
    )
    for uri, value in (("sip:a@b\r\nX: y", "z"), ("sip:a@b", "z\nX: y"), ("sip:a@b", "\x00")):
        with pytest.raises(ValueError, match="one line"):
            write_request("OPTIONS", uri, [("To", value)])
