# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A real Asterisk for a test: registrar with digest, and its manager interface."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.telephony.snom.tests.integration.pbx.conftest import until
from ansible_collections.telephony.snom.tests.virtual_phones.kamailio import PASSWORD, free_port

ROOT = Path(__file__).resolve().parents[3] / ".build" / "asterisk" / "root"
"""Where `make check NAME=asterisk` unpacks it."""

LOGIN = ("ansible", "ami-secret")

CONFIG = """
[directories](!)
[directories]
astetcdir => {folder}
astmoddir => {modules}
astdatadir => {root}/usr/share/asterisk
astvarlibdir => {folder}
astdbdir => {folder}
astkeydir => {folder}
astagidir => {folder}
astspooldir => {folder}
astrundir => {folder}
astlogdir => {folder}
[options]
nocolor = yes
"""

MODULES = (
    *("res_sorcery_memory", "res_sorcery_config", "res_sorcery_astdb", "res_pjproject", "res_pjsip"),
    *("res_pjsip_session", "res_pjsip_registrar", "res_pjsip_endpoint_identifier_user", "res_pjsip_notify"),
    *("res_pjsip_authenticator_digest", "res_pjsip_outbound_authenticator_digest", "res_pjsip_sdp_rtp"),
    *("res_pjsip_pubsub", "res_rtp_asterisk", "chan_pjsip", "codec_ulaw", "pbx_config", "res_timing_timerfd"),
)

# As the page on the PBX has it, and one more user for what a test does beside.
MANAGER = """
[general]
enabled = yes
bindaddr = {address}
port = {ami_port}
[ansible]
secret = ami-secret
deny = 0.0.0.0/0.0.0.0
permit = 127.0.0.0/255.0.0.0
read = system,reporting
write = system,reporting
[beside]
secret = ami-secret
read = call
write = originate
[blind]
secret = ami-secret
read = call
write = call
"""

TRANSPORT = """
[global]
type = global
default_outbound_endpoint = 401
[udp]
type = transport
protocol = udp
bind = {address}:{port}
"""

ACCOUNT = """
[{account}]
type = endpoint
context = phones
disallow = all
allow = ulaw
auth = {account}
outbound_auth = {account}
aors = {account}
[{account}]
type = auth
auth_type = userpass
username = {account}
password = {password}
[{account}]
type = aor
max_contacts = 5
minimum_expiration = 1
"""


@dataclass(frozen=True)
class Asterisk:
    """One that runs."""

    address: str
    port: int
    ami_port: int

    @property
    def pbx(self) -> dict[str, object]:
        """The mapping ``snom_pbx`` for it."""
        user, password = LOGIN
        place = {"host": self.address, "port": self.ami_port}
        return {"kind": "asterisk", **place, "username": user, "password": password}


@contextmanager
def running_asterisk(
    folder: Path, accounts: Sequence[str], *, address: str = "127.0.0.1", beside: Mapping[str, str] | None = None
) -> Iterator[Asterisk]:
    """An Asterisk that listens until the block ends. beside are contacts that accounts have by its configuration."""
    assert (ROOT / "complete").exists(), "Asterisk is not there: `make check NAME=asterisk` fetches it"
    pbx = Asterisk(address, free_port(address), free_port(address))
    (modules,) = ROOT.glob("usr/lib/*/asterisk/modules")
    files = {
        "asterisk.conf": CONFIG.format(folder=folder, root=ROOT, modules=modules),
        "modules.conf": "\n".join(["[modules]", "autoload = no", *(f"load = {name}.so" for name in MODULES), ""]),
        "manager.conf": MANAGER.format(address=address, ami_port=pbx.ami_port),
        "pjsip.conf": TRANSPORT.format(address=address, port=pbx.port)
        + "".join(ACCOUNT.format(account=account, password=PASSWORD) for account in accounts)
        # Of the AOR, which stands last.
        + "".join(f"[{account}](+type=aor)\ncontact = {contact}\n" for account, contact in (beside or {}).items()),
        "logger.conf": "[logfiles]\nconsole => notice,warning,error\n",
        # Without such a file its module does not load.
        "pjsip_notify.conf": "",
        "extensions.conf": "[phones]\nexten = wait,1,Wait(60)\n",
    }
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    log = folder / "asterisk.log"
    # Its own loader finds its own libraries, whatever this machine has.
    loader, *_more = (file for place in ("lib64", "lib") for file in (ROOT / "usr" / place).rglob("ld-linux-*.so.*"))
    libraries = modules.parents[1]
    with log.open("wb") as said:
        process = subprocess.Popen(
            [loader, "--library-path", libraries, ROOT / "usr/sbin/asterisk", "-f", "-C", folder / "asterisk.conf"],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )

    def listens() -> bool:
        assert process.poll() is None, f"Asterisk does not run:\n{log.read_text('utf-8', 'replace')[-3000:]}"
        asked = (ROOT / "usr/sbin/asterisk", "-C", folder / "asterisk.conf", "-rx", "core waitfullybooted")
        done = subprocess.run(
            [loader, "--library-path", libraries, *asked], capture_output=True, text=True, check=False, timeout=120
        )
        return "fully booted" in done.stdout

    try:
        until(listens, bool)
        yield pbx
    finally:
        process.terminate()
        process.wait(60)
