# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import Unsupported, UserMode, WrongPhone
from ansible_collections.telephony.snom.plugins.module_utils._operations import info
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import connection_from
from ansible_collections.telephony.snom.plugins.module_utils._phone.web import web_phone
from ansible_collections.telephony.snom.tests.unit.fake_phone import SYSTEM_PAGE, FakePhone


def read(phone: FakePhone, *, check_mode: bool = False, **parameters: Any) -> dict[str, Any]:
    phone.connection = connection_from({"host": "127.0.0.1"} | parameters)
    return info.read_phone(phone, {"gather": ["system"]} | parameters, check_mode)


@pytest.mark.parametrize("check_mode", [False, True])
def test_one_page_by_default_and_nothing_changes(check_mode: bool) -> None:
    phone = FakePhone({"/info.htm": SYSTEM_PAGE})
    result = read(phone, check_mode=check_mode)
    assert (result["changed"], result["phone"]["model"], result["phone"]["settings"]) == (False, "D785", None)
    assert phone.requests == ["/info.htm"]


def test_a_given_mac_address_is_checked_whatever_is_gathered() -> None:
    phone = FakePhone({"/info.htm": SYSTEM_PAGE})
    assert read(phone, gather=["gui"], mac="00:04:13:92:2D:24")["phone"]["mac"] == "000413922D24"
    with pytest.raises(WrongPhone):
        read(phone, gather=["gui"], mac="000413000001")


def test_the_phone_manager_is_an_answer() -> None:
    result = read(FakePhone({"/info.htm": Unsupported("Phone Manager")}))
    assert result["phone"]["generation"] == "phone_manager"
    assert {value for name, value in result["phone"].items() if name != "generation"} == {None, "unknown"}


def test_settings_that_the_phone_keeps_back_are_an_error() -> None:
    page = FakePhone({"/settings.htm": "<html>Please enter the Administrator password</html>"})
    with pytest.raises(UserMode):
        read(page, gather=["settings"])


def test_the_certificate_alone_is_read_without_a_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_phone, "certificate_fingerprint", lambda connection: f"of {connection.host}")
    phone = FakePhone({"/info.htm": SYSTEM_PAGE})
    facts = read(phone, gather=["certificate"], mac="000413000001")["phone"]
    assert (facts["cert_fingerprint"], facts["model"]) == ("of 127.0.0.1", None)
    assert phone.requests == []


def test_the_certificate_comes_with_what_else_is_gathered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_phone, "certificate_fingerprint", lambda connection: f"of {connection.host}")
    for page in (SYSTEM_PAGE, Unsupported("Phone Manager")):
        facts = read(FakePhone({"/info.htm": page}), gather=["system", "certificate"])["phone"]
        assert facts["cert_fingerprint"] == "of 127.0.0.1"
        assert facts["generation"] == ("classic" if page == SYSTEM_PAGE else "phone_manager")


@pytest.mark.parametrize(("calls", "expected"), [(0, "idle"), (1, "in_call"), (None, "unknown")])
def test_the_call_counter_is_asked_where_allowed(
    calls: int | None, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_phone, "read_calls", lambda connection: calls)
    phone = read(FakePhone({}), snmp=True)["phone"]
    assert phone["call_state"] == expected
    assert phone["call_state_source"] == (None if calls is None else "SNMP call counter")
    assert read(FakePhone({}), snmp=False)["phone"]["call_state"] == "unknown"
