# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Asterisk by its manager interface (AMI), as Asterisk 22 was measured to speak it (sip 5.2)."""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping

from .._core.errors import InputError, PbxFailed
from .pbx import (
    Delivery,
    LoginRefused,
    Notify,
    Registration,
    host_of_uri,
    number_in,
    past_proxies,
    registration_of,
    sendable,
)
from .settings import PbxSettings
from .stream import Stream

_MAX_EVENTS = 200_000
_MAX_LINES = 500
"""Of one event."""
_NOTHING = (
    *("No Contacts found", "No Inbound Registrations", "No channels"),
    *("No endpoints found", "Unable to retrieve endpoint"),
)
"""What AMI calls an error where there is nothing to list."""
_CONTACT, _ENDPOINT = "ContactStatusDetail", "EndpointDetail"
_REACHABLE = {"Reachable": True, "Unreachable": False}
"""What AMI calls the state of a contact that it probes (qualify)."""

Event = dict[str, str]


class Asterisk:
    """One Asterisk with PJSIP. It logs in with the first question."""

    def __init__(
        self,
        settings: PbxSettings,
        *,
        connect: Callable[[PbxSettings], Stream] = Stream,
        now: Callable[[], float] = time.time,
    ) -> None:
        """now gives seconds since the epoch."""
        self._settings = settings
        self._connect = connect
        self._now = now
        self._stream: Stream | None = None

    def registrations(self) -> tuple[Registration, ...]:
        """Ask for the contacts of all accounts."""
        return tuple(
            self._registration(event.get("AOR", ""), event)
            for event in self._list("PJSIPShowRegistrationInboundContactStatuses")
            if event.get("Event") == _CONTACT and event.get("URI")
        )

    def calls(self) -> Mapping[str, str]:
        """Every channel is listed, so an account that is registered and has none is idle."""
        registered = self.registrations()
        found = dict.fromkeys((one.account for one in registered), "idle")
        channels = (event.get("Channel", "").partition("/") for event in self._list("CoreShowChannels"))
        talking = {name.rpartition("-")[0] for technology, _slash, name in channels if technology == "PJSIP"}
        if not talking:
            return found
        accounts: dict[str, set[str]] = defaultdict(set)
        for one in registered:
            accounts[one.endpoint or one.account].add(one.account)
        # A call of an endpoint rings all contacts of its accounts, also those that another one has registered.
        for event in self._list("PJSIPShowEndpoints"):
            accounts[event.get("ObjectName", "")].update(map(str.strip, event.get("Aor", "").split(",")))
        for endpoint in talking:
            found.update(dict.fromkeys(accounts[endpoint] - {""} or {endpoint}, "in_call"))
        return found

    def notify(self, registration: Registration, message: Notify) -> Delivery:
        """Send a NOTIFY. AMI says that it was sent, also for a phone that is off or refused it (sip 5.2).

        To the endpoint where it reaches this contact and no other: then Asterisk answers a 401 with the endpoint's
        outbound_auth. Else to its contact alone. What it reaches is asked now: since the contact was listed, another
        phone may have registered in its place.
        """
        endpoint = registration.endpoint or registration.account
        there = list(self._list("PJSIPShowEndpoint", ("Endpoint", endpoint)))
        target = ("Endpoint", endpoint)
        # With those that the configuration has, and of all its accounts, whoever has registered them.
        if [one.get("URI") for one in there if one.get("Event") == _CONTACT] != [registration.contact]:
            target = ("URI", registration.contact)
            if registration.path or any(one.get("OutboundProxy") for one in there if one.get("Event") == _ENDPOINT):
                raise past_proxies(self._settings.shown, "Leave its endpoint no contact but this one: then it is told.")
        variables = [f"Event={message.event}"]
        if message.content_type:
            variables += [f"Content-Type={message.content_type}", f"Content={_one_line(message.body)}"]
        self._ask(
            self._stream or self._log_in(), "PJSIPNotify", target, *(("Variable", variable) for variable in variables)
        )
        return Delivery()

    def probe(self, registration: Registration) -> Delivery:
        """Asterisk probes by itself (qualify): what it knows from that."""
        found = [one for one in self.registrations() if one.contact == registration.contact]
        reachable = found[0].reachable if found else None
        return Delivery(status={True: 200, False: 408}.get(reachable) if reachable is not None else None)

    def close(self) -> None:
        """Log off."""
        if self._stream is not None:
            stream, self._stream = self._stream, None
            stream.close()

    def _registration(self, account: str, event: Event) -> Registration:
        expires = number_in(event.get("RegExpire", ""))
        return registration_of(
            account,
            event["URI"],
            received=_via(event.get("ViaAddress", ""), event["URI"]),
            # A proxy that the AOR names stands before the phone as well.
            path=event.get("Path") or event.get("OutboundProxy", ""),
            user_agent=event.get("UserAgent", ""),
            expires=None if expires is None else expires - self._now(),
            reachable=_REACHABLE.get(event.get("Status", "")),
            call_id=event.get("CallID", ""),
            endpoint=event.get("EndpointName", ""),
        )

    def _list(self, action: str, *headers: tuple[str, str]) -> Iterator[Event]:
        """The events of an action that lists. Nothing to list is an error for AMI, and none here (sip 5.2)."""
        stream = self._stream or self._log_in()
        reply = self._ask(stream, action, *headers, errors=_NOTHING)
        if reply.get("EventList") != "start":
            return
        for _unused in range(_MAX_EVENTS):
            event = self._event(stream)
            if event.get("EventList") == "Complete":
                return
            yield event
        raise PbxFailed(f"{self._settings.shown} lists without an end.")

    def _log_in(self) -> Stream:
        stream = self._stream = self._connect(self._settings)
        greeting = stream.line()
        if not greeting.startswith("Asterisk Call Manager"):
            self.close()
            raise PbxFailed(f"{self._settings.shown} does not speak AMI at port {self._settings.port}. Correct it.")
        login = (("Username", self._settings.username or ""), ("Secret", self._settings.password or ""))
        try:
            self._ask(stream, "Login", *login, ("Events", "off"))
        except PbxFailed:
            self.close()
            raise
        return stream

    def _ask(self, stream: Stream, action: str, *headers: tuple[str, str], errors: tuple[str, ...] = ()) -> Event:
        """The answer to an action. errors are those that are an answer."""
        stream.begin()
        lines = [f"{name}: {sendable(value)}" for name, value in (("Action", action), *headers)]
        stream.send("\r\n".join([*lines, "", ""]))
        while True:
            reply = self._event(stream)
            if "Response" in reply:
                break
        if reply["Response"] == "Success" or any(one.lower() in reply.get("Message", "").lower() for one in errors):
            return reply
        if action == "Login":
            raise LoginRefused(self._settings.shown)
        if "unknown command" in reply.get("Message", ""):
            raise PbxFailed(
                f"{self._settings.shown} knows no {action}. Load its module chan_pjsip; for PJSIPNotify also "
                "res_pjsip_notify, which needs a file pjsip_notify.conf."
            )
        raise PbxFailed(
            f"{self._settings.shown} refuses {action}: {self._settings.heard(reply.get('Message', ''))}. The manager "
            "user needs the classes system and reporting, for read and write."
        )

    def _event(self, stream: Stream) -> Event:
        """The next block of lines."""
        event: Event = {}
        for _unused in range(_MAX_LINES):
            line = stream.line()
            if not line:
                if event:
                    return event
                continue
            name, _colon, value = line.partition(":")
            event.setdefault(name.strip(), value.strip())
        raise PbxFailed(f"{self._settings.shown} sends an event without an end. Check host and port.")


def _via(address: str, uri: str) -> str:
    """The address in the Via. By its source Asterisk puts the port behind one of IPv6 without brackets."""
    host = host_of_uri(uri) or ""
    with_port = rf"{re.escape(host)}:[0-9]{{1,5}}"
    return host if ":" in host and re.fullmatch(with_port, address, re.IGNORECASE) else address


def _one_line(body: str) -> str:
    """A document as AMI takes it: in one line, and in single quotes, because double ones are lost (sip 5.2)."""
    if '"' in body and "'" in body:
        raise InputError("AMI can't send a document with both kinds of quotes.")
    return body.replace('"', "'").replace("\r", "").replace("\n", "")
