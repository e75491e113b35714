# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Logins of the classic web server: Basic, Digest, and the lock after too many failures (protocol 2.2, 2.3)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import itertools
import re
import time
from typing import Literal

from .http_server import Request

# Groups of failures that lock the web interface: more than three at first, then each further three (2.3).
FIRST_FAILURES = 4
MORE_FAILURES = 3

_nonces = itertools.count(1)


def md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


class Lock:
    """Counts failed logins. A good login forgets them; a locked server counts none [both invented]."""

    def __init__(self) -> None:
        self._failures = 0
        self._locks = 0
        self._until = 0.0

    def locked(self) -> bool:
        return time.monotonic() < self._until

    def failed(self, first_lock: float) -> bool:
        """Count a failure, and return whether it locked the server. first_lock: seconds; each lock doubles."""
        self._failures += 1
        if self._failures < (MORE_FAILURES if self._locks else FIRST_FAILURES):
            return False
        self._until = time.monotonic() + first_lock * 2**self._locks
        self._locks += 1
        self._failures = 0
        return True

    def passed(self) -> None:
        self._failures = self._locks = 0


class Nonce:
    """The one nonce of a phone. Real challenges are unknown (2.2): qop, use count and stale answers are invented."""

    def __init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        self.value = md5(f"virtual phone {next(_nonces)}")
        self.uses = 0


# Credentials of the other scheme are bad ones [invented].
Verdict = Literal["good", "bad", "missing", "stale"]


def check_basic(request: Request, user: str, password: str) -> Verdict:
    scheme, _unused, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return "bad" if scheme else "missing"
    try:
        given = base64.b64decode(value, validate=True).decode("utf-8", "replace")
    except binascii.Error:
        return "bad"
    return "good" if given == f"{user}:{password}" else "bad"


def check_digest(request: Request, user: str, password: str, nonce: Nonce, most_uses: int) -> Verdict:
    """Check an answer to the challenge, with qop or without. most_uses: 0 for a nonce that never gets stale."""
    scheme, _unused, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "digest":
        return "bad" if scheme else "missing"
    given = {name: quoted or bare for name, quoted, bare in re.findall(r'(\w+)=(?:"([^"]*)"|([^\s,]+))', value)}
    if given.get("uri") != request.target:
        return "bad"
    middle = given.get("nonce", "")
    if "qop" in given:
        middle += f":{given.get('nc')}:{given.get('cnonce')}:{given['qop']}"
    secret = md5(f"{user}:snom:{password}")
    wanted = md5(f"{secret}:{middle}:{md5(f'{request.method}:{request.target}')}")
    if given.get("username") != user or given.get("response") != wanted:
        return "bad"
    if given.get("nonce") != nonce.value or (most_uses and nonce.uses >= most_uses):
        nonce.renew()
        return "stale"
    nonce.uses += 1
    return "good"


def digest_challenge(nonce: Nonce, qop: str, stale: bool) -> str:
    ways = ', qop="auth"' if qop == "auth" else ""
    return f'Www-Authenticate: Digest realm="snom", nonce="{nonce.value}", algorithm=MD5{ways}' + (
        ", stale=true" if stale else ""
    )
