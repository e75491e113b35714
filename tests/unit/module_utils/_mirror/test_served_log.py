# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The log of a mirror, as it is read over HTTP."""

from __future__ import annotations

import json
from itertools import islice

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._mirror import served_log
from ansible_collections.telephony.snom.plugins.module_utils._mirror.client import MirrorFailed
from ansible_collections.telephony.snom.plugins.module_utils._mirror.served_log import Position, ServedLog, open_log
from ansible_collections.telephony.snom.tests.unit.module_utils._mirror.mirror import Mirror


def lines(log: ServedLog) -> list[str]:
    return [line.decode().strip() for line in log.read_new()]


def test_only_new_lines_are_read(mirror: Mirror) -> None:
    mirror.log("old")
    log = open_log(mirror.settings())
    log.mark()
    assert lines(log) == []
    mirror.log("one", "two")
    mirror.files["/control/log"] += b"thr"
    assert lines(log) == ["one", "two"]
    mirror.files["/control/log"] += b"ee\n"
    assert lines(log) == ["three"] and lines(log) == []


def test_another_controller_goes_on(mirror: Mirror) -> None:
    mirror.log("old")
    first = open_log(mirror.settings())
    kept = json.loads(json.dumps(first.mark().as_dict()))
    mirror.log("new")
    second = open_log(mirror.settings())
    second.position = Position(**kept)
    assert lines(second) == ["new"] and not second.gap


def test_nothing_is_lost_across_a_rotation(mirror: Mirror) -> None:
    mirror.log("old")
    log = open_log(mirror.settings())
    log.mark()
    mirror.log("one")
    mirror.rotate()
    # nginx has not been told yet, so it goes on in the old log.
    assert lines(log) == ["one"]
    mirror.files["/control/log.1"] += b"two\n"
    assert lines(log) == ["two"]
    mirror.files["/control/log.1"] += b"three\n"
    mirror.log("four, and more than the old log was long")
    assert lines(log) == ["three", "four, and more than the old log was long"]
    mirror.log("five")
    assert lines(log) == ["five"] and not log.gap


def test_the_newest_lines_are_those_of_both_logs(mirror: Mirror) -> None:
    log = open_log(mirror.settings())
    assert list(log.newest()) == []
    mirror.log("one", "two")
    assert list(log.newest()) == [b"one\n", b"two\n"]
    mirror.rotate()
    assert list(log.newest()) == [b"one\n", b"two\n"]
    mirror.log("three")
    # nginx is writing it.
    mirror.files["/control/log"] += b"fo"
    assert list(log.newest()) == [b"one\n", b"two\n", b"three\n", b"fo"]
    assert list(log.newest(5)) == [b"\n", b"two\n", b"ee\n", b"fo"]
    mirror.status = 500
    with pytest.raises(MirrorFailed):
        list(log.newest())


@pytest.mark.parametrize("new", [None, b""])
def test_a_mark_in_the_middle_of_a_rotation_is_one(mirror: Mirror, new: bytes | None) -> None:
    mirror.log("old")
    mirror.rotate()
    if new is not None:
        mirror.files["/control/log"] = new
    kept = open_log(mirror.settings()).mark()
    # nginx has not been told yet.
    mirror.files["/control/log.1"] += b"one\n"
    mirror.log("two")
    log = open_log(mirror.settings())
    log.position = kept
    assert lines(log) == ["one", "two"] and not log.gap


@pytest.mark.parametrize(("rotated", "read"), [(["one"], ["one", "new"]), (["lost", "two"], ["two", "new"])])
def test_of_a_log_that_was_the_first_of_all_it_is_told_that_lines_may_be_lost(
    mirror: Mirror, rotated: list[str], read: list[str]
) -> None:
    """Nothing tells the log that was rotated once from one that was rotated after another."""
    log = open_log(mirror.settings())
    log.mark()
    for line in rotated:
        mirror.log(line)
        mirror.rotate()
    mirror.log("new")
    assert lines(log) == read and log.gap
    log.gap = False
    mirror.log("more")
    assert lines(log) == ["more"] and not log.gap


def test_of_a_log_that_was_the_first_of_all_nothing_is_lost_that_is_read_before_its_rotation(mirror: Mirror) -> None:
    log = open_log(mirror.settings())
    log.mark()
    assert lines(log) == []
    mirror.log("one")
    assert lines(log) == ["one"]
    mirror.log("two")
    mirror.rotate()
    mirror.log("three")
    assert lines(log) == ["two", "three"] and not log.gap


@pytest.mark.parametrize("new", [None, b""])
def test_another_controller_goes_on_in_the_middle_of_a_rotation(mirror: Mirror, new: bytes | None) -> None:
    """What the first had read of the old log came again, and what was lost since was not told."""
    mirror.log("old")
    first = open_log(mirror.settings())
    first.mark()
    mirror.log("one")
    mirror.rotate()
    if new is not None:
        mirror.files["/control/log"] = new
    assert lines(first) == ["one"]
    kept = first.position
    mirror.files["/control/log.1"] += b"two\n"
    mirror.log("three")
    second = open_log(mirror.settings())
    second.position = kept
    assert lines(second) == ["two", "three"] and not second.gap
    late = open_log(mirror.settings())
    late.position = kept
    mirror.rotate()
    assert lines(late) == ["three"] and late.gap


def test_a_log_that_was_empty_and_was_lost_is_told(mirror: Mirror) -> None:
    mirror.log("old")
    mirror.rotate()
    log = open_log(mirror.settings())
    log.mark()
    for line in ("one", "two"):
        mirror.log(line)
        mirror.rotate()
    mirror.log("three")
    assert lines(log) == ["two", "three"] and log.gap


@pytest.mark.parametrize("broken", ["/control/log", "/control/log.1"])
def test_nothing_is_lost_where_the_mirror_fails_in_a_rotation(mirror: Mirror, broken: str) -> None:
    mirror.log("old")
    log = open_log(mirror.settings())
    log.mark()
    mirror.rotate()
    assert lines(log) == []
    found: list[bytes] = []
    for line in (b"one\n", b"two\n"):
        mirror.files["/control/log.1"] += line
        mirror.broken = {broken}
        with pytest.raises(MirrorFailed):
            found.extend(log.read_new())
        mirror.broken = set()
        found.extend(log.read_new())
    assert found == [b"one\n", b"two\n"] and not log.gap


def test_a_long_log_that_was_rotated_is_read_once(mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(served_log, "_PART", 2000)
    mirror.log("old")
    log = open_log(mirror.settings())
    log.mark()
    wanted = [f"line {number}" for number in range(1000)]
    mirror.log(*wanted)
    mirror.rotate()
    read = log.read_new()
    found = list(islice(read, 500))
    mirror.broken = {"/control/log.1"}
    with pytest.raises(MirrorFailed):
        found.extend(read)
    mirror.broken = set()
    found.extend(log.read_new())
    assert [line.decode().strip() for line in found] == wanted


def test_a_worker_that_opens_the_new_log_late_is_read(mirror: Mirror) -> None:
    mirror.log("old")
    log = open_log(mirror.settings())
    log.mark()
    mirror.rotate()
    assert lines(log) == []
    mirror.files["/control/log.1"] += b"one\n"
    mirror.log("two")
    assert lines(log) == ["one", "two"]
    mirror.files["/control/log.1"] += b"three\n"
    assert lines(log) == ["three"]


def test_the_end_of_an_old_log_that_was_lost_is_told(mirror: Mirror) -> None:
    mirror.log("old")
    log = open_log(mirror.settings())
    log.mark()
    mirror.rotate()
    assert lines(log) == [] and not log.gap
    mirror.files["/control/log.1"] += b"lost\n"
    mirror.log("one")
    mirror.rotate()
    mirror.log("two")
    assert lines(log) == ["one", "two"] and log.gap


def test_a_log_that_was_lost_is_told(mirror: Mirror) -> None:
    mirror.log("old")
    log = open_log(mirror.settings())
    log.mark()
    mirror.rotate()
    mirror.log("one")
    mirror.rotate()
    mirror.log("two")
    assert lines(log) == ["one", "two"] and log.gap
    mirror.log("three")
    assert lines(log) == ["three"]


def test_a_long_log_comes_in_parts(mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(served_log, "_PART", 2000)
    log = open_log(mirror.settings())
    log.mark()
    wanted = [f"line {number}" for number in range(1000)]
    mirror.log(*wanted)
    assert lines(log) == wanted
    assert lines(log) == []
