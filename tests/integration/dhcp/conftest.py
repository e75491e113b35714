# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.telephony.snom.tests.integration.dhcp.servers import ROOT, Wire, lay_wire

COLLECTIONS = Path(__file__).resolve().parents[3] / ".build"


@dataclass(frozen=True)
class Listed:
    """What ansible-inventory says."""

    code: int
    said: str
    hosts: dict[str, dict[str, Any]]
    groups: dict[str, list[str]]


List = Callable[..., Listed]


@pytest.fixture(scope="session")
def wire() -> Wire:
    """The wire of a namespace in which there is nothing yet."""
    assert (ROOT / "complete").exists(), "The servers are not there: `make check NAME=dhcp` fetches them"
    shown = subprocess.run(["ip", "-json", "link"], check=True, capture_output=True, text=True)
    cards = [card["ifname"] for card in json.loads(shown.stdout)]
    assert cards == ["lo"], "These tests change the network. `make check NAME=dhcp` runs them in one of their own"
    lay_wire()
    return Wire()


@pytest.fixture
def tool(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run one of Ansible's programs."""

    def tool(name: str, *arguments: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        own = {
            "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
            "ANSIBLE_HOME": str(tmp_path / "home"),
            "ANSIBLE_NOCOLOR": "1",
            "COLUMNS": "100000",
            "HOME": str(tmp_path),
            "LC_ALL": "C.UTF-8",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        return subprocess.run(
            [str(Path(sys.executable).with_name(name)), *arguments],
            cwd=tmp_path,
            env=kept | own | dict(env or {}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    return tool


@pytest.fixture
def listed(tmp_path: Path, tool: Callable[..., subprocess.CompletedProcess[str]]) -> List:
    """Let ansible-inventory list what sources lead to. The file of the inventory is left as phones.yml."""

    def listed(*sources: Mapping[str, Any], env: Mapping[str, str] | None = None, **options: Any) -> Listed:
        file = tmp_path / "phones.yml"
        # JSON is YAML.
        file.write_text(json.dumps({"plugin": "telephony.snom.phones", "sources": sources, **options}), "utf-8")
        done = tool("ansible-inventory", "-i", str(file), "--list", "--export", env=env)
        found: dict[str, Any] = json.loads(done.stdout) if done.stdout.startswith("{") else {}
        hosts = _plain(found.pop("_meta", {}).get("hostvars", {}))
        groups = {name: group.get("hosts", []) for name, group in found.items() if name != "all"}
        return Listed(done.returncode, done.stderr, hosts, groups)

    return listed


def _plain(value: Any) -> Any:
    """From 2.19 on ansible-inventory marks text that is never taken for a template."""
    if isinstance(value, dict):
        if value.keys() == {"__ansible_unsafe"}:
            return value["__ansible_unsafe"]
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list) else value
