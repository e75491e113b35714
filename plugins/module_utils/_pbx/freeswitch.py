# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""FreeSWITCH by its event socket (ESL), written from its documentation and its source; nobody ran it here (sip 5.4).

Two of its commands are never sent: ``flush_inbound_reg`` and ``check_sync`` restart Snom phones, and the latter without
an address all of them (sip 5.4).
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from .._core.errors import InputError, PbxFailed
from .pbx import (
    Delivery,
    LoginRefused,
    Notify,
    Registration,
    account_in,
    contact_place,
    number_in,
    registration_of,
    sendable,
    user_of,
)
from .settings import PbxSettings
from .stream import Stream

_EXPIRES = re.compile(r"EXPSECS\((-?[0-9]{1,9})\)", re.IGNORECASE)
_URI = re.compile(r"sips?:[^<>\s\"]+", re.IGNORECASE)
_REACHABLE = {"reachable": True, "unreachable": False}
_MAX_HEADERS = 100
_CHANNEL = re.compile(r"sofia/[^/]+/(?:sips?:)?([^/]+)")
_PROFILE = re.compile(r"[\w.-]{1,80}")


class FreeSwitch:
    """One FreeSWITCH. It logs in with the first question."""

    def __init__(self, settings: PbxSettings, *, connect: Callable[[PbxSettings], Stream] = Stream) -> None:
        if not _PROFILE.fullmatch(settings.profile):
            raise InputError("snom_pbx has a profile that is none. Give the name of FreeSWITCH's SIP profile.")
        self._settings = settings
        self._connect = connect
        self._stream: Stream | None = None

    def registrations(self) -> tuple[Registration, ...]:
        """Ask for the registrations of the profile."""
        text = self._api(f"sofia xmlstatus profile {self._settings.profile} reg")
        if "<!" in text:
            # It declares nothing of its own, so this is not from it.
            raise self._unreadable()
        try:
            root = ElementTree.fromstring(text)
        except ElementTree.ParseError:
            raise PbxFailed(
                f"{self._settings.shown} lists no registrations of the profile {self._settings.profile}. Correct "
                "profile in snom_pbx."
            ) from None
        return tuple(filter(None, map(_registration, root.iter("registration"))))

    def calls(self) -> Mapping[str, str]:
        """Every channel is listed, so an account that is registered and has none is idle."""
        registered = self.registrations()
        found = dict.fromkeys((one.account for one in registered), "idle")
        # A channel may name another domain than the registration, and one to a phone what its contact has.
        reached: dict[str, set[str]] = defaultdict(set)
        for one in registered:
            user = user_of(account_in(one.contact)).partition(":")[0]
            for key in (user_of(one.account), user, contact_place(one.contact)):
                reached[key].add(one.account)
        try:
            reply = json.loads(self._api("show channels as json"))
            rows = reply.get("rows", [])
            count = str(reply.get("row_count", len(rows) or None))
            if not isinstance(rows, list) or str(len(rows)) != count:
                raise self._unreadable()
            names = [str(row.get(key, "")) for row in rows for key in ("name", "presence_id")]
        except (ValueError, AttributeError, TypeError, RecursionError):
            raise self._unreadable() from None
        for name in filter(None, names):
            channel = _CHANNEL.match(name)
            account = channel[1] if channel else name
            talking = reached.get(user_of(account)) or reached.get(contact_place(f"sip:{account}"), set())
            found.update(dict.fromkeys(talking, "in_call"))
        return found

    def notify(self, registration: Registration, message: Notify) -> Delivery:
        """Send a NOTIFY to one registration, by its Call-ID. FreeSWITCH does not tell what the phone answered.

        It looks up the contact, and sends through the proxies that fs_path names there.
        """
        user, _at, host = registration.account.partition("@")
        headers = {
            "profile": self._settings.profile,
            "event-string": message.event,
            "user": user,
            "host": host or self._settings.host,
            "content-type": message.content_type or "application/simple-message-summary",
        }
        if registration.call_id is None:
            raise PbxFailed(
                f"{self._settings.shown} lists the phone without its Call-ID, so it can't be reached alone."
            )
        headers["call-id"] = registration.call_id
        if message.body:
            headers["content-length"] = str(len(message.body.encode()))
        lines = ["sendevent NOTIFY", *(f"{name}: {sendable(value)}" for name, value in headers.items()), "", ""]
        reply = self._exchange("\n".join(lines) + message.body)
        if not reply.get("reply-text", "").startswith("+OK"):
            raise PbxFailed(f"{self._settings.shown} refuses to send a NOTIFY. Check what its event socket allows.")
        return Delivery()

    def probe(self, registration: Registration) -> Delivery:
        """FreeSWITCH probes by itself (nat-options-ping, all-reg-options-ping): what it knows from that."""
        found = [one for one in self.registrations() if one.call_id == registration.call_id]
        reachable = found[0].reachable if found else None
        return Delivery(status=None if reachable is None else 200 if reachable else 408)

    def close(self) -> None:
        """Log off."""
        if self._stream is not None:
            stream, self._stream = self._stream, None
            stream.close()

    def _api(self, command: str) -> str:
        reply = self._exchange(f"api {command}\n\n")
        body = reply.get("", "")
        if body.startswith("-ERR"):
            raise PbxFailed(f"{self._settings.shown} refuses {command.split()[0]}: {self._settings.heard(body)}")
        return body

    def _exchange(self, text: str) -> dict[str, str]:
        return self._answer(self._stream or self._log_in(), text)

    def _answer(self, stream: Stream, text: str) -> dict[str, str]:
        stream.begin()
        stream.send(text)
        for reply in self._replies(stream):
            if reply.get("content-type") in ("command/reply", "api/response"):
                return reply
        raise self._unreadable()

    def _log_in(self) -> Stream:
        stream = self._stream = self._connect(self._settings)
        try:
            first = next(self._replies(stream), {})
            if first.get("content-type") != "auth/request":
                raise PbxFailed(
                    f"{self._settings.shown} does not speak FreeSWITCH's event socket at port {self._settings.port}, "
                    "or does not allow this controller's address. Correct port, or its acl."
                )
            answer = self._answer(stream, f"auth {sendable(self._settings.password or '')}\n\n")
            if not answer["reply-text"].startswith("+OK"):
                raise LoginRefused(self._settings.shown, "password")
        except (PbxFailed, KeyError) as error:
            self.close()
            raise error if isinstance(error, PbxFailed) else self._unreadable() from None
        return stream

    def _replies(self, stream: Stream) -> Iterator[dict[str, str]]:
        """What comes, one after the other: headers in lower case, and the body under an empty name."""
        while True:
            reply: dict[str, str] = {}
            while len(reply) < _MAX_HEADERS:
                line = stream.line()
                if line:
                    name, _colon, value = line.partition(":")
                    reply[name.strip().lower()] = value.strip()
                elif reply:
                    break
            else:
                raise self._unreadable()
            if announced := reply.get("content-length", ""):
                length = number_in(announced)
                if length is None:
                    raise self._unreadable()
                reply[""] = stream.read(length).decode("utf-8", "replace")
            yield reply

    def _unreadable(self) -> PbxFailed:
        return PbxFailed(f"{self._settings.shown} answers what FreeSWITCH does not. Check host and port in snom_pbx.")


def _registration(item: Element) -> Registration | None:
    def text(name: str) -> str:
        return (item.findtext(name) or "").strip()

    # Before its address a contact may have a name, and that what looks like one.
    uri = _URI.search(text("contact").rpartition("<")[2])
    expires = _EXPIRES.search(text("status"))
    found: dict[str, Any] = {"expires": int(expires[1])} if expires else {}
    # What has expired stays listed until FreeSWITCH's timer runs.
    if uri is None or found.get("expires", 0) < 0:
        return None
    return registration_of(
        text("user"),
        uri[0],
        received=text("network-ip"),
        user_agent=text("agent"),
        reachable=_REACHABLE.get(text("ping-status").lower()),
        call_id=text("call-id"),
        **found,
    )
