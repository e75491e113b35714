# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._known.known_settings import (
    FACT,
    KNOWN,
    SECRET,
    STATE,
    WAY,
    first_index,
    is_known,
    is_setting_name,
    kind_of,
    nearest_name,
    needs_number,
    needs_reboot,
    split_name,
)
from ansible_collections.telephony.snom.plugins.module_utils._known.masks import is_secret


def test_the_table_is_in_order_and_each_row_says_where_it_is_from() -> None:
    assert list(KNOWN) == sorted(KNOWN)
    assert [one.name for one in KNOWN.values() if not one.sources or not is_setting_name(one.name)] == []
    assert {one.kind for one in KNOWN.values()} == {"", SECRET, STATE, FACT, WAY}
    assert [one.name for one in KNOWN.values() if one.default and one.default not in one.values] == []


@pytest.mark.parametrize("name", KNOWN)
def test_names_tell_secrets_without_the_table(name: str) -> None:
    """Most modules take only what names say to a jump host."""
    assert is_secret(name) is (KNOWN[name].kind == SECRET)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("keyboard_lock_pw", SECRET),
        ("user_hash3", SECRET),
        ("max_pin_retry", ""),
        ("pa1_pin1", ""),
        ("fwd_all_target2", STATE),
        ("callrecord_missed_remote0", FACT),
        ("setting_server", WAY),
        ("unheard_of", ""),
        ("tn0", STATE),
        ("tu_12", STATE),
        ("tone_scheme", ""),
        ("Phone_Type", FACT),
        ("DND_Mode1", STATE),
        ("use_ntlmv2", ""),
    ],
)
def test_kinds(name: str, kind: str) -> None:
    assert kind_of(name) == kind


@pytest.mark.parametrize(
    ("slip", "nearest"),
    [
        ("langauge", "language"),
        ("Timezone", "timezone"),
        ("user_nme1", "user_name"),
        ("tr369_enabled", "tr369_enable"),
        ("wholly_different_thing", None),
    ],
)
def test_the_nearest_name(slip: str, nearest: str | None) -> None:
    assert nearest_name(slip) == nearest


def test_what_is_known_of_the_vendors_controller() -> None:
    rows = [one for one in KNOWN.values() if one.name.startswith("tr369_")]
    assert len(rows) == 11 and all(needs_number(one.name) and one.first == 1 for one in rows)
    assert KNOWN["tr369_enable"].values == ("true", "false")
    assert KNOWN["update_policy"].default == "settings_only"


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
        ("codec_priority_list2", ("codec_priority_list", 2)),
        ("speed0", ("speed", 0)),
        ("stun_server1", ("stun_server", 1)),
        ("pa1_pin1", ("pa1_pin1", None)),
        ("codec1_name1", ("codec1_name", 1)),
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
    "name",
    [
        *("language", "user_name", "user_name3", "fkey0", "gui_fkey1", "action_connected_url", "dkey_dnd"),
        *("action_some_later_event_url", "dkey_some_later_key"),
        *("subscription_expiry", "dtmf_payload_type", "idle_icon_07", "vision_connected_mac"),
    ],
)
def test_names_that_sources_mention_are_known(name: str) -> None:
    assert is_known(name)


def test_what_templates_give_to_phones_is_a_setting() -> None:
    """read_status was one that an inventory was refused."""
    assert (kind_of("read_status"), kind_of("vision_provisioning_url")) == ("", WAY)


@pytest.mark.parametrize(
    "name", ["langauge", "user_nme1", "fkeyx", "gui_fkey5", "action_incomming_url", "action_missed", "action_hold_url"]
)
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
