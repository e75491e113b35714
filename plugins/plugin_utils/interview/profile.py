# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The profile: all that a phone answered, to the byte, without what is about people and their network.

It is JSON, of lines, so that a person can read it before it is sent. Virtual phones can play it.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._core.regular_files import read_regular
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.pages import read_settings
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.recorder import Recorded
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.channels import Heard, channels, in_utf8
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.replacer import Replacer
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.setting_pages import SettingPages
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.vocabulary import (
    HEADERS,
    IN_HEADERS,
    LABELS,
    TECHNICAL,
)

FORMAT = "telephony.snom profile 1"

NOTHING = Heard()
"""Of a phone that was asked over HTTP alone."""

LARGEST = 32 * 1024 * 1024
"""Bytes of a profile."""

# What is in them is drawn from chance, and may lead somewhere.
_PRIVATE_HEADERS = frozenset(("set-cookie", "etag", "content-disposition"))
_PARAMETER = re.compile(r'((?:nonce|opaque)\s{0,3}=\s{0,3}"?)([^",]{1,200})', re.IGNORECASE)
_VENDOR = frozenset(("snom",))
"""Of the words of a certificate only the vendor's name stays: which others are somebody's nobody can tell."""
_WHERE = IN_HEADERS | frozenset(
    (
        "pbx",
        "snmp",
        "counter",
        "inventory",
        "mirror",
        "display",
        "own",
        "report",
        "taught",
        "who",
        "stands",
        "before",
        "it",
    )
)
"""Words of this collection for where a witness has it from."""
_STATUS = re.compile(r"HTTP/[0-9]\.[0-9] [0-9]{3}(?= |$)")


def exchange(recorded: Recorded, replacer: Replacer) -> dict[str, Any]:
    """One request and its answer, as a profile has them."""
    head, blank, body = recorded.data.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    parts = [line.partition(":") for line in lines[1:]]
    fields = {name.strip().lower(): value.strip() for name, _colon, value in parts}
    chunked = fields.get("transfer-encoding", "").lower() == "chunked"
    content = _joined(body) if chunked else body
    packed = fields.get("content-encoding", "identity").lower() != "identity"
    kind = fields.get("content-type", "text").lower()
    if packed or b"\0" in content or kind.startswith(("image/", "audio/", "application/octet")):
        # What can't be read by a person is not sent by one.
        shown: list[str] | dict[str, int] = {"bytes left out": len(content)}
        length = len(content)
    else:
        text = content.decode("latin-1")
        text = SettingPages(replacer).replaced(text) if read_settings(text) is not None else replacer.text(text)
        shown, length = text.splitlines(keepends=True) if text else [], len(text)
    return {
        "request": replacer.head(recorded.target),
        "login": recorded.login,
        "seconds": round(recorded.seconds, 3),
        "head": [_head_line(number, line, length, replacer) for number, line in enumerate(lines)] if head else [],
        "head_ends": bool(blank),
        "chunked": chunked,
        "body": shown,
    }


def _head_line(number: int, line: str, length: int, replacer: Replacer) -> str:
    if number == 0:
        status = _STATUS.match(line)
        return status[0] + replacer.head(line[status.end() :]) if status else replacer.head(line)
    name, colon, value = line.partition(":")
    low = name.strip().lower()
    if low == "content-length" and value.strip().isdecimal():
        return f"{name}:{value[: len(value) - len(value.lstrip())]}{length}"
    if low in _PRIVATE_HEADERS or low not in HEADERS:
        value = replacer.private(value)
    else:
        value = _PARAMETER.sub(lambda match: match[1] + replacer.private(match[2]), value)
        value = replacer.head(value, IN_HEADERS if low in TECHNICAL else LABELS)
    return (name if low in HEADERS else replacer.head(name)) + colon + value


def _joined(body: bytes) -> bytes:
    """The content of chunks; what is left of it where they are broken."""
    content, rest = b"", body
    while rest:
        size, _end, rest = rest.partition(b"\r\n")
        try:
            count = int(size.split(b";")[0], 16)
        except ValueError:
            break
        if count <= 0:
            break
        content, rest = content + rest[:count], rest[count + 2 :]
    return content


def make_profile(
    states: Mapping[str, Sequence[Recorded]],
    replacer: Replacer,
    *,
    model: str | None,
    firmware: str | None,
    mac: str | None,
    said: Sequence[Mapping[str, Any]],
    tls: Mapping[str, Any] | None = None,
    measured: Mapping[str, Any] | None = None,
    heard: Heard = NOTHING,
    shows: Mapping[str, Mapping[str, Any]] | None = None,
    taught: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """The profile. states holds what was recorded in each state of the phone, in the order of time.

    said is what witnesses said of it, tls what `look_at_tls` found, heard what came past the web server. shows says
    what is so in a state that its name does not say: its ``firmware``, and ``settings`` that were written. taught is
    ``snom_taught``: it reads the profile as it reads the phone.
    """
    found = {name: [exchange(one, replacer) for one in recorded] for name, recorded in states.items()}
    told = [_word(one, replacer) for one in said]
    beside = channels(heard, replacer)
    agreed = _tls(tls, replacer) if tls else None
    lessons = [_lesson(one, replacer) for one in taught]
    return {
        "format": FORMAT,
        "model": model,
        "firmware": firmware,
        "mac": replacer.text(mac) if mac else None,
        "replaced": dict(sorted(replacer.stand_ins.counts.items())),
        "tls": agreed,
        "measured": dict(measured or {}),
        "witnesses": told,
        "taught": lessons,
        "shows": {name: dict(one) for name, one in (shows or {}).items()},
        "states": found,
        **beside,
    }


def _word(word: Mapping[str, Any], replacer: Replacer) -> dict[str, Any]:
    """What one witness says: what it says of, and who it is, are words of this collection."""
    where = replacer.head(_raw(word["where"]), _WHERE)
    return {**word, "value": replacer.text(_raw(word["value"])), "where": where}


def _lesson(lesson: Mapping[str, Any], replacer: Replacer) -> dict[str, Any]:
    """What the user teaches, with pages by the names that they have here. Its labels stay, as on the pages."""

    def page(name: object) -> str:
        return replacer.head(_raw(f"/{name}".replace("//", "/"))).lstrip("/")

    made: dict[str, Any] = {}
    for key, value in lesson.items():
        if isinstance(value, Mapping):
            made[key] = {
                name: page(text) if name == "page" else in_utf8(str(text), replacer) for name, text in value.items()
            }
        else:
            made[key] = page(value) if key in ("reboot", "settings_page") else value
    return made


def _tls(tls: Mapping[str, Any], replacer: Replacer) -> dict[str, Any]:
    """What was agreed on, and the certificate without its fingerprint, its number, and the day on which it was made."""
    shown = tls["certificate"]
    return {
        "version": tls["version"],
        "cipher": tls["cipher"],
        "certificate": None if shown is None else _certificate(shown, replacer),
    }


def _certificate(shown: Mapping[str, Any], replacer: Replacer) -> dict[str, Any]:
    begins, ends = (datetime.strptime(shown[name], "%Y-%m-%dT%H:%M:%SZ") for name in ("not_before", "not_after"))
    names = {
        name: [
            # A kind that has no name is a number, which may be that of somebody's company.
            {
                "kind": one["kind"] if one["kind"].isalpha() else "other",
                "value": replacer.head(_raw(one["value"]), _VENDOR),
            }
            for one in shown[name]
        ]
        for name in ("subject", "issuer", "other_names")
    }
    kept = {name: shown[name] for name in ("self_issued", "key", "signature", "serial_bytes")}
    return names | kept | {"from_year": begins.year, "days": (ends - begins).days}


def _raw(value: object) -> str:
    return ("" if value is None else str(value)).encode("utf-8", "replace").decode("latin-1")


def write_profile(
    profile: Mapping[str, Any],
    path: str,
    replacements: Sequence[tuple[str, str, str]] = (),
    beside: Sequence[str] = (),
) -> bool:
    """Write it, readable by its owner alone; whether the file changed. Raises InputError.

    What stands for what is written beside it, for whoever looks whether all is gone, and which known words stayed that
    may be names (beside). That file stays there.
    """
    changed = write_private(path, json.dumps(profile, indent=1) + "\n")
    if replacements:
        rows = [f"{kind}: {_shown(original)} -> {_shown(new)}" for kind, original, new in replacements]
        stayed = [f"stayed beside a word that went: {_shown(word)}" for word in beside]
        write_private(path + KEPT, "\n".join([_WARNING, *([_BESIDE, *stayed] if stayed else []), *rows, ""]))
    return changed


def amend_profile(path: str, step: str, word: Mapping[str, str]) -> bool:
    """Add a person's word to the profile of a step; whether the file changed. Raises InputError."""
    try:
        profile = json.loads(read_regular(path))
        measured = profile["measured"]
        if profile["format"] != FORMAT or not isinstance(measured.setdefault(step, {}), dict):
            raise ValueError
        measured[step] |= word
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise InputError(f"{path} is no profile of this step. Run the step without saw before.") from None
    return write_private(path, json.dumps(profile, indent=1) + "\n")


KEPT = ".replaced.txt"
"""What is behind the name of a profile in that of the list which never leaves."""

_WARNING = (
    "KEEP THIS FILE: it says what stands for what in the profile beside it. Look here whether all is gone that is "
    "yours, and send the profile alone."
)


_BESIDE = (
    "These known words stayed right beside one that went. If one is somebody's name, do the step again with "
    "snom_interview_hide_words."
)


def _shown(text: str) -> str:
    # Bytes of a page, or of a setting: a person is to read them, on one line.
    return json.dumps(text.encode("utf-8", "replace").decode("utf-8")).strip('"')


def write_private(path: str, text: str) -> bool:
    """Write a file that only its owner may read; whether it changed. Raises InputError."""
    try:
        if os.path.exists(path) and read_regular(path) == text.encode():
            return False
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0), 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file_out:
            # One that is there keeps the mode that somebody gave it.
            os.fchmod(descriptor, 0o600)
            file_out.write(text)
    except OSError as error:
        raise InputError(f"The profile {path} can't be written: {error.strerror or error}. Name another one.") from None
    return True
