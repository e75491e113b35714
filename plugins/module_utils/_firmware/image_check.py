# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Look at a firmware image where phones will fetch it, before a phone is told to."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from .._core.errors import Refused
from .._core.paced_http import PacedAdapter
from .._core.timed_response import AtMost, read_length
from .._known.image_path import Hop

# Whoever runs an operation has said so already where it is missing: `client.HAS_REQUESTS`.
try:
    from requests import RequestException, Response, Session
    from urllib3.exceptions import HTTPError
    from urllib3.util import parse_url
except ImportError:
    pass

TIMEOUT = 15.0
"""Seconds that a mirror may stay silent."""

WINDOW = 45.0
"""Seconds within which a mirror has to send what it would at the slowest speed, or else the end."""

SLOWEST = 4096
"""Bytes a second. A slow line may be shared by many images at a time; below this none arrives in a night."""

LARGEST = 512 * 1024 * 1024
"""Bytes that are read of an image whose size nobody knows: three times the largest known ones (protocol 3.1)."""

LARGEST_HEAD = 1024 * 1024
_CHUNK = 65536


def verify_image(hop: Hop, how: str, is_wanted: Callable[[], bool] = lambda: True) -> None:
    """Raise Refused unless the image is there and is what the catalogue says.

    how is ``head`` (it exists and has the right size), ``full`` (it is fetched and hashed) or ``none``. A mirror that
    only the phones can reach needs ``none``. Nothing more is read once is_wanted is false, and what is raised then says
    nothing about the image.
    """
    if how == "none":
        return
    shown = without_secrets(hop.image_url)
    most = LARGEST if hop.size is None else hop.size
    pace = Pace(LARGEST_HEAD + (most if how == "full" else 0), is_wanted)
    session = Session()
    session.trust_env = False
    for scheme in ("http://", "https://"):
        session.mount(scheme, PacedAdapter(pace))
    # Else a server may compress the file, and tell the length of that.
    session.headers["Accept-Encoding"] = "identity"
    session.hooks["response"].append(_stay)
    try:
        with (
            session,
            session.request(
                "GET" if how == "full" else "HEAD", hop.image_url, timeout=TIMEOUT, stream=True, allow_redirects=True
            ) as answer,
        ):
            if answer.status_code != 200:
                raise Refused(
                    f"The mirror answers {answer.status_code} for {shown}. "
                    "Put the image there, or correct mirror or catalog."
                )
            length = read_length(answer.headers.get("Content-Length", ""))
            _check_size(hop, length, shown)
            if how == "full":
                _check_content(hop, answer, length, most, shown)
    # A ValueError is that of a redirect to what is no URL.
    except (RequestException, HTTPError, OSError, ValueError) as error:
        if pace.is_slow():
            raise Refused(
                f"The mirror sends {shown} at less than {SLOWEST // 1024} KB a second. Look at the mirror and the line "
                "to it, or set verify_image: none if only the controller's line to it is slow."
            ) from None
        raise Refused(
            f"The controller can't fetch {shown} ({type(error).__name__}). Start the mirror, correct its URL, or set "
            "verify_image: none if only the phones can reach it."
        ) from None


def _stay(answer: Response, **_options: Any) -> None:
    """Raise Refused if an answer leads to another host: a mirror has no say in where the controller asks."""
    if not answer.is_redirect:
        return
    target = urljoin(answer.url, answer.headers["Location"])
    # Who connects reads a URL in one of these two ways.
    if {urlsplit(target).hostname, (parse_url(target).host or "").strip("[]")} != {urlsplit(answer.url).hostname}:
        raise Refused(
            f"The mirror sends whoever asks for {without_secrets(answer.url)} to another host. Give the address where "
            "the image itself is as mirror or in the catalogue."
        )


def _check_size(hop: Hop, size: int | None, shown: str) -> None:
    if hop.size is not None and size is not None and size != hop.size:
        raise Refused(f"{shown} has {size} bytes, but the catalogue says {hop.size}. Replace the file or the entry.")


def _check_content(hop: Hop, answer: Response, length: int | None, most: int, shown: str) -> None:
    """Read the image, and at most one byte more than it may have."""
    sha1, sha256 = hashlib.sha1(usedforsecurity=False), hashlib.sha256()
    size = 0
    while chunk := answer.raw.read(min(_CHUNK, most + 1 - size), decode_content=False):
        sha1.update(chunk)
        sha256.update(chunk)
        size += len(chunk)
        if size > most:
            whose = "no image has so many" if hop.size is None else "the catalogue says so many"
            raise Refused(f"{shown} has more than {most} bytes, but {whose}. Replace the file or the entry.")
    if length is not None and size < length:
        raise ConnectionError
    for name, digest, known in (("SHA-1", sha1, hop.sha1), ("SHA-256", sha256, hop.sha256)):
        if known and digest.hexdigest() != known.lower():
            raise Refused(f"{shown} has the {name} {digest.hexdigest()}, but the catalogue says {known}.")
    _check_size(hop, size, shown)


class Pace:
    """How long and how much a mirror may send, with all its redirects."""

    def __init__(self, most: int, is_wanted: Callable[[], bool]) -> None:
        """most is in bytes."""
        self._at_most = AtMost(most)
        self._is_wanted = is_wanted
        self._since = time.monotonic()
        self._received = 0

    def is_slow(self) -> bool:
        """Whether a window has ended without its bytes."""
        return time.monotonic() >= self._since + WINDOW and self._received < WINDOW * SLOWEST

    def left(self) -> float:
        """The seconds that the next bytes may take."""
        now = time.monotonic()
        if self.is_slow() or not self._is_wanted():
            return 0.0
        if self._received >= WINDOW * SLOWEST:
            if now >= self._since + WINDOW:
                self._since, self._received = now, 0
            return TIMEOUT
        return min(TIMEOUT, self._since + WINDOW - now)

    def took(self, count: int) -> None:
        """Note that so many bytes came. Raises ConnectionError where they are too many."""
        self._received += count
        self._at_most(count)


def without_secrets(url: str) -> str:
    """The URL without user, password and query, fit to be shown."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
