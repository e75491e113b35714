# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operation of snom_factory_reset: bring a phone back to its factory settings."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import Any

from .._core.clock import system_time
from .._core.errors import AnswerLost, AuthFailed, CertificateRejected, NoEffect, Refused, WrongPhone
from .._core.outcomes import Outcome
from .._known.mac import normalize_mac
from .._phone.commands import Reset
from .._phone.phone import Phone
from .._phone.presence import Watch
from .session import REMOTE_ARGUMENTS, Remote

GONE_WITHIN = 60.0
"""Seconds within which a phone that takes the request goes down [I]."""

BACK_WITHIN = 300.0
"""Seconds after which it is not waited for any more [I]."""

_POLL = 2.0
_OPEN = (
    "It is open to everybody until its provisioning sets a password again: its settings are those of the factory, with "
    "no web login at all."
)

_BY_SIP = (
    "It was told so through its PBX, if it finds itself to have that MAC address. Whether it did it nothing tells. One "
    "that was reset has no account any more, so its registration runs out unless its provisioning gives it one."
)

ARGUMENT_SPEC: dict[str, dict[str, Any]] = REMOTE_ARGUMENTS | {"confirm": {"type": "str", "required": True}}


def reset_phone(
    phone: Phone,
    parameters: dict[str, Any],
    check_mode: bool,
    *,
    now: Callable[[], float] = system_time,
    sleep: Callable[[float], None] = time.sleep,
) -> dict[str, Any]:
    """Reset a phone whose MAC address is confirmed, and watch it go down. Raises SnomError where nothing was sent.

    It forgets everything, its web login too (protocol 8), and calls are cut.
    """
    confirmed = normalize_mac(parameters["confirm"])
    remote = Remote(phone, parameters, check_mode, sleep)
    mac = remote.facts.mac
    if mac is None:
        raise Refused("The phone does not show its MAC address, so it can't be confirmed that it is the right one.")
    if mac != confirmed:
        raise WrongPhone(f"confirm is {confirmed}, but the phone that answers has the MAC address {mac}.")
    command = Reset(remote.facts.firmware)

    def work() -> dict[str, Any]:
        asked_at = now()
        # It may go down before it answers. Whether it does is watched.
        with contextlib.suppress(AnswerLost):
            remote.send(command)
        if not phone.connection.by_web:
            return {"changed": True, "outcome": Outcome.TRIGGERED, "reason": f"{_BY_SIP} {_OPEN}"}
        watch = Watch(phone, now, asked_at, uptime=remote.facts.uptime)
        outcome, reason = _watch(watch, asked_at, now, sleep)
        return {"changed": True, "outcome": outcome, "reason": reason}

    if check_mode:
        remote.send(command)
        result = {"changed": True, "outcome": Outcome.PLANNED, "reason": f"Would be reset. After that: {_OPEN}"}
    else:
        result = remote.attempt(work)
    return result | {"sent": remote.sent}


def _watch(
    watch: Watch, asked_at: float, now: Callable[[], float], sleep: Callable[[float], None]
) -> tuple[Outcome, str]:
    """Outcome and reason. Raises NoEffect if the phone does not go down, LockedOut, CertificateRejected."""
    back = missed = False
    while not back and now() < asked_at + BACK_WITHIN:
        sleep(_POLL)
        try:
            back = watch.poll() is not None and watch.gone
        except AuthFailed:
            # Its provisioning was quick, and set a password. It is not asked again.
            return Outcome.REBOOTED, "It is back, and has got another web login already: its provisioning was quick."
        missed = missed or watch.silent
        if not watch.gone and not watch.silent and watch.rejected is None and now() >= asked_at + GONE_WITHIN:
            if missed and not watch.stayed_up:
                # It may have been quicker than two polls, and shows nothing that tells.
                return Outcome.TRIGGERED, (
                    "It did not answer for a moment, and shows no uptime, so it can't be told whether it was reset. If "
                    f"it was: {_OPEN}"
                )
            raise NoEffect(
                "The phone was asked to reset and does not go down. Check that hidden tags and restricted URI queries "
                "are off, and that it is in administrator mode."
            )
    if back:
        return Outcome.REBOOTED, f"It was seen gone and is back. {_OPEN}"
    if watch.rejected is not None:
        raise CertificateRejected(f"After it was asked to reset: {watch.rejected.reason}")
    return Outcome.TRIGGERED, f"It went down and is not back at this address; it may have got another one. {_OPEN}"
