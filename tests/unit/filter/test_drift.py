# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.telephony.snom.plugins.filter.drift import drift

INFO = {"changed": False, "phone": {"model": "D785", "firmware": "10.1.84.12", "generation": "classic"}}
SAME = {"changed": False, "diff": {"before": "", "after": ""}, "unknown": [], "read_only": []}
OTHER = {
    "changed": True,
    "diff": {"before": "language: English\n", "after": "language: Deutsch\n"},
    "unknown": ["langauge"],
    "read_only": ["phone_name"],
}


@pytest.mark.parametrize(
    ("version", "versions", "firmware"),
    [
        (None, None, None),
        ("10.1.84.12", None, None),
        ("010.1.84.12", None, None),
        ("10.1.175.16", None, {"now": "10.1.84.12", "wanted": "10.1.175.16"}),
        (None, {"D785": "10.1.175.16"}, {"now": "10.1.84.12", "wanted": "10.1.175.16"}),
        ("", {"D785": "10.1.175.16"}, {"now": "10.1.84.12", "wanted": "10.1.175.16"}),
        (None, {"320": "8.7.5.35"}, None),
        ("10.1.84.12", {"D785": "10.1.175.16"}, None),
    ],
)
def test_firmware_is_compared_as_versions(version: Any, versions: Any, firmware: Any) -> None:
    found = drift(INFO, SAME, version, versions)
    assert (found["firmware"], found["outcome"]) == (firmware, "drifted" if firmware else "in_order")


def test_settings_that_differ_are_drift() -> None:
    found = drift(INFO, OTHER)
    assert found == {
        "outcome": "drifted",
        "reason": None,
        "model": "D785",
        "firmware": None,
        "settings": OTHER["diff"],
        "unknown": ["langauge"],
        "read_only": ["phone_name"],
        "vendor_controller": None,
    }


def test_a_setting_that_only_provisioning_can_change_is_drift() -> None:
    assert drift(INFO, SAME | {"read_only": ["phone_name"]})["outcome"] == "drifted"


@pytest.mark.parametrize(
    ("info", "settings", "outcome"),
    [
        ({"failed": True, "outcome": "unreachable", "reason": "gone"}, {"skipped": True}, "unreachable"),
        (INFO, {"failed": True, "outcome": "user_mode", "reason": "no"}, "user_mode"),
        (INFO, {"skipped": True, "changed": False}, "in_order"),
        # What Ansible itself reports has no outcome, and failed_when: false takes its mark of failure away.
        ({"failed": False, "msg": "requests is not there"}, {"skipped": True}, "failed"),
        ({"unreachable": True, "msg": "the jump host is down"}, None, "failed"),
        ({}, None, "failed"),
        (INFO, {"failed": False, "msg": "MODULE FAILURE"}, "failed"),
    ],
)
def test_what_could_not_be_read_is_no_phone_in_order(info: Any, settings: Any, outcome: str) -> None:
    found = drift(info, settings)
    assert found["outcome"] == outcome
    assert (found["reason"] is None) == (outcome == "in_order")


def test_the_reason_is_what_the_task_says() -> None:
    assert drift({"failed": False, "msg": "requests is not there"})["reason"] == "requests is not there"


def test_settings_that_would_be_refused_are_drift_all_the_same() -> None:
    found = drift(INFO, OTHER | {"failed": False, "outcome": "refused", "reason": "a secret over http"})
    assert (found["outcome"], found["reason"], found["settings"]) == ("drifted", None, OTHER["diff"])


@pytest.mark.parametrize(
    ("model", "firmware", "version", "versions", "missing"),
    [
        (None, None, "8.7.5.35", None, "firmware version"),
        ("D785", None, "8.7.5.35", None, "firmware version"),
        ("D785", None, None, {"D785": "10.1.175.16"}, "firmware version"),
        (None, "10.1.84.12", "", {"D785": "10.1.175.16"}, "model"),
        (None, "10.1.84.12", "10.1.84.12", {"D785": "10.1.175.16"}, None),
        ("320", None, None, {"D785": "10.1.175.16"}, None),
        (None, None, None, None, None),
    ],
)
def test_a_phone_that_does_not_show_its_version_is_not_in_order(
    model: str | None, firmware: str | None, version: Any, versions: Any, missing: str | None
) -> None:
    """Where one is wanted. A page of a layout that nobody knows was taken for a phone in order."""
    found = drift({"phone": {"model": model, "firmware": firmware}}, None, version, versions)
    assert (found["firmware"], found["outcome"]) == (None, "failed" if missing else "in_order")
    assert missing is None or f"no {missing}" in found["reason"]


def test_a_version_that_is_none_is_named() -> None:
    with pytest.raises(AnsibleFilterError, match="newest"):
        drift(INFO, None, "newest")
