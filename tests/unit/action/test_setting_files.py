# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import stat
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.action.snom_setting_files import ActionModule

TEXT = "language!: English\nuser_pass1!: n0t-seen\nsetting_server!: http://old.example/\n"


class HostVars(dict[str, dict[str, Any]]):
    raw_get = dict.__getitem__
    _variable_manager = SimpleNamespace(get_vars=lambda play, task: {})


@pytest.fixture
def served(tmp_path: Path) -> Path:
    folder = tmp_path / "served"
    folder.mkdir()
    (folder / "000413AABBCC.xml").write_text(TEXT)
    return folder


def run(served: Path, *, check_mode: bool = False, inventory: dict[str, Any] | None = None, **more: Any) -> Any:
    """The result of the task, in a play with this inventory."""
    arguments = {"path": str(served), "dest": str(served.parent / "adopted"), **more}
    task = SimpleNamespace(
        args=arguments, async_val=0, check_mode=check_mode, diff=True, run_once=True, get_play=lambda: None
    )
    connection = SimpleNamespace(_shell=SimpleNamespace(tmpdir=None))
    action = ActionModule(task, connection, SimpleNamespace(), None, None, None)
    hosts = inventory or {}
    groups = {"all": list(hosts), "phones": list(hosts)}
    result = action.run(task_vars={"hostvars": HostVars(hosts), "groups": groups, "inventory_hostname": "localhost"})
    assert "n0t-seen" not in str(result)
    return result


def test_check_mode_tells_the_same_and_writes_nothing(served: Path) -> None:
    shown = run(served, check_mode=True)
    assert shown["changed"] and not (served.parent / "adopted").exists()
    assert run(served) == shown
    assert not run(served)["changed"]


def test_secrets_are_for_one_user_alone(served: Path) -> None:
    run(served)
    files = {file.name: file for file in (served.parent / "adopted").rglob("*") if file.is_file()}
    assert sorted(files) == ["adopted.yml", "secrets.yml", "settings.yml", "snom-000413aabbcc.yml"]
    assert [name for name, file in files.items() if "n0t-seen" in file.read_text()] == ["secrets.yml"]
    modes = {name: stat.S_IMODE(file.stat().st_mode) for name, file in files.items()}
    assert modes == dict.fromkeys(modes, 0o640) | {"secrets.yml": 0o600}
    # Somebody may have opened it.
    files["secrets.yml"].chmod(0o644)
    assert run(served, overwrite=True)["changed"]
    assert stat.S_IMODE(files["secrets.yml"].stat().st_mode) == 0o600


def test_what_is_there_is_spared(served: Path) -> None:
    run(served)
    host = served.parent / "adopted" / "host_vars" / "snom-000413aabbcc.yml"
    host.write_text("snom_site: berlin\n")
    refused = run(served)
    assert refused["failed"] and f"There already: {host}." in refused["msg"]
    assert host.read_text() == "snom_site: berlin\n"
    assert run(served, overwrite=True)["changed"] and "snom_settings" in host.read_text()


def test_an_encrypted_file_of_secrets_does_not_become_a_clear_one(served: Path) -> None:
    run(served)
    secrets = served.parent / "adopted" / "group_vars" / "phones" / "secrets.yml"
    secrets.write_text("$ANSIBLE_VAULT;1.1;AES256\n0815\n")
    assert "is encrypted" in run(served, overwrite=True)["msg"]
    assert secrets.read_text().startswith("$ANSIBLE_VAULT")


@pytest.mark.parametrize("rival", ["group_vars/phones.yml", "host_vars/snom-000413aabbcc"])
def test_what_ansible_would_read_in_their_place(served: Path, rival: str) -> None:
    path = served.parent / "adopted" / rival
    path.mkdir(parents=True)
    assert "never both" in run(served)["msg"]
    assert not [file for file in (served.parent / "adopted").rglob("*") if file.is_file()]


def test_hosts_keep_the_names_that_the_inventory_has(served: Path) -> None:
    desk = {"snom_mac": "00:04:13:aa:bb:cc", "snom_model": "D785"}
    result = run(served, inventory={"desk": desk, "other": {}, "bad": {"snom_mac": "?"}})
    assert [(one["host"], one["model"]) for one in result["phones"]] == [("desk", "D785")]
    adopted = served.parent / "adopted"
    assert (adopted / "host_vars" / "desk.yml").exists() and not (adopted / "adopted.yml").exists()


def test_two_hosts_with_the_mac_of_one_phone(served: Path) -> None:
    twins = {name: {"snom_mac": "000413AABBCC"} for name in ("desk", "hall")}
    assert "desk and hall have the same snom_mac" in run(served, inventory=twins)["msg"]
    assert not (served.parent / "adopted").exists()
    others = {name: {"snom_mac": "000413AABBCD"} for name in ("desk", "hall")}
    assert run(served, inventory=others)["changed"]


def test_a_group_that_is_none(served: Path) -> None:
    assert "is no name of a group" in run(served, group="../phones")["msg"]
    assert not (served.parent / "adopted").exists()


def test_a_folder_that_can_not_be_made(served: Path) -> None:
    (served.parent / "adopted").write_text("")
    assert "can't be" in run(served)["msg"]
