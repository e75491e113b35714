# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook telephony.snom.reboot."""

from __future__ import annotations

from .bench import phone
from .conftest import StartBench


def test_only_idle_phones_are_restarted_and_unreadable_ones_fail(start: StartBench) -> None:
    busy = {"state": "in_call"}
    found = start(
        {
            "idle": phone(),
            "busy": phone(call=busy),
            "hides-it": phone(call=busy, call_shown_in=[]),
        }
    )
    confirmed = {"snom_hosts": "phones", "snom_confirm": "phones"}
    run = found.play("telephony.snom.reboot", variables=confirmed, rehearse=True)
    assert {host: result["outcome"] for host, result in run.results("snom_reboot").items()} == {
        "idle": "rebooted",
        "busy": "deferred",
        "hides-it": "deferred",
    }
    assert run.code == 2
    assert {name: run.recap[name] for name in found.hosts()} == {"idle": "changed", "busy": "ok", "hides-it": "failed"}
