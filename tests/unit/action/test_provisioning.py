# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.action.snom_provisioning import ActionModule
from ansible_collections.telephony.snom.plugins.module_utils._provisioning.publish import unpack

BOOK = [{"name": "Doctor Who", "number": "5550100"}]


class HostVars(dict[str, dict[str, Any]]):
    raw_get = dict.__getitem__
    _variable_manager = SimpleNamespace(get_vars=lambda play, task: {})


def handed_over(monkeypatch: pytest.MonkeyPatch, **arguments: Any) -> tuple[dict[str, Any], bytes]:
    """The options and the file that the machine with the web root gets."""
    given: list[Any] = []

    def execute(self: ActionModule, *, module_args: dict[str, Any], task_vars: object) -> dict[str, Any]:
        given.append(module_args)
        return {"changed": True}

    monkeypatch.setattr(ActionModule, "_execute_module", execute)
    monkeypatch.setattr(ActionModule, "_make_tmp_path", lambda self: "/tmp/there")
    monkeypatch.setattr(ActionModule, "_transfer_data", lambda self, path, data: given.append(data))
    monkeypatch.setattr(ActionModule, "_fixup_perms2", lambda self, paths: None)
    monkeypatch.setattr(ActionModule, "_remove_tmp_path", lambda self, path: None)
    options = {"web_root": "/srv/snom", "base_url": "https://p.example"} | arguments
    task = SimpleNamespace(
        args=options,
        async_val=0,
        check_mode=False,
        diff=False,
        run_once=True,
        delegate_to="web.example",
        get_play=lambda: None,
    )
    shell = SimpleNamespace(tmpdir=None, join_path=lambda *parts: "/".join(parts))
    connection = SimpleNamespace(_shell=shell, transport="ssh")
    action = ActionModule(task, connection, SimpleNamespace(become=False), None, None, None)
    hosts = {"desk": {"snom_mac": "000413922D24", "snom_model": "D785", "snom_settings": {"user_name": ["100"]}}}
    variables = {"hostvars": HostVars(hosts), "groups": {"all": ["desk"]}, "ansible_play_hosts_all": ["desk"]}
    assert action.run(task_vars=variables)["changed"]
    return given[1], given[0]


def test_who_is_in_a_phone_book_is_no_option_of_the_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """A module writes its options into the log of its machine. They are in the file beside it anyway."""
    options, packed = handed_over(monkeypatch, phone_book=BOOK, shared_users=["900"], mirror="http://m.example/fw")
    assert options == {
        "web_root": "/srv/snom",
        "base_url": "https://p.example",
        "keep": 1,
        "mode": "0640",
        "rollback": False,
        "allow_removal": False,
        "_content": "/tmp/there/content",
    }
    assert any(b"Doctor Who" in content for content in unpack(packed).files.values())


def test_what_the_module_needs_reaches_it(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"owner": "deploy", "group": "www-data", "keep": 3, "mode": "0600", "allow_removal": True}
    options, _packed = handed_over(monkeypatch, **given)
    assert given.items() <= options.items()
