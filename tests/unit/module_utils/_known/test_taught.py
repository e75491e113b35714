# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._known.taught import (
    MOST_LESSONS,
    Lesson,
    flash_time,
    parse_taught,
    spelling,
)
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version

V10 = Version.parse("10.1.54.13")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"flash_time": 900}, "must be a list"),
        ([{"flash_time": 900}] * (MOST_LESSONS + 1), "no more than 50"),
        (["flash_time"], "entry 1: must be a mapping"),
        ([{}], "teaches something"),
        ([{"models": ["D785"]}], "teaches something"),
        ([{"flash_time": 900}, {"flashtime": 900}], "entry 2: must be a mapping that teaches something. Its keys are"),
        ([{"models": ["X99"], "flash_time": 900}], "models has a name that is no model"),
        ([{"firmware": "new", "flash_time": 900}], "'new' is not a firmware version"),
        ([{"firmware": 10.10, "flash_time": 900}], "write '10.1' with its quotes"),
        ([{"flash_time": "long"}], "flash_time must be a number"),
        ([{"flash_time": 1e9}], "between a second and a day"),
        ([{"flash_time": float("nan")}], "between a second and a day"),
        ([{"version": "Software"}], "version must be a mapping of page, label"),
        ([{"version": {"page": "info.htm", "label": "Software", "pattern": ".*"}}], "version must be a mapping"),
        ([{"version": {"page": "dummy.htm?swload=load", "label": "Software"}}], "without a query"),
        ([{"version": {"page": "../info.htm", "label": "Software"}}], "without a query"),
        ([{"version": {"page": "info.htm", "label": ": "}}], "plain text of 3 to 60 characters"),
        ([{"version": {"page": "info.htm", "label": "x" * 61}}], "plain text of 3 to 60 characters"),
        ([{"busy": {"page": "info.htm", "text": "a\x1b[2J b"}}], "plain text of 3 to 60 characters"),
        ([{"registration": {"page": "info.htm", "label": "Account"}}], "registered, unregistered"),
        ([{"reboot": "/advanced_update.htm?reset=Reset"}], "reboot can't be"),
        ([{"reboot": "/advanced.htm?reboot=reset"}], "reboot can't be"),
        ([{"reboot": "http://192.0.2.1/advanced.htm?reboot=Reboot"}], "reboot can't be"),
        ([{"clear_lists": "0&settings=save"}], "clear_lists can't be"),
        ([{"settings_page": "/settings.htm?settings=save"}], "settings_page can't be"),
    ],
)
def test_what_can_not_be_taught_is_named_with_its_remedy(given: Any, words: str) -> None:
    with pytest.raises(InputError) as error:
        parse_taught(given)
    assert words in error.value.reason and error.value.reason.startswith("snom_taught")


def test_a_lesson_is_for_the_phones_that_it_names() -> None:
    (lesson,) = parse_taught([{"models": ["D785", "snom 320"], "firmware": ["10.1", "8.7.5"], "flash_time": 900}])
    assert lesson.fits("D785", V10) and lesson.fits("320", Version.parse("8.7.5.35"))
    assert not lesson.fits("D785", Version.parse("10.2.1")) and not lesson.fits("D375", V10)
    assert not lesson.fits(None, V10) and not lesson.fits("D785", None)
    beta, release = Version.parse("10.1.54.13-beta"), Version.parse("10.1.54.13")
    assert Lesson(firmware=(release,)).fits("D785", beta)
    assert Lesson(firmware=(beta,)).fits("D785", beta) and not Lesson(firmware=(beta,)).fits("D785", release)
    (every,) = parse_taught([{"flash_time": "900"}])
    assert every.fits(None, None)


def test_the_longer_flash_time_counts() -> None:
    lessons = parse_taught([{"models": ["D785"], "flash_time": 900}, {"flash_time": 30}])
    assert flash_time(lessons, "D785", V10, 600) == 900
    assert flash_time(lessons, "D375", V10, 600) == 600


def test_the_first_spelling_that_fits_counts() -> None:
    lessons = parse_taught(
        [
            {"models": "D375", "clear_lists": "all"},
            {"reboot": "advanced_network.htm?reboot=Reboot"},
            {"clear_lists": "clear"},
        ]
    )
    assert spelling(lessons, "clear_lists", "D785", V10) == "clear"
    assert spelling(lessons, "clear_lists", "D375", V10) == "all"
    assert spelling(lessons, "reboot", None, None) == "/advanced_network.htm?reboot=Reboot"
    assert spelling(lessons, "settings_page", "D785", V10) is None
