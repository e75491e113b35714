# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook telephony.snom.reboot."""

from __future__ import annotations

from typing import Any

import pytest

from .bench import Run, phone
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


def reboot(start: StartBench, phones: dict[str, Any]) -> Run:
    confirmed = {"snom_hosts": "phones", "snom_confirm": "phones"}
    return start(phones).play("telephony.snom.reboot", variables=confirmed, rehearse=False)


def test_one_that_was_asked_and_did_not_come_back_ends_it(start: StartBench) -> None:
    """In a fleet of a few phones a batch is one phone. Each that was not rebooted has failed, and is told why."""
    phones = {
        "gone": phone(running=False),
        "hides-it": phone(call={"state": "in_call"}, call_shown_in=[]),
        "lost": phone(faults={"replaced_by": {"mac": "00041399AAB1"}}),
        "next": phone(),
    }
    run = reboot(start, phones)
    assert {host: result["outcome"] for host, result in run.results("snom_reboot").items()} == {
        "gone": "unreachable",
        "hides-it": "deferred",
        "lost": "wrong_phone",
    }
    assert {run.recap[name] for name in phones} == {"failed"}
    assert "Nothing was sent to it" in run.output


@pytest.mark.slow
def test_phones_that_are_switched_off_hold_up_no_other(start: StartBench) -> None:
    gone = phone(running=False)
    wrong = phone(inventory={"snom_password": "n0t-to-be-seen either"})
    run = reboot(start, {"a": gone, "b": phone(), "lost": gone, "wrong": wrong, "c": phone()})
    assert {host: result["outcome"] for host, result in run.results("snom_reboot").items()} == {
        "a": "unreachable",
        "b": "rebooted",
        "lost": "unreachable",
        "wrong": "auth_failed",
        "c": "rebooted",
    }
    assert {name for name, ended in run.recap.items() if ended == "failed"} == {"a", "lost", "wrong"}
