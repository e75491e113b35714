# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One request to the control of a mirror, and its answer. By the way it shows how far the mirror's clock is off."""

from __future__ import annotations

import base64
import http.client
import os
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from functools import partial
from urllib.parse import urlsplit

from .._core.clock import system_time
from .._core.errors import SnomError
from .._core.outcomes import Outcome
from .._core.timed_response import AtMost, TimedResponse
from .control_settings import OPTION, ControlSettings, wrong

WHOLE_SECONDS = 2.0
"""By how many the clocks may differ without anybody noticing: nginx tells whole ones."""

_LARGEST_HEAD = 1024 * 1024
_LARGEST_CONTENT = 32 * 1024 * 1024


class MirrorFailed(SnomError):
    """The mirror can't be asked, or it says no. Nothing was armed by this."""

    outcome = Outcome.NOT_STARTED


class MirrorAnswerLost(MirrorFailed):
    """A request may have reached the mirror. What was to be armed may be armed: disarm it."""


@dataclass(frozen=True)
class MirrorAnswer:
    """What a mirror answers. Names of headers are lower case."""

    status: int
    headers: Mapping[str, str]
    content: bytes


class MirrorClient:
    """The way to one mirror. Each request has a connection of its own."""

    def __init__(self, settings: ControlSettings) -> None:
        """Raises InputError for a CA that can't be read."""
        self._settings = settings
        self._parts = urlsplit(settings.url)
        self._context = _context(settings) if self._parts.scheme == "https" else None
        login = base64.b64encode(f"{settings.username}:{settings.password}".encode()).decode()
        self._headers = {
            "Host": self._parts.netloc,
            "Authorization": f"Basic {login}",
            "User-Agent": "telephony.snom",
            "Accept": "*/*",
            "Connection": "close",
        }
        self.skew = 0.0
        """Seconds by which the mirror's clock is ahead of the controller's, as far as its answers tell."""
        self.told: datetime | None = None
        """What the mirror's clock showed when it answered last, in whole seconds."""

    @property
    def shown(self) -> str:
        """The mirror as sentences name it."""
        return f"The mirror {self._settings.url}"

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> MirrorAnswer:
        """Ask, and wait for the whole answer, whatever its status. Raises MirrorFailed, and MirrorAnswerLost."""
        deadline = system_time() + self._settings.timeout

        def left() -> float:
            return deadline - system_time()

        sock = self._connect(deadline)
        connection = http.client.HTTPConnection(self._parts.hostname or "")
        connection.sock = sock
        # Typed as a class, but http.client only ever calls it.
        connection.response_class = partial(  # type: ignore[assignment]
            TimedResponse, left=left, took=AtMost(_LARGEST_CONTENT + _LARGEST_HEAD)
        )
        sent_at = system_time()
        try:
            connection.request(method, path, body, {**self._headers, **(headers or {})})
            response = connection.getresponse()
            begun_at = system_time()
            content = response.read(_LARGEST_CONTENT + 1)
        except (OSError, http.client.HTTPException):
            raise MirrorAnswerLost(
                f"{self.shown} gave no whole answer within {self._settings.timeout:g} s. Look at its nginx and the "
                "network."
            ) from None
        finally:
            connection.close()
        if len(content) > _LARGEST_CONTENT:
            raise self.failed("answers with more than 32 MiB")
        found = {name.lower(): value for name, value in response.headers.items()}
        told = http_date(found.get("date"))
        self.told = told or self.told
        if told is not None:
            # It told them at some time between these two. An answer that came late says nothing against what is known.
            least, most = told.timestamp() - begun_at, told.timestamp() - sent_at
            if not least - WHOLE_SECONDS <= self.skew <= most + WHOLE_SECONDS:
                self.skew = (least + most) / 2
        return MirrorAnswer(response.status, found, content)

    def expect(self, answer: MirrorAnswer, *statuses: int) -> None:
        """Raise MirrorFailed unless the answer has one of these statuses."""
        if answer.status in statuses:
            return
        if answer.status == 401:
            raise self.failed(f"refuses the login. Correct username and password in {OPTION}")
        if answer.status == 403:
            raise self.failed("lets this controller do nothing. Add its network to firmware_mirror_control_networks")
        if answer.status in (404, 405):
            raise self.failed("has no such control. Run the role firmware_mirror with firmware_mirror_control: true")
        raise self.failed(f"answers with status {answer.status}. Look at its error.log")

    def failed(self, what: str) -> MirrorFailed:
        """The error that says this of the mirror."""
        return MirrorFailed(f"{self.shown} {what}.")

    def _connect(self, deadline: float) -> socket.socket:
        host = self._parts.hostname or ""
        port = self._parts.port or (443 if self._context else 80)
        try:
            sock = socket.create_connection((host, port), max(deadline - system_time(), 0.001))
        except (OSError, UnicodeError) as error:
            raise self.failed(f"can't be reached: {_why(error)}. Check url in {OPTION}, and that nginx runs") from None
        if self._context is None:
            return sock
        try:
            sock.settimeout(max(deadline - system_time(), 0.001))
            return self._context.wrap_socket(sock, server_hostname=host)
        except ssl.SSLCertVerificationError as error:
            sock.close()
            raise self.failed(
                f"shows a certificate that is not trusted ({error.verify_message}). Give its CA as ca_path in {OPTION}"
            ) from None
        except OSError as error:
            sock.close()
            raise self.failed(f"fails in the TLS handshake: {_why(error)}. Check url in {OPTION}") from None


def http_date(text: str | None) -> datetime | None:
    """The time in a header, or None where it tells none."""
    try:
        date = parsedate_to_datetime(text or "")
        return date if date.tzinfo else date.replace(tzinfo=timezone.utc)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _why(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, (socket.gaierror, UnicodeError)):
        return "its name is not known"
    return (getattr(error, "strerror", None) or "the connection broke").lower()


def _context(settings: ControlSettings) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if not settings.validate_certs:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    try:
        if settings.ca_path is None:
            context.load_default_certs()
        elif os.path.isdir(settings.ca_path):
            context.load_verify_locations(capath=settings.ca_path)
        else:
            context.load_verify_locations(cafile=settings.ca_path)
    except OSError:
        raise wrong("has a ca_path without certificates that can be read", "Give a PEM file, or a folder") from None
    return context
