# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import asyncio
import json
import logging
import ssl
from collections.abc import Awaitable, Callable
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from ansible_collections.telephony.snom.tests.virtual_phones.running import free_port
from ansible_collections.telephony.snom.tests.virtual_phones.tls import make_certificate
from hypothesis import given
from hypothesis import strategies as st

FILE = Path(__file__).resolve().parents[3] / "extensions" / "eda" / "plugins" / "event_source" / "snom.py"
# A file without Ansible, as ansible-rulebook loads it by runpy; under ansible-test that finds no file of collections.
_LOADED = ModuleType("snom_event_source")
_LOADED.__file__ = str(FILE)
SourceFileLoader(_LOADED.__name__, str(FILE)).exec_module(_LOADED)
PLUGIN = vars(_LOADED)
Source, Refusal, main = PLUGIN["Source"], PLUGIN["Refusal"], PLUGIN["main"]

TOKEN = "0123456789abcdef"
AGENT = "Mozilla/4.0 (compatible; snomD785-SIP 10.1.54.13 2010.12-00004-g9ba52f5 000413922D24 SXM:0 UXM:0)"
OLD_AGENT = "Mozilla/4.0 (compatible; snom320-SIP 7.3.30 1.1.3-u)"
MAC = "000413922D24"
INVENTORY = {
    "desk": {"ansible_host": "192.0.2.17", "snom_mac": "00:04:13:92:2d:24"},
    "hall": {"ansible_host": "192.0.2.18"},
    "192.0.2.19": {},
    "roaming": {"ansible_host": "desk-9.example", "snom_mac": "000413AABBCC"},
    "twin-a": {"ansible_host": "192.0.2.20"},
    "twin-b": {"ansible_host": "192.0.2.20"},
    "pbx": {"ansible_host": "192.0.2.30"},
}
GROUPS = {
    "all": {"children": ["ungrouped", "phones", "servers"]},
    "phones": {"children": ["floor", "phones"], "hosts": ["hall", "twin-a", "twin-b"]},
    "floor": {"hosts": ["192.0.2.19"]},
    "servers": {"hosts": ["pbx"]},
}


def source(**args: Any) -> Any:
    return Source({"token": TOKEN, "networks": ["192.0.2.0/24"], **args})


@pytest.fixture
def inventory(tmp_path: Path) -> str:
    file = tmp_path / "phones.json"
    file.write_text(json.dumps({"_meta": {"hostvars": INVENTORY}, **GROUPS}))
    file.chmod(0o600)
    return str(file)


def head(target: str, agent: str = AGENT, method: str = "GET") -> str:
    return f"{method} {target} HTTP/1.1\r\nHost: x\r\nUser-Agent: {agent}\r\n\r\n"


def event(
    target: str = f"/{TOKEN}/booted?mac={MAC}", address: str = "192.0.2.17", agent: str = AGENT, **args: Any
) -> Any:
    return source(**args).event(address, head(target, agent))["snom"]


def test_what_a_phone_says_is_typed(inventory: str) -> None:
    found = source(inventory=inventory).event("192.0.2.17", head(f"/{TOKEN}/registration_failed?mac={MAC}"))
    assert found == {
        "snom": {
            "type": "registration_failed",
            "address": "192.0.2.17",
            "mac": MAC,
            "host": "desk",
            "model": "D785",
            "version": "10.1.54.13",
        },
        "meta": {"hosts": "desk"},
    }


@pytest.mark.parametrize(
    ("target", "agent", "mac"),
    [
        ("booted?mac=00:04:13:92:2D:24", OLD_AGENT, MAC),
        ("booted?mac=000413aabbcc", AGENT, "000413AABBCC"),
        ("booted?mac=$mac", AGENT, MAC),
        ("booted?mac=%24mac", AGENT, MAC),
        ("booted?mac=", AGENT, MAC),
        ("booted", AGENT, MAC),
        ("booted?mac=$mac", OLD_AGENT, None),
    ],
)
def test_the_phone_is_known_by_what_it_fills_in_or_else_by_its_name(target: str, agent: str, mac: str | None) -> None:
    assert event(f"/{TOKEN}/{target}", agent=agent).get("mac") == mac


def test_numbers_of_a_call_are_bounded_and_harmless() -> None:
    said = event(f"/{TOKEN}/incoming?local=$local&remote=%1b[2J{'x' * 300}")
    assert "local" not in said and said["remote"].startswith("\\x1b[2Jxx") and len(said["remote"]) < 210


def test_a_boot_with_another_version_is_told_whatever_comes_first() -> None:
    phones = source()
    new = AGENT.replace("10.1.54.13", "10.1.99.1")

    def says(kind: str, agent: str) -> Any:
        return phones.event("192.0.2.17", head(f"/{TOKEN}/{kind}", agent))["snom"]

    assert "version_changed" not in says("booted", AGENT)
    assert says("booted", AGENT)["version_changed"] is False
    says("registered", new)
    booted = says("booted", new)
    assert (booted["version_changed"], booted["previous_version"], booted["version"]) == (
        True,
        "10.1.54.13",
        "10.1.99.1",
    )
    assert says("booted", new)["version_changed"] is False


@pytest.mark.parametrize(
    ("target", "status"),
    [
        (f"/{TOKEN}/nothing", "404"),
        (f"/{TOKEN}", "404"),
        (f"/{TOKEN}/booted/more", "404"),
        (f"/{TOKEN[:-1]}/booted", "404"),
        (f"/{TOKEN}x/booted", "404"),
        ("/\xff\xfe/booted", "404"),
        ("", "404"),
        ("//booted", "404"),
    ],
)
def test_another_path_is_none(target: str, status: str) -> None:
    with pytest.raises(Refusal) as raised:
        event(target)
    assert raised.value.status.startswith(status) and TOKEN not in str(raised.value)


def test_another_method_is_refused() -> None:
    with pytest.raises(Refusal, match="not a GET"):
        source().event("192.0.2.17", head(f"/{TOKEN}/booted", method="POST"))


@pytest.mark.parametrize(
    ("mac", "address", "host"),
    [
        (MAC, "192.0.2.17", "desk"),
        ("", "192.0.2.18", "hall"),
        ("000413111111", "192.0.2.18", "hall"),
        ("", "192.0.2.19", "192.0.2.19"),
        ("000413AABBCC", "192.0.2.99", "roaming"),
        # Without a MAC address the address alone tells.
        ("", "192.0.2.17", "desk"),
    ],
)
def test_hosts_by_mac_and_by_address(mac: str, address: str, host: str, inventory: str) -> None:
    assert event(f"/{TOKEN}/booted?mac={mac}", address, OLD_AGENT, inventory=inventory)["host"] == host


@pytest.mark.parametrize(
    ("mac", "address", "says"),
    [
        ("000413111111", "192.0.2.99", "no phone of the inventory"),
        ("", "192.0.2.20", "no phone of the inventory"),
        # A server is a host of the inventory, too.
        ("", "192.0.2.30", "no phone of the inventory"),
        ("000413111111", "192.0.2.30", "no phone of the inventory"),
        (MAC, "192.0.2.18", "from another address"),
        ("000413111111", "192.0.2.17", "another phone at the address"),
    ],
)
def test_who_is_no_phone_of_the_inventory_does_not_count(mac: str, address: str, says: str, inventory: str) -> None:
    with pytest.raises(Refusal, match=says):
        event(f"/{TOKEN}/booted?mac={mac}", address, OLD_AGENT, inventory=inventory)


def test_addresses_may_differ_where_that_is_said(inventory: str) -> None:
    target = f"/{TOKEN}/booted?mac={MAC}"
    assert event(target, "192.0.2.99", inventory=inventory, match_address="false")["host"] == "desk"


@pytest.mark.parametrize("groups", [{"phones": ["hall"]}, {"phones": {"hosts": 1}}, {"phones": {"hosts": [["hall"]]}}])
def test_groups_that_are_none_are_named(groups: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "phones.json"
    file.write_text(json.dumps({"_meta": {"hostvars": INVENTORY}, **groups}))
    with pytest.raises(ValueError, match="can't be read as one"):
        source(inventory=str(file))


@pytest.mark.parametrize(("mode", "warned"), [(0o600, False), (0o640, False), (0o644, True)])
def test_an_inventory_that_everybody_may_read_is_told_of(
    mode: int, warned: bool, inventory: str, caplog: pytest.LogCaptureFixture
) -> None:
    Path(inventory).chmod(mode)
    source(inventory=inventory)
    assert ("holds secrets in clear, and everybody on this machine may read it" in caplog.text) is warned


def test_too_many_of_one_address_hold_up_no_other() -> None:
    phones = source(max_per_minute=2)
    request = head(f"/{TOKEN}/booted")
    for _number in range(2):
        phones.event("192.0.2.17", request)
    with pytest.raises(Refusal, match="too many"):
        phones.event("192.0.2.17", request)
    assert phones.event("192.0.2.18", request)


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PLUGIN["Remembered"].__setitem__.__globals__, "MOST_REMEMBERED", 10)
    phones = source(networks="192.0.2.0/24, 2001:db8::/32")
    for number in range(30):
        phones.event(f"192.0.2.{number}", head(f"/{TOKEN}/booted?mac=0004130000{number:02}"))
    assert (len(phones._heard), len(phones._versions)) == (10, 10)


@pytest.mark.parametrize(
    ("args", "says"),
    [
        ({"token": None}, "token: give 16"),
        ({"token": "short"}, "token: give 16"),
        ({"token": "0123456789abcde/"}, "token: give 16"),
        ({"networks": None}, "networks: list"),
        ({"networks": []}, "networks: list"),
        ({"networks": ["192.0.2.1/24"]}, "networks: write"),
        ({"inventory": "/nowhere"}, "inventory: /nowhere can't be read"),
        ({"inventory": str(FILE)}, "can't be read as one"),
        ({"port": 0}, "port: give a number from 1 to 65535"),
        ({"port": "http"}, "port: give"),
        ({"max_connections": -1}, "max_connections"),
        ({"certfile": str(FILE)}, "certfile, keyfile"),
    ],
)
def test_options_that_cannot_be_used_are_named(args: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says) as raised:
        source(**args)
    assert TOKEN not in str(raised.value) and "short" not in str(raised.value)


@given(st.text(st.characters(codec="latin-1"), max_size=300))
def test_whatever_is_sent_is_an_event_or_refused(text: str) -> None:
    """A ValueError ends the connection."""
    phones = source()
    try:
        found = phones.event("192.0.2.17", text + "\r\n\r\n")
    except (Refusal, ValueError):
        return
    assert found["snom"]["type"] in PLUGIN["TYPES"]


def serving(work: Callable[[int, asyncio.Queue[Any]], Awaitable[None]], **args: Any) -> None:
    """Do the work while the source serves, given its port and its queue."""

    async def both() -> None:
        queue: asyncio.Queue[Any] = asyncio.Queue()
        ready = asyncio.Event()

        class Ready(logging.Handler):
            def emit(self, record: logging.LogRecord) -> None:
                if record.msg.startswith("Listening"):
                    ready.set()

        logger = PLUGIN["_logger"]
        handler = Ready()
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
        with_port = {"token": TOKEN, "networks": ["127.0.0.1/32"], "host": "127.0.0.1", "port": free_port(), **args}
        server = asyncio.create_task(main(queue, with_port))
        try:
            await asyncio.wait_for(ready.wait(), 30)
            await asyncio.wait_for(work(with_port["port"], queue), 60)
        finally:
            logger.removeHandler(handler)
            server.cancel()
            await asyncio.gather(server, return_exceptions=True)

    asyncio.run(both())


async def ask(port: int, sent: bytes, **more: Any) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, **more)
    writer.write(sent)
    try:
        return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


def test_an_event_is_taken_and_answered_with_nothing(caplog: pytest.LogCaptureFixture) -> None:
    async def work(port: int, queue: asyncio.Queue[Any]) -> None:
        answer = await ask(port, head(f"/{TOKEN}/booted").encode())
        assert answer == b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        assert queue.get_nowait()["snom"]["mac"] == MAC
        for number, sent in enumerate((b"x" * 20_000, head("/x/booted").encode(), b"\0\r\n\r\n")):
            answer = await ask(port, sent)
            assert answer == b"" or b" 4" in answer[:12], number
        assert queue.empty()

    with caplog.at_level(logging.DEBUG):
        serving(work)
    assert TOKEN not in caplog.text and "no such path, or another token" in caplog.text


def test_strangers_get_no_answer() -> None:
    async def work(port: int, queue: asyncio.Queue[Any]) -> None:
        assert await ask(port, head(f"/{TOKEN}/booted").encode()) == b""
        assert queue.empty()

    serving(work, networks=["192.0.2.0/24"])


def test_connections_are_few() -> None:
    async def work(port: int, queue: asyncio.Queue[Any]) -> None:
        silent = [await asyncio.open_connection("127.0.0.1", port) for _number in range(2)]
        request = head(f"/{TOKEN}/booted").encode()
        assert await ask(port, request) == b""
        for _reader, writer in silent:
            writer.close()
        # That they have ended is noticed in a moment.
        while not await ask(port, request):
            pass
        assert queue.qsize() == 1

    serving(work, max_connections=2)


def test_who_is_silent_is_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(main.__globals__, "PATIENCE", 0.1)

    async def work(port: int, queue: asyncio.Queue[Any]) -> None:
        assert await ask(port, b"GET / HT") == b""

    serving(work)


def test_over_https(tmp_path: Path) -> None:
    file = tmp_path / "both.pem"
    file.write_bytes(make_certificate("events", "127.0.0.1"))

    async def work(port: int, queue: asyncio.Queue[Any]) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        request = head(f"/{TOKEN}/booted").encode()
        # At once: what comes first of one must not be lost to the plain reader.
        for answer in await asyncio.gather(*(ask(port, request, ssl=context) for _number in range(30))):
            assert answer.startswith(b"HTTP/1.1 200")
        assert await ask(port, request) == b""
        assert queue.qsize() == 30

    serving(work, certfile=str(file))


@pytest.mark.parametrize("args", [{"networks": ["192.0.2.0/24"]}, {"max_connections": 1}])
def test_over_https_limits_hold_before_the_handshake(args: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "both.pem"
    file.write_bytes(make_certificate("events", "127.0.0.1"))

    async def work(port: int, queue: asyncio.Queue[Any]) -> None:
        # The one that there may be is silent, and nobody is waited for.
        _reader, first = await asyncio.open_connection("127.0.0.1", port)
        reader, second = await asyncio.open_connection("127.0.0.1", port)
        assert await asyncio.wait_for(reader.read(), 5) == b""
        first.close()
        second.close()

    serving(work, certfile=str(file), **args)


def test_its_documentation_is_what_it_takes() -> None:
    documented = yaml.safe_load(PLUGIN["DOCUMENTATION"])["options"]
    for name, option in documented.items():
        if "default" in option:
            given = source(**{name: option["default"]})
            assert vars(given).get(name, option["default"]) == option["default"]
    assert set(documented) == {
        *("host", "port", "token", "networks", "inventory", "match_address"),
        *("certfile", "keyfile", "max_connections", "max_per_minute"),
    }
