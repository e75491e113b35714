# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.action.snom_mirror_info import ActionModule


def test_the_module_gets_nothing_that_is_meant_for_phones(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[dict[str, Any]] = []

    def execute(self: ActionModule, *, module_args: dict[str, Any], task_vars: object) -> dict[str, Any]:
        given.append(module_args)
        return {"changed": False, "phones": {}, "unknown": 0, "invocation": {"module_args": module_args}}

    monkeypatch.setattr(ActionModule, "_execute_module", execute)
    task = SimpleNamespace(
        args={"paths": ["access.log"], "username": "admin", "password": "secret"},
        async_val=0,
        check_mode=False,
        diff=False,
    )
    connection = SimpleNamespace(_shell=SimpleNamespace(tmpdir=None))
    action = ActionModule(task, connection, SimpleNamespace(), None, None, None)
    assert action.run(task_vars={}) == {"changed": False, "phones": {}, "unknown": 0}
    assert given == [{"paths": ["access.log"]}]
