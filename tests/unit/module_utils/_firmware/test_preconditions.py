# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What its settings say against an upgrade: those that a phone shows, and those that the inventory gives it."""

from __future__ import annotations

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import Refused
from ansible_collections.telephony.snom.plugins.module_utils._firmware.preconditions import (
    check_provisioned,
    check_settings,
)
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.module_utils._phone.facts import PhoneFacts

WANTED = Version.parse("10.1.226.13")
LOADS = {"update_policy": "auto_update", "firmware_status": "https://mirror.example/firmware/{mac}.xml"}


def notes(settings: dict[str, str] | None) -> list[str]:
    facts = PhoneFacts(model="D862", firmware=Version.parse("10.1.215.13"), mac="000413A2B301", settings=settings)
    return check_provisioned(facts, WANTED)


@pytest.mark.parametrize("settings", [None, LOADS, {"Update_Policy": " auto_update ", **LOADS}])
def test_what_nobody_can_read_is_a_note(settings: dict[str, str] | None) -> None:
    (note,) = notes(settings)
    assert "Its settings can't be read" in note


def test_a_file_of_the_role_s_own_is_a_note_because_no_wave_decides_then() -> None:
    assert "any boot, and not in its turn" in notes({"update_policy": "auto_update"})[1]


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        # What the role provisioning publishes for these is settings_only.
        ({}, "gives it settings and no update_policy.* Set update_policy to auto_update and firmware_status"),
        ({"phone_name": "Hall"}, "no update_policy.* snom_settings, publish them, let the phone fetch them, and plan"),
        ({"firmware_status": LOADS["firmware_status"]}, "no update_policy"),
        (LOADS | {"update_policy": "settings_only"}, "update_policy is settings_only in the inventory"),
        (LOADS | {"checksync_action": "reboot"}, "checksync_action is reboot"),
        (LOADS | {"phone_type": "snomD862"}, "phone_type is among its settings"),
        (LOADS | {"tr69_use_acs": "on"}, "tr69_use_acs"),
    ],
)
def test_what_keeps_a_phone_from_loading_is_refused(settings: dict[str, str], reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        notes(settings)


CHAIN = "http://fw.example/update/snomD785-ramdisk-chained-update-r.bin?mac={mac}&chained_url="


@pytest.mark.parametrize(
    "url",
    [
        "http://fw.example/snomD785-10.1.198.19-SIP-r.bin",
        "http://fw.example/snomD785-10.1.198.19-SIP-r.bin?mac={mac}",
        f"{CHAIN}http%3A%2F%2Ffw.example%2FsnomD785-10.1.198.19-SIP-r.bin",
        f"{CHAIN}http%3A%2F%2Ffw.example%2FsnomD785-10.1.198.19-SIP-r.bin%3Fmac%3D{{mac}}",
        "http://fw.example/firmware.php?file=snomD785-10.1.198.19-SIP-r.bin&mac={mac}",
        f"{CHAIN}http%3A%2F%2Ffw.example%2Ffirmware.php%3Ffile%3DsnomD785-10.1.198.19-SIP-r.bin",
        # Nobody knows which of them such a server gives.
        "http://fw.example/snomD785-10.1.226.13-SIP-r.bin?file=snomD785-10.1.198.19-SIP-r.bin",
    ],
)
def test_a_phone_whose_provisioning_would_undo_it_is_refused(url: str) -> None:
    for name in ("firmware", "firmware_status"):
        facts = PhoneFacts(settings={"update_policy": "auto_update", name: url})
        with pytest.raises(Refused, match=f"would undo it: {name} names 10.1.198.19"):
            check_settings(facts, WANTED)
        assert check_settings(PhoneFacts(settings={"update_policy": "settings_only", name: url}), WANTED) == []


@pytest.mark.parametrize(
    "url",
    [
        "http://fw.example/snomD785-10.1.226.13-SIP-r.bin",
        f"{CHAIN}http%3A%2F%2Ffw.example%2FsnomD785-10.1.226.13-SIP-r.bin",
        "http://fw.example/firmware/{mac}.xml",
        "http://[",
    ],
)
def test_a_phone_whose_provisioning_says_nothing_else_is_not_refused(url: str) -> None:
    assert check_settings(PhoneFacts(settings={"update_policy": "auto_update", "firmware": url}), WANTED) == []


@pytest.mark.parametrize(
    "settings",
    [{"update_policy": "auto_update"}, {"update_policy": "Auto_Update "}, {"Update_Policy": "AUTO_UPDATE"}, {}],
)
def test_provisioning_that_would_undo_it_is_seen_in_any_spelling(settings: dict[str, str]) -> None:
    """Nobody knows whether capitals make another name or word to a phone."""
    undoes = settings | {"Firmware": "http://pbx.example/snomD785-10.1.215.13-SIP-r.bin"}
    facts = PhoneFacts(model="D785", firmware=Version.parse("10.1.215.13"), mac="000413A2B301", settings=undoes)
    with pytest.raises(Refused, match="would undo it: firmware names 10"):
        check_settings(facts, WANTED)
