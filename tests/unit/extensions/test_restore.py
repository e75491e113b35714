# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the playbook of the rulebook does for how a phone answers, without Ansible: its tasks, one after the other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.plugins.filter.core import FilterModule
from ansible.plugins.test import files
from ansible_collections.telephony.snom.plugins.filter.outcomes import outcomes
from jinja2 import Environment, StrictUndefined

PLAYBOOK = Path(__file__).resolve().parents[3] / "playbooks" / "restore.yml"
NO_MODULE = {"name", "register", "when", "vars", "delegate_to", "run_once", "check_mode", "changed_when"}
AUTH_FAILED = {"failed": True, "outcome": "auth_failed", "msg": "desk: it refused."}
IDLE = {"outcome": "planned", "evidence": {"call_state": "idle"}}
BUSY = {"outcome": "deferred", "reason": "It is in a call.", "evidence": {"call_state": "in_call"}}
UNKNOWN = {"outcome": "deferred", "reason": "It does not show it.", "evidence": {"call_state": "unknown"}}


class Failed(Exception):
    """A task failed, with this result."""


class Play:
    """The second play, for one host, with how the modules of this collection end."""

    def __init__(self, answers: dict[str, dict[str, Any]], variables: dict[str, Any], marks: set[str]) -> None:
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self._answers, self._marks = answers, marks
        self._jinja = Environment(undefined=StrictUndefined, autoescape=False)
        self._jinja.filters = FilterModule().filters() | self._jinja.filters | {"telephony.snom.outcomes": outcomes}
        self._jinja.tests |= files.TestModule().tests()
        play = yaml.safe_load(PLAYBOOK.read_text("utf-8"))[1]
        self._variables = {"inventory_hostname": "desk", "snom_settings": {"language": "Deutsch"}} | variables
        self._variables |= {"lookup": lambda *_names: "/home/x/.ansible", "query": self._varnames, "omit": "<omitted>"}
        for name, text in play.get("vars", {}).items():
            self._variables[name] = self._filled(text)
        self.ended = "ok"
        try:
            self._do_all(play["tasks"])
        except Failed as failed:
            self.ended = str(failed.args[0]["msg"])

    def _varnames(self, _name: str, _pattern: str) -> list[str]:
        return [name for name in self._variables if name.startswith("snom_settings")]

    def _filled(self, text: Any) -> Any:
        return self._jinja.from_string(text).render(self._variables) if isinstance(text, str) else text

    def _do_all(self, tasks: list[dict[str, Any]]) -> None:
        for task in tasks:
            if "block" not in task:
                self._do(task)
                continue
            try:
                self._do_all(task["block"])
            except Failed as failed:
                self._variables["ansible_failed_result"] = failed.args[0]
                self._do_all(task["rescue"])

    def _do(self, task: dict[str, Any]) -> None:
        when = task.get("when", [])
        holds = all(
            self._jinja.compile_expression(one, undefined_to_none=False)(self._variables)
            for one in (when if isinstance(when, list) else [when])
        )
        [module] = set(task) - NO_MODULE
        result = {"skipped": True, "changed": False}
        if holds:
            given = {name: self._filled(value) for name, value in task[module].items()}
            result = self._result(module.rpartition(".")[2], given, task)
        if "register" in task:
            self._variables[task["register"]] = result
        if result.get("failed"):
            raise Failed(result)

    def _result(self, module: str, given: dict[str, Any], task: dict[str, Any]) -> dict[str, Any]:
        if module.startswith("snom_"):
            self.sent.append((module, given | {"check_mode": task.get("check_mode", False)}))
            return self._answers.get(module, {"changed": True})
        if module == "stat":
            return {"stat": {"exists": given["path"] in self._marks}}
        if module == "copy":
            self._marks.add(given["dest"])
        if module == "file" and given["state"] == "absent":
            self._marks.discard(given["path"])
        return {"failed": module == "fail", "msg": given.get("msg", "")}

    @property
    def modules(self) -> list[str]:
        return [module for module, _given in self.sent]


ALL = ["snom_reboot", "snom_settings", "snom_identity"]


def play(
    call: dict[str, Any] = IDLE, marks: set[str] | None = None, answers: dict[str, Any] | None = None, **variables: Any
) -> Play:
    return Play({"snom_reboot": call} | (answers or {}), variables, set() if marks is None else marks)


def test_an_idle_phone_is_restored_with_its_secrets_and_restarts_not() -> None:
    found = play()
    assert (found.modules, found.ended) == (ALL, "ok")
    given = dict(found.sent)
    assert given["snom_reboot"]["check_mode"] is True
    assert given["snom_settings"] == {"reboot": "never", "check_mode": False}


@pytest.mark.parametrize(("call", "ended"), [(BUSY, "ok"), (UNKNOWN, "Here that option is")])
def test_credentials_are_not_written_during_a_call(call: dict[str, Any], ended: str) -> None:
    found = play(call)
    assert found.modules == ["snom_reboot"] and ended in found.ended


def test_whether_an_unknown_state_matters_is_for_the_user_to_say() -> None:
    given = dict(play(snom_restore_unknown_call_state="proceed").sent)["snom_reboot"]
    assert given["unknown_call_state"] == "proceed"


def test_one_that_is_reached_by_its_pbx_takes_no_settings_and_is_not_asked() -> None:
    assert play(snom_transport="sip", answers={"snom_settings": AUTH_FAILED}).modules == ["snom_settings"]


@pytest.mark.parametrize("module", ALL)
@pytest.mark.parametrize("outcome", ["auth_failed", "locked_out"])
def test_a_login_that_was_refused_is_sent_no_more_until_somebody_says_so(module: str, outcome: str) -> None:
    marks: set[str] = set()
    first = play(marks=marks, answers={module: AUTH_FAILED | {"outcome": outcome}})
    assert first.ended == "desk: it refused." and first.modules[-1] == module
    again = play(marks=marks)
    assert again.sent == [] and "snom_restore_retry_login" in again.ended
    assert play(marks=marks, inventory_hostname="hall").modules == ALL
    # Once it takes its login, it is an ordinary phone.
    assert play(marks=marks, snom_restore_retry_login="true").modules == ALL
    assert (play(marks=marks).modules, marks) == (ALL, set())


def test_other_failures_are_tried_again() -> None:
    marks: set[str] = set()
    play(marks=marks, answers={"snom_identity": AUTH_FAILED | {"outcome": "not_registered"}})
    assert marks == set()
