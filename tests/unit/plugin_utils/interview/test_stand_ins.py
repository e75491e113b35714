# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.telephony.snom.plugins.plugin_utils.interview.stand_ins import StandIns

from .details import replacer


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


def test_what_was_replaced_is_counted_and_secrets_are_not_told() -> None:
    stand_ins = StandIns()
    assert [stand_ins.secret("hush", shown) for shown in ("hush", "h&#117;sh")] == ["xxxx", "xxxx"]
    assert (stand_ins.number("4711"), stand_ins.number("4712"), stand_ins.number("4711")) == ("0001", "0002", "0001")
    assert (stand_ins.mac("000413922D24"), stand_ins.mac("8C85901B2C3D")) == ("000413000001", "020000000002")
    assert stand_ins.counts == {"secrets": 1, "numbers": 2, "MAC addresses": 2}
    assert [kind for kind, _original, _new in stand_ins.replacements()] == ["MAC addresses"] * 2 + ["numbers"] * 2


def test_words_have_the_length_and_the_capitals_of_what_they_stand_for() -> None:
    stand_ins = StandIns()
    assert [stand_ins.word("anna", word) for word in ("Anna", "ANNA", "anna")] == ["Qqqa", "QQQA", "qqqa"]
    assert stand_ins.word("bo", "Bo") == "Qb" and len({stand_ins.word(str(one), "abc") for one in range(300)}) == 300


def test_each_address_has_one_of_its_own() -> None:
    stand_ins = StandIns()
    assert len({stand_ins.ipv4(f"10.0.{one // 250}.{one % 250}") for one in range(750)}) == 750
    assert stand_ins.ipv6("fe80::1").startswith("2001:db8::")
