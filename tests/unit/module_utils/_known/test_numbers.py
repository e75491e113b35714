# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError, Refused
from ansible_collections.telephony.snom.plugins.module_utils._known.numbers import (
    EMERGENCY_NUMBERS,
    read_address,
    read_number,
    read_tones,
    refuse_elsewhere,
    refuse_emergency,
)
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("text", "number_format", "number"),
    [
        ("4711", "keep", "4711"),
        ("*97#", "keep", "*97#"),
        ("+49 (0)30 123-456/7.8", "keep", "+4930123 4567 8".replace(" ", "")),
        (" (030) 123", "keep", "030123"),
        ("+4930", "keep", "+4930"),
        ("+4930", "00", "004930"),
        ("+4930", "plus", "+4930"),
        ("004930", "plus", "+4930"),
        ("0049 (0)30 1234", "keep", "0049301234"),
        ("004930", "00", "004930"),
        ("0030", "keep", "0030"),
        ("4711", "plus", "4711"),
        ("1" * 64, "keep", "1" * 64),
    ],
)
def test_numbers(text: str, number_format: str, number: str) -> None:
    assert read_number(text, number_format) == number


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            "-",
            "+",
            "++49",
            "49+30",
            "1" * 65,
            "12a",
            "1&2",
            "1;2",
            "1=2",
            "1%2",
            "1\n2",
            "1\r\n",
            "1\t2",
            "1\0",
        ),
        *("\u0661\u0662", "sip:100", "tel:100", "http://pbx.example/"),
    ],
)
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(InputError, match="number must be"):
        read_number(text, "keep")


@given(st.text())
def test_nothing_but_signs_of_numbers_gets_through(text: str) -> None:
    try:
        number = read_number(text, "00")
    except InputError:
        return
    assert number and set(number) <= set("0123456789*#")


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("100@pbx.example", "100@pbx.example"),
        ("sip:anna.b@pbx.example", "anna.b@pbx.example"),
        ("sips:*97@192.0.2.1", "*97@192.0.2.1"),
    ],
)
def test_addresses(text: str, address: str) -> None:
    assert read_address(text, "number") == address


@pytest.mark.parametrize(
    "text",
    [
        *(
            "100",
            "@pbx",
            "100@",
            "a@b@c",
            "100@pbx:5060",
            "100@pbx;transport=tcp",
            "100@pbx?h=1",
            "1&2@pbx",
            "1@p\r\nx",
        ),
        *("http:100@pbx", "100 @pbx", "1@[2001:db8::1]", "1@" + "x" * 130),
    ],
)
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(InputError, match="outgoing_uri must be"):
        read_address(text, "outgoing_uri")


def test_tones() -> None:
    assert read_tones("0123456789*#abcD") == "0123456789*#ABCD"
    for text in ("", "E", "1 2", "1&2", "1" * 193):
        with pytest.raises(InputError, match="digits must be"):
            read_tones(text)


def test_calls_to_elsewhere() -> None:
    refuse_elsewhere("4711@PBX.example", {"100@pbx.EXAMPLE", "200@other.example"})
    with pytest.raises(Refused, match=r"pbx\.example"):
        refuse_elsewhere("4711@evil.example", {"100@pbx.example"})
    with pytest.raises(Refused, match="does not show"):
        refuse_elsewhere("4711@pbx.example", set())


@pytest.mark.parametrize(
    "number",
    [
        *("112", "911", "999", "000", "110"),
        *("0112", "9911", "0000", "1110"),
        *("+112", "00112", "*31#112", "112#", "#31#0112"),
        *("112@pbx.example", "0112@pbx.example"),
        # A PBX may ignore separators, and the outside line may be before the prefix.
        *("1-1-2@pbx.example", "9.1.1@pbx.example", "+1-1-2@pbx.example", "000112"),
    ],
)
def test_emergency_numbers_in_all_guises(number: str) -> None:
    with pytest.raises(Refused, match="allow_emergency") as raised:
        refuse_emergency(number, EMERGENCY_NUMBERS)
    # The number may be secret.
    assert number not in raised.value.reason


@pytest.mark.parametrize(
    "number",
    ["100", "1120", "11", "4711", "0911123", "", "*97", "anna@pbx.example", "desk-112@pbx.example", "+4930112"],
)
def test_what_only_looks_like_one(number: str) -> None:
    refuse_emergency(number, EMERGENCY_NUMBERS)


def test_the_list_is_the_users() -> None:
    refuse_emergency("112", ["15"])
    refuse_emergency("112", [])
    with pytest.raises(Refused):
        refuse_emergency("10 17".replace(" ", ""), ["1 0-17"])
