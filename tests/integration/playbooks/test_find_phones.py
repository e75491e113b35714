# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook that rings one phone after the other."""

from __future__ import annotations

from itertools import pairwise

import pytest

from .bench import phone
from .conftest import StartBench

PAUSE = 2


@pytest.mark.slow
def test_phones_that_do_not_answer_do_not_hold_up_the_others(start: StartBench) -> None:
    phones = {
        "gone": phone(running=False),
        "a": phone(),
        "manager": phone("D865", "10.1.141.13"),
        "lift": phone(inventory={"snom_protected": True}),
        "b": phone(),
        "lost": phone(running=False),
        "c": phone(),
    }
    found = start(phones)
    variables = {"snom_hosts": "phones", "snom_confirm": "phones", "snom_find_pause": PAUSE}
    run = found.play("telephony.snom.find_phones", variables=variables)
    assert run.code != 0
    failed = {name for name, ended in run.recap.items() if ended == "failed"}
    assert failed == {"gone", "manager", "lost"}
    rung = [(entry["phone"], entry["time"]) for entry in found.fleet.log(event="ringer")]
    assert [name for name, _time in rung] == ["a", "b", "c"]
    assert all(later - earlier > PAUSE for (_a, earlier), (_b, later) in pairwise(rung))


def test_it_needs_the_confirmation(start: StartBench) -> None:
    found = start({"a": phone(), "b": phone()})
    run = found.play("telephony.snom.find_phones", variables={"snom_hosts": "phones"})
    assert run.code != 0
    assert "-e snom_confirm=phones" in " ".join(run.output.split())
    assert found.fleet.counters()["requests"] == 0
