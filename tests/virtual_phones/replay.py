# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A phone that answers with the bytes of a profile, which somebody recorded from a real one.

It is in one of the states that were recorded, and in no other: what would bring it into another one is refused with
501 and noted with the reason, because nobody knows what the phone would show then. A profile says what is so in a state
by its name (``idle``, ``in_call``) and by ``shows``: the firmware, and the settings that were written. Of two that fit,
the one that was recorded last is played.

Where the phone has another MAC address than the profile, its pages say so. Two things are invented, so that a rollout
can be tried on a profile of one version: a restart is answered as ever, in any state, and comes back in the recorded
one, and where a firmware was loaded that no state has, the version on the recorded pages is replaced.
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
class Shows:
    """What is so in a state, beside its name."""

    firmware: str | None
    settings: Mapping[str, str]
    restarted: bool = False


NOTHING_SAID = Shows(None, {})


@dataclass(frozen=True, slots=True)
class Profile:
    """What was recorded, by state: ``idle``, ``in_call``."""

    firmware: str | None
    mac: str | None
    states: Mapping[str, tuple[Recorded, ...]] = field(repr=False)
    shows: Mapping[str, Shows] = field(default_factory=dict, repr=False)


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
    shows = {str(name): _shows(one) for name, one in raw.get("shows", {}).items()}
    if not shows.keys() <= states.keys():
        raise ValueError("must be a profile, and its shows names a state that it has not")
    return Profile(_maybe(raw.get("firmware")), _maybe(raw.get("mac")), states, shows)


def _shows(raw: dict[str, Any]) -> Shows:
    settings = {str(name): str(value) for name, value in raw.get("settings", {}).items()}
    # That a line was logged off is for a person to choose, by the key profile_state.
    return Shows(_maybe(raw.get("firmware")), settings, restarted=bool(raw.get("restarted")))


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
    name = state_of(phone, profile)
    why = refusal(phone, profile, request) if name is not None else "the phone is in a state that was not recorded"
    if why is not None:
        phone.note("replay_refused", why, target=request.target)
        return not_recorded(why)
    found = _of_state(phone, profile)
    same = [one for one in found if one.target == request.target and one.status != 401]
    if same:
        return _reply(phone, profile, same[-1])
    if request.parameters:
        return None
    missing = [one for one in found if one.status == 404]
    return _reply(phone, profile, missing[0]) if missing else Reply(404, NOTHING_THERE)


def not_recorded(why: str) -> Reply:
    """What no phone answers: it is the replay that says it does not know."""
    body = f"This is a replay: {why}.\n".encode()
    head = f"HTTP/1.1 501 Not Recorded\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\n\r\n"
    return Reply(501, head.encode() + body)


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


def state_of(phone: Phone, profile: Profile) -> str | None:
    """The recorded state that the phone is in; None where it is in one that was not recorded."""
    if phone.keys.profile_state is not None:
        return phone.keys.profile_state if phone.keys.profile_state in profile.states else None
    return next((name for name in reversed(list(profile.states)) if _fits(phone, profile, name)), None)


def _of_state(phone: Phone, profile: Profile) -> tuple[Recorded, ...]:
    name = state_of(phone, profile)
    return () if name is None else profile.states[name]


def _fits(phone: Phone, profile: Profile, name: str) -> bool:
    if name == "unregistered":
        return False
    shows = profile.shows.get(name, NOTHING_SAID)
    # A phone whose only profile is one of a call is in that call.
    right_call = (name == "in_call") == (phone.call_state != "idle") or list(profile.states) == ["in_call"]
    right_version = shows.firmware is None or shows.firmware == phone.keys.firmware
    right_life = phone.came_back or not shows.restarted
    return right_call and right_version and right_life and dict(shows.settings) == phone.replayed_settings


def refusal(phone: Phone, profile: Profile, request: Request) -> str | None:
    """Why the replay does not do what a request asks for; None where it can."""
    if not request.parameters or _recorded_for(phone, profile, request):
        return None
    parameters = request.parameters
    if parameters.get("settings") == "save" or parameters.get("Settings") in ("Save", "Apply"):
        written = {name: parameters[name] for name in sorted(parameters.keys() - NOT_SETTINGS)}
        wanted = phone.replayed_settings | written
        known = [dict(profile.shows.get(name, NOTHING_SAID).settings) for name in profile.states]
        # Written back to what it was before is the state before.
        wanted = {name: value for name, value in wanted.items() if not _was(profile, name, value)}
        if wanted not in known:
            return f"no state was recorded in which {', '.join(sorted(wanted)) or 'that'} is so"
        phone.replayed_settings.clear()
        phone.replayed_settings.update(wanted)
        return None
    if "number" in parameters or "NUMBER" in parameters:
        return None if "in_call" in profile.states else "no state was recorded in a call"
    if any(re.fullmatch("(missed|dialed|received)del", name) for name in parameters):
        return "no state was recorded after a list was cleared"
    if any(name in parameters for name in ("LOGOFFALL", "LOGOFFLINE", "REREGISTER")):
        return "no state was recorded after a line was logged off or on"
    return None


NOT_SETTINGS = frozenset({"settings", "Settings", "store_settings", "l", "tag"})


def _recorded_for(phone: Phone, profile: Profile, request: Request) -> bool:
    return any(one.target == request.target for one in _of_state(phone, profile))


def _was(profile: Profile, name: str, value: str) -> bool:
    """Whether the first state has this value of a setting: read from its pages of settings, as XML or as lines."""
    first = next(iter(profile.states.values()))
    quoted = (re.escape(name), re.escape(value))
    line = re.compile(rb"^\s*%s\s?[!&$]?\s?:\s*%s\s*$" % tuple(one.encode() for one in quoted), re.MULTILINE)
    element = re.compile(rb"<%s(?:\s[^<>]{0,200})?>\s*%s\s*</" % tuple(one.encode() for one in quoted))
    return any(pattern.search(one.body) for one in first for pattern in (line, element))


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
    # A state that was recorded of this version is as it was recorded.
    recorded = profile.shows.get(state_of(phone, profile) or "", NOTHING_SAID).firmware
    if recorded is None and profile.firmware and profile.firmware != phone.keys.firmware:
        body = body.replace(profile.firmware.encode(), phone.keys.firmware.encode())
    if profile.mac and profile.mac != phone.keys.mac:
        for sign in ("", ":", "-"):
            old, new = (sign.join(mac[i : i + 2] for i in range(0, 12, 2)) for mac in (profile.mac, phone.keys.mac))
            for turn in (str.upper, str.lower):
                body = body.replace(turn(old).encode(), turn(new).encode())
    return body
