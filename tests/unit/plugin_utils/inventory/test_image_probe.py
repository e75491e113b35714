# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a server may answer. The playbook's own test asks a real nginx."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import Refused
from ansible_collections.telephony.snom.plugins.module_utils._firmware import image_check
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory import image_probe
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.image_probe import NotThere, probe_image
from ansible_collections.telephony.snom.tests.unit.raw_server import Endless, Last, RawServer, Reply

IMAGE = b"\x27\x05\x19\x56" * 50


def head(status: str = "200 OK", **headers: object) -> bytes:
    lines = [f"HTTP/1.1 {status}", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


GOOD = head(Content_Length=len(IMAGE))


def probe(to_head: Reply, to_get: Reply = b"", **more: Any) -> image_probe.Probed:
    """What is seen of a server with these answers."""
    with RawServer(lambda request: to_head if request.startswith("HEAD ") else to_get) as server:
        return probe_image(f"http://127.0.0.1:{server.port}/fw/x.bin", **more)


def test_size_and_hashes_are_those_of_what_came() -> None:
    for length in (GOOD, head(Connection="close")):
        seen = probe(Last(length), Last(length + IMAGE))
        assert (seen.size, seen.sha1, seen.sha256) == (
            len(IMAGE),
            hashlib.sha1(IMAGE, usedforsecurity=False).hexdigest(),
            hashlib.sha256(IMAGE).hexdigest(),
        )


@pytest.mark.parametrize("status", ["404 Not Found", "410 Gone"])
def test_one_that_is_not_there_is_told_apart(status: str) -> None:
    with pytest.raises(NotThere, match=status[:3]):
        probe(Last(head(status, Content_Length=0)))


@pytest.mark.parametrize(
    ("replies", "says"),
    [
        ([head("302 Found", Location="/y?key=geheim", Content_Length=0)], "x.bin leads to http://127.0.0.1:[0-9]+/y. "),
        ([head("302 Found", Location="http://u:geheim@h/\x1b[2Jy", Content_Length=0)], r"leads to http://h/\\x1b\[2Jy"),
        ([head("301 Moved", Content_Length=0)], "leads to http://127.0.0.1"),
        ([head("403 Forbidden", Content_Length=0)], "answers 403 to HEAD"),
        ([head(Content_Type="Text/HTML; charset=utf-8", Content_Length=5)], "calls it text/html"),
        ([head(Content_Type="application/json", Content_Length=5)], "calls it application/json"),
        ([GOOD, GOOD + b" \n<html>" + IMAGE], "begins like a web page"),
        ([GOOD, head(Content_Length=3) + b"abc"], f"had {len(IMAGE)} bytes when .* and 3 when"),
        ([GOOD, GOOD + IMAGE[:9]], r"can't be fetched \("),
        ([head(Content_Length=0), head(Content_Length=0)], "is empty"),
        ([head(Content_Length=10**12)], "No image has more than"),
        ([b"nonsense\r\n\r\n"], "can't be fetched"),
        ([head(X="y" * 70_000)], "can't be fetched"),
    ],
)
def test_what_is_no_image_is_refused(replies: list[bytes], says: str) -> None:
    with pytest.raises(Refused, match=says) as raised:
        probe(*map(Last, replies))
    assert "geheim" not in raised.value.reason and "\x1b" not in raised.value.reason


def test_no_more_is_read_than_an_image_may_have(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_probe, "LARGEST", 100)
    with pytest.raises(Refused, match="more than 100 bytes"):
        probe(Last(head(Connection="close")), Last(head(Connection="close") + IMAGE))


def test_a_server_that_drips_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_check, "WINDOW", 0.3)
    with pytest.raises(Refused, match="less than 4 KB a second"):
        probe(Last(GOOD), Endless(GOOD, b"x"))


def test_nothing_more_is_read_for_nobody() -> None:
    with pytest.raises(Refused, match="can't be fetched"):
        probe(Last(GOOD), Last(GOOD + IMAGE), is_wanted=lambda: False)


def test_a_login_in_the_url_is_not_shown() -> None:
    with pytest.raises(Refused) as raised:
        probe_image("http://ann:geheim@127.0.0.1:9/x.bin?token=geheim")
    assert "geheim" not in raised.value.reason
