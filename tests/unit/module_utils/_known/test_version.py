# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools
import re

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._known.version import WITHIN, Version
from hypothesis import example, given
from hypothesis import strategies as st

NUMBERS = st.lists(
    st.tuples(st.sampled_from(["", "", "", "0"]), st.integers(0, 99_999)).map(lambda one: f"{one[0]}{one[1]}"),
    min_size=2,
    max_size=6,
).map(".".join)
SUFFIXES = [
    "",
    "-beta",
    " beta",
    "_Beta",
    "-rc1",
    "-RC2",
    " rc 2",
    "-rc.1",
    "beta",
    " (Beta)",
    "-hotfix",
    "-x-1",
    "+g1a2",
]
TEXTS = st.tuples(NUMBERS, st.sampled_from(["", "", "a", "d", "Z"]), st.sampled_from(SUFFIXES)).map("".join)
VERSIONS = TEXTS.map(Version.parse)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("08.9.3.80", "8.9.3.80"),
        ("8.9.3.80", "8.9.3.80"),
        (" 10.1.54.13\n", "10.1.54.13"),
        ("8.7.3.25.9", "8.7.3.25.9"),
        ("6.5.20", "6.5.20"),
        ("3.60d", "3.60d"),
        ("3.56P", "3.56p"),
        ("2.04g", "2.4g"),
        ("10.1.54.13-beta", "10.1.54.13-beta"),
        ("8.7.5.35-RC1", "8.7.5.35-rc1"),
        ("10.1.0.0 beta", "10.1.0.0-beta"),
        ("10.1.0.0 (Beta)", "10.1.0.0-beta"),
        ("10.1.0.0 beta 2", "10.1.0.0-beta-2"),
        ("10.1.54.13_rc.2", "10.1.54.13-rc-2"),
        ("10.1.54.13rc2", "10.1.54.13-rc2"),
        ("10.1.54.13-hotfix-2", "10.1.54.13-hotfix-2"),
        ("3.60d-beta", "3.60d-beta"),
    ],
)
def test_reads_every_form_that_facts_name(text: str, normal: str) -> None:
    """And what may stand behind them. It is shown as it was written; files have one name for it."""
    assert str(Version.parse(text)) == text.strip()
    assert Version.parse(text).normal == normal


@pytest.mark.parametrize(
    "text",
    [
        "",
        "8",
        "873_19_20130321",
        "8.7.",
        ".8.7",
        "8..7",
        "8.7.x",
        "8.7-5",
        "v8.7.5",
        "8 .7",
        "8,7",
        "\u0668.\u0667",
        "8.7.5dd",
        "8.7.5-",
        "8.7.5-13",
        "8.7.5 13",
        "8.7.5 hotfix",
        "8.7.5-sip",
        "8.7.5-SIP-f",
        "8.7.5-beta-SIP-f",
        "8.7.5-" + "x" * 30,
        "8.7.5-\u0661",
        "1.2.3.4.5.6.7",
        "1.2345678",
        "latest",
    ],
)
def test_refuses_the_rest_and_says_how_to_write_it(text: str) -> None:
    with pytest.raises(InputError, match=r"Write it like 8\.9\.3\.80"):
        Version.parse(text)


def test_order_is_that_of_numbers_and_not_of_text() -> None:
    texts = ["2.04g", "3.56p", "3.60", "3.60d", "6.5.20", "7.3.14", "8.7.3.25", "8.7.3.25.9", "8.7.5.35", "8.9.3.80"]
    texts += ["10.1.20.0", "10.1.54.13", "10.1.54.24", "10.1.101.11", "10.1.226.16"]
    versions = [Version.parse(text) for text in texts]
    assert sorted(versions) == versions
    assert all(older < newer for older, newer in itertools.pairwise(versions))


def test_leading_zeros_make_no_difference() -> None:
    assert Version.parse("08.9.3.80") == Version.parse("8.9.3.80")
    assert len({Version.parse("08.9.3.80"), Version.parse("8.9.3.80")}) == 1


def test_major() -> None:
    assert Version.parse("10.1.54.13").major == 10


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("10.1.54.13-beta", "10.1.54.13"),
        ("8.7.5.35-rc1", "8.7.5.35"),
        ("10.1.0.0 beta", "10.1.0.0"),
        ("10.1.54.12", "10.1.54.13-beta"),
        ("10.1.54.12-hotfix", "10.1.54.13"),
        ("3.60", "3.60d"),
        ("10.1.54.13", "10.1.54.13.1-beta"),
    ],
)
def test_what_is_certainly_older(one: str, other: str) -> None:
    older, newer = Version.parse(one), Version.parse(other)
    assert older != newer
    assert newer.reaches(older)
    assert not older.reaches(newer)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("10.1.54.13-hotfix", "10.1.54.13"),
        ("10.1.54.13-preview", "10.1.54.13"),
        ("10.1.54.13-beta", "10.1.54.13-rc1"),
        ("10.1.54.13-rc1", "10.1.54.13-rc10"),
        ("10.1.54.13b", "10.1.54.13"),
        ("3.60d-beta", "3.60"),
    ],
)
def test_what_nothing_orders(one: str, other: str) -> None:
    """Neither may be taken for the other, nor for newer."""
    first, second = Version.parse(one), Version.parse(other)
    assert first != second
    assert not first.reaches(second)
    assert not second.reaches(first)


@given(TEXTS)
def test_no_digit_of_a_text_is_changed(text: str) -> None:
    version = Version.parse(text)
    assert str(version) == text
    assert Version.parse(str(version)) == Version.parse(version.normal) == version
    assert hash(Version.parse(version.normal)) == hash(version)
    assert Version.parse(version.normal).normal == version.normal == str(Version.parse(version.normal))


@given(VERSIONS, VERSIONS, VERSIONS)
def test_order_is_total(a: Version, b: Version, c: Version) -> None:
    assert [a < b, a == b, a > b].count(True) == 1
    low, middle, high = sorted([a, b, c])
    assert low <= middle <= high
    assert low <= high


@given(NUMBERS, st.lists(st.tuples(st.sampled_from(["", "d"]), st.sampled_from(SUFFIXES)), min_size=3, max_size=3))
@example("3.60", [("d", ""), ("", ""), ("", "-beta")])
def test_what_is_certain_fits_the_order(numbers: str, ends: list[tuple[str, str]]) -> None:
    a, b, c = (Version.parse(numbers + "".join(end)) for end in ends)
    assert a.reaches(a)
    if a.reaches(b):
        assert a >= b
        assert a == b or not b.reaches(a)
        if b.reaches(c):
            assert a.reaches(c)


@given(TEXTS, st.sampled_from(["", "snomD785-SIP ", "v"]), st.sampled_from([" ", "<br>", "\n", ")", " 1.1.3-s "]))
def test_within_a_text_it_is_the_same_or_none(text: str, before: str, behind: str) -> None:
    match = re.search(WITHIN, f"{before}{text}{behind}".lower())
    assert match and Version.parse(match[0]) == Version.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "10.1.54.13-13 ",
        "10.1.54.13-beta_2.x",
        "10.1.54.13-rc1._ ",
        f"10.1.54.13-{'x' * 40} ",
        "10.1.54.13, beta ",
        "10.1.54.13 - beta ",
        "10.1.54.13-",
        "10.1.54.13-b",
        "10.1.54.13-beta",
    ],
)
def test_within_a_text_a_doubtful_end_leaves_no_version(text: str) -> None:
    """The last three may have been cut off."""
    assert re.match(WITHIN, text) is None


@pytest.mark.parametrize("behind", ["-SIP-f.bin", " pressed", " rcs", " 2010.12-beta", "-", "- beta of 9"])
def test_within_a_text_not_all_behind_it_is_a_suffix(behind: str) -> None:
    match = re.match(WITHIN, f"10.1.54.13{behind} ".lower())
    assert (match and match[0]) == (None if "- beta" in behind else "10.1.54.13")
