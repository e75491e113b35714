# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.given import (
    arguments_from_text,
    from_text,
    list_from_text,
    require_usable_options,
    require_usable_value,
    without_omitted,
)

BROKEN = ["[100%", "{berlin:", "[a]]", "{a: b: c}", "[" * 3000 + "]", "[&a [*a, b: ]]]", "[!!bool x]", "[&a [*a]]"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[100%]", ["100%"]),
        (" [canary, 10%, stop] ", ["canary", "10%", "stop"]),
        ("['100%']", ["100%"]),
        ('["canary", 5]', ["canary", 5]),
        ("[]", []),
        ("{berlin: 50, default: 100}", {"berlin": 50, "default": 100}),
        ('{"berlin": "22:00-05:00 Europe/Berlin"}', {"berlin": "22:00-05:00 Europe/Berlin"}),
        ("{720: 8.9.3.80}", {720: "8.9.3.80"}),
        # What has no brackets is for the option's own reader.
        ("canary,10%,100%", "canary,10%,100%"),
        ("22:00-05:00 Europe/Berlin", "22:00-05:00 Europe/Berlin"),
        ("", ""),
        (None, None),
        (5, 5),
        (["[100%]"], ["[100%]"]),
    ],
)
def test_text_in_brackets_is_what_it_spells(text, value):
    assert from_text(text, "waves") == value


@pytest.mark.parametrize("text", BROKEN)
def test_broken_text_is_refused_by_the_name_of_its_option_alone(text):
    with pytest.raises(InputError, match=r"^waves begins with [\[{] ") as refused:
        from_text(text, "waves")
    assert "berlin" not in refused.value.reason and "100" not in refused.value.reason


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("deferred, not_started", ["deferred", "not_started"]),
        ("deferred,", ["deferred"]),
        ("[deferred]", ["deferred"]),
        ("", []),
        (" ", []),
        (None, []),
        (["deferred"], ["deferred"]),
        (("a", "b"), ["a", "b"]),
    ],
)
def test_a_list(text, value):
    assert list_from_text(text, "fail_on") == value


@pytest.mark.parametrize("value", [5, {"a": 1}, "{a: 1}", True])
def test_what_is_no_list_is_refused(value):
    with pytest.raises(InputError, match=r"^fail_on is "):
        list_from_text(value, "fail_on")


def test_only_options_of_these_types_are_read():
    spec = {"waves": {"type": "raw"}, "fail_on": {"type": "list"}, "password": {"type": "str"}, "keys": {}}
    given = {"waves": "[1]", "fail_on": "a,b", "password": "[x", "keys": "[1]", "unknown": "{"}
    assert arguments_from_text(given, spec, ("list", "raw")) == given | {"waves": [1], "fail_on": ["a", "b"]}
    assert arguments_from_text(given, spec, ("list",)) == given | {"fail_on": ["a", "b"]}


@pytest.mark.parametrize("value", [2**14282, -(2**14282), [{"a": ("b", 2**14282)}], {2**14282: 1}])
def test_a_number_that_nobody_can_write_is_refused_by_its_name(value):
    with pytest.raises(InputError, match=r"^snom_port holds a number of thousands of digits"):
        require_usable_value(value, "snom_port")
    with pytest.raises(InputError, match=r"^port holds a number of thousands of digits"):
        require_usable_options({"host": "127.0.0.1", "port": value})


@pytest.mark.parametrize(
    "value",
    [{0: "line", "0": "speed 110"}, {"fkey": {"0": "a", 0: "b"}}, [{"x": {True: 1, "True": 2}}], {1: 1, "1": 1}],
)
def test_a_key_as_number_and_as_text_is_refused(value):
    """As plain data they are one key, and which of the values is left depends on their order."""
    with pytest.raises(InputError, match=r"^snom_settings has (0|1|True) twice as a key, once in quotes"):
        require_usable_value(value, "snom_settings")
    with pytest.raises(InputError, match="twice as a key"):
        require_usable_options({"settings": value})


def test_such_a_key_in_text_is_refused_too():
    with pytest.raises(InputError, match=r"^waves has 0 twice as a key"):
        from_text('{0: 1, "0": 2}', "waves")


@pytest.mark.parametrize("value", [None, True, "9" * 5000, 1e300, {"a": [1, 2**64, "x"]}, {0: "a", "1": "b"}])
def test_other_values_are_nobody_s_business_yet(value):
    require_usable_value(value, "snom_port")


def test_what_is_omitted_is_no_value():
    """Up to ansible-core 2.18 phones got the text that stands for it, another one in each run."""
    left_out = "__omit_place_holder__" + "0f" * 20
    given = {"language": left_out, "user_name": [left_out, "107"], "fkey": {0: {"value": "line", "label": left_out}}}
    assert without_omitted(given) == {"user_name": ["107"], "fkey": {0: {"value": "line"}}}
    assert without_omitted(left_out) is None
    assert without_omitted(["", None, 0, f"x{left_out}"]) == ["", None, 0, f"x{left_out}"]
