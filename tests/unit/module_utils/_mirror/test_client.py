# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One request to a mirror."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.clock import system_time
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._mirror.client import (
    MirrorAnswerLost,
    MirrorClient,
    MirrorFailed,
)
from ansible_collections.telephony.snom.plugins.module_utils._mirror.control_settings import ControlSettings
from ansible_collections.telephony.snom.tests.unit.module_utils._mirror.mirror import MAC, PASSWORD, Mirror


def test_an_answer_tells_the_mirror_s_clock(mirror: Mirror) -> None:
    mirror.ahead = 7200.0
    client = MirrorClient(mirror.settings())
    assert client.told is None
    assert client.ask("GET", "/control/log").status == 200
    assert client.told is not None and abs(client.told.timestamp() - system_time() - 7200) < 60
    assert abs(client.skew - 7200) < 60


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (401, "refuses the login"),
        (403, "firmware_mirror_control_networks"),
        (405, "firmware_mirror_control"),
        (500, "error.log"),
    ],
)
def test_what_the_mirror_refuses_is_explained(mirror: Mirror, status: int, says: str) -> None:
    mirror.status = status
    client = MirrorClient(mirror.settings())
    answer = client.ask("DELETE", "/control/armed/")
    with pytest.raises(MirrorFailed, match=says) as caught:
        client.expect(answer, 204)
    assert PASSWORD not in caught.value.reason and not isinstance(caught.value, MirrorAnswerLost)


def test_a_lost_answer_is_told_from_none(mirror: Mirror) -> None:
    mirror.silent = True
    with pytest.raises(MirrorAnswerLost):
        MirrorClient(mirror.settings()).ask("PUT", f"/control/armed/{MAC}.xml", b"x")
    nowhere = ControlSettings(url="http://127.0.0.1:1", username="a", password=PASSWORD)
    with pytest.raises(MirrorFailed, match="can't be reached") as caught:
        MirrorClient(nowhere).ask("PUT", f"/control/armed/{MAC}.xml", b"x")
    assert not isinstance(caught.value, MirrorAnswerLost)


def test_a_ca_that_is_none_is_refused(tmp_path: Path) -> None:
    settings = ControlSettings(url="https://127.0.0.1", username="a", password="b", ca_path=os.fspath(tmp_path / "no"))
    with pytest.raises(InputError, match="ca_path"):
        MirrorClient(settings)
