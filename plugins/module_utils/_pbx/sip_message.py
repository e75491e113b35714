# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""SIP messages, as far as one request and its answer need them (RFC 3261), and the answer to a challenge (RFC 8760).

What comes in was written by whoever is there: it is bounded, and every pattern is linear.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

LONGEST_HEAD = 65536
"""Bytes. A datagram has no more."""

MOST_HEADERS = 200

_STATUS = re.compile(r"SIP/2\.0 ([1-6][0-9]{2})(?: (.*))?")
_BRANCH = re.compile(r";\s*branch\s*=\s*([^;,\s]{1,200})", re.IGNORECASE)
_COMPACT = {"v": "via", "l": "content-length", "i": "call-id", "f": "from", "t": "to"}
_CODE = re.compile("[0-9]{1,7}")
_COMMAS = re.compile(r"[\s,]+")
_DIGEST = re.compile(r"\s*digest\s+(.*)", re.IGNORECASE)
_PARAMETER = re.compile(r'([A-Za-z]{1,20})\s*=\s*(?:"([^"\\]{0,1000})"|([^\s,"]{1,1000}))')
_HASHES = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}


@dataclass(frozen=True)
class SipAnswer:
    """An answer. Names of headers are in lower case, and written out."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    raw: bytes = field(default=b"", repr=False)
    """As it came; without its body where that comes later."""

    def get(self, name: str) -> str:
        """The first header of this name, or nothing."""
        return next((value for one, value in self.headers if one == name), "")

    @property
    def branch(self) -> str:
        """What tells whose answer it is: the branch of the topmost Via."""
        found = _BRANCH.search(self.get("via").partition(",")[0])
        return found[1] if found else ""

    @property
    def length(self) -> int:
        """Bytes of its body; -1 for what is no length."""
        text = self.get("content-length") or "0"
        return int(text) if _CODE.fullmatch(text) else -1


def read_answer(head: bytes) -> SipAnswer | None:
    """Read an answer up to its empty line, or a datagram. None for what is none, a request of the phone among them."""
    lines = head[:LONGEST_HEAD].partition(b"\r\n\r\n")[0].decode("utf-8", "replace").split("\r\n")
    first = _STATUS.fullmatch(lines[0])
    if first is None or len(lines) > MOST_HEADERS:
        return None
    headers: list[tuple[str, str]] = []
    for line in lines[1:]:
        if line[:1] in (" ", "\t") and headers:
            name, value = headers[-1]
            headers[-1] = (name, f"{value} {line.strip()}")
            continue
        name, _colon, value = line.partition(":")
        name = name.strip().lower()
        headers.append((_COMPACT.get(name, name), value.strip()))
    return SipAnswer(int(first[1]), first[2] or "", tuple(headers), head)


def write_request(method: str, uri: str, headers: Sequence[tuple[str, str]], body: bytes = b"") -> bytes:
    """A request. Raises ValueError for what would be more than one line."""
    lines = [f"{method} {uri} SIP/2.0", *(f"{name}: {value}" for name, value in headers)]
    lines.append(f"Content-Length: {len(body)}")
    if not all(line.isprintable() for line in lines):
        raise ValueError("What is to be one line would not be.")
    return "\r\n".join([*lines, "", ""]).encode() + body


def authorization(answer: SipAnswer, method: str, uri: str, username: str, password: str) -> tuple[str, str] | None:
    """The header that answers a challenge by Digest, MD5 or SHA-256. None where it asks for something else."""
    asks, answers = {401: ("www-authenticate", "Authorization"), 407: ("proxy-authenticate", "Proxy-Authorization")}[
        answer.status
    ]
    for name, value in answer.headers:
        given = _DIGEST.fullmatch(value[:4000]) if name == asks else None
        if given is None:
            continue
        challenge = {key.lower(): quoted or plain for key, quoted, plain in _PARAMETER.findall(given[1])}
        if (credentials := _credentials(challenge, method, uri, username, password)) is not None:
            return answers, credentials
    return None


def _credentials(challenge: dict[str, str], method: str, uri: str, username: str, password: str) -> str | None:
    algorithm = challenge.get("algorithm", "MD5").upper()
    realm, nonce, qops = challenge.get("realm", ""), challenge.get("nonce"), challenge.get("qop")
    if algorithm not in _HASHES or nonce is None or '"' in username or "\\" in username:
        return None
    if not all(value.isprintable() for value in challenge.values()):
        # It comes back in the answer, which is one line.
        return None
    if qops is not None and "auth" not in _COMMAS.split(qops.lower()):
        return None

    def digest(text: str) -> str:
        # What a phone asks for is no choice of ours.
        return _HASHES[algorithm](text.encode(), usedforsecurity=False).hexdigest()

    secret, request = digest(f"{username}:{realm}:{password}"), digest(f"{method}:{uri}")
    parts = [f'username="{username}"', f'realm="{realm}"', f'nonce="{nonce}"', f'uri="{uri}"', f"algorithm={algorithm}"]
    if qops is None:
        parts.append(f'response="{digest(f"{secret}:{nonce}:{request}")}"')
    else:
        own = secrets.token_hex(8)
        response = digest(f"{secret}:{nonce}:00000001:{own}:auth:{request}")
        parts += ["qop=auth", "nc=00000001", f'cnonce="{own}"', f'response="{response}"']
    if "opaque" in challenge:
        parts.append(f'opaque="{challenge["opaque"]}"')
    return f"Digest {', '.join(parts)}"
