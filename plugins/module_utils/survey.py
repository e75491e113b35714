# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read a fleet before anything is planned: every phone once, and every image's place on the mirror."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from functools import partial

from .call_state import read_call_state
from .errors import AuthFailed, SnomError
from .facts import PhoneFacts, read_facts
from .images import verify_image
from .plan import PlannedPhone, Reading, Target, passes_new_admin_password
from .runtime import MAX_WORKERS, Runtime
from .transport import Connection, Transport
from .version import Version

MAX_REFUSALS = 3
"""So many phones of a site may refuse the same credentials before they are not tried on the rest of it."""

QUIET = 1.0
"""Seconds without an answer, after which phones that still have to wait for their turn are looked for."""

Connect = Callable[[Connection], Transport]


class CredentialsGate:
    """Keeps wrong credentials of a site from locking all its phones.

    Until a phone of the site has taken the credentials, as many tries are under way as may still fail. A phone for
    which there are none may always be tried.
    """

    def __init__(self) -> None:
        self._refused: Counter[tuple[object, ...]] = Counter()
        self._under_way: Counter[tuple[object, ...]] = Counter()
        self._proven: set[tuple[object, ...]] = set()

    @staticmethod
    def _key(target: Target) -> tuple[object, ...]:
        return target.site, target.connection.username, target.connection.password

    def is_closed(self, target: Target) -> bool:
        """True when enough phones refused: this one is not to be tried."""
        return bool(target.connection.username) and self._refused[self._key(target)] >= MAX_REFUSALS

    def admits(self, target: Target) -> bool:
        """True when a try may begin now."""
        key = self._key(target)
        return (
            not target.connection.username
            or key in self._proven
            or self._refused[key] + self._under_way[key] < MAX_REFUSALS
        )

    def begin(self, target: Target) -> None:
        """A try begins."""
        self._under_way[self._key(target)] += 1

    def end(self, target: Target, reading: Reading) -> None:
        """A try ended."""
        key = self._key(target)
        self._under_way[key] -= 1
        if isinstance(reading.error, AuthFailed):
            self._refused[key] += 1
        elif reading.facts is not None:
            self._proven.add(key)


class NotTried(SnomError):
    """The phone was not asked, because others of its site refused the same credentials."""

    outcome = "not_started"


def read_phone(target: Target, connect: Connect, known_call_state: str | None, *, force: bool = False) -> Reading:
    """Read one phone: its identity, and when it may need work also its call state and settings."""
    phone = connect(target.connection)
    try:
        facts = read_facts(phone, ["system"])
        if facts.model is None:
            facts = replace(facts, model=read_facts(phone, ["home"]).model)
        wanted = target.wanted(facts.model) if facts.model else None
        if facts.firmware is None or target.protected or (facts.firmware == wanted and not force):
            return Reading(facts=facts)
        state, source = read_call_state(phone, connection=target.connection, known=known_call_state)
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


def read_settings_too(phone: Transport, facts: PhoneFacts, wanted: Version | None) -> PhoneFacts:
    """The facts with what `plan.check_settings` needs beside them for an upgrade to the version. Raises SnomError."""
    gather = ["settings"]
    if (
        facts.http_pass_set is None
        and facts.firmware is not None
        and wanted is not None
        and passes_new_admin_password(facts.firmware, wanted)
    ):
        # Its home page may know.
        gather.append("home")
    more = read_facts(phone, gather)
    known = facts.http_pass_set if more.http_pass_set is None else more.http_pass_set
    return replace(facts, settings=more.settings, admin_mode=more.admin_mode, http_pass_set=known)


def read_fleet(
    targets: Sequence[Target],
    runtime: Runtime,
    connect: Connect,
    *,
    force: bool = False,
    refused_before: Collection[str] = (),
    on_refused: Callable[[str, SnomError], None] = lambda host, error: None,
) -> dict[str, Reading]:
    """Read every phone, many at a time.

    Where the phones that are to try a site's credentials first don't answer, the others are looked for meanwhile, so
    that a site that is dark takes no longer than any other.

    refused_before names hosts that refused their credentials in the run which this one resumes; on_refused is told at
    once of those that refuse them now.
    """
    gate = CredentialsGate()
    readings: dict[str, Reading] = {}
    waiting: deque[Target] = deque()
    for target in targets:
        if target.host in refused_before:
            readings[target.host] = refusal = Reading(
                error=AuthFailed(
                    "It refused its credentials in the interrupted run and is not asked again while that is resumed. "
                    "Correct them and run once more afterwards."
                )
            )
            gate.begin(target)
            gate.end(target, refusal)
        else:
            waiting.append(target)
    under_way, quiet = 0, False
    looked_for: set[str] = set()
    while waiting or under_way:
        held: list[Target] = []
        while waiting and under_way < MAX_WORKERS:
            target = waiting.popleft()
            if gate.is_closed(target):
                readings[target.host] = Reading(
                    error=NotTried(
                        f"{MAX_REFUSALS} phones of its site refused the same credentials, so they were not tried here. "
                        "Correct snom_username and snom_password."
                    )
                )
            elif gate.admits(target):
                gate.begin(target)
                # Asked here, not in the worker: it may run Ansible's templating, which belongs to this thread.
                known = target.known_call_state()
                runtime.submit((target, True), partial(read_phone, target, connect, known, force=force))
                under_way += 1
            elif quiet and target.host not in looked_for:
                looked_for.add(target.host)
                runtime.submit((target, False), partial(look_for, target, connect))
                under_way += 1
            else:
                held.append(target)
        waiting.extendleft(reversed(held))
        done = runtime.wait(QUIET) if under_way else []
        quiet = not done
        for (target, is_try), reading in done:
            if isinstance(reading, BaseException):
                raise reading
            under_way -= 1
            if is_try:
                gate.end(target, reading)
            elif reading is None:
                waiting.append(target)
                continue
            readings[target.host] = replace(reading, at=runtime.now())
            if isinstance(reading.error, AuthFailed):
                on_refused(target.host, reading.error)
    return readings


def verify_images(phones: Iterable[PlannedPhone], how: str, runtime: Runtime) -> None:
    """Look at each image once; a phone whose image is missing or wrong becomes `refused`."""
    by_image: dict[str, list[PlannedPhone]] = {}
    hops = {}
    for phone in phones:
        for hop in phone.hops:
            by_image.setdefault(hop.image_url, []).append(phone)
            hops[hop.image_url] = hop
    for url, hop in hops.items():
        runtime.submit(url, partial(verify_image, hop, how))
    left = len(hops)
    while left:
        for url, problem in runtime.wait(1.0):
            left -= 1
            if isinstance(problem, SnomError):
                for phone in by_image[url]:
                    phone.outcome, phone.reason = problem.outcome, problem.reason
            elif isinstance(problem, BaseException):
                raise problem
