# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What mirrors say: their logs, which strangers fill, and the answers of their control."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import datetime, timezone
from unittest.mock import patch

from ansible_collections.telephony.snom.plugins.module_utils._core.clock import system_time
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import Refused
from ansible_collections.telephony.snom.plugins.module_utils._firmware import image_check
from ansible_collections.telephony.snom.plugins.module_utils._known.image_path import Hop
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.module_utils._mirror.client import MirrorFailed
from ansible_collections.telephony.snom.plugins.module_utils._mirror.control import MirrorControl
from ansible_collections.telephony.snom.plugins.module_utils._mirror.control_settings import ControlSettings
from ansible_collections.telephony.snom.plugins.module_utils._mirror.log import MAX_LINE, MirrorLog
from ansible_collections.telephony.snom.plugins.module_utils._mirror.progress import ProgressLog
from ansible_collections.telephony.snom.tests.unit.readers.reader import Reader
from ansible_collections.telephony.snom.tests.unit.readers.said import SaidSocket
from urllib3.util import connection as urllib3_connection

_MAC = "000413922D24"
_SINCE = datetime(2026, 5, 4, 22, 0, tzinfo=timezone.utc)
_IMAGE = "snomD785-10.1.175.16-SIP-r.bin"


def _lines(data: bytes) -> list[bytes]:
    return [line[at : at + MAX_LINE] for line in data.splitlines(True) for at in range(0, len(line), MAX_LINE)]


def _log(data: bytes) -> object:
    log = MirrorLog()
    log.read(_lines(data))
    found = log.as_dict()
    for phone in found["phones"].values():
        for fetch in phone["fetched"]:
            assert "/" not in fetch["file"] and fetch["file"].isascii() and fetch["file"].isprintable()
    return found


def _progress(data: bytes) -> object:
    log = ProgressLog()
    progress = log.expect(_MAC, _IMAGE, _SINCE, 100)
    log.read(_lines(data))
    said = [progress.image_whole, progress.version, progress.version_said, progress.beacon, progress.address]
    # Nothing proves that a phone runs an image which it was not sent.
    assert progress.image_whole or not (progress.version or progress.beacon)
    return [said, progress.images, progress.is_looping(Version((10, 1)))]


def _control(data: bytes) -> object:
    settings = ControlSettings(url="http://127.0.0.1", username="ansible", password="n0t-shown")
    mirror = MirrorControl(settings)
    asked: list[SaidSocket] = []

    def connect(*_unused: object) -> SaidSocket:
        asked.append(SaidSocket(data))
        return asked[-1]

    found: list[object] = []
    with patch.object(mirror.client, "_connect", connect):
        for ask in (
            mirror.check,
            mirror.armed,
            mirror.log.mark,
            lambda: [len(line) for line in mirror.log.read_new()],
            lambda: mirror.arm(_MAC, f"http://192.0.2.1/fw/{_IMAGE}", system_time() + 600),
            lambda: mirror.disarm(_MAC),
        ):
            with suppress(MirrorFailed):
                found.append(ask())
    assert "n0t-shown" not in str(found)
    return [found, mirror.log.gap, mirror.client.skew]


def _image(data: bytes) -> object:
    """What a mirror sends as an image, with all redirects that lead to itself again."""
    url = f"http://192.0.2.1/fw/{_IMAGE}"
    hop = Hop(
        version=Version((10, 1)),
        file=_IMAGE,
        url=url,
        image_url=url,
        size=5,
        sha1="f7ff9e8b7bb2e09b70935a5d785e0cc5d9d0abf0",
        chained=False,
    )
    with patch.object(urllib3_connection, "create_connection", lambda *_unused, **_more: SaidSocket(data)):
        with suppress(Refused):
            image_check.verify_image(hop, "head")
        image_check.verify_image(hop, "full")
    # Whatever came before it, this is what the catalogue says.
    assert b"Hello" in data or b"chunked" in data.lower()


def _line(**changes: object) -> bytes:
    entry = {
        "time": "2026-05-04T22:20:42+00:00",
        "address": "192.0.2.7",
        "method": "GET",
        "uri": f"/fw/{_IMAGE}?mac={_MAC}",
        "mac": _MAC,
        "status": "200",
        "bytes": "500",
        "length": "500",
        "range": "",
        "user_agent": f"Mozilla/4.0 (compatible; snomD785-SIP 10.1.82.0 {_MAC})",
    }
    return json.dumps(entry | changes).encode() + b"\n"


_LOG = (
    _line(uri=f"/firmware/{_MAC}.xml", bytes="100")
    + _line()
    + _line(status="206", range="bytes 0-499/1000")
    + _line(uri=f"/beacon/{_MAC}", time="2026-05-04T22:40:42+00:00")
)
_DATES = b"Date: Mon, 04 May 2026 22:00:00 GMT\r\nLast-Modified: Mon, 04 May 2026 21:59:30 GMT\r\n"
_ARMED = b'[{"name": "000413922D24.xml", "type": "file", "mtime": "Mon, 04 May 2026 22:10:00 GMT", "size": 10}]'


def _answer(content: bytes, more: bytes = b"") -> bytes:
    return b"HTTP/1.1 200 OK\r\n%b%bContent-Length: %d\r\n\r\n%b" % (_DATES, more, len(content), content)


READERS = (
    Reader(name="the mirror's log", read=_log, seeds=(_LOG,), exposed=True),
    Reader(name="the mirror's log of a rollout", read=_progress, seeds=(_LOG,)),
    Reader(
        name="the mirror's control",
        read=_control,
        seeds=(
            _answer(_ARMED),
            _answer(_LOG, b"Content-Range: bytes 0-499/500\r\n"),
            b"HTTP/1.1 204 No Content\r\nDate: Mon, 04 May 2026 22:00:00 GMT\r\n\r\n",
        ),
    ),
    Reader(
        name="an image on the mirror",
        read=_image,
        seeds=(
            b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHello",
            b"HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/x\r\nContent-Length: 0\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nHello\r\n0\r\n\r\n",
        ),
        errors=(Refused,),
    ),
)
