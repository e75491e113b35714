# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._known.mac_in_text import PREFIXES
from ansible_collections.telephony.snom.plugins.module_utils._pbx.pbx import registration_of
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.kept import kept, to_keep
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.merge import FoundPhone, merge
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.registrations import statements_of_registrations
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.said import Statement
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.settings import parse_sites

A, B = "00041345120A", "00041345120B"


def lease(mac: str, address: str, **more: Any) -> Statement:
    return Statement(mac=mac, address=address, leased=True, **more)


def one_phone(**readings: list[Statement]) -> FoundPhone:
    (phone,), notes = merge(readings)
    assert not notes
    return phone


def test_sources_are_merged_by_mac_and_each_keeps_its_word() -> None:
    phone = one_phone(
        kea=[lease(A, "192.0.2.1", more={"hostname": "desk"})],
        pbx=[Statement(mac=A, address="192.0.2.1", model="D785", firmware="10.1.84.12", accounts=("401",))],
        rooms=[Statement(mac=A, site="berlin", accounts=("401@pbx.example",), more={"room": "1"})],
    )
    assert phone.host == "snom-00041345120a"
    assert phone.variables == {
        "ansible_host": "192.0.2.1",
        "snom_mac": A,
        "snom_model": "D785",
        "snom_firmware_seen": "10.1.84.12",
        "snom_site": "berlin",
        "snom_account": "401",
        "snom_sources": {
            "kea": {"address": "192.0.2.1", "hostname": "desk"},
            "pbx": {"address": "192.0.2.1", "model": "D785", "firmware": "10.1.84.12", "accounts": ["401"]},
            "rooms": {"site": "berlin", "accounts": ["401@pbx.example"], "room": "1"},
        },
    }


def test_the_first_source_counts_and_differences_are_told() -> None:
    readings = {
        "kea": [lease(A, "192.0.2.1")],
        "csv": [Statement(mac=A, address="192.0.2.7", model="D735", site="a", accounts=("401",))],
        "pbx": [Statement(mac=A, model="D785", site="b", accounts=("402", "403"))],
        "log": [Statement(mac=A, address="192.0.2.9", last_known=True, firmware="10.1.1.1")],
    }
    (phone,), notes = merge(readings)
    assert (phone.address, phone.model, phone.site, phone.account) == ("192.0.2.1", "D735", "a", "401")
    assert notes == [
        "Sources differ on the model of 1 phone: snom-00041345120a: D735 by csv, D785 by pbx. The first source counts.",
        "Sources differ on the site of 1 phone: snom-00041345120a: a by csv, b by pbx. The first source counts.",
        (
            "Sources differ on the account of 1 phone: snom-00041345120a: 401 by csv, 402/403 by pbx. The first source "
            "counts."
        ),
        (
            "Sources differ on the address of 1 phone: snom-00041345120a: 192.0.2.1 by kea, 192.0.2.7 by csv. The "
            "first source counts."
        ),
    ]


def test_many_differences_are_one_sentence() -> None:
    macs = [f"0004130000{number:02X}" for number in range(50)]
    _phones, notes = merge(
        {
            "a": [Statement(mac=mac, site="x") for mac in macs],
            "b": [Statement(mac=mac, site="y\n\x1b[2J") for mac in macs],
        }
    )
    (note,) = notes
    assert "of 50 phones" in note and "and 47 more" in note and "\x1b" not in note and len(note) < 500


def test_a_phone_with_several_accounts_has_none_that_is_its_own() -> None:
    assert one_phone(pbx=[Statement(mac=A, accounts=("401", "402"))]).account is None


def test_an_address_is_one_phones() -> None:
    phones, notes = merge(
        {"kea": [lease(A, "192.0.2.1")], "log": [Statement(mac=B, address="192.0.2.1", last_known=True)]}
    )
    assert {phone.mac: phone.address for phone in phones} == {A: "192.0.2.1", B: None}
    assert notes == [
        (
            "1 address said of more than one phone: 192.0.2.1 (snom-00041345120a, snom-00041345120b). It is left to "
            "the one that the first source says it of, if that is one."
        )
    ]
    phones, _notes = merge({"csv": [Statement(mac=A, address="192.0.2.1"), Statement(mac=B, address="192.0.2.1")]})
    assert [phone.address for phone in phones] == [None, None]


def test_a_phone_that_loses_its_address_gets_the_next_one() -> None:
    phones, _notes = merge(
        {
            "kea": [lease(A, "192.0.2.1")],
            "log": [Statement(mac=B, address="192.0.2.1", last_known=True)],
            "csv": [Statement(mac=B, address="192.0.2.2")],
        }
    )
    assert {phone.mac: phone.address for phone in phones} == {A: "192.0.2.1", B: "192.0.2.2"}


def test_who_names_no_mac_is_found_by_the_lease_of_the_address() -> None:
    said = Statement(mac=None, address="192.0.2.1", model="D785", accounts=("401",))
    assert one_phone(pbx=[said], kea=[lease(A, "192.0.2.1")]).account == "401"
    # No lease, no word: a list may be old, and so may be what a log says.
    for other in (Statement(mac=A, address="192.0.2.1"), Statement(mac=A, address="192.0.2.1", last_known=True)):
        (phone,), notes = merge({"pbx": [said], "csv": [other]})
        assert phone.account is None
        assert notes[0].startswith("pbx: 1 phone registered there without naming the MAC address")


def test_the_site_is_that_of_the_narrowest_network_unless_a_source_names_one() -> None:
    sites = parse_sites({"192.0.2.0/24": "berlin", "192.0.2.8/29": "lab", "2001:db8::/32": "six"})
    phones, _notes = merge(
        {
            "kea": [lease(A, "192.0.2.1"), lease(B, "192.0.2.9"), lease("00041345120C", "198.51.100.1")],
            "csv": [Statement(mac=A, site="annex")],
        },
        sites,
    )
    assert [phone.site for phone in phones] == ["annex", "lab", None]


def registration(account: str, contact: str, agent: str, **more: Any) -> Any:
    return registration_of(account, contact, user_agent=agent, **more)


def test_registrations_of_one_phone_are_one_and_the_newest_counts() -> None:
    reading = statements_of_registrations(
        [
            registration("401", "sip:401@192.0.2.1:5060", f"snomD785/10.1.84.12 {A}", expires=100),
            registration("402", "sip:402@192.0.2.1:5060", f"snomD785/10.1.169.16 {A}", expires=500),
            registration("501", "sip:501@192.0.2.5:5060", "Yealink SIP-T46S 805ec0000001"),
            registration("502", "sip:502@192.0.2.6:5060", "snomD785/10.1.84.12 02000000000A"),
        ],
        PREFIXES,
    )
    (one,) = reading.said
    assert (one.mac, one.address, one.firmware, one.accounts) == (A, "192.0.2.1", "10.1.169.16", ("401", "402"))


def test_an_address_before_which_something_stands_is_no_address_of_a_phone() -> None:
    behind = {"received": "sip:203.0.113.1:1234"}
    (one,) = statements_of_registrations(
        [registration("401", "sip:401@192.0.2.1:5060", f"snomD785/10.1.84.12 {A}", **behind)], PREFIXES
    ).said
    assert one.address is None
    assert one.more["seen_at"] == "203.0.113.1" and one.more["contact_host"] == "192.0.2.1"
    # And without a MAC address nobody knows whose it is.
    assert not statements_of_registrations(
        [registration("401", "sip:401@192.0.2.1", "snomD785/10.1.84.12", **behind)], PREFIXES
    ).said


@pytest.mark.parametrize("agent", [f"snomM900/7.40 {A}", "snomM900/7.40"])
def test_a_dect_base_is_no_phone(agent: str) -> None:
    assert not statements_of_registrations([registration("401", "sip:401@192.0.2.1", agent)], PREFIXES).said


def test_several_models_at_one_address_are_not_one_phone() -> None:
    several = [
        registration(str(n), "sip:a@192.0.2.1", f"snom{model}/10.1.84.12") for n, model in enumerate(("D785", "D735"))
    ]
    assert not statements_of_registrations(several, PREFIXES).said
    many = [registration(str(number), "sip:a@192.0.2.1", "snomD785/10.1.84.12") for number in range(13)]
    assert not statements_of_registrations(many, PREFIXES).said
    assert len(statements_of_registrations(many[:12], PREFIXES).said) == 1


def test_a_cache_serves_the_same_options_only_and_holds_no_password() -> None:
    phones = [FoundPhone(mac=A, address="192.0.2.1", sources={"kea": {"address": "192.0.2.1"}})]
    options = {"sources": [{"kind": "kea", "url": "http://kea", "password": "n0t-to-be-seen"}]}
    value = to_keep(phones, options)
    assert "n0t-to-be-seen" not in repr(value)
    assert kept(value, options) == phones
    assert kept(value, {"sources": [{"kind": "kea", "url": "http://kea", "password": "new"}]}) == phones
    assert kept(value, {"sources": [{"kind": "kea", "url": "http://other", "password": "n0t-to-be-seen"}]}) is None


@pytest.mark.parametrize("value", [None, [], {}, "x", {"form": 0}, {"form": 1, "options": "x", "phones": []}])
def test_a_cache_of_something_else_is_of_no_use(value: Any) -> None:
    assert kept(value, {}) is None
    own = to_keep([], {})
    assert kept({**own, "phones": [{"mac": A, "new": 1}]}, {}) is None
