# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A jump host: a real sshd on a loopback address, with keys that live as long as it does."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .bench import until

SEARCHED = os.pathsep.join([os.environ["PATH"], "/usr/sbin", "/usr/local/sbin"])


@contextmanager
def jump_host(folder: Path, address: str) -> Iterator[dict[str, Any]]:
    """Run sshd until the block ends; yields the variables of its host in an inventory."""
    programs = {name: shutil.which(name, path=SEARCHED) for name in ("sshd", "ssh", "ssh-keygen")}
    missing = [name for name, found in programs.items() if not found]
    assert not missing, f"install {' and '.join(missing)}: Debian's packages are openssh-server and openssh-client"
    folder.mkdir()
    for name in ("host_key", "key"):
        command = [str(programs["ssh-keygen"]), "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
        subprocess.run(command, check=True)
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # sshd insists on it, and removes nothing
    with socket.socket() as sock:
        sock.bind((address, 0))
        port = sock.getsockname()[1]
    config = folder / "sshd_config"
    config.write_text(
        f"ListenAddress {address}:{port}\n"
        f"HostKey {folder / 'host_key'}\n"
        f"AuthorizedKeysFile {folder / 'key.pub'}\n"
        "PermitRootLogin prohibit-password\nPasswordAuthentication no\nUsePAM no\nStrictModes no\nPidFile none\n"
        "MaxStartups 100\nSubsystem sftp internal-sftp\n"
    )
    log = (folder / "sshd.log").open("wb")
    with log, subprocess.Popen([str(programs["sshd"]), "-D", "-e", "-f", str(config)], stderr=log) as process:
        try:
            until(lambda: process.poll() is None and listens(address, port), "sshd listens", 10)
            yield {
                "ansible_host": address,
                "ansible_port": port,
                "ansible_user": getpass.getuser(),
                "ansible_ssh_private_key_file": str(folder / "key"),
                # None of the user's own settings, and no connection that outlives the run.
                "ansible_ssh_args": "-F none -o ControlMaster=no",
                "ansible_ssh_common_args": "-o UserKnownHostsFile=/dev/null -o LogLevel=ERROR",
                "ansible_remote_tmp": str(folder / "remote"),
                "ansible_python_interpreter": sys.executable,
            }
        finally:
            process.terminate()


def listens(address: str, port: int) -> bool:
    try:
        socket.create_connection((address, port), timeout=1).close()
    except OSError:
        return False
    return True
