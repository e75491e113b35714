# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.fleet import FleetVariables
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.provisioned_fleet import (
    known_phones,
    phones_by_mac,
    read_entries,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.provisioning.provisioned_phone import Entry
from ansible_collections.telephony.snom.tests.unit.plugin_utils.inventory.test_fleet import HostVars, Templar

DESK = {"snom_mac": "000413920001", "snom_model": "D785"}
DEFAULTS = {"mirror": None, "phone_book": None, "phone_book_complete": True}


def fleet(raw: dict[str, dict[str, Any]], own: dict[str, Any] | None = None) -> FleetVariables:
    """The variables of a play over these hosts, whose task has variables of its own."""
    return FleetVariables(HostVars(raw), own or {}, Templar())


def entries(raw: dict[str, dict[str, Any]], *, own: dict[str, Any] | None = None, **defaults: Any) -> list[Entry]:
    """What is read of them, with these options of the task."""
    return read_entries(list(raw), fleet(raw, own), DEFAULTS | defaults)


def test_every_variable_with_settings_is_read() -> None:
    given = {"snom_settings": {"language": "A"}, "snom_settings_site": {"language": "B"}, "snom_setting": {"no": "C"}}
    (entry,) = entries({"desk": DESK | given})
    del given["snom_setting"]
    assert (entry.host, entry.mac, entry.model, entry.settings) == ("desk", "000413920001", "D785", given)


def test_a_template_deep_inside_is_read_as_this_hosts() -> None:
    (entry,) = entries({"desk": DESK | {"snom_settings": {"fkey": {0: {"value": "{{ key }}"}}}, "key": "line"}})
    assert entry.settings == {"snom_settings": {"fkey": {"0": {"value": "line"}}}}


def test_settings_of_the_play_count_for_all() -> None:
    own = {"snom_settings_play": {"language": "{{ language }}"}, "language": "A", "snom_mirror": "http://play"}
    desk = {"snom_settings_play": {"language": "B"}, "snom_mirror": "http://desk"}
    found = entries({"desk": DESK | desk, "hall": DESK, "lift": DESK}, own=own)
    assert [(entry.settings["snom_settings_play"], entry.mirror) for entry in found] == [
        ({"language": "B"}, "http://desk"),
        *[({"language": "A"}, "http://play")] * 2,
    ]


def test_the_firmware_of_expansion_modules_is_read() -> None:
    found = entries({"desk": DESK | {"snom_expansion_firmware": "snomD7C-1.9.1-r.bin"}, "hall": DESK})
    assert [entry.expansion for entry in found] == ["snomD7C-1.9.1-r.bin", None]


def test_options_stand_in_for_what_a_host_does_not_say() -> None:
    raw = {"desk": DESK, "hall": DESK | {"snom_mirror": "http://hall", "snom_phone_book": []}}
    book = [{"name": "Desk", "number": "12"}]
    found = entries(raw, mirror="http://all", phone_book=book)
    assert [(entry.mirror, entry.phone_book) for entry in found] == [("http://all", book), ("http://hall", [])]
    raw = {"desk": DESK, "hall": DESK | {"snom_phone_book_complete": "no"}}
    assert [entry.phone_book_complete for entry in entries(raw)] == [True, False]
    assert [entry.phone_book_complete for entry in entries(raw, phone_book_complete=False)] == [False, False]
    with pytest.raises(InputError, match="desk: snom_phone_book_complete is 'x': give true or false"):
        entries({"desk": DESK | {"snom_phone_book_complete": "x"}})


def test_who_needs_a_variable_that_is_undefined_is_named() -> None:
    with pytest.raises(InputError, match="hall: a variable of it needs 'nowhere', which is undefined"):
        entries({"desk": DESK, "hall": DESK | {"snom_settings": {"user_pass": "{{ nowhere }}"}}})


def test_who_has_a_key_twice_is_named() -> None:
    with pytest.raises(InputError, match=r"^hall: snom_settings has 0 twice as a key"):
        entries({"desk": DESK, "hall": DESK | {"snom_settings": {"fkey": {0: "line", "0": "speed 110"}}}})


def test_to_go_back_hosts_without_a_mac_are_left_out() -> None:
    raw = {"desk": DESK, "hall": {"snom_model": "D785"}, "lift": {"snom_mac": "x", "snom_model": "D785"}}
    assert known_phones(list(raw), fleet(raw)) == {"desk": "snomD785-000413920001.htm"}


def test_to_go_back_nothing_else_is_templated() -> None:
    raw = {"desk": DESK | {"snom_mac": "{{ mac }}", "mac": "000413920001", "snom_settings": {"user_pass": "{{ no }}"}}}
    assert known_phones(["desk"], fleet(raw)) == {"desk": "snomD785-000413920001.htm"}


def test_phones_that_are_not_in_the_play_are_known_by_their_mac() -> None:
    raw = {"hall": {"snom_mac": "00:04:13:92:00:0a"}, "web": {}, "odd": {"snom_mac": "x"}, "y": {"snom_mac": "{{ z }}"}}
    assert phones_by_mac(raw, fleet(raw)) == {"00041392000A": "hall"}
