# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Logging in to a phone's web server: Basic or Digest, whichever the phone asks for (protocol 2.2).

A few failed logins lock the web interface, for longer each time (protocol 2.3). So credentials that were refused once
are never sent again. That is also why this is not requests' HTTPDigestAuth: that one forgets the nonce in another
thread, tries a refused password again with the next request, and stumbles over ``REALM=``.

What a phone says to the nonce of a former life is unknown (protocol 2.2). By RFC 7616 a 401 without ``stale=true``
means that the password is wrong, which browsers and curl go by as well. So a nonce is used only while the phone can't
have restarted since it accepted it; otherwise the phone is asked for a new one, and no password is sent in doubt. But
for one doubt: a nonce that was accepted may serve once, or end by its age, without a word of it. So where the phone
names another one, that is tried once, and each request asks for one of its own from then on.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from typing import NoReturn

from ..._core.clock import system_time
from ..._core.errors import AuthFailed, InputError
from ..connection import Connection

# What each value of the option allows, the better one first.
_ALLOWED = {"auto": ("digest", "basic"), "basic": ("basic",), "digest": ("digest",)}

_HASHES = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}

NONCE_REST = 20.0
"""Seconds after which a nonce that was not used meanwhile is given up: phones take longer to restart (inferred)."""

# A header such as `Basic REALM="snom", Digest realm="snom", nonce="5f"` is a row of schemes and their parameters.
_SCHEME_OR_PARAMETER = re.compile(r'([\w-]+)(\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*)))?')

_WRONG = (
    "the phone refused the user name or the password (snom_username, snom_password). They are not sent again: a few "
    "failed logins lock its web interface."
)
_UNASKED = (
    "the phone answers that the login failed, but asked for none, so none was sent: its web server has another way to "
    "log in than that of HTTP."
)
_MISSING = "the phone asks for a login. Set snom_username and snom_password."


class Login:
    """The credentials for one phone, and what its answers taught about them."""

    def __init__(self, connection: Connection) -> None:
        """Raise InputError for options that cannot work."""
        if connection.auth not in _ALLOWED:
            raise InputError(f"snom_auth must be one of {', '.join(_ALLOWED)}.")
        if not (connection.username or "").isprintable():
            raise InputError("snom_username holds a control character.")
        # Half a login is none: a phone that asks for one has a password (protocol 2.1).
        self._username = _wire(connection.username) if connection.password else ""
        self._password = _wire(connection.password)
        self._host = connection.address
        self._allowed = _ALLOWED[connection.auth]
        # What goes along with the next request: nothing, "basic" or "digest".
        self._scheme = "basic" if connection.auth == "basic" and self._username else ""
        self.demanded: bool | None = None if self._scheme else False
        """Whether the phone asks for a login; None while credentials go along unasked."""
        self._digest = _Digest({})
        # Whether a nonce was refused that the phone had accepted before.
        self._serves_once = False
        # Schemes that the phone turned down since it last accepted something.
        self._declined: set[str] = set()
        self._refusal = ""

    def header(self, target: str) -> str | None:
        """The Authorization header for a GET of this target; None while the phone asks for none.

        Raises AuthFailed, without any traffic, if the phone has refused the credentials.
        """
        if self._refusal:
            raise AuthFailed(self._refusal)
        rested = system_time() - self._digest.used_at > NONCE_REST
        if rested or (self._serves_once and self._digest.count):
            self.forget_nonce()
        if not self._scheme:
            return None
        if self._scheme == "digest":
            return self._digest.header(self._username, self._password, target)
        return "Basic " + base64.b64encode(f"{self._username}:{self._password}".encode("latin-1")).decode()

    def accepted(self) -> None:
        """Learn that the last request was not answered with 401."""
        self._declined.clear()
        self._digest.proven = True
        self._digest.used_at = system_time()

    def forget_nonce(self) -> None:
        """Ask for a new nonce before the credentials are sent again, because the phone may have restarted."""
        if self._scheme == "digest":
            self._scheme, self.demanded = "", False

    def challenged(self, challenge: str) -> None:
        """Learn that the last request was answered with 401 and this WWW-Authenticate header.

        Returns if ``header`` now gives something new that is worth a try. Raises AuthFailed if not.
        """
        self.demanded = True
        offered = _parse(challenge)
        if self._scheme == "digest" and "digest" in offered:
            stale = self._digest.is_stale(offered["digest"])
            if stale or self._digest.is_replaced(offered["digest"]):
                self._serves_once = self._serves_once or not stale
                self._digest = _Digest(offered["digest"], renewed=True)
                return
        if self._scheme in offered:
            self._refuse(_WRONG)
        if not self._username:
            self._refuse(_MISSING)
        # Another scheme than before is asked for: the web server was set anew meanwhile, the password may be right.
        self._declined.add(self._scheme)
        for scheme in self._allowed:
            if scheme in offered and scheme not in self._declined:
                self._scheme = scheme
                self._digest = _Digest(offered.get("digest", {}))
                return
        self._refuse(
            f"the phone asks for a login by {' or '.join(offered) or 'an unknown scheme'}, but snom_auth and what was "
            f"tried before leave nothing to answer with (allowed: {', '.join(self._allowed)})."
        )

    def turned_away(self) -> NoReturn:
        """Learn that the last request was answered with a page which says that the login failed. Raises AuthFailed."""
        self.demanded = True
        self._refuse((_WRONG if self._scheme else _UNASKED) if self._username else _MISSING)

    def _refuse(self, reason: str) -> NoReturn:
        self._refusal = f"{self._host}: {reason}"
        raise AuthFailed(self._refusal)


class _Digest:
    """Answers to one nonce, by RFC 7616, or by RFC 2069 where the phone names no qop."""

    def __init__(self, parameters: dict[str, str], *, renewed: bool = False) -> None:
        self._parameters = parameters
        self.count = 0
        # It took the place of a stale nonce.
        self._renewed = renewed
        # The phone has accepted it at least once.
        self.proven = False
        # By system_time.
        self.used_at = system_time()

    def is_stale(self, parameters: dict[str, str]) -> bool:
        """Tell whether a new challenge means that this nonce grew old, rather than that the password is wrong."""
        return parameters.get("stale", "").lower() == "true" and (self.proven or not self._renewed)

    def is_replaced(self, parameters: dict[str, str]) -> bool:
        """Tell whether a new challenge may mean that this nonce is over, without saying so."""
        return self.proven and parameters["nonce"] != self._parameters["nonce"]

    def header(self, username: str, password: str, target: str) -> str:
        realm, nonce = self._parameters.get("realm", ""), self._parameters["nonce"]
        algorithm = self._parameters.get("algorithm")
        start = self._hash(f"{username}:{realm}:{password}")
        end = self._hash(f"GET:{target}")
        self.count += 1
        username = username.replace("\\", r"\\").replace('"', r"\"")
        fields = [f'username="{username}"', f'realm="{realm}"', f'nonce="{nonce}"', f'uri="{target}"']
        if "qop" in self._parameters:
            count, client_nonce = f"{self.count:08x}", secrets.token_hex(8)
            response = self._hash(f"{start}:{nonce}:{count}:{client_nonce}:auth:{end}")
            fields += ["qop=auth", f"nc={count}", f'cnonce="{client_nonce}"']
        else:
            response = self._hash(f"{start}:{nonce}:{end}")
        fields.append(f'response="{response}"')
        if algorithm:
            fields.append(f"algorithm={algorithm}")
        if "opaque" in self._parameters:
            fields.append(f'opaque="{self._parameters["opaque"]}"')
        return "Digest " + ", ".join(fields)

    def _hash(self, text: str) -> str:
        algorithm = self._parameters.get("algorithm", "MD5").upper()
        return _HASHES[algorithm](text.encode("latin-1"), usedforsecurity=False).hexdigest()


def _wire(text: str | None) -> str:
    """Text as the characters that http.client, which knows headers as latin-1, sends as UTF-8."""
    return (text or "").encode(errors="surrogateescape").decode("latin-1")


def _parse(challenge: str) -> dict[str, dict[str, str]]:
    """The parameters of each challenge that can be answered, by scheme; names in lower case.

    Real phones write ``Basic REALM="snom"`` (protocol 2.2). What their Digest looks like is unknown (protocol 11.3).
    """
    challenges: list[tuple[str, dict[str, str]]] = []
    for name, is_parameter, quoted, plain in _SCHEME_OR_PARAMETER.findall(challenge):
        if not is_parameter:
            challenges.append((name.lower(), {}))
        elif challenges:
            challenges[-1][1][name.lower()] = quoted or plain
    offered: dict[str, dict[str, str]] = {}
    for scheme, parameters in challenges:
        if scheme == "basic" or (scheme == "digest" and _can_answer(parameters)):
            offered.setdefault(scheme, parameters)
    return offered


def _can_answer(digest: dict[str, str]) -> bool:
    qop = [word.strip().lower() for word in digest.get("qop", "auth").split(",")]
    return "nonce" in digest and digest.get("algorithm", "MD5").upper() in _HASHES and "auth" in qop
