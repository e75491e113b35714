# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has a form of its own: addresses, versions, numbers in groups, and what stands behind some labels."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable

from ansible_collections.telephony.snom.plugins.plugin_utils.interview.stand_ins import SNOM_MAC, StandIns

_GAP = r"(?:, |[:._, -]|%3[Aa]|%2[Dd])"
_HEX2 = "[0-9A-Fa-f]{2}"
_MAC = re.compile(
    rf"(?<![0-9A-Za-z])(?:{_HEX2}(?:{_GAP}{_HEX2}){{5}}|[0-9A-Fa-f]{{4}}(?:[.:-][0-9A-Fa-f]{{4}}){{2}}"
    rf"|[0-9A-Fa-f]{{6}}[.:-][0-9A-Fa-f]{{6}}|[0-9A-Fa-f]{{12}})(?![0-9A-Za-z])"
)
# Four pairs of digits may also begin a MAC address.
_IPV4 = re.compile(
    rf"(?<![0-9.])(?!(?:[0-9]{{2}}\.){{4}}{_HEX2}\.{_HEX2}(?![0-9A-Za-z]))"
    r"(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?!\.?[0-9])"
)
_IPV6 = re.compile(r"(?<![0-9A-Za-z:])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![0-9A-Za-z:])")

# A telephone number in groups, with blanks as pages and URLs have them. A single group is seen to with the words.
_BLANK = r"&nbsp;|&#160;|&#[xX][aA]0;|%20|%[aA]0|%2[bBdDfF]|[+_\t\xa0]"
_GROUPS = re.compile(
    r"(?:(?<![0-9A-Za-z%])|(?<=%[0-9A-Fa-f]{2}))\+?\(?[0-9]"
    rf"(?:[0-9]|(?:[ ()/.-]|{_BLANK}){{1,3}}(?=[0-9(])){{4,30}}(?![0-9A-Za-z])"
    # With commas a list of numbers looks alike, but for pairs.
    r"|(?<![0-9A-Za-z,])[0-9]{2}(?:,[0-9]{2}){3,10}(?![0-9A-Za-z,])"
)
_SEPARATOR = re.compile(rf"{_GAP}|{_BLANK}|[()/]")

# What stands behind such a label is somebody's, though it be made of words and numbers that stay anywhere else.
_NAMED = re.compile(
    r"(?<![a-z])(?:e?ssid|(?:wlan|wi-?fi|wireless|network|net)[ _-]?name|netzwerkname"
    r"|serial(?:[ _-]?(?:number|num|no|nr)\b)?|serien(?:nummer|nr)|s/n)[0-9]{0,2}"
    r"""(?:[ \t:.="'#>]|&nbsp;|&quot;){0,12}"""
    # Up to the next cell; a row that ends, or a line that breaks, holds no value.
    r"(?:<(?!/?(?:tr|table|br|p|li|dt|h[1-6])\b)[^<>]{0,200}>(?:\s|&nbsp;|:){0,20}){0,6}"
    r"""(?:<input\s[^<>]{0,200}?value\s{0,3}=\s{0,3}["']?|value\s{0,3}=\s{0,3}["']?)?"""
    r"""(?P<value>[^\s<>"'][^<>"'\r\n]{0,200})""",
    re.IGNORECASE,
)

# A version: as a page has it, in the name of a file, and in what a phone calls itself over SIP.
_OF_IMAGE = re.compile(
    r"(?:(?i:-sip)(?:\s|%20|&nbsp;){1,5}|(?i:snom(?:[a-z]?[0-9]{2,3}[a-z]?|mp|pa1))(?:/|-(?=[0-9.]{3,40}[a-z]?-SIP)))"
    r"([0-9]{1,6}(?:\.[0-9]{1,6}){1,5}[a-z]?)(?![0-9A-Za-z])"
)
_VERSION = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,6}){1,5}")

Replace = Callable[[re.Match[str]], "str | None"]
"""What stands for a match; None for what stays as it is until a later form takes it."""


class Forms:
    """Replaces what has a form of its own in one profile."""

    def __init__(
        self, stand_ins: StandIns, macs: Iterable[str], versions: Iterable[str], private: Callable[[str], str]
    ) -> None:
        """macs are those of the phone; versions stay. private replaces every word of a text."""
        self._stand_ins = stand_ins
        self._private = private
        self.versions = set(versions)
        """Those that stay, and those that stood where only a version stands."""
        self._macs = [(_spelled(mac), mac) for mac in macs]
        self._ends = [(_spelled(mac[6:], alone=True), mac) for mac in macs]

    def parted(self, text: str) -> list[tuple[str, bool]]:
        """Pieces of a text, and whether each is done. What an earlier form has taken is no later one's."""
        pieces = [(text, False)]
        for pattern, replace in self._forms():
            pieces = [
                part
                for piece, done in pieces
                for part in ([(piece, True)] if done else _split(piece, pattern, replace))
            ]
        return pieces

    def _forms(self) -> list[tuple[re.Pattern[str], Replace]]:
        macs: list[tuple[re.Pattern[str], Replace]]
        macs = [(pattern, self._known_mac(mac)) for pattern, mac in (*self._macs, *self._ends)]
        return [
            *macs,
            (_OF_IMAGE, self._image),
            # Before MAC addresses: two of these in a row have six pairs of digits, too, and more behind.
            (_VERSION, lambda match: match[0] if match[0] in self.versions else None),
            (_IPV4, self._ipv4),
            (_MAC, self._mac),
            (SNOM_MAC, self._mac),
            (_IPV6, self._ipv6),
            (_GROUPS, self._groups),
            (_NAMED, lambda match: self._private(match["value"])),
        ]

    def _image(self, match: re.Match[str]) -> str:
        self.versions.add(match[1])
        return match[0]

    def _known_mac(self, mac: str) -> Replace:
        return lambda match: _in_shape(match[0], self._stand_ins.mac(mac)[-len(re.sub(_GAP, "", match[0])) :])

    def _mac(self, match: re.Match[str]) -> str:
        return _in_shape(match[0], self._stand_ins.mac(re.sub(_GAP, "", match[0]).upper()))

    def _ipv4(self, match: re.Match[str]) -> str | None:
        if any(int(part) > 255 for part in match[0].split(".")):
            return None
        if match[0].startswith("127.0.0.") or match[0] in ("0.0.0.0", "255.255.255.255"):
            return match[0]
        return self._stand_ins.ipv4(match[0])

    def _ipv6(self, match: re.Match[str]) -> str | None:
        try:
            address = str(ipaddress.IPv6Address(match[0]))
        except ValueError:
            return None
        return self._stand_ins.ipv6(address)

    def _groups(self, match: re.Match[str]) -> str | None:
        digits = re.sub(r"\D", "", _SEPARATOR.sub("", match[0]))
        if len(digits) < 5 or len(digits) == len(match[0]):
            return None
        return _in_shape(match[0], self._stand_ins.number(digits))


def _split(text: str, pattern: re.Pattern[str], replace: Replace) -> list[tuple[str, bool]]:
    """The text around what is replaced, which is done: a match, or what in it is called value."""
    group = "value" if "value" in pattern.groupindex else 0
    pieces, at = [], 0
    for match in pattern.finditer(text):
        new = replace(match)
        if new is not None:
            pieces += [(text[at : match.start(group)], False), (new, True)]
            at = match.end(group)
    return [*pieces, (text[at:], False)]


def _spelled(digits: str, *, alone: bool = False) -> re.Pattern[str]:
    """Hexadecimal digits in any case, with separators or without."""
    pairs = [digits[i : i + 2] for i in range(0, len(digits), 2)]
    body = f"{_GAP}?".join(pairs)
    return re.compile(f"(?<![0-9A-Za-z]){body}(?![0-9A-Za-z])" if alone else body, re.IGNORECASE)


def _in_shape(shape: str, digits: str) -> str:
    """The digits, with the separators of the shape, and in capitals if it has capitals."""
    rest = iter(digits if any(sign in "ABCDEF" for sign in shape) or shape == shape.upper() else digits.lower())
    out, at = [], 0
    while at < len(shape):
        gap = _SEPARATOR.match(shape, at)
        out.append(gap[0] if gap else next(rest, "0"))
        at = gap.end() if gap else at + 1
    return "".join(out)
