# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import heapq
import itertools
import random
from collections import Counter
from collections.abc import Callable, Collection
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import (
    AnswerUnreadable,
    AuthFailed,
    LockedOut,
    PhoneUnreachable,
    Refused,
    SnomError,
)
from ansible_collections.telephony.snom.plugins.module_utils._known.image_path import Hop
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import Connection
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout import survey
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.credentials import (
    MAX_REFUSALS,
    CredentialsGate,
    NotTried,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.planned_phone import PlannedPhone
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.runtime import (
    MAX_WORKERS,
    Abandoned,
    Connect,
    Context,
    Runtime,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.survey import survey_phone
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.target import Reading, Target
from ansible_collections.telephony.snom.tests.unit.phones import Clock, LabPhone, LabRuntime
from hypothesis import given, settings
from hypothesis import strategies as st

from .planned import phone, plan

OLD, NEW = "10.1.39.11", "10.1.54.13"


class ShuffledRuntime:
    """Finishes what is under way one call at a time, in any order."""

    def __init__(self, seed: int = 0) -> None:
        self.under_way: list[tuple[Any, Callable[[], Any]]] = []
        self.peak = 0
        self._random = random.Random(seed)

    def now(self) -> float:
        return 0.0

    def submit(self, key: Any, call: Callable[[], Any]) -> None:
        self.under_way.append((key, call))
        self.peak = max(self.peak, len(self.under_way))

    def wait(self, seconds: float) -> list[tuple[Any, Any]]:
        assert self.under_way, "waits for nothing"
        key, call = self.under_way.pop(self._random.randrange(len(self.under_way)))
        try:
            return [(key, call())]
        except Exception as error:
            return [(key, error)]


class SlowRuntime(LabRuntime):
    """A call to a phone that is not there takes ten seconds, every other one a tenth of a second."""

    def __init__(self) -> None:
        super().__init__(Clock())
        self._under_way: list[tuple[float, int, tuple[Any, Any]]] = []
        self._tie = itertools.count()

    def submit(self, key: Any, call: Callable[[], Any]) -> None:
        result = call()
        dark = isinstance(result, Reading) and isinstance(result.error, PhoneUnreachable)
        heapq.heappush(self._under_way, (self.now() + (10.0 if dark else 0.1), next(self._tie), (key, result)))

    def wait(self, seconds: float) -> list[tuple[Any, Any]]:
        self.clock.sleep(max(min(seconds, self._under_way[0][0] - self.now()), 0.0))
        done = []
        while self._under_way and self._under_way[0][0] <= self.now():
            done.append(heapq.heappop(self._under_way)[2])
        return done


def target(host: str, *, site: str | None = "berlin", password: str = "one", **more: Any) -> Target:
    connection = Connection(address=host, username="admin", password=password)
    return Target(host=host, connection=connection, site=site, version=Version.parse(NEW), **more)


class Fleet:
    """Phones by host. A phone is asked once in a survey, and may be looked for or asked without a login before."""

    def __init__(self, *, login: bool | None = True, is_open: Collection[str] = (), **errors: Exception) -> None:
        """Phones ask for a login unless they are open; login is what they tell of it where they got one."""
        self.login = login
        self.is_open = is_open
        self.errors = errors
        self.asked: list[str] = []
        self.asked_without_login: list[str] = []
        self.looked_for: list[str] = []

    def connect(self, connection: Connection) -> LabPhone:
        return _FleetPhone(self, connection)


class _FleetPhone(LabPhone):
    def __init__(self, fleet: Fleet, connection: Connection) -> None:
        self.is_open = connection.address in fleet.is_open
        login = False if self.is_open else fleet.login
        super().__init__(Clock(), error=fleet.errors.get(connection.address), login=login)
        self.fleet = fleet
        self.connection = connection

    def ask(self, what: str) -> None:
        if what == "system":
            asked = self.fleet.asked if self.connection.username else self.fleet.asked_without_login
            asked.append(self.connection.address)
        if not self.connection.username and not self.is_open and not isinstance(self.error, PhoneUnreachable):
            raise AuthFailed("The phone asks for a login.")
        super().ask(what)

    def reach(self) -> None:
        self.fleet.looked_for.append(self.connection.address)
        error = self.fleet.errors.get(self.connection.address)
        if isinstance(error, PhoneUnreachable):
            raise error


def read_fleet(
    targets: list[Target],
    runtime: Runtime,
    connect: Connect,
    *,
    refused_before: Collection[str] = (),
    **more: Callable[..., Any],
) -> dict[str, Reading]:
    """A survey; refused_before names hosts that refused their credentials in the run which it resumes."""
    gate = CredentialsGate()
    for one in targets:
        if one.host in refused_before:
            gate.refuse(one)
    context = Context(run="run-1", runtime=runtime, connect=connect, **more)
    return survey.read_fleet(targets, context, gate)


def verify_images(phones: list[PlannedPhone], how: str, runtime: Runtime, **more: Callable[..., Any]) -> str | None:
    """phones loses those that are refused to a plan."""
    the_plan = plan(*phones)
    stopped_by = survey.verify_images(
        the_plan, how, Context(run="run-1", runtime=runtime, connect=Fleet().connect, **more)
    )
    phones[:] = the_plan.phones
    return stopped_by


def refused() -> AuthFailed:
    return AuthFailed("It refused the password.")


def test_hosts_that_refused_before_count_before_anybody_is_asked() -> None:
    fleet = Fleet()
    targets = [target(f"desk-{number}") for number in range(10)]
    refused_before = {one.host for one in targets[-MAX_REFUSALS:]}
    readings = read_fleet(targets, ShuffledRuntime(), fleet.connect, refused_before=refused_before)
    assert fleet.asked == []
    assert {host for host, reading in readings.items() if isinstance(reading.error, AuthFailed)} == refused_before
    assert len(readings) == len(targets)


# One phone --------------------------------------------------------------------------------------------------------


def read(phone: LabPhone, **more: Any) -> Reading:
    known = more.pop("known", None)
    force = more.pop("force", False)
    return survey_phone(target("desk-1", **more), lambda connection: phone, known, force=force)


def test_a_phone_that_needs_work_is_read_whole() -> None:
    phone = LabPhone(Clock(), settings={"language": "English", "Update_Policy": "auto_update"})
    reading = read(phone)
    assert reading.error is None and reading.facts is not None
    assert (reading.facts.firmware, reading.facts.mac) == (Version.parse(OLD), "000413922D24")
    assert (reading.facts.call_state, reading.facts.call_state_source) == ("idle", "screen")
    # Of a fleet only what is looked at is kept: a real page has hundreds.
    assert (reading.facts.settings, reading.facts.admin_mode) == ({"Update_Policy": "auto_update"}, True)
    assert phone.requests == ["system", "screen", "settings"]
    assert phone.commands == []


@pytest.mark.parametrize(
    ("attributes", "more"),
    [({"firmware": NEW}, {}), ({}, {"protected": True}), ({"firmware": None}, {})],
)
def test_a_phone_that_needs_none_costs_one_request(attributes: dict[str, Any], more: dict[str, Any]) -> None:
    phone = LabPhone(Clock(), **attributes)
    assert read(phone, **more).facts is not None
    assert phone.requests == ["system"]


def test_a_phone_that_is_to_load_its_version_again_is_read_whole() -> None:
    phone = LabPhone(Clock(), firmware=NEW)
    assert read(phone, force=True).facts is not None
    assert "settings" in phone.requests


@pytest.mark.parametrize(
    ("now", "version", "login", "asked"),
    [
        ("10.1.184.15", "10.1.185.0", None, True),
        ("10.1.184.15", "10.1.198.19", True, False),
        ("10.1.184.15", "10.1.198.19", False, False),
        ("10.1.184.15", "10.1.184.99", None, False),
        ("10.1.185.0", "10.1.198.19", None, False),
        ("10.1.198.19", "10.1.184.15", None, False),
    ],
)
def test_the_home_page_is_read_only_where_it_decides(now: str, version: str, login: bool | None, asked: bool) -> None:
    phone = LabPhone(Clock(), firmware=now, lacks_password=True, login=login)
    one = Target(host="desk-1", connection=Connection(address="desk-1"), version=Version.parse(version))
    facts = survey_phone(one, lambda connection: phone, None).facts
    assert ("home" in phone.requests) is asked
    assert facts is not None and facts.http_pass_set is (False if asked else login)


def test_what_the_pbx_knows_spares_a_request() -> None:
    phone = LabPhone(Clock())
    reading = read(phone, known="in_call")
    assert reading.facts is not None and reading.facts.call_state == "in_call"
    assert "screen" not in phone.requests


def test_a_phone_in_user_mode_is_told_apart_from_one_that_shows_nothing() -> None:
    asks = read(LabPhone(Clock(), settings=None, admin_mode=False))
    assert asks.facts is not None and asks.facts.admin_mode is False
    garbage = read(LabPhone(Clock(), settings=None))
    assert garbage.facts is not None and garbage.facts.admin_mode is None


@pytest.mark.parametrize("error", [PhoneUnreachable("Gone."), refused(), AnswerUnreadable("Not a Snom page.")])
def test_what_goes_wrong_is_a_reading_too(error: SnomError) -> None:
    assert read(LabPhone(Clock(), error=error)).error is error


# Many phones ------------------------------------------------------------------------------------------------------


def test_every_phone_is_read_once() -> None:
    fleet = Fleet()
    targets = [target(f"desk-{number}") for number in range(400)]
    runtime = ShuffledRuntime()
    readings = read_fleet(targets, runtime, fleet.connect)
    assert set(readings) == {one.host for one in targets}
    assert sorted(fleet.asked) == sorted(readings)
    assert 100 < runtime.peak <= MAX_WORKERS


def test_the_call_state_of_the_pbx_is_asked_for_each_phone() -> None:
    states = {"desk-1": "in_call", "desk-2": "idle"}
    targets = [target(host, known_call_state=lambda host=host: states[host]) for host in states]
    readings = read_fleet(targets, ShuffledRuntime(), Fleet().connect)
    assert {host: reading.facts.call_state for host, reading in readings.items() if reading.facts} == states


def test_a_long_survey_says_how_far_it_is() -> None:
    said: list[str] = []
    targets = [target(f"desk-{number}") for number in range(1000)]
    fleet = Fleet(**{one.host: PhoneUnreachable("Gone.") for one in targets})
    read_fleet(targets, SlowRuntime(), fleet.connect, notify=said.append)
    assert said[0].startswith("-- ") and said[0].endswith(" of 1000 phones read")
    assert len(said) >= 2


def test_an_orphan_reads_nobody_more() -> None:
    fleet = Fleet()
    with pytest.raises(Abandoned):
        read_fleet(
            [target(f"desk-{number}") for number in range(10)],
            ShuffledRuntime(),
            fleet.connect,
            abandoned=lambda: len(fleet.asked) == 2,
        )
    assert len(fleet.asked) == 2


def test_a_mistake_of_ours_is_not_a_reading() -> None:
    def connect(connection: Connection) -> LabPhone:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        read_fleet([target("desk-1")], ShuffledRuntime(), connect)


@given(
    seed=st.integers(0, 1000),
    wrong=st.lists(st.booleans(), min_size=1, max_size=30),
)
@settings(max_examples=100, deadline=None)
def test_wrong_credentials_do_not_lock_a_site(seed: int, wrong: list[bool]) -> None:
    targets = [target(f"desk-{number}") for number in range(len(wrong))]
    fleet = Fleet(**{one.host: refused() for one, is_wrong in zip(targets, wrong, strict=True) if is_wrong})
    readings = read_fleet(targets, ShuffledRuntime(seed), fleet.connect)
    assert set(readings) == {one.host for one in targets}
    assert len(fleet.asked) == len(set(fleet.asked))
    for host, reading in readings.items():
        if host not in fleet.asked:
            assert isinstance(reading.error, NotTried) and reading.error.outcome == "not_started"
    if all(wrong):
        assert len(fleet.asked) == min(len(wrong), MAX_REFUSALS)
    if sum(wrong) < MAX_REFUSALS:
        assert len(fleet.asked) == len(wrong)


@given(seed=st.integers(0, 1000), wrong=st.lists(st.booleans(), min_size=1, max_size=30))
@settings(max_examples=100, deadline=None)
def test_no_more_than_three_refusals_come_before_a_success(seed: int, wrong: list[bool]) -> None:
    targets = [target(f"desk-{number}") for number in range(len(wrong))]
    fleet = Fleet(**{one.host: refused() for one, is_wrong in zip(targets, wrong, strict=True) if is_wrong})
    runtime = ShuffledRuntime(seed)
    finished: list[str] = []
    wait = runtime.wait

    def noted_wait(seconds: float) -> list[tuple[Any, Any]]:
        done = wait(seconds)
        finished.extend(one.host for (one, _is_try), _reading in done)
        return done

    runtime.wait = noted_wait  # type: ignore[method-assign]
    read_fleet(targets, runtime, fleet.connect)
    before_success = 0
    for host in finished:
        if host not in fleet.errors:
            break
        before_success += 1
    assert before_success <= MAX_REFUSALS


class WatchedRuntime(ShuffledRuntime):
    """Checks each try with a site's credentials that begins after one was refused."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.refused = 0

    def submit(self, key: Any, call: Callable[[], Any]) -> None:
        if key[1] and self.refused:
            assert self.refused + sum(is_try for (_target, is_try), _call in self.under_way) < MAX_REFUSALS
        super().submit(key, call)

    def wait(self, seconds: float) -> list[tuple[Any, Any]]:
        done = super().wait(seconds)
        self.refused += sum(is_try and isinstance(reading.error, AuthFailed) for (_target, is_try), reading in done)
        return done


@given(
    seed=st.integers(0, 1000),
    phones=st.lists(st.sampled_from(["good", "good", "open", "wrong"]), min_size=1, max_size=40),
    login=st.sampled_from([True, None]),
)
@settings(max_examples=200, deadline=None)
def test_no_more_tries_begin_than_may_fail(seed: int, phones: list[str], login: bool | None) -> None:
    kinds = {f"desk-{number}": kind for number, kind in enumerate(phones)}
    wrong = {host: refused() for host, kind in kinds.items() if kind == "wrong"}
    fleet = Fleet(login=login, is_open=[host for host, kind in kinds.items() if kind == "open"], **wrong)
    readings = read_fleet([target(host) for host in kinds], WatchedRuntime(seed), fleet.connect)
    assert set(readings) == set(kinds)
    assert len(set(fleet.asked)) == len(fleet.asked)
    assert len(set(fleet.asked_without_login)) == len(fleet.asked_without_login)
    if "good" not in phones:
        assert sum(host in wrong for host in fleet.asked) <= MAX_REFUSALS
    if len(wrong) < MAX_REFUSALS:
        assert {host for host, reading in readings.items() if reading.facts is None} == set(wrong)


@pytest.mark.parametrize("open_ones", [["desk-0"], ["desk-7"], ["desk-0", "desk-1", "desk-2", "desk-3"]])
def test_a_phone_that_asks_for_no_login_proves_nothing(open_ones: list[str]) -> None:
    targets = [target(f"desk-{number}") for number in range(30)]
    fleet = Fleet(is_open=open_ones, **{one.host: refused() for one in targets if one.host not in open_ones})
    readings = read_fleet(targets, SlowRuntime(), fleet.connect)
    outcomes = Counter(reading.error.outcome for reading in readings.values() if reading.error)
    assert outcomes["auth_failed"] == MAX_REFUSALS
    assert outcomes["auth_failed"] + outcomes["not_started"] >= 30 - len(open_ones)


@pytest.mark.parametrize(("is_open", "login"), [(True, False), (False, None)], ids=["open", "sent unasked"])
def test_phones_that_prove_nothing_hold_nobody_up(is_open: bool, login: bool | None) -> None:
    targets = [target(f"desk-{number}") for number in range(400)]
    fleet = Fleet(login=login, is_open=[one.host for one in targets] if is_open else [])
    runtime = SlowRuntime()
    started = runtime.now()
    readings = read_fleet(targets, runtime, fleet.connect)
    assert {reading.facts.http_pass_set for reading in readings.values() if reading.facts} <= {not is_open, login}
    assert all(reading.facts for reading in readings.values())
    # A tenth of a second for each round; three at a time would take more than 13 s.
    assert runtime.now() - started < 2


def test_each_site_and_password_counts_alone() -> None:
    targets = [
        target(f"{site}-{password}-{number}", site=site, password=password)
        for site in ("berlin", "lisbon")
        for password in ("one", "two")
        for number in range(10)
    ]
    fleet = Fleet(**{one.host: refused() for one in targets if one.host.startswith("berlin-one")})
    readings = read_fleet(targets, ShuffledRuntime(), fleet.connect)
    not_tried = [host for host, reading in readings.items() if isinstance(reading.error, NotTried)]
    assert len(not_tried) == 10 - MAX_REFUSALS
    assert all(host.startswith("berlin-one") for host in not_tried)


def test_a_site_that_is_dark_does_not_hold_up_the_run() -> None:
    targets = [target(f"desk-{number}") for number in range(1000)]
    fleet = Fleet(**{one.host: PhoneUnreachable("Gone.") for one in targets})
    runtime = SlowRuntime()
    started = runtime.now()
    readings = read_fleet(targets, runtime, fleet.connect)
    assert all(isinstance(readings[one.host].error, PhoneUnreachable) for one in targets)
    assert sorted([*fleet.asked, *fleet.looked_for]) == sorted(readings)
    # Four rounds of 256 phones, of ten seconds each.
    assert runtime.now() - started < 60


def test_a_site_that_answers_is_not_looked_for() -> None:
    fleet = Fleet()
    read_fleet([target(f"desk-{number}") for number in range(400)], SlowRuntime(), fleet.connect)
    assert fleet.looked_for == []


@given(phones=st.lists(st.sampled_from(["dark", "wrong", "good"]), min_size=1, max_size=40))
@settings(max_examples=100, deadline=None)
def test_phones_are_looked_for_without_their_credentials(phones: list[str]) -> None:
    kinds = {f"desk-{number}": kind for number, kind in enumerate(phones)}
    errors = {"dark": PhoneUnreachable("Gone."), "wrong": refused()}
    fleet = Fleet(**{host: errors[kind] for host, kind in kinds.items() if kind in errors})
    readings = read_fleet([target(host) for host in kinds], SlowRuntime(), fleet.connect)
    assert set(readings) == set(kinds)
    assert len(set(fleet.asked)) == len(fleet.asked) and len(set(fleet.looked_for)) == len(fleet.looked_for)
    if "good" not in phones:
        assert sum(kinds[host] == "wrong" for host in fleet.asked) <= MAX_REFUSALS
    for host, reading in readings.items():
        if reading.error is None:
            assert kinds[host] == "good"
        else:
            assert isinstance(reading.error, NotTried) or reading.error is errors[kinds[host]]


def test_phones_without_credentials_are_all_asked() -> None:
    targets = [Target(host=f"desk-{number}", connection=Connection(address=f"desk-{number}")) for number in range(10)]
    fleet = Fleet()
    readings = read_fleet(targets, SlowRuntime(), fleet.connect)
    assert {reading.error.reason for reading in readings.values() if reading.error} == {"The phone asks for a login."}
    assert len(fleet.asked_without_login) == 10


@pytest.mark.parametrize("error", [PhoneUnreachable("Gone."), LockedOut("Locked."), AnswerUnreadable("Garbage.")])
def test_other_failures_are_no_refusals(error: SnomError) -> None:
    targets = [target(f"desk-{number}") for number in range(10)]
    fleet = Fleet(**{one.host: error for one in targets})
    readings = read_fleet(targets, ShuffledRuntime(), fleet.connect)
    assert len(fleet.asked) == 10
    assert {reading.error for reading in readings.values()} == {error}


def test_a_refusal_of_an_interrupted_run_is_not_asked_for_again() -> None:
    fleet = Fleet()
    readings = read_fleet(
        [target("desk-1"), target("desk-2")], ShuffledRuntime(), fleet.connect, refused_before={"desk-1"}
    )
    assert fleet.asked == ["desk-2"]
    assert isinstance(readings["desk-1"].error, AuthFailed)
    assert readings["desk-2"].facts is not None


def test_refusals_of_an_interrupted_run_count() -> None:
    fleet = Fleet()
    hosts = [f"desk-{number}" for number in range(1, 6)]
    readings = read_fleet(
        [target(host) for host in hosts], ShuffledRuntime(), fleet.connect, refused_before=set(hosts[:3])
    )
    assert fleet.asked == []
    assert {readings[host].error.outcome for host in hosts[3:] if readings[host].error} == {"not_started"}


# Images -----------------------------------------------------------------------------------------------------------


def planned(host: str, *files: str) -> PlannedPhone:
    hops = tuple(
        Hop(
            version=Version.parse(NEW),
            file=file,
            url=f"http://images.example/{file}?mac=1",
            image_url=f"http://images.example/{file}",
            size=None,
            sha1=None,
            chained=False,
        )
        for file in files
    )
    return phone(host, hops=hops)


def test_each_image_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[tuple[str, str]] = []

    def look(hop: Hop, how: str, *_more: Any) -> None:
        looked.append((hop.file, how))
        if hop.file == "missing.bin":
            raise Refused("The mirror answers 404.")

    monkeypatch.setattr(survey, "verify_image", look)
    phones = [planned("one", "a.bin"), planned("two", "a.bin", "missing.bin"), planned("three", "b.bin")]
    verify_images(phones, "full", ShuffledRuntime())
    assert sorted(looked) == [("a.bin", "full"), ("b.bin", "full"), ("missing.bin", "full")]
    assert [one.outcome for one in phones] == [None, "refused", None]
    assert phones[1].ending.reason == "The mirror answers 404."


def test_a_mistake_of_ours_is_not_a_missing_image(monkeypatch: pytest.MonkeyPatch) -> None:
    def look(hop: Hop, how: str, *_more: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(survey, "verify_image", look)
    with pytest.raises(ZeroDivisionError):
        verify_images([planned("one", "a.bin")], "full", ShuffledRuntime())


def test_an_orphan_looks_at_no_more_images(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey, "verify_image", lambda hop, how, *_more: None)
    runtime = ShuffledRuntime()
    with pytest.raises(Abandoned):
        verify_images([planned("one", "a.bin", "b.bin")], "full", runtime, abandoned=lambda: len(runtime.under_way) < 2)
    assert len(runtime.under_way) == 1


def test_a_mirror_that_takes_its_time_is_waited_for_aloud(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey, "verify_image", lambda hop, how, *_more: None)
    runtime, said = LabRuntime(Clock()), []
    wait = runtime.wait

    def slow(seconds: float) -> list[tuple[Any, Any]]:
        runtime.clock.sleep(seconds)
        return wait(seconds) if runtime.clock.time % 40 < 1 else []

    monkeypatch.setattr(runtime, "wait", slow)
    verify_images([planned("one", "a.bin", "b.bin")], "full", runtime, notify=said.append)
    assert said == ["-- 0 of 2 images looked at"] * 2


def test_who_asks_to_stop_does_not_wait_for_a_mirror(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Any] = []
    monkeypatch.setattr(survey, "verify_image", lambda hop, how, is_wanted: given.append(is_wanted))
    runtime, said = LabRuntime(Clock()), []
    monkeypatch.setattr(runtime, "wait", lambda seconds: said.append("waits") or [])
    reasons = iter([None, "The stop file is there."])
    phones = [planned("one", "a.bin")]
    found = verify_images(phones, "full", runtime, notify=said.append, stop_requested=lambda: next(reasons))
    assert found == "The stop file is there."
    assert said == ["waits", "STOPPED, no new triggers: The stop file is there."]
    assert phones[0].outcome is None


def test_nothing_to_look_at() -> None:
    runtime = ShuffledRuntime()
    verify_images([], "full", runtime)
    assert runtime.peak == 0
