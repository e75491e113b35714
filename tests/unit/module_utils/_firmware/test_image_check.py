# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import hashlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import Refused
from ansible_collections.telephony.snom.plugins.module_utils._firmware import image_check as images
from ansible_collections.telephony.snom.plugins.module_utils._firmware.image_check import verify_image, without_secrets
from ansible_collections.telephony.snom.plugins.module_utils._known.image_path import Hop
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.tests.unit.raw_server import Endless, RawServer
from ansible_collections.telephony.snom.tests.unit.serving import serving
from ansible_collections.telephony.snom.tests.virtual_phones.tls import own_context

IMAGE = bytes(range(256)) * 300
SHA1 = hashlib.sha1(IMAGE, usedforsecurity=False).hexdigest()
SHA256 = hashlib.sha256(IMAGE).hexdigest()


MOVED = {"/to-no-host": "http://[::1/x", "/to-no-port": "http://127.0.0.1:1:2/x"}
ELSEWHERE = {
    "/elsewhere": "http://localhost:{port}/good",
    "/metadata": "http://169.254.169.254/latest",
    "/to-no-text": "http://m\xff/x",
    "/login": "http://127.0.0.1:80@localhost:{port}/good",
    "/backslash": "http://localhost:{port}\\@127.0.0.1/good",
    "/slashes": "//localhost:{port}/good",
}


class Handler(BaseHTTPRequestHandler):
    """/good is the image; other paths have one thing wrong."""

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        assert isinstance(self.server, Mirror)
        self.server.requests.append((self.command, self.path, dict(self.headers)))
        path = self.path.partition("?")[0]
        if path in ELSEWHERE:
            self.send_response(302)
            self.send_header("Location", ELSEWHERE[path].replace("{port}", str(self.server.server_port)))
            self.end_headers()
        elif path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/good")
            self.end_headers()
        elif path in MOVED:
            self.send_response(302)
            self.send_header("Location", MOVED[path])
            self.end_headers()
        elif path == "/chunk":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nhello")
        elif path == "/missing":
            self.send_error(404)
        else:
            self.send_response(200)
            if path != "/no-length":
                self.send_header("Content-Length", "\xb2" if path == "/odd-length" else str(len(IMAGE)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(IMAGE[:1000] if path == "/cut-off" else IMAGE)

    def log_message(self, *_arguments: object) -> None:
        pass


class Mirror(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests: list[tuple[str, str, dict[str, str]]] = []

    def hop(
        self, path: str, *, size: int | None = len(IMAGE), sha1: str | None = SHA1, sha256: str | None = None
    ) -> Hop:
        url = f"http://127.0.0.1:{self.server_port}{path}"
        return Hop(
            version=Version((1, 2)),
            file="x.bin",
            url=url,
            image_url=url,
            size=size,
            sha1=sha1,
            sha256=sha256,
            chained=False,
        )


@pytest.fixture(name="mirror", scope="module")
def _mirror() -> Iterator[Mirror]:
    with serving(Mirror()) as server:
        yield server


@pytest.mark.parametrize("how", ["head", "full"])
@pytest.mark.parametrize("path", ["/good", "/moved", "/no-length", "/odd-length"])
def test_an_image_that_is_there(mirror: Mirror, how: str, path: str) -> None:
    mirror.requests.clear()
    verify_image(mirror.hop(path), how)
    verify_image(mirror.hop(path, size=None, sha1=None), how)
    verify_image(mirror.hop(path, sha1=SHA1.upper()), how)
    assert {method for method, _path, _headers in mirror.requests} == {"HEAD" if how == "head" else "GET"}


def test_a_server_is_asked_for_the_file_as_it_is(mirror: Mirror) -> None:
    # Else the length may be that of a compressed answer.
    mirror.requests.clear()
    verify_image(mirror.hop("/good"), "head")
    assert mirror.requests[0][2]["Accept-Encoding"] == "identity"


@pytest.mark.parametrize("how", ["head", "full"])
def test_a_redirect_takes_no_login_along(
    mirror: Mirror, how: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine localhost login u password p\nmachine 127.0.0.1 login u password p\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    mirror.requests.clear()
    verify_image(mirror.hop("/moved"), how)
    assert [path for _method, path, _headers in mirror.requests] == ["/moved", "/good"]
    for _method, _path, headers in mirror.requests:
        assert "authorization" not in {name.lower() for name in headers}


@pytest.mark.parametrize("how", ["head", "full"])
@pytest.mark.parametrize("path", ELSEWHERE)
def test_a_redirect_leads_to_no_other_host(mirror: Mirror, how: str, path: str) -> None:
    mirror.requests.clear()
    with pytest.raises(Refused, match=rf"sends whoever asks for http://127.0.0.1:\d+{path} to another host\. Give"):
        verify_image(mirror.hop(path), how)
    assert [path for _method, path, _headers in mirror.requests] == [path]


@pytest.mark.parametrize("path", [*MOVED, "/chunk"])
def test_what_no_mirror_answers(mirror: Mirror, path: str) -> None:
    with pytest.raises(Refused, match=r"The controller can't fetch"):
        verify_image(mirror.hop(path), "full")


@pytest.mark.parametrize("how", ["head", "full"])
def test_an_image_that_is_missing(mirror: Mirror, how: str) -> None:
    with pytest.raises(Refused, match=r"answers 404 for http://127\.0\.0\.1:\d+/missing\."):
        verify_image(mirror.hop("/missing"), how)


@pytest.mark.parametrize("how", ["head", "full"])
def test_an_image_of_the_wrong_size(mirror: Mirror, how: str) -> None:
    with pytest.raises(Refused, match=f"has {len(IMAGE)} bytes, but the catalogue says 7"):
        verify_image(mirror.hop("/good", size=7, sha1=None), how)


def test_only_the_whole_image_tells_its_hash(mirror: Mirror) -> None:
    other = mirror.hop("/good", sha1="0" * 40)
    verify_image(other, "head")
    with pytest.raises(Refused, match=f"has the SHA-1 {SHA1}"):
        verify_image(other, "full")


def test_each_hash_that_is_known_is_compared(mirror: Mirror) -> None:
    verify_image(mirror.hop("/good", sha256=SHA256.upper()), "full")
    verify_image(mirror.hop("/good", sha1=None, sha256=SHA256), "full")
    with pytest.raises(Refused, match=f"has the SHA-256 {SHA256}"):
        verify_image(mirror.hop("/good", sha256="0" * 64), "full")


def test_an_image_that_is_cut_off(mirror: Mirror) -> None:
    with pytest.raises(Refused, match="can't fetch"):
        verify_image(mirror.hop("/cut-off", size=None, sha1=None), "full")


HEAD = b"HTTP/1.1 200 OK\r\n"
AWAY = b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\n\r\n"


def hop_to(server: RawServer, size: int | None = 4) -> Hop:
    url = f"http://127.0.0.1:{server.port}/x.bin"
    return Hop(version=Version((1, 2)), file="x.bin", url=url, image_url=url, size=size, sha1=None, chained=False)


@pytest.mark.parametrize(
    ("how", "answer"),
    [
        ("head", Endless(HEAD, b"X: y\r\n")),
        ("head", Endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n")),
        ("full", Endless(HEAD, b"X: y\r\n")),
        ("full", Endless(HEAD + b"Content-Length: 40000\r\n\r\n", b"x")),
        ("full", Endless(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n")),
        ("full", Endless(AWAY, b"x")),
    ],
)
def test_a_mirror_that_trickles(how: str, answer: Endless, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is never silent, and never done."""
    monkeypatch.setattr(images, "WINDOW", 0.5)
    monkeypatch.setattr(images, "SLOWEST", 1024 * 1024)
    with (
        RawServer(lambda _request: answer) as server,
        pytest.raises(Refused, match="at less than 1024 KB a second") as refusal,
    ):
        verify_image(hop_to(server, 40000), how)
    assert "verify_image: none" in refusal.value.reason


def test_a_window_with_enough_bytes_is_followed_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "WINDOW", 10.0)
    monkeypatch.setattr(images, "SLOWEST", 100)
    now = [0.0]
    monkeypatch.setattr(images.time, "monotonic", lambda: now[0])
    pace = images.Pace(10_000, lambda: True)
    assert pace.left() == 10.0
    pace.took(999)
    now[0] = 9.0
    assert pace.left() == 1.0
    pace.took(1)
    assert pace.left() == images.TIMEOUT
    now[0] = 21.0
    assert not pace.is_slow() and pace.left() == images.TIMEOUT
    now[0] = 22.0
    assert pace.left() == 9.0
    now[0] = 31.0
    assert pace.is_slow() and pace.left() == 0.0


def test_a_body_that_does_not_end_is_read_to_one_byte_more_than_it_may_have() -> None:
    with (
        RawServer(lambda _request: Endless(HEAD + b"\r\n12345", b"6")) as server,
        pytest.raises(Refused, match="has more than 4 bytes, but the catalogue says so many"),
    ):
        verify_image(hop_to(server), "full")


def test_a_body_of_another_length_is_not_read_at_all() -> None:
    with (
        RawServer(lambda _request: Endless(HEAD + b"Content-Length: 40000000\r\n\r\n", b"x")) as server,
        pytest.raises(Refused, match="has 40000000 bytes, but the catalogue says 4"),
    ):
        verify_image(hop_to(server), "full")


def test_a_body_that_is_larger_than_any_image(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "LARGEST", 100)
    with (
        RawServer(lambda _request: Endless(HEAD + b"\r\n", b"x" * 60)) as server,
        pytest.raises(Refused, match="more than 100 bytes"),
    ):
        verify_image(hop_to(server, None), "full")


@pytest.mark.parametrize("how", ["head", "full"])
def test_a_head_without_end(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not slow."""
    monkeypatch.setattr(images, "LARGEST_HEAD", 10_000)
    with (
        RawServer(lambda _request: Endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100)) as server,
        pytest.raises(Refused, match="can't fetch"),
    ):
        verify_image(hop_to(server), how)


class Trusting(requests.Session):
    """It takes the certificate of a test."""

    def __init__(self) -> None:
        super().__init__()
        self.verify = False


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_over_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    context = own_context("mirror", "127.0.0.1", None)
    good = HEAD + b"Content-Length: 4\r\n\r\ngood"
    with RawServer(lambda request: good if request.startswith("GET") else good[:-4], context) as server:
        hop = hop_to(server)
        hop = replace(hop, image_url=hop.image_url.replace("http", "https"))
        with pytest.raises(Refused, match=r"can't fetch https://127.* \(SSLError\)"):
            verify_image(hop, "full")
        monkeypatch.setattr(images, "Session", Trusting)
        verify_image(hop, "head")
        verify_image(hop, "full")
    monkeypatch.setattr(images, "WINDOW", 0.5)
    monkeypatch.setattr(images, "SLOWEST", 1024 * 1024)
    with (
        RawServer(lambda _request: Endless(HEAD, b"X: y\r\n"), context) as server,
        pytest.raises(Refused, match="at less than"),
    ):
        verify_image(replace(hop, image_url=f"https://127.0.0.1:{server.port}/x.bin"), "head")


def test_what_nobody_wants_any_more_is_not_read_on() -> None:
    wanted = threading.Event()
    wanted.set()

    def answer(_request: str) -> Endless:
        wanted.clear()
        return Endless(HEAD + b"Content-Length: 4\r\n\r\n", b"")

    with RawServer(answer) as server, pytest.raises(Refused):
        verify_image(hop_to(server), "full", wanted.is_set)


def test_images_that_only_phones_can_reach(mirror: Mirror) -> None:
    mirror.requests.clear()
    verify_image(mirror.hop("/missing"), "none")
    assert mirror.requests == []


def closed_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@pytest.mark.parametrize("how", ["head", "full"])
def test_a_mirror_that_is_down(how: str) -> None:
    url = f"http://127.0.0.1:{closed_port()}/x.bin"
    hop = Hop(version=Version((1, 2)), file="x.bin", url=url, image_url=url, size=None, sha1=None, chained=False)
    with pytest.raises(Refused, match="Start the mirror") as refusal:
        verify_image(hop, how)
    assert "verify_image: none" in refusal.value.reason


def test_the_proxy_of_the_environment_is_not_asked(mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{closed_port()}")
    monkeypatch.delenv("no_proxy", raising=False)
    verify_image(mirror.hop("/good"), "head")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://images.example/fw/x.bin", "http://images.example/fw/x.bin"),
        ("https://user:pass@images.example:8443/x.bin?token=abc#d", "https://images.example:8443/x.bin"),
    ],
)
def test_what_is_shown_of_a_url(url: str, shown: str) -> None:
    assert without_secrets(url) == shown


def test_no_error_shows_the_query(mirror: Mirror) -> None:
    for path in ("/missing?token=abc", "/good?token=abc"):
        with pytest.raises(Refused) as refusal:
            verify_image(mirror.hop(path, size=7), "full")
        assert "abc" not in refusal.value.reason
