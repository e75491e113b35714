# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The listener that phones report to, over real sockets on loopback."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError, PhoneUnreachable
from ansible_collections.telephony.snom.plugins.module_utils._phone.report import callbacks_document
from ansible_collections.telephony.snom.plugins.plugin_utils.witnesses.collector import (
    MAX_REQUESTS,
    MAX_SILENT,
    HttpCollector,
    parse_collector,
)

AGENT = "Mozilla/4.0 (compatible; snomD785-SIP 10.1.169.16 00041396D9B4)"
PHONE, STRANGER = "127.0.0.1", "127.0.0.2"


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def listening(*, patience: float = 30.0) -> Iterator[HttpCollector]:
    port = free_port()
    collector = HttpCollector(
        parse_collector({"url": f"http://127.0.0.1:{port}/snom/", "listen": f"127.0.0.1:{port}"}), patience=patience
    )
    collector.open()
    try:
        yield collector
    finally:
        collector.close()


def fetch(url: str, *, source: str = PHONE, method: str = "GET", agent: str = AGENT) -> tuple[int, str]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, source_address=(source, 0), timeout=10)
    try:
        connection.request(method, f"{parts.path}?{parts.query}".rstrip("?"), headers={"User-Agent": agent})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_phone_reports(method):
    with listening() as collector:
        report = collector.ask(PHONE, lambda url, document: fetch(f"{url}/idle", method=method))
    assert report.reading.state == "idle"
    assert report.agent.mac == "00041396D9B4"


def test_a_phone_can_fetch_its_document_first():
    seen = []

    def deliver(url: str, document: str) -> None:
        seen.append(fetch(url) == (200, document))
        # What a phone does with a document here is not known.
        seen.append(fetch(f"{url}/calls-2") == (200, ""))

    with listening() as collector:
        assert collector.ask(PHONE, deliver).reading.count == 2
    assert seen == [True, True]


def test_a_phone_tells_by_callbacks():
    def deliver(url: str, document: str) -> None:
        assert f"{url}/told/calls=$(lines)&amp;" in document
        fetch(f"{url}/told/calls=0&state=Idle&mac=00041396D9B4")

    with listening() as collector:
        report = collector.ask(PHONE, deliver, document=callbacks_document)
    assert (report.reading.state, report.mac) == ("idle", "00041396D9B4")


def test_nobody_else_reports_for_a_phone():
    answers = []

    def deliver(url: str, document: str) -> None:
        answers.append(fetch(f"{url}/idle", source=STRANGER)[0])
        answers.append(fetch(f"{url.rpartition('/')[0]}/guessed/idle")[0])
        answers.append(fetch(f"{url}/something")[0])
        answers.append(fetch(f"{url}/calls-1")[0])

    with listening() as collector:
        assert collector.ask(PHONE, deliver).reading.state == "in_call"
    assert answers == [404, 404, 404, 200]


def test_the_first_report_counts_and_there_are_few_more():
    answers = []

    def deliver(url: str, document: str) -> None:
        answers.extend(fetch(f"{url}/{branch}")[0] for branch in ["calls-1", *["idle"] * MAX_REQUESTS])

    with listening() as collector:
        assert collector.ask(PHONE, deliver).reading.state == "in_call"
    assert answers == [200] * MAX_REQUESTS + [404]


def test_a_question_is_over_with_its_answer():
    urls = []

    def deliver(url: str, document: str) -> None:
        urls.append(url)
        fetch(f"{url}/idle")

    with listening() as collector:
        collector.ask(PHONE, deliver)
        assert fetch(f"{urls[0]}/idle")[0] == 404
        collector.ask(PHONE, deliver)
    assert len(set(urls)) == 2
    # 128 bits that nobody guesses.
    assert all(len(url.rpartition("/")[2]) >= 22 for url in urls)


def test_a_phone_that_can_t_be_told_is_the_caller_s_business():
    def deliver(url: str, document: str) -> None:
        raise PhoneUnreachable("It is not there.")

    with listening() as collector, pytest.raises(PhoneUnreachable):
        collector.ask(PHONE, deliver)


def test_phones_that_don_t_reach_it_are_asked_no_more():
    asked = []
    with listening(patience=0.01) as collector:
        for _unused in range(MAX_SILENT + 3):
            assert collector.ask(PHONE, lambda url, document: asked.append(url)) is None
        assert not collector.is_reached
    assert len(asked) == MAX_SILENT


def test_one_report_shows_that_it_is_reached(monkeypatch):
    with listening() as collector:
        assert collector.ask(PHONE, lambda url, document: fetch(f"{url}/idle")) is not None
        monkeypatch.setattr(collector, "_patience", 0.01)  # for those that will not report
        for _unused in range(MAX_SILENT + 3):
            assert collector.ask(PHONE, lambda url, document: None) is None
        assert collector.is_reached


@pytest.mark.parametrize(
    "junk", [b"\x00\xff" * 100, b"GET / HTTP/9.9\r\n\r\n", b"GET " + b"x" * 70000, b"\r\n\r\n", b""]
)
def test_a_stranger_s_noise_does_no_harm(junk, capfd):
    def deliver(url: str, document: str) -> None:
        parts = urlsplit(url)
        with socket.create_connection((parts.hostname, parts.port), timeout=10) as one:
            one.sendall(junk)
            one.shutdown(socket.SHUT_WR)
            while one.recv(4096):
                pass
        fetch(f"{url}/idle")

    with listening() as collector:
        assert collector.ask(PHONE, deliver).reading.state == "idle"
    assert capfd.readouterr() == ("", "")


def test_silent_connections_end():
    def deliver(url: str, document: str) -> None:
        parts = urlsplit(url)
        with socket.create_connection((parts.hostname, parts.port), timeout=30) as one:
            one.sendall(b"GET / HTTP/1.0\r\nX-Slow: ")
            assert one.recv(4096) == b""
        fetch(f"{url}/idle")

    with listening(patience=60) as collector:
        assert collector.ask(PHONE, deliver) is not None


@pytest.mark.parametrize("value", [None, "", {}])
def test_without_the_variable_there_is_none(value):
    assert parse_collector(value) is None


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("http://192.0.2.10", "must be a mapping of url"),
        ({"listen": "192.0.2.10:1"}, "must be a mapping of url"),
        ({"url": "http://192.0.2.10"}, "has no listen, .* no snom_mirror_control leads to one"),
        ({"url": "https://192.0.2.10", "listen": "192.0.2.10:1"}, "url must be the http:// URL"),
        ({"url": "http://u:p@192.0.2.10", "listen": "192.0.2.10:1"}, "url must be"),
        ({"url": "http://192.0.2.10/?x", "listen": "192.0.2.10:1"}, "url must be"),
        ({"url": "http://192.0.2.10:99999", "listen": "192.0.2.10:1"}, "url must be"),
        ({"url": "http://192.0.2.10/ \n", "listen": "192.0.2.10:1"}, "url must be"),
        ({"url": "http://192.0.2.10", "listen": "8099"}, "listen must be"),
        ({"url": "http://192.0.2.10", "listen": "192.0.2.10:0"}, "listen must be"),
        ({"url": "http://192.0.2.10", "listen": "192.0.2.10:http"}, "listen must be"),
    ],
)
def test_a_bad_variable_is_an_error_with_a_remedy(value, message):
    with pytest.raises(InputError, match=f"^snom_collector.*{message}"):
        parse_collector(value)


def test_a_port_that_is_taken_is_an_error_with_a_remedy():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        collector = HttpCollector(parse_collector({"url": f"http://127.0.0.1:{port}", "listen": f"127.0.0.1:{port}"}))
        with pytest.raises(InputError, match=r"snom_collector: nothing can listen at 127.0.0.1 port .* free there"):
            collector.open()
