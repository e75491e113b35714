# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes each result of a playbook run as a line of JSON, so that tests read results instead of the screen."""

from __future__ import annotations

import json
import os
import resource
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = r"""
---
name: recorder
type: aggregate
short_description: Writes each result as a line of JSON
description:
  - The file is the one that the environment variable RECORD_TO names.
"""


class CallbackModule(CallbackBase):  # type: ignore[misc]  # ansible-core is untyped
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "recorder"
    CALLBACK_NEEDS_ENABLED = True

    def v2_runner_on_ok(self, result: Any) -> None:
        self._write("ok", result)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._write("failed", result)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._write("unreachable", result)

    def v2_playbook_on_stats(self, stats: Any) -> None:
        self._append({"recap": {host: stats.summarize(host) for host in stats.processed}, "custom": stats.custom})
        # Megabytes of the largest process, of this one and of its workers.
        peaks = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        self._append({"memory": max(peaks) / 1024})

    def _write(self, status: str, result: Any) -> None:
        self._append(
            {
                "status": status,
                "host": result._host.get_name(),
                "action": result._task.action,
                "result": result._result,
            }
        )

    def _append(self, line: dict[str, Any]) -> None:
        with open(os.environ["RECORD_TO"], "a", encoding="utf-8") as file:
            file.write(json.dumps(line, default=str) + "\n")
