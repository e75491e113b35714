# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError, Refused
from ansible_collections.telephony.snom.plugins.module_utils._known.key_event import KeyEvent
from ansible_collections.telephony.snom.plugins.module_utils._known.keys import chain_keys, fit_keys, parse_keys
from ansible_collections.telephony.snom.plugins.module_utils._known.models import MODELS
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from hypothesis import given
from hypothesis import strategies as st

TIMES = st.none() | st.integers(0, 60_000)
NAMES = st.sampled_from(["ENTER", "F_HOLD", "P1", "P48", "EK0", "EK143", "F4", *"0123456789*#"])
EVENTS = st.lists(st.builds(KeyEvent, NAMES, TIMES, TIMES), min_size=1)


@pytest.mark.parametrize(
    ("value", "keys_"),
    [
        ("ENTER", "ENTER"),
        ("0049123", "0;0;4;9;1;2;3"),
        ("*#", "*;#"),
        # The example of a client that people run (protocol 1.1).
        ("9;1;9;6;ENTER,,1000;*,1000,2000;#,,1000;9", "9;1;9;6;ENTER,,1000;*,1000,2000;#,,1000;9"),
        ("12,100,50", "1,100,50;2,100,50"),
        (" enter , 10 ; 5 ;", "ENTER,10;5"),
        ("%2a;4;%23;%2A21%23", "*;4;#;*;2;1;#"),
        (["OFFHOOK", "*97", 5, {"key": "enter", "pause": 500}], "OFFHOOK;*;9;7;5;ENTER,,500"),
        ([{"key": "P1", "press": 2000}, {"key": 7, "press": "100", "pause": 0}], "P1,2000;7,100,0"),
    ],
)
def test_what_users_write_is_what_the_phone_reads(value: Any, keys_: str) -> None:
    keys = [(event.key, event.press, event.pause) for event in parse_keys(value)]
    assert ";".join(",".join("" if one is None else str(one) for one in key).rstrip(",") for key in keys) == keys_


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("", "empty"),
        (" ; ", "empty"),
        ([], "empty"),
        ([""], "is no key"),
        (None, "text or a list"),
        ({"key": "ENTER"}, "text or a list"),
        (49123, "quotes"),
        ([{"key": 71}], "quotes"),
        ([{"key": True}], "is no key"),
        ([49], "is no key"),
        ([True], "is no key"),
        ([{"press": 5}], "is no key"),
        ([{"key": "ENTER", "hold": 5}], "is no key"),
        ("RETURN", "'RETURN' is no key"),
        ("F5", "is no key"),
        ("F0", "is no key"),
        ("P0", "is no key"),
        ("P", "is no key"),
        ("P01", "is no key"),
        ("EK", "is no key"),
        ("1a", "is no key"),
        ("CONFERENCE", "keyevent CONFERENCE"),
        ("F_MUTE", "keyevent F_MUTE"),
        ("ENTER,1,2,3", "not of the form"),
        (",5", "not of the form"),
        ("EN TER", "not of the form"),
        ("ENTER,1 0", "not of the form"),
        # A search that goes back over the blanks from each of them would take half a minute.
        pytest.param("ENTER," + " " * 30_000 + "B C", "not of the form", id="blanks"),
        ("ENTER&number=112", "is no key"),
        ("ENTER,-1", "0 to 60000"),
        ("ENTER,60001", "0 to 60000"),
        ("ENTER,,60001", "0 to 60000"),
        ("ENTER,x", "0 to 60000"),
        ([{"key": "ENTER", "press": True}], "0 to 60000"),
        ([{"key": "ENTER", "press": 1.5}], "0 to 60000"),
    ],
)
def test_what_is_no_key_is_refused(value: Any, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        parse_keys(value)


@given(EVENTS, st.integers(1, 9))
def test_chains_are_short_and_lose_no_key(events: list[KeyEvent], longest: int) -> None:
    chains = list(chain_keys(events, lambda chain: len(chain) <= longest))
    assert [event for chain in chains for event in chain] == events
    assert all(len(chain) <= longest for chain in chains)
    # No two neighbours would have fit into one.
    assert all(len(one) + 1 > longest for one, _other in pairwise(chains))


def test_a_key_that_does_not_fit_is_a_chain_all_the_same() -> None:
    assert list(chain_keys([KeyEvent("1"), KeyEvent("2")], lambda chain: False)) == [(KeyEvent("1"),), (KeyEvent("2"),)]


def fit(key: str, model: str | None, firmware: str | None = None) -> tuple[str, list[str]]:
    (event,), warnings = fit_keys(
        [KeyEvent(key, 5)], MODELS[model] if model else None, Version.parse(firmware) if firmware else None
    )
    assert event.press == 5
    return event.key, warnings


@pytest.mark.parametrize(
    ("key", "model"),
    [
        *(("F1", "870"), ("F4", "870"), ("F4", "190"), ("F4", "200")),
        *(("P13", "320"), ("P7", "300"), ("P25", "D785"), ("P1", "D120"), ("P17", "870"), ("P1", "MP")),
        *(("EK0", "870"), ("EK0", "720"), ("EK126", "320"), ("EK144", "D785")),
        *(("CLEAR", "320"), ("FUNCTION", "D785"), ("RECALL", "870")),
    ],
)
def test_a_key_that_the_model_lacks_is_refused(key: str, model: str) -> None:
    with pytest.raises(Refused, match=f"{model} .*no key"):
        fit(key, model)


@pytest.mark.parametrize(
    ("key", "model"),
    [
        *(("F1", "320"), ("F3", "190"), ("F4", "D785"), ("F4", None)),
        *(("P12", "320"), ("P6", "300"), ("P24", "D785"), ("P16", "870"), ("P5", "190"), ("P48", "D335")),
        *(("EK0", "320"), ("EK125", "360"), ("EK0", "220"), ("EK999", None)),
        *(("CLEAR", "190"), ("MUTE", "D785"), ("MUTE", "715"), ("HEADSET", "320"), ("REC", "870"), ("*", "D120")),
    ],
)
def test_a_key_that_the_model_has_goes_without_a_warning(key: str, model: str | None) -> None:
    assert fit(key, model) == (key, [])


@pytest.mark.parametrize(
    ("key", "model", "firmware"),
    [
        ("EK0", "D785", None),
        ("EK143", "D735", None),
        ("MUTE", "320", None),
        ("VOLUME_UP", "190", None),
        ("MENU", "320", "7.1.39"),
        ("MENU", None, "8.7.5.35"),
        ("DISCONNECT", "320", "8.4.35"),
    ],
)
def test_a_key_that_nobody_has_documented_goes_with_a_warning(
    key: str, model: str | None, firmware: str | None
) -> None:
    sent, warnings = fit(key, model, firmware)
    assert sent == key
    assert len(warnings) == 1 and key in warnings[0]


@pytest.mark.parametrize(("key", "firmware"), [("MENU", "6.5.20"), ("DISCONNECT", "7.3.14"), ("MENU", None)])
def test_old_keys_of_old_firmware_go_without_a_warning(key: str, firmware: str | None) -> None:
    assert fit(key, "320", firmware) == (key, [])


@pytest.mark.parametrize("key", ["F_HOLD", "F_R"])
@pytest.mark.parametrize(("firmware", "sent"), [("6.5.20", "F_R"), ("7.3.14", "F_R"), ("8.4.35", "F_HOLD")])
def test_hold_is_named_as_the_firmware_knows_it(key: str, firmware: str, sent: str) -> None:
    assert fit(key, "320", firmware) == (sent, [])
    assert fit(key, "320", None) == (key, [])


def test_each_warning_comes_once() -> None:
    _events, warnings = fit_keys([KeyEvent("MENU")] * 3, None, Version.parse("8.4.35"))
    assert len(warnings) == 1


def test_how_long_a_key_takes() -> None:
    assert KeyEvent("1", 100, 400).seconds == 0.5
    assert KeyEvent("1").seconds == 0
