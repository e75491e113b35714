# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operation of snom_sync: let one phone fetch its settings without a restart, with proof that it did."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

from .._core.clock import check_seconds, system_time
from .._core.errors import (
    AnswerUnreadable,
    AuthFailed,
    Blocked,
    InputError,
    LockedOut,
    PbxFailed,
    PhoneUnreachable,
    Refused,
    Unsupported,
    UserMode,
    WrongPhone,
    expect,
)
from .._core.outcomes import Outcome
from .._known.check_sync import EVENT, asks_password, obstacle
from .._known.models import find_model
from .._known.setting_values import parse_settings
from .._known.user_agent import read_user_agent
from .._known.version import Version
from .._mirror.begun_load import LONGEST, begun_load
from .._mirror.client import WHOLE_SECONDS, MirrorFailed
from .._mirror.control import MirrorControl
from .._mirror.control_settings import OPTION as MIRROR_OPTION
from .._mirror.control_settings import ControlSettings, parse_control
from .._mirror.own_file import OwnFile, Watched, watch_for_fetch
from .._mirror.probe import LATE, is_noted
from .._mirror.served_log import ServedLog
from .._pbx.calls import OLDEST, state_in
from .._pbx.contacts import contact_of, contact_without_list, numeric
from .._pbx.kinds import open_pbx
from .._pbx.overview import SUBOPTIONS
from .._pbx.pbx import Delivery, Notify, Pbx, Registration
from .._pbx.refusals import refusal
from .._pbx.settings import OPTION as PBX_OPTION
from .._pbx.settings import PbxSettings, parse_pbx
from .._phone.call_reading import UNKNOWN, CallReading
from .._phone.call_state import reason_to_wait
from .._phone.connection import CONNECTION_ARGUMENTS
from .._phone.facts import PhoneFacts, check_identity
from .._phone.readable_phone import ReadablePhone
from .reboot import ARGUMENT_SPEC as REBOOT_ARGUMENTS
from .settle import settle

CONTROL_SUBOPTIONS: dict[str, dict[str, Any]] = {
    "url": {"type": "str", "required": True},
    "username": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "ca_path": {"type": "path"},
    "validate_certs": {"type": "bool"},
    "timeout": {"type": "float"},
}

ARGUMENT_SPEC: dict[str, dict[str, Any]] = (
    CONNECTION_ARGUMENTS
    | {
        "pbx": {"type": "dict", "options": SUBOPTIONS},
        "account": {"type": "str"},
        "mirror_control": {"type": "dict", "options": CONTROL_SUBOPTIONS},
        "settings": {"type": "dict"},
        "generation": {"type": "str"},
        "fetch_timeout": {"type": "float", "default": 60.0},
    }
    | {name: argument for name, argument in REBOOT_ARGUMENTS.items() if name not in ("wait", "deadline")}
)

NEWEST = 1024 * 1024
"""Bytes of each part of a mirror's log that are read for one phone: some 5,000 requests."""

_UNREAD = (PhoneUnreachable, AnswerUnreadable, AuthFailed, LockedOut, Blocked, Unsupported, UserMode)
"""Why a phone does not show its settings. That is the rule for the phones that this is for."""


def sync_phone(
    phone: ReadablePhone,
    parameters: dict[str, Any],
    check_mode: bool,
    *,
    open_one: Callable[[PbxSettings], Pbx] = open_pbx,
    open_mirror: Callable[..., MirrorControl] = MirrorControl,
    is_current: Callable[[ServedLog, ControlSettings], bool] = is_noted,
    now: Callable[[], float] = system_time,
    sleep: Callable[[float], None] = time.sleep,
) -> dict[str, Any]:
    """Send a check-sync and wait until the mirror's log shows that the phone fetched its own file.

    Neither that it was sent nor what the phone answered proves anything (sip 0). Raises SnomError where nothing was
    sent, and PbxFailed where that is not known and the log shows no fetch.
    """
    check_seconds(parameters, "fetch_timeout")
    settings, control = _ways(parameters)
    planned = {one.wire_name: one.value for one in parse_settings(parameters["settings"] or {}, "settings")}
    _refuse(planned, "The inventory sets for this phone", settings)
    sync = _Sync(phone, parameters, settings, now, sleep)
    sync.look()
    mirror = open_mirror(control)
    # That may take its time, and what a PBX says of calls must be young.
    mirror.log.mark()
    lines, moment = list(mirror.log.newest(NEWEST)), mirror.client.told
    pbx = open_one(settings)
    try:
        contact = sync.find(pbx)
        # Who may see what is armed may read the log, too; an empty log looks like none.
        if expect(sync.mac) in mirror.armed():
            raise Refused(
                "The mirror shows this phone a firmware, so it would load that, or loads it already. Wait until the "
                "rollout is done with it."
            )
        # What was shown and withdrawn while the PBX was asked is in what the log has gained.
        sync.check_load([*lines, *mirror.log.read_new()], moment)
        mirror.log.mark()
        if reason := sync.reason_to_wait():
            return sync.result(Outcome.DEFERRED, reason)
        if check_mode:
            return sync.result(Outcome.PLANNED, "Would be asked to fetch its settings.")
        sync.send(pbx, contact, mirror)
    finally:
        pbx.close()
    return sync.wait(mirror, lambda: is_current(open_mirror(control).log, control))


def _ways(parameters: Mapping[str, Any]) -> tuple[PbxSettings, ControlSettings]:
    """Who tells the phone, and who sees what it fetches. Raises InputError where there is none."""
    settings, control = parse_pbx(parameters["pbx"]), parse_control(_given(parameters["mirror_control"]))
    if settings is None:
        raise InputError(f"pbx is missing, so nobody can tell the phone. Give it, or the variable {PBX_OPTION}.")
    if control is None:
        raise InputError(
            f"mirror_control is missing, so nobody could see whether the phone fetches. Give it, or the variable "
            f"{MIRROR_OPTION}: the control of the mirror from which the phone fetches its settings, by the role "
            "firmware_mirror."
        )
    return settings, control


def _given(mapping: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in (mapping or {}).items() if value is not None}


def _refuse(values: Mapping[str, str], whose: str, settings: PbxSettings) -> None:
    """Raise Refused if the phone, with these settings, must not be sent a check-sync, or would not heed it."""
    if reason := obstacle(values):
        raise Refused(f"{whose}: {reason}")
    if asks_password(values) and not settings.answers_challenges:
        raise Refused(
            f"{whose}: challenge_checksync is on, so the phone asks who sends a check-sync for the SIP password of its "
            f"identity, and {settings.shown} does not give it. Switch it off, or let another way tell the phone: "
            "Asterisk with outbound_auth, or kind sip with username and password."
        )


class _Sync:
    """One check-sync: what is known of the phone, and what became of it."""

    def __init__(
        self,
        phone: ReadablePhone,
        parameters: dict[str, Any],
        settings: PbxSettings,
        now: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        self._phone = phone
        self._parameters = parameters
        self._settings = settings
        self._now = now
        self._sleep = sleep
        self._is_read = phone.connection.by_web
        self.mac: str | None = phone.connection.mac
        self._address = numeric(phone.connection.address)
        self._contact: Registration | None = None
        self._pbx_says = CallReading()
        self._versions: set[Version] = set()
        """What it says that it runs, wherever that was read."""
        self._asked_at = 0.0
        self._sent_at: float | None = None
        self._marked: datetime | None = None
        """When the log was marked, in whole seconds by the mirror's clock."""
        self._delivery = Delivery()
        self._failed: PbxFailed | None = None
        """Why it is not known whether the phone was told."""
        self._warnings: list[str] = []
        self._evidence: dict[str, Any] = {"mac": self.mac, "checksync_action": None}

    def look(self) -> None:
        """Read the phone's own settings where it shows them. Raises WrongPhone, Refused."""
        facts = PhoneFacts()
        if self._is_read:
            try:
                facts = self._phone.look(["system", "settings"])
            except _UNREAD:
                self._is_read = False
        check_identity(facts, mac=self.mac if facts.mac else None, model=self._parameters["model"])
        self._know(facts.mac)
        self._versions |= {facts.firmware} if facts.firmware else set()
        if facts.settings is not None:
            self._evidence["checksync_action"] = facts.settings.get("checksync_action", "")
            _refuse(facts.settings, "The phone says", self._settings)

    def find(self, pbx: Pbx) -> Registration:
        """The contact under which it is told, and what the PBX says of its calls. Raises SnomError."""
        account = self._parameters["account"]
        if self._settings.has_registrar:
            listed = pbx.registrations()
            self._asked_at = self._now()
            state = state_in(listed, pbx.calls(), account=account, mac=self.mac, address=self._address)
            if state != UNKNOWN:
                self._pbx_says = CallReading(state, state, None, self._settings.shown)
            contact = contact_of(
                listed, mac=self.mac, account=account, address=self._address, shown=self._settings.shown
            )
        else:
            contact = contact_without_list(self._settings, mac=self.mac, account=account, address=self._address)
            # Whether a phone that listens to its registrar alone answers this is unknown (sip 1.1).
            contact = replace(contact, user_agent=pbx.probe(contact).user_agent)
        self._check(contact.user_agent)
        if self.mac is None:
            raise Refused(
                "The MAC address of this phone is not known, so its file can't be told from others'. Set snom_mac."
            )
        self._contact = contact
        self._evidence |= {"account": contact.account, "contact": contact.contact, "registered": contact.user_agent}
        return contact

    def check_load(self, lines: Iterable[bytes], now: datetime | None) -> None:
        """Raise Refused where it may be loading an image that its mirror has withdrawn already.

        lines are the newest of the mirror's log, as of now by its own clock.
        """
        moment = now or datetime.fromtimestamp(self._now(), timezone.utc)
        if (at := begun_load(lines, expect(self.mac), self._versions, moment)) is not None:
            raise Refused(
                f"By the log of its mirror it fetched a firmware at {at:%Y-%m-%d %H:%M:%S} UTC, and nothing says since "
                "that it runs that, so it may be loading it, or writing its flash. Wait until the rollout is done with "
                f"it: until it says its new version there, or for {LONGEST.total_seconds() / 3600:g} h."
            )

    def reason_to_wait(self) -> str | None:
        """Why it must be left alone now: a setting that it fetches may restart it (sip 1.1)."""
        if not self._parameters["only_when_idle"]:
            return None
        self._check_age()
        try:
            return self._reason_to_wait()
        except (AuthFailed, LockedOut, PhoneUnreachable):
            self._is_read = False
        return self._reason_to_wait()

    def _check_age(self) -> None:
        age = self._now() - self._asked_at
        if self._pbx_says.source and age > OLDEST:
            raise PbxFailed(f"{self._settings.shown} said {age:.0f} s ago who talks. By now a call may have begun.")

    def _reason_to_wait(self) -> str | None:
        return reason_to_wait(
            self._phone,
            known=self._parameters["call_state"],
            unknown_call_state=self._parameters["unknown_call_state"],
            evidence=self._evidence,
            pbx=self._pbx_says,
            is_read=self._is_read,
        )

    def send(self, pbx: Pbx, contact: Registration, mirror: MirrorControl) -> None:
        """Tell the phone, right after the log was marked. Raises SnomError where it was not told.

        A PBX that fails while it does that may have told it all the same.
        """
        mirror.log.mark()
        self._marked = mirror.client.told
        if self._parameters["only_when_idle"]:
            self._check_age()
        self._sent_at = self._now()
        self._evidence |= {"event": EVENT, "sent_at": self._sent_at}
        try:
            self._delivery = pbx.notify(contact, Notify(event=EVENT))
        except PbxFailed as error:
            self._failed = error
        self._evidence |= {"answer": self._delivery.status, "answer_reason": self._delivery.reason}

    def wait(self, mirror: MirrorControl, is_noted: Callable[[], bool]) -> dict[str, Any]:
        """Watch the log until the phone has fetched, or its time is over. is_noted: whether the log has all by then.

        Raises PbxFailed where it has not, and nobody knows whether it was told.
        """
        try:
            self._check(self._delivery.user_agent)
        except WrongPhone as error:
            return self.result(error.outcome, error.reason)
        if said_no := refusal(self._delivery):
            return self.result(*said_no)
        about = datetime.fromtimestamp(int(expect(self._sent_at) + mirror.client.skew - WHOLE_SECONDS), timezone.utc)
        own = OwnFile(
            mac=expect(self.mac),
            since=self._marked or about,
            addresses=frozenset(filter(None, (self._address, expect(self._contact).address))),
            generation=self._parameters["generation"],
        )
        ends = expect(self._sent_at) + self._parameters["fetch_timeout"]
        watched = watch_for_fetch(mirror.log, own, ends, now=self._now, sleep=self._sleep)
        if watched.request is not None and watched.request.time <= own.since and (late := _problem(is_noted)):
            # Of that second a late log may also tell what was before. What is later is certain.
            own = replace(own, since=own.since + timedelta(seconds=1))
            watched = watch_for_fetch(mirror.log, own, ends, now=self._now, sleep=self._sleep)
            if watched.request is None:
                watched = Watched(problem=late)
        elif watched == Watched() and not mirror.log.gap:
            watched = self._look_again(mirror.log, own, is_noted)
        if warning := mirror.clock_warning():
            self._warnings.append(warning)
        request = watched.request
        if request is None:
            reason = self._no_fetch(watched.problem, gap=mirror.log.gap)
            if self._failed is not None:
                raise PbxFailed(f"{self._failed.reason} {reason}")
            return self.result(Outcome.NO_FETCH, reason)
        agent = request.agent
        self._evidence["fetched"] = {
            # The folders may hold a token.
            "file": request.file,
            "status": request.status,
            "time": request.time.timestamp(),
            "address": request.address,
            "firmware": None if agent is None else agent.firmware,
        }
        return self.result(Outcome.SYNCED, f"It was asked, and then fetched {request.file}.")

    def _look_again(self, log: ServedLog, own: OwnFile, is_noted: Callable[[], bool]) -> Watched:
        """What the log shows once it is certain that it has all until now."""
        if problem := _problem(is_noted):
            return Watched(problem=problem)
        return watch_for_fetch(log, own, self._now(), now=self._now, sleep=self._sleep)

    def result(self, outcome: Outcome, reason: str) -> dict[str, Any]:
        """The module's result."""
        elapsed = 0.0 if self._sent_at is None else round(self._now() - self._sent_at, 1)
        warnings = {"warnings": self._warnings} if self._warnings else {}
        return settle(outcome, reason, evidence=self._evidence) | {"elapsed": elapsed} | warnings

    def _no_fetch(self, problem: str | None, *, gap: bool) -> str:
        seconds = f"{self._parameters['fetch_timeout']:g} s"
        if problem is not None:
            return f"Whether it fetched its settings is not known. {problem}"
        if gap:
            return (
                f"The mirror's log shows no fetch of its own settings within {seconds}, but a part of the log may "
                "have been rotated away before it was read. Let logrotate keep it longer, and run again."
            )
        answer = {None: "", 408: " No answer of its own is known."}.get(
            self._delivery.status, f" It answered {self._delivery.status}."
        )
        return (
            f"The mirror's log shows no fetch of its own settings within {seconds}.{answer} Look at its settings "
            "setting_server, update_policy, checksync_action and filter_registrar, at TR-069, at whether it trusts the "
            "mirror's certificate, and at what the PBX logged."
        )

    def _know(self, mac: str | None) -> None:
        self.mac = self.mac or mac
        self._evidence["mac"] = self.mac

    def _check(self, user_agent: str) -> None:
        """Take a User-Agent's word for who it is. Raises WrongPhone where the inventory says another."""
        agent = read_user_agent(user_agent)
        if agent is None:
            return
        if agent.mac is not None and self.mac not in (None, agent.mac):
            raise WrongPhone(
                f"The phone that was reached has the MAC address {agent.mac}, the inventory says {self.mac}. Correct "
                "snom_account, the address or snom_mac of this host."
            )
        self._versions |= {agent.firmware} if agent.firmware else set()
        known = find_model(agent.model or "")
        facts = PhoneFacts(model=known.name if known else None)
        check_identity(facts, mac=None, model=self._parameters["model"])
        self._know(agent.mac)


def _problem(is_noted: Callable[[], bool]) -> str | None:
    """Why it is not certain that the log has all until now; None where it is."""
    try:
        return None if is_noted() else LATE
    except MirrorFailed as error:
        return error.reason
