# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook telephony.snom.interview: the first talk with a phone."""

from __future__ import annotations

import json
from typing import Any

from .bench import Bench, Run, phone
from .conftest import StartBench


def interview(found: Bench, **variables: Any) -> Run:
    return found.play("telephony.snom.interview", variables={"snom_hosts": "phones", **variables})


def test_a_look_compares_what_it_reads_with_what_the_person_says(start: StartBench) -> None:
    found = start({"reception7": phone("D785", "10.1.54.13", mac="000413922D24")}, snom_mac="00:04:13:92:2D:24")
    run = interview(found, shown_version="10.1.54.13", snom_interview_dir="talk", in_call=False)
    assert run.code == 0, run.output
    result = run.results("snom_interview")["reception7"]
    assert {row["fact"]: row["verdict"] for row in result["verdicts"]} == {
        "version": "agreed",
        "mac": "agreed",
        "model": "agreed",
        "registered": "agreed",
        "call": "agreed",
    }
    assert {row["module"]: row["will"] for row in result["forecast"]}["snom_firmware"] == "works"
    assert (result["contradictions"], result["taught"]) == ([], [])
    assert found.fleet.counters()["writes"] == 0
    profile = json.loads((found.out / "talk" / "profile-look.json").read_text())
    assert (profile["model"], profile["firmware"]) == ("D785", "10.1.54.13")
    text = json.dumps(profile)
    for secret in ("922D24", "922d24", found.address("reception7"), "reception7", "pbx.example:"):
        assert secret not in text, secret


def test_a_person_whom_all_contradict_is_told_so(start: StartBench) -> None:
    found = start({"reception7": phone("D785", "10.1.54.13")})
    run = interview(found, shown_version="10.1.99.1", snom_interview_dir="talk")
    (sentence,) = run.results("snom_interview")["reception7"]["contradictions"]
    assert "info.htm says 10.1.54.13" in sentence and "Nobody else says what you say" in sentence
    assert not (found.out / "talk" / "snom_taught.yml").exists()
    assert "CONTRADICTION" in run.output


def test_an_interview_is_for_one_phone(start: StartBench) -> None:
    found = start({"a": phone(), "b": phone()})
    run = interview(found)
    assert run.code == 2 and "An interview is for one phone" in run.output
    assert found.fleet.counters()["requests"] == 0
