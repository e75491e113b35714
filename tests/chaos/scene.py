# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A rollout and all that goes wrong with it, drawn from a seed: the same seed always draws the same scene.

A scene is a fleet and some legs. Each leg is one run of the same playbook, with what changes before it and what happens
in the middle of it. What happens is bound to events, such as the second image that a phone fetches, and to no time. The
last leg comes after everything that can be healed was.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

DEADLINE = 4
"""Seconds. A phone that is slower is reported as such, and the checker knows the truth: it decides no test."""

LAST_DEADLINE = 40
"""Seconds. In the last leg nothing is wrong any more, so no phone has a reason to be late."""

PBX_SHARE = 10
"""Each scene of so many is with a PBX."""

FLEET = (6, 11)
"""How many phones a scene has, from and to, unless it is told."""

KINDS: Sequence[tuple[str, str]] = (
    ("320", "8.4.35"),
    ("320", "7.3.14"),
    ("370", "8.4.35"),
    ("360", "8.4.35"),
    ("760", "8.7.5.35"),
    ("821", "8.7.5.17"),
    ("D785", "10.1.84.12"),
    ("D735", "10.1.54.13"),
    ("320", "8.7.5.35"),
)
"""Models and what they run at first. A 320 with firmware 7 goes over two images, and the last one needs none."""

HOP = "snom320-8.4.35-SIP-f.bin"
"""The image between them."""

SLOW_FLASH = {"flash": 4}
"""Seconds for phones that come back on their old version: whoever polls must have the time to see them gone."""

FAULTS: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "keep_old_version": [{"faults": {"keep_old_version": True}, "timing": SLOW_FLASH}],
    "never_return": [{"faults": {"never_return": True}}],
    "stuck_in_flash": [{"faults": {"stuck_in_flash": seconds}} for seconds in (2, 5, 12)],
    "replaced_by": [
        {"faults": {"replaced_by": {"mac": "000413BBBBBB"}}},
        {"faults": {"replaced_by": {"mac": "000413BBBBBB", "firmware": "8.4.18"}}},
    ],
    "reverts_after": [{"faults": {"reverts_after": seconds}, "timing": SLOW_FLASH} for seconds in (0, 2)],
    "loses_registration": [{"faults": {"loses_registration": True}}],
    "restarts_in_download": [{"faults": {"restarts_in_download": times}} for times in (1, 2)],
    "ignores_load": [{"faults": {"ignores_load": True}}],
    # A rollout asks nobody for a reboot. That it does not is seen here.
    "ignores_reboot": [{"faults": {"ignores_reboot": True}}],
    "answers_while_flashing": [{"faults": {"answers_while_flashing": True}}],
    # With an image that takes longer to load than the settle time of a run.
    "restarts_to_load": [{"faults": {"restarts_to_load": True}, "timing": {"load": seconds}} for seconds in (1, 4)],
    "shows_version_early": [
        {"faults": {"shows_version_early": True}, "timing": {"load": seconds}} for seconds in (1, 4)
    ],
    "reset": [
        {"faults": {"reset": {"on": step, "times": times}}}
        for step in (
            *("connect", "request", "before_trigger", "trigger", "poll", "reboot", "answer", "after_boot"),
            *("trigger", "before_trigger", "after_boot"),
        )
        for times in (1, 2, None)
    ],
    "slow": [
        {"faults": {"slow": 0.2}},
        {"faults": {"slow": 1.5}},
        {"faults": {"slow": 4}, "inventory": {"snom_timeout": 1}},
    ],
    "drip": [{"faults": {"drip": 3000}}, {"faults": {"drip": 20}, "inventory": {"snom_timeout": 1}}],
    "garbage": [{"faults": {"garbage": True}}, {"faults": {"garbage": "page"}}],
    "truncate": [{"faults": {"truncate": size}} for size in (0, 60, 400)],
    "needs_keep_alive": [{"faults": {"needs_keep_alive": True}}],
    "parallel_broken": [{"faults": {"parallel_broken": True}}],
    "blocked": [{"faults": {"blocked": True}}, {"faults": {"blocked": True}, "blocked_answer": 200}],
    "wrong_mac": [{"faults": {"wrong_mac": "000413CCCCCC"}}],
    "hides_mac": [{"faults": {"hides_mac": True}}],
    "missing_pages": [{"faults": {"missing_pages": [page]}} for page in ("info.htm", "state_of_gui.htm", "index.htm")],
}
"""Every fault that virtual phones know, by its name, in its variants: keys of a phone."""

WAYS: Sequence[Mapping[str, Any]] = (
    {"auth": "digest"},
    {"auth": "digest", "nonce_uses": 1},
    {"auth": "none"},
    {"load_answer": 302},
    {"load_answer": "drop"},
    {"page_layout": "list"},
    {"page_layout": "plain"},
    {"tls": True, "inventory": {"snom_scheme": "https", "snom_validate_certs": False}},
    {"timing": {"load": 1.5}},
    {"timing": {"load": 0, "flash": 2.5}},
    {"call": {"state": "in_call"}},
    {"call": {"state": "ringing", "ends_after": 6}},
    {"call": {"state": "in_call"}, "call_shown_in": ["home"]},
    {"call": {"state": "in_call"}, "call_shown_in": []},
    {"call_shown_in": []},
    {"running": False},
    {"admin_mode": False},
    {"settings": {"restrict_uri_queries": "on"}},
    {"provisioning": {"firmware": "8.4.35"}, "timing": SLOW_FLASH},
    {"inventory": {"snom_protected": True}},
    {"inventory": {"snom_model": "D785"}},
    {"inventory": {"snom_mac": "000413AAAAAA"}},
    {"inventory": {"snom_password": "n0t-to-be-seen either"}},
    {"inventory": {"snom_firmware_version": "8.8.8.8"}},
    {"inventory": {"snom_group": "ward"}},
    {"inventory": {"snom_group": "ward"}},
    {"inventory": {"snom_wave": 2}},
)
"""How phones and their hosts may be otherwise."""

NEW = "10.1.226.13"
"""What a D862 is to run. The others' targets are those of the inventories of all playbooks' tests."""

BY_PROVISIONING: Sequence[Mapping[str, Any]] = (
    {},
    {},
    {},
    {"timing": {"load": 1.5}},
    {"sip": {"new_contact": True}},
    {"sip": {"check_sync": "ignored"}},
    {"sip": {"check_sync": "reboots"}},
    {"sip": {"deaf": True}},
    {"sip": {"passes": 2}},
    {"provisioning": {"user_agent": "nested", "lower_case_mac": True}},
    {"settings": {"update_policy": "settings_only"}},
    {"settings": {"webserver_type": "off"}},
    {"faults": {"keep_old_version": True}, "timing": SLOW_FLASH},
    {"faults": {"never_return": True}},
    {"faults": {"stuck_in_flash": 5}},
    {"faults": {"loses_registration": True}},
    {"faults": {"restarts_in_download": 1}},
    {"call": {"state": "in_call"}},
    {"inventory": {"snom_protected": True}},
    {"inventory": {"snom_mac": "0004139999FE"}},
)
"""How phones may be that are brought to their firmware by provisioning."""

EVENTS = ("run", "intent", "asked", "fetch", "down", "up", "end")
"""What something in a leg may wait for: lines of the journal, and what the phones saw."""

KILLS = ("SIGKILL", "SIGKILL", "SIGTERM", "SIGHUP", "SIGINT")
WORKER_KILLS = ("worker SIGTERM", "worker SIGKILL")
IMAGE_FAULTS = ("not_found", "wrong_model", "truncated", "wrong_size", "corrupt")


@dataclass
class Act:
    """Something that happens, once so many of these events were seen in the leg; before it, where there is none."""

    do: str
    event: str | None = None
    count: int = 1
    given: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        when = f" at {self.event} {self.count}" if self.event else ""
        return f"{self.do}{when}{f' {self.given}' if self.given else ''}"


@dataclass
class Leg:
    """One run."""

    acts: list[Act] = field(default_factory=list)
    heals: bool = False
    """Whether everything that can be is mended before it."""


@dataclass
class Scene:
    seed: int
    phones: dict[str, dict[str, Any]]
    """Keys of a virtual phone by its name, which is its host's, too; ``inventory`` has variables of the host."""
    server: dict[str, Any]
    """What is changed about the image server at first."""
    options: dict[str, Any]
    """Of the role, without its prefix."""
    legs: list[Leg]
    with_pbx: bool = False
    """Whether some of the phones are D862 at a real Kamailio, with a real nginx as everybody's mirror."""

    def __str__(self) -> str:
        acts = "; ".join(", ".join(map(str, leg.acts)) or "undisturbed" for leg in self.legs)
        return f"{len(self.phones)} phones{', with PBX and nginx' if self.with_pbx else ''}: {acts}"


def merged(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """Two mappings, with the mappings in them merged."""
    both = dict(first)
    for key, value in second.items():
        old = both.get(key)
        both[key] = merged(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return both


def draw(seed: int, phones: int | None = None) -> Scene:
    """The scene of a seed."""
    dice = random.Random(seed)
    count = dice.randint(*FLEET)
    fleet = {f"p{number}": _phone(dice) for number in range(1, (phones or count) + 1)}
    options = {
        "waves": dice.choice((["100%"], ["canary", "100%"], [1, "50%", "100%"], ["50%"])),
        "max_bad": dice.choice(("100%", "100%", "100%", 2, 0)),
        "max_in_flight": dice.choice((0, 0, 2, 4)),
        "deadline": DEADLINE,
        "flash_time": 4,
        "deferred_interval": 1,
        "deferred_retries": dice.choice((0, 2)),
        "unknown_call_state": dice.choice(("defer", "proceed")),
        "unreachable": dice.choice(("ignore", "bad")),
        "verify_image": dice.choice(("head", "full", "none")),
        "snapshot": dice.choice((False, False, True)),
        "soak": dice.choice((0, 0, 0, 1)),
    }
    server = dice.choice(({}, {}, {}, {"bytes_per_second": 2000}, {"bytes_per_second": 500}, _broken_image(dice)))
    legs = [_leg(dice, list(fleet), first=number == 0) for number in range(dice.choice((1, 2)))]
    scene = Scene(seed, fleet, dict(server), options, [*legs, Leg(heals=True)])
    if seed % PBX_SHARE == PBX_SHARE - 1:
        scene = _with_pbx(dice, scene)
    for number, keys in enumerate(scene.phones.values()):
        if "snom_mac" in keys["inventory"]:
            # Two hosts with one MAC would end the run before anything is sent.
            keys["inventory"] = keys["inventory"] | {"snom_mac": f"0004139999{number:02X}"}
    return scene


def _with_pbx(dice: random.Random, scene: Scene) -> Scene:
    """The scene with half of its phones by provisioning."""
    scene.with_pbx, scene.server = True, {}
    for name in list(scene.phones)[::2]:
        scene.phones[name] = merged(
            {"model": "D862", "firmware": "10.1.215.13", "inventory": {}, "by_provisioning": True, "knows_mac": True},
            dice.choice(BY_PROVISIONING),
        )
    for leg in scene.legs:
        # These addresses are those of no web server that anybody asks, and the mirror is another one.
        leg.acts = [act for act in leg.acts if act.do not in ("swap", "leaves", "server")]
        if not leg.heals and dice.random() < 0.5:
            act = dice.choice(("mirror stands still", "PBX stands still"))
            leg.acts.append(Act(act, dice.choice(EVENTS), dice.randint(1, 4)))
    return scene


def _phone(dice: random.Random) -> dict[str, Any]:
    model, firmware = dice.choice(KINDS)
    keys: dict[str, Any] = {"model": model, "firmware": firmware, "inventory": {}}
    if dice.random() < 0.5:
        keys["inventory"]["snom_site"] = dice.choice(("berlin", "kassel"))
    # None: the inventory does not know it. What is known comes from the phone, which makes it of its address.
    keys["knows_mac"] = dice.random() < 0.5
    if dice.random() < 0.4:
        keys = merged(keys, dice.choice(FAULTS[dice.choice(list(FAULTS))]))
    if dice.random() < 0.4:
        keys = merged(keys, dice.choice(WAYS))
    return keys


def _broken_image(dice: random.Random) -> dict[str, Any]:
    return {"faults": {"*": dice.choice(IMAGE_FAULTS)}}


def _leg(dice: random.Random, hosts: list[str], *, first: bool) -> Leg:
    acts = []
    if not first and dice.random() < 0.7:
        one, other = dice.sample(hosts, 2)
        acts.append(dice.choice((Act("swap", given={"one": one, "other": other}), Act("leaves", given={"host": one}))))
    if dice.random() < 0.3:
        acts.append(Act("clock", given={"seconds": dice.choice((-40, -10, 10, 25, 3600 * 24 * 30))}))
    acts += [_trouble(dice, hosts) for _number in range(dice.choice((0, 1, 1, 2)))]
    if (dice.random() < 0.9) if first else (dice.random() < 0.4):
        end = dice.choice((*KILLS, *WORKER_KILLS, "stop file", "full disk", "full disk"))
        acts.append(Act(end, dice.choice(EVENTS), dice.randint(1, max(2, len(hosts) // 2))))
    return Leg(acts)


def _trouble(dice: random.Random, hosts: list[str]) -> Act:
    """Something that happens to a phone or to the mirror in the middle of a run."""
    event, count, host = dice.choice(EVENTS), dice.randint(1, max(2, len(hosts) // 2)), dice.choice(hosts)
    kind = dice.choice(("patch", "patch", "server"))
    if kind == "server":
        return Act("server", event, count, dice.choice(({"bytes_per_second": 500}, _broken_image(dice))))
    change = dice.choice(
        (
            {"password": "n0t-to-be-seen, changed"},
            {"call": {"state": "in_call"}},
            {"call": {"state": "ringing", "ends_after": 4}},
            {"running": False},
            {"faults": {"hides_mac": True}},
            {"faults": {"loses_registration": True}},
            {"faults": {"slow": 2}},
            {"faults": {"reset": {"on": "answer", "times": 2}}},
        )
    )
    return Act("patch", event, count, {"host": host, "keys": change})
