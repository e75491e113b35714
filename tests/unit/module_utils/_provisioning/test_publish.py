# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._known.images import Catalog
from ansible_collections.telephony.snom.plugins.module_utils._provisioning.publish import (
    ARGUMENT_SPEC,
    LONGEST_DIFF,
    Publication,
    pack,
    publish_content,
    read_mode,
    unpack,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.provisioning.provisioned_phone import Entry
from ansible_collections.telephony.snom.plugins.plugin_utils.provisioning.render import RenderOptions, render


def content(count: int = 2, **settings: Any) -> Publication:
    """What the controller hands over for so many phones, which all have these settings."""
    entries = [
        Entry(host=f"h{number}", mac=f"00041392{number:04X}", model="D785", settings={"snom_settings": settings})
        for number in range(count)
    ]
    rendering = render(entries, Catalog(), RenderOptions(base_url="https://p", unknown_settings="ignore"))
    return Publication(rendering.phones, rendering.generation, rendering.files)


def with_others(what: Publication, count: int) -> Publication:
    """The same in an inventory with so many phones more."""
    others = {f"00041392{number:04X}": f"h{number}" for number in range(len(what.phones), len(what.phones) + count)}
    return replace(what, others=others)


def published(root: Path, what: Publication, *, check_mode: bool = False, **options: Any) -> dict[str, Any]:
    defaults = {name: argument.get("default") for name, argument in ARGUMENT_SPEC.items()}
    return publish_content(what, defaults | {"web_root": str(root), "base_url": "https://p"} | options, check_mode)


def everything(root: Path) -> dict[str, int]:
    return {str(path): path.lstat().st_mtime_ns for path in root.rglob("*")}


def test_check_do_and_do_again(tmp_path: Path) -> None:
    what = content(language="English")
    planned = published(tmp_path, what, check_mode=True)
    assert planned["changed"] and everything(tmp_path) == {}
    done = published(tmp_path, what)
    assert done == planned and (tmp_path / "current" / "snomD785.xml").is_file()
    before = everything(tmp_path)
    again = published(tmp_path, what)
    assert not again["changed"] and everything(tmp_path) == before
    assert again["counts"] == {"phones": 2, "changed": 0, "files": 6, "gone": 0}
    assert again["previous"] == again["generation"] == done["generation"]


def test_content_travels_to_another_machine() -> None:
    for what in (with_others(content(language="Deutsch"), 2), Publication({"h0": "snomD785-000413920000.htm"})):
        assert unpack(pack(what)) == what


def test_the_result_tells_what_is_new_and_no_secret(tmp_path: Path) -> None:
    published(tmp_path, content(3, user_pass=["hush-1"]))
    result = published(tmp_path, content(2, user_pass=["hush-2"]), allow_removal=True)
    assert result["diff"] == {
        "prepared": "h0: user_pass1: ******** -> ********\n"
        "h1: user_pass1: ******** -> ********\n"
        "gone: snomD785-000413920002.htm\n"
    }
    assert result["counts"] == {"phones": 2, "changed": 2, "files": 6, "gone": 1}
    assert "hush" not in json.dumps(result)


@pytest.mark.parametrize("check_mode", [True, False])
def test_files_of_phones_that_the_play_has_not_do_not_go_unasked(tmp_path: Path, check_mode: bool) -> None:
    published(tmp_path, content(4))
    before = everything(tmp_path)
    part = with_others(content(2), 1)
    refused = published(tmp_path, part, check_mode=check_mode)
    assert refused["failed"] and "The files of h2, snomD785-000413920003.htm would go" in refused["msg"]
    assert "allow_removal" in refused["msg"]
    assert everything(tmp_path) == before
    allowed = published(tmp_path, part, check_mode=check_mode, allow_removal=True)
    assert allowed["counts"]["gone"] == 2
    # What never stood there is nobody's loss.
    assert published(tmp_path, with_others(content(4), 9), check_mode=check_mode)["counts"]["gone"] == 0


@pytest.mark.parametrize("others", [{}, {"000413920009": "elsewhere"}])
def test_a_phone_that_left_the_inventory_keeps_its_files_until_somebody_says_that_they_may_go(
    tmp_path: Path, others: dict[str, str]
) -> None:
    """A source that can't be read, or a lease that ran out, looks the same as a phone that is no more."""
    published(tmp_path, content(3))
    left = replace(content(2), others=others)
    refused = published(tmp_path, left)
    assert refused["failed"] and "The files of snomD785-000413920002.htm would go" in refused["msg"]
    assert (tmp_path / "current" / "snomD785-000413920002.htm").is_file()
    assert published(tmp_path, left, allow_removal=True)["gone"] == ["snomD785-000413920002.htm"]


def test_a_phone_whose_model_was_corrected_loses_the_file_of_the_other_one(tmp_path: Path) -> None:
    published(tmp_path, content(1))
    entry = Entry(host="h0", mac="000413920000", model="D735", settings={})
    rendering = render([entry], Catalog(), RenderOptions(base_url="https://p"))
    result = published(tmp_path, Publication(rendering.phones, rendering.generation, rendering.files))
    assert result["gone"] == ["snomD785-000413920000.htm", "snomD785.htm"]


def test_going_back_takes_no_files_away_of_phones_that_the_play_has_not(tmp_path: Path) -> None:
    published(tmp_path, content(2))
    published(tmp_path, content(20))
    part = with_others(Publication(content(2).phones), 18)
    refused = published(tmp_path, part, rollback=True)
    assert "The files of h10, h11, h12, h13, h14, h15, h16, h17, h18, h19 and 8 more would go" in refused["msg"]
    assert published(tmp_path, part, rollback=True, allow_removal=True)["counts"]["gone"] == 18


def test_a_long_diff_is_cut(tmp_path: Path) -> None:
    lines = published(tmp_path, content(LONGEST_DIFF + 5))["diff"]["prepared"].splitlines()
    assert len(lines) == LONGEST_DIFF + 1 and lines[-1] == "… and 5 more lines"


def test_going_back(tmp_path: Path) -> None:
    first, second = content(language="English"), content(language="Deutsch")
    published(tmp_path, first)
    published(tmp_path, second)
    phones = Publication(first.phones)
    before = everything(tmp_path)
    planned = published(tmp_path, phones, check_mode=True, rollback=True)
    assert everything(tmp_path) == before
    done = published(tmp_path, phones, rollback=True)
    assert done == planned
    assert (done["generation"], done["previous"]) == (first.generation, second.generation)
    assert done["diff"]["prepared"].startswith("h0: language: Deutsch -> English\n")
    assert b"English" in (tmp_path / "current" / "snomD785.xml").read_bytes()


def test_going_back_needs_something_to_go_back_to(tmp_path: Path) -> None:
    published(tmp_path, content())
    result = published(tmp_path, {"phones": {}}, rollback=True)
    assert result["failed"] and result["msg"].startswith("rollback: there is no earlier generation")


@pytest.mark.parametrize(("options", "says"), [({"keep": 0}, "keep must be 1"), ({"mode": "0777"}, "mode is '0777'")])
def test_bad_options_are_named(options: dict[str, Any], says: str, tmp_path: Path) -> None:
    result = published(tmp_path, content(), **options)
    assert result["failed"] and says in result["msg"] and everything(tmp_path) == {}


@pytest.mark.parametrize(("value", "mode"), [("0640", 0o640), ("600", 0o600), (0o644, 0o644)])
def test_modes(value: object, mode: int) -> None:
    assert read_mode(value) == mode


@pytest.mark.parametrize("value", ["", "x", "0240", "0660", "0750", "0646", 640, "01640", True])
def test_modes_that_are_none_or_too_wide(value: object) -> None:
    with pytest.raises(InputError, match="mode is"):
        read_mode(value)


def test_a_published_file_that_somebody_has_edited_is_replaced(tmp_path: Path) -> None:
    published(tmp_path, content(fkey={0: "line"}))
    file = tmp_path / "current" / "snomD785.xml"
    file.write_bytes(file.read_bytes().replace(b'idx="0"', b'idx="1x"'))
    for what in (content(fkey={0: "line"}), content(fkey={0: "line"}, language="Deutsch")):
        result = published(tmp_path, what)
        assert result["changed"] and "failed" not in result
        assert b'idx="0"' in file.read_bytes()
