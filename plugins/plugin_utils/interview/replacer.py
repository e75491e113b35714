# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Takes out of what a phone says all that could be about somebody.

Nobody can list what is personal, so it goes the other way round: a word stays if it is one of `vocabulary`, or of a
label that the user named; a number stays if it has no more than two digits; a version stays if it is known to be one.
Whatever else there is becomes something of the same length and shape, the same one wherever it stands. An encoding does
not hide a word: what is encoded is no word that stays.

Text here is bytes, as latin-1, so that nothing gets lost.
"""

from __future__ import annotations

import html
import ipaddress
import re
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from string import ascii_lowercase
from urllib.parse import unquote_to_bytes

from ansible_collections.telephony.snom.plugins.module_utils._known.known_settings import KNOWN, is_known, known_setting
from ansible_collections.telephony.snom.plugins.module_utils._known.models import find_model
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.vocabulary import (
    IN_HEADERS,
    IN_TAGS,
    LABELS,
    MARKUP,
    SECTIONS,
)

_OF_SETTINGS = frozenset(part for name in KNOWN for part in name.split("_")) | LABELS
_TECHNICAL = ("perm", "idx", "version", "encoding", "e", "complete")
_ATTRIBUTES = frozenset((*_TECHNICAL, "context", "label", "short_label", "type"))
_SAFE_VALUES = frozenset(("", "on", "off", "true", "false", "yes", "no"))

# Signs that are encoded and that part words, as they would as they are.
_PARTS = r"&(?:nbsp|amp|lt|gt|quot|apos|middot);|%(?:[01][0-9A-Fa-f]|2[0-9A-Fa-f]|3[A-Fa-f]|40|5[B-Fb-f]|60|7[B-Fb-f])"
_UNIT = r"[A-Za-z0-9\x80-\xff]|%[0-9A-Fa-f]{2}|&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
_WORD = re.compile(rf"(?P<part>{_PARTS})|(?:(?!{_PARTS})(?:{_UNIT}))+")
_GAP = r"(?:, |[:._, -]|%3[Aa]|%2[Dd])"
_HEX2 = "[0-9A-Fa-f]{2}"
_MAC = re.compile(
    rf"(?<![0-9A-Za-z])(?:{_HEX2}(?:{_GAP}{_HEX2}){{5}}|[0-9A-Fa-f]{{4}}(?:[.:-][0-9A-Fa-f]{{4}}){{2}}"
    rf"|[0-9A-Fa-f]{{6}}[.:-][0-9A-Fa-f]{{6}}|[0-9A-Fa-f]{{12}})(?![0-9A-Za-z])"
)
_SNOM_MAC = re.compile(r"(?i:000413|1C7126|00087B|589EC6|00ACDC)[0-9A-Fa-f]{6}(?![0-9A-Fa-f])")
_IPV4 = re.compile(r"(?<![0-9.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?!\.?[0-9])")
_IPV6 = re.compile(r"(?<![0-9A-Za-z:])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![0-9A-Za-z:])")
# A telephone number in groups. A single group is seen to with the words.
_GROUPS = re.compile(r"(?<![0-9A-Za-z])\+?\(?[0-9](?:[0-9]|[ ()/.-]{1,3}(?=[0-9(])){4,30}(?![0-9A-Za-z])")
# A serial number in pairs of digits, with letters somewhere: no part of it is too long to stay by itself.
_JOINED = re.compile(
    r"(?<![0-9A-Za-z])[0-9A-Za-z]{1,12}(?:(?:[-/_.]|%2[DdFf]|%5[Ff])[0-9A-Za-z]{1,12}){1,8}(?![0-9A-Za-z])"
)
_SPACED = re.compile(r"(?<![0-9A-Za-z])[A-Z]{1,4}[0-9]{0,2}(?:(?: |&nbsp;|%20|\+)[0-9]{2}){2,6}(?!:?[0-9A-Za-z])")
_PAIR = re.compile(r"(?<![0-9A-Za-z])[A-Za-z]{0,4}[0-9]{2}[A-Za-z]{0,4}(?![0-9A-Za-z])")
_SEPARATED = re.compile("%2[DdFf]|%5[Ff]|%20|&nbsp;|_")
_JOINS = frozenset("-/_. +&%;0DdFf")
"""Signs beside a number that may join it to others, or end what does."""
_AROUND = 60
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
_MODEL_LABEL = re.compile(r"(?:hardware|model|product|snom)[\s:=>-]{0,6}$", re.IGNORECASE)
_SHORT_NUMBERED = re.compile(r"([a-z]+)([0-9]{1,2})", re.IGNORECASE)
_TAG = re.compile(r"(?:</?[A-Za-z?]|<!(?i:doctype))[^<>]{0,4000}(?:>|\Z)")
_CUT = re.compile(r"""=\s{0,5}(["'])([^"'<>]{0,4000})\Z""")
# What a tag shows, or holds for somebody to read; and the query of a link.
_SHOWN = re.compile(
    r"""(?:(?<![\w-])(?!(?:class|id|name|type|style|rel|href|src|method|action|lang|align|valign|on[a-z]{1,20})[\s=])"""
    r"""[\w-]{1,40}\s{0,5}=\s{0,5}|(?=\?))"""
    r"""("[^"]*"|'[^']*'|[^\s"'>]+)""",
    re.IGNORECASE,
)
_TEXT_SETTING = re.compile(r"^([ \t]*)([A-Za-z][A-Za-z0-9_]*)([ !&$]?:[ \t]?)([^\r\n]*)", re.MULTILINE)
# A name as XML may have it, in the bytes of UTF-8.
_XML_NAME = r"[A-Za-z_\x80-\xff][A-Za-z0-9_.:\x80-\xff-]*"
_XML_SETTING = re.compile(rf"<({_XML_NAME})((?:\s[^<>]*)?/?)>((?:[^<]|<!\[CDATA\[.*?\]\]>)*)", re.DOTALL)
_CDATA = re.compile(r"(<!\[CDATA\[)(.*?)(\]\]>)", re.DOTALL)
_ATTRIBUTE = re.compile(rf"""(\s)({_XML_NAME})(\s{{0,5}}=\s{{0,5}})("[^"<]*"|'[^'<]*')""")
_XML_END = re.compile(rf"</({_XML_NAME})(\s{{0,5}})>")
_XML_HEAD = re.compile(
    r"""<\?xml version=["']1\.[01]["'](?: encoding=["'](?:utf-8|iso-8859-1|us-ascii)["'])?"""
    r"""(?: standalone=["'](?:yes|no)["'])? ?\?>""",
    re.IGNORECASE,
)
_NAME_PART = re.compile("[_.:-]")

Replace = Callable[[re.Match[str]], "str | None"]
"""What stands for a match; None for what stays as it is until a later form takes it."""


class Replacer:
    """Replaces in one profile. counts says how many different things of each kind it has replaced."""

    def __init__(
        self,
        *,
        macs: Iterable[str] = (),
        secrets: Iterable[str] = (),
        words: Iterable[str] = (),
        hidden: Iterable[str] = (),
        versions: Iterable[str] = (),
        model: str | None = None,
    ) -> None:
        """macs are those of the phone; secrets and names go wherever they stand; words and versions stay.

        hidden are words that go although they are known ones: there are people who are called Day or Keys. They stay
        within headers, which are no place for people, and within tags where markup is made of them.
        """
        self._known: dict[tuple[str, str], str] = {}
        self._kept = {part.lower() for word in words for part in re.findall(r"[^\W\d_]+", word)}
        self._hidden = {part.lower() for word in hidden for part in re.findall(r"[^\W\d_]+", word)}
        self.beside: Counter[str] = Counter()
        """Known words that stayed right beside one that went, both with a capital: they may be names. By how often."""
        self._versions = set(versions)
        self._model = model
        self._within = ""
        """What ends the tag, or the quotes in it, in which a part of a page has ended."""
        self.counts: Counter[str] = Counter()
        self._secrets = [secret for secret in sorted(set(secrets), key=len, reverse=True) if len(secret) >= 3]
        self._macs = [(_spelled(mac), mac) for mac in macs]
        self._ends = [(_spelled(mac[6:], alone=True), mac) for mac in macs]

    def replacements(self) -> list[tuple[str, str, str]]:
        """What stands for what: the kind, what it was, and what it is now. Secrets are only counted."""
        known = sorted(self._known.items())
        return [(kind, original, new) for (kind, original), new in known if kind != "secrets"]

    def text(self, text: str) -> str:
        """A page, or any other text."""
        self._within = ""
        return self._outside(text, self._page)

    def head(self, text: str, words: frozenset[str] = IN_HEADERS) -> str:
        """A header, or the target of a request, in which these words stay."""
        return self._outside(text, lambda part: self._plain(part, words))

    def private(self, text: str) -> str:
        """Text in which no word is one that stays, such as a value of a setting."""
        return self._outside(text, lambda part: self._plain(part, None))

    def settings(self, text: str) -> str:
        """A page of settings, as XML or as lines: names stay that settings may have, and values that say nothing."""
        if text.lstrip("\xef\xbb\xbf \t\r\n").startswith("<") and "perm=" in text:
            return _around(_XML_SETTING, text, self._xml_setting, self._xml_between)
        if not _TEXT_SETTING.search(text):
            return self.text(text)
        return _around(_TEXT_SETTING, text, self._text_setting, self.text)

    def _text_setting(self, match: re.Match[str]) -> str:
        before, name, between, value = match.groups()
        return before + self._name(name) + between + self._value(name, value)

    def _xml_setting(self, match: re.Match[str]) -> str:
        name, attributes, value = match.groups()
        inside = _around(_ATTRIBUTE, attributes, self._attribute, self.private)
        return f"<{self._name(name)}{inside}>" + _around(
            _CDATA, value, lambda part: part[1] + self._value(name, part[2]) + part[3], partial(self._value, name)
        )

    def _xml_between(self, text: str) -> str:
        """What lies between two elements, or what one begins with and what it says: ends, comments, the head."""
        return _around(
            _XML_END,
            text,
            lambda end: f"</{self._name(end[1])}{end[2]}>",
            lambda rest: _around(_XML_HEAD, rest, lambda head: head[0], self.private),
        )

    def _attribute(self, match: re.Match[str]) -> str:
        blank, name, equals, value = match.groups()
        keeps = name in _TECHNICAL or value[1:-1] in _SAFE_VALUES
        shown = name if name in _ATTRIBUTES else self._name(name)
        return blank + shown + equals + (value if keeps else self.private(value))

    def _name(self, name: str) -> str:
        if is_known(name) or name.lower() in SECTIONS:
            return name
        parts = [part.rstrip("0123456789").lower() for part in _NAME_PART.split(name)]
        # A word alone may be somebody's name, whatever else it says.
        stays = len(parts) > 1 and all(part in _OF_SETTINGS and part not in self._hidden for part in parts)
        return name if stays else self.private(name)

    def _value(self, name: str, value: str) -> str:
        said, known = value.strip(), known_setting(name)
        if not said:
            return value
        stays = said.lower() in _SAFE_VALUES or (known is not None and said in known.values)
        return value if stays or said in self._versions else self.private(value)

    def _outside(self, text: str, words: Callable[[str], str]) -> str:
        """Replace what has a form of its own, and by ``words`` what lies between."""
        for secret in self._secrets:
            for form in dict.fromkeys((secret, html.escape(secret))):
                raw = form.encode("utf-8").decode("latin-1")
                if raw in text:
                    text = text.replace(raw, self._as("secrets", secret, "x" * len(raw)))
        # Pieces of it, and whether each is done. What an earlier form has taken is no later one's.
        pieces = [(text, False)]
        for pattern, replace in self._forms():
            pieces = [
                part
                for piece, done in pieces
                for part in ([(piece, True)] if done else _split(piece, pattern, replace))
            ]
        return "".join(piece if done else words(piece) for piece, done in pieces)

    def _forms(self) -> list[tuple[re.Pattern[str], Replace]]:
        macs: list[tuple[re.Pattern[str], Replace]]
        macs = [(pattern, self._known_mac(mac)) for pattern, mac in (*self._macs, *self._ends)]
        return [
            *macs,
            (_OF_IMAGE, self._image),
            (_MAC, self._mac),
            (_SNOM_MAC, self._mac),
            (_VERSION, lambda match: match[0] if match[0] in self._versions else None),
            (_IPV4, self._ipv4),
            (_IPV6, self._ipv6),
            (_GROUPS, self._groups),
            (_NAMED, lambda match: self._plain(match["value"], None)),
        ]

    def _image(self, match: re.Match[str]) -> str:
        self._versions.add(match[1])
        return match[0]

    def _known_mac(self, mac: str) -> Replace:
        return lambda match: _in_shape(match[0], self._new_mac(mac)[-len(re.sub(_GAP, "", match[0])) :])

    def _mac(self, match: re.Match[str]) -> str:
        return _in_shape(match[0], self._new_mac(re.sub(_GAP, "", match[0]).upper()))

    def _new_mac(self, mac: str) -> str:
        prefix = mac[:6] if _SNOM_MAC.fullmatch(mac) else "020000"
        return self._as("MAC addresses", mac, prefix + f"{self.counts['MAC addresses'] + 1:06X}")

    def _ipv4(self, match: re.Match[str]) -> str | None:
        if any(int(part) > 255 for part in match[0].split(".")) or match[0] in ("0.0.0.0", "255.255.255.255"):
            return None
        if match[0].startswith("127.0.0."):
            return match[0]
        count = self.counts["addresses"]
        nets = ("192.0.2", "198.51.100", "203.0.113")
        return self._as("addresses", match[0], f"{nets[count // 250 % 3]}.{count % 250 + 1}")

    def _ipv6(self, match: re.Match[str]) -> str | None:
        try:
            address = str(ipaddress.IPv6Address(match[0]))
        except ValueError:
            return None
        return self._as("addresses", address, f"2001:db8::{self.counts['addresses'] + 1:x}")

    def _groups(self, match: re.Match[str]) -> str | None:
        digits = re.sub(r"\D", "", match[0])
        if len(digits) < 5 or len(digits) == len(match[0]):
            return None
        return _in_shape(match[0], self._number(digits))

    def _page(self, text: str) -> str:
        """Text in which tags have words of their own, but for what they show.

        A part of a page may begin and end within a tag, where something in that has a form of its own.
        """
        pieces, at = [], 0
        if self._within:
            if self._within != ">":
                at = text.find(self._within)
                if at < 0:
                    return self._plain(text, LABELS)
                pieces.append(self._plain(text[:at], LABELS))
            end = text.find(">", at) + 1
            if not end:
                return "".join([*pieces, self._cut_tag(text[at:])])
            pieces.append(self._tag(text[at:end]))
            at, self._within = end, ""
        for tag in _TAG.finditer(text, at):
            pieces.append(self._plain(text[at : tag.start()], LABELS))
            pieces.append(self._tag(tag[0]) if tag[0].endswith(">") else self._cut_tag(tag[0]))
            at = tag.end()
        return "".join([*pieces, self._plain(text[at:], LABELS)])

    def _cut_tag(self, tag: str) -> str:
        """A tag that goes on in the next part of a page, maybe within quotes."""
        cut = _CUT.search(tag)
        self._within = cut[1] if cut else ">"
        at = cut.start(2) if cut else len(tag)
        return self._tag(tag[:at]) + self._plain(tag[at:], LABELS)

    def _tag(self, tag: str) -> str:
        pieces, at = [], 0
        for shown in _SHOWN.finditer(tag):
            pieces += [self._plain(tag[at : shown.start(1)], IN_TAGS), self._plain(shown[1], LABELS)]
            at = shown.end()
        return "".join([*pieces, self._plain(tag[at:], IN_TAGS)])

    def _plain(self, text: str, words: frozenset[str] | None) -> str:
        """Text in which these words stay; None for no word and no number at all."""
        pieces, at, last = list[str](), 0, None
        for match in _WORD.finditer(text):
            new = self._word(match, text, words)
            if last is not None and words is not IN_TAGS and words is not IN_HEADERS:
                self._note_pair(last, (match[0], new), text[at : match.start()])
            pieces += [text[at : match.start()], new]
            at, last = match.end(), (match[0], new)
        return "".join([*pieces, text[at:]])

    def _note_pair(self, first: tuple[str, str], second: tuple[str, str], between: str) -> None:
        if between not in (" ", ", ", "+") or not (first[0][:1].isupper() and second[0][:1].isupper()):
            return
        stayed = [old for old, new in (first, second) if old == new]
        if len(stayed) == 1:
            self.beside[stayed[0]] += 1

    def _word(self, match: re.Match[str], text: str, words: frozenset[str] | None) -> str:
        word = match[0]
        if match["part"]:
            return word
        said = _decoded(word)
        if not any(sign.isalnum() for sign in said):
            return word
        if said.isdecimal() and said.isascii():
            if len(said) <= 2 and words is not None and not _is_of_serial(match, text):
                return word
            before = text[max(0, match.start() - 24) : match.start()]
            is_model = said == (self._model or "").lstrip("D") and _MODEL_LABEL.search(before)
            if is_model and words is not None:
                return word
            return self._number(word if word == said else "1" * len(word), said)
        if words is not None:
            known = words | self._kept if self._kept else words
            numbered = _SHORT_NUMBERED.fullmatch(said)
            stays = words is IN_HEADERS or (words is IN_TAGS and said.lower() in MARKUP)
            if said.lower() in self._hidden and not stays:
                return self._name_for(said.lower(), word)
            if said.lower() in known or self._is_model(said) or (numbered and numbered[1].lower() in known):
                return word
        return self._name_for(said.lower(), word)

    def _is_model(self, word: str) -> bool:
        bare = re.sub("^snom", "", word, flags=re.IGNORECASE)
        return bool(re.fullmatch("[A-Z]?[0-9]{2,3}[A-Z]?|MP|PA1", bare)) and find_model(bare) is not None

    def _number(self, digits: str, key: str | None = None) -> str:
        key = key or digits
        number = self.counts["numbers"] + 1
        return self._as("numbers", key, f"{number % 10 ** len(digits):0{len(digits)}d}")

    def _name_for(self, key: str, word: str) -> str:
        number, letters = self.counts["words"] + 1, ""
        while number:
            number, rest = divmod(number - 1, 26)
            letters = ascii_lowercase[rest] + letters
        new = self._as("words", f"{key}/{len(word)}", letters[-len(word) :].rjust(len(word), "q"))
        return "".join(
            sign.upper() if old.isascii() and old.isupper() else sign for sign, old in zip(new, word, strict=True)
        )

    def _as(self, kind: str, original: str, new: str) -> str:
        if (kind, original) not in self._known:
            self._known[kind, original] = new
            self.counts[kind] += 1
        return self._known[kind, original]


def _around(pattern: re.Pattern[str], text: str, replace: Replace, between: Callable[[str], str]) -> str:
    """The text with what stands for each match, and for what lies between two of them."""
    pieces, at = list[str](), 0
    for match in pattern.finditer(text):
        pieces += [between(text[at : match.start()]), replace(match) or ""]
        at = match.end()
    return "".join([*pieces, between(text[at:])])


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


def _is_of_serial(match: re.Match[str], text: str) -> bool:
    """Whether a number of few digits is one of several such in a row that has letters, too."""
    if not {text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]} & _JOINS:
        return False
    begin = max(0, match.start() - _AROUND)
    for row in (_JOINED, _SPACED):
        for run in row.finditer(text, begin, match.end() + _AROUND):
            if run.start() <= match.start() < run.end():
                return len(_PAIR.findall(_SEPARATED.sub(" ", run[0]))) > 1 and re.search("[A-Za-z]", run[0]) is not None
    return False


def _spelled(digits: str, *, alone: bool = False) -> re.Pattern[str]:
    """Hexadecimal digits in any case, with separators or without."""
    pairs = [digits[i : i + 2] for i in range(0, len(digits), 2)]
    body = f"{_GAP}?".join(pairs)
    return re.compile(f"(?<![0-9A-Za-z]){body}(?![0-9A-Za-z])" if alone else body, re.IGNORECASE)


def _in_shape(shape: str, digits: str) -> str:
    """The digits, with the separators of the shape, and in capitals if it has capitals."""
    rest = iter(digits if any(sign in "ABCDEF" for sign in shape) or shape == shape.upper() else digits.lower())
    separators = re.compile(rf"{_GAP}|[()/+.]")
    out, at = [], 0
    while at < len(shape):
        gap = separators.match(shape, at)
        out.append(gap[0] if gap else next(rest, "0"))
        at = gap.end() if gap else at + 1
    return "".join(out)


def _decoded(word: str) -> str:
    raw = unquote_to_bytes(word.encode("latin-1")) if "%" in word else word.encode("latin-1")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    return html.unescape(text) if "&" in text else text
