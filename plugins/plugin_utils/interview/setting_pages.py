# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pages of settings, as XML or as lines: names stay that settings may have, and values that say nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from ansible_collections.telephony.snom.plugins.module_utils._known.known_settings import KNOWN, is_known, known_setting
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.replacer import Replacer
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.vocabulary import LABELS, SECTIONS

_OF_SETTINGS = frozenset(part for name in KNOWN for part in name.split("_")) | LABELS
_TECHNICAL = ("perm", "idx", "version", "encoding", "e", "complete")
_ATTRIBUTES = frozenset((*_TECHNICAL, "context", "label", "short_label", "type"))
_SAFE_VALUES = frozenset(("", "on", "off", "true", "false", "yes", "no"))
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


class SettingPages:
    """Replaces in pages of settings, and in one that holds none as in any other."""

    def __init__(self, replacer: Replacer) -> None:
        self._replacer = replacer

    def replaced(self, text: str) -> str:
        """A page of settings, as XML or as lines: names stay that settings may have, and values that say nothing."""
        if text.lstrip("\xef\xbb\xbf \t\r\n").startswith("<") and "perm=" in text:
            return _replaced(_XML_SETTING, text, self._xml_setting, self._xml_between)
        if not _TEXT_SETTING.search(text):
            return self._replacer.text(text)
        return _replaced(_TEXT_SETTING, text, self._text_setting, self._replacer.text)

    def _text_setting(self, match: re.Match[str]) -> str:
        before, name, between, value = match.groups()
        return before + self._name(name) + between + self._value(name, value)

    def _xml_setting(self, match: re.Match[str]) -> str:
        name, attributes, value = match.groups()
        inside = _replaced(_ATTRIBUTE, attributes, self._attribute, self._replacer.private)
        return f"<{self._name(name)}{inside}>" + _replaced(
            _CDATA, value, lambda part: part[1] + self._value(name, part[2]) + part[3], partial(self._value, name)
        )

    def _xml_between(self, text: str) -> str:
        """What lies between two elements, or what one begins with and what it says: ends, comments, the head."""
        return _replaced(
            _XML_END,
            text,
            lambda end: f"</{self._name(end[1])}{end[2]}>",
            lambda rest: _replaced(_XML_HEAD, rest, lambda head: head[0], self._replacer.private),
        )

    def _attribute(self, match: re.Match[str]) -> str:
        blank, name, equals, value = match.groups()
        keeps = name in _TECHNICAL or value[1:-1] in _SAFE_VALUES
        shown = name if name in _ATTRIBUTES else self._name(name)
        return blank + shown + equals + (value if keeps else self._replacer.private(value))

    def _name(self, name: str) -> str:
        if is_known(name) or name.lower() in SECTIONS:
            return name
        parts = [part.rstrip("0123456789").lower() for part in _NAME_PART.split(name)]
        # A word alone may be somebody's name, whatever else it says.
        stays = len(parts) > 1 and all(
            part in _OF_SETTINGS and part not in self._replacer.words.hidden for part in parts
        )
        return name if stays else self._replacer.private(name)

    def _value(self, name: str, value: str) -> str:
        said, known = value.strip(), known_setting(name)
        if not said:
            return value
        stays = said.lower() in _SAFE_VALUES or (known is not None and said in known.values)
        return value if stays or said in self._replacer.forms.versions else self._replacer.private(value)


def _replaced(
    pattern: re.Pattern[str], text: str, replace: Callable[[re.Match[str]], str | None], between: Callable[[str], str]
) -> str:
    """The text with what stands for each match, and for what lies between two of them."""
    pieces, at = list[str](), 0
    for match in pattern.finditer(text):
        pieces += [between(text[at : match.start()]), replace(match) or ""]
        at = match.end()
    return "".join([*pieces, between(text[at:])])
