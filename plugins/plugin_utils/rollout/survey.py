# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read a fleet before anything is planned: every phone once, and every image's place on the mirror."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from threading import Event
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import AuthFailed, SnomError
from ansible_collections.telephony.snom.plugins.module_utils._firmware.image_check import verify_image
from ansible_collections.telephony.snom.plugins.module_utils._firmware.preconditions import (
    only_checked,
    read_model,
    read_settings_too,
)
from ansible_collections.telephony.snom.plugins.module_utils._phone.call_state import read_call_state
from ansible_collections.telephony.snom.plugins.plugin_utils.report.text import count_phones
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.credentials import CredentialsGate, Key, NotTried
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.crew import Crew
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.plan import Plan
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.runtime import MAX_WORKERS, Connect, Context
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.target import Reading, Target

QUIET = 1.0
"""Seconds without an answer, after which phones that still have to wait for their turn are looked for."""


def survey_phone(target: Target, connect: Connect, known_call_state: str | None, *, force: bool = False) -> Reading:
    """Read one phone: its identity, and when it may need work also its call state and settings."""
    phone = connect(target.connection)
    try:
        facts = read_model(phone)
        wanted = target.wanted(facts.model) if facts.model else None
        if facts.firmware is None or target.protected or (facts.firmware == wanted and not force):
            return Reading(facts=facts)
        state, source = read_call_state(phone, known=known_call_state)
        facts = replace(facts, call_state=state, call_state_source=source)
        return Reading(facts=only_checked(read_settings_too(phone, facts, wanted)))
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
    reading = survey_phone(anonymous, connect, known_call_state, force=force)
    return None if isinstance(reading.error, AuthFailed) else reading


def read_fleet(
    targets: Sequence[Target],
    context: Context,
    gate: CredentialsGate,
    *,
    force: bool = False,
    left_alone: Callable[[Target], str | None] = lambda target: None,
    on_refused: Callable[[Target, SnomError], None] = lambda target, error: None,
) -> dict[str, Reading]:
    """Read every phone, many at a time.

    Where the phones that are to try a site's credentials first don't answer, the others are looked for meanwhile, so
    that a site that is dark takes no longer than any other. Where they answer and prove nothing, because they ask for
    no login, the others are read without one.

    The gate knows who refused the credentials in the run which this one resumes. left_alone says why a phone is not
    asked because of earlier runs, or None. on_refused is told at once of those that refuse now.
    """
    survey = _Survey(targets, context, gate, force=force, on_refused=on_refused)
    for target in targets:
        if gate.has_refused(target):
            survey.leave_alone(
                target,
                "It refused its credentials in the interrupted run and is not asked again while that is resumed. "
                "Correct them and run once more afterwards.",
            )
        elif reason := left_alone(target):
            survey.leave_alone(target, reason)
    survey.run()
    return survey.readings


class _Survey:
    """The first reading of a fleet, under way."""

    def __init__(
        self,
        targets: Sequence[Target],
        context: Context,
        gate: CredentialsGate,
        *,
        force: bool,
        on_refused: Callable[[Target, SnomError], None],
    ) -> None:
        self.readings: dict[str, Reading] = {}
        """By host."""
        self._targets = targets
        self._context = context
        self._gate = gate
        self._force = force
        self._on_refused = on_refused
        self._crew = Crew(context, summary=lambda: [f"-- {len(self.readings)} of {count_phones(len(targets))} read"])
        self._waiting: deque[Target] = deque()
        self._looked_for: set[str] = set()
        self._asked_without_login: set[str] = set()
        self._in_doubt: set[Key] = set()
        """Credentials that a phone was read with which did not ask for them."""

    def leave_alone(self, target: Target, reason: str) -> None:
        """Don't ask this phone."""
        self.readings[target.host] = Reading(error=AuthFailed(reason))

    def run(self) -> None:
        """Read all that are not left alone."""
        self._waiting += (target for target in self._targets if target.host not in self.readings)
        self._crew.run(lambda: bool(self._waiting or self._crew.under_way), self._start, self._finish)

    def _start(self) -> float | None:
        held: list[Target] = []
        while self._waiting and self._crew.under_way < MAX_WORKERS:
            target = self._waiting.popleft()
            if self._gate.is_closed(target):
                self.readings[target.host] = Reading(error=NotTried())
            elif self._gate.admits(target):
                self._gate.begin(target)
                self._read(target, survey_phone, is_try=True)
            elif self._gate.key(target) in self._in_doubt and target.host not in self._asked_without_login:
                self._asked_without_login.add(target.host)
                self._looked_for.add(target.host)
                self._read(target, read_without_login, is_try=False)
            elif self._crew.quiet and target.host not in self._looked_for:
                self._looked_for.add(target.host)
                self._crew.submit((target, False), partial(look_for, target, self._context.connect))
            else:
                held.append(target)
        self._waiting.extendleft(reversed(held))
        return QUIET if self._crew.under_way else None

    def _read(self, target: Target, read: Callable[..., Reading | None], *, is_try: bool) -> None:
        # A call state is asked for here, not in a worker: Ansible's templating belongs to this thread.
        known = target.known_call_state()
        self._crew.submit((target, is_try), partial(read, target, self._context.connect, known, force=self._force))

    def _finish(self, key: tuple[Target, bool], reading: Any) -> None:
        target, is_try = key
        if isinstance(reading, SnomError):
            # What they know of is a reading.
            raise reading
        if reading is None:
            self._waiting.append(target)
            return
        if is_try:
            if reading.facts is not None and target.host in self._asked_without_login:
                reading = replace(reading, facts=replace(reading.facts, http_pass_set=True))
            took = reading.facts is not None and reading.facts.http_pass_set is True
            self._gate.end(target, took=took)
            if reading.facts is not None and not took:
                self._in_doubt.add(self._gate.key(target))
        self.readings[target.host] = replace(reading, at=self._context.runtime.now())
        if isinstance(reading.error, AuthFailed):
            self._gate.refuse(target)
            self._on_refused(target, reading.error)


def verify_images(plan: Plan, how: str, context: Context) -> str | None:
    """Look at each image once; a phone whose image is missing or wrong becomes `refused`.

    Once there is a reason why no trigger may be made, it is returned at once: images that nobody looked at must not be
    loaded then.
    """
    by_image: dict[str, list[str]] = {}
    problems: dict[str, SnomError] = {}
    hops = {}
    wanted = Event()
    wanted.set()
    for phone in plan.work:
        for hop in phone.hops:
            by_image.setdefault(hop.image_url, []).append(phone.host)
            hops[hop.image_url] = hop
    left, stopped_by = set(hops), None

    def start() -> float | None:
        nonlocal stopped_by
        stopped_by = context.stop_requested()
        if stopped_by is None:
            return 1.0
        wanted.clear()
        context.notify(f"STOPPED, no new triggers: {stopped_by}")
        return None

    def finish(url: str, problem: SnomError | None) -> None:
        left.remove(url)
        if problem is not None:
            problems.update(dict.fromkeys(by_image[url], problem))

    crew = Crew(context, summary=lambda: [f"-- {len(hops) - len(left)} of {len(hops)} images looked at"])
    for url, hop in hops.items():
        crew.submit(url, partial(verify_image, hop, how, wanted.is_set))
    crew.run(lambda: bool(left) and stopped_by is None, start, finish)
    plan.refuse(problems)
    return stopped_by
