# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the action plugins share that serve all phones of a play in one task, on the controller."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any

from ansible.errors import AnsibleError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.action import ActionBase
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError, SnomError, unexpected
from ansible_collections.telephony.snom.plugins.module_utils._core.visible import visible_result
from ansible_collections.telephony.snom.plugins.plugin_utils.actions.parent import Parent
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.catalog import controller_path
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.connection_options import split_arguments
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.given import (
    arguments_from_text,
    require_usable_options,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.runtime import Abandoned


class FleetAction(ActionBase):  # type: ignore[misc]  # ansible-core is untyped
    """Base of an action plugin that is no module's twin. It fails for bad input only, before anything is done.

    parent is who the task is done for; without it this process ends.
    """

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True

    parent: Parent

    @abstractmethod
    def serve(self, task_vars: Mapping[str, Any]) -> dict[str, Any]:
        """Do the task's work and return its result. Raises SnomError, and Abandoned."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Run the task."""
        self.parent = Parent()
        super().run(tmp, task_vars)
        try:
            result = self.serve(task_vars or {})
        except Abandoned:
            # Whoever resumes this work reads what is on disk; anything done here could contradict it.
            self.parent.follow()
        except SnomError as error:
            result = {"changed": False, "failed": True, "msg": error.reason}
        except AnsibleError:
            raise
        except Exception as error:
            # Ansible would show its text, and that may be a request with its login.
            result = {"changed": False, "failed": True, "msg": unexpected(error)}
        shown: dict[str, Any] = visible_result(result)
        return shown

    def parameters(self, spec: Mapping[str, Mapping[str, Any]], paths: Iterable[str] = ()) -> dict[str, Any]:
        """The task's own options, checked and completed. paths names those that are files of the controller.

        Raises InputError.
        """
        require_usable_options(self._task.args)
        _connection, own = split_arguments(self._task.args)
        checked = ArgumentSpecValidator(spec).validate(arguments_from_text(own, spec, ("list", "dict", "raw")))
        if checked.error_messages:
            raise InputError(" ".join(checked.error_messages))
        parameters: dict[str, Any] = dict(checked.validated_parameters)
        return parameters | {name: controller_path(parameters[name]) for name in paths if parameters[name]}

    def require_run_once(self, otherwise: str = "") -> None:
        """Raise InputError unless the task runs once for all hosts. otherwise names a remedy besides run_once."""
        if not self._task.run_once:
            raise InputError(
                f"Set run_once: true on this task{otherwise}. Without it Ansible registers the result on the first "
                "host only."
            )
