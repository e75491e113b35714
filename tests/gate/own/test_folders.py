# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A playbook gives a mode to folders that it makes, and to no others: the one that is named may be /tmp."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

PLAYBOOKS = Path(__file__).resolve().parents[3] / "playbooks"
ONLY_A_NEW_ONE = re.compile(r"\{\{ omit if (?P<path>.+) is exists else '07[05]0' \}\}")


def tasks(found: Any) -> Iterator[dict[str, Any]]:
    """The tasks of plays, blocks and task files."""
    if isinstance(found, list):
        for one in found:
            yield from tasks(one)
    elif isinstance(found, dict):
        yield found
        for part in ("pre_tasks", "tasks", "post_tasks", "block", "rescue", "always"):
            yield from tasks(found.get(part))


FOLDERS = [
    (file.name, task["ansible.builtin.file"])
    for file in sorted(PLAYBOOKS.rglob("*.yml"))
    for task in tasks(yaml.safe_load(file.read_text("utf-8")))
    if task.get("ansible.builtin.file", {}).get("state") == "directory"
]


@pytest.mark.parametrize(("playbook", "options"), FOLDERS, ids=[name for name, _ in FOLDERS])
def test_a_folder_that_is_there_keeps_its_mode(playbook: str, options: dict[str, str]) -> None:
    given = ONLY_A_NEW_ONE.fullmatch(options["mode"])
    assert given, f"{playbook} sets the mode of {options['path']}, which may be a folder of somebody else"
    # The path in one expression, as in the other one it is text with templates.
    parts = re.findall(r"\w+", given["path"])
    assert parts == re.findall(r"\w+", options["path"]), "it looks at another path than it makes"


def test_there_are_such_folders() -> None:
    assert {"adopt.yml", "audit.yml", "drift.yml", "interview.yml"} <= {name for name, _ in FOLDERS}
