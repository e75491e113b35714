# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A phone's SIP side, over UDP and TCP: it registers, and answers OPTIONS and NOTIFY (sip 1.1, 1.2).

What a phone does with a check-sync, and with a document that comes by NOTIFY, is told to the phone; this file knows
messages only. sip_dialog.py shows the phone's calls to the registrar.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING

from . import firmware, tls
from .auth import md5
from .sip_dialog import Dialog

if TYPE_CHECKING:
    from .keys import SipKeys
    from .phone import Phone

RETRY = [0.5, 1, 2, 4]  # seconds between retransmissions, as RFC 3261 has them (timer E)
REGISTER_AGAIN = 5.0  # seconds after a registration that failed [invented]
LONGEST_BODY = 100_000  # bytes of a message over TCP; what says that it is longer ends the connection [invented]
_COPIED = ("via", "from", "call-id", "cseq")  # headers that an answer repeats
_REASONS = {200: "OK", 401: "Unauthorized", 403: "Forbidden", 405: "Method Not Allowed", 489: "Bad Event"}

Reply = Callable[[bytes], None]


class Message:
    """A request or an answer. ``first`` is its first line, names of headers are in lower case."""

    def __init__(self, first: str, headers: list[tuple[str, str]], body: str) -> None:
        self.first = first
        self.headers = headers
        self.body = body

    @classmethod
    def parse(cls, data: bytes) -> Message | None:
        """Read a datagram. None for what is no message, and for one whose Content-Length is not true (xml 4.1)."""
        head, _end, body = data.decode("utf-8", "replace").partition("\r\n\r\n")
        first, *lines = head.split("\r\n")
        if not re.search(r"SIP/2\.0", first):
            return None
        pairs = [line.partition(":") for line in lines]
        message = cls(first, [(name.strip().lower(), value.strip()) for name, _colon, value in pairs], body)
        length = message.get("content-length")
        if length and (not length.isdigit() or int(length) != len(body.encode())):
            return None
        return message

    def get(self, name: str) -> str:
        """The first header of this name, or nothing."""
        return next((value for one, value in self.headers if one == name), "")

    @classmethod
    async def read(cls, reader: asyncio.StreamReader) -> Message | None:
        """Read the next message of a connection. None at its end, and for what is no message."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).lstrip(b"\r\n")  # blank lines keep connections alive
            length = re.search(rb"(?im)^content-length\s*:\s*(\d{1,6})\s*$", head)
            size = int(length[1]) if length else 0
            body = await reader.readexactly(size) if size <= LONGEST_BODY else b""
        except (EOFError, OSError, asyncio.LimitOverrunError):
            return None
        return cls.parse(head + body)

    @property
    def method(self) -> str:
        return "" if self.first.startswith("SIP/") else self.first.partition(" ")[0]

    @property
    def status(self) -> int:
        found = re.match(r"SIP/2\.0 (\d{3})", self.first)
        return int(found[1]) if found else 0


class SipEndpoint(asyncio.DatagramProtocol):
    """The sockets of a phone that is up."""

    def __init__(self, phone: Phone, port: int) -> None:
        self._phone = phone
        self.port = port
        """0 until it has started, if any free one will do."""
        self._transport: asyncio.DatagramTransport | None = None
        self._servers: list[asyncio.Server] = []
        self._connection: asyncio.StreamWriter | None = None  # to the registrar
        self._writers: set[asyncio.StreamWriter] = set()
        self._readers: set[asyncio.Task[None]] = set()
        self._waiting: dict[str, asyncio.Future[Message]] = {}  # by branch
        self._registrations: dict[str, asyncio.Task[None]] = {}  # by user
        self._call_id = secrets.token_hex(8)  # the same for each registration until the next boot
        self._dialogs: dict[int, Dialog] = {}  # by the number of the call
        self._number = 0  # of the last REGISTER
        self._nonce = secrets.token_hex(8)
        # A new contact after each boot, so that the old one stays listed until it runs out (sip 5.2).
        self._line = secrets.token_hex(4) if phone.keys.sip and phone.keys.sip.new_contact else ""
        self.answers: dict[tuple[str, str], bytes] = {}  # by Call-ID and CSeq, for retransmissions

    async def start(self) -> None:
        """Open the sockets. One that registers over TCP listens to both. Raises OSError."""
        loop, address = asyncio.get_running_loop(), self._phone.keys.address
        self._transport, _unused = await loop.create_datagram_endpoint(lambda: self, local_addr=(address, self.port))
        self.port = self._transport.get_extra_info("sockname")[1]
        if self._keys.transport == "tcp":
            self._servers.append(await asyncio.start_server(self._serve, address, self.port))
        if self._keys.tls_port:
            context = tls.own_context(self._phone.name, address, None)
            self._servers.append(await asyncio.start_server(self._serve, address, self._keys.tls_port, ssl=context))

    def register(self) -> None:
        """Register each identity, and again before it runs out. Returns at once."""
        for identity in self._phone.identities:
            self.set_registered(identity.user, identity.registered)

    def set_registered(self, user: str, registered: bool) -> None:
        """Register an identity, again if it was, or take its registration back."""
        task = self._registrations.pop(user, None)
        if task:
            task.cancel()
        if registered or task:
            work = self._keep_registered(user) if registered else self._unregister(user)
            self._registrations[user] = asyncio.get_running_loop().create_task(work)

    def show_calls(self) -> None:
        """Tell the registrar of calls that are new, and of those that are over."""
        shown = {leg.number: leg for leg in self._phone.legs if leg.number and (leg.is_caller or not leg.peer.phone)}
        for number in [number for number in self._dialogs if number not in shown]:
            self._dialogs.pop(number).end()
        for number in shown.keys() - self._dialogs.keys():
            self._dialogs[number] = Dialog(self, shown[number])

    async def unregister_all(self) -> None:
        """Take every registration back, as a phone may do that restarts in good order."""
        users = list(self._registrations)
        for user in users:
            self._registrations.pop(user).cancel()
        await asyncio.gather(*(self._exchange(user, 0) for user in users))

    def stop(self) -> None:
        """Vanish, as a phone without power does: nobody is told."""
        for task in (*self._registrations.values(), *self._readers, *(one.task for one in self._dialogs.values())):
            task.cancel()
        self._registrations = {}
        self._dialogs = {}
        if self._transport:
            self._transport.close()
            self._transport = None
        for server in self._servers:
            server.close()
        self._servers = []
        for writer in self._writers:
            writer.transport.abort()
        self._connection = None

    # -- what comes in ------------------------------------------------------------------------------------------------

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        message, transport = Message.parse(data), self._transport
        if message and transport:
            self._received(message, addr, lambda answer: transport.sendto(answer, addr))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read what comes over a connection, whoever opened it, until its end."""
        task, source = asyncio.current_task(), writer.get_extra_info("peername")
        assert task
        self._readers.add(task)
        self._writers.add(writer)
        try:
            while message := await Message.read(reader):
                self._received(message, source, writer.write)
        except asyncio.CancelledError:
            pass  # the phone is gone, and nobody waits for this task
        finally:
            self._readers.discard(task)
            self._writers.discard(writer)
            if writer is self._connection:
                self._connection = None
            writer.close()

    def _received(self, message: Message, source: tuple[str, int], reply: Reply) -> None:
        if not message.method:
            branch = re.search(r"branch=([^;,\s]+)", message.get("via"))
            waiting = self._waiting.get(branch[1]) if branch else None
            if waiting and not waiting.done() and message.status >= 200:
                waiting.set_result(message)
            return
        seen = (message.get("call-id"), message.get("cseq"))
        if seen in self.answers:
            reply(self.answers[seen])
        elif message.method != "ACK" and not self._keys.deaf:
            self._answer(message, source, seen, reply)

    def _answer(self, message: Message, source: tuple[str, int], seen: tuple[str, str], reply: Reply) -> None:
        status: int | None = 405
        extra = ""
        obeys = False
        if message.method in ("INVITE", "BYE"):
            # The far end of a call that another phone shows, or this one itself.
            user = message.get("to").partition("sip:")[2].partition("@")[0]
            status, extra = 200, f"Contact: <{self.contact(user)}>"
            routes = [f"Record-Route: {value}" for name, value in message.headers if name == "record-route"]
            extra = "\r\n".join([extra, *routes])
        elif message.method == "OPTIONS":
            # Whether filter_registrar keeps a probe out is unknown, so it is a key.
            filtered = self._keys.options == "filtered" and not self._let_in(source[0])
            status = self._refusal if filtered else 200
        elif message.method == "NOTIFY":
            status, extra, obeys = self._notified(message, source[0])
        if status is None:
            return
        lines = [f"SIP/2.0 {status} {_REASONS.get(status, 'No')}"]
        lines += [f"{name.title()}: {value}" for name, value in message.headers if name in _COPIED]
        to = message.get("to")
        lines += [f"To: {to}" + ("" if "tag=" in to else f";tag={secrets.token_hex(4)}")]
        lines += [f"User-Agent: {self.user_agent}", *([extra] if extra else []), "Content-Length: 0", "", ""]
        self.answers[seen] = "\r\n".join(lines).encode()
        if len(self.answers) > 100:
            del self.answers[next(iter(self.answers))]
        reply(self.answers[seen])
        if obeys:
            self._obey(message, source[0])

    def _notified(self, message: Message, source: str) -> tuple[int | None, str, bool]:
        """The status for a NOTIFY, a header for it, and whether the phone does what it says."""
        settings, phone = self._phone.settings, self._phone
        event, kind = message.get("event"), message.get("content-type")
        phone.note("notify", (event or kind)[:80])
        if not self._let_in(source, document="snomxml" in kind):
            return self._refusal, "", False
        if phone.legs and self._keys.during_call != "obeyed":
            phone.note("notify_in_call", event[:80])
            return (200 if self._keys.during_call == "ignored" else 486), "", False
        if event.startswith(("check-sync", "reboot")):
            # challenge_reboot is the sibling of the other for restarts; that reboot=true is one, too, is inferred.
            restarts = event.startswith("reboot") or "reboot=true" in event
            asks = settings.on("challenge_reboot") if restarts else settings.on("challenge_checksync")
            if asks and not self._proves(message):
                challenge = f'WWW-Authenticate: Digest realm="{phone.name}",nonce="{self._nonce}",algorithm=MD5'
                return 401, challenge, False
            return 200, "", True
        if "snomxml" in kind:
            # xml_notify exists in older firmware only; off keeps documents out there (xml 4.1).
            taken = settings["xml_notify"] != "off"
            return (200, "", True) if taken else (self._refusal, "", False)
        return 489, "", False

    def _let_in(self, source: str, *, document: bool = False) -> bool:
        """Whether the phone listens to who sends this (sip 1.1, 1.2).

        A document has to come from the registrar or a trusted host, whatever the filter says. Whether a trusted host
        passes the filter is unknown, so it is a key.
        """
        if source == self.registrar[0]:
            return True
        trusted = source in self._phone.settings["mb_trusted_hosts"].split()
        filters = self._phone.settings["filter_registrar"] != "off"
        if document:
            return trusted and (not filters or self._keys.trusted_hosts == "pass_filter")
        return not filters

    @property
    def _refusal(self) -> int | None:
        """What a phone answers whom it does not listen to: unknown (sip 1.1, xml 4.1), so it is a key."""
        return None if self._keys.refuses_with == "nothing" else self._keys.refuses_with

    def _obey(self, message: Message, source: str) -> None:
        if "snomxml" in message.get("content-type"):
            # Which host counts for a document that came by NOTIFY is unknown (xml 3), so it is a key.
            hosts = {self.registrar[0], *self._phone.settings["mb_trusted_hosts"].split()}
            self._phone.run_document(message.body, trusted=self._keys.document_host == "sender" and source in hosts)
        else:
            self._phone.check_sync(message.get("event"))

    def _proves(self, message: Message) -> bool:
        """Whether the sender knows the SIP password of an identity (sip 1.1)."""
        given = dict(re.findall(r'(\w+)="?([^",]+)"?', message.get("authorization")))
        secret = md5(f"{given.get('username')}:{given.get('realm')}:{self._keys.password}")
        request = md5(f"NOTIFY:{given.get('uri')}")
        wanted = md5(f"{secret}:{self._nonce}:{request}")
        return given.get("response") == wanted and given.get("nonce") == self._nonce

    # -- registration -------------------------------------------------------------------------------------------------

    async def _keep_registered(self, user: str) -> None:
        while True:
            done = await self._exchange(user, max(int(self._keys.expires), 1))
            await asyncio.sleep(max(self._keys.expires * 0.8, 0.2) if done else REGISTER_AGAIN)

    async def _unregister(self, user: str) -> None:
        await self._exchange(user, 0)

    async def _exchange(self, user: str, expires: int) -> bool:
        """Register for so many seconds, with the login that the registrar asks for; return whether it took it."""
        try:
            answer = await self.send(self._register_request(user, expires, ""))
            if answer.status in (401, 407):
                answer = await self.send(self._register_request(user, expires, self._authorization(answer, user)))
        except (asyncio.TimeoutError, OSError):
            self._phone.note("sip_refused", f"{user}: no answer")
            return False
        taken = answer.status == 200
        self._phone.note("sip_registered" if taken else "sip_refused", f"{user}: {answer.status}")
        return taken

    def _register_request(self, user: str, expires: int, authorization: str) -> tuple[str, str]:
        """A request, and its branch."""
        host, port = self.registrar
        self._number += 1
        branch = f"z9hG4bK-{secrets.token_hex(8)}"
        lines = [
            f"REGISTER sip:{host}:{port} SIP/2.0",
            f"Via: {self.via};branch={branch};rport",
            f"From: <sip:{user}@{host}>;tag={secrets.token_hex(4)}",
            f"To: <sip:{user}@{host}>",
            f"Call-ID: {self._call_id}-{user}",
            f"CSeq: {self._number} REGISTER",
            "Max-Forwards: 70",
            f"Contact: <{self.contact(user)}>",
            f"User-Agent: {self.user_agent}",
            f"Expires: {expires}",
            *([authorization] if authorization else []),
            "Content-Length: 0",
            "",
            "",
        ]
        return "\r\n".join(lines), branch

    def _authorization(self, challenge: Message, user: str) -> str:
        """The answer to a Digest challenge with MD5, with qop auth or without one."""
        proxy = challenge.status == 407
        header = challenge.get("proxy-authenticate" if proxy else "www-authenticate")
        given = dict(re.findall(r'(\w+)="?([^",]+)"?', header))
        uri, realm, nonce = "sip:{}:{}".format(*self.registrar), given.get("realm", ""), given.get("nonce", "")
        secret, request = md5(f"{user}:{realm}:{self._keys.password}"), md5(f"REGISTER:{uri}")
        parts = f'username="{user}", realm="{realm}", nonce="{nonce}", uri="{uri}", algorithm=MD5'
        if "qop" in given:
            own = secrets.token_hex(4)
            response = md5(f"{secret}:{nonce}:00000001:{own}:auth:{request}")
            parts += f', qop=auth, nc=00000001, cnonce="{own}", response="{response}"'
        else:
            parts += f', response="{md5(f"{secret}:{nonce}:{request}")}"'
        return f"{'Proxy-' if proxy else ''}Authorization: Digest {parts}"

    async def send(self, request: tuple[str, str]) -> Message:
        """Send a request until an answer comes, over TCP only once. Raises asyncio.TimeoutError and OSError."""
        text, branch = request
        waiting: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._waiting[branch] = waiting
        pauses = [sum(RETRY)] if self._keys.transport == "tcp" else RETRY
        try:
            for pause in pauses:
                await self.put(text.encode())
                done, _pending = await asyncio.wait([waiting], timeout=pause)
                if done:
                    return waiting.result()
            raise asyncio.TimeoutError
        finally:
            del self._waiting[branch]

    async def put(self, data: bytes) -> None:
        """Bring a request to the registrar. Raises OSError."""
        if self._keys.transport == "udp":
            if self._transport:
                self._transport.sendto(data, self.registrar)
            return
        if self._connection is None:
            own = (self._phone.keys.address, 0)
            reader, writer = await asyncio.open_connection(*self.registrar, local_addr=own)
            self._connection = writer
            task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
            self._readers.add(task)
        self._connection.write(data)

    # -- who it is ----------------------------------------------------------------------------------------------------

    def note(self, event: str, detail: str) -> None:
        self._phone.note(event, detail)

    def contact(self, user: str) -> str:
        """Where it is reached under the name of that user."""
        line = f";line={self._line}" if self._line else ""
        line += ";transport=tcp" if self._keys.transport == "tcp" else ""
        return f"sip:{user}@{self._phone.keys.address}:{self.port}{line}"

    @property
    def via(self) -> str:
        return f"SIP/2.0/{self._keys.transport.upper()} {self._phone.keys.address}:{self.port}"

    @property
    def user_agent(self) -> str:
        """``snomD862/10.1.226.13``, and the MAC where the setting says so (protocol 4.4)."""
        keys = self._phone.keys
        name = f"snom{firmware.image_model(keys.model)}/{keys.firmware}"
        return f"{name} {keys.mac}" if self._phone.settings.on("mac_info_in_sip_register") else name

    @property
    def _keys(self) -> SipKeys:
        keys = self._phone.keys.sip
        assert keys
        return keys

    @property
    def registrar(self) -> tuple[str, int]:
        host, _colon, port = self._keys.registrar.partition(":")
        return host, int(port or 5060)
