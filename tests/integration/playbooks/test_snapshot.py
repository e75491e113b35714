# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a rollout shows of the changes that upgrades bring along."""

from __future__ import annotations

import csv
import json
from xml.etree import ElementTree

import pytest

from .bench import PASSWORD, phone
from .conftest import StartBench

NEW = {"language": "English", "menu_color": "blue"}
CHANGED = {"language": ["Deutsch", "English"], "menu_color": [None, "blue"]}


@pytest.mark.slow
def test_the_report_says_what_else_changed(start: StartBench) -> None:
    found = start(
        {
            "changes": phone(settings={"language": "Deutsch"}, new_settings=NEW),
            "as-well": phone(settings={"language": "Deutsch"}, new_settings=NEW, timing={"register": 0.3}),
            # A password where nobody looks for it.
            "careless": phone(new_settings={"phone_name": f"Desk {PASSWORD}"}),
            "secret": phone(secrets_shown="masked", settings={"user_pass1": "x"}, new_settings={"user_pass1": ""}),
            "stays": phone(),
            "loses-registration": phone(new_settings=NEW, faults={"loses_registration": True}),
            "hides": phone(faults={"missing_pages": ["settings.htm"]}),
            "fails": phone(new_settings=NEW, faults={"keep_old_version": True}),
            "done": phone(firmware="8.7.5.35"),
        }
    )
    run = found.rollout(snapshot=True)
    taken = {host: record["snapshot"] for host, record in run.rollout["phones"].items()}
    nothing = {"read": True, "reason": None, "settings": {}, "more": 0, "registrations": {}}
    assert taken["changes"] == taken["as-well"] == nothing | {"settings": CHANGED}
    assert taken["careless"] == nothing | {"settings": {"phone_name": ["", "Desk ********"]}}
    assert taken["secret"] == nothing | {"settings": {"user_pass1": ["********", ""]}}
    assert taken["stays"] == nothing
    assert run.outcomes["loses-registration"] == "not_registered"
    assert taken["loses-registration"]["registrations"] == {"1": [True, False]}
    assert taken["hides"]["read"] is False and "not read before: It shows none." in taken["hides"]["reason"]
    assert (taken["fails"], taken["done"]) == (None, None)

    report = found.out / "report"
    assert {
        host: phone["snapshot"] for host, phone in json.loads((report / "report.json").read_text())["phones"].items()
    } == taken
    counts = {line["host"]: line["snapshot_changes"] for line in csv.DictReader((report / "report.csv").open())}
    assert (counts["changes"], counts["stays"], counts["hides"], counts["fails"]) == ("2", "0", "", "")
    cases = {case.get("name"): case for case in ElementTree.parse(report / "report.junit.xml").iter("testcase")}
    assert "language: Deutsch -> English" in str(cases["changes"].findtext("system-out"))
    assert "2 phones, 2 changes: as-well, changes" in (report / "report.html").read_text()


def test_so_does_the_module_for_one_phone(start: StartBench) -> None:
    found = start({"a": phone(settings={"language": "Deutsch"}, new_settings=NEW)})
    task = {"telephony.snom.snom_firmware": {"catalog": str(found.catalog), "flash_time": 4, "snapshot": True}}
    run = found.play([{"name": "Upgrade", "hosts": "a", "gather_facts": False, "tasks": [{"name": "Upgrade", **task}]}])
    assert run.results("snom_firmware")["a"]["snapshot"]["settings"] == CHANGED
