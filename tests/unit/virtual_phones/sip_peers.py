# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A registrar and other senders of SIP messages, written out line by line, for the tests of the virtual phones."""

from __future__ import annotations

import hashlib
import re
import socket
from itertools import count
from threading import Thread
from typing import Any

PASSWORD = "phone-secret"
_numbers = count(1)


def header(message: str, name: str) -> str:
    found = re.search(rf"(?im)^{name}:\s*(.*?)\s*$", message)
    return found[1] if found else ""


def status(message: str) -> int:
    return int(message.split(" ")[1])


def md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


def digest(challenge: str, method: str, uri: str, user: str, password: str = PASSWORD) -> str:
    """The value of Authorization for a challenge without qop (RFC 2617)."""
    given = dict(re.findall(r'(\w+)="([^"]*)"', challenge))
    secret, request = md5(f"{user}:{given['realm']}:{password}"), md5(f"{method}:{uri}")
    response = md5(f"{secret}:{given['nonce']}:{request}")
    return (
        f'Digest username="{user}",realm="{given["realm"]}",nonce="{given["nonce"]}",uri="{uri}",response="{response}"'
    )


def notify(phone: dict[str, Any], event: str, *more: str, body: str = "", length: int | None = None) -> str:
    """A request as in the vendor's trace (sip 1.1): no Contact, no Max-Forwards, no Subscription-State."""
    number = next(_numbers)
    lines = [
        f"NOTIFY sip:401@{phone['address']}:{phone['sip']['port']} SIP/2.0",
        f"Via: SIP/2.0/UDP 127.0.0.1:5062;branch=z9hG4bK{number};rport;alias",
        "From: <sip:a@b>;tag=1",
        f"To: <sip:401@{phone['address']}>",
        f"CSeq: {number} NOTIFY",
        f"Call-ID: {number}@b",
        *([f"Event: {event}"] if event else []),
        *more,
    ]
    if body or length is not None:
        lines.append(f"Content-Length: {len(body) if length is None else length}")
    return "\r\n".join([*lines, "", body])


def options(phone: dict[str, Any]) -> str:
    return notify(phone, "").replace("NOTIFY", "OPTIONS")


def _taken(request: str, first: str) -> str:
    copied = [f"{name}: {header(request, name)}" for name in ("Via", "From", "Call-ID", "CSeq")]
    to = f"To: {header(request, 'To').partition(';')[0]};tag=far"
    routes = ["Record-Route: <sip:first;lr>", "Record-Route: <sip:second;lr>"]
    contact = "Contact: <sip:far@127.0.0.1:7>"
    return "\r\n".join([f"SIP/2.0 {first}", *copied, to, *routes, contact, "Content-Length: 0", "", ""])


class Peer:
    """A UDP socket that sends requests."""

    def __init__(self, address: str = "127.0.0.1") -> None:
        self.socket = socket.socket(type=socket.SOCK_DGRAM)
        self.socket.settimeout(60)
        self.socket.bind((address, 0))

    def send(self, phone: dict[str, Any], message: str) -> None:
        self.socket.sendto(message.encode(), (phone["address"], phone["sip"]["port"]))

    def ask(self, phone: dict[str, Any], message: str) -> str:
        self.send(phone, message)
        return self.socket.recv(65536).decode()

    def close(self) -> None:
        self.socket.close()


class Registrar:
    """Asks for a login with Digest, checks it, and keeps what came."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.refuses_calls = False
        self._answers: dict[tuple[str, str], str] = {}
        self.taken: list[str] = []
        """The requests with the right login."""
        self._socket = socket.socket(type=socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            data, source = self._socket.recvfrom(65536)
            if data == b"end":
                return
            if answer := self.answer(data.decode()):
                self._socket.sendto(answer.encode(), source)

    def answer(self, request: str) -> str:
        """The answer to a request; one that is repeated gets the same, and counts once."""
        seen = (header(request, "Call-ID"), header(request, "CSeq"))
        if seen not in self._answers:
            self._answers[seen] = self._first_answer(request)
        return self._answers[seen]

    def _first_answer(self, request: str) -> str:
        """The answer to a REGISTER, or to a request of a call, which it takes as the far end."""
        self.requests.append(request)
        if request.startswith("ACK"):
            return ""
        if not request.startswith("REGISTER"):
            return _taken(request, "404 Not Found" if self.refuses_calls else "200 OK")
        challenge, given = 'realm="pbx.example", nonce="abc"', header(request, "Authorization")
        user = header(request, "To").removeprefix("<sip:").partition("@")[0]
        uri = request.split(" ")[1]
        wanted = digest(challenge, "REGISTER", uri, user)
        right = bool(given) and re.findall(r'response="\w+"', given) == re.findall(r'response="\w+"', wanted)
        if right:
            self.taken.append(request)
        first = "200 OK" if right else "401 Unauthorized"
        copied = [f"{name}: {header(request, name)}" for name in ("Via", "From", "To", "Call-ID", "CSeq")]
        asks = [] if right else [f"WWW-Authenticate: Digest {challenge}"]
        return "\r\n".join([f"SIP/2.0 {first}", *copied, *asks, "Content-Length: 0", "", ""])

    def close(self) -> None:
        host, _colon, port = self.address.partition(":")
        self._socket.sendto(b"end", (host, int(port)))
        self._thread.join()
        self._socket.close()


class TcpRegistrar(Registrar):
    """The same over TCP; one phone at a time."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        super().__init__()
        self.address = f"127.0.0.1:{self._listening.getsockname()[1]}"

    def _serve(self) -> None:
        try:
            connection = self._listening.accept()[0]
        except OSError:
            return
        with connection, connection.makefile("rb") as lines:
            while head := b"".join(iter(lines.readline, b"\r\n")):
                connection.sendall(self.answer(head.decode() + "\r\n").encode())

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._socket.close()
