# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.action import snom_call, snom_key, snom_screen
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.plugin_utils.actions.phone_action import PhoneAction


def twin(action: type[PhoneAction], *, no_log: bool = False, **args: Any) -> Any:
    task = SimpleNamespace(args=args, no_log=no_log, async_val=0, check_mode=False, delegate_to=None, action="a")
    connection = SimpleNamespace(transport="ssh", _shell=SimpleNamespace(tmpdir=None))
    return action(task, connection, None, None, SimpleNamespace(template=lambda value: value), None)


@pytest.mark.parametrize("action", [snom_key.ActionModule, snom_call.ActionModule])
@pytest.mark.parametrize(
    ("option", "no_log", "secret"),
    [(None, True, True), (None, False, False), (True, False, True), (False, True, False)],
)
def test_what_a_task_does_not_log_is_a_secret(
    action: type[PhoneAction], option: bool | None, no_log: bool, secret: bool
) -> None:
    assert twin(action, no_log=no_log).prepare({"secret": option}, {}) == {"secret": secret}


@pytest.mark.parametrize(
    ("args", "spared"),
    [({}, False), ({"fix_line_info_layer": False}, False), ({"fix_line_info_layer": "no"}, False)]
    + [({"fix_line_info_layer": value}, True) for value in (True, "yes")],
)
def test_a_protected_phone_may_be_looked_at(args: dict[str, Any], spared: bool) -> None:
    action = twin(snom_screen.ActionModule, **args)
    variables = {"inventory_hostname": "lift", "snom_protected": True}
    assert action._is_protected(variables) is spared
    assert action._is_protected(variables | {"snom_protected": False}) is False


@pytest.mark.parametrize("given", [[48], ["112", 54], 48, "[060, 0112]", [True], [None]])
def test_emergency_numbers_without_quotes_are_refused(given: Any) -> None:
    """060 would arrive as 48, and 060 be called."""
    arguments = {"action": "dial", "number": "060", "emergency_numbers": given}
    with pytest.raises(InputError, match="emergency_numbers must be in quotes"):
        twin(snom_call.ActionModule)._validated(arguments | {"host": "192.0.2.1"})


@pytest.mark.parametrize(("given", "read"), [(["060"], ["060"]), ("060,0112", ["060", "0112"]), ([], [])])
def test_emergency_numbers_in_quotes(given: Any, read: list[str]) -> None:
    arguments = {"action": "dial", "number": "1", "emergency_numbers": given, "host": "192.0.2.1"}
    assert twin(snom_call.ActionModule)._validated(arguments)["emergency_numbers"] == read
