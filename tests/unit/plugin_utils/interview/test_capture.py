# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._mirror.log import read_logs
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.recorder import Recorded
from ansible_collections.telephony.snom.plugins.plugin_utils.interview import unsent
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.capture import captured, new_lines, told
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.channels import Heard

from .test_channels import MAC, log_line

SENT = 1795731244.0  # 2026-11-26T22:14:04+00:00
FIRST = log_line(time="2026-11-26T22:14:05+00:00")
IMAGE = log_line(
    time="2026-11-26T22:14:07+00:00", uri="/fw/snomD785-10.1.175.16-SIP-r.bin", user_agent=f"Wget (snomD785 {MAC})"
)


def test_only_what_came_meanwhile_counts_whatever_the_clock_says() -> None:
    assert new_lines([FIRST, FIRST], [FIRST, FIRST, FIRST, IMAGE]) == [FIRST, IMAGE]
    assert new_lines([FIRST], []) == []


def test_order_files_clients_and_seconds_are_told() -> None:
    found = captured([IMAGE, FIRST, "nonsense"], {"outcome": "synced", "evidence": {"sent_at": SENT, "answer": 200}})
    assert (found["first_after"], found["image_after"], found["answer"]) == (1.0, 2.0, 200)
    assert [one["file"] for one in found["requests"]] == ["snomD785-000413922D24.xml", "snomD785-10.1.175.16-SIP-r.bin"]
    assert found["requests"][0]["as"] == "phone D785 10.1.54.13"
    assert "1 s after the event" in " ".join(told(found))


def test_without_an_event_of_ours_or_with_odd_clocks_there_is_no_time_to_it() -> None:
    assert captured([], None) == captured([], None) | {"event": "by hand", "requests": [], "first_after": None}
    assert captured([], {"outcome": "sent"}, "notify")["event"] == "reloadset by NOTIFY"
    late = captured([FIRST], {"outcome": "synced", "evidence": {"sent_at": SENT + 600}})
    assert late["first_after"] is None
    assert captured([FIRST], {"outcome": "failed", "evidence": None})["first_after"] is None


def test_the_lines_of_one_phone_are_returned_as_they_are(tmp_path: Path) -> None:
    log = tmp_path / "access.log"
    other = log_line(uri="/snomD785-000413AAAAAA.xml", user_agent="Mozilla/4.0 (compatible; snomD785-SIP 10.1.54.13)")
    log.write_text("\n".join([FIRST, other, "nonsense", IMAGE, ""]))
    assert read_logs([str(log)], "00:04:13:92:2d:24")["lines"] == [FIRST, IMAGE]
    assert "lines" not in read_logs([str(log)])
    with pytest.raises(InputError):
        read_logs([str(log)], "no MAC")


def test_what_was_recorded_before_is_kept_for_its_owner_and_gone_when_it_is_taken(tmp_path: Path) -> None:
    profile = str(tmp_path / "profile.json")
    one = Recorded("/info.htm", True, 5.0, b"HTTP/1.1 200 Ok\r\n\r\n\xff\0", 5.5)
    unsent.keep(profile, "before", [one])
    (file,) = tmp_path.iterdir()
    assert file.name == "profile.json.unsent-before" and file.stat().st_mode & 0o077 == 0
    (back,) = unsent.take(profile, "before")
    assert (back.target, back.login, back.data, back.seconds) == (one.target, True, one.data, 0.5)
    assert list(tmp_path.iterdir()) == [] and unsent.take(profile, "before") == []
    heard = Heard(sip=[(True, b"SIP/2.0 200 OK\r\n\r\n\xff")], reports=[b"GET / HTTP/1.1\r\n\r\n"], documents=["<a/>"])
    unsent.keep_heard(profile, heard)
    (file,) = tmp_path.iterdir()
    assert file.name == "profile.json.unsent-heard" and file.stat().st_mode & 0o077 == 0
    assert unsent.take_heard(profile) == heard and unsent.take_heard(profile) == Heard()
    (tmp_path / "profile.json.unsent-heard").write_text('{"sip": [[true]]}')
    assert unsent.take_heard(profile) == Heard() and list(tmp_path.iterdir()) == []
    (tmp_path / "profile.json.unsent-changed").write_text('[{"target": 1}]')
    assert unsent.take(profile, "changed") == [] and list(tmp_path.iterdir()) == []
