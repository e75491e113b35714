# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What it takes to interview a virtual phone."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError, Refused, WrongPhone
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import Connection
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.interview import ARGUMENT_SPEC, interview
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.seeing import Ear, Subject
from ansible_collections.telephony.snom.plugins.plugin_utils.witnesses.collector import HttpCollector, parse_collector

from ....virtual_phones.running import VirtualFleet, free_port

NEW, OLD = "10.1.169.16", "10.1.54.13"
PHONES: dict[str, dict[str, Any]] = {
    "acts": {
        "firmware": NEW,
        "mac": "000413922D24",
        "minibrowser": {"callbacks_in_fetch": True},
        "call_shown_in": ["gui"],
    },
    "asks": {"firmware": NEW, "minibrowser": {"reboot": "asks"}},
    "old": {"firmware": OLD},
}


def subject(fleet: VirtualFleet, name: str, **more: Any) -> Subject:
    port = fleet.phone(name)["port"]
    connection = Connection(address="127.0.0.1", port=port, scheme="http")
    keys: dict[str, Any] = {"host": name, "connection": connection, "model": None, "account": None, "witnesses": {}}
    return Subject(**keys | more)


def parameters(step: str, **more: Any) -> dict[str, Any]:
    given = {name: option.get("default") for name, option in ARGUMENT_SPEC.items()}
    return given | {"step": step} | more


def listener(ear: Ear) -> HttpCollector:
    port = free_port()
    settings = parse_collector({"url": f"http://127.0.0.1:{port}", "listen": f"127.0.0.1:{port}"})
    assert settings is not None
    collector = HttpCollector(settings, patience=3, hears=ear.reports.append)
    collector.open()
    return collector


def refused(fleet: VirtualFleet, step: str, name: str, given: dict[str, Any], more: dict[str, Any]) -> str:
    """Why a step is refused at the phone of this name. Nothing is written then, and nothing reported.

    given are parameters, and more is what the phone is beside them; ``listens`` says that reports are received.
    """
    before = fleet.counters()["writes"]
    ear = Ear()
    collector = listener(ear) if more.get("listens") else None
    rest = {key: value for key, value in more.items() if key != "listens"}
    try:
        phone = subject(fleet, name, collector=collector, ear=ear, **rest)
        with pytest.raises((InputError, Refused, WrongPhone)) as caught:
            interview(phone, parameters(step, **given), False)
    finally:
        if collector is not None:
            collector.close()
    assert fleet.counters()["writes"] == before and ear.reports == []
    return caught.value.reason
