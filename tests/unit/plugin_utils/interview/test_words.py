# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Words and numbers that stay, or do not, by what stands around them."""

from __future__ import annotations

import html
import re
from urllib.parse import quote

import pytest
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.replacer import Replacer

from .details import PLACES, replacer, shown

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


def test_what_is_no_serial_number_stays() -> None:
    one = replacer()
    for text in ("Uptime: 3 days, 02:10:05", "HTTP/1.1", "state Idle (29)", "line 12", "1-12", "utf-8", "iso-8859-1"):
        assert re.findall("[0-9]{1,2}", one.text(text))[:1] == re.findall("[0-9]{1,2}", text)[:1] or "iso" in text
    assert one.text("Hardware: D785, snomD785-SIP 10.1.54.13") == "Hardware: D785, snomD785-SIP 10.1.54.13"


DAY = '<html><title>Day</title><body><a href="keys.htm">Annegret Day, 3 days</a><p>Keys: Day</p></body></html>'


def test_a_name_that_is_a_label_goes_where_the_person_names_it_and_is_shown_to_that_person_before() -> None:
    before, after = Replacer(), Replacer(hidden=["Day"])
    assert before.text(DAY).count("Day") == 3 and before.words.beside == {"Day": 1}
    text = after.text(DAY)
    # Each word that is the name, and no other: neither those with it inside, nor those of markup.
    assert "Day" not in text and " days" in text and "keys.htm" in text and "Keys: " in text
    assert len(text) == len(DAY) and not after.words.beside
