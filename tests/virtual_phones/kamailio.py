# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A real Kamailio for virtual phones: registrar with digest, calls between them, JSON-RPC over HTTP with a login."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

REALM = "pbx.example"
PASSWORD = "phone-secret"  # of every account
LOGIN = ("ansible", "rpc-secret")
BASIC = b64encode(":".join(LOGIN).encode()).decode()
TIMEOUT = 40  # seconds for one answer
_opener = build_opener(ProxyHandler({}))  # never through a proxy

CONFIG = """
#!KAMAILIO
debug=2
log_stderror=yes
fork=yes
children=2
tcp_children=4
disable_tcp=no
auto_aliases=no
listen=udp:{address}:{port}
listen=tcp:{address}:{port}
listen=tcp:{address}:{rpc_port}
mpath="/usr/lib/x86_64-linux-gnu/kamailio/modules/:/usr/lib/aarch64-linux-gnu/kamailio/modules/"
tcp_accept_no_cl=yes
http_reply_parse=yes

loadmodule "jsonrpcs.so"
loadmodule "kex.so"
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "xlog.so"
loadmodule "xhttp.so"
loadmodule "auth.so"
loadmodule "dialog.so"
loadmodule "nathelper.so"

modparam("jsonrpcs", "transport", 1)
modparam("jsonrpcs", "pretty_format", 0)
modparam("usrloc", "db_mode", 0)
modparam("usrloc", "use_domain", 0)
modparam("registrar", "max_expires", 3600)
modparam("registrar", "min_expires", 1)
modparam("registrar", "max_contacts", 10)
modparam("registrar|nathelper", "received_avp", "$avp(received)")
modparam("tm", "fr_timer", {answer_ms})
modparam("rr", "enable_full_lr", 1)

request_route {{
    if (!mf_process_maxfwd_header("10")) {{ sl_send_reply("483", "Too Many Hops"); exit; }}
    if (is_method("OPTIONS") && uri==myself) {{ sl_send_reply("200", "Keepalive"); exit; }}
    if (is_method("CANCEL")) {{ if (t_check_trans()) t_relay(); exit; }}
    if (has_totag()) {{
        if (loose_route()) {{ t_relay(); exit; }}
        if (is_method("ACK") && t_check_trans()) {{ t_relay(); }}
        exit;
    }}
    if (is_method("REGISTER")) {{
        if (!pv_www_authenticate("{realm}", "{password}", "0")) {{ www_challenge("{realm}", "1"); exit; }}
        # A contact with a private address is behind NAT: it is reached at where it comes from.
        if (nat_uac_test("1")) {{ fix_nated_register(); }}
        save("location");
        exit;
    }}
    if (is_method("INVITE")) {{ dlg_manage(); record_route(); }}
    if (!lookup("location") && is_method("INVITE")) {{
        # A number outside: the phone that calls it plays it, too.
        $du = "sip:" + $si + ":" + $sp + ";transport=" + $proto;
        t_relay();
        exit;
    }}
    if (!lookup("location")) {{ sl_send_reply("404", "Not Found"); exit; }}
    t_relay();
}}

event_route[xhttp:request] {{
    if ($hu =~ "^/RPC") {{
        if ($hdr(Authorization) != "Basic {basic}") {{
            xhttp_reply("401", "Unauthorized", "text/plain", "no");
            exit;
        }}
        jsonrpc_dispatch();
        exit;
    }}
    xhttp_reply("404", "Not Found", "text/plain", "no");
}}
"""


@dataclass(frozen=True)
class Kamailio:
    """One that runs. Every account with the password `PASSWORD` may register."""

    address: str
    port: int
    rpc_port: int

    @property
    def pbx(self) -> dict[str, object]:
        """The mapping ``snom_pbx`` for it."""
        user, password = LOGIN
        return {
            "kind": "kamailio",
            "host": self.address,
            "port": self.rpc_port,
            "username": user,
            "password": password,
            "dialogs": True,
        }

    def rpc(self, method: str, *parameters: str) -> dict[str, Any]:
        """Ask it something, past the library under test. Raises OSError or ValueError while it starts."""
        asked = {"jsonrpc": "2.0", "method": method, "params": parameters, "id": 1}
        request = Request(
            f"http://{self.address}:{self.rpc_port}/RPC",
            data=json.dumps(asked).encode(),
            headers={"Content-Type": "application/json", "Authorization": f"Basic {BASIC}"},
        )
        try:
            with _opener.open(request, timeout=TIMEOUT) as answer:
                return dict(json.load(answer))
        except HTTPError as error:
            # What it says no to is told in JSON, too.
            return dict(json.load(error))


def free_port(address: str) -> int:
    """A port that is free for TCP and UDP."""
    while True:
        with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
            tcp.bind((address, 0))
            port = int(tcp.getsockname()[1])
            try:
                udp.bind((address, port))
            except OSError:
                continue
            return port


def kamailio_program() -> str | None:
    """Where Kamailio is, if it is on this machine. An ordinary user's PATH does not lead there."""
    return shutil.which("kamailio", path=f"{os.environ['PATH']}:/usr/sbin")


@contextmanager
def running_kamailio(
    folder: Path, *, address: str = "127.0.0.1", port: int = 0, rpc_port: int = 0, answer_ms: int = 2000
) -> Iterator[Kamailio]:
    """A Kamailio that listens until the block ends, on free ports where none are given.

    answer_ms is how long it waits for a phone's answer. Raises RuntimeError with what it said if it does not start.
    """
    program = kamailio_program()
    if program is None:
        raise RuntimeError("Kamailio is not on this machine.")
    pbx = Kamailio(address, port or free_port(address), rpc_port or free_port(address))
    config, log = folder / "kamailio.cfg", folder / "kamailio.log"
    config.write_text(
        CONFIG.format(
            address=address,
            port=pbx.port,
            rpc_port=pbx.rpc_port,
            realm=REALM,
            password=PASSWORD,
            answer_ms=answer_ms,
            basic=BASIC,
        ),
        "utf-8",
    )
    runtime = folder / "run"
    runtime.mkdir(exist_ok=True)
    # Where a test is killed, it ends too, if the machine can do that.
    with_parent = ("setpriv", "--pdeathsig", "TERM") if shutil.which("setpriv") else ()
    with log.open("wb") as said:
        process = subprocess.Popen(
            [*with_parent, program, "-DD", "-E", "-f", config, "-Y", runtime, "-w", folder, "-m", "64", "-M", "8"],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
    try:
        while True:
            try:
                pbx.rpc("core.version")
                break
            except (OSError, ValueError):
                if process.poll() is not None:
                    end = log.read_text("utf-8", "replace")[-3000:]
                    raise RuntimeError(f"Kamailio does not run:\n{end}") from None
                time.sleep(0.05)
        yield pbx
    finally:
        process.terminate()
        process.wait(60)
