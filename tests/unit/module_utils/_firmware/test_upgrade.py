# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The state machine of one phone. Polls are 5 s apart, a deadline is 300 s away, 30 s are left for a second restart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.clock import LONGEST_WAIT
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import (
    AnswerLost,
    AnswerUnreadable,
    AuthFailed,
    Blocked,
    CertificateRejected,
    LockedOut,
    PhoneUnreachable,
    UserMode,
)
from ansible_collections.telephony.snom.plugins.module_utils._firmware.course import Phase
from ansible_collections.telephony.snom.plugins.module_utils._firmware.order import (
    LARGEST_IMAGE,
    Ending,
    Intent,
    Order,
    deadline_for,
    hop_need,
    pace,
)
from ansible_collections.telephony.snom.plugins.module_utils._firmware.snapshot import SNAPSHOT_TRIES
from ansible_collections.telephony.snom.plugins.module_utils._firmware.upgrade import Upgrade
from ansible_collections.telephony.snom.plugins.module_utils._known.image_path import Hop
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.module_utils._phone.loadable_phone import Load, Traces
from ansible_collections.telephony.snom.tests.unit.phones import TAKEN, Clock, LabPhone

OLD, MIDDLE, NEW, OTHER = "10.1.39.11", "10.1.50.1", "10.1.54.13", "10.1.20.0"
MAC, OTHER_MAC = "000413922D24", "000413000001"
DEADLINE, POLL, SETTLE = 300.0, 5.0, 30.0

GOES_WELL = [(2, {"up": False}), (60, {"up": True, "firmware": NEW})]


def hop(version: str) -> Hop:
    file = f"snomD785-{version}-SIP-r.bin"
    url = f"http://images.example/fw/{file}"
    return Hop(version=Version.parse(version), file=file, url=url, image_url=url, size=None, sha1=None, chained=False)


class Bench:
    """One machine, one phone, one clock, and what the machine told its surroundings."""

    def __init__(self, phone: LabPhone, *, hops: tuple[str, ...] = (NEW,), **order: Any) -> None:
        self.phone = phone
        self.clock = phone.clock
        self.intents: list[Intent] = []
        self.record: Callable[[Intent], None] = lambda intent: None
        self.asked: list[float] = []
        self.closed: list[str | None] = []
        self.phases: list[Phase] = []
        self.machine = Upgrade(
            Order(
                **{
                    "host": "desk-1",
                    "hops": tuple(hop(version) for version in hops),
                    "before": Version.parse(OLD),
                    "model": "D785",
                    "mac": MAC,
                    "registered": frozenset({1}),
                    "deadlines": (DEADLINE,) * len(hops),
                    "poll": POLL,
                    "settle": SETTLE,
                    **order,
                }
            ),
            phone,
            now=self.clock.now,
            record=self._record,
            may_trigger=self._may_trigger,
        )

    def _record(self, intent: Intent) -> None:
        self.intents.append(intent)
        self.record(intent)

    def _may_trigger(self, seconds: float) -> str | None:
        self.asked.append(seconds)
        return self.closed.pop(0) if self.closed else None

    def run(self) -> Ending:
        """To the end; the phases that were seen on the way are in phases."""
        for _step in range(1000):
            delay = self.machine.step()
            self._note()
            if delay is None:
                break
            self.clock.sleep(delay)
        assert self.machine.ending is not None
        return self.machine.ending

    def _note(self) -> None:
        if not self.phases or self.phases[-1] is not self.machine.course.phase:
            self.phases.append(self.machine.course.phase)


def bench(*scripts: Any, hops: tuple[str, ...] = (NEW,), order: dict[str, Any] | None = None, **phone: Any) -> Bench:
    return Bench(LabPhone(Clock(), *scripts, **phone), hops=hops, **(order or {}))


# A good way -------------------------------------------------------------------------------------------------------


def test_the_way_of_a_phone_that_is_upgraded() -> None:
    one = bench(GOES_WELL)
    started = one.clock.time
    ending = one.run()
    assert (ending.outcome, str(ending.after), ending.triggered) == ("upgraded", NEW, True)
    assert one.phases == [Phase.STILL_UP, Phase.DOWN, Phase.ENDED]
    assert one.machine.course.path == [NEW]
    evidence = ending.evidence.as_dict()
    assert evidence["mac"] == evidence["mac_after"] == MAC
    assert (evidence["firmware_before"], evidence["firmware_after"]) == (OLD, NEW)
    assert (evidence["call_state"], evidence["call_state_source"]) == ("idle", "screen")
    assert evidence["trigger_answer"] == TAKEN
    times = [evidence[name] - started for name in ("triggered_at", "seen_gone_at", "seen_back_at", "deadline_at")]
    assert times == [0, 10, 60, DEADLINE]


def test_the_intent_is_recorded_before_the_request() -> None:
    one = bench(GOES_WELL)
    known_at_the_request: list[int] = []
    one.phone.on_command = lambda target: known_at_the_request.append(len(one.intents))
    started = one.clock.time
    one.run()
    assert known_at_the_request == [1]
    assert one.intents == [
        Intent(
            host="desk-1",
            mac=MAC,
            file=hop(NEW).file,
            before=Version.parse(OLD),
            target=Version.parse(NEW),
            time=started,
            deadline=started + DEADLINE,
            registered=(1,),
            uptime=100_000,
        )
    ]


def test_without_a_recorded_intent_nothing_is_sent() -> None:
    phone = LabPhone(Clock(), GOES_WELL)

    def full_disk(intent: Intent) -> None:
        raise OSError("No space left on device")

    order = Bench(phone).machine.course.order
    with pytest.raises(OSError, match="No space"):
        Upgrade(order, phone, now=phone.clock.now, record=full_disk).step()
    assert phone.commands == []


def test_a_restart_between_two_polls_is_enough() -> None:
    ending = bench([(1, {"up": False}), (4, {"up": True, "firmware": NEW})]).run()
    assert (ending.outcome, "seen_gone_at" in ending.evidence.as_dict()) == ("upgraded", True)


@pytest.mark.parametrize("answer", [AnswerLost("reset"), TAKEN, "what?"])
def test_what_the_phone_answers_to_the_request_proves_nothing(answer: Any) -> None:
    one = bench(GOES_WELL, answer=answer)
    ending = one.run()
    assert ending.outcome == "upgraded"
    assert ending.evidence.answer == ("no answer" if isinstance(answer, AnswerLost) else answer)
    assert bench([], answer=answer).run().outcome == "image_failed"


# Before anything is sent ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("phone", "outcome", "words"),
    [
        ({"mac": OTHER_MAC}, "wrong_phone", OTHER_MAC),
        ({"model": "D765"}, "wrong_phone", "D765"),
        ({"mac": None}, "refused", "shows none"),
        # What comes back could be any phone.
        ({"mac": None, "order": {"mac": None}}, "refused", "snom_taught"),
        ({"firmware": None}, "refused", "no firmware version"),
        ({"firmware": NEW}, "compliant", NEW),
        ({"firmware": OTHER}, "deferred", OTHER),
        ({"screen": "connected"}, "deferred", "in a call"),
        ({"screen": "unknown"}, "deferred", "unknown_call_state"),
        ({"up": False}, "unreachable", "does not answer"),
        ({"error": AuthFailed("It refused the password.")}, "auth_failed", "refused the password"),
        ({"error": LockedOut("It is locked.")}, "locked_out", "locked"),
        ({"error": AnswerLost("It was cut off.")}, "unreachable", "cut off"),
        ({"error": CertificateRejected("It is not pinned.")}, "certificate_rejected", "not pinned"),
    ],
)
def test_phones_that_are_not_asked(phone: dict[str, Any], outcome: str, words: str) -> None:
    one = bench(GOES_WELL, **phone)
    ending = one.run()
    assert (ending.outcome, ending.triggered, ending.unsafe_until) == (outcome, False, None)
    assert words in ending.reason
    assert (one.phone.commands, one.intents, one.asked) == ([], [], [])


@pytest.mark.parametrize(
    ("screen", "order"),
    [
        ("unknown", {"unknown_call_state": "proceed"}),
        ("connected", {"only_when_idle": False}),
    ],
)
def test_calls_that_do_not_hold_up_the_upgrade(screen: str, order: dict[str, Any]) -> None:
    assert bench(GOES_WELL, screen=screen, order=order).run().outcome == "upgraded"


def test_a_call_defers_whatever_is_said_of_unknown_states() -> None:
    order = {"unknown_call_state": "proceed"}
    assert bench(GOES_WELL, screen="holding", order=order).run().outcome == "deferred"


@pytest.mark.parametrize(("known", "outcome"), [("in_call", "deferred"), ("idle", "upgraded")])
def test_what_the_pbx_knows_overrules_the_screen(known: str, outcome: str) -> None:
    one = bench(GOES_WELL, screen="idle" if known == "in_call" else "connected")
    one.machine.course.known_call_state = known
    assert one.run().outcome == outcome


def test_a_closed_gate_lets_nothing_through() -> None:
    one = bench(GOES_WELL)
    one.closed = ["The rollout stopped."]
    ending = one.run()
    assert (ending.outcome, ending.reason, ending.triggered) == ("not_started", "The rollout stopped.", False)
    assert (one.phone.commands, one.intents) == ([], [])
    assert one.asked == [DEADLINE]


@pytest.mark.parametrize(
    ("seconds", "known", "outcome"),
    [(60, None, "deferred"), (60, "idle", "deferred"), (1, None, "upgraded"), (1, "idle", "upgraded")],
)
def test_a_call_that_begins_while_a_slow_disk_takes_the_intent(seconds: float, known: str | None, outcome: str) -> None:
    one = bench(GOES_WELL)
    one.machine.course.known_call_state = known

    def slow_disk(intent: Intent) -> None:
        one.clock.sleep(seconds)
        one.phone.screen = "connected"

    one.record = slow_disk
    ending = one.run()
    assert (ending.outcome, len(one.phone.commands)) == (outcome, int(outcome == "upgraded"))
    # It may be asked again, and the intent needs its end.
    assert ending.passing is (outcome == "deferred") and one.machine.course.deadline is not None


def test_a_phone_that_stays_idle_while_a_slow_disk_takes_the_intent() -> None:
    one = bench(GOES_WELL)
    one.record = lambda intent: one.clock.sleep(60)
    assert one.run().outcome == "upgraded"


# At the request ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (UserMode("It is in user mode."), "user_mode"),
        (Blocked("Hidden tags are on."), "blocked"),
        (AuthFailed("It refused the password."), "auth_failed"),
        (PhoneUnreachable("Connection refused."), "unreachable"),
    ],
)
def test_requests_that_are_turned_down(answer: Any, outcome: str) -> None:
    one = bench(GOES_WELL, answer=answer)
    ending = one.run()
    assert ending.outcome == outcome
    assert (ending.triggered, ending.unsafe_until) == (False, None)
    # The intent stands in the journal, so its end must get there too.
    assert one.machine.course.deadline is not None
    assert len(one.phone.commands) == len(one.intents) == 1


# What a phone may do after it -------------------------------------------------------------------------------------


def test_one_hiccup_is_not_gone() -> None:
    ending = bench([(4, {"up": False}), (6, {"up": True, "booted": 0.0})]).run()
    assert ending.outcome == "image_failed"
    assert "seen_gone_at" not in ending.evidence.as_dict()


def test_two_silent_polls_are_gone() -> None:
    ending = bench([(4, {"up": False}), (11, {"up": True})], shows_uptime=False).run()
    assert (ending.outcome, str(ending.after)) == ("old_version", OLD)


def test_hiccups_that_do_not_follow_each_other_are_not_gone() -> None:
    blinks = [(at + delay, {"up": up, "booted": 0.0}) for at in (4, 14, 24) for delay, up in ((0, False), (2, True))]
    assert bench(blinks).run().outcome == "image_failed"


def test_a_second_restart_is_waited_for() -> None:
    # As firmware up to 7 does (protocol 3.4): it comes back on the old version, and goes away again to write.
    script = [(2, {"up": False}), (20, {"up": True}), (45, {"up": False}), (90, {"up": True, "firmware": NEW})]
    one = bench(script)
    ending = one.run()
    assert ending.outcome == "upgraded"
    assert one.phases == [Phase.STILL_UP, Phase.DOWN, Phase.UP, Phase.DOWN, Phase.ENDED]
    # People take flash_time from this.
    assert ending.evidence.back_at - ending.evidence.triggered_at == 90


def test_the_time_for_a_second_restart_begins_anew_with_each() -> None:
    script = [(2, {"up": False})]
    for at in (20, 60, 100):
        script += [(at, {"up": True}), (at + 25, {"up": False})]
    assert bench([*script, (150, {"up": True, "firmware": NEW})]).run().outcome == "upgraded"


@pytest.mark.parametrize("back_at", [60, DEADLINE - 10])
@pytest.mark.parametrize("firmware", [OLD, OTHER])
def test_a_phone_that_stays_back_on_another_version(firmware: str, back_at: float) -> None:
    one = bench([(2, {"up": False}), (back_at, {"up": True, "firmware": firmware}), (DEADLINE + 30, {"firmware": NEW})])
    started = one.clock.time
    ending = one.run()
    assert (ending.outcome, str(ending.after), ending.frees_place) == ("old_version", firmware, True)
    # Over a slow line it may be loading for longer.
    assert ending.unsafe_until == started + 2 * DEADLINE and "Do not power it off" in ending.reason
    assert one.clock.time == max(started + DEADLINE, started + back_at + SETTLE)
    assert len(one.phone.commands) == 1


@pytest.mark.parametrize("uptime", [True, False])
@pytest.mark.parametrize("firmware", [OLD, OTHER])
def test_a_phone_that_loads_behind_a_live_web_server_after_a_restart(firmware: str, uptime: bool) -> None:
    """Whether phones do is not public. It counts as bad meanwhile, so that no other one gets that image."""
    loads = [(2, {"up": False}), (20, {"up": True, "firmware": firmware}), (200, {"up": False})]
    one = bench([*loads, (260, {"up": True, "firmware": NEW})], shows_uptime=uptime)
    in_doubt = []
    while one.machine.ending is None:
        one.clock.sleep(one.machine.step() or 0.0)
        if one.machine.course.is_on_another:
            in_doubt.append(one.clock.time - one.machine.course.evidence.triggered_at)
    assert (one.machine.ending.outcome, one.machine.course.is_on_another) == ("upgraded", False)
    assert 20 + SETTLE <= in_doubt[0] <= 20 + SETTLE + 2 * POLL and 190 <= in_doubt[-1] <= 210


# A version that is shown before it is written ---------------------------------------------------------------------


AHEAD = [(2, {"firmware": NEW}), (100, {"up": False})]
"""It shows what it is about to load, or is loading; then it goes to write it."""


@pytest.mark.parametrize("uptime", [True, False])
def test_a_version_that_is_shown_before_it_is_written_is_no_success(uptime: bool) -> None:
    one = bench([*AHEAD, (160, {"up": True})], shows_uptime=uptime)
    started = one.clock.time
    ending = one.run()
    assert (ending.outcome, one.clock.time - started) == ("upgraded", 160)
    assert bench(AHEAD, shows_uptime=uptime).run().outcome == "timed_out"
    assert bench([*AHEAD, (160, {"up": True, "firmware": OLD})], shows_uptime=uptime).run().outcome == "old_version"


def test_a_version_that_is_shown_and_never_started_is_not_proven() -> None:
    one = bench([(2, {"firmware": NEW})])
    started = one.clock.time
    ending = one.run()
    assert (ending.outcome, one.clock.time) == ("unproven", started + 2 * DEADLINE)
    assert (ending.unsafe_until, one.machine.course.path) == (started + 4 * DEADLINE, [])
    assert "not have written that yet. Do not power it off" in ending.reason


def test_a_restart_that_nothing_shows_is_taken_for_one_once_there_was_time_for_it() -> None:
    one = bench([(1, {"up": False}), (4, {"up": True, "firmware": NEW})], shows_uptime=False)
    started = one.clock.time
    assert one.run().outcome == "upgraded"
    assert one.clock.time == started + DEADLINE


def test_a_phone_that_ignores_the_request() -> None:
    one = bench([])
    started = one.clock.time
    ending = one.run()
    assert (ending.outcome, str(ending.after), ending.triggered) == ("image_failed", OLD, True)
    assert ending.reason.startswith(f"It was never seen gone, until its deadline and for as long again, and runs {OLD}")
    assert (one.clock.time, ending.unsafe_until) == (started + 2 * DEADLINE, started + 4 * DEADLINE)
    assert one.phases == [Phase.STILL_UP, Phase.LATE, Phase.ENDED]


def test_a_phone_that_never_comes_back_is_not_touched_again() -> None:
    one = bench([(2, {"up": False})])
    ending = one.run()
    assert ending.outcome == "timed_out"
    assert "do not power it off" in ending.reason
    assert len(one.phone.commands) == 1
    assert one.clock.time == ending.evidence.deadline_at


def test_a_phone_that_is_silent_for_the_first_time_at_the_deadline() -> None:
    # Perhaps a hiccup, perhaps it writes its flash: the safe word is the one that lets nobody power it off.
    one = bench([(DEADLINE - 1, {"up": False})])
    started = one.clock.time
    ending = one.run()
    # The second look shows that it is gone, and then it gets as long as any other.
    assert (ending.outcome, one.clock.time) == ("timed_out", started + DEADLINE + POLL + DEADLINE)
    assert ending.unsafe_until == one.clock.time + DEADLINE
    never_again = bench([(2 * DEADLINE - 1, {"up": False})]).run()
    assert (never_again.outcome, never_again.unsafe_until) == ("timed_out", started + 4 * DEADLINE)


@pytest.mark.parametrize("back_at", [DEADLINE, DEADLINE + 0.5])
def test_the_last_look_is_at_the_deadline(back_at: float) -> None:
    outcome = bench([(2, {"up": False}), (back_at, {"up": True, "firmware": NEW})]).run().outcome
    assert outcome == ("upgraded" if back_at <= DEADLINE else "timed_out")


def test_polls_end_at_a_deadline_that_is_no_multiple_of_them() -> None:
    one = bench([], order={"deadlines": (12.5,)})
    started = one.clock.time
    one.run()
    assert one.clock.time == started + 25


@pytest.mark.parametrize(
    "state",
    [{"error": AnswerUnreadable("This is not a Snom page.")}, {"firmware": None}],
)
def test_a_phone_that_can_not_be_read_is_not_said_to_run_anything(state: dict[str, Any]) -> None:
    gone_before = bench([(2, {"up": False}), (60, {"up": True, **state})]).run()
    assert (gone_before.outcome, gone_before.triggered) == ("timed_out", True)
    never_gone = bench([(2, state)]).run()
    assert never_gone.outcome == "timed_out"


def test_garbage_while_it_starts_is_waited_out() -> None:
    starting = {"up": True, "firmware": NEW, "error": AnswerUnreadable("Half a page.")}
    assert bench([(2, {"up": False}), (40, starting), (80, {"error": None})]).run().outcome == "upgraded"


def test_another_phone_at_the_address() -> None:
    one = bench([(2, {"up": False}), (60, {"up": True, "firmware": NEW, "mac": OTHER_MAC})])
    ending = one.run()
    assert (ending.outcome, ending.triggered, ending.evidence.last.mac) == (
        "wrong_phone",
        True,
        OTHER_MAC,
    )
    # What became of the one that was asked nobody saw, nor whether it was gone at all.
    assert ending.unsafe_until == ending.evidence.triggered_at + 4 * DEADLINE
    assert "do not power it off" in ending.reason


def test_a_phone_that_shows_no_mac_any_more() -> None:
    back = {"up": True, "firmware": NEW, "mac": None}
    one = bench([(2, {"up": False}), (60, back)])
    ending = one.run()
    assert (ending.outcome, str(ending.after)) == ("wrong_phone", NEW)
    assert one.clock.time == ending.evidence.deadline_at
    # It may be another one, while the one that was asked is writing its flash somewhere else.
    assert (ending.unsafe_until, "do not power it off" in ending.reason) == (one.clock.time + 3 * DEADLINE, True)
    assert bench([(2, {"up": False}), (60, back), (90, {"mac": MAC})]).run().outcome == "upgraded"


@pytest.mark.parametrize("shown", [None, MAC])
def test_a_phone_that_was_asked_without_its_mac_may_be_another_one_by_now(shown: str | None) -> None:
    """Only journals of older releases have such intents."""
    ending = resumed(100, order={"mac": None}, firmware=NEW, mac=shown, booted=Clock().time - 50).run()
    assert ending.outcome == "wrong_phone" and "not known when it was asked" in ending.reason
    assert ending.unsafe_until is not None


def test_a_lost_registration() -> None:
    back = {"up": True, "firmware": NEW, "registered": {1: True, 2: False}}
    one = bench([(2, {"up": False}), (60, back)], registered={1: True, 2: True})
    ending = one.run()
    assert (ending.outcome, str(ending.after)) == ("not_registered", NEW)
    assert "identity 2 was registered" in ending.reason
    assert one.clock.time == ending.evidence.deadline_at
    # It has changed all the same.
    assert one.machine.course.path == [NEW]


def test_a_registration_that_comes_late() -> None:
    back = {"up": True, "firmware": NEW, "registered": {1: False}}
    assert bench([(2, {"up": False}), (60, back), (100, {"registered": {1: True}})]).run().outcome == "upgraded"


def test_a_registration_that_was_missing_before_is_not_asked_for() -> None:
    one = bench(GOES_WELL, registered={1: False}, order={"registered": frozenset()})
    assert one.run().outcome == "upgraded"


@pytest.mark.parametrize("error", [AuthFailed("It refused the password."), LockedOut("It is locked.")])
def test_a_phone_that_shuts_us_out_is_left_alone_until_its_deadline(error: Exception) -> None:
    """It may still be loading, so it holds its place, and asking it again would make things worse."""
    one = bench([(2, {"up": False}), (60, {"up": True, "error": error})])
    ending = one.run()
    assert (ending.outcome, ending.triggered) == (error.outcome, True)  # type: ignore[attr-defined]
    assert ending.reason.startswith("After the trigger: ")
    assert one.clock.time == ending.evidence.triggered_at + DEADLINE
    assert ending.unsafe_until == one.clock.time + DEADLINE
    # Before the trigger, every five seconds for a minute, and once more to see whether a lock is over.
    assert one.phone.requests.count("system") == 1 + 12 + isinstance(error, LockedOut)


def test_a_lock_that_is_over_by_the_deadline() -> None:
    locked = {"up": True, "firmware": NEW, "error": LockedOut("It is locked.")}
    ending = bench([(2, {"up": False}), (60, locked), (200, {"error": None})]).run()
    assert (ending.outcome, ending.unsafe_until) == ("upgraded", None)


OUTAGE = [(2, {"error": PhoneUnreachable("The line is down.")}), (18, {"error": None})]


def test_a_phone_that_was_only_out_of_reach_while_it_loads_has_not_come_back_on_its_old_version() -> None:
    """Its uptime shows that it has not been gone, so it may be loading still."""
    one = bench([*OUTAGE, (200, {"up": False}), (260, {"up": True, "firmware": NEW})])
    ending = one.run()
    assert (ending.outcome, ending.after) == ("upgraded", Version.parse(NEW))
    evidence = ending.evidence.as_dict()
    assert evidence["seen_gone_at"] >= evidence["triggered_at"] + 200


def test_a_phone_that_was_out_of_reach_and_never_gone_is_not_to_be_powered_off() -> None:
    ending = bench([*OUTAGE]).run()
    assert (ending.outcome, ending.evidence.gone_at) == ("image_failed", None)
    assert ending.unsafe_until is not None


@pytest.mark.parametrize(
    ("shown", "firmware", "is_unseen"),
    [
        # It can't be told from one that was only out of reach, and is loading still.
        ({"shows_uptime": False}, OLD, True),
        ({}, OLD, False),
        # Who runs another version has restarted.
        ({"shows_uptime": False}, OTHER, False),
        # Another phone may have its address.
        ({"mac": None}, OLD, True),
    ],
)
def test_a_phone_that_may_not_have_restarted_keeps_its_place_and_is_left_alone_for_longer(
    shown: dict[str, Any], firmware: str, is_unseen: bool
) -> None:
    one = bench([(2, {"up": False}), (18, {"up": True, "firmware": firmware, **shown})])
    ending = one.run()
    until = ending.evidence.triggered_at + (4 if is_unseen else 2) * DEADLINE
    assert (ending.outcome, ending.unsafe_until, ending.frees_place) == ("old_version", until, not is_unseen)
    assert "not power it off" in ending.reason
    assert ("does not prove that it has restarted" in ending.reason) is is_unseen


def test_an_uptime_that_fell_proves_a_restart_however_quick_it_was() -> None:
    ending = bench([(1, {"up": False}), (2, {"up": True, "firmware": OLD})]).run()
    assert (ending.outcome, ending.frees_place) == ("old_version", True)
    assert "does not prove that it has restarted" not in ending.reason


class TracedPhone(LabPhone):
    """One whose mirror tells what it has fetched."""

    reminded = 0

    def __init__(self, *arguments: Any, told: list[Traces], **attributes: Any) -> None:
        super().__init__(*arguments, **attributes)
        self.told = told

    def traces(self) -> Traces:
        return self.told.pop(0) if len(self.told) > 1 else self.told[0]

    def remind(self) -> None:
        self.reminded += 1


@pytest.mark.parametrize(("begun", "reminded"), [([], 1), ([Traces(firmware_file_at=100.0)], 0)])
def test_a_phone_that_begins_while_the_pbx_is_asked_for_its_calls_is_not_reminded(
    begun: list[Traces], reminded: int
) -> None:
    one = Bench(TracedPhone(Clock(), [], told=[Traces()]))
    one.machine.course.order = replace(one.machine.course.order, settle=0.0)
    phone = one.phone
    assert isinstance(phone, TracedPhone)
    one.machine.step()
    phone.told = [Traces(), *(begun or [Traces()])]
    one.clock.sleep(5.0)
    one.machine.step()
    assert phone.reminded == reminded


@pytest.mark.parametrize(("seconds", "reminded"), [(29.0, 0), (31.0, 1)])
def test_a_phone_that_still_asks_its_mirror_for_files_is_not_reminded(seconds: float, reminded: int) -> None:
    one = Bench(TracedPhone(Clock(), [], told=[Traces()]))
    one.machine.course.order = replace(one.machine.course.order, settle=30.0)
    phone = one.phone
    assert isinstance(phone, TracedPhone)
    one.machine.step()
    one.clock.sleep(35.0)
    phone.told = [Traces(asked_at=one.clock.time)]
    one.clock.sleep(seconds)
    one.machine.step()
    assert phone.reminded == reminded


@pytest.mark.parametrize("first", [2, 1.9 * DEADLINE])
def test_a_line_that_fails_again_and_again_has_an_end(first: float) -> None:
    outages = [
        (first + at + delay, {"error": error})
        for at in range(0, 20 * int(DEADLINE), 60)
        for delay, error in ((0, PhoneUnreachable("The line is down.")), (20, None))
    ]
    one = bench(outages)
    started = one.clock.time
    ending = one.run()
    assert ending.outcome == "image_failed"
    assert one.clock.time <= started + 2 * DEADLINE + 30
    assert ending.unsafe_until == started + 4 * DEADLINE


# The same version again -------------------------------------------------------------------------------------------


def test_the_same_version_again_needs_a_restart_as_proof() -> None:
    same = {"hops": (OLD,)}
    assert bench([], **same).run().outcome == "image_failed"
    assert bench([(2, {"up": False}), (60, {"up": True})], **same).run().outcome == "upgraded"
    # Too quick to be seen gone, but its uptime fell.
    assert bench([(6, {"up": False}), (9, {"up": True})], **same).run().outcome == "upgraded"
    unseen = bench([(6, {"up": False}), (9, {"up": True})], shows_uptime=False, **same)
    assert unseen.run().outcome == "image_failed"


@pytest.mark.parametrize(
    ("planned", "shown", "back", "outcome"),
    [
        # Its registrar was restarting when it was planned.
        ({}, {1: True}, {1: False}, "not_registered"),
        ({}, {1: True}, {1: True}, "upgraded"),
        # Logged off since.
        ({1, 2}, {1: True, 2: False}, {1: True, 2: False}, "upgraded"),
        ({1, 2}, {1: True}, {1: True}, "upgraded"),
        # What is not said now holds good as it was planned.
        ({1, 2}, {1: True, 2: None}, {1: True, 2: False}, "not_registered"),
        ({1}, None, {1: False}, "not_registered"),
    ],
)
def test_a_phone_must_register_as_it_did_right_before_it_was_asked(
    planned: set[int], shown: dict[int, bool] | None, back: dict[int, bool], outcome: str
) -> None:
    script = [(2, {"up": False}), (60, {"up": True, "firmware": NEW, "registered": back})]
    one = bench(script, registered=shown, order={"registered": frozenset(planned)})
    assert one.run().outcome == outcome


def test_the_intent_has_the_lines_that_were_registered_right_before() -> None:
    one = bench(GOES_WELL, registered={1: True, 3: True}, order={"registered": frozenset({1, 2})})
    one.run()
    assert one.intents[0].registered == (1, 3)


def test_a_phone_that_lost_all_registrations_since_it_was_planned_is_left_alone() -> None:
    """With its registrar down nothing would show whether the new firmware registers; or they were logged off."""
    one = bench(GOES_WELL, registered={1: False, 2: False}, order={"registered": frozenset({1, 2})})
    ending = one.run()
    assert (ending.outcome, ending.triggered, ending.passing) == ("deferred", False, True)
    assert "None of its identities is registered now" in ending.reason
    assert one.phone.commands == []


def test_registrations_that_can_not_be_read_at_first_are_read_again() -> None:
    back = {"up": True, "firmware": NEW, "registered": None}
    lost = bench([(2, {"up": False}), (60, back), (70, {"registered": {1: False}})])
    assert lost.run().outcome == "not_registered"
    assert lost.clock.time == lost.machine.course.deadline

    found = bench([(2, {"up": False}), (60, back), (70, {"registered": {1: True}})])
    started = found.clock.time
    ending = found.run()
    assert (ending.outcome, "could not be read" in ending.reason) == ("upgraded", False)
    assert found.clock.time == started + 70


@pytest.mark.parametrize("shown", [None, {1: None}])
def test_a_lost_registration_is_not_forgotten_while_it_can_not_be_read(shown: dict[int, None] | None) -> None:
    back = {"up": True, "firmware": NEW, "registered": {1: False}}
    one = bench([(2, {"up": False}), (60, back), (70, {"registered": shown})])
    assert one.run().outcome == "not_registered"
    assert one.clock.time == one.machine.course.deadline


@pytest.mark.parametrize("shown", [None, {1: None}])
def test_new_firmware_that_does_not_show_its_registrations_is_no_failure(shown: dict[int, None] | None) -> None:
    """It is given as long as for a second restart, not its whole deadline: it would hold its slot for nothing."""
    one = bench([(2, {"up": False}), (60, {"up": True, "firmware": NEW, "registered": shown})])
    started = one.clock.time
    ending = one.run()
    assert (ending.outcome, one.machine.course.path) == ("upgraded", [NEW])
    assert "Whether identity 1 is registered again could not be read" in ending.reason
    assert one.clock.time == started + 60 + SETTLE


def test_the_look_for_registrations_begins_anew_after_a_second_restart_and_ends_at_the_deadline() -> None:
    back = {"up": True, "firmware": NEW, "registered": None}
    again = bench([(2, {"up": False}), (60, back), (70, {"up": False}), (200, {"up": True})])
    started = again.clock.time
    assert again.run().outcome == "upgraded"
    assert again.clock.time == started + 200 + SETTLE

    late = bench([(2, {"up": False}), (DEADLINE - 10, back)])
    assert late.run().outcome == "upgraded"
    assert late.clock.time == late.machine.course.deadline


def test_registrations_of_no_account_are_not_waited_for() -> None:
    one = bench([(2, {"up": False}), (60, {"up": True, "firmware": NEW})], registered=None, order={"registered": set()})
    started = one.clock.time
    ending = one.run()
    assert (ending.outcome, "registered" in ending.reason, one.clock.time) == ("upgraded", False, started + 60)


@pytest.mark.parametrize("back", [20, 35])
def test_the_same_version_again_may_take_a_second_restart(back: float) -> None:
    """Nothing that it shows after the first one says whether it has written anything yet."""
    script = [(2, {"up": False}), (back, {"up": True}), (100, {"up": False}), (160, {"up": True})]
    one = bench(script, hops=(OLD,))
    started = one.clock.time
    while one.machine.ending is None:
        # It is where it should be, so no other phone is held up.
        assert not one.machine.course.is_on_another
        one.clock.sleep(one.machine.step() or 0.0)
    ending = one.machine.ending
    assert (ending.outcome, ending.unsafe_until, one.machine.course.path) == ("upgraded", None, [OLD])
    assert (ending.evidence.back_at, one.clock.time) == (started + 160, started + DEADLINE)
    assert bench(script[:-1], hops=(OLD,)).run().outcome == "timed_out"


def test_the_same_version_again_is_not_proven_by_silence() -> None:
    """The line may have been down while the phone loads, and only an uptime tells that from a restart."""
    one = bench(OUTAGE, hops=(OLD,), shows_uptime=False)
    started = one.clock.time
    ending = one.run()
    assert (ending.outcome, ending.unsafe_until, one.machine.course.path) == ("unproven", started + 4 * DEADLINE, [])
    assert one.clock.time == started + DEADLINE and "Do not power it off" in ending.reason


def test_another_version_where_the_same_was_asked_for_again_is_in_doubt() -> None:
    one = bench([(2, {"up": False}), (20, {"up": True, "firmware": OTHER})], hops=(OLD,))
    in_doubt = False
    while one.machine.ending is None:
        one.clock.sleep(one.machine.step() or 0.0)
        in_doubt = in_doubt or one.machine.course.is_on_another
    assert (one.machine.ending.outcome, in_doubt) == ("old_version", True)


def test_the_same_version_again_may_lose_a_registration() -> None:
    script = [(2, {"up": False}), (60, {"up": True, "registered": {1: False}})]
    assert bench(script, hops=(OLD,)).run().outcome == "not_registered"


def test_the_same_version_again_after_its_deadline_took_until_it_was_back() -> None:
    late_one = [(1.5 * DEADLINE, {"up": False}), (1.5 * DEADLINE + 60, {"up": True})]
    ending = bench(late_one, hops=(OLD,)).run()
    assert (ending.outcome, "It took 510 s, longer than" in ending.reason) == ("upgraded", True)


# Several images ---------------------------------------------------------------------------------------------------

TWO_HOPS = (MIDDLE, NEW)
FIRST = [(2, {"up": False}), (60, {"up": True, "firmware": MIDDLE})]


def test_several_images_one_after_the_other() -> None:
    one = bench(FIRST, GOES_WELL, hops=TWO_HOPS, order={"deadlines": (100.0, 200.0)})
    started = one.clock.time
    ending = one.run()
    assert (ending.outcome, one.machine.course.path) == ("upgraded", [MIDDLE, NEW])
    assert [(str(intent.before), str(intent.target)) for intent in one.intents] == [(OLD, MIDDLE), (MIDDLE, NEW)]
    assert [intent.deadline - started for intent in one.intents] == [100, 60 + 200]
    # The gate hears how long all that is left may take, before the intent and after it.
    assert one.asked == [300, 300, 200, 200]
    times = [
        ending.evidence.as_dict()[name] for name in ("triggered_at", "seen_gone_at", "seen_back_at", "deadline_at")
    ]
    assert times == sorted(times)
    assert ending.evidence.as_dict()["firmware_before"] == OLD


def test_the_gate_closes_between_two_images() -> None:
    one = bench(FIRST, GOES_WELL, hops=TWO_HOPS)
    one.closed = [None, None, "The window ends."]
    ending = one.run()
    assert (ending.outcome, ending.triggered, str(ending.after)) == ("deferred", True, MIDDLE)
    assert (one.machine.course.path, len(one.phone.commands)) == ([MIDDLE], 1)


def test_a_call_between_two_images() -> None:
    one = bench([*FIRST[:1], (60, FIRST[1][1] | {"screen": "connected"})], hops=TWO_HOPS)
    ending = one.run()
    assert (ending.outcome, one.machine.course.path, len(one.phone.commands)) == ("deferred", [MIDDLE], 1)


def test_a_registration_counts_after_the_last_image_only() -> None:
    first = [FIRST[0], (60, FIRST[1][1] | {"registered": {1: False}})]
    one = bench(first, [GOES_WELL[0], (60, GOES_WELL[1][1] | {"registered": {1: True}})], hops=TWO_HOPS)
    assert one.run().outcome == "upgraded"


def test_what_was_missing_after_the_first_of_two_images_says_nothing_of_the_second() -> None:
    first = [FIRST[0], (60, FIRST[1][1] | {"registered": {1: False}})]
    one = bench(first, [GOES_WELL[0], (60, GOES_WELL[1][1] | {"registered": None})], hops=TWO_HOPS)
    assert one.run().outcome == "upgraded"


def test_a_hiccup_between_two_images_is_waited_out() -> None:
    one = bench(FIRST, GOES_WELL, hops=TWO_HOPS)
    while one.machine.course.phase is not Phase.PROBE or not one.machine.course.path:
        one.clock.sleep(one.machine.step() or 0.0)
    one.phone.up = False
    one.clock.sleep(one.machine.step() or 0.0)
    one.phone.up = True
    assert one.run().outcome == "upgraded"


def test_a_phone_that_is_lost_between_two_images() -> None:
    one = bench(FIRST, hops=TWO_HOPS)
    while one.machine.course.phase is not Phase.PROBE or not one.machine.course.path:
        one.clock.sleep(one.machine.step() or 0.0)
    one.phone.up = False
    ending = one.run()
    assert (ending.outcome, ending.triggered, str(ending.after)) == ("timed_out", True, MIDDLE)
    assert one.clock.time == ending.evidence.deadline_at


def test_a_phone_that_goes_right_before_it_is_asked_for_the_second_image() -> None:
    for version, requests in ((MIDDLE, 2), (NEW, 1)):
        one = bench(FIRST, GOES_WELL, hops=TWO_HOPS)
        phone = one.phone

        def goes(intent: Intent, phone: LabPhone = phone) -> None:
            phone.up = str(intent.before) == OLD

        one.record = goes
        while one.machine.course.phase is not Phase.PROBE or len(one.intents) < 2:
            one.clock.sleep(one.machine.step() or 0.0)
        one.record = lambda intent: None
        phone.up, phone.firmware = True, version
        ending = one.run()
        assert (ending.outcome, one.machine.course.path, len(phone.commands)) == ("upgraded", [MIDDLE, NEW], requests)


def test_the_second_image_fails() -> None:
    one = bench(FIRST, [], hops=TWO_HOPS)
    ending = one.run()
    assert (ending.outcome, str(ending.after), one.machine.course.path) == ("image_failed", MIDDLE, [MIDDLE])
    assert ending.reason.startswith(f"It has loaded {MIDDLE} and runs it, but not {NEW} after it")
    assert not {"seen_gone_at", "seen_back_at"} & set(ending.evidence.as_dict())


def test_provisioning_that_is_quicker_than_the_second_image() -> None:
    one = bench([(2, {"up": False}), (60, {"up": True, "firmware": NEW})], hops=TWO_HOPS)
    ending = one.run()
    assert (ending.outcome, str(ending.after), one.machine.course.path, len(one.phone.commands)) == (
        "upgraded",
        NEW,
        [NEW],
        1,
    )


def test_provisioning_that_is_quicker_between_two_images() -> None:
    one = bench(FIRST, hops=TWO_HOPS)
    while one.machine.course.phase is not Phase.PROBE or not one.machine.course.path:
        one.clock.sleep(one.machine.step() or 0.0)
    one.phone.firmware, one.phone.registered = NEW, None
    ending = one.run()
    assert (ending.outcome, one.machine.course.path, len(one.phone.commands)) == ("upgraded", [MIDDLE, NEW], 1)
    # What it showed before it went there proves nothing.
    assert "Whether identity 1 is registered again could not be read" in ending.reason


def test_provisioning_that_is_quicker_and_loses_a_registration() -> None:
    first = [(2, {"up": False}), (60, {"up": True, "firmware": NEW, "registered": {1: False}})]
    assert bench(first, hops=TWO_HOPS).run().outcome == "not_registered"


def test_the_old_version_at_the_deadline_may_be_a_pause_between_two_restarts() -> None:
    script = [(2, {"up": False}), (DEADLINE - 2, {"up": True}), (DEADLINE + 10, {"up": False})]
    ending = bench(script).run()
    assert (ending.outcome, ending.unsafe_until is not None) == ("timed_out", True)


# Images that take longer than the deadline ------------------------------------------------------------------------


def late(gone_at: float, *more: Any, **order: Any) -> Bench:
    return bench([(gone_at, {"up": False}), *more], order=order)


@pytest.mark.parametrize("gone_at", [DEADLINE + 1, 1.5 * DEADLINE, 2 * DEADLINE - 20])
def test_a_phone_that_still_loads_at_its_deadline_is_watched_to_its_end(gone_at: float) -> None:
    one = late(gone_at, (gone_at + DEADLINE - 20, {"up": True, "firmware": NEW}))
    ending = one.run()
    assert (ending.outcome, ending.unsafe_until, len(one.phone.commands)) == ("upgraded", None, 1)
    assert one.phases == [Phase.STILL_UP, Phase.LATE, Phase.DOWN, Phase.ENDED]
    assert f"longer than its deadline of {DEADLINE:.0f} s" in ending.reason
    assert "site_bandwidth_mbit" in ending.reason
    assert ending.evidence.deadline_at == ending.evidence.triggered_at + DEADLINE


def test_a_phone_that_goes_late_has_its_whole_deadline_to_write_its_flash() -> None:
    one = late(1.5 * DEADLINE)
    ending = one.run()
    gone_at = ending.evidence.gone_at
    assert (ending.outcome, one.clock.time) == ("timed_out", gone_at + DEADLINE)
    assert ending.unsafe_until == gone_at + 2 * DEADLINE


def test_a_phone_that_goes_late_and_comes_back_on_its_old_version() -> None:
    one = late(1.5 * DEADLINE, (1.5 * DEADLINE + 60, {"up": True}))
    assert one.run().outcome == "old_version"


def test_a_phone_that_shuts_us_out_before_it_is_seen_gone_may_go_as_late_as_any() -> None:
    one = bench([(2, {"error": AuthFailed("It refused the password.")})])
    ending = one.run()
    assert (ending.outcome, ending.unsafe_until) == (
        "auth_failed",
        ending.evidence.triggered_at + 4 * DEADLINE,
    )


def test_a_second_image_that_is_late() -> None:
    second = [(1.5 * DEADLINE, {"up": False}), (1.5 * DEADLINE + 60, {"up": True, "firmware": NEW})]
    ending = bench(FIRST, second, hops=TWO_HOPS).run()
    assert (ending.outcome, "longer than its deadline" in ending.reason) == ("upgraded", True)
    first = [(1.5 * DEADLINE, {"up": False}), (1.5 * DEADLINE + 60, {"up": True, "firmware": MIDDLE})]
    ending = bench(first, GOES_WELL, hops=TWO_HOPS).run()
    assert (ending.outcome, "longer than its deadline" in ending.reason) == ("upgraded", False)


# Watching what an interrupted run began ---------------------------------------------------------------------------


def resumed(
    seconds_ago: float,
    *,
    order: dict[str, Any] | None = None,
    uptime: int | None = None,
    by_uptime: bool = False,
    **phone: Any,
) -> Bench:
    clock = Clock()
    one = Bench(LabPhone(clock, **phone), **(order or {}))
    time = clock.time - seconds_ago
    one.machine.resume(
        Intent(
            host="desk-1",
            mac=MAC,
            file=hop(NEW).file,
            before=Version.parse(OLD),
            target=Version.parse(NEW),
            time=time,
            deadline=time + DEADLINE,
            uptime=uptime,
        ),
        by_uptime=by_uptime,
    )
    return one


MONTH = 30 * 86_400.0


@pytest.mark.parametrize("by_uptime", [True, False])
def test_a_clock_that_was_set_forward_does_not_make_a_phone_that_loads_safe(by_uptime: bool) -> None:
    """Its uptime tells how long ago it was asked. Where the clock is certain that is not so: it has restarted."""
    one = resumed(MONTH, uptime=99_900, by_uptime=by_uptime)
    started = one.clock.time
    ending = one.run()
    if not by_uptime:
        assert (ending.outcome, one.clock.time) == ("old_version", started + SETTLE)
        return
    # Asked 100 s ago.
    assert (ending.outcome, one.clock.time) == ("image_failed", started + 4 * DEADLINE - 100)
    assert ending.evidence.triggered_at == started - 100
    assert ending.evidence.deadline_at == started - 100 + DEADLINE


def test_a_phone_that_loads_while_the_clock_is_set_forward_is_watched_to_its_end() -> None:
    one = resumed(MONTH, uptime=99_900, by_uptime=True)
    one.phone.scripts = [[(50, {"up": False}), (110, {"up": True, "firmware": NEW})]]
    one.phone.obey(Load("http://mirror/image.bin"))
    ending = one.run()
    assert (ending.outcome, ending.evidence.back_at - ending.evidence.triggered_at) == ("upgraded", 210)


@pytest.mark.parametrize("by_uptime", [True, False])
@pytest.mark.parametrize(("seconds_ago", "booted"), [(0, 600), (100, 50), (MONTH, 600)])
def test_an_uptime_that_fell_since_proves_a_restart_whatever_the_clock_shows(
    seconds_ago: float, booted: float, by_uptime: bool
) -> None:
    phone = {"firmware": NEW, "booted": Clock().time - booted}
    ending = resumed(seconds_ago, uptime=99_900, by_uptime=by_uptime, **phone).run()
    assert (ending.outcome, ending.unsafe_until) == ("upgraded", None)


@pytest.mark.parametrize(
    ("seconds_ago", "phone", "outcome"),
    [
        (100, {"firmware": NEW, "booted": Clock().time - 50}, "upgraded"),
        (1000, {"firmware": NEW, "booted": Clock().time - 50}, "upgraded"),
        (1000, {"firmware": NEW, "shows_uptime": False}, "upgraded"),
        (100, {"firmware": NEW}, "unproven"),
        (100, {}, "image_failed"),
        (1000, {}, "image_failed"),
        (100, {"up": False}, "timed_out"),
        (1000, {"up": False}, "timed_out"),
        (100, {"firmware": NEW, "mac": OTHER_MAC}, "wrong_phone"),
        (100, {"booted": Clock().time - 50}, "old_version"),
        (1000, {"booted": Clock().time - 50}, "old_version"),
        (100, {"error": AuthFailed("It refused the password.")}, "auth_failed"),
        (100, {"error": CertificateRejected("It has another one.")}, "certificate_rejected"),
        (1000, {"error": CertificateRejected("It has another one.")}, "certificate_rejected"),
        (1000, {"error": AnswerUnreadable("This is not a Snom page.")}, "timed_out"),
    ],
)
def test_a_phone_of_an_interrupted_run_is_only_watched(seconds_ago: float, phone: dict[str, Any], outcome: str) -> None:
    one = resumed(seconds_ago, **phone)
    started = one.clock.time
    ending = one.run()
    assert (ending.outcome, ending.triggered, ending.evidence.as_dict()["resumed"]) == (outcome, True, True)
    assert (one.phone.commands, one.intents, one.asked) == ([], [], [])
    # Who is seen gone meanwhile has a whole deadline from then on.
    assert one.clock.time <= started + max(SETTLE, 4 * DEADLINE - seconds_ago, POLL + DEADLINE)


def test_a_phone_of_an_interrupted_run_that_may_be_loading_is_watched_behind_its_deadline() -> None:
    one = resumed(DEADLINE + 10)
    started = one.clock.time
    ending = one.run()
    assert (ending.outcome, one.clock.time) == ("image_failed", started + 3 * DEADLINE - 10)


@pytest.mark.parametrize(
    ("firmware", "booted", "outcome"),
    [(OTHER, 50, "upgraded"), (MIDDLE, 50, "old_version"), (OLD, 50, "old_version"), (OLD, 10_000, "image_failed")],
)
def test_a_phone_of_an_interrupted_run_that_is_where_it_should_be(firmware: str, booted: float, outcome: str) -> None:
    # The versions that the inventory wants of several models, that of its own old one among them.
    wanted = frozenset({Version.parse(OTHER), Version.parse(OLD)})
    one = resumed(100, order={"accepted": wanted}, firmware=firmware, booted=Clock().time - booted)
    assert one.run().outcome == outcome


# A certificate that is refused after the trigger ------------------------------------------------------------------


OTHER_CERTIFICATE = {"error": CertificateRejected("It has another one.")}


def test_a_phone_with_a_new_certificate_is_watched_to_the_deadline_and_not_called_done() -> None:
    one = bench([(3, {"up": False}), (40, {"up": True, "firmware": NEW, **OTHER_CERTIFICATE})])
    started = one.clock.time
    ending = one.run()
    assert (ending.outcome, ending.after, ending.triggered) == ("certificate_rejected", None, True)
    assert "After the trigger: It has another one." in ending.reason
    assert one.clock.time == started + DEADLINE
    assert ending.unsafe_until == started + 2 * DEADLINE


def test_a_certificate_that_is_refused_for_a_while_decides_nothing() -> None:
    # Neither as gone, which would make an old_version of it,
    back = {"error": None}
    assert bench([(3, OTHER_CERTIFICATE), (60, back)]).run().outcome == "image_failed"
    # nor as the end.
    seen = [(3, OTHER_CERTIFICATE), (20, {"up": False, **back}), (60, {"up": True, "firmware": NEW})]
    assert bench(seen).run().outcome == "upgraded"


def test_a_certificate_that_is_refused_between_two_images() -> None:
    first = [(3, {"up": False}), (40, {"up": True, "firmware": OTHER})]
    one = bench(first, hops=(OTHER, NEW))
    for _step in range(1000):
        delay = one.machine.step()
        if one.machine.course.path:
            one.phone.error = OTHER_CERTIFICATE["error"]
        if delay is None:
            break
        one.clock.sleep(delay)
    ending = one.machine.ending
    assert ending is not None and ending.outcome == "certificate_rejected" and ending.unsafe_until is not None
    assert len(one.phone.commands) == 1


# Times ------------------------------------------------------------------------------------------------------------


def test_the_deadline_of_an_image() -> None:
    # 30 MB by 10 phones over 100 Mbit/s are 24 s.
    assert hop_need(30_000_000, 600.0, parallel=10, bandwidth_mbit=100.0) == pytest.approx(24 + 600)
    assert deadline_for(624.0) == pytest.approx(1.5 * 624)
    assert hop_need(30_000_000, 600.0, parallel=0) == hop_need(30_000_000, 600.0, parallel=1)
    assert hop_need(None, 600.0) == hop_need(LARGEST_IMAGE, 600.0)
    # A time that no calendar has would cost the result.
    assert deadline_for(hop_need(None, LONGEST_WAIT)) == LONGEST_WAIT
    assert deadline_for(hop_need(None, 600.0, bandwidth_mbit=1e-300)) == LONGEST_WAIT


@pytest.mark.parametrize(("flash_time", "expected"), [(600.0, (5.0, 60.0)), (120.0, (2.0, 30.0)), (1.0, (0.25, 1.0))])
def test_the_pace_follows_the_flash_time(flash_time: float, expected: tuple[float, float]) -> None:
    assert pace(flash_time) == expected


def test_a_stop_while_the_intent_is_written_comes_in_time() -> None:
    one = bench(GOES_WELL)
    one.record = lambda intent: one.closed.append("The rollout stopped.")
    ending = one.run()
    assert (ending.outcome, ending.reason, ending.triggered) == ("not_started", "The rollout stopped.", False)
    assert one.phone.commands == []
    # The journal is to hear that nothing came of the intent.
    assert one.machine.course.deadline is not None


@pytest.mark.parametrize("script", [GOES_WELL, [(2, {"up": False})]])
def test_an_answer_that_makes_no_sense_may_have_been_one_to_a_request_that_was_carried_out(script: Any) -> None:
    one = bench(script, answer=AnswerUnreadable("It does not speak proper HTTP."))
    ending = one.run()
    assert (ending.outcome, ending.triggered) == ("upgraded" if script is GOES_WELL else "timed_out", True)
    assert ending.evidence.answer == "unreadable answer"


# What changed -----------------------------------------------------------------------------------------------------

GERMAN, ENGLISH = {"language": "Deutsch"}, {"language": "English"}
BECOMES_ENGLISH = [(2, {"up": False}), (60, {"up": True, "firmware": NEW, "settings": ENGLISH})]
CHANGED = {"language": ["Deutsch", "English"]}


def test_what_an_upgrade_changed() -> None:
    one = bench(BECOMES_ENGLISH, order={"snapshot": True}, settings=GERMAN)
    assert one.run().outcome == "upgraded"
    assert one.machine.comparison.record == {
        "read": True,
        "reason": None,
        "settings": CHANGED,
        "more": 0,
        "registrations": {},
    }
    assert one.phases == [Phase.STILL_UP, Phase.DOWN, Phase.SNAPSHOT, Phase.ENDED]
    # Before the call state, which is to be fresh at the trigger; and once more when all is over.
    first, last = one.phone.requests[:4], one.phone.requests[-2:]
    assert [request.partition("=")[0] for request in first] == ["system", "settings", "screen", "load"]
    assert last == ["system", "settings"]
    assert one.phone.requests.count("settings") == 2


def test_nobody_looks_unless_asked_to() -> None:
    one = bench(BECOMES_ENGLISH)
    one.run()
    assert one.machine.comparison.record is None
    assert "settings" not in one.phone.requests


def test_settings_that_were_just_read_are_not_read_again() -> None:
    one = bench(BECOMES_ENGLISH, order={"snapshot": True, "settings": {"language": "Deutsch"}})
    one.run()
    assert one.machine.comparison.record is not None and one.machine.comparison.record["settings"] == CHANGED
    assert one.phone.requests.count("settings") == 1


def test_what_two_images_changed_is_compared_once() -> None:
    first = [(2, {"up": False}), (60, {"up": True, "firmware": MIDDLE, "settings": ENGLISH})]
    one = bench(first, GOES_WELL, hops=(MIDDLE, NEW), order={"snapshot": True}, settings=GERMAN)
    assert one.run().outcome == "upgraded"
    assert one.machine.comparison.record is not None and one.machine.comparison.record["settings"] == CHANGED
    assert one.phone.requests.count("settings") == 2


def test_a_phone_that_lost_its_registration_is_looked_at_too() -> None:
    script = [(2, {"up": False}), (60, {"up": True, "firmware": NEW, "registered": {1: False}, "settings": ENGLISH})]
    one = bench(script, order={"snapshot": True}, settings=GERMAN)
    assert one.run().outcome == "not_registered"
    assert one.machine.comparison.record is not None
    assert one.machine.comparison.record["registrations"] == {"1": [True, False]}
    assert one.machine.comparison.record["settings"] == CHANGED


@pytest.mark.parametrize(
    "script", [[], [(2, {"up": False})], [(2, {"up": False}), (60, {"up": True, "settings": ENGLISH})]]
)
def test_there_is_none_of_a_phone_that_was_not_upgraded(script: Any) -> None:
    one = bench(script, order={"snapshot": True}, settings=GERMAN)
    assert one.run().outcome in ("image_failed", "timed_out", "old_version")
    assert one.machine.comparison.record is None
    assert one.phone.requests.count("settings") == 1


def test_a_phone_that_is_busy_when_it_is_done_is_asked_again() -> None:
    later = AnswerLost("Not now.")
    script = [(2, {"up": False}), (60, {"up": True, "firmware": NEW, "settings": later}), (63, {"settings": ENGLISH})]
    one = bench(script, order={"snapshot": True}, settings=GERMAN)
    assert one.run().outcome == "upgraded"
    assert one.machine.comparison.record is not None and one.machine.comparison.record["settings"] == CHANGED


@pytest.mark.parametrize(
    ("error", "tries"),
    [
        (AnswerLost("It broke."), SNAPSHOT_TRIES),
        (Blocked("It forbids this."), SNAPSHOT_TRIES),
        (AuthFailed("It refuses."), 1),
        (LockedOut("It is locked."), 1),
    ],
)
def test_what_can_not_be_read_afterwards_fails_nothing_and_holds_nobody(error: Exception, tries: int) -> None:
    script = [(2, {"up": False}), (60, {"up": True, "firmware": NEW, "settings": error})]
    one = bench(script, order={"snapshot": True}, settings=GERMAN)
    started = one.clock.time
    ending = one.run()
    assert (ending.outcome, str(ending.after)) == ("upgraded", NEW)
    assert one.machine.comparison.record is not None and one.machine.comparison.record["read"] is False
    assert one.machine.comparison.record["reason"] == f"Its settings were not read after: {error}"
    assert one.phone.requests.count("settings") == 1 + tries
    assert one.clock.time - started == 60 + (tries - 1) * POLL


def test_a_phone_whose_settings_can_not_be_read_before_is_upgraded_all_the_same() -> None:
    one = bench(BECOMES_ENGLISH, order={"snapshot": True}, settings=AnswerLost("It broke."))
    assert one.run().outcome == "upgraded"
    assert one.machine.comparison.record is not None
    assert one.machine.comparison.record["reason"] == "Its settings were not read before: It broke."


def test_a_phone_that_refuses_the_password_before_is_not_asked_to_load_anything() -> None:
    one = bench(GOES_WELL, order={"snapshot": True}, settings=LockedOut("It is locked."))
    assert one.run().outcome == "locked_out"
    assert one.phone.requests == ["system", "settings"]
