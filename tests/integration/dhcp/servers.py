# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real DHCP servers, and clients with MAC addresses of phones, in a network namespace of the test's own.

The check `dhcp` makes the namespace and unpacks the programs. Here a bridge is the wire of a site: servers listen on
it, and each client has a card of its own there.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parents[3] / ".build" / "dhcp" / "root"
"""Where `make check NAME=dhcp` unpacks them."""

BRIDGE = "wire"
SERVER = "192.0.2.1"
LOGIN = ("ansible", "kea-secret")
CONTROL_PORT = 8000


def program(path: str, *arguments: str | Path) -> list[str]:
    """A command with a program of Debian's packages, by its own loader and libraries, whatever this machine has."""
    loader = next(file for place in ("lib64", "lib") for file in (ROOT / "usr" / place).rglob("ld-linux-*.so.*"))
    libraries = next(ROOT.glob("usr/lib/*/kea")).parent
    return [str(loader), "--library-path", str(libraries), str(ROOT / path), *map(str, arguments)]


def ip(*arguments: str) -> None:
    """Change the network of the namespace."""
    subprocess.run(["ip", *arguments], check=True, stdin=subprocess.DEVNULL)


def lay_wire() -> None:
    """The bridge of a namespace that is new."""
    ip("link", "set", "lo", "up")
    ip("link", "add", BRIDGE, "type", "bridge")
    ip("address", "add", f"{SERVER}/24", "dev", BRIDGE)
    ip("link", "set", BRIDGE, "up")


@dataclass
class Wire:
    """Clients on the bridge."""

    cards: dict[str, str] = field(default_factory=dict)

    def lease(self, mac: str, hostname: str, vendor_class: str = "snomD785") -> None:
        """Let a client with this MAC address take a lease, or take its lease again."""
        if mac not in self.cards:
            name = f"phone{len(self.cards)}"
            ip("link", "add", name, "type", "veth", "peer", "name", f"{name}-s")
            ip("link", "set", name, "address", mac)
            ip("link", "set", f"{name}-s", "master", BRIDGE)
            ip("link", "set", f"{name}-s", "up")
            ip("link", "set", name, "up")
            self.cards[mac] = name
        asked = ("-i", self.cards[mac], "-n", "-q", "-f", "-t", "20", "-T", "1", "-s", "/bin/true")
        named = ("-x", f"hostname:{hostname}", "-V", vendor_class)
        subprocess.run(program("usr/bin/busybox", "udhcpc", *asked, *named), check=True, stdin=subprocess.DEVNULL)


@contextmanager
def _running(command: Sequence[str], log: Path, env: dict[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("ab") as said:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, env=env)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(60)


def _await(process: subprocess.Popen[bytes], log: Path, ready: Callable[[], bool]) -> None:
    """Wait until a server is ready. One that ends before says why in its log."""
    while not ready():
        assert process.poll() is None, log.read_text("utf-8", "replace")[-3000:]
        time.sleep(0.05)


@dataclass
class Kea:
    """One that runs, with its control agent."""

    leases: Path
    log: Path
    process: subprocess.Popen[bytes]

    @property
    def cleanups(self) -> int:
        """How often it has begun to clean its lease file up."""
        return self.log.read_text("utf-8", "replace").count("DHCPSRV_MEMFILE_LFC_EXECUTE")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{CONTROL_PORT}/"


@contextmanager
def running_kea(folder: Path, *, subnet: str, pool: str, hook: bool = True, lifetime: int = 3600) -> Iterator[Kea]:
    """A Kea that gives addresses of a pool to whoever asks on the bridge. Started again, it knows its leases.

    It cleans its lease file up each second.
    """
    folder.mkdir(exist_ok=True)
    # Kea takes no folder that others can look into.
    folder.chmod(0o750)
    (hooks,) = ROOT.glob("usr/lib/*/kea/hooks")
    leases, socket, cleaner = folder / "kea-leases4.csv", folder / "kea4.sock", folder / "kea-lfc"
    cleaner.write_text("#!/bin/sh\nexec " + " ".join(program("usr/sbin/kea-lfc")) + ' "$@"\n')
    cleaner.chmod(0o755)
    told = {"severity": "INFO", "output-options": [{"output": "stdout"}]}
    server = {
        "interfaces-config": {"interfaces": [BRIDGE]},
        "lease-database": {"type": "memfile", "persist": True, "name": str(leases), "lfc-interval": 1},
        "control-socket": {"socket-type": "unix", "socket-name": str(socket)},
        "hooks-libraries": [{"library": str(hooks / "libdhcp_lease_cmds.so")}] if hook else [],
        "valid-lifetime": lifetime,
        "subnet4": [{"id": 1, "subnet": subnet, "interface": BRIDGE, "pools": [{"pool": pool}]}],
        "loggers": [{"name": "kea-dhcp4", **told}],
    }
    agent = {
        "http-host": "127.0.0.1",
        "http-port": CONTROL_PORT,
        "control-sockets": {"dhcp4": {"socket-type": "unix", "socket-name": str(socket)}},
        "authentication": {"type": "basic", "clients": [{"user": LOGIN[0], "password": LOGIN[1]}]},
        "loggers": [{"name": "kea-ctrl-agent", **told}],
    }
    (folder / "kea.json").write_text(json.dumps({"Dhcp4": server}), "utf-8")
    (folder / "agent.json").write_text(json.dumps({"Control-agent": agent}), "utf-8")
    env = {
        **dict.fromkeys(("KEA_PIDFILE_DIR", "KEA_LOCKFILE_DIR", "KEA_DHCP_DATA_DIR"), str(folder)),
        **dict.fromkeys(("KEA_CONTROL_SOCKET_DIR", "KEA_LOG_FILE_DIR"), str(folder)),
        "KEA_HOOKS_PATH": str(hooks),
        "KEA_LFC_EXECUTABLE": str(cleaner),
    }
    log = folder / "kea.log"
    log.write_bytes(b"")
    with (
        _running(program("usr/sbin/kea-dhcp4", "-c", folder / "kea.json"), log, env) as kea,
        _running(program("usr/sbin/kea-ctrl-agent", "-c", folder / "agent.json"), log, env) as control,
    ):
        found = Kea(leases, log, kea)
        _await(kea, log, lambda: "DHCP4_STARTED" in log.read_text("utf-8", "replace"))
        _await(control, log, lambda: _answers(found.url))
        yield found


def _answers(url: str) -> bool:
    try:
        return requests.post(url, json={"command": "list-commands"}, auth=LOGIN, timeout=30).status_code == 200
    except requests.ConnectionError:
        return False


@contextmanager
def running_dnsmasq(folder: Path) -> Iterator[Path]:
    """A dnsmasq that gives addresses of 192.0.2.50 and up; its lease file."""
    leases, log = folder / "dnsmasq.leases", folder / "dnsmasq.log"
    options = (
        *("--no-daemon", "--conf-file=/dev/null", "--port=0", "--log-dhcp", f"--interface={BRIDGE}"),
        *("--bind-interfaces", "--dhcp-range=192.0.2.50,192.0.2.99,1h", f"--dhcp-leasefile={leases}"),
        *("--dhcp-authoritative", "--no-ping"),
    )
    with _running(program("usr/sbin/dnsmasq", *options), log) as process:
        _await(process, log, lambda: "DHCP, IP range" in log.read_text("utf-8", "replace"))
        yield leases


@contextmanager
def running_dhcpd(folder: Path) -> Iterator[Path]:
    """An ISC dhcpd that gives addresses of 192.0.2.150 and up; its lease file. It writes phones' classes beside."""
    leases, log, config = folder / "dhcpd.leases", folder / "dhcpd.log", folder / "dhcpd.conf"
    config.write_text(
        "ping-check false;\n"
        "set vendor-class-identifier = option vendor-class-identifier;\n"
        "subnet 192.0.2.0 netmask 255.255.255.0 { range 192.0.2.150 192.0.2.199; }\n",
        "utf-8",
    )
    leases.touch()
    files = ("-cf", config, "-lf", leases, "-pf", folder / "dhcpd.pid", "--no-pid")
    with _running(program("usr/sbin/dhcpd", "-d", "-4", *files, BRIDGE), log) as process:
        _await(process, log, lambda: "Server starting service" in log.read_text("utf-8", "replace"))
        yield leases
