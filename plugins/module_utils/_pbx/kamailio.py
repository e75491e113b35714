# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Kamailio by its JSON-RPC over HTTP (modules jsonrpcs and xhttp), measured with Kamailio 5.6.3 (sip 5.3)."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from .._core.errors import InputError, PbxFailed
from .._core.paced_http import PacedAdapter
from .deadline import Deadline
from .pbx import (
    Delivery,
    LoginRefused,
    Notify,
    Registration,
    account_in,
    contact_place,
    past_proxies,
    registration_of,
    sendable,
    user_of,
)
from .settings import PbxSettings
from .stream import MAX_ANSWER, unreachable

try:
    import requests

    HAS_REQUESTS = True
except ImportError:
    HAS_REQUESTS = False

_CHUNK = 65536
_LARGEST_HEAD = 1024 * 1024
_NOT_SET = ("[not set]", "")
_WAITS = 35.0
"""Seconds for a phone's own answer: Kamailio gives up after 30 s (sip 5.3)."""
_USER_AGENT = re.compile(r"^User-Agent:[ \t]*([^\r\n]{1,1000})", re.IGNORECASE | re.MULTILINE)
_GONE = ("deleted", "expired")
"""What stands in place of seconds for a contact that is none any more, and stays listed until its timer runs."""
_ENDED = 5
"""The state of a dialog that is over."""


class Kamailio:
    """One Kamailio."""

    def __init__(self, settings: PbxSettings) -> None:
        if not HAS_REQUESTS:
            raise InputError("The Python library requests is missing on the controller: pip install requests.")
        self._settings = settings
        scheme = "https" if settings.tls else "http"
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        self._url = f"{scheme}://{host}:{settings.port}{settings.path}"
        self._session = requests.Session()
        # No proxy, no netrc: this is the voice network.
        self._session.trust_env = False
        self._deadline = Deadline(_LARGEST_HEAD + MAX_ANSWER)
        self._session.mount(f"{scheme}://", PacedAdapter(self._deadline))
        self._session.verify = (settings.ca_path or True) if settings.validate_certs else False
        if settings.username is not None:
            self._session.auth = (settings.username, settings.password or "")

    def registrations(self) -> tuple[Registration, ...]:
        """Ask usrloc for all contacts."""
        answer = self._ask("ul.dump", [])
        return tuple(
            _registration(account, contact)
            for account, contact in _contacts(answer)
            if contact.get("Expires") not in _GONE
        )

    def calls(self) -> Mapping[str, str]:
        """Who stands in a dialog is in a call; who does not is idle only where the user says that all are tracked."""
        try:
            answer = self._ask("dlg.list", [])
        except _RpcError:
            # The module dialog is not loaded.
            return {}
        # Where there is none, it may be nothing of any kind.
        rows = answer if isinstance(answer, list) else [answer] if answer else []
        dialogs = [one for one in rows if isinstance(one, dict) and "state" in one]
        if self._settings.dialogs and len(dialogs) < len(rows):
            raise PbxFailed(f"{self._settings.shown} lists dialogs that can't be read, so it is not known who talks.")
        dialogs = [one for one in dialogs if one["state"] != _ENDED]
        registered = self.registrations() if dialogs or self._settings.dialogs else ()
        talking, all_told = _in_dialogs(dialogs, registered)
        idle = {one.account for one in registered} if self._settings.dialogs and all_told else set()
        return dict.fromkeys(idle, "idle") | dict.fromkeys(talking, "in_call")

    def notify(self, registration: Registration, message: Notify) -> Delivery:
        """Send a NOTIFY and wait for the phone's own answer."""
        # No phone of Snom's needs the second one (sip 1.1), but RFC 6665 has it in each, as Asterisk has.
        headers = f"Event: {message.event}\r\nSubscription-State: terminated\r\n"
        if message.content_type:
            headers += f"Content-Type: {message.content_type}\r\n"
        return self._send("NOTIFY", registration, headers, message.body)

    def probe(self, registration: Registration) -> Delivery:
        """Send OPTIONS and wait for the phone's own answer."""
        return self._send("OPTIONS", registration, "", "")

    def close(self) -> None:
        """End the connection."""
        self._session.close()

    def _send(self, method: str, registration: Registration, headers: str, body: str) -> Delivery:
        if registration.path:
            raise past_proxies(
                self._settings.shown,
                "Tell it another way: over HTTP, without snom_transport: sip, or in snom_sync by kind command.",
            )
        host = registration.account.partition("@")[2] or self._settings.host
        sender = sendable(f"sip:{registration.account.partition('@')[0]}@{host}")
        headers += f"From: <{sender}>\r\nTo: <{sendable(registration.contact)}>\r\n"
        route = sendable(registration.route) if registration.route else "."
        parameters = [method, registration.contact, route, ".", headers, body]
        try:
            # Not t_uac_wait_block: of several at a time each may get the answer of another one's phone (sip 5.3).
            answer = self._ask("tm.t_uac_wait", parameters, seconds=_WAITS)
        except _RpcError as error:
            raise PbxFailed(
                f"{self._settings.shown} can't send to phones: {error.reason} Load its module tm, and allow this "
                "controller tm.t_uac_wait."
            ) from None
        # Code and reason, then the answer's headers; empty fields between, but where it is a refusal.
        code, reason, *more = answer if isinstance(answer, list) and len(answer) > 1 else (None, "")
        if not isinstance(code, int) or not 100 <= code < 700:
            raise PbxFailed(f"{self._settings.shown} does not tell what the phone answered.")
        headers = "\n".join(str(one) for one in more)
        agent = _USER_AGENT.search(headers)
        return Delivery(
            status=code,
            reason=str(reason),
            user_agent=agent[1] if agent else "",
            raw=f"SIP/2.0 {code} {reason}\r\n{headers.strip()}\r\n\r\n".encode(),
        )

    def _ask(self, method: str, parameters: list[str], *, seconds: float | None = None) -> Any:
        timeout = self._settings.timeout if seconds is None else max(seconds, self._settings.timeout)
        request = {"jsonrpc": "2.0", "method": method, "params": parameters, "id": 1}
        self._deadline.begin(timeout)
        try:
            with self._session.post(
                self._url, json=request, timeout=timeout, stream=True, allow_redirects=False
            ) as answer:
                status = answer.status_code
                content = bytearray()
                for chunk in answer.iter_content(_CHUNK):
                    content += chunk
                    if len(content) > MAX_ANSWER:
                        raise PbxFailed(f"{self._settings.shown} answers too much.")
        # A ValueError is that of a chunk that announces less than nothing.
        except (requests.RequestException, OSError, ValueError) as error:
            raise unreachable(self._settings, _cause(error)) from None
        if status in (401, 403):
            raise LoginRefused(self._settings.shown)
        try:
            reply = json.loads(content)
            if not isinstance(reply, dict) or ("result" not in reply and "error" not in reply):
                raise ValueError
        except (ValueError, RecursionError):
            raise PbxFailed(
                f"{self._settings.shown} answers {status} and no JSON-RPC at {self._settings.path}. Correct port and "
                "path in snom_pbx, and load its modules jsonrpcs and xhttp."
            ) from None
        if "error" in reply:
            error_said = reply["error"]
            said = error_said.get("message", "") if isinstance(error_said, dict) else error_said
            raise _RpcError(f"{method}: {self._settings.heard(str(said))}.")
        return reply["result"]


class _RpcError(PbxFailed):
    """Kamailio answers, and does not do what it is asked for."""


def _cause(error: BaseException) -> OSError:
    """What is behind an error of requests, which wraps it several times."""
    while error is not None:
        if isinstance(error, requests.Timeout):
            return TimeoutError()
        inner = error.__cause__ or error.__context__ or getattr(error, "reason", None)
        if inner is None and error.args and isinstance(error.args[0], BaseException):
            inner = error.args[0]
        if isinstance(error, OSError) and not isinstance(error, requests.RequestException):
            return error
        if not isinstance(inner, BaseException):
            break
        error = inner
    return OSError()


def _contacts(answer: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each contact of a dump, with its account. What is not of the form that Kamailio has is left out."""
    for domain in _list(answer, "Domains"):
        for aor in _list(_dict(domain, "Domain"), "AoRs"):
            info = _dict(aor, "Info")
            for contact in _list(info, "Contacts"):
                yield str(info.get("AoR", "")), _dict(contact, "Contact")


def _dict(value: Any, name: str) -> dict[str, Any]:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def _list(value: Any, name: str) -> list[Any]:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, list) else []


def _registration(account: str, contact: dict[str, Any]) -> Registration:
    def text(name: str) -> str:
        value = str(contact.get(name, ""))
        return "" if value in _NOT_SET else value

    # Behind NAT the phone writes another address than the one that it is reached at.
    received = text("Received")
    return registration_of(
        account,
        text("Address"),
        received=received,
        route=received,
        path=text("Path"),
        user_agent=text("User-Agent"),
        expires=contact.get("Expires"),
        call_id=text("Call-ID"),
        instance=text("Instance"),
    )


def _in_dialogs(dialogs: list[dict[str, Any]], registered: Iterable[Registration]) -> tuple[set[str], bool]:
    """The accounts that stand in dialogs, and whether each dialog tells whose phone it concerns.

    A call of a group, to a number of the trunk, or of a caller who hides has no phone's account in From and To, but in
    a contact; that of the callee is there once it has answered (sip 5.3). Until then it may ring anywhere.
    """
    accounts, reached = set(), defaultdict(set)
    for one in registered:
        accounts.add(one.account)
        for key in filter(None, (user_of(one.account), contact_place(one.contact), contact_place(one.route or ""))):
            reached[key].add(one.account)
    talking, all_told = set(), True
    for dialog in dialogs:
        caller, callee = (account_in(str(dialog.get(name) or "")) for name in ("from_uri", "to_uri"))
        for account in filter(None, (caller, callee)):
            talking |= _spellings(account, accounts)
        contacts = [str(_dict(dialog, leg).get("contact") or "") for leg in ("caller", "callee")]
        for contact in contacts:
            talking |= reached.get(user_of(account_in(contact)), set()) | reached.get(contact_place(contact), set())
        all_told &= bool(contacts[1] or _spellings(callee, accounts) & accounts)
    return talking, all_told


def _spellings(account: str, known: Collection[str]) -> set[str]:
    """An account as it is registered: with or without its domain."""
    user, _at, domain = account.partition("@")
    host = domain.rpartition(":")[0] if domain.rpartition(":")[2].isdigit() else domain
    return {one for one in (account, f"{user}@{host}", user) if one in known} or {user}
