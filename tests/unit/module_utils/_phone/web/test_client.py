# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import importlib.util
import logging
import re
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import chain, repeat

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import (
    AnswerLost,
    AnswerUnreadable,
    AuthFailed,
    Blocked,
    InputError,
    LockedOut,
    PhoneUnreachable,
    SnomError,
    Unsupported,
)
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import Connection
from ansible_collections.telephony.snom.plugins.module_utils._phone.web import client as http_phone
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.client import Answer, HttpPhone
from ansible_collections.telephony.snom.tests.unit.raw_server import Endless, Last, RawServer, Reply, page
from hypothesis import given, settings
from hypothesis import strategies as st

HOME = page("<html><head><TITLE>snom 320</TITLE></head><body>Active calls: 0</body></html>")
NOT_FOUND = (
    b"HTTP/1.1 404 Not Found\r\n"
    b"Server: snom embedded\r\n"
    b"Cache-Control: no-cache\r\n"
    b"Cache-Control: no-store\r\n"
    b"Content-Type: text/html\r\n"
    b"Content-Length: 181\r\n"
    b"\r\n"
    b"<HTML><HEAD>\r\n"
    b"<TITLE>snom VoIP phone: Error</TITLE>\r\n"
    b"</HEAD><BODY>\r\n"
    b"<H1>File not found</H1>\r\n"
    b"<P>Please ask your system administrator to check the lcs log file.</P>\r\n"
    b"</BODY></HTML>\r\n"
)
FORBIDDEN = page(
    "<HTML><HEAD><TITLE>snom VoIP phone: Error</TITLE></HEAD></HTML>",
    "403 Forbidden",
    "Cache-Control: no-cache",
    "Cache-Control: no-store",
)


def answers(*replies: Reply) -> Callable[[str], Reply]:
    """Give these replies in turn, the last one again and again."""
    turn = chain(replies, repeat(replies[-1]))
    return lambda request: next(turn)


@contextmanager
def phone(*replies: Reply, timeout: float = 5.0) -> Iterator[tuple[HttpPhone, RawServer]]:
    with (
        RawServer(answers(*replies)) as server,
        closing(HttpPhone(Connection(address="127.0.0.1", port=server.port, scheme="http", timeout=timeout))) as client,
    ):
        yield client, server


# What goes over the wire


def test_a_request_is_exactly_this() -> None:
    with phone(HOME) as (client, server):
        client.get("/command.htm?key=F1;%23,,1000")
    assert server.requests[0].split("\r\n") == [
        "GET /command.htm?key=F1;%23,,1000 HTTP/1.1",
        "Accept-Encoding: identity",
        f"Host: 127.0.0.1:{server.port}",
        "User-Agent: telephony.snom",
        "Accept: */*",
        "Connection: keep-alive",
    ]


@pytest.mark.parametrize("target", ["/minibrowser.htm", "/minibrowser.htm?url=http%3A%2F%2Fx%2F"])
def test_the_minibrowser_gets_no_connection_header(target: str) -> None:
    with phone(HOME) as (client, server):
        client.get(target)
        client.get("/index.htm")
    assert "connection:" not in server.requests[0].lower()
    assert "\r\nConnection: keep-alive" in server.requests[1]


@pytest.mark.parametrize(
    "target",
    ["/a?b=%2f%2F;,:@!$'()*", "/line_login.htm?PLAY_RINGER:3=+Ringer", "/", "/a//b", '/x?"[]|<>\\^`{}', "//h/"],
)
def test_a_target_is_sent_as_it_is(target: str) -> None:
    with phone(HOME) as (client, server):
        client.get(target)
    assert server.requests[0].startswith(f"GET {target} HTTP/1.1\r\n")


@pytest.mark.parametrize("target", ["", "info.htm", "/a b", "/a#b", "/ä", "/a\r\nX: y", "/a\n", "http://other/"])
def test_a_target_that_would_not_arrive_is_refused_unseen(target: str) -> None:
    with phone(HOME) as (client, server), pytest.raises(InputError, match="percent-encoded") as error:
        client.get(target)
    assert not server.requests
    assert len(target) < 2 or target not in error.value.reason


def test_environment_and_cookies_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with phone(page("", "200 Ok", "Set-Cookie: a=b; path=/")) as (client, server):
        client.get("/index.htm")
        assert client.get("/index.htm").status == 200
    assert "cookie" not in server.requests[1].lower()


# Answers


def test_an_answer_has_status_headers_and_content() -> None:
    with phone(NOT_FOUND) as (client, _unused):
        answer = client.get("/nothing.htm")
    assert answer.status == 404
    assert answer.headers == {
        "server": "snom embedded",
        "cache-control": "no-cache, no-store",
        "content-type": "text/html",
        "content-length": "181",
    }
    assert answer.content == NOT_FOUND.partition(b"\r\n\r\n")[2]
    assert "<H1>File not found</H1>" in answer.text


@pytest.mark.parametrize(("content", "text"), [(b"B\xc3\xbcro", "Büro"), (b"B\xfcro", "Büro"), (b"", "")])
def test_text_is_utf8_or_latin1(content: bytes, text: str) -> None:
    assert Answer(200, {}, content).text == text


@pytest.mark.parametrize(
    "reply",
    [
        Last(b"HTTP/1.0 200 Ok\r\nServer: snom/7\r\n\r\nhello"),
        Last(b"HTTP/1.1 200 Ok\r\n\r\nhello"),
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 Ok\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 200 Ok\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n",
        b"HTTP/1.1 200\nContent-Length: 5\n\nhello",
    ],
)
def test_ways_to_end_an_answer(reply: Reply) -> None:
    with phone(reply) as (client, _unused):
        assert client.get("/index.htm").content == b"hello"


def test_a_screenshot_stays_bytes() -> None:
    picture = b"BM" + bytes(range(256)) + b"your web interface is blocked"
    head = f"HTTP/1.1 200 Ok\r\nContent-Type: image/bmp\r\nContent-Length: {len(picture)}\r\n\r\n".encode()
    with phone(head + picture) as (client, _unused):
        assert client.get("/screen.bmp").content == picture


def test_a_large_settings_page_is_read_whole() -> None:
    text = "user_name1!: 100\n" * 80_000
    with phone(page(text)) as (client, _unused):
        assert client.get("/settings.htm").text == text


def test_an_answer_without_end_is_given_up() -> None:
    with phone(Last(b"HTTP/1.1 200 Ok\r\n\r\n" + b"x" * (4 * 1024 * 1024 + 1)), HOME) as (client, _unused):
        with pytest.raises(AnswerUnreadable, match="larger than 4 MiB"):
            client.get("/index.htm")
        assert client.get("/index.htm").status == 200


@pytest.mark.parametrize(
    "location", ["index.htm", "/reboot.htm", "http://127.0.0.1/index.htm", "https://192.0.2.1/", "https://[::1", ""]
)
@pytest.mark.parametrize("status", [301, 302, 307])
def test_redirects_are_answers(status: int, location: str) -> None:
    with phone(page("", f"{status} Found", f"Location: {location}")) as (client, server):
        answer = client.get("/command.htm?number=100")
    assert (answer.status, answer.headers["location"], len(server.requests)) == (status, location, 1)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_to_https_of_the_same_host_is_an_https_only_phone(status: int) -> None:
    with (
        phone(page("", f"{status} Moved", "Location: https://127.0.0.1/index.htm")) as (client, server),
        pytest.raises(Blocked, match='Set snom_scheme: "https"'),
    ):
        client.get("/index.htm")
    assert len(server.requests) == 1


def test_403_names_both_remedies() -> None:
    with phone(FORBIDDEN) as (client, _unused), pytest.raises(Blocked) as error:
        client.get("/command.htm?key=ENTER")
    assert 'snom_scheme: "https"' in error.value.reason
    assert "use_hidden_tags and restrict_uri_queries" in error.value.reason
    assert "key=" not in error.value.reason


def test_the_phone_manager_is_unsupported() -> None:
    with (
        phone(page("<html><head><title>Phone Manager</title></head></html>")) as (client, _unused),
        pytest.raises(Unsupported, match="D8xx"),
    ):
        client.get("/info.htm")


@pytest.mark.parametrize("status", ["200 Ok", "401 Unauthorized"])
def test_the_lock_out_page_is_recognised(status: str) -> None:
    locked = page("<html><body>The web interface is blocked for 1 minute.</body></html>", status)
    with phone(locked) as (client, server), pytest.raises(LockedOut, match="after too many failed logins"):
        client.get("/index.htm")
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("login", "says"),
    [
        ({}, "Set snom_username and snom_password"),
        ({"username": "u", "password": "p", "auth": "basic"}, "They are not sent again"),
        ({"username": "u", "password": "p"}, "asked for none, so none was sent"),
    ],
)
def test_a_login_that_failed_without_a_401_is_not_tried_again(login: dict[str, str], says: str) -> None:
    failed = page("<html><body><p>Login failed!</p></body></html>")
    with RawServer(answers(failed)) as server:
        given = Connection(address="127.0.0.1", port=server.port, scheme="http", **login)  # type: ignore[arg-type]
        with closing(HttpPhone(given)) as client:
            for _again in range(2):
                with pytest.raises(AuthFailed, match=says):
                    client.get("/info.htm")
    assert len(server.requests) == 1


def test_a_caller_on_the_screen_is_no_lock_out() -> None:
    with phone(page("Blocked\r\n00:07\r\n")) as (client, _unused):
        assert "Blocked" in client.get("/state_of_gui.htm").text
        with pytest.raises(LockedOut):
            client.get("/index.htm")
    with phone(page("<html>The web interface is blocked.</html>")) as (client, _unused), pytest.raises(LockedOut):
        client.get("/state_of_gui.htm")


# Answers that do not come, or not whole

WHOLE = page("<html>" + "x" * 200 + "</html>")


@pytest.mark.parametrize("length", [1, 4, 7, 9, 12, 15, 16, 17, 30, WHOLE.index(b"\r\n\r\n") + 2, len(WHOLE) - 1])
@pytest.mark.parametrize("reset", [False, True])
def test_an_answer_that_is_cut_off_is_lost(length: int, reset: bool) -> None:
    with (
        phone(Last(WHOLE[:length], reset)) as (client, server),
        pytest.raises(AnswerLost, match=r"^http://127.0.0.1:\d+/command.htm: .* read the phone's state before"),
    ):
        client.get("/command.htm?number=100")
    assert len(server.requests) == 1


@pytest.mark.parametrize("reset", [False, True])
def test_no_answer_at_all_is_lost(reset: bool) -> None:
    with (
        phone(Last(b"", reset)) as (client, server),
        pytest.raises(AnswerLost, match="the connection broke before an answer came"),
    ):
        client.get("/advanced_update.htm?reboot=Reboot")
    assert len(server.requests) == 1


def test_a_cut_chunk_is_lost() -> None:
    with (
        phone(Last(b"HTTP/1.1 200 Ok\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhel")) as (client, _unused),
        pytest.raises(AnswerLost, match="the connection broke"),
    ):
        client.get("/index.htm")


@pytest.mark.parametrize(
    "start",
    [b"", b"HTTP/1.1 200 Ok\r\nX: ", b"HTTP/1.1 200 Ok\r\n\r\n", b"HTTP/1.1 200 Ok\r\nContent-Length: 9999\r\n\r\n"],
)
def test_a_slow_answer_ends_at_the_deadline(start: bytes) -> None:
    with phone(Endless(start, b"x"), HOME, timeout=60) as (client, _unused):
        with pytest.raises(AnswerLost, match="the time was up"):
            client.get("/index.htm", timeout=0.5)
        assert client.get("/index.htm").status == 200


def test_silence_ends_at_the_deadline() -> None:
    with (
        phone(Endless(b"", b""), timeout=0.5) as (client, _unused),
        pytest.raises(AnswerLost, match="the time was up before an answer came"),
    ):
        client.get("/index.htm")


def test_an_answer_that_the_machine_slept_through_says_nothing_of_now(monkeypatch: pytest.MonkeyPatch) -> None:
    boot_time, slept = time.clock_gettime, [0.0]
    monkeypatch.setattr(time, "clock_gettime", lambda clock: boot_time(clock) + slept[0])

    def reply(_request: str) -> Reply:
        # By now the client waits for the first byte.
        time.sleep(0.3)
        slept[0] += 8 * 3600.0
        return HOME

    with (
        RawServer(reply) as server,
        closing(HttpPhone(Connection(address="127.0.0.1", port=server.port, scheme="http"))) as client,
        pytest.raises(AnswerLost, match="the time was up"),
    ):
        client.get("/index.htm")


def test_after_the_deadline_nothing_is_read_even_if_it_is_there() -> None:
    with phone(HOME, timeout=60) as (client, _unused):
        client.get("/index.htm")
        with pytest.raises(AnswerLost, match="the time was up"):
            client.get("/index.htm", timeout=1e-9)


@pytest.mark.parametrize(
    "reply",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        Last(b"\x15\x03\x01\x00\x02\x02\x46"),
        b"220 mail.example ESMTP\r\n",
        b"<html>hello</html>\r\n",
        b"HTTP/1.1 abc Ok\r\n\r\n",
        b"HTTP/9.9 200 Ok\r\n\r\n",
        b"HTTP/1.1 200 Ok\r\nthis is no header\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 Ok\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 Ok\r\nX: " + b"y" * 70_000 + b"\r\n\r\n",
    ],
)
def test_what_is_not_http_is_unreadable(reply: Reply) -> None:
    with phone(reply) as (client, _unused), pytest.raises(AnswerUnreadable, match="does not speak proper HTTP"):
        client.get("/index.htm")


@pytest.mark.parametrize("length", ["9" * 5000, "\xb2", "-1", ""])
def test_a_length_that_is_none_is_not_believed(length: str) -> None:
    reply = b"HTTP/1.1 200 Ok\r\nContent-Length: " + length.encode("latin-1") + b"\r\n\r\nhello"
    with phone(Last(reply)) as (client, _unused):
        assert client.get("/index.htm").text == "hello"


def test_whatever_a_phone_sends_is_an_answer_or_a_reason() -> None:
    whole = page("<html><head><TITLE>snom 320</TITLE></head></html>", "200 Ok", "Transfer-Encoding: identity")

    def spoil(cut: int, at: int, noise: bytes) -> bytes:
        return whole[:at] + noise + whole[at:cut]

    spoiled = st.builds(spoil, st.integers(0, len(whole)), st.integers(0, len(whole)), st.binary(max_size=9))
    content = b""

    with (
        RawServer(lambda request: Last(content)) as server,
        closing(HttpPhone(Connection(address="127.0.0.1", port=server.port, scheme="http"))) as client,
    ):

        @settings(max_examples=200, deadline=None, database=None)
        @given(st.binary() | spoiled)
        def send(reply: bytes) -> None:
            nonlocal content
            content = reply
            try:
                reason = "" if client.get("/index.htm").status < 1000 else "no status"
            except SnomError as error:
                reason = error.reason
            assert re.fullmatch(r"(http://127.0.0.1:\d+/index.htm: [^<>]+[.?])?", reason)

        send()


def test_nobody_listens() -> None:
    with RawServer(answers(HOME)) as server:
        pass
    client = HttpPhone(Connection(address="127.0.0.1", port=server.port, scheme="http"))
    with pytest.raises(PhoneUnreachable, match=f"cannot connect to port {server.port}: connection refused") as error:
        client.get("/command.htm?key=SECRET")
    assert not isinstance(error.value, AnswerLost)
    assert "SECRET" not in error.value.reason


def test_looking_for_a_phone_sends_nothing() -> None:
    with phone(HOME) as (client, server):
        client.reach()
    assert server.requests == []
    with pytest.raises(PhoneUnreachable, match=f"^http://127.0.0.1:{server.port}: cannot connect"):
        client.reach()


@pytest.mark.parametrize("host", ["no-such-phone.invalid", "a" * 70, "."])
def test_an_unknown_name(host: str) -> None:
    with pytest.raises(PhoneUnreachable, match="the host name is not known"):
        HttpPhone(Connection(address=host, scheme="http")).get("/index.htm")


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (TimeoutError(), "no answer in time"),
        (OSError(113, "No route to host"), "no route to host"),
        (OSError(), "failed"),
    ],
)
def test_a_connection_that_cannot_be_made(monkeypatch: pytest.MonkeyPatch, error: OSError, why: str) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise error

    monkeypatch.setattr("socket.create_connection", fail)
    with pytest.raises(PhoneUnreachable, match=f"^http://192.0.2.1/index.htm: cannot connect to port 80: .*{why}"):
        HttpPhone(Connection(address="192.0.2.1", scheme="http")).get("/index.htm")


# One connection, one request at a time


def test_the_connection_is_kept_until_it_is_closed() -> None:
    with phone(HOME) as (client, server):
        client.get("/index.htm")
        client.get("/index.htm")
        assert server.connections == 1
        client.close()
        client.close()
        client.get("/index.htm")
        assert server.connections == 2


def test_a_page_is_asked_for_again_when_the_kept_connection_died() -> None:
    with phone(HOME, Last(b""), HOME) as (client, server):
        client.get("/index.htm")
        assert client.get("/index.htm").status == 200
    assert (len(server.requests), server.connections) == (3, 2)


def test_a_command_is_never_repeated() -> None:
    with phone(HOME, Last(b""), HOME) as (client, server):
        client.get("/index.htm")
        with pytest.raises(AnswerLost):
            client.get("/command.htm?number=100")
    assert len(server.requests) == 2


def test_a_page_is_not_asked_for_a_third_time() -> None:
    with phone(HOME, Last(b"")) as (client, server):
        client.get("/index.htm")
        with pytest.raises(AnswerLost):
            client.get("/index.htm")
    assert len(server.requests) == 3


def test_threads_wait_for_each_other() -> None:
    busy = threading.Lock()
    overlaps: list[str] = []

    def reply(request: str) -> Reply:
        if not busy.acquire(blocking=False):
            overlaps.append(request)
            return HOME
        # Long enough for another thread's request to arrive, if it were sent.
        threading.Event().wait(0.02)
        busy.release()
        return HOME

    with (
        RawServer(reply) as server,
        closing(HttpPhone(Connection(address="127.0.0.1", port=server.port, scheme="http"))) as client,
    ):
        threads = [threading.Thread(target=client.get, args=("/index.htm",)) for _unused in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
    assert (len(server.requests), overlaps) == (5, [])


# Options and secrets


@pytest.mark.parametrize("host", ["", "http://10.0.0.1", "10.0.0.1/", "me:pw@10.0.0.1", "10.0.0.1:80x", "[::1]", "a b"])
def test_a_bad_host_is_refused(host: str) -> None:
    with pytest.raises(InputError, match="must be a host name or an IP address"):
        HttpPhone(Connection(address=host))


def test_a_bad_scheme_is_refused() -> None:
    with pytest.raises(InputError, match="snom_scheme must be one of http, https"):
        HttpPhone(Connection(address="10.0.0.1", scheme="ftp"))


@pytest.mark.parametrize(("port", "authority"), [(None, "[::1]"), (80, "[::1]"), (8080, "[::1]:8080")])
def test_an_ipv6_address_is_bracketed(monkeypatch: pytest.MonkeyPatch, port: int | None, authority: str) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr("socket.create_connection", refuse)
    with pytest.raises(PhoneUnreachable) as error:
        HttpPhone(Connection(address="::1", port=port, scheme="http")).get("/index.htm")
    assert error.value.reason.startswith(f"http://{authority}/index.htm: ")


@pytest.mark.parametrize(
    "reply",
    [HOME, Last(b""), Last(b"HTTP/1.1 200"), b"rubbish\r\n", b"HTTP/1.1 200 Ok\r\nno header\r\n\r\n", FORBIDDEN],
)
def test_secrets_stay_inside(reply: Reply, caplog: pytest.LogCaptureFixture, recwarn: pytest.WarningsRecorder) -> None:
    caplog.set_level(logging.DEBUG)
    shown = ""
    with RawServer(answers(reply)) as server:
        connection = Connection(
            address="127.0.0.1", port=server.port, scheme="http", username="me", password="s3cr3t", auth="basic"
        )
        client = HttpPhone(connection)
        target = f"/dummy.htm?settings=save&user_pass1={connection.password}"
        try:
            client.get(target)
        except SnomError:
            shown = traceback.format_exc()
        client.close()
    assert "bWU6czNjcjN0" in server.requests[0]
    everything = shown + caplog.text + repr(connection) + repr(client) + "".join(str(one.message) for one in recwarn)
    assert not re.search("s3cr3t|bWU6czNjcjN0|=save&", everything)


def test_without_requests_the_library_loads_and_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "requests", None)
    spec = importlib.util.spec_from_file_location(f"{http_phone.__package__}.http_alone", http_phone.__file__)
    assert spec is not None
    assert spec.loader is not None
    alone = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(alone)
    assert alone.HAS_REQUESTS is False
    assert "requests" in alone.REQUESTS_IMPORT_ERROR
    with pytest.raises(InputError, match="requests is missing"):
        alone.HttpPhone(Connection(address="10.0.0.1"))


def test_with_requests_nothing_is_missing() -> None:
    assert (http_phone.HAS_REQUESTS, http_phone.REQUESTS_IMPORT_ERROR) == (True, None)
