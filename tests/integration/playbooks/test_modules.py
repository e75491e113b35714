# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""snom_info, snom_firmware and snom_reboot on many kinds of phones: inside of the worker, as modules, on a jump host.

All three ways must do the same, and say the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from .bench import Bench, Run, bench, image, phone
from .documented import returned
from .jump_host import jump_host

OLD, NEW = "8.4.35", "8.7.5.35"
WAYS = ("in_process", "as_module", "on_jump_host")
# What differs between phones that are alike: address, MAC, the end of the name.
OF_ONE_PHONE = re.compile(rf"127\.\d+\.\d+\.\d+|000413[0-9A-F]{{6}}|\.(?:{'|'.join(WAYS)})")


@dataclass
class Case:
    """One phone, the module that deals with it, and how that ends."""

    module: str
    phone: dict[str, Any]
    outcome: str
    reason: str
    options: dict[str, Any]
    after: str
    writes: int


def firmware(
    outcome: str, reason: str, *, after: str = OLD, writes: int = 0, options: dict[str, Any] | None = None, **keys: Any
) -> Case:
    given = {"flash_time": 4, "deadline": 60, "version": NEW} | (options or {})
    return Case("snom_firmware", phone(**keys), outcome, reason, given, after, writes)


def reboot(outcome: str, reason: str, *, writes: int = 0, options: dict[str, Any] | None = None, **keys: Any) -> Case:
    case = phone(**keys)
    return Case("snom_reboot", case, outcome, reason, {"deadline": 60} | (options or {}), case["firmware"], writes)


# For who waits for the deadline to pass.
SHORT = {"deadline": 12}
FIRMWARE = {
    "upgrades": firmware("upgraded", "read back", after=NEW, writes=1, options={"snapshot": True}),
    "digest": firmware("upgraded", "read back", after=NEW, writes=1, auth="digest"),
    "compliant": firmware("compliant", "already", after=NEW, firmware=NEW),
    "forced": firmware("upgraded", "read back", after=NEW, writes=1, firmware=NEW, options=SHORT | {"force": True}),
    "not-waited-for": firmware("triggered", "nobody looked", after=NEW, writes=1, options={"wait": False}),
    "in-call": firmware("deferred", "in a call", call={"state": "in_call"}),
    "in-call-and-no-matter": firmware(
        "upgraded", "read back", after=NEW, writes=1, call={"state": "in_call"}, options={"only_when_idle": False}
    ),
    "unknown-call": firmware("deferred", "unknown_call_state: proceed", call_shown_in=[]),
    "protected": firmware("protected", "snom_protected_override", inventory={"snom_protected": True}),
    "refuses-password": firmware("auth_failed", "snom_password", inventory={"snom_password": "n0t-to-be-seen either"}),
    "user-mode": firmware("user_mode", "administrator mode", admin_mode=False),
    "hidden-tags": firmware(
        "blocked", "use_hidden_tags", settings={"use_hidden_tags": "on", "admin_mode_password": "4711"}
    ),
    "manager": firmware("unsupported", "Phone Manager", model="D865", firmware="10.1.141.13", after="10.1.141.13"),
    "garbage": firmware("unsupported", "proper HTTP", faults={"garbage": True}),
    "gone": firmware("unreachable", "", running=False),
    "wrong-mac": firmware("wrong_phone", "000413AAAAAA", inventory={"snom_mac": "000413aaaaaa"}),
    "wrong-model": firmware("wrong_phone", "the inventory says D785", inventory={"snom_model": "D785"}),
    "older": firmware("refused", "allow_downgrade: true", options={"version": "8.4.18"}),
    "no-image": firmware("refused", "answers 404", model="360"),
    "ignores": firmware("image_failed", "never seen gone", writes=1, options=SHORT, faults={"ignores_load": True}),
    "keeps-old": firmware("old_version", "came back on", writes=1, options=SHORT, faults={"keep_old_version": True}),
    "never-returns": firmware(
        "timed_out", "do not power it off", writes=1, options=SHORT, faults={"never_return": True}
    ),
    "not-registered": firmware(
        "not_registered", "identity 1", after=NEW, writes=1, options=SHORT, faults={"loses_registration": True}
    ),
    "replaced": firmware(
        "wrong_phone", "000413BBBBBB", after=NEW, writes=1, faults={"replaced_by": {"mac": "000413BBBBBB"}}
    ),
}
REBOOT = {
    "reboots": reboot("rebooted", "is back", writes=1),
    "reboots-7": reboot("rebooted", "is back", writes=1, firmware="7.3.14"),
    "reboots-10": reboot("rebooted", "is back", writes=1, model="D785", firmware="10.1.84.12", timing={"reboot": 5}),
    "reboot-not-waited-for": reboot("triggered", "nobody looked", writes=1, options={"wait": False}),
    "reboot-without-answer": reboot("rebooted", "is back", writes=1, faults={"reset": {"on": "reboot"}}),
    "reboot-in-call": reboot("deferred", "in a call", call={"state": "ringing"}),
    "reboot-protected": reboot("protected", "snom_protected_override", inventory={"snom_protected": True}),
    "reboot-user-mode": reboot("user_mode", "administrator mode", writes=1, admin_mode=False),
    "reboot-ignored": reboot("blocked", "hidden tags", writes=2, options=SHORT, faults={"ignores_reboot": True}),
    "reboot-wrong-phone": reboot("wrong_phone", "000413AAAAAA", inventory={"snom_mac": "000413aaaaaa"}),
}
CASES = FIRMWARE | REBOOT
# A module costs a process for each phone and task, on a jump host more; so these stand for all there.
EVERY_WAY = (
    *("upgrades", "digest", "compliant", "keeps-old", "protected", "refuses-password", "user-mode", "gone"),
    *("reboots", "reboot-in-call"),
)
NAMES = {"in_process": tuple(CASES), "as_module": EVERY_WAY, "on_jump_host": EVERY_WAY}
PAIRS = [(name, way) for way in WAYS for name in NAMES[way]]
# Only of one that is back on the new version behind its deadline: a test of the operation has it, as time would decide.
IF_LATE = {"snom_firmware": {"evidence.watched_until"}}
NO_FAILURES = {"compliant", "upgraded", "triggered", "deferred", "protected", "rebooted"}


@dataclass
class Done:
    bench: Bench
    runs: dict[str, Run]


def play(way: str, found: Bench) -> dict[str, Any]:
    """All modules, each on the phones that are for it. Without delegation the task runs on the controller."""
    settings: dict[str, dict[str, Any]] = {
        "snom_info": {"gather": ["system", "home", "gui", "settings"]},
        "snom_firmware": {"catalog": str(found.catalog)},
        "snom_reboot": {},
    }
    for case in CASES.values():
        settings[case.module] |= {name: f"{{{{ options.{name} | default(omit) }}}}" for name in case.options}
    delegated = {"delegate_to": "jump"} if way == "on_jump_host" else {}
    return {
        "name": way,
        "hosts": way,
        "gather_facts": False,
        # Each phone at its own pace: the slow ones of all modules end together.
        "strategy": "free",
        "vars": {"snom_in_process": way != "as_module"},
        "tasks": [
            {
                "name": module,
                f"telephony.snom.{module}": options,
                "when": f"'{module}' in modules",
                "ignore_errors": True,
                "diff": True,
            }
            | delegated
            for module, options in settings.items()
        ],
    }


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Done]:
    """Every module, every phone, every way."""
    folder = tmp_path_factory.mktemp("modules")
    phones = {f"{name}.{way}": CASES[name].phone for name, way in PAIRS}
    first, *_others = phones
    with (
        bench(folder, phones) as found,
        jump_host(folder / "ssh", found.address(first).rpartition(".")[0] + ".253") as jump,
    ):
        found.fleet.patch_image_server(faults={image("360"): "not_found"})
        for name, variables in found.hosts().items():
            case = CASES[name.partition(".")[0]]
            variables |= {"modules": ["snom_info", case.module], "options": case.options}
        groups: dict[str, Any] = {way: {"hosts": {f"{name}.{way}": {} for name in NAMES[way]}} for way in WAYS}
        found.inventory |= groups | {"jump_hosts": {"hosts": {"jump": jump}}}
        yield Done(found, {way: found.play([play(way, found)], rehearse=way == "in_process") for way in WAYS})


def result(done: Done, way: str, module: str, name: str) -> dict[str, Any]:
    return done.runs[way].results(module)[f"{name}.{way}"]


@pytest.mark.parametrize(("name", "way"), PAIRS)
def test_outcome(name: str, way: str, done: Done) -> None:
    case, found = CASES[name], result(done, way, CASES[name].module, name)
    assert found["outcome"] == case.outcome, found["reason"]
    assert case.reason in found["reason"]
    assert done.runs[way].status(case.module, f"{name}.{way}") == ("ok" if case.outcome in NO_FAILURES else "failed")
    assert found["changed"] is (case.writes > 0 and case.outcome not in ("user_mode", "blocked", "image_failed"))


@pytest.mark.parametrize(("name", "way"), PAIRS)
def test_what_the_phone_says(name: str, way: str, done: Done) -> None:
    case, state = CASES[name], done.bench.fleet.phone(f"{name}.{way}")
    assert (state["firmware"], state["writes"]) == (case.after, case.writes)


@pytest.mark.parametrize("way", WAYS[1:])
@pytest.mark.parametrize("name", EVERY_WAY)
def test_every_way_says_the_same(name: str, way: str, done: Done) -> None:
    for module in ("snom_info", CASES[name].module):
        assert steady(result(done, way, module, name)) == steady(result(done, WAYS[0], module, name))


def steady(value: Any, name: str = "") -> Any:
    """A result without what differs between phones that are alike, without times, and without what Ansible adds."""
    if isinstance(value, dict):
        return {key: steady(item, key) for key, item in value.items() if not key.startswith("_")}
    if isinstance(value, list):
        return [steady(item) for item in value]
    if isinstance(value, str):
        return OF_ONE_PHONE.sub("*", value)
    return "*" if isinstance(value, float) or (name.startswith("uptime") and value is not None) else value


@pytest.mark.parametrize("module", ["snom_info", "snom_firmware", "snom_reboot"])
def test_every_documented_key_is_returned_by_some_phone(module: str, done: Done) -> None:
    seen: set[str] = set()
    for line in done.runs["in_process"].lines:
        if line.get("action") == f"telephony.snom.{module}":
            seen |= set(keys_of(line["result"]))
    assert set(keys_of_docs(returned(module))) - seen - IF_LATE.get(module, set()) == set()


def keys_of(value: Any, prefix: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield prefix + name
            yield from keys_of(item, f"{prefix}{name}.")
    elif isinstance(value, list):
        for item in value:
            yield from keys_of(item, prefix)


def keys_of_docs(docs: Any, prefix: str = "") -> Iterator[str]:
    for name, doc in docs.items():
        yield prefix + name
        yield from keys_of_docs(doc.get("contains", {}), f"{prefix}{name}.")
