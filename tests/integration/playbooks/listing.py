# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ansible's programs over inventories of sources."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COLLECTIONS = Path(__file__).resolve().parents[3] / ".build"


@dataclass(frozen=True)
class Listed:
    """What ansible-inventory says."""

    code: int
    said: str
    hosts: dict[str, dict[str, Any]]
    groups: dict[str, list[str]]


def tool(
    folder: Path, name: str, *arguments: str, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run one of Ansible's programs in a folder."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    own = {
        "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
        "ANSIBLE_HOME": str(folder / "home"),
        "ANSIBLE_NOCOLOR": "1",
        "COLUMNS": "100000",
        "HOME": str(folder),
        "LC_ALL": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    return subprocess.run(
        [str(Path(sys.executable).with_name(name)), *arguments],
        cwd=folder,
        env=kept | own | dict(env or {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def write(folder: Path, *sources: Mapping[str, Any], **options: Any) -> str:
    """Write an inventory of sources; its path."""
    file = folder / "phones.yml"
    # JSON is YAML.
    file.write_text(json.dumps({"plugin": "telephony.snom.phones", "sources": sources, **options}), "utf-8")
    return str(file)


def listed(folder: Path, *sources: Mapping[str, Any], env: Mapping[str, str] | None = None, **options: Any) -> Listed:
    """Let ansible-inventory list what sources lead to."""
    return list_file(folder, write(folder, *sources, **options), env=env)


def list_file(folder: Path, file: str, *arguments: str, env: Mapping[str, str] | None = None) -> Listed:
    """Let ansible-inventory list an inventory."""
    done = tool(folder, "ansible-inventory", "-i", file, "--list", "--export", *arguments, env=env)
    found: dict[str, Any] = json.loads(done.stdout) if done.stdout.startswith("{") else {}
    hosts = _plain(found.pop("_meta", {}).get("hostvars", {}))
    groups = {name: group.get("hosts", []) for name, group in found.items() if name != "all"}
    return Listed(done.returncode, done.stderr, hosts, groups)


def _plain(value: Any) -> Any:
    """From 2.19 on ansible-inventory marks text that is never taken for a template."""
    if isinstance(value, dict):
        if value.keys() == {"__ansible_unsafe"}:
            return value["__ansible_unsafe"]
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list) else value
