# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Calls through a real PBX, by sipp at both ends."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from ansible_collections.telephony.snom.tests.integration.pbx.conftest import until
from ansible_collections.telephony.snom.tests.virtual_phones.kamailio import PASSWORD, Kamailio, free_port

HERE = Path(__file__).resolve().parent


def register(pbx: Kamailio, account: str, address: str, port: int) -> None:
    """Register a contact with sipsak. It stays for ten minutes."""
    target = f"sip:{account}@{pbx.address}:{pbx.port}"
    subprocess.run(
        [
            "sipsak",
            "-U",
            "-C",
            f"sip:{account}@{address}:{port}",
            "-s",
            target,
            "-a",
            PASSWORD,
            "-u",
            account,
            "-x",
            "600",
        ],
        check=True,
        timeout=60,
        stdout=subprocess.DEVNULL,
    )


@contextmanager
def call(pbx: Kamailio, caller: str, callee: str, folder: Path) -> Iterator[None]:
    """A call that is answered, and lasts as long as the block. callee must be no phone's account."""
    address, port = "127.0.4.200", free_port("127.0.4.200")
    register(pbx, callee, address, port)
    with ExitStack() as stack:

        def sipp(*arguments: str) -> None:
            process = subprocess.Popen(
                ["sipp", "-nostdin", "-m", "1", *arguments],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            stack.callback(process.wait, 60)
            stack.callback(process.kill)

        sipp("-sn", "uas", "-i", address, "-p", str(port))
        target = f"{pbx.address}:{pbx.port}"
        own = str(free_port("127.0.4.201"))
        sipp(
            *("-sf", str(HERE / "caller.xml"), "-set", "caller", caller, "-s", callee),
            *("-i", "127.0.4.201", "-p", own, target),
        )

        def states() -> list[object]:
            dialogs = pbx.rpc("dlg.list")["result"]
            assert isinstance(dialogs, list)
            return [one["state"] for one in dialogs if f"sip:{caller}@" in one["from_uri"]]

        # Answered, with its ACK (4) or without (3).
        until(states, lambda found: found in ([3], [4]))
        yield
