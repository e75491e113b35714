# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._known.mac_in_text import PREFIXES
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.mirror_log import read_mirror_log
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.said import SourceFailed

PHONE = "Mozilla/4.0 (compatible; snomD785-SIP 10.1.33.33 2010.12-00004-g9ba52f5 00041345120A SXM:0 UXM:0)"
LOADER = "Mozilla/4.0 (compatible; snomD735/10.1.20.0 00041345120B)"


def line(agent: str, address: str) -> str:
    return json.dumps(
        {
            "time": "2026-11-26T22:10:51+00:00",
            "address": address,
            "method": "GET",
            "uri": "/snom/a.xml",
            "mac": "",
            "status": 200,
            "bytes": 1,
            "length": "1",
            "range": "",
            "user_agent": agent,
        }
    )


def test_phones_of_a_log_with_where_they_were_seen_last(tmp_path: Path) -> None:
    other = PHONE.replace("00041345120A", "02000000000A")
    (tmp_path / "access.log").write_text("\n".join([line(PHONE, "192.0.2.1"), line(LOADER, "x"), line(other, "y")]))
    found = {one.mac: one for one in read_mirror_log([str(tmp_path / "access.log*")], PREFIXES).said}
    assert set(found) == {"00041345120A", "00041345120B"}
    phone, loader = found["00041345120A"], found["00041345120B"]
    assert (phone.model, phone.firmware, phone.address, phone.last_known) == ("D785", "10.1.33.33", "192.0.2.1", True)
    # What loads images has a version of its own, and what is no address is none.
    assert (loader.model, loader.firmware, loader.address) == ("D735", None, None)
    assert phone.more == {"seen": "2026-11-26T22:10:51+00:00"}


def test_a_log_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceFailed, match=r"access\.log can't be read"):
        read_mirror_log([str(tmp_path / "access.log")], PREFIXES)


def test_a_log_in_another_form_is_told(tmp_path: Path) -> None:
    combined = f'192.0.2.1 - - [26/Nov/2026:22:10:51 +0000] "GET /snom/a.xml HTTP/1.1" 200 1 "-" "{PHONE}"\n'
    log = tmp_path / "access.log"
    log.write_text(combined * 2)
    reading = read_mirror_log([str(log)], PREFIXES)
    assert reading.said == ()
    assert [note[:46] for note in reading.notes] == ["2 lines, and none that tells of a phone. Only "]
    log.write_text(combined + line(PHONE, "192.0.2.1"))
    assert read_mirror_log([str(log)], PREFIXES).notes == ()
    log.write_text("")
    assert read_mirror_log([str(log)], PREFIXES).notes == ()
