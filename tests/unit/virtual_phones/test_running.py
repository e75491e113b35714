# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What tests use to run virtual phones."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

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


# Runs phones, says where, and is killed.
_KILLED = """
import os, signal, sys
from pathlib import Path
from ansible_collections.telephony.snom.tests.virtual_phones.running import free_port, running
phone = {"name": "p", "address": "127.0.1.1", "port": free_port(), "model": "320", "firmware": "8.4.35"}
with running({"phones": [phone]}, Path(sys.argv[1])) as fleet:
    print(fleet.pid, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_phones_end_with_who_runs_them_however_that_ends(tmp_path: Path) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", _KILLED, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    phones = int(killed.stdout)
    until = time.monotonic() + 60
    while Path(f"/proc/{phones}").exists() and time.monotonic() < until:
        time.sleep(0.2)
    assert not Path(f"/proc/{phones}").exists()
