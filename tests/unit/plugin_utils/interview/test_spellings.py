# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from time import process_time

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._known.taught import parse_taught
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.spellings import (
    candidates,
    confirmed,
    propose_registration,
    unconfirmed,
)
from hypothesis import given
from hypothesis import strategies as st

BUTTON = (
    '<form method="get" action="tools.htm"><input type="submit" value="Reboot" name="reboot"></form>'
    '<a href="index.htm?misseddel=clear">x</a><a href="/odd.htm?REBOOT=yes">y</a>'
)
DUMP = "".join(f"setting_{number}$: on\n" for number in range(12))


def test_what_stands_on_a_page_is_named_and_proposed_when_a_person_repeats_it() -> None:
    found = candidates({"/tools.htm": BUTTON, "/all.cfg": DUMP})
    assert found == {
        "reboot": ["tools.htm?reboot=Reboot", "odd.htm?REBOOT=yes"],
        "clear_lists": ["clear"],
        "settings_page": ["all.cfg"],
    }
    lesson, notes = confirmed(found, {"reboot": "/tools.htm?reboot=Reboot", "clear_lists": "0"})
    assert lesson == {"reboot": "tools.htm?reboot=Reboot"}
    (note,) = notes
    assert note.startswith("confirm_clear_lists='0' stands on no page that was read, so it is not proposed.")
    parse_taught([lesson])
    lines = unconfirmed(found, lesson)
    assert [line.rpartition("say ")[2] for line in lines] == [
        "confirm_clear_lists=clear",
        "confirm_settings_page=all.cfg",
    ]
    assert confirmed(found, {}) == ({}, [])


@pytest.mark.parametrize(
    "page",
    [
        "",
        '<input name="reset" value="Reset">',
        '<input name="reboot" value="Reset">',
        '<a href="http://192.0.2.1/advanced.htm?reboot=Reboot">other host</a>',
        '<form action="http://192.0.2.1/a.htm"><input name="reboot" value="Reboot"></form>',
        '<a href="a.htm?reset=Reset&x=1">no</a>',
        '<a href="index.htm?misseddel=%2e%2e%2f">no</a>',
        '<a href="//[">no</a>',
        "dhcp$: on\n",
    ],
)
def test_nothing_is_named_that_could_not_be_taught_or_does_another_thing(page: str) -> None:
    assert set(map(tuple, candidates({"/a.htm": page}).values())) == {()}


@pytest.mark.parametrize(
    ("page", "lines", "place"),
    [
        (
            "<tr><td>Line 1</td><td>401@pbx</td><td>online</td></tr><tr><td>Line 2</td><td>-</td><td>offline</td></tr>",
            {1: True, 2: False},
            {"label": "Line", "registered": "online", "unregistered": "offline"},
        ),
        (
            "<p>Konto 1: anna angemeldet</p><p>Konto 2: bernd nicht angemeldet</p><p>Konto 3: nicht angemeldet</p>",
            {1: True, 2: False, 3: False},
            {"label": "Konto", "registered": "angemeldet", "unregistered": "nicht angemeldet"},
        ),
        ("<p>Linja 1 rekisteröity</p><p>Linja 2 poissa</p>", {1: True, 2: False}, {"label": "Linja"}),
        # A name stands beside the state, and may be a word that is known; so may what stands behind the last line.
        (
            "<table><tr><td>Linia 1<td>Day, Annegret<td>401@pbx<td>zarejestrowana<tr><td>Linia 2<td>wolna</table>Keys",
            {1: True, 2: False},
            {"label": "Linia", "registered": "zarejestrowana", "unregistered": "wolna"},
        ),
        (
            "<p>Linia 1 zarejestrowana 401@pbx Annegret Day</p><p>Linia 2 wolna</p>",
            {1: True, 2: False},
            {"registered": "zarejestrowana", "unregistered": "wolna"},
        ),
        ("<p>Line 1 up</p><p>Line 2 up</p>", {1: True, 2: False}, None),
        ("<p>Line 1 online</p>", {1: True, 2: False}, None),
        ("<p>Line 1 online</p>", {1: True}, None),
        ("", {1: True, 2: False}, None),
    ],
)
def test_states_of_lines_are_proposed_only_if_they_read_as_the_person_says(
    page: str, lines: dict[int, bool], place: dict[str, str] | None
) -> None:
    found = propose_registration([({"/lines.htm": page}, lines)])
    if place is None:
        assert found is None
    else:
        assert found is not None and found.items() >= (place | {"page": "lines.htm"}).items()


def test_a_line_that_was_logged_off_meanwhile_tells_both() -> None:
    def pages(state: str) -> dict[str, str]:
        return {"/home.htm": "<p>Welcome</p>", "/lines.htm": f"<p>Account 1: 401@pbx {state}</p>"}

    found = propose_registration([(pages("ready"), {1: True}), (pages("lost"), {1: False})])
    assert found == {"page": "lines.htm", "label": "Account", "registered": "ready", "unregistered": "lost"}
    assert propose_registration([(pages("ready"), {1: True}), (pages("ready"), {1: False})]) is None


@given(st.text(max_size=300), st.dictionaries(st.integers(1, 12), st.booleans(), max_size=3))
def test_no_page_breaks_it(page: str, lines: dict[int, bool]) -> None:
    candidates({"/a.htm": page})
    propose_registration([({"/a.htm": page}, lines), ({}, lines)])


ROWS = "<p>Line 1</p>" * 80_000


def test_a_hostile_page_takes_no_time() -> None:
    began = process_time()
    for page in ("<a href=a" * 400_000, "Line 1 " * 500_000, "<form" * 700_000, "Aa " * 900_000, BUTTON * 9_000, ROWS):
        candidates({"/a.htm": page})
        propose_registration([({"/a.htm": page}, {1: True, 2: False})])
    assert process_time() - began < 60
