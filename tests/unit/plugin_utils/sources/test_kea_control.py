# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.kea_control import KeaControl, read_kea_control
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.said import SourceFailed
from ansible_collections.telephony.snom.tests.unit.raw_server import Endless, Last, RawServer, Reply

HEAD = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    "answer",
    [
        Endless(HEAD + b"X: ", b"a"),
        Endless(HEAD + b"Content-Length: 9999\r\n\r\n", b" "),
        Last(HEAD + b"Transfer-Encoding: chunked\r\n\r\n-5\r\nhello"),
        Last(HEAD + b"Transfer-Encoding: chunked\r\n\r\n-1\r\nhello"),
        Last(HEAD + b"\r\n" + b"[" * 100_000),
        Last(HEAD + b'\r\n{"result": 0, "arguments": {"leases": [1, {}, {"ip-address": [], "state": 0}]}}' * 2),
    ],
    ids=["trickling head", "trickling body", "less than nothing", "minus one", "deep", "no JSON"],
)
def test_what_no_kea_answers(answer: Reply) -> None:
    with RawServer(lambda _request: answer) as server:
        control = KeaControl(url=f"http://127.0.0.1:{server.port}/", timeout=0.3)
        with pytest.raises(SourceFailed):
            read_kea_control(control, ("000413",), 0.0, sleep=lambda _seconds: None)
