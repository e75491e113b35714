# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import Unsupported, UserMode, WrongPhone
from ansible_collections.telephony.snom.plugins.module_utils._operations import info
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import connection_from
from ansible_collections.telephony.snom.tests.unit.phones import MemoryPhone

MANAGER = {"system": Unsupported("Phone Manager")}


def read(phone: MemoryPhone, *, check_mode: bool = False, **parameters: Any) -> dict[str, Any]:
    phone.connection = connection_from({"host": "127.0.0.1"} | parameters)
    return info.read_info(phone, {"gather": ["system"]} | parameters, check_mode)


@pytest.mark.parametrize("check_mode", [False, True])
def test_one_page_by_default_and_nothing_changes(check_mode: bool) -> None:
    phone = MemoryPhone()
    result = read(phone, check_mode=check_mode)
    assert (result["changed"], result["phone"]["model"], result["phone"]["settings"]) == (False, "D785", None)
    assert phone.requests == ["system"]


def test_a_given_mac_address_is_checked_whatever_is_gathered() -> None:
    phone = MemoryPhone()
    assert read(phone, gather=["gui"], mac="00:04:13:92:2D:24")["phone"]["mac"] == "000413922D24"
    with pytest.raises(WrongPhone):
        read(phone, gather=["gui"], mac="000413000001")


def test_the_phone_manager_is_an_answer() -> None:
    result = read(MemoryPhone(faults=MANAGER))
    assert result["phone"]["generation"] == "phone_manager"
    assert {value for name, value in result["phone"].items() if name != "generation"} == {None, "unknown"}


def test_settings_that_the_phone_keeps_back_are_an_error() -> None:
    with pytest.raises(UserMode):
        read(MemoryPhone(admin_mode=False), gather=["settings"])


def test_the_certificate_alone_is_read_without_a_request() -> None:
    phone = MemoryPhone(fingerprint="f1")
    facts = read(phone, gather=["certificate"], mac="000413000001")["phone"]
    assert (facts["cert_fingerprint"], facts["model"]) == ("f1", None)
    assert phone.requests == []


def test_the_certificate_comes_with_what_else_is_gathered() -> None:
    for faults, generation in (({}, "classic"), (MANAGER, "phone_manager")):
        facts = read(MemoryPhone(fingerprint="f1", faults=faults), gather=["system", "certificate"])["phone"]
        assert (facts["cert_fingerprint"], facts["generation"]) == ("f1", generation)


@pytest.mark.parametrize(("calls", "expected"), [(0, "idle"), (1, "in_call"), (None, "unknown")])
def test_the_call_counter_is_asked_too(calls: int | None, expected: str) -> None:
    phone = read(MemoryPhone(counter=calls))["phone"]
    assert phone["call_state"] == expected
    assert phone["call_state_source"] == (None if calls is None else "call counter")
