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
from ansible_collections.telephony.snom.plugins.module_utils._mirror import client as client_module
from ansible_collections.telephony.snom.plugins.module_utils._mirror.client import (
    WHOLE_SECONDS,
    MirrorAnswerLost,
    MirrorClient,
    MirrorFailed,
)
from ansible_collections.telephony.snom.plugins.module_utils._mirror.control_settings import ControlSettings
from ansible_collections.telephony.snom.tests.unit.module_utils._mirror.mirror import MAC, PASSWORD, Handler, Mirror


def test_an_answer_tells_the_mirror_s_clock(mirror: Mirror) -> None:
    mirror.ahead = 7200.0
    client = MirrorClient(mirror.settings())
    assert client.told is None
    assert client.ask("GET", "/control/log").status == 200
    assert client.told is not None and abs(client.told.timestamp() - system_time() - 7200) < 60
    assert abs(client.skew - 7200) < 60


@pytest.mark.parametrize("takes", [8.0, 20.0])
@pytest.mark.parametrize("ahead", [0.0, 7200.0])
def test_an_answer_that_comes_late_does_not_shift_the_mirror_s_clock(
    mirror: Mirror, monkeypatch: pytest.MonkeyPatch, takes: float, ahead: float
) -> None:
    client = MirrorClient(mirror.settings())
    mirror.ahead = ahead
    client.ask("GET", "/control/log")
    later, answer = 0.0, Handler.do_GET

    def slow(handler: Handler) -> None:
        nonlocal later
        later += takes
        mirror.ahead += takes
        answer(handler)

    monkeypatch.setattr(Handler, "do_GET", slow)
    monkeypatch.setattr(client_module, "system_time", lambda: system_time() + later)
    client.ask("GET", "/control/log")
    assert abs(client.skew - ahead) <= WHOLE_SECONDS
    # What its clock shows now is another thing.
    mirror.ahead += 3600.0
    client.ask("GET", "/control/log")
    assert abs(client.skew - ahead - 3600.0) <= takes
    monkeypatch.setattr(Handler, "do_GET", answer)
    client.ask("GET", "/control/log")
    assert abs(client.skew - ahead - 3600.0) <= WHOLE_SECONDS


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
