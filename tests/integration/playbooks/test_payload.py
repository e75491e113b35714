# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What travels to a jump host with a module: what that needs, and nothing of the rollout."""

from __future__ import annotations

import base64
import io
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from .bench import COLLECTIONS, PATIENCE

OURS = "ansible_collections/telephony/snom/plugins/"


def payload(module: str, folder: Path) -> dict[str, int]:
    """Lines of each library file in the payload that Ansible builds for a module, by its path below plugins."""
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(folder),
        "LC_ALL": "C.UTF-8",
        "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
        "ANSIBLE_KEEP_REMOTE_FILES": "true",
        "ANSIBLE_REMOTE_TMP": str(folder),
    }
    command = ["ansible", "localhost", "-c", "local", "-e", "snom_in_process=false"]
    arguments = "host=127.0.0.1 port=1 timeout=1" + (" version=10.1.54.13" if module == "snom_firmware" else "")
    subprocess.run(
        [*command, "-m", f"telephony.snom.{module}", "-a", arguments],
        env=environment,
        timeout=PATIENCE,
        capture_output=True,
        check=False,
    )
    (script,) = folder.glob(f"*/AnsiballZ_{module}.py")
    # The longest text in it is the archive.
    packed = max(re.findall(r"[\"']([A-Za-z0-9+/=\n]{1000,})[\"']", script.read_text("utf-8")), key=len)
    archive = zipfile.ZipFile(io.BytesIO(base64.b64decode(packed)))
    return {
        name.removeprefix(OURS): len(archive.read(name).splitlines())
        for name in archive.namelist()
        if name.startswith(OURS + "module_utils/") and name.endswith(".py")
    }


@pytest.mark.parametrize(("module", "most"), [("snom_info", 3910), ("snom_firmware", 6975)])
def test_the_payload_stays_small(module: str, most: int, tmp_path: Path) -> None:
    # Of snom_info's, 1000 make sure that the right phone gets each request, and once; 740 read pages, also by
    # what users teach (snom_taught); 500 say what can go wrong and what follows from it. Of snom_firmware's, 1300 bring
    # one phone to one version, in parts with names: a file of its own costs each 20 lines.
    files = payload(module, tmp_path)
    assert "module_utils/_core/errors.py" in files
    assert sum(files.values()) <= most, files


@pytest.mark.parametrize(("module", "way"), [("snom_info", "reader"), ("snom_firmware", "loader")])
def test_whoever_does_not_control_a_phone_takes_no_commands_along(module: str, way: str, tmp_path: Path) -> None:
    files = {Path(name).name for name in payload(module, tmp_path)}
    assert f"web_{way}.py" in files
    assert not {"commands.py", "key_event.py", "keys.py", "phone.py", "web_phone.py"} & files


@pytest.mark.parametrize("module", ["snom_firmware"])
def test_the_payload_holds_nothing_of_the_rollout_and_no_other_operation(module: str, tmp_path: Path) -> None:
    packages = {str(Path(name).parent) for name in payload(module, tmp_path)}
    assert packages - {"module_utils"} == {
        f"module_utils/{package}" for package in ("_core", "_known", "_phone", "_phone/web", "_firmware", "_operations")
    }
