# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import stat
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.action import snom_catalog
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import Refused
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.image_probe import Probed
from ansible_collections.telephony.snom.tests.unit.action.test_firmware_info import HostVars

WANTED = {"snom_firmware_versions": {"D385": "10.1.240.1"}}
FILE = "snomD385-10.1.240.1-SIP-r.bin"


@pytest.fixture
def probed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The URLs that were asked for. Each is there."""
    asked: list[str] = []

    def probe(url: str, **more: Any) -> Probed:
        asked.append(url)
        return Probed(size=5, sha1="a" * 40, sha256="b" * 64)

    monkeypatch.setattr(snom_catalog, "probe_image", probe)
    return asked


def run(
    *, check_mode: bool = False, run_once: bool = True, variables: dict[str, Any] | None = None, **arguments: Any
) -> dict[str, Any]:
    """The result of the task with these arguments, in a play over a host without a version of its own."""
    task = SimpleNamespace(
        args=arguments, async_val=0, check_mode=check_mode, diff=True, run_once=run_once, get_play=lambda: None
    )
    connection = SimpleNamespace(_shell=SimpleNamespace(tmpdir=None))
    action = snom_catalog.ActionModule(task, connection, SimpleNamespace(), None, None, None)
    task_vars = {
        "hostvars": HostVars(WANTED if variables is None else variables),
        "inventory_hostname": "bare",
        "ansible_play_batch": ["bare"],
    }
    result: dict[str, Any] = action.run(task_vars=task_vars)
    return result


def test_check_mode_shows_the_difference_and_writes_nothing(tmp_path: Path, probed: list[str]) -> None:
    file = tmp_path / "images.yml"
    shown = run(catalog=str(file), check_mode=True)
    assert shown["changed"] and not file.exists() and shown["diff"][0]["before"] == ""
    done = run(catalog=str(file))
    assert done == shown and file.read_text() == done["diff"][0]["after"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    asked = list(probed)
    again = run(catalog=str(file))
    assert not again["changed"] and "diff" not in again and probed == asked
    assert [image["file"] for image in again["images"] if image["version"]] == [FILE]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({}, "catalog"),
        ({"catalog": "x.yml", "run_once": False}, "run_once: true"),
        ({"catalog": "x.yml", "known": "maybe"}, "known"),
        ({"catalog": "x.yml", "server": "downloads.snom.com"}, "needs http or https and a host"),
        ({"catalog": "x.yml", "mirror": "http://u:secret@h/"}, "mirror: The URL holds a login"),
        ({"catalog": "x.yml", "variables": {}}, "No host states a firmware version"),
        ({"catalog": "/dev/null"}, "no regular file"),
    ],
)
def test_bad_input_is_named(arguments: dict[str, Any], says: str, probed: list[str]) -> None:
    result = run(**arguments)
    assert result["failed"] and says in result["msg"] and "secret" not in result["msg"]
    assert probed == []


def test_what_cannot_be_had_leaves_the_file_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def probe(url: str, **more: Any) -> Probed:
        raise Refused("Down.")

    monkeypatch.setattr(snom_catalog, "probe_image", probe)
    file = tmp_path / "images.yml"
    result = run(catalog=str(file))
    assert not result["changed"] and not file.exists()
    assert [one["reason"] for one in result["missing"]] == ["Down."]
