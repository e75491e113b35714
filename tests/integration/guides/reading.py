# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The blocks of a guide, and a shell for its reader."""

from __future__ import annotations

import os
import re
import subprocess
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PAGES = ROOT / "docs" / "docsite" / "rst"
PATIENCE = 900
"""Seconds for all that is typed in one shell, on a machine with other work; what takes longer hangs."""

NAMESPACE = ("unshare", "--net", *(("--map-root-user",) if os.geteuid() else ()))
"""The command that starts another one in a network of its own."""

_BLOCK = re.compile(r"^( *)\.\. code-block:: ([\w+-]+)\n\n((?:\1 {3}.*\n|\n)+)|^(\S.*)\n[-=]{3,}\n", re.MULTILINE)
_MARKDOWN = re.compile(r"^( *)```(\w+)\n(.*?)^\1```|^#+ ([^\n]*)\n", re.MULTILINE | re.DOTALL)
SHELLS = ("console", "shell", "shell-session")
_MARK = "--- typed:"

TYPED = {
    "ansible_for_phone_people": ["The first job"],
    "cheat_sheet": ["Ten commands"],
    "first_rollout": ["One real phone of each model", "Plan, approve, roll out"],
    "five_minutes": ["Start the phones", "Look, plan, roll out"],
    "playbooks": ["The playbooks"],
    "testing_playbooks": ["A fleet with faults", "Look and change"],
    "README.md": ["Installation", "Use Cases"],
}
"""The sections of pages whose commands are typed as they stand."""


@dataclass(frozen=True)
class Block:
    """A block of code: where it stands, what the paragraph before it says, and what it holds."""

    section: str
    language: str
    before: str
    text: str

    @property
    def file(self) -> str | None:
        """The file that it is to be put into, which is the last one that is named before it."""
        named = re.findall(r"``([\w/]+\.yml)``", self.before)
        return named[-1] if named else None

    @property
    def commands(self) -> list[Command]:
        """What is typed, each with the lines that it answers at once."""
        found: list[Command] = []
        for line in re.sub(r" \\\n +", " ", self.text).splitlines():
            if self.language == "shell" or line.startswith("$ "):
                found.append(Command(line.removeprefix("$ "), []))
            elif found:
                found[-1].answers.append(line)
        return found


@dataclass(frozen=True)
class Command:
    """A line that is typed."""

    line: str
    answers: list[str]


def blocks(page: str, *sections: str) -> Iterator[Block]:
    """The blocks of a page, or of some of its sections: by the name of a guide, or a file of Markdown by its path."""
    is_markdown = page.endswith(".md")
    text = (ROOT / page if is_markdown else PAGES / f"{page}.rst").read_text("utf-8")
    section, end = "", 0
    for found in (_MARKDOWN if is_markdown else _BLOCK).finditer(text):
        if found[4]:
            section = found[4]
        elif not sections or section in sections:
            before = text[end : found.start()].strip().rpartition("\n\n")[2]
            content = textwrap.dedent(found[3]).strip() + "\n"
            yield Block(section, found[2], " ".join(before.split()), content)
        end = found.end()


def type_all(lines: Iterable[Command], where: Path, variables: Mapping[str, str], *, alone: bool) -> list[str]:
    """Type lines into one shell; return what each of them says, once all have ended well.

    alone: in a network of its own, in which there is nothing but the loopback addresses, with all ports free. Fails as
    a test does if one of them ends badly.
    """
    script = ["shopt -s expand_aliases", "set -m"]
    if alone:
        script.append("ip link set lo up || exit")
    count = 0
    for command in lines:
        script += [f"echo '{_MARK}'", command.line]
        if command.line.endswith("&"):
            # It has been started; this waits until it says what the page says.
            script += [f"until grep -qx '{answer}' said; do sleep 0.1; done" for answer in command.answers]
        else:
            script.append("code=$?; [ $code = 0 ] || { echo 'ended with' $code; exit $code; }")
        count += 1
    (where / "typed").write_text("\n".join([*script, "kill $(jobs -p) 2>/dev/null", "exit 0", ""]), "utf-8")
    within = NAMESPACE if alone else ()
    with (where / "said").open("wb") as said:
        code = subprocess.run(
            [*within, "bash", "typed"],
            cwd=where,
            env=dict(variables),
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            timeout=PATIENCE,
            check=False,
        ).returncode
    output = (where / "said").read_text("utf-8")
    parts = output.split(f"{_MARK}\n")[1:]
    assert (code, len(parts)) == (0, count), output
    return parts
