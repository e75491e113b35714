# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Straight to a phone by SIP, past any PBX: one request and its answer, over UDP, TCP or TLS (RFC 3261).

A phone may listen to its registrar alone (filter_registrar), may have another port than 5060 (network_id_port), and may
ask for the SIP password of its identity (sip 1.1). What is gained is the answer, which names model and version.

By hand, because it is one transaction without a dialog, and a controller is to need nothing but ansible-core and
requests. What PyPI has is aiosip, whose last release is of 2017, and pyVoIP, which is a whole phone; the bindings of
PJSIP are compiled. Each would be many times as much code as is here, for the same few lines of text.
"""

from __future__ import annotations

import secrets
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Protocol

from .._core.errors import CertificateRejected, InputError, PhoneUnreachable
from .pbx import Delivery, Notify, Registration, host_of_uri, user_of
from .settings import PbxSettings
from .sip_message import LONGEST_HEAD, SipAnswer, authorization, read_answer, write_request
from .stream import tls_context

_T1, _T2, _LONGEST = 0.5, 4.0, 32.0
"""Seconds: the first pause between two sendings over UDP, the longest one, and when to give up (RFC 3261, 17.1.2)."""

_CHUNK = 65536
_NAME = "telephony.snom"


class StraightSip:
    """No PBX at all. It lists nobody, and knows nothing of calls."""

    def __init__(self, settings: PbxSettings, *, now: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._now = now

    def registrations(self) -> tuple[Registration, ...]:
        """There is no list of any, which is no error."""
        return ()

    def calls(self) -> Mapping[str, str]:
        """It knows none."""
        return {}

    def notify(self, registration: Registration, message: Notify) -> Delivery:
        """Send a NOTIFY and wait for the phone's own answer."""
        headers = [("Event", message.event), ("Subscription-State", "terminated")]
        if message.content_type:
            headers.append(("Content-Type", message.content_type))
        return self._ask("NOTIFY", registration, headers, message.body.encode())

    def probe(self, registration: Registration) -> Delivery:
        """Send OPTIONS and wait for the phone's own answer."""
        return self._ask("OPTIONS", registration, [("Accept", "application/sdp")], b"")

    def close(self) -> None:
        """Nothing is kept open."""

    def _ask(self, method: str, registration: Registration, headers: list[tuple[str, str]], body: bytes) -> Delivery:
        host, port = registration.address or host_of_uri(registration.contact) or "", self._settings.port
        line = self._open(host, port)
        try:
            dialog = _Request(method, registration.contact, self._settings.transport, line.own)
            answer = line.ask(*dialog.write(headers, body))
            if answer is not None and answer.status in (401, 407) and self._settings.password:
                username = self._settings.username or user_of(registration.account)
                login = authorization(answer, method, registration.contact, username, self._settings.password)
                if login is not None:
                    # Once: a password that was refused is not sent again.
                    answer = line.ask(*dialog.write([*headers, login], body))
        except ValueError:
            raise InputError("What is known of the phone can't stand in a SIP message. Correct snom_account.") from None
        except OSError as error:
            raise self._nobody(host, port, error) from None
        finally:
            line.close()
        if answer is None:
            return Delivery(status=408, reason="No answer")
        return Delivery(
            status=answer.status,
            reason=answer.reason,
            user_agent=answer.get("user-agent") or answer.get("server"),
            raw=answer.raw,
        )

    def _open(self, host: str, port: int) -> _Line:
        seconds = min(self._settings.timeout, _LONGEST)
        ends = self._now() + seconds
        is_udp = self._settings.transport == "udp"
        try:
            if is_udp:
                return _Datagrams(_udp(host, port), ends, self._now)
            sock: Any = socket.create_connection((host, port), seconds)
        except (OSError, UnicodeError) as error:
            raise self._nobody(host, port, error) from None
        if self._settings.transport == "tls":
            try:
                sock = tls_context(self._settings).wrap_socket(sock, server_hostname=host)
            except (OSError, ValueError) as error:
                sock.close()
                why = getattr(error, "verify_message", None) or "the handshake fails"
                raise CertificateRejected(
                    f"The phone's certificate for SIP is not trusted, or it speaks no TLS at port {port}: {why}. Give "
                    "its CA as ca_path in snom_pbx, or validate_certs: false, by which anybody may pass for the phone."
                ) from None
        return _Connection(sock, ends, self._now)

    def _nobody(self, host: str, port: int, error: Exception) -> PhoneUnreachable:
        why = "no answer in time" if isinstance(error, TimeoutError) else getattr(error, "strerror", None) or "no way"
        return PhoneUnreachable(
            f"{host} takes no SIP over {self._settings.transport.upper()} at port {port}: {why.lower()}. Is the phone "
            "on? Give its SIP port (network_id_port) as port in snom_pbx, and its transport."
        )


class _Request:
    """The requests of one exchange: the same but for their number, and for the login of the second one."""

    def __init__(self, method: str, uri: str, transport: str, own: str) -> None:
        self._method, self._uri, self._transport, self._own = method, uri, transport.upper(), own
        self._tag, self._call_id = secrets.token_hex(8), f"{secrets.token_hex(16)}@{own.rpartition(':')[0]}"
        self._number = 0

    def write(self, headers: list[tuple[str, str]], body: bytes) -> tuple[bytes, str]:
        """The next request, and its branch. Raises ValueError."""
        self._number += 1
        branch = f"z9hG4bK{secrets.token_hex(12)}"
        common = [
            ("Via", f"SIP/2.0/{self._transport} {self._own};branch={branch};rport"),
            ("Max-Forwards", "70"),
            ("From", f"<sip:{_NAME}@{self._own}>;tag={self._tag}"),
            ("To", f"<{self._uri}>"),
            ("Call-ID", self._call_id),
            ("CSeq", f"{self._number} {self._method}"),
            ("Contact", f"<sip:{_NAME}@{self._own};transport={self._transport.lower()}>"),
            ("User-Agent", _NAME),
        ]
        return write_request(self._method, self._uri, [*common, *headers], body), branch


class _Line(Protocol):
    """What leads to a phone until a time. own is its end here, as SIP writes it."""

    own: str

    def ask(self, request: bytes, branch: str) -> SipAnswer | None:
        """The final answer; None if none came in time. Raises OSError."""

    def close(self) -> None:
        """End it."""


class _Datagrams:
    """UDP: a request is sent again until an answer comes, at pauses that double."""

    def __init__(self, sock: socket.socket, ends: float, now: Callable[[], float]) -> None:
        self._sock, self._ends, self._now = sock, ends, now
        self.own = _own(sock)

    def ask(self, request: bytes, branch: str) -> SipAnswer | None:
        pause = _T1
        while (left := self._ends - self._now()) > 0:
            try:
                self._sock.send(request)
                answer = self._answer(branch, self._now() + min(pause, left))
            except OSError:
                if pause == _T1:
                    raise
                # It was there when it got the first one.
                return None
            if answer is not None and answer.status >= 200:
                return answer
            pause = _T2 if answer is not None else min(pause * 2, _T2)
        return None

    def _answer(self, branch: str, until: float) -> SipAnswer | None:
        """The next one of this branch until a time, or a provisional one that came."""
        provisional = None
        while (left := until - self._now()) > 0:
            self._sock.settimeout(left)
            try:
                answer = read_answer(self._sock.recv(_CHUNK))
            except TimeoutError:
                break
            if answer is not None and answer.branch == branch:
                if answer.status >= 200:
                    return answer
                provisional = answer
        return provisional

    def close(self) -> None:
        self._sock.close()


class _Connection:
    """TCP or TLS: a request is sent once. What the phone asks meanwhile is passed over."""

    def __init__(self, sock: Any, ends: float, now: Callable[[], float]) -> None:
        self._sock, self._ends, self._now = sock, ends, now
        self._buffer = b""
        self.own = _own(sock)

    def ask(self, request: bytes, branch: str) -> SipAnswer | None:
        self._wait()
        self._sock.sendall(request)
        try:
            while True:
                answer = read_answer(self._head())
                # The body of what is no answer can't be told from the next one.
                if answer is None or answer.length < 0:
                    return None
                body = self._body(answer.length)
                if answer.branch == branch and answer.status >= 200:
                    return replace(answer, raw=answer.raw + body)
        except (OSError, EOFError):
            return None

    def _head(self) -> bytes:
        self._buffer = self._buffer.lstrip(b"\r\n")
        while (end := self._buffer.find(b"\r\n\r\n")) < 0:
            if len(self._buffer) > LONGEST_HEAD:
                raise EOFError
            self._receive()
            self._buffer = self._buffer.lstrip(b"\r\n")
        head, self._buffer = self._buffer[: end + 4], self._buffer[end + 4 :]
        return head

    def _body(self, length: int) -> bytes:
        """What of a body is kept. The rest is passed over."""
        kept = b""
        while length > len(self._buffer):
            length -= len(self._buffer)
            kept, self._buffer = (kept + self._buffer)[:LONGEST_HEAD], b""
            self._receive()
        kept, self._buffer = (kept + self._buffer[:length])[:LONGEST_HEAD], self._buffer[length:]
        return kept

    def _receive(self) -> None:
        self._wait()
        chunk = self._sock.recv(_CHUNK)
        if not chunk:
            raise EOFError
        self._buffer += chunk

    def _wait(self) -> None:
        left = self._ends - self._now()
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(left)

    def close(self) -> None:
        self._sock.close()


def _udp(host: str, port: int) -> socket.socket:
    """A socket that hears this phone alone. Raises OSError, UnicodeError."""
    family, kind, protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
    sock = socket.socket(family, kind, protocol)
    try:
        sock.connect(address)
    except BaseException:
        sock.close()
        raise
    return sock


def _own(sock: Any) -> str:
    address, port = sock.getsockname()[:2]
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
