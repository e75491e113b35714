# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import (
    AnswerLost,
    AuthFailed,
    Blocked,
    LockedOut,
    SnomError,
)
from ansible_collections.telephony.snom.plugins.module_utils._firmware.snapshot import (
    LONGEST_VALUE,
    MOST_SETTINGS,
    Comparison,
    Snapshot,
    compare_snapshots,
    take_snapshot,
)
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import Connection
from ansible_collections.telephony.snom.plugins.module_utils._phone.facts import Identity, PhoneFacts
from ansible_collections.telephony.snom.plugins.plugin_utils.report.changes import (
    change_lines,
    changes,
    count_changes,
    nothing_to_compare,
)
from ansible_collections.telephony.snom.tests.unit.phones import MemoryPhone

OLD, NEW = Version.parse("10.1.39.11"), Version.parse("10.1.54.13")
FACTS = PhoneFacts(identities=(Identity(1, "100", True), Identity(2, None, None)))


def compared(before: dict[str, str], after: dict[str, str]) -> dict[str, Any]:
    return compare_snapshots(Snapshot({}, before), Snapshot({}, after), old=OLD, new=NEW)


def settings(before: dict[str, str], after: dict[str, str]) -> dict[str, Any]:
    return dict(compared(before, after)["settings"])


def test_what_is_read() -> None:
    phone = MemoryPhone(settings={"language": "English"})
    assert take_snapshot(phone, FACTS) == Snapshot({1: True, 2: None}, {"language": "English"})
    assert take_snapshot(phone, PhoneFacts()).registrations is None
    assert phone.requests == ["settings"] * 2


def test_settings_that_are_known_cost_no_request() -> None:
    phone = MemoryPhone()
    assert take_snapshot(phone, FACTS, {"language": "English"}).settings == {"language": "English"}
    assert phone.requests == []


def test_no_cut_leaves_the_begin_of_a_password() -> None:
    """A phone may show its password in another setting, and where that is cut nobody could tell the rest of it."""
    phone = MemoryPhone(settings={"phone_name": "n" * (LONGEST_VALUE - 6) + "hunter2-hunter2"})
    phone.connection = Connection(address="127.0.0.1", password="hunter2-hunter2")
    comparison = Comparison()
    comparison.begin(phone, FACTS, {"phone_name": "old"})
    assert comparison.end(phone, FACTS, old=OLD, new=NEW) and comparison.record is not None
    assert "hunt" not in str(comparison.record["settings"])


@pytest.mark.parametrize(
    ("shown", "reason"),
    [
        ({"settings": AnswerLost("The connection broke.")}, "The connection broke."),
        ({"settings": Blocked("It forbids this.")}, "It forbids this."),
        ({"admin_mode": False}, "It is in user mode and hides them."),
        ({}, "It shows none."),
    ],
)
def test_what_can_not_be_read_is_said(shown: dict[str, Any], reason: str) -> None:
    snapshot = take_snapshot(MemoryPhone(**shown), FACTS)
    assert snapshot == Snapshot({1: True, 2: None}, None, reason)


@pytest.mark.parametrize("error", [AuthFailed("No."), LockedOut("No.")])
def test_a_phone_that_wants_no_more_requests_gets_none(error: SnomError) -> None:
    with pytest.raises(type(error)):
        take_snapshot(MemoryPhone(settings=error), FACTS)


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        ({"a": "1"}, {"a": "1"}, {}),
        ({"a": "1"}, {"a": "2"}, {"a": ["1", "2"]}),
        ({"a": "1"}, {}, {"a": ["1", None]}),
        ({}, {"a": ""}, {"a": [None, ""]}),
        # Nothing but the version of the firmware.
        ({"x_version": "snomD785-SIP 10.1.39.11"}, {"x_version": "snomD785-SIP 10.1.54.13"}, {}),
        (
            {"firmware": "http://x/snomD785-10.1.39.11-SIP-r.bin"},
            {"firmware": "http://x/snomD785-10.1.54.13-SIP-r.bin"},
            {},
        ),
        ({"a": "10.1.39.11"}, {"a": "10.1.40.1"}, {"a": ["10.1.39.11", "10.1.40.1"]}),
        ({"a": "10.1.39.11 on"}, {"a": "10.1.54.13 off"}, {"a": ["10.1.39.11 on", "10.1.54.13 off"]}),
        ({}, {"a": "10.1.54.13"}, {"a": [None, "10.1.54.13"]}),
        # Nothing but that it has restarted.
        ({"sip_uptime": "3 days"}, {"sip_uptime": "0 days"}, {}),
        # Secrets.
        ({"http_pass": "hunter2"}, {"http_pass": "hunter3"}, {"http_pass": ["********", "********"]}),
        ({"user_pass1": "hunter2"}, {"user_pass1": ""}, {"user_pass1": ["********", ""]}),
        (
            {"setting_server": ""},
            {"setting_server": "https://me:hunter2@x/"},
            {"setting_server": ["", "https://********@x/"]},
        ),
    ],
)
def test_settings_that_changed(before: dict[str, str], after: dict[str, str], changed: dict[str, Any]) -> None:
    assert settings(before, after) == changed


def test_a_long_list_keeps_what_can_be_missed_most_easily() -> None:
    before = {f"gone_{number:02}": "x" for number in range(20)} | {"z_changed": "1"}
    after = {f"a_new_{number:02}": "x" for number in range(20)} | {"z_changed": "2"}
    record = compared(before, after)
    assert len(record["settings"]) == MOST_SETTINGS and record["more"] == 41 - MOST_SETTINGS
    names = list(record["settings"])
    assert names[0] == "z_changed" and names[1:21] == [f"gone_{number:02}" for number in range(20)]
    assert count_changes(record) == 41
    assert change_lines(record)[-1] == f"… and {41 - MOST_SETTINGS} more settings."


def test_long_values_are_cut() -> None:
    (before, after) = settings({"a": "x" * 1000}, {"a": "y" * LONGEST_VALUE})["a"]
    assert len(before) == LONGEST_VALUE and before.endswith("x…")
    assert after == "y" * LONGEST_VALUE


def test_registrations_that_changed() -> None:
    before = Snapshot({1: True, 2: True, 3: None, 4: True}, {})
    after = Snapshot({1: True, 2: False, 3: True, 5: True}, {})
    record = compare_snapshots(before, after, old=OLD, new=NEW)
    assert record["registrations"] == {"2": [True, False], "3": [None, True], "4": [True, None], "5": [None, True]}
    assert changes(record)[0] == ("Identity 2", "registered", "not registered")


@pytest.mark.parametrize(
    ("before", "after", "read", "words"),
    [
        (Snapshot({}, {}), Snapshot({}, {}), True, []),
        (Snapshot({}, None, "It broke."), Snapshot({}, {}), False, ["not read before: It broke."]),
        (Snapshot({}, {}), Snapshot({}, None, "It broke."), False, ["not read after: It broke."]),
        (Snapshot(None, {}), Snapshot({}, {}), True, ["no registrations"]),
        (Snapshot({}, None, "A."), Snapshot(None, None, "B."), False, ["before: A.", "after: B.", "no registrations"]),
    ],
)
def test_what_can_not_be_compared(before: Snapshot, after: Snapshot, read: bool, words: list[str]) -> None:
    record = compare_snapshots(before, after, old=OLD, new=NEW)
    assert (record["read"], record["settings"], record["more"]) == (read, {}, 0)
    assert (record["reason"] is None) is (words == [])
    assert all(word in record["reason"] for word in words)
    assert json.loads(json.dumps(record)) == record


def test_a_snapshot_does_not_show_its_settings_by_accident() -> None:
    assert "hunter2" not in repr(Snapshot({}, {"http_pass": "hunter2"}))


def test_records_as_text() -> None:
    record = compared({"a": "1", "b": ""}, {"a": "2", "c": "3"})
    assert change_lines(record) == ["a: 1 -> 2", "b: empty -> not there", "c: not there -> 3"]
    assert change_lines(compared({}, {})) == ["Nothing else changed."]
    assert change_lines(nothing_to_compare("It is lost.")) == ["It is lost."]
