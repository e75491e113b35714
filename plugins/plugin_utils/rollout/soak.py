# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The look at a wave's upgraded phones after a while: are they still what they were?"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import (
    AnswerUnreadable,
    CertificateRejected,
    PhoneUnreachable,
    SnomError,
    WrongPhone,
)
from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import Outcome
from ansible_collections.telephony.snom.plugins.module_utils._firmware.order import Ending, pace
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.module_utils._phone.facts import check_identity
from ansible_collections.telephony.snom.plugins.module_utils._phone.readable_phone import ReadablePhone
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.admission import Admission
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.credentials import CredentialsGate, NotTried
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.crew import Crew, Looked, watch_each
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.options import Options
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.planned_phone import PlannedPhone
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.runtime import Connect, Context
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.verdicts import Verdicts


def look_again(phone: PlannedPhone, connect: Connect) -> Ending | SnomError | None:
    """How a phone that was upgraded ends after all; None while nothing has changed."""
    connected = connect(phone.target.connection)
    try:
        return still_on(connected, phone.wanted, phone.facts.mac)
    except SnomError as error:
        return error
    finally:
        connected.close()


class Soak:
    """The look of one run at phones that were upgraded."""

    def __init__(
        self,
        options: Options,
        context: Context,
        *,
        gate: CredentialsGate,
        crew: Crew,
        admission: Admission,
        verdicts: Verdicts,
    ) -> None:
        self._connect = context.connect
        self._now = context.runtime.now
        self._gate = gate
        self._crew = crew
        self._admission = admission
        self._verdicts = verdicts
        self._poll, self._settle = pace(options.flash_time)

    def look(self, phones: Iterable[PlannedPhone]) -> None:
        """Look at each once more. One that is silent is given as long as one that may restart once more."""
        self._gate.expire()
        by_host = {phone.host: phone for phone in phones}
        give_up = self._now() + self._settle

        def seen(host: str, found: Any) -> Looked:
            phone = by_host[host]
            # What can't be read is seen while a web server starts or stops.
            if isinstance(found, (PhoneUnreachable, AnswerUnreadable)) and self._now() < give_up:
                return Looked(took=False, again=self._poll)
            if isinstance(found, PhoneUnreachable):
                self._lost(phone, found)
            elif isinstance(found, SnomError):
                self._verdicts.settle(phone, Ending(found.outcome, f"After the soak: {found.reason}"))
            elif found is not None:
                self._verdicts.settle(phone, found)
            took = not isinstance(found, SnomError) and phone.facts.http_pass_set is True
            return Looked(took=took, refused=self._verdicts.outcome(host) is Outcome.AUTH_FAILED)

        watch_each(
            self._crew,
            self._gate,
            {host: phone.target for host, phone in by_host.items()},
            look=lambda host: partial(look_again, by_host[host], self._connect),
            seen=seen,
            not_tried=lambda host: self._verdicts.remark(
                host, f"It was not looked at again after the soak. {NotTried().reason}"
            ),
        )

    def _lost(self, phone: PlannedPhone, error: PhoneUnreachable) -> None:
        """A phone went away after it was done: perhaps to write its flash once more, so it takes its slots again."""
        until = self._now() + phone.deadline
        outcome, reason = Outcome.TIMED_OUT, f"It does not answer after the soak. {error.reason}"
        if isinstance(error, CertificateRejected):
            outcome, reason = error.outcome, f"After the soak: {error.reason}"
        self._verdicts.settle(phone, Ending(outcome, reason, unsafe_until=until))
        self._admission.hold(phone)


def still_on(phone: ReadablePhone, version: Version, mac: str | None) -> Ending | None:
    """Look again at a phone that was upgraded: None when it still runs the version, else how it failed.

    Raises PhoneUnreachable when it does not answer.
    """
    facts = phone.look(["system"])
    try:
        check_identity(facts, mac=mac, model=None)
    except WrongPhone as error:
        return Ending(Outcome.WRONG_PHONE, error.reason, triggered=True)
    if facts.firmware == version:
        return None
    shown = facts.firmware or "no readable version"
    return Ending(
        Outcome.REVERTED,
        f"It ran {version} after the upgrade and shows {shown} now. Its provisioning may name another version.",
        facts.firmware,
        triggered=True,
    )
