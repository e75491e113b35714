# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import (
    AnswerLost,
    AuthFailed,
    Blocked,
    PhoneUnreachable,
    Unsupported,
)
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import Connection
from ansible_collections.telephony.snom.plugins.module_utils._phone.web import recorder
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.answer import Answer
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.recorder import (
    KNOWN_PAGES,
    MOST_BYTES,
    MOST_LOST,
    MOST_PAGES,
    Recorder,
    links,
    read_pages,
)

PHONE = Connection(address="127.0.0.1")


def serve(monkeypatch: pytest.MonkeyPatch, answer: Callable[[str], bytes | Exception | None]) -> list[str]:
    """Let phones answer so; what they are asked for is in the list."""
    asked: list[str] = []

    class Server:
        def __init__(self, _connection: Connection, _tap: Any) -> None:
            pass

        def get(self, target: str, *, timeout: float | None = None) -> Answer:
            asked.append(target)
            given = answer(target)
            if isinstance(given, Exception):
                raise given
            return Answer(404 if given is None else 200, {}, given or b"")

        def close(self) -> None:
            pass

    monkeypatch.setattr(recorder, "HttpPhone", Server)
    return asked


def test_each_page_is_read_once_and_links_are_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = {
        "/index.htm": b'<a href="a.htm">A</a><a href="info.htm">I</a>',
        "/a.htm": b'<a href="/b.htm">B</a><a href="reboot.htm">R</a>',
    }
    asked = serve(monkeypatch, pages.get)
    read = read_pages(PHONE, Recorder(), ("/taught.htm", "", "/dummy.htm"))
    assert asked == [*KNOWN_PAGES, "/taught.htm", "/a.htm", "/b.htm"]
    assert [page.path for page in read if page.text is not None] == ["/index.htm", "/a.htm"]
    assert read[1].said == "404, 0 bytes"


def test_a_phone_that_links_for_ever_is_left_after_some_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = iter(range(10_000))
    asked = serve(
        monkeypatch, lambda _target: "".join(f'<a href="p{next(numbers)}.htm">' for _unused in range(50)).encode()
    )
    read = read_pages(PHONE, Recorder())
    assert len(asked) == MOST_PAGES and "too many pages" in read[-1].said


def test_a_slow_phone_is_left_after_some_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter(range(0, 100_000, 60))
    asked = serve(monkeypatch, lambda _target: b"")
    read = read_pages(PHONE, Recorder(), now=lambda: next(times, 0))
    assert len(asked) == 5 and "too slow" in read[-1].said


@pytest.mark.parametrize(
    ("error", "requests"),
    [(AnswerLost("lost"), MOST_LOST), (Unsupported("Phone Manager"), 1), (Blocked("forbidden"), len(KNOWN_PAGES))],
)
def test_it_ends_where_nothing_is_to_be_had(error: Exception, requests: int, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = serve(monkeypatch, lambda _target: error)
    assert [page.text for page in read_pages(PHONE, Recorder())] == [None] * requests
    assert len(asked) == requests


@pytest.mark.parametrize("error", [PhoneUnreachable("gone"), AuthFailed("refused")])
def test_it_asks_no_more_where_that_would_do_harm(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = serve(monkeypatch, lambda _target: error)
    with pytest.raises(type(error)):
        read_pages(PHONE, Recorder())
    assert asked == ["/index.htm"]


def test_a_recorder_keeps_every_byte_up_to_a_limit() -> None:
    one = Recorder()
    one.asks("/a.htm", login=False)
    for part in (b"HTTP/1.1 401 No\r\nX: ", b"1\r\n\r\nbo", b"dy"):
        one.receives(part)
    one.asks("/a.htm", login=True)
    one.receives(b"x" * (MOST_BYTES + 5))
    one.receives(b"more")
    first, second = one.exchanges
    assert (first.data, first.status, first.body) == (b"HTTP/1.1 401 No\r\nX: 1\r\n\r\nbody", 401, b"body")
    assert len(first.data) + len(second.data) == MOST_BYTES and second.status is None and second.login


def test_only_links_that_read_are_followed() -> None:
    page = (
        '<a href="lines.htm">a</a><a href="/sub.htm?x=1">b</a><a href="http://192.0.2.1/c.htm">c</a>'
        '<a href="reboot.htm">d</a><a href="//192.0.2.1/e.htm">e</a><frame src="f.html"><a href="tbook.xml">g</a>'
        '<a href="h.js">h</a><a href="log.htm">i</a><a href="lines.htm">again</a>'
        '<a href="info.htm#x">k</a><a href="http://[">l</a>'
    )
    assert links("/index.htm", page) == ["/lines.htm", "/f.html", "/info.htm"]


def test_any_number_of_links_takes_linear_time() -> None:
    started = time.process_time()
    assert len(links("/index.htm", "".join(f"<a href=/a{number}.htm>" for number in range(45_000)))) == MOST_PAGES
    assert time.process_time() - started < 3
