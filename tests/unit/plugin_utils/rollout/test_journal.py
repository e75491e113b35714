# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import fcntl
import json
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError, NotRecorded
from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import OUTCOMES, Outcome
from ansible_collections.telephony.snom.plugins.module_utils._firmware.order import Ending, Evidence, Intent, moved
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout import journal as journal_module
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.clock_changes import LEAST, Moment, this_moment
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.entries import plain_intent
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.history import History
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.history_file import parse_history, read_history
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.journal import JournalFile
from hypothesis import example, given
from hypothesis import strategies as st

IMAGE = "snomD785-10.1.54.13-SIP-r.bin"
OLD, NEW, NEXT = (Version.parse(text) for text in ("10.1.39.11", "10.1.54.13", "10.1.60.1"))


def intent(host: str = "desk-1", file: str = IMAGE, time: float = 1000.0) -> Intent:
    return Intent(
        host=host,
        mac="000413922D24",
        file=file,
        before=OLD,
        target=NEW,
        time=time,
        deadline=time + 900,
        registered=(1, 2),
    )


INTENT = {"type": "intent", "run": "run-1", **plain_intent(intent()), "registered": [1, 2]}
END = {"type": "end", "host": "desk-1", "outcome": "upgraded", "reason": "", "triggered": True, "time": 1.0}


@pytest.fixture(name="path")
def _path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(journal_module, "LOCK_PATIENCE", 0.0)
    return str(tmp_path / "rollout.journal")


@pytest.fixture(name="journal")
def _journal(path: str) -> Iterator[JournalFile]:
    journal = JournalFile(path, "run-1")
    yield journal
    journal.close()


def end(journal: JournalFile, outcome: str, host: str = "desk-1", time: float = 2000.0) -> None:
    journal.end(host, Ending(Outcome(outcome), "", triggered=True), time)


# What is remembered -----------------------------------------------------------------------------------------------


def test_an_intent_without_an_end_is_open(journal: JournalFile) -> None:
    journal.intent(intent())
    journal.intent(intent("desk-2"))
    end(journal, "upgraded", "desk-2")
    assert read_history(journal.path).open_intents == {"desk-1": intent()}


@pytest.mark.parametrize(("written", "now"), [("2.4g", "2.04g"), ("8.9.3.80", "08.9.3.80")])
def test_a_journal_of_an_older_release_names_the_same_versions(path: str, written: str, now: str) -> None:
    entry = {**INTENT, "before": written, "target": "8.7.5.35-rc1"}
    history = parse_history(json.dumps(entry).encode() + b"\n", path)
    assert history.open_intents["desk-1"].before == Version.parse(now)
    assert str(history.open_intents["desk-1"].target) == "8.7.5.35-rc1"
    assert history.first_version("desk-1", None, Version.parse(now)) == Version.parse(now)


def test_the_last_intent_counts(journal: JournalFile) -> None:
    journal.intent(intent(file="snomD785-10.1.50.1-SIP-r.bin"))
    journal.intent(intent(time=1500.0))
    assert read_history(journal.path).open_intents == {"desk-1": intent(time=1500.0)}


def test_an_image_after_which_the_old_version_came_back(journal: JournalFile) -> None:
    journal.intent(intent())
    end(journal, "old_version")
    assert read_history(journal.path).failed_images == {("desk-1", IMAGE): 2000.0}
    journal.intent(intent(time=3000.0))
    assert read_history(journal.path).failed_images == {("desk-1", IMAGE): 2000.0}
    end(journal, "upgraded")
    assert read_history(journal.path).failed_images == {}


@pytest.mark.parametrize("outcome", ["upgraded", "timed_out", "image_failed", "wrong_phone", "not_registered"])
def test_how_phones_ended_is_remembered_until_the_run_has_ended(journal: JournalFile, outcome: str) -> None:
    journal.intent(intent())
    end(journal, outcome)
    ended = read_history(journal.path).ended["desk-1"]
    assert (ended.outcome, ended.triggered, ended.evidence.triggered_at) == (outcome, True, intent().time)
    journal.write("run_end", time=3000.0, summary={}, stopped_by=None)
    assert read_history(journal.path) == History()


def test_a_phone_whose_end_nobody_saw_is_remembered_over_complete_runs(journal: JournalFile) -> None:
    journal.intent(intent())
    journal.end("desk-1", Ending(Outcome.TIMED_OUT, "", triggered=True, unsafe_until=2800.0), 1900.0)
    assert read_history(journal.path).ended["desk-1"].unsafe_until == 2800.0
    journal.write("run_end", time=3000.0, summary={}, stopped_by=None)
    # That a later run can't ask it tells nothing about it.
    journal.end("desk-1", Ending(Outcome.AUTH_FAILED, ""), 3000.0)
    assert read_history(journal.path).unsafe == {"desk-1": 2800.0}
    journal.intent(intent(time=3000.0))
    assert read_history(journal.path).unsafe == {}


def test_who_is_lost_in_the_soak_is_remembered_and_who_is_seen_again_is_not(journal: JournalFile) -> None:
    for host, time in (("desk-1", 1000.0), ("desk-2", 2000.0)):
        journal.intent(intent(host, time=time))
        end(journal, "upgraded", host, time + 500)
        journal.end(host, Ending(Outcome.TIMED_OUT, "", triggered=True, unsafe_until=5000.0), time + 600)
    end(journal, "reverted", "desk-2", 2700.0)
    history = read_history(journal.path)
    assert (history.unsafe, history.ended["desk-1"].unsafe_until) == ({"desk-1": 5000.0}, 5000.0)


@pytest.mark.parametrize("outcome", ["timed_out", "auth_failed", "locked_out"])
def test_an_end_of_a_journal_that_does_not_say_until_when_a_phone_is_in_danger(
    journal: JournalFile, outcome: str
) -> None:
    journal.intent(intent())
    entry = {"host": "desk-1", "outcome": outcome, "reason": "", "triggered": True, "time": 1900.0}
    journal.write("end", **entry)
    # Nobody knows whether it was seen gone.
    assert read_history(journal.path).unsafe == {"desk-1": 1000.0 + 4 * 900}


def test_what_an_open_intent_needs_outlives_a_run_that_could_not_look(journal: JournalFile) -> None:
    journal.intent(intent(file="snomD785-10.1.50.1-SIP-r.bin"))
    journal.intent(replace(intent(), before=NEW, target=NEXT))
    journal.write("run_end", time=3000.0, summary={}, stopped_by=None)
    history = read_history(journal.path)
    assert history.began == {"desk-1": OLD}
    # Also where it hides its MAC.
    assert history.first_version("desk-1", None, NEXT) == OLD
    assert history.first_version("desk-1", "000413000001", NEXT) == NEXT


def test_a_line_that_carries_less_than_was_assumed(journal: JournalFile) -> None:
    journal.write("slow", site="lisbon", seconds=700.0, host="desk-1")
    journal.write("slow", site=None, seconds=800.0, host="desk-2")
    journal.write("run_end", time=3000.0, summary={}, stopped_by=None)
    assert read_history(journal.path).slow == {"lisbon": 700.0, None: 800.0}


def test_the_soak_overturns_an_ending(journal: JournalFile) -> None:
    journal.intent(intent())
    end(journal, "upgraded")
    end(journal, "reverted")
    assert read_history(journal.path).ended["desk-1"].outcome == "reverted"


def test_steps_that_phones_came_well_through(journal: JournalFile) -> None:
    first, second = (IMAGE, OLD, None), ("snomD785-10.1.60.1-SIP-r.bin", NEW, None)
    journal.intent(intent())
    assert not +read_history(journal.path).proven
    # It goes on with another image from where the first one led.
    journal.intent(replace(intent(file=second[0]), before=NEW, target=NEXT))
    assert read_history(journal.path).proven == {first: 1}
    end(journal, "upgraded")
    journal.intent(intent("desk-2"))
    end(journal, "old_version", "desk-2")
    assert read_history(journal.path).proven == {first: 1, second: 1}
    end(journal, "reverted")
    assert +read_history(journal.path).proven == {first: 1}


def test_a_step_is_another_one_from_another_place(journal: JournalFile) -> None:
    journal.intent(replace(intent(), source="near"))
    end(journal, "upgraded")
    journal.intent(replace(intent("desk-2"), source="far"))
    assert read_history(journal.path).proven == {(IMAGE, OLD, "near"): 1}
    assert read_history(journal.path).open_intents["desk-2"].source == "far"


def test_an_image_that_is_asked_for_again_has_proven_nothing(journal: JournalFile) -> None:
    journal.intent(intent())
    journal.intent(intent(time=1500.0))
    assert not read_history(journal.path).proven


def test_a_phone_that_was_not_asked_after_all_may_be_asked_again(journal: JournalFile) -> None:
    journal.intent(intent())
    journal.end("desk-1", Ending(Outcome.BLOCKED, "It turned the request down."), 2000.0)
    assert read_history(journal.path) == History()


def test_an_end_without_an_intent_says_nothing_about_an_image(journal: JournalFile) -> None:
    end(journal, "old_version")
    assert read_history(journal.path) == History()


def test_refused_credentials_are_remembered_until_the_run_has_ended(journal: JournalFile) -> None:
    end(journal, "auth_failed")
    assert read_history(journal.path).refused_credentials == {"desk-1"}
    journal.write("run_end", time=3000.0, summary={}, stopped_by=None)
    assert read_history(journal.path).refused_credentials == set()


def test_refusals_in_a_row_are_counted_over_runs(journal: JournalFile) -> None:
    for _run in range(2):
        end(journal, "auth_failed")
        journal.write("run_end", time=3000.0, summary={}, stopped_by=None)
    assert read_history(journal.path).refusals == {"desk-1": 2}
    journal.write("login", host="desk-1", time=4000.0)
    assert read_history(journal.path).refusals == {}
    end(journal, "auth_failed")
    # Who is asked to load an image has taken the login before.
    journal.intent(intent())
    assert read_history(journal.path).refusals == {}


def test_a_missing_journal_is_an_empty_one(path: str) -> None:
    assert read_history(path) == History()


def test_a_clock_that_was_set_back_takes_along_what_lies_ahead(journal: JournalFile) -> None:
    """Else a phone would be watched, or left alone, for as long as the clock had been wrong."""
    month = 30 * 86_400.0
    journal.intent(intent(time=month + 1000.0))
    journal.end("desk-1", Ending(Outcome.TIMED_OUT, "Gone.", triggered=True, unsafe_until=month + 1600.0), month + 1200)
    journal.intent(intent("desk-2", time=month + 1500.0))
    # Somebody has set the clock, and the next run has asked one more.
    journal.intent(intent("desk-3", time=2000.0))
    history = read_history(journal.path)
    length = intent().deadline - intent().time
    assert history.unsafe == {"desk-1": 2100.0}
    assert (history.open_intents["desk-2"].time, history.open_intents["desk-2"].deadline) == (2000.0, 2000.0 + length)
    assert history.open_intents["desk-3"] == intent("desk-3", time=2000.0)
    assert history.reckon(1900.0) == 100.0
    assert history.unsafe == {"desk-1": 2000.0}
    assert history.open_intents["desk-3"].time == 1900.0
    # Lines that threads write at a time may be in any order.
    assert history.reckon(1850.0) == 0.0 == history.reckon(5000.0)
    assert history.unsafe == {"desk-1": 2000.0}


def test_a_clock_that_was_set_back_makes_nothing_young_again_with_each_run(journal: JournalFile) -> None:
    """Else who is not asked before its time never would be, where nothing else is written meanwhile."""
    month = 30 * 86_400.0
    journal.intent(intent(time=month + 1000.0))
    journal.end("desk-1", Ending(Outcome.TIMED_OUT, "Gone.", triggered=True, unsafe_until=month + 1600.0), month + 1200)
    journal.write("run_end")
    journal.write("run", time=2000.0)
    journal.write("run_end")
    history = read_history(journal.path)
    assert (history.unsafe, history.reckon(2300.0)) == ({"desk-1": 2400.0}, 0.0)


def test_a_clock_that_was_set_back_takes_along_what_a_run_was_cut_off_after(journal: JournalFile) -> None:
    month = 30 * 86_400.0
    journal.intent(intent(time=month + 1000.0))
    end(journal, "upgraded", time=month + 1200.0)
    history = read_history(journal.path)
    assert history.reckon(2000.0) == month - 800.0
    evidence = history.ended["desk-1"].evidence
    assert (evidence.triggered_at, evidence.unsafe_until) == (1800.0, 1800.0 + 4 * (intent().deadline - intent().time))


def test_a_clock_that_was_set_forth_and_back_makes_nobody_safe(journal: JournalFile) -> None:
    """What was written before that lies where it lay."""
    month = 30 * 86_400.0
    for host, time in (("desk-1", 1000.0), ("desk-2", 1100.0), ("desk-3", 1200.0)):
        journal.intent(intent(host, time=time))
    journal.end("desk-1", Ending(Outcome.TIMED_OUT, "Gone.", triggered=True, unsafe_until=2800.0), 1900.0)
    journal.end("desk-3", Ending(Outcome.TIMED_OUT, "Gone.", triggered=True, unsafe_until=3000.0), 2000.0)
    journal.write("run", time=month)
    journal.intent(replace(intent("desk-4", time=month), mac="000413000004"))
    history = read_history(journal.path)
    assert history.reckon(2100.0) == month - 2100.0
    assert history.unsafe == {"desk-1": 2800.0, "desk-3": 3000.0}
    assert history.unsafe_macs == {intent().mac: 3000.0}
    assert history.open_intents["desk-2"] == intent("desk-2", time=1100.0)
    assert history.open_intents["desk-4"].time == 2100.0
    assert history.ended["desk-3"].unsafe_until == 3000.0


@pytest.mark.parametrize("frees", [True, False])
def test_whether_a_phone_frees_its_place_is_remembered(journal: JournalFile, frees: bool) -> None:
    journal.intent(intent())
    ending = Ending(Outcome.OLD_VERSION, "Back.", triggered=True, unsafe_until=1900.0, frees_place=frees)
    journal.end("desk-1", ending, 1200.0)
    kept = read_history(journal.path).ended["desk-1"]
    assert (kept.unsafe_until, kept.frees_place) == (1900.0, frees)


def test_what_could_not_be_withdrawn_is_remembered_until_the_phone_is_asked_again(journal: JournalFile) -> None:
    journal.intent(intent())
    journal.end("desk-1", Ending(Outcome.UPGRADED, "Done.", triggered=True, shown_until=1900.0), 1200.0)
    journal.write("run_end", time=1300.0, summary={}, stopped_by=None)
    assert read_history(journal.path).still_shown == {"desk-1": 1900.0}
    journal.intent(intent(time=1400.0))
    assert read_history(journal.path).still_shown == {}


def begins(journal: JournalFile, time: float, boot: str | None, seconds: float = 0.0) -> None:
    journal.write("run", time=time, **({} if boot is None else {"boot": boot, "since_boot": seconds}))


def test_a_clock_that_was_set_forward_makes_nobody_safe(journal: JournalFile) -> None:
    """Where the system has not started again, it tells how long ago the last run was."""
    month = 30 * 86_400.0
    begins(journal, 900.0, "a", 50.0)
    journal.intent(intent("desk-1", time=1000.0))
    journal.intent(intent("desk-2", time=1000.0))
    journal.intent(replace(intent("desk-3", time=1000.0), mac="000413000003"))
    journal.end("desk-1", Ending(Outcome.TIMED_OUT, "Gone.", triggered=True, unsafe_until=1900.0), 1200.0)
    journal.end("desk-3", Ending(Outcome.UPGRADED, "Runs.", triggered=True), 1250.0)
    history = read_history(journal.path)
    assert history.by_uptime() == set()
    # 400 s after the last run began, by a clock that nobody can set.
    assert history.begin_run(month + 1300.0, Moment("a", 450.0)) == -month
    assert history.unsafe == {"desk-1": month + 1900.0}
    assert history.unsafe_macs == {intent().mac: month + 1900.0}
    assert history.open_intents["desk-2"] == moved(intent("desk-2", time=1000.0), month)
    assert history.ended["desk-3"].evidence.triggered_at == month + 1000.0
    assert history.by_uptime() == set()
    # The same, told by the journal itself; and then nothing is moved once more.
    begins(journal, month + 1300.0, "a", 450.0)
    history = read_history(journal.path)
    assert history.begin_run(month + 1400.0, Moment("a", 550.0)) == 0.0
    assert history.unsafe == {"desk-1": month + 1900.0}


@pytest.mark.parametrize("boot", [None, "b"])
def test_after_a_start_of_the_system_only_uptimes_of_phones_tell_how_long_ago_they_were_asked(
    journal: JournalFile, boot: str | None
) -> None:
    month = 30 * 86_400.0
    begins(journal, 900.0, "a", 50.0)
    journal.intent(replace(intent("desk-1", time=1000.0), uptime=5000))
    journal.end("desk-1", Ending(Outcome.TIMED_OUT, "Gone.", triggered=True, unsafe_until=2200.0), 1200.0)
    journal.intent(replace(intent("desk-2", time=1300.0), mac="000413000002"))
    history = read_history(journal.path)
    mac, now = intent().mac, month + 1400.0
    # While it is certain, uptimes count for nothing.
    assert history.reckoning.unsafe_until(mac, 5300, now, 2200.0) == 2200.0
    assert history.begin_run(now, boot and Moment(boot, 20.0)) == 0.0
    assert (history.unsafe, history.by_uptime()) == ({"desk-1": 2200.0}, {"desk-2"})
    until = history.reckoning.unsafe_until
    # Asked 300 s ago, by its uptime: 900 of 1,200 s are left.
    assert until(mac, 5300, now, 2200.0) == now + 900.0
    assert until(mac, 5000 + 1300, now, 2200.0) < now
    # It has started again, shows no uptime, or none was known.
    assert until(mac, 4999, now, 2200.0) == until(mac, None, now, 2200.0) == 2200.0
    assert until("000413000002", 9000, now, 2200.0) == until(None, 9000, now, 2200.0) == 2200.0


def test_this_moment_goes_on_evenly() -> None:
    first, second = this_moment(), this_moment()
    if first is None or second is None:
        pytest.skip("this system does not tell when it started")
    assert first.boot == second.boot and second.seconds >= first.seconds


def test_readings_of_two_clocks_may_differ_by_what_lies_between_them(journal: JournalFile) -> None:
    begins(journal, 900.0, "a", 50.0)
    journal.intent(intent("desk-1", time=1000.0))
    history = read_history(journal.path)
    assert history.begin_run(1500.0, Moment("a", 650.0 - LEAST)) == 0.0
    assert history.open_intents == {"desk-1": intent("desk-1", time=1000.0)}


@pytest.mark.parametrize(
    "more", [{"boot": "a"}, {"since_boot": 1.0}, {"boot": 7, "since_boot": 1.0}, {"boot": "a", "since_boot": -1}]
)
def test_half_a_moment_is_no_moment(journal: JournalFile, more: dict[str, Any]) -> None:
    journal.write("run", time=1000.0, **more)
    with pytest.raises(InputError, match="line 1 of"):
        read_history(journal.path)


def test_a_phone_that_may_be_loading_is_known_by_its_mac(journal: JournalFile) -> None:
    asked = intent()
    journal.intent(asked)
    journal.end("desk-1", Ending(Outcome.TIMED_OUT, "", triggered=True, unsafe_until=2800.0), 1900.0)
    assert read_history(journal.path).unsafe_macs == {asked.mac: 2800.0}
    journal.intent(intent("desk-2", time=2900.0))
    assert read_history(journal.path).unsafe_macs == {}


def test_a_phone_is_left_alone_whatever_host_it_is_now(journal: JournalFile) -> None:
    """By what earlier runs said, by what they asked of hosts that are not in this run, and by how it ended in this."""
    ended, open_one, resumed = (replace(intent(f"desk-{n}"), mac=f"00041300000{n}") for n in (1, 2, 3))
    for one in (ended, open_one, resumed):
        journal.intent(one)
    journal.end("desk-1", Ending(Outcome.TIMED_OUT, "", triggered=True, unsafe_until=2800.0), 1900.0)
    history = read_history(journal.path)
    gone = Ending(Outcome.TIMED_OUT, "", triggered=True, evidence=Evidence.of(resumed), unsafe_until=5000.0)
    well = Ending(Outcome.UPGRADED, "", triggered=True, evidence=Evidence.of(resumed))
    until = Evidence.of(open_one).unsafe_until
    assert history.macs_to_leave_alone({"desk-3"}, {"desk-3": gone}) == {
        ended.mac: 2800.0,
        open_one.mac: until,
        resumed.mac: 5000.0,
    }
    assert history.macs_to_leave_alone({"desk-2", "desk-3"}, {"desk-3": well}) == {ended.mac: 2800.0}


def test_lines_of_later_versions_are_passed_over(journal: JournalFile) -> None:
    journal.write("something_new", host="desk-1")
    journal.write("intent", **plain_intent(intent()), something="new")
    assert read_history(journal.path).open_intents == {"desk-1": intent()}


HOSTS = st.sampled_from(["desk-1", "desk-2"])
LINES = st.lists(
    st.one_of(
        st.builds(lambda host: INTENT | {"host": host}, HOSTS),
        st.builds(
            lambda host, outcome, triggered: END | {"host": host, "outcome": outcome, "triggered": triggered},
            *(HOSTS, st.sampled_from(list(OUTCOMES)), st.booleans()),
        ),
        st.builds(lambda host: {"type": "login", "host": host}, HOSTS),
        st.sampled_from([{"type": "run"}, {"type": "run_end"}]),
    )
)


@given(LINES)
@example([INTENT, {"type": "run_end"}, END | {"outcome": "not_started", "triggered": False}])
def test_lines_that_are_whole_are_taken_in_any_order(lines: list[dict[str, Any]]) -> None:
    parse_history("".join(f"{json.dumps(line)}\n" for line in lines).encode(), "journal")


# The file ---------------------------------------------------------------------------------------------------------


def test_a_line_is_json_and_names_its_run(journal: JournalFile) -> None:
    journal.intent(intent())
    line = json.loads(Path(journal.path).read_text("utf-8"))
    assert line == {"type": "intent", "run": "run-1", **plain_intent(intent()), "registered": [1, 2]}


def test_an_intent_is_on_disk_when_the_call_returns(journal: JournalFile, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[bytes] = []
    monkeypatch.setattr(os, "fsync", lambda fd: synced.append(Path(journal.path).read_bytes()))
    journal.intent(intent())
    assert len(synced) == 1 and synced[0].endswith(b"\n") and b"desk-1" in synced[0]


def test_ends_are_on_disk_after_the_next_sync(journal: JournalFile, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[bytes] = []
    monkeypatch.setattr(os, "fsync", lambda fd: synced.append(Path(journal.path).read_bytes()))
    end(journal, "upgraded", "desk-1")
    end(journal, "upgraded", "desk-2")
    # Whoever kills the process finds them in the file all the same.
    assert b"desk-2" in Path(journal.path).read_bytes() and not synced
    journal.sync()
    journal.sync()
    assert len(synced) == 1 and b"desk-2" in synced[0]


def test_threads_that_wait_for_the_disk_share_it(journal: JournalFile, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[bytes] = []
    slow, first = threading.Event(), threading.Event()

    def fsync(_file: int) -> None:
        synced.append(Path(journal.path).read_bytes())
        first.set()
        assert slow.wait(60)

    monkeypatch.setattr(os, "fsync", fsync)
    threads = [threading.Thread(target=journal.intent, args=(intent(f"desk-{number}"),)) for number in range(20)]
    threads[0].start()
    assert first.wait(60)
    for thread in threads[1:]:
        thread.start()
    while Path(journal.path).read_bytes().count(b"\n") < len(threads):
        pass
    slow.set()
    for thread in threads:
        thread.join()
    # The line that was last in the file may not have been counted yet when the second sync began.
    assert len(synced) <= 3 and synced[1].count(b"\n") == len(threads)


def test_nobody_else_may_read_it(journal: JournalFile) -> None:
    for path in (journal.path, f"{journal.path}.lock"):
        assert stat.S_IMODE(os.stat(path).st_mode) & 0o027 == 0, path


def test_a_run_adds_to_what_earlier_ones_wrote(path: str) -> None:
    for run, host in (("run-1", "desk-1"), ("run-2", "desk-2")):
        journal = JournalFile(path, run)
        journal.intent(intent(host))
        journal.close()
    assert set(read_history(path).open_intents) == {"desk-1", "desk-2"}


def test_lines_of_many_threads_do_not_mix(journal: JournalFile) -> None:
    threads = [threading.Thread(target=journal.intent, args=(intent(f"desk-{number}"),)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(read_history(journal.path).open_intents) == 20


@pytest.mark.parametrize("rest", ['{"type": "int', '{"type": "end", "host": "desk-1", "outcome": "upgraded"', "{"])
def test_a_last_line_that_a_crash_cut_off_is_no_line(path: str, rest: str) -> None:
    journal = JournalFile(path, "run-1")
    journal.intent(intent())
    journal.close()
    with open(path, "a", encoding="utf-8") as file:
        file.write(rest)
    assert set(read_history(path).open_intents) == {"desk-1"}

    journal = JournalFile(path, "run-2")
    journal.intent(intent("desk-2"))
    journal.close()
    assert set(read_history(path).open_intents) == {"desk-1", "desk-2"}


def test_a_first_line_that_a_crash_cut_off(path: str) -> None:
    Path(path).write_text('{"type"', "utf-8")
    journal = JournalFile(path, "run-1")
    journal.intent(intent())
    journal.close()
    assert set(read_history(path).open_intents) == {"desk-1"}


@pytest.mark.parametrize("broken", ["{", "[]", "7", '{"host": "desk-1"}', '{"type": "intent", "host": "desk-1"}'])
def test_a_broken_line_anywhere_else_is_not_passed_over(path: str, broken: str) -> None:
    end = {"host": "desk-1", "outcome": "upgraded", "reason": "", "triggered": True, "time": 1.0}
    good = json.dumps({"type": "end", **end})
    Path(path).write_text(f"{good}\n{broken}\n{good}\n", "utf-8")
    with pytest.raises(InputError, match=r"line 2 of .* is broken"):
        read_history(path)
    Path(path).write_text(f"{good}\n{broken}\n", "utf-8")
    with pytest.raises(InputError, match=r"line 2 of .* is broken"):
        read_history(path)


@pytest.mark.parametrize("garbage", [b"\xff\xfe", b"\0" * 50, b"[" * 100_000, b"9" * 10_000], ids=range(4))
def test_garbage_is_named_by_its_line(path: str, garbage: bytes) -> None:
    Path(path).write_bytes(b'{"type": "run"}\n' + garbage + b"\n")
    with pytest.raises(InputError, match=r"line 2 of .* is broken"):
        read_history(path)


@pytest.mark.parametrize(
    ("entry", "changes", "says"),
    [
        (INTENT, {"host": 5}, "its host is 5"),
        (INTENT, {"host": ""}, 'its host is ""'),
        (INTENT, {"mac": 5}, "its mac is 5"),
        (INTENT, {"file": None}, "its file is null"),
        (INTENT, {"before": None}, "its before is null"),
        (INTENT, {"target": 5}, "its target is 5"),
        (INTENT, {"target": "beta"}, 'its target is "beta"'),
        (INTENT, {"target": ["x" * 1000]}, 'its target is \\["x{30,40}\\)'),
        (INTENT, {"time": None}, "its time is null"),
        (INTENT, {"time": True}, "its time is true"),
        (INTENT, {"time": 1e12, "deadline": 1e12}, "its time is"),
        (INTENT, {"deadline": "soon"}, 'its deadline is "soon"'),
        (INTENT, {"deadline": float("inf")}, "its deadline is Infinity"),
        (INTENT, {"deadline": float("nan")}, "its deadline is NaN"),
        (INTENT, {"deadline": 1000.0 + 3e7}, "not within two weeks"),
        (INTENT, {"deadline": 999.0}, "not within two weeks"),
        (INTENT, {"registered": "12"}, "its registered is"),
        (INTENT, {"registered": [True]}, "its registered is"),
        (END, {"outcome": "frobbed"}, 'its outcome is "frobbed"'),
        (END, {"outcome": []}, "its outcome is \\[]"),
        (END, {"reason": None}, "its reason is null"),
        (END, {"triggered": "yes"}, "its triggered is"),
        (END, {"time": -1}, "its time is -1"),
        (END, {"type": 5}, "no entry of a journal"),
        (END, {"unsafe_until": "soon"}, 'its unsafe_until is "soon"'),
        (END, {"unsafe_until": float("inf")}, "its unsafe_until is Infinity"),
        (END, {"after": 5}, "its after is 5"),
        ({"type": "login"}, {}, "it has no host"),
        ({"type": "slow", "site": 5, "seconds": 1.0}, {}, "its site is 5"),
        ({"type": "slow", "site": None, "seconds": None}, {}, "its seconds is null"),
    ],
)
def test_a_line_of_another_form_is_named_with_what_does_not_fit(
    path: str, entry: dict[str, Any], changes: dict[str, Any], says: str
) -> None:
    good = json.dumps(END)
    Path(path).write_text(f"{good}\n{json.dumps(entry | changes)}\n", "utf-8")
    with pytest.raises(InputError, match=rf"^journal: line 2 of .* is broken \(.*{says}.*Mend the line"):
        read_history(path)


@pytest.mark.parametrize("name", list(INTENT))
def test_a_line_that_lacks_something_is_broken(path: str, name: str) -> None:
    if name == "run":
        return
    Path(path).write_text(json.dumps({key: value for key, value in INTENT.items() if key != name}) + "\n", "utf-8")
    with pytest.raises(InputError, match=r"line 1 of .* is broken \("):
        read_history(path)


def test_a_last_line_that_lacks_its_end_only_counts(path: str) -> None:
    Path(path).write_text(json.dumps(INTENT), "utf-8")
    journal = JournalFile(path, "run-2")
    assert journal.history().open_intents == {"desk-1": intent()}
    journal.intent(intent("desk-2"))
    journal.close()
    assert set(read_history(path).open_intents) == {"desk-1", "desk-2"}


@pytest.mark.parametrize("name", ["missing/rollout.journal", ".", "fifo", "device"])
def test_a_place_that_can_not_be_written(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / "fifo")
    # What it holds has no end.
    (tmp_path / "device").symlink_to("/dev/full")
    with pytest.raises(InputError, match=r"journal: .* can't be written: (?!None)"):
        JournalFile(str(tmp_path / name), "run-1")
    if name in ("fifo", "device"):
        with pytest.raises(InputError, match=r"journal: .* can't be read: it is no regular file"):
            read_history(str(tmp_path / name))


def take_away(path: str) -> None:
    os.unlink(path)


def move_away(path: str) -> None:
    os.rename(path, f"{path}.1")


def replace_it(path: str) -> None:
    Path(f"{path}.new").touch()
    os.replace(f"{path}.new", path)


@pytest.mark.parametrize("harm", [take_away, move_away, replace_it])
def test_a_journal_that_is_not_in_its_place_any_more_takes_no_intent(
    journal: JournalFile, harm: Callable[[str], None]
) -> None:
    journal.intent(intent())
    harm(journal.path)
    for attempt in (lambda: journal.intent(intent("desk-2")), journal.sync):
        with pytest.raises(NotRecorded, match=r"moved, removed or replaced .* DO NOT POWER OFF"):
            attempt()
    # How those under way end is written all the same: somebody may put it back.
    end(journal, "upgraded")
    if harm is move_away:
        os.rename(f"{journal.path}.1", journal.path)
        journal.sync()
        assert read_history(journal.path).open_intents == {}


def test_a_journal_whose_folder_can_not_be_reached_takes_no_intent(
    journal: JournalFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_arguments: Any) -> bool:
        raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))

    monkeypatch.setattr(os.path, "samestat", gone)
    with pytest.raises(NotRecorded, match="can't be written: Stale file handle"):
        journal.intent(intent())


# The lock ---------------------------------------------------------------------------------------------------------


def test_a_second_run_is_refused_and_told_who_is_there(journal: JournalFile) -> None:
    with pytest.raises(InputError, match=rf"in use by run run-1, process {os.getpid()} on .*, since 20") as refusal:
        JournalFile(journal.path, "run-2")
    assert "two runs must not share phones" in refusal.value.reason
    # The refused one must not have taken the name of the holder away.
    assert "run-1" in Path(f"{journal.path}.lock").read_text("utf-8")


def by_link(path: str) -> str:
    os.symlink(path, f"{path}-2")
    return f"{path}-2"


def by_hard_link(path: str) -> str:
    os.link(path, f"{path}-2")
    return f"{path}-2"


def without_lock_file(path: str) -> str:
    os.unlink(f"{path}.lock")
    return path


@pytest.mark.parametrize("other", [by_link, by_hard_link, without_lock_file])
def test_a_second_run_is_refused_however_it_comes_to_the_journal(
    journal: JournalFile, other: Callable[[str], str]
) -> None:
    journal.write("run", time=1.0, hosts=1, process=4711, node="controller")
    path = other(journal.path)
    with pytest.raises(InputError, match="in use by run run-1, process 4711 on controller"):
        JournalFile(path, "run-2")
    journal.close()
    JournalFile(path, "run-2").close()


def test_a_run_of_the_first_versions_holds_the_journal_too(path: str) -> None:
    """They lock nothing but the file beside it."""
    with open(f"{path}.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write("run run-0, process 1 on old")
        lock.flush()
        with pytest.raises(InputError, match="in use by run run-0, process 1 on old"):
            JournalFile(path, "run-1")
    JournalFile(path, "run-1").close()


def test_who_holds_a_journal_that_says_nothing_has_no_name(path: str) -> None:
    with open(path, "w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(InputError, match="in use by a run that left no name"):
            JournalFile(path, "run-1")


def test_a_run_that_has_ended_holds_nothing(path: str) -> None:
    JournalFile(path, "run-1").close()
    JournalFile(path, "run-2").close()


def test_a_lock_is_waited_for(journal: JournalFile, monkeypatch: pytest.MonkeyPatch) -> None:
    naps: list[float] = []

    def holder_ends(seconds: float) -> None:
        naps.append(seconds)
        journal.close()

    monkeypatch.setattr(journal_module, "LOCK_PATIENCE", 3.0)
    monkeypatch.setattr(journal_module.time, "sleep", holder_ends)
    JournalFile(journal.path, "run-2").close()
    assert len(naps) == 1


HOLDER = """
import os, signal, sys
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.journal import JournalFile
journal = JournalFile(sys.argv[1], "run-of-another-process")
print(os.getpid(), flush=True)
signal.pause()
"""


def test_the_lock_ends_with_its_process_however_that_ends(path: str) -> None:
    import_path = os.pathsep.join(sys.path)
    command = [sys.executable, "-c", HOLDER, path]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": import_path}
    ) as holder:
        assert holder.stdout is not None
        process: Any = holder.stdout.readline().strip()
        try:
            with pytest.raises(InputError, match=f"run-of-another-process, process {process} "):
                JournalFile(path, "run-2")
        finally:
            holder.kill()
    JournalFile(path, "run-2").close()
