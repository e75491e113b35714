# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Steps that go on while a person does something."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import Connection
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.interview import interview
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.seeing import Subject

from ....virtual_phones.running import VirtualFleet, free_port, running
from .talks import NEW, parameters, refused


def test_without_a_registrar_snmp_tells_when_a_line_is_off(tmp_path: Path) -> None:
    port, snmp = free_port(), free_port()
    keys = {"name": "desk", "address": "127.0.0.1", "port": port, "snmp_port": snmp, "model": "D785", "firmware": NEW}
    with running({"phones": [keys | {"identities": ["100", "101"]}]}, tmp_path) as fleet:
        connection = Connection(address="127.0.0.1", port=port, scheme="http", snmp=True, snmp_port=snmp)
        phone = Subject(host="desk", connection=connection, model=None, account=None, witnesses={})
        moment = [0.0]

        def sleep(seconds: float) -> None:
            moment[0] += seconds
            # Long before the middle of the time.
            fleet.patch("desk", unregistered=["101"] if 10 <= moment[0] < 20 else [])

        clock: dict[str, Any] = {"now": lambda: moment[0], "sleep": sleep}
        found = interview(phone, parameters("registration", registered_lines=[2], watch=3000.0), False, **clock)
    assert "was told by SNMP: a page shows when the line is off." in found["summary"][0] and moment[0] < 60
    assert found["taught"][0]["registration"]["page"] == "info.htm"


def test_only_one_line_is_watched(fleet: VirtualFleet) -> None:
    assert "one line" in refused(fleet, "registration", "acts", {"registered_lines": [1, 2]}, {})
