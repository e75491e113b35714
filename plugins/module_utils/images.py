# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Look at a firmware image where phones will fetch it, before a phone is told to."""

from __future__ import annotations

import contextlib
import hashlib
from urllib.parse import urlsplit, urlunsplit

from .errors import Refused
from .transport import read_length
from .upgrade_path import Hop

# Whoever runs an operation has said so already where it is missing: `http_phone.HAS_REQUESTS`.
with contextlib.suppress(ImportError):
    import requests

TIMEOUT = 15.0
"""Seconds that a mirror may stay silent."""


def verify_image(hop: Hop, how: str) -> None:
    """Raise Refused unless the image is there and is what the catalogue says.

    how is ``head`` (it exists and has the right size), ``full`` (it is fetched and hashed) or ``none``. A mirror that
    only the phones can reach needs ``none``.
    """
    if how == "none":
        return
    shown = without_secrets(hop.image_url)
    session = requests.Session()
    session.trust_env = False
    # Else a server may compress the file, and tell the length of that.
    session.headers["Accept-Encoding"] = "identity"
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
            size = read_length(answer.headers.get("Content-Length", ""))
            if how == "full":
                digest = hashlib.sha1(usedforsecurity=False)
                size = 0
                for chunk in answer.iter_content(65536):
                    digest.update(chunk)
                    size += len(chunk)
                if hop.sha1 and digest.hexdigest() != hop.sha1.lower():
                    raise Refused(f"{shown} has the SHA-1 {digest.hexdigest()}, but the catalogue says {hop.sha1}.")
            if hop.size is not None and size is not None and size != hop.size:
                raise Refused(
                    f"{shown} has {size} bytes, but the catalogue says {hop.size}. Replace the file or the entry."
                )
    except requests.RequestException as error:
        raise Refused(
            f"The controller can't fetch {shown} ({type(error).__name__}). Start the mirror, correct its URL, or set "
            "verify_image: none if only the phones can reach it."
        ) from None


def without_secrets(url: str) -> str:
    """The URL without user, password and query, fit to be shown."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
