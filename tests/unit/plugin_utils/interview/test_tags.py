# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.recorder import KNOWN_PAGES
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.replacer import Replacer
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.tags import Tags
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.vocabulary import IN_TAGS

from .details import replacer


def test_paths_of_known_pages_stay_and_are_links_to_them() -> None:
    one = replacer()
    for page in KNOWN_PAGES:
        assert one.head(page) == page
        assert one.text(f'<a href="{page}">Anna</a>').startswith(f'<a href="{page}">')


@pytest.mark.parametrize("value", ["10.1.54.13", "00:04:13:92:2D:24", "192.0.2.77", "0305557788"])
def test_a_tag_stays_one_whatever_its_values_hold(value: str) -> None:
    replacer = Replacer(macs=["000413922D24"], versions=["10.1.54.13"])
    for quote in ('"', "'"):
        before, after = f"<input type={quote}text{quote} readonly value={quote}", f"{quote} size=9 name=a><br>Memory"
        text = replacer.text(before + value + after)
        assert text.startswith(before) and text.endswith(after)
    # Names in it go, also such as are words of markup, before and behind what has a form of its own.
    text = replacer.text(f'<img title="Black, Annegret {value} Black" alt="Black {value}"><p>Black</p>')
    assert "lack" not in text and "Annegret" not in text and text.startswith('<img title="') and 'alt="' in text
    assert text.endswith("</p>")


def test_within_tags_other_words_stay_but_for_what_they_show() -> None:
    asked = list[tuple[str, bool]]()

    def plain(text: str, words: frozenset[str]) -> str:
        asked.append((text, words is IN_TAGS))
        return text

    tags = Tags(plain)
    # A part ends within quotes, and the next one ends them.
    parts = ['<p class="a">Anna<input value="An', 'na" size=9>Bo']
    assert [tags.part(part) for part in parts] == parts
    assert [text for text, in_tag in asked if text and not in_tag] == ["Anna", "An", "na", "9", "Bo"]
