# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an image is, by the server that has it: asked first, then fetched and hashed, and kept nowhere."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urljoin

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import Refused
from ansible_collections.telephony.snom.plugins.module_utils._core.paced_http import PacedAdapter
from ansible_collections.telephony.snom.plugins.module_utils._core.timed_response import read_length
from ansible_collections.telephony.snom.plugins.module_utils._core.visible import visible_line
from ansible_collections.telephony.snom.plugins.module_utils._firmware.image_check import (
    LARGEST,
    LARGEST_HEAD,
    SLOWEST,
    TIMEOUT,
    Pace,
    without_secrets,
)

# Who runs this has said so already where it is missing: `client.HAS_REQUESTS`.
try:
    from requests import RequestException, Response, Session
    from requests.utils import get_environ_proxies
    from urllib3.exceptions import HTTPError
except ImportError:
    pass

_CHUNK = 65536


class NotThere(Refused):
    """The server knows no such file."""


@dataclass(frozen=True, kw_only=True)
class Probed:
    """What an image was when it was fetched."""

    size: int
    """Bytes."""
    sha1: str
    sha256: str


def probe_image(url: str, *, use_proxy: bool = False, is_wanted: Callable[[], bool] = lambda: True) -> Probed:
    """Fetch an image from its server, and return its size and hashes.

    use_proxy heeds the environment's proxies. No redirect is followed: nobody has seen what a phone does then, and the
    catalogue is to name where the image is. Nothing more is read once is_wanted is false, and what is raised then says
    nothing about the image. Raises NotThere, and Refused for all else that is no image.
    """
    shown = visible_line(without_secrets(url))
    pace = Pace(2 * LARGEST_HEAD + LARGEST, is_wanted)
    session = Session()
    session.trust_env = False
    if use_proxy:
        session.proxies.update(get_environ_proxies(url))
    for scheme in ("http://", "https://"):
        session.mount(scheme, PacedAdapter(pace))
    # Else a server may compress the file, and tell the length of that.
    session.headers["Accept-Encoding"] = "identity"
    try:
        with session:
            with _answer(session, "HEAD", url, shown) as answer:
                announced = _length(answer, shown)
            with _answer(session, "GET", url, shown) as answer:
                return _read(answer, announced, _length(answer, shown), shown)
    # A ValueError is that of a redirect to what is no URL.
    except (RequestException, HTTPError, OSError, ValueError) as error:
        if pace.is_slow():
            raise Refused(
                f"The server sends {shown} at less than {SLOWEST // 1024} KB a second. Look at the line to it."
            ) from None
        raise Refused(
            f"{shown} can't be fetched ({type(error).__name__}). Is the server up, and its URL right? Through a proxy "
            f"it is asked {'if the environment names one' if use_proxy else 'only with use_proxy: true'}."
        ) from None


@contextmanager
def _answer(session: Session, method: str, url: str, shown: str) -> Iterator[Response]:
    with session.request(method, url, timeout=TIMEOUT, stream=True, allow_redirects=False) as answer:
        if 300 <= answer.status_code < 400:
            elsewhere = visible_line(without_secrets(urljoin(url, answer.headers.get("Location", ""))))
            raise Refused(
                f"{shown} leads to {elsewhere}. Whether phones follow is not known. If the image is there, add it to "
                "your catalog with that url, or give the server from which it comes."
            )
        if answer.status_code in (404, 410):
            raise NotThere(f"The server answers {answer.status_code} for {shown}.")
        if answer.status_code != 200:
            raise Refused(f"The server answers {answer.status_code} to {method} for {shown}. Look at the server.")
        kind = visible_line(answer.headers.get("Content-Type", "")).partition(";")[0].strip().lower()
        if kind.startswith("text/") or kind.endswith(("html", "xml", "json")):
            raise Refused(f"{shown} is no image: the server calls it {kind}. Correct the URL or the server.")
        yield answer


def _length(answer: Response, shown: str) -> int | None:
    length = read_length(answer.headers.get("Content-Length", ""))
    if length is not None and length > LARGEST:
        raise Refused(f"{shown} has {length} bytes. No image has more than {LARGEST}.")
    return length


def _read(answer: Response, announced: int | None, length: int | None, shown: str) -> Probed:
    sha1, sha256 = hashlib.sha1(usedforsecurity=False), hashlib.sha256()
    size = 0
    while chunk := answer.raw.read(min(_CHUNK, LARGEST + 1 - size), decode_content=False):
        if size == 0 and chunk.lstrip()[:1] == b"<":
            raise Refused(f"{shown} is no image: it begins like a web page. Correct the URL or the server.")
        sha1.update(chunk)
        sha256.update(chunk)
        size += len(chunk)
        if size > LARGEST:
            raise Refused(f"{shown} has more than {LARGEST} bytes. No image has so many.")
    if length is not None and size < length:
        raise ConnectionError
    if size == 0:
        raise Refused(f"{shown} is empty. Put the image there.")
    if announced not in (None, size):
        raise Refused(
            f"{shown} had {announced} bytes when its server was asked, and {size} when it was fetched. Is it being "
            "replaced? Run it again when that is done."
        )
    return Probed(size=size, sha1=sha1.hexdigest(), sha256=sha256.hexdigest())
