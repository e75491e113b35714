# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An optional output of ansible-playbook for rollouts."""

from __future__ import annotations

DOCUMENTATION = r"""
name: fleet
type: stdout
short_description: Shows a rollout as a table, and each failure once
version_added: 0.1.0
description:
  - Shows what M(telephony.snom.snom_rollout) does as a table that lives, with a bar that grows, where the output is a
    terminal. In a pipe, in a file and in CI it shows one line for each step of the run and for each phone that is not
    well.
  - At the end of a rollout stands a table of how its phones ended. Those that needed nothing are counted.
  - A phone that fails in a task of this collection is told in one line. What lists are shown by its playbooks are
    shown as lines. Behind them the recap names the hosts that failed, and counts the others, so that a fleet does not
    push what is to be done off the screen.
  - All else is as with P(ansible.builtin.default#callback). So is everything with C(-v), and where something goes wrong
    in here.
author:
  - telephony.snom contributors (@telephony)
extends_documentation_fragment:
  - default_callback
  - result_format_callback
requirements:
  - Set it as C(stdout_callback) in C(ansible.cfg), or as E(ANSIBLE_STDOUT_CALLBACK) in the environment.
options:
  live:
    description:
      - Whether a terminal gets a table that lives. With V(false) it gets lines, as a file does.
    type: bool
    default: true
    env:
      - name: SNOM_FLEET_LIVE
    ini:
      - section: callback_fleet
        key: live
"""

import os
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from ansible import constants
from ansible.plugins.callback.default import CallbackModule as Default
from ansible_collections.telephony.snom.plugins.module_utils._core.visible import visible, visible_line
from ansible_collections.telephony.snom.plugins.plugin_utils.actions.console import close_ear, open_ear
from ansible_collections.telephony.snom.plugins.plugin_utils.actions.screen import COLORS, Screen
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.live import Drawn, result_table

EXAMPLES = r"""
# In ansible.cfg:
# [defaults]
# stdout_callback = telephony.snom.fleet
"""

COLLECTION = "telephony.snom."
PATIENCE = 10.0
"""Seconds to wait at the end of a rollout until its last lines are shown."""


class CallbackModule(Default):  # type: ignore[misc]  # ansible-core is untyped
    """Where something in here goes wrong, the default goes on."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "telephony.snom.fleet"

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._screen: Screen | None = None
        self._is_broken = False
        # How the phones of a rollout ended, until it is shown.
        self._table: list[Drawn] = []
        # Whether a playbook or role of this collection has run.
        self._is_of_collection = False

    # What happens -----------------------------------------------------------------------------------------------

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:
        """A task begins, before it has a worker."""
        self._ours(self._end_screen)
        super().v2_playbook_on_task_start(task, is_conditional)
        self._ours(lambda: self._begin_screen(task))

    def v2_runner_on_ok(self, result: Any) -> None:
        """A task has ended well on a host."""
        if not self._ours(lambda: self._show_ok(result)):
            super().v2_runner_on_ok(result)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        """A task has failed on a host."""
        if not self._ours(lambda: self._show_failed(result, ignore_errors)):
            super().v2_runner_on_failed(result, ignore_errors)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        """A host, or who a task is delegated to, can't be reached."""
        self._ours(self._end_screen)
        super().v2_runner_on_unreachable(result)

    def v2_playbook_on_stats(self, stats: Any) -> None:
        """All is done."""
        self._ours(self._end_screen)
        self._ours(self._show_table)
        if not self._ours(lambda: self._show_recap(stats)):
            super().v2_playbook_on_stats(stats)

    # What is shown of it ----------------------------------------------------------------------------------------

    def _ours(self, step: Callable[[], bool | None]) -> bool:
        """Do something of our own; whether that has shown all there was to show.

        A mistake in here must not end a run, and not hide how it ended.
        """
        if self._is_broken or self._display.verbosity:
            return False
        try:
            return bool(step())
        except Exception as error:
            self._is_broken = True
            self._warn(error.__class__.__name__)
            return False

    def _warn(self, problem: str) -> None:
        self._display.warning(f"The output telephony.snom.fleet did not show all: {problem}. Please report it.")

    def _begin_screen(self, task: Any) -> None:
        self._is_of_collection = self._is_of_collection or _is_of_collection(task)
        if _action(task) == f"{COLLECTION}snom_rollout":
            is_terminal = sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb"
            self._screen = Screen(open_ear(), self._display, is_live=is_terminal and self.get_option("live"))
            self._screen.begin()

    def _end_screen(self) -> None:
        screen, self._screen = self._screen, None
        close_ear()
        if screen is not None:
            screen.end(PATIENCE)
            if screen.problem:
                self._warn(screen.problem)

    def _show_ok(self, result: Any) -> bool:
        self._end_screen()
        task, data = _task(result), _data(result)
        action = _action(task)
        if action == f"{COLLECTION}snom_rollout":
            self._table = [] if data.get("check_mode") else result_table(data.get("phones") or {})
            return False
        if action == f"{COLLECTION}snom_rollout_result":
            # The table has told it.
            return not data.get("warnings")
        if action == "ansible.builtin.debug" and isinstance(data.get("msg"), list) and _is_of_collection(task):
            self._banner(task)
            self._show_table()
            for line in data["msg"]:
                # Whoever overlooks it may break a phone.
                color = COLORS["failed"] if str(line).startswith("DO NOT POWER OFF ") else None
                self._display.display(visible_line(str(line)), color=color)
            return True
        return False

    def _show_failed(self, result: Any, ignore_errors: bool) -> bool:
        self._end_screen()
        task, data = _task(result), _data(result)
        if not (_action(task).startswith(COLLECTION) or _is_of_collection(task)):
            return False
        if not data.get("msg") or "results" in data or data.get("warnings") or data.get("deprecations"):
            return False
        self._banner(task)
        outcome, message = data.get("outcome"), visible(str(data["msg"]))
        if outcome and not message.startswith(f"{outcome}: "):
            message = f"{visible_line(str(outcome))}: {message}"
        self._display.display(
            f"fatal: [{self.host_label(result)}]: FAILED! => {message}",
            color=constants.COLOR_ERROR,
            stderr=self.get_option("display_failed_stderr"),
        )
        if ignore_errors:
            self._display.display("...ignoring", color=constants.COLOR_SKIP)
        return True

    def _show_table(self) -> None:
        table, self._table = self._table, []
        for line, tone in table:
            self._display.display(line, color=COLORS.get(tone))

    def _show_recap(self, stats: Any) -> bool:
        if not self._is_of_collection:
            return False
        counts = {host: stats.summarize(host) for host in stats.processed}
        well = [one for one in counts.values() if not (one["failures"] or one["unreachable"])]
        bad = {host: 1 for host, one in counts.items() if one["failures"] or one["unreachable"]}
        super().v2_playbook_on_stats(SimpleNamespace(processed=bad, summarize=stats.summarize, custom=stats.custom))
        changed = sum(bool(one["changed"]) for one in well)
        self._display.display(f"Hosts that are well: {len(well)}, {changed} of them changed", color=constants.COLOR_OK)
        return True

    def _banner(self, task: Any) -> None:
        if self._last_task_banner != task._uuid:
            self._print_task_banner(task)


def _task(result: Any) -> Any:
    """The task of a result, which has had another name since ansible-core 2.19."""
    return result.task if hasattr(result, "task") else result._task


def _data(result: Any) -> Any:
    """What a task returned."""
    return result.result if hasattr(result, "result") else result._result


def _action(task: Any) -> str:
    """The full name of a task's module."""
    return str(getattr(task, "resolved_action", None) or task.action)


def _is_of_collection(task: Any) -> bool:
    """Whether a task stands in a playbook or role of this collection."""
    return "/ansible_collections/telephony/snom/" in (task.get_path() or "")
