# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._known.images import Catalog
from ansible_collections.telephony.snom.plugins.module_utils._provisioning.diff import (
    Change,
    Generation,
    compare_generations,
    gone,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.provisioning.provisioned_phone import Entry
from ansible_collections.telephony.snom.plugins.plugin_utils.provisioning.render import Rendering, RenderOptions, render

BOOK = [{"name": "Desk", "number": "12"}]
ONE = {"language": "English", "user_name": ["100"], "user_pass": ["hush"]}


def rendered(**phones: dict[str, Any]) -> Rendering:
    """Phones by host, with their settings; a phone book stands among them as book, or as added."""
    entries = [
        Entry(
            host=host,
            mac=f"0004139200{ord(host):02X}",
            model="D785",
            settings={"snom_settings": settings},
            phone_book_complete="added" not in settings,
            phone_book=settings.pop("book", settings.pop("added", None)),
        )
        for host, settings in ((host, dict(settings)) for host, settings in phones.items())
    ]
    return render(entries, Catalog(), RenderOptions(base_url="https://p", shared_users=frozenset({"100"})))


def generation(rendering: Rendering) -> Generation:
    return Generation(name=rendering.generation, read=rendering.files.get)


def changes(before: Rendering | None, after: Rendering) -> dict[str, Change]:
    return compare_generations(after.phones, generation(before) if before else None, generation(after))


def lines(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return changes(rendered(a=before), rendered(a=after))["a"].lines


def test_the_first_generation_is_new_for_all() -> None:
    (change,) = changes(None, rendered(a=ONE)).values()
    assert change.changed and change.lines == ["a: new (snomD785-000413920061.htm, 5 settings)"]
    assert change.files == ["snomD785-000413920061.htm", "snomD785-000413920061.xml"]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ({"language": "English"}, {"language": "Deutsch"}, "language: English -> Deutsch"),
        ({}, {"language": "Deutsch"}, "language: (none) -> Deutsch"),
        ({"language": "English"}, {}, "language: English -> (none)"),
        ({"phone_name": "x"}, {"phone_name": ""}, 'phone_name: x -> ""'),
        ({"user_pass": ["hush"]}, {"user_pass": ["hush2"]}, "user_pass1: ******** -> ********"),
        (
            {"setting_server": "http://u:hu@sh@x"},
            {"setting_server": "http://u:hu@sh@y"},
            "setting_server: http://********@x -> http://********@y",
        ),
        ({"language": "E"}, {"language": {"value": "E", "perm": "R"}}, "language: E -> E [R]"),
        (
            {"fkey": {0: "line"}},
            {"fkey": {0: {"value": "line", "label": "L"}}},
            "fkey0: line [context active] -> line [context active, label L]",
        ),
        (
            {"fkey": {0: "line"}},
            {"fkey": {0: {"value": "line", "ringer": "https://u:hush@x/r.wav"}}},
            "fkey0: line [context active] -> line [context active, ringer https://********@x/r.wav]",
        ),
        ({}, {"book": []}, "phone book: (none) -> 0 entries"),
        ({"book": BOOK}, {"added": BOOK}, "phone book: 1 entry -> 1 entry beside its own"),
        ({"added": BOOK}, {"book": BOOK}, "phone book: 1 entry beside its own -> 1 entry"),
        ({"phone_name": "x" * 300}, {"phone_name": "y"}, f"phone_name: {'x' * 200}… -> y"),
    ],
)
def test_each_setting_that_changes_is_said(before: dict[str, Any], after: dict[str, Any], said: str) -> None:
    assert lines(before, after) == [f"a: {said}"]


def test_numbers_are_in_order() -> None:
    keys = {"fkey": dict.fromkeys((0, 9, 10), "line")}
    assert [line.split(":")[1].strip() for line in lines({}, keys)] == ["fkey0", "fkey9", "fkey10"]


def test_only_the_phone_that_changed_is_changed() -> None:
    found = changes(rendered(a=ONE, b={"call_completion": "on"}), rendered(a=ONE, b={"call_completion": "off"}))
    assert {host: change.changed for host, change in found.items()} == {"a": False, "b": True}


def test_settings_that_only_move_to_another_file_are_no_change() -> None:
    """With a second phone of the model, what both have goes to the file of the model."""
    found = changes(rendered(a=ONE), rendered(a=ONE, b={"language": "English"}))
    assert "snomD785.xml" in found["a"].files
    assert (found["a"].changed, found["a"].lines, found["b"].changed) == (False, [], True)


def test_a_phone_that_is_gone_is_named_by_its_file() -> None:
    before, after = rendered(a=ONE, b=ONE), rendered(a=ONE)
    assert gone(before.files, generation(after)) == ["snomD785-000413920062.htm"]


def test_a_phone_that_an_earlier_generation_did_not_have() -> None:
    before, after = rendered(a=ONE, b=ONE), rendered(a=ONE)
    change = compare_generations(before.phones, generation(before), generation(after))["b"]
    assert change == Change(changed=True, files=[], lines=["b: gone (snomD785-000413920062.htm)"])


def test_a_published_file_with_a_number_that_is_none_is_shown_as_it_is() -> None:
    before, after = rendered(a={"fkey": {0: "line"}}), rendered(a={"fkey": {0: "line"}, "language": "Deutsch"})
    edited = {name: data.replace(b'<fkey idx="0"', b'<fkey idx="1x"') for name, data in before.files.items()}
    published = Generation(name="edited", read=edited.get)
    assert compare_generations(after.phones, published, generation(after))["a"].lines == [
        "a: fkey: line [context active, idx 1x] -> (none)",
        "a: fkey0: (none) -> line [context active]",
        "a: language: (none) -> Deutsch",
    ]
