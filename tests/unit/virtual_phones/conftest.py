# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tests of the virtual phones share."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from threading import Thread
from typing import Any

import pytest
from ansible_collections.telephony.snom.tests.unit.virtual_phones.client import Listener
from ansible_collections.telephony.snom.tests.virtual_phones.control import Control
from ansible_collections.telephony.snom.tests.virtual_phones.fleet import Fleet
from ansible_collections.telephony.snom.tests.virtual_phones.fleet_file import parse
from ansible_collections.telephony.snom.tests.virtual_phones.http_server import listen
from ansible_collections.telephony.snom.tests.virtual_phones.running import VirtualFleet, free_port

QUICK = {"load": 0.05, "flash": 0.05, "boot": 0.02, "reboot": 0.05, "minibrowser_delay": 0.2}

StartFleet = Callable[..., VirtualFleet]


@contextmanager
def in_a_thread(content: dict[str, Any]) -> Iterator[VirtualFleet]:
    """Run a fleet in this process: a process of its own for each test would cost more than the tests."""
    fleet, port, loop = Fleet(parse(content)), free_port(), asyncio.new_event_loop()

    async def start() -> asyncio.Server:
        await fleet.start()
        return await listen(Control(fleet), "127.0.0.1", port)

    thread = Thread(target=loop.run_forever)
    thread.start()
    try:
        control = asyncio.run_coroutine_threadsafe(start(), loop).result()
        yield VirtualFleet(port, os.getpid(), content["image_server"])
        loop.call_soon_threadsafe(control.close)
        asyncio.run_coroutine_threadsafe(fleet.stop(), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@pytest.fixture
def start_fleet() -> Iterator[StartFleet]:
    """Start a fleet of these phones, with short times and an image server."""
    with ExitStack() as stack:

        def start(*phones: dict[str, Any], image_server: dict[str, Any] | None = None) -> VirtualFleet:
            images = {"port": free_port(), **(image_server or {})}
            content = {"defaults": {"timing": QUICK}, "phones": list(phones), "image_server": images}
            return stack.enter_context(in_a_thread(content))

        yield start


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.close()
