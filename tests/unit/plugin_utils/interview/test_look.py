# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.look import (
    PAGES,
    PERSON,
    Word,
    contradictions,
    verdicts,
    words_of_person,
)


def test_words_that_differ_are_a_contradiction_and_no_value() -> None:
    words = [Word("version", "10.1.54.13", PAGES, "info.htm"), Word("version", "10.1.54.14", PERSON, "the display")]
    (version, *others) = verdicts(words)
    assert (version["value"], version["verdict"]) == (None, "contradiction")
    assert {row["verdict"] for row in others} == {"unknown"}
    (sentence,) = contradictions(words)
    assert sentence == (
        "version: info.htm says 10.1.54.13; the display says 10.1.54.14. Nobody else says what you say: is this the "
        "phone before you?"
    )
    assert verdicts(words[:1])[0]["value"] == "10.1.54.13" and contradictions(words[:1]) == []
    same = [Word("version", text, PAGES, "info.htm") for text in ("2.04g", "2.4G")]
    assert verdicts(same)[0]["value"] == "2.04g" and contradictions(same) == []


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        ({"version": "new"}, "shown_version: 'new' is not a firmware version"),
        ({"mac": "12"}, "shown_mac: '12' is not a MAC address"),
        ({"model": "X99"}, "shown_model is 'X99'"),
    ],
)
def test_what_a_person_can_not_have_seen_is_an_error(shown: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError) as error:
        words_of_person(shown)
    assert words in error.value.reason
