# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What keeps a rollout from asking more phones."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout import stop_requests
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.stop_requests import StopRequests


@pytest.mark.parametrize("put", [Path.touch, Path.mkdir, os.mkfifo, lambda path: path.symlink_to("nowhere")])
def test_whatever_stands_in_the_place_of_the_stop_file_stops(put: Callable[[Path], None], tmp_path: Path) -> None:
    stop = StopRequests(str(tmp_path / "stop"))
    assert stop.reason() is None
    put(tmp_path / "stop")
    assert stop.reason() == f"The stop file {tmp_path}/stop is there."


@pytest.mark.parametrize("name", ["none/stop", "file/stop"])
def test_there_is_no_stop_file_where_there_is_no_folder_for_it(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert StopRequests(str(tmp_path / name)).reason() is None


def test_a_stop_file_that_may_be_there_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(_path: str) -> None:
        raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))

    monkeypatch.setattr(stop_requests.os, "lstat", gone)
    assert "can't be seen: Stale file handle" in str(StopRequests("/stop").reason())


def test_the_reason_of_another_rollout_is_told(tmp_path: Path) -> None:
    path = str(tmp_path / "stop")
    one, other = StopRequests(path, others=True), StopRequests(path)
    assert one.stop_others("Run a1 has stopped. The canary desk-1 ended as image_failed.\nNext line.") is None
    said = "Run a1 has stopped. The canary desk-1 ended as image_failed.\\nNext line."
    assert other.reason() == f"The stop file {path} is there: {said}"
    # Who comes first says why.
    assert one.stop_others("Another reason.") is None
    assert other.reason() == f"The stop file {path} is there: {said}"


def test_others_are_stopped_only_where_that_is_wanted(tmp_path: Path) -> None:
    assert StopRequests(str(tmp_path / "stop")).stop_others("Bad.") is None
    assert list(tmp_path.iterdir()) == []


def test_what_a_stranger_wrote_into_the_file_is_bounded_and_steers_nothing(tmp_path: Path) -> None:
    (tmp_path / "stop").write_bytes(b"\x1b[2Jgone\xff " + b"x" * 10_000)
    reason = StopRequests(str(tmp_path / "stop")).reason()
    assert reason is not None and reason.isprintable() and len(reason) < 700


@pytest.mark.parametrize("name", ["none/stop", "file/stop"])
def test_a_folder_in_which_no_file_can_be_made_is_told_before_anything_is_sent(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="stop_others: no stop_file can be made in"):
        StopRequests(str(tmp_path / name), others=True)


def test_a_file_that_can_not_be_made_later_is_told(tmp_path: Path) -> None:
    (tmp_path / "volume").mkdir()
    stop = StopRequests(str(tmp_path / "volume" / "stop"), others=True)
    (tmp_path / "volume").rmdir()
    assert "Other rollouts are not stopped" in str(stop.stop_others("Bad."))
