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
