# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read a fleet before anything is planned: every phone once, and every image's place on the mirror."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from threading import Event

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import AuthFailed, SnomError
from ansible_collections.telephony.snom.plugins.module_utils._firmware.image_check import verify_image
from ansible_collections.telephony.snom.plugins.module_utils._firmware.preconditions import (
    read_settings_too,
    read_system,
)
from ansible_collections.telephony.snom.plugins.module_utils._phone.call_state import read_call_state
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.credentials import CredentialsGate, Key, NotTried
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.crew import MAX_WORKERS, Connect, Lookout, Runtime
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.plan import PlannedPhone
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.target import Reading, Target

QUIET = 1.0
"""Seconds without an answer, after which phones that still have to wait for their turn are looked for."""


def read_phone(target: Target, connect: Connect, known_call_state: str | None, *, force: bool = False) -> Reading:
    """Read one phone: its identity, and when it may need work also its call state and settings."""
    phone = connect(target.connection)
    try:
        facts = read_system(phone)
        wanted = target.wanted(facts.model) if facts.model else None
        if facts.firmware is None or target.protected or (facts.firmware == wanted and not force):
            return Reading(facts=facts)
        state, source = read_call_state(phone, known=known_call_state)
        facts = replace(facts, call_state=state, call_state_source=source)
        return Reading(facts=read_settings_too(phone, facts, wanted))
    except SnomError as error:
        return Reading(error=error)
    finally:
        phone.close()


def look_for(target: Target, connect: Connect) -> Reading | None:
    """The reading of a phone that is not there; None for one that can be tried."""
    phone = connect(target.connection)
    try:
        phone.reach()
    except SnomError as error:
        return Reading(error=error)
    finally:
        phone.close()
    return None


def read_without_login(
    target: Target, connect: Connect, known_call_state: str | None, *, force: bool = False
) -> Reading | None:
    """The reading of a phone that asks for no login; None for one that does, and that got no credentials."""
    anonymous = replace(target, connection=replace(target.connection, username=None, password=None))
    reading = read_phone(anonymous, connect, known_call_state, force=force)
    return None if isinstance(reading.error, AuthFailed) else reading


def read_fleet(
    targets: Sequence[Target],
    runtime: Runtime,
    connect: Connect,
    gate: CredentialsGate,
    *,
    force: bool = False,
    left_alone: Callable[[Target], str | None] = lambda target: None,
    on_refused: Callable[[Target, SnomError], None] = lambda target, error: None,
    say: Callable[[str], None] = lambda line: None,
    abandoned: Callable[[], bool] = lambda: False,
) -> dict[str, Reading]:
    """Read every phone, many at a time.

    Where the phones that are to try a site's credentials first don't answer, the others are looked for meanwhile, so
    that a site that is dark takes no longer than any other. Where they answer and prove nothing, because they ask for
    no login, the others are read without one.

    The gate knows who refused the credentials in the run which this one resumes. left_alone says why a phone is not
    asked because of earlier runs, or None. on_refused is told at once of those that refuse now. say and abandoned are
    those of `crew.Lookout`.
    """
    readings: dict[str, Reading] = {}
    waiting: deque[Target] = deque()
    for target in targets:
        if gate.has_refused(target):
            readings[target.host] = Reading(
                error=AuthFailed(
                    "It refused its credentials in the interrupted run and is not asked again while that is resumed. "
                    "Correct them and run once more afterwards."
                )
            )
        elif reason := left_alone(target):
            readings[target.host] = Reading(error=AuthFailed(reason))
        else:
            waiting.append(target)
    under_way, quiet = 0, False
    looked_for: set[str] = set()
    asked_without_login: set[str] = set()
    in_doubt: set[Key] = set()

    def submit(target: Target, is_try: bool, call: Callable[[], Reading | None]) -> None:
        nonlocal under_way
        runtime.submit((target, is_try), call)
        under_way += 1

    lookout = Lookout(runtime, say, abandoned)
    while waiting or under_way:
        lookout.look_around(f"{len(readings)} of {len(targets)} phones read")
        held: list[Target] = []
        while waiting and under_way < MAX_WORKERS:
            target = waiting.popleft()
            # A call state is asked for here, not in a worker: Ansible's templating belongs to this thread.
            if gate.is_closed(target):
                readings[target.host] = Reading(error=NotTried())
            elif gate.admits(target):
                gate.begin(target)
                known = target.known_call_state()
                submit(target, True, partial(read_phone, target, connect, known, force=force))
            elif gate.key(target) in in_doubt and target.host not in asked_without_login:
                asked_without_login.add(target.host)
                looked_for.add(target.host)
                known = target.known_call_state()
                submit(target, False, partial(read_without_login, target, connect, known, force=force))
            elif quiet and target.host not in looked_for:
                looked_for.add(target.host)
                submit(target, False, partial(look_for, target, connect))
            else:
                held.append(target)
        waiting.extendleft(reversed(held))
        done = runtime.wait(QUIET) if under_way else []
        quiet = not done
        for (target, is_try), reading in done:
            if isinstance(reading, BaseException):
                raise reading
            under_way -= 1
            if reading is None:
                waiting.append(target)
                continue
            if is_try:
                if reading.facts is not None and target.host in asked_without_login:
                    reading = replace(reading, facts=replace(reading.facts, http_pass_set=True))
                took = reading.facts is not None and reading.facts.http_pass_set is True
                gate.end(target, took=took)
                if reading.facts is not None and not took:
                    in_doubt.add(gate.key(target))
            readings[target.host] = replace(reading, at=runtime.now())
            if isinstance(reading.error, AuthFailed):
                gate.refuse(target)
                on_refused(target, reading.error)
    return readings


def verify_images(
    phones: Iterable[PlannedPhone],
    how: str,
    runtime: Runtime,
    *,
    say: Callable[[str], None] = lambda line: None,
    abandoned: Callable[[], bool] = lambda: False,
    stop_requested: Callable[[], str | None] = lambda: None,
) -> str | None:
    """Look at each image once; a phone whose image is missing or wrong becomes `refused`.

    say and abandoned are those of `crew.Lookout`. stop_requested gives the reason why no trigger may be made, or
    None. Once there is one it is returned at once: images that nobody looked at must not be loaded then.
    """
    by_image: dict[str, list[PlannedPhone]] = {}
    hops = {}
    wanted = Event()
    wanted.set()
    for phone in phones:
        for hop in phone.hops:
            by_image.setdefault(hop.image_url, []).append(phone)
            hops[hop.image_url] = hop
    for url, hop in hops.items():
        runtime.submit(url, partial(verify_image, hop, how, wanted.is_set))
    left = len(hops)
    lookout = Lookout(runtime, say, abandoned)
    while left:
        lookout.look_around(f"{len(hops) - left} of {len(hops)} images looked at")
        if reason := stop_requested():
            wanted.clear()
            say(f"STOPPED, no new triggers: {reason}")
            return reason
        for url, problem in runtime.wait(1.0):
            left -= 1
            if isinstance(problem, SnomError):
                for phone in by_image[url]:
                    phone.outcome, phone.reason = problem.outcome, problem.reason
            elif isinstance(problem, BaseException):
                raise problem
    return None
