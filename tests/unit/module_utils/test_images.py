# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import hashlib
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from ansible_collections.telephony.snom.plugins.module_utils.errors import Refused
from ansible_collections.telephony.snom.plugins.module_utils.images import verify_image, without_secrets
from ansible_collections.telephony.snom.plugins.module_utils.upgrade_path import Hop
from ansible_collections.telephony.snom.plugins.module_utils.version import Version

IMAGE = bytes(range(256)) * 300
SHA1 = hashlib.sha1(IMAGE, usedforsecurity=False).hexdigest()


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
        if path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/good")
            self.end_headers()
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

    def hop(self, path: str, *, size: int | None = len(IMAGE), sha1: str | None = SHA1) -> Hop:
        url = f"http://127.0.0.1:{self.server_port}{path}"
        return Hop(version=Version((1, 2)), file="x.bin", url=url, image_url=url, size=size, sha1=sha1, chained=False)


@pytest.fixture(name="mirror", scope="module")
def _mirror() -> Iterator[Mirror]:
    with Mirror() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


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


def test_an_image_that_is_cut_off(mirror: Mirror) -> None:
    with pytest.raises(Refused, match="can't fetch"):
        verify_image(mirror.hop("/cut-off", size=None, sha1=None), "full")


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
