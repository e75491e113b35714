# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a capture brings about, and what becomes of it in the profile."""

from __future__ import annotations

import json
import re
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._pbx.settings import parse_pbx
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.interview import interview
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.seeing import Ear
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.trials import RELOADS

from ....virtual_phones.running import VirtualFleet
from .talks import listener, parameters, refused, subject


@pytest.mark.parametrize("way", RELOADS)
def test_a_document_lets_a_phone_load_its_settings_and_restarts_nothing(
    way: str, fleet: VirtualFleet, tmp_path: Path
) -> None:
    ear, file = Ear(), tmp_path / "profile.json"
    pbx = parse_pbx({"kind": "sip", "port": fleet.phone("acts")["sip_port"], "timeout": 20})
    before = len(fleet.log("acts", event="boot")), len(fleet.log("acts", event="fragment"))
    with closing(listener(ear)) as collector:
        phone = subject(fleet, "acts", collector=collector, ear=ear, pbx=pbx, account="401")
        sent = interview(phone, parameters("capture", capture_event=way, profile=str(file)), False)
    given = ear.documents[0]
    assert (sent["changed"], sent["tried"]["by"]) == (True, way) and sent["tried"]["sent_at"] > 0
    assert sent["tried"]["answer"] == (200 if way == "notify" else None)
    assert sent["tried"].get("fetched") is (True if way == "minibrowser" else None)
    ran = [line["detail"] for line in fleet.log("acts", event="fragment")][before[1] :]
    assert ran == ["reloadset"] and len(fleet.log("acts", event="boot")) == before[0]
    more = {"ended": {"outcome": "sent", "evidence": sent["tried"]}, "mirror_lines": [], "profile": str(file)}
    weighed = interview(subject(fleet, "acts"), parameters("capture", capture_event=way, **more), False)
    # What the phone was given and what it said then is in the profile, and nowhere else any more.
    profile = json.loads(file.read_text())
    (document,) = ("".join(lines) for lines in profile["documents"])
    # Whoever reads it sees what was said, and a phone does the same by it.
    assert re.sub('document_id="[^"]*"', "", document) == re.sub('document_id="[^"]*"', "", given)
    assert re.search('document_id="([^"]*)"', given)[1] not in file.read_text()
    assert bool(profile["sip"]) is (way == "notify") and bool(profile["reports"]) is (way == "minibrowser")
    assert not [one.name for one in tmp_path.iterdir() if ".unsent" in one.name]
    assert weighed["captured"]["event"].startswith("reloadset by") and weighed["captured"]["outcome"] == "sent"
    assert [line["detail"] for line in fleet.log("acts", event="fragment")][before[1] :] == ["reloadset"]


@pytest.mark.parametrize(
    ("step", "name", "given", "more", "words"),
    [
        ("capture", "acts", {}, {}, "snom_interview_mirror"),
        ("capture", "acts", {"capture_event": "notify"}, {}, "snom_pbx"),
        ("capture", "acts", {"capture_event": "minibrowser"}, {}, "snom_collector"),
        ("capture", "old", {"capture_event": "minibrowser"}, {"listens": True}, "may_show=true"),
        ("capture", "acts", {"capture_event": "minibrowser", "in_call": True}, {"listens": True}, "as you say"),
        ("capture", "acts", {"capture_event": "minibrowser"}, {"protected": True, "listens": True}, "snom_protected"),
        (
            "capture",
            "acts",
            {"capture_event": "minibrowser", "shown_version": "10.1.99.1"},
            {"listens": True},
            "the phone before you",
        ),
        # The log could not be read after all: nothing is sent a second time.
        (
            "capture",
            "acts",
            {"capture_event": "minibrowser", "ended": {"outcome": "sent"}},
            {"listens": True},
            "mirror",
        ),
    ],
)
def test_what_must_not_be_done_is_refused_in_a_sentence_and_nothing_is_written(
    step: str, name: str, given: dict[str, Any], more: dict[str, Any], words: str, fleet: VirtualFleet
) -> None:
    assert words in refused(fleet, step, name, given, more)
