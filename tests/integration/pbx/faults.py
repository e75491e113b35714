# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can be wrong on the way by PBX and provisioning, and how modules and rollouts must end with it.

`test_provisioned_faults` plays all of it, and ``tests/gate/own/test_fault_page.py`` makes the page of the documentation
from it. It is data, and knows nothing of either. The words are those of the table for the way over HTTP.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.telephony.snom.tests.integration.playbooks.faults import DONE, OFF, OR, UNSEEN, WELL

ENDS = "the run ends"
"""The word where a rollout ends before anything is sent to anybody."""

INFO, KEY, SYNC, ROLLOUT = COLUMNS = "snom_info", "snom_key", "snom_sync", "snom_rollout"


@dataclass(frozen=True)
class Fault:
    """What is wrong, and how each ends with it."""

    meaning: str
    info: str = WELL
    sync: str = "synced"
    rollout: str = "upgraded"
    phone: Mapping[str, Any] = field(default_factory=dict)
    """Keys of the virtual phone."""
    pbx: str | None = None
    """What is wrong with its PBX, as the test calls it."""
    mirror: str | None = None
    """What is wrong with its mirror, likewise."""
    off_once_registered: bool = False


def _phone(meaning: str, info: str = WELL, sync: str = "synced", rollout: str = "upgraded", **keys: Any) -> Fault:
    return Fault(meaning, info, sync, rollout, keys)


def _loads(meaning: str, rollout: str = "upgraded", timing: Mapping[str, float] | None = None, **faults: Any) -> Fault:
    return Fault(meaning, rollout=rollout, phone={"faults": faults} | ({"timing": timing} if timing else {}))


def _pbx(meaning: str, name: str, info: str, sync: str, rollout: str) -> Fault:
    return Fault(meaning, info, sync, rollout, pbx=name)


def _mirror(meaning: str, name: str, rollout: str, sync: str = "synced", **keys: Any) -> Fault:
    return Fault(meaning, sync=sync, rollout=rollout, mirror=name, phone=keys)


_NOT_THERE = ("unreachable",) * 3

SLOW = {"flash": 6}
"""Seconds for phones that would load again what they are still shown when they are back."""

FAULTS: dict[str, Fault] = {
    "none": Fault("nothing is wrong"),
    # -- the phone
    "off": _phone("it has no power, and is not registered", *_NOT_THERE, **OFF),
    "off-registered": Fault(
        "it has no power, and its PBX still lists it", sync="no_fetch", rollout="no_fetch", off_once_registered=True
    ),
    "nameless": _phone(
        "it registers without its MAC address",
        "unreachable",
        # It is known by its address there, and by what it fetches.
        "synced",
        "unreachable",
        settings={"mac_info_in_sip_register": "off"},
    ),
    "other-mac": _phone(
        "it has another MAC address than the inventory", *_NOT_THERE, inventory={"snom_mac": "0004139999FE"}
    ),
    "other-model": _phone(
        "it is another model than the inventory has",
        WELL,
        "wrong_phone",
        "wrong_phone",
        inventory={"snom_model": "D865"},
    ),
    "talks": _phone("somebody talks on it", WELL, "deferred", "deferred", call={"state": "in_call"}),
    "ignores": _phone(
        "it takes the check-sync, and does nothing", WELL, "no_fetch", "no_fetch", sip={"check_sync": "ignored"}
    ),
    "deaf": _phone("it answers nothing to its PBX", WELL, "no_fetch", "no_fetch", sip={"deaf": True}),
    "challenges": _phone(
        "it asks for a password", WELL, "auth_failed", "auth_failed", settings={"challenge_checksync": "on"}
    ),
    "no-documents": _phone("it takes no documents from its PBX", settings={"xml_notify": "off"}),
    "restarts": _phone("it restarts at a check-sync", sip={"check_sync": "reboots"}),
    "second-time": _phone("it looks for firmware at its second check-sync only", sip={"passes": 2}),
    "settings-only": _phone("it loads settings only", rollout="no_fetch", settings={"update_policy": "settings_only"}),
    "never-updates": _phone(
        "it fetches nothing", WELL, "no_fetch", "no_fetch", settings={"update_policy": "never_update"}
    ),
    "tr-069": _phone("it is provisioned by TR-069", WELL, "no_fetch", "no_fetch", settings={"tr69_use_acs": "on"}),
    "polls": _phone("it looks by itself, too", provisioning={"polls_every": 2}),
    "nested": _phone("its requests have an older form", provisioning={"user_agent": "nested", "lower_case_mac": True}),
    "nameless-requests": _phone("its requests don't name it", provisioning={"user_agent": "without_mac"}),
    "own-agent": _phone("its requests don't say that it is a phone", provisioning={"user_agent": "own"}),
    "tcp": _phone("it registers over TCP", sip={"transport": "tcp"}),
    "new-contact": _phone("it registers anew after a restart, and is listed twice", sip={"new_contact": True}),
    "expires": _phone("its registration expires while it loads", sip={"expires": 2}, timing={"flash": 5}),
    "shared-1": _phone("two phones have one account"),
    "shared-2": _phone("two phones have one account"),
    "compares-url": _phone("it knows images by their URLs", provisioning={"compares": "url"}),
    "loads-again": _phone("it loads what it runs already", provisioning={"compares": "never"}, timing=SLOW),
    # -- while it loads
    "off-when-loading": _phone("it loses its power while it loads", rollout="image_failed", at={"asked": OFF}),
    "off-when-back": _phone("it loses its power when it is back", rollout="unproven" + DONE, at={"back": OFF}),
    "restarts-in-download": _loads(
        "it restarts in the middle of the download", "old_version", {"reboot": 6}, restarts_in_download=1
    ),
    "answers-while-flashing": _loads("it answers while it writes its flash", answers_while_flashing=True),
    "restarts-to-load": _loads("it restarts first, and loads then", timing={"load": 3}, restarts_to_load=True),
    "keeps-old": _loads("it comes back with its old version", "old_version", SLOW, keep_old_version=True),
    "stuck": _loads("it takes an hour to write its flash", "unproven", stuck_in_flash=3600),
    "never-returns": _loads("it does not come back from writing its flash", "unproven", never_return=True),
    "not-registered": _loads("it does not register after a restart", "not_registered" + DONE, loses_registration=True),
    "replaced": _loads(
        "another phone answers after a restart", "timed_out" + DONE, replaced_by={"mac": "000413BBBBBB"}
    ),
    "reverts": _loads(
        "it goes back to its old version by itself", "old_version" + OR + "reverted", SLOW, reverts_after=0
    ),
    "broken-image": _phone("its image is broken", rollout="unproven", model="D865"),
    # -- the PBX
    "pbx-off": _pbx("its PBX is down", "off", "failed", "failed", "failed"),
    "pbx-login": _pbx("its PBX refuses the login", "login", "failed", "failed", "failed"),
    "pbx-noise": _pbx("its PBX answers noise", "noise", "failed", "failed", "failed"),
    "pbx-nobody": _pbx("its PBX lists nobody", "lists nobody", *_NOT_THERE),
    "pbx-silent": _pbx(
        "its PBX says that it told the phone, and did not", "tells nobody", WELL, "no_fetch", "no_fetch"
    ),
    "pbx-version": _pbx(
        "its PBX says that it runs what is wanted", "says version", WELL + UNSEEN, "synced", "compliant" + UNSEEN
    ),
    "pbx-old": _pbx("its PBX lists for ever what was registered", "lists old", WELL, "synced", "unproven" + DONE),
    "pbx-gone": _pbx("its PBX goes down when it is to tell the phone", "gone", WELL, "failed", "deferred"),
    "pbx-lost": _pbx("its PBX goes down when it has told the phone", "lost", WELL, "synced", "not_registered" + DONE),
    # -- the mirror
    "no-mirror": _mirror("it can't reach the mirror", "not for it", "no_fetch", "no_fetch"),
    "mirror-gone": _mirror("its mirror goes down when it is to show the image", "gone", "unproven"),
    "mirror-gone-once-shown": _mirror(
        "its mirror shows the image, and goes down", "gone once shown", "unproven" + DONE
    ),
    "mirror-refuses": _mirror("its mirror refuses to show the image", "refuses", "deferred"),
    "mirror-error": _mirror("its mirror shows the image, and says that it failed", "error", "deferred"),
    "mirror-keeps": _mirror("its mirror does not withdraw what it shows", "keeps", "upgraded"),
    "log-lost": _mirror("its mirror loses its log", "loses log", "unproven" + DONE),
    "log-stops": _mirror("its mirror's log comes late", "log stops", "unproven" + DONE),
    "log-rotates": _mirror("its mirror's log is rotated", "log rotates", "upgraded"),
    "log-lies": _mirror(
        "its mirror says that it has loaded, and it did nothing",
        "log lies",
        "not_registered",
        "no_fetch",
        sip={"check_sync": "ignored"},
    ),
    "mirror-off": _mirror("its mirror is down", "off", ENDS, "not_started"),
}

KEY_ENDS = {
    "unreachable": "off off-registered nameless other-mac deaf pbx-nobody pbx-gone",
    "unreachable" + DONE: "pbx-lost",
    "wrong_phone": "other-model",
    "auth_failed": "no-documents",
    "failed": "pbx-off pbx-login pbx-noise",
    WELL + UNSEEN: "pbx-silent",
}
"""How snom_key ends, which goes by the PBX and asks no mirror, where it is not well."""


def cell(name: str, column: str) -> str:
    """How a column ends with a fault."""
    if column == KEY:
        return next((word for word, names in KEY_ENDS.items() if name in names.split()), WELL)
    fault = FAULTS[name]
    return {INFO: fault.info, SYNC: fault.sync, ROLLOUT: fault.rollout}[column]


REQUESTS = 5
"""The most events that any phone may get: of snom_key, of snom_sync, and one or two of a rollout. Each is sent again
where no answer comes."""
