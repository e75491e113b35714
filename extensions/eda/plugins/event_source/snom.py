# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An event source for ansible-rulebook: the action URLs of phones, as typed events.

Whoever reaches it is a stranger. A request counts only if its address is in a network that is given, its path has the
token, and it is a phone of the inventory where there is one. What is read is bounded in size, time and number, and
nothing that a stranger says is logged.
"""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import json
import logging
import os
import re
import ssl
import stat
import sys
import time
from collections import Counter, OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qsl

# ansible-rulebook runs this file alone, and its Python need not know collections.
_ROOT = os.path.abspath(__file__).partition(os.path.join("", "ansible_collections", ""))[0]
if _ROOT not in sys.path:
    sys.path.append(_ROOT)

from ansible_collections.telephony.snom.plugins.module_utils._core.visible import visible_line  # noqa: E402
from ansible_collections.telephony.snom.plugins.module_utils._known.mac_in_text import find_mac  # noqa: E402
from ansible_collections.telephony.snom.plugins.module_utils._known.user_agent import read_user_agent  # noqa: E402

DOCUMENTATION = r"""
---
module: snom
short_description: Take the action URLs of Snom desk phones as events
description:
  - Phones tell what happens to them by GET requests to URLs that their settings name. This event source takes them at
    C(http://ADDRESS:PORT/TOKEN/TYPE?mac=$mac). The page on events in the collection's documentation says which setting
    takes which URL, and what that gives up.
  - An event is C(snom), a mapping of C(type), C(mac), C(host), C(address), C(model), C(version), C(previous_version)
    and C(version_changed), and of C(local) and C(remote) if the URL has them. What is not known is left out, because a
    condition with C(is defined) asks for that. C(meta.hosts) is the host, so that an action is limited to it.
options:
  host:
    description:
      - Address to listen at.
    type: str
    default: 0.0.0.0
  port:
    description:
      - Port to listen at.
    type: int
    default: 5100
  token:
    description:
      - Secret in the path of each URL, of 16 to 128 letters, digits, C(-) and C(_).
    type: str
    required: true
  networks:
    description:
      - Networks that phones are in, such as C(192.0.2.0/24), as a list or as text with commas between.
    type: list
    required: true
  inventory:
    description:
      - A file as C(ansible-inventory --list) writes it. Then only phones count whose C(snom_mac) or address
        (C(ansible_host)) it has, and C(host) is their name there. A host without C(snom_mac) is a phone if it is in the
        group C(phones).
      - It holds all secrets of the inventory in clear, so nobody else should be able to read it.
    type: str
  match_address:
    description:
      - Whether a phone that is known by its MAC address has to come from the address that the inventory gives. Switch
        it off where addresses are translated, or given by DHCP.
    type: bool
    default: true
  certfile:
    description:
      - Certificate, with its chain, to serve HTTPS with.
    type: str
  keyfile:
    description:
      - Its key.
    type: str
  max_connections:
    description:
      - Connections at a time.
    type: int
    default: 256
  max_per_minute:
    description:
      - Events that count within a minute from one address.
    type: int
    default: 60
"""

EXAMPLES = r"""
- name: Phones that lost their registration
  hosts: all
  sources:
    - telephony.snom.snom:
        port: 5100
        token: "{{ SNOM_EVENTS_TOKEN }}"
        networks: [192.0.2.0/24]
        inventory: phones.json
  rules:
    - name: Say so
      condition: event.snom.type == "registration_failed"
      action:
        print_event:
"""

TYPES = (
    "booted",
    "registered",
    "logged_off",
    "registration_failed",
    "incoming",
    "outgoing",
    "connected",
    "disconnected",
    "missed",
)
"""What an event may be. The setting that fires each is in the documentation (protocol 6)."""

PATIENCE = 10.0
"""Seconds that a connection may last."""

LARGEST_HEAD = 8192
LARGEST_INVENTORY = 256 * 1024 * 1024
MOST_REMEMBERED = 20_000
"""Phones and addresses of which something is kept, bytes of an inventory and of a request's head."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,128}")
_LONGEST_VALUE = 200
_logger = logging.getLogger(__name__)


class Refusal(Exception):
    """What a request gets instead of a 200: a status, and in the log a reason of our own words."""

    def __init__(self, status: str, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class Remembered(OrderedDict[str, Any]):
    """A mapping that forgets what was set longest ago."""

    def __setitem__(self, key: str, value: Any) -> None:
        super().__setitem__(key, value)
        self.move_to_end(key)
        if len(self) > MOST_REMEMBERED:
            self.popitem(last=False)


class Source:
    """The options, and what is remembered of phones."""

    def __init__(self, args: Mapping[str, Any]) -> None:
        """Raises ValueError that names the option and the remedy, and shows no token."""
        self.token = str(args.get("token") or "")
        if not _TOKEN.fullmatch(self.token):
            raise ValueError("token: give 16 to 128 letters, digits, - and _, as `openssl rand -hex 16` makes them.")
        self.networks = _networks(args.get("networks"))
        self.by_mac, self.by_address = _phones(args.get("inventory"))
        self.knows_phones = bool(args.get("inventory"))
        self._with_mac = {name for name, _address in self.by_mac.values()}
        self.match_address = str(args.get("match_address", True)).lower() in ("true", "yes", "1", "on")
        self.max_connections = _number(args, "max_connections", 256)
        self.max_per_minute = _number(args, "max_per_minute", 60)
        self.host, self.port = str(args.get("host") or "0.0.0.0"), _number(args, "port", 5100, most=65535)
        self.context = _context(args.get("certfile"), args.get("keyfile"))
        self.connections = 0
        self.refused: Counter[str] = Counter()
        self._versions = Remembered()
        self._heard = Remembered()

    def expects(self, address: str) -> bool:
        """Whether a phone may have this address."""
        return any(_ip(address) in network for network in self.networks)

    def event(self, address: str, head: str) -> dict[str, Any]:
        """What a request says. Raises Refusal."""
        self._count(address)
        first, *lines = head.split("\r\n")
        method, target, *_protocol = [*first.split(" "), "", ""]
        if method != "GET":
            raise Refusal("405 Method Not Allowed", "not a GET")
        path, _mark, query = target.partition("?")
        kind = self._kind(path)
        agent = next((line[11:].strip() for line in lines if line[:11].lower() == "user-agent:"), "")
        phone = read_user_agent(agent)
        values = dict(parse_qsl(query, max_num_fields=10, errors="replace")) if query else {}
        # Where a phone does not know the variable, its name stands there.
        mac = find_mac(values.get("mac", "")[:64]) or (phone.mac if phone else None)
        found = {
            "type": kind,
            "address": address,
            "mac": mac,
            "host": self._host(mac, address),
            "model": phone.model if phone else None,
            **{name: _said(values.get(name)) for name in ("local", "remote")},
            **self._version(kind, mac or address, str(phone.firmware) if phone and phone.firmware else None),
        }
        snom = {name: value for name, value in found.items() if value is not None}
        return {"snom": snom, **({"meta": {"hosts": snom["host"]}} if "host" in snom else {})}

    def _kind(self, path: str) -> str:
        with suppress(ValueError):
            _empty, token, kind = path.split("/")
            # Compared in full, whatever the path is: the time it takes tells nothing of the token.
            if hmac.compare_digest(token.encode(), self.token.encode()) and kind in TYPES:
                return kind
        raise Refusal("404 Not Found", "no such path, or another token")

    def _count(self, address: str) -> None:
        now = time.monotonic()
        since, count = self._heard.get(address, (now, 0))
        since, count = (now, 1) if now - since >= 60 else (since, count + 1)
        self._heard[address] = (since, count)
        if count > self.max_per_minute:
            raise Refusal("429 Too Many Requests", "too many of one address")

    def _host(self, mac: str | None, address: str) -> str | None:
        """The phone's name in the inventory. Raises Refusal where it has none."""
        known = self.by_mac.get(mac or "")
        name, expected = known if known else (self.by_address.get(address), address)
        if known is None and mac and name in self._with_mac:
            raise Refusal("403 Forbidden", "another phone at the address of one of the inventory")
        if self.knows_phones and name is None:
            raise Refusal("403 Forbidden", "no phone of the inventory")
        if self.match_address and expected and expected != address:
            raise Refusal("403 Forbidden", "a phone of the inventory, from another address")
        return name

    def _version(self, kind: str, phone: str, version: str | None) -> dict[str, Any]:
        """The version, and whether the phone booted with another one than it had.

        Whether a phone says first that it has booted or that it is registered is not known, so only the former counts.
        """
        before = self._versions.get(phone)
        if version and (kind == "booted" or before is None):
            self._versions[phone] = version
        if kind != "booted" or not before or not version:
            return {"version": version}
        return {"version": version, "previous_version": before, "version_changed": before != version}


def _ip(text: str) -> Any:
    address = ipaddress.ip_address(text.partition("%")[0])
    return getattr(address, "ipv4_mapped", None) or address


def _said(text: str | None) -> str | None:
    """A value that a phone filled in."""
    if not text or re.fullmatch(r"\$[\w-]+", text):
        return None
    return str(visible_line(text[:_LONGEST_VALUE]))


def _number(args: Mapping[str, Any], name: str, default: int, most: int = 100_000) -> int:
    text = str(args.get(name, default))
    if not re.fullmatch(r"[0-9]{1,6}", text) or not 0 < int(text) <= most:
        raise ValueError(f"{name}: give a number from 1 to {most}.")
    return int(text)


def _networks(value: object) -> list[Any]:
    texts = value.split(",") if isinstance(value, str) else value
    if not isinstance(texts, list) or not texts:
        raise ValueError("networks: list the networks that phones are in, such as [192.0.2.0/24].")
    try:
        return [ipaddress.ip_network(str(text).strip()) for text in texts]
    except ValueError:
        raise ValueError("networks: write each like 192.0.2.0/24 or 2001:db8::/48, without bits of a host.") from None


def _phones(path: object) -> tuple[dict[str, tuple[str, str | None]], dict[str, str]]:
    """Name and address by MAC address, and the name by address. Two phones with one address share none.

    Other hosts are none of them: what a rulebook does to a phone must not be done to a server.
    """
    if not path:
        return {}, {}
    remedy = "Write it with `(umask 077; ansible-inventory --list --output phones.json)`."
    try:
        with open(str(path), encoding="utf-8") as file:
            mode = os.fstat(file.fileno()).st_mode
            text = file.read(LARGEST_INVENTORY + 1)
        found = json.loads(text) if len(text) <= LARGEST_INVENTORY else {}
        hosts, grouped = found["_meta"]["hostvars"], _in_group(found, "phones")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ValueError(f"inventory: {path} can't be read as one. {remedy}") from None
    if not isinstance(hosts, dict) or not all(isinstance(variables, dict) for variables in hosts.values()):
        raise ValueError(f"inventory: {path} holds no hosts. {remedy}")
    if mode & stat.S_IROTH:
        _logger.warning("%s holds secrets in clear, and everybody on this machine may read it: chmod 600 it.", path)
    by_mac: dict[str, tuple[str, str | None]] = {}
    names: dict[str, list[str]] = {}
    for name, variables in hosts.items():
        if not variables.get("snom_mac") and name not in grouped:
            continue
        address = None
        with suppress(ValueError):
            address = str(_ip(str(variables.get("ansible_host", name))))
            names.setdefault(address, []).append(name)
        if mac := find_mac(str(variables.get("snom_mac", ""))):
            by_mac[mac] = (name, address)
    return by_mac, {address: named[0] for address, named in names.items() if len(named) == 1}


def _in_group(inventory: Mapping[str, Any], group: str) -> set[str]:
    """The hosts of a group and of those in it."""
    hosts: set[str] = set()
    todo, seen = [group], set()
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        # A group without hosts and children is left out.
        found = inventory.get(name, {})
        hosts.update(found.get("hosts", ()))
        todo += found.get("children", ())
    return hosts


def _context(certfile: object, keyfile: object) -> ssl.SSLContext | None:
    if not certfile:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(str(certfile), str(keyfile) if keyfile else None)
    except (OSError, ssl.SSLError):
        raise ValueError("certfile, keyfile: they can't be read, or don't belong together.") from None
    return context


async def _serve(source: Source, queue: Any, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One request, and the connection ends."""
    plain = writer
    address = str(_ip(plain.get_extra_info("peername")[0]))
    source.connections += 1
    try:
        if not source.expects(address):
            raise Refusal("", "an address outside of the networks")
        if source.connections > source.max_connections:
            raise Refusal("", "too many connections")
        if source.context:
            reader, writer = await _encrypted(source.context, plain)
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
        event = source.event(address, head.decode("latin-1"))
        await queue.put(event)
        # A document here might be shown; nothing is not (protocol 6).
        await _answer(writer, "200 OK")
    except Refusal as refusal:
        source.refused[refusal.reason] += 1
        # Powers of two: a stranger must not fill the log.
        if (count := source.refused[refusal.reason]) & (count - 1) == 0:
            _logger.warning("Refused %d times: %s. The last one came from %s.", count, refusal.reason, address)
        if refusal.status:
            await _answer(writer, refusal.status)
    except asyncio.LimitOverrunError:
        await _answer(writer, "431 Request Header Fields Too Large")
    except (OSError, EOFError, ValueError, asyncio.TimeoutError):
        # It went away, was too slow, or spoke something else.
        pass
    finally:
        source.connections -= 1
        writer.close()
        # Without it, TLS waits for the other side to say goodbye.
        plain.close()


async def _encrypted(
    context: ssl.SSLContext, writer: asyncio.StreamWriter
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """The connection after its handshake, which no stranger is given. Raises OSError.

    StreamWriter.start_tls is there since Python 3.11 only.
    """
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=LARGEST_HEAD)
    protocol = asyncio.StreamReaderProtocol(reader)
    transport = await loop.start_tls(
        writer.transport, protocol, context, server_side=True, ssl_handshake_timeout=PATIENCE
    )
    if transport is None:
        # It went away meanwhile.
        raise ConnectionAbortedError
    # It was made long before, so nobody else tells the protocol.
    protocol.connection_made(transport)
    return reader, asyncio.StreamWriter(transport, protocol, reader, loop)


async def _answer(writer: asyncio.StreamWriter, status: str) -> None:
    with suppress(OSError, asyncio.TimeoutError):
        writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await asyncio.wait_for(writer.drain(), PATIENCE)


async def main(queue: Any, args: dict[str, Any]) -> None:
    """Serve until it is cancelled. Raises ValueError for options that can't be used, and OSError."""
    source = Source(args)
    server = await asyncio.start_server(
        lambda reader, writer: _serve(source, queue, reader, writer),
        source.host,
        source.port,
        limit=LARGEST_HEAD,
    )
    async with server:
        _logger.info("Listening at %s port %d", source.host, source.port)
        await server.serve_forever()
