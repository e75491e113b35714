# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import hashlib
import re
import threading
import time
from collections.abc import Callable
from contextlib import closing
from types import SimpleNamespace
from typing import NoReturn

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import (
    AnswerLost,
    AnswerUnreadable,
    AuthFailed,
    Blocked,
    InputError,
    LockedOut,
    PhoneUnreachable,
)
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import Connection
from ansible_collections.telephony.snom.plugins.module_utils._phone.web import client as http_phone
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.client import HttpPhone
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.login import NONCE_REST, Login
from ansible_collections.telephony.snom.tests.unit.raw_server import Last, RawServer, page
from hypothesis import given
from hypothesis import strategies as st

# Captured from a snom 300.
UNAUTHORIZED = (
    b"HTTP/1.1 401 Unauthorized\r\n"
    b'Www-Authenticate: Basic REALM="snom"\r\n'
    b"Content-Type: text/plain\r\n"
    b"Content-Length: 22\r\n"
    b"\r\n"
    b"Unauthorized request\r\n"
)
HOME = page("<html><head><TITLE>snom 320</TITLE></head></html>")


def unauthorized(*challenges: str) -> bytes:
    lines = [f"WWW-Authenticate: {challenge}" for challenge in challenges]
    return "\r\n".join(["HTTP/1.1 401 Unauthorized", *lines, "Content-Length: 0", "", ""]).encode()


def authorization(request: str) -> str:
    found = re.search(r"\r\nAuthorization: (.*)", request)
    return found[1].strip() if found else ""


class BasicServer:
    """Accepts one Authorization header only."""

    def __init__(self, username: str, password: str) -> None:
        self.expected = "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()

    def __call__(self, request: str) -> bytes:
        return HOME if authorization(request) == self.expected else UNAUTHORIZED


class DigestServer:
    """Checks Digest answers by RFC 7616, or RFC 2069 without qop, independently of the library."""

    def __init__(self, username: str, password: str, algorithm: str = "MD5", qop: str = 'qop="auth"') -> None:
        self.username = username
        self.password = password
        self.algorithm = algorithm
        self.qop = qop
        self.nonce = 1
        self.counts: list[str] = []
        self.stale = ""

    @property
    def challenge(self) -> str:
        fields = ['realm="snöm, phone"', f'nonce="n{self.nonce}"', 'opaque="o=1"', self.qop, self.stale]
        if self.algorithm != "MD5":
            fields.append(f"algorithm={self.algorithm}")
        return "Digest " + ", ".join(field for field in fields if field)

    def __call__(self, request: str) -> bytes:
        return HOME if self.is_right(request) else unauthorized(self.challenge)

    def is_right(self, request: str) -> bool:
        # RawServer reads latin-1, user names are sent as UTF-8.
        header = authorization(request).encode("latin-1").decode()
        if not header.startswith("Digest "):
            return False
        fields = {name: quoted or plain for name, quoted, plain in re.findall(r'(\w+)=(?:"([^"]*)"|([^," ]+))', header)}
        digest = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}[self.algorithm]

        def hashed(*parts: str) -> str:
            return digest(":".join(parts).encode()).hexdigest()

        uri = request.split(" ")[1]
        parts = [f"n{self.nonce}"]
        if self.qop:
            self.counts.append(fields["nc"])
            parts += [fields["nc"], fields["cnonce"], "auth"]
        response = hashed(hashed(self.username, "snöm, phone", self.password), *parts, hashed("GET", uri))
        return (
            fields["username"] == self.username
            and fields["realm"] == "snöm, phone"
            and fields["nonce"] == f"n{self.nonce}"
            and fields["uri"] == uri
            and fields["opaque"] == "o=1"
            and fields.get("qop") == ("auth" if self.qop else None)
            and fields.get("algorithm", "MD5") == self.algorithm
            and fields["response"] == response
        )


def connect(
    server: RawServer, username: str | None = "admin", password: str | None = "right", auth: str = "auto"
) -> closing[HttpPhone]:
    return closing(
        HttpPhone(
            Connection(
                address="127.0.0.1", port=server.port, scheme="http", username=username, password=password, auth=auth
            )
        )
    )


def schemes(server: RawServer) -> list[str]:
    return [authorization(request).split(" ")[0] for request in server.requests]


# Learning what the phone wants


def test_an_open_phone_never_sees_the_credentials() -> None:
    with RawServer(lambda request: HOME) as server, connect(server) as phone:
        phone.get("/index.htm")
    assert schemes(server) == [""]


@pytest.mark.parametrize(
    ("serve", "auth", "login"),
    [
        (lambda request: HOME, "auto", False),
        (BasicServer("admin", "right"), "auto", True),
        (DigestServer("admin", "right"), "digest", True),
        # Sent unasked: the phone may ignore them.
        (lambda request: HOME, "basic", None),
        (BasicServer("admin", "right"), "basic", None),
    ],
    ids=["open", "basic", "digest", "open, unasked", "basic, unasked"],
)
def test_an_answer_says_whether_the_phone_wanted_a_login(
    serve: Callable[[str], bytes], auth: str, login: bool | None
) -> None:
    with RawServer(serve) as server, connect(server, auth=auth) as phone:
        assert [phone.get("/index.htm").login for _again in range(2)] == [login, login]


@pytest.mark.parametrize("auth", ["auto", "basic"])
def test_a_request_without_a_login_gets_none_and_spoils_none(auth: str) -> None:
    with RawServer(BasicServer("admin", "right")) as server, connect(server, auth=auth) as phone:
        assert phone.get("/a.htm").status == 200
        before = len(server.requests)
        assert phone.get("/b.htm", login=False).status == 401
        assert [authorization(request) for request in server.requests[before:]] == [""]
        assert phone.get("/c.htm").status == 200
        assert len(server.requests) == before + 2


def test_basic_is_learned_from_the_challenge_and_then_sent_at_once() -> None:
    with RawServer(BasicServer("admin", "right")) as server, connect(server) as phone:
        assert phone.get("/index.htm").status == 200
        phone.close()
        assert phone.get("/info.htm").status == 200
    assert schemes(server) == ["", "Basic", "Basic"]


def test_basic_is_sent_at_once_if_asked_for() -> None:
    with RawServer(BasicServer("admin", "right")) as server, connect(server, auth="basic") as phone:
        assert phone.get("/index.htm").status == 200
    assert schemes(server) == ["Basic"]


def test_credentials_for_a_page_go_out_on_the_same_connection() -> None:
    with RawServer(BasicServer("admin", "right")) as server, connect(server) as phone:
        phone.get("/index.htm")
        phone.get("/index.htm")
    assert (schemes(server), server.connections) == (["", "Basic", "Basic"], 1)


def test_credentials_for_a_command_go_out_on_a_connection_of_their_own() -> None:
    with RawServer(BasicServer("admin", "right")) as server, connect(server) as phone:
        phone.get("/command.htm?key=F1")
        phone.get("/command.htm?key=F1")
    assert (schemes(server), server.connections) == (["", "Basic", "Basic"], 2)


def test_a_phone_may_end_the_connection_after_its_challenge() -> None:
    accepts = BasicServer("admin", "right")

    def reply(request: str) -> bytes | Last:
        return accepts(request) if authorization(request) else Last(UNAUTHORIZED)

    with RawServer(reply) as server, connect(server) as phone:
        assert phone.get("/index.htm").status == 200
    assert (schemes(server), server.connections) == (["", "Basic"], 2)


@pytest.mark.parametrize(
    ("username", "password"),
    [("Jörg", "pässwörd €"), ("a", ":colons:"), ("x" * 99, '"')],
)
def test_any_user_name_and_password_in_basic(username: str, password: str) -> None:
    with RawServer(BasicServer(username, password)) as server, connect(server, username, password) as phone:
        assert phone.get("/index.htm").status == 200


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
@pytest.mark.parametrize("qop", ["", 'qop="auth"', "qop=auth", 'qop="auth-int, auth"', 'QOP="AUTH"'])
@pytest.mark.parametrize("auth", ["auto", "digest"])
def test_digest(algorithm: str, qop: str, auth: str) -> None:
    digest = DigestServer("Jörg", "pässwörd €", algorithm, qop)
    with RawServer(digest) as server, connect(server, "Jörg", "pässwörd €", auth) as phone:
        for target in ("/command.htm?key=F1;%23,,1000", "/index.htm"):
            assert phone.get(target).status == 200
        phone.close()
        assert phone.get("/info.htm").status == 200
    assert schemes(server) == ["", "Digest", "Digest", "Digest"]
    assert digest.counts == (["00000001", "00000002", "00000003"] if qop else [])


def test_quotes_in_a_user_name_are_escaped() -> None:
    login = Login(Connection(address="10.0.0.1", username='a"b\\c', password="x"))
    login.challenged('Digest realm="r", nonce="n"')
    assert r'username="a\"b\\c"' in str(login.header("/"))


def test_what_was_learned_holds_in_every_thread() -> None:
    digest = DigestServer("admin", "right")
    with RawServer(digest) as server, connect(server) as phone:
        phone.get("/index.htm")
        thread = threading.Thread(target=phone.get, args=("/index.htm",))
        thread.start()
        thread.join(10)
    assert schemes(server) == ["", "Digest", "Digest"]


@pytest.mark.parametrize(
    ("challenges", "scheme"),
    [
        (['Basic realm="snom"'], "Basic"),
        (["basic"], "Basic"),
        (['BASIC REALM="x"'], "Basic"),
        (['Digest realm="r", nonce="n"'], "Digest"),
        (["DIGEST REALM=r,NONCE=n"], "Digest"),
        (['Basic realm="r"', 'Digest realm="r", nonce="n"'], "Digest"),
        (['Digest realm="r", nonce="n", Basic realm="r"'], "Digest"),
        (['Basic realm="r", Digest realm="r", nonce="n"'], "Digest"),
        (['Digest realm="r", nonce="n", algorithm=SHA-512-256', 'Digest realm="r", nonce="n"'], "Digest"),
        (['Digest realm="r", nonce="n", algorithm=SHA-512-256', "Basic"], "Basic"),
        (['Digest realm="r", nonce="n", qop="auth-int"', "Basic"], "Basic"),
        (['Digest realm="r"', "Basic"], "Basic"),
        (['Negotiate abc, Digest realm="a, basic b", nonce="n"'], "Digest"),
    ],
)
def test_the_best_answerable_challenge_is_taken(challenges: list[str], scheme: str) -> None:
    def reply(request: str) -> bytes:
        return HOME if authorization(request) else unauthorized(*challenges)

    with RawServer(reply) as server, connect(server) as phone:
        assert phone.get("/index.htm").status == 200
    assert schemes(server) == ["", scheme]


# Never again


@pytest.mark.parametrize("reset", [False, True])
def test_a_phone_that_hangs_up_on_a_login_gets_it_twice_and_not_for_as_long_as_there_is_time(reset: bool) -> None:
    def reply(request: str) -> bytes | Last:
        return Last(reset=reset) if authorization(request) else unauthorized('Digest realm="r", nonce="n"')

    with RawServer(reply) as server, connect(server) as phone, pytest.raises(AnswerLost):
        phone.get("/index.htm")
    # On the connection that was kept, and once more on a new one: it may be that the phone keeps none.
    assert schemes(server) == ["", "Digest", "", "Digest"]


@pytest.mark.parametrize("auth", ["auto", "basic"])
def test_a_refused_password_is_sent_exactly_once_in_basic(auth: str) -> None:
    with RawServer(BasicServer("admin", "right")) as server, connect(server, password="wrong", auth=auth) as phone:
        for target in ("/index.htm", "/info.htm", "/index.htm"):
            with pytest.raises(AuthFailed, match=r"127\.0\.0\.1: the phone refused .*snom_username, snom_password"):
                phone.get(target)
            phone.close()
    assert schemes(server) == (["", "Basic"] if auth == "auto" else ["Basic"])


@pytest.mark.parametrize("also", [[], ['Basic realm="snom"']])
def test_a_refused_password_is_sent_exactly_once_in_digest(also: list[str]) -> None:
    digest = DigestServer("admin", "right")

    def reply(request: str) -> bytes:
        return HOME if digest.is_right(request) else unauthorized(digest.challenge, *also)

    with RawServer(reply) as server, connect(server, password="wrong") as phone:
        for _unused in range(3):
            with pytest.raises(AuthFailed, match="the phone refused"):
                phone.get("/index.htm")
    assert schemes(server) == ["", "Digest"]


def test_threads_that_wait_do_not_send_a_refused_password() -> None:
    with RawServer(BasicServer("admin", "right")) as server, connect(server, password="wrong") as phone:
        failures: list[AuthFailed] = []

        def get() -> None:
            try:
                phone.get("/index.htm")
            except AuthFailed as error:
                failures.append(error)

        threads = [threading.Thread(target=get) for _unused in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
    assert len(failures) == 8
    assert schemes(server) == ["", "Basic"]


@pytest.mark.parametrize("auth", ["auto", "basic", "digest"])
@pytest.mark.parametrize(
    ("username", "password"), [(None, None), ("", ""), (None, "right"), ("admin", None), ("admin", "")]
)
def test_half_a_login_is_never_sent(auth: str, username: str | None, password: str | None) -> None:
    """A variable of the environment that is not set gives an empty password, which counts as a failed login."""
    with RawServer(BasicServer("admin", "right")) as server, connect(server, username, password, auth) as phone:
        for _unused in range(2):
            with pytest.raises(AuthFailed, match="Set snom_username and snom_password"):
                phone.get("/index.htm")
    assert schemes(server) == [""]


@pytest.mark.parametrize(
    ("auth", "challenges", "sent"),
    [
        ("digest", ["Basic"], [""]),
        ("basic", ['Digest realm="r", nonce="n"'], ["Basic"]),
        ("auto", ["Negotiate"], [""]),
        ("auto", [""], [""]),
        ("auto", ['Digest realm="r", nonce="n", algorithm=MD4'], [""]),
    ],
)
def test_a_login_that_does_not_go_together(auth: str, challenges: list[str], sent: list[str]) -> None:
    with RawServer(lambda request: unauthorized(*challenges)) as server, connect(server, auth=auth) as phone:
        for _unused in range(2):
            with pytest.raises(AuthFailed, match=r"the phone asks for a login by .* snom_auth"):
                phone.get("/index.htm")
    assert schemes(server) == sent


def test_a_login_that_ends_in_the_lock_out_page() -> None:
    locked = page("<html><body>The web interface is blocked for 1 minute.</body></html>")

    def reply(request: str) -> bytes:
        return locked if authorization(request) else UNAUTHORIZED

    with RawServer(reply) as server, connect(server) as phone, pytest.raises(LockedOut):
        phone.get("/index.htm")
    assert schemes(server) == ["", "Basic"]


# Nonces grow old


@pytest.mark.parametrize("stale", ["stale=true", 'stale="TRUE"'])
def test_a_nonce_that_worked_is_renewed(stale: str) -> None:
    digest = DigestServer("admin", "right")
    with RawServer(digest) as server, connect(server) as phone:
        phone.get("/index.htm")
        digest.nonce, digest.stale = 2, stale
        assert phone.get("/index.htm").status == 200
        digest.nonce = 3
        assert phone.get("/index.htm").status == 200
    assert schemes(server) == ["", *["Digest"] * 5]
    assert digest.counts == ["00000001", "00000002", "00000001", "00000002", "00000001"]


def test_a_nonce_that_is_stale_at_once_is_renewed_once() -> None:
    digest = DigestServer("admin", "right")

    def reply(request: str) -> bytes:
        if authorization(request):
            digest.nonce, digest.stale = 2, "stale=true"
        return digest(request)

    with RawServer(reply) as server, connect(server) as phone:
        assert phone.get("/index.htm").status == 200
    assert schemes(server) == ["", "Digest", "Digest"]


def test_nonces_that_are_always_stale_are_given_up() -> None:
    with (
        RawServer(lambda request: unauthorized('Digest realm="r", nonce="n", stale=true')) as server,
        connect(server) as phone,
    ):
        for _unused in range(2):
            with pytest.raises(AuthFailed, match="the phone refused"):
                phone.get("/index.htm")
    assert schemes(server) == ["", "Digest", "Digest"]


@pytest.mark.parametrize("stale", ["", "stale=false"])
@pytest.mark.parametrize(("nonce", "times"), [(1, 1), (2, 2)])
def test_a_password_that_changed_is_sent_once_or_once_more_for_another_nonce(
    nonce: int, times: int, stale: str
) -> None:
    digest = DigestServer("admin", "right")
    with RawServer(digest) as server, connect(server) as phone:
        phone.get("/index.htm")
        digest.password, digest.nonce, digest.stale = "new", nonce, stale
        for _unused in range(2):
            with pytest.raises(AuthFailed, match="the phone refused"):
                phone.get("/index.htm")
    assert schemes(server) == ["", "Digest", *["Digest"] * times]


@pytest.mark.parametrize("qop", ["", 'qop="auth"'])
@pytest.mark.parametrize("target", ["/index.htm", "/command.htm?key=F1"])
def test_a_nonce_that_serves_once_and_does_not_say_so_is_asked_for_each_time(target: str, qop: str) -> None:
    digest = DigestServer("admin", "right", qop=qop)

    def reply(request: str) -> bytes:
        answer = digest(request)
        digest.nonce += answer == HOME
        return answer

    with RawServer(reply) as server, connect(server) as phone:
        answers = [phone.get(target) for _unused in range(4)]
    assert [(answer.status, answer.login) for answer in answers] == [(200, True)] * 4
    # The second request finds it out.
    assert schemes(server) == ["", "Digest", "Digest", "Digest", "", "Digest", "", "Digest"]
    assert digest.counts == (["00000001", "00000002", "00000001", "00000001", "00000001"] if qop else [])


def test_a_password_that_changed_after_that_is_sent_once() -> None:
    digest = DigestServer("admin", "right")
    with RawServer(digest) as server, connect(server) as phone:
        for nonce in range(1, 4):
            digest.nonce = nonce
            assert phone.get("/index.htm").status == 200
        digest.password, digest.nonce = "new", 4
        before = len(server.requests)
        for _unused in range(2):
            with pytest.raises(AuthFailed, match="the phone refused"):
                phone.get("/index.htm")
    assert schemes(server)[before:] == ["", "Digest"]


def test_a_nonce_that_serves_once_is_not_used_again_where_its_answer_could_not_be_read() -> None:
    digest, spoiled = DigestServer("admin", "right"), [False]

    def reply(request: str) -> bytes | Last:
        answer = digest(request)
        if answer != HOME:
            return answer
        digest.nonce += 1
        return Last(b"nonsense\r\n\r\n") if spoiled[0] else answer

    with RawServer(reply) as server, connect(server) as phone:
        phone.get("/index.htm")
        phone.get("/index.htm")
        spoiled[0] = True
        with pytest.raises(AnswerUnreadable):
            phone.get("/index.htm")
        spoiled[0] = False
        assert phone.get("/index.htm").status == 200
    assert schemes(server)[-2:] == ["", "Digest"]


def test_a_login_that_was_never_accepted_is_sent_once_whatever_nonce_comes_back() -> None:
    digest = DigestServer("admin", "right")

    def reply(request: str) -> bytes:
        digest.nonce += 1
        return digest(request)

    with RawServer(reply) as server, connect(server, password="wrong") as phone:
        for _unused in range(2):
            with pytest.raises(AuthFailed, match="the phone refused"):
                phone.get("/index.htm")
    assert schemes(server) == ["", "Digest"]


def test_a_phone_that_was_gone_is_asked_for_a_new_nonce() -> None:
    digest = DigestServer("admin", "right")
    restarts = False

    def reply(request: str) -> bytes | Last:
        return Last(b"", reset=True) if restarts else digest(request)

    with RawServer(reply) as server, connect(server) as phone:
        phone.get("/index.htm")
        phone.close()
        restarts = True
        with pytest.raises(AnswerLost):
            phone.get("/index.htm")
        restarts, digest.nonce = False, 2
        assert phone.get("/index.htm").login is True
    assert schemes(server) == ["", "Digest", "Digest", "", "Digest"]


def test_a_phone_that_can_not_be_reached_is_asked_for_a_new_nonce(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_arguments: object) -> NoReturn:
        raise PhoneUnreachable("No route to it.")

    digest = DigestServer("admin", "right")
    with RawServer(digest) as server, connect(server) as phone:
        phone.get("/index.htm")
        phone.close()
        with monkeypatch.context() as patched:
            patched.setattr(http_phone, "open_socket", unreachable)
            with pytest.raises(PhoneUnreachable):
                phone.get("/index.htm")
        digest.nonce = 2
        assert phone.get("/index.htm").status == 200
    assert schemes(server) == ["", "Digest", "", "Digest"]


def test_a_nonce_that_rested_is_not_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also if the machine slept meanwhile: the phone may have restarted while nobody looked."""
    clock, boot_time = SimpleNamespace(rest=0.0), time.clock_gettime
    monkeypatch.setattr(time, "clock_gettime", lambda which: boot_time(which) + clock.rest)
    digest = DigestServer("admin", "right")
    is_open = False

    def reply(request: str) -> bytes:
        return HOME if is_open else digest(request)

    with RawServer(reply) as server, connect(server) as phone:
        phone.get("/index.htm")
        clock.rest += NONCE_REST - 1
        phone.get("/index.htm")
        clock.rest += NONCE_REST - 1
        phone.get("/index.htm")
        digest.nonce = 2
        clock.rest += NONCE_REST + 1
        assert phone.get("/index.htm").login is True
        is_open = True
        clock.rest += NONCE_REST + 1
        assert phone.get("/index.htm").login is False
    assert schemes(server) == ["", "Digest", "Digest", "Digest", "", "Digest", ""]


def test_an_answer_that_forbids_still_accepts_the_login() -> None:
    digest = DigestServer("admin", "right")

    def reply(request: str) -> bytes:
        forbidden = digest.nonce == 1 and digest.is_right(request)
        return page("", "403 Forbidden") if forbidden else digest(request)

    with RawServer(reply) as server, connect(server) as phone:
        with pytest.raises(Blocked):
            phone.get("/command.htm?key=ENTER")
        digest.nonce, digest.stale = 2, "stale=true"
        assert phone.get("/index.htm").status == 200
    assert schemes(server) == ["", "Digest", "Digest", "Digest"]


@pytest.mark.parametrize("first", ["Basic", "Digest"])
def test_a_web_server_that_changes_its_scheme_is_followed(first: str) -> None:
    servers: dict[str, Callable[[str], bytes]] = {
        "Basic": BasicServer("admin", "right"),
        "Digest": DigestServer("admin", "right"),
    }
    second = "Digest" if first == "Basic" else "Basic"
    now = first

    def answer(request: str) -> bytes:
        return servers[now](request)

    with RawServer(answer) as server, connect(server) as phone:
        phone.get("/index.htm")
        now = second
        assert phone.get("/index.htm").status == 200
        now = first
        assert phone.get("/index.htm").status == 200
    assert schemes(server) == ["", first, first, second, second, first]


def test_a_web_server_that_changes_its_scheme_on_and_on_is_given_up() -> None:
    def reply(request: str) -> bytes:
        return unauthorized('Digest realm="r", nonce="n"' if authorization(request).startswith("Basic") else "Basic")

    with RawServer(reply) as server, connect(server) as phone, pytest.raises(AuthFailed):
        phone.get("/index.htm")
    assert schemes(server) == ["", "Basic", "Digest"]


# Options


def test_a_bad_auth_is_refused() -> None:
    with pytest.raises(InputError, match="snom_auth must be one of auto, basic, digest"):
        HttpPhone(Connection(address="10.0.0.1", auth="ntlm"))


@pytest.mark.parametrize("username", ["a\r\nX-Injected: 1", "a\0", "a\x7f"])
def test_a_user_name_with_control_characters_is_refused(username: str) -> None:
    with pytest.raises(InputError, match="snom_username"):
        HttpPhone(Connection(address="10.0.0.1", username=username))


@given(st.text(alphabet='BbasicDdigest ,="\\nonceqpalr5;\xe4'), st.sampled_from(["auto", "basic", "digest"]))
def test_any_challenge_is_answered_or_refused(challenge: str, auth: str) -> None:
    login = Login(Connection(address="10.0.0.1", username="admin", password="s3cr3t", auth=auth))
    sent = []

    def send_and_be_challenged() -> None:
        for _unused in range(9):
            sent.append(login.header("/"))
            login.challenged(challenge)

    with pytest.raises(AuthFailed) as error:
        send_and_be_challenged()
    assert len(sent) - sent.count(None) <= 2
    assert "s3cr3t" not in error.value.reason
