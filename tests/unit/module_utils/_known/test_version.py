# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from hypothesis import given
from hypothesis import strategies as st

VERSIONS = st.builds(
    Version,
    st.lists(st.integers(0, 999_999), min_size=2, max_size=6).map(tuple),
    st.sampled_from(["", "a", "d", "z"]),
)


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
    ],
)
def test_reads_every_form_that_facts_name(text: str, normal: str) -> None:
    assert str(Version.parse(text)) == normal


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


@given(VERSIONS)
def test_normal_form_reads_back_as_the_same_version(version: Version) -> None:
    assert Version.parse(str(version)) == version


@given(VERSIONS, VERSIONS, VERSIONS)
def test_order_is_total(a: Version, b: Version, c: Version) -> None:
    assert [a < b, a == b, a > b].count(True) == 1
    low, middle, high = sorted([a, b, c])
    assert low <= middle <= high
    assert low <= high
