# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._known.masks import is_secret, masked
from ansible_collections.telephony.snom.plugins.module_utils._known.setting_names import (
    first_index,
    is_known,
    is_setting_name,
    needs_reboot,
    split_name,
)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("user_name1", ("user_name", 1)),
        ("fkey0", ("fkey", 0)),
        ("fkey_label12", ("fkey_label", 12)),
        ("gui_fkey4", ("gui_fkey4", None)),
        ("user_srtp1", ("user_srtp", 1)),
        ("user_g726_packing_order12", ("user_g726_packing_order", 12)),
        ("user_srtp13", ("user_srtp13", None)),
        ("user_srtp0", ("user_srtp0", None)),
        ("user_g726", ("user_g726", None)),
        ("user_name01", ("user_name01", None)),
        ("user_phone", ("user_phone", None)),
        ("dns_server1", ("dns_server1", None)),
        ("language", ("language", None)),
        ("user_name", ("user_name", None)),
        ("unheard_of7", ("unheard_of7", None)),
    ],
)
def test_only_indexed_names_are_split(name: str, parts: tuple[str, int | None]) -> None:
    assert split_name(name) == parts


def test_identities_count_from_1_and_function_keys_from_0() -> None:
    assert (first_index("user_name"), first_index("fkey"), first_index("language")) == (1, 0, None)


@pytest.mark.parametrize(
    ("name", "secret"),
    [("http_pass", True), ("user_pass1", True), ("admin_mode_password", True), ("user_pin", True), ("pinging", False)],
)
def test_secrets_are_told_by_their_name(name: str, secret: bool) -> None:
    assert is_secret(name) is secret


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("http://user:hush@pbx.example/x", "http://********@pbx.example/x"),
        ("http://user:hu@sh@pbx.example/x", "http://********@pbx.example/x"),
        ("http://user:hu?s#h@pbx.example", "http://********@pbx.example"),
        ("http://a:hush@x/ http://b:hu@sh@y/", "http://********@x/ http://********@y/"),
        ("http://pbx.example/?to=$user@$host", "http://pbx.example/?to=$user@$host"),
        ("blf <sip:200@pbx.example>|*8", "blf <sip:200@pbx.example>|*8"),
    ],
)
def test_no_part_of_a_login_in_a_url_is_shown(value: str, shown: str) -> None:
    assert masked("setting_server", value) == shown


@pytest.mark.parametrize(
    "name", ["language", "user_name", "user_name3", "fkey0", "gui_fkey1", "action_connected_url", "dkey_dnd"]
)
def test_names_that_sources_mention_are_known(name: str) -> None:
    assert is_known(name)


@pytest.mark.parametrize("name", ["langauge", "user_nme1", "fkeyx", "gui_fkey5"])
def test_slips_of_the_pen_are_not_known(name: str) -> None:
    assert not is_known(name)


@pytest.mark.parametrize(
    ("name", "at_boot"), [("webserver_type", True), ("vlan_id", True), ("dhcp", True), ("language", False)]
)
def test_some_settings_wait_for_a_boot(name: str, at_boot: bool) -> None:
    assert needs_reboot(name) is at_boot


@pytest.mark.parametrize(
    ("text", "good"), [("user_name1", True), ("", False), ("1a", False), ("a b", False), ("a&b", False), ("ä", False)]
)
def test_names_are_simple_words(text: str, good: bool) -> None:
    assert is_setting_name(text) is good
