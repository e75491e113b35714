# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One look at a virtual phone, and what is said of it."""

from __future__ import annotations

from ansible_collections.telephony.snom.plugins.plugin_utils.interview.interview import interview

from ....virtual_phones.running import VirtualFleet
from .talks import NEW, parameters, refused, subject


def test_a_look_says_who_says_what_and_changes_nothing(fleet: VirtualFleet) -> None:
    before = fleet.counters()["writes"]
    given = parameters("look", shown_version=NEW, shown_mac="00:04:13:AA:AA:AA")
    found = interview(subject(fleet, "acts"), given, False)
    facts = {row["fact"]: (row["verdict"], row["value"]) for row in found["verdicts"]}
    assert facts["version"] == ("agreed", NEW) and facts["mac"] == ("contradiction", None)
    (sentence,) = found["contradictions"]
    assert sentence.startswith("mac: ") and f"CONTRADICTION: {sentence}" in found["summary"]
    assert found["tls"] is None and found["to_confirm"] == found["not_read"] == []
    assert found["changed"] is False and found["taught"] == [] and fleet.counters()["writes"] == before


def test_of_a_phone_that_is_reached_by_its_pbx_other_modules_are_foretold(fleet: VirtualFleet) -> None:
    by_http = interview(subject(fleet, "acts"), parameters("look"), False)["forecast"]
    by_sip = interview(subject(fleet, "acts", by_sip=True), parameters("look"), False)["forecast"]
    will = {row["module"]: row["will"] for row in by_sip}
    assert will["snom_settings"] == "refuses" != {row["module"]: row["will"] for row in by_http}["snom_settings"]


def test_a_line_that_is_said_to_be_registered_and_not_is_refused_before_anything_is_asked(fleet: VirtualFleet) -> None:
    both = {"registered_lines": [1], "unregistered_lines": [1]}
    before = fleet.counters()["requests"]
    assert "the same line" in refused(fleet, "look", "acts", both, {})
    assert fleet.counters()["requests"] == before
