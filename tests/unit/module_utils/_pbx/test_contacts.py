# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import (
    InputError,
    PhoneUnreachable,
    Refused,
    SnomError,
)
from ansible_collections.telephony.snom.plugins.module_utils._pbx.contacts import contact_of, contact_without_list
from ansible_collections.telephony.snom.plugins.module_utils._pbx.pbx import Registration, registration_of
from ansible_collections.telephony.snom.plugins.module_utils._pbx.settings import PbxSettings

MAC, OTHER = "000413922D24", "000413922D25"


def at(account: str, address: str, mac: str | None = None, *, port: int = 5060, **more: Any) -> Registration:
    agent = more.pop("user_agent", f"snomD862/10.1.226.13 {mac or ''}".strip())
    return registration_of(account, f"sip:{account}@{address}:{port}", user_agent=agent, **{"expires": 60, **more})


def find(*listed: Registration, **changes: Any) -> str:
    given = {"mac": MAC, "account": None, "address": "192.0.2.7", "shown": "the PBX pbx.example", **changes}
    return contact_of(listed, **given).contact


@pytest.mark.parametrize(
    ("listed", "known", "found"),
    [
        # By its MAC address, wherever it is, the newest.
        ([at("401", "10.0.0.1", MAC), at("402", "192.0.2.7")], {}, "sip:401@10.0.0.1:5060"),
        ([at("401", "10.0.0.1", MAC, expires=5), at("401", "10.0.0.2", MAC)], {}, "sip:401@10.0.0.2:5060"),
        ([at("401", "10.0.0.1", MAC), at("401", "10.0.0.2", OTHER)], {}, "sip:401@10.0.0.1:5060"),
        (
            [at("401", "10.0.0.1", MAC), at("402", "10.0.0.1", MAC, expires=9)],
            {"account": "402"},
            "sip:402@10.0.0.1:5060",
        ),
        # One that answers before one that does not.
        (
            [at("401", "10.0.0.1", MAC, reachable=False, expires=90), at("401", "10.0.0.2", MAC)],
            {},
            "sip:401@10.0.0.2:5060",
        ),
        # By its account, and its address where there are more.
        ([at("401", "10.0.0.1")], {"account": "401@pbx.example"}, "sip:401@10.0.0.1:5060"),
        ([at("401", "10.0.0.1"), at("401", "192.0.2.7")], {"account": "401"}, "sip:401@192.0.2.7:5060"),
        ([at("401", "10.0.0.1", user_agent="")], {"account": "401"}, "sip:401@10.0.0.1:5060"),
        # By its address.
        ([at("401", "192.0.2.7"), at("402", "192.0.2.8")], {}, "sip:401@192.0.2.7:5060"),
        ([at("401", "192.0.2.7", port=1, expires=5), at("401", "192.0.2.7", port=2)], {}, "sip:401@192.0.2.7:2"),
        ([at("401", "192.0.2.7")], {"mac": None}, "sip:401@192.0.2.7:5060"),
    ],
)
def test_the_one_that_is_the_phones(listed: list[Registration], known: dict[str, Any], found: str) -> None:
    assert find(*listed, **known) == found


@pytest.mark.parametrize(
    ("listed", "known", "error", "says"),
    [
        ([], {}, PhoneUnreachable, "snom_account"),
        ([at("401", "10.0.0.1")], {}, PhoneUnreachable, "The PBX pbx.example lists no registration"),
        ([at("401", "192.0.2.7", OTHER)], {}, PhoneUnreachable, "lists no registration"),
        ([at("402", "192.0.2.7")], {"account": "401"}, PhoneUnreachable, "lists no registration"),
        ([at("401", "192.0.2.7", OTHER)], {"account": "401"}, Refused, "another phone"),
        ([at("401", "192.0.2.7", user_agent="baresip")], {"account": "401"}, Refused, "no Snom phone"),
        # Two phones on one account, of which none says which it is.
        ([at("401", "10.0.0.1"), at("401", "10.0.0.2")], {"account": "401"}, Refused, "mac_info_in_sip_register"),
        # Behind one router.
        (
            [
                at("401", "10.0.0.1", received="sip:192.0.2.7:1"),
                at("402", "10.0.0.2", received="sip:192.0.2.7:2"),
            ],
            {},
            Refused,
            "more than one phone",
        ),
        # Behind two routers with the same addresses.
        (
            [
                at("401", "10.0.0.1", MAC, received="sip:192.0.2.7:1"),
                at("401", "10.0.0.1", OTHER, received="sip:192.0.2.8:1"),
            ],
            {},
            Refused,
            "same contact",
        ),
    ],
)
def test_where_it_may_be_anothers_nobody_is_told(
    listed: list[Registration], known: dict[str, Any], error: type[SnomError], says: str
) -> None:
    with pytest.raises(error, match=says):
        find(*listed, **known)


def test_where_nobody_lists_any_the_inventory_counts() -> None:
    settings = PbxSettings(kind="command", command=("notify", "{account}"))
    found = contact_without_list(settings, mac=MAC, account="401@pbx.example", address="192.0.2.7")
    assert (found.account, found.contact, found.address) == ("401@pbx.example", "sip:401@192.0.2.7", "192.0.2.7")
    assert found.agent and found.agent.mac == MAC
    with pytest.raises(InputError, match="snom_account"):
        contact_without_list(settings, mac=MAC, account=None, address="192.0.2.7")
    with_password = PbxSettings(kind="sip", port=5060, password="Never/shown&1")
    with pytest.raises(InputError, match="no username"):
        contact_without_list(with_password, mac=MAC, account=None, address="192.0.2.7")
    named = PbxSettings(kind="sip", port=5061, transport="tls", username="401", password="Never/shown&1")
    straight = contact_without_list(named, mac=MAC, account=None, address="192.0.2.7")
    assert straight.contact == "sip:192.0.2.7:5061;transport=tls"
    other = contact_without_list(PbxSettings(kind="command"), mac=None, account=None, address="2001:db8::7")
    assert other.contact == "sip:[2001:db8::7]"
