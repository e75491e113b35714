# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rollouts by provisioning in simulated time: how phones end, whatever they do, and wherever the run is killed."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._known.images import Catalog, parse_images
from ansible_collections.telephony.snom.plugins.module_utils._pbx.pbx import Delivery
from ansible_collections.telephony.snom.plugins.module_utils._pbx.registered import Registrar

from .provisioned import NEW, OLD, Lab
from .simulation import Crash, MemoryJournal


@pytest.mark.parametrize(
    ("keys", "outcome", "images"),
    [
        ({}, "upgraded", 1),
        ({"beacon": False, "asks_at_boot": False}, "upgraded", 1),
        ({"registers_anew": False}, "not_registered", 1),
        ({"new_contact": True}, "upgraded", 1),
        ({"answer": None}, "upgraded", 1),
        ({"passes": 2}, "upgraded", 1),
        ({"passes": 3}, "no_fetch", 0),
        ({"answer": 408}, "upgraded", 1),
        ({"answer": 408, "acts": False}, "no_fetch", 0),
        ({"acts": False}, "no_fetch", 0),
        ({"policy": "never_update"}, "no_fetch", 0),
        ({"policy": "settings_only"}, "no_fetch", 0),
        ({"answer": 401, "acts": False}, "auth_failed", 0),
        ({"answer": 403, "acts": False}, "auth_failed", 0),
        ({"answer": 489, "acts": False}, "no_fetch", 0),
        ({"answer": 486, "acts": False}, "deferred", 0),
        ({"answer": 477, "acts": False}, "unreachable", 0),
        ({"answer": "pbx fails"}, "deferred", 0),
        ({"answer": "refused", "acts": False}, "deferred", 0),
        ({"fault": "no image"}, "image_failed", 0),
        ({"fault": "keep_old_version"}, "old_version", 1),
        ({"fault": "keep_old_version", "beacon": False}, "old_version", 1),
        ({"fault": "never_returns"}, "timed_out", 1),
        ({"fault": "mute"}, "timed_out", 1),
        ({"fault": "loads again"}, "looping", 2),
        ({"firmware": NEW}, "compliant", 0),
        ({"polls_every": 30.0}, "upgraded", 1),
        ({"compares": "never"}, "upgraded", 1),
    ],
    ids=str,
)
def test_how_a_phone_ends(keys: dict[str, Any], outcome: str, images: int) -> None:
    lab = Lab(desk=keys)
    record = lab.run()["phones"]["desk"]
    assert record["outcome"] == outcome, (record["reason"], lab.said)
    assert lab.images()["desk"] >= images
    assert outcome == "looping" or lab.images()["desk"] == images
    assert (lab.mirror.shown, lab.violations()) == ({}, [])


FLEET: dict[str, dict[str, Any]] = {
    "well": {},
    "silent": {"beacon": False, "asks_at_boot": False, "new_contact": True},
    "polls": {"polls_every": 45.0},
    "lost": {"answer": 408},
    "deaf": {"acts": False},
}


def events_of_a_run() -> int:
    lab = Lab(**FLEET)
    lab.run()
    return lab.world.events


EVENTS = events_of_a_run()
IN_FLIGHT = 80
"""Most of what is done before the phones have their images is within so many events; then they are only watched."""


def killed(lab: Lab, event: int, pause: float) -> str:
    """Kill a run before this event, and let some time pass; returns where that was."""
    lab.world.crash_at = event
    with pytest.raises(Crash) as error:
        lab.run()
    lab.world.crash_at = None
    lab.world.time += pause
    return f"killed before event {event} ({error.value}), for {pause} s: {lab.said}"


@pytest.mark.parametrize(("pause", "first"), [(0.0, 1), (200.0, 2), (50_000.0, 3)])
def test_a_run_that_is_killed_anywhere_goes_on_without_a_second_image(pause: float, first: int) -> None:
    for event in (*range(first, IN_FLIGHT, 3), *range(IN_FLIGHT + first, EVENTS, 97)):
        lab = Lab(**FLEET)
        lab.options["waves"] = [[2], ["100%"]][event % 2]
        where = killed(lab, event, pause)
        outcomes = lab.outcomes()
        assert lab.images() == Counter(dict.fromkeys(FLEET, 1) | {"deaf": 0}), where
        assert lab.mirror.shown == {} and lab.violations() == [], where
        assert {outcomes[name] for name in FLEET if name != "deaf"} <= {"upgraded", "compliant"}, where
        assert outcomes["deaf"] == "no_fetch", where


@pytest.mark.parametrize("event", range(1, 30, 4))
def test_a_phone_that_loads_on_by_itself_while_nobody_watches_is_shown_its_image_until_the_deadline(event: int) -> None:
    """No longer: the mirror's own timer ends that. The next run sees what it did, and does not ask it again."""
    lab = Lab(desk={"fault": "keep_old_version", "compares": "never"})
    where = killed(lab, event, 50_000.0)
    (outcome,) = lab.outcomes().values()
    assert lab.mirror.shown == {}, where
    before = lab.images()
    assert outcome in ("old_version", "looping"), where
    assert lab.outcomes()["desk"] in ("refused", "deferred"), where
    assert lab.images() == before, where


# What mirror and PBX fail to do -------------------------------------------------------------------------------------


def test_a_mirror_that_does_not_withdraw_is_told_loudly() -> None:
    lab = Lab(desk={})
    lab.mirror.down_for = {"disarm"}
    result = lab.run()
    record = result["phones"]["desk"]
    assert record["outcome"] == "upgraded" and "IT MAY STILL BE SHOWN ITS IMAGE" in record["reason"]
    assert [one["host"] for one in result["still_shown"]] == ["desk"]
    assert any(line.startswith("STILL SHOWN ITS IMAGE: desk") for line in result["closing"])
    # The next run ends that before it does anything else.
    lab.mirror.down_for = set()
    again = lab.run()
    assert (again["phones"]["desk"]["outcome"], again["still_shown"], lab.mirror.shown) == ("compliant", [], {})
    assert "desk: an earlier run had left it shown an image; it is not any more." in lab.said


def test_what_another_run_shows_a_phone_is_not_withdrawn_for_an_end_of_long_ago() -> None:
    lab = Lab(desk={})
    lab.mirror.down_for = {"disarm"}
    assert lab.outcomes() == {"desk": "upgraded"}
    lab.mirror.down_for = set()
    lab.world.time += 50_000.0
    phone = lab.phones["desk"]
    phone.firmware = OLD
    phone._start(lab.world.time)
    lab.mirror.shown[phone.mac] = "http://mirror.example/x", lab.world.time + 1000.0
    assert lab.outcomes() == {"desk": "deferred"}
    assert (len(lab.mirror.shown), lab.images()["desk"]) == (1, 1)


@pytest.mark.parametrize("pause", [5.0, 60.0])
def test_a_phone_that_is_shown_an_image_for_a_run_of_another_journal_is_left_to_that(pause: float) -> None:
    """That run may be alive, or killed with its journal: nobody knows whether the phone loads."""
    lab = Lab(desk={"load_time": 300.0}, other={})
    journal = lab.journal
    lab.options["max_in_flight"] = 1
    where = killed(lab, 20, pause)
    assert len(lab.mirror.shown) == 1, where
    until = lab.mirror.shown["000413000001"][1]
    lab.journal = MemoryJournal(lab.world)
    for check_mode in (True, False):
        result = lab.run(check_mode=check_mode)
        record = result["phones"]["desk"]
        assert record["outcome"] == "deferred" and "for a run that this journal does not know" in record["reason"]
        (unsafe,) = result["do_not_power_off"]
        assert unsafe["host"] == "desk" and unsafe["until"] > until
    # The mirror shows nothing any more, and what is left to write takes as long as ever.
    assert list(lab.mirror.shown) == ["000413000001"] and lab.world.time < unsafe["until"]
    # The first run takes up what it has begun, and then any may see it.
    theirs, lab.journal = lab.journal, journal
    assert lab.outcomes()["desk"] == "upgraded"
    lab.journal = theirs
    assert lab.outcomes()["desk"] == "compliant"
    assert (lab.images()["desk"], lab.violations()) == (1, [])


def test_a_phone_that_was_left_to_another_run_is_so_until_it_may_have_written_its_flash() -> None:
    lab = Lab(desk={"acts": False})
    lab.mirror.shown["000413000001"] = "http://mirror.example/x", lab.world.time + 100.0
    (unsafe,) = lab.run()["do_not_power_off"]
    lab.world.time = unsafe["until"] - 10.0
    lab.mirror.live()
    assert lab.mirror.shown == {} and lab.outcomes() == {"desk": "deferred"}
    assert lab.phones["desk"].asked == 0
    lab.world.time = unsafe["until"] + 10.0
    assert lab.outcomes() == {"desk": "no_fetch"}


def killed_when_withdrawn(lab: Lab, monkeypatch: pytest.MonkeyPatch, at: str = "mirror: disarmed") -> None:
    """Kill a run as soon as the mirror shows nothing any more; its phone has the image and writes it."""

    def event(name: str) -> None:
        if name == at:
            raise Crash(name)

    with monkeypatch.context() as patched:
        patched.setattr(lab.world, "event", event)
        with pytest.raises(Crash):
            lab.run()


@pytest.mark.parametrize("pause", [5.0, 60.0])
def test_a_phone_that_loads_what_a_run_of_another_journal_has_withdrawn_is_left_alone(
    pause: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its registration is listed still, with the version that it had."""
    lab = Lab(desk={"flash_time": 600.0}, other={"firmware": NEW})
    journal = lab.journal
    killed_when_withdrawn(lab, monkeypatch)
    began = lab.world.time
    lab.world.time += pause
    lab.journal = MemoryJournal(lab.world)
    for check_mode in (True, False):
        result = lab.run(check_mode=check_mode)
        record = result["phones"]["desk"]
        assert record["outcome"] == "deferred", record
        said = re.search(r"began to load snomD862-\S+ (\d+) s ago, not by this journal", record["reason"])
        assert said and abs(int(said[1]) - (lab.world.time - began)) < 15
        (unsafe,) = result["do_not_power_off"]
        assert unsafe["host"] == "desk" and abs(unsafe["until"] - began - 7200.0) < 15
    assert (lab.phones["desk"].asked, lab.images()["desk"], lab.violations()) == (1, 1, [])
    # The first run sees its end, and then any may.
    theirs, lab.journal = lab.journal, journal
    assert lab.outcomes()["desk"] == "upgraded"
    lab.journal = theirs
    assert lab.outcomes()["desk"] == "compliant"


@pytest.mark.parametrize("skew", [-3000.0, 0.0, 3000.0])
def test_a_load_whose_end_the_journal_knows_keeps_no_phone_from_being_asked_again(skew: float) -> None:
    lab = Lab(desk={"fault": "keep_old_version"})
    lab.mirror.skew = skew
    (unsafe,) = lab.run()["do_not_power_off"]
    lab.world.time = unsafe["until"] + 1.0
    first, lab.journal = lab.journal, MemoryJournal(lab.world)
    # Whoever does not know it leaves the phone alone.
    (unsafe,) = lab.run(force=True)["do_not_power_off"]
    assert lab.phones["desk"].asked == 1 and unsafe["until"] > lab.world.time
    other, lab.journal = lab.journal, first
    assert lab.outcomes(force=True) == {"desk": "old_version"}
    assert (lab.phones["desk"].asked, lab.images()["desk"]) == (2, 2)
    # This load is newer than what the other one knows. It has left the phone alone, and that is over.
    lab.journal = other
    assert lab.world.time < unsafe["until"]
    lab.world.time = unsafe["until"] + 1.0
    record = lab.run(force=True)["phones"]["desk"]
    assert "not by this journal" in record["reason"] and lab.phones["desk"].asked == 2


def test_what_a_run_of_another_journal_has_withdrawn_is_known_when_the_log_is_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lab = Lab(desk={"flash_time": 600.0})
    killed_when_withdrawn(lab, monkeypatch)
    lab.journal = MemoryJournal(lab.world)
    assert lab.outcomes() == {"desk": "deferred"}
    lab.mirror.forget()
    assert lab.outcomes() == {"desk": "deferred"}
    assert lab.phones["desk"].asked == 1


def test_a_phone_that_an_interrupted_run_never_told_may_be_loading_what_another_one_has_withdrawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lab = Lab(desk={"flash_time": 600.0})
    first = lab.journal
    killed_when_withdrawn(lab, monkeypatch, at="mirror: armed")
    # It was to load another image, so the interrupted run's watch sees nothing of what comes.
    first.lines = [line.replace(NEW, "10.1.220.1").replace('"length": 168', '"length": 167') for line in first.lines]
    lab.world.time += 50_000.0
    lab.journal = MemoryJournal(lab.world)
    killed_when_withdrawn(lab, monkeypatch)
    lab.journal = first
    record = lab.run()["phones"]["desk"]
    assert record["outcome"] == "deferred" and "not by this journal" in record["reason"]
    assert (lab.phones["desk"].asked, lab.images()["desk"], lab.violations()) == (1, 1, [])


@pytest.mark.parametrize("shown_for", [25.0, 900.0])
@pytest.mark.parametrize("skew", [-86_400.0, 0.0, 3000.0])
def test_a_phone_that_another_run_has_asked_since_this_one_was_planned_is_left_alone(
    shown_for: float, skew: float
) -> None:
    """It was nobody's when the fleet was read, and is flashing when its turn comes: the PBX lists it still."""
    lab = Lab(first={"load_time": 60.0}, desk={"flash_time": 400.0})
    lab.mirror.skew = skew
    lab.options |= {"max_in_flight": 1, "deferred_retries": 1}
    desk = lab.phones["desk"]

    def asked_by_another_run(now: float) -> None:
        lab.mirror.shown[desk.mac] = f"https://mirror.example/fw/snomD862-{NEW}-SIP-r.swu", now + shown_for
        desk.asked = 1
        desk._sync(now)

    desk.at(lab.world.time + 30.0, asked_by_another_run)
    result = lab.run()
    record = result["phones"]["desk"]
    assert record["outcome"] == "deferred" and "for another run" in record["reason"]
    assert lab.outcomes()["first"] == "compliant"
    assert (desk.asked, lab.images(), lab.violations()) == (1, Counter(first=1, desk=1), [])
    # It is back before it is asked again.
    lab.world.time += 9000.0
    assert lab.outcomes() == {"first": "compliant", "desk": "compliant"}


def test_a_log_that_can_not_be_read_lets_nobody_begin() -> None:
    """Whether they load what another run has withdrawn is not known."""
    lab = Lab(desk={}, other={"firmware": NEW})
    lab.mirror.down_for = {"read"}
    record = lab.run()["phones"]["desk"]
    assert (
        record["outcome"] == "deferred" and "can't be reached. So it is not known whether it loads" in record["reason"]
    )
    assert lab.phones["desk"].asked == 0


def test_a_phone_that_could_not_be_shown_its_image_is_asked_again() -> None:
    lab = Lab(desk={})
    lab.mirror.down_for = {"arm"}
    assert lab.outcomes(deferred_retries=1) == {"desk": "deferred"}
    assert (lab.images()["desk"], lab.phones["desk"].asked) == (0, 0)
    lab.mirror.down_for = set()
    assert lab.outcomes() == {"desk": "upgraded"}


def test_an_answer_of_the_mirror_that_got_lost_leaves_nothing_shown() -> None:
    lab = Lab(desk={}, polls={"polls_every": 1.0})
    lab.mirror.loses = 2
    assert lab.outcomes() == {"desk": "upgraded", "polls": "upgraded"}
    assert (lab.images(), lab.mirror.shown) == (Counter(desk=1, polls=1), {})


@pytest.mark.parametrize("keys", [{"polls_every": 45.0}, {"acts": False}])
def test_what_the_mirror_shows_only_behind_its_withdrawal_is_withdrawn(keys: dict[str, Any]) -> None:
    """Its answer came too late, and so did what it was asked for: the phone was shown an image that nobody watched."""
    lab = Lab(desk=keys)
    lab.mirror.loses, lab.mirror.arms_late = 1, True
    result = lab.run()
    assert (lab.mirror.shown, lab.violations()) == ({}, [])
    assert result["phones"]["desk"]["outcome"] == ("no_fetch" if "acts" in keys else "upgraded")
    assert lab.images()["desk"] == len(keys.keys() - {"acts"})


def test_a_mirror_that_can_not_be_read_proves_nothing() -> None:
    """Nor is anything taken for not done: the phone may be loading."""
    lab = Lab(desk={"load_time": 300.0})
    lab.phones["desk"].at(lab.world.time + 30.0, lambda now: lab.mirror.down_for.update({"read", "disarm"}))
    result = lab.run()
    assert result["phones"]["desk"]["outcome"] == "unproven"
    assert [one["host"] for one in result["do_not_power_off"]] == ["desk"]
    assert [one["host"] for one in result["still_shown"]] == ["desk"]


def test_a_log_that_is_lost_is_no_proof_that_nothing_was_fetched() -> None:
    lab = Lab(desk={"load_time": 60.0, "asks_at_boot": False})
    lab.phones["desk"].at(lab.world.time + 61.5, lambda now: setattr(lab.mirror, "forgets_log", True))
    record = lab.run()["phones"]["desk"]
    assert record["outcome"] == "unproven" and "registers with 10.1.226.13" in record["reason"]


@pytest.mark.parametrize("late_by", [3.0, 90.0, float("inf")])
def test_a_log_that_comes_late_proves_neither_that_a_phone_fetched_nothing_nor_that_it_may_be_told_again(
    late_by: float,
) -> None:
    lab = Lab(desk={"load_time": 900.0}, never={"acts": False}, slow={"flash_time": 3000.0})
    lab.mirror.late_by = late_by
    result = lab.run()
    ends = {name: record["outcome"] for name, record in result["phones"].items()}
    assert ends["never"] == ("no_fetch" if late_by < 5 else "unproven"), result["phones"]["never"]["reason"]
    assert ends["desk"] in ("upgraded", "unproven") and ends["slow"] in ("timed_out", "unproven")
    dark = {one["host"] for one in result["do_not_power_off"]}
    assert dark == {name for name, outcome in ends.items() if outcome in ("unproven", "timed_out")}
    assert (lab.mirror.shown, lab.violations()) == ({}, [])
    assert lab.images()["desk"] == 1


def test_a_log_that_is_late_at_first_is_asked_again_at_the_end() -> None:
    lab = Lab(never={"acts": False})
    lab.mirror.late_by = 300.0
    lab.phones["never"].at(lab.world.time + 1500.0, lambda now: setattr(lab.mirror, "late_by", 0.0))
    assert lab.outcomes() == {"never": "no_fetch"}


def test_a_mirror_that_can_not_be_controlled_ends_the_run_before_anything_is_sent() -> None:
    lab = Lab(desk={})
    lab.mirror.down = True
    with pytest.raises(InputError, match="snom_mirror_control: The mirror can't be reached"):
        lab.run()
    assert lab.phones["desk"].asked == 0


def test_a_pbx_that_fails_while_phones_are_watched_proves_nothing_away() -> None:
    """The registration that it had can't be seen again, so it is not taken for registered. Nor for gone."""
    lab = Lab(desk={})
    lab.phones["desk"].at(lab.world.time + 30.0, lambda now: setattr(lab.exchange, "down", True))
    record = lab.run()["phones"]["desk"]
    assert record["outcome"] == "not_registered" and "was not seen registered again" in record["reason"], record
    lab = Lab(desk={})
    lab.phones["desk"].at(lab.world.time + 30.0, lambda now: setattr(lab.exchange, "down", True))
    lab.phones["desk"].at(lab.world.time + 400.0, lambda now: setattr(lab.exchange, "down", False))
    assert lab.outcomes() == {"desk": "upgraded"}


def test_a_pbx_that_is_down_from_the_start_lets_nobody_begin() -> None:
    lab = Lab(desk={}, other={})
    lab.exchange.down = True
    result = lab.run()
    for name, record in result["phones"].items():
        assert record["outcome"] not in ("upgraded", "compliant") and "PBX can't be asked" in record["reason"], record
        assert lab.phones[name].asked == 0
    assert (lab.images(), lab.mirror.shown) == (Counter(desk=0, other=0), {})
    lab.exchange.down = False
    assert set(lab.outcomes().values()) == {"upgraded"}


def test_half_a_list_of_registrations_is_half_of_the_phones() -> None:
    lab = Lab(desk={}, other={})
    lab.exchange.hides = {"other"}
    result = lab.run()
    assert {name: record["outcome"] for name, record in result["phones"].items()} == {
        "desk": "upgraded",
        "other": "unreachable",
    }
    assert "No registration" in result["phones"]["other"]["reason"]
    assert (lab.images(), lab.phones["other"].asked, lab.mirror.shown) == (Counter(desk=1, other=0), 0, {})


def test_phones_behind_one_router_are_told_apart() -> None:
    lab = Lab(desk={}, other={"acts": False}, third={"fault": "keep_old_version"})
    for phone in lab.phones.values():
        phone.address = "198.51.100.1"
    assert lab.outcomes() == {"desk": "upgraded", "other": "no_fetch", "third": "old_version"}
    assert (lab.images(), lab.mirror.shown, lab.violations()) == (Counter(desk=1, other=0, third=1), {}, [])


@pytest.mark.parametrize("skew", [-86_400.0, -3600.0, 7.0, 3600.0, 86_400.0])
def test_a_mirror_with_a_wrong_clock_proves_the_same(skew: float) -> None:
    lab = Lab(desk={}, later={"passes": 2}, old={"fault": "keep_old_version"}, never={"acts": False})
    lab.mirror.skew = skew
    assert lab.outcomes() == {"desk": "upgraded", "later": "upgraded", "old": "old_version", "never": "no_fetch"}
    assert (lab.images(), lab.mirror.shown, lab.violations()) == (Counter(desk=1, later=1, old=1, never=0), {}, [])


@pytest.mark.parametrize("ahead", [5.0, 60.0, 3600.0])
@pytest.mark.parametrize("load_time", [20.0, 900.0])
def test_a_mirror_whose_clock_is_set_back_after_a_phone_was_shown_its_image_hides_no_load(
    ahead: float, load_time: float
) -> None:
    """What stands behind the place where reading began is new, whatever time it has."""
    lab = Lab(desk={"load_time": load_time})
    lab.mirror.skew = ahead
    phone = lab.phones["desk"]
    notified = phone.notified

    def set_back() -> Delivery:
        phone.at(lab.world.time + 0.2, lambda now: setattr(lab.mirror, "skew", 0.0))
        return notified()

    phone.notified = set_back  # type: ignore[method-assign]
    result = lab.run()
    outcome = result["phones"]["desk"]["outcome"]
    assert outcome in ("upgraded", "unproven")
    assert [one["host"] for one in result["do_not_power_off"]] == (["desk"] if outcome == "unproven" else [])
    assert (lab.images(), lab.mirror.shown, lab.violations()) == (Counter(desk=1), {}, [])


@pytest.mark.parametrize("misread", [4.0, 12.0, -12.0])
def test_a_mirror_whose_clock_is_misread_proves_the_same(misread: float) -> None:
    """As of one that answered late."""
    lab = Lab(desk={"load_time": 300.0}, never={"acts": False})
    lab.mirror.misread = misread
    assert lab.outcomes() == {"desk": "upgraded", "never": "no_fetch"}
    assert (lab.images(), lab.mirror.shown, lab.violations()) == (Counter(desk=1, never=0), {}, [])


@pytest.mark.parametrize(("event", "pause"), [(13, 0.0), (13, 30.0), (14, 0.0), (14, 30.0)])
def test_a_mirror_whose_clock_is_set_back_while_nobody_watches_hides_no_load(event: int, pause: float) -> None:
    lab = Lab(desk={"load_time": 600.0})
    lab.mirror.skew = 3600.0
    where = killed(lab, event, pause)
    lab.mirror.skew = 0.0
    record = lab.run()["phones"]["desk"]
    assert record["outcome"] in ("upgraded", "unproven"), (where, record)
    assert (lab.images(), lab.violations()) == (Counter(desk=1), []), where


def test_a_phone_that_begins_while_others_have_their_turn_is_not_reminded(monkeypatch: pytest.MonkeyPatch) -> None:
    lab = Lab(desk={"passes": 2})
    phone, turns = lab.phones["desk"], list[float]()

    @contextmanager
    def turn(registrar: Registrar) -> Iterator[None]:
        turns.append(lab.world.time)
        if len(turns) == 2:
            # It looks once more by itself.
            phone.asked += 1
            phone.at(lab.world.time + 1.0, phone._sync)
            lab.world.time += 2.0
        yield

    monkeypatch.setattr(Registrar, "turn", turn)
    assert lab.outcomes() == {"desk": "upgraded"}
    assert (len(turns), lab.images()["desk"], lab.violations()) == (2, 1, [])


@pytest.mark.parametrize("gone", [False, True])
def test_a_phone_that_can_t_be_told_alone_any_more_is_not_reminded(gone: bool) -> None:
    lab = Lab(desk={"passes": 2}, other={"firmware": NEW})
    desk, other = lab.phones["desk"], lab.phones["other"]

    def moves(now: float) -> None:
        ((contact, (agent, _call_id, until)),) = desk.contacts.items()
        other.contacts[contact] = agent.replace(desk.mac, other.mac), "call-2", until
        if gone:
            desk.contacts.clear()

    desk.at(lab.world.time + 30.0, moves)
    record = lab.run()["phones"]["desk"]
    assert record["evidence"]["reminded_at"] is not None
    assert (desk.asked, lab.images()["desk"], record["outcome"]) == (1, 0, "no_fetch"), record["reason"]


def test_a_phone_that_got_its_version_from_elsewhere_is_compliant_in_the_resume() -> None:
    lab = Lab(desk={"acts": False, "asks_at_boot": False})
    killed(lab, 30, 0.0)
    assert lab.journal.history().open_intents
    phone = lab.phones["desk"]
    phone.firmware = NEW
    phone._start(lab.world.time)
    assert lab.outcomes() == {"desk": "compliant"}
    assert (lab.images()["desk"], lab.mirror.shown) == (0, {})


# What phones are told about ------------------------------------------------------------------------------------------


def test_an_old_contact_with_the_old_version_is_not_taken_for_the_phone() -> None:
    lab = Lab(desk={"new_contact": True})
    assert lab.outcomes(soak=60.0) == {"desk": "upgraded"}
    assert len(lab.phones["desk"].contacts) == 2


def test_a_phone_whose_registration_is_older_than_its_firmware_is_not_said_to_run_that() -> None:
    lab = Lab(desk={})
    phone = lab.phones["desk"]
    # It has restarted, and did not register.
    phone.firmware, phone._boot = NEW, 2
    record = lab.run()["phones"]["desk"]
    assert record["outcome"] == "unproven"
    said = f"It asks its mirror as one that runs {NEW}, and its registration says {record['before']}: that is an old"
    assert record["reason"].startswith(said)
    assert (lab.images()["desk"], lab.mirror.shown, lab.violations()) == (0, {}, [])


@pytest.mark.parametrize("skew", [-86_400.0, 0.0, 86_400.0])
def test_a_phone_that_says_to_its_mirror_that_it_is_there_is_not_asked_by_an_old_registration(skew: float) -> None:
    lab = Lab(desk={}, other={})
    lab.mirror.skew = skew
    phone = lab.phones["desk"]
    # It has restarted, asks its mirror, and does not register.
    phone.firmware, phone._boot = NEW, 2
    phone._sync(lab.world.time)
    for check_mode in (True, False):
        record = lab.run(check_mode=check_mode)["phones"]["desk"]
        assert record["outcome"] == "deferred"
        assert record["reason"].startswith(f"Its registration says {OLD}, and its newest request to the mirror")
        assert NEW in record["reason"] and not record["path"]
    assert lab.images() == Counter(desk=0, other=1)
    assert (phone.asked, lab.mirror.most_shown, lab.mirror.shown) == (0, 1, {})
    phone._register(lab.world.time, phone._boot)
    assert lab.outcomes() == {"desk": "compliant", "other": "compliant"}


def test_a_phone_that_came_halfway_is_not_asked_for_that_again() -> None:
    lab, halfway = Lab(desk={}), "10.1.220.13"
    files = {"file": f"snomD862-{halfway}-SIP-r.swu"}, {"file": f"snomD862-{NEW}-SIP-r.swu", "requires": halfway}
    images = [{"url": f"https://images.example/{one['file']}"} | one for one in files]
    lab.catalog = Catalog(parse_images(images, "a test"))
    phone = lab.phones["desk"]
    phone.firmware, phone._boot = halfway, 2
    phone._sync(lab.world.time)
    record = lab.run()["phones"]["desk"]
    assert (record["outcome"], record["before"], record["target"]) == ("deferred", OLD, NEW)
    assert f"mirror says {halfway}" in record["reason"] and phone.asked == 0
    phone._register(lab.world.time, phone._boot)
    assert lab.outcomes() == {"desk": "upgraded"}
    assert lab.images()["desk"] == 1


@pytest.mark.parametrize("said", [OLD, "10.1.184.15"])
def test_what_a_phone_said_to_its_mirror_before_its_registration_does_not_keep_it_from_being_asked(said: str) -> None:
    """As of one that does not ask when it starts: what it says when it is asked counts."""
    lab = Lab(desk={"firmware": said, "asks_at_boot": False})
    phone = lab.phones["desk"]
    phone._sync(lab.world.time)
    phone.firmware = OLD
    phone._register(lab.world.time, phone._boot)
    assert lab.outcomes() == {"desk": "upgraded"}


def test_one_image_for_all_that_follows_a_loop() -> None:
    """Whatever max_bad says, no other phone is asked."""
    lab = Lab(first={"fault": "loads again"}, second={}, third={})
    assert lab.outcomes(waves=[1, "100%"], max_bad="100%") == {
        "first": "looping",
        "second": "not_started",
        "third": "not_started",
    }
    assert (lab.images()["second"], lab.mirror.most_shown) == (0, 1)


def test_a_phone_is_shown_its_image_only_while_it_is_its_turn() -> None:
    """Others poll meanwhile, and are shown nothing."""
    lab = Lab(**{f"desk-{number}": {"polls_every": 20.0} for number in range(6)})
    assert set(lab.outcomes(waves=["100%"], max_in_flight=2).values()) == {"upgraded"}
    assert lab.mirror.most_shown <= 2 and set(lab.images().values()) == {1}


def test_check_mode_shows_nobody_anything() -> None:
    lab = Lab(desk={})
    assert lab.outcomes(check_mode=True) == {"desk": "planned"}
    assert (lab.phones["desk"].asked, lab.mirror.most_shown) == (0, 0)
    lab.mirror.shown["000413000001"] = "http://mirror.example/x", lab.world.time + 100
    assert lab.outcomes(check_mode=True) == {"desk": "deferred"}
    assert (lab.phones["desk"].asked, len(lab.mirror.shown)) == (0, 1)


def test_a_journal_of_another_way_is_refused() -> None:
    lab = Lab(desk={})
    killed(lab, 25, 0.0)
    assert '"mark"' in lab.journal.lines[-1] or any('"mark"' in line for line in lab.journal.lines)
    lab.journal.lines = [
        json.dumps({key: value for key, value in json.loads(line).items() if key != "mark"})
        for line in lab.journal.lines
    ]
    with pytest.raises(InputError, match="over HTTP"):
        lab.run()
    lab.journal.lines = [
        json.dumps(json.loads(line) | {"mark": {"position": {}}}) if '"intent"' in line else line
        for line in lab.journal.lines
    ]
    with pytest.raises(InputError, match="Mend"):
        lab.run()
