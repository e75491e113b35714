# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One task that brings a play's phones to their firmware: reads the inventory once and drives the engine."""

from __future__ import annotations

import os
import re
import shlex
import signal
import sys
import time
import uuid
from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from types import FrameType
from typing import Any

from ansible.module_utils.basic import missing_required_lib
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.telephony.snom.plugins.module_utils.engine import Abandoned
from ansible_collections.telephony.snom.plugins.module_utils.errors import InputError, SnomError
from ansible_collections.telephony.snom.plugins.module_utils.http_phone import HAS_REQUESTS, HttpPhone
from ansible_collections.telephony.snom.plugins.module_utils.perform import scrub, to_plain
from ansible_collections.telephony.snom.plugins.module_utils.plan import Target
from ansible_collections.telephony.snom.plugins.module_utils.rollout import ARGUMENT_SPEC, Surroundings, rollout
from ansible_collections.telephony.snom.plugins.module_utils.runtime import ThreadRuntime, raise_file_limit
from ansible_collections.telephony.snom.plugins.plugin_utils.firmware_catalog import controller_path, load_catalog
from ansible_collections.telephony.snom.plugins.plugin_utils.fleet import FleetVariables, read_targets, split_arguments

display = Display()

# Extra variables that are not in a file.
_NAMES_SECRET = re.compile(r"(?!(-e)?@).*(pass|secret|token|community)", re.IGNORECASE | re.DOTALL)
_PATHS = ("catalog", "approved_plan", "stop_file", "journal", "report_dir")


class ActionModule(ActionBase):  # type: ignore[misc]  # ansible-core is untyped
    # One task for all hosts of the play; a strategy that can't do that refuses it.
    BYPASS_HOST_LOOP = True
    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Run the rollout. Never fails for a phone's outcome, only for bad input, before anything is sent."""
        super().run(tmp, task_vars)
        if not HAS_REQUESTS:
            return {"failed": True, "msg": missing_required_lib("requests")}
        try:
            return self._rollout(task_vars or {})
        except SnomError as error:
            return {"failed": True, "msg": error.reason}
        except Abandoned:
            # The parent was killed. Whoever resumes this run reads the journal; anything done here could contradict it.
            os._exit(1)

    def _rollout(self, task_vars: dict[str, Any]) -> dict[str, Any]:
        self._check_task(task_vars)
        connection, own = split_arguments(self._task.args)
        parameters = self._parameters(own)
        targets = read_targets(task_vars["ansible_play_batch"], FleetVariables(task_vars, self._templar), connection)
        raise_file_limit()
        stop = _StopRequests(parameters["stop_file"])
        runtime = ThreadRuntime()
        parent = os.getppid()
        around = Surroundings(
            run=uuid.uuid4().hex[:12],
            runtime=runtime,
            # What one visit teaches about a phone's login saves a request on the next.
            connect=cache(HttpPhone),
            say=_say,
            stop_requested=stop.reason,
            abandoned=lambda: os.getppid() != parent and not stop.signalled,
            resume_command=_command_line(targets),
        )
        with stop:
            try:
                result = rollout(
                    targets, parameters, load_catalog(parameters["catalog"]), self._task.check_mode, around
                )
            finally:
                runtime.close()
        return {"changed": False, **to_plain(result)}

    def _check_task(self, task_vars: Mapping[str, Any]) -> None:
        if not self._task.run_once:
            raise InputError(
                "Set run_once: true on this task. Without it Ansible registers the result on the first host only."
            )
        if self._task.delegate_to:
            raise InputError("snom_rollout runs on the controller: take delegate_to away from this task.")
        if len(task_vars["ansible_play_batch"]) < len(task_vars["ansible_play_hosts"]):
            display.warning(
                "serial runs this task once per batch: waves, canaries and max_bad then count within each batch only."
            )

    def _parameters(self, arguments: dict[str, Any]) -> dict[str, Any]:
        checked = ArgumentSpecValidator(ARGUMENT_SPEC).validate(arguments)
        if checked.error_messages:
            raise InputError(" ".join(checked.error_messages))
        parameters: dict[str, Any] = dict(checked.validated_parameters)
        for name in _PATHS:
            if parameters[name]:
                parameters[name] = controller_path(parameters[name])
        return parameters


class _StopRequests:
    """Whoever wants no new triggers: a file that appears, or a SIGTERM."""

    def __init__(self, path: str | None) -> None:
        self.signalled = False
        self._path = path
        self._before: Any = None

    def __enter__(self) -> None:
        self._before = signal.signal(signal.SIGTERM, self._note)

    def __exit__(self, *_error: object) -> None:
        signal.signal(signal.SIGTERM, self._before)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self.signalled = True

    def reason(self) -> str | None:
        """Why no new trigger may be made, or None."""
        if self.signalled:
            return "The run was asked to end (SIGTERM)."
        if self._path and os.path.exists(self._path):
            return f"The stop file {self._path} is there."
        return None


def _say(line: str) -> None:
    """Show a line at once, with the time."""
    display.display(f"{time.strftime('%H:%M:%S')}  {line}")


def _command_line(targets: list[Target]) -> str:
    """The command that runs this again, without secrets.

    Of extra variables that name one nothing is shown: a secret can stand there in more spellings than can be told.
    """
    if os.environ.get("AWX_ISOLATED_DATA_DIR") or os.environ.get("JOB_ID"):
        return "relaunch this job"
    shown = [os.path.basename(sys.argv[0])]
    for before, argument in pairwise(sys.argv):
        is_extra = before in ("-e", "--extra-vars") or argument.startswith(("-e", "--extra-vars="))
        shown.append("********" if is_extra and _NAMES_SECRET.match(argument) else argument)
    command = shlex.join(shown)
    for password in {target.connection.password for target in targets if target.connection.password}:
        command = scrub(command, {"password": password})
    return command
