# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The callback telephony.snom.fleet where something goes wrong in it: the default goes on."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible.plugins.callback.default import CallbackModule as Default
from ansible_collections.telephony.snom.plugins.callback import fleet


@pytest.fixture(name="seen")
def _seen(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the default has shown."""
    seen: list[str] = []
    for name in ("v2_runner_on_ok", "v2_runner_on_failed", "v2_playbook_on_task_start", "v2_playbook_on_stats"):
        monkeypatch.setattr(Default, name, lambda _self, *_all, name=name, **_more: seen.append(name))
    return seen


class Display:
    verbosity = 0

    def __init__(self) -> None:
        self.warnings: list[str] = []
        self.lines: list[str] = []

    def warning(self, line: str) -> None:
        self.warnings.append(line)

    def display(self, line: str, **_more: Any) -> None:
        self.lines.append(line)


def callback(monkeypatch: pytest.MonkeyPatch) -> Any:
    made = fleet.CallbackModule()
    made._display = Display()
    monkeypatch.setattr(made, "get_option", lambda _name: False)
    monkeypatch.setattr(made, "_banner", lambda _task: None)
    monkeypatch.setattr(made, "host_label", lambda _result: "desk-1", raising=False)
    return made


def result(action: str, data: dict[str, Any], path: str = "/tmp/mine.yml:1") -> Any:
    task = SimpleNamespace(action=action, resolved_action=action, get_path=lambda: path, _uuid="1")
    return SimpleNamespace(task=task, result=data, _task=task, _result=data)


def test_a_mistake_is_told_once_and_the_default_shows_the_rest(
    seen: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = callback(monkeypatch)
    monkeypatch.setattr(fleet, "result_table", lambda _phones: 1 / 0)
    for _turn in range(2):
        made.v2_runner_on_ok(result("telephony.snom.snom_rollout", {"phones": {}}))
    made.v2_runner_on_failed(result("telephony.snom.snom_info", {"msg": "No."}))
    made.v2_playbook_on_stats(None)
    assert seen == ["v2_runner_on_ok", "v2_runner_on_ok", "v2_runner_on_failed", "v2_playbook_on_stats"]
    (warning,) = made._display.warnings
    assert "ZeroDivisionError" in warning
    assert made._display.lines == []


def test_a_failure_of_ours_is_one_line_that_steers_nothing(seen: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    made = callback(monkeypatch)
    hostile = {"msg": "It says \x1b[2J.", "outcome": "failed", "reason": "x", "evidence": {"at": 1.5}}
    made.v2_runner_on_failed(result("telephony.snom.snom_info", hostile))
    made.v2_runner_on_failed(
        result("ansible.builtin.fail", {"msg": "No."}, "/x/ansible_collections/telephony/snom/playbooks/audit.yml:1"),
        ignore_errors=True,
    )
    assert made._display.lines == [
        "fatal: [desk-1]: FAILED! => failed: It says \\x1b[2J.",
        "fatal: [desk-1]: FAILED! => No.",
        "...ignoring",
    ]
    assert seen == []


@pytest.mark.parametrize(
    "one",
    [
        result("ansible.builtin.fail", {"msg": "No."}),
        result("telephony.snom.snom_info", {}),
        result("telephony.snom.snom_info", {"msg": "No.", "warnings": ["mind this"]}),
        result("telephony.snom.snom_info", {"msg": "One or more items failed", "results": [{}]}),
    ],
)
def test_what_holds_more_than_a_message_and_what_is_not_ours_is_left_to_the_default(
    one: Any, seen: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = callback(monkeypatch)
    made.v2_runner_on_failed(one)
    assert (seen, made._display.lines) == (["v2_runner_on_failed"], [])


def test_success_is_green(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ansible's yellow is for what has changed, and looks like a warning where all has changed as it should."""
    made = callback(monkeypatch)
    colors: list[str | None] = []
    monkeypatch.setattr(made._display, "display", lambda _line, color=None: colors.append(color))
    phone = dict.fromkeys(("site", "model", "before", "after", "wave"))
    ended = {word: phone | {"outcome": word} for word in ("upgraded", "deferred", "old_version")}
    monkeypatch.setattr(Default, "v2_playbook_on_stats", lambda _self, _stats: None)
    monkeypatch.setattr(Default, "v2_runner_on_ok", lambda _self, _result: None)
    made.v2_runner_on_ok(result("telephony.snom.snom_rollout", {"phones": ended}))
    made.v2_playbook_on_stats(None)
    assert colors == [None, "green", "yellow", "red"]


class Stats:
    def __init__(self) -> None:
        self.custom: dict[str, Any] = {}
        self.processed = dict.fromkeys(("localhost", "desk-1", "desk-2", "dark", "away"), 1)

    def summarize(self, host: str) -> dict[str, int]:
        counts = {"ok": 2, "changed": int(host == "desk-1"), "skipped": 0, "rescued": 0, "ignored": 0}
        return counts | {"failures": int(host == "dark"), "unreachable": int(host == "away")}


def recap(monkeypatch: pytest.MonkeyPatch, path: str) -> tuple[list[str], list[str]]:
    """The hosts that the default's recap names after a task that stands there, and what is shown besides."""
    named: list[str] = []
    monkeypatch.setattr(Default, "v2_playbook_on_stats", lambda _self, stats: named.extend(stats.processed))
    monkeypatch.setattr(Default, "v2_playbook_on_task_start", lambda _self, _task, _is_conditional: None)
    made = callback(monkeypatch)
    made.v2_playbook_on_task_start(result("ansible.builtin.debug", {}, path).task, False)
    made.v2_playbook_on_stats(Stats())
    assert made._display.warnings == []
    return named, made._display.lines


def test_the_recap_counts_who_is_well(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = "/x/ansible_collections/telephony/snom/playbooks/rollout.yml:1"
    assert recap(monkeypatch, ours) == (["dark", "away"], ["Hosts that are well: 3, 1 of them changed"])
    assert recap(monkeypatch, "/tmp/mine.yml:1") == ([*Stats().processed], [])


def test_with_v_all_is_left_to_the_default(seen: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    made = callback(monkeypatch)
    made._display.verbosity = 1
    made.v2_runner_on_failed(result("telephony.snom.snom_info", {"msg": "No."}))
    made.v2_playbook_on_task_start(result("telephony.snom.snom_rollout", {}).task, False)
    assert seen == ["v2_runner_on_failed", "v2_playbook_on_task_start"]
    assert made._screen is None
