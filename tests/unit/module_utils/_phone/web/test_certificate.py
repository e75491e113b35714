# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.certificate import read_certificate
from hypothesis import given
from hypothesis import strategies as st

from ....certificates import OF_A_PHONE, OF_SOMEBODY


def test_a_certificate_says_of_whom_and_by_whom_it_is() -> None:
    shown = read_certificate(OF_SOMEBODY)
    assert shown is not None and shown["self_issued"] and shown["subject"] == shown["issuer"]
    assert {one["kind"]: one["value"] for one in shown["subject"]} == {
        "C": "DE",
        "L": "Frobozzhausen",
        "O": "Frobozz Klinik GmbH",
        "OU": "Day Care 0305557788",
        "CN": "00-04-13-92-2D-24",
        "GN": "Annegret",
        "SN": "Jürgensen",
        "email": "a.juergensen@frobozz.example.net",
    }
    assert [(one["kind"], one["value"]) for one in shown["other_names"]] == [
        ("DNS", "tel-01.frobozz.example.net"),
        ("IP", "10.20.30.40"),
        ("IP", "fd00::7"),
        ("email", "a.juergensen@frobozz.example.net"),
        ("URI", "sip:40177@frobozz.example.net"),
        ("other", "17 bytes"),
    ]
    assert (shown["key"], shown["signature"], shown["serial_bytes"]) == ("EC P-256", "ECDSA, SHA-256", 20)
    assert (shown["not_before"], shown["not_after"]) == ("2026-11-29T22:46:51Z", "2046-11-24T22:46:51Z")


def test_one_that_somebody_else_has_issued_says_so() -> None:
    shown = read_certificate(OF_A_PHONE)
    assert shown is not None and not shown["self_issued"] and shown["other_names"] == []
    assert [one["value"] for one in shown["subject"]] == ["000413922D24", "snom technology AG"]
    assert (shown["key"], shown["signature"]) == ("RSA 1024", "ECDSA, SHA-1")


@pytest.mark.parametrize(
    "data",
    [b"", b"0", b"\x30\x80", b"\x30\x85" + bytes(9), b"\x1f\x01\x00", OF_A_PHONE[:-1], b"\x30\x03\x30\x01\x00" * 9],
)
def test_what_is_none_is_not_read(data: bytes) -> None:
    assert read_certificate(data) is None


@given(at=st.integers(0, len(OF_SOMEBODY) - 1), byte=st.integers(0, 255), end=st.integers(0, len(OF_SOMEBODY)))
def test_one_that_is_broken_anywhere_is_read_or_not_and_raises_nothing(at: int, byte: int, end: int) -> None:
    broken = bytearray(OF_SOMEBODY)
    broken[at] = byte
    for data in (bytes(broken), bytes(broken[:end])):
        shown = read_certificate(data)
        assert shown is None or shown["key"]


def test_one_of_a_megabyte_takes_no_time() -> None:
    began = time.process_time()
    for inside in (b"\x30\x00" * 500_000, b"\x06\x01\xff" * 300_000):
        read_certificate(b"\x30\x83" + len(inside).to_bytes(3, "big") + inside)
    assert time.process_time() - began < 5
