# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operation of snom_reboot: restart one phone, with proof that it did."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from .._core.clock import check_seconds, system_time
from .._core.errors import AuthFailed, LockedOut, PhoneUnreachable
from .._core.outcomes import Outcome
from .._phone.call_state import reason_to_wait
from .._phone.commands import SPELLINGS, Restart
from .._phone.connection import CONNECTION_ARGUMENTS
from .._phone.facts import PhoneFacts, check_identity
from .._phone.phone import Phone
from .._phone.presence import Watch
from .settle import settle

POLL = 2.0
"""Seconds between two looks at a phone that restarts."""

ARGUMENT_SPEC: dict[str, dict[str, Any]] = CONNECTION_ARGUMENTS | {
    "only_when_idle": {"type": "bool", "default": True},
    "unknown_call_state": {"type": "str", "choices": ["defer", "proceed"], "default": "defer"},
    "wait": {"type": "bool", "default": True},
    "deadline": {"type": "float", "default": 300.0},
    "call_state": {"type": "str", "choices": ["idle", "in_call", "unknown"], "default": "unknown"},
    "model": {"type": "str"},
}


def reboot_phone(
    phone: Phone,
    parameters: dict[str, Any],
    check_mode: bool,
    *,
    now: Callable[[], float] = system_time,
    sleep: Callable[[float], None] = time.sleep,
) -> dict[str, Any]:
    """Restart one phone and wait until it is back. Raises SnomError where nothing was sent that could restart it."""
    check_seconds(parameters, "deadline", least=0.001)
    facts = phone.look(["system"])
    check_identity(facts, mac=parameters["mac"], model=parameters["model"])
    evidence: dict[str, Any] = {"mac": facts.mac, "uptime_before": facts.uptime}
    if reason := _reason_to_wait(phone, parameters, evidence, known=parameters["call_state"]):
        return _result(Outcome.DEFERRED, reason, 0.0, evidence)
    if check_mode:
        return _result(Outcome.PLANNED, "Would be rebooted.", 0.0, evidence)
    return _Restart(phone, facts, parameters, evidence, now, sleep).run(wait=parameters["wait"])


def _reason_to_wait(
    phone: Phone, parameters: dict[str, Any], evidence: dict[str, Any], *, known: str | None = None
) -> str | None:
    if not parameters["only_when_idle"]:
        return None
    return reason_to_wait(phone, known=known, unknown_call_state=parameters["unknown_call_state"], evidence=evidence)


class _Restart:
    """One restart: ask, watch, and ask in the other spelling once it is proven that nothing happened."""

    def __init__(
        self,
        phone: Phone,
        facts: PhoneFacts,
        parameters: dict[str, Any],
        evidence: dict[str, Any],
        now: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        self._phone = phone
        self._facts = facts
        self._parameters = parameters
        self._started = now()
        self._deadline = self._started + parameters["deadline"]
        # A phone that takes the request is gone within seconds; a third of the time proves that it did not.
        self._patience = parameters["deadline"] / 3
        self._evidence = evidence
        self._now = now
        self._sleep = sleep

    def run(self, *, wait: bool) -> dict[str, Any]:
        watch = self._ask(0)
        if not wait:
            return self._end(Outcome.TRIGGERED, "Was asked to restart; nobody looked whether it did.")
        try:
            return self._follow(watch)
        except (AuthFailed, LockedOut) as error:
            return self._end(error.outcome, f"After it was asked to restart: {error.reason}")

    def _ask(self, spelling: int) -> Watch:
        command = Restart(self._facts.firmware, spelling)
        asked_at = self._now()
        answer = self._phone.command(command).answer
        self._spelling = spelling
        self._evidence.update(request=self._phone.spelled(command), answer=answer)
        return Watch(self._phone, self._now, asked_at, uptime=self._facts.uptime)

    def _follow(self, watch: Watch) -> dict[str, Any]:
        """Watch until it is back or the deadline has passed; ask in the other spelling where that is safe."""
        while True:
            self._sleep(POLL)
            facts = watch.poll()
            if watch.gone:
                self._evidence.setdefault("seen_gone_at", self._now())
            else:
                self._evidence.pop("seen_gone_at", None)
            if facts is not None and (watch.gone or self._is_another(facts)):
                return self._back(facts)
            if self._now() >= self._deadline:
                return self._too_late(watch)
            if self._has_ignored(watch, facts):
                # One that can't be reached right now may have taken the first request after all: it is watched on.
                with suppress(PhoneUnreachable):
                    if reason := self._call_by_now():
                        return self._end(Outcome.DEFERRED, reason, asked=False)
                    watch = self._ask(self._spelling + 1)

    def _has_ignored(self, watch: Watch, facts: PhoneFacts | None) -> bool:
        """Whether it is proven that the phone did nothing, and it may be asked in the other spelling."""
        if self._spelling + 1 == SPELLINGS or self._now() < self._started + self._patience:
            return False
        # Only an uptime proves that it did not restart in between, and only its MAC that it is the same one.
        return not watch.gone and facts is not None and facts.uptime is not None and facts.mac == self._facts.mac

    def _call_by_now(self) -> str | None:
        """Why the phone must be left alone after all; what a host variable said is as old as the first request."""
        if not (reason := _reason_to_wait(self._phone, self._parameters, self._evidence)):
            return None
        told = "" if self._parameters["call_state"] == "unknown" else " What snom_call_state said before is too old."
        return f"By its uptime the first request did nothing, and the other one was not sent. {reason}{told}"

    def _too_late(self, watch: Watch) -> dict[str, Any]:
        if watch.rejected is not None:
            return self._end(watch.rejected.outcome, f"After it was asked to restart: {watch.rejected.reason}")
        if watch.gone or watch.silent:
            return self._end(Outcome.TIMED_OUT, "Gone, and not back by the deadline.")
        return self._end(
            Outcome.BLOCKED,
            "It was never seen gone: it ignores the request. Check that hidden tags and restricted URI queries "
            "are off, and that it is in administrator mode.",
        )

    def _is_another(self, facts: PhoneFacts) -> bool:
        return bool(self._facts.mac and facts.mac and facts.mac != self._facts.mac)

    def _back(self, facts: PhoneFacts) -> dict[str, Any]:
        self._evidence.update(seen_back_at=self._now(), uptime_after=facts.uptime, mac_after=facts.mac)
        if self._is_another(facts):
            return self._end(Outcome.WRONG_PHONE, f"The phone that answers now has the MAC {facts.mac}.")
        return self._end(Outcome.REBOOTED, "It was gone and is back.")

    def _end(self, outcome: Outcome, reason: str, *, asked: bool = True) -> dict[str, Any]:
        """asked: whether it may have restarted for what it was asked."""
        changed = outcome.is_change(asked=asked)
        return _result(outcome, reason, self._now() - self._started, self._evidence, changed=changed)


def _result(
    outcome: Outcome, reason: str, elapsed: float, evidence: dict[str, Any], *, changed: bool = False
) -> dict[str, Any]:
    return settle(outcome, reason, changed=changed, evidence=evidence) | {"elapsed": round(elapsed, 1)}
