# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The first tests of what nobody has published (xml 12): each sends one thing, and tells what came of it.

What only a person can see is that person's word, which is written down by a run of its own that sends nothing.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import (
    InputError,
    PhoneUnreachable,
    Refused,
    SnomError,
)
from ansible_collections.telephony.snom.plugins.module_utils._known.numbers import EMERGENCY_NUMBERS, calls_for_help
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.module_utils._pbx.contacts import contact_of, contact_without_list
from ansible_collections.telephony.snom.plugins.module_utils._pbx.kinds import open_pbx
from ansible_collections.telephony.snom.plugins.module_utils._pbx.pbx import Notify, Pbx, Registration
from ansible_collections.telephony.snom.plugins.module_utils._pbx.settings import PbxSettings
from ansible_collections.telephony.snom.plugins.module_utils._phone.call_reading import IN_CALL, UNKNOWN, CallSource
from ansible_collections.telephony.snom.plugins.module_utils._phone.call_state import read_call_state
from ansible_collections.telephony.snom.plugins.module_utils._phone.commands import OpenDocument
from ansible_collections.telephony.snom.plugins.module_utils._phone.facts import PhoneFacts
from ansible_collections.telephony.snom.plugins.module_utils._phone.report import (
    Collector,
    fetch_of,
    silent_document,
    takes_silent_documents,
)
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.posting import post_xml
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.web_phone import WebPhone
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.seeing import Subject

TRIALS = ("notify", "minibrowser", "direct", "csta", "document_reboot")

RELOADS = ("notify", "minibrowser")
"""Ways to have a phone run a document that says ``reloadset``, as the event of a capture."""

SAW = ("nothing", "shown", "asked", "acted", "call_went_on", "call_ended")
"""What a person may have seen at the phone."""

AWAY = 60.0
"""Seconds within which a phone that was told to restart is gone."""

BACK = 600.0
"""Seconds that it has to come back."""

_SETTLES = 10.0
_PAUSE = 1.0
_NUMBER = re.compile(r"\+?[0-9*]{1,30}")
_CSTA_PATH = re.compile(r"/[A-Za-z0-9_./-]{1,60}")
# ECMA-323, edition 3: the connections of a device, in answer to one request.
_SNAPSHOT = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<SnapshotDevice xmlns="http://www.ecma-international.org/standards/'
    'ecma-323/csta/ed3"><snapshotObject>{}</snapshotObject></SnapshotDevice>'
)
_CONNECTION = re.compile(
    r"<(?:\w{1,20}:)?localConnectionInfo>\s{0,20}(null|initiated|alerting|connected|hold|queued|fail)\s{0,20}<"
)
_RICH = "calls=$(lines)&state=$(urlencode:$(phone_state))&type=$(set:phone_type)"
"""What a phone fills in if callbacks are evaluated inside of a fetch (xml 5). None of it is about people."""

Wait = Callable[[float], None]


@dataclass
class Tried:
    """What came of it: as data, and in lines for people."""

    found: dict[str, Any]
    lines: list[str]


def rich_document(url: str, token: str) -> str:
    """A silent document with one fetch whose URL holds callbacks."""
    return silent_document(token, fetch_of(f"{url}/rich?{_RICH}"))


def restarting_document(_url: str, token: str) -> str:
    """A silent document that says ``reboot`` and no word behind it: with one it may delete all settings (xml 3)."""
    return silent_document(token, fetch_of("snom://mb_nop#reboot"), ' state="relevant"')


def reloading_document(_url: str, token: str) -> str:
    """A silent document that says ``reloadset``: load the settings, without a restart (xml 3)."""
    return silent_document(token, fetch_of("snom://mb_nop#reloadset"))


def attempt(
    step: str,
    subject: Subject,
    facts: PhoneFacts,
    parameters: Mapping[str, Any],
    *,
    now: Callable[[], float] = time.monotonic,
    sleep: Wait = time.sleep,
) -> Tried:
    """Do one of `TRIALS` at a phone that shows these facts, or have it reload in one of `RELOADS`: ``reload_notify``.

    Raises SnomError before anything is sent that could do something.
    """
    with closing(WebPhone(subject.connection, witnesses=subject.witnesses)) as phone:
        trial = _Trial(subject, parameters, phone, facts, now, sleep)
        return {
            "notify": trial.notify,
            "minibrowser": trial.minibrowser,
            "direct": trial.direct,
            "csta": trial.csta,
            "document_reboot": trial.document_reboot,
            "reload_notify": trial.reload_by_notify,
            "reload_minibrowser": trial.reload_by_minibrowser,
        }[step]()


def require_given(step: str, subject: Subject, parameters: Mapping[str, Any]) -> None:
    """Raise InputError where a step of `attempt` lacks something that is not of the phone, or it is given wrong.

    Raises Refused for an emergency number.

    It is there again when the step is done; here it is said before the phone is asked for anything.
    """
    if step in ("notify", "minibrowser", "document_reboot", "reload_minibrowser"):
        _collector_of(subject, fetched=step != "notify")
    if step in ("notify", "reload_notify"):
        _pbx_of(subject)
    if step == "direct":
        _number_in(parameters)
    if step == "csta":
        _csta_path_in(parameters)


def _collector_of(subject: Subject, *, fetched: bool) -> Collector:
    """Where it reports; fetched: and from where it has to fetch the document."""
    found = subject.collector
    if found is None or (fetched and not found.has_documents):
        raise InputError("This step needs a place to which the phone can report. Set snom_collector, with listen.")
    return found


def _pbx_of(subject: Subject) -> PbxSettings:
    if subject.pbx is None or subject.pbx.kind == "command":
        raise InputError("A NOTIFY needs a PBX that passes a document on. Set snom_pbx to one.")
    return subject.pbx


def _number_in(parameters: Mapping[str, Any]) -> str | None:
    number = parameters["number"]
    if number is None:
        return None
    if not _NUMBER.fullmatch(number):
        raise InputError("number must be one that can be dialed: digits and *, with + in front at most.")
    if calls_for_help(number, EMERGENCY_NUMBERS):
        # An interview has no option that allows it: any other number tells as much.
        raise Refused("number is an emergency number, or one behind a prefix. Give another one. Nothing was sent.")
    return str(number)


def _csta_path_in(parameters: Mapping[str, Any]) -> str:
    path = parameters["csta_path"]
    if path is None:
        raise InputError(
            "Where a phone takes CSTA over HTTP is not public, and nothing is guessed: give csta_path, as your "
            "vendor or its manual has it. Nothing was sent."
        )
    if not _CSTA_PATH.fullmatch(path):
        raise InputError("csta_path must be a path such as /csta, without a query.")
    return str(path)


class _Trial:
    """One step at one phone."""

    def __init__(
        self,
        subject: Subject,
        parameters: Mapping[str, Any],
        phone: WebPhone,
        facts: PhoneFacts,
        now: Callable[[], float],
        sleep: Wait,
    ) -> None:
        self._subject, self._parameters, self._phone, self._facts = subject, parameters, phone, facts
        self._now, self._sleep = now, sleep

    def notify(self) -> Tried:
        """The report document by NOTIFY: first with conditions, then with callbacks inside of its fetch."""
        collector = _collector_of(self._subject, fetched=False)
        settings = _pbx_of(self._subject)
        self._refuse_protected()
        with closing(open_pbx(settings)) as pbx:
            contact = self._contact(pbx)
            self._require_silence(contact.agent.firmware if contact.agent else None)
            answers: list[int | None] = []

            def deliver(_url: str, document: str) -> None:
                self._subject.ear.documents.append(document)
                message = Notify(event="xml", content_type="application/snomxml", body=document)
                delivery = pbx.notify(contact, message)
                answers.append(delivery.status)
                if delivery.raw:
                    self._subject.ear.sip.append((True, delivery.raw))

            found, lines = self._reports(collector, deliver)
        found |= {"asked_by": settings.kind, "answers": answers}
        said = ", ".join("nothing that is known of" if one is None else str(one) for one in answers)
        return Tried(found, [f"The phone answered the NOTIFY: {said}.", *lines])

    def minibrowser(self) -> Tried:
        """The same documents, opened by minibrowser.htm."""
        collector = _collector_of(self._subject, fetched=True)
        self._refuse_protected()
        self._require_silence(None)

        def deliver(url: str, document: str) -> None:
            self._subject.ear.documents.append(document)
            self._phone.command(OpenDocument(url, document))

        found, lines = self._reports(collector, deliver)
        return Tried(found, lines)

    def direct(self) -> Tried:
        """A URL of the phone itself, without any document."""
        number = _number_in(self._parameters)
        # What mb_exit does during a call is not public, whether it dials or not.
        self._require_leave()
        fragment = "" if number is None else f"#numberdial={number}"
        self._phone.command(OpenDocument(f"phone://mb_exit{fragment}", ""))
        found: dict[str, Any] = {"answered": True, "call_seen_by": []}
        if number is None:
            return Tried(found, ["It was taken. Whether anything showed on its display is yours to say."])
        ends = self._now() + _SETTLES
        while not found["call_seen_by"] and self._now() < ends:
            self._sleep(_PAUSE)
            found["call_seen_by"] = [source.value for source in CallSource if self._says_call(source)]
        by = ", ".join(found["call_seen_by"]) or "nobody"
        return Tried(found, [f"A call was seen by: {by}. Hang up if it dials."])

    def csta(self) -> Tried:
        """SnapshotDevice over HTTP, at an address that the person knows."""
        path = _csta_path_in(self._parameters)
        account = self._subject.account or ""
        status, body = post_xml(self._subject.connection, path, _SNAPSHOT.format(escape(account)))
        states = sorted(set(_CONNECTION.findall(body)))
        found = {"status": status, "is_snapshot": "SnapshotDeviceResponse" in body, "connections": states}
        return Tried(found, [f"It answered {status}" + (f", with connections {', '.join(states)}." if states else ".")])

    def document_reboot(self) -> Tried:
        """A document that says ``reboot``: does the phone ask its user, or act?"""
        collector = _collector_of(self._subject, fetched=True)
        self._require_silence(None)
        self._require_leave()
        address = self._subject.address
        times: list[float | None] = []

        def deliver(url: str, document: str) -> None:
            self._subject.ear.documents.append(document)
            times.append(self._now())
            self._phone.command(OpenDocument(url, document))
            # It is watched while it may still fetch the document. The report that is waited for never comes.
            times.append(self._until(lambda: not self._answers(), self._now() + AWAY))
            if times[1] is not None:
                times.append(self._until(self._answers, self._now() + BACK))

        collector.ask(address, deliver, document=restarting_document)
        began, gone, back = [*times, None, None, None][:3]
        found: dict[str, Any] = {"restarted": gone is not None}
        if began is None or gone is None:
            line = "It did not restart within a minute. Did its display ask you? Press cancel, and say so: saw=asked."
            return Tried(found, [line])
        found |= {"gone_after": round(gone - began, 1), "gone_for": None if back is None else round(back - gone, 1)}
        return Tried(found, ["It restarted without asking." if back else "It restarted, and is not back yet."])

    def reload_by_notify(self) -> Tried:
        """A document that says ``reloadset``, by NOTIFY. Whose host has to be trusted then nobody knows (xml 3)."""
        with closing(open_pbx(_pbx_of(self._subject))) as pbx:
            contact = self._contact(pbx)
            self._require_silence(contact.agent.firmware if contact.agent else None)
            self._require_leave()
            document = reloading_document("", secrets.token_urlsafe(16))
            self._subject.ear.documents.append(document)
            began = time.time()
            delivery = pbx.notify(contact, Notify(event="xml", content_type="application/snomxml", body=document))
            if delivery.raw:
                self._subject.ear.sip.append((True, delivery.raw))
        said = "nothing that is known of" if delivery.status is None else str(delivery.status)
        found = {"by": "notify", "sent_at": began, "answer": delivery.status}
        return Tried(found, [f"The phone answered the NOTIFY: {said}."])

    def reload_by_minibrowser(self) -> Tried:
        """The same, fetched from the collector, whose host the phone has to trust (xml 3)."""
        collector = _collector_of(self._subject, fetched=True)
        self._require_silence(None)
        self._require_leave()
        before = len(self._subject.ear.reports)
        began: list[float] = []

        def deliver(url: str, document: str) -> None:
            self._subject.ear.documents.append(document)
            began.append(time.time())
            self._phone.command(OpenDocument(url, document))

        # It reports nothing: the mirror's log tells what it does.
        collector.ask(self._subject.address, deliver, document=reloading_document)
        fetched = len(self._subject.ear.reports) > before
        found = {"by": "minibrowser", "sent_at": began[0] if began else None, "answer": None, "fetched": fetched}
        return Tried(found, ["It fetched the document." if fetched else "It never asked for the document."])

    def _reports(self, collector: Collector, deliver: Callable[[str, str], None]) -> tuple[dict[str, Any], list[str]]:
        report = collector.ask(self._subject.address, deliver)
        before = len(self._subject.ear.reports)
        collector.ask(self._subject.address, deliver, document=rich_document)
        asked = [_target(one) for one in self._subject.ear.reports[before:]]
        rich = next((target for target in asked if "/rich" in target), None)
        fetch = "not reported" if rich is None else "literal" if "$(" in rich or "%24" in rich else "evaluated"
        found = {
            "reported": report is not None,
            "says": None if report is None else report.reading.state,
            "callbacks_in_fetch": fetch,
        }
        said = "nothing" if report is None else report.branch
        return found, [f"It reported: {said}.", f"Callbacks inside of a fetch: {fetch}."]

    def _contact(self, pbx: Pbx) -> Registration:
        subject = self._subject
        settings = _pbx_of(subject)
        mac = subject.connection.mac or self._facts.mac
        if settings.has_registrar:
            return contact_of(
                pbx.registrations(), mac=mac, account=subject.account, address=subject.address, shown=settings.shown
            )
        contact = contact_without_list(settings, mac=mac, account=subject.account, address=subject.address)
        probe = pbx.probe(contact)
        if probe.raw:
            subject.ear.sip.append((True, probe.raw))
        return contact

    def _require_silence(self, firmware: Version | None) -> None:
        """Firmware before silent documents shows each that it gets: then a person has to allow it."""
        known = self._facts.firmware or firmware
        if not takes_silent_documents(known) and not self._parameters["may_show"]:
            raise Refused(
                f"Its firmware ({known or 'unknown'}) is not sure to run a document without showing it, over whatever "
                "its user does. Stand before it, and allow that by may_show=true. Nothing was sent."
            )

    def _refuse_protected(self) -> None:
        """A document may show on the display, and nobody knows what else. Raises Refused."""
        if self._subject.protected:
            raise Refused("snom_protected is true for this phone, so nothing was sent.")

    def _require_leave(self) -> None:
        """Nothing that a phone does is tried on a protected one, nor during a call. Raises Refused."""
        self._refuse_protected()
        said = self._parameters["in_call"]
        state, source = read_call_state(self._phone)
        if state == IN_CALL or said:
            told = f" ({source})" if state == IN_CALL else ", as you say"
            raise Refused(f"The phone is in a call{told}. Nothing was sent.")
        # Only where nobody else knows a person's word is enough.
        if state == UNKNOWN and said is None:
            raise Refused(
                f"Whether the phone is in a call can't be read: {source}. If you stand before it and nobody talks, say "
                "in_call=false. Nothing was sent."
            )

    def _says_call(self, source: CallSource) -> bool:
        try:
            return self._phone.call(source).state == IN_CALL
        except SnomError:
            return False

    def _answers(self) -> bool:
        try:
            self._phone.reach()
        except PhoneUnreachable:
            return False
        return True

    def _until(self, condition: Callable[[], bool], ends: float) -> float | None:
        while self._now() < ends:
            if condition():
                return self._now()
            self._sleep(_PAUSE)
        return None


def _target(request: bytes) -> str:
    words: Iterable[bytes] = request.split(b"\r\n", 1)[0].split(b" ")
    return b" ".join(list(words)[1:-1]).decode("latin-1")
