# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is secret among the settings of a phone, and what of a value may be shown.

It goes by names alone, so that most modules need not take the table of `known_settings` to a jump host.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

MASK = "********"
"""What stands for a secret wherever it would be shown."""

# Words of names under which phones and public templates keep secrets. A secret that the table does not have is more
# likely than a false alarm: what sounds like one is one.
_SECRET = re.compile(
    r"(?<!by)pass(?!ive|ing|_?thr)|(?:^|_)pw(?:d|$|[_0-9])|secret|token|psk|wep_?key|cred(?:s|ential)|community|bearer"
    r"|(?:priv(?:ate)?|api|access|shared|enc(?:ryption)?|aes|client|tls|srtp|master|auth|license|wifi|wlan|wpa|vpn|https|ssl"
    r"|cert|product)_?key|kennwort|(?:lock|door|gate)_?code|pin_?code"
    r"|(?:^|_)(?:ac|activation)_code|(?:^|_)ha1(?![a-z])|(?:^|_|lock|user)pin(?![a-z])|_hash[0-9]*$|tlsdsk_store",
    re.IGNORECASE,
)
# What is said about a secret is none: max_pin_retry, min_pin_length, encrypt_secrets, http_client_save_credentials. The
# pins of a PA1 are those of a plug, and on or off; key_hash is the key with that sign.
_ABOUT_SECRET = re.compile(
    r"(?:max|min|encrypt|edit|show|hide|allow|no)_.*|(?:.*_)?save_.*"
    r"|.*_(?:retry|retries|length|len|timeout|prompt|enabled?|expiry|policy|time|type|mode|url)"
    r"|pa1_pin[1-4]|pin[1-4]_time|d?key_hash\w*",
    re.IGNORECASE,
)
# The login inside of a URL, up to the last @ before the path, because a password may hold one, and a slash that nobody
# has encoded; that of a SIP address.
_LOGIN = re.compile(
    r"(?<=://)(?:[^/\s]+|[^/\s:@\[]+:(?!(?:[0-9]{1,5}|[${][^/\s]*)/)\S{1,200})(?=@)"
    r"|(?<!\w)(sips?:[^\s@:;,|<>]{1,99}:)[^\s@:;,|<>]{1,99}(?=@)",
    re.IGNORECASE,
)
# But for the keys that a phone presses (protocol 1.1).
_IN_QUERY = re.compile(r"([?&;#])(?!(?<=command\.htm\?)key=|(?<=mb_nop#)key=)([A-Za-z0-9_.-]{1,60})=([^&;#\s|>\"]+)")
_QUERY_SECRET = re.compile(
    r"(?:^|[_.-])(?:auth|sid|session|signature|sig|hash|apikey|pin)(?:$|[_.-])|csrf|^(?:key|code|tok)$", re.IGNORECASE
)
# A part of a path that is no name of a file, and that nobody would think of: so public servers let phones in.
_IN_PATH = re.compile(r"(?<=[/:])[A-Za-z0-9_~-]{12,}(?=[/?#\s|>\"]|$)")
_LONG_WORD = re.compile(r"[A-Za-z0-9_~-]{12,}")
# A JSON web token has dots inside, and may stand anywhere; a name of a file may be nothing but a token.
_DOTTED = re.compile(r"(?<![A-Za-z0-9])eyJ[A-Za-z0-9_.-]{12,}|(?<=/)[0-9a-f-]{24,}(?=\.[a-z])", re.IGNORECASE)
_AFTER_WORD = re.compile(
    r"(?<=/)((?:token|secret|pass(?:word|wd)?|(?:api)?key)s?/)([^/?#\s.]{4,})(?=[/?#\s]|$)", re.IGNORECASE
)
_HEX = re.compile(r"[0-9a-f-]{16,}", re.IGNORECASE)
# A MAC address, alone or as in the name of a phone's file, is none. Nobody writes one in small and capital letters.
_OF_PHONE = re.compile(r"(?:snom\w{2,5}-)?(?:[0-9a-f]{12}|[0-9A-F]{12})")
_RUN = re.compile(r"[0-9]+|[a-z]+|[A-Z]+")
# From so many runs of digits, small and capital letters on, a part of a path is random.
_RANDOM_RUNS = 5


# A fleet asks for the same names with each phone.
@lru_cache(4096)
def is_secret(name: str) -> bool:
    """Whether the setting's value is a secret, which no page shows (protocol 4.2) and no output may."""
    return bool(_SECRET.search(name)) and not _ABOUT_SECRET.fullmatch(name)


def masked(name: str, value: str) -> str:
    """The value as outputs may show it: without what is secret. An empty value stays: nothing to hide."""
    if value and (is_secret(name) or "PRIVATE KEY-" in value):
        return MASK
    if "@" in value:
        value = _LOGIN.sub(rf"\g<1>{MASK}", value)
    if "=" in value:
        value = _IN_QUERY.sub(_masked_parameter, value)
    if "://" not in value:
        return value
    value = _DOTTED.sub(MASK, value)
    return _AFTER_WORD.sub(rf"\g<1>{MASK}", _IN_PATH.sub(_masked_part, value))


def _masked_parameter(match: re.Match[str]) -> str:
    sign, name, value = match.groups()
    # A variable that the phone fills in is no secret.
    secret = not value.startswith(("$", "{")) and (
        is_secret(name) or _QUERY_SECRET.search(name) or any(map(_is_random, _LONG_WORD.findall(value)))
    )
    return f"{sign}{name}={MASK}" if secret else match[0]


def _masked_part(match: re.Match[str]) -> str:
    return MASK if _is_random(match[0]) else match[0]


def _is_random(part: str) -> bool:
    if not any(sign.isdigit() for sign in part) or _OF_PHONE.fullmatch(part):
        return False
    return bool(_HEX.fullmatch(part)) or len(_RUN.findall(part)) >= _RANDOM_RUNS


def secret_values(settings: object, *, all_secret: bool = False) -> Iterator[str]:
    """Every value under the name of a secret, or every value at all. Also of what parse_settings would refuse."""
    for name, value in settings.items() if isinstance(settings, Mapping) else ():
        if all_secret or is_secret(str(name)):
            yield from _values(value)


def _values(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            # What stands beside a value is shown: it is no part of the secret.
            if key not in ("perm", "context", "attributes"):
                yield from _values(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _values(item)
    elif value is not None and not isinstance(value, bool):
        yield str(value)
