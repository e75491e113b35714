# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from collections import Counter

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.limits import (
    Wave,
    parse_by_site,
    parse_limit,
    parse_waves,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.waves import pick_canaries
from hypothesis import given
from hypothesis import strategies as st

CANARY = Wave("canary", "canary")
STOP = Wave("stop", "stop")


@pytest.mark.parametrize(
    ("value", "waves"),
    [
        (["canary", "10%", "100%"], (CANARY, Wave("10%", "percent", 10), Wave("100%", "percent", 100))),
        ("canary, 10%,100%", (CANARY, Wave("10%", "percent", 10), Wave("100%", "percent", 100))),
        ((5, "50"), (Wave("5", "count", 5), Wave("50", "count", 50))),
        (7, (Wave("7", "count", 7),)),
        (" 25 % ", (Wave("25 %", "percent", 25),)),
        ("Canary", (Wave("Canary", "canary"),)),
        ("canary, 5, stop", (CANARY, Wave("5", "count", 5), STOP)),
    ],
)
def test_waves_are_read_from_lists_and_strings(value, waves):
    assert parse_waves(value) == waves


@pytest.mark.parametrize(
    ("value", "bad"),
    [
        (0, "0"),
        ("0%", "'0%'"),
        (-1, "-1"),
        ("-10%", "'-10%'"),
        ("101%", "'101%'"),
        (True, "True"),
        (0.5, "0.5"),
        ("1.5%", "'1.5%'"),
        (None, "None"),
        ("", "''"),
        ("canary,,10%", "''"),
        (["canary", "10 percent"], "'10 percent'"),
        (["canary, 10%"], "'canary, 10%'"),
        ({"canary": 1}, "{'canary': 1}"),
        ([[5]], "[5]"),
        ("٣", "'٣'"),
        ("1000000000", "'1000000000'"),
    ],
)
def test_a_bad_wave_is_named(value, bad):
    with pytest.raises(InputError, match=rf"^waves: {re.escape(bad)}.* is not a wave.*for example \[canary"):
        parse_waves(value)


def test_no_waves_at_all_are_refused():
    with pytest.raises(InputError, match=r"^waves: the list is empty"):
        parse_waves([])


@pytest.mark.parametrize(
    ("wave", "total", "size"),
    [("10%", 95, 10), ("1%", 3, 1), ("100%", 7, 7), ("5", 100, 5), ("5", 3, 3), ("1%", 0, 0), ("29%", 100, 29)],
)
def test_a_percentage_is_rounded_up_and_no_wave_is_larger_than_the_fleet(wave, total, size):
    assert parse_waves(wave)[0].size(total) == size


@pytest.mark.parametrize("value", ["stop", ["stop", "canary"], ["canary", "stop", "100%"], ["canary", "stop", "stop"]])
def test_a_stop_comes_last_and_not_alone(value):
    with pytest.raises(InputError, match=r"^waves: stop must be the last one"):
        parse_waves(value)


@pytest.mark.parametrize("wave", [CANARY, STOP])
def test_the_size_of_a_word_is_not_a_matter_of_numbers(wave):
    with pytest.raises(ValueError, match=wave.kind):
        wave.size(10)


@pytest.mark.parametrize(
    ("value", "total", "tolerated"),
    [(0, 100, 0), ("0", 100, 0), (3, 1, 3), ("5%", 99, 4), ("5%", 19, 0), ("100%", 7, 7), (" 2 ", 9, 2)],
)
def test_a_limit_in_percent_is_rounded_down(value, total, tolerated):
    assert parse_limit(value, "max_bad").of(total) == tolerated


@pytest.mark.parametrize("value", [-1, "-1", "101%", True, 2.0, None, "", "few", [1], "1,2"])
def test_a_bad_limit_names_option_and_value(value):
    with pytest.raises(InputError, match=rf"^max_bad: {re.escape(repr(value))} is not a limit.*for example"):
        parse_limit(value, "max_bad")


def test_one_number_holds_for_every_site():
    bandwidth = parse_by_site("50", "site_bandwidth_mbit")
    assert (bandwidth.of("berlin"), bandwidth.of(None)) == (50.0, 50.0)


def test_a_mapping_gives_each_site_its_number_and_default_the_others():
    bandwidth = parse_by_site({"berlin": 10, 12: 2.5, "default": "100"}, "site_bandwidth_mbit")
    assert [bandwidth.of(site) for site in ("berlin", "12", "paris", None)] == [10.0, 2.5, 100.0, 100.0]


@pytest.mark.parametrize(("site", "named"), [("paris", "site 'paris'"), (None, "the phones without a site")])
def test_a_site_that_the_mapping_leaves_out_is_an_error(site, named):
    bandwidth = parse_by_site({"berlin": 10}, "site_bandwidth_mbit")
    with pytest.raises(InputError, match=f"^site_bandwidth_mbit: nothing is said for {named}.*default"):
        bandwidth.of(site)


@pytest.mark.parametrize(
    "value", [0, -5, "0", True, None, "fast", float("inf"), float("nan"), [10], 10**400, {"berlin": 0}, {"berlin": {}}]
)
def test_only_numbers_above_zero_are_taken(value):
    with pytest.raises(InputError, match=r"^site_bandwidth_mbit.* is not a number above 0"):
        parse_by_site(value, "site_bandwidth_mbit")


def test_a_site_that_yaml_read_as_a_bool_is_refused():
    with pytest.raises(InputError, match=r"False is not the name of a site.*quotes"):
        parse_by_site({False: 10}, "site_bandwidth_mbit")


def canaries(*phones):
    """Phones are written ``key@site`` plus any suffix; a phone's site may be empty."""
    return pick_canaries(
        phones, key=lambda phone: phone.split("@")[0], site=lambda phone: phone.split("@")[1].split("/")[0] or None
    )


def test_each_key_gets_its_candidates_and_the_first_of_each_lie_at_different_sites():
    assert canaries("320@a/1", "370@a/1", "320@b/1", "370@b/1", "D785@a/1", "D785@c/1") == [
        ["320@b/1", "320@a/1"],
        ["370@a/1", "370@b/1"],
        ["D785@c/1", "D785@a/1"],
    ]


def test_a_key_with_a_choice_leaves_the_only_site_to_the_key_that_has_no_other():
    assert [first for first, *_unused in canaries("320@a", "320@b", "370@a")] == ["320@b", "370@a"]


def test_a_key_with_a_choice_goes_where_nobody_else_wants_to():
    assert [first for first, *_unused in canaries("1@a", "1@b", "2@a", "2@c", "3@a", "3@c")] == ["1@b", "2@c", "3@a"]


def test_keys_with_the_fewest_sites_choose_first():
    picked = canaries("1@a", "1@b", "2@a", "3@b", "3@c", "4@b", "4@d")
    assert [first for first, *_unused in picked] == ["1@b", "2@a", "3@c", "4@d"]


def test_stand_ins_change_the_site_with_each_step():
    assert canaries("1@a/1", "1@a/2", "1@a/3", "1@b/1", "1@b/2", "1@") == [
        ["1@a/1", "1@b/1", "1@", "1@a/2", "1@b/2", "1@a/3"]
    ]


def test_no_phones_give_no_canaries():
    assert canaries() == []


@given(st.lists(st.tuples(st.sampled_from("xyz"), st.sampled_from(["a", "b", "c", None]), st.integers()), unique=True))
def test_every_phone_is_a_candidate_of_its_own_key_exactly_once(phones):
    picked = pick_canaries(phones, key=lambda phone: phone[0], site=lambda phone: phone[1])
    assert Counter(phone for candidates in picked for phone in candidates) == Counter(phones)
    assert [{phone[0] for phone in candidates} for candidates in picked] == [
        {key} for key in dict.fromkeys(phone[0] for phone in phones)
    ]


@given(st.integers(1, 8), st.integers(1, 5))
def test_where_every_model_is_everywhere_the_canaries_are_spread_evenly(models, sites):
    phones = [(model, site) for model in range(models) for site in map(str, range(sites))]
    picked = pick_canaries(phones, key=lambda phone: phone[0], site=lambda phone: phone[1])
    at = Counter(candidates[0][1] for candidates in picked)
    assert max(at.values()) == -(-models // sites)
