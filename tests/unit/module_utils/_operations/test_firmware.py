# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operation of snom_firmware. What happens on the way is tested with the state machine."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import (
    AuthFailed,
    Blocked,
    InputError,
    PhoneUnreachable,
    Refused,
    SnomError,
    Unsupported,
    UserMode,
    WrongPhone,
)
from ansible_collections.telephony.snom.plugins.module_utils._known.image_path import Hop
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.module_utils._operations import firmware
from ansible_collections.telephony.snom.plugins.module_utils._operations.firmware import (
    ARGUMENT_SPEC,
    upgrade_phone,
    wanted_versions,
)
from ansible_collections.telephony.snom.tests.unit.phones import Clock, LabPhone

OLD, MIDDLE, NEW = "10.1.39.11", "10.1.50.1", "10.1.54.13"
MAC = "000413922D24"
GOES_WELL = [(3, {"up": False}), (60, {"up": True, "firmware": NEW})]
KEYS = {"changed", "failed", "outcome", "reason", "before", "after", "path", "elapsed", "evidence", "snapshot", "diff"}


@pytest.fixture(autouse=True)
def mirror(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What was looked at on the mirror, which has everything."""
    looked: list[tuple[str, str]] = []
    monkeypatch.setattr(firmware, "verify_image", lambda hop, how: looked.append((hop.file, how)))
    return looked


def parameters(**given: Any) -> dict[str, Any]:
    defaults = {name: argument.get("default") for name, argument in ARGUMENT_SPEC.items()}
    return defaults | {"host": "127.0.0.1", "version": NEW, "mirror": "http://images.example/fw", **given}


def upgrade(phone: LabPhone, *, check_mode: bool = False, **given: Any) -> dict[str, Any]:
    result = upgrade_phone(phone, parameters(**given), check_mode, now=phone.clock.now, sleep=phone.clock.sleep)
    message = {"msg"} if result["failed"] or result["outcome"] == "deferred" else set()
    assert set(result) - {"warnings"} == KEYS | message
    assert json.loads(json.dumps(result)) == result
    return result


def test_an_upgrade(mirror: list[tuple[str, str]]) -> None:
    phone = LabPhone(Clock(), GOES_WELL)
    result = upgrade(phone, mac=MAC, model="D785", verify_image="full")
    assert {name: result[name] for name in KEYS - {"evidence", "reason"}} == {
        "changed": True,
        "failed": False,
        "outcome": "upgraded",
        "before": OLD,
        "after": NEW,
        "path": [NEW],
        "elapsed": 60.0,
        "snapshot": None,
        "diff": {"before": f"{OLD}\n", "after": f"{NEW}\n"},
    }
    assert (result["evidence"]["mac_after"], result["evidence"]["firmware_after"]) == (MAC, NEW)
    assert mirror == [(f"snomD785-{NEW}-SIP-r.bin", "full")]
    assert f"snomD785-{NEW}-SIP-r.bin" in phone.commands[0]


def test_a_phone_that_goes_behind_its_deadline_and_comes_back_new() -> None:
    phone = LabPhone(Clock(), [(70, {"up": False}), (100, {"up": True, "firmware": NEW})])
    result = upgrade(phone, deadline=60.0)
    evidence = result["evidence"]
    assert result["outcome"] == "upgraded"
    assert evidence["deadline_at"] < evidence["seen_gone_at"] < evidence["watched_until"]


def test_what_an_upgrade_changed() -> None:
    script = [(3, {"up": False}), (60, {"up": True, "firmware": NEW, "settings": {"language": "Deutsch"}})]
    phone = LabPhone(Clock(), script)
    result = upgrade(phone, snapshot=True)
    assert result["snapshot"]["settings"] == {"language": ["English", "Deutsch"]}
    # What was read for the decision serves as that before.
    assert phone.requests.count("settings") == 2
    assert upgrade(LabPhone(Clock(), script), snapshot=True, wait=False)["snapshot"] is None
    assert upgrade(LabPhone(Clock(), script), snapshot=True, check_mode=True)["snapshot"] is None


def test_the_second_run_changes_nothing(mirror: list[tuple[str, str]]) -> None:
    phone = LabPhone(Clock(), firmware=NEW)
    result = upgrade(phone)
    assert (result["outcome"], result["changed"], result["path"]) == ("compliant", False, [])
    assert result["diff"]["before"] == result["diff"]["after"] == f"{NEW}\n"
    assert (phone.commands, phone.requests, mirror) == ([], ["system"], [])


def test_check_mode_sends_nothing_that_changes(mirror: list[tuple[str, str]]) -> None:
    phone = LabPhone(Clock(), GOES_WELL)
    result = upgrade(phone, check_mode=True)
    assert (result["outcome"], result["changed"], result["path"]) == ("planned", True, [NEW])
    assert (result["before"], result["after"]) == (OLD, OLD)
    assert result["diff"] == {"before": f"{OLD}\n", "after": f"{NEW}\n"}
    assert phone.commands == []
    assert [how for _file, how in mirror] == ["head"]


def test_not_waiting() -> None:
    phone = LabPhone(Clock(), GOES_WELL)
    result = upgrade(phone, wait=False)
    assert (result["outcome"], result["changed"], result["failed"]) == ("triggered", True, False)
    assert (result["before"], result["after"], result["elapsed"]) == (OLD, OLD, 0.0)
    assert len(phone.commands) == 1


def test_not_waiting_still_tells_what_was_turned_down() -> None:
    phone = LabPhone(Clock(), answer=UserMode("It is in user mode."))
    assert upgrade(phone, wait=False)["outcome"] == "user_mode"


@pytest.mark.parametrize(
    ("state", "outcome", "changed"),
    [
        # It goes on as before, as far as anybody knows.
        ([], "image_failed", False),
        ([(3, {"up": False})], "timed_out", True),
        ([(3, {"up": False}), (9, {"up": True})], "old_version", True),
    ],
)
def test_failures_after_the_request(state: Any, outcome: str, changed: bool) -> None:
    result = upgrade(LabPhone(Clock(), state), deadline=120)
    assert (result["outcome"], result["failed"], result["changed"]) == (outcome, True, changed)
    assert result["msg"] == result["reason"]
    assert (result["path"], result["diff"]["after"]) == ([], f"{OLD}\n")
    # Of a failure Ansible shows all to people.
    assert "trigger_answer" in result["evidence"]
    assert [name for name, value in result["evidence"].items() if isinstance(value, float)] == []
    # Nobody knows whether one that was not seen gone still loads, so it is watched for as long again.
    assert result["elapsed"] == (240 if outcome == "image_failed" else result["elapsed"]) <= 240


def test_a_phone_in_a_call_is_left_alone() -> None:
    phone = LabPhone(Clock(), GOES_WELL, screen="connected")
    result = upgrade(phone)
    assert (result["outcome"], result["changed"], result["failed"]) == ("deferred", False, False)
    assert phone.commands == []
    assert upgrade(phone, only_when_idle=False)["outcome"] == "upgraded"


@pytest.mark.parametrize(("call_state", "outcome"), [("idle", "upgraded"), ("in_call", "deferred")])
def test_what_the_pbx_knows(call_state: str, outcome: str) -> None:
    screen = "idle" if call_state == "in_call" else "connected"
    assert upgrade(LabPhone(Clock(), GOES_WELL, screen=screen), call_state=call_state)["outcome"] == outcome


def test_the_same_version_again() -> None:
    phone = LabPhone(Clock(), [(3, {"up": False}), (60, {"up": True})], firmware=NEW)
    result = upgrade(phone, force=True)
    assert (result["outcome"], result["changed"], result["path"]) == ("upgraded", True, [NEW])


BRIDGE = [
    {"file": f"snomD785-{MIDDLE}-SIP-r.bin", "url": f"http://images.example/fw/snomD785-{MIDDLE}-SIP-r.bin"},
    {
        "file": f"snomD785-{NEW}-SIP-r.bin",
        "url": f"http://images.example/fw/snomD785-{NEW}-SIP-r.bin",
        "requires": MIDDLE,
    },
]


def test_over_another_version(mirror: list[tuple[str, str]]) -> None:
    first = [(3, {"up": False}), (60, {"up": True, "firmware": MIDDLE})]
    result = upgrade(LabPhone(Clock(), first, GOES_WELL), catalog=BRIDGE)
    assert (result["outcome"], result["path"]) == ("upgraded", [MIDDLE, NEW])
    assert [file for file, _how in mirror] == [entry["file"] for entry in BRIDGE]


@pytest.mark.parametrize(
    ("screen", "given", "outcome"),
    [
        ("connected", {}, "deferred"),
        ("unknown", {}, "deferred"),
        ("unknown", {"unknown_call_state": "proceed"}, "upgraded"),
        ("idle", {}, "upgraded"),
        ("connected", {"only_when_idle": False}, "upgraded"),
    ],
)
def test_what_the_pbx_knew_before_the_first_image_is_too_old_for_the_second(
    screen: str, given: dict[str, Any], outcome: str
) -> None:
    first = [(3, {"up": False}), (60, {"up": True, "firmware": MIDDLE, "screen": screen})]
    phone = LabPhone(Clock(), first, GOES_WELL)
    result = upgrade(phone, catalog=BRIDGE, call_state="idle", **given)
    loaded = [MIDDLE, NEW] if outcome == "upgraded" else [MIDDLE]
    assert (result["outcome"], result["path"], len(phone.commands)) == (outcome, loaded, len(loaded))
    assert result["evidence"].get("call_state_source") != "host variable snom_call_state"


def test_the_plan_over_another_version() -> None:
    result = upgrade(LabPhone(Clock()), catalog=BRIDGE, check_mode=True)
    assert result["path"] == [MIDDLE, NEW]
    assert f"{MIDDLE} and then {NEW}" in result["reason"]


def test_each_image_has_the_deadline_that_is_given() -> None:
    phone = LabPhone(Clock(), [(3, {"up": False}), (60, {"up": True, "firmware": MIDDLE})], [])
    result = upgrade(phone, catalog=BRIDGE, deadline=100)
    assert (result["outcome"], result["elapsed"], result["path"]) == ("image_failed", 260, [MIDDLE])


def test_the_deadline_otherwise_follows_from_size_and_flash_time() -> None:
    entry = {"file": f"snomD785-{NEW}-SIP-r.bin", "url": "http://images.example/x.bin", "size": 25_000_000}
    result = upgrade(LabPhone(Clock(), []), catalog=[entry], mirror=None, flash_time=100)
    # 25 MB over 100 Mbit/s are 2 s.
    assert (result["outcome"], result["elapsed"]) == ("image_failed", 2 * 1.5 * (2 + 100))


@pytest.mark.parametrize(
    ("phone", "given", "error", "words"),
    [
        ({"mac": "000413000001"}, {"mac": MAC}, WrongPhone, "000413000001"),
        ({"mac": None}, {"mac": MAC}, Refused, "shows none"),
        ({}, {"model": "D765"}, WrongPhone, "D765"),
        ({"up": False}, {}, PhoneUnreachable, "not answer"),
        ({"error": AuthFailed("It refused the password.")}, {}, AuthFailed, "password"),
        ({"model": None}, {}, Refused, "no model"),
        ({"firmware": None}, {}, Refused, "no firmware version"),
        ({"model": "D865", "firmware": "10.1.141.13"}, {"version": "10.1.215.13"}, Unsupported, "D865"),
        ({"model": "D865"}, {"version": OLD, "force": True}, Unsupported, "D865"),
        ({"firmware": "10.1.60.1"}, {}, Refused, "allow_downgrade"),
        ({"firmware": "10.1.60.1"}, {"allow_downgrade": True}, Refused, "force"),
        ({"firmware": "10.1.60.1"}, {"force": True}, Refused, "allow_downgrade"),
        ({}, {"version": "10.1.54.99", "mirror": None}, Refused, "No image"),
        ({}, {"version": None, "url": "http://images.example/snomD765-10.1.54.13-SIP-r.bin"}, Refused, "D765"),
        ({"settings": None, "admin_mode": False}, {}, UserMode, "administrator"),
        ({"settings": {"use_hidden_tags": "on"}}, {}, Blocked, "use_hidden_tags"),
        ({"settings": {"restrict_uri_queries": "on"}}, {}, Blocked, "restrict_uri_queries"),
        (
            {
                "settings": {
                    "update_policy": "auto_update",
                    "firmware": f"http://x.example/snomD785-{OLD}-SIP-r.bin",
                }
            },
            {},
            Refused,
            "provisioning",
        ),
    ],
)
def test_refusals_before_anything_is_sent(
    phone: dict[str, Any], given: dict[str, Any], error: type[SnomError], words: str
) -> None:
    for check_mode in (False, True):
        lab = LabPhone(Clock(), GOES_WELL, **phone)
        with pytest.raises(error, match=words):
            upgrade(lab, check_mode=check_mode, **given)
        assert lab.commands == []


ACROSS = {"model": "D713", "firmware": "10.1.184.15"}


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        ({"login": True}, "webserver_admin_password is not shown"),
        ({"settings": {"webserver_admin_password": ""}, "login": True}, "is shown empty"),
        ({}, "can't be read"),
        ({"settings": {"webserver_admin_password": "***"}}, None),
    ],
)
def test_new_rules_of_the_administrator_password_are_warned_of(
    check_mode: bool, attributes: dict[str, Any], words: str | None
) -> None:
    script = [(3, {"up": False}), (60, {"up": True, "firmware": "10.1.198.19"})]
    result = upgrade(LabPhone(Clock(), script, **ACROSS, **attributes), version="10.1.198.19", check_mode=check_mode)
    assert result["outcome"] == ("planned" if check_mode else "upgraded")
    warnings = result.get("warnings", [])
    assert len(warnings) == (words is not None)
    assert all(words in warning for warning in warnings if words)


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_chained_update_is_warned_of(check_mode: bool) -> None:
    version, chain = "10.1.54.13", "snomD785-ramdisk-chained-update-r.bin"
    catalog = [
        {"file": file, "url": f"http://images.example/{file}"} | more
        for file, more in ((f"snomD785-{version}-SIP-r.bin", {"chain": chain}), (chain, {"kind": "chained-update"}))
    ]
    result = upgrade(LabPhone(Clock(), GOES_WELL), catalog=catalog, check_mode=check_mode)
    assert result["warnings"] == ["Loading a chained update over HTTP is unverified."]


@pytest.mark.parametrize("attributes", [{"login": False}, {"lacks_password": True}])
def test_a_phone_that_would_have_no_administrator_password(attributes: dict[str, Any]) -> None:
    for check_mode in (False, True):
        phone = LabPhone(Clock(), **ACROSS, **attributes)
        with pytest.raises(Refused, match="Set http_user and http_pass"):
            upgrade(phone, version="10.1.198.19", check_mode=check_mode, force=True)
        assert phone.commands == []


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_missing_image_is_found_before_the_phone_is_asked(check_mode: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(hop: Hop, how: str) -> None:
        raise Refused("The mirror answers 404.")

    monkeypatch.setattr(firmware, "verify_image", missing)
    phone = LabPhone(Clock(), GOES_WELL)
    with pytest.raises(Refused, match="404"):
        upgrade(phone, check_mode=check_mode)
    assert phone.commands == []


def test_a_downgrade_that_is_asked_for() -> None:
    phone = LabPhone(Clock(), GOES_WELL, firmware="10.1.60.1")
    assert upgrade(phone, allow_downgrade=True, force=True)["outcome"] == "upgraded"


@pytest.mark.parametrize("name", ["flash_time", "deadline"])
@pytest.mark.parametrize("value", [0, -1.0])
def test_times_that_are_none(name: str, value: float) -> None:
    phone = LabPhone(Clock())
    with pytest.raises(InputError, match=name):
        upgrade(phone, **{name: value})
    assert phone.requests == []


@pytest.mark.parametrize(
    ("version", "url", "expected"),
    [
        ("08.9.3.80", None, "8.9.3.80"),
        (None, "http://images.example/snom320-8.7.5.35-SIP-f.bin", "8.7.5.35"),
        ("8.7.5.35", "http://images.example/snom320-8.7.5.35-SIP-f.bin", "8.7.5.35"),
        ("8.7.5.35", "http://images.example/snom320.bin", "8.7.5.35"),
    ],
)
def test_the_version_that_is_wanted(version: str | None, url: str | None, expected: str) -> None:
    # The mapping is for what nothing else decides.
    given = {"version": version, "url": url, "versions": {"320": "8.4.35"}}
    assert wanted_versions(given) == {None: Version.parse(expected)}


def test_the_version_that_is_wanted_by_model() -> None:
    given = {"version": None, "url": None, "versions": {"snom 320": "08.7.5.35", "D785": NEW}}
    assert wanted_versions(given) == {"320": Version.parse("8.7.5.35"), "D785": Version.parse(NEW)}
    assert upgrade(LabPhone(Clock()), version=None, versions=given["versions"], check_mode=True)["path"] == [NEW]
    with pytest.raises(Refused, match="D785"):
        upgrade(LabPhone(Clock()), version=None, versions={"320": "8.7.5.35"})


def test_check_mode_tells_that_a_phone_would_be_left_alone() -> None:
    result = upgrade(LabPhone(Clock(), screen="connected"), check_mode=True)
    assert (result["outcome"], result["changed"], result["failed"]) == ("deferred", False, False)
    assert result["msg"] == result["reason"] == "The phone is in a call (screen)."
    assert upgrade(LabPhone(Clock(), screen="unknown"), check_mode=True, only_when_idle=False)["outcome"] == "planned"


@pytest.mark.parametrize(
    ("version", "url", "words"),
    [
        (None, None, "Give the version"),
        (None, "http://images.example/snom320.bin", "Give the version"),
        ("8.7.5.36", "http://images.example/snom320-8.7.5.35-SIP-f.bin", "8.7.5.35"),
        ("new", None, "new"),
        (None, "snom320-8.7.5.35-SIP-f.bin", "url"),
    ],
)
def test_versions_that_can_not_be_wanted(version: str | None, url: str | None, words: str) -> None:
    with pytest.raises(InputError, match=words):
        wanted_versions({"version": version, "url": url, "versions": None})


def test_the_home_page_tells_the_model_where_nothing_else_does() -> None:
    phone = LabPhone(Clock(), GOES_WELL, model=None, home_model="320")
    result = upgrade(phone, check_mode=True, allow_downgrade=True, force=True, version="8.7.5.35")
    assert (result["outcome"], result["path"]) == ("planned", ["8.7.5.35"])
