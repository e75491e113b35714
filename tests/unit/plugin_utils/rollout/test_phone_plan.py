# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import (
    AuthFailed,
    Blocked,
    InputError,
    PhoneUnreachable,
    Refused,
    SnomError,
    UserMode,
    expect,
)
from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import Outcome
from ansible_collections.telephony.snom.plugins.module_utils._firmware.order import Ending, Evidence, Intent
from ansible_collections.telephony.snom.plugins.module_utils._firmware.preconditions import check_settings
from ansible_collections.telephony.snom.plugins.module_utils._known.images import Catalog, parse_images
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.history import History
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.options import read_approved
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.phone_plan import plan_phone
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.planned_phone import PlannedPhone, SettledPhone
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.target import Reading, Target

from .to_plan import IMAGE, MAC, NEW, OLD, facts, options, target


def plan_one(
    phone: Target | None = None,
    reading: Reading | None = None,
    *,
    history: History | None = None,
    resumed: Ending | None = None,
    **more: Any,
) -> Any:
    return plan_phone(
        phone or target(), reading or Reading(facts=facts()), options(**more), history or History(), resumed
    )


# One phone --------------------------------------------------------------------------------------------------------


def test_a_phone_that_needs_work() -> None:
    phone = plan_one()
    assert (phone.outcome, phone.before, phone.wanted) == (None, Version.parse(OLD), Version.parse(NEW))
    assert [hop.file for hop in phone.hops] == [IMAGE]
    assert phone.kind == ("D785", Version.parse(OLD), Version.parse(NEW))


def test_the_mirror_of_a_host_wins() -> None:
    phone = plan_one(target(mirror="http://near.example/"))
    assert phone.hops[0].url == f"http://near.example/{IMAGE}"


def test_the_version_of_a_host_wins_over_that_of_its_model() -> None:
    by_model = {"D785": Version.parse(NEW), "D765": Version.parse("10.1.50.1")}
    assert plan_one(target(version=None, versions=by_model)).wanted == Version.parse(NEW)
    assert plan_one(target(version=Version.parse("10.1.51.1"), versions=by_model)).wanted == Version.parse("10.1.51.1")


@pytest.mark.parametrize(
    ("phone", "reading", "more", "outcome", "words"),
    [
        (target(), Reading(facts=facts(firmware=NEW)), {}, "compliant", NEW),
        (target(), Reading(facts=facts(firmware="010.1.54.13")), {}, "compliant", NEW),
        (target(), Reading(error=PhoneUnreachable("It does not answer.")), {}, "unreachable", "not answer"),
        (target(), Reading(error=AuthFailed("It refused the password.")), {}, "auth_failed", "password"),
        (target(mac="000413000001"), Reading(facts=facts()), {}, "wrong_phone", MAC),
        (target(mac=MAC), Reading(facts=facts(mac=None)), {}, "refused", "shows none"),
        (target(), Reading(facts=facts(mac=None)), {}, "refused", "snom_taught"),
        (target(), Reading(facts=facts(mac=None, firmware=NEW)), {}, "compliant", NEW),
        (target(model="D765"), Reading(facts=facts()), {}, "wrong_phone", "D785"),
        (target(), Reading(facts=facts(model=None)), {}, "refused", "no model"),
        (target(), Reading(facts=facts(firmware=None)), {}, "refused", "no firmware version"),
        (target(), Reading(facts=facts(model="D999")), {}, "refused", "D999"),
        (
            target(version=None, versions={"D765": Version.parse(NEW)}),
            Reading(facts=facts()),
            {},
            "refused",
            "snom_firmware_versions",
        ),
        (target(), Reading(facts=facts(model="D865")), {}, "unsupported", "D865"),
        (target(), Reading(facts=facts()), {"mirror": None}, "refused", "No image"),
        (target(), Reading(facts=facts(firmware="10.1.60.1")), {}, "refused", "allow_downgrade"),
        (
            target(),
            Reading(facts=facts(firmware="10.1.60.1")),
            {"allow_downgrade": True},
            "refused",
            "force: true",
        ),
        (target(), Reading(facts=facts(admin_mode=False)), {}, "user_mode", "administrator"),
        (target(), Reading(facts=facts(settings={"use_hidden_tags": "on"})), {}, "blocked", "use_hidden_tags"),
        (target(protected=True), Reading(facts=facts()), {"force": True}, "protected", "snom_protected_override"),
        (target(protected=True), Reading(error=PhoneUnreachable("Gone.")), {}, "protected", "snom_protected"),
        (target(), Reading(facts=facts()), {"approved": {}}, "deferred", "approved plan"),
    ],
)
def test_phones_that_are_left_alone(
    phone: Target, reading: Reading, more: dict[str, Any], outcome: str, words: str
) -> None:
    planned = plan_one(phone, reading, **more)
    assert planned.outcome == outcome
    assert words in planned.ending.reason


@pytest.mark.parametrize(
    ("firmware", "more"),
    [(NEW, {"force": True}), ("10.1.60.1", {"force": True, "allow_downgrade": True})],
)
def test_what_force_is_for(firmware: str, more: dict[str, Any]) -> None:
    assert plan_one(reading=Reading(facts=facts(firmware=firmware)), **more).outcome is None


def test_an_image_that_failed_before_is_not_sent_again() -> None:
    history = History(failed_images={("desk-1", IMAGE): 1000.0})
    phone = plan_one(history=history)
    assert phone.outcome == "refused" and IMAGE in phone.ending.reason
    assert plan_one(history=history, force=True).outcome is None
    assert plan_one(target("desk-2"), history=history).outcome is None


def test_chained_updates_are_marked() -> None:
    chained = parse_images(
        [
            {"file": IMAGE, "url": f"http://images.example/{IMAGE}", "chain": "snomD785-ramdisk-chained-update-r.bin"},
            {
                "file": "snomD785-ramdisk-chained-update-r.bin",
                "url": "http://images.example/snomD785-ramdisk-chained-update-r.bin",
                "kind": "chained-update",
            },
        ],
        "catalog",
    )
    phone = plan_one(catalog=Catalog(chained))
    assert phone.outcome is None
    assert [note for note in phone.notes if "unverified" in note]


# What the settings say --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "error", "words"),
    [
        ({"restrict_uri_queries": "on"}, Blocked, "restrict_uri_queries is on"),
        ({"use_hidden_tags": "on"}, Blocked, "use_hidden_tags is on"),
        ({"tr69_use_acs": "on"}, Refused, "a phone with TR-069 on takes no provisioning"),
        ({"tr69_use_acs": "true"}, Refused, "a phone with TR-069 on takes no provisioning"),
        ({"tr69_use_acs": "1"}, Refused, "a phone with TR-069 on takes no provisioning"),
        ({"firmware_status": f"http://x.example/snomD785-{OLD}-SIP-r.bin"}, Refused, "firmware_status"),
        ({"firmware": f"http://x.example/snomD785-{OLD}-SIP-r.bin?mac=1"}, Refused, "firmware names"),
        (
            {"update_policy": "auto_update", "firmware": f"http://x.example/snomD785-{OLD}-SIP-r.bin"},
            Refused,
            "settings_only",
        ),
    ],
)
def test_settings_against_an_upgrade(settings: dict[str, str], error: type[SnomError], words: str) -> None:
    with pytest.raises(error, match=words):
        check_settings(facts(settings=settings), Version.parse(NEW))


@pytest.mark.parametrize(
    "settings",
    [
        None,
        {},
        {"restrict_uri_queries": "off", "use_hidden_tags": "off"},
        {"firmware": f"http://x.example/{IMAGE}"},
        {"firmware": "http://x.example/firmware.xml"},
        {"firmware": ""},
        {"update_policy": "settings_only", "firmware": f"http://x.example/snomD785-{OLD}-SIP-r.bin"},
        {"update_policy": "auto_update", "setting_server": ""},
    ],
)
def test_settings_that_say_nothing_against_it(settings: dict[str, str] | None) -> None:
    assert check_settings(facts(settings=settings), Version.parse(NEW)) == []


def test_a_phone_that_hides_its_settings() -> None:
    with pytest.raises(UserMode):
        check_settings(facts(admin_mode=False), Version.parse(NEW))
    assert check_settings(facts(admin_mode=None), Version.parse(NEW)) == []


def test_a_setting_server_that_may_undo_it_is_worth_a_note() -> None:
    settings = {"update_policy": "auto_update", "setting_server": "http://x.example"}
    (note,) = check_settings(facts(settings=settings), Version.parse(NEW))
    assert "setting_server" in note


# New rules of the administrator password --------------------------------------------------------------------------

BEFORE, BORDER = "10.1.184.15", "10.1.185.0"
MASKED = {"webserver_admin_password": "********"}
EMPTY = {"webserver_admin_password": ""}


def past_the_border(
    http_pass_set: bool | None, shown: dict[str, str] | None, now: str = BEFORE, wanted: str = BORDER
) -> list[str]:
    return check_settings(facts(firmware=now, http_pass_set=http_pass_set, settings=shown), Version.parse(wanted))


@pytest.mark.parametrize("shown", [None, {}, EMPTY, {"http_pass": ""}])
def test_a_phone_that_would_have_no_administrator_password(shown: dict[str, str] | None) -> None:
    with pytest.raises(Refused, match="Set http_user and http_pass") as refusal:
        past_the_border(False, shown)
    assert "webserver_admin_password can't be seen to be set" in refusal.value.reason


@pytest.mark.parametrize("http_pass_set", [True, False, None])
def test_a_phone_that_has_another_one_needs_no_note(http_pass_set: bool | None) -> None:
    assert past_the_border(http_pass_set, MASKED) == []


@pytest.mark.parametrize(
    ("http_pass_set", "shown", "words"),
    [
        (True, {}, "is not shown"),
        (True, None, "is not shown"),
        # What is shown empty may be hidden.
        (True, EMPTY, "is shown empty"),
        (None, {"http_pass": ""}, "can't be read"),
        (None, None, "can't be read"),
    ],
)
def test_what_is_left_open_is_a_note(http_pass_set: bool | None, shown: dict[str, str] | None, words: str) -> None:
    (note,) = past_the_border(http_pass_set, shown)
    assert words in note and BORDER in note


@pytest.mark.parametrize(
    ("now", "wanted"),
    [(OLD, BEFORE), (BORDER, "10.1.198.19"), ("10.1.198.19", BEFORE), (BEFORE, BEFORE), ("8.9.3.80", "10.1.54.13")],
)
def test_other_ways_have_no_new_rules(now: str, wanted: str) -> None:
    assert past_the_border(False, None, now, wanted) == []


def test_force_does_not_override_it() -> None:
    version = Version.parse("10.1.198.19")
    reading = Reading(facts=facts(model="D713", firmware=BEFORE, http_pass_set=False))
    phone = plan_one(target(version=version), reading, force=True)
    assert (phone.outcome, phone.notes) == ("refused", ())
    reading = Reading(facts=facts(model="D713", firmware=BEFORE, http_pass_set=True))
    phone = plan_one(target(version=version), reading)
    assert phone.outcome is None and len(phone.notes) == 1


# An interrupted run -----------------------------------------------------------------------------------------------


ASKED = Evidence.of(
    Intent(
        host="desk-1",
        mac=MAC,
        file=f"snomD785-{NEW}-SIP-r.bin",
        before=Version.parse(OLD),
        target=Version.parse(NEW),
        time=1.0,
        deadline=2.0,
    )
)


@pytest.mark.parametrize(
    ("resumed", "firmware", "outcome"),
    [
        ("upgraded", NEW, "upgraded"),
        # It has loaded one of several images, or has been changed since.
        ("upgraded", OLD, None),
        # It has come back since.
        ("timed_out", OLD, None),
        ("unproven", NEW, "compliant"),
        # Its new certificate is trusted now; or it may still be loading.
        ("certificate_rejected", NEW, "compliant"),
        ("certificate_rejected", OLD, "certificate_rejected"),
        ("image_failed", OLD, "image_failed"),
        ("old_version", OLD, "old_version"),
        ("wrong_phone", OLD, "wrong_phone"),
    ],
)
def test_what_the_end_of_an_interrupted_trigger_means(resumed: str, firmware: str, outcome: str | None) -> None:
    ending = Ending(Outcome(resumed), "As it was seen.", triggered=True, evidence=ASKED)
    phone = plan_one(reading=Reading(facts=facts(firmware=firmware)), resumed=ending)
    assert phone.outcome == outcome
    resumes = outcome not in (None, "compliant")
    assert (isinstance(phone, SettledPhone) and phone.resumed) is resumes
    if resumes:
        assert phone.ending == replace(ending, after=Version.parse(firmware))


@pytest.mark.parametrize(
    ("firmware", "mac", "outcome", "path"),
    [
        (NEW, MAC, "compliant", (NEW,)),
        (NEW, None, "compliant", (NEW,)),
        (OLD, MAC, "image_failed", ()),
        # Another phone has its address now.
        (NEW, "000413922D25", "image_failed", ()),
    ],
)
def test_a_phone_that_was_still_loading_when_its_run_gave_it_up(
    firmware: str, mac: str | None, outcome: str, path: tuple[str, ...]
) -> None:
    old = Version.parse(OLD)
    ending = Ending(Outcome.IMAGE_FAILED, "Never seen gone.", old, triggered=True, evidence=ASKED, unsafe_until=2000.0)
    phone = plan_one(reading=Reading(facts=facts(firmware=firmware, mac=mac), at=1000.0), resumed=ending)
    assert (phone.outcome, phone.came_over) == (outcome, path)


def test_what_another_phone_shows_is_not_said_of_the_one_that_was_asked() -> None:
    """Seed 55 with 50 phones: "runs 8.7.5.35 as before", and after 8.9.3.80, which was the other one's."""
    old = Version.parse(OLD)
    ending = Ending(Outcome.IMAGE_FAILED, "Never seen gone.", old, triggered=True, evidence=ASKED, unsafe_until=2000.0)
    other = Reading(facts=facts(firmware=NEW, mac="000413922D25"), at=1000.0)
    phone = plan_one(reading=other, resumed=ending)
    assert isinstance(phone, SettledPhone)
    assert phone.ending.after == old
    assert phone.ending.reason == f"Never seen gone. What answers now is another phone, 000413922D25 on {NEW}."


@pytest.mark.parametrize("outcome", [Outcome.OLD_VERSION, Outcome.IMAGE_FAILED])
@pytest.mark.parametrize(("firmware", "stands"), [(OLD, True), (NEW, False)])
def test_what_a_journal_says_of_one_that_failed_stands_while_it_shows_the_same(
    outcome: Outcome, firmware: str, stands: bool
) -> None:
    ending = Ending(outcome, "It failed.", None, True, ASKED, 2000.0, frees_place=outcome is Outcome.OLD_VERSION)
    phone = plan_one(reading=Reading(facts=facts(firmware=firmware), at=1000.0), resumed=ending)
    assert phone.outcome == (outcome if stands else "compliant")
    assert not stands or phone.ending == replace(ending, after=Version.parse(OLD))


@pytest.mark.parametrize(("after", "outcome"), [("10.1.50.1", "timed_out"), (NEW, "upgraded")])
def test_a_phone_that_is_gone_after_one_of_several_images_has_not_arrived(after: str, outcome: str) -> None:
    ending = Ending(Outcome.UPGRADED, "As it was seen.", Version.parse(after), triggered=True, evidence=ASKED)
    phone = plan_one(reading=Reading(error=PhoneUnreachable("It does not answer.")), resumed=ending)
    assert phone.outcome == outcome
    assert phone.resumed and phone.ending.evidence == ASKED
    assert (str(phone.first), str(phone.wanted)) == (OLD, NEW)
    assert phone.unrecorded is (outcome == "timed_out")
    if outcome == "timed_out":
        assert phone.ending.reason == "It was gone again after 10.1.50.1. It does not answer."


@pytest.mark.parametrize("versions", [{}, {"D785": Version.parse(NEW)}])
def test_what_a_phone_that_can_not_be_read_was_asked_for_is_known(versions: dict[str, Version]) -> None:
    ending = Ending(Outcome.UPGRADED, "As it was seen.", Version.parse(NEW), triggered=True, evidence=ASKED)
    one = target("desk-1", version=None if versions else Version.parse(NEW), versions=versions)
    phone = plan_one(one, Reading(error=PhoneUnreachable("It does not answer.")), resumed=ending)
    assert (phone.outcome, str(phone.first), str(phone.wanted)) == ("upgraded", OLD, NEW)


# Phones whose end no run has seen ---------------------------------------------------------------------------------

UNSAFE = History(unsafe={"desk-1": 2000.0})


def test_a_phone_whose_end_nobody_saw_is_not_asked_before_its_time() -> None:
    early = plan_one(reading=Reading(facts=facts(), at=1999.0), history=UNSAFE)
    assert (early.outcome, early.ending.unsafe_until) == ("deferred", 2000.0)
    assert "not asked again before 1970-01-01 00:33:20 UTC" in early.ending.reason
    later = plan_one(reading=Reading(facts=facts(), at=2000.0), history=UNSAFE)
    assert isinstance(later, PlannedPhone)


@pytest.mark.parametrize(("uptime", "until"), [(5100, 1_000_900.0), (6200, None), (100, None), (None, None)])
def test_its_uptime_tells_how_long_ago_it_was_asked_where_the_clock_may_have_been_set_forward(
    uptime: int | None, until: float | None
) -> None:
    history = History(unsafe={"desk-1": 2000.0})
    history.reckoning.note(
        Intent(
            host="desk-1",
            mac=MAC,
            file="a.bin",
            before=Version.parse(OLD),
            target=Version.parse(NEW),
            time=1000.0,
            deadline=1250.0,
            uptime=5000,
        )
    )
    history.begin_run(1_000_000.0, None)
    shown = replace(facts(), uptime=uptime)
    phone = plan_one(reading=Reading(facts=shown, at=1_000_000.0), history=history)
    assert isinstance(phone, SettledPhone) == (until is not None)
    if isinstance(phone, SettledPhone):
        assert (phone.outcome, phone.ending.unsafe_until) == ("deferred", until)


def test_a_phone_that_is_back_too_early_after_its_resume_gave_it_up() -> None:
    ending = Ending(Outcome.TIMED_OUT, "It is gone.", triggered=True, evidence=ASKED, unsafe_until=2000.0)
    phone = plan_one(reading=Reading(facts=facts(), at=1999.0), resumed=ending)
    assert (phone.outcome, phone.ending.unsafe_until, phone.resumed) == ("deferred", 2000.0, False)


def test_force_does_not_override_that() -> None:
    same = Reading(facts=facts(firmware=NEW), at=1000.0)
    assert plan_one(reading=same, history=UNSAFE, force=True).outcome == "deferred"


def test_a_phone_whose_end_nobody_saw_and_that_is_still_gone_must_not_be_powered_off() -> None:
    phone = plan_one(reading=Reading(error=PhoneUnreachable("It does not answer."), at=1000.0), history=UNSAFE)
    assert (phone.outcome, phone.ending.unsafe_until) == ("unreachable", 2000.0)
    assert phone.ending.reason.startswith("It does not answer. An earlier run asked it")


def test_a_phone_that_is_seen_at_its_target_needs_no_more_care() -> None:
    phone = plan_one(reading=Reading(facts=facts(firmware=NEW), at=1000.0), history=UNSAFE)
    assert (phone.outcome, phone.ending.unsafe_until) == ("compliant", None)


def asked_when_up_for(uptime: int, history: History) -> History:
    """With what a journal knows of a phone that was asked at 900 s."""
    asked = replace(expect(ASKED.interrupted), time=900.0, deadline=1175.0, uptime=uptime)
    history.reckoning.note(asked)
    return history


@pytest.mark.parametrize(
    ("uptime", "at", "outcome"),
    [
        # It has run ever since, and may show what it has yet to write.
        (5100, 1000.0, "deferred"),
        (50, 1000.0, "compliant"),
        (None, 1000.0, "compliant"),
        (6100, 2000.0, "compliant"),
    ],
)
def test_a_phone_that_shows_its_target_and_has_not_restarted_is_not_there_yet(
    uptime: int | None, at: float, outcome: str
) -> None:
    history = asked_when_up_for(5000, History(unsafe={"desk-1": 2000.0}))
    reading = Reading(facts=facts(firmware=NEW, uptime=uptime), at=at)
    phone = plan_one(reading=reading, history=history)
    assert (phone.outcome, phone.ending.unsafe_until) == (outcome, 2000.0 if outcome == "deferred" else None)
    assert ("has not restarted since" in phone.ending.reason) is (outcome == "deferred")


@pytest.mark.parametrize(("uptime", "outcome"), [(200, "deferred"), (99, "compliant")])
def test_whether_it_has_restarted_where_the_clock_may_have_been_set_forward(uptime: int, outcome: str) -> None:
    history = asked_when_up_for(100, History(unsafe={"desk-1": 2000.0}))
    history.begin_run(1_000_000.0, None)
    reading = Reading(facts=facts(firmware=NEW, uptime=uptime), at=1_000_000.0)
    assert plan_one(reading=reading, history=history).outcome == outcome


@pytest.mark.parametrize(("uptime", "stands"), [(5100, True), (50, False)])
def test_what_an_interrupted_run_did_not_prove_stands_while_the_phone_has_not_restarted(
    uptime: int, stands: bool
) -> None:
    history = asked_when_up_for(5000, History())
    ending = Ending(Outcome.UNPROVEN, "Never seen gone.", triggered=True, evidence=ASKED, unsafe_until=2000.0)
    reading = Reading(facts=facts(firmware=NEW, uptime=uptime), at=1000.0)
    phone = plan_one(reading=reading, history=history, resumed=ending)
    assert (phone.outcome, phone.resumed) == (("unproven", True) if stands else ("compliant", False))
    back = replace(ending, outcome=Outcome.TIMED_OUT)
    assert plan_one(reading=reading, history=history, resumed=back).outcome == ("deferred" if stands else "compliant")


# An approved plan -------------------------------------------------------------------------------------------------


def approve(path: Path, **phone: Any) -> Mapping[str, Mapping[str, Any]]:
    entry = {"outcome": "planned", "mac": MAC, "before": OLD, "target": NEW}
    path.write_text(json.dumps({"phones": {"desk-1": entry | phone}}), "utf-8")
    return read_approved(str(path))


def test_a_phone_moves_as_it_was_approved(tmp_path: Path) -> None:
    assert plan_one(approved=approve(tmp_path / "report.json")).outcome is None
    # Older releases wrote versions without their leading zeros.
    assert plan_one(approved=approve(tmp_path / "report.json", before=f"0{OLD}", target=f"0{NEW}")).outcome is None


@pytest.mark.parametrize(
    "change",
    [{"mac": "000413000001"}, {"mac": None}, {"before": "10.1.38.1"}, {"target": "10.1.60.1"}, {"outcome": "refused"}],
)
def test_a_phone_that_was_approved_otherwise(tmp_path: Path, change: dict[str, Any]) -> None:
    phone = plan_one(approved=approve(tmp_path / "report.json", **change))
    assert phone.outcome == "deferred" and "approve anew" in phone.ending.reason


def test_a_phone_that_an_interrupted_run_left_on_its_way_moves_as_it_was_approved(tmp_path: Path) -> None:
    approved = approve(tmp_path / "report.json")
    on_its_way = Reading(facts=facts(firmware="10.1.50.1"))
    assert plan_one(reading=on_its_way, approved=approved).outcome == "deferred"
    history = History()
    intent = {"host": "desk-1", "mac": MAC, "file": "a.bin", "time": 1.0, "deadline": 2.0, "registered": []}
    for before, after in ((OLD, "10.1.45.1"), ("10.1.45.1", "10.1.50.1")):
        history.apply({"type": "intent", **intent, "before": before, "target": after})
    phone = plan_one(reading=on_its_way, history=history, approved=approved)
    assert (phone.outcome, str(phone.first)) == (None, OLD)
    other = Reading(facts=facts(firmware="10.1.50.1", mac="000413000001"))
    assert plan_one(reading=other, history=history, approved=approved).outcome == "deferred"


def test_a_phone_that_needs_nothing_needs_no_approval() -> None:
    assert plan_one(reading=Reading(facts=facts(firmware=NEW)), approved={}).outcome == "compliant"


@pytest.mark.parametrize(
    "content",
    ["", "{", "[" * 100_000, "[]", "{}", '{"phones": []}', '{"phones": {"desk-1": []}}', '{"phones": {"desk-1": {}}}'],
)
def test_files_that_are_no_plan(tmp_path: Path, content: str) -> None:
    path = tmp_path / "report.json"
    path.write_text(content, "utf-8")
    with pytest.raises(InputError, match="approved_plan"):
        read_approved(str(path))


def test_a_plan_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="approved_plan"):
        read_approved(str(tmp_path / "report.json"))
