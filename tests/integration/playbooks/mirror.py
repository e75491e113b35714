# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A mirror beside a fleet: the role firmware_mirror on this machine, with a real nginx on a loopback address."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.telephony.snom.tests.virtual_phones.nginx import end_nginx

from .bench import REHEARSES, Bench, Run, until


@dataclass
class Mirror:
    """The host `box` of a bench's inventory, and what the role keeps on it."""

    bench: Bench
    address: str
    variables: dict[str, Any]

    @property
    def url(self) -> str:
        return f"http://{self.address}:{self.variables['firmware_mirror_http_port']}"

    @property
    def images(self) -> Path:
        return self.bench.folder / "www" / "fw"

    @property
    def log(self) -> Path:
        return self.bench.folder / "nginx" / "log" / "access.log"

    @property
    def pid_file(self) -> Path:
        return self.bench.folder / "nginx" / "snom-mirror.pid"

    @property
    def configuration(self) -> Path:
        return self.bench.folder / "nginx" / "nginx.conf"

    def limit_files(self, *, megabytes: int) -> None:
        """Let the role write no larger file, as on a full disk."""
        python = self.bench.folder / "python"
        python.write_text(f'#!/bin/sh\nulimit -f {megabytes * 2048}\nexec {sys.executable} "$@"\n')
        python.chmod(0o755)
        self.bench.inventory["mirrors"]["hosts"]["box"]["ansible_python_interpreter"] = str(python)

    def requests(self) -> list[dict[str, Any]]:
        """What the access log holds."""
        return [json.loads(line) for line in self.log.read_text("utf-8").splitlines()]

    def workers(self) -> set[str]:
        """The processes that answer. A reload replaces them; those that it lets end do not count."""
        pid = self.pid_file.read_text().strip()
        children = Path(f"/proc/{pid}/task/{pid}/children")
        found: set[str] = until(lambda: set(filter(_answers, children.read_text().split())), "nginx to have workers")
        return found

    def write_log_in_parts(self) -> None:
        """Let nginx keep lines back until there are many, as an administrator may do."""
        text = self.configuration.read_text("utf-8")
        at_once = f"access_log {self.log} snom;"
        assert at_once in text
        self.configuration.write_text(text.replace(at_once, f"access_log {self.log} snom buffer=64k flush=1h;"))
        before = self.workers()
        os.kill(int(self.pid_file.read_text()), signal.SIGHUP)
        until(lambda: self.workers().isdisjoint(before), "nginx to have new workers")

    def play(self, *arguments: str, rehearse: bool = REHEARSES, **options: Any) -> Run:
        """Run the role; options are its variables, without their prefix."""
        given = self.variables | {f"firmware_mirror_{name}": value for name, value in options.items()}
        play = {"hosts": "box", "gather_facts": False, "roles": [{"role": "telephony.snom.firmware_mirror"}]}
        return self.bench.play([play], *arguments, variables=given, rehearse=rehearse)

    def entries(self, *files: str) -> list[dict[str, Any]]:
        """What the image server has of these, as images of the role."""
        wanted = [entry for entry in self.bench.fleet.catalog() if entry["file"] in files]
        return [{name: entry[name] for name in ("file", "url", "size", "sha1")} for entry in wanted]


def _answers(pid: str) -> bool:
    """Whether a process of nginx is a worker that is not about to end."""
    try:
        return b"worker process" in (title := Path(f"/proc/{pid}/cmdline").read_bytes()) and b"shutting" not in title
    except OSError:
        return False


@contextmanager
def mirror(bench: Bench, **options: Any) -> Iterator[Mirror]:
    """Put a host for the mirror into the inventory, and end what runs there with the block."""
    first, *_others = bench.addresses.values()
    address = f"{first.rpartition('.')[0]}.253"
    variables: Mapping[str, Any] = {
        "prefix": str(bench.folder / "nginx"),
        "root": str(bench.folder / "www"),
        "address": address,
        "http_port": bench.port,
        # The images' server is on a loopback address.
        "use_proxy": False,
        # Not an ordinary user's business, but root's, whom nginx would have read as nobody.
        "user": None if os.geteuid() else "root",
        **options,
    }
    bench.inventory["mirrors"] = {
        "hosts": {"box": {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}}
    }
    box = Mirror(bench, address, {f"firmware_mirror_{name}": value for name, value in variables.items()})
    try:
        yield box
    finally:
        end_nginx(box.configuration.parent)
