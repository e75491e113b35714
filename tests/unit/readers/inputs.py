# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Inputs for readers: what they read well, spoiled, and words that have broken readers elsewhere."""

from __future__ import annotations

import re

from ansible_collections.telephony.snom.tests.unit.readers.reader import Reader
from hypothesis import strategies as st

HOSTILE = (
    # Steers a terminal, ends a line, is no text, or half a character.
    *(
        b"\x1b[2J",
        b"\x07",
        b"\r\n",
        b"\r",
        b"\n",
        b"\x00",
        b"\xff",
        b"\x85",
        b"\xc2\x85",
        b"\xe2\x80\xa8",
        b"\xe2\x80\xae",
    ),
    *(b"\\ud800", b"\xed\xa0\x80", b"\\u0000", b"&#0;", b"&#xd800;", b"&#x1b;", b"&amp;"),
    # Breaks out of HTML, Jinja, YAML, XML, a spreadsheet, a folder, a header, a shell.
    *(b"<script>", b'">', b"'", b"-->", b"<!--", b"]]>", b"<![CDATA[", b"<!DOCTYPE a [", b"{{ 7*7 }}", b"{% raw %}"),
    *(b"{#", b"#}", b"!!timestamp x", b"!!bool x", b"!!int ''", b"&a ", b"*a", b"<<: *a", b"=cmd|' /C'!A0", b"../../"),
    *(b"%2e%2e%2f", b"%00", b"%0d%0a", b"\\", b"$(id)", b"`id`", b";", b"--"),
    # Numbers that are none to everybody, or have no end.
    *(
        b"9" * 5000,
        b"1e999",
        b"-1",
        b"NaN",
        b"Infinity",
        b"0x1f",
        b"1_0",
        "\u0663".encode(),
        "\u00b2".encode(),
        b"true",
    ),
    *(b"0", b"4294967296", b"-2147483648", b"99999999999999999999", b"1:1:1", b"2026-13-41T25:61:61", b"0001-01-01"),
    *("\u0130".encode(), "\u017f".encode(), "\u212a".encode(), b"null", b'""', b"[]", b"{}"),
    # Without an end.
    *(b"[" * 3000, b'{"a":' * 3000, b"(" * 3000, b" " * 3000, b"a" * 3000, b"a: " * 1000, b"- " * 1000, b"<a>" * 1000),
    *(
        b"http://[",
        b"http://[::1",
        b"//",
        b"@",
        b"?",
        b"#",
        b"Transfer-Encoding: chunked\r\n",
        b"-5\r\n",
        b"ffffffff\r\n",
    ),
)


def pieces(reader: Reader) -> list[bytes]:
    """The words and lines of what a reader reads well."""
    found = {piece for seed in reader.seeds for piece in re.findall(rb"[\w.-]+|[^\w.-]+|[^\n]+\n?", seed)}
    return sorted(found)


def inputs(reader: Reader) -> st.SearchStrategy[bytes]:
    """Seeds with some places replaced, and words in any order."""
    word = st.sampled_from(HOSTILE) | st.sampled_from(pieces(reader)) | st.binary(max_size=6)
    edit = st.tuples(st.integers(0, 4000), st.integers(0, 40), word)
    spoiled = st.builds(_spoil, st.sampled_from(reader.seeds), st.lists(edit, max_size=5))
    return spoiled | st.lists(word, max_size=12).map(b"".join)


def _spoil(seed: bytes, edits: list[tuple[int, int, bytes]]) -> bytes:
    for place, length, word in edits:
        at = place % (len(seed) + 1)
        seed = seed[:at] + word + seed[at + length :]
    return seed


def long_inputs(reader: Reader, size: int) -> st.SearchStrategy[bytes]:
    """A few words again and again, between two parts of a seed: what makes patterns go back and forth."""
    word = st.sampled_from([one for one in HOSTILE if len(one) < 100]) | st.sampled_from(pieces(reader))
    words = st.lists(word, min_size=1, max_size=3).map(b"".join)
    return st.builds(
        lambda seed, cut, again: seed[: cut % (len(seed) + 1)] + again * (size // len(again)),
        st.sampled_from(reader.seeds),
        st.integers(0, 4000),
        words,
    )
