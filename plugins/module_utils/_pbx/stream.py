# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A line to a PBX that speaks in lines of text, bounded in time and size as a whole."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable
from typing import Any

from .._core.errors import PbxFailed
from .settings import PbxSettings

MAX_ANSWER = 32 * 1024 * 1024
"""Bytes of one answer. 10,000 registrations have about 8 MB."""

_MAX_LINE = 65536
_CHUNK = 65536


class Stream:
    """What comes over one connection, line by line, and what goes there. Raises PbxFailed.

    Each question has its own time; `begin` starts it.
    """

    def __init__(self, settings: PbxSettings, *, sock: Any = None, now: Callable[[], float] = time.monotonic) -> None:
        """sock is a connection that is there already; None to open one."""
        self._settings = settings
        self._now = now
        self._buffer = b""
        self._received = 0
        self._ends = now() + settings.timeout
        self._sock = _open(settings) if sock is None else sock

    def begin(self) -> None:
        """A new question: its answer has the whole time and size."""
        self._ends = self._now() + self._settings.timeout
        self._received = 0

    def send(self, text: str) -> None:
        """Send text. Raises PbxFailed."""
        try:
            self._sock.settimeout(self._left())
            self._sock.sendall(text.encode("utf-8", "surrogatepass"))
        except OSError as error:
            raise self._failed(error) from None

    def line(self) -> str:
        """The next line, without its end. Raises PbxFailed."""
        while (end := self._buffer.find(b"\n")) < 0:
            if len(self._buffer) > _MAX_LINE:
                raise PbxFailed(f"{self._shown} sends a line that never ends. Check host and port.")
            self._receive()
        line, self._buffer = self._buffer[:end], self._buffer[end + 1 :]
        return line.rstrip(b"\r").decode("utf-8", "replace")

    def read(self, length: int) -> bytes:
        """The next bytes, so many. Raises PbxFailed."""
        if not 0 <= length <= MAX_ANSWER:
            raise PbxFailed(f"{self._shown} announces an answer of {length} bytes, which is none that fits.")
        while len(self._buffer) < length:
            self._receive()
        found, self._buffer = self._buffer[:length], self._buffer[length:]
        return found

    def close(self) -> None:
        """End the connection."""
        self._sock.close()

    @property
    def _shown(self) -> str:
        return self._settings.shown

    def _left(self) -> float:
        left = self._ends - self._now()
        if left <= 0:
            raise TimeoutError
        return left

    def _receive(self) -> None:
        try:
            self._sock.settimeout(self._left())
            chunk = self._sock.recv(_CHUNK)
        except OSError as error:
            raise self._failed(error) from None
        if not chunk:
            raise PbxFailed(f"{self._shown} has closed the connection. Check that it allows this controller's address.")
        self._received += len(chunk)
        if self._received > MAX_ANSWER:
            raise PbxFailed(f"{self._shown} answers more than {MAX_ANSWER} bytes.")
        self._buffer += chunk

    def _failed(self, error: OSError) -> PbxFailed:
        return unreachable(self._settings, error)


def unreachable(settings: PbxSettings, error: OSError) -> PbxFailed:
    """The sentence about a PBX that does not answer."""
    if isinstance(error, TimeoutError):
        why = f"no answer within {settings.timeout:g} s"
    elif isinstance(error, ssl.SSLCertVerificationError):
        why = f"its certificate is not trusted ({error.verify_message}). Give its CA as ca_path in snom_pbx"
    elif isinstance(error, ssl.SSLError):
        why = "it does not speak TLS there, or none that is allowed"
    elif isinstance(error, socket.gaierror):
        why = "the name is not known"
    else:
        why = (error.strerror or "the connection failed").lower()
    return PbxFailed(
        f"{settings.shown[0].upper()}{settings.shown[1:]} can't be asked at port {settings.port}: {why}. Check host, "
        "port and tls in snom_pbx, and that the PBX allows this controller."
    )


def _open(settings: PbxSettings) -> Any:
    try:
        sock = socket.create_connection((settings.host, settings.port), settings.timeout)
        if not settings.tls:
            return sock
        try:
            return tls_context(settings).wrap_socket(sock, server_hostname=settings.host)
        except BaseException:
            sock.close()
            raise
    except (OSError, UnicodeError) as error:
        raise unreachable(settings, error if isinstance(error, OSError) else socket.gaierror()) from None


def tls_context(settings: PbxSettings) -> ssl.SSLContext:
    """How a PBX proves who it is. Raises PbxFailed for a CA that can't be read."""
    try:
        context = ssl.create_default_context(cafile=settings.ca_path)
    except OSError:
        raise PbxFailed("ca_path in snom_pbx is no file of certificates that can be read. Correct it.") from None
    if not settings.validate_certs:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
