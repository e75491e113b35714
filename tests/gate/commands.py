# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the checks run commands: in the checkout, shown as they run, and one at a time where they make the same thing."""

from __future__ import annotations

import errno
import fcntl
import os
import shlex
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / ".build"


class GateError(Exception):
    """A check failed or can't run. The message is one sentence for the developer."""


class LeftOut(GateError):
    """A check can't run on this machine, for a reason that is not the project's. The message is one sentence."""


def run(*command: str | Path, cwd: Path = ROOT, env: Mapping[str, str] | None = None) -> None:
    """Run a command with its output shown, and end it if this process is to end. env adds to this one's environment."""
    print("+", shlex.join(map(str, command)), flush=True)
    with subprocess.Popen(command, cwd=cwd, env=os.environ | dict(env or {}), stdin=subprocess.DEVNULL) as process:
        try:
            code = process.wait()
        except BaseException:
            # It may have started programs of its own, and ends these first.
            process.terminate()
            process.wait()
            raise
    if code:
        raise GateError(f"`{Path(command[0]).name}` ended with exit code {code}.")


def output_of(
    *command: str | Path, cwd: Path = ROOT, env: Mapping[str, str] | None = None, accept: Sequence[int] = (0,)
) -> str:
    """What a command prints. env adds to this process's environment; accept are the exit codes that are no failure."""
    environ = os.environ | dict(env or {})
    result = subprocess.run(
        command, cwd=cwd, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=False
    )
    if result.returncode not in accept:
        raise GateError(f"`{shlex.join(map(str, command))}` ended with exit code {result.returncode}.")
    return result.stdout


@contextmanager
def alone_on_network(port: int) -> Iterator[None]:
    """Let one check at a time use what has a fixed address, those of other checkouts and chroots among them.

    port is held meanwhile, and nothing listens there. Ports are what all that share a network have in common.
    """
    with socket.socket() as held:
        while True:
            try:
                held.bind(("127.0.0.1", port))
                break
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise
                time.sleep(1)
        yield


@contextmanager
def locked(name: str) -> Iterator[None]:
    """Let one check at a time make the thing of this name; checks run side by side."""
    BUILD.mkdir(exist_ok=True)
    with open(BUILD / f"{name}.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
