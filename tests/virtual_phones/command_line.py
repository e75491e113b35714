# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command: read the fleet file, listen, say ``ready``, serve until a signal ends it."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import resource
import signal
import sys
from ipaddress import ip_address

import yaml

from . import fleet_file, image_server
from .control import Control
from .fleet import Fleet
from .http_server import listen


def main() -> int:
    """The exit status: 0 ended by a signal, 1 cannot listen, 2 bad fleet file."""
    parser = argparse.ArgumentParser(prog="virtual_phones", description="Virtual Snom phones on loopback addresses.")
    parser.add_argument("fleet", metavar="FLEET.yml", help="the phones, see README.md")
    parser.add_argument(
        "--control", metavar="[ADDRESS:]PORT", type=loopback, help="control port; 127.0.0.1 unless an address is given"
    )
    parser.add_argument("--parent", metavar="PID", type=int, help="end when this process, which started it, has ended")
    parser.add_argument("--catalog", action="store_true", help="print the images as a firmware catalogue, and end")
    arguments = parser.parse_args()
    try:
        file = fleet_file.load(arguments.fleet)
        if arguments.catalog:
            print_catalog(file)
            return 0
        fleet = Fleet(file)
    except (fleet_file.BadFleet, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    except ImportError as error:
        print(f"A phone with tls: true needs the Python package cryptography ({error}).", file=sys.stderr)
        return 2
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        asyncio.run(serve(fleet, arguments.control, arguments.parent))
    except OSError as error:
        print(f"Virtual phones: {error.strerror or error}.", file=sys.stderr)
        return 1
    return 0


def loopback(text: str) -> tuple[str, int]:
    """Read ``[ADDRESS:]PORT``. Raises ValueError."""
    address, _colon, port = text.rpartition(":")
    if address and not ip_address(address).is_loopback:
        raise ValueError(f"{address} is not a loopback address")
    return address or "127.0.0.1", int(port)


def print_catalog(file: fleet_file.FleetFile) -> None:
    """Print the catalogue. Raises ValueError when there is nothing to list."""
    if file.image_server is None or not file.image_server.images:
        raise ValueError("The catalogue lists image_server: images, and there are none in this fleet file.")
    print(yaml.safe_dump({"images": image_server.catalog(file.image_server)}, sort_keys=False), end="")


async def serve(fleet: Fleet, control: tuple[str, int] | None, parent: int | None) -> None:
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    with contextlib.suppress(BrokenPipeError):
        await fleet.start()
        if control is not None:
            await listen(Control(fleet), *control, door="control")
        print("ready", flush=True)
        # Who is killed can't end his phones.
        while parent is None or os.getppid() == parent:
            with contextlib.suppress(TimeoutError, asyncio.TimeoutError):
                await asyncio.wait_for(ended.wait(), None if parent is None else 1.0)
                break
    await fleet.stop()
