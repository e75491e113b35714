# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Text with tags: within them other words stay, but for what they show."""

from __future__ import annotations

import re
from collections.abc import Callable

from ansible_collections.telephony.snom.plugins.plugin_utils.interview.vocabulary import IN_TAGS, LABELS

_TAG = re.compile(r"(?:</?[A-Za-z?]|<!(?i:doctype))[^<>]{0,4000}(?:>|\Z)")
_CUT = re.compile(r"""=\s{0,5}(["'])([^"'<>]{0,4000})\Z""")

# What a tag shows, or holds for somebody to read; and the query of a link.
_SHOWN = re.compile(
    r"""(?:(?<![\w-])(?!(?:class|id|name|type|style|rel|href|src|method|action|lang|align|valign|on[a-z]{1,20})[\s=])"""
    r"""[\w-]{1,40}\s{0,5}=\s{0,5}|(?=\?))"""
    r"""("[^"]*"|'[^']*'|[^\s"'>]+)""",
    re.IGNORECASE,
)


class Tags:
    """Replaces the words of one page, whose parts come one after the other."""

    def __init__(self, plain: Callable[[str, frozenset[str]], str]) -> None:
        """plain gives text in which these words stay."""
        self._plain = plain
        self._within = ""
        """What ends the tag, or the quotes in it, in which a part of a page has ended."""

    def part(self, text: str) -> str:
        """A part of a page, in which tags have words of their own, but for what they show.

        It may begin and end within a tag, where something in that has a form of its own.
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
