# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import NotRecorded
from ansible_collections.telephony.snom.plugins.module_utils._firmware.order import Intent
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.record import Record

from .planned import NEW, OLD, Disk, ended

INTENT = Intent(
    host="desk-1",
    mac=None,
    file="a.bin",
    before=Version.parse(OLD),
    target=Version.parse(NEW),
    time=0.0,
    deadline=900.0,
)


def test_what_is_written_down() -> None:
    disk = Disk()
    record = Record(disk, lambda: 7.0)
    record.intent(INTENT)
    record.end("desk-1", ended())
    record.slow("berlin", 500.0, "desk-1")
    record.sync()
    assert disk.lines == [
        ("intent", "desk-1"),
        ("end", "desk-1", "upgraded", 7.0),
        ("slow", "berlin", 500.0, "desk-1"),
    ]
    assert (disk.synced, record.problem) == (1, None)


def test_a_full_disk_stops_a_trigger() -> None:
    disk = Disk()
    record = Record(disk, lambda: 7.0)
    disk.full = True
    with pytest.raises(NotRecorded):
        record.intent(INTENT)
    assert record.problem == "No space left on device."


@pytest.mark.parametrize(
    "write",
    [
        lambda record: record.end("desk-1", ended()),
        lambda record: record.slow("berlin", 500.0, "desk-1"),
        lambda record: record.sync(),
    ],
    ids=["an end", "a slow line", "sync"],
)
def test_a_full_disk_does_not_stop_the_watch(write: Callable[[Record], None]) -> None:
    disk = Disk()
    record = Record(disk, lambda: 7.0)
    disk.full = True
    write(record)
    disk.full = False
    record.sync()
    # What was lost stays lost, though there is room again.
    assert record.problem == "No space left on device."
