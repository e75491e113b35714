# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A phone that answers with the bytes of a profile, which somebody recorded from a real one.

What changes a phone is still done as ever, and answered as ever unless the profile has the very request. Where the
phone runs another version than the profile by now, or has another MAC address, its pages say so [invented]; everything
else is what was recorded, in the state that was recorded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .http_server import Reply, Request

if TYPE_CHECKING:
    from .phone import Phone

FORMAT = "telephony.snom profile 1"
LARGEST = 32 * 1024 * 1024
TARGET = re.compile(r"/[!-~]{0,1000}")
LENGTH = re.compile(r"content-length:\s*(\d{1,9})\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Recorded:
    target: str
    login: bool
    status: int | None
    head: tuple[str, ...]
    body: bytes
    chunked: bool


@dataclass(frozen=True, slots=True)
class Profile:
    """What was recorded, by state: ``idle``, ``in_call``."""

    firmware: str | None
    mac: str | None
    states: Mapping[str, tuple[Recorded, ...]] = field(repr=False)


def load(value: object) -> Profile:
    """Read the file of a profile. Raises ValueError with the end of a sentence."""
    path = Path(str(value))
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError(f"must be a profile, and {path} is larger than one can be")
        raw = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ValueError(f"must be the file of a profile, and {path} can't be read: {error.strerror}") from None
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        raise ValueError(f"must be a profile, and {path} is not JSON") from None
    try:
        return parse(raw)
    except (KeyError, TypeError, AttributeError):
        raise ValueError(f"must be a profile, and {path} lacks what one has") from None


def parse(raw: Any) -> Profile:
    """Read the content of a profile. Raises ValueError with the end of a sentence, KeyError, TypeError."""
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        raise ValueError(f"must be a profile: its format must be {FORMAT!r}")
    states = {str(name): tuple(map(_recorded, found)) for name, found in raw["states"].items()}
    if not any(states.values()):
        raise ValueError("must be a profile with answers, and this one has none")
    return Profile(_maybe(raw.get("firmware")), _maybe(raw.get("mac")), states)


def _maybe(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _recorded(raw: dict[str, Any]) -> Recorded:
    target, head, body = raw["request"], raw["head"], raw["body"]
    if not isinstance(target, str) or not TARGET.fullmatch(target):
        raise ValueError("must be a profile, and has a request that is no path")
    if isinstance(body, dict):
        content = b"x" * min(int(body["bytes left out"]), LARGEST)
    else:
        content = "".join(body).encode("latin-1", "replace")
    lines = tuple(str(line) for line in head)
    if any(sign in line for line in lines for sign in "\r\n"):
        raise ValueError(f"must be a profile, and the headers for {target} hold a line break")
    for line in lines:
        length = LENGTH.fullmatch(line)
        if length and int(length[1]) != len(content):
            raise ValueError(
                f"must be a true profile: for {target} it announces {length[1]} bytes and has {len(content)}. If it "
                "was edited, correct that Content-Length"
            )
    first = re.match(r"HTTP/\d\.\d (\d{3})", lines[0]) if lines else None
    return Recorded(
        target, bool(raw["login"]), int(first[1]) if first else None, lines, content, bool(raw.get("chunked"))
    )


def answer(phone: Phone, request: Request) -> Reply | None:
    """What was recorded for a request, or for pages that are not there. None for what is the phone's own to answer."""
    profile = phone.keys.profile
    if profile is None or request.method not in ("GET", "HEAD"):
        return None
    found = _of_state(phone, profile)
    same = [one for one in found if one.target == request.target and one.status != 401]
    if same:
        return _reply(phone, profile, same[-1])
    if request.parameters:
        return None
    missing = [one for one in found if one.status == 404]
    return _reply(phone, profile, missing[0]) if missing else Reply(404, NOTHING_THERE)


# For profiles that recorded no missing page: the least that an answer can be [invented].
NOTHING_THERE = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


def challenge(phone: Phone) -> Reply | None:
    """The 401 that was recorded, if it is one that can be answered here: a challenge of Digest is good once only."""
    profile = phone.keys.profile
    if profile is None or phone.settings.on("http_scheme"):
        return None
    asked = [one for one in _of_state(phone, profile) if one.status == 401]
    basic = [
        one for one in asked if any(re.match(r"www-authenticate:\s*basic", line, re.IGNORECASE) for line in one.head)
    ]
    return _reply(phone, profile, basic[0]) if basic else None


def _of_state(phone: Phone, profile: Profile) -> tuple[Recorded, ...]:
    wanted = "idle" if phone.call_state == "idle" else "in_call"
    return profile.states.get(wanted) or next(iter(profile.states.values()))


def _reply(phone: Phone, profile: Profile, one: Recorded) -> Reply:
    body = _as_now(one.body, profile, phone)
    head = [
        f"Content-Length: {len(body)}" if LENGTH.fullmatch(line) and body != one.body else line for line in one.head
    ]
    sent = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body) if one.chunked and body else body
    data = "\r\n".join(head).encode("latin-1", "replace") + b"\r\n\r\n" + sent if head else b""
    # Without a length, the end of the connection is that of the answer.
    ends = any(LENGTH.fullmatch(line) for line in head) or one.chunked
    return Reply(one.status, data, then="keep" if ends else "close")


def _as_now(body: bytes, profile: Profile, phone: Phone) -> bytes:
    if profile.firmware and profile.firmware != phone.keys.firmware:
        body = body.replace(profile.firmware.encode(), phone.keys.firmware.encode())
    if profile.mac and profile.mac != phone.keys.mac:
        for sign in ("", ":", "-"):
            old, new = (sign.join(mac[i : i + 2] for i in range(0, 12, 2)) for mac in (profile.mac, phone.keys.mac))
            for turn in (str.upper, str.lower):
                body = body.replace(turn(old).encode(), turn(new).encode())
    return body
