# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a phone says past its web server, as a profile has it: SIP, the mirror's log, reports. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from ansible_collections.telephony.snom.plugins.plugin_utils.interview.replacer import Replacer
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.vocabulary import (
    HEADERS,
    IN_DOCUMENTS,
    IN_MESSAGES,
    IN_SIP_OF_PEOPLE,
    LABELS,
    SIP_HEADERS,
    SIP_OF_PEOPLE,
    SIP_TECHNICAL,
)

BEGINS = datetime(2000, 1, 1, tzinfo=timezone.utc)
"""When the first line of a log was written, as profiles say it: a time of day would tell of people's habits."""

MOST_LINES = 500
MOST_MESSAGES = 200
LONGEST_MESSAGE = 256 * 1024

_NUMBERS = {"status": "[1-5][0-9]{2}", "bytes": "[0-9]{1,15}", "length": "[0-9]{0,15}"}
_RANGE = re.compile("bytes [0-9]{1,15}-[0-9]{1,15}/[0-9]{1,15}")
_SIP_START = re.compile(r"(SIP/2\.0 [1-6][0-9]{2})( .*|$)|([A-Z]{3,20} )(\S{1,2000})( SIP/2\.0)")
_HTTP_START = re.compile(r"((?:GET|POST) )(\S{1,2000})( HTTP/1\.[01])")
_LENGTH = re.compile(r"(content-length|l)(\s{0,5}:\s{0,5})[0-9]{1,9}\s*", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What came past the web server, as it came. Messages are in the order of time."""

    sip: Sequence[tuple[bool, bytes]] = ()
    """Whether the phone said it, and the message."""
    log: Sequence[str] = ()
    """Lines of the mirror's log."""
    reports: Sequence[bytes] = ()
    """Requests for documents and reports, as the collector got them."""
    documents: Sequence[str] = field(default=(), repr=False)
    """What the phone was given to run."""


def channels(heard: Heard, replacer: Replacer) -> dict[str, Any]:
    """All of it, as a profile has it."""
    return {
        "sip": [
            {"from": "phone" if is_phones else "controller"} | message(data, replacer)
            for is_phones, data in heard.sip[:MOST_MESSAGES]
        ],
        "log": log(heard.log, replacer),
        "reports": [message(data, replacer) for data in heard.reports[:MOST_MESSAGES]],
        "documents": [
            in_utf8(text[:LONGEST_MESSAGE], replacer, IN_DOCUMENTS).splitlines(keepends=True)
            for text in heard.documents[:MOST_MESSAGES]
        ],
    }


def message(data: bytes, replacer: Replacer) -> dict[str, Any]:
    """A message of SIP, or a request by HTTP: its lines, and a length that is that of what is there."""
    head, blank, body = data[:LONGEST_MESSAGE].partition(b"\r\n\r\n")
    content = replacer.text(body.decode("latin-1"))
    lines = head.decode("latin-1").split("\r\n")
    made = [_first(lines[0], replacer)] + [_header(line, len(content), replacer) for line in lines[1:]]
    return {"head": made, "head_ends": bool(blank), "body": content.splitlines(keepends=True)}


def _first(line: str, replacer: Replacer) -> str:
    sip = _SIP_START.fullmatch(line)
    if sip and sip[1]:
        return sip[1] + replacer.head(sip[2], IN_MESSAGES)
    if sip:
        return replacer.head(sip[3], IN_MESSAGES) + replacer.head(sip[4], IN_MESSAGES) + sip[5]
    asked = _HTTP_START.fullmatch(line)
    return asked[1] + replacer.head(asked[2], IN_MESSAGES) + asked[3] if asked else replacer.head(line, LABELS)


def _header(line: str, length: int, replacer: Replacer) -> str:
    # The names of the headers of SIP have a short form, too (RFC 3261, 7.3.3).
    if told := _LENGTH.fullmatch(line):
        return f"{told[1]}{told[2]}{length}"
    name, colon, value = line.partition(":")
    low = name.strip().lower()
    shown = name if low in HEADERS | SIP_HEADERS else replacer.head(name, LABELS)
    if not colon:
        # The rest of a header that goes on, or nothing that is one.
        return replacer.head(line, LABELS)
    words = IN_SIP_OF_PEOPLE if low in SIP_OF_PEOPLE else IN_MESSAGES if low in SIP_TECHNICAL else LABELS
    return shown + colon + replacer.head(value, words)


def log(lines: Sequence[str], replacer: Replacer) -> list[str]:
    """Lines of the mirror's log, as JSON. The times between them are true; the day and the hour are not."""
    entries = [entry for entry in map(_entry, lines[-MOST_LINES:]) if entry is not None]
    times = [when for when in (_time(entry) for entry in entries) if when is not None]
    first = min(times, default=BEGINS)
    made = []
    for entry in entries:
        when = _time(entry)
        shown = {_key(key, replacer): _value(key, value, replacer) for key, value in entry.items()}
        if when is not None:
            shown["time"] = (BEGINS + (when - first)).isoformat()
        made.append(json.dumps(shown))
    return made


def _entry(line: str) -> Mapping[str, Any] | None:
    try:
        entry = json.loads(line[:65536])
    except (ValueError, RecursionError):
        return None
    return entry if isinstance(entry, dict) else None


def _time(entry: Mapping[str, Any]) -> datetime | None:
    try:
        return datetime.fromisoformat(str(entry.get("time"))).astimezone(timezone.utc)
    except (ValueError, OverflowError):
        return None


_KEYS = ("time", "address", "method", "uri", "mac", "status", "bytes", "length", "range", "user_agent", "duration")


def _key(key: str, replacer: Replacer) -> str:
    return key if key in _KEYS else in_utf8(key, replacer, None)


def _value(key: str, value: Any, replacer: Replacer) -> Any:
    """Numbers and ranges of a transfer say nothing of people; all else is text."""
    text = str(value)
    if key == "method" and re.fullmatch("[A-Z]{3,10}", text):
        return value
    if (key in _NUMBERS and re.fullmatch(_NUMBERS[key], text)) or (key == "range" and _RANGE.fullmatch(text)):
        return value
    return in_utf8(text, replacer, IN_MESSAGES if key in ("uri", "user_agent") else LABELS)


def in_utf8(text: str, replacer: Replacer, words: frozenset[str] | None = LABELS) -> str:
    """Text that is none of bytes, in which these words stay; none where words is None."""
    raw = text.encode("utf-8", "replace").decode("latin-1")
    made = replacer.private(raw) if words is None else replacer.head(raw, words)
    return made.encode("latin-1").decode("utf-8", "replace")
