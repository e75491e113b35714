# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has a form of its own goes, and so does what some labels name, whatever it is made of."""

from __future__ import annotations

import re

import pytest

from .details import replacer, shown

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


@pytest.mark.parametrize(
    "blank",
    [" ", ".", "-", "/", "&nbsp;", "&#160;", "\xa0", "\t", "_", ",", "%20", "%C2%A0", "+", "%2D", "%2F", " &nbsp;"],
)
@pytest.mark.parametrize(
    "place", ["<p>Missed call from {}</p>", '<a href="index.htm?NUMBER={}">call</a>', "<sip:%20{}%20@pbx>", "'{}'"]
)
def test_a_number_in_pairs_goes_however_its_blanks_are_written(blank: str, place: str) -> None:
    """As in France. Each pair alone would stay."""
    digits = ("06", "12", "34", "56", "78")
    text = shown(place.format(blank.join(digits))).partition("\r\n\r\n")[2]
    assert [pair for pair in digits if pair in text.replace(blank, " ")] == []


def test_a_number_with_its_country_in_a_url_goes() -> None:
    assert not re.search("33|61|23|45|67", shown('<a href="x.htm?n=%2B33%206%2012%2034%2056%2078">'))


def test_lists_of_short_numbers_stay() -> None:
    lists = "8,0,18,99; 1,2,3,4,5; 10,20,30"
    assert lists in shown(f"<p>{lists}</p>")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("10.20.30.40 - 10.20.30.41 - 10.20.30.40", "192.0.2.1 - 192.0.2.2 - 192.0.2.1"),
        ("0.0.0.0 127.0.0.1", "0.0.0.0 127.0.0.1"),
        ("fe80::20c:29ff:fe3a:1", "2001:db8::1"),
        ("00:04:13:92:2D:24 0004.1392.2d24 922d24", "00:04:13:00:00:01 0004.1300.0001 000001"),
        ("8c-85-90-1b-2c-3d 0004137F8A9B", "02-00-00-00-00-01 000413000002"),
        ("+49 170 5558899", "+00 000 0000001"),
        # A version is known to be one by the image that it stands with.
        ("10.2.1.1 snomD785-SIP 10.2.1.1 10.2.1.2", "10.2.1.1 snomD785-SIP 10.2.1.1 192.0.2.1"),
    ],
)
def test_what_has_a_form_keeps_it(text: str, kept: str) -> None:
    assert replacer().text(text) == kept


@pytest.mark.parametrize("between", [" ", ", ", "-", ":", "_"])
def test_addresses_in_a_row_are_no_mac_address(between: str) -> None:
    """Of two with octets of two digits each, six were taken for a MAC address, and the last two were left."""
    row = between.join(["10.20.30.40", "10.20.30.41"])
    assert replacer().text(row) == between.join(["192.0.2.1", "192.0.2.2"])
    assert replacer().text("8c.85.90.1b.2c.3d 00.04.13.92.2D.25") == "02.00.00.00.00.01 00.04.13.00.00.02"
    assert replacer().text("10.20.30.40.50.60") == "02.00.00.00.00.01"


@pytest.mark.parametrize("mac", ["00.04.13.92.AD.24", "00.04.13.92.ad.24", "12.34.56.78.9A.BC"])
def test_a_mac_address_that_begins_like_an_address_is_one(mac: str) -> None:
    """Its first four pairs were taken for an address, and what stood behind them was left: 24."""
    new = replacer().text(f"Peer {mac}")[-len(mac) :]
    assert re.fullmatch("(00.04.13|02.00.00).00.00.01", new)
    assert replacer().text("1.2.3.4.de 10.20.30.40.example") == "192.0.2.1.qa 192.0.2.2.qqqqqqb"


def test_the_mask_of_one_address_is_nobodys() -> None:
    """It stayed as an address, and was taken for a telephone number then."""
    assert replacer().text("Netmask: 255.255.255.255") == "Netmask: 255.255.255.255"
