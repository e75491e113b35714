# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.action.snom_sync import ActionModule
from ansible_collections.telephony.snom.plugins.plugin_utils.actions.phone_action import PhoneAction
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory import accounts
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.fleet import read_known

PBX = {"kind": "sip", "username": "0401", "password": "a password"}


@pytest.fixture
def warned(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    sentences: list[str] = []
    monkeypatch.setattr(accounts, "display", SimpleNamespace(warning=sentences.append))
    accounts._warn.cache_clear()
    return sentences


@pytest.mark.parametrize(
    ("variables", "name"),
    [
        ({"snom_account": 257}, "snom_account"),
        ({"snom_pbx": PBX | {"username": 257}}, "username of snom_pbx"),
        ({"snom_pbx": '{"kind": "sip", "username": "401", "password": 83}'}, "password of snom_pbx"),
    ],
)
def test_an_account_that_yaml_took_for_a_number_is_told_once_for_all_phones(
    variables: dict[str, Any], name: str, warned: list[str]
) -> None:
    """257 may be 0401 without quotes, and 401 is as it was meant: neither is refused."""
    for _phone in range(3):
        read_known(variables.get)
    (warning,) = warned
    assert warning.startswith(f"{name} is a number without quotes") and "83" not in warning


@pytest.mark.parametrize("account", ["0401", "401@pbx.example", None, ""])
def test_an_account_that_is_text_is_told_of_by_nobody(account: str | None, warned: list[str]) -> None:
    read_known({"snom_account": account, "snom_pbx": PBX}.get)
    assert warned == []


def test_the_account_of_a_task_is_told_too(warned: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The validation makes text of it, so it is looked at before."""
    monkeypatch.setattr(PhoneAction, "_arguments", lambda *_unused: {"account": 257, "pbx": PBX})
    assert ActionModule._arguments(object.__new__(ActionModule), {})["account"] == 257
    assert len(warned) == 1
