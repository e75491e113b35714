# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What tests use to run virtual phones."""

from __future__ import annotations

import asyncio
import socket

import pytest
from ansible_collections.telephony.snom.tests.virtual_phones.running import free_port


def test_a_free_port_is_kept_for_who_names_it() -> None:
    port = free_port()
    with socket.socket() as sock, pytest.raises(OSError, match="in use"):
        sock.bind(("127.0.0.1", port))

    async def serve_twice() -> None:
        for _time in range(2):
            server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", port)
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            assert await reader.read() == b""
            writer.close()
            server.close()
            await server.wait_closed()

    asyncio.run(serve_twice())
